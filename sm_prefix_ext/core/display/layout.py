"""The positions of the boxes and arrows of a graph, from Graphviz."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from typing import Any, NamedTuple

from .report import Graph, counted
from .rows import rows_crossed

_POINTS_PER_INCH = 72
LARGEST = 3_000
"""The most boxes of a picture; a larger one is unreadable, and its layout takes minutes."""

_MOST_ARROWS, _MOST_ARROWS_OF_A_BOX = 300, 4
"""More arrows than these, such as those between every 2 of 40 boxes, are unreadable."""
_MOST_ROWS, _MOST_ROWS_CURVED = 15_000, 2_000
"""The most rows that the arrows cross: the layout's time grows with them, to about 3 s.

Above the second number, straight lines and fewer attempts to avoid crossings save nine tenths.
"""
_MOST_GROUPS = 150
"""The layout's time grows with the square of the number of frames."""
_STRAIGHT = {"splines": "line", "mclimit": "0.01", "nslimit": "0.05", "nslimit1": "0.05"}


class Point(NamedTuple):
    """A point in pixels, from the top left corner."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """The positions of a graph's parts.

    Args:
        width: of the whole, in pixels.
        height: of the whole, in pixels.
        nodes: the boxes of the nodes, by ID.
        groups: the boxes of the groups, by ID.
        edges: in the order of the graph's edges, the control points of a Bézier curve: the first
            point, then three for each segment, then the tip of the arrow.
    """

    width: float
    height: float
    nodes: Mapping[str, Box]
    groups: Mapping[str, Box]
    edges: tuple[tuple[Point, ...], ...]


def lay_out(graph: Graph, sizes: Mapping[str, tuple[float, float]]) -> Layout:
    """Lay a graph out from top to bottom.

    Args:
        graph: the graph.
        sizes: the width and the height of each node in pixels, by ID.

    Raises:
        ImportError: if pygraphviz isn't installed.
        ValueError: if the graph has more than :data:`LARGEST` nodes, or too many edges or groups.
    """
    if len(graph.nodes) > LARGEST:
        raise ValueError(
            f"The picture is left out: the pipeline has {len(graph.nodes):,} steps, and a picture "
            f"shows at most {LARGEST:,}."
        )
    if len(graph.groups) > _MOST_GROUPS:
        raise ValueError(
            f"The picture is left out: the pipeline has {counted(len(graph.groups), 'loop')}, and "
            f"a picture shows at most {_MOST_GROUPS}."
        )
    rows = rows_crossed(graph)
    most = _MOST_ARROWS + _MOST_ARROWS_OF_A_BOX * len(graph.nodes)
    if len(graph.edges) > most or rows > _MOST_ROWS:
        raise ValueError(
            f"The picture is left out: {counted(len(graph.edges), 'arrow')} between "
            f"{counted(len(graph.nodes), 'step')} are more than it can show."
        )
    try:
        import pygraphviz
    except ImportError:
        raise ImportError(
            "The picture is left out, since it needs Graphviz: pip install 'sm-prefix-ext[picture]'"
        ) from None
    # Nodes are numbers to Graphviz, so that it can't take a step's name for its own language.
    # Without labels it looks for no fonts.
    drawing = pygraphviz.AGraph(directed=True, strict=False, rankdir="TB", ranksep="0.45")
    drawing.graph_attr.update(nodesep="0.3", pack="24", packmode="array_i5", label="")
    drawing.graph_attr.update(nslimit="1", nslimit1="1")  # 300 boxes in 1 s instead of 10 s
    if rows > _MOST_ROWS_CURVED:
        drawing.graph_attr.update(_STRAIGHT)
    drawing.node_attr.update(shape="box", fixedsize="true", label="")
    numbers = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        width, height = (size / _POINTS_PER_INCH for size in sizes[node.id])
        drawing.add_node(numbers[node.id], width=f"{width:.3f}", height=f"{height:.3f}")
    for number, edge in enumerate(graph.edges):
        drawing.add_edge(numbers[edge.tail], numbers[edge.head], key=str(number), id=f"e{number}")
    _add_groups(drawing, graph, numbers)
    with redirect_stderr(StringIO()):  # pygraphviz warns of more than 1,000 nodes
        drawn = drawing.draw(format="json0", prog="dot")
    return _read(json.loads(drawn), graph, numbers)


def _add_groups(drawing: Any, graph: Graph, numbers: Mapping[str, str]) -> None:
    """Add each group to its parent, with its nodes; a cluster is what Graphviz frames."""
    members: dict[str | None, list[str]] = defaultdict(list)
    for node in graph.nodes:
        members[node.group].append(numbers[node.id])
    clusters: dict[str | None, Any] = {None: drawing}
    for number, group in enumerate(graph.groups):
        clusters[group.id] = clusters[group.parent].add_subgraph(
            members[group.id], name=f"cluster_{number}", label="", margin="22"
        )


def _read(drawn: Mapping[str, Any], graph: Graph, numbers: Mapping[str, str]) -> Layout:
    _, _, width, height = _floats(drawn["bb"])
    boxes: dict[str, Box] = {}
    for item in drawn.get("objects", ()):
        if "bb" in item:
            left, bottom, right, top = _floats(item["bb"])
            boxes[item["name"]] = Box(left, height - top, right - left, top - bottom)
        elif "pos" in item:
            x, y = _floats(item["pos"])
            w, h = (float(item[key]) * _POINTS_PER_INCH for key in ("width", "height"))
            boxes[item["name"]] = Box(x - w / 2, height - y - h / 2, w, h)
    curves = {item["id"]: _curve(item["pos"], height) for item in drawn.get("edges", ())}
    return Layout(
        width,
        height,
        nodes={node: boxes[number] for node, number in numbers.items()},
        groups={
            group.id: boxes[f"cluster_{number}"]
            for number, group in enumerate(graph.groups)
            if f"cluster_{number}" in boxes
        },
        edges=tuple(curves[f"e{number}"] for number in range(len(graph.edges))),
    )


def _curve(text: str, height: float) -> tuple[Point, ...]:
    """Read a spline: ``e,<tip> <point> …``, with the y axis upwards."""
    first, *rest = text.replace("\\\n", "").split()
    tip = _floats(first.removeprefix("e,"))
    points = [Point(x, height - y) for x, y in map(_floats, rest)]
    return (*points, Point(tip[0], height - tip[1]))


def _floats(text: str) -> list[float]:
    return [float(number) for number in re.split(r"[, ]", text)]
