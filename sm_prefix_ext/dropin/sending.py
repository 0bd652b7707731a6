"""The definition that was judged is the definition that is sent."""

from __future__ import annotations

from operator import is_
from typing import Any

from .._sdk.object_graph import ObjectGraph
from ..core.errors import PrefixViolation
from ..core.findings import CHANGED, Finding

_OWN = ("name", "pipeline_experiment_config")
_LISTS = ("steps", "parameters")


class Judged:
    """A judged definition on its way to AWS; stands in for the method ``definition()``.

    Args:
        pipeline: the copy of the pipeline whose ``create()`` or ``update()`` runs.
        text: the judged definition.
        graph: the objects that its steps referred to when it was rendered.
    """

    def __init__(self, pipeline: Any, text: str, graph: ObjectGraph) -> None:
        self._pipeline = pipeline
        self._text = text
        self._graph = graph
        self._was = _held(pipeline)

    def is_of(self, pipeline: Any) -> bool:
        """Whether it belongs to this very pipeline, and not to one that this is a copy of."""
        return pipeline is self._pipeline

    def __call__(self) -> str:
        """The definition.

        Raises:
            PrefixViolation: if the pipeline has changed since.
        """
        now = _held(self._pipeline)
        same = len(now) == len(self._was) and all(map(is_, now, self._was))
        if same and not self._graph.changed():
            return self._text
        name = str(self._pipeline.name)
        finding = Finding.of(
            CHANGED,
            name,
            "Pipeline",
            "The pipeline's steps, parameters or jobs changed after its definition was judged, and "
            "before it was sent.",
            "Change the pipeline before you call create(), update() or upsert(), not inside them.",
        )
        raise PrefixViolation((finding,), f"the pipeline {name!r}")


def _held(pipeline: Any) -> list[Any]:
    """The values that a definition is rendered from, apart from the objects of its steps."""
    held = [getattr(pipeline, name, None) for name in _OWN]
    for name in _LISTS:
        held += getattr(pipeline, name, None) or ()
    return held
