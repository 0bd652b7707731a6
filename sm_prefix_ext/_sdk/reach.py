"""All that a pipeline's steps lead to: more steps, and the state that rendering would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from operator import is_
from typing import Any

from ..names import GivenName
from .upstream import Upstream

_LEAVES = frozenset({str, GivenName, int, float, bool, bytes, type(None)})
# What a user hands to an @step function is the user's own, and can be of any size.
_USERS_OWN = frozenset(
    {"_func", "_func_args", "_func_kwargs", "_converted_func_args", "_converted_func_kwargs"}
)


class _Role(Enum):
    DICT = auto()
    LIST = auto()
    SET = auto()
    TUPLE = auto()
    STEP_OUTPUT = auto()
    EXPRESSION = auto()
    STEP = auto()
    STEP_COLLECTION = auto()
    OBJECT = auto()
    NOT_FOLLOWED = auto()


_CONTAINERS = {dict: _Role.DICT, list: _Role.LIST, set: _Role.SET, tuple: _Role.TUPLE}


@dataclass
class Reach:
    """What was found on the way from a pipeline's steps.

    Args:
        steps: every step, listed in the pipeline or only referred to, each once.
        collections: every collection of steps.
        state: each object, dict, list and set on the way, with its content as it was.
    """

    steps: list[Any] = field(default_factory=list)
    collections: list[Any] = field(default_factory=list)
    state: list[tuple[Any, Any]] = field(default_factory=list)

    @contextmanager
    def preserved(self) -> Iterator[None]:
        """Undo, when the block is left, what happened in it to the state."""
        try:
            yield
        finally:
            for holder, content in self.state:
                _restore(holder, content)


def reach(roots: Iterable[Any], upstream: Upstream) -> Reach:
    """Follow objects of the SDK, and containers in them, from the steps of a pipeline.

    Sessions, clients, and objects that aren't the SDK's are not followed; of an expression only
    the steps that it refers to are.
    """
    found = Reach()
    seen: set[int] = set()
    stack = list(roots)[::-1]
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        role = _role(type(value), upstream)  # type: ignore[arg-type]  # a class is hashable
        if role is _Role.DICT:
            content: Any = dict(value)
            found.state.append((value, content))
            stack += _branches(content.values())
        elif role is _Role.LIST:
            content = list(value)
            found.state.append((value, content))
            stack += _branches(content)
        elif role is _Role.SET:
            found.state.append((value, set(value)))
        elif role is _Role.TUPLE:
            stack += value
        elif role is _Role.STEP_OUTPUT:
            stack.append(value._step)
        elif role is _Role.EXPRESSION:
            stack += value._referenced_steps
        elif role is not _Role.NOT_FOLLOWED:
            if role is _Role.STEP:
                found.steps.append(value)
            elif role is _Role.STEP_COLLECTION:
                found.collections.append(value)
            _follow(value, found, stack)
    return found


def _branches(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if type(value) not in _LEAVES]


def _follow(value: Any, found: Reach, stack: list[Any]) -> None:
    attributes = getattr(value, "__dict__", None)
    if attributes is None:
        return
    # The object and not its dict is kept: pydantic's assignment puts a new dict in its place.
    content = dict(attributes)
    found.state.append((value, content))
    stack += [
        inner
        for key, inner in content.items()
        if type(inner) not in _LEAVES and key not in _USERS_OWN
    ]
    private = getattr(value, "__pydantic_private__", None)
    if private is not None:
        stack.append(private)


@cache
def _role(kind: Any, upstream: Upstream) -> _Role:
    """What to do with the instances of a class."""
    if kind in _CONTAINERS:
        return _CONTAINERS[kind]
    if not any(base.__module__.partition(".")[0] == "sagemaker" for base in kind.__mro__):
        return _Role.NOT_FOLLOWED
    for base, role in (
        (upstream.step_output, _Role.STEP_OUTPUT),
        (upstream.pipeline_variable, _Role.EXPRESSION),
        (upstream.session, _Role.NOT_FOLLOWED),
        (upstream.step, _Role.STEP),
        (upstream.step_collection, _Role.STEP_COLLECTION),
    ):
        if issubclass(kind, base):
            return role
    return _Role.OBJECT


def _restore(holder: Any, content: Any) -> None:
    if isinstance(content, list):
        if len(holder) != len(content) or not all(map(is_, holder, content)):
            holder[:] = content
    elif isinstance(content, set):
        if holder != content:
            holder.clear()
            holder.update(content)
    else:
        now = holder if type(holder) is dict else vars(holder)
        if now.keys() != content.keys() or not all(map(is_, now.values(), content.values())):
            now.clear()
            now.update(content)
