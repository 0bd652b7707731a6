"""The rows of an audit."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from sm_prefix_ext.audit.rows import KINDS, AuditRow, RowKind, as_text

from ..cli.samples import program


def test_importing_the_package_imports_no_aws_library() -> None:
    """boto3 is imported when the first client is created."""
    code = "import sm_prefix_ext.audit, sys; print({'boto3', 'botocore'} & {*sys.modules})"
    assert "set()\n" == program(code).stdout


def test_times_are_in_utc() -> None:
    """Whatever the offset of the client's answer is."""
    time = datetime(2026, 1, 31, 1, 2, 3, 4000, timezone(timedelta(hours=1)))
    assert "2026-01-31T00:02:03.004Z" == as_text(time)
    assert as_text("2026") is None


def test_a_row_is_json_and_back() -> None:
    """With its teams."""
    row = AuditRow("job", "1", "r", "two teams", teams=("a", "b"), read_at="now")
    assert ["a", "b"] == row.to_dict()["teams"]
    assert (row, "now") == (AuditRow.from_dict(row.to_dict()), row.read_at)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_back(kind: RowKind) -> None:
    """A file has all of them."""
    row = AuditRow(kind, "1", "aws-global", "outside", role="r", policy="p", statement="{}")
    assert row == AuditRow.from_dict(row.to_dict())


def test_another_kind_is_refused() -> None:
    """The file is of another release, or of no audit."""
    row = AuditRow("job", "1", "r", "inside").to_dict()
    with pytest.raises(ValueError, match="its kind or its verdict is unknown"):
        AuditRow.from_dict({**row, "kind": "bucket"})
