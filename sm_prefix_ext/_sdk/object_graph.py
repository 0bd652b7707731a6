"""The objects reachable from a pipeline's steps: further steps, and state to restore.

A pipeline may refer to steps that it doesn't list, and rendering writes into steps and job objects.
The walk finds both, and records the state, so that rendering leaves no trace in the user's objects.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from operator import is_
from typing import Any

from ..core.job_names import ComposedName
from .adapter import Adapter
from .catalogue import ROWS

# The walk never follows these types. Each adapter's set grows by the classes that _role() excludes.
_LEAVES: frozenset[type] = frozenset({str, int, float, bool, bytes, type(None)})
# The arguments of an @step function are the user's own data, of any size. They can contain steps,
# but the SDK itself looks for steps in the outermost level only.
_USERS_OWN = frozenset({"_func", "_converted_func_args", "_converted_func_kwargs"})
_FUNCTION_ARGUMENTS = ("_func_args", "_func_kwargs")
# The other classes into whose instances rendering writes (2.257.7).
_WRITTEN_INTO = ("AutoMLInput",)


# The roles of classes in the walk. They are numbers, since access to members of an Enum is slow,
# and ordered, since follow() compares them: up to _DICT the value is a container, from _OBJECT on
# an object with attributes, from _STEP on one to record in ObjectGraph.steps or .collections.
(
    _LIST,
    _TUPLE,
    _DICT,
    _SET,
    _COMPOSED_NAME,
    _NOT_FOLLOWED,
    _STEP_OUTPUT,
    _EXPRESSION,
    _OBJECT,
    _WRITTEN,
    _STEP,
    _STEP_COLLECTION,
    _USERS_OBJECT,
) = range(1, 14)
_BUILT_IN: dict[type, int] = {
    dict: _DICT,
    list: _LIST,
    set: _SET,
    tuple: _TUPLE,
    ComposedName: _COMPOSED_NAME,
}


@dataclass
class ObjectGraph:
    """The objects that are reachable from a pipeline's steps.

    Args:
        steps: every step, whether the pipeline lists it or another step refers to it, each once.
        collections: every collection of steps.
        objects: each object into which rendering may write, with a copy of its attributes.
        containers: each dict, list and set into which rendering may write, with a copy.
        named: each object with a composed name.
        users_own: whether an object has a class of the user's own, whose rendering may write
            anywhere.
    """

    steps: list[Any] = field(default_factory=list)
    collections: list[Any] = field(default_factory=list)
    objects: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    containers: list[tuple[Any, Any]] = field(default_factory=list)
    named: list[Any] = field(default_factory=list)
    users_own: bool = False

    def changed(self) -> list[Any]:
        """Return the objects and containers that have changed since the walk."""
        return [holder for holder, now, before in self._all() if not _is_unchanged(now, before)]

    @contextmanager
    def preserved(self) -> Iterator[None]:
        """Restore the objects and containers when the block ends."""
        try:
            yield
        finally:
            for _, now, before in self._all():
                if not _is_unchanged(now, before):
                    _restore(now, before)

    def _all(self) -> Iterator[tuple[Any, Any, Any]]:
        """Yield each object or container with its present and its recorded content."""
        for holder, before in self.objects:
            yield holder, holder.__dict__, before
        for holder, before in self.containers:
            yield holder, holder, before


def object_graph(
    roots: Iterable[Any], adapter: Adapter, *, everything: bool = False
) -> ObjectGraph:
    """Walk from a pipeline's steps through the SDK's objects and the containers in them.

    The walk doesn't follow sessions, clients and objects of other packages. Of an expression, it
    follows only the steps to which the expression refers.

    Args:
        roots: the steps of a pipeline.
        adapter: the SDK's adapter.
        everything: whether to record the state of all objects. By default, it records steps and
            job objects, with their own dicts, lists and sets: the SDK's own classes write into
            nothing else. If there is a class of the user's own, it records everything.
    """
    roots = list(roots)
    graph = _Walk(adapter, everything).follow(roots)
    if graph.users_own and not everything:
        graph = _Walk(adapter, everything=True).follow(roots)
    return graph


class _Walk:
    """One pass over the graph, with the common cases first, since every rendering needs one."""

    def __init__(self, adapter: Adapter, everything: bool) -> None:
        self.graph = ObjectGraph()
        self._adapter = adapter
        self._everything = everything
        self._roles, self._leaves, self._with_private = _KNOWN.setdefault(
            adapter, (dict(_BUILT_IN), set(_LEAVES), set())
        )
        self._stack: list[Any] = []

    def follow(self, roots: Iterable[Any]) -> ObjectGraph:
        """Visit each object that is reachable from the roots once."""
        stack, leaves, roles = self._stack, self._leaves, self._roles
        stack += list(roots)[::-1]
        seen: set[int] = set()
        while stack:
            value = stack.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            role = roles.get(type(value)) or self._classify(type(value))
            if role <= _DICT:
                if self._everything and role is not _TUPLE:
                    self.graph.containers.append((value, _COPIES[type(value)](value)))
                inner = value.values() if role is _DICT else value
                stack += [item for item in inner if type(item) not in leaves]
            elif role >= _OBJECT:
                self._object(value, role)
            elif role is _STEP_OUTPUT:
                stack.append(value._step)
            elif role is _EXPRESSION:
                stack += value._referenced_steps
            elif role is _SET and self._everything:
                self.graph.containers.append((value, set(value)))
        return self.graph

    def _classify(self, kind: type) -> int:
        role = _role(kind, self._adapter)
        if role is _NOT_FOLLOWED and not _is_lasting(kind):
            return role
        self._roles[kind] = role
        if role is _NOT_FOLLOWED:
            self._leaves.add(kind)
        elif hasattr(kind, "__pydantic_private__"):
            self._with_private.add(kind)
        return role

    def _object(self, value: Any, role: int) -> None:
        if role >= _STEP:
            _record(value, role, self.graph, self._adapter)
        attributes = getattr(value, "__dict__", None)
        if attributes is None:
            return
        written = role is not _OBJECT
        if self._everything or written:
            # The graph keeps the object, not its dict: pydantic's assignment replaces the dict.
            self.graph.objects.append((value, dict(attributes)))
        if "_func_args" in attributes:
            attributes = _of_function_step(attributes)
        leaves = self._leaves
        values = [inner for inner in attributes.values() if type(inner) not in leaves]
        if type(value) in self._with_private and value.__pydantic_private__ is not None:
            values.append(value.__pydantic_private__)
        # With everything, follow() records the containers when the stack reaches them.
        own_containers = written and not self._everything
        for inner in values:
            kind = type(inner)
            if kind is ComposedName:
                self.graph.named.append(value)
            elif own_containers and kind in _COPIES:
                self.graph.containers.append((inner, _COPIES[kind](inner)))
        self._stack += values


# Roles, leaves and classes with private attributes, by adapter: they depend on classes only, so all
# walks share them.
_KNOWN: dict[Adapter, tuple[dict[type, int], set[type], set[type]]] = {}
_COPIES: dict[type, Callable[[Any], Any]] = {dict: dict, list: list, set: set}


def _record(value: Any, role: int, graph: ObjectGraph, adapter: Adapter) -> None:
    if role is _STEP or isinstance(value, adapter.step):
        graph.steps.append(value)
    elif isinstance(value, adapter.step_collection):
        graph.collections.append(value)
    graph.users_own |= role is _USERS_OBJECT


def _of_function_step(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes to follow of an ``@step`` function's step."""
    followed = {key: inner for key, inner in attributes.items() if key not in _USERS_OWN}
    for key in _FUNCTION_ARGUMENTS:
        arguments = followed.pop(key)
        # A tuple, which the walk follows but never records: the container is the user's own.
        followed[key] = tuple(arguments.values() if isinstance(arguments, dict) else arguments)
    return followed


