"""The report of a roll-out."""

from __future__ import annotations

import json

from sm_prefix_ext.audit.rollout.report import SHOWN_STEPS, rollout_report
from sm_prefix_ext.audit.rollout.step import RolloutStep
from sm_prefix_ext.core.display.text import as_text

from .samples import pipeline, planned, statement, unread


def test_a_table_for_each_phase() -> None:
    """With what to do, the documents, the check and the steps before."""
    report = planned(pipeline(), statement()).report()
    assert "4 steps: 1 to widen, 1 to update, 1 to verify, 1 to drop." == report.summary
    assert [
        "Allow the new names beside the old ones",
        "Update the pipelines",
        "Verify that nothing starts under the old names",
        "Drop the old names",
    ] == [table.title for table in report.tables]
    text = as_text(report)
    for expected in (
        "01-rollout-execution.json",
        "sm-prefix preflight",
        "After steps 1, 3: Remove",
    ):
        assert expected in text


def test_the_documents() -> None:
    """Each says what it is for, and can be read as JSON."""
    first, second = planned(pipeline(), statement()).report().documents
    assert ("01-rollout-execution.json", "04-execution-jobs-old.json") == (
        first.title,
        second.title,
    )
    assert ("Step 1. Attach it beside the policies of today.",) == first.notes
    assert "Statement" in json.loads(first.text)


def test_what_is_not_known_is_bad() -> None:
    """A plan with nothing to decide is neutral."""
    assert "bad" == planned(pipeline(), statement(), unread()).report().tone
    assert "neutral" == planned(pipeline(), statement()).report().tone


def test_numbers_of_steps_are_ranges() -> None:
    """Many steps before one are short."""
    step = RolloutStep("drop", "1", (), "x", "Drop.", after=(1, 2, 3, 5, 7, 8))
    assert "After steps 1–3, 5, 7–8: Drop." in as_text(rollout_report([step], ()))


def test_it_says_how_many_steps_it_leaves_out() -> None:
    """JSON has all of them."""
    steps = [RolloutStep("update", "1", (), "p", "Do.")] * (SHOWN_STEPS + 1)
    assert ("The first 1,000 of 1,001 steps are shown.",) == rollout_report(steps, ()).notes


def test_names_from_outside_are_escaped() -> None:
    """They can't move the cursor of a terminal."""
    assert "\x1b" not in str(planned(pipeline("a\x1b[2K"), statement()))
