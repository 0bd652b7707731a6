"""Find the pipelines of a CloudFormation or SAM template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..core.definition import values as values_in
from .expressions import definition_of_object, definition_of_parts, json_of_parts, quoted
from .found import Found, in_s3, text_or_none
from .intrinsics import Resolver, has_intrinsic, is_intrinsic, joined
from .marks import Marks

KIND = "CloudFormation template"
RESOURCE_TYPE = "AWS::SageMaker::Pipeline"

_LOOP = "Fn::ForEach::"


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
    """The resources that are pipelines, and the loops that make some, by logical ID.

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
        resolver: of the template.
        resource: one of :func:`resources_of`.
        where: what to call it in an error.
        marks: gets the positions.

    Raises:
        ValueError: for a definition that is none.
    """
    if not _is_pipeline(resource):
        return Found(KIND, not_read="Fn::ForEach makes it; write it out to have it checked")
    properties = resolver.chosen(resource.get("Properties"))
    if not isinstance(properties, Mapping):
        return Found(KIND, not_read="it has no properties")
    name = text_or_none(resolver.resolve(properties.get("PipelineName")))
    role = text_or_none(resolver.resolve(properties.get("RoleArn")))
    holder = resolver.chosen(properties.get("PipelineDefinition"))
    return replace(_found(resolver, holder, where, marks), pipeline_name=name, role_arn=role)


def _found(resolver: Resolver, holder: Any, where: str, marks: Marks | None) -> Found:
    key = "PipelineDefinitionBody"
    if not isinstance(holder, Mapping) or holder == {"Ref": "AWS::NoValue"}:
        return Found(KIND, not_read="it has no PipelineDefinition")
    if is_intrinsic(holder):
        why = f"its definition is known only after deployment, from {quoted(holder)}"
        return Found(KIND, not_read=why)
    if key not in holder:
        return Found(KIND, not_read=_location(resolver, holder))
    body = resolver.chosen(holder[key])
    if is_intrinsic(body) and "Fn::ToJsonString" in body:
        body = body["Fn::ToJsonString"]
    where = f"{where}: {key}"
    if isinstance(body, (Mapping, list)) and not is_intrinsic(body):
        document = resolver.resolve(body)
        return Found(KIND, *definition_of_object(document, where, is_intrinsic, marks=marks))
    parts = resolver.parts(body)
    definition, not_read = definition_of_parts(parts, joined, where)
    text = json_of_parts(parts) if marks else None
    return Found(KIND, definition, not_read, property=(holder, key), text=text)


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
