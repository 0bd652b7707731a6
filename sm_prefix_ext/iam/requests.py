"""What will be asked of IAM when a pipeline runs: each action, on which resource, in what context.

One list serves all: policies are made from it, the preflight judges it, the embedded AWS asks it.
What only a run decides is ``*`` in a resource.

Sources: the SageMaker developer guide, "IAM Access Management" for Pipelines and "Amazon SageMaker
Experiments Integration"; denials seen (``sagemaker:AddTags`` inside every create call,
``CreateModelPackageGroup`` in every registration); the managed policy
``AmazonSageMakerPipelinesIntegrations`` for Lambda, Callback and EMR; the service authorization
reference for resources. Inferred, not seen: the actions of experiments and of EMR Serverless.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from ..arns import Home, is_role_arn
from ..definition import StepView, steps
from ..kinds import ENTITY_TOKEN_LENGTH, EXECUTION_ID_LENGTH
from ..plan import Plan, PlannedJob
from .facts import Facts, facts_of
from .property_files import objects_read

EXECUTION_ID, ENTITY_TOKEN = "?" * EXECUTION_ID_LENGTH, "?" * ENTITY_TOKEN_LENGTH
SAGEMAKER = "sagemaker.amazonaws.com"
_SAMPLES = (("k3x9m2p7q1w5", "Ab3De5Gh7J"), ("7zt0c8v4n6b1", "9yK2mX4pQ8"))
"""Execution IDs and entity tokens of the real form."""
NOT_KNOWN = "unknown"
"""Stands for the actions of a step type whose permissions nobody has written down."""

_GROUP = ":model-package-group/"
_EMR_RULE = "rule/SageMakerPipelineExecutionEMR{}StatusUpdateRule"
_ON_A_CLUSTER = ("AddJobFlowSteps", "CancelSteps", "DescribeCluster", "DescribeStep", "ListSteps")
_OF_A_RULE = ("DescribeRule", "PutRule", "PutTargets")
_OF_AN_APPLICATION = (
    *("DeleteApplication", "GetApplication", "StartApplication", "StopApplication"),
)
_OF_A_TRIAL_COMPONENT = ("AddTags", "AssociateTrialComponent", "CreateTrialComponent")
_QUEUE = re.compile(r"/(\d{12}|aws)/([A-Za-z0-9_-]+(?:[.]fifo)?)")
_NOT_ALWAYS = frozenset({"Cancel", "Delete", "Stop", "Terminate"})
_OF_THE_PIPELINE = (
    *("AddTags", "CreatePipeline", "DescribePipeline", "ListPipelineExecutions", "ListTags"),
    *("StartPipelineExecution", "UpdatePipeline"),
)
_OF_ITS_EXECUTIONS = (
    *("DescribePipelineDefinitionForExecution", "DescribePipelineExecution"),
    *("ListPipelineExecutionSteps", "ListPipelineParametersForExecution"),
    *("RetryPipelineExecution", "StopPipelineExecution"),
)


@dataclass(frozen=True)
class Request:
    """Something that IAM will be asked.

    Args:
        step: the path of the step that it is asked for; ``""`` for the pipeline itself.
        action: such as ``sagemaker:CreateTrainingJob``.
        resource: an ARN, with ``*`` for what only a run decides.
        facts: what is known of the request's condition keys.
        shape: the resource, with ``?`` for each character whose number is known; ``""`` where
            there is nothing to add.
    """

    step: str
    action: str
    resource: str
    facts: Facts = field(default_factory=Facts)
    shape: str = ""

    @property
    def always(self) -> bool:
        """Whether every run asks it, and not only one that is stopped or tidies up."""
        verb = re.match("[A-Z][a-z]+", self.action.partition(":")[2])
        return verb is None or verb[0] not in _NOT_ALWAYS


def of_execution_role(plan: Plan) -> tuple[Request, ...]:
    """What the service will ask in the name of the pipeline's execution role.

    Args:
        plan: what the pipeline will start.
    """
    views = {view.path: view for view in steps(plan.definition)} if plan.definition else {}
    found: list[Request] = []
    for job in plan.jobs:
        found += _of_job(job, plan, views.get(job.step))
        found += experiment_requests(plan.definition, job, plan.home, plan.pipeline_name)
    for view in views.values():
        found += jobless_requests(view, plan.home)
        found += property_file_requests(view, views, plan.home)
    return tuple(dict.fromkeys(found))


def of_author(plan: Plan, bucket: str | None = None) -> tuple[Request, ...]:
    """What somebody needs who creates, updates, starts and watches the pipeline.

    Args:
        plan: what the pipeline will start.
        bucket: where the SDK uploads code and long definitions; by default SageMaker's default
            bucket of the region and account.
    """
    home = plan.home
    pipeline = home.arn("sagemaker", f"pipeline/{plan.pipeline_name or '*'}")
    bucket = home.arn("s3", bucket or f"sagemaker-{home.region}-{home.account}")
    facts = Facts(absent=frozenset())
    found = [Request("", f"sagemaker:{one}", pipeline, facts) for one in _OF_THE_PIPELINE]
    found += [
        Request("", f"sagemaker:{one}", f"{pipeline}/execution/*", facts)
        for one in _OF_ITS_EXECUTIONS
    ]
    role = passing("", plan.role_arn, home, of=facts)
    return (
        *found,
        role,
        Request("", "iam:GetRole", role.resource, facts),
        Request("", "s3:ListBucket", bucket, facts),
        Request("", "s3:PutObject", f"{bucket}/*", facts),
    )


def _of_job(job: PlannedJob, plan: Plan, view: StepView | None) -> Iterator[Request]:
    facts = facts_of(view, plan.home, plan.role_arn)
    principal = facts_of(None, plan.home, plan.role_arn)
    create = job.actions[0].partition(":")[2]
    shape = shape_of(job)
    for action in job.actions:
        if action == "iam:PassRole":
            yield passing(job.step, job.role_arn, plan.home, of=principal)
        elif action == "sagemaker:CreateModelPackageGroup":
            group = job.arn_pattern.removesuffix("/*").replace(":model-package/", _GROUP, 1)
            for needed in (action, "sagemaker:AddTags"):
                yield Request(job.step, needed, group, facts.of("CreateModelPackageGroup", needed))
        else:
            yield Request(job.step, action, job.arn_pattern, facts.of(create, action), shape)


def shape_of(job: PlannedJob) -> str:
    """The pattern of a job's ARN in the form that the service gives names, without failure count.

    Example:
        >>> from sm_prefix_ext import Plan
        >>> from sm_prefix_ext.iam.requests import shape_of
        >>> step = {"Name": "T", "Type": "Training", "Arguments": {"TrainingJobName": "team-a"}}
        >>> [job] = Plan.from_definition({"Steps": [step]}).jobs
        >>> shape_of(job).rpartition("/")[2]
        'team-a-????????????-??????????'
    """
    name = job.name_pattern
    if job.prefix is not None:
        shape = f"{name[:-1]}{EXECUTION_ID}-{ENTITY_TOKEN}"
    else:
        found = re.fullmatch(r"((?:pipelines-)?)[*]-(.+)-[*]", name)
        shape = f"{found[1]}{EXECUTION_ID}-{found[2]}-{ENTITY_TOKEN}" if found else name
    return job.arn_pattern.removesuffix(name) + shape


def samples(shape: str) -> tuple[str, ...]:
    """Names of the real form, for the shape of a job's ARN."""
    return tuple(
        shape.replace(EXECUTION_ID, execution, 1).replace(ENTITY_TOKEN, token, 1)
        for execution, token in _SAMPLES
    )


