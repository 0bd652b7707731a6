"""Validate requests against botocore's service model, with the service's own messages.

botocore itself checks required members, unknown members, types and minimum sizes; this module also
checks enums, patterns and maximum sizes. It validates whole requests and, as CreatePipeline does,
the arguments of a step, some of which are expressions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.model import Shape
from moto.core.utils import get_service_model

STRING, INTEGER, FLOAT, BOOLEAN = "String", "Integer", "Float", "Boolean"
_NUMBERS = {"integer": INTEGER, "long": INTEGER, "float": FLOAT, "double": FLOAT}
_SCALARS = {"string": STRING, "boolean": BOOLEAN, **_NUMBERS}
_TAKES: Mapping[str, Any] = {STRING: (str,), INTEGER: (int,), FLOAT: (int, float), BOOLEAN: (bool,)}
_MAX_SHOWN = 256
"""The most characters of a value in a message."""
_OPENINGS = {"list": "Array", "structure": "Object", "map": "Object"}

ExpressionType = Callable[[Any], "str | None"]
"""Gives the type of an expression, ``""`` for any type, or ``None`` for a literal value."""


@dataclass(frozen=True)
class Violation:
    """A violation of a shape's rule by a value in a request.

    Args:
        rule: ``required``, ``unknown``, ``type``, ``opening``, ``enum``, ``pattern``, ``max`` or
            ``min``.
        path: the path of the value, as the service writes it: ``resourceConfig.instanceCount``.
        field: the last member's name.
        shape: the name of the violated shape.
        value: the value.
        bound: the rule's parameter, such as a pattern or a maximum.
    """

    rule: str
    path: str
    field: str
    shape: str
    value: Any
    bound: Any = None

    @property
    def constraint(self) -> str:
        """The message of an API call."""
        if self.rule == "unknown":
            return f"Unknown member '{self.field}' at '{self.path}'"
        got = "null" if self.rule == "required" else f"'{_shown(self.value)}'"
        return f"Value {got} at '{self.path}' failed to satisfy constraint: {self._constraint_text}"

    @property
    def _constraint_text(self) -> str:
        counted = isinstance(self.value, (str, list, Mapping))
        measure = "length" if counted else "value"
        if self.rule == "enum":
            return f"Member must satisfy enum value set: {_listed(self.bound)}"
        constraints = {
            "required": "Member must not be null",
            "type": f"Member must be of type {self.bound}",
            "opening": f"Member must be a Json {self.bound}",
            "pattern": f"Member must satisfy regular expression pattern: {self.bound}",
            "max": f"Member must have {measure} less than or equal to {self.bound}",
            "min": f"Member must have {measure} greater than or equal to {self.bound}",
        }
        return constraints[self.rule]

    @property
    def in_definition(self) -> str:
        """The message of CreatePipeline for a step's arguments.

        Observed: lengths (sagemaker-python-sdk issue 5099), enums, unknown members (issue 4994),
        lists (issue 2345), references of another type. The other messages are modelled on these.
        """
        if self.rule == "unknown":
            return f"Unknown Argument member '{self.field}'"
        if self.rule == "opening":
            return f"Expecting start of Json {self.bound}."
        if self.rule == "type":
            reference = _reference(self.value)
            source = f"property reference [{reference}]" if reference else f"value [{self.value}]"
            return f"Cannot assign {source} to argument of type [{self.bound}]"
        return f"Model Validation failed: {self._model_message}"

    @property
    def _model_message(self) -> str:
        if self.rule == "required":
            return f"'{self.field}' is required in {self.shape}."
        if self.rule == "enum":
            return (
                f"Value '{self.value}' for '{self.shape}' failed to satisfy enum value set: "
                f"{_listed(self.bound)}"
            )
        if self.rule == "pattern":
            return (
                f"string '{self.value}' does not match pattern={self.bound} defined for "
                f"{self.shape}."
            )
        compared = "greater" if self.rule == "max" else "less"
        tail = (
            f"cannot be {compared} than {self.rule}={float(self.bound)} defined for {self.shape}."
        )
        if isinstance(self.value, str):
            return f"string '{self.value}' with length={len(self.value)} {tail}"
        if isinstance(self.value, (list, Mapping)):
            return f"list with length={len(self.value)} {tail}"
        return f"number {self.value} {tail}"


def input_shape(operation: str) -> Any:
    """The shape of an operation's request."""
    return get_service_model("sagemaker").operation_model(operation).input_shape


