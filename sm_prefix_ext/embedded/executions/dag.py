"""The graph of a definition: dependencies between steps, and the steps that run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from ...core.definition import NESTED
from ...core.references import references
from ..statuses import EXECUTING, FAILED, STOPPED, SUCCEEDED

NOT_RUN, WAITING = "NotRun", "Waiting"
"""States of steps that ``ListPipelineExecutionSteps`` doesn't show."""
COMPLETED_WITH_FAILURES = "CompletedWithFailures"

_COMPLETED = "Completed"
_STATUSES_BY_TRIGGER = {
    _COMPLETED: {SUCCEEDED},
    "Failed": {FAILED},
    "Stopped": {STOPPED},
    "Any": {SUCCEEDED, FAILED, STOPPED},
}
_IF_STEPS, _ELSE_STEPS, _BODY = NESTED


class GraphError(ValueError):
    """A definition whose steps have no valid order."""


@dataclass(frozen=True)
class Dependency:
    """A step that has to end first, and how.

    Args:
        step: its name.
        trigger: ``Completed``, ``Failed``, ``Stopped`` or ``Any``.
    """

    step: str
    trigger: str = _COMPLETED


@dataclass(frozen=True)
class Node:
    """A step in the graph.

    Args:
        name: the step's name.
        step: the step as the definition has it.
        dependencies: the steps that have to end first.
        parent: the condition step whose branch holds this step, or ``None``.
        branch: the branch of ``parent``: ``True`` for the if branch.
        body: the steps that a ForEach step repeats, in order; they depend on each other only.
    """

    name: str
    step: Mapping[str, Any]
    dependencies: tuple[Dependency, ...] = ()
    parent: str | None = None
    branch: bool | None = None
    body: tuple[Node, ...] = ()

    @property
    def step_type(self) -> str:
        """The step's ``Type``."""
        return str(self.step["Type"])

    @property
    def arguments(self) -> dict[str, Any]:
        """The step's ``Arguments``."""
        return self.step.get("Arguments") or {}

    @property
    def predecessors(self) -> set[str]:
        """The names of the steps that come directly before this one."""
        names = {dependency.step for dependency in self.dependencies}
        return names if self.parent is None else names | {self.parent}


@dataclass(frozen=True)
class State:
    """The progress of a step.

    Args:
        status: a status of the service, ``NotRun`` or ``Waiting``.
        branch: of a condition step: the branch that it took.
    """

    status: str
    branch: bool | None = None


def build_graph(document: Mapping[str, Any]) -> tuple[Node, ...]:
    """Put the steps of a definition in the order in which they run.

    Steps come in levels, as if all that can run at once did: first those without predecessors,
    then those whose predecessors are all in earlier levels.

    Args:
        document: a definition that :func:`sm_prefix_ext.core.definition.steps` accepts.

    Returns:
        Every step, those in branches included; the node of a ForEach step holds the steps of its
        body.

    Raises:
        GraphError: for two steps with the same name, a reference to an unknown step, or a cycle.
    """
    nodes = tuple(_nodes(document["Steps"], None, None))
    loops = {inner.name: node.name for node in nodes for inner in node.body}
    names = Counter(
        [*(node.name for node in nodes), *(inner.name for node in nodes for inner in node.body)]
    )
    duplicates = sorted(name for name, count in names.items() if count > 1)
    if duplicates:
        raise GraphError(
            f"Step names must be unique; more than one step is named {duplicates[0]!r}."
        )
    return _ordered([_depending_on_loops(node, loops) for node in nodes])


def _nodes(
    steps: Iterable[Mapping[str, Any]], parent: str | None, branch: bool | None
) -> Iterator[Node]:
    for step in steps:
        arguments = step.get("Arguments") or {}
        dependencies = tuple(dict.fromkeys(_dependencies(step)))
        body: tuple[Node, ...] = ()
        if arguments.get(_BODY):
            body, outer = _loop_body(arguments[_BODY])
            dependencies = tuple(
                dict.fromkeys(
                    dependency
                    for dependency in (*dependencies, *outer)
                    if dependency.step != step["Name"]
                )
            )
        yield Node(step["Name"], step, dependencies, parent, branch, body)
        for key, taken in ((_IF_STEPS, True), (_ELSE_STEPS, False)):
            yield from _nodes(arguments.get(key) or [], step["Name"], taken)


def _loop_body(steps: Iterable[Mapping[str, Any]]) -> tuple[tuple[Node, ...], list[Dependency]]:
    """The nodes of a ForEach body in order, and what they depend on outside of it."""
    nodes = tuple(_nodes(steps, None, None))
    inside = {node.name for node in nodes}
    outer = [
        dependency
        for node in nodes
        for dependency in node.dependencies
        if dependency.step not in inside
    ]
    body = [
        replace(
            node,
            dependencies=tuple(
                dependency for dependency in node.dependencies if dependency.step in inside
            ),
        )
        for node in nodes
    ]
    return _ordered(body), outer


