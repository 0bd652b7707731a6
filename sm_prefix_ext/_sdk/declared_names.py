"""Read a pipeline's steps and the declared names off its objects, before the SDK renders them.

The SDK cuts, replaces and drops names while it renders, and uploads code to S3 on the way. So the
names are read off the job objects first, and what is wrong with them is known before anything is
sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..core.declared import Declared
from ..core.definition import Definition
from ..core.job_names import GivenName
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
        adapter: the SDK.
        declared: by step name, what the user declared. A step whose name only rendering tells is
            left out.
        owners: by step name, the name of the collection that the user made, such as a
            ``ModelStep`` of v2.
        graph: all that its steps lead to.
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
        """The composed name of each job, by step type and step name, if nothing is wrong with any.

        A model that goes into a group has none.

        Args:
            policy: the prefix that holds.

        Returns:
            ``None`` where something is wrong, or can't be told without a definition.
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
        """Its steps with what is known of their arguments, in the form of a definition.

        A step whose name only rendering tells is left out.
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
    """Read a pipeline's steps and declared names off its objects; renders nothing.

    Args:
        pipeline: a pipeline, of the SDK's class or of ours.
        adapter: the SDK.
        everything: whether to keep the state of all that the steps lead to.
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
    """What was declared before a drop-in class composed it."""
    name = declared.name
    if not isinstance(name, GivenName):
        return declared
    return Declared(name.declared, name.argument, composed=str(name), step_name=declared.step_name)


def _arguments(step: Any, step_type: str, adapter: Adapter) -> dict[str, Any]:
    """What is known of a step's arguments in the definition."""
    group = adapter.package_group(step) if step_type == "RegisterModel" else None
    return {"ModelPackageGroupName": group} if group else {}
