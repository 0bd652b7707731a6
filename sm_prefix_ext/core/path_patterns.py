"""The globs in ``paths`` of a policy file's teams."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePosixPath

_ANY_DEPTH = "**"


def why_invalid(pattern: str) -> str | None:
    """Return what is wrong with a pattern, or ``None`` if it is valid.

    Example:
        >>> from sm_prefix_ext.core.path_patterns import why_invalid
        >>> why_invalid("pipelines/risk/**")
        >>> why_invalid("../risk")
        "it has '..' in it, but a pattern matches only below the file's folder"
    """
    parts = pattern.split("/")
    if pattern.startswith("!"):
        return "a pattern can't exclude paths; remove the '!'"
    if "\\" in pattern:
        return "it has a backslash in it; write '/' between folders, on Windows too"
    if pattern.startswith("/"):
        return "it begins with '/', but a pattern is relative to the file's folder"
    if ".." in parts:
        return "it has '..' in it, but a pattern matches only below the file's folder"
    if not _parts(pattern):
        return "it matches nothing; '**' matches everything below the file's folder"
    if any(_ANY_DEPTH in part and part != _ANY_DEPTH for part in parts):
        return "'**' must be a whole part between two '/', as in 'pipelines/**/train.py'"
    return None


def matches(pattern: str, path: PurePosixPath) -> bool:
    """Test whether a pattern matches a path or one of the folders above it.

    ``*`` and ``?`` match characters of one folder's or file's name, ``[…]`` one of several
    characters, and ``**`` any number of folders, including none. Letter case counts.

    Args:
        pattern: relative to a folder.
        path: relative to the same folder.

    Example:
        >>> from pathlib import PurePosixPath
        >>> from sm_prefix_ext.core.path_patterns import matches
        >>> path = PurePosixPath("pipelines/risk/eu/train.py")
        >>> [matches(p, path) for p in ("pipelines/risk", "pipelines/*/eu/**", "**/train.py")]
        [True, True, True]
        >>> matches("pipelines/*.py", path), matches("risk", path)
        (False, False)
    """
    wanted = _parts(pattern)
    reached = _with_none(wanted, {0})
    for part in path.parts:
        if len(wanted) in reached or not reached:
            break
        stepped = {index for index in reached if wanted[index] == _ANY_DEPTH}
        stepped |= {index + 1 for index in reached - stepped if fnmatchcase(part, wanted[index])}
        reached = _with_none(wanted, stepped)
    return len(wanted) in reached


@lru_cache(maxsize=1024)
def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(part for part in pattern.split("/") if part not in ("", "."))


def _with_none(wanted: tuple[str, ...], reached: set[int]) -> set[int]:
    """Add the position after each ``**`` that is reached, since it may match no folder."""
    if _ANY_DEPTH not in wanted:
        return reached
    for index, part in enumerate(wanted):
        if index in reached and part == _ANY_DEPTH:
            reached = reached | {index + 1}
    return reached
