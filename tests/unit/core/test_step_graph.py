"""The graph of a definition."""

from __future__ import annotations

from typing import Any

from sm_prefix_ext.core.picture import picture
from sm_prefix_ext.core.step_graph import Link, step_graph


def step(name: str, step_type: str = "Training", **arguments: Any) -> dict[str, Any]:
    return {"Name": name, "Type": step_type, "Arguments": arguments}


def test_a_name_with_slashes_is_not_taken_for_nesting() -> None:
    """Neither an arrow nor a frame comes from it."""
    check = step("Check", "Condition", IfSteps=[step("A")])

    graph = step_graph({"Steps": [check, step("Check/\x1b/B"), step("L/each/C")]})

    assert (Link("Check", "Check/if/A", "if"),) == graph.links
    assert () == picture({"Steps": [step("L/each/C")]}, {})[0].groups


def test_a_step_that_waits_for_itself_is_a_problem() -> None:
    """The sentence names it."""
    document = {"Steps": [{**step("A"), "DependsOn": ["A"]}]}

    assert ("The step 'A' waits for itself.",) == step_graph(document).problems


def test_nodes_have_unique_ids() -> None:
    """Whatever the steps are called."""
    steps = [step(name) for name in ("A", "A", "A (2)", "A")]

    ids = [node.id for node in picture({"Steps": steps}, {})[0].nodes]

    assert ["A", "A (3)", "A (2)", "A (4)"] == ids


def test_nested_loops_are_groups_in_each_other() -> None:
    """The outer one has no parent."""
    inner = step("Inner", "ForEach", ForEachBody=[step("A")])

    graph, _ = picture({"Steps": [step("Outer", "ForEach", ForEachBody=[inner])]}, {})

    assert [("Outer", None), ("Outer/each/Inner", "Outer")] == [
        (group.id, group.parent) for group in graph.groups
    ]
