"""Escape text from outside, so that it is safe to print."""

from __future__ import annotations

import json
from collections.abc import Iterable

_LONGEST = 400


def printable(text: object) -> str:
    r"""Escape every character of a text that is not printable.

    These are the characters that Python's own ``repr`` escapes too: control characters (ESC, line
    breaks), marks for the direction of text, line and paragraph separators, characters without
    width, and lone surrogates. A name with them could overwrite other output of a terminal.

    Args:
        text: a ``str``; any other value is converted with ``str()``.

    Example:
        >>> from sm_prefix_ext.core.text import printable
        >>> print(printable("Train\x1b[2K\nNo findings"))
        Train\x1b[2K\nNo findings
    """
    text = str.__str__(text) if isinstance(text, str) else str(text)
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def printable_json(text: str) -> str:
    r"""Escape every character of a JSON document that is not printable, except line breaks.

    The ``##[`` of a workflow command is escaped too. The document stays the same, since all of
    these occur in its strings only.

    Example:
        >>> from sm_prefix_ext.core.text import printable_json
        >>> print(printable_json('{"Resource": "a\x9b"}'))
        {"Resource": "a\u009b"}
    """
    return "\n".join(map(_printable_json, text.replace("##[", "\\u0023#[").split("\n")))


def _printable_json(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(
        character if character.isprintable() else json.dumps(character).strip('"')
        for character in line
    )


def no_command(line: str) -> str:
    r"""Escape what a job on GitHub would take for a workflow command.

    The runner reads a command in every line that begins with ``::`` after white space, or that
    has ``##[`` anywhere: ``src/Runner.Common/ActionCommand.cs`` of
    https://github.com/actions/runner.

    Args:
        line: a line to print, with its indent.

    Example:
        >>> from sm_prefix_ext.core.text import no_command
        >>> print(no_command("  ::error::x"))
          \x3a:error::x
    """
    text = line.lstrip()
    if text.startswith("::"):
        line = f"{line[: len(line) - len(text)]}\\x3a{text[1:]}"
    return line.replace("##[", "\\x23#[")


def shown(value: object) -> str:
    """Return a value's ``repr`` for an error message, escaped and shortened if it is long.

    For a ``str``, a subclass's own ``repr`` is ignored. A value whose ``repr`` fails, such as an
    integer with more digits than Python converts, is represented by its type.

    Example:
        >>> from sm_prefix_ext.core.text import shown
        >>> shown("a/b"), shown(10**5000)
        ("'a/b'", 'a value of type int')
    """
    try:
        text = repr(str.__str__(value) if isinstance(value, str) else value)
    except Exception:  # the repr of a user's class may raise anything
        return f"a value of type {type(value).__name__}"
    text = printable(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def listed(words: Iterable[str]) -> str:
    """Join words as a sentence does.

    Args:
        words: at least one.

    Example:
        >>> from sm_prefix_ext.core.text import listed
        >>> listed(["a", "b", "c"]), listed(["a"])
        ('a, b and c', 'a')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a sentence with the nearest known word, after a space; ``""`` if none is near.

    Example:
        >>> from sm_prefix_ext.core.text import did_you_mean
        >>> did_you_mean("pfx007", ["PFX007", "PFX010"])
        " Did you mean 'PFX007'?"
        >>> did_you_mean("anything", ["PFX007", "PFX010"])
        ''
    """
    import difflib  # here, since a check without mistakes starts faster without it

    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return f" Did you mean {shown(by_lower[near[0]])}?" if near else ""
