"""Tables for a terminal; plain text where the output is no terminal."""

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
    found = Console(stderr=err, highlight=False)
    if found.is_terminal:
        return found
    return Console(stderr=err, highlight=False, width=_WIDTH_OF_A_FILE)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table whose cells wrap, and lose nothing."""
    made = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(_cell(value) for value in row))
    return made


def findings(found: Sequence[Finding]) -> Table:
    """The findings, each with its fix."""
    rows = ((f.code, f.severity, f.step, f.step_type, _advice(f)) for f in found)
    return table(("code", "severity", "step", "step type", "what is wrong, and what to do"), rows)


def verdict(found: Sequence[Finding]) -> Text:
    """One line that counts the findings."""
    errors = sum(f.severity == ERROR for f in found)
    warnings = len(found) - errors
    if not found:
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
    said = f"{len(answer) - refused} of {_counted(len(answer), 'request')} allowed"
    if by_default:
        said += f"; {by_default} judged for the default of a parameter only"
    counted = Text(f"{said}.", style="bold red" if refused else "green")
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
