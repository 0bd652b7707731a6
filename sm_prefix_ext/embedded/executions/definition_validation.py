"""A definition as CreatePipeline judges it: refused with the reason, or taken with its graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ...core.definition import NESTED, StepView, load, steps
from ...core.job_names import RESERVED
from ...core.step_types import Kind
from ..full_name_resources import FULL_NAME_RESOURCES
from ..request_validation import STRING, faults, input_shape, knows
from .caching import Caching
from .dag import GraphError, Node, build_graph
from .expressions import paths, step_path
from .properties import property_type
from .retries import retry_policies
from .variables import DEFINITION_PARAMETER, VARIABLES, parameter_refusal

_STEP_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")
"""As AWS's JSON schema of pipeline definitions has it."""
_PATTERN_OF_PARAMETERS = re.compile(r"[A-Za-z0-9\-_]{1,256}")
_IN_LOOP = f"/{NESTED['ForEachBody']}/"
"""Part of the path of each step in a ForEach body."""


class RefusedError(ValueError):
    """What the service answers to a definition that can't hold, in its words."""


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
        views = list(steps(document))
        for view in views:
            _check_step(view)
        nodes = build_graph(document)
        _check_references(document, views)
        return document, nodes
    except (ValueError, GraphError) as error:
        raise RefusedError(f"Unable to parse pipeline definition. {error}") from None


def operation_of(step_type: str, kind: Kind) -> str | None:
    """The operation whose request a step's arguments are; ``None`` where there is none."""
    if kind.makes_job:
        return kind.actions[0]
    resource = FULL_NAME_RESOURCES.get(step_type)
    return None if resource is None else resource.create_operation


def _check_parameters(listed: Any) -> None:
    good = isinstance(listed, list) and all(
        isinstance(one, Mapping) and isinstance(one.get("Name"), str) for one in listed
    )
    if listed is None:
        return
    if not good:
        raise RefusedError("'Parameters' is no list of objects with a 'Name'.")
    seen: set[str] = set()
    for one in listed:
        name = one["Name"]
        if not _PATTERN_OF_PARAMETERS.fullmatch(name):
            raise RefusedError(
                f"Model Validation failed: string '{name}' does not match pattern="
                f"{_PATTERN_OF_PARAMETERS.pattern} defined for the name of a parameter."
            )
        if name in seen:
            raise RefusedError(f"Parameter names must be unique; {name!r} is there more than once.")
        seen.add(name)
        why = parameter_refusal(one)
        if why is not None:
            raise RefusedError(why)


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
        for one in view.step.get(key) or []:
            if not isinstance(one, Mapping) or not isinstance(one.get(inner), str):
                raise RefusedError(f"{key} of step {view.path!r} has {one!r}; wanted an {inner!r}.")
    Caching.of(view.step)
    retry_policies(view.step)
    if view.kind.makes_job:
        _check_prefix(view, view.kind)


def _check_prefix(view: StepView, kind: Kind) -> None:
    """The service's own limits for what stands where a job's name does."""
    prefix = view.job_name
    if not isinstance(prefix, str):
        return
    if prefix == RESERVED or prefix.startswith(f"{RESERVED}-"):
        raise RefusedError(
            f"Model Validation failed: the prefix '{prefix}' of step {view.path!r} is reserved."
        )
    rules = input_shape(kind.actions[0]).members[kind.name_field].metadata
    if kind.prefix_limit < len(prefix) <= rules.get("max", kind.prefix_limit):
        raise RefusedError(
            f"Model Validation failed: string '{prefix}' with length={len(prefix)} cannot be "
            f"greater than max={float(kind.prefix_limit)} defined for the prefix in "
            f"{kind.name_field}."
        )


def _check_references(document: Mapping[str, Any], views: list[StepView]) -> None:
    declared = {one["Name"]: one for one in document.get("Parameters") or []}
    by_name = {view.name: view.step for view in views}
    in_loops = {view.path for view in views if _IN_LOOP in view.path}
    type_of = partial(_type_of_path, declared=declared, by_name=by_name)
    for path in paths(document.get("PipelineExperimentConfig")):
        type_of(path, in_loop=False)
    for view in views:
        in_loop = view.path in in_loops
        own = {key: value for key, value in view.step.items() if key != "Arguments"}
        arguments = {key: value for key, value in view.arguments.items() if key not in NESTED}
        for path in paths([own, arguments]):
            type_of(path, in_loop=in_loop)
        _check_arguments(view, partial(_worked, type_of=partial(type_of, in_loop=in_loop)))


def _check_arguments(view: StepView, worked: Any) -> None:
    assert view.kind is not None
    operation = operation_of(view.step_type, view.kind)
    if operation is None or not knows(operation):
        return
    shape = input_shape(operation)
    # An empty name in the definition is the service's own way of having none.
    given = {
        key: value
        for key, value in view.arguments.items()
        if not (key == view.kind.name_field and value in ("", None))
    }
    for fault in faults(given, shape, worked=worked, whole=False):
        raise RefusedError(fault.in_definition)


def _worked(value: Any, type_of: Any) -> str | None:
    """The type of an expression in a step's arguments; ``None`` for what is none."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    [(key, inside)] = value.items()
    if key == "Get" and isinstance(inside, str):
        return str(type_of(inside))
    if key == "Std:Join":
        return STRING
    return "" if key == "Std:JsonGet" else None


def _type_of_path(
    path: str, *, declared: Mapping[str, Any], by_name: Mapping[str, Any], in_loop: bool
) -> str:
    """The type of what a ``Get`` path leads to.

    Raises:
        RefusedError: for a path that leads nowhere.
    """
    found = step_path(path)
    if found is not None:
        name, rest = found
        if name not in by_name:
            raise RefusedError(f"{_cannot(path)}: no step is named so.")
        kind = property_type(by_name[name], rest)
        if kind is None:
            step_type = by_name[name]["Type"]
            raise RefusedError(f"{_cannot(path)}: a step of type {step_type} has no such property.")
        return kind
    space, _, name = path.partition(".")
    if space == "Parameters":
        if name not in declared:
            raise RefusedError(f"{_cannot(path)}: the definition declares no such parameter.")
        return str(declared[name].get("Type") or DEFINITION_PARAMETER)
    if space == "Execution":
        if name not in VARIABLES:
            raise RefusedError(f"{_cannot(path)}: wanted one of {', '.join(VARIABLES)}.")
        return VARIABLES[name]
    if path.split(".")[:2] == ["ForEach", "CurrentItem"] or path.startswith("ForEach.CurrentItem["):
        if in_loop:
            return ""
        raise RefusedError(f"{_cannot(path)}: it stands outside the body of a ForEach step.")
    raise RefusedError(f"{_cannot(path)}: wanted Parameters, Steps, Execution or ForEach in front.")


def _cannot(path: str) -> str:
    return f"Cannot resolve property reference [{path}]"


def all_nodes(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node, those in the bodies of loops included."""
    for node in nodes:
        yield node
        yield from node.body
