"""Ask git what it ignores, without running code of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_LONGEST = 10.0
# A repository's own configuration could make git start a file-system monitor, or fetch an object
# that a partial clone lacks; these switch both off (git knows the variable from 2.45 on).
_COMMAND = (
    *("-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit"),
    *("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"),
)
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}


def ignored_paths(folder: Path) -> frozenset[str]:
    """The files and folders of a folder that git ignores, relative to it, with ``/``.

    Without git, a repository or an answer within ten seconds the result is empty, so that the
    caller reads too many files rather than too few. It is empty too for a folder that git ignores
    as a whole, such as ``cdk.out``: a user who names that folder wants it read.

    Args:
        folder: any folder.
    """
    git = shutil.which("git")
    if git is None or not _in_repository(folder):
        return frozenset()
    # In a hook, such as pre-commit's, variables would point git at another folder.
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
