"""What GitHub takes and shows of a report.

Annotations of a step: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
Results of code scanning: https://docs.github.com/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit
"""

from __future__ import annotations

from ..core.check_report import CheckReport
from ..core.findings import ERROR, WARNING
from .check_summary import counted

MOST_ANNOTATIONS = 10
MOST_SHOWN = 5_000
MOST_RESULTS = 25_000


def over_limit(report: CheckReport, form: str) -> str | None:
    """A sentence on what GitHub leaves out of a report; ``None`` where it shows all.

    Args:
        report: what the check found.
        form: the format that it is written in.

    Example:
        >>> from sm_prefix_ext.core.check_report import CheckReport
        >>> over_limit(CheckReport(()), "github")
    """
    if form == "github":
        return _annotations(report)
    return _results(report) if form == "sarif" else None


def _annotations(report: CheckReport) -> str | None:
    not_read = sum(row.not_read is not None and not row.findings for row in report.targets)
    errors = report.count(ERROR) + len(report.unread)
    warnings = report.count(WARNING) + not_read
    if max(errors, warnings) <= MOST_ANNOTATIONS:
        return None
    return (
        f"GitHub annotates {MOST_ANNOTATIONS} errors and {MOST_ANNOTATIONS} warnings of a step; "
        f"this report has {counted(errors, 'error')} and {counted(warnings, 'warning')}."
    )


def _results(report: CheckReport) -> str | None:
    results = len(report.findings) + len(report.hidden)
    if results > MOST_RESULTS:
        return (
            f"GitHub's code scanning refuses a run with more than {MOST_RESULTS:,} results; this "
            f"report has {results:,}. Check fewer targets at a time."
        )
    if results > MOST_SHOWN:
        return (
            f"GitHub's code scanning shows {MOST_SHOWN:,} results of a run; this report has "
            f"{results:,}."
        )
    return None
