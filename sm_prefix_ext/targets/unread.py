"""Tell a document that has a SageMaker pipeline in a form that is not read from all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.definition import values
from . import cloudformation, terraform


def has_unread_pipeline(document: Any) -> bool:
    """Whether a resource that is a pipeline, with its definition, stands anywhere in a document.

    A schema, a list of resource types and what the CDK writes beside its templates have none.

    Args:
        document: one in which no pipeline was found.

    Example:
        >>> from sm_prefix_ext.targets.unread import has_unread_pipeline
        >>> train = {"Type": "AWS::SageMaker::Pipeline", "Properties": {"PipelineDefinition": {}}}
        >>> has_unread_pipeline({"Template": {"Train": train}})
        True
        >>> has_unread_pipeline({"Type": "AWS::SageMaker::Pipeline"})
        False
    """
    if terraform.kind_of(document) is not None:  # it is read whole; one that is deleted stays in it
        return False
    return any(
        isinstance(value, Mapping) and (_of_cloudformation(value) or _of_terraform(value))
        for value in values(document)
    )


def _of_cloudformation(value: Mapping[str, Any]) -> bool:
    properties = value.get("Properties")
    return (
        value.get("Type") == cloudformation.RESOURCE_TYPE
        and isinstance(properties, Mapping)
        and "PipelineDefinition" in properties
    )


def _of_terraform(value: Mapping[str, Any]) -> bool:
    if value.get("type") in terraform.RESOURCE_TYPES:
        return _is_body(value.get("values")) or _is_body(value.get("attributes"))
    return any(
        _is_body(body)
        for key in terraform.RESOURCE_TYPES
        if isinstance(value.get(key), Mapping)
        for body in value[key].values()
    )


def _is_body(value: Any) -> bool:
    return isinstance(value, Mapping) and "pipeline_definition" in value
