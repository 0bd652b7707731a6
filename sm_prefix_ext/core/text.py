"""Text that comes from outside, made safe to show; needs nothing of this package."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable

_LONGEST = 400


def printable(text: object) -> str:
    r"""A text as it can be shown: an escape for each character that prints nothing of its own.

    Those are control characters (ESC, line breaks), what changes the direction of text, line and
    paragraph separators, characters without width, and lone surrogates: all that Python's own
    ``repr`` escapes too. A name with them could paint over what a terminal shows.

    Args:
        text: a ``str``; of anything else, what ``str()`` gives.

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
    r"""A JSON document with an escape for each character that prints nothing of its own.

    It stays the same document: such characters stand in its strings only, line breaks aside.

    Example:
        >>> from sm_prefix_ext.core.text import printable_json
        >>> print(printable_json('{"Resource": "a\x9b"}'))
        {"Resource": "a\u009b"}
    """
    return "".join(
        character
        if character.isprintable() or character == "\n"
        else json.dumps(character).strip('"')
        for character in text
    )


def shown(value: object) -> str:
    """A value as an error message quotes it: its ``repr``, printable, and cut where it is long.

    A ``str`` is quoted by its characters, also where a subclass has a ``repr`` of its own. What
    can't be shown at all, such as an integer of more digits than Python converts, goes by its type.

    Example:
        >>> from sm_prefix_ext.core.text import shown
        >>> shown("a/b"), shown(10**5000)
        ("'a/b'", 'a value of type int')
    """
    try:
        text = repr(str.__str__(value) if isinstance(value, str) else value)
    except Exception:  # a class of the user's own may raise anything
        return f"a value of type {type(value).__name__}"
    text = printable(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence with the nearest known word, a space before it; ``""`` where none is near.

    Example:
        >>> from sm_prefix_ext.core.text import did_you_mean
        >>> did_you_mean("pfx007", ["PFX007", "PFX010"])
        " Did you mean 'PFX007'?"
        >>> did_you_mean("anything", ["PFX007", "PFX010"])
        ''
    """
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return f" Did you mean {shown(by_lower[near[0]])}?" if near else ""
