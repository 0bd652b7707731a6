"""Find the pipelines of a CloudFormation or SAM template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.definition import values as values_in
from ..core.text import shown
from .expressions import definition_of_object, definition_of_parts, json_of_parts, quoted
from .found import Found, in_s3, text_or_none
from .intrinsics import Resolver, has_intrinsic, is_intrinsic, joined
from .marks import Marks
from .readable_steps import different

KIND = "CloudFormation template"
RESOURCE_TYPE = "AWS::SageMaker::Pipeline"

MOST_DEFINITIONS = 16
"""Among how many definitions of a pipeline open conditions may choose."""

_BODY = "PipelineDefinitionBody"
_LOOP = "Fn::ForEach::"
_NO_VALUE = {"Ref": "AWS::NoValue"}

_Truths = dict[str, bool]


def is_template(document: Any) -> bool:
    """Whether a document is a CloudFormation template.

    Example:
        >>> from sm_prefix_ext.targets.cloudformation import is_template
        >>> is_template({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}})
        True
    """
    resources = document.get("Resources") if isinstance(document, Mapping) else None
    return isinstance(resources, Mapping) and any(
        str(logical_id).startswith(_LOOP)
        or (isinstance(resource, Mapping) and isinstance(resource.get("Type"), str))
        for logical_id, resource in resources.items()
    )


def resources_of(template: Mapping[str, Any]) -> dict[str, Any]:
    """The resources that are pipelines, and the loops that create pipelines, by logical ID.

    Example:
        >>> from sm_prefix_ext.targets.cloudformation import resources_of
        >>> list(resources_of({"Resources": {"Train": {"Type": "AWS::SageMaker::Pipeline"}}}))
        ['Train']
    """
    return {
        str(logical_id): resource
        for logical_id, resource in template["Resources"].items()
        if _is_pipeline(resource)
        or (str(logical_id).startswith(_LOOP) and _holds_pipeline(resource))
    }


def read_resource(
    resolver: Resolver, resource: Any, where: str, marks: Marks | None = None
) -> Found:
    """Read one pipeline of a template.

    Args:
        resolver: the template's resolver.
        resource: a value of :func:`resources_of`.
        where: its name in error messages.
        marks: records the positions.

    Raises:
        ValueError: if the definition is invalid.
    """
    found = _read(resolver, resource, where, marks)
    parameters = tuple(map(str, resolver.parameters))
    return found._replace(parameters=parameters, resource=resource)


def _read(resolver: Resolver, resource: Any, where: str, marks: Marks | None) -> Found:
    if not _is_pipeline(resource):
        return Found(KIND, not_read="Fn::ForEach creates it; write it out to have it checked")
    properties = resolver.chosen(resource.get("Properties"))
    if is_intrinsic(properties):
        why = f"its properties are known only after deployment, from {quoted(properties)}"
        return Found(KIND, not_read=why)
    if not isinstance(properties, Mapping):
        return Found(KIND, not_read="it has no properties")
    name = text_or_none(resolver.resolve(properties.get("PipelineName")))
    role = text_or_none(resolver.resolve(properties.get("RoleArn")))
    definition = properties.get("PipelineDefinition")
    branches: list[tuple[_Truths, Found]] = []
    for truths in _alternatives(resolver, definition):
        with resolver.assuming(truths):
            branches.append((truths, _found(resolver, definition, where, marks)))
    return _of_branches(branches)._replace(pipeline_name=name, role_arn=role)


def _alternatives(resolver: Resolver, definition: Any) -> list[_Truths]:
    """What the open conditions that choose a definition can be; of too many, none is assumed."""
    alternatives: list[_Truths] = []
    left: list[_Truths] = [{}]
    while left:
        truths = left.pop()
        with resolver.assuming(truths):
            name = _open_condition(resolver, definition)
        if name is None:
            alternatives.append(truths)
        else:
            left += [{**truths, name: False}, {**truths, name: True}]
        if len(alternatives) + len(left) > MOST_DEFINITIONS:
            return [{}]
    return alternatives


def _open_condition(resolver: Resolver, definition: Any) -> str | None:
    """An open condition that chooses a definition, its body, or a piece of its JSON."""
    holder = resolver.chosen(definition)
    body = _body(resolver, holder) if isinstance(holder, Mapping) else None
    for value in (holder, body):
        name = resolver.open_condition(value)
        if name is not None:
            return name
    if not is_intrinsic(body):
        return None
    pieces = (value for value in values_in(body) if _gives_json(resolver, value))
    return next(filter(None, map(resolver.open_condition, pieces)), None)


def _gives_json(resolver: Resolver, value: Any) -> bool:
    """Whether ``Fn::If`` gives a piece of JSON in a text, and not what stands within quotes."""
    if resolver.open_condition(value) is None:
        return False
    parts = [part for branch in value["Fn::If"][1:] for part in resolver.parts(branch)]
    return any(isinstance(part, str) and '"' in part for part in parts)


def _of_branches(branches: list[tuple[_Truths, Found]]) -> Found:
    """One pipeline with the steps of all its definitions, each of them once."""
    found = [branch for _, branch in branches]
    if len(found) == 1:
        return found[0]
    reasons: dict[str, _Truths] = {}
    for truths, branch in branches:
        if branch.not_read is not None:
            reasons.setdefault(branch.not_read, truths)
    unread = tuple(f"{_where(reasons[reason])}, {reason}" for reason in reasons)
    definitions = [branch.definition for branch in found if branch.definition is not None]
    if not definitions:
        return Found(KIND, not_read="; ".join(reasons if len(reasons) == 1 else unread))
    steps = different(step for definition in definitions for step in definition["Steps"])
    return Found(
        KIND,
        {**definitions[0], "Steps": steps},
        branches=tuple(found),
        conditions=tuple(sorted({name for truths, _ in branches for name in truths})),
        unread_branches=unread,
    )


def _where(truths: _Truths) -> str:
    return "where " + " and ".join(
        f"{shown(name)} is {str(truth).lower()}" for name, truth in truths.items()
    )


def _body(resolver: Resolver, holder: Mapping[str, Any]) -> Any:
    body = resolver.chosen(holder.get(_BODY, _NO_VALUE))
    if is_intrinsic(body) and "Fn::ToJsonString" in body:
        return resolver.chosen(body["Fn::ToJsonString"])
    return body


def _found(resolver: Resolver, definition: Any, where: str, marks: Marks | None) -> Found:
    holder = resolver.chosen(definition)
    if not isinstance(holder, Mapping) or holder == _NO_VALUE:
        return Found(KIND, not_read="it has no PipelineDefinition")
    if is_intrinsic(holder):
        why = f"its definition is known only after deployment, from {quoted(holder)}"
        return Found(KIND, not_read=why)
    body = _body(resolver, holder)
    if body == _NO_VALUE:
        return Found(KIND, not_read=_location(resolver, holder))
    where = f"{where}: {_BODY}"
    if isinstance(body, (Mapping, list)) and not is_intrinsic(body):
        document = resolver.resolve(body)
        return Found(KIND, *definition_of_object(document, where, is_intrinsic, marks=marks))
    parts = resolver.parts(body)
    definition, not_read = definition_of_parts(parts, joined, where)
    text = json_of_parts(parts) if marks else None
    return Found(KIND, definition, not_read, property=(holder, _BODY), text=text)


def _location(resolver: Resolver, holder: Mapping[str, Any]) -> str:
    place = resolver.resolve(holder.get("PipelineDefinitionS3Location"))
    if not isinstance(place, Mapping):
        return "it has no PipelineDefinitionBody"
    if is_intrinsic(place) or has_intrinsic([place.get("Bucket"), place.get("Key")]):
        return in_s3(None, None)
    return in_s3(place.get("Bucket"), place.get("Key"))


def _is_pipeline(resource: Any) -> bool:
    return isinstance(resource, Mapping) and resource.get("Type") == RESOURCE_TYPE


def _holds_pipeline(value: Any) -> bool:
    return any(map(_is_pipeline, values_in(value)))
