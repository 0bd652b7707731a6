"""What steps without a job ask: which actions, of which services, on what.

Sources: the managed policy ``AmazonSageMakerPipelinesIntegrations`` for Lambda, Callback and EMR;
the service authorization reference for resources. Inferred, not seen: EMR Serverless. The service
principals of EMR and EC2 in China end in ``.cn``: EMR management guide, "Service-linked roles".
Endpoints and inference components are created or updated, ``UpdateEndpoint`` and
``UpdateInferenceComponent`` among their calls: docstrings of ``EndpointStep`` and
``InferenceComponentStep`` in SageMaker Python SDK 3.27.0. The name of an endpoint configuration
gets a suffix for each execution: its ``EndpointConfigStep`` and pull request 6224; that the suffix
begins with a hyphen is inferred. ``kms:CreateGrant``: SageMaker
developer guide, "API Permissions Reference", ``CreateEndpoint``, "required only if the associated
EndPointConfig has a KmsKeyId".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..core.arns import Arn, Home, escaped, is_role_arn
from ..core.definition import StepView
from .property_files import Views

SAGEMAKER = "sagemaker.amazonaws.com"


class Need(NamedTuple):
    """Something that a step asks.

    Args:
        action: such as ``lambda:InvokeFunction``.
        resource: an ARN as a policy spells it; of ``iam:PassRole``, the role, ``*`` for any.
        within: the action within which it is asked, where that is another one.
        passed_to: the service that a role is passed to.
    """

    action: str
    resource: str
    within: str = ""
    passed_to: str = ""


Needs = Iterator[Need]

ASKS_NOTHING = frozenset({"Condition", "ForEach", "Fail"})

_EMR_RULE = "rule/SageMakerPipelineExecutionEMR{}StatusUpdateRule"
_ON_A_CLUSTER = ("AddJobFlowSteps", "CancelSteps", "DescribeCluster", "DescribeStep", "ListSteps")
_OF_A_RULE = ("DescribeRule", "PutRule", "PutTargets")
_OF_AN_APPLICATION = (
    *("DeleteApplication", "GetApplication", "StartApplication", "StopApplication"),
)
_QUEUE = re.compile(r"/(\d{12}|aws)/([A-Za-z0-9_-]+(?:[.]fifo)?)")
_OF_A_STEP = re.compile(r"Steps[.](.+)[.](\w+)")
_KEY_ID = re.compile(r"(mrk-)?[0-9a-fA-F-]+")


def named(value: Any) -> str:
    """A name that a definition gives, as a policy spells it; ``*`` where only a run decides."""
    return escaped(value) if isinstance(value, str) and value else "*"


def _is_of(service: str, text: Any) -> bool:
    """Whether a value of a definition is the ARN of something of a service."""
    try:
        return Arn.parse(text).service == service
    except ValueError:
        return False


def _lambda(view: StepView, home: Home, views: Views) -> Needs:
    function = view.step.get("FunctionArn")
    known = _is_of("lambda", function)
    where = named(function) if known else home.arn("lambda", "function:*")
    yield Need("lambda:InvokeFunction", where)


def _callback(view: StepView, home: Home, views: Views) -> Needs:
    try:
        url = urlsplit(str(view.step.get("SqsQueueUrl") or ""))
    except ValueError:  # a bracket that isn't closed, say
        url = urlsplit("")
    found = _QUEUE.fullmatch(url.path)
    part = re.search(r"(?:^|[.])sqs[.]([a-z0-9-]+)[.]", f".{url.hostname or ''}")
    if found is None:
        yield Need("sqs:SendMessage", home.arn("sqs", "*"))
    else:
        there = Home(home.partition, part[1] if part else home.region, found[1])
        yield Need("sqs:SendMessage", there.arn("sqs", found[2]))


def _emr(view: StepView, home: Home, views: Views) -> Needs:
    config = view.arguments.get("ClusterConfig")
    cluster = home.arn("elasticmapreduce", f"cluster/{named(view.arguments.get('ClusterId'))}")
    for action in _ON_A_CLUSTER:
        yield Need(f"elasticmapreduce:{action}", cluster)
    if config is not None:
        yield from _new_cluster(config if isinstance(config, Mapping) else {}, home)
    rule = home.arn("events", _EMR_RULE.format("Step" if config is None else "Cluster"))
    for action in _OF_A_RULE:
        yield Need(f"events:{action}", rule)


def _new_cluster(config: Mapping[str, Any], home: Home) -> Needs:
    cluster = home.arn("elasticmapreduce", "cluster/*")
    # The reference has no resource type for RunJobFlow; denials name a cluster.
    making = "elasticmapreduce:RunJobFlow"
    yield Need(making, cluster)
    yield Need("elasticmapreduce:TerminateJobFlows", cluster)
    if config.get("Tags"):
        yield Need("elasticmapreduce:AddTags", cluster, making)
    suffix = ".cn" if home.partition == "aws-cn" else ""
    for key, service in (
        ("ServiceRole", "elasticmapreduce"),
        ("JobFlowRole", "ec2"),
        ("AutoScalingRole", "elasticmapreduce"),
    ):
        if config.get(key) is not None:
            passed_to = f"{service}.amazonaws.com{suffix}"
            yield Need("iam:PassRole", _role(config[key], home), making, passed_to)


def _role(given: Any, home: Home) -> str:
    """A role that is given by its ARN or its name."""
    if not isinstance(given, str):
        return "*"
    return given if is_role_arn(given) else home.arn("iam", f"role/{given}")


def _emr_serverless(view: StepView, home: Home, views: Views) -> Needs:
    given = view.arguments.get("ApplicationId")
    application = home.arn("emr-serverless", f"/applications/{named(given)}")
    if given is None:
        yield Need("emr-serverless:CreateApplication", "*")  # which has no resource type
        for action in _OF_AN_APPLICATION:
            yield Need(f"emr-serverless:{action}", application)
    starting = "emr-serverless:StartJobRun"
    yield Need(starting, application)
    for action in ("CancelJobRun", "GetJobRun"):
        yield Need(f"emr-serverless:{action}", f"{application}/jobruns/*")
    config = view.arguments.get("JobConfig")
    inner = config.get("executionRoleArn") if isinstance(config, Mapping) else None
    role = view.arguments.get("ExecutionRoleArn") or inner
    yield Need("iam:PassRole", _role(role, home), starting, "emr-serverless.amazonaws.com")


def _endpoint_config(view: StepView, home: Home, views: Views) -> Needs:
    config = home.arn("sagemaker", f"endpoint-config/{_with_suffix(view)}")
    making = "sagemaker:CreateEndpointConfig"
    yield Need(making, config)
    yield Need("sagemaker:AddTags", config, making)
    yield Need("sagemaker:DescribeEndpointConfig", config)
    yield from _passed_role(view, home, making)


def _endpoint(view: StepView, home: Home, views: Views) -> Needs:
    endpoint = home.arn("sagemaker", f"endpoint/{named(_name(view, view.step_type))}")
    given = view.arguments.get("EndpointConfigName")
    maker = _maker(given, "EndpointConfig", views)
    config = home.arn(
        "sagemaker", f"endpoint-config/{_with_suffix(maker) if maker else named(given)}"
    )
    yield from _made_or_updated("Endpoint", endpoint, config)
    key = maker.arguments.get("KmsKeyId") if maker else None
    if key is not None:
        yield Need("kms:CreateGrant", key_arn(key, home), "sagemaker:CreateEndpoint")


def _inference_component(view: StepView, home: Home, views: Views) -> Needs:
    component = _name(view, view.step_type)
    given = view.arguments.get("EndpointName")
    maker = _maker(given, "Endpoint", views)
    endpoint = named(_name(maker, "Endpoint") if maker else given)
    yield from _made_or_updated(
        "InferenceComponent",
        home.arn("sagemaker", f"inference-component/{named(component)}"),
        home.arn("sagemaker", f"endpoint/{endpoint}"),
    )
    yield from _passed_role(view, home, "sagemaker:CreateInferenceComponent")


def _with_suffix(view: StepView) -> str:
    """What an endpoint configuration is called that a step makes."""
    name = named(_name(view, "EndpointConfig"))
    return name if name == "*" else f"{name}-*"


def _made_or_updated(noun: str, made: str, other: str) -> Needs:
    """What making something takes, or updating it where it is there already.

    Args:
        noun: such as ``Endpoint``.
        made: the ARN of what is made.
        other: that of what it refers to.
    """
    making = f"sagemaker:Create{noun}"
    yield Need(making, made)
    yield Need("sagemaker:AddTags", made, making)
    yield Need(f"sagemaker:Describe{noun}", made)
    yield Need(f"sagemaker:Update{noun}", made)
    yield Need(making, other)
    if noun == "Endpoint":  # an update of a component names no endpoint
        yield Need("sagemaker:UpdateEndpoint", other)


def _passed_role(view: StepView, home: Home, making: str) -> Needs:
    role = view.arguments.get("ExecutionRoleArn")
    if role is not None:
        yield Need("iam:PassRole", _role(role, home), making, SAGEMAKER)


def _name(view: StepView, noun: str) -> Any:
    return view.arguments.get(f"{noun}Name")


def _maker(value: Any, noun: str, views: Views) -> StepView | None:
    """The step that makes what a name refers to, where the name is taken from such a step."""
    path = value.get("Get") if isinstance(value, Mapping) else None
    found = _OF_A_STEP.fullmatch(path) if isinstance(path, str) else None
    return views.get(found[1]) if found and found[2] == f"{noun}Name" else None


def key_arn(given: Any, home: Home) -> str:
    """The ARN of a KMS key as a policy names it; no policy names one by its alias.

    Args:
        given: a key's ARN or ID, an alias or an expression.
        home: where the pipeline runs.
    """
    if _is_of("kms", given) and Arn.parse(given).resource_type == "key":
        return named(given)
    if isinstance(given, str) and _KEY_ID.fullmatch(given):
        return home.arn("kms", f"key/{given}")
    return home.arn("kms", "key/*")


NEEDS: Mapping[str, Callable[[StepView, Home, Views], Needs]] = {
    "Lambda": _lambda,
    "Callback": _callback,
    "EMR": _emr,
    "EMRServerless": _emr_serverless,
    "EndpointConfig": _endpoint_config,
    "Endpoint": _endpoint,
    "InferenceComponent": _inference_component,
}
"""By step type, what such a step asks of the role that it runs under."""
