"""The permissions that steps without a job require: actions, resources, passed roles.

Sources:

- Lambda, Callback and EMR: the managed policy ``AmazonSageMakerPipelinesIntegrations``.
- Resources: the service authorization reference of each service.
- EMR Serverless: inferred, not observed.
- The service principals of EMR and EC2 in China end in ``.cn``: EMR management guide,
  "Service-linked roles".
- Endpoints and inference components are created or updated, with ``UpdateEndpoint`` and
  ``UpdateInferenceComponent``: docstrings of ``EndpointStep`` and ``InferenceComponentStep`` in
  SageMaker Python SDK 3.27.0.
- The name of an endpoint configuration gets a suffix in each execution: ``EndpointConfigStep`` of
  that SDK and its pull request 6224. That the suffix begins with a hyphen is inferred.
- ``kms:CreateGrant``: SageMaker developer guide, "API Permissions Reference", ``CreateEndpoint``,
  required if the endpoint configuration has a ``KmsKeyId``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..core.arns import Arn, ArnScope, escaped, is_role_arn
from ..core.definition import StepView
from .property_files import Views

SAGEMAKER = "sagemaker.amazonaws.com"


class Permission(NamedTuple):
    """A permission that a step requires.

    Args:
        action: such as ``lambda:InvokeFunction``.
        resource: an ARN as written in a policy; for ``iam:PassRole``, the role, or ``*`` for any.
        within: the action whose call requires it, if that is another one.
        passed_to: the service to which a role is passed.
    """

    action: str
    resource: str
    within: str = ""
    passed_to: str = ""


Permissions = Iterator[Permission]

NO_PERMISSIONS = frozenset({"Condition", "ForEach", "Fail"})
"""Step types that call no service."""

_EMR_RULE = "rule/SageMakerPipelineExecutionEMR{}StatusUpdateRule"
_CLUSTER_ACTIONS = (
    "AddJobFlowSteps",
    "CancelSteps",
    "DescribeCluster",
    "DescribeStep",
    "ListSteps",
)
_RULE_ACTIONS = ("DescribeRule", "PutRule", "PutTargets")
_APPLICATION_ACTIONS = (
    *("DeleteApplication", "GetApplication", "StartApplication", "StopApplication"),
)
_QUEUE = re.compile(r"/(\d{12}|aws)/([A-Za-z0-9_-]+(?:[.]fifo)?)")
_STEP_PROPERTY = re.compile(r"Steps[.](.+)[.](\w+)")
_KEY_ID = re.compile(r"(mrk-)?[0-9a-fA-F-]+")


def named(value: Any) -> str:
    """Escape a name of a definition for a policy; ``*`` if it is only known at run time."""
    return escaped(value) if isinstance(value, str) and value else "*"


def _is_of(service: str, text: Any) -> bool:
    """Test whether a value of a definition is an ARN of a service."""
    try:
        return Arn.parse(text).service == service
    except ValueError:
        return False


def _lambda(view: StepView, home: ArnScope, views: Views) -> Permissions:
    function = view.step.get("FunctionArn")
    known = _is_of("lambda", function)
    where = named(function) if known else home.arn("lambda", "function:*")
    yield Permission("lambda:InvokeFunction", where)


def _callback(view: StepView, home: ArnScope, views: Views) -> Permissions:
    try:
        url = urlsplit(str(view.step.get("SqsQueueUrl") or ""))
    except ValueError:  # for instance an unclosed bracket
        url = urlsplit("")
    queue = _QUEUE.fullmatch(url.path)
    region = re.search(r"(?:^|[.])sqs[.]([a-z0-9-]+)[.]", f".{url.hostname or ''}")
    if queue is None:
        yield Permission("sqs:SendMessage", home.arn("sqs", "*"))
    else:
        scope = ArnScope(home.partition, region[1] if region else home.region, queue[1])
        yield Permission("sqs:SendMessage", scope.arn("sqs", queue[2]))


def _emr(view: StepView, home: ArnScope, views: Views) -> Permissions:
    config = view.arguments.get("ClusterConfig")
    cluster = home.arn("elasticmapreduce", f"cluster/{named(view.arguments.get('ClusterId'))}")
    for action in _CLUSTER_ACTIONS:
        yield Permission(f"elasticmapreduce:{action}", cluster)
    if config is not None:
        yield from _new_cluster(config if isinstance(config, Mapping) else {}, home)
    rule = home.arn("events", _EMR_RULE.format("Step" if config is None else "Cluster"))
    for action in _RULE_ACTIONS:
        yield Permission(f"events:{action}", rule)


def _new_cluster(config: Mapping[str, Any], home: ArnScope) -> Permissions:
    cluster = home.arn("elasticmapreduce", "cluster/*")
    # The service authorization reference has no resource type for RunJobFlow; observed denials
    # name a cluster.
    create = "elasticmapreduce:RunJobFlow"
    yield Permission(create, cluster)
    yield Permission("elasticmapreduce:TerminateJobFlows", cluster)
    if config.get("Tags"):
        yield Permission("elasticmapreduce:AddTags", cluster, create)
    suffix = ".cn" if home.partition == "aws-cn" else ""
    for key, service in (
        ("ServiceRole", "elasticmapreduce"),
        ("JobFlowRole", "ec2"),
        ("AutoScalingRole", "elasticmapreduce"),
    ):
        if config.get(key) is not None:
            passed_to = f"{service}.amazonaws.com{suffix}"
            yield Permission("iam:PassRole", _role(config[key], home), create, passed_to)


def _role(role: Any, home: ArnScope) -> str:
    """Return the ARN of a role that is given by its ARN or name; ``*`` for an expression."""
    if not isinstance(role, str):
        return "*"
    return role if is_role_arn(role) else home.arn("iam", f"role/{role}")


def _emr_serverless(view: StepView, home: ArnScope, views: Views) -> Permissions:
    application_id = view.arguments.get("ApplicationId")
    application = home.arn("emr-serverless", f"/applications/{named(application_id)}")
    if application_id is None:
        yield Permission("emr-serverless:CreateApplication", "*")  # which has no resource type
        for action in _APPLICATION_ACTIONS:
            yield Permission(f"emr-serverless:{action}", application)
    starting = "emr-serverless:StartJobRun"
    yield Permission(starting, application)
    for action in ("CancelJobRun", "GetJobRun"):
        yield Permission(f"emr-serverless:{action}", f"{application}/jobruns/*")
    config = view.arguments.get("JobConfig")
    inner = config.get("executionRoleArn") if isinstance(config, Mapping) else None
    role = view.arguments.get("ExecutionRoleArn") or inner
    yield Permission("iam:PassRole", _role(role, home), starting, "emr-serverless.amazonaws.com")


def _endpoint_config(view: StepView, home: ArnScope, views: Views) -> Permissions:
    config = home.arn("sagemaker", f"endpoint-config/{_with_suffix(view)}")
    create = "sagemaker:CreateEndpointConfig"
    yield Permission(create, config)
    yield Permission("sagemaker:AddTags", config, create)
    yield Permission("sagemaker:DescribeEndpointConfig", config)
    yield from _passed_role(view, home, create)


def _endpoint(view: StepView, home: ArnScope, views: Views) -> Permissions:
    endpoint = home.arn("sagemaker", f"endpoint/{named(_name(view, view.step_type))}")
    config_name = view.arguments.get("EndpointConfigName")
    creator = _creating_step(config_name, "EndpointConfig", views)
    config = home.arn(
        "sagemaker", f"endpoint-config/{_with_suffix(creator) if creator else named(config_name)}"
    )
    yield from _create_or_update("Endpoint", endpoint, config)
    key = creator.arguments.get("KmsKeyId") if creator else None
    if key is not None:
        yield Permission("kms:CreateGrant", key_arn(key, home), "sagemaker:CreateEndpoint")


def _inference_component(view: StepView, home: ArnScope, views: Views) -> Permissions:
    component = _name(view, view.step_type)
    endpoint_name = view.arguments.get("EndpointName")
    creator = _creating_step(endpoint_name, "Endpoint", views)
    endpoint = named(_name(creator, "Endpoint") if creator else endpoint_name)
    yield from _create_or_update(
        "InferenceComponent",
        home.arn("sagemaker", f"inference-component/{named(component)}"),
        home.arn("sagemaker", f"endpoint/{endpoint}"),
    )
    yield from _passed_role(view, home, "sagemaker:CreateInferenceComponent")


def _with_suffix(view: StepView) -> str:
    """Return the pattern of the endpoint configuration names that a step creates."""
    name = named(_name(view, "EndpointConfig"))
    return name if name == "*" else f"{name}-*"


def _create_or_update(noun: str, resource: str, referenced: str) -> Permissions:
    """Yield the permissions to create a resource, or to update it if it exists.

    Args:
        noun: such as ``Endpoint``.
        resource: its ARN.
        referenced: the ARN of the resource to which its request refers.
    """
    create = f"sagemaker:Create{noun}"
    yield Permission(create, resource)
    yield Permission("sagemaker:AddTags", resource, create)
    yield Permission(f"sagemaker:Describe{noun}", resource)
    yield Permission(f"sagemaker:Update{noun}", resource)
    yield Permission(create, referenced)
    if noun == "Endpoint":  # UpdateInferenceComponent has no EndpointName
        yield Permission("sagemaker:UpdateEndpoint", referenced)


def _passed_role(view: StepView, home: ArnScope, create: str) -> Permissions:
    role = view.arguments.get("ExecutionRoleArn")
    if role is not None:
        yield Permission("iam:PassRole", _role(role, home), create, SAGEMAKER)


def _name(view: StepView, noun: str) -> Any:
    return view.arguments.get(f"{noun}Name")


def _creating_step(value: Any, noun: str, views: Views) -> StepView | None:
    """Return the step that creates a resource, if the resource's name refers to such a step."""
    path = value.get("Get") if isinstance(value, Mapping) else None
    match = _STEP_PROPERTY.fullmatch(path) if isinstance(path, str) else None
    return views.get(match[1]) if match and match[2] == f"{noun}Name" else None


def key_arn(key: Any, home: ArnScope) -> str:
    """Return the ARN of a KMS key for a policy.

    An alias gives any key: a policy can't name a key by its alias (KMS developer guide, "Using
    aliases to control access to KMS keys").

    Args:
        key: a key's ARN or ID, an alias or an expression.
        home: where the pipeline runs.
    """
    if _is_of("kms", key) and Arn.parse(key).resource_type == "key":
        return named(key)
    if isinstance(key, str) and _KEY_ID.fullmatch(key):
        return home.arn("kms", f"key/{key}")
    return home.arn("kms", "key/*")


REQUIRED: Mapping[str, Callable[[StepView, ArnScope, Views], Permissions]] = {
    "Lambda": _lambda,
    "Callback": _callback,
    "EMR": _emr,
    "EMRServerless": _emr_serverless,
    "EndpointConfig": _endpoint_config,
    "Endpoint": _endpoint,
    "InferenceComponent": _inference_component,
}
"""By step type: the permissions that such a step requires of the execution role."""
