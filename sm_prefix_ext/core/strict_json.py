"""Read JSON, and refuse an object that has a key twice."""

from __future__ import annotations

import json
from typing import Any

from .text import printable, shown


def loads(text: str, where: str) -> Any:
    """Read a JSON document, and refuse one that parsers read differently.

    For a key that occurs twice in an object, Python takes the last value and other parsers the
    first; RFC 8259 allows both. So the service could read another document than the checked one.

    Args:
        text: the document.
        where: how an error message refers to the document.

    Raises:
        ValueError: if the text isn't JSON, is nested deeper than Python's parser can read, or has
            an object with a key twice.

    Example:
        >>> from sm_prefix_ext.core.strict_json import loads
        >>> loads('{"Name": "a", "Name": "b"}', "d.json")
        Traceback (most recent call last):
            ...
        ValueError: d.json has the key 'Name' twice in one object, with 'a' and 'b'; keep one.
    """
    try:
        return json.loads(text, object_pairs_hook=_object)
    except _DuplicateKeyError as error:
        raise ValueError(f"{printable(where)} has {error}; keep one.") from None
    except ValueError as error:
        raise ValueError(f"{printable(where)} is not JSON: {error}.") from None
    except RecursionError:
        raise ValueError(f"{printable(where)} is nested too deep to read.") from None


class _DuplicateKeyError(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        known: dict[str, Any] = {}
        for key, value in pairs:
            if key in known:
                raise _DuplicateKeyError(
                    f"the key {shown(key)} twice in one object, with {shown(known[key])} and "
                    f"{shown(value)}"
                )
            known[key] = value
    return result
