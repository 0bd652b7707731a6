"""What changed between two audits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sm_prefix_ext.audit.difference import difference
from sm_prefix_ext.audit.output import Output
from sm_prefix_ext.audit.rows import AuditRow, Unit

UNIT = Unit("111122223333", "us-east-1")
PIPELINE = AuditRow("pipeline", *UNIT, "inside", pipeline="p", name="p", teams=("team-a",))
JOB = replace(PIPELINE, kind="job", step="Train", name="team-a-1")
ALONE = AuditRow("job", *UNIT, "outside", name="alone")
FAILED = AuditRow("unknown", *UNIT, "unknown", pipeline="p", permission="sagemaker:ListPipelines")


def written(path: Path, *rows: AuditRow, complete: bool = True) -> str:
    output = Output(str(path), {}, None)
    for row in rows:
        output.write(row)
    if complete:
        output.end_unit(UNIT)
        output.end()
    output.close()
    return str(path)


def test_a_new_execution_changes_nothing(tmp_path: Path) -> None:
    """Its jobs have other names, and their verdicts are what counts."""
    old = written(tmp_path / "old", PIPELINE, JOB, ALONE)
    new = written(tmp_path / "new", PIPELINE, replace(JOB, name="team-a-2"), ALONE)
    assert () == difference(old, new).changes


def test_changes_are_those_of_verdicts(tmp_path: Path) -> None:
    """What is new, what is gone, what has another verdict, and what can't be read any more."""
    old = written(tmp_path / "old", PIPELINE, JOB, ALONE)
    outside = replace(JOB, verdict="outside", teams=())
    new = written(tmp_path / "new", PIPELINE, FAILED, outside, replace(ALONE, name="later"))
    found = difference(old, new)
    assert {
        ("", "", "alone"): (("outside",), ()),
        ("", "", "later"): ((), ("outside",)),
        ("p", "", ""): (("inside team-a",), ("inside team-a", "unknown: sagemaker:ListPipelines")),
        ("p", "Train", ""): (("inside team-a",), ("outside",)),
    } == {change.subject[2:5]: (change.before, change.now) for change in found.changes}
    assert "4 changes." == found.report().summary
    assert "later" in str(found)
    assert 4 == len(found.to_dict()["changes"])


def test_statements_versions_and_denials_are_subjects(tmp_path: Path) -> None:
    """A statement with another text is another one; jobs of a denied principal are one."""
    place = Unit("111122223333", "aws-global")
    statement = AuditRow("statement", *place, "outside", role="r", policy="p", statement='{"a":1}')
    earlier = replace(PIPELINE, version=3)
    denial = AuditRow("denial", *UNIT, "inside", role="r", permission="x:Y", event="1", name="a")
    old = written(tmp_path / "old", statement, earlier, denial)
    new = written(
        tmp_path / "new",
        replace(statement, statement='{"a":2}'),
        replace(earlier, verdict="outside"),
        replace(denial, event="2", name="b"),
    )
    found = difference(old, new)
    assert [
        ("", "", "r", "p", '{"a":1}', ("outside",), ()),
        ("", "", "r", "p", '{"a":2}', (), ("outside",)),
        ("p", "3", "", "", "", ("inside team-a",), ("outside team-a",)),
    ] == [
        (s.pipeline, s.version, s.principal, s.policy, s.statement, before, now)
        for s, before, now in found.changes
    ]
    assert ("Account", "Region", "Pipeline", "Version", "Principal", "Policy", "Statement") == (
        found.report().tables[0].columns[:7]
    )


def test_a_prefix_that_collides_is_a_subject(tmp_path: Path) -> None:
    """It is of no account."""
    collision = AuditRow("collision", "", "", "two teams", name="risk", teams=("a", "b"))
    old, new = written(tmp_path / "old", PIPELINE), written(tmp_path / "new", PIPELINE, collision)
    [change] = difference(old, new).changes
    assert (("", "", "risk"), ("two teams a, b",)) == (
        (*change.subject[:2], change.subject.prefix),
        change.now,
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "it is not there, or it is empty"),
        ("mine\n", "it is not the file of an audit"),
        ("incomplete", "its audit is not complete; resume it first"),
    ],
)
def test_a_file_that_can_not_be_compared(tmp_path: Path, content: str | None, message: str) -> None:
    """It is an error, not an empty audit."""
    new = written(tmp_path / "new", PIPELINE)
    old = tmp_path / "old"
    if content == "incomplete":
        written(old, PIPELINE, complete=False)
    elif content is not None:
        old.write_text(content)
    with pytest.raises(ValueError, match=message):
        difference(str(old), new)
