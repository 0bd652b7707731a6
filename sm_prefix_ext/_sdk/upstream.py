"""What this package needs of the SageMaker Python SDK, whichever major it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from .catalogue import ROWS


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
        name_from_base: puts the time behind a name.
        stand_ins: what the SDK would call a job that nobody named.
        clients: the SageMaker clients that a session of the SDK may have made already.
        classes: where the SDK keeps its public classes other than job classes, by name; imported
            when asked for.
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
    name_from_base: Callable[[str], str]
    stand_ins: Callable[[Any], Iterable[str]]
    clients: Callable[[Any], Iterable[Any]]
    trimming: tuple[str, str]
    classes: Mapping[str, str]

    def load(self, name: str) -> Any:
        """Import a class or a function of the SDK by its name.

        Raises:
            ImportError: where the installed release doesn't have it.
        """
        where = self.classes.get(name) or ROWS[name].modules[self.major]
        module = import_module(where)
        if not hasattr(module, name):
            raise ImportError(f"cannot import name {name!r} from {where!r}")
        return getattr(module, name)
