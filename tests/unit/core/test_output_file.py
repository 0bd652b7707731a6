from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sm_prefix_ext.core import output_file
from sm_prefix_ext.core.output_file import OutputFileError, write_whole

NULL = "embedded null byte"
"""What Python says of a path with a null character."""
if sys.version_info >= (3, 13):
    NULL = "stat: embedded null character in path"


def _only(folder: Path, *names: str) -> None:
    assert sorted(names) == sorted(path.name for path in folder.iterdir())


def test_new_file(tmp_path: Path) -> None:
    """A new file has the text in UTF-8, its line breaks as they are, and the usual mode."""
    write_whole(tmp_path / "report.json", "é\n")
    (tmp_path / "other").touch()
    assert "é\n".encode() == (tmp_path / "report.json").read_bytes()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("report.json", "other")}
    assert 1 == len(modes)
    _only(tmp_path, "report.json", "other")


def test_existing_file(tmp_path: Path) -> None:
    """An existing file is replaced, and keeps its mode."""
    file = tmp_path / "report.json"
    file.write_text("old, and longer than the new text")
    file.chmod(0o640)
    write_whole(str(file), "new")
    assert ("new", 0o640) == (file.read_text(), stat.S_IMODE(file.stat().st_mode))
    _only(tmp_path, "report.json")


def test_link(tmp_path: Path) -> None:
    """A link stays a link, and the file that it points to gets the text."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "report.json").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "there" / "report.json")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert "new" == (tmp_path / "there" / "report.json").read_text()
    _only(tmp_path / "there", "report.json")


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_failure(
    step: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk or Ctrl-C leaves the old file as it was, and no other."""
    file = tmp_path / "report.json"
    file.write_text("old")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(*((os, "fsync", fail) if step == "fsync" else (Path, "replace", fail)))
    expected = OutputFileError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as raised:
        write_whole(file, "new")
    if isinstance(error, OSError):
        assert f"The output file '{file}' could not be written: No space left on device." == str(
            raised.value
        )
    assert "old" == file.read_text()
    _only(tmp_path, "report.json")


def test_full_device() -> None:
    """A full device is one sentence."""
    with pytest.raises(OutputFileError) as raised:
        write_whole("/dev/full", "new")
    expected = "The output file '/dev/full' could not be written: No space left on device."
    assert expected == str(raised.value)


def test_not_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be written is not replaced either."""
    file = tmp_path / "report.json"
    file.write_text("old")
    monkeypatch.setattr(output_file.os, "access", lambda *_: False)
    with pytest.raises(OutputFileError, match=r"could not be written: Permission denied[.]$"):
        write_whole(file, "new")
    assert "old" == file.read_text()
    _only(tmp_path, "report.json")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("no/report.json", "No such file or directory"),
        (".", "Is a directory"),
        ("a\0b", NULL),
        ("x" * 300, "File name too long"),
        ("", "Is a directory"),
    ],
)
def test_no_such_place(path: str, reason: str, tmp_path: Path) -> None:
    """What can't be a file is one sentence, with the path as it was given."""
    with pytest.raises(OutputFileError) as raised:
        write_whole(path, "new")
    assert f"could not be written: {reason}." in str(raised.value)
    assert "\0" not in str(raised.value)
    _only(tmp_path)


def test_pipe(tmp_path: Path) -> None:
    """A pipe gets the text, and stays a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()), daemon=True)
    reader.start()
    write_whole(pipe, "new")
    reader.join(10)
    assert ["new"] == got
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_standard_output(tmp_path: Path) -> None:
    """What the shell has opened is written to, not replaced by another file."""
    program = "from sm_prefix_ext.core.output_file import write_whole as w; w('/dev/stdout', 'x')"
    with (tmp_path / "out").open("w") as out:
        subprocess.run([sys.executable, "-c", program], stdout=out, check=True)
        assert out.fileno() and "x" == (tmp_path / "out").read_text()
        assert os.fstat(out.fileno()).st_ino == (tmp_path / "out").stat().st_ino


def test_closed_pipe() -> None:
    """The end of a pipe's reader is no fault of the file."""
    read, write = os.pipe()
    os.close(read)
    try:
        with pytest.raises(BrokenPipeError):
            write_whole(f"/dev/fd/{write}", "new")
    finally:
        os.close(write)


def test_lone_surrogate(tmp_path: Path) -> None:
    """What UTF-8 can't hold is written as its escape."""
    write_whole(tmp_path / "report.json", "\ud800")
    assert r"\ud800" == (tmp_path / "report.json").read_text()
