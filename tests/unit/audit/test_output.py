"""The file of an audit: what is continued, and what is refused."""

from __future__ import annotations

import json
import resource
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext.audit.output import NotResumed, Output, kept_rows, must_be_new, read_earlier
from sm_prefix_ext.audit.rows import AuditRow, Unit
from sm_prefix_ext.core.output_file import OutputFileError

ASKED = {"jobs": False}
UNIT = Unit("111122223333", "us-east-1")
OTHER = Unit("111122223333", "eu-west-1")
ROW = AuditRow("pipeline", *UNIT, "inside", name="p", teams=("team-a",))


def written(path: Path, *rows: AuditRow, complete: bool = True) -> bytes:
    output = Output(str(path), ASKED, None)
    for row in rows:
        output.write(row)
    if complete:
        output.end_unit(UNIT)
    output.close()
    return path.read_bytes()


def test_a_row_reads_back(tmp_path: Path) -> None:
    """Whatever its texts are, such as a lone surrogate."""
    file = tmp_path / "a.jsonl"
    row = AuditRow("job", *UNIT, "outside", name="\ud800\x1b[2K\n\u2028")
    written(file, ROW, row)
    earlier = read_earlier(str(file))
    assert earlier is not None
    assert (ASKED, {UNIT}, 0, False) == (
        earlier.asked,
        earlier.units,
        earlier.dropped,
        earlier.cut,
    )
    assert [ROW, row] == list(kept_rows(str(file)))


def row_line(unit: Unit, kind: Any = "pipeline") -> bytes:
    return json.dumps(AuditRow(kind, *unit, "unknown").to_dict()).encode() + b"\n"


def unit_line(unit: Unit, rows: int) -> bytes:
    return json.dumps({"kind": "unit", **unit._asdict(), "rows": rows}).encode() + b"\n"


def resumed(file: Path, content: bytes) -> tuple[Any, bytes]:
    """What is read of a file, and what is left of it when it is continued."""
    file.write_bytes(content)
    earlier = read_earlier(str(file))
    Output(str(file), ASKED, earlier).close()
    return earlier, file.read_bytes()


def test_an_incomplete_unit_is_dropped(tmp_path: Path) -> None:
    """Its rows are read again; those of units that are read at once come in turns."""
    kept = [row_line(UNIT), row_line(UNIT), unit_line(UNIT, 2)]
    incomplete = [row_line(OTHER), row_line(OTHER)]
    lines = [header(), kept[0], incomplete[0], kept[1], kept[2], incomplete[1], b'{"kind"']
    earlier, left = resumed(tmp_path / "a.jsonl", b"".join(lines))
    assert ({UNIT}, 2, True) == (earlier.units, earlier.dropped, earlier.cut)
    assert "2 rows of others are read again" in earlier.remark("a.jsonl")
    assert b"".join([header(), *kept]) == left


def test_a_unit_with_a_failed_read_is_dropped(tmp_path: Path) -> None:
    """It may succeed now; the end of the audit is dropped too."""
    kept = row_line(OTHER) + unit_line(OTHER, 1)
    failed = row_line(UNIT) + row_line(UNIT, "unknown") + unit_line(UNIT, 2)
    earlier, left = resumed(tmp_path / "a.jsonl", header() + failed + kept + b'{"kind": "end"}\n')
    assert ({OTHER}, 2, True) == (earlier.units, earlier.dropped, earlier.ended)
    assert header() + kept == left


def test_a_full_disk_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    """There is no room for the rows that are kept; nothing else is left in the folder."""
    file = tmp_path / "a.jsonl"
    content = written(file, ROW) + row_line(OTHER)
    file.write_bytes(content)
    earlier = read_earlier(str(file))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OutputFileError, match="could not be written: File too large"):
            Output(str(file), ASKED, earlier)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert content == file.read_bytes()
    assert [file] == list(tmp_path.iterdir())


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_cut_at_any_byte_of_the_last_line_is_repaired(tmp_path: Path, cut: int) -> None:
    """A kill may come in the middle of a line."""
    file = tmp_path / "a.jsonl"
    whole = written(file, ROW, complete=False)
    file.write_bytes(whole[:-cut])
    earlier = read_earlier(str(file))
    assert earlier is not None
    assert earlier.cut
    Output(str(file), ASKED, earlier).close()
    assert header() == file.read_bytes()


def test_a_file_that_is_not_there_or_empty_is_begun(tmp_path: Path) -> None:
    """There is nothing to continue."""
    assert read_earlier(str(tmp_path / "a.jsonl")) is None
    (tmp_path / "a.jsonl").touch()
    assert read_earlier(str(tmp_path / "a.jsonl")) is None


def header(**more: Any) -> bytes:
    record = {"kind": "audit", "schema": 1, "asked": ASKED, **more}
    return json.dumps(record).encode() + b"\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name,prefix\n", "it is not the file of an audit"),
        (b"half a line", "it is not the file of an audit"),
        (b'{"findings": []}\n', "it is not the file of an audit"),
        (b'{"kind": "unit"}\n', "it is not the file of an audit"),
        (b"\x00\xff\n", "it is not the file of an audit"),
        (b"[" * 100_000 + b"\n", "it is not the file of an audit"),
        (header(schema=2), "its schema is 2; wanted 1"),
        (header(asked=3), "it is damaged, since line 1 has nothing that was asked for"),
        (header() + b"no JSON\n" + unit_line(UNIT, 1), "it is damaged, since line 2 has no record"),
        (header() + b'{"kind": "job"}\n', "line 2 has a record that is no row"),
        (header() + b'{"kind": "end"}\n' * 2, "line 3 has a record after the end"),
        (header() + unit_line(UNIT, 1), "line 2 has 0 rows before it, not as many as it counts"),
        (header() + unit_line(UNIT, 0) * 2, "line 3 has a second end of an account and region"),
        (header() + unit_line(UNIT, 0) + row_line(UNIT), "line 3 has a row of an account and"),
    ],
)
def test_a_foreign_or_damaged_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """It stays as it is."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(content)
    with pytest.raises(NotResumed, match=message) as refused:
        read_earlier(str(file))
    assert str(refused.value).endswith("The file is unchanged.")
    assert content == file.read_bytes()


def test_a_device_is_not_continued() -> None:
    """It has no end."""
    with pytest.raises(NotResumed, match="not a regular file"):
        read_earlier("/dev/zero")


def test_a_file_with_something_in_it_is_not_begun_anew(tmp_path: Path) -> None:
    """The audit of hours would be lost."""
    file = tmp_path / "a.jsonl"
    must_be_new(str(file))
    file.write_text("x")
    with pytest.raises(ValueError, match="is there already; continue it with resume"):
        must_be_new(str(file))


@pytest.mark.parametrize(
    "change",
    [{"verdict": "fine"}, {"kind": "audit"}, {"teams": "team-a"}, {"region": None}, {"more": 1}],
)
def test_a_record_that_is_no_row(change: Any) -> None:
    """Its fields and their words are checked."""
    with pytest.raises(ValueError, match=r"it does not have|unknown|not a text"):
        AuditRow.from_dict({**ROW.to_dict(), **change})
