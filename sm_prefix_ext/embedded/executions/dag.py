"""The graph of a definition: which step waits for which, and which of them run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...core.definition import NESTED
from ..statuses import EXECUTING, FAILED, STOPPED, SUCCEEDED
from .expressions import references

NOT_RUN, WAITING = "NotRun", "Waiting"
"""States of steps that ``ListPipelineExecutionSteps`` doesn't show."""
COMPLETED_WITH_FAILURES = "CompletedWithFailures"

_MET_BY = {
    "Completed": {SUCCEEDED},
    "Failed": {FAILED},
    "Stopped": {STOPPED},
    "Any": {SUCCEEDED, FAILED, STOPPED},
}


class GraphError(ValueError):
    """A definition whose steps can't be put in an order."""


@dataclass(frozen=True)
class Need:
    """A step that has to end first, and how.

    Args:
        step: its name.
        trigger: ``Completed``, ``Failed``, ``Stopped`` or ``Any``.
    """

    step: str
    trigger: str = "Completed"


@dataclass(frozen=True)
class Node:
    """A step in the graph.

    Args:
        name: its name.
        step: the step as the definition has it.
        needs: what has to end first.
        parent: the condition step in whose branch it stands, or ``None``.
        branch: which branch that is: ``True`` for the if branch.
        body: the steps that a ForEach step repeats, in order; their needs are each other.
    """

    name: str
    step: Mapping[str, Any]
    needs: tuple[Need, ...] = ()
    parent: str | None = None
    branch: bool | None = None
    body: tuple[Node, ...] = ()

    @property
    def step_type(self) -> str:
        """Its ``Type``."""
        return str(self.step["Type"])

    @property
    def arguments(self) -> dict[str, Any]:
        """Its ``Arguments``."""
        return self.step.get("Arguments") or {}


@dataclass(frozen=True)
class State:
    """What has become of a step.

    Args:
        status: a status of the service, ``NotRun`` or ``Waiting``.
        branch: of a condition step: the branch that it took.
    """

    status: str
    branch: bool | None = None


def graph(document: Mapping[str, Any]) -> tuple[Node, ...]:
    """Put the steps of a definition in the order in which they run.

    A step comes after those that it needs, and the sooner the fewer come before it, as if all
    that can run at once did.

    Args:
        document: a definition that :func:`sm_prefix_ext.core.definition.steps` accepts.

    Returns:
        Every step, those in branches included; the steps of a ForEach body stand in its node.

    Raises:
        GraphError: for two steps of one name, a step that isn't there, or a circle.
    """
    nodes = tuple(_nodes(document["Steps"], None, None))
    bodies = {inner.name: node.name for node in nodes for inner in node.body}
    names = Counter(
        [*(node.name for node in nodes), *(n.name for node in nodes for n in node.body)]
    )
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        raise GraphError(f"Step names must be unique; more than one step is named {twice[0]!r}.")
    # From outside, a step of a body is reached through the loop that repeats it.
    return _ordered([_renamed(node, bodies) for node in nodes])


def _nodes(steps: Iterable[Mapping[str, Any]], parent: str | None, branch: Any) -> Iterator[Node]:
    for step in steps:
        arguments = step.get("Arguments") or {}
        needs = tuple(dict.fromkeys(_needs(step)))
        body: tuple[Node, ...] = ()
        if arguments.get("ForEachBody"):
            loose = tuple(_nodes(arguments["ForEachBody"], None, None))
            siblings = {node.name for node in loose}
            outer = [need for node in loose for need in node.needs if need.step not in siblings]
            needs = tuple(
                dict.fromkeys(need for need in (*needs, *outer) if need.step != step["Name"])
            )
            body = _ordered(
                [
                    replace(node, needs=tuple(n for n in node.needs if n.step in siblings))
                    for node in loose
                ]
            )
        yield Node(step["Name"], step, needs, parent, branch, body)
        for key, taken in (("IfSteps", True), ("ElseSteps", False)):
            yield from _nodes(arguments.get(key) or [], step["Name"], taken)


