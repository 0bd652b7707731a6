"""What will be asked of IAM when a pipeline runs: each action, on which resource, in what context.

One list serves all: policies are made from it, the preflight judges it, the embedded AWS asks it.
What only a run decides is ``*`` in a resource.

Sources: the SageMaker developer guide, "IAM Access Management" for Pipelines and "Amazon SageMaker
Experiments Integration"; denials seen (``sagemaker:AddTags`` inside every create call,
``CreateModelPackageGroup`` in every registration); the service authorization reference for
resources. Inferred, not seen: the actions of experiments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from ..core.arns import Home, escaped, is_role_arn
from ..core.definition import StepView, steps
from ..core.plan import AuthorRequest, Plan, PlannedJob
from ..core.step_types import ENTITY_TOKEN_LENGTH
from .evaluator.patterns import Context, Template
from .property_files import EXECUTION_ID, Views, objects_read
from .request_context import NOTHING_KNOWN, Facts, facts_of, facts_of_author
from .service_permissions import ASKS_NOTHING, NEEDS, SAGEMAKER, key_arn, named
from .uploads import bucket_of, stable_part
from .volume_keys import CREATE_GRANT, needs_grant_itself, volume_keys

ENTITY_TOKEN = "?" * ENTITY_TOKEN_LENGTH
_SAMPLES = (("k3x9m2p7q1w5", "Ab3De5Gh7J"), ("7zt0c8v4n6b1", "9yK2mX4pQ8"))
"""Execution IDs and entity tokens of the real form."""
NOT_KNOWN = "unknown"
"""Stands for the actions of a step type whose permissions nobody has written down."""

_GROUP = ":model-package-group/"
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_NOT_ALWAYS = frozenset({"Cancel", "Delete", "Stop", "Terminate", "Update"})
_LARGE_DEFINITION = 100 * 1024
"""From so many bytes on the SDK uploads a definition, under the pipeline's name."""
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
        resource: an ARN as a policy spells it, with ``*`` and ``?`` for what only a run decides.
        facts: what is known of the request's condition keys.
        shape: the resource, with ``?`` for each character whose number is known; ``""`` where
            there is nothing to add.
        within: the action within which it is asked, where that is another one: tags and roles are
            asked for by what makes or starts something.
    """

    step: str
    action: str
    resource: str
    facts: Facts = NOTHING_KNOWN
    shape: str = ""
    within: str = ""

    @property
    def subject(self) -> str:
        """The resource that is judged, its wildcards told from characters of a name."""
        return str(Template(self.shape or self.resource).fill(Context()))

    @property
    def always(self) -> bool:
        """Whether every run asks it, and not only one that is stopped, tidies up or updates."""
        verb = re.match("[A-Z][a-z]+", self.action.partition(":")[2])
        return verb is None or verb[0] not in _NOT_ALWAYS


def of_execution_role(plan: Plan) -> tuple[Request, ...]:
    """What the service will ask in the name of the pipeline's execution role.

    Args:
        plan: what the pipeline will start.
    """
    definition = plan.resolved
    views = {view.path: view for view in steps(definition)} if definition else {}
    by_name = {view.name: view for view in views.values()}
    principal = facts_of(None, plan.home, plan.role_arn)
    found: list[Request] = []
    for job in plan.jobs:
        found += _of_job(job, plan, views.get(job.step), principal)
        if needs_grant_itself(job, plan.role_arn):
            found += grant_requests(views.get(job.step), plan.home, of=principal)
        found += experiment_requests(definition, job, plan.home, plan.pipeline_name, of=principal)
    for view in views.values():
        if not (view.kind is not None and view.kind.makes_job):
            facts = facts_of(view, plan.home, plan.role_arn)
            found += jobless_requests(view, plan.home, by_name, of=facts)
        found += property_file_requests(view, by_name, plan.home, of=principal)
    return tuple(dict.fromkeys(found))


def of_author(plan: Plan, bucket: str | None = None) -> tuple[Request, ...]:
    """What somebody needs who creates, updates, starts and watches the pipeline.

    Args:
        plan: what the pipeline will start, with what creating it sends, as far as that is known.
        bucket: where the SDK uploads code and long definitions; by default where the plan knows
            that code goes, else SageMaker's default bucket of the region and account.

    Raises:
        ValueError: for a bucket that can't be one.
    """
    if bucket is not None and _BUCKET.fullmatch(bucket) is None:
        raise ValueError(f"{bucket!r} can't be a bucket; wanted its name alone.")
    home = plan.home
    pipeline = home.arn("sagemaker", f"pipeline/{plan.pipeline_name or '*'}")
    facts = facts_of_author(home)
    found = [Request("", f"sagemaker:{one}", pipeline, facts) for one in _OF_THE_PIPELINE]
    found += [
        Request("", f"sagemaker:{one}", f"{pipeline}/execution/*", facts)
        for one in _OF_ITS_EXECUTIONS
    ]
    role = passing("", plan.role_arn, home)
    found += [role, Request("", "iam:GetRole", role.resource)]
    found += _sent_beside(plan.author_requests, home)
    somewhere = bucket or f"sagemaker-{home.region}-{home.account}"
    if bucket is not None or not plan.author_requests:
        where = home.arn("s3", somewhere)
        found += [Request("", "s3:ListBucket", where), Request("", "s3:PutObject", f"{where}/*")]
    elif len(json.dumps(plan.definition)) >= _LARGE_DEFINITION:
        uploaded = home.arn("s3", f"{somewhere}/{named(plan.pipeline_name)}")
        found.append(Request("", "s3:PutObject", uploaded))
    return tuple(dict.fromkeys(found))


def _sent_beside(sent: Iterable[AuthorRequest], home: Home) -> Iterator[Request]:
    """What creating a pipeline sends beside it; of an upload, the part that no new code changes."""
    for one in sent:
        if one.action == "iam:PassRole":
            service = one.conditions.get("iam:PassedToService", SAGEMAKER)
            yield passing("", one.resource, home, service)
        elif one.action == "s3:PutObject":
            yield Request("", "s3:ListBucket", bucket_of(one.resource))
            yield Request("", one.action, stable_part(one.resource))
        else:
            yield Request("", one.action, escaped(one.resource), Facts(dict(one.conditions)))


def _of_job(
    job: PlannedJob, plan: Plan, view: StepView | None, principal: Facts
) -> Iterator[Request]:
    facts = facts_of(view, plan.home, plan.role_arn)
    create = job.actions[0].partition(":")[2]
    shape = shape_of(job)
    for action in job.actions:
        if action == "iam:PassRole":
            yield passing(job.step, job.role_arn, plan.home, of=principal)
        elif action == "sagemaker:CreateModelPackageGroup":
            head, _, name = job.arn_pattern.partition(":model-package/")
            group = f"{head}{_GROUP}{name.removesuffix('/*')}"
            for needed in (action, "sagemaker:AddTags"):
                told = principal.of("CreateModelPackageGroup", needed)
                yield Request(job.step, needed, group, told)
        else:
            yield Request(job.step, action, job.arn_pattern, facts.of(create, action), shape)


def grant_requests(
    view: StepView | None, home: Home, *, of: Facts = NOTHING_KNOWN
) -> Iterator[Request]:
    """What the keys for the volumes of a job take, where its role is the execution role.

    Args:
        view: the step.
        home: where the pipeline runs.
        of: what is known of the principal.
    """
    for key in volume_keys(view):
        if view is not None and view.kind is not None:
            create = view.kind.actions[0]
            facts = of.of(create, CREATE_GRANT)
            within = f"sagemaker:{create}"
            yield Request(view.path, CREATE_GRANT, key_arn(key, home), facts, within=within)


def shape_of(job: PlannedJob) -> str:
    """The pattern of a job's ARN in the form that the service gives names, without failure count.

    Example:
        >>> from sm_prefix_ext import Plan
        >>> from sm_prefix_ext.iam.required_permissions import shape_of
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
    step: str, role: str | None, home: Home, service: str = SAGEMAKER, *, of: Facts = NOTHING_KNOWN
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
    return Request(step, "iam:PassRole", str(arn), of.of_passing(service))


