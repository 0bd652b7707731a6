"""A report as plain text, in blocks: for a narrow terminal, and where an object is printed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..text import no_command, printable
from .report import Cell, Document, Report, Row, Table, Tone, severest

DASH = "–"
_INDENT = "    "
_NARROWEST = 30
"""A sentence has at least so many columns, however narrow the terminal is."""


def as_text(report: Report) -> str:
    """Return a report as lines that are as long as they need to be.

    Example:
        >>> from sm_prefix_ext.core.display.report import Cell, Report, Row, Table
        >>> row = Row((Cell("Train"), Cell("Training"), Cell("team-a-train-*")))
        >>> table = Table(("Step", "Type", "Job name"), (row,))
        >>> print(as_text(Report("Plan", "1 job.", tables=(table,))))
        Plan: 1 job.
        <BLANKLINE>
        Train  Training
            Job name  team-a-train-*
    """
    return "\n".join(map(no_command, _lines(report)))


def _lines(report: Report) -> Iterator[str]:
    yield printable(f"{report.title}: {report.summary}")
    for name, value in report.facts:
        yield printable(f"{name} {value}")
    for table in report.tables:
        if not table.folded:
            yield from _table(table)
    for document in report.documents:
        if not document.folded:
            yield ""
            yield from document_lines(document)
    if report.notes:
        yield ""
    for note in report.notes:
        yield f"Note: {printable(note)}"


def _table(table: Table) -> Iterator[str]:
    if table.title and table.rows:
        yield ""
        yield f"{printable(table.title)}:"
    for group, rows in table.groups():
        yield ""
        headed = bool(group) and group != cell_text(rows[0].cells[0])
        if headed:
            yield printable(group)
        for row in rows:
            for line, _ in block(table.columns, row, _INDENT if headed else ""):
                yield line


def document_lines(document: Document) -> Iterator[str]:
    """Yield the lines of a document, escaped, after its heading."""
    yield printable(" ".join((f"{document.title}.", *document.notes)))
    yield from map(printable, document.lines)


def block(
    columns: tuple[str, ...], row: Row, indent: str = "", width: int | None = None
) -> Iterator[tuple[str, Tone]]:
    """Yield the lines of a row, each with its tone.

    The first two cells are a line; each other one stands below it, after its column's name.

    Args:
        columns: the headings.
        row: the row.
        indent: what each line begins with.
        width: the columns at which sentences are wrapped; ``None`` wraps nothing. An identifier
            stays in one line.
    """
    first = row.cells[:2]
    tone = severest([cell.tone for cell in first if cell is not None])
    yield indent + "  ".join(map(cell_text, first)), tone
    longest = max((len(column) for column in columns[2:]), default=0)
    for column, cell in zip(columns[2:], row.cells[2:], strict=True):
        if cell is None:
            continue
        label, text = f"{indent}{_INDENT}{column:<{longest}}  ", cell_text(cell)
        if width is None or cell.code:
            yield label + text, cell.tone
            continue
        below = " " * len(label)
        if len(below) + max(map(len, text.split()), default=0) > width:  # such as an ARN
            yield label.rstrip(), "neutral"
            label = below = f"{indent}{_INDENT * 2}"
        lines = textwrap.wrap(
            text,
            max(width, len(label) + _NARROWEST),
            initial_indent=label,
            subsequent_indent=below,
            break_long_words=False,  # a path stays whole
            break_on_hyphens=False,
        )
        yield from ((line, cell.tone) for line in lines)


def cell_text(cell: Cell | None) -> str:
    """Return the text of a cell, escaped; a dash for no cell."""
    return DASH if cell is None else printable(cell.text)
