"""What this package needs of the SageMaker Python SDK, whichever major it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, eq=False)
class Upstream:
    """The classes and functions of one major of the SDK.

    Args:
        major: 2 or 3.
        pipeline: the ``Pipeline`` class.
        definition_config: the ``PipelineDefinitionConfig`` class.
        step: the base class of all steps.
        step_collection: the base class of collections of steps.
        step_output: the classes of what an ``@step`` function returns; none without ``@step``.
        pipeline_variable: the base class of expressions.
        session: the classes of sessions, whose state is not a step's.
        base_from_name: takes what looks like a timestamp off a name.
        stand_ins: what the SDK would call a job that nobody named.
        classes: where the SDK keeps its public classes, by name; imported when asked for.
        trimming: the logger and the message with which the SDK says that it drops a job's name.
    """

    major: int
    pipeline: type[Any]
    definition_config: type[Any]
    step: type[Any]
    step_collection: type[Any]
    step_output: tuple[type[Any], ...]
    pipeline_variable: type[Any]
    session: tuple[type[Any], ...]
    base_from_name: Callable[[str], str]
    stand_ins: Callable[[Any], Iterable[str]]
    trimming: tuple[str, str]
    classes: Mapping[str, str]

    def load(self, name: str) -> Any:
        """Import a class of the SDK by its name."""
        return getattr(import_module(self.classes[name]), name)
