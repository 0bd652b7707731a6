"""How many rows the arrows of a graph cross."""

from __future__ import annotations

import pytest

from sm_prefix_ext.core.display.report import Edge, Graph, Node
from sm_prefix_ext.core.display.rows import rows_crossed


def graph(*arrows: str) -> Graph:
    nodes = tuple(Node(name, name) for name in sorted({*"".join(arrows)}))
    return Graph(nodes, tuple(Edge(tail, head) for tail, head in arrows))


@pytest.mark.parametrize(
    ("arrows", "rows"),
    [
        ((), 0),
        (("ab", "bc", "cd"), 3),
        (("ab", "bc", "cd", "ad"), 6),
        (("ab", "bc", "cd", "xd"), 4),
        (("ab", "ac", "ad"), 3),
        (("aa",), 0),
        (("ab", "ba"), 2),
        (("ab", "bc", "ca"), 4),
        (("ab", "ab"), 2),
    ],
)
def test_the_rows_of_a_graph(arrows: tuple[str, ...], rows: int) -> None:
    """A box that is used far below stands there; an arrow of a cycle goes up."""
    assert rows == rows_crossed(graph(*arrows))


def test_a_line_may_be_longer_than_the_stack() -> None:
    """Each of 19,999 arrows crosses one row."""
    nodes = tuple(Node(str(number), "") for number in range(20_000))
    edges = tuple(Edge(str(number), str(number + 1)) for number in range(19_999))

    assert 19_999 == rows_crossed(Graph(nodes, edges))
