"""The picture of a check."""

from __future__ import annotations

import pytest

from sm_prefix_ext.core.check_report import CheckedTarget, CheckReport, ReportedFinding, UnreadFile
from sm_prefix_ext.core.findings import ALPHABET, Finding
from sm_prefix_ext.reporting.check_mermaid import render

DEFINITION = {
    "Steps": [
        {"Name": "Prep", "Type": "Processing"},
        {"Name": "Train", "Type": "Training", "DependsOn": ["Prep"]},
    ]
}


def checked(name: str, step: str | None, hidden: str | None = None) -> CheckedTarget:
    """Return a target with a finding about a step."""
    rows: tuple[ReportedFinding, ...] = ()
    if step is not None:
        finding = Finding.of(ALPHABET, step, "Training", "Wrong.", "Right it.")
        rows = (ReportedFinding(finding, name, hidden=hidden),)
    return CheckedTarget(name, "definition", None, 2, rows, definition=DEFINITION)


def test_one_pipeline() -> None:
    """The step with a finding is red, and no frame is around the only pipeline."""
    lines = render(CheckReport((checked("a.json", "Train"),))).splitlines()
    assert "flowchart TD" == lines[0]
    assert "  %% 1 pipeline, 2 jobs judged: 1 error, 0 warnings; 0 files read." == lines[1]
    assert '  n0["Prep<br>Processing"]' in lines
    assert "  n0 -.-> n1" in lines
    assert "  class n1 bad" in lines
    assert not any("subgraph" in line for line in lines)


def test_several_pipelines() -> None:
    """They are one picture, with a frame for each."""
    text = render(CheckReport((checked("a.json", "Train"), checked("b.json", None))))
    assert 1 == text.count("flowchart TD")
    assert 'subgraph g0["a.json"]' in text
    assert 'subgraph g1["b.json"]' in text
    assert "  class n1 bad\n" in text


@pytest.mark.parametrize(
    ("target", "box", "tone"),
    [
        (checked("a.json", "my_pipeline"), "my_pipeline<br>✗ PFX003", "bad"),
        (checked("a.json", ""), "a.json<br>✗ PFX003", "bad"),
        (CheckedTarget("a.json", "definition", not_read="It is in S3."), "not read#58;", "warning"),
        (CheckedTarget("a.json", "definition"), "a.json<br>○ 0 jobs judged", "muted"),
    ],
)
def test_what_no_step_stands_for(target: CheckedTarget, box: str, tone: str) -> None:
    """It has a box of its own, so that no picture looks as if nothing were wrong."""
    text = render(CheckReport((target,)))
    [number] = [line.split("[")[0].strip() for line in text.splitlines() if box in line]
    assert f"  class {number} {tone}\n" in text


def test_a_file_that_could_not_be_read() -> None:
    """It has a red box."""
    text = render(CheckReport((), unread=(UnreadFile("a.json", "It is empty."),)))
    assert '"a.json<br>✗ could not be read#58;#8203; It is empty."' in text
    assert "  class n0 bad\n" in text


def test_hidden_findings() -> None:
    """They colour nothing."""
    assert "bad" not in render(CheckReport((checked("a.json", "Train", "in the baseline"),)))
