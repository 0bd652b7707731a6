"""What a direct call to SageMaker asks of IAM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..arns import Arn, Home
from ..definition import StepView, role_slots
from ..iam.facts import facts_of
from ..iam.requests import Request, passing
from ..kinds import JOB_KINDS, Kind

_RESOURCES = {
    **{kind.name_field: kind.arn_resource for kind in JOB_KINDS},
    "PipelineName": "pipeline",
    "ModelPackageGroupName": "model-package-group",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "InferenceComponentName": "inference-component",
    "ExperimentName": "experiment",
    "TrialName": "experiment-trial",
    "TrialComponentName": "experiment-trial-component",
}
_KINDS: Mapping[str, Kind] = {kind.actions[0]: kind for kind in reversed(JOB_KINDS)}
_IN_FULL = ("PipelineExecutionArn", "ResourceArn")


def direct_requests(operation: str, params: Mapping[str, Any], home: Home) -> Iterator[Request]:
    """The requests that IAM is asked for one call of SageMaker's API.

    Args:
        operation: such as ``CreateTrainingJob``.
        params: its parameters.
        home: where it is called.
    """
    kind = _KINDS.get(operation.removesuffix("V2"))
    resource = _resource(operation, params, home)
    view = StepView("", "", "", dict(params), kind)
    facts = facts_of(view, home, None)
    create = kind.actions[0] if kind else operation
    yield Request("", f"sagemaker:{operation}", resource, facts.of(create, f"sagemaker:{create}"))
    if params.get("Tags") and operation.startswith("Create"):
        yield Request("", "sagemaker:AddTags", resource, facts.of(create, "sagemaker:AddTags"))
    fields = kind.role_fields if kind else ("RoleArn", "ExecutionRoleArn")
    roles = (
        holder[key]
        for path in fields
        for holder, key in role_slots(view.arguments, path)
        if holder.get(key)
    )
    for role in dict.fromkeys(roles):
        yield passing("", role, home)


def _resource(operation: str, params: Mapping[str, Any], home: Home) -> str:
    """The ARN that a call is about; ``*`` for one that is about none."""
    for key in _IN_FULL:
        if params.get(key):
            return str(params[key])
    noun = re.sub(r"^[A-Z][a-z]+", "", operation).removesuffix("V2")
    fields = (f"{noun}Name", "PipelineName", "ModelPackageGroupName")
    field = next((one for one in fields if one in _RESOURCES and params.get(one)), None)
    if field is None:
        return "*"
    name = str(params[field])
    if name.startswith("arn:"):
        return str(Arn.parse(name))
    if field == "JobName":
        name = f"{params.get('JobCategory', '*')}/{name}"
    if operation == "CreateModelPackage" and field == "ModelPackageGroupName":
        return home.arn("sagemaker", f"model-package/{name}/*")
    return home.arn("sagemaker", f"{_RESOURCES[field]}/{name}")
