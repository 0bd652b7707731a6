"""Recognise documents with a SageMaker pipeline in a form that the package does not read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..core.definition import values
from ..core.step_types import KINDS
from . import cloudformation, terraform

_VERSION = "2020-12-01"


def has_unread_pipeline(document: Any) -> bool:
    """Whether a pipeline with its definition, or a definition, stands anywhere in a document.

    A schema, a list of resource types and the other files that the CDK writes contain none.

    Args:
        document: a document in which no reader found a pipeline.

    Example:
        >>> from sm_prefix_ext.targets.unread import has_unread_pipeline
        >>> train = {"Type": "AWS::SageMaker::Pipeline", "Properties": {"PipelineDefinition": {}}}
        >>> has_unread_pipeline({"Template": {"Train": train}})
        True
        >>> has_unread_pipeline({"Type": "AWS::SageMaker::Pipeline"})
        False
        >>> has_unread_pipeline([{"Version": "2020-12-01", "Steps": []}])
        True
    """
    if terraform.kind_of(document) is not None:  # read as a whole; a deleted pipeline stays in it
        return False
    if _is_construct_tree(document):
        return False
    return any(map(_is_pipeline, values(document)))


def _is_construct_tree(document: Any) -> bool:
    """Whether it is the CDK's tree.json, which repeats what the templates have."""
    return isinstance(document, Mapping) and str(document.get("version")).startswith("tree-")


def _is_pipeline(value: Any) -> bool:
    if isinstance(value, str):
        return '"Steps"' in value and _is_definition_text(value)
    return isinstance(value, Mapping) and (
        _of_cloudformation(value)
        or _of_terraform(value)
        or _is_definition(value)
        or _is_request_with_s3(value)
    )


def _is_definition(value: Mapping[str, Any]) -> bool:
    """Whether an object is a definition; other services have steps too."""
    steps = value.get("Steps")
    return isinstance(steps, list) and (
        value.get("Version") == _VERSION
        or any(
            isinstance(step, Mapping) and "Arguments" in step and str(step.get("Type")) in KINDS
            for step in steps
        )
    )


def _is_definition_text(text: str) -> bool:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, Mapping) and _is_definition(document)


def _is_request_with_s3(value: Mapping[str, Any]) -> bool:
    return "PipelineName" in value and isinstance(
        value.get("PipelineDefinitionS3Location"), Mapping
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
