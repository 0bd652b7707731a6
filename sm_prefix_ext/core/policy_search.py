"""Where a policy file is looked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from .errors import PolicyFileError
from .paths import absolute, is_folder

FILE_NAME = "sm-prefix.toml"
ENVIRONMENT_VARIABLE = "SM_PREFIX_POLICY"
TEAM_VARIABLE = "SM_PREFIX_TEAM"
_APP_NAME = "sm-prefix"


def discover() -> Path | None:
    """The policy file that holds here, or ``None``.

    Raises:
        PolicyFileError: where ``$SM_PREFIX_POLICY`` names a file that isn't there.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise PolicyFileError(
                named,
                None,
                f"${ENVIRONMENT_VARIABLE} names this file, and it isn't there; "
                "correct the variable or unset it.",
            )
        return Path(named)
    return next(filter(_is_there, _candidates()), None)


def nearest(path: str | os.PathLike[str]) -> Path | None:
    """The policy file in the folder of a target, or in the nearest folder above it.

    A target that is reached by a symbolic link belongs to the folder that the link is in; the
    folder that the link leads to comes second.

    Args:
        path: a file or a folder; it need not be there.

    Returns:
        The file's path, absolute; ``None`` where no folder has one.

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
    """The absolute paths of a file or folder: as it is written, and with links resolved.

    One path where both are the same.
    """
    written = absolute(path)
    try:
        # Not Path.resolve(), which raises for a circle of links before Python 3.13.
        resolved = Path(os.path.realpath(path))
    except ValueError:  # a NUL, so that no file has this path
        return (written,)
    return (written,) if written == resolved else (written, resolved)


def _is_there(path: Path) -> bool:
    """A link that leads nowhere counts: to read it is an error, not a miss."""
    return path.is_file() or path.is_symlink()


def _candidates() -> Iterator[Path]:
    here = Path.cwd()
    for folder in (here, *here.parents):
        yield folder / FILE_NAME
    import platformdirs  # not needed where a folder above has a policy

    yield platformdirs.user_config_path(_APP_NAME) / FILE_NAME
    for site in platformdirs.site_config_dir(_APP_NAME, multipath=True).split(os.pathsep):
        yield Path(site) / FILE_NAME
