"""What a direct call to SageMaker asks of IAM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...core.arns import Arn, Home
from ...core.definition import StepView, role_slots
from ...core.step_types import JOB_KINDS, KINDS, KINDS_BY_OPERATION
from ...iam.request_context import Facts, facts_of
from ...iam.required_permissions import Request, passing
from ..full_name_resources import FULL_NAME_RESOURCES, hyphenated

_RESOURCES = {
    **{kind.name_field: kind.arn_resource for kind in JOB_KINDS},
    "PipelineName": "pipeline",
    "ModelPackageGroupName": "model-package-group",
    **{resource.name_field: resource.arn_resource for resource in FULL_NAME_RESOURCES.values()},
    "ExperimentName": "experiment",
    "TrialName": "experiment-trial",
    "TrialComponentName": "experiment-trial-component",
    "EdgeDeploymentPlanName": "edge-deployment",
    "FeatureGroupName": "feature-group",
    "MonitoringScheduleName": "monitoring-schedule",
    "NotebookInstanceName": "notebook-instance",
    "TrackingServerName": "mlflow-tracking-server",
}
"""By the field that names it: what stands before its name in its ARN."""
_OF_MANY = ("JobDefinitionName", "JobName")
"""Fields that name what the operation says: ``CreateModelBiasJobDefinition``."""
_MORE_THAN_A_NAME = {
    "App": "app/*",
    "Artifact": "artifact/*",
    "Cluster": "cluster/*",
    "Device": "device-fleet/*",
    "Domain": "domain/*",
    "HubContent": "hub-content/*",
    "ImageVersion": "image-version/*",
    "ModelCardExportJob": "model-card/*",
    "MonitoringAlert": "monitoring-schedule/*",
    "Space": "space/*",
    "UserProfile": "user-profile/*",
    "Workteam": "workteam/*",
}
"""What has an identifier or a parent in its ARN that the name doesn't tell."""
_ABOUT_NOTHING = frozenset({"ListCandidatesForAutoMLJob", "ListTrialComponents"})
"""Lists with a filter for a field here; by the service authorization reference, about ``*``."""
_IN_FULL = ("PipelineExecutionArn", "ResourceArn")
_DIRECT = {"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}
_REQUEST_TAG, _TAG_KEYS = "aws:RequestTag/", "aws:TagKeys"


def direct_requests(operation: str, params: Mapping[str, Any], home: Home) -> Iterator[Request]:
    """The requests that IAM is asked for one call of SageMaker's API.

    Args:
        operation: such as ``CreateTrainingJob``.
        params: its parameters.
        home: where it is called.
    """
    kind = KINDS_BY_OPERATION.get(operation.removesuffix("V2"))
    resource = _resource(operation, params, home)
    noun = operation.removeprefix("Create")
    view = StepView("", "", noun, dict(params), kind or KINDS.get(noun))
    made = facts_of(view, home, None)
    told = {**_DIRECT, **_tags(params)}
    untold = {_REQUEST_TAG, _TAG_KEYS} - told.keys()
    facts = Facts({**made.known, **told}, made.absent | untold)
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
        yield passing("", role, home, of=Facts(_DIRECT))


def _tags(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the tags that a call sends tell, or the keys of those that it takes away."""
    tags = {one["Key"]: one["Value"] for one in params.get("Tags") or []}
    keys = [*tags, *(params.get("TagKeys") or [])]
    found = {f"{_REQUEST_TAG}{key}": value for key, value in tags.items()}
    return {**found, _TAG_KEYS: keys} if keys else found


def _resource(operation: str, params: Mapping[str, Any], home: Home) -> str:
    """The ARN that a call is about; ``*`` for one that is about none."""
    noun = re.sub(r"^[A-Z][a-z]+", "", operation).removesuffix("V2")
    given = _given_arn(noun, params)
    if given is not None:
        return given
    field = None if operation in _ABOUT_NOTHING else _field(noun, params)
    if field is None:
        return "*"
    name = str(params[field])
    if _is_ours(name):
        return name
    if noun in _MORE_THAN_A_NAME:
        return home.arn("sagemaker", _MORE_THAN_A_NAME[noun])
    if field == "JobName" and noun == "Job":
        name = f"{params.get('JobCategory', '*')}/{name}"
    if operation == "CreateModelPackage" and field == "ModelPackageGroupName":
        return home.arn("sagemaker", f"model-package/{name}/*")
    by_noun = field in _OF_MANY and noun != "Job"
    resource = None if by_noun else _RESOURCES.get(field)
    return home.arn("sagemaker", f"{resource or hyphenated(noun)}/{name}")


def _given_arn(noun: str, params: Mapping[str, Any]) -> str | None:
    """The ARN of what a call is about, where it is given: never one that it only refers to."""
    fitting = [
        key
        for key, value in params.items()
        if _is_ours(value)
        and (key in _IN_FULL or (key.endswith("Arn") and key.removesuffix("Arn") in noun))
    ]
    return str(params[max(fitting, key=len)]) if fitting else None


def _field(noun: str, params: Mapping[str, Any]) -> str | None:
    """The field with the name of what a call is about."""
    if params.get(f"{noun}Name"):
        return f"{noun}Name"
    known = [one for one in _RESOURCES if one not in _OF_MANY and one.removesuffix("Name") in noun]
    fields = (
        *(one for one in _OF_MANY if noun.endswith(one.removesuffix("Name"))),
        *sorted(known, key=len, reverse=True),
        *("PipelineName", "ModelPackageGroupName"),
    )
    return next((one for one in fields if params.get(one)), None)


def _is_ours(value: Any) -> bool:
    """Whether a value is the ARN of something of SageMaker's."""
    try:
        return Arn.parse(value).service == "sagemaker"
    except ValueError:
        return False
