"""Ways to pass the same arguments: by keyword and by position."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Call = Callable[..., Any]
"""Calls a function with the arguments that it gets by keyword."""


def by_keyword(function: Any, /, **given: Any) -> Any:
    """``run(code="code.py")``."""
    return function(**given)


def by_position(function: Any, /, **given: Any) -> Any:
    """``run("code.py")``: by position as far as possible; gaps get the parameter's default."""
    rest, positional = dict(given), []
    for parameter in inspect.signature(function).parameters.values():
        takes = parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        if not rest or not takes or (parameter.name not in rest and _required(parameter)):
            break
        positional.append(rest.pop(parameter.name, parameter.default))
    return function(*positional, **rest)


def _required(parameter: inspect.Parameter) -> bool:
    return parameter.default is inspect.Parameter.empty


STYLES: Mapping[str, Call] = MappingProxyType({"keyword": by_keyword, "position": by_position})
