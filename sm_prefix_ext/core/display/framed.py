"""Several graphs as one, each in a frame of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .report import Edge, Graph, Group, Node


def framed(graphs: Iterable[tuple[str, Graph]]) -> Graph:
    """Return one graph of several, each in a frame with its title.

    Args:
        graphs: titles with graphs.

    Example:
        >>> from sm_prefix_ext.core.display.framed import framed
        >>> from sm_prefix_ext.core.display.report import Graph, Node
        >>> one = Graph((Node("a", "Train"),))
        >>> both = framed([("first.json", one), ("second.json", one)])
        >>> [(node.id, node.group) for node in both.nodes]
        [('0 a', '0'), ('1 a', '1')]
    """
    nodes: list[Node] = []
    edges: list[Edge] = []
    groups: list[Group] = []
    for number, (title, graph) in enumerate(graphs):
        frame = str(number)

        def inside(name: str | None, frame: str = frame) -> str:
            return frame if name is None else f"{frame} {name}"

        groups.append(Group(frame, title))
        groups += [
            replace(group, id=inside(group.id), parent=inside(group.parent))
            for group in graph.groups
        ]
        nodes += [
            replace(node, id=inside(node.id), group=inside(node.group)) for node in graph.nodes
        ]
        edges += [
            replace(edge, tail=inside(edge.tail), head=inside(edge.head)) for edge in graph.edges
        ]
    return Graph(tuple(nodes), tuple(edges), tuple(groups))
