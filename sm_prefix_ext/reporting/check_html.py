"""The report of a check as one HTML page, with a section for each pipeline."""

from __future__ import annotations

from ..core.check_report import CheckReport
from .check_sections import sections
from .page import as_page


def render(report: CheckReport) -> str:
    """The page.

    Example:
        >>> from sm_prefix_ext.core.check_report import CheckReport
        >>> "<h1>Check of job names</h1>" in render(CheckReport(()))
        True
    """
    return as_page(list(sections(report)))
