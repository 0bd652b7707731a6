"""The property paths of steps, and the types of their values.

The shapes are those of the describe operations, as in both majors of the SDK; this module adds the
properties that steps have beyond them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.utils import get_service_model

from ...core.step_types import KINDS
from ..full_name_resources import FULL_NAME_RESOURCES
from ..request_validation import STRING, has_operation, type_of
from .expressions import parts

_DESCRIBED_BY: Mapping[str, tuple[str, ...]] = {
    "Tuning": (
        "DescribeHyperParameterTuningJob",
        "ListTrainingJobsForHyperParameterTuningJob",
    ),
    **{
        step_type: (resource.describe_operation,)
        for step_type, resource in FULL_NAME_RESOURCES.items()
    },
}
"""The operations whose responses hold a step's properties, where the table has others."""

_BASELINES = ("CalculatedBaselineConstraints", "BaselineUsedForDriftCheckConstraints")
_EMR = ("ClusterId", "ClusterConfig", "ExecutionRoleArn")
_EXTRA_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "ClarifyCheck": _BASELINES,
    "QualityCheck": (
        *_BASELINES,
        "CalculatedBaselineStatistics",
        "BaselineUsedForDriftCheckStatistics",
    ),
    "AutoML": ("BestCandidateProperties",),
    "Condition": ("Outcome",),
    "EMR": _EMR,
    "Lineage": ("ActionArns", "ArtifactArns", "ContextArns", "Associations"),
    "ForEach": (
        "InputItemCount",
        "TotalStepCount",
        "SucceededStepCount",
        "FailedStepCount",
        "StoppedStepCount",
        "Status",
        "IterationOutputs",
        "Selected",
    ),
}
"""Properties of the SDK's step classes beyond the describe operations (2.257.7 and 3.27.0)."""

_SHAPES: Mapping[str, tuple[str, str]] = {
    "EMR": ("emr", "Step"),
    "EMRServerless": ("emr-serverless", "GetJobRunResponse"),
}
"""The service and the shape of steps with the properties of another service."""


def property_type(step: Mapping[str, Any], path: str) -> str | None:
    """The type of the value of a property path.

    Args:
        step: the step, as the definition has it.
        path: the path behind ``Steps.<name>.``.

    Returns:
        A pipeline type such as ``String``, ``""`` for a type that only the run determines, or
        ``None`` for a path without a value.

    Example:
        >>> from sm_prefix_ext.embedded.executions.properties import property_type
        >>> train = {"Name": "Train", "Type": "Training"}
        >>> property_type(train, "ModelArtifacts.S3ModelArtifacts")
        'String'
        >>> property_type(train, "ModelArtifacts.Nope") is None
        True
    """
    if not path:
        return ""
    path_parts = parts(path)
    if path_parts is None:
        return None
    head, *rest = path_parts
    step_type = step["Type"]
    if head == "PropertyFiles":
        files = [file.get("PropertyFileName") for file in _mappings(step.get("PropertyFiles"))]
        return "" if rest and rest[0] in files else None
    if head == "OutputParameters":
        return _output_type(step, rest)
    if head in _EXTRA_PROPERTIES.get(step_type, ()):
        return ""
    if step_type in _SHAPES:
        service, name = _SHAPES[step_type]
        shape = get_service_model(service).shape_for(name)
        return _type_along(shape, path_parts, step.get("Arguments"))
    kind = KINDS[step_type]
    operations = _DESCRIBED_BY.get(step_type) or kind.actions[1:2]
    model = get_service_model("sagemaker")
    for operation in operations:
        if not has_operation(operation):
            return ""
        shape = model.operation_model(operation).output_shape
        if head in shape.members:
            return _type_along(shape.members[head], rest, _argument(step, head))
    return None


def _type_along(shape: Any, path_parts: list[str | int], argument: Any) -> str | None:
    """The type at the end of a path that begins at a shape.

    Args:
        shape: the shape.
        path_parts: the parts of the path.
        argument: the value of the step's argument for the shape, which has the names of items.
    """
    for part in path_parts:
        if shape.type_name == "structure" and part in shape.members:
            shape = shape.members[part]
        elif shape.type_name == "list":
            if isinstance(part, str) and not _may_have(argument, part):
                return None
            shape = shape.member
        elif shape.type_name == "map" and isinstance(part, str):
            shape = shape.value
        else:
            return None
        argument = argument.get(part) if isinstance(argument, Mapping) else None
    return type_of(shape)


def _argument(step: Mapping[str, Any], head: str | int) -> Any:
    arguments = step.get("Arguments")
    return arguments.get(head) if isinstance(arguments, Mapping) else None


def _may_have(argument: Any, name: str) -> bool:
    """Whether a list may have an item of a name; an expression may resolve to any name."""
    if not isinstance(argument, list) or len(_mappings(argument)) < len(argument):
        return True
    names = [value for item in argument for key, value in item.items() if key.endswith("Name")]
    return name in names or not all(isinstance(value, str) for value in names)


def _mappings(values: Any) -> list[Mapping[str, Any]]:
    return [value for value in values or [] if isinstance(value, Mapping)]


def _output_type(step: Mapping[str, Any], rest: list[str | int]) -> str | None:
    """The type of a declared output of a Lambda or Callback step."""
    for output in _mappings(step.get("OutputParameters")):
        if rest == [output.get("OutputName")]:
            return str(output.get("OutputType") or STRING)
    return None
