"""Reports as one HTML page that needs nothing else: no network, no other file.

Its content security policy allows the style sheet and the script by their hashes and nothing else,
so even a text that escaping missed would neither run nor load anything.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from xml.etree import ElementTree as ET

from ..core.display.html import add, add_cell, add_picture, serialized
from ..core.display.report import Cell, Document, Report, Row, Table, counted
from ..core.display.svg import style
from ..core.text import printable
from .check_summary import PROJECT, VERSION

_LONGEST_ANCHOR = 80
_LONGEST_LABEL = 120
_NOT_IN_AN_ANCHOR = re.compile(r"[^A-Za-z0-9_./-]+")
_MOST_BREAKS = 40
_LEGEND = "A solid arrow stands for data or a branch, a dashed one for the order alone."
_ZOOMS = (("out", "Zoom out", "−"), ("in", "Zoom in", "+"), ("fit", "Fit the width", "Fit"))


def as_page(reports: Sequence[Report]) -> str:
    """Return reports as one self-contained HTML page.

    Args:
        reports: the first gives the page its title and its summary; each other one is a section.

    Example:
        >>> from sm_prefix_ext.core.display.report import Report
        >>> page = as_page([Report("Plan of abalone", "3 jobs.")])
        >>> page.startswith("<!DOCTYPE html>"), "<h1>Plan of abalone</h1>" in page
        (True, True)
    """
    first, *others = reports
    root = ET.Element("html", {"lang": "en"})
    _add_head(root, first.title)
    body = ET.SubElement(root, "body", {"class": "sm-prefix page"})
    add(body, "a", "Skip to the content", "skip").set("href", "#content")
    _add_header(body, first)
    if any(table.rows for report in reports for table in report.tables):
        _add_filter(body)
    main = ET.SubElement(body, "main", {"id": "content", "tabindex": "-1"})
    sections = [f"section-{number}" for number in range(1, len(others) + 1)]
    _add_contents(main, others, sections)
    _Section(main, _Anchors()).add(first)
    for report, section in zip(others, sections, strict=True):
        inside = ET.SubElement(main, "section", {"aria-labelledby": section})
        add(inside, "h2", report.title).set("id", section)
        _add_facts(inside, report)
        _Section(inside, _Anchors(report.title, section), level=3).add(report)
    _add_footer(body)
    ET.SubElement(body, "script").text = _script()
    # In a log of GitHub, the runner would read a command in a line with ##[ in it.
    return f"<!DOCTYPE html>\n{serialized(root).replace('##[', '#&#35;[')}\n"


def _add_head(root: ET.Element, title: str) -> None:
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    allowed = (
        "default-src 'none'",
        f"style-src '{_hash(_style())}'",
        f"script-src '{_hash(_script())}'",
        "base-uri 'none'",
        "form-action 'none'",
    )
    security = {"http-equiv": "Content-Security-Policy", "content": "; ".join(allowed)}
    ET.SubElement(head, "meta", security)
    screen = {"name": "viewport", "content": "width=device-width, initial-scale=1"}
    ET.SubElement(head, "meta", screen)
    ET.SubElement(head, "meta", {"name": "color-scheme", "content": "light dark"})
    add(head, "title", title)
    ET.SubElement(head, "style").text = _style()


@cache
def _style() -> str:
    dark = f"{style('style_dark')}{_asset('page_dark.css')}"
    theme = f"@media screen and (prefers-color-scheme: dark) {{ .sm-prefix {{\n{dark}}} }}\n"
    shared = style("style").replace(".sm-prefix.sm-prefix.sm-prefix", ".sm-prefix")  # no JupyterLab
    return f"{shared}{_asset('page.css')}{theme}"


@cache
def _script() -> str:
    return _asset("page.js")


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _add_header(body: ET.Element, report: Report) -> None:
    header = ET.SubElement(body, "header")
    add(header, "h1", report.title)
    _add_facts(header, report)


def _add_facts(parent: ET.Element, report: Report) -> None:
    """Add the line that counts, and what holds for all rows."""
    add(parent, "p", report.summary, f"summary {report.tone}")
    if report.facts:
        listed = ET.SubElement(parent, "dl")
        for name, value in report.facts:
            add(listed, "dt", name)
            add(ET.SubElement(listed, "dd"), "code", value)


def _add_filter(body: ET.Element) -> None:
    search = ET.SubElement(body, "search", {"class": "filter scripted", "role": "search"})
    add(search, "label", "Filter").set("for", "filter")
    ET.SubElement(
        search,
        "input",
        {
            "id": "filter",
            "type": "search",
            "autocomplete": "off",
            "spellcheck": "false",
            "placeholder": "a step, a name, an ARN, a verdict …",
            "aria-describedby": "matches",
        },
    )
    ET.SubElement(search, "output", {"id": "matches", "for": "filter", "aria-live": "polite"})


def _add_contents(main: ET.Element, reports: Sequence[Report], sections: Sequence[str]) -> None:
    """Add links to the sections, each with its line that counts, if there are several."""
    if len(reports) < 2:
        return
    nav = ET.SubElement(main, "nav", {"aria-label": "Sections"})
    listed = ET.SubElement(nav, "ul")
    for report, section in zip(reports, sections, strict=True):
        item = ET.SubElement(listed, "li")
        add(item, "a", report.title).set("href", f"#{section}")
        add(item, "span", report.summary, report.tone)


def _add_footer(body: ET.Element) -> None:
    footer = ET.SubElement(body, "footer")
    footer.text = "Written by "
    add(footer, "a", "sm-prefix-ext").attrib.update(href=PROJECT, rel="noreferrer")
    footer[-1].tail = f" {VERSION}"
    ET.SubElement(footer, "p", {"id": "said", "role": "status", "class": "unseen"})


class _Anchors:
    """The IDs of the rows about each box of a report, such as ``step-Check/if/Train``.

    Args:
        name: what they begin with, for one report of several.
        fallback: an ID of the report that no other one has, for what two steps would share.
    """

    def __init__(self, name: str = "", fallback: str = "") -> None:
        self._name = f"{name}-" if name else ""
        self._fallback = f"{fallback}-" if fallback else ""
        self._by_node: dict[str, str] = {}

    def of(self, node: str) -> str:
        """Return the ID for a box; a long or ambiguous one has a hash of the box's own ID."""
        if node not in self._by_node:
            anchor = _NOT_IN_AN_ANCHOR.sub("-", f"{self._name}{node}")
            if anchor != f"{self._name}{node}" or len(anchor) > _LONGEST_ANCHOR:
                own = hashlib.sha256(f"{self._name}{node}".encode("utf-8", "backslashreplace"))
                anchor = f"{anchor[:_LONGEST_ANCHOR]}-{own.hexdigest()[:8]}"
            self._by_node[node] = f"step-{anchor}"
        return self._by_node[node]