def passing(
    step: str, role: str | None, home: Home, service: str = SAGEMAKER, *, of: Facts | None = None
) -> Request:
    """Passing a role to a service; ``None`` and ``*`` stand for any role.

    Args:
        step: the path of the step.
        role: the role.
        home: where the pipeline runs.
        service: to which it is passed.
        of: what is known of who passes it.
    """
    arn = role if is_role_arn(role) else home.arn("iam", "role/*")
    facts = of or Facts()
    known = {key: value for key, value in facts.known.items() if key != "aws:RequestedRegion"}
    known["iam:PassedToService"] = service
    return Request(step, "iam:PassRole", str(arn), replace(facts, known=known))


def jobless_requests(view: StepView, home: Home) -> Iterator[Request]:
    """What a step without a job needs.

    Args:
        view: the step, as it stands in the definition or with its expressions worked out.
        home: where the pipeline runs.
    """
    kind = view.kind
    asking = _JOBLESS.get(view.step_type)
    if kind is not None and kind.makes_job:
        return
    if asking is not None:
        for service, action, resource in asking(view, home):
            if action == "PassRole":
                yield passing(view.path, resource, home, service)
            else:
                yield Request(view.path, f"{service}:{action}", resource)
    elif view.step_type not in _ASKS_NOTHING:
        yield Request(view.path, NOT_KNOWN, "*")


_ASKS_NOTHING = ("Condition", "ForEach", "Fail")
_Asked = Iterator[tuple[str, str, str]]


def _lambda(view: StepView, home: Home) -> _Asked:
    function = view.step.get("FunctionArn")
    known = isinstance(function, str) and function.startswith("arn:")
    yield "lambda", "InvokeFunction", str(function) if known else home.arn("lambda", "function:*")


def _callback(view: StepView, home: Home) -> _Asked:
    url = urlsplit(str(view.step.get("SqsQueueUrl") or ""))
    found = _QUEUE.fullmatch(url.path)
    part = re.search(r"(?:^|[.])sqs[.]([a-z0-9-]+)[.]", f".{url.hostname or ''}")
    if found is None:
        yield "sqs", "SendMessage", home.arn("sqs", "*")
    else:
        there = Home(home.partition, part[1] if part else home.region, found[1])
        yield "sqs", "SendMessage", there.arn("sqs", found[2])


