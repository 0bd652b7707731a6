"""What steps without a job ask: which actions, of which services, on what.

Sources: the managed policy ``AmazonSageMakerPipelinesIntegrations`` for Lambda, Callback and EMR;
the service authorization reference for resources. Inferred, not seen: EMR Serverless. The service
principals of EMR and EC2 in China end in ``.cn``: EMR management guide, "Service-linked roles".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ..arns import Home, escaped, is_role_arn
from ..definition import StepView

SAGEMAKER = "sagemaker.amazonaws.com"
PASS_ROLE = "PassRole"
Views = Mapping[str, StepView]
Needs = Iterator[tuple[str, str, str]]
"""Service, action and resource; for ``PassRole``, the service that the role is passed to."""

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
    yield "lambda", "InvokeFunction", where


def _callback(view: StepView, home: Home, views: Views) -> Needs:
    url = urlsplit(str(view.step.get("SqsQueueUrl") or ""))
    found = _QUEUE.fullmatch(url.path)
    part = re.search(r"(?:^|[.])sqs[.]([a-z0-9-]+)[.]", f".{url.hostname or ''}")
    if found is None:
        yield "sqs", "SendMessage", home.arn("sqs", "*")
    else:
        there = Home(home.partition, part[1] if part else home.region, found[1])
        yield "sqs", "SendMessage", there.arn("sqs", found[2])


def _emr(view: StepView, home: Home, views: Views) -> Needs:
    config = view.arguments.get("ClusterConfig")
    cluster = home.arn("elasticmapreduce", f"cluster/{named(view.arguments.get('ClusterId'))}")
    for action in _ON_A_CLUSTER:
        yield "elasticmapreduce", action, cluster
    if config is not None:
        yield from _new_cluster(config if isinstance(config, Mapping) else {}, home)
    rule = home.arn("events", _EMR_RULE.format("Step" if config is None else "Cluster"))
    for action in _OF_A_RULE:
        yield "events", action, rule


def _new_cluster(config: Mapping[str, Any], home: Home) -> Needs:
    cluster = home.arn("elasticmapreduce", "cluster/*")
    # The reference has no resource type for RunJobFlow; denials name a cluster.
    yield "elasticmapreduce", "RunJobFlow", cluster
    yield "elasticmapreduce", "TerminateJobFlows", cluster
    if config.get("Tags"):
        yield "elasticmapreduce", "AddTags", cluster
    suffix = ".cn" if home.partition == "aws-cn" else ""
    for key, service in (
        ("ServiceRole", "elasticmapreduce"),
        ("JobFlowRole", "ec2"),
        ("AutoScalingRole", "elasticmapreduce"),
    ):
        if config.get(key) is not None:
            yield f"{service}.amazonaws.com{suffix}", PASS_ROLE, _role(config[key], home)


def _role(given: Any, home: Home) -> str:
    """A role that is given by its ARN or its name."""
    if not isinstance(given, str):
        return "*"
    return given if is_role_arn(given) else home.arn("iam", f"role/{given}")


def _emr_serverless(view: StepView, home: Home, views: Views) -> Needs:
    given = view.arguments.get("ApplicationId")
    application = home.arn("emr-serverless", f"/applications/{named(given)}")
    if given is None:
        yield "emr-serverless", "CreateApplication", "*"  # which has no resource type
        for action in _OF_AN_APPLICATION:
            yield "emr-serverless", action, application
    yield "emr-serverless", "StartJobRun", application
    for action in ("CancelJobRun", "GetJobRun"):
        yield "emr-serverless", action, f"{application}/jobruns/*"
    config = view.arguments.get("JobConfig")
    inner = config.get("executionRoleArn") if isinstance(config, Mapping) else None
    role = view.arguments.get("ExecutionRoleArn") or inner
    yield "emr-serverless.amazonaws.com", PASS_ROLE, _role(role, home)


def _made(noun: str, resource: str, *others: tuple[str, str]) -> Callable[..., Needs]:
    """What making something takes that the step's arguments name in full."""

    def needs(view: StepView, home: Home, views: Views) -> Needs:
        def arn(field: str, kind: str) -> str:
            name = _followed(view.arguments.get(field), field, views)
            return home.arn("sagemaker", f"{kind}/{named(name)}")

        made = arn(f"{noun}Name", resource)
        for action in (f"Create{noun}", "AddTags", f"Describe{noun}"):
            yield "sagemaker", action, made
        for field, kind in others:
            yield "sagemaker", f"Create{noun}", arn(field, kind)
        if view.arguments.get("ExecutionRoleArn") is not None:
            yield SAGEMAKER, PASS_ROLE, _role(view.arguments["ExecutionRoleArn"], home)

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
