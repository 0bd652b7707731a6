"""The report of an audit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sm_prefix_ext.audit.report import audit_report
from sm_prefix_ext.audit.rows import AuditRow, RowKind, Verdict
from sm_prefix_ext.core.display.text import as_text

UNIT = ("111122223333", "us-east-1")
OUTSIDE = AuditRow("job", *UNIT, "outside", pipeline="p", name="x", reason="Not covered.")
FAILED = AuditRow("unknown", *UNIT, "unknown", reason="Denied.", permission="sagemaker:List")


def test_it_counts_and_shows_what_is_not_inside() -> None:
    """A failed read names the permission that it needs."""
    counts = {("pipeline", "inside"): 2, ("job", "outside"): 1, ("unknown", "unknown"): 1}
    report = audit_report(counts, 1, [OUTSIDE, FAILED])
    text = as_text(report)
    assert "2 pipelines and 1 job, 1 failed read: 2 inside, 2 not." == report.summary
    assert "bad" == report.tone
    assert "Not inside in 111122223333 us-east-1" in text
    assert "Denied. The read needs sagemaker:List." in text
    assert () == report.notes


def test_it_counts_every_kind_that_is_there() -> None:
    """Kinds that an audit reads on request have no column where there are none."""
    few = audit_report({("job", "inside"): 1}, 1, [])
    assert ("Verdict", "Pipelines", "Jobs") == few.tables[0].columns
    kinds: tuple[RowKind, ...] = ("statement", "denial", "collision")
    report = audit_report({(kind, "outside"): 2 for kind in kinds}, 1, [])
    assert (
        "0 pipelines and 0 jobs, 2 statements, 2 denials, 2 collisions: 0 inside, 6 not."
        == report.summary
    )
    assert ("Statements", "Denials", "Collisions") == report.tables[0].columns[3:]


def test_statements_and_denials_have_tables_of_their_own() -> None:
    """A statement says whose it is; a denial is shown whatever its verdict is."""
    role, text = "arn:aws:iam::111122223333:role/r", '{"Sid":"Jobs"}'
    rows = [
        OUTSIDE,
        replace(OUTSIDE, pipeline="q", version=3),
        AuditRow("denial", *UNIT, "inside", role=role, event="1", name="team-a-x", time="2026"),
        AuditRow("statement", *UNIT, "outside", role=role, policy="inline", statement=text),
        AuditRow("unknown", *UNIT, "unknown", role=role, policy="odd"),
    ]
    counts: Counter[tuple[RowKind, Verdict]] = Counter((row.kind, row.verdict) for row in rows)
    report = audit_report(counts, 1, rows)
    assert () == report.notes
    _, *tables = report.tables
    firsts = {each.title: [row.cells[0] for row in each.rows] for each in tables}
    place = " in 111122223333 us-east-1"
    assert {
        f"Not inside{place}": ["p", "q, version 3"],
        f"Denials{place}": ["2026"],
        f"Statements of policies not inside{place}": ["role/r", "role/r"],
    } == {title: [cell.text for cell in cells if cell] for title, cells in firsts.items()}
    assert "Jobs" in as_text(report)
    assert {"inside", "outside", "unknown"} <= {*as_text(report).split()}


def test_prefixes_that_collide_have_a_table() -> None:
    """It is of no account."""
    row = AuditRow("collision", "", "", "two teams", name="risk", teams=("a", "b"), reason="R.")
    report = audit_report({("collision", "two teams"): 1}, 0, [row])
    assert "Prefixes that collide" == report.tables[1].title
    assert "0 pipelines and 0 jobs, 1 collision: 0 inside, 1 not." == report.summary


def test_all_inside_is_good() -> None:
    """An empty account is too."""
    assert "good" == audit_report({("job", "inside"): 1}, 1, []).tone
    assert "good" == audit_report({}, 0, []).tone


def test_it_says_how_many_rows_it_leaves_out() -> None:
    """The file has all of them."""
    report = audit_report({("job", "outside"): 3}, 1, [OUTSIDE])
    assert ("The first 1 of 3 rows that need attention are shown.",) == report.notes


def test_names_from_outside_are_escaped() -> None:
    """They can't move the cursor of a terminal."""
    row = AuditRow("pipeline", "1", "r", "outside", pipeline="\x1b[2K", name="a\nb")
    text = as_text(audit_report({("pipeline", "outside"): 1}, 1, [row]))
    assert "\x1b" not in text
    assert "a\\nb" in text
