"""Read the file, or the standard input, that an argument names."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

from ..core.findings import CATALOGUE
from ..core.strict_json import loads
from ..core.text import did_you_mean, printable


class LoadError(ValueError):
    """A target that can't be used; its text is one sentence."""


def read_text(text: str, wanted: str = "") -> tuple[str, str]:
    """The text of a file, or of standard input for ``-``, and its name for error messages.

    Args:
        text: the argument.
        wanted: the end of an error message about the argument's form, such as ``"; wanted …"``.

    Raises:
        LoadError: if the file is missing, a folder, not readable or not UTF-8.
    """
    try:
        if text == "-":
            return _standard_input().removeprefix("\ufeff"), "standard input"
        must_be_a_file(Path(text), wanted)
        return Path(text).read_text(encoding="utf-8-sig"), text
    except (OSError, ValueError) as error:  # not UTF-8, or not a path
        if isinstance(error, LoadError):
            raise
        name = "standard input" if text == "-" else text
        raise LoadError(f"{name} can't be read: {error}.") from None


def read_json(text: str) -> Any:
    """The JSON document in a file, or on standard input for ``-``.

    Raises:
        LoadError: if it can't be read, isn't JSON, or has a key twice in an object.
    """
    content, where = read_text(text)
    try:
        return loads(content, where)
    except ValueError as error:
        raise LoadError(str(error)) from None


def read_policy(text: str) -> dict[str, Any]:
    """The IAM policy in a file, or on standard input for ``-``.

    Raises:
        LoadError: as :func:`read_json`, and if the JSON is not an object.
    """
    document = read_json(text)
    if not isinstance(document, dict):
        got = json.dumps(document)[:80]
        raise LoadError(f"{text}: got {got}; wanted a policy document, an object.")
    return document


def finding_code(text: str) -> str:
    """Return the code of a finding in capitals.

    Raises:
        LoadError: if no finding has this code.
    """
    code = text.strip().upper()
    if code in CATALOGUE:
        return code
    raise LoadError(
        f"There is no finding {printable(text)}.{did_you_mean(code, CATALOGUE)} "
        "'sm-prefix explain' lists all codes."
    )


def must_be_a_file(path: Path, wanted: str = "") -> None:
    """Raise for a folder and a missing file; a pipe, such as a shell's ``<(…)``, is accepted.

    Raises:
        LoadError: with the path.
    """
    if path.is_dir() or not path.exists():
        problem = "that is a folder" if path.is_dir() else "there is no such file"
        raise LoadError(f"{path}: {problem}{wanted}.")


def _standard_input() -> str:
    if sys.stdin is None or sys.stdin.closed:
        raise LoadError("standard input is closed; give a file, or pipe the JSON in.")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")  # as of a file, in any locale
    return sys.stdin.read()
