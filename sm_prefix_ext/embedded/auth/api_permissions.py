"""The IAM requests of a direct call to SageMaker's API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...core.arns import Arn, ArnScope
from ...core.definition import StepView, role_slots
from ...core.step_types import JOB_KINDS, KINDS, KINDS_BY_OPERATION
from ...iam.request_context import Facts, facts_of
from ...iam.required_permissions import Request, passing
from ..full_name_resources import FULL_NAME_RESOURCES, hyphenated

_ARN_RESOURCES = {
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
"""The resource type in an ARN, by the field that names the resource."""
_SHARED_FIELDS = ("JobDefinitionName", "JobName")
"""Fields of several resource types; the operation determines the type."""
_WILDCARD_RESOURCES = {
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
"""ARNs with an identifier or a parent beside the name, by the noun of the operation."""
_WITHOUT_RESOURCE = frozenset({"ListCandidatesForAutoMLJob", "ListTrialComponents"})
"""List operations that filter by one of these names; the authorization reference has ``*``."""
_ARN_FIELDS = ("PipelineExecutionArn", "ResourceArn")
_DIRECT_CALL_KEYS = {"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}
_REQUEST_TAG, _TAG_KEYS = "aws:RequestTag/", "aws:TagKeys"


def direct_requests(operation: str, params: Mapping[str, Any], home: ArnScope) -> Iterator[Request]:
    """The IAM requests of one call of SageMaker's API.

    Args:
        operation: such as ``CreateTrainingJob``.
        params: the call's parameters.
        home: the partition, region and account of the call.
    """
    kind = KINDS_BY_OPERATION.get(operation.removesuffix("V2"))
    resource = _resource(operation, params, home)
    noun = operation.removeprefix("Create")
    view = StepView("", "", noun, dict(params), kind or KINDS.get(noun))
    of_step = facts_of(view, home, None, operation)
    sent = {**_DIRECT_CALL_KEYS, **_tag_keys(params)}
    absent = {_REQUEST_TAG, _TAG_KEYS} - sent.keys()
    facts = Facts({**of_step.known, **sent}, of_step.absent | absent)
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
        yield passing("", role, home, of=Facts(_DIRECT_CALL_KEYS))


def _tag_keys(params: Mapping[str, Any]) -> dict[str, Any]:
    """The condition keys of the tags that a call adds or removes."""
    tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}
    keys = [*tags, *(params.get("TagKeys") or [])]
    values = {f"{_REQUEST_TAG}{key}": value for key, value in tags.items()}
    return {**values, _TAG_KEYS: keys} if keys else values


def _resource(operation: str, params: Mapping[str, Any], home: ArnScope) -> str:
    """The ARN of the resource of a call; ``*`` for a call without one."""
    noun = re.sub(r"^[A-Z][a-z]+", "", operation).removesuffix("V2")
    arn = _arn_in(noun, params)
    if arn is not None:
        return arn
    field = None if operation in _WITHOUT_RESOURCE else _name_field(noun, params)
    if field is None:
        return "*"
    name = str(params[field])
    if _is_sagemaker_arn(name):
        return name
    if noun in _WILDCARD_RESOURCES:
        return home.arn("sagemaker", _WILDCARD_RESOURCES[noun])
    if field == "JobName" and noun == "Job":
        name = f"{params.get('JobCategory', '*')}/{name}"
    if operation == "CreateModelPackage" and field == "ModelPackageGroupName":
        return home.arn("sagemaker", f"model-package/{name}/*")
    by_noun = field in _SHARED_FIELDS and noun != "Job"
    resource = None if by_noun else _ARN_RESOURCES.get(field)
    return home.arn("sagemaker", f"{resource or hyphenated(noun)}/{name}")


def _arn_in(noun: str, params: Mapping[str, Any]) -> str | None:
    """The ARN of the call's own resource among its parameters, never one that it refers to."""
    fields = [
        key
        for key, value in params.items()
        if _is_sagemaker_arn(value)
        and (key in _ARN_FIELDS or (key.endswith("Arn") and key.removesuffix("Arn") in noun))
    ]
    return str(params[max(fields, key=len)]) if fields else None


def _name_field(noun: str, params: Mapping[str, Any]) -> str | None:
    """The parameter with the name of the call's resource."""
    if params.get(f"{noun}Name"):
        return f"{noun}Name"
    own = [
        field
        for field in _ARN_RESOURCES
        if field not in _SHARED_FIELDS and field.removesuffix("Name") in noun
    ]
    fields = (
        *(field for field in _SHARED_FIELDS if noun.endswith(field.removesuffix("Name"))),
        *sorted(own, key=len, reverse=True),
        *("PipelineName", "ModelPackageGroupName"),
    )
    return next((field for field in fields if params.get(field)), None)


def _is_sagemaker_arn(value: Any) -> bool:
    """Whether a value is the ARN of a SageMaker resource."""
    try:
        return Arn.parse(value).service == "sagemaker"
    except ValueError:
        return False
