"""The objects in S3 that a step's ``JsonGet`` functions read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from ..core.arns import escaped
from ..core.definition import NESTED, StepView
from ..core.step_types import EXECUTION_ID_LENGTH

Views = Mapping[str, StepView]
"""The steps of a definition, by name."""

EXECUTION_ID = "?" * EXECUTION_ID_LENGTH
"""Stands for an execution's ID in a name."""

_STEP_PROPERTY = re.compile(r"Steps[.]([^.]+)[.](.+)")
_PART = re.compile(r"[^.\[\]]+|\[\d+\]|\['[^']*'\]|\[\"[^\"]*\"\]")
# The SDK passes an @step function the time at which its pipeline was rendered, and v3 stores the
# function's result under it. The next rendering has another time, so a policy must not name it.
_TIME_OPTION = "--func_step_s3_dir"
_TIME = re.compile(r"[0-9-]+")


def objects_read(view: StepView, views: Views) -> Iterator[tuple[str, str]]:
    """Yield the bucket and the key of each object, with wildcards for parts unknown before a run.

    Args:
        view: the step.
        views: all steps of the definition by name, including the one that writes the object.
    """
    # Steps inside this one, such as the branches of a condition, have views of their own.
    arguments = {key: value for key, value in view.arguments.items() if key not in NESTED}
    fields = {key: value for key, value in view.step.items() if key != "Arguments"}
    for read in _json_gets([fields, arguments]):
        uri = _text(read["S3Uri"], views) if "S3Uri" in read else _property_file(read, views)
        bucket, _, key = uri.removeprefix("s3://").strip("/").partition("/")
        known = uri.startswith(("s3://", "*")) and bucket and key
        yield (bucket, key) if known else ("*", "*")


def _json_gets(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the arguments of each ``JsonGet`` in a part of a definition, at any depth, in order."""
    # Not recursive: a definition may be nested deeper than Python's stack.
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, Mapping):
            read = current.get("Std:JsonGet")
            if isinstance(read, Mapping):
                yield read
            stack += reversed(list(current.values()))
        elif isinstance(current, list):
            stack += reversed(current)


def _property_file(read: Mapping[str, Any], views: Views) -> str:
    """Return the URI of a property file, with ``*`` for what isn't known."""
    reference = read.get("PropertyFile")
    path = str(reference.get("Get")) if isinstance(reference, Mapping) else ""
    match = re.fullmatch(r"Steps[.](.+)[.]PropertyFiles[.](.+)", path)
    writer = views.get(match[1]) if match else None
    if writer is None or match is None:
        return "*"
    for file in _mappings(writer.step.get("PropertyFiles")):
        if file.get("PropertyFileName") == match[2]:
            folder = _output(writer, file.get("OutputName"), views).rstrip("/")
            return f"{folder}/{_text(file.get('FilePath'), views)}"
    return "*"


def _output(view: StepView, name: Any, views: Views) -> str:
    config = view.arguments.get("ProcessingOutputConfig")
    for output in _mappings(config.get("Outputs") if isinstance(config, Mapping) else None):
        if output.get("OutputName") == name and isinstance(output.get("S3Output"), Mapping):
            return _text(output["S3Output"].get("S3Uri"), views)
    return "*"


def _mappings(listed: Any) -> list[Mapping[str, Any]]:
    return (
        [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    )


def _text(value: Any, views: Views, above: frozenset[str] = frozenset()) -> str:
    """Return a string of a definition for a policy, with wildcards for what a run decides.

    Args:
        value: the string, or an expression.
        views: the steps, by name.
        above: the properties that lead to the value, to stop at circular references.
    """
    if isinstance(value, str):
        return escaped(value)
    if value == {"Get": "Execution.PipelineExecutionId"}:
        return EXECUTION_ID
    path = value.get("Get") if isinstance(value, Mapping) else None
    if isinstance(path, str) and path not in above:
        return _property(path, views, above | {path})
    joined = value.get("Std:Join") if isinstance(value, Mapping) else None
    if isinstance(joined, Mapping) and isinstance(joined.get("Values"), list):
        parts = [_text(part, views, above) for part in joined["Values"]]
        return escaped(str(joined.get("On") or "")).join(parts)
    return "*" if isinstance(value, (Mapping, list)) or value is None else escaped(str(value))


def _property(path: str, views: Views, above: frozenset[str]) -> str:
    """Return a property of a step if the step's own request has it; else ``*``."""
    match = _STEP_PROPERTY.fullmatch(path)
    view = views.get(match[1]) if match else None
    if match is None or view is None:
        return "*"
    value: Any = view.arguments
    for part in _PART.findall(match[2]):
        value = _inside(value, part.strip("[]").strip("'\""))
    text = _text(value, views, above)
    for time in _times(view):
        text = text.replace(f"/{time}/", f"/{'?' * len(time)}/")
    return text


def _inside(value: Any, key: str) -> Any:
    """Return a request's value under a key, an index, or the name of an output."""
    if isinstance(value, Mapping):
        return value.get(key)
    if not isinstance(value, list):
        return None
    if key.isdecimal():
        return value[int(key)] if int(key) < len(value) else None
    return next((item for item in _mappings(value) if item.get("OutputName") == key), None)


def _times(view: StepView) -> Iterator[str]:
    """Yield the time at which an ``@step`` function was rendered, as its paths have it."""
    container = view.arguments.get("AlgorithmSpecification")
    listed = container.get("ContainerArguments") if isinstance(container, Mapping) else None
    options = listed if isinstance(listed, list) else []
    for option, value in pairwise(options):
        if option == _TIME_OPTION and isinstance(value, str) and _TIME.fullmatch(value):
            yield value
