"""The files of a folder that may hold pipelines."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext.targets import folders, git
from sm_prefix_ext.targets.folders import pipeline_files
from sm_prefix_ext.targets.git import ignored_paths
from sm_prefix_ext.targets.source import TargetError


def tree(folder: Path, *files: str) -> None:
    """Empty files in a folder."""
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def found(folder: Path, *exclude: str) -> list[str]:
    """What is found in a folder, relative to it."""
    return [path.relative_to(folder).as_posix() for path in pipeline_files(folder, exclude)]


def repository(folder: Path, *ignored: str) -> None:
    """Make a repository of a folder."""
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / ".gitignore").write_text("\n".join(ignored))


def test_suffixes_and_order(tmp_path: Path) -> None:
    """JSON and YAML by suffix in any case, in the order of the names."""
    tree(tmp_path, "b.json", "a/z.yml", "a/b/c.YAML", "a.txt", "json", "c.template", "Z.json")
    assert ["Z.json", "a/b/c.YAML", "a/z.yml", "b.json"] == found(tmp_path)


def test_what_is_left_out(tmp_path: Path) -> None:
    """Folders of tools, at any depth; a hidden file is read."""
    tree(
        tmp_path,
        ".git/x.json",
        "a/.cache/x.json",
        "node_modules/x.json",
        "a/node_modules/b/x.json",
        "__pycache__/x.json",
        "env/pyvenv.cfg",
        "env/bin/python3",
        "env/lib/x.json",
        "windows/pyvenv.cfg",
        "windows/Scripts/python.exe",
        "windows/x.json",
        "no_env/pyvenv.cfg",
        "no_env/bin/activate",
        "no_env/x.json",
        ".hidden.json",
        "a/kept.json",
    )
    assert [".hidden.json", "a/kept.json", "no_env/x.json"] == found(tmp_path)


def test_the_named_folder_is_read_whatever_it_is(tmp_path: Path) -> None:
    """A hidden one, and a virtual environment."""
    tree(tmp_path, ".ci/a.json", "env/pyvenv.cfg", "env/a.json")
    assert ["a.json"] == found(tmp_path / ".ci")
    assert ["a.json"] == found(tmp_path / "env")


@pytest.mark.parametrize(
    ("exclude", "expected"),
    [
        ("a", ["ab/q.json", "b/c/q.json", "q.json"]),
        ("a/", ["ab/q.json", "b/c/q.json", "q.json"]),
        ("./b/c", ["a/q.json", "a/x.yaml", "ab/q.json", "q.json"]),
        ("*.yaml", ["a/q.json", "ab/q.json", "b/c/q.json", "q.json"]),
        ("a*", ["b/c/q.json", "q.json"]),
        ("b/*.json", ["a/q.json", "a/x.yaml", "ab/q.json", "b/c/q.json", "q.json"]),
        ("b/**", ["a/q.json", "a/x.yaml", "ab/q.json", "q.json"]),
        ("**/q.json", ["a/x.yaml"]),
        ("**/c/*", ["a/q.json", "a/x.yaml", "ab/q.json", "q.json"]),
        ("a/?.json", ["a/x.yaml", "ab/q.json", "b/c/q.json", "q.json"]),
        ("q.jso[n]", ["a/q.json", "a/x.yaml", "ab/q.json", "b/c/q.json", "q.json"]),
    ],
)
def test_exclude(tmp_path: Path, exclude: str, expected: list[str]) -> None:
    """A name anywhere, or a path from the folder on."""
    tree(tmp_path, "a/q.json", "a/x.yaml", "ab/q.json", "b/c/q.json", "q.json")
    assert expected == found(tmp_path, exclude)


def test_exclude_as_the_user_types_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A glob may begin with the folder, too."""
    monkeypatch.chdir(tmp_path)
    tree(tmp_path, "infra/old/a.json", "infra/new/a.json")
    assert ["infra/new/a.json"] == [
        path.as_posix() for path in pipeline_files(Path("infra"), ["infra/old/**"])
    ]


def test_links(tmp_path: Path) -> None:
    """A link to a file is read, one to a folder is not followed, a broken one is nothing."""
    tree(tmp_path, "a/x.json")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "link.json").symlink_to(tmp_path / "a" / "x.json")
    (tmp_path / "a" / "broken.json").symlink_to(tmp_path / "none.json")
    (tmp_path / "a" / "self.json").symlink_to(tmp_path / "a" / "self.json")
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    assert ["a/link.json", "a/x.json"] == found(tmp_path)


