"""All that a pipeline's steps lead to: more steps, and the state that rendering would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .upstream import Upstream

_LEAVES = frozenset({str, int, float, bool, bytes, type(None)})
# What a user hands to an @step function is the user's own, and can be of any size.
_USERS_OWN = frozenset(
    {"_func", "_func_args", "_func_kwargs", "_converted_func_args", "_converted_func_kwargs"}
)
_MISSING = object()


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
        kind = type(value)
        if kind in _LEAVES or id(value) in seen:
            continue
        seen.add(id(value))
        if kind is dict:
            found.state.append((value, dict(value)))
            stack.extend(value.values())
        elif kind is list:
            found.state.append((value, list(value)))
            stack.extend(value)
        elif kind is set:
            found.state.append((value, set(value)))
        elif kind is tuple:
            stack.extend(value)
        elif not _is_of_sdk(kind):  # type: ignore[arg-type]  # a class is hashable
            continue
        elif isinstance(value, upstream.step_output):
            stack.append(value._step)
        elif isinstance(value, upstream.pipeline_variable):
            stack.extend(value._referenced_steps)
        elif not isinstance(value, upstream.session):
            if isinstance(value, upstream.step):
                found.steps.append(value)
            elif isinstance(value, upstream.step_collection):
                found.collections.append(value)
            _follow(value, found, stack)
    return found


def _follow(value: Any, found: Reach, stack: list[Any]) -> None:
    attributes = getattr(value, "__dict__", None)
    if attributes is None:
        return
    # The object and not its dict is kept: pydantic's assignment puts a new dict in its place.
    found.state.append((value, dict(attributes)))
    stack.extend(inner for key, inner in attributes.items() if key not in _USERS_OWN)
    stack.append(getattr(value, "__pydantic_private__", None))


@cache
def _is_of_sdk(kind: type[Any]) -> bool:
    return any(base.__module__.partition(".")[0] == "sagemaker" for base in kind.__mro__)


def _restore(holder: Any, content: Any) -> None:
    if isinstance(content, list):
        if len(holder) != len(content) or any(a is not b for a, b in zip(holder, content)):
            holder[:] = content
    elif isinstance(content, set):
        if holder != content:
            holder.clear()
            holder.update(content)
    else:
        now = holder if type(holder) is dict else vars(holder)
        if len(now) != len(content) or any(
            now.get(key, _MISSING) is not value for key, value in content.items()
        ):
            now.clear()
            now.update(content)
