"""Describe pipeline expressions in words, as objects of the SDK or as parts of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .text import listed, printable, shown

_LONGEST = 120


def described(value: Any) -> str:
    """Describe a pipeline variable or expression in words, for a finding.

    Args:
        value: a part of a definition, such as ``{"Get": "Parameters.Name"}``; an object of the SDK
            with such an ``expr``; or any other value.

    Example:
        >>> from sm_prefix_ext.core.expressions import described
        >>> described({"Get": "Parameters.Name"})
        'Parameters.Name'
        >>> described({"Std:Join": {"On": "-", "Values": ["a", {"Get": "Parameters.Name"}]}})
        "a Join of 'a' and Parameters.Name"
        >>> described(3)
        '3, which is of type int'
    """
    expression = _expression(value)
    words = _words(expression) if isinstance(expression, Mapping) else None
    if words is None:
        words = f"{shown(value)}, which is of type {type(value).__name__}"
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _expression(value: Any) -> Any:
    """Return what the SDK writes into a definition for a value; ``None`` if that isn't known."""
    if isinstance(value, Mapping):
        return value
    try:
        return value.expr
    except Exception:  # `expr` may be a property of the user's own class and raise anything
        return None


def _words(expression: Mapping[str, Any]) -> str | None:
    for key, inner in expression.items():
        if key == "Get" and isinstance(inner, str):
            return printable(inner)
        function = str(key).removeprefix("Std:")
        if function == "Join" and isinstance(inner, Mapping):
            return f"a Join of {_listed(inner.get('Values'))}"
        if function == "JsonGet" and isinstance(inner, Mapping):
            source = inner.get("PropertyFile") or inner.get("S3Uri")
            return f"a JsonGet of {_part(inner.get('Path'))} in {_part(source)}"
        if function == "Ref" or function.startswith("Fn::"):  # CloudFormation's
            return f"{printable(function)} of {shown(inner)}"
        if function == "Terraform":
            return f"the Terraform expression {shown(inner)}"
    return None


def _listed(values: Any) -> str:
    parts = [_part(value) for value in values] if isinstance(values, list) else []
    return listed(parts) if parts else "nothing"


def _part(value: Any) -> str:
    """Describe a part of an expression; a nested expression by its function only."""
    if not isinstance(value, Mapping):
        return shown(value)
    if isinstance(value.get("Get"), str):
        return printable(value["Get"])
    return f"a {printable(str(next(iter(value), 'nothing')).removeprefix('Std:'))}"
