"""Reports as HTML, read by a strict parser."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from sm_prefix_ext.core.display.html import fragment
from sm_prefix_ext.core.display.report import (
    Cell,
    Document,
    Edge,
    Graph,
    Group,
    Node,
    Report,
    Row,
    Table,
)
from sm_prefix_ext.core.display.svg import style

from ...reporting.sample import HOSTILE

ALLOWED = {
    "div": {"class"},
    "style": set(),
    "h3": set(),
    "p": {"class"},
    "pre": set(),
    "dl": set(),
    "dt": set(),
    "dd": set(),
    "code": {"class", "title"},
    "figure": set(),
    "details": set(),
    "summary": set(),
    "table": set(),
    "thead": set(),
    "tbody": set(),
    "tr": set(),
    "th": {"scope", "colspan"},
    "td": {"class"},
    "svg": {"xmlns", "class", "role", "aria-label", "viewbox", "width", "height"},
    "g": {"class", "transform"},
    "title": set(),
    "rect": {"x", "y", "width", "height", "rx", "class"},
    "path": {"d"},
    "polygon": {"points"},
    "text": {"x", "y", "class"},
}
"""The elements of a fragment with their attributes, in lower case as the parser has them."""
CLASSES = {"sm-prefix", "note", "table", "good", "warning", "bad", "muted"}
CLASSES |= {"picture", "node", "edge", "dashed", "group", "bar", "label"}
CLASSES |= {"title", "kind", "name", "status", "neutral"}
MORE = {"attribute": "\"'><img src=x onerror=alert(1)>", "style": "</style><script>x</script>"}


class Strict(HTMLParser):
    """Refuses every element and attribute that a fragment doesn't need, and open elements."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        assert ALLOWED[tag] >= {name for name, _ in attrs}
        assert CLASSES >= set((dict(attrs).get("class") or "").split())
        self.open.append(tag)
        self.elements.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] == "style":
            assert "url(" not in data and "@import" not in data
        else:
            lines = data.split("\n") if self.open[-1] == "pre" else [data]
            assert all(line.isprintable() for line in lines)
            self.texts.append(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    handle_comment = handle_decl = handle_pi = unknown_decl


def read(report: Report) -> Strict:
    parser = Strict()
    parser.feed(fragment(report))
    parser.close()
    assert [] == parser.open
    return parser


def everything(text: str) -> Report:
    """Return a report with the text in every place."""
    cells = (Cell(text, "bad"), Cell(text, code=True, full=text), None)
    rows = (Row(cells, text), Row(cells, f"{text} "))
    tables = tuple(Table((text,) * 3, rows, text, folded) for folded in (False, True))
    nodes = (Node(text, text, text, (text,), "bad", text, text), Node("b", text))
    graph = Graph(nodes, (Edge(text, "b", text), Edge("b", text, text, True)), (Group(text, text),))
    documents = (Document(text, text, (text,), folded=False), Document(text, text))
    return Report(text, text, "bad", ((text, text),), tables, graph, documents, notes=(text,))


@pytest.mark.parametrize("text", [*HOSTILE.values(), *MORE.values()], ids=[*HOSTILE, *MORE])
def test_no_text_becomes_an_element_or_an_attribute(text: str) -> None:
    """A report with a hostile text has the elements of one with a plain text."""
    elements = read(everything(text)).elements

    assert elements == read(everything("Train")).elements or not text


def test_a_shortened_cell_has_its_full_text() -> None:
    """It is the title of the cell's code."""
    cell = Cell("role/a", code=True, full="arn:role/a")

    html = fragment(Report("T", "S.", tables=(Table(("A",), (Row((cell,)),)),)))

    assert '<td><code title="arn:role/a">role/a</code></td>' in html


def test_a_command_may_be_broken_between_words() -> None:
    """It has a class of its own for that."""
    cell = Cell("sm-prefix check x", code=True, command=True)

    html = fragment(Report("T", "S.", tables=(Table(("A",), (Row((cell,)),)),)))

    assert '<td><code class="command">sm-prefix check x</code></td>' in html


@pytest.mark.parametrize(("rows", "summary"), [(30, None), (31, "1 more row"), (32, "2 more rows")])
def test_rows_from_the_31st_on_unfold(rows: int, summary: str | None) -> None:
    """The summary says how many there are."""
    table = Table(("A",), tuple(Row((Cell(str(number)),)) for number in range(rows)))

    parsed = read(Report("T", "S.", tables=(table,)))

    assert rows == parsed.elements.count("td")
    assert ([] if summary is None else [f"Show {summary}"]) == [
        text for text in parsed.texts if text.startswith("Show")
    ]


def test_a_folded_table_says_how_many_rows_it_has() -> None:
    """An empty one is left out."""
    table = Table(("A",), (Row((Cell("x"),)),) * 40, "Allowed", folded=True)

    parsed = read(Report("T", "S.", tables=(table, Table(("A",), ()))))

    assert 1 == parsed.elements.count("details")
    assert "Allowed (40 rows)" in parsed.texts


def test_a_group_with_the_name_of_its_first_cell_has_no_heading() -> None:
    """Any other has one."""
    rows = (Row((Cell("Train"),), "Train"), Row((Cell("denied"),), "Tune"))

    parsed = read(Report("T", "S.", tables=(Table(("A",), rows),)))

    assert ["Train", "Tune", "denied"] == parsed.texts[-3:]


@pytest.mark.parametrize(
    "theme",
    [
        "[data-jp-theme-light=false]",
        ".vscode-dark",
        ".vscode-high-contrast:not(.vscode-high-contrast-light)",
        "[data-md-color-scheme=slate]",
    ],
)
def test_a_dark_theme_has_its_colours(theme: str) -> None:
    """Of JupyterLab, VS Code, and Material for MkDocs; no other rule has them."""
    css = fragment(Report("T", "S.")).partition("</style>")[0]
    selectors, _, colours = css.rpartition("{")

    assert f"{style('style_dark')}}}" == colours
    assert f"{theme} .sm-prefix" in selectors.rpartition("}")[2].strip().split(", ")