def has_operation(operation: str) -> bool:
    """Whether the installed botocore has an operation."""
    return operation in get_service_model("sagemaker").operation_names


def validation_error(
    operation: str, request: Mapping[str, Any], expression_type: ExpressionType | None = None
) -> str | None:
    """The service's message for an invalid request.

    Args:
        operation: such as ``CreateTrainingJob``.
        request: its members.
        expression_type: distinguishes stand-ins from real values.

    Returns:
        The whole message, or ``None`` for a valid request.
    """
    shape = input_shape(operation)
    errors = list(violations(request, shape, expression_type=expression_type or _literal))
    if not errors:
        return None
    count = f"{len(errors)} validation error{'s' * (len(errors) > 1)} detected: "
    return count + "; ".join(error.constraint for error in errors)


def _literal(_: Any) -> None:
    """The type function for requests without expressions."""
    return


def violations(
    value: Any,
    shape: Any,
    path: str = "",
    *,
    expression_type: ExpressionType = _literal,
    check_required: bool = True,
) -> Iterator[Violation]:
    """The violations of a shape by a value, in the order of the value.

    Args:
        value: a request, or a part of one.
        shape: its shape.
        path: its path in the request.
        expression_type: distinguishes expressions from literal values.
        check_required: whether a missing required member is a violation.
    """
    kind = shape.type_name
    field = path.rsplit(".", 1)[-1]
    result_type = expression_type(value)
    if result_type is not None:
        if kind in _OPENINGS:
            yield Violation("opening", path, field, shape.name, value, _OPENINGS[kind])
        elif result_type and kind in _SCALARS and not _assignable(result_type, _SCALARS[kind]):
            yield Violation("type", path, field, shape.name, value, _SCALARS[kind])
    elif kind == "structure" and not getattr(shape, "is_document_type", False):
        yield from _of_structure(value, shape, path, expression_type, check_required)
    elif kind == "list":
        yield from _of_list(value, shape, path, expression_type, check_required)
    elif kind == "map":
        yield from _of_map(value, shape, path, expression_type, check_required)
    elif kind in _SCALARS:
        yield from _of_scalar(value, shape, path)


def _of_structure(
    value: Any, shape: Any, path: str, expression_type: ExpressionType, check_required: bool
) -> Iterator[Violation]:
    if not isinstance(value, Mapping):
        yield Violation("opening", path, path.rsplit(".", 1)[-1], shape.name, value, "Object")
        return
    for name in shape.required_members if check_required else ():
        if value.get(name) is None:
            yield Violation("required", _below(path, name), name, shape.name, None)
    for name, inside in value.items():
        if name not in shape.members:
            yield Violation("unknown", path or "the request", str(name), shape.name, inside)
        elif inside is not None:
            yield from violations(
                inside,
                shape.members[name],
                _below(path, name),
                expression_type=expression_type,
                check_required=check_required,
            )


def _of_list(
    value: Any, shape: Any, path: str, expression_type: ExpressionType, check_required: bool
) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield Violation("opening", path, path.rsplit(".", 1)[-1], shape.name, value, "Array")
        return
    yield from _sizes(value, shape, path, len(value))
    for number, inside in enumerate(value, 1):
        yield from violations(
            inside,
            shape.member,
            f"{path}.{number}.member",
            expression_type=expression_type,
            check_required=check_required,
        )


