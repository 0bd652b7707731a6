"""The report of a check as GitLab's Code Quality report.

Its format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ..core.check_report import CheckedTarget, CheckReport, ReportedFinding
from ..core.findings import ERROR, WARNING, Severity
from ..core.text import printable, printable_json
from .check_summary import advice, numbered, step

NOT_READ = "not-read"
"""The check name of what was not read."""

GRAPH = "graph"
"""The check name of a note about the graph of a pipeline."""

_SEVERITIES: dict[str, str] = {ERROR: "major", WARNING: "minor", GRAPH: "info"}


def render(report: CheckReport) -> str:
    """An entry a finding that counts, a note, and what was not read.

    A path is required: of what no file holds it is the target. So is a line: where none
    is known, it is the first.

    Example:
        >>> from sm_prefix_ext.core.check_report import CheckReport
        >>> print(render(CheckReport(targets=())))
        []
        <BLANKLINE>
    """
    entries = [_finding(row, number) for row, number in numbered(report.findings)]
    for checked in report.targets:
        if checked.not_read is not None and not checked.findings:
            entries.append(_not_read(checked.target, checked.not_read, WARNING, checked.file))
        entries += [_note(checked, note) for note in checked.notes]
    entries += [_not_read(unread.file, unread.reason, ERROR) for unread in report.unread]
    return printable_json(json.dumps(entries, indent=2)) + "\n"


def _finding(row: ReportedFinding, number: int) -> dict[str, Any]:
    text = advice(row, separator=" ")
    place = step(row)
    return _entry(
        row.finding.code,
        f"{place}: {text}" if place else text,
        row.finding.severity,
        row.target if row.file is None else row.file,
        1 if row.file is None or row.position is None else row.position.line,
        row.fingerprint if number == 1 else _digest(row.fingerprint, str(number)),
    )


def _not_read(
    target: str, reason: str, severity: Severity, file: str | None = None
) -> dict[str, Any]:
    digest = _digest(NOT_READ, target, severity)
    text = f"Not read: {printable(reason)}"
    return _entry(NOT_READ, text, severity, target if file is None else file, 1, digest)


def _note(checked: CheckedTarget, note: str) -> dict[str, Any]:
    path = checked.target if checked.file is None else checked.file
    return _entry(GRAPH, printable(note), GRAPH, path, 1, _digest(GRAPH, checked.target, note))


def _entry(
    check: str, description: str, severity: str, path: str, line: int, fingerprint: str
) -> dict[str, Any]:
    return {
        "description": description,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[severity],
        "location": {"path": printable(path), "lines": {"begin": line}},
    }


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
