"""A report as HTML: a part of a page, or the output of a notebook's cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from ..text import printable
from .report import Cell, Document, Report, Row, Table, counted
from .svg import as_svg, style
from .text import DASH

_FOLDED = 30
"""A table with more rows shows this many; the others unfold."""
_DARK = (
    "[data-jp-theme-light=false] .sm-prefix, .vscode-dark .sm-prefix, "
    ".vscode-high-contrast:not(.vscode-high-contrast-light) .sm-prefix, "
    "[data-md-color-scheme=slate] .sm-prefix"
)
"""The dark themes of JupyterLab, VS Code, and Material for MkDocs.

VS Code's light theme of high contrast has the class of the dark one too.
"""


def fragment(report: Report) -> str:
    """Return a report as HTML for a notebook, with its style sheet.

    Every text is escaped; the HTML runs no script and loads nothing.

    Args:
        report: the report.
    """
    root = ET.Element("div", {"class": "sm-prefix"})
    ET.SubElement(root, "style").text = f"{style('style')}{_DARK} {{{style('style_dark')}}}"
    add_heading(root, report)
    notes = [*report.notes, *add_picture(root, report)]
    for table in report.tables:
        add_table(root, table)
    for document in report.documents:
        if not document.folded:
            _add_document(root, document)
    for note in notes:
        add(root, "p", note, "note")
    return serialized(root)


def serialized(root: ET.Element) -> str:
    """Return an element as HTML, with nothing between its tags."""
    text = ET.tostring(root, encoding="unicode", method="html")
    return text.replace("</wbr>", "")  # Python 3.10 does not know that this element has no end


def add(parent: ET.Element, tag: str, text: str, style: str = "") -> ET.Element:
    """Add an element with a text from outside to another one, and return it."""
    element = ET.SubElement(parent, tag, {"class": style} if style else {})
    element.text = printable(text)
    return element


def add_heading(parent: ET.Element, report: Report) -> None:
    """Add the title, the line that counts and the facts of a report."""
    add(parent, "h3", report.title)
    add(parent, "p", report.summary, report.tone)
    if report.facts:
        listed = ET.SubElement(parent, "dl")
        for name, value in report.facts:
            add(listed, "dt", name)
            add(ET.SubElement(listed, "dd"), "code", value)


def add_picture(
    parent: ET.Element, report: Report, links: Mapping[str, str] | None = None
) -> Sequence[str]:
    """Add the picture of a report, and return why if it can't be drawn."""
    if report.graph is None or not report.graph.nodes:
        return ()
    try:
        drawn = as_svg(report.graph, f"{report.title}: {report.summary}", links)
    except (ImportError, ValueError) as error:
        return (str(error),)
    ET.SubElement(parent, "figure").append(drawn)
    return ()


def add_table(parent: ET.Element, table: Table) -> None:
    """Add a table; its rows from the 31st on unfold, and so does all of a folded one."""
    if not table.rows:
        return
    if table.folded:
        folded = ET.SubElement(parent, "details")
        add(folded, "summary", f"{table.title} ({counted(len(table.rows), 'row')})")
        _add_rows(folded, table, table.rows)
        return
    if table.title:
        add(parent, "h3", table.title)
    _add_rows(parent, table, table.rows[:_FOLDED])
    rest = table.rows[_FOLDED:]
    if rest:
        folded = ET.SubElement(parent, "details")
        add(folded, "summary", f"Show {counted(len(rest), 'more row')}")
        _add_rows(folded, table, rest)


def _add_document(parent: ET.Element, document: Document) -> None:
    add(parent, "h3", document.title)
    for note in document.notes:
        add(parent, "p", note)
    lines = map(printable, document.lines)
    ET.SubElement(parent, "pre").text = "\n".join(lines)


def _add_rows(parent: ET.Element, table: Table, rows: tuple[Row, ...]) -> None:
    element = ET.SubElement(ET.SubElement(parent, "div", {"class": "table"}), "table")
    head = ET.SubElement(ET.SubElement(element, "thead"), "tr")
    for column in table.columns:
        add(head, "th", column).set("scope", "col")
    for group, members in Table(table.columns, rows).groups():
        body = ET.SubElement(element, "tbody")
        if group and group != getattr(members[0].cells[0], "text", None):
            heading = add(ET.SubElement(body, "tr"), "th", group)
            heading.attrib.update(colspan=str(len(table.columns)), scope="rowgroup")
        for row in members:
            line = ET.SubElement(body, "tr")
            for cell in row.cells:
                add_cell(line, cell)


def add_cell(parent: ET.Element, cell: Cell | None) -> ET.Element:
    """Add a cell of a table, with its full text where it is shortened, and return it."""
    if cell is None:
        return add(parent, "td", DASH, "muted")
    tone = "" if cell.tone == "neutral" else cell.tone
    if not cell.code:
        return add(parent, "td", cell.text, tone)
    element = ET.SubElement(parent, "td")
    classes = (tone, "command" if cell.command else "")
    code = add(element, "code", cell.text, " ".join(filter(None, classes)))
    if cell.full is not None:
        code.set("title", printable(cell.full))
    return element
