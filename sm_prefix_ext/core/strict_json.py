"""Read JSON in which every key counts once."""

from __future__ import annotations

import json
from typing import Any

from .text import printable, shown


def loads(text: str, where: str) -> Any:
    """Read a JSON document, and refuse one that two readers could read in two ways.

    Of a key that stands twice in an object Python takes the last, other parsers the first, and RFC
    8259 leaves it open: what was judged might not be what the service reads.

    Args:
        text: the document.
        where: what to call it in an error.

    Raises:
        ValueError: for a text that isn't JSON, is nested deeper than Python's parser reads, or has
            a key twice; in one sentence.

    Example:
        >>> from sm_prefix_ext.core.strict_json import loads
        >>> loads('{"Name": "a", "Name": "b"}', "d.json")
        Traceback (most recent call last):
            ...
        ValueError: d.json has the key 'Name' twice in one object, with 'a' and 'b'; keep one.
    """
    try:
        return json.loads(text, object_pairs_hook=_object)
    except _TwiceError as twice:
        raise ValueError(f"{printable(where)} has {twice}; keep one.") from None
    except ValueError as error:
        raise ValueError(f"{printable(where)} is not JSON: {error}.") from None
    except RecursionError:
        raise ValueError(f"{printable(where)} is nested too deep to be read.") from None


class _TwiceError(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        known: dict[str, Any] = {}
        for key, value in pairs:
            if key in known:
                raise _TwiceError(
                    f"the key {shown(key)} twice in one object, with {shown(known[key])} and "
                    f"{shown(value)}"
                )
            known[key] = value
    return result
