"""Which objects in S3 a step's ``JsonGet`` functions read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..arns import escaped
from ..definition import NESTED, StepView
from ..kinds import EXECUTION_ID_LENGTH

EXECUTION_ID = "?" * EXECUTION_ID_LENGTH
"""Stands for the ID of an execution in a name."""


def objects_read(view: StepView, views: Mapping[str, StepView]) -> Iterator[tuple[str, str]]:
    """The bucket and the key of each object, with wildcards for what only a run decides.

    Args:
        view: the step.
        views: all steps of the definition, among them the one that writes the property file.
    """
    of_this_step = {key: value for key, value in view.arguments.items() if key not in NESTED}
    for read in _json_gets(of_this_step):
        uri = _text(read["S3Uri"]) if "S3Uri" in read else _property_file(read, views)
        bucket, _, key = uri.removeprefix("s3://").strip("/").partition("/")
        yield bucket or "*", key or "*"


def _json_gets(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        read = value.get("Std:JsonGet")
        if isinstance(read, Mapping):
            yield read
        for inside in value.values():
            yield from _json_gets(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _json_gets(inside)


def _property_file(read: Mapping[str, Any], views: Mapping[str, StepView]) -> str:
    """The URI of a property file, with ``*`` for what isn't known."""
    reference = read.get("PropertyFile")
    path = str(reference.get("Get")) if isinstance(reference, Mapping) else ""
    found = re.fullmatch(r"Steps[.](.+)[.]PropertyFiles[.](.+)", path)
    writer = next((v for v in views.values() if found and v.name == found[1]), None)
    if writer is None or found is None:
        return "*"
    for file in _mappings(writer.step.get("PropertyFiles")):
        if file.get("PropertyFileName") == found[2]:
            folder = _output(writer, file.get("OutputName")).rstrip("/")
            return f"{folder}/{_text(file.get('FilePath'))}"
    return "*"


def _output(view: StepView, name: Any) -> str:
    config = view.arguments.get("ProcessingOutputConfig")
    for output in _mappings(config.get("Outputs") if isinstance(config, Mapping) else None):
        if output.get("OutputName") == name and isinstance(output.get("S3Output"), Mapping):
            return _text(output["S3Output"].get("S3Uri"))
    return "*"


def _mappings(listed: Any) -> list[Mapping[str, Any]]:
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _text(value: Any) -> str:
    """A string of a definition as a policy spells it, with wildcards for what a run decides."""
    if isinstance(value, str):
        return escaped(value)
    if value == {"Get": "Execution.PipelineExecutionId"}:
        return EXECUTION_ID
    joined = value.get("Std:Join") if isinstance(value, Mapping) else None
    if isinstance(joined, Mapping) and isinstance(joined.get("Values"), list):
        return escaped(str(joined.get("On") or "")).join(map(_text, joined["Values"]))
    return "*" if isinstance(value, (Mapping, list)) or value is None else str(value)
