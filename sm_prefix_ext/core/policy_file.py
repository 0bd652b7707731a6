"""The policy file ``sm-prefix.toml``: where it is looked for, and how it is read."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .errors import PolicyFileError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE_NAME = "sm-prefix.toml"
ENVIRONMENT_VARIABLE = "SM_PREFIX_POLICY"
_APP_NAME = "sm-prefix"
_KEYS = ("prefix", "short_prefix", "step_roles")


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
    return next((path for path in _candidates() if path.is_file()), None)


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a policy file; its values are not checked.

    Raises:
        PolicyFileError: for a file that can't be read, isn't TOML or has an unknown key.
    """
    document = _parse(path)
    for key in document:
        if key not in _KEYS:
            raise PolicyFileError(path, key, _unknown_key(key))
    return document


def _parse(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PolicyFileError(path, None, f"the file can't be read: {error.strerror}.") from None
    except ValueError as error:  # not UTF-8, or not a path
        raise PolicyFileError(path, None, f"the file can't be read: {error}.") from None
    try:
        document: dict[str, Any] = tomllib.loads(text)
        return document
    except RecursionError:
        why = "the policy file is nested too deep to be a prefix policy."
    except ValueError as error:  # an integer of too many digits raises no TOMLDecodeError
        why = f"the policy file is not TOML: {error}."
    raise PolicyFileError(path, None, why)


def _candidates() -> Iterator[Path]:
    here = Path.cwd()
    for folder in (here, *here.parents):
        yield folder / FILE_NAME
    import platformdirs  # not needed where a folder above has a policy

    yield platformdirs.user_config_path(_APP_NAME) / FILE_NAME
    for site in platformdirs.site_config_dir(_APP_NAME, multipath=True).split(os.pathsep):
        yield Path(site) / FILE_NAME


def _unknown_key(key: str) -> str:
    near = difflib.get_close_matches(key, _KEYS, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"this key is unknown; wanted are {', '.join(_KEYS)}.{hint}"
