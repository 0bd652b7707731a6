"""Find the policy file: by an environment variable, in parent folders, in configuration folders."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from .errors import PolicyFileError
from .paths import absolute, is_folder

FILE_NAME = "sm-prefix.toml"
ENVIRONMENT_VARIABLE = "SM_PREFIX_POLICY"
TEAM_VARIABLE = "SM_PREFIX_TEAM"
_APP_NAME = "sm-prefix"


def discover() -> Path | None:
    """Return the policy file that applies to the current folder, or ``None``.

    Raises:
        PolicyFileError: if ``$SM_PREFIX_POLICY`` names a file that isn't there, or a folder can't
            be searched.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        if not _is_there(Path(named)):
            raise PolicyFileError(
                named,
                None,
                f"${ENVIRONMENT_VARIABLE} names this file, which isn't there; "
                "correct the variable or unset it.",
            )
        return Path(named)
    return next(filter(_is_there, _candidates()), None)


def nearest(path: str | os.PathLike[str]) -> Path | None:
    """Return the policy file in the folder of a target, or in the nearest folder above it.

    If the path contains a symbolic link, the folder that contains the link comes first, and the
    folder to which the link points second.

    Args:
        path: a file or a folder; it need not be there.

    Returns:
        The file's path, absolute; ``None`` if no folder has one.

    Raises:
        PolicyFileError: if a folder can't be searched.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from sm_prefix_ext.core.policy_search import nearest
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "sm-prefix.toml")
        ...     _ = file.write_text('prefix = "team-a"')
        ...     nearest(Path(folder, "pipelines", "train.json")) == file
        True
    """
    for target in places(path):
        start = target if is_folder(target) else target.parent
        for folder in (start, *start.parents):
            if _is_there(folder / FILE_NAME):
                return folder / FILE_NAME
    return None


def places(path: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Return the absolute paths of a file or folder: as written, and with links resolved.

    It is one path if both are the same.
    """
    written = absolute(path)
    try:
        # Not Path.resolve(), which raises for a circle of links before Python 3.13.
        resolved = Path(os.path.realpath(path))
    except ValueError:  # a NUL, so that no file has this path
        return (written,)
    return (written,) if written == resolved else (written, resolved)


def _is_there(path: Path) -> bool:
    """Test whether a file is there; a link counts, since reading a broken one is an error.

    Raises:
        PolicyFileError: if the folder can't be searched, since it may hold a policy.
    """
    # Not Path.is_file(), which hides a missing permission from Python 3.14 on.
    try:
        mode = path.lstat().st_mode
    except PermissionError as error:
        why = f"the policy file can't be looked for: {error.strerror}."
        raise PolicyFileError(path, None, why) from None
    except (OSError, ValueError):  # not there, or not a valid path
        return False
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def _candidates() -> Iterator[Path]:
    here = Path.cwd()
    for folder in (here, *here.parents):
        yield folder / FILE_NAME
    import platformdirs  # not needed where a folder above has a policy

    yield platformdirs.user_config_path(_APP_NAME) / FILE_NAME
    for site in platformdirs.site_config_dir(_APP_NAME, multipath=True).split(os.pathsep):
        yield Path(site) / FILE_NAME