def _role(kind: Any, adapter: Adapter) -> int:
    """Return the role of a class's instances in the walk."""
    of_sdk = [base for base in kind.__mro__ if base.__module__.partition(".")[0] == "sagemaker"]
    if not of_sdk or issubclass(kind, (type, Enum)):
        return _NOT_FOLLOWED
    for base, role in (
        (adapter.step_output, _STEP_OUTPUT),
        (adapter.pipeline_variable, _EXPRESSION),
        (adapter.session, _NOT_FOLLOWED),
    ):
        if issubclass(kind, base):
            return role
    if not any(kind.__module__.partition(".")[0] == known for known in _KNOWN_PACKAGES):
        return _USERS_OBJECT
    for base, role in (
        (adapter.step, _STEP),
        (adapter.step_collection, _STEP_COLLECTION),
    ):
        if issubclass(kind, base):
            return role
    named = any(base.__name__ in ROWS or base.__name__ in _WRITTEN_INTO for base in of_sdk)
    return _WRITTEN if named else _OBJECT


def _is_lasting(kind: type) -> bool:
    """Test whether a module has a class, which then lives as long as the process.

    boto3 makes a class of a megabyte for each client. To remember it would keep it.
    """
    return getattr(sys.modules.get(kind.__module__), kind.__qualname__, None) is kind


_KNOWN_PACKAGES = ("sagemaker", __name__.partition(".")[0])


def _is_unchanged(now: Any, before: Any) -> bool:
    """Test whether a container has the identical objects, and a dict the same order.

    By identity: equality of the SDK's expressions and of arrays is not a plain boolean.
    """
    if len(now) != len(before):
        return False
    if type(before) is dict:
        return all(map(is_, now.values(), before.values())) and all(map(is_, now, before))
    return bool(now == before) if type(before) is set else all(map(is_, now, before))


def _restore(now: Any, before: Any) -> None:
    if type(before) is list:
        now[:] = before
    else:
        now.clear()
        now.update(before)
