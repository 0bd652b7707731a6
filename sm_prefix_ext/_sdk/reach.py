"""All that a pipeline's steps lead to: more steps, and the state that rendering may change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from operator import is_
from typing import Any

from ..names import GivenName
from .catalogue import ROWS
from .upstream import Upstream

_LEAVES = frozenset({str, GivenName, int, float, bool, bytes, type(None)})
# What a user hands to an @step function is the user's own, and can be of any size; of its arguments
# the SDK itself looks at the outermost alone.
_USERS_OWN = frozenset({"_func", "_converted_func_args", "_converted_func_kwargs"})
_FUNCTION_ARGUMENTS = ("_func_args", "_func_kwargs")
# Beside steps and job objects: what rendering writes into (2.257.7).
_WRITTEN = ("AutoMLInput",)


class _Role(Enum):
    DICT = auto()
    LIST = auto()
    SET = auto()
    TUPLE = auto()
    STEP_OUTPUT = auto()
    EXPRESSION = auto()
    STEP = auto()
    STEP_COLLECTION = auto()
    WRITTEN = auto()
    OBJECT = auto()
    USERS_OBJECT = auto()
    NOT_FOLLOWED = auto()


_CONTAINERS = {dict: _Role.DICT, list: _Role.LIST, set: _Role.SET, tuple: _Role.TUPLE}


@dataclass
class Reach:
    """What was found on the way from a pipeline's steps.

    Args:
        steps: every step, listed in the pipeline or only referred to, each once.
        collections: every collection of steps.
        state: each object, dict, list and set that rendering may write into, with its content as
            it was.
        users_own: whether a class of the user's own was met, whose rendering may write anywhere.
    """

    steps: list[Any] = field(default_factory=list)
    collections: list[Any] = field(default_factory=list)
    state: list[tuple[Any, Any]] = field(default_factory=list)
    users_own: bool = False

    def intact(self) -> bool:
        """Whether the state is as it was."""
        return all(_is_as_it_was(holder, content) for holder, content in self.state)

    @contextmanager
    def preserved(self) -> Iterator[None]:
        """Undo, when the block is left, what happened in it to the state."""
        try:
            yield
        finally:
            for holder, content in self.state:
                _restore(holder, content)


def reach(roots: Iterable[Any], upstream: Upstream, *, everything: bool = False) -> Reach:
    """Follow objects of the SDK, and containers in them, from the steps of a pipeline.

    Sessions, clients, and objects that aren't the SDK's are not followed; of an expression only
    the steps that it refers to are.

    Args:
        roots: the steps of a pipeline.
        upstream: the SDK.
        everything: whether to keep the state of all that is met. Otherwise it is that of steps and
            job objects, with their own dicts, lists and sets: nothing else is written into by the
            SDK's own classes. Where a class of the user's own is met, everything is kept anyway.
    """
    found = _walk(roots, upstream, everything)
    if found.users_own and not everything:
        found = _walk(roots, upstream, True)
    return found


def _walk(roots: Iterable[Any], upstream: Upstream, everything: bool) -> Reach:
    found = Reach()
    keep = found.state.append
    seen: set[int] = set()
    roles = _ROLES.setdefault(upstream, {})
    stack = list(roots)[::-1]
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        kind = type(value)
        role = roles.get(kind)
        if role is None:
            role = roles[kind] = _role(kind, upstream)
        if role is _Role.DICT:
            if everything:
                keep((value, dict(value)))
            stack += [inner for inner in value.values() if type(inner) not in _LEAVES]
        elif role is _Role.LIST:
            if everything:
                keep((value, list(value)))
            stack += [inner for inner in value if type(inner) not in _LEAVES]
        elif role is _Role.SET:
            if everything:
                keep((value, set(value)))
        elif role is _Role.TUPLE:
            stack += value
        elif role is _Role.STEP_OUTPUT:
            stack.append(value._step)
        elif role is _Role.EXPRESSION:
            stack += value._referenced_steps
        elif role is not _Role.NOT_FOLLOWED:
            if role is not _Role.OBJECT and role is not _Role.WRITTEN:
                _note(value, role, found, upstream)
            _follow(value, keep, stack, everything, role is not _Role.OBJECT)
    return found


_ROLES: dict[Upstream, dict[type, _Role]] = {}


def _note(value: Any, role: _Role, found: Reach, upstream: Upstream) -> None:
    if role is _Role.STEP or isinstance(value, upstream.step):
        found.steps.append(value)
    elif isinstance(value, upstream.step_collection):
        found.collections.append(value)
    found.users_own |= role is _Role.USERS_OBJECT


_COPIES: dict[type, Callable[[Any], Any]] = {dict: dict, list: list, set: set}


def _follow(
    value: Any,
    keep: Callable[[tuple[Any, Any]], None],
    stack: list[Any],
    everything: bool,
    written: bool,
) -> None:
    attributes = getattr(value, "__dict__", None)
    if attributes is None:
        return
    if everything or written:
        # The object and not its dict is kept: pydantic's assignment puts a new dict in its place.
        keep((value, dict(attributes)))
    own = written and not everything
    for key, inner in attributes.items():
        kind = type(inner)
        if kind in _LEAVES or key in _USERS_OWN:
            continue
        if key in _FUNCTION_ARGUMENTS:
            stack += inner.values() if kind is dict else inner
            continue
        stack.append(inner)
        if own and kind in _COPIES:
            keep((inner, _COPIES[kind](inner)))
    private = getattr(value, "__pydantic_private__", None)
    if private is not None:
        stack.append(private)
        if own:
            keep((private, dict(private)))


def _role(kind: Any, upstream: Upstream) -> _Role:
    """What to do with the instances of a class."""
    if kind in _CONTAINERS:
        return _CONTAINERS[kind]
    of_sdk = [base for base in kind.__mro__ if base.__module__.partition(".")[0] == "sagemaker"]
    if not of_sdk or issubclass(kind, (type, Enum)):
        return _Role.NOT_FOLLOWED
    for base, role in (
        (upstream.step_output, _Role.STEP_OUTPUT),
        (upstream.pipeline_variable, _Role.EXPRESSION),
        (upstream.session, _Role.NOT_FOLLOWED),
    ):
        if issubclass(kind, base):
            return role
    if not any(kind.__module__.partition(".")[0] == known for known in _KNOWN_PACKAGES):
        return _Role.USERS_OBJECT
    for base, role in (
        (upstream.step, _Role.STEP),
        (upstream.step_collection, _Role.STEP_COLLECTION),
    ):
        if issubclass(kind, base):
            return role
    named = any(base.__name__ in ROWS or base.__name__ in _WRITTEN for base in of_sdk)
    return _Role.WRITTEN if named else _Role.OBJECT


_KNOWN_PACKAGES = ("sagemaker", __name__.partition(".")[0])


def _is_as_it_was(holder: Any, content: Any) -> bool:
    if isinstance(content, list):
        return len(holder) == len(content) and all(map(is_, holder, content))
    if isinstance(content, set):
        return bool(holder == content)
    now = holder if type(holder) is dict else vars(holder)
    return now.keys() == content.keys() and all(
        map(is_, map(now.__getitem__, content), content.values())
    )


def _restore(holder: Any, content: Any) -> None:
    if _is_as_it_was(holder, content):
        return
    if isinstance(content, list):
        holder[:] = content
    elif isinstance(content, set):
        holder.clear()
        holder.update(content)
    else:
        now = holder if type(holder) is dict else vars(holder)
        now.clear()
        now.update(content)
