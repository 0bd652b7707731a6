"""What was judged is what is sent."""

from __future__ import annotations

from operator import is_
from typing import Any

from .._sdk.object_graph import Reach
from ..core.errors import PrefixViolation
from ..core.findings import CHANGED, Finding

_OWN = ("name", "pipeline_experiment_config")
_LISTS = ("steps", "parameters")


class Judged:
    """The definition of a pipeline on its way to AWS; callable in the place of ``definition()``.

    Args:
        pipeline: the twin that is sent.
        text: the definition that was judged.
        reach: all that its steps led to when it was rendered.
    """

    def __init__(self, pipeline: Any, text: str, reach: Reach) -> None:
        self._pipeline = pipeline
        self._text = text
        self._reach = reach
        self._was = _held(pipeline)

    def is_of(self, pipeline: Any) -> bool:
        """Whether it was made for this very pipeline, and not for one that this is a copy of."""
        return pipeline is self._pipeline

    def __call__(self) -> str:
        """The definition.

        Raises:
            PrefixViolation: where the pipeline is no longer what was judged.
        """
        now = _held(self._pipeline)
        same = len(now) == len(self._was) and all(map(is_, now, self._was))
        if same and not self._reach.changed():
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
    """What a pipeline's definition is rendered from, beside what its steps lead to."""
    held = [getattr(pipeline, name, None) for name in _OWN]
    for name in _LISTS:
        held += getattr(pipeline, name, None) or ()
    return held
