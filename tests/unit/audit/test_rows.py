"""The rows of an audit."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from sm_prefix_ext.audit.rows import AuditRow, as_text

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
