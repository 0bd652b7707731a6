"""Ensure that the definition that is sent is the judged definition."""

from __future__ import annotations

from operator import is_
from typing import Any

from .._sdk.object_graph import ObjectGraph
from ..core.errors import PrefixViolation
from ..core.findings import CHANGED, Finding

_OWN = ("name", "pipeline_experiment_config")
_LISTS = ("steps", "parameters")


class Judged:
    """A judged definition to send; replaces the method ``definition()`` of one pipeline.

    Args:
        pipeline: the copy of the pipeline whose ``create()`` or ``update()`` runs.
        text: the judged definition.
        graph: the objects to which its steps referred at the time of the rendering.
    """

    def __init__(self, pipeline: Any, text: str, graph: ObjectGraph) -> None:
        self._pipeline = pipeline
        self._text = text
        self._graph = graph
        self._before = _values_of(pipeline)

    def is_of(self, pipeline: Any) -> bool:
        """Test whether it belongs to this pipeline; a copy has it too, but not as its own."""
        return pipeline is self._pipeline

    def __call__(self) -> str:
        """Return the definition.

        Raises:
            PrefixViolation: if the pipeline has changed since.
        """
        now = _values_of(self._pipeline)
        same = len(now) == len(self._before) and all(map(is_, now, self._before))
        if same and not self._graph.changed():
            return self._text
        name = str(self._pipeline.name)
        finding = Finding.of(
            CHANGED,
            name,
            "Pipeline",
            "The pipeline's steps, parameters or jobs changed between the check of its definition "
            "and the request.",
            "Change the pipeline before you call create(), update() or upsert(), not inside them.",
        )
        raise PrefixViolation((finding,), f"the pipeline {name!r}")


def _values_of(pipeline: Any) -> list[Any]:
    """Return the values of a pipeline that determine its definition, without its steps' objects."""
    values = [getattr(pipeline, name, None) for name in _OWN]
    for name in _LISTS:
        values += getattr(pipeline, name, None) or ()
    return values
