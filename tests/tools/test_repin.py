"""tools.repin with two local source trees, without downloads."""

from __future__ import annotations

import hashlib
import inspect
import io
import subprocess
import tarfile
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tools import repin

OLD = """
import functools


class Base:
    def inherited(self):
        return 1


class Pipeline(Base):
    @property
    def arn(self):
        return "arn"

    @functools.lru_cache
    def definition(self):
        # a comment
        return "{}"

    def gone(self):
        return 2
"""
NEW = OLD.replace('return "{}"', 'return "[]"').partition("    def gone")[0]
PINS = """
class Pin: ...

PINS = {
    2: [
        Pin("sdk.pipeline:Pipeline.definition", {"0123456789ab"}, "It is the seam."),
        Pin("sdk:Pipeline.inherited", {"0123456789ab"}, "Inherited, and exported elsewhere."),
        Pin("sdk.pipeline:Pipeline.gone", {"0123456789ab"}, "Called."),
    ],
    3: [],
}
"""


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """The source trees of two releases of an SDK."""
    for name, text in (("old", OLD), ("new", NEW)):
        package = tmp_path / name / "sdk"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("from .pipeline import Pipeline\n", "utf-8")
        (package / "pipeline.py").write_text(text, "utf-8")
    return tmp_path / "old", tmp_path / "new"


def test_only_changed_and_removed_functions_are_reported(trees: tuple[Path, Path]) -> None:
    """A report has the difference, the reason and the hash to append."""
    pins = repin.read_pins(PINS)
    assert [2, 3] == list(pins)
    changed, gone = repin.changes(pins[2], *trees)
    assert ("sdk.pipeline:Pipeline.definition", False) == (changed.pin.where, changed.accepted)
    report = changed.report()
    for line in ("Why: It is the seam.", '-    return "{}"', '+    return "[]"'):
        assert line in report.splitlines()
    assert report.endswith(f'once read: "{repin.digest(changed.new or "")}"')
    assert "It is gone" in gone.report()
    assert not gone.accepted


def test_a_pinned_hash_is_accepted(trees: tuple[Path, Path]) -> None:
    """The newer release needs no further hash."""
    source = repin.source_of(trees[1], "sdk.pipeline:Pipeline.definition") or ""
    pin = repin.Pin("sdk.pipeline:Pipeline.definition", frozenset({repin.digest(source)}), "Why.")
    [change] = repin.changes([pin], *trees)
    assert change.accepted
    assert "is in tests/upstream/test_pins.py" in change.report()


@pytest.mark.parametrize("function", [repin.read_pins, repin.Change.report, repin.Pin])
def test_the_source_equals_that_of_inspect(function: Any) -> None:
    """tests/upstream/test_pins.py hashes the source that inspect returns."""
    where = f"tools.repin:{function.__qualname__}"
    actual = repin.source_of(Path(repin.__file__).parents[1], where)
    assert textwrap.dedent(inspect.getsource(function)) == actual


def test_inherited_and_exported_names_are_followed(trees: tuple[Path, Path]) -> None:
    """Missing modules, classes and methods give ``None``."""
    expected = "def inherited(self):\n    return 1\n"
    assert expected == repin.source_of(trees[0], "sdk:Pipeline.inherited")
    for where in ("sdk:Nothing", "sdk:Pipeline.nothing", "nothing:Pipeline"):
        assert repin.source_of(trees[0], where) is None


def test_the_pins_can_be_read() -> None:
    """tests/upstream/test_pins.py has pins for both majors, and is read without an SDK."""
    pins = repin.read_pins(repin.PINS_FILE.read_text(encoding="utf-8"))
    assert {2, 3} == set(pins)
    for pin in (*pins[2], *pins[3]):
        assert pin.why and pin.hashes and ":" in pin.where
        assert all(len(entry) == len(hashlib.sha256().hexdigest()[:12]) for entry in pin.hashes)
    with pytest.raises(ValueError, match="no PINS"):
        repin.read_pins("x = 1")


def test_wheels_and_sdists_are_unpacked(tmp_path: Path) -> None:
    """Of an sdist, only the packages are unpacked."""
    wheel, sdist = tmp_path / "sdk-1-py3-none-any.whl", tmp_path / "sdk-1.tar.gz"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("sdk/__init__.py", "")
    with tarfile.open(sdist, "w:gz") as packed:
        for name in ("sdk-1/src/sdk/__init__.py", "sdk-1/setup.py"):
            packed.addfile(tarfile.TarInfo(name), io.BytesIO())
    for number, archive_file in enumerate((wheel, sdist)):
        tree = tmp_path / str(number)
        repin.unpack(archive_file, tree)
        files = [path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()]
        assert ["sdk/__init__.py"] == files


def test_the_parts_of_v3_have_the_lowest_required_versions() -> None:
    """The extras of the meta package are left out."""
    metadata = (
        "Metadata-Version: 2.4\nName: sagemaker\nVersion: 3.27.0\n"
        "Requires-Dist: sagemaker-core<3.0.0,>=2.27.0\n"
        "Requires-Dist: boto3>=1.34\n"
        'Requires-Dist: sagemaker-train; extra == "train"\n'
    )
    assert ["sagemaker-core==2.27.0"] == repin.parts_of(metadata)


def test_releases_of_two_majors_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """``main()`` exits before any download."""
    with pytest.raises(SystemExit):
        repin.main(["--from", "2.257.7", "--to", "3.27.0"])
    assert "different major versions" in capsys.readouterr().err


def test_a_function_that_is_in_neither_release_is_gone(trees: tuple[Path, Path]) -> None:
    """It is not the same in both: nothing was compared."""
    pin = repin.Pin("sdk.pipeline:Pipeline.nothing", frozenset(), "Why.")
    [change] = repin.changes([pin], *trees)
    assert not change.accepted
    assert "It is gone" in change.report()


def test_releases_that_cannot_be_compared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A major without pins, and a release that pip can't download, are errors of one line."""

    def fail(version: str, folder: Path) -> Path:
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(repin, "download", fail)
    for old, new, message in (
        ("x", "x", "there are no pins for x, only for the majors 2, 3"),
        ("4.0", "4.1", "there are no pins for 4.1, only for the majors 2, 3"),
        ("2.0", "2.0.1", "pip can't download one of the releases"),
    ):
        with pytest.raises(SystemExit) as ended:
            repin.main(["--from", old, "--to", new])
        assert (2, True) == (ended.value.code, message in capsys.readouterr().err)
