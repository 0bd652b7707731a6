"""Tables for a terminal; plain text if the output is a file or a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from ..core.findings import ERROR, Finding
from ..core.text import printable
from ..iam import Preflight
from ..iam.evaluator.evaluate import ALLOWED

_STYLES = {
    "error": "bold red",
    "warning": "yellow",
    "Succeeded": "green",
    "Failed": "bold red",
    "allowed": "green",
    "implicitDeny": "bold red",
    "explicitDeny": "bold red",
    "indeterminate": "yellow",
}
_WIDTH_OF_A_FILE = 200


def console(*, err: bool = False) -> Console:
    """A console, wide enough for ARNs where it is a file or a pipe.

    Args:
        err: on standard error instead of standard output.
    """
    detected = Console(stderr=err, highlight=False)
    if detected.is_terminal:
        return detected
    return Console(stderr=err, highlight=False, width=_WIDTH_OF_A_FILE)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table whose cells wrap, and lose nothing."""
    result = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, header_style="bold")
    for column in columns:
        result.add_column(column, overflow="fold")
    for row in rows:
        result.add_row(*(_cell(value) for value in row))
    return result


def findings(rows: Sequence[Finding]) -> Table:
    """The findings, each with its fix."""
    cells = ((f.code, f.severity, f.step, f.step_type, _advice(f)) for f in rows)
    return table(("code", "severity", "step", "step type", "what is wrong, and what to do"), cells)


def verdict(rows: Sequence[Finding]) -> Text:
    """One line that counts the findings."""
    errors = sum(f.severity == ERROR for f in rows)
    warnings = len(rows) - errors
    if not rows:
        return Text("No findings: every job runs under its prefix.", style="green")
    text = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}."
    return Text(text, style="bold red" if errors else "yellow")


def jobs(rows: Iterable[Any], columns: Sequence[str]) -> Table:
    """Planned jobs or job records, as a table of some of their fields."""
    rows = ([getattr(row, column) for column in columns] for row in rows)
    return table([column.replace("_", " ") for column in columns], rows)


def preflight(answer: Preflight) -> Group:
    """The requests that aren't allowed for certain or for every value, and how many are."""
    shown = [row for row in answer if row.verdict != ALLOWED or row.defaults]
    rows = (
        (row.verdict, row.principal, row.step, row.action, row.resource, row.why) for row in shown
    )
    columns = ("verdict", "principal", "step", "action", "resource", "why")
    refused = len(answer.refused)
    by_default = sum(bool(row.defaults) for row in shown)
    summary = f"{len(answer) - refused} of {_counted(len(answer), 'request')} allowed"
    if by_default:
        summary += f"; {by_default} judged for the default of a parameter only"
    counted = Text(f"{summary}.", style="bold red" if refused else "green")
    return Group(table(columns, rows), counted) if shown else Group(counted)


def _advice(finding: Finding) -> Text:
    return Text(f"{printable(finding.message)}\nFix: {printable(finding.fix)}")


def _cell(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    text = "–" if value is None else printable(value)
    return Text(text, style=_STYLES.get(text, ""))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
