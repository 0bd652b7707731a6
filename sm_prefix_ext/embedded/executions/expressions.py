"""Pipeline expressions: which steps they refer to, and what they come to in a run. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

MISSING = object()
"""What :func:`pick` gives where a path leads nowhere."""


class StandIn(str):
    """A value of a likely form for something that only a real run can know."""


_STEP = re.compile(r"Steps\.([A-Za-z0-9_-]+)(?:\.?(.*))?$", re.DOTALL)
_PART = re.compile(r"""\[(\d+)\]|\[['"]([^'"]*)['"]\]|([^.\[\]]+)""")
_BRACKETS = r"""(?:\[\d+\]|\[['"][^'"]*['"]\])"""
_PATH = re.compile(rf"(?:[^.\[\]]+|{_BRACKETS}){_BRACKETS}*(?:\.[^.\[\]]+{_BRACKETS}*)*")
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
        >>> from sm_prefix_ext.embedded.executions.expressions import step_path
        >>> step_path("Steps.Train.ModelArtifacts.S3ModelArtifacts")
        ('Train', 'ModelArtifacts.S3ModelArtifacts')
        >>> step_path("Parameters.Instances") is None
        True
    """
    found = _STEP.fullmatch(path)
    return (found[1], found[2] or "") if found else None


def paths(value: Any) -> Iterator[str]:
    """The ``Get`` paths in a value, at any depth."""
    if isinstance(value, Mapping):
        path = value.get("Get") if len(value) == 1 else None
        if isinstance(path, str):
            yield path
        else:
            for inside in value.values():
                yield from paths(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from paths(inside)


def references(value: Any) -> Iterator[str]:
    """The names of the steps that a value refers to, at any depth."""
    for path in paths(value):
        found = step_path(path)
        if found:
            yield found[0]


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
    text = str(joined.get("On") or "").join(map(as_text, values))
    return StandIn(text) if any(isinstance(one, StandIn) for one in values) else text


def as_text(value: Any) -> str:
    """A value as it stands in a joined string."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def parts(path: str) -> list[str | int] | None:
    """The parts of a property path, or ``None`` for a text that isn't one.

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

    A list that is indexed by a word gives the item which carries that word as its name.

    Returns:
        What is there, or :data:`MISSING`.
    """
    found = document
    for part in parts(path) or []:
        if isinstance(part, int):
            listed = isinstance(found, list) and part < len(found)
            found = found[part] if listed else MISSING
        else:
            found = _member(found, part)
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


def stand_in(path: str) -> StandIn:
    """A value of a likely form for something that only a real run can know.

    Example:
        >>> from sm_prefix_ext.embedded.executions.expressions import stand_in
        >>> stand_in("Steps.Tune.Output.S3Uri"), stand_in("JsonGet.metrics.mse.value")
        ('s3://stand-in/Steps/Tune/Output/S3Uri', 'stand-in-JsonGet-metrics-mse-value')
    """
    words = [word for word in re.split(r"[^A-Za-z0-9_-]+", path) if word]
    in_s3 = bool(words) and re.search(r"S3|Ur[il]$|Path$", words[-1]) is not None
    return StandIn("s3://stand-in/" + "/".join(words) if in_s3 else "-".join(["stand-in", *words]))
