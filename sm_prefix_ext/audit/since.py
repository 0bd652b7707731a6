"""The beginning of the time that an audit covers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from ..core.text import shown

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"([0-9]{1,4})([hdw])", re.ASCII)


def since_of(value: datetime | str) -> datetime:
    """Read a time, or a duration before now.

    Args:
        value: a ``datetime``, ISO 8601 such as ``2026-01-31``, or a number of hours, days or weeks
            such as ``12h``, ``30d``, ``8w``. A time without an offset is in UTC.

    Raises:
        ValueError: for anything else.

    Example:
        >>> from sm_prefix_ext.audit.since import since_of
        >>> since_of("2026-01-31")
        datetime.datetime(2026, 1, 31, 0, 0, tzinfo=datetime.timezone.utc)
    """
    if isinstance(value, datetime):
        return _with_offset(value)
    duration = _DURATION.fullmatch(value)
    try:
        if duration is not None:
            length = timedelta(**{_UNITS[duration[2]]: int(duration[1])})
            return datetime.now(timezone.utc) - length
        # Python 3.10 does not read the Z of UTC.
        return _with_offset(datetime.fromisoformat(re.sub("[Zz]$", "+00:00", value)))
    except (ValueError, OverflowError):
        raise ValueError(
            f"{shown(value)} is not a time; wanted one such as 2026-01-31, or a duration such as "
            "30d."
        ) from None


def _with_offset(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
