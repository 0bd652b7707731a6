"""What every format says of a check as a whole: its figures, as numbers and as a sentence."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from .. import __version__
from ..core.check_report import CheckReport, ReportedFinding
from ..core.findings import ERROR, WARNING
from ..core.text import printable

IN_BASELINE = "in the baseline"
"""How the reason of a finding begins that the baseline hides."""

VERSION = __version__

PROJECT = "https://github.com/sm-prefix-ext/sm-prefix-ext"
FINDINGS_PAGE = f"{PROJECT}/blob/main/docs/findings.md"


class Summary(NamedTuple):
    """The figures of a check.

    Args:
        pipelines: how many were judged.
        jobs: how many were judged.
        errors: findings of that severity that count.
        warnings: findings of that severity that count.
        off: findings that a policy file or an option hides.
        baseline: findings that the baseline hides.
        not_read: targets without a definition to judge.
        files_read: how many files were read.
        files_unread: how many files could not be read.
        declared_only: whether names were judged as they stand, without a policy.
        strict: whether warnings fail the check too.
        failed: whether a finding fails the check.
    """

    pipelines: int
    jobs: int
    errors: int
    warnings: int
    off: int
    baseline: int
    not_read: int
    files_read: int
    files_unread: int
    declared_only: bool
    strict: bool
    failed: bool


def summary(report: CheckReport) -> Summary:
    """The figures of a report."""
    baseline = sum(str(row.hidden).startswith(IN_BASELINE) for row in report.hidden)
    return Summary(
        pipelines=report.pipelines,
        jobs=report.jobs,
        errors=report.count(ERROR),
        warnings=report.count(WARNING),
        off=len(report.hidden) - baseline,
        baseline=baseline,
        not_read=len(report.targets) - report.pipelines,
        files_read=report.files_read,
        files_unread=len(report.unread),
        declared_only=report.declared_only,
        strict=report.strict,
        failed=report.failed,
    )


def summary_line(report: CheckReport) -> str:
    """The figures of a report in a line."""
    figures = summary(report)
    judged = f"{counted(figures.pipelines, 'pipeline')}, {counted(figures.jobs, 'job')} judged"
    if figures.declared_only:
        judged += " as they stand, without a policy"
    parts = [counted(figures.errors, "error"), counted(figures.warnings, "warning")]
    if figures.off or figures.baseline:
        known = f" ({figures.baseline} {IN_BASELINE})" if figures.baseline else ""
        parts.append(f"{figures.off + figures.baseline} hidden{known}")
    files = [f"{counted(figures.files_read, 'file')} read"]
    if figures.not_read:
        files.append(f"{counted(figures.not_read, 'definition')} not read")
    if figures.files_unread:
        files.append(f"{counted(figures.files_unread, 'file')} could not be read")
    return f"{judged}: {', '.join(parts)}; {', '.join(files)}."


def counted(number: int, noun: str) -> str:
    """A number and a noun, such as ``"1 job"``."""
    return f"{number} {noun}{'s' * (number != 1)}"


def numbered(rows: tuple[ReportedFinding, ...]) -> list[tuple[ReportedFinding, int]]:
    """Each finding with how many of its fingerprint there are up to it, from 1."""
    seen: Counter[str] = Counter()
    result = []
    for row in rows:
        seen[row.fingerprint] += 1
        result.append((row, seen[row.fingerprint]))
    return result


def where(row: ReportedFinding) -> str:
    """The place of a finding as compilers write it: ``file:line:column``, or the target."""
    place = printable(row.target if row.file is None else row.file)
    if row.file is not None and row.position is not None:
        place += f":{row.position.line}:{row.position.column}"
    return place


def step(row: ReportedFinding) -> str:
    """The step of a finding, such as ``[Training] Prep/if/Train``; ``""`` for none."""
    kind = f"[{printable(row.finding.step_type)}]" if row.finding.step_type else ""
    return f"{kind} {printable(row.finding.step)}".strip()


def advice(row: ReportedFinding, separator: str = "\n") -> str:
    """The message of a finding and how to fix it."""
    return f"{printable(row.finding.message)}{separator}Fix: {printable(row.finding.fix)}"
