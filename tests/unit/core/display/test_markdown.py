"""Reports in Markdown."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from sm_prefix_ext.core.display.markdown import as_markdown, escaped
from sm_prefix_ext.core.display.report import Cell, Document, Edge, Graph, Node, Report, Row, Table

from ...reporting.sample import HOSTILE


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_becomes_a_link_html_or_another_cell(text: str) -> None:
    """A parser of CommonMark finds the same cells and plain text."""
    table = Table(("A", "B"), (Row((Cell(text), Cell(text, code=True)), "Train"),))
    report = Report(
        text,
        text,
        tables=(table,),
        documents=(Document(text, text, (text,), folded=False),),
        notes=(text,),
        facts=(("Fact", text),),
    )

    tokens = MarkdownIt("commonmark").enable("table").parse(as_markdown(report))
    inner = [child for token in tokens for child in token.children or ()]

    assert 3 == sum(token.type == "td_open" for token in tokens)
    assert bool(text.strip()) == any(token.type == "code_block" for token in tokens)
    assert {"text", "code_inline", "html_inline"} >= {child.type for child in inner}
    html = {child.content for child in inner if child.type == "html_inline"}
    assert {"<code>", "</code>"} >= html


def test_signs_of_mentions_do_not_touch_what_follows() -> None:
    """GitHub resolves character references before it looks for mentions."""
    assert "&#64;&#8203;user &#35;&#8203;1 GH-&#8203;2 www&#46;a" == escaped("@user #1 GH-2 www.a")


def test_a_picture_that_github_would_not_draw_is_left_out() -> None:
    """A note says so."""
    graph = Graph((Node("a", "a"),), (Edge("a", "a"),) * 501)

    text = as_markdown(Report("Plan", "1 job.", graph=graph))

    assert "mermaid\n" not in text
    assert "1 step and 501 arrows are more than Mermaid draws" in text
