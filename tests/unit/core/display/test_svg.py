"""Graphs as SVG."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from sm_prefix_ext.core.display.report import Edge, Graph, Group, Node
from sm_prefix_ext.core.display.svg import as_image

from ...reporting.sample import HOSTILE

pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")


@pytest.mark.parametrize("text", [*HOSTILE.values(), "宽" * 10_000], ids=[*HOSTILE, "wide"])
def test_every_text_gives_an_image_in_valid_xml(text: str) -> None:
    """Texts are printable, and shortened where they are long."""
    nodes = (Node("a", text, text, (text,), "bad", text), Node("b", text, group="g"))
    graph = Graph(nodes, (Edge("a", "b", text),), (Group("g", text),))

    root = ET.fromstring(as_image(graph, text))

    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert {"svg", "style", "g", "path", "polygon", "rect", "text", "title"} >= tags
    written = [element.text or "" for element in root.iter() if element.tag.endswith("}text")]
    assert all(line.isprintable() and len(line) <= 48 for line in written)
