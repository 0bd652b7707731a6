"""A report in Markdown, for a pull request or an issue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..text import printable
from .mermaid import as_mermaid
from .report import Cell, Report, Table
from .text import DASH

_SYNTAX = re.compile(r"[\\`*_{}\[\]()<>#|~&@!$:]|(?<=www)\.", re.IGNORECASE)
_MENTIONS = re.compile(r"&#(?:64|35);|\bGH-", re.IGNORECASE)
_NOT_IN_CODE = re.compile(r"[`|\\]|^\s|\s$|^$")


def as_markdown(report: Report) -> str:
    """Return a report in GitHub's Markdown, with the picture in Mermaid's language.

    A text from outside can't become a link, a mention, HTML or another cell.

    Example:
        >>> from sm_prefix_ext.core.display.report import Cell, Report, Row, Table
        >>> row = Row((Cell("<b>"), Cell("team-a-*", code=True)))
        >>> print(as_markdown(Report("Plan", "1 job.", tables=(Table(("Step", "Job"), (row,)),))))
        ### Plan
        <BLANKLINE>
        1 job.
        <BLANKLINE>
        | Step | Job |
        |---|---|
        | &#60;b&#62; | `team-a-*` |
    """
    return "\n\n".join("\n".join(block) for block in _blocks(report))


def _blocks(report: Report) -> Iterator[list[str]]:
    yield [f"### {escaped(report.title)}"]
    yield [escaped(report.summary)]
    if report.facts:
        yield [f"- {escaped(name)} {_code(value)}" for name, value in report.facts]
    notes = list(report.notes)
    if report.graph is not None and report.graph.nodes:
        try:
            yield ["```mermaid", as_mermaid(report.graph), "```"]
        except ValueError as error:
            notes.append(str(error))
    for table in report.tables:
        if table.rows:
            yield from _table(table)
    for document in report.documents:
        if not document.folded:
            yield [f"#### {escaped(document.title)}"]
            yield from ([escaped(note)] for note in document.notes)
            # Indented, since a text can't end that, as it can end a fence.
            yield [f"    {printable(line)}" for line in document.lines]
    if notes:
        yield [f"- {escaped(note)}" for note in notes]


def _table(table: Table) -> Iterator[list[str]]:
    if table.folded:
        yield ["<details>", f"<summary>{escaped(table.title)}</summary>"]
    elif table.title:
        yield [f"#### {escaped(table.title)}"]
    grouped = any(row.group and row.group != _first(row.cells) for row in table.rows)
    columns = ("Step", *table.columns) if grouped else table.columns
    lines = [_line(map(escaped, columns)), "|" + "---|" * len(columns)]
    for row in table.rows:
        cells = [_cell(cell) for cell in row.cells]
        lines.append(_line([escaped(row.group) or DASH, *cells] if grouped else cells))
    yield lines
    if table.folded:
        yield ["</details>"]


def _first(cells: tuple[Cell | None, ...]) -> str | None:
    return cells[0].text if cells and cells[0] is not None else None


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return DASH
    return _code(cell.text) if cell.code else escaped(cell.text)


def _code(text: str) -> str:
    text = printable(text)
    return f"<code>{_referenced(text)}</code>" if _NOT_IN_CODE.search(text) else f"`{text}`"


def escaped(text: str) -> str:
    """Return a text with a character reference in place of all that Markdown might read.

    GitHub looks for mentions of users and issues after it has resolved the references, so a space
    without width stands between a sign and what follows it.
    """
    return _MENTIONS.sub(r"\g<0>&#8203;", _referenced(text))


def _referenced(text: str) -> str:
    return _SYNTAX.sub(lambda match: f"&#{ord(match[0])};", printable(text))
