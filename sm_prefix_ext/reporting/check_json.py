"""The report of a check as JSON, whose schema is ``schemas/check-1.json``."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from ..core.check_report import CheckedTarget, CheckReport, ReportedFinding
from ..core.text import printable_json
from .check_summary import VERSION, summary

SCHEMA = 1
"""The number of the schema; it changes where a reader of the former would fail."""


def render(report: CheckReport) -> str:
    """The report as a JSON document in ASCII.

    Every text is exactly that of the definition, except that a lone surrogate, which strict
    parsers refuse, becomes its escape.
    """
    return printable_json(json.dumps(_encodable(to_dict(report)), indent=2)) + "\n"


def to_dict(report: CheckReport) -> dict[str, Any]:
    """The report as plain data.

    Example:
        >>> from sm_prefix_ext.core.check_report import CheckReport
        >>> to_dict(CheckReport(targets=()))["schema"]
        1
    """
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "targets": [_target(checked) for checked in report.targets],
        "findings": [_finding(row) for row in report.findings],
        "hidden": [{**_finding(row), "reason": row.hidden} for row in report.hidden],
        "unread": [row._asdict() for row in report.unread],
        "summary": summary(report)._asdict(),
    }


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every document of :func:`render` follows.

    Example:
        >>> schema()["properties"]["schema"]["const"]
        1
    """
    file = resources.files(__package__) / "schemas" / f"check-{SCHEMA}.json"
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


def _target(checked: CheckedTarget) -> dict[str, Any]:
    return {
        "target": checked.target,
        "kind": checked.kind,
        "policy": checked.policy,
        "jobs": checked.jobs,
        "not_read": checked.not_read,
        "notes": list(checked.notes),
    }


def _finding(row: ReportedFinding) -> dict[str, Any]:
    line, column = row.position if row.position is not None else (None, None)
    return {
        **row.finding.to_dict(),
        "target": row.target,
        "file": row.file,
        "line": line,
        "column": column,
        "fingerprint": row.fingerprint,
    }


def _encodable(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _encodable(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_encodable(value) for value in data]
    if isinstance(data, str):
        return data.encode("utf-8", errors="backslashreplace").decode("utf-8")
    return data
