"""The layout of graphs."""

from __future__ import annotations

import random
import sys

import pytest

from sm_prefix_ext.core.display.html import fragment
from sm_prefix_ext.core.display.layout import lay_out
from sm_prefix_ext.core.display.report import Cell, Edge, Graph, Group, Node, Report, Row, Table


def shown(graph: Graph) -> str:
    return fragment(Report("T", "S.", tables=(Table(("A",), (Row((Cell("x"),)),)),), graph=graph))


@pytest.mark.parametrize(
    ("nodes", "edges", "reason"),
    [
        (3_001, 0, "the pipeline has 3,001 steps, and a picture"),
        (1, 305, "305 arrows between 1 step are more"),
    ],
)
def test_a_graph_too_large_leaves_the_table(nodes: int, edges: int, reason: str) -> None:
    """A note says why the picture is missing."""
    boxes = tuple(Node(str(number), "a") for number in range(nodes))

    html = shown(Graph(boxes, (Edge("0", "0"),) * edges))

    assert "<td>x</td>" in html and "<svg" not in html
    assert reason in html


def test_without_graphviz_a_note_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there once, and the table stays."""
    monkeypatch.setitem(sys.modules, "pygraphviz", None)

    html = shown(Graph((Node("a", "a"),)))

    assert "<td>x</td>" in html and "<svg" not in html
    assert 1 == html.count("pip install 'sm-prefix-ext[picture]'")


def connected(steps: int, arrows: int, *, line: bool = False) -> Graph:
    """Return a graph with arrows between random boxes, always downwards."""
    choose = random.Random(1)
    pairs = {(number, number + 1) for number in range(steps - 1) if line}
    while len(pairs) < arrows:
        tail, head = sorted(choose.sample(range(steps), 2))
        pairs.add((tail, head))
    nodes = tuple(Node(str(number), "") for number in range(steps))
    return Graph(nodes, tuple(Edge(str(tail), str(head)) for tail, head in sorted(pairs)))


def looped(steps: int) -> Graph:
    """Return a line of boxes, each in a frame of its own."""
    graph = connected(steps, steps - 1, line=True)
    nodes = tuple(Node(node.id, "", group=node.id) for node in graph.nodes)
    return Graph(nodes, graph.edges, tuple(Group(node.id, "") for node in nodes))


@pytest.mark.parametrize(
    "graph",
    [
        connected(300, 900),
        connected(100, 300, line=True),
        connected(1_000, 2_970),
        connected(3_000, 2_999, line=True),
        looped(150),
    ],
    ids=["300 steps", "long arrows", "2,970 arrows", "a line", "loops"],
)
def test_a_large_graph_is_laid_out_whole(graph: Graph) -> None:
    """Without the limits on Graphviz's work these take up to a minute."""
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

    layout = lay_out(graph, {node.id: (150, 60) for node in graph.nodes})

    assert len(graph.nodes) == len(layout.nodes) and len(graph.edges) == len(layout.edges)


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (connected(1_000, 1_500, line=True), "1,500 arrows between 1,000 steps are more"),
        (looped(151), "the pipeline has 151 loops, and a picture shows at most 150."),
    ],
    ids=["long arrows", "loops"],
)
def test_a_graph_that_takes_long_is_left_out(graph: Graph, reason: str) -> None:
    """The error says what makes it large."""
    with pytest.raises(ValueError, match=reason):
        lay_out(graph, {})
