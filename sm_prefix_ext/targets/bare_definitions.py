"""Recognise a document that is a definition itself, and read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.definition import Definition, steps, values
from ..core.text import printable, shown
from .found import Found
from .source import TargetError

DEFINITION = "definition"

_BESIDE_STEPS = frozenset({"Version", "Metadata", "Parameters", "PipelineExperimentConfig"})
_EMR = ("ActionOnFailure", "HadoopJarStep", "Config", "Status")


def is_definition(document: Any) -> bool:
    """Whether a document is meant as a definition; it may still be invalid.

    Example:
        >>> from sm_prefix_ext.targets.bare_definitions import is_definition
        >>> is_definition({"Steps": []}), is_definition({"Steps": [{"HadoopJarStep": {}}]})
        (True, False)
    """
    if not isinstance(document, Mapping) or "Steps" not in document:
        return False
    return not _BESIDE_STEPS.isdisjoint(document) or not _is_emr(document["Steps"])


def has_other_keys(definition: Mapping[str, Any]) -> bool:
    """Whether a definition has a key that no definition has, so it may be something else too."""
    return not definition.keys() <= _BESIDE_STEPS | {"Steps"}


def read_definition(document: Definition, where: str) -> Found:
    """Read a document of which :func:`is_definition` is true.

    Raises:
        ValueError: if the definition is invalid.
    """
    try:
        for _ in steps(document, where):
            pass
    except ValueError:
        tags = (key for value in values(document) if isinstance(value, Mapping) for key in value)
        tag = next((key for key in tags if str(key).startswith("!!python/")), None)
        if tag is None:
            raise
        raise TargetError(
            f"{where} has the YAML tag {shown(tag)}, which is never run; write the value itself."
        ) from None
    return Found(DEFINITION, document)


def must_be_without_pick(pick: str | None, where: str) -> None:
    """Refuse to pick one pipeline of a document that has one without a name.

    Raises:
        TargetError: if there is a ``pick``.
    """
    if pick is not None:
        raise TargetError(
            f"{where} holds one definition, without names to pick from; "
            f"leave out #{printable(pick)}."
        )


def _is_emr(listed: Any) -> bool:
    """Whether these are the steps of an EMR cluster, which are under the same key."""
    return (
        isinstance(listed, list)
        and bool(listed)
        and all(
            isinstance(step, Mapping) and "Type" not in step and any(key in step for key in _EMR)
            for step in listed
        )
    )
