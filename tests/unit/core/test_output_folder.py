"""A folder is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from sm_prefix_ext.core.output_file import OutputFileError
from sm_prefix_ext.core.output_folder import write_folder


def test_a_new_folder(tmp_path: Path) -> None:
    """It has the files, and nothing else is left."""
    write_folder(tmp_path / "new", {"a.json": "{}\n", "b.json": "ü"})
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "new").iterdir()}
    assert {"a.json": "{}\n", "b.json": "ü"} == written
    assert ["new"] == [path.name for path in tmp_path.iterdir()]


def test_no_files(tmp_path: Path) -> None:
    """The folder is empty."""
    write_folder(tmp_path / "new", {})
    assert [] == list((tmp_path / "new").iterdir())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("folder", "it is there already; name a new folder"),
        ("file", "it is there already"),
        ("dangling", "it is there already"),
        ("missing/new", "No such file or directory"),
        ("file/new", "Not a directory"),
        ("nu\0ll", "null"),
    ],
)
def test_what_cannot_be_written(tmp_path: Path, name: str, reason: str) -> None:
    """The reason is in the message, and everything stays as it is."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(OutputFileError, match=reason):
        write_folder(tmp_path / name, {"a.json": "{}"})
    assert ["dangling", "file", "folder"] == sorted(path.name for path in tmp_path.iterdir())
    assert [] == list((tmp_path / "folder").iterdir())


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """The files before it go too."""
    with pytest.raises(OutputFileError, match="could not be written"):
        write_folder(tmp_path / "new", {"a.json": "{}", "no/b.json": "{}"})
    assert [] == list(tmp_path.iterdir())
