"""Pipeline expressions: which steps they refer to, and what they come to in a run. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

MISSING = object()
"""What :func:`pick` gives where a path leads nowhere."""

_STEP = re.compile(r"Steps\.([A-Za-z0-9_-]+)(?:\.?(.*))?$", re.DOTALL)
_PART = re.compile(r"""\[(\d+)\]|\[['"]([^'"]*)['"]\]|([^.\[\]]+)""")
_FUNCTIONS = ("Std:Join", "Std:JsonGet")


def is_expression(value: Any) -> bool:
    """Whether a value of a definition is worked out in the run."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    [(key, inside)] = value.items()
    return (key == "Get" and isinstance(inside, str)) or key in _FUNCTIONS


def step_path(path: str) -> tuple[str, str] | None:
    """The step that a ``Get`` path refers to and what follows it, or ``None`` for other paths.

    Example:
        >>> from sm_prefix_ext.embedded.expressions import step_path
        >>> step_path("Steps.Train.ModelArtifacts.S3ModelArtifacts")
        ('Train', 'ModelArtifacts.S3ModelArtifacts')
        >>> step_path("Parameters.Instances") is None
        True
    """
    found = _STEP.fullmatch(path)
    return (found[1], found[2] or "") if found else None


def references(value: Any) -> Iterator[str]:
    """The names of the steps that a value refers to, at any depth."""
    if isinstance(value, Mapping):
        path = value.get("Get") if len(value) == 1 else None
        if isinstance(path, str):
            found = step_path(path)
            if found:
                yield found[0]
        else:
            for inside in value.values():
                yield from references(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from references(inside)


def with_uris(value: Any, lookup: Callable[[str], Any]) -> Any:
    """A copy of a value in which the URIs that ``Std:JsonGet`` reads from are worked out.

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
    """A copy of a value with its expressions worked out.

    Args:
        value: any part of a definition.
        lookup: gives the value of a ``Get`` path. A property file's content can't be known, so
            ``Std:JsonGet`` comes to a stand-in.
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
    joined = inside if isinstance(inside, Mapping) else {}
    values = resolve(joined.get("Values") or [], lookup)
    return str(joined.get("On") or "").join(map(as_text, values))


def as_text(value: Any) -> str:
    """A value as it stands in a joined string."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def pick(document: Any, path: str) -> Any:
    """Follow a property path such as ``Outputs['train'].S3Output.S3Uri`` into a description.

    A list that is indexed by a word gives the item which carries that word as its name.

    Returns:
        What is there, or :data:`MISSING`.
    """
    found = document
    for index, key, name in _PART.findall(path):
        if index:
            listed = isinstance(found, list) and int(index) < len(found)
            found = found[int(index)] if listed else MISSING
        else:
            found = _member(found, key or name)
        if found is MISSING:
            return MISSING
    return found


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


def stand_in(path: str) -> str:
    """A value of a likely form for something that only a real run can know.

    Example:
        >>> from sm_prefix_ext.embedded.expressions import stand_in
        >>> stand_in("Steps.Tune.Output.S3Uri"), stand_in("JsonGet.metrics.mse.value")
        ('s3://stand-in/Steps/Tune/Output/S3Uri', 'stand-in-JsonGet-metrics-mse-value')
    """
    parts = [part for part in re.split(r"[^A-Za-z0-9_-]+", path) if part]
    in_s3 = bool(parts) and re.search(r"S3|Ur[il]$|Path$", parts[-1]) is not None
    return "s3://stand-in/" + "/".join(parts) if in_s3 else "-".join(["stand-in", *parts])