def _dependencies(step: Mapping[str, Any]) -> Iterator[Dependency]:
    for entry in step.get("DependsOn") or []:
        if isinstance(entry, str):
            yield Dependency(entry)
        elif isinstance(entry, Mapping) and isinstance(entry.get("Step"), str):
            trigger = entry.get("Trigger") or _COMPLETED
            if not isinstance(trigger, str) or trigger not in _STATUSES_BY_TRIGGER:
                raise GraphError(
                    f"Step {step['Name']!r} has the trigger {trigger!r} in DependsOn; "
                    f"wanted one of {', '.join(_STATUSES_BY_TRIGGER)}."
                )
            yield Dependency(entry["Step"], trigger)
        else:
            raise GraphError(f"Step {step['Name']!r} has {entry!r} in DependsOn; wanted a name.")
    attributes = {
        key: value for key, value in step.items() if key not in ("DependsOn", "Arguments")
    }
    arguments = step.get("Arguments") or {}
    own_arguments = {key: value for key, value in arguments.items() if key not in NESTED}
    for name in references([attributes, own_arguments]):
        yield Dependency(name)


def _depending_on_loops(node: Node, loops: Mapping[str, str]) -> Node:
    """The node, depending on a ForEach step where it names a step of that one's body.

    Args:
        node: a node outside of ForEach bodies.
        loops: the names of the ForEach steps, by the names of the steps in their bodies.
    """
    dependencies = (
        replace(dependency, step=loops.get(dependency.step, dependency.step))
        for dependency in node.dependencies
    )
    return replace(node, dependencies=tuple(dict.fromkeys(dependencies)))


def _ordered(nodes: Sequence[Node]) -> tuple[Node, ...]:
    names = {node.name for node in nodes}
    for node in nodes:
        unknown = sorted(node.predecessors - names)
        if unknown:
            raise GraphError(
                f"Step {node.name!r} refers to {unknown[0]!r}; there is no step of that name."
            )
    levels = _levels(nodes)
    blocked = sorted(names - levels.keys())
    if blocked:
        raise GraphError(f"The steps {', '.join(blocked)} wait for each other in a cycle.")
    return tuple(sorted(nodes, key=lambda node: levels[node.name]))


def _levels(nodes: Iterable[Node]) -> dict[str, int]:
    """The level of each step by its name, without those that a cycle blocks."""
    sorter = TopologicalSorter({node.name: node.predecessors for node in nodes})
    # CycleError names one cycle only; the steps that get no level are all that are blocked.
    with suppress(CycleError):
        sorter.prepare()
    levels: dict[str, int] = {}
    level = 0
    while ready := sorter.get_ready():
        levels.update(dict.fromkeys(ready, level))
        sorter.done(*ready)
        level += 1
    return levels


def next_status(node: Node, states: Mapping[str, State]) -> str:
    """Return whether a step runs now, later or never.

    Args:
        node: a step, all of whose predecessors come before it in the order.
        states: the states of the steps so far.

    Returns:
        ``Executing`` for a step that runs, ``NotRun`` for one that never will, ``Waiting`` for one
        that a running step holds up.
    """
    statuses = {
        _status_behind(states.get(dependency.step), _STATUSES_BY_TRIGGER[dependency.trigger])
        for dependency in node.dependencies
    }
    if node.parent is not None:
        parent = states.get(node.parent)
        statuses.add(_status_behind(parent, {SUCCEEDED}))
        if parent is not None and parent.status == SUCCEEDED and parent.branch != node.branch:
            return NOT_RUN
    return next((status for status in (NOT_RUN, WAITING) if status in statuses), EXECUTING)


def _status_behind(predecessor: State | None, expected: set[str]) -> str:
    """The status of a step that depends on a single predecessor."""
    if predecessor is None or predecessor.status in (EXECUTING, WAITING):
        return WAITING
    return EXECUTING if predecessor.status in expected else NOT_RUN


def execution_status(nodes: Sequence[Node], states: Mapping[str, State]) -> str:
    """The status of an execution, from the states of its steps.

    A failed or stopped step that another step ran on (a trigger ``Failed``, ``Stopped`` or
    ``Any``) makes it ``CompletedWithFailures``, as SDK v3 documents.
    """
    statuses = {node.name: states[node.name].status for node in nodes if node.name in states}
    if {EXECUTING, WAITING} & set(statuses.values()):
        return EXECUTING
    unsuccessful = {
        name: status for name, status in statuses.items() if status in (FAILED, STOPPED)
    }
    handled = {
        dependency.step
        for node in nodes
        if statuses.get(node.name) in (SUCCEEDED, FAILED, STOPPED)
        for dependency in node.dependencies
        if dependency.trigger != _COMPLETED and dependency.step in unsuccessful
    }
    fail_steps = {node.name for node in nodes if node.step_type == "Fail"}
    unhandled = {
        status for name, status in unsuccessful.items() if name in fail_steps or name not in handled
    }
    if FAILED in unhandled:
        return FAILED
    if STOPPED in unhandled:
        return STOPPED
    return COMPLETED_WITH_FAILURES if unsuccessful else SUCCEEDED


def ancestors(nodes: Sequence[Node], names: Iterable[str]) -> set[str]:
    """The steps that come before the named ones, without the named ones."""
    predecessors = {node.name: node.predecessors for node in nodes}
    named = set(names)
    reached: set[str] = set()
    pending = list(named)
    while pending:
        for name in predecessors.get(pending.pop(), ()):
            if name not in reached:
                reached.add(name)
                pending.append(name)
    return reached - named
