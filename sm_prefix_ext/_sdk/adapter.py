"""The interface of this package to the SageMaker Python SDK, the same for both majors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from ..core.declared import Declared
from .catalogue import ROWS

Reader = Callable[[Any, Any, "Adapter"], "Declared | None"]
"""Reads the declared name of a step's job; returns ``None`` if only rendering determines it.

Its arguments are the step, the step's collection or ``None``, and the adapter.
"""


@dataclass(frozen=True, eq=False)
class Adapter:
    """The classes and functions of one major of the SDK, each imported on first use.

    Importing all of them takes seconds, and importing v3's pipelines fails without a region.

    Args:
        major: 2 or 3.
        classes: the modules of classes and functions other than job classes, by name.
        utilities: the module that logs a warning when the SDK drops a job's name.
        readers: the readers of declared names, by step type.
        job_object: returns a step's Estimator, Processor, …, or ``None``.
        package_group: returns the group into which a ``RegisterModel`` step registers, if any.
        generated_names: yields the names that the SDK generates for a job object without a
            declared name.
        is_generated_model_name: tests whether the SDK generated a model's name, given the name,
            the model and its create request.
        clients: yields the SageMaker clients that a session of the SDK may have created already.
    """

    major: int
    classes: Mapping[str, str]
    utilities: str
    readers: Mapping[str, Reader]
    job_object: Callable[[Any], Any]
    package_group: Callable[[Any], Any]
    generated_names: Callable[[Any], Iterable[str]]
    is_generated_model_name: Callable[[str, Any, Mapping[str, Any]], bool]
    clients: Callable[[Any], Iterable[Any]]

    @cached_property
    def pipeline(self) -> type[Any]:
        """The ``Pipeline`` class."""
        return self._class("Pipeline")

    @cached_property
    def definition_config(self) -> type[Any]:
        """The ``PipelineDefinitionConfig`` class."""
        return self._class("PipelineDefinitionConfig")

    @cached_property
    def step(self) -> type[Any]:
        """The base class of all steps."""
        return self._class("Step")

    @cached_property
    def step_collection(self) -> type[Any]:
        """The base class of collections of steps."""
        return self._class("StepCollection")

    @cached_property
    def step_output(self) -> tuple[type[Any], ...]:
        """The classes of an ``@step`` function's results; empty in releases without ``@step``."""
        try:
            return (self._class("StepOutput"),)
        except ImportError:
            return ()

    @cached_property
    def pipeline_variable(self) -> type[Any]:
        """The base class of expressions."""
        return self._class("PipelineVariable")

    @cached_property
    def session(self) -> type[Any]:
        """The base class of sessions, whose state is not a step's."""
        return self._class("Session")

    @cached_property
    def pipeline_session(self) -> type[Any]:
        """The class of sessions that defer jobs to a pipeline."""
        return self._class("PipelineSession")

    @cached_property
    def trimming(self) -> tuple[str, str]:
        """The logger and the message of the SDK's warning that it drops a job's name."""
        module = import_module(self.utilities)
        return module.logger.name, module.DEF_CONFIG_WARN_MSG_TEMPLATE

    def base_from_name(self, name: str) -> str:
        """Remove the end of a name that looks like a timestamp."""
        return str(self.load("base_from_name")(name))

    def name_from_base(self, base: str) -> str:
        """Append a timestamp to a name."""
        return str(self.load("name_from_base")(base))

    def _class(self, name: str) -> type[Any]:
        cls: type[Any] = self.load(name)
        return cls

    def load(self, name: str) -> Any:
        """Import a class or a function of the SDK by its name.

        Raises:
            ImportError: if the installed release doesn't have it.
        """
        where = self.classes.get(name) or ROWS[name].modules[self.major]
        module = import_module(where)
        if not hasattr(module, name):
            raise ImportError(f"cannot import name {name!r} from {where!r}")
        return getattr(module, name)
