"""All that a pipeline's steps lead to: more steps, and the state that rendering may change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from operator import is_
from typing import Any

from ..core.job_names import GivenName
from .adapter import Adapter
from .catalogue import ROWS

# Never followed, whatever they hold; each SDK's classes that aren't followed either join them.
_LEAVES: frozenset[type] = frozenset({str, int, float, bool, bytes, type(None)})
# What a user hands to an @step function is the user's own, and can be of any size; of its arguments
# the SDK itself looks at the outermost alone.
_USERS_OWN = frozenset({"_func", "_converted_func_args", "_converted_func_kwargs"})
_FUNCTION_ARGUMENTS = ("_func_args", "_func_kwargs")
# Beside steps and job objects: what rendering writes into (2.257.7).
_WRITTEN_INTO = ("AutoMLInput",)


# What to do with the instances of a class. Plain numbers, since an Enum's members are slow to look
# up; in this order, since the walk compares them.
(
    _LIST,
    _TUPLE,
    _DICT,
    _SET,
    _GIVEN_NAME,
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
    GivenName: _GIVEN_NAME,
}


@dataclass
class ObjectGraph:
    """What was found on the way from a pipeline's steps.

    Args:
        steps: every step, listed in the pipeline or only referred to, each once.
        collections: every collection of steps.
        objects: each object that rendering may write into, with its attributes as they were.
        containers: each dict, list and set that rendering may write into, with its content as it
            was.
        named: each object that holds a name which a drop-in class composed.
        users_own: whether a class of the user's own was met, whose rendering may write anywhere.
    """

    steps: list[Any] = field(default_factory=list)
    collections: list[Any] = field(default_factory=list)
    objects: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    containers: list[tuple[Any, Any]] = field(default_factory=list)
    named: list[Any] = field(default_factory=list)
    users_own: bool = False

    def changed(self) -> list[Any]:
        """The objects and containers that aren't as they were."""
        return [holder for holder, now, was in self._all() if not _is_as_it_was(now, was)]

    @contextmanager
    def preserved(self) -> Iterator[None]:
        """Undo, when the block is left, what happened in it to the objects and containers."""
        try:
            yield
        finally:
            for _, now, was in self._all():
                if not _is_as_it_was(now, was):
                    _restore(now, was)

    def _all(self) -> Iterator[tuple[Any, Any, Any]]:
        """Each holder, with what it holds now and what it held."""
        for holder, was in self.objects:
            yield holder, holder.__dict__, was
        for holder, was in self.containers:
            yield holder, holder, was


def object_graph(
    roots: Iterable[Any], adapter: Adapter, *, everything: bool = False
) -> ObjectGraph:
    """Follow objects of the SDK, and containers in them, from the steps of a pipeline.

    Sessions, clients, and objects that aren't the SDK's are not followed; of an expression only
    the steps that it refers to are.

    Args:
        roots: the steps of a pipeline.
        adapter: the SDK.
        everything: whether to keep the state of all that is met. Otherwise it is that of steps and
            job objects, with their own dicts, lists and sets: nothing else is written into by the
            SDK's own classes. Where a class of the user's own is met, everything is kept anyway.
    """
    roots = list(roots)
    graph = _Walk(adapter, everything).follow(roots)
    if graph.users_own and not everything:
        graph = _Walk(adapter, everything=True).follow(roots)
    return graph


class _Walk:
    """One pass over the graph; every rendering pays for it, so the common cases come first."""

    def __init__(self, adapter: Adapter, everything: bool) -> None:
        self.found = ObjectGraph()
        self._adapter = adapter
        self._everything = everything
        self._roles, self._leaves, self._with_private = _KNOWN.setdefault(
            adapter, (dict(_BUILT_IN), set(_LEAVES), set())
        )
        self._stack: list[Any] = []

    def follow(self, roots: Iterable[Any]) -> ObjectGraph:
        """Visit each object that the roots lead to once."""
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
                    self.found.containers.append((value, _COPIES[type(value)](value)))
                inner = value.values() if role is _DICT else value
                stack += [item for item in inner if type(item) not in leaves]
            elif role >= _OBJECT:
                self._object(value, role)
            elif role is _STEP_OUTPUT:
                stack.append(value._step)
            elif role is _EXPRESSION:
                stack += value._referenced_steps
            elif role is _SET and self._everything:
                self.found.containers.append((value, set(value)))
        return self.found

    def _classify(self, kind: type) -> int:
        role = self._roles[kind] = _role(kind, self._adapter)
        if role is _NOT_FOLLOWED:
            self._leaves.add(kind)
        elif hasattr(kind, "__pydantic_private__"):
            self._with_private.add(kind)
        return role

    def _object(self, value: Any, role: int) -> None:
        if role >= _STEP:
            _note(value, role, self.found, self._adapter)
        attributes = getattr(value, "__dict__", None)
        if attributes is None:
            return
        written = role is not _OBJECT
        if self._everything or written:
            # The object is kept and not its dict: pydantic's assignment puts a new dict there.
            self.found.objects.append((value, dict(attributes)))
        if "_func_args" in attributes:
            attributes = _of_function_step(attributes)
        leaves = self._leaves
        held = [inner for inner in attributes.values() if type(inner) not in leaves]
        if type(value) in self._with_private and value.__pydantic_private__ is not None:
            held.append(value.__pydantic_private__)
        own_containers = written and not self._everything
        for inner in held:
            kind = type(inner)
            if kind is GivenName:
                self.found.named.append(value)
            elif own_containers and kind in _COPIES:
                self.found.containers.append((inner, _COPIES[kind](inner)))
        self._stack += held


_KNOWN: dict[Adapter, tuple[dict[type, int], set[type], set[type]]] = {}
_COPIES: dict[type, Callable[[Any], Any]] = {dict: dict, list: list, set: set}


def _note(value: Any, role: int, found: ObjectGraph, adapter: Adapter) -> None:
    if role is _STEP or isinstance(value, adapter.step):
        found.steps.append(value)
    elif isinstance(value, adapter.step_collection):
        found.collections.append(value)
    found.users_own |= role is _USERS_OBJECT


def _of_function_step(attributes: dict[str, Any]) -> dict[str, Any]:
    """Of the attributes of an ``@step`` function's step, those to follow."""
    followed = {key: inner for key, inner in attributes.items() if key not in _USERS_OWN}
    for key in _FUNCTION_ARGUMENTS:
        given = followed.pop(key)
        followed[key] = tuple(given.values() if isinstance(given, dict) else given)
    return followed


def _role(kind: Any, adapter: Adapter) -> int:
    """What to do with the instances of a class."""
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


_KNOWN_PACKAGES = ("sagemaker", __name__.partition(".")[0])


def _is_as_it_was(now: Any, was: Any) -> bool:
    """Whether a container holds the very same objects, a dict in the same order."""
    if len(now) != len(was):
        return False
    if type(was) is dict:
        return all(map(is_, now.values(), was.values())) and all(map(is_, now, was))
    return bool(now == was) if type(was) is set else all(map(is_, now, was))


def _restore(now: Any, was: Any) -> None:
    if type(was) is list:
        now[:] = was
    else:
        now.clear()
        now.update(was)
