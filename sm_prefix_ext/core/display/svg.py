"""A graph as SVG, to read by eye and by a screen reader."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from xml.etree import ElementTree as ET

from ..text import printable
from .layout import Box, Point, lay_out
from .report import Edge, Graph, Group, Node, Tone

_NAMESPACE = "http://www.w3.org/2000/svg"
SIGNS: Mapping[Tone, str] = {"good": "✓", "warning": "!", "bad": "✗", "muted": "○", "neutral": ""}
"""What stands before a status, so that it does not depend on colour alone."""

# In pixels, for the fonts of the style sheet; a text with wider letters is cut by its box.
_TITLE, _LINE, _PADDING = 18, 15, 12
_TITLE_LETTER, _LINE_LETTER = 8.3, 6.7
_NARROWEST, _WIDEST = 150, 340
_MARGIN = 8


def as_svg(graph: Graph, title: str, links: Mapping[str, str] | None = None) -> ET.Element:
    """Draw a graph.

    Args:
        graph: the graph.
        title: what a screen reader says of the picture.
        links: where a box leads, by the ID of its node.

    Raises:
        ImportError: if pygraphviz isn't installed.
        ValueError: if the graph is too large to be drawn.
    """
    layout = lay_out(graph, {node.id: _size(node) for node in graph.nodes})
    width, height = (side + 2 * _MARGIN for side in (layout.width, layout.height))
    root = ET.Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "class": "picture",
            "role": "img" if not links else "group",
            "aria-label": printable(title),
            "viewBox": f"0 0 {width:.0f} {height:.0f}",
            "width": f"{width:.0f}",
            "height": f"{height:.0f}",
        },
    )
    inside = ET.SubElement(root, "g", {"transform": f"translate({_MARGIN} {_MARGIN})"})
    for group in graph.groups:
        if group.id in layout.groups:
            _draw_group(inside, group, layout.groups[group.id])
    for edge, curve in zip(graph.edges, layout.edges, strict=True):
        _draw_edge(inside, edge, curve)
    for node in graph.nodes:
        _draw_node(inside, node, layout.nodes[node.id], (links or {}).get(node.id))
    return root


def as_image(graph: Graph, title: str) -> str:
    """Return a graph as an SVG file, with its style sheets for light and dark.

    Args:
        graph: the graph.
        title: what a screen reader says of the picture.

    Raises:
        ImportError: if pygraphviz isn't installed.
        ValueError: if the graph is too large to be drawn.
    """
    root = as_svg(graph, title)
    root.set("class", "picture sm-prefix")
    sheet = ET.Element("style")
    dark = f"@media (prefers-color-scheme: dark) {{ .sm-prefix {{{style('style_dark')}}} }}"
    sheet.text = style("style") + dark
    root.insert(0, sheet)
    return ET.tostring(root, encoding="unicode") + "\n"


@cache
def style(name: str) -> str:
    """Return a style sheet of the package, ``"style"`` or ``"style_dark"``."""
    return (files(__package__) / f"{name}.css").read_text(encoding="utf-8")


def _draw_group(parent: ET.Element, group: Group, box: Box) -> None:
    drawn = ET.SubElement(parent, "g", {"class": "group"})
    ET.SubElement(drawn, "rect", {**_rectangle(box), "rx": "8"})
    # At the bottom: arrows enter at the top, in the middle.
    _write(drawn, box.x + 10, box.y + box.height - 7, _shortened(group.label, 40), "label")


def _draw_edge(parent: ET.Element, edge: Edge, curve: tuple[Point, ...]) -> None:
    drawn = ET.SubElement(parent, "g", {"class": "edge dashed" if edge.dashed else "edge"})
    start, *points, end, tip = curve
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*points, end))
    ET.SubElement(drawn, "path", {"d": f"M{start.x:.1f},{start.y:.1f} C{path}"})
    ET.SubElement(drawn, "polygon", {"points": _arrow(end, tip)})
    if edge.label:
        near = points[1] if len(points) > 1 else end
        x, y = (start.x + near.x) / 2 + 5, (start.y + near.y) / 2 + 4
        _write(drawn, x, y, _shortened(edge.label, 40), "label")


def _arrow(base: Point, tip: Point) -> str:
    dx, dy = tip.x - base.x, tip.y - base.y
    side = Point(-dy * 0.38, dx * 0.38)
    corners = (
        tip,
        Point(base.x + side.x, base.y + side.y),
        Point(base.x - side.x, base.y - side.y),
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def _draw_node(parent: ET.Element, node: Node, box: Box, link: str | None) -> None:
    if link is not None:
        parent = ET.SubElement(parent, "a", {"href": link})
    drawn = ET.SubElement(parent, "g", {"class": f"node {node.tone}"})
    ET.SubElement(drawn, "title").text = ", ".join(printable(text) for text in _texts(node))
    ET.SubElement(drawn, "rect", {**_rectangle(box), "rx": "6"})
    ET.SubElement(drawn, "rect", {**_rectangle(box._replace(width=5)), "rx": "2", "class": "bar"})
    x, y = box.x + _PADDING, box.y + _PADDING + 9
    _write(drawn, x, y, _shortened(node.title, _most(_TITLE_LETTER)), "title")
    for text, style in _lines(node):
        y += _LINE
        _write(drawn, x, y, _shortened(text, _most(_LINE_LETTER)), style)


def _lines(node: Node) -> list[tuple[str, str]]:
    """Return the lines below the title of a node, each with its style."""
    lines = [(node.kind, "kind"), *((line, "name") for line in node.lines)]
    if node.status:
        lines.append((f"{SIGNS[node.tone]} {node.status}".strip(), "status"))
    return [(text, style) for text, style in lines if text]


def _texts(node: Node) -> list[str]:
    return [node.title, *(text for text, _ in _lines(node))]


def _size(node: Node) -> tuple[float, float]:
    lines = _lines(node)
    widths = [_columns(node.title) * _TITLE_LETTER]
    widths += [_columns(text) * _LINE_LETTER for text, _ in lines]
    width = min(max(*widths, _NARROWEST - 2 * _PADDING) + 2 * _PADDING, _WIDEST)
    return width, 2 * _PADDING + _TITLE + _LINE * len(lines) - 8


def _most(letter: float) -> int:
    return int((_WIDEST - 2 * _PADDING) / letter)


def _columns(text: str) -> int:
    """Return how many letters of the usual width a text is wide."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in printable(text)[:500])


def _shortened(text: str, most: int) -> str:
    """Return a text that fits, without its middle: names differ at both ends."""
    text = printable(text)
    if _columns(text) <= most:
        return text
    half = (most - 1) // 2
    beginning, end = text[:half], text[-half:]
    while _columns(beginning) > half:  # wide letters
        beginning = beginning[:-1]
    while _columns(end) > half:
        end = end[1:]
    return f"{beginning}…{end}"


def _rectangle(box: Box) -> dict[str, str]:
    names = ("x", "y", "width", "height")
    return {name: f"{value:.1f}" for name, value in zip(names, box, strict=True)}


def _write(parent: ET.Element, x: float, y: float, text: str, style: str) -> None:
    written = ET.SubElement(parent, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "class": style})
    written.text = text
