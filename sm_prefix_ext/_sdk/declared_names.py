"""Read the steps and the declared names of a pipeline before the SDK renders it.

While it renders, the SDK shortens, replaces and drops names, and uploads code to S3. So this module
reads the names from the job objects first, and findings about them come before any request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..core.declared import Declared
from ..core.definition import Definition
from ..core.job_names import ComposedName
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import JOB_KINDS, KINDS
from ..enforcement.name_rules import valid_name
from .adapter import Adapter
from .object_graph import ObjectGraph, object_graph

_JOB_TYPES = frozenset({kind.step_type for kind in JOB_KINDS})
_NESTED = (("IfSteps", "if_steps"), ("ElseSteps", "else_steps"), ("ForEachBody", "for_each_body"))
"""The keys in a step's arguments whose values are steps, with the step's attributes."""


@dataclass(frozen=True, eq=False)
class DeclaredNames:
    """A pipeline's steps and the declared names of their jobs, before it is rendered.

    Args:
        listed: the steps that the user listed.
        adapter: the SDK's adapter.
        declared: the declared names, by step name; without steps whose name only rendering
            determines.
        owners: by step name, the name of the user's collection of steps, such as a ``ModelStep`` of
            v2.
        graph: all objects that are reachable from its steps.
    """

    listed: Sequence[Any]
    adapter: Adapter
    declared: dict[str, Declared]
    owners: dict[str, str]
    graph: ObjectGraph

    @cached_property
    def step_types(self) -> dict[str, str]:
        """The type of each step, by its name."""
        return {step.name: step.step_type.value for step in self.graph.steps}

    def names(self, policy: PrefixPolicy) -> dict[tuple[str, str], str] | None:
        """Compose the name of each job, if there are no findings.

        Args:
            policy: the policy with the prefix.

        Returns:
            The names, by step type and step name, without models that go into a group. ``None`` if
            there is a finding, or the definition is needed to judge a name.
        """
        names: dict[tuple[str, str], str] = {}
        for step in self.graph.steps:
            step_type = step.step_type.value
            if step_type not in KINDS:
                return None
            if not KINDS[step_type].makes_job or _arguments(step, step_type, self.adapter):
                continue
            declared = self.declared.get(step.name)
            if declared is None or not isinstance(declared.name, str | None):
                return None
            name = valid_name(step_type, step.name, declared, policy)
            if name is None:
                return None
            names[step_type, step.name] = name
        return names

    @cached_property
    def definition(self) -> Definition:
        """A definition of its steps, with the arguments that are known before rendering.

        It omits steps whose name only rendering determines.
        """
        placed: set[int] = set()
        rows = self._rows(self.listed, placed)
        rest = [step for step in self.graph.steps if id(step) not in placed]
        return {"Steps": rows + self._rows(rest, placed)}

    def _rows(self, steps: Iterable[Any], placed: set[int]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for step in steps:
            if isinstance(step, self.adapter.step_output):
                step = step._step
            if isinstance(step, self.adapter.step_collection):
                rows += self._rows(step.steps, placed)
            elif isinstance(step, self.adapter.step) and id(step) not in placed:
                placed.add(id(step))
                step_type = step.step_type.value
                arguments = _arguments(step, step_type, self.adapter)
                for key, attribute in _NESTED:
                    nested = getattr(step, attribute, None)
                    if nested is not None:
                        arguments[key] = self._rows(nested, placed)
                if step.name in self.declared or step_type not in _JOB_TYPES:
                    rows.append({"Name": step.name, "Type": step_type, "Arguments": arguments})
        return rows


def read_declared_names(
    pipeline: Any, adapter: Adapter, *, everything: bool = False
) -> DeclaredNames:
    """Read the steps and declared names from a pipeline's objects, without rendering.

    Args:
        pipeline: a pipeline, of the SDK's class or the drop-in class.
        adapter: the SDK's adapter.
        everything: whether to record the state of all reachable objects.
    """
    graph = object_graph(pipeline.steps, adapter, everything=everything)
    owners = {id(step): collection for collection in graph.collections for step in collection.steps}
    declared: dict[str, Declared] = {}
    for step in graph.steps:
        read = adapter.readers.get(step.step_type.value)
        result = read(step, owners.get(id(step)), adapter) if read is not None else None
        if result is not None:
            declared[step.name] = _before_composing(result)
    names = {step.name: owners[id(step)].name for step in graph.steps if id(step) in owners}
    return DeclaredNames(tuple(pipeline.steps), adapter, declared, names, graph)


def _before_composing(declared: Declared) -> Declared:
    """Return the declared name in place of a name that a drop-in class composed from it."""
    name = declared.name
    if not isinstance(name, ComposedName):
        return declared
    return Declared(name.declared, name.argument, composed=str(name), step_name=declared.step_name)


def _arguments(step: Any, step_type: str, adapter: Adapter) -> dict[str, Any]:
    """Return the arguments of a step that are known before rendering."""
    group = adapter.package_group(step) if step_type == "RegisterModel" else None
    return {"ModelPackageGroupName": group} if group else {}