def _emr(view: StepView, home: Home) -> _Asked:
    cluster, config = view.arguments.get("ClusterId"), view.arguments.get("ClusterConfig")
    name = cluster if isinstance(cluster, str) else "*"
    for action in _ON_A_CLUSTER:
        yield "elasticmapreduce", action, home.arn("elasticmapreduce", f"cluster/{name}")
    rule = home.arn("events", _EMR_RULE.format("Step"))
    if config is not None:
        rule = home.arn("events", _EMR_RULE.format("Cluster"))
        yield "elasticmapreduce", "RunJobFlow", "*"  # which has no resource type
        yield "elasticmapreduce", "TerminateJobFlows", home.arn("elasticmapreduce", "cluster/*")
        for key, service in (
            ("ServiceRole", "elasticmapreduce.amazonaws.com"),
            ("JobFlowRole", "ec2.amazonaws.com"),
            ("AutoScalingRole", "elasticmapreduce.amazonaws.com"),
        ):
            role = config.get(key) if isinstance(config, Mapping) else None
            if role is not None:
                yield service, "PassRole", _role(role, home)
    for action in _OF_A_RULE:
        yield "events", action, rule


def _role(given: Any, home: Home) -> str:
    """A role that is given by its ARN or its name."""
    if not isinstance(given, str):
        return "*"
    return given if is_role_arn(given) else home.arn("iam", f"role/{given}")


def _emr_serverless(view: StepView, home: Home) -> _Asked:
    given = view.arguments.get("ApplicationId")
    application = home.arn("emr-serverless", f"/applications/{given if _plain(given) else '*'}")
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
    yield "emr-serverless.amazonaws.com", "PassRole", _role(role, home)


def _named(noun: str, resource: str, *others: tuple[str, str]) -> Any:
    """A step that makes what its arguments name in full."""

    def asked(view: StepView, home: Home) -> _Asked:
        def arn(field: str, kind: str) -> str:
            name = view.arguments.get(field)
            return home.arn("sagemaker", f"{kind}/{name if _plain(name) else '*'}")

        made = arn(f"{noun}Name", resource)
        for action in (f"Create{noun}", "AddTags", f"Describe{noun}"):
            yield "sagemaker", action, made
        for field_name, kind in others:
            yield "sagemaker", f"Create{noun}", arn(field_name, kind)
        if view.arguments.get("ExecutionRoleArn") is not None:
            yield SAGEMAKER, "PassRole", _role(view.arguments["ExecutionRoleArn"], home)

    return asked


def _plain(value: Any) -> bool:
    return isinstance(value, str) and value != ""


_JOBLESS: Mapping[str, Any] = {
    "Lambda": _lambda,
    "Callback": _callback,
    "EMR": _emr,
    "EMRServerless": _emr_serverless,
    "EndpointConfig": _named("EndpointConfig", "endpoint-config"),
    "Endpoint": _named("Endpoint", "endpoint", ("EndpointConfigName", "endpoint-config")),
    "InferenceComponent": _named(
        "InferenceComponent", "inference-component", ("EndpointName", "endpoint")
    ),
}


def experiment_requests(
    definition: Mapping[str, Any], job: PlannedJob, home: Home, pipeline: str | None
) -> Iterator[Request]:
    """What recording a job in the pipeline's experiment needs; nothing where there is none.

    Args:
        definition: the pipeline's.
        job: the job, whose trial component is called after it.
        home: where the pipeline runs.
        pipeline: the pipeline's name, which is the experiment's too unless it was told otherwise.
    """
    config = definition.get("PipelineExperimentConfig")
    if not isinstance(config, Mapping) or "-job/" not in job.arn_pattern:
        return
    of_pipeline = {"Get": "Execution.PipelineName"}
    given = config.get("ExperimentName")
    name = pipeline if given == of_pipeline else given
    experiment = home.arn("sagemaker", f"experiment/{name if _plain(name) else '*'}")
    given = config.get("TrialName")
    trial = home.arn("sagemaker", f"experiment-trial/{given if _plain(given) else '*'}")
    component = home.arn("sagemaker", f"experiment-trial-component/{job.name_pattern}")
    for action, resource in (
        ("CreateExperiment", experiment),
        ("AddTags", experiment),
        ("CreateTrial", experiment),
        ("CreateTrial", trial),
        ("AddTags", trial),
        ("AssociateTrialComponent", trial),
        *((action, component) for action in _OF_A_TRIAL_COMPONENT),
    ):
        yield Request(job.step, f"sagemaker:{action}", resource)


def property_file_requests(
    view: StepView, views: Mapping[str, StepView], home: Home
) -> Iterator[Request]:
    """The objects that ``JsonGet`` reads for a step.

    Args:
        view: the step.
        views: all steps of the definition.
        home: where the pipeline runs.
    """
    for bucket, key in objects_read(view, views):
        yield Request(view.path, "s3:GetObject", home.arn("s3", f"{bucket}/{key}"))
