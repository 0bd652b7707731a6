"""Read the responses of SageMaker's API that contain a pipeline's definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.definition import load
from .expressions import definition_of_object
from .found import Found, in_s3, text_or_none

_PLACE = "PipelineDefinitionS3Location"
_KEY = "PipelineDefinition"


def is_answer(document: Any) -> bool:
    """Whether a document contains a pipeline's definition in the form of SageMaker's API.

    Example:
        >>> from sm_prefix_ext.targets.answers import is_answer
        >>> is_answer({"PipelineName": "churn", "PipelineDefinition": "{}"})
        True
    """
    return isinstance(document, Mapping) and (
        isinstance(document.get(_KEY), (str, Mapping)) or isinstance(document.get(_PLACE), Mapping)
    )


def read_answer(document: Mapping[str, Any], where: str) -> Found:
    """Read a response of DescribePipeline or DescribePipelineDefinitionForExecution.

    A request of CreatePipeline or UpdatePipeline, as ``--cli-input-json`` takes it, has the same
    fields.

    Args:
        document: the response.
        where: its name in error messages.

    Raises:
        ValueError: if the definition is invalid.
    """
    kind, body = _kind(document), document.get(_KEY)
    name, role = text_or_none(document.get("PipelineName")), text_or_none(document.get("RoleArn"))
    if body is None:
        place = document[_PLACE]
        not_read = in_s3(place.get("Bucket"), place.get("ObjectKey"))
        return Found(kind, not_read=not_read, pipeline_name=name, role_arn=role)
    if isinstance(body, str):
        definition = load(body, f"{where}: {_KEY}")
        return Found(kind, definition, None, name, role, (document, _KEY), body)
    return Found(kind, *definition_of_object(body, f"{where}: {_KEY}"), name, role)


def _kind(document: Mapping[str, Any]) -> str:
    if "PipelineArn" in document:
        return "DescribePipeline answer"
    if "PipelineName" in document:
        return "CreatePipeline request"
    return "DescribePipelineDefinitionForExecution answer"