def _of_map(
    value: Any, shape: Any, path: str, expression_type: ExpressionType, check_required: bool
) -> Iterator[Violation]:
    if not isinstance(value, Mapping):
        yield Violation("opening", path, path.rsplit(".", 1)[-1], shape.name, value, "Object")
        return
    yield from _sizes(value, shape, path, len(value))
    for key, inside in value.items():
        member = f"{path}.{key}.member"
        yield from violations(key, shape.key, member, expression_type=expression_type)
        yield from violations(
            inside,
            shape.value,
            member,
            expression_type=expression_type,
            check_required=check_required,
        )


def _of_scalar(value: Any, shape: Any, path: str) -> Iterator[Violation]:
    expected = _SCALARS[shape.type_name]
    field = path.rsplit(".", 1)[-1]
    boolean = isinstance(value, bool)
    if not isinstance(value, _TAKES[expected]) or boolean != (expected == BOOLEAN):
        yield Violation("type", path, field, shape.name, value, expected)
        return
    if expected == BOOLEAN:
        return
    yield from _sizes(value, shape, path, len(value) if expected == STRING else value)
    if expected != STRING:
        return
    values = getattr(shape, "enum", ())
    if values and value not in values:
        yield Violation("enum", path, field, shape.name, value, tuple(values))
    pattern = shape.metadata.get("pattern")
    compiled = None if pattern is None else _compiled(pattern)
    if compiled is not None and not compiled.fullmatch(value):
        yield Violation("pattern", path, field, shape.name, value, pattern)


def _sizes(value: Any, shape: Shape, path: str, size: float) -> Iterator[Violation]:
    field = path.rsplit(".", 1)[-1]
    maximum, minimum = shape.metadata.get("max"), shape.metadata.get("min")
    if maximum is not None and size > maximum:
        yield Violation("max", path, field, shape.name, value, maximum)
    if minimum is not None and size < minimum:
        yield Violation("min", path, field, shape.name, value, minimum)


def _below(path: str, name: str) -> str:
    lowered = f"{name[:1].lower()}{name[1:]}"
    return f"{path}.{lowered}" if path else lowered


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None  # a class of Java's, such as \p{L}, which Python lacks


def _assignable(source: str, target: str) -> bool:
    return source == target or (source, target) == (INTEGER, FLOAT)


def type_of(shape: Any) -> str:
    """The pipeline type of a scalar shape, ``""`` for any other shape."""
    return _SCALARS.get(shape.type_name, "")


def with_valid_stand_ins(value: Any, shape: Any, expression_type: ExpressionType) -> Any:
    """A copy with a valid number or boolean for each stand-in of such a type.

    Args:
        value: a valid request, or a part of one.
        shape: its shape.
        expression_type: distinguishes stand-ins from real values.
    """
    kind = shape.type_name
    if expression_type(value) is not None:
        return True if kind == "boolean" else _number(shape) if kind in _NUMBERS else value
    if kind == "structure" and isinstance(value, Mapping):
        return {
            name: with_valid_stand_ins(inside, shape.members[name], expression_type)
            if name in shape.members
            else inside
            for name, inside in value.items()
            if inside is not None
        }
    if kind == "list":
        return [with_valid_stand_ins(inside, shape.member, expression_type) for inside in value]
    if kind == "map":
        return {
            name: with_valid_stand_ins(inside, shape.value, expression_type)
            for name, inside in value.items()
        }
    return value


def _number(shape: Shape) -> int:
    return max(1, int(shape.metadata.get("min", 1)))


def _reference(value: Any) -> str | None:
    """The target of an expression, for a message; ``None`` for a literal value."""
    if isinstance(value, Mapping) and len(value) == 1:
        [(key, inside)] = value.items()
        return str(inside) if key == "Get" else str(key)
    return None


def _listed(values: Sequence[str]) -> str:
    return f"[{', '.join(map(str, values))}]"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