class _Section:
    """Adds the parts of a report to the page.

    Args:
        parent: where they are added.
        anchors: the IDs of the rows.
        level: of the headings.
    """

    def __init__(self, parent: ET.Element, anchors: _Anchors, level: int = 2) -> None:
        self._parent = parent
        self._anchors = anchors
        self._heading = f"h{level}"
        self._placed: set[str] = set()

    def add(self, report: Report) -> None:
        """Add the notes, the picture, the tables and the documents."""
        notes = ET.Element("div")
        picture = ET.Element("div", {"class": "drawn"})
        for note in (*report.notes, *self._draw(picture, report)):
            add(notes, "p", note, "note")
        self._parent.extend(part for part in (notes, picture) if len(part))
        for table in report.tables:
            self._add_table(table, report.title)
        for document in report.documents:
            self._add_document(document)

    def _draw(self, parent: ET.Element, report: Report) -> Sequence[str]:
        """Draw the picture, whose boxes lead to their rows, and return why if that fails."""
        zoom = {"class": "zoom scripted", "role": "group", "aria-label": "Size of the picture"}
        controls = ET.SubElement(parent, "div", zoom)
        for change, label, sign in _ZOOMS:
            button = add(controls, "button", sign)
            button.attrib.update({"type": "button", "data-zoom": change, "aria-label": label})
        rows = (row for table in report.tables for row in table.rows if row.node)
        links = {row.node: f"#{self._anchors.of(row.node)}" for row in rows}
        problems = add_picture(parent, report, links)
        figure = parent.find("figure")
        if figure is None:
            parent.clear()
        else:
            figure.attrib.update(_scrolled(f"Picture of {report.title}"))
            if report.graph is not None and any(edge.dashed for edge in report.graph.edges):
                add(parent, "p", _LEGEND, "legend")
        return problems

    def _add_table(self, table: Table, title: str) -> None:
        if not table.rows:
            return
        parent = self._parent
        if table.folded:
            parent = ET.SubElement(parent, "details")
            summary = f"{table.title} ({counted(len(table.rows), 'row')})"
            add(parent, "summary", summary)
        elif table.title:
            add(parent, self._heading, table.title)
        scroll = {"class": "table", **_scrolled(f"{table.title or 'Rows'} of {title}")}
        element = ET.SubElement(ET.SubElement(parent, "div", scroll), "table")
        add(element, "caption", table.title or title, "unseen")
        head = ET.SubElement(ET.SubElement(element, "thead"), "tr")
        for column in table.columns:
            add(head, "th", column).set("scope", "col")
        for group, rows in table.groups():
            self._add_group(ET.SubElement(element, "tbody"), group, rows, len(table.columns))

    def _add_group(self, body: ET.Element, group: str, rows: tuple[Row, ...], columns: int) -> None:
        if group and group != getattr(rows[0].cells[0], "text", None):
            line = ET.SubElement(body, "tr", {"class": "group"})
            heading = add(line, "th", group)
            heading.attrib.update(colspan=str(columns), scope="rowgroup")
        for row in rows:
            line = ET.SubElement(body, "tr", {"class": "row"})
            if row.node:
                anchor = self._anchors.of(row.node)
                line.set("data-step", anchor)
                if anchor not in self._placed:  # the body of a group, since its name belongs to it
                    self._placed.add(anchor)
                    (body if group else line).set("id", anchor)
            for cell in row.cells:
                added = add_cell(line, cell)
                _allow_breaks(added)
                _add_copied(added, cell)

    def _add_document(self, document: Document) -> None:
        section = ET.SubElement(self._parent, "div", {"class": "document"})
        heading = ET.SubElement(section, "div", {"class": "heading"})
        add(heading, self._heading, document.title)
        _add_copy_button(heading, document.title)
        for note in document.notes:
            add(section, "p", note)
        folded = ET.SubElement(section, "details")
        add(folded, "summary", f"Show {counted(len(document.lines), 'line')}")
        ET.SubElement(folded, "pre", _scrolled(document.title)).text = "\n".join(
            map(printable, document.lines)
        )


