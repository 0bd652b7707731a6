"""A check as reports: one that counts, and one for each pipeline, with its picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..core.check_report import CheckedTarget, CheckReport, ReportedFinding
from ..core.display.report import Cell, Report, Row, Table
from ..core.findings_report import findings_report
from .check_summary import counted, summary_line, where

_COLUMNS = ("File", "Why it could not be read")
_HIDDEN = ("Code", "Where", "What is wrong", "Why it does not count")


def sections(report: CheckReport) -> Iterator[Report]:
    """Yield the report of the whole check, then that of each target.

    Example:
        >>> from sm_prefix_ext.core.check_report import CheckReport
        >>> [overview] = sections(CheckReport(()))
        >>> overview.summary
        '0 pipelines, 0 jobs judged: 0 errors, 0 warnings; 0 files read.'
    """
    passed = not report.failed and not report.unread
    unread = tuple(Row((Cell(file, "bad"), Cell(reason))) for file, reason in report.unread)
    yield Report(
        title="Check of job names",
        summary=summary_line(report),
        tone="good" if passed and report.jobs else "neutral" if passed else "bad",
        tables=(Table(_COLUMNS, unread, "Files that could not be read"),),
    )
    for checked in report.targets:
        yield _section(checked)


def _section(checked: CheckedTarget) -> Report:
    shown = [row for row in checked.findings if row.hidden is None]
    hidden = tuple(_hidden(row) for row in checked.findings if row.hidden is not None)
    report = findings_report(
        [row.finding for row in shown],
        checked.definition,
        title=checked.target,
        places=[where(row) for row in shown],
    )
    counts = report.summary.removesuffix(".")
    summary = f"{counts[:1].upper()}{counts[1:]}; {counted(checked.jobs, 'job')} judged."
    if checked.not_read is not None and not shown:  # a finding may say it already
        report = replace(report, tone="warning")
        summary = f"Not read: {checked.not_read}."
    facts = (("Read as", checked.kind), ("Policy", checked.policy))
    return replace(
        report,
        summary=summary,
        facts=tuple((name, value) for name, value in facts if value),
        notes=checked.notes,
        tables=(*report.tables, Table(_HIDDEN, hidden, "Findings that do not count", folded=True)),
    )


def _hidden(row: ReportedFinding) -> Row:
    finding = row.finding
    place = Cell(where(row), code=True)
    return Row(
        (Cell(finding.code), place, Cell(finding.message), Cell(str(row.hidden))),
        group=finding.step,
        node=finding.step,
    )