def jobless_requests(
    view: StepView, home: Home, views: Views = MappingProxyType({}), *, of: Facts = NOTHING_KNOWN
) -> Iterator[Request]:
    """What a step without a job needs.

    Args:
        view: the step, as it stands in the definition or with its expressions worked out.
        home: where the pipeline runs.
        views: all steps of the definition by name, for what a step takes from another.
        of: what is known of the principal, and of the request that the step is there for.
    """
    if (view.kind is not None and view.kind.makes_job) or view.step_type in ASKS_NOTHING:
        return
    if view.step_type not in NEEDS:
        yield Request(view.path, NOT_KNOWN, "*")
        return
    for need in NEEDS[view.step_type](view, home, views):
        if need.passed_to:
            made = passing(view.path, need.resource, home, need.passed_to, of=of)
        else:
            facts = of.of(f"Create{view.step_type}", need.action)
            made = Request(view.path, need.action, need.resource, facts)
        yield replace(made, within=need.within)


def experiment_requests(
    definition: Mapping[str, Any],
    job: PlannedJob,
    home: Home,
    pipeline: str | None,
    *,
    of: Facts = NOTHING_KNOWN,
) -> Iterator[Request]:
    """What recording a job in the pipeline's experiment needs; nothing where there is none.

    Args:
        definition: the pipeline's.
        job: the job, whose trial component is called after it.
        home: where the pipeline runs.
        pipeline: the pipeline's name, which is the experiment's too unless it was told otherwise.
        of: what is known of the principal.
    """
    config = definition.get("PipelineExperimentConfig")
    if not isinstance(config, Mapping) or "-job/" not in job.arn_pattern:
        return
    of_pipeline = {"Get": "Execution.PipelineName"}
    given = config.get("ExperimentName")
    experiment = home.arn(
        "sagemaker", f"experiment/{named(pipeline if given == of_pipeline else given)}"
    )
    given = config.get("TrialName")
    trial_name = EXECUTION_ID if given == {"Get": "Execution.PipelineExecutionId"} else named(given)
    trial = home.arn("sagemaker", f"experiment-trial/{trial_name}")
    component = home.arn("sagemaker", f"experiment-trial-component/{job.name_pattern}")
    for operation, action, resource in (
        ("CreateExperiment", "CreateExperiment", experiment),
        ("CreateExperiment", "AddTags", experiment),
        ("CreateTrial", "CreateTrial", experiment),
        ("CreateTrial", "CreateTrial", trial),
        ("CreateTrial", "AddTags", trial),
        ("AssociateTrialComponent", "AssociateTrialComponent", trial),
        ("CreateTrialComponent", "CreateTrialComponent", component),
        ("CreateTrialComponent", "AddTags", component),
        ("AssociateTrialComponent", "AssociateTrialComponent", component),
    ):
        asked, within = f"sagemaker:{action}", f"sagemaker:{operation}"
        facts = of.of(operation, asked)
        yield Request(job.step, asked, resource, facts, within=within if asked != within else "")


def property_file_requests(
    view: StepView, views: Views, home: Home, *, of: Facts = NOTHING_KNOWN
) -> Iterator[Request]:
    """The objects that ``JsonGet`` reads for a step.

    Args:
        view: the step.
        views: all steps of the definition, by name.
        home: where the pipeline runs.
        of: what is known of the principal.
    """
    for bucket, key in objects_read(view, views):
        yield Request(view.path, "s3:GetObject", home.arn("s3", f"{bucket}/{key}"), of.elsewhere())
