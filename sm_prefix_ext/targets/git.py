"""Ask git what it ignores; no code of the repository runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_LONGEST = 10.0
# What a repository's own configuration could have git start: a file-system monitor, and the
# fetching of an object that a partial clone lacks (git from 2.45 on knows the variable).
_COMMAND = (
    *("-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit"),
    *("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"),
)
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}


def ignored_paths(folder: Path) -> frozenset[str]:
    """The files and folders of a folder that git ignores, relative to it, with ``/``.

    Where there is no git, no repository or no answer within ten seconds, that is nothing: a file
    too many is read then, never one too few. The same holds for a folder that git ignores as a
    whole, such as ``cdk.out``: who names it wants it read.

    Args:
        folder: any folder.
    """
    git = shutil.which("git")
    if git is None or not _in_repository(folder):
        return frozenset()
    # A hook, such as pre-commit's, has variables that would point git at another folder.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        answer = subprocess.run(
            [git, "-C", str(folder), *_COMMAND],
            env={**inherited, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    paths = {os.fsdecode(path).rstrip("/") for path in answer.stdout.split(b"\0") if path}
    return frozenset() if "." in paths else frozenset(paths)


def _in_repository(folder: Path) -> bool:
    try:
        place = folder.resolve()
        return any((above / ".git").exists() for above in (place, *place.parents))
    except (OSError, RuntimeError, ValueError):  # a loop of links, or not a path
        return False
