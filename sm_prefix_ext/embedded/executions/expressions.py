"""Pipeline expressions and their values in a run. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

MISSING = object()
"""The result of :func:`pick` for a path without a value; ``None`` is a value."""


class StandIn(str):
    """A plausible value in place of one that only a real run produces."""


_PART = re.compile(r"""\[(\d+)\]|\[['"]([^'"]*)['"]\]|([^.\[\]]+)""")
_BRACKETS = r"""(?:\[\d+\]|\[['"][^'"]*['"]\])"""
_PATH = re.compile(rf"(?:[^.\[\]]+|{_BRACKETS}){_BRACKETS}*(?:\.[^.\[\]]+{_BRACKETS}*)*")
_FUNCTIONS = ("Std:Join", "Std:JsonGet")


def is_expression(value: Any) -> bool:
    """Whether a value of a definition is an expression, which the run resolves."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    [(key, inside)] = value.items()
    return (key == "Get" and isinstance(inside, str)) or key in _FUNCTIONS


def with_uris(value: Any, lookup: Callable[[str], Any]) -> Any:
    """A copy of a value with the URIs of ``Std:JsonGet`` resolved, and nothing else.

    Args:
        value: any part of a definition.
        lookup: gives the value of a ``Get`` path.
    """
    if isinstance(value, list):
        return [with_uris(inside, lookup) for inside in value]
    if not isinstance(value, Mapping):
        return value
    read = value.get("Std:JsonGet")
    if isinstance(read, Mapping) and "S3Uri" in read:
        return {"Std:JsonGet": {**read, "S3Uri": resolve(read["S3Uri"], lookup)}}
    return {key: with_uris(inside, lookup) for key, inside in value.items()}


def resolve(value: Any, lookup: Callable[[str], Any]) -> Any:
    """A copy of a value with its expressions resolved.

    Args:
        value: any part of a definition.
        lookup: gives the value of a ``Get`` path. ``Std:JsonGet`` resolves to a stand-in, because
            no job runs that would write the property file.
    """
    if isinstance(value, list):
        return [resolve(inside, lookup) for inside in value]
    if not isinstance(value, Mapping):
        return value
    if not is_expression(value):
        return {key: resolve(inside, lookup) for key, inside in value.items()}
    [(key, inside)] = value.items()
    if key == "Get":
        return lookup(inside)
    if key == "Std:JsonGet":
        path = inside.get("Path") if isinstance(inside, Mapping) else None
        return stand_in(f"JsonGet.{path or 'value'}")
    join = inside if isinstance(inside, Mapping) else {}
    values = resolve(join.get("Values") or [], lookup)
    text = str(join.get("On") or "").join(map(as_text, values))
    return StandIn(text) if any(isinstance(value, StandIn) for value in values) else text


def as_text(value: Any) -> str:
    """A value as ``Std:Join`` writes it."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def parts(path: str) -> list[str | int] | None:
    """The parts of a property path, or ``None`` for an invalid path.

    Example:
        >>> from sm_prefix_ext.embedded.executions.expressions import parts
        >>> parts("Outputs['train'].S3Output.S3Uri"), parts("Jobs[2].Name"), parts("a..b")
        (['Outputs', 'train', 'S3Output', 'S3Uri'], ['Jobs', 2, 'Name'], None)
    """
    if not _PATH.fullmatch(path):
        return None
    return [int(index) if index else key or name for index, key, name in _PART.findall(path)]


def pick(document: Any, path: str) -> Any:
    """Follow a property path such as ``Outputs['train'].S3Output.S3Uri`` into a description.

    A text as the index of a list selects the item with that name.

    Returns:
        The value, or :data:`MISSING`.
    """
    # Not by jmespath: its grammar rejects ``Outputs['train']`` and names with hyphens, it can't
    # select an item by its name alone, and its result is None for a null and a missing member.
    value = document
    for part in parts(path) or []:
        if isinstance(part, int):
            exists = isinstance(value, list) and part < len(value)
            value = value[part] if exists else MISSING
        else:
            value = _member(value, part)
        if value is MISSING:
            return MISSING
    return value


def _member(holder: Any, key: str) -> Any:
    if isinstance(holder, Mapping):
        return holder.get(key, MISSING)
    if isinstance(holder, list):
        for item in holder:
            if isinstance(item, Mapping) and any(
                value == key for field, value in item.items() if field.endswith("Name")
            ):
                return item
    return MISSING


def stand_in(path: str) -> StandIn:
    """A plausible value for a path whose value only a real run produces.

    Example:
        >>> from sm_prefix_ext.embedded.executions.expressions import stand_in
        >>> stand_in("Steps.Tune.Output.S3Uri"), stand_in("JsonGet.metrics.mse.value")
        ('s3://stand-in/Steps/Tune/Output/S3Uri', 'stand-in-JsonGet-metrics-mse-value')
    """
    words = [word for word in re.split(r"[^A-Za-z0-9_-]+", path) if word]
    in_s3 = bool(words) and re.search(r"S3|Ur[il]$|Path$", words[-1]) is not None
    return StandIn("s3://stand-in/" + "/".join(words) if in_s3 else "-".join(["stand-in", *words]))
