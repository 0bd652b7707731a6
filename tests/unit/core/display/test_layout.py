"""The layout of graphs."""

from __future__ import annotations

import sys

import pytest

from sm_prefix_ext.core.display.html import fragment
from sm_prefix_ext.core.display.report import Cell, Edge, Graph, Node, Report, Row, Table


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
    boxes = tuple(Node(str(number), "a") for number in range(nodes))

    html = shown(Graph(boxes, (Edge("0", "0"),) * edges))

    assert "<td>x</td>" in html and "<svg" not in html
    assert reason in html


def test_without_graphviz_a_note_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)

    html = shown(Graph((Node("a", "a"),)))

    assert "<td>x</td>" in html and "<svg" not in html
    assert 1 == html.count("pip install 'sm-prefix-ext[picture]'")
