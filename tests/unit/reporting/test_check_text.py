from __future__ import annotations

import pytest

from sm_prefix_ext.core.check_report import CheckedTarget, CheckReport, ReportedFinding
from sm_prefix_ext.core.findings import ALPHABET, DEFINITION_NOT_READ, Finding
from sm_prefix_ext.reporting.check_text import render

from .sample import ARN, CLEAN, REPORT, ROLE, hostile


def test_clean() -> None:
    """Without findings there is a sentence that says so, above the summary."""
    expected = "1 pipeline, 2 jobs judged: 0 errors, 0 warnings; 1 file read.\n"
    assert f"No findings: every job runs under its prefix.\n{expected}" == render(CLEAN)
    as_it_stands = CheckReport(CLEAN.targets, files_read=1, declared_only=True)
    assert "No findings: every name is valid as it stands; no prefix" in render(as_it_stands)


@pytest.mark.parametrize("hidden", [True, False])
def test_not_spotless(hidden: bool) -> None:
    """The sentence is left out where something is hidden, or was not read."""
    finding = Finding.of("PFX007", "Train", "Training", "Shared.", "Rename it.")
    rows = (ReportedFinding(finding, "a.json", hidden="off"),) if hidden else ()
    not_read = None if hidden else "its definition is in s3://b/k"
    target = CheckedTarget("a.json", "definition", jobs=1, findings=rows, not_read=not_read)
    other = CheckedTarget("b.json", "definition", jobs=1)
    assert "No findings" not in render(CheckReport((target, other)))


def test_declared_only() -> None:
    """The summary says that no policy was asked."""
    report = CheckReport(CLEAN.targets, files_read=1, declared_only=True)
    assert "2 jobs judged as they stand, without a policy: 0 errors" in render(report)


def test_no_job() -> None:
    """A definition without a job says so, and is not called fine."""
    text = render(CheckReport((CheckedTarget("empty.json", "definition"),), files_read=1))
    assert "No step of this definition makes a job, so no job name was judged." in text
    assert "1 pipeline, 0 jobs judged" in text


def test_quiet() -> None:
    """Quiet leaves out the summary and what has no job, and keeps what was not read."""
    text = render(REPORT, quiet=True)
    assert "judged" not in text
    assert "PFX003" in text
    assert "Not read: its definition is in s3://team-a/train.json" in text
    assert "pipelines/broken.json" in text
    assert "" == render(CLEAN, quiet=True)


def test_hidden() -> None:
    """Hidden findings are counted, and shown with their reason on request."""
    assert "2 hidden (1 in the baseline)" in render(REPORT)
    assert "PFX002" not in render(REPORT)
    text = render(REPORT, verbose=True)
    assert "hidden error PFX002" in text
    assert "Hidden: off in sm-prefix.toml: named in the script" in text


def test_not_read_is_said_once() -> None:
    """A finding about a definition that is not at hand takes the remark's place."""
    finding = Finding.of(DEFINITION_NOT_READ, "Train", "", "It is in S3.", "Check it too.")
    target = CheckedTarget(
        "a.yaml#Train", "template", None, 0, (ReportedFinding(finding, "a.yaml#Train"),), "In S3."
    )
    text = render(CheckReport((target,)))
    assert "It is in S3." in text
    assert "Not read: In S3." not in text


@pytest.mark.parametrize("width", [1, 20, 40, 80])
def test_arns_are_not_broken(width: int) -> None:
    """However narrow the terminal is, an ARN and a path stay whole."""
    text = render(REPORT, width=width)
    for whole in (ARN, ROLE, "s3://team-a/train.json", "pipelines/risk/train.json:12:7:"):
        assert whole in text


def test_wrapped() -> None:
    """Messages keep to the terminal's width."""
    lines = render(REPORT, width=60).splitlines()
    messages = [line for line in lines if line.startswith("    ") and "arn:" not in line]
    assert max(map(len, messages)) <= 60


def test_color() -> None:
    """Colours come on request, and the severity is a word in any case."""
    assert "\x1b" not in render(REPORT)
    colored = render(REPORT, color=True)
    assert "\x1b[1;31merror\x1b[0m" in colored
    assert "\x1b[33mwarning\x1b[0m" in colored
    assert "\x1b[32m" in render(CLEAN, color=True)


def test_empty_is_not_green() -> None:
    """A report in which no job was judged does not look passed."""
    report = CheckReport((CheckedTarget("empty.json", "definition"),), files_read=1)
    assert "\x1b[32m" not in render(report, color=True)


@pytest.mark.parametrize("width", [None, 30])
def test_hostile_text_in_color(width: int | None) -> None:
    """The only escape codes are this package's, and no line is a workflow command."""
    for text in ("\x1b[31mred", "word ::error::x ::add-mask::y", "##[error]x"):
        shown = render(hostile(text), color=True, width=width, verbose=True)
        assert "\x1b[31m" not in shown
        assert "##[" not in shown
        assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]


def test_order() -> None:
    """Findings stand below their target, in the order of the report."""
    rows = tuple(
        ReportedFinding(Finding.of(ALPHABET, name, "Training", "m", "f"), target)
        for target in ("b", "a")
        for name in ("Z", "A")
    )
    targets = (
        CheckedTarget("b", "definition", None, 2, rows[:2]),
        CheckedTarget("a", "definition", None, 2, rows[2:]),
    )
    heads = [line for line in render(CheckReport(targets)).splitlines() if "PFX003" in line]
    kind = "error PFX003 [Training]"
    assert [f"b: {kind} Z", f"b: {kind} A", f"a: {kind} Z", f"a: {kind} A"] == heads
