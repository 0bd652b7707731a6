"""What GitHub leaves out of a report."""

from __future__ import annotations

import pytest

from sm_prefix_ext.core.check_report import (
    CheckedTarget,
    CheckReport,
    ReportedFinding,
    UnreadFile,
)
from sm_prefix_ext.core.findings import Finding
from sm_prefix_ext.reporting import check_github
from sm_prefix_ext.reporting.check_limits import over_limit


def report(errors: int, warnings: int = 0, hidden: int = 0, unread: int = 0) -> CheckReport:
    """A report with so many findings, and as many files that were not read."""
    rows = (
        [("PFX001", None)] * errors + [("PFX007", None)] * warnings + [("PFX007", "off")] * hidden
    )
    findings = tuple(
        ReportedFinding(Finding.of(code, "S", "Training", "m", "f"), "a.json", hidden=hides)
        for code, hides in rows
    )
    return CheckReport(
        (CheckedTarget("a.json", "definition", findings=findings),),
        unread=(UnreadFile("b.json", "broken"),) * unread,
    )


@pytest.mark.parametrize(
    ("errors", "warnings", "unread", "expected"),
    [
        (10, 10, 0, None),
        (11, 0, 0, "11 errors and 0 warnings."),
        (1, 11, 0, "1 error and 11 warnings."),
        (10, 1, 1, "11 errors and 1 warning."),
    ],
)
def test_annotations_of_a_step(
    errors: int, warnings: int, unread: int, expected: str | None
) -> None:
    """GitHub shows ten of each; the counts are those of the commands."""
    found = report(errors, warnings, hidden=30, unread=unread)
    said = over_limit(found, "github")
    assert (expected is None) == (said is None)
    assert str(said).endswith(str(expected))
    commands = check_github.render(found)
    assert errors + unread == commands.count("::error ")
    assert warnings == commands.count("::warning ")


@pytest.mark.parametrize(
    ("findings", "hidden", "expected"),
    [
        (5_000, 0, None),
        (5_000, 1, "GitHub's code scanning shows 5,000 results of a run; this report has 5,001."),
        (25_000, 0, "GitHub's code scanning shows 5,000 results of a run; this report has 25,000."),
        (
            25_001,
            0,
            "GitHub's code scanning refuses a run with more than 25,000 results; this report has "
            "25,001. Check fewer targets at a time.",
        ),
    ],
)
def test_results_of_code_scanning(findings: int, hidden: int, expected: str | None) -> None:
    """It shows some and refuses more; a hidden finding is a result, too."""
    assert expected == over_limit(report(findings, hidden=hidden), "sarif")


def test_other_formats_have_no_limit() -> None:
    """Nothing is said of them."""
    assert None is over_limit(report(30_000), "gitlab")