def _needs(step: Mapping[str, Any]) -> Iterator[Need]:
    for entry in step.get("DependsOn") or []:
        if isinstance(entry, str):
            yield Need(entry)
        elif isinstance(entry, Mapping) and isinstance(entry.get("Step"), str):
            trigger = entry.get("Trigger") or "Completed"
            if trigger not in _MET_BY:
                raise GraphError(
                    f"Step {step['Name']!r} has the trigger {trigger!r} in DependsOn; "
                    f"wanted one of {', '.join(_MET_BY)}."
                )
            yield Need(entry["Step"], trigger)
        else:
            raise GraphError(f"Step {step['Name']!r} has {entry!r} in DependsOn; wanted a name.")
    own = {key: value for key, value in step.items() if key not in ("DependsOn", "Arguments")}
    arguments = step.get("Arguments") or {}
    listed = [own, {key: value for key, value in arguments.items() if key not in NESTED}]
    for name in references(listed):
        yield Need(name)


def _renamed(node: Node, bodies: Mapping[str, str]) -> Node:
    needs = (replace(need, step=bodies.get(need.step, need.step)) for need in node.needs)
    return replace(node, needs=tuple(dict.fromkeys(needs)))


def _ordered(nodes: Sequence[Node]) -> tuple[Node, ...]:
    before = {node.name: {need.step for need in node.needs} for node in nodes}
    for node in nodes:
        if node.parent is not None:
            before[node.name].add(node.parent)
        for name in sorted(before[node.name]):
            if name not in before:
                raise GraphError(f"Step {node.name!r} refers to {name!r}, and no step is named so.")
    after: dict[str, list[str]] = {name: [] for name in before}
    for name, earlier in before.items():
        for one in earlier:
            after[one].append(name)
    open_needs = {name: len(earlier) for name, earlier in before.items()}
    level: dict[str, int] = {}
    current = [name for name, count in open_needs.items() if count == 0]
    depth = 0
    while current:
        following = []
        for name in current:
            level[name] = depth
            for one in after[name]:
                open_needs[one] -= 1
                if open_needs[one] == 0:
                    following.append(one)
        current, depth = following, depth + 1
    circle = sorted(set(before) - set(level))
    if circle:
        raise GraphError(f"The steps {', '.join(circle)} wait for each other in a circle.")
    return tuple(sorted(nodes, key=lambda node: level[node.name]))


def decide(node: Node, states: Mapping[str, State]) -> str:
    """Whether a step runs now.

    Args:
        node: a step, all of whose needs come before it in the order.
        states: what has become of the steps so far.

    Returns:
        ``Executing`` for a step that runs, ``NotRun`` for one that never will, ``Waiting`` for one
        that a running step holds up.
    """
    verdicts = {_met(states.get(need.step), _MET_BY[need.trigger]) for need in node.needs}
    if node.parent is not None:
        above = states.get(node.parent)
        verdicts.add(_met(above, {SUCCEEDED}))
        if above is not None and above.status == SUCCEEDED and above.branch != node.branch:
            return NOT_RUN
    return next((word for word in (NOT_RUN, WAITING) if word in verdicts), EXECUTING)


def _met(state: State | None, wanted: set[str]) -> str:
    if state is None or state.status in (EXECUTING, WAITING):
        return WAITING
    return EXECUTING if state.status in wanted else NOT_RUN


def verdict(nodes: Sequence[Node], states: Mapping[str, State]) -> str:
    """The status of an execution, from the states of its steps.

    A failed or stopped step that another step ran on (a trigger ``Failed``, ``Stopped`` or
    ``Any``) makes it ``CompletedWithFailures``, as SDK v3 documents.
    """
    found = {node.name: states[node.name].status for node in nodes if node.name in states}
    if {EXECUTING, WAITING} & set(found.values()):
        return EXECUTING
    bad = {name: status for name, status in found.items() if status in (FAILED, STOPPED)}
    caught = {
        need.step
        for node in nodes
        if found.get(node.name) in (SUCCEEDED, FAILED, STOPPED)
        for need in node.needs
        if need.trigger != "Completed" and need.step in bad
    }
    ends = {node.name for node in nodes if node.step_type == "Fail"}
    loose = {status for name, status in bad.items() if name in ends or name not in caught}
    if FAILED in loose:
        return FAILED
    if STOPPED in loose:
        return STOPPED
    return COMPLETED_WITH_FAILURES if bad else SUCCEEDED


def ancestors(nodes: Sequence[Node], names: Iterable[str]) -> set[str]:
    """The steps that come before the named ones, without the named ones."""
    earlier = {
        node.name: {need.step for need in node.needs} | ({node.parent} if node.parent else set())
        for node in nodes
    }
    named = set(names)
    found: set[str] = set()
    todo = list(named)
    while todo:
        for name in earlier.get(todo.pop(), ()):
            if name not in found:
                found.add(name)
                todo.append(name)
    return found - named
