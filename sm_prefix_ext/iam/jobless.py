"""What steps without a job ask: which actions, of which services, on what.

Sources: the managed policy ``AmazonSageMakerPipelinesIntegrations`` for Lambda, Callback and EMR;
the service authorization reference for resources. Inferred, not seen: EMR Serverless. The service
principals of EMR and EC2 in China end in ``.cn``: EMR management guide, "Service-linked roles".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..arns import Home, escaped, is_role_arn
from ..definition import StepView

SAGEMAKER = "sagemaker.amazonaws.com"
Views = Mapping[str, StepView]


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


def named(value: Any) -> str:
    """A name that a definition gives, as a policy spells it; ``*`` where only a run decides."""
    return escaped(value) if isinstance(value, str) and value else "*"


def _lambda(view: StepView, home: Home, views: Views) -> Needs:
    function = view.step.get("FunctionArn")
    known = isinstance(function, str) and function.startswith("arn:")
    where = named(function) if known else home.arn("lambda", "function:*")
    yield Need("lambda:InvokeFunction", where)


def _callback(view: StepView, home: Home, views: Views) -> Needs:
    url = urlsplit(str(view.step.get("SqsQueueUrl") or ""))
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


def _made(noun: str, resource: str, *others: tuple[str, str]) -> Callable[..., Needs]:
    """What making something takes that the step's arguments name in full."""

    def needs(view: StepView, home: Home, views: Views) -> Needs:
        def arn(field: str, kind: str) -> str:
            name = _followed(view.arguments.get(field), field, views)
            return home.arn("sagemaker", f"{kind}/{named(name)}")

        made, making = arn(f"{noun}Name", resource), f"sagemaker:Create{noun}"
        yield Need(making, made)
        yield Need("sagemaker:AddTags", made, making)
        yield Need(f"sagemaker:Describe{noun}", made)
        for field, kind in others:
            yield Need(making, arn(field, kind))
        role = view.arguments.get("ExecutionRoleArn")
        if role is not None:
            yield Need("iam:PassRole", _role(role, home), making, SAGEMAKER)

    return needs


def _followed(value: Any, field: str, views: Views) -> Any:
    """A name, also where it is taken from the step that makes what is named."""
    path = value.get("Get") if isinstance(value, Mapping) else None
    found = _OF_A_STEP.fullmatch(path) if isinstance(path, str) else None
    if found is None or found[2] != field:
        return value
    maker = next((view for view in views.values() if view.name == found[1]), None)
    return None if maker is None else maker.arguments.get(field)


NEEDS: Mapping[str, Callable[[StepView, Home, Views], Needs]] = {
    "Lambda": _lambda,
    "Callback": _callback,
    "EMR": _emr,
    "EMRServerless": _emr_serverless,
    "EndpointConfig": _made("EndpointConfig", "endpoint-config"),
    "Endpoint": _made("Endpoint", "endpoint", ("EndpointConfigName", "endpoint-config")),
    "InferenceComponent": _made(
        "InferenceComponent", "inference-component", ("EndpointName", "endpoint")
    ),
}
"""By step type, what such a step asks of the role that it runs under."""
