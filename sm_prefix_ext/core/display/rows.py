"""How many rows the arrows of a graph cross, which decides how long its layout takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from .report import Graph


def rows_crossed(graph: Graph) -> int:
    """Return the sum of the rows that the arrows of a graph go down, at most.

    Every box stands below those with an arrow to it; of the arrows of a cycle, one goes up.

    Example:
        >>> from sm_prefix_ext.core.display.report import Edge, Graph, Node
        >>> from sm_prefix_ext.core.display.rows import rows_crossed
        >>> nodes = tuple(Node(name, name) for name in "abc")
        >>> rows_crossed(Graph(nodes, (Edge("a", "b"), Edge("b", "c"), Edge("a", "c"))))
        4
    """
    heads: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        heads[edge.tail].append(edge.head)
    order = _from_the_top([node.id for node in graph.nodes], heads)
    place = {node: number for number, node in enumerate(order)}
    arrows = [sorted((edge.tail, edge.head), key=place.__getitem__) for edge in graph.edges]
    below: dict[str, list[str]] = defaultdict(list)
    for tail, head in arrows:
        below[tail].append(head)
    rows = dict.fromkeys(order, 0)
    for node in order:
        for head in below[node]:
            rows[head] = max(rows[head], rows[node] + (head != node))
    for node in order:  # what is used far below stands there
        if rows[node] == 0 and below[node]:
            rows[node] = min(rows[head] for head in below[node]) - 1
    return sum(rows[head] - rows[tail] for tail, head in arrows if head != tail)


def _from_the_top(nodes: Sequence[str], heads: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the nodes in an order in which arrows go down, but for one of each cycle."""
    done: list[str] = []
    seen: set[str] = set()
    for first in nodes:
        if first in seen:
            continue
        seen.add(first)
        # Not recursive: a pipeline may have more steps in a line than Python's stack.
        stack: list[tuple[str, Iterator[str]]] = [(first, iter(heads.get(first, ())))]
        while stack:
            node, rest = stack[-1]
            head = next((head for head in rest if head not in seen), None)
            if head is None:
                done.append(node)
                stack.pop()
            else:
                seen.add(head)
                stack.append((head, iter(heads.get(head, ()))))
    return done[::-1]
