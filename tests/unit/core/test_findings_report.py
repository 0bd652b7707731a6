"""The report of findings."""

from __future__ import annotations

import copy
import pickle

import pytest

from sm_prefix_ext.core.display.report import Cell
from sm_prefix_ext.core.findings import (
    ALPHABET,
    CATALOGUE,
    FULL_NAME_OUTSIDE_POLICY,
    TOO_LONG,
    Finding,
)
from sm_prefix_ext.core.findings_report import Findings, finding_marks, findings_report

LONG = Finding.of(TOO_LONG, "Train", "Training", "Too long.", "Shorten it.")
ODD = Finding.of(ALPHABET, "Train", "Training", "Bad letters.", "Change them.")
OTHER = Finding.of(FULL_NAME_OUTSIDE_POLICY, "Serve", "Endpoint", "Outside.", "Rename it.")
PIPELINE = Finding.of(FULL_NAME_OUTSIDE_POLICY, "", "", "Outside.", "Rename it.")
STEPS = [{"Name": "Train", "Type": "Training"}, {"Name": "Serve", "Type": "Endpoint"}]


def test_the_findings_of_a_step_follow_each_other() -> None:
    """Those of the pipeline come last."""
    rows = findings_report([LONG, OTHER, ODD, PIPELINE]).tables[0].rows

    assert [row.group for row in rows] == [
        "Train (Training)",
        "Train (Training)",
        "Serve (Endpoint)",
        "",
    ]
    assert rows[0].cells == (
        Cell(TOO_LONG, "bad"),
        Cell("error", "bad"),
        Cell("Too long."),
        Cell("Shorten it."),
    )


def test_findings_with_a_definition_draw_it() -> None:
    """They are a tuple like any other, and stay what they are when they are copied."""
    findings = Findings([LONG], {"Steps": STEPS})
    for same in (findings, copy.copy(findings), pickle.loads(pickle.dumps(findings))):
        assert (LONG,) == same
        graph = same.report().graph
        assert graph is not None
        assert ["bad", "neutral"] == [node.tone for node in graph.nodes]
    assert findings.report(drawn=False).graph is None
    assert Findings([LONG]).report().graph is None


@pytest.mark.parametrize(
    ("findings", "summary", "tone"),
    [
        ([], "no errors, no warnings.", "good"),
        ([OTHER], "no errors, 1 warning.", "warning"),
        ([LONG, OTHER, ODD], "2 errors, 1 warning.", "bad"),
    ],
)
def test_the_line_that_counts(findings: list[Finding], summary: str, tone: str) -> None:
    """The tone is that of the worst finding."""
    report = findings_report(findings, title="Check")

    assert ("Check", summary, tone, None) == (
        report.title,
        report.summary,
        report.tone,
        report.graph,
    )


def test_a_box_has_the_codes_of_its_step() -> None:
    """A single code has its title, since a box has room for that."""
    graph = findings_report([LONG, OTHER, ODD, LONG], {"Steps": STEPS}).graph

    assert graph is not None
    assert [("bad", f"{TOO_LONG}, {ALPHABET}"), ("warning", status(OTHER))] == [
        (node.tone, node.status) for node in graph.nodes
    ]
    assert status(LONG) == finding_marks([LONG, LONG])["Train"].status


def status(finding: Finding) -> str:
    return f"{finding.code} {CATALOGUE[finding.code].title}"


def test_findings_are_a_tuple_that_displays_itself() -> None:
    """As text, and as HTML in a notebook."""
    findings = Findings([LONG, OTHER])

    assert (LONG, OTHER) == findings
    assert str(findings).startswith("Findings: 1 error, 1 warning.\n\nTrain (Training)\n")
    assert "<table>" in findings._repr_html_()


def test_to_frame_has_a_row_for_each_finding() -> None:
    """It has the columns without rows too."""
    pytest.importorskip("pandas", reason="pandas is not installed")

    frame = Findings([LONG, OTHER]).to_frame()

    assert [TOO_LONG, FULL_NAME_OUTSIDE_POLICY] == list(frame["code"])
    assert list(frame.columns) == list(Findings().to_frame().columns)
    assert list(LONG.to_dict()) == list(frame.columns)
