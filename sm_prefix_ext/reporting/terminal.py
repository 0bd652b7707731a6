"""A report in a terminal: tables where they fit, else blocks; plain text in a file or a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as RichTable
from rich.text import Text

from ..core.display.report import Cell, Report, Row, Table, Tone
from ..core.display.text import block, document_lines
from ..core.text import no_command, printable

_STYLES: Mapping[Tone, str] = {
    "good": "green",
    "warning": "yellow",
    "bad": "bold red",
    "muted": "dim",
    "neutral": "",
}
_UNLIMITED = 1_000_000
"""The width of a file or a pipe: nothing is wrapped there."""
_WIDEST_TABLE = 200
"""A wider table is hard to read in a file too."""


class _Console(Console):
    """A console that leaves a closed pipe to the command, as every other output does."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(*, err: bool = False) -> Console:
    """Return a console for standard output, or for standard error with ``err``."""
    detected = _Console(stderr=err, highlight=False)
    if detected.is_terminal:
        return detected
    return _Console(stderr=err, highlight=False, width=_UNLIMITED)


def show(report: Report, out: Console) -> None:
    """Print a report: its facts, its tables, and last the line that counts.

    Args:
        report: the report.
        out: where; its width decides between tables and blocks.
    """
    tables = [table for table in report.tables if table.rows and not table.folded]
    if tables:
        for line in _head(report):
            out.print(line, soft_wrap=True)
    for table in tables:
        _show_table(table, out)
    for document in report.documents:
        if not document.folded:
            for text in (*document_lines(document), ""):
                out.print(_safe(text), soft_wrap=True)
    for note in report.notes:
        out.print(_safe(f"Note: {note}"), soft_wrap=True)  # it may have an ARN
    out.print(_safe(report.summary, _STYLES[report.tone]), soft_wrap=True)


def _head(report: Report) -> Iterator[Text]:
    yield _safe(report.title, "bold")
    for name, value in report.facts:
        yield _safe(f"{name} {value}", "dim")
    yield Text()


def _show_table(table: Table, out: Console) -> None:
    if table.title:
        out.print(_safe(table.title, "bold"), soft_wrap=True)
    grid = _grid(table)
    unlimited = out.options.update(width=_UNLIMITED)
    if Measurement.get(out, unlimited, grid).maximum <= min(out.width, _WIDEST_TABLE):
        for segments in out.render_lines(grid, pad=False):
            line = Text.assemble(*((part.text, part.style or "") for part in segments))
            line.rstrip()
            out.print(line, soft_wrap=True)
    else:
        # An ARN is longer than a narrow terminal; it stays a line of its own, which can be copied.
        for line in _blocks(table, out.width):
            out.print(line, soft_wrap=True)
    out.print()


def _grid(table: Table) -> RichTable:
    """Return a table whose cells do not wrap, with the name of each group before its first row."""
    grouped = any(_is_headed(group, rows[0]) for group, rows in table.groups())
    grid = RichTable(box=box.SIMPLE, show_edge=False, pad_edge=False, collapse_padding=True)
    for column in ("Step", *table.columns) if grouped else table.columns:
        grid.add_column(column, no_wrap=True)
    for group, rows in table.groups():
        names = chain([group], [""] * len(rows))
        for row, name in zip(rows, names):
            first = [_safe(name, "bold")] if grouped else []
            grid.add_row(*first, *(_text(cell) for cell in row.cells))
    return grid


def _blocks(table: Table, width: int) -> Iterator[Text]:
    for group, rows in table.groups():
        headed = _is_headed(group, rows[0])
        if headed:
            yield _safe(group, "bold")
        for row in rows:
            (first, tone), *rest = block(table.columns, row, "    " if headed else "", width)
            yield _safe(first, _STYLES[tone] or "bold")
            for line, tone in rest:
                yield _safe(line, _STYLES[tone])


def _is_headed(group: str, row: Row) -> bool:
    """Whether a group has a name that is not that of its first cell."""
    first = row.cells[0]
    return bool(group) and (first is None or first.text != group)


def _text(cell: Cell | None) -> Text:
    return _safe("–", "dim") if cell is None else _safe(cell.text, _STYLES[cell.tone])


def _safe(text: str, style: str = "") -> Text:
    """Return a line or a cell from outside; the first cell of a row may be empty."""
    return Text(no_command(printable(text)), style)
