"""The picture of a definition."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext.core.display.mermaid import as_mermaid
from sm_prefix_ext.core.display.report import Edge
from sm_prefix_ext.core.picture import Mark, picture, role_line

ROLE = "arn:aws:iam::111122223333:role/path/train"


def step(name: str, step_type: str = "Training", **arguments: Any) -> dict[str, Any]:
    return {"Name": name, "Type": step_type, "Arguments": arguments}


def after(name: str, *before: Any) -> dict[str, Any]:
    return {**step(name), "DependsOn": list(before)}


def test_a_box_shows_the_name_and_the_role_of_the_definition() -> None:
    """A mark with lines replaces them; a mark without keeps them."""
    document = {"Steps": [step("A", TrainingJobName="team-a-train", RoleArn=ROLE)]}

    own, replaced = (
        picture(document, {"A": mark})[0].nodes[0]
        for mark in (Mark(tone="bad", status="denied"), Mark(("x",)))
    )

    assert (("team-a-train", "role train"), "bad", "denied") == (own.lines, own.tone, own.status)
    assert (("x",), "neutral", "") == (replaced.lines, replaced.tone, replaced.status)
    assert ("A", "A", "Training", None) == (own.id, own.title, own.kind, own.group)


def test_a_name_and_a_role_that_a_run_decides_are_left_out() -> None:
    """The box has no lines."""
    arguments = {"TrainingJobName": {"Get": "Parameters.Name"}, "RoleArn": {"Get": "Parameters.R"}}

    assert () == picture({"Steps": [step("A", **arguments)]}, {})[0].nodes[0].lines


def test_an_arrow_says_why_it_is_there() -> None:
    """Data has a solid one, the order alone a dashed one, a branch its word."""
    use = step("B", TrainingJobName={"Get": "Steps.A.TrainingJobName"})
    check = step("C", "Condition", IfSteps=[step("D")], ElseSteps=[step("E")])

    graph, problems = picture({"Steps": [step("A"), use, {**check, "DependsOn": ["B"]}]}, {})

    assert () == problems
    assert {
        Edge("A", "B"),
        Edge("B", "C", dashed=True),
        Edge("C", "C/if/D", "if"),
        Edge("C", "C/else/E", "else"),
    } == set(graph.edges)


def test_a_cycle_is_drawn_and_said() -> None:
    """The sentence names each of its steps."""
    graph, problems = picture({"Steps": [after("A", "B"), after("B", "C"), after("C", "A")]}, {})

    assert 3 == len(graph.edges)
    [problem] = problems
    assert problem.startswith("These steps wait for each other in a cycle: ")
    assert all(f"'{name}'" in problem for name in "ABC")


@pytest.mark.parametrize("named", ["Gone", {"Step": "Gone"}])
def test_a_step_that_is_not_there_is_said(named: Any) -> None:
    """Once, with no arrow."""
    graph, problems = picture({"Steps": [after("A", named, named)]}, {})

    assert () == graph.edges
    assert problems == (
        "The step 'A' refers to 'Gone', but the pipeline has no step with that name.",
    )


@pytest.mark.parametrize("junk", [None, 3, "A", {"A": 1}, [None, 3, [], {}, {"Step": 3}, [["A"]]]])
def test_junk_in_depends_on_draws_nothing(junk: Any) -> None:
    """All steps are drawn."""
    graph, problems = picture({"Steps": [step("A"), {**step("B"), "DependsOn": junk}]}, {})

    assert ((), ()) == (graph.edges, problems)
    assert ["A", "B"] == [node.id for node in graph.nodes]


@pytest.mark.parametrize(
    ("step_type", "part", "frames"),
    [("Condition", "IfSteps", 0), ("ForEach", "ForEachBody", 5_000)],
)
def test_steps_may_be_nested_deeper_than_the_stack(step_type: str, part: str, frames: int) -> None:
    """Mermaid refuses so many for their number alone."""
    inner = step("A")
    for number in range(5_000):
        inner = step(f"S{number}", step_type, **{part: [inner]})

    graph, problems = picture({"Steps": [inner]}, {})

    assert (5_001, 5_000, frames, ()) == (
        len(graph.nodes),
        len(graph.edges),
        len(graph.groups),
        problems,
    )
    with pytest.raises(ValueError, match="more than Mermaid draws"):
        as_mermaid(graph)


@pytest.mark.parametrize("document", [{}, {"Steps": 3}, {"Steps": [{"Name": "A"}]}, []])
def test_what_is_no_definition_is_an_error(document: Any) -> None:
    """Such as a document without steps."""
    with pytest.raises(ValueError):
        picture(document, {})


def test_a_role_is_shown_by_its_name() -> None:
    """What has no name is shown as it is."""
    assert ("role train", "role *") == (role_line(ROLE), role_line("*"))
