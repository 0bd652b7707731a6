"""Validate definitions as CreatePipeline does, with the service's own messages where known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from ...core.definition import NESTED, StepView, load, steps
from ...core.job_names import RESERVED
from ...core.references import paths, step_path
from ...core.step_types import Kind
from ..full_name_resources import FULL_NAME_RESOURCES
from ..request_validation import STRING, ExpressionType, has_operation, input_shape, violations
from .caching import Caching
from .dag import GraphError, Node, build_graph
from .properties import property_type
from .retries import retry_policies
from .variables import DEFINITION_PARAMETER, VARIABLES, parameter_error

_STEP_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")
"""The pattern in AWS's JSON schema of pipeline definitions."""
_PARAMETER_NAME = re.compile(r"[A-Za-z0-9\-_]{1,256}")
_IN_LOOP = f"/{NESTED['ForEachBody']}/"
"""Part of the path of each step in a ForEach body."""


class RefusedError(ValueError):
    """The service's error for an invalid definition."""


def check_definition(text: str) -> tuple[dict[str, Any], tuple[Node, ...]]:
    """Read a definition as CreatePipeline does.

    Args:
        text: its JSON.

    Returns:
        The document, and its steps in the order in which they run.

    Raises:
        RefusedError: for an invalid definition.
    """
    try:
        document = load(text)
        _check_parameters(document.get("Parameters"))
        views = list(steps(document))
        for view in views:
            _check_step(view)
        nodes = build_graph(document)
        _check_references(document, views)
        return document, nodes
    except (ValueError, GraphError) as error:
        raise RefusedError(f"Unable to parse pipeline definition. {error}") from None


def operation_of(step_type: str, kind: Kind) -> str | None:
    """The operation that takes a step's arguments as its request, or ``None``."""
    if kind.makes_job:
        return kind.actions[0]
    resource = FULL_NAME_RESOURCES.get(step_type)
    return None if resource is None else resource.create_operation


def _check_parameters(parameters: Any) -> None:
    if parameters is None:
        return
    if not isinstance(parameters, list) or not all(
        isinstance(parameter, Mapping) and isinstance(parameter.get("Name"), str)
        for parameter in parameters
    ):
        raise RefusedError("'Parameters' must be a list of objects with a 'Name'.")
    seen: set[str] = set()
    for parameter in parameters:
        name = parameter["Name"]
        if not _PARAMETER_NAME.fullmatch(name):
            raise RefusedError(
                f"Model Validation failed: string '{name}' does not match pattern="
                f"{_PARAMETER_NAME.pattern} defined for the name of a parameter."
            )
        if name in seen:
            raise RefusedError(f"Parameter names must be unique; {name!r} occurs more than once.")
        seen.add(name)
        error = parameter_error(parameter)
        if error is not None:
            raise RefusedError(error)


def _check_step(view: StepView) -> None:
    if view.kind is None:
        raise RefusedError(f"Step {view.path!r} has the unknown type {view.step_type!r}.")
    if not _STEP_NAME.fullmatch(view.name):
        raise RefusedError(
            f"Model Validation failed: string '{view.name}' does not match pattern="
            f"{_STEP_NAME.pattern} defined for StepName."
        )
    for key in ("DependsOn", "OutputParameters", "PropertyFiles"):
        if not isinstance(view.step.get(key) or [], list):
            raise RefusedError("Expecting start of Json Array.")
    for key, inner in (("OutputParameters", "OutputName"), ("PropertyFiles", "PropertyFileName")):
        for entry in view.step.get(key) or []:
            if not isinstance(entry, Mapping) or not isinstance(entry.get(inner), str):
                raise RefusedError(
                    f"{key} of step {view.path!r} has {entry!r}; wanted an object with {inner!r}."
                )
    Caching.of(view.step)
    retry_policies(view.step)
    if view.kind.makes_job:
        _check_prefix(view, view.kind)


