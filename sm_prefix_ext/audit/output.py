"""The file of an audit: JSON Lines that are written as it goes, and continued after a kill.

The first line says what was asked for. A line of the kind ``unit`` ends each account and region,
and a line of the kind ``end`` a whole audit. A unit is complete if it has ended and every read of
it succeeded; a continued file keeps its rows, and those of other units are read again.
"""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

from ..core.output_file import OutputFileError, write_parts
from ..core.text import shown
from .rows import COLLISION, UNKNOWN, AuditRow, Unit

SCHEMA = 1
_AUDIT, _UNIT, _END = "audit", "unit", "end"


class NotResumed(ValueError):
    """A file that can't be continued; it stays as it is.

    Args:
        path: the file.
        why: one sentence.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why

    def __str__(self) -> str:
        return f"{shown(self.path)} can't be continued: {self.why} The file is unchanged."


class Earlier(NamedTuple):
    """What an earlier run left in a file.

    Args:
        asked: what the audit was asked for.
        units: the units that are complete.
        dropped: how many rows are of others.
        cut: whether the last line was cut.
        ended: whether the audit came to its end.
    """

    asked: Mapping[str, Any]
    units: frozenset[Unit]
    dropped: int
    cut: bool
    ended: bool = False

    def remark(self, path: str) -> str:
        """Return what a user should know of it, in one sentence or two."""
        text = f"{shown(path)} is continued: {len(self.units)} accounts and regions are complete."
        if self.cut:
            text += " Its last line was cut and is repaired."
        if self.dropped:
            text += f" {self.dropped} rows of others are read again."
        return text


class Output:
    """Writes an audit's file.

    Args:
        path: the file.
        asked: what the audit is asked for, as JSON has it.
        earlier: what is in the file, of which the complete units are kept; ``None`` to begin it.

    Raises:
        OutputFileError: if it can't be written.
    """

    def __init__(self, path: str, asked: Mapping[str, Any], earlier: Earlier | None) -> None:
        self._path = path
        self._rows: Counter[Unit] = Counter()
        if earlier is not None:
            write_parts(path, _kept_lines(path, earlier.units))
        try:
            # Unbuffered, so that a row is with the operating system once it was yielded.
            self._file = FileIO(path, "wb" if earlier is None else "ab")
        except (OSError, ValueError) as error:
            raise self._error(error) from None
        try:
            if earlier is None:
                self._write({"kind": _AUDIT, "schema": SCHEMA, "asked": asked})
        except BaseException:
            self.close()
            raise

    def write(self, row: AuditRow) -> None:
        """Write a row.

        Raises:
            OutputFileError: if the disk does not take it.
        """
        self._write(row.to_dict())
        self._rows[row.unit] += 1

    def end_unit(self, unit: Unit) -> None:
        """End a unit, and wait until it is on the disk."""
        self._write({"kind": _UNIT, **unit._asdict(), "rows": self._rows.pop(unit, 0)})
        self._sync()

    def _sync(self) -> None:
        try:
            if stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
                os.fsync(self._file.fileno())
        except OSError as error:
            raise self._error(error) from None

    def end(self) -> None:
        """End the whole audit."""
        self._write({"kind": _END})
        self._sync()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, values: Mapping[str, Any]) -> None:
        # ASCII alone: a lone surrogate in a name has no bytes in UTF-8.
        data = memoryview(json.dumps(values).encode("ascii") + b"\n")
        try:
            while data:  # a disk that is almost full takes a part
                data = data[self._file.write(data) or 0 :]
        except OSError as error:
            raise self._error(error) from None

    def _error(self, error: Exception) -> OutputFileError:
        reason = error.strerror if isinstance(error, OSError) else None
        return OutputFileError(self._path, reason or str(error))


def must_be_new(path: str) -> None:
    """Refuse a file with something in it, which would be lost.

    Raises:
        ValueError: for such a file.
        OSError: if it can't be looked at.
    """
    file = Path(path)
    if file.is_file() and file.stat().st_size:
        raise ValueError(
            f"{shown(path)} is there already; continue it with resume, or name another file."
        )


def read_earlier(path: str) -> Earlier | None:
    """Read what an earlier run left in a file, line by line.

    Args:
        path: the file.

    Returns:
        ``None`` if the file isn't there or is empty.

    Raises:
        NotResumed: if it isn't an audit's file, or is damaged elsewhere than in its last line.
        OSError: if it can't be read.
    """
    if not Path(path).exists():
        return None
    if not Path(path).is_file():
        raise NotResumed(path, "it is not a regular file.")
    file, line = _Contents(path), b""
    for number, line in _lines(path):
        if line.endswith(b"\n"):
            file.take(number, _record(path, number, line))
    if file.asked is None:
        if line:
            raise NotResumed(path, "it is not the file of an audit.")
        return None
    complete = frozenset(file.ended_units - file.failed)
    dropped = sum(rows for unit, rows in file.rows.items() if unit not in complete)
    return Earlier(file.asked, complete, dropped, not line.endswith(b"\n"), file.ended)


@dataclass
class _Contents:
    """What the records so far say.

    Args:
        path: the file.
        asked: see :class:`Earlier`.
        rows: how many rows each unit has.
        failed: the units with a read that failed.
        ended_units: the units that have ended.
        ended: see :class:`Earlier`.
    """

    path: str
    asked: Mapping[str, Any] | None = None
    rows: Counter[Unit] = field(default_factory=Counter)
    failed: set[Unit] = field(default_factory=set)
    ended_units: set[Unit] = field(default_factory=set)
    ended: bool = False

    def take(self, number: int, record: Mapping[str, Any]) -> None:
        """Read a record."""
        if self.ended:
            raise NotResumed(self.path, _damaged(number, "a record after the end"))
        if self.asked is None:
            self.asked = _asked(self.path, record)
        elif record["kind"] == _END:
            self.ended = True
        elif record["kind"] == _UNIT:
            self._end(number, record)
        else:
            self._row(number, record)

    def _end(self, number: int, record: Mapping[str, Any]) -> None:
        unit = _unit(record)
        if unit in self.ended_units:
            raise NotResumed(self.path, _damaged(number, "a second end of an account and region"))
        if record.get("rows") != self.rows[unit]:
            what = f"{self.rows[unit]} rows before it, not as many as it counts"
            raise NotResumed(self.path, _damaged(number, what))
        self.ended_units.add(unit)

    def _row(self, number: int, record: Mapping[str, Any]) -> None:
        row = _row(self.path, number, record)
        if row.kind == COLLISION:
            return  # it is of no unit, and comes anew
        if row.unit in self.ended_units:
            what = "a row of an account and region that has ended"
            raise NotResumed(self.path, _damaged(number, what))
        self.rows[row.unit] += 1
        if row.kind == UNKNOWN:
            self.failed.add(row.unit)


def kept_rows(path: str) -> Iterator[AuditRow]:
    """Yield the rows of a file that :func:`read_earlier` accepts.

    Args:
        path: the file.
    """
    for number, line in _lines(path):
        record = _record(path, number, line)
        if record["kind"] not in (_AUDIT, _UNIT, _END):
            yield _row(path, number, record)


def _kept_lines(path: str, units: frozenset[Unit]) -> Iterator[bytes]:
    """Yield the first line, and those of complete units."""
    for number, line in _lines(path):
        if line.endswith(b"\n") and (number == 1 or _unit(json.loads(line)) in units):
            yield line


def _unit(record: Mapping[str, Any]) -> Unit:
    return Unit(str(record.get("account")), str(record.get("region")))


def _lines(path: str) -> Iterator[tuple[int, bytes]]:
    with Path(path).open("rb") as file:
        yield from enumerate(file, start=1)


def _record(path: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("kind"), str):
        why = "it is not the file of an audit." if number == 1 else _damaged(number, "no record")
        raise NotResumed(path, why)
    return record


def _asked(path: str, record: Mapping[str, Any]) -> Mapping[str, Any]:
    if record["kind"] != _AUDIT:
        raise NotResumed(path, "it is not the file of an audit.")
    if record.get("schema") != SCHEMA:
        raise NotResumed(path, f"its schema is {shown(record.get('schema'))}; wanted {SCHEMA}.")
    asked = record.get("asked")
    if not isinstance(asked, dict):
        raise NotResumed(path, _damaged(1, "nothing that was asked for"))
    return asked


def _row(path: str, number: int, record: Mapping[str, Any]) -> AuditRow:
    try:
        return AuditRow.from_dict(record)
    except ValueError as error:
        raise NotResumed(path, _damaged(number, f"a record that is no row: {error}")) from None


def _damaged(number: int, what: str) -> str:
    return f"it is damaged, since line {number} has {what}."
