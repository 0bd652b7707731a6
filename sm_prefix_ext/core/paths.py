"""Paths as a user writes them: links are kept, and any text is accepted."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path


def absolute(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path without ``..``; links in it are kept.

    The policy of a link is that of the folder that contains the link, so ``Path.resolve()`` would
    choose another one; ``Path.absolute()`` leaves ``..`` in.
    """
    return Path(os.path.abspath(path))  # noqa: PTH100 - pathlib has no such function


def from_here(path: str | os.PathLike[str]) -> str:
    """Return a path below the current folder relative to it, with ``/``; any other as it is.

    So reports of the same files are the same on every machine.

    Example:
        >>> from sm_prefix_ext.core.paths import absolute, from_here
        >>> from_here(absolute("pipelines/sm-prefix.toml"))
        'pipelines/sm-prefix.toml'
    """
    try:
        return _relative(os.fspath(path), Path.cwd())
    except (OSError, ValueError):  # elsewhere, or not a path at all
        return os.fspath(path)


@lru_cache(maxsize=1024)  # many findings name one file
def _relative(path: str, folder: Path) -> str:
    return absolute(path).relative_to(folder).as_posix()


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Test whether a path is a folder; a text that can't be a path is none."""
    try:
        return Path(path).is_dir() if os.fspath(path) else False
    except (OSError, ValueError):  # too long, or with a null character
        return False


def is_virtual_environment(folder: Path) -> bool:
    """Test whether a folder is a virtual environment, with its interpreter.

    ``pyvenv.cfg`` alone doesn't make one: anyone could add that file to a folder of pipelines.
    """
    return (folder / "pyvenv.cfg").is_file() and any(
        any((folder / programs).glob("python*")) for programs in ("bin", "Scripts")
    )
