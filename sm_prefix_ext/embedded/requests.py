"""What the service makes of a request: the names that it refuses, and the gaps that it fills.

Lengths, patterns and shapes are those of botocore's service model, as moto hands it out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.model import Shape
from moto.core.utils import get_service_model

from ..definition import StepView, load, steps
from .graph import GraphError, Node, graph

_MOST_NESTED = 12
"""How deep missing members are filled in; no job's request needs more."""


class RefusedError(ValueError):
    """What the service answers to a request that can't hold, in its words."""


def input_shape(operation: str) -> Any:
    """The shape of an operation's request."""
    return get_service_model("sagemaker").operation_model(operation).input_shape


def knows(operation: str) -> bool:
    """Whether the installed botocore has an operation at all."""
    return operation in get_service_model("sagemaker").operation_names


def name_refusal(operation: str, field: str, value: str) -> str | None:
    """Why the service refuses a name in a request, in the words it uses for every API call.

    Args:
        operation: such as ``CreateTrainingJob``.
        field: such as ``TrainingJobName``.
        value: the name.

    Returns:
        The whole message, or ``None`` for a name that it takes.
    """
    rules = input_shape(operation).members[field].metadata
    pattern = rules.get("pattern", ".*")
    wrong = []
    if len(value) > rules.get("max", len(value)):
        wrong.append(f"Member must have length less than or equal to {rules['max']}")
    if not re.fullmatch(pattern, value):
        wrong.append(f"Member must satisfy regular expression pattern: {pattern}")
    if not wrong:
        return None
    where = f"Value '{value}' at '{field[:1].lower()}{field[1:]}' failed to satisfy constraint: "
    count = f"{len(wrong)} validation error{'s' * (len(wrong) > 1)} detected: "
    return count + "; ".join(where + one for one in wrong)


def check_definition(text: str) -> tuple[dict[str, Any], tuple[Node, ...]]:
    """Read a definition as CreatePipeline does.

    Args:
        text: its JSON.

    Returns:
        The document, and its steps in the order in which they run.

    Raises:
        RefusedError: for one that can't hold.
    """
    try:
        document = load(text)
        _check_parameters(document.get("Parameters"))
        for step in steps(document):
            _check_step(step)
        return document, graph(document)
    except (ValueError, GraphError) as error:
        raise RefusedError(f"Unable to parse pipeline definition. {error}") from None


def _check_parameters(listed: Any) -> None:
    good = isinstance(listed, list) and all(
        isinstance(one, Mapping) and isinstance(one.get("Name"), str) for one in listed
    )
    if listed is not None and not good:
        raise RefusedError("'Parameters' is no list of objects with a 'Name'.")


def _check_step(step: StepView) -> None:
    if step.kind is None:
        raise RefusedError(f"Step {step.path!r} has the unknown type {step.step_type!r}.")
    if not step.kind.makes_job:
        return
    fields = [step.kind.name_field]
    if step.step_type == "RegisterModel":
        fields.append("ModelPackageGroupName")
    if not knows(step.kind.actions[0]):
        return
    for field in fields:
        value = step.arguments.get(field)
        if value is None or value == "" or isinstance(value, Mapping):
            continue
        if not isinstance(value, str):
            raise RefusedError(
                f"Model Validation failed: {field} of step {step.path!r} is no string."
            )
        rules = input_shape(step.kind.actions[0]).members[field].metadata
        if len(value) > rules.get("max", len(value)):
            raise RefusedError(
                f"Model Validation failed: string '{value}' with length={len(value)} cannot be "
                f"greater than max={float(rules['max'])} defined for {field}."
            )
        if not re.fullmatch(rules.get("pattern", ".*"), value):
            raise RefusedError(
                f"Model Validation failed: string '{value}' does not match pattern="
                f"{rules['pattern']} defined for {field}."
            )


def complete(operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Bring arguments into the form of an operation's request.

    In a definition a number may stand as text (a parameter) or as a stand-in, and what the
    embedded AWS doesn't look at may be missing; the job shall be described all the same.

    Args:
        operation: such as ``CreateTrainingJob``.
        arguments: what the step hands over, expressions worked out.

    Returns:
        The members that the request has, in their types, with the required ones filled in.
    """
    found: dict[str, Any] = _fit(dict(arguments), input_shape(operation), 0)
    return found


def _fit(value: Any, shape: Any, depth: int) -> Any:
    kind = shape.type_name
    if kind == "structure":
        given = value if isinstance(value, Mapping) else {}
        wanted = [*(shape.required_members if depth < _MOST_NESTED else ()), *given]
        return {
            key: _fit(given.get(key), shape.members[key], depth + 1)
            for key in dict.fromkeys(wanted)
            if key in shape.members and not (key in given and given[key] is None)
        }
    if kind == "list":
        least = shape.metadata.get("min", 0) if depth < _MOST_NESTED else 0
        listed = value if isinstance(value, list) else [None] * least
        return [_fit(one, shape.member, depth + 1) for one in listed]
    if kind == "map":
        held = value if isinstance(value, Mapping) else {}
        return {str(key): _fit(one, shape.value, depth + 1) for key, one in held.items()}
    return _scalar(value, shape)


def _scalar(value: Any, shape: Shape) -> Any:
    kind = shape.type_name
    if kind == "string":
        if value is None:
            filling = next(iter(getattr(shape, "enum", ())), "unspecified")
            return filling.ljust(shape.metadata.get("min", 0), "-")
        return value if isinstance(value, str) else str(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind in ("integer", "long", "float", "double"):
        try:
            number = float(value)
            return int(number) if kind in ("integer", "long") else number
        except (TypeError, ValueError, OverflowError):
            return 1
    return value
