"""Pipeline parameters: their values, and definitions in which values replace them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .text import did_you_mean, printable, shown

_PATH = "Parameters."


def values_of(definition: Mapping[str, Any], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Convert the given values of parameters to the types that the definition declares.

    Args:
        definition: the pipeline's definition.
        given: the values, by parameter name; strings are parsed as the declared type.

    Raises:
        ValueError: for a parameter that the definition doesn't have, or a value that a parameter
            can't have.

    Example:
        >>> from sm_prefix_ext.core.parameters import values_of
        >>> definition = {"Parameters": [{"Name": "Epochs", "Type": "Integer"}]}
        >>> values_of(definition, {"Epochs": "3"})
        {'Epochs': 3}
    """
    declared = {str(parameter.get("Name")): parameter for parameter in _declared(definition)}
    values = {}
    for name, value in (given or {}).items():
        if name not in declared:
            raise ValueError(_unknown(name, declared))
        values[name] = _typed(name, value, declared[name])
    return values


def defaults_of(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the default values of the parameters that have one."""
    return {
        str(parameter.get("Name")): parameter["DefaultValue"]
        for parameter in _declared(definition)
        if parameter.get("DefaultValue") is not None
    }


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """Return a copy of a part of a definition, with values in place of parameters.

    A ``Std:Join`` whose parts are then all literal becomes the joined text.

    Args:
        value: any part of a definition; it is not changed.
        values: the values, by parameter name.

    Example:
        >>> from sm_prefix_ext.core.parameters import filled
        >>> bucket = {"Get": "Parameters.Bucket"}
        >>> filled({"Std:Join": {"On": "/", "Values": ["s3:/", bucket]}}, {"Bucket": "mine"})
        's3://mine'
    """
    root = [value]
    # Not recursive: a definition may be nested deeper than Python's stack. The list grows in the
    # first loop, parents before children, so the reversed loop joins inner expressions first.
    slots: list[tuple[Any, Any]] = [(root, 0)]
    for holder, key in slots:
        inside = holder[key]
        if isinstance(inside, list):
            holder[key] = copy = list(inside)
            slots += [(copy, index) for index in range(len(copy))]
        elif isinstance(inside, Mapping):
            path = inside.get("Get") if len(inside) == 1 else None
            if isinstance(path, str) and path.startswith(_PATH):
                name = path.removeprefix(_PATH)
                if name in values:
                    holder[key] = values[name]
                    continue
            holder[key] = members = dict(inside)
            slots += [(members, member) for member in members]
    for holder, key in reversed(slots):
        if isinstance(holder[key], dict):
            holder[key] = _joined(holder[key])
    return root[0]


def named_in(value: Any) -> Iterator[str]:
    """Yield the names of the parameters to which a part of a definition refers."""
    rest = [value]
    for inside in rest:
        if isinstance(inside, list):
            rest += inside
        elif isinstance(inside, Mapping):
            path = inside.get("Get")
            if isinstance(path, str) and path.startswith(_PATH):
                yield path.removeprefix(_PATH)
            rest += inside.values()


def _declared(definition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = definition.get("Parameters")
    return (
        [parameter for parameter in listed if isinstance(parameter, Mapping)]
        if isinstance(listed, list)
        else []
    )


def _unknown(name: str, declared: Mapping[str, Any]) -> str:
    if not declared:
        return f"The pipeline has no parameter {shown(name)}; it has no parameters at all."
    return (
        f"The pipeline has no parameter {shown(name)}; it has "
        f"{printable(', '.join(sorted(declared)))}.{did_you_mean(str(name), declared)}"
    )


def _typed(name: str, value: Any, declared: Mapping[str, Any]) -> Any:
    wanted = str(declared.get("Type", "String"))
    try:
        typed = _READERS.get(wanted, _text)(value)
    except ValueError:
        raise ValueError(
            f"The parameter {name!r} takes a value of type {wanted}; got {value!r}."
        ) from None
    allowed = declared.get("EnumValues")
    if isinstance(allowed, list) and allowed and typed not in allowed:
        listed = ", ".join(map(repr, allowed))
        raise ValueError(f"The parameter {name!r} takes one of {listed}; got {value!r}.")
    return typed


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return str.__str__(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError
    return int(value)


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError
    return float(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in ("true", "false"):
        raise ValueError
    return value.lower() == "true"


_READERS = {"Integer": _integer, "Float": _float, "Boolean": _boolean}


def _joined(value: dict[str, Any]) -> Any:
    join = value.get("Std:Join")
    if len(value) != 1 or not isinstance(join, Mapping):
        return value
    glue, parts = join.get("On", ""), join.get("Values")
    if not isinstance(glue, str) or not isinstance(parts, list):
        return value
    # No documentation says how the service writes a float or a boolean into a text.
    if not all(isinstance(part, (str, int)) and not isinstance(part, bool) for part in parts):
        return value
    return glue.join(map(str, parts))