def _allow_breaks(cell: ET.Element) -> None:
    """Let an identifier break after a colon and a slash; what is copied stays the same."""
    code = cell.find("code")
    if code is not None and code.text:
        code.text, *others = re.split("(?<=[/:])", code.text, maxsplit=_MOST_BREAKS)
        for other in filter(None, others):
            ET.SubElement(code, "wbr").tail = other


def _add_copied(parent: ET.Element, cell: Cell | None) -> None:
    """Add the button that copies an ARN, whole where the cell shows a part of it."""
    if cell is None or not cell.code:
        return
    text = cell.text if cell.full is None else cell.full
    if cell.full is not None or text.startswith("arn:"):
        _add_copy_button(parent, text, printable(text))


def _add_copy_button(parent: ET.Element, label: str, text: str | None = None) -> None:
    """Add a button that copies a text, or by default the document whose heading it is in."""
    attributes = {"type": "button", "class": "copy scripted", "title": "Copy"}
    button = ET.SubElement(parent, "button", attributes)
    button.set("aria-label", f"Copy {_label(label)}")
    if text is not None:
        button.set("data-copy", text)


def _scrolled(label: str) -> dict[str, str]:
    """Return the attributes by which a keyboard can scroll an element with a name."""
    return {"tabindex": "0", "role": "region", "aria-label": _label(label)}


def _label(text: str) -> str:
    """Return a text that a screen reader can say, without the end of a long one."""
    text = printable(text)
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"
