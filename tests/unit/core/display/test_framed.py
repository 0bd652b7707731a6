"""Several graphs as one."""

from __future__ import annotations

from sm_prefix_ext.core.display.framed import framed
from sm_prefix_ext.core.display.mermaid import as_mermaid
from sm_prefix_ext.core.display.report import Edge, Graph, Group, Node

LOOP = Graph(
    (Node("a", "a"), Node("b", "b", group="loop")),
    (Edge("a", "b"),),
    (Group("loop", "for each"),),
)


def test_graphs_with_the_same_names_stay_apart() -> None:
    """Each has its own frame, with its boxes, arrows and frames."""
    both = framed([("first", LOOP), ("second", LOOP)])
    assert 4 == len({node.id for node in both.nodes})
    assert ["first", "for each", "second", "for each"] == [group.label for group in both.groups]
    assert [None, "0", None, "1"] == [group.parent for group in both.groups]
    assert [("0 a", "0 b"), ("1 a", "1 b")] == [(edge.tail, edge.head) for edge in both.edges]
    assert ["0", "0 loop", "1", "1 loop"] == [node.group for node in both.nodes]


def test_a_title_that_looks_like_an_id_is_text() -> None:
    """No title, and no name in a graph, makes two frames one."""
    graph = Graph((Node("0 a", "x", group="1"),), (), (Group("1", "1"),))
    both = framed([("1", graph), ("1", graph)])
    assert 4 == len({group.id for group in both.groups})
    assert 4 == as_mermaid(both).count("subgraph ")
