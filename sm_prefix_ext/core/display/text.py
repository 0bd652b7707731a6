"""A report as plain text, in blocks: for a narrow terminal, and where an object is printed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..text import no_command, printable
from .report import Cell, Report, Row, Table

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
            yield from block(table.columns, row, _INDENT if headed else "")


def block(
    columns: tuple[str, ...], row: Row, indent: str = "", width: int | None = None
) -> Iterator[str]:
    """Yield the lines of a row: the first two cells, then each other one below its column's name.

    Args:
        columns: the headings.
        row: the row.
        indent: what each line begins with.
        width: the columns at which sentences are wrapped; ``None`` wraps nothing. An identifier
            stays in one line.
    """
    yield indent + "  ".join(cell_text(cell) for cell in row.cells[:2])
    longest = max((len(column) for column in columns[2:]), default=0)
    for column, cell in zip(columns[2:], row.cells[2:], strict=True):
        if cell is None:
            continue
        label = f"{indent}{_INDENT}{column:<{longest}}  "
        if width is None or cell.code:
            yield label + cell_text(cell)
        else:
            yield from textwrap.wrap(
                cell_text(cell),
                max(width, len(label) + _NARROWEST),
                initial_indent=label,
                subsequent_indent=" " * len(label),
                break_long_words=False,  # a path stays whole
                break_on_hyphens=False,
            )


def cell_text(cell: Cell | None) -> str:
    """Return the text of a cell, escaped; a dash for no cell."""
    return DASH if cell is None else printable(cell.text)
