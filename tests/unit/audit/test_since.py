"""The beginning of the time that an audit covers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from sm_prefix_ext.audit.since import since_of


@pytest.mark.parametrize(
    ("text", "hours"), [("12h", 12), ("30d", 30 * 24), ("2w", 14 * 24), ("0d", 0)]
)
def test_a_duration_before_now(text: str, hours: int) -> None:
    """In hours, days or weeks."""
    expected = datetime.now(timezone.utc) - timedelta(hours=hours)
    assert abs(expected - since_of(text)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T00:00:00Z",
        "2026-01-31",
        "2026-01-31T01:00:00+01:00",
        datetime(2026, 1, 31),
    ],
)
def test_a_time_without_an_offset_is_in_utc(value: datetime | str) -> None:
    """Another offset is kept."""
    assert datetime(2026, 1, 31, tzinfo=timezone.utc) == since_of(value)


@pytest.mark.parametrize("text", ["", "30", "d", "30m", "-3d", "soon", "99999w", "٣d"])
def test_anything_else_is_refused(text: str) -> None:
    """With what is wanted."""
    with pytest.raises(ValueError, match="wanted one such as 2026-01-31"):
        since_of(text)
