"""What the property paths of a step can lead to: ``ModelArtifacts``, never ``Nope``.

The shapes are those of the describe operations, as both majors of the SDK have them; what a step
has beyond them is named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.utils import get_service_model

from ...core.step_types import KINDS
from ..full_name_resources import FULL_NAME_RESOURCES
from ..request_validation import STRING, has_operation, type_of
from .expressions import parts

_SHOWN_BY: Mapping[str, tuple[str, ...]] = {
    "Tuning": (
        "DescribeHyperParameterTuningJob",
        "ListTrainingJobsForHyperParameterTuningJob",
    ),
    **{
        step_type: (resource.describe_operation,)
        for step_type, resource in FULL_NAME_RESOURCES.items()
    },
}
"""The operations whose answers a step's properties are, beyond those of the table of step types."""

_BASELINES = ("CalculatedBaselineConstraints", "BaselineUsedForDriftCheckConstraints")
_EMR = ("ClusterId", "ClusterConfig", "ExecutionRoleArn")
_ADDED: Mapping[str, tuple[str, ...]] = {
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
"""What the SDK's step classes offer beyond the describe operations (2.257.7 and 3.27.0)."""

_SHAPES: Mapping[str, tuple[str, str]] = {
    "EMR": ("emr", "Step"),
    "EMRServerless": ("emr-serverless", "GetJobRunResponse"),
}
"""The service and the shape of the steps whose properties are another service's."""


def property_type(step: Mapping[str, Any], path: str) -> str | None:
    """The type of what a property path of a step leads to.

    Args:
        step: the step, as the definition has it.
        path: what follows ``Steps.<name>.``.

    Returns:
        A pipeline type such as ``String``, ``""`` where only the run tells, or ``None`` for a path
        that leads nowhere.

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
    way = parts(path)
    if way is None:
        return None
    head, *rest = way
    step_type = step["Type"]
    if head == "PropertyFiles":
        files = _named(step.get("PropertyFiles"), "PropertyFileName")
        return "" if rest and rest[0] in files else None
    if head == "OutputParameters":
        return _output_type(step, rest)
    if head in _ADDED.get(step_type, ()):
        return ""
    if step_type in _SHAPES:
        service, name = _SHAPES[step_type]
        shape = get_service_model(service).shape_for(name)
        return _along(shape, way, step.get("Arguments"))
    kind = KINDS[step_type]
    shown_by = _SHOWN_BY.get(step_type) or kind.actions[1:2]
    model = get_service_model("sagemaker")
    for operation in shown_by:
        if not has_operation(operation):
            return ""
        shape = model.operation_model(operation).output_shape
        if head in shape.members:
            return _along(shape.members[head], rest, _written(step, head))
    return None


def _along(shape: Any, way: list[str | int], written: Any) -> str | None:
    """Follow the rest of a path from a shape, beside what the step's arguments have there."""
    for part in way:
        if shape.type_name == "structure" and part in shape.members:
            shape = shape.members[part]
        elif shape.type_name == "list":
            if isinstance(part, str) and not _may_have(written, part):
                return None
            shape = shape.member
        elif shape.type_name == "map" and isinstance(part, str):
            shape = shape.value
        else:
            return None
        written = written.get(part) if isinstance(written, Mapping) else None
    return type_of(shape)


def _written(step: Mapping[str, Any], head: str | int) -> Any:
    arguments = step.get("Arguments")
    return arguments.get(head) if isinstance(arguments, Mapping) else None


def _may_have(written: Any, name: str) -> bool:
    """Whether a list may have an item of a name; what only the run decides could be any."""
    if not isinstance(written, list) or not all(isinstance(one, Mapping) for one in written):
        return True
    names = [value for one in written for key, value in one.items() if key.endswith("Name")]
    return name in names or not all(isinstance(one, str) for one in names)


def _named(listed: Any, key: str) -> list[Any]:
    return [one.get(key) for one in listed or [] if isinstance(one, Mapping)]


def _output_type(step: Mapping[str, Any], rest: list[str | int]) -> str | None:
    """The type of an output that a Lambda or a Callback step declares."""
    for one in step.get("OutputParameters") or []:
        if isinstance(one, Mapping) and rest == [one.get("OutputName")]:
            return str(one.get("OutputType") or STRING)
    return None
