"""Find the files of a folder that may hold pipelines."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..core.paths import is_virtual_environment
from ..core.text import shown
from .git import ignored_paths
from .source import TargetError

SUFFIXES = (".json", ".yaml", ".yml")

_LEFT_OUT = ("node_modules", "__pycache__")

Excludes = Callable[[str], bool]


def pipeline_files(folder: Path, exclude: Sequence[str] = ()) -> Iterator[Path]:
    """The JSON and YAML files of a folder and of the folders in it, in the order of their names.

    It leaves out hidden folders, ``node_modules``, ``__pycache__``, virtual environments, and what
    git ignores, if git is installed and the folder is in a repository. It follows no link to a
    folder, so a loop of links does no harm. It reads the folder itself even if git ignores it.

    Args:
        folder: the folder; every path begins with it.
        exclude: globs of files and folders to leave out. A glob with a ``/`` must match the path,
            relative to the folder or as the user typed it; a glob without one, any name.

    Raises:
        TargetError: on reaching a folder that can't be read, which might contain pipelines.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from sm_prefix_ext.targets.folders import pipeline_files
        >>> with tempfile.TemporaryDirectory() as name:
        ...     for file in ("b.yaml", "a.json", "c.txt"):
        ...         _ = (Path(name) / file).write_text("")
        ...     [path.name for path in pipeline_files(Path(name))]
        ['a.json', 'b.yaml']
    """
    ignored = ignored_paths(folder)
    excludes = _excludes(exclude, folder)
    for relative in _files(folder, "", lambda path: path in ignored or excludes(path)):
        yield folder / relative


def _files(folder: Path, below: str, left_out: Excludes) -> Iterator[str]:
    try:
        with os.scandir(folder / below) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except (OSError, ValueError) as error:  # ValueError: not a path at all
        hint = " --exclude leaves a folder out." if below else ""
        raise TargetError(
            f"The folder {shown(str(folder / below))} can't be read: "
            f"{getattr(error, 'strerror', None) or error}.{hint}"
        ) from None
    if below and is_virtual_environment(folder / below):
        return
    for entry in entries:
        path = f"{below}{entry.name}"
        if left_out(path):
            continue
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith(".") and entry.name not in _LEFT_OUT:
                yield from _files(folder, f"{path}/", left_out)
        elif entry.name.lower().endswith(SUFFIXES) and _is_file(entry):
            yield path


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a file or a link to a file; a pipe, which could block, is neither."""
    try:
        return entry.is_file()
    except OSError:  # a loop of links
        return False


def _excludes(globs: Sequence[str], folder: Path) -> Excludes:
    whole = [_pattern(glob) for glob in globs if "/" in glob.rstrip("/")]
    names = [_pattern(glob) for glob in globs if "/" not in glob.rstrip("/")]
    typed = f"{folder.as_posix()}/"

    def excludes(path: str) -> bool:
        name = path.rpartition("/")[2]
        return any(pattern.fullmatch(name) for pattern in names) or any(
            pattern.fullmatch(spelled) for pattern in whole for spelled in (path, typed + path)
        )

    return excludes


def _pattern(glob: str) -> re.Pattern[str]:
    """A glob as a pattern: ``*`` and ``?`` match within a name, ``**`` across folders."""
    text = glob.removeprefix("./").rstrip("/")
    parts = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", text)
    return re.compile("".join(_GLOBS.get(part) or re.escape(part) for part in parts), re.DOTALL)


_GLOBS = {"**/": "(?:.*/)?", "/**": "(?:/.*)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
