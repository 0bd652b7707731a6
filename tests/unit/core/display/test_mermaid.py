"""Graphs in Mermaid's language."""

from __future__ import annotations

import pytest

from sm_prefix_ext.core.display.mermaid import as_mermaid
from sm_prefix_ext.core.display.report import Edge, Graph, Group, Node

from ...reporting import schemas
from ...reporting.sample import HOSTILE

MORE = {"click": '"]; click n0 call x()', "directive": "%%{init: {}}%%", "icon": "fa:fa-car"}


@pytest.mark.parametrize("text", [*HOSTILE.values(), *MORE.values()], ids=[*HOSTILE, *MORE])
def test_every_line_follows_the_grammar(text: str) -> None:
    """Whatever the text of a node, an arrow, a frame or a note is."""
    nodes = (Node("a", text, text, (text,), "bad", text), Node("b", text, group="g"))
    edges = (Edge("a", "b", text), Edge("b", "a", dashed=True))

    lines = as_mermaid(Graph(nodes, edges, (Group("g", text),)), (text,)).split("\n")

    assert [] == [line for line in lines if not schemas.MERMAID.fullmatch(line)]


def test_loops_may_be_nested_deeper_than_the_stack() -> None:
    """The picture is refused for its size alone."""
    groups = [Group(f"g{n}", "", f"g{n - 1}" if n else None) for n in range(5_000)]

    with pytest.raises(ValueError, match="more than Mermaid draws on GitHub"):
        as_mermaid(Graph((Node("a", "a", group="g4999"),), (), tuple(groups)))