def _check_prefix(view: StepView, kind: Kind) -> None:
    """Check the prefix of a job's name against the service's limits."""
    prefix = view.job_name
    if not isinstance(prefix, str):
        return
    if prefix == RESERVED or prefix.startswith(f"{RESERVED}-"):
        raise RefusedError(
            f"Model Validation failed: the prefix '{prefix}' of step {view.path!r} is reserved."
        )
    constraints = input_shape(kind.actions[0]).members[kind.name_field].metadata
    if kind.prefix_limit < len(prefix) <= constraints.get("max", kind.prefix_limit):
        raise RefusedError(
            f"Model Validation failed: string '{prefix}' with length={len(prefix)} cannot be "
            f"greater than max={float(kind.prefix_limit)} defined for the prefix in "
            f"{kind.name_field}."
        )


def _check_references(document: Mapping[str, Any], views: list[StepView]) -> None:
    declared = {parameter["Name"]: parameter for parameter in document.get("Parameters") or []}
    by_name = {view.name: view.step for view in views}
    in_loops = {view.path for view in views if _IN_LOOP in view.path}
    type_of = partial(_type_of_path, declared=declared, by_name=by_name)
    for path in paths(document.get("PipelineExperimentConfig")):
        type_of(path, in_loop=False)
    for view in views:
        in_loop = view.path in in_loops
        attributes = {key: value for key, value in view.step.items() if key != "Arguments"}
        arguments = {key: value for key, value in view.arguments.items() if key not in NESTED}
        for path in paths([attributes, arguments]):
            type_of(path, in_loop=in_loop)
        _check_arguments(view, partial(_expression_type, type_of=partial(type_of, in_loop=in_loop)))


def _check_arguments(view: StepView, expression_type: ExpressionType) -> None:
    assert view.kind is not None
    operation = operation_of(view.step_type, view.kind)
    if operation is None or not has_operation(operation):
        return
    shape = input_shape(operation)
    # The service treats an empty name as a missing one.
    arguments = {
        key: value
        for key, value in view.arguments.items()
        if not (key == view.kind.name_field and value in ("", None))
    }
    for violation in violations(
        arguments, shape, expression_type=expression_type, check_required=False
    ):
        raise RefusedError(violation.in_definition)


def _expression_type(value: Any, type_of: Callable[[str], str]) -> str | None:
    """The type of an expression in a step's arguments; ``None`` for a literal value."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    [(key, inside)] = value.items()
    if key == "Get" and isinstance(inside, str):
        return type_of(inside)
    if key == "Std:Join":
        return STRING
    return "" if key == "Std:JsonGet" else None


def _type_of_path(
    path: str, *, declared: Mapping[str, Any], by_name: Mapping[str, Any], in_loop: bool
) -> str:
    """The type of the value of a ``Get`` path.

    Raises:
        RefusedError: for a path without a value.
    """
    reference = step_path(path)
    if reference is not None:
        name, rest = reference
        if name not in by_name:
            raise RefusedError(f"{_cannot_resolve(path)}: there is no step of that name.")
        value_type = property_type(by_name[name], rest)
        if value_type is None:
            step_type = by_name[name]["Type"]
            raise RefusedError(
                f"{_cannot_resolve(path)}: a step of type {step_type} has no such property."
            )
        return value_type
    space, _, name = path.partition(".")
    if space == "Parameters":
        if name not in declared:
            raise RefusedError(
                f"{_cannot_resolve(path)}: the definition declares no such parameter."
            )
        return str(declared[name].get("Type") or DEFINITION_PARAMETER)
    if space == "Execution":
        if name not in VARIABLES:
            raise RefusedError(f"{_cannot_resolve(path)}: wanted one of {', '.join(VARIABLES)}.")
        return VARIABLES[name]
    if path.split(".")[:2] == ["ForEach", "CurrentItem"] or path.startswith("ForEach.CurrentItem["):
        if in_loop:
            return ""
        raise RefusedError(
            f"{_cannot_resolve(path)}: the reference is outside the body of a ForEach step."
        )
    raise RefusedError(
        f"{_cannot_resolve(path)}: wanted Parameters, Steps, Execution or ForEach as its first "
        "part."
    )


def _cannot_resolve(path: str) -> str:
    return f"Cannot resolve property reference [{path}]"


def all_nodes(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node, including those in the bodies of ForEach steps."""
    for node in nodes:
        yield node
        yield from node.body
