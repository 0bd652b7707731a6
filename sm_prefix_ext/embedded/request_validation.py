"""What a request breaks of its shape in botocore's service model, and how the service words it.

botocore itself checks required members, unknown members, types and the least sizes; this walks the
shape for enums, patterns and the greatest sizes too, in a request that is whole or, as
CreatePipeline does, in the arguments of a step of which some are worked out in the run.
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
_OPENINGS = {"list": "Array", "structure": "Object", "map": "Object"}

Worked = Callable[[Any], "str | None"]
"""The type of a value that only the run decides, ``""`` for any type; ``None``: it is as it is."""


@dataclass(frozen=True)
class Fault:
    """Something in a request that the service refuses.

    Args:
        rule: ``required``, ``unknown``, ``type``, ``opening``, ``enum``, ``pattern``, ``max`` or
            ``min``.
        path: where, as the service writes it: ``resourceConfig.instanceCount``.
        field: the last member's name.
        shape: the name of the shape there.
        value: what was got.
        bound: what the rule asks for.
    """

    rule: str
    path: str
    field: str
    shape: str
    value: Any
    bound: Any = None

    @property
    def constraint(self) -> str:
        """The fault as an API call words it."""
        if self.rule == "unknown":
            return f"Unknown member '{self.field}' at '{self.path}'"
        got = "null" if self.rule == "required" else f"'{_shown(self.value)}'"
        return f"Value {got} at '{self.path}' failed to satisfy constraint: {self._must}"

    @property
    def _must(self) -> str:
        counted = isinstance(self.value, (str, list, Mapping))
        what = "length" if counted else "value"
        if self.rule == "enum":
            return f"Member must satisfy enum value set: {_listed(self.bound)}"
        words = {
            "required": "Member must not be null",
            "type": f"Member must be of type {self.bound}",
            "opening": f"Member must be a Json {self.bound}",
            "pattern": f"Member must satisfy regular expression pattern: {self.bound}",
            "max": f"Member must have {what} less than or equal to {self.bound}",
            "min": f"Member must have {what} greater than or equal to {self.bound}",
        }
        return words[self.rule]

    @property
    def in_definition(self) -> str:
        """The fault as CreatePipeline words it in a step's arguments.

        Observed: lengths (sagemaker-python-sdk issue 5099), enums, unknown members (issue 4994),
        lists (issue 2345), references of another type. The others are made in their likeness.
        """
        if self.rule == "unknown":
            return f"Unknown Argument member '{self.field}'"
        if self.rule == "opening":
            return f"Expecting start of Json {self.bound}."
        if self.rule == "type":
            reference = _reference(self.value)
            what = f"property reference [{reference}]" if reference else f"value [{self.value}]"
            return f"Cannot assign {what} to argument of type [{self.bound}]"
        return f"Model Validation failed: {self._of_model}"

    @property
    def _of_model(self) -> str:
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


def knows(operation: str) -> bool:
    """Whether the installed botocore has an operation at all."""
    return operation in get_service_model("sagemaker").operation_names


def refusal(operation: str, request: Mapping[str, Any], worked: Worked | None = None) -> str | None:
    """Why the service refuses a request, in the words that it uses for every API call.

    Args:
        operation: such as ``CreateTrainingJob``.
        request: its members.
        worked: tells the values that a stand-in was taken for.

    Returns:
        The whole message, or ``None`` for a request that it takes.
    """
    found = list(faults(request, input_shape(operation), worked=worked or _nothing))
    if not found:
        return None
    count = f"{len(found)} validation error{'s' * (len(found) > 1)} detected: "
    return count + "; ".join(fault.constraint for fault in found)


def _nothing(_: Any) -> None:
    return None


def faults(
    value: Any, shape: Any, path: str = "", *, worked: Worked = _nothing, whole: bool = True
) -> Iterator[Fault]:
    """Whatever in a value breaks its shape, in the order of the value.

    Args:
        value: a request, or a part of one.
        shape: its shape.
        path: where it is in the request.
        worked: tells the values that only the run decides.
        whole: whether required members have to be there.
    """
    kind = shape.type_name
    field = path.rsplit(".", 1)[-1]
    of_run = worked(value)
    if of_run is not None:
        if kind in _OPENINGS:
            yield Fault("opening", path, field, shape.name, value, _OPENINGS[kind])
        elif of_run and kind in _SCALARS and not _fits(of_run, _SCALARS[kind]):
            yield Fault("type", path, field, shape.name, value, _SCALARS[kind])
    elif kind == "structure" and not getattr(shape, "is_document_type", False):
        yield from _of_structure(value, shape, path, worked, whole)
    elif kind == "list":
        yield from _of_list(value, shape, path, worked, whole)
    elif kind == "map":
        yield from _of_map(value, shape, path, worked, whole)
    elif kind in _SCALARS:
        yield from _of_scalar(value, shape, path)


def _of_structure(
    value: Any, shape: Any, path: str, worked: Worked, whole: bool
) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield Fault("opening", path, path.rsplit(".", 1)[-1], shape.name, value, "Object")
        return
    for name in shape.required_members if whole else ():
        if value.get(name) is None:
            yield Fault("required", _below(path, name), name, shape.name, None)
    for name, inside in value.items():
        if name not in shape.members:
            yield Fault("unknown", path or "the request", str(name), shape.name, inside)
        elif inside is not None:
            yield from faults(
                inside, shape.members[name], _below(path, name), worked=worked, whole=whole
            )


def _of_list(value: Any, shape: Any, path: str, worked: Worked, whole: bool) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield Fault("opening", path, path.rsplit(".", 1)[-1], shape.name, value, "Array")
        return
    yield from _sizes(value, shape, path, len(value))
    for number, inside in enumerate(value, 1):
        place = f"{path}.{number}.member"
        yield from faults(inside, shape.member, place, worked=worked, whole=whole)


def _of_map(value: Any, shape: Any, path: str, worked: Worked, whole: bool) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield Fault("opening", path, path.rsplit(".", 1)[-1], shape.name, value, "Object")
        return
    yield from _sizes(value, shape, path, len(value))
    for key, inside in value.items():
        place = f"{path}.{key}.member"
        yield from faults(key, shape.key, place, worked=worked)
        yield from faults(inside, shape.value, place, worked=worked, whole=whole)


def _of_scalar(value: Any, shape: Any, path: str) -> Iterator[Fault]:
    wanted = _SCALARS[shape.type_name]
    field = path.rsplit(".", 1)[-1]
    boolean = isinstance(value, bool)
    if not isinstance(value, _TAKES[wanted]) or boolean != (wanted == BOOLEAN):
        yield Fault("type", path, field, shape.name, value, wanted)
        return
    if wanted == BOOLEAN:
        return
    yield from _sizes(value, shape, path, len(value) if wanted == STRING else value)
    if wanted != STRING:
        return
    values = getattr(shape, "enum", ())
    if values and value not in values:
        yield Fault("enum", path, field, shape.name, value, tuple(values))
    pattern = shape.metadata.get("pattern")
    compiled = None if pattern is None else _compiled(pattern)
    if compiled is not None and not compiled.fullmatch(value):
        yield Fault("pattern", path, field, shape.name, value, pattern)


def _sizes(value: Any, shape: Shape, path: str, size: float) -> Iterator[Fault]:
    field = path.rsplit(".", 1)[-1]
    most, least = shape.metadata.get("max"), shape.metadata.get("min")
    if most is not None and size > most:
        yield Fault("max", path, field, shape.name, value, most)
    if least is not None and size < least:
        yield Fault("min", path, field, shape.name, value, least)


def _below(path: str, name: str) -> str:
    lowered = f"{name[:1].lower()}{name[1:]}"
    return f"{path}.{lowered}" if path else lowered


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None  # Java's classes, such as \p{L}, which Python's module doesn't have


def _fits(got: str, wanted: str) -> bool:
    return got == wanted or (got, wanted) == (INTEGER, FLOAT)


def type_of(shape: Any) -> str:
    """The pipeline type of a scalar shape, ``""`` where pipelines have none for it."""
    return _SCALARS.get(shape.type_name, "")


def fitting(value: Any, shape: Any, worked: Worked) -> Any:
    """A copy in which a number or a truth that only a real run knows is one that could be.

    Args:
        value: a request without faults, or a part of one.
        shape: its shape.
        worked: tells the stand-ins.
    """
    kind = shape.type_name
    if worked(value) is not None:
        return True if kind == "boolean" else _number(shape) if kind in _NUMBERS else value
    if kind == "structure" and isinstance(value, Mapping):
        return {
            name: fitting(inside, shape.members[name], worked) if name in shape.members else inside
            for name, inside in value.items()
            if inside is not None
        }
    if kind == "list":
        return [fitting(inside, shape.member, worked) for inside in value]
    if kind == "map":
        return {name: fitting(inside, shape.value, worked) for name, inside in value.items()}
    return value


def _number(shape: Shape) -> int:
    return max(1, int(shape.metadata.get("min", 1)))


def _reference(value: Any) -> str | None:
    """What an expression refers to, for a message; ``None`` for a plain value."""
    if isinstance(value, Mapping) and len(value) == 1:
        [(key, inside)] = value.items()
        return str(inside) if key == "Get" else str(key)
    return None


def _listed(values: Sequence[str]) -> str:
    return f"[{', '.join(map(str, values))}]"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


_MOST_SHOWN = 256