def test_a_folder_that_can_not_be_read(tmp_path: Path) -> None:
    """The named one is an error in one sentence."""
    with pytest.raises(TargetError, match=r"The folder '.*none' can't be read: No such file"):
        list(pipeline_files(tmp_path / "none"))
    tree(tmp_path, "a.json")
    with pytest.raises(TargetError, match="Not a directory"):
        list(pipeline_files(tmp_path / "a.json"))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(TargetError, match="Too many levels of symbolic links"):
        list(pipeline_files(tmp_path / "loop"))
    with pytest.raises(TargetError, match="embedded null"):
        list(pipeline_files(tmp_path / "\0"))


def test_a_folder_within_that_can_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It might hide a pipeline, so it is an error, unless it is excluded."""
    tree(tmp_path, "a.json", "b/c.json")
    scandir = os.scandir

    def refused(path: Path) -> Any:
        if path.name == "b":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(folders.os, "scandir", refused)
    walk = pipeline_files(tmp_path)
    assert tmp_path / "a.json" == next(walk)
    with pytest.raises(TargetError, match=r"/b' can't be read: Permission denied\. --exclude"):
        next(walk)
    assert ["a.json"] == found(tmp_path, "b")


def test_what_git_ignores(tmp_path: Path) -> None:
    """By any .gitignore of the repository; what is tracked or not ignored is read."""
    repository(tmp_path, "out/", "*.tmp.json", "!kept.tmp.json")
    tree(tmp_path, "out/a.json", "a/x.tmp.json", "a/kept.tmp.json", "a/ü.json", "b/c.json")
    (tmp_path / "b" / ".gitignore").write_text("c.json")
    assert ["a/kept.tmp.json", "a/ü.json"] == found(tmp_path)
    assert ["kept.tmp.json", "ü.json"] == found(tmp_path / "a")
    assert frozenset({"out", "a/x.tmp.json", "b/c.json"}) == ignored_paths(tmp_path)


def test_a_named_folder_that_git_ignores(tmp_path: Path) -> None:
    """cdk.out is ignored in most repositories, and read where it is named."""
    repository(tmp_path, "cdk.out/")
    tree(tmp_path, "cdk.out/a.template.json", "cdk.out/asset.1/b.template.json")
    assert [] == found(tmp_path)
    assert ["a.template.json", "asset.1/b.template.json"] == found(tmp_path / "cdk.out")
    assert ["b.template.json"] == found(tmp_path / "cdk.out" / "asset.1")


def test_no_code_of_the_repository_runs(tmp_path: Path) -> None:
    """A monitor that its configuration names is not started."""
    repository(tmp_path, "x.json")
    trace = tmp_path / "started"
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch '{trace}'\n")
    monitor.chmod(0o755)
    for key, value in (("core.fsmonitor", str(monitor)), ("core.fsmonitorHookVersion", "2")):
        subprocess.run(["git", "-C", str(tmp_path), "config", key, value], check=True)
    tree(tmp_path, "x.json", "y.json")
    subprocess.run(["git", "-C", str(tmp_path), "status"], check=True, capture_output=True)
    assert trace.exists(), "the trap works"
    trace.unlink()
    assert ["y.json"] == found(tmp_path)
    assert not trace.exists()


def test_variables_of_a_hook_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a hook, git's variables point at the repository that runs it."""
    repository(tmp_path / "one", "x.json")
    repository(tmp_path / "two", "y.json")
    tree(tmp_path / "one", "x.json", "y.json")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "two" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "two"))
    assert ["y.json"] == found(tmp_path / "one")


@pytest.mark.parametrize("fault", ["no git", "hangs", "fails"])
def test_without_an_answer_nothing_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """A file too many is read then, and nothing hangs."""
    repository(tmp_path, "x.json")
    tree(tmp_path, "x.json")
    script = tmp_path / ".bin" / "git"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n" + ("exec sleep 20\n" if fault == "hangs" else "exit 3\n"))
    script.chmod(0o755)
    monkeypatch.setattr(git, "_LONGEST", 0.2)
    git_path = None if fault == "no git" else str(script)
    monkeypatch.setattr(git.shutil, "which", lambda name: git_path)
    assert ["x.json"] == found(tmp_path)


def test_outside_of_a_repository_git_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process starts for nothing."""
    tree(tmp_path, "x.json")
    monkeypatch.setattr(git.subprocess, "run", None)
    assert ["x.json"] == found(tmp_path)
