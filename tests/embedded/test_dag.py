"""The graph of a definition, without moto."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext.embedded.executions.dag import (
    COMPLETED_WITH_FAILURES,
    EXECUTING,
    FAILED,
    NOT_RUN,
    STOPPED,
    SUCCEEDED,
    WAITING,
    Dependency,
    GraphError,
    Node,
    State,
    ancestors,
    build_graph,
    execution_status,
    next_status,
)

from .definitions import condition, document, fail, get, job, loop


def names(*steps: Any) -> list[str]:
    return [node.name for node in build_graph(document(*steps))]


def test_a_step_comes_after_its_dependencies() -> None:
    """A step comes after its dependencies, in any order of the definition."""
    assert names(job("C", DependsOn=["B"]), job("B", DependsOn=["A"]), job("A")) == ["A", "B", "C"]


def test_a_step_comes_after_the_steps_it_refers_to() -> None:
    """A step comes after those that its arguments refer to."""
    model = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")

    assert names(job("Eval", arguments={"Environment": {"M": model}}), job("Train")) == [
        "Train",
        "Eval",
    ]


def test_independent_steps_start_together() -> None:
    """Steps without predecessors come before all others."""
    assert names(job("A"), job("B", DependsOn=["A"]), job("C")) == ["A", "C", "B"]


def test_a_reversed_chain_of_a_thousand_steps_is_ordered() -> None:
    """A long chain in the wrong order comes out in the right one."""
    steps = [job(f"S{i}", DependsOn=[f"S{i - 1}"] if i else []) for i in range(1000)]

    assert [f"S{i}" for i in range(1000)] == names(*reversed(steps))


def test_steps_of_a_branch_come_after_their_condition() -> None:
    """The steps of a branch come after their condition, nested ones too."""
    inner = condition("Inner", [job("Deep")])

    assert names(condition("Outer", [inner], DependsOn=["Train"]), job("Train")) == [
        "Train",
        "Outer",
        "Inner",
        "Deep",
    ]


def test_a_loop_comes_after_the_steps_its_body_refers_to() -> None:
    """A ForEach step comes after the steps that its body refers to; the body is ordered too."""
    body = [job("Second", DependsOn=["First"]), job("First", DependsOn=["Train"])]
    [train, each] = build_graph(document(loop("Each", ["a"], body), job("Train")))

    assert (train.name, each.name) == ("Train", "Each")
    assert [node.name for node in each.body] == ["First", "Second"]


def test_a_step_that_depends_on_a_step_of_a_body_comes_after_the_loop() -> None:
    """A step outside that depends on a step of a body waits for the loop."""
    assert names(job("After", DependsOn=["Item"]), loop("Each", ["a"], [job("Item")])) == [
        "Each",
        "After",
    ]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([job("A", DependsOn=["B"])], "'A' refers to 'B'; there is no step of that name"),
        ([job("A"), job("A")], "more than one step is named 'A'"),
        ([job("A"), condition("C", [job("A")])], "more than one step is named 'A'"),
        (
            [loop("L", [1], [job("A")]), loop("M", [1], [job("A")])],
            "more than one step is named 'A'",
        ),
        ([job("A", DependsOn=["B"]), job("B", DependsOn=["A"])], "A, B wait for each other"),
        (
            [
                *(job("A", DependsOn=["B"]), job("B", DependsOn=["A"])),
                *(job("D", DependsOn=["C"]), job("C", DependsOn=["D"])),
                *(job("Free"), job("After", DependsOn=["A"])),
            ],
            "The steps A, After, B, C, D wait for each other",
        ),
        ([job("A", DependsOn=["A"])], "A wait for each other"),
        ([job("A"), job("B", DependsOn=[{"Step": "A", "Trigger": "Soon"}])], "the trigger 'Soon'"),
        (
            [job("A"), job("B", DependsOn=[{"Step": "A", "Trigger": ["Any"]}])],
            r"the trigger \['Any'\]",
        ),
        ([job("A", DependsOn=[7])], "has 7 in DependsOn"),
    ],
)
def test_a_graph_error_names_the_step(steps: list[Any], message: str) -> None:
    """An error names the step that can't be put in an order."""
    with pytest.raises(GraphError, match=message):
        build_graph(document(*steps))


@pytest.mark.parametrize(
    ("trigger", "status", "expected"),
    [
        ("Completed", SUCCEEDED, EXECUTING),
        ("Completed", FAILED, NOT_RUN),
        ("Completed", STOPPED, NOT_RUN),
        ("Completed", NOT_RUN, NOT_RUN),
        ("Completed", EXECUTING, WAITING),
        ("Failed", FAILED, EXECUTING),
        ("Failed", SUCCEEDED, NOT_RUN),
        ("Failed", NOT_RUN, NOT_RUN),
        ("Stopped", STOPPED, EXECUTING),
        ("Any", SUCCEEDED, EXECUTING),
        ("Any", FAILED, EXECUTING),
        ("Any", STOPPED, EXECUTING),
        ("Any", NOT_RUN, NOT_RUN),
        ("Any", WAITING, WAITING),
    ],
)
def test_a_trigger_decides_the_next_status(trigger: str, status: str, expected: str) -> None:
    """A trigger determines after which status of another step a step runs."""
    node = Node("B", job("B"), (Dependency("A", trigger),))

    assert expected == next_status(node, {"A": State(status)})


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State(SUCCEEDED, True), EXECUTING),
        (State(SUCCEEDED, False), NOT_RUN),
        (State(FAILED), NOT_RUN),
        (State(NOT_RUN), NOT_RUN),
        (State(EXECUTING), WAITING),
    ],
)
def test_the_branch_decides_the_next_status(state: State, expected: str) -> None:
    """A step of a branch runs where its condition took the branch."""
    node = Node("B", job("B"), parent="Check", branch=True)

    assert expected == next_status(node, {"Check": state})


@pytest.mark.parametrize(
    ("steps", "states", "expected"),
    [
        ([job("A")], {"A": SUCCEEDED}, SUCCEEDED),
        ([job("A")], {"A": FAILED}, FAILED),
        ([job("A")], {"A": STOPPED}, STOPPED),
        ([job("A"), job("B")], {"A": FAILED, "B": EXECUTING}, EXECUTING),
        (
            [job("A"), job("B", DependsOn=[{"Step": "A", "Trigger": "Failed"}])],
            {"A": FAILED, "B": SUCCEEDED},
            COMPLETED_WITH_FAILURES,
        ),
        (
            [job("A"), job("B", DependsOn=[{"Step": "A", "Trigger": "Stopped"}])],
            {"A": FAILED, "B": NOT_RUN},
            FAILED,
        ),
        (
            [fail("A"), job("B", DependsOn=[{"Step": "A", "Trigger": "Any"}])],
            {"A": FAILED, "B": SUCCEEDED},
            FAILED,
        ),
    ],
)
def test_the_status_of_an_execution_follows_from_its_steps(
    steps: list[Any], states: dict[str, str], expected: str
) -> None:
    """The execution's status follows from those of its steps."""
    nodes = build_graph(document(*steps))

    assert expected == execution_status(
        nodes, {name: State(status) for name, status in states.items()}
    )


def test_ancestors_include_indirect_references_and_conditions() -> None:
    """The ancestors of a step include indirect references and conditions."""
    nodes = build_graph(
        document(job("A"), condition("C", [job("B"), job("D")], DependsOn=["A"]), job("E"))
    )

    assert {"A", "C"} == ancestors(nodes, ["B"])
