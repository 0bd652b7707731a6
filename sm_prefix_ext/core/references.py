"""References between the steps of a definition: ``Get`` paths, and the steps that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_STEP = re.compile(r"Steps\.([A-Za-z0-9_-]+)(?:\.?(.*))?$", re.DOTALL)


def step_path(path: str) -> tuple[str, str] | None:
    """Return the step and the property path in a ``Get`` path, or ``None`` for other paths.

    Example:
        >>> from sm_prefix_ext.core.references import step_path
        >>> step_path("Steps.Train.ModelArtifacts.S3ModelArtifacts")
        ('Train', 'ModelArtifacts.S3ModelArtifacts')
        >>> step_path("Parameters.Instances") is None
        True
    """
    match = _STEP.fullmatch(path)
    return (match[1], match[2] or "") if match else None


def paths(value: Any) -> Iterator[str]:
    """Yield the ``Get`` paths in a part of a definition, at any depth, in order.

    Example:
        >>> from sm_prefix_ext.core.references import paths
        >>> list(paths({"InputPath": {"Get": "Steps.Prepare.Output"}, "Count": 1}))
        ['Steps.Prepare.Output']
    """
    # Not recursive: a definition may be nested deeper than Python's stack.
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, Mapping):
            path = current.get("Get") if len(current) == 1 else None
            if isinstance(path, str):
                yield path
            else:
                stack += reversed(list(current.values()))
        elif isinstance(current, list):
            stack += reversed(current)


def references(value: Any) -> Iterator[str]:
    """Yield the names of the steps to which a part of a definition refers, at any depth, in order.

    Example:
        >>> from sm_prefix_ext.core.references import references
        >>> list(references([{"Get": "Steps.Train.ModelName"}, {"Get": "Parameters.Name"}]))
        ['Train']
    """
    for path in paths(value):
        reference = step_path(path)
        if reference:
            yield reference[0]
