"""The requests that IAM authorizes when a pipeline runs: action, resource and condition keys.

Policies, the preflight and the embedded AWS all use this list. A part of a resource that is only
known at run time is ``*``.

Sources:

- SageMaker developer guide, "IAM Access Management" for Pipelines and "Amazon SageMaker Experiments
  Integration".
- Observed denials: ``sagemaker:AddTags`` in every create call, ``CreateModelPackageGroup`` in every
  registration.
- Resources: service authorization reference.
- The actions of experiments are inferred, not observed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from ..core.arns import ArnScope, escaped, is_role_arn
from ..core.definition import StepView, steps
from ..core.plan import Plan
from ..core.planned_jobs import AuthorRequest, PlannedJob
from ..core.step_types import ENTITY_TOKEN_LENGTH
from .evaluator.patterns import Context, Template
from .property_files import EXECUTION_ID, Views, objects_read
from .request_context import NOTHING_KNOWN, Facts, facts_of, facts_of_author
from .service_permissions import NO_PERMISSIONS, REQUIRED, SAGEMAKER, key_arn, named
from .uploads import bucket_of, stable_part
from .volume_keys import CREATE_GRANT, needs_grant_itself, volume_keys

ENTITY_TOKEN = "?" * ENTITY_TOKEN_LENGTH
_SAMPLES = (("k3x9m2p7q1w5", "Ab3De5Gh7J"), ("7zt0c8v4n6b1", "9yK2mX4pQ8"))
"""Execution IDs and entity tokens of the real form."""
NOT_KNOWN = "unknown"
"""Stands for the actions of a step type whose permissions this package doesn't know."""

_GROUP = ":model-package-group/"
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_OCCASIONAL_VERBS = frozenset({"Cancel", "Delete", "Stop", "Terminate", "Update"})
_LARGE_DEFINITION = 100 * 1024
"""From this size in bytes, the SDK uploads a definition to S3, under the pipeline's name."""
_PIPELINE_ACTIONS = (
    *("AddTags", "CreatePipeline", "DescribePipeline", "ListPipelineExecutions", "ListTags"),
    *("StartPipelineExecution", "UpdatePipeline"),
)
_EXECUTION_ACTIONS = (
    *("DescribePipelineDefinitionForExecution", "DescribePipelineExecution"),
    *("ListPipelineExecutionSteps", "ListPipelineParametersForExecution"),
    *("RetryPipelineExecution", "StopPipelineExecution"),
)


@dataclass(frozen=True)
class Request:
    """A request that IAM will authorize or deny.

    Args:
        step: the path of the step that causes it; ``""`` for the pipeline itself.
        action: such as ``sagemaker:CreateTrainingJob``.
        resource: an ARN as written in a policy, with ``*`` and ``?`` for what is only known at run
            time.
        facts: the condition keys of the request, as far as they are known.
        shape: the resource with one ``?`` for each unknown character, where their number is known;
            ``""`` otherwise.
        within: the action whose call causes it, if that is another one: a create call also
            requires ``sagemaker:AddTags`` and ``iam:PassRole``.
    """

    step: str
    action: str
    resource: str
    facts: Facts = NOTHING_KNOWN
    shape: str = ""
    within: str = ""

    @property
    def subject(self) -> str:
        """The resource to evaluate, with wildcards distinct from characters of a name."""
        return str(Template(self.shape or self.resource).fill(Context()))

    @property
    def always(self) -> bool:
        """Whether every run makes it, not only one that stops, deletes or updates something."""
        verb = re.match("[A-Z][a-z]+", self.action.partition(":")[2])
        return verb is None or verb[0] not in _OCCASIONAL_VERBS


def of_execution_role(plan: Plan) -> tuple[Request, ...]:
    """Return the requests that the service makes as the pipeline's execution role.

    Args:
        plan: what the pipeline will start.
    """
    definition = plan.resolved
    views = {view.path: view for view in steps(definition)} if definition else {}
    by_name = {view.name: view for view in views.values()}
    principal = facts_of(None, plan.home, plan.role_arn)
    requests: list[Request] = []
    for job in plan.jobs:
        requests += _of_job(job, plan, views.get(job.step), principal)
        if needs_grant_itself(job, plan.role_arn):
            requests += grant_requests(views.get(job.step), plan.home, of=principal)
        requests += experiment_requests(
            definition, job, plan.home, plan.pipeline_name, of=principal
        )
    for view in views.values():
        if not (view.kind is not None and view.kind.makes_job):
            facts = facts_of(view, plan.home, plan.role_arn)
            requests += jobless_requests(view, plan.home, by_name, of=facts)
        requests += property_file_requests(view, by_name, plan.home, of=principal)
    return tuple(dict.fromkeys(requests))


def of_author(plan: Plan, bucket: str | None = None) -> tuple[Request, ...]:
    """Return the requests of a principal that creates, updates, starts and watches the pipeline.

    Args:
        plan: what the pipeline will start, with the requests that creating it sends if it has them.
        bucket: where the SDK uploads code and long definitions; by default the bucket of the plan's
            uploads, else SageMaker's default bucket of the region and account.

    Raises:
        ValueError: if the bucket isn't a valid name.
    """
    if bucket is not None and _BUCKET.fullmatch(bucket) is None:
        raise ValueError(
            f"bucket is {bucket!r}, which is not a valid bucket name; "
            "give the name without s3:// and without a key."
        )
    home = plan.home
    pipeline = home.arn("sagemaker", f"pipeline/{plan.pipeline_name or '*'}")
    facts = facts_of_author(home)
    requests = [Request("", f"sagemaker:{name}", pipeline, facts) for name in _PIPELINE_ACTIONS]
    requests += [
        Request("", f"sagemaker:{name}", f"{pipeline}/execution/*", facts)
        for name in _EXECUTION_ACTIONS
    ]
    role = passing("", plan.role_arn, home)
    requests += [role, Request("", "iam:GetRole", role.resource)]
    requests += _sent_beside(plan.author_requests, home)
    bucket_name = bucket or f"sagemaker-{home.region}-{home.account}"
    if bucket is not None or not plan.author_requests:
        arn = home.arn("s3", bucket_name)
        requests += [Request("", "s3:ListBucket", arn), Request("", "s3:PutObject", f"{arn}/*")]
    elif len(json.dumps(plan.definition)) >= _LARGE_DEFINITION:
        uploaded = home.arn("s3", f"{bucket_name}/{named(plan.pipeline_name)}")
        requests.append(Request("", "s3:PutObject", uploaded))
    return tuple(dict.fromkeys(requests))


def _sent_beside(sent: Iterable[AuthorRequest], home: ArnScope) -> Iterator[Request]:
    """Yield the requests that creating a pipeline sends beside the definition, such as uploads.

    Of an upload's key, only the part that stays the same when the code changes is used.
    """
    for request in sent:
        if request.action == "iam:PassRole":
            service = request.conditions.get("iam:PassedToService", SAGEMAKER)
            yield passing("", request.resource, home, service)
        elif request.action == "s3:PutObject":
            yield Request("", "s3:ListBucket", bucket_of(request.resource))
            yield Request("", request.action, stable_part(request.resource))
        else:
            facts = Facts(dict(request.conditions))
            yield Request("", request.action, escaped(request.resource), facts)


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
            for required in (action, "sagemaker:AddTags"):
                of_group = principal.of("CreateModelPackageGroup", required)
                yield Request(job.step, required, group, of_group)
        else:
            yield Request(job.step, action, job.arn_pattern, facts.of(create, action), shape)


def grant_requests(
    view: StepView | None, home: ArnScope, *, of: Facts = NOTHING_KNOWN
) -> Iterator[Request]:
    """Yield the grants on the keys of a job's volumes; for jobs under the execution role.

    Args:
        view: the step.
        home: where the pipeline runs.
        of: the condition keys of the principal.
    """
    for key in volume_keys(view):
        if view is not None and view.kind is not None:
            create = view.kind.actions[0]
            facts = of.of(create, CREATE_GRANT)
            within = f"sagemaker:{create}"
            yield Request(view.path, CREATE_GRANT, key_arn(key, home), facts, within=within)


def shape_of(job: PlannedJob) -> str:
    """Return the pattern of a job's ARN with the form of the service's names.

    The service adds a failure count to the names of retries; the pattern leaves it out.

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
        match = re.fullmatch(r"((?:pipelines-)?)[*]-(.+)-[*]", name)
        shape = f"{match[1]}{EXECUTION_ID}-{match[2]}-{ENTITY_TOKEN}" if match else name
    return job.arn_pattern.removesuffix(name) + shape


def samples(shape: str) -> tuple[str, ...]:
    """Return example ARNs with names of the real form, for the shape of a job's ARN."""
    return tuple(
        shape.replace(EXECUTION_ID, execution, 1).replace(ENTITY_TOKEN, token, 1)
        for execution, token in _SAMPLES
    )


def passing(
    step: str,
    role: str | None,
    home: ArnScope,
    service: str = SAGEMAKER,
    *,
    of: Facts = NOTHING_KNOWN,
) -> Request:
    """Return the request to pass a role to a service; ``None`` and ``*`` stand for any role.

    Args:
        step: the path of the step.
        role: the role.
        home: where the pipeline runs.
        service: the service to which it is passed.
        of: the condition keys of the principal that passes it.
    """
    arn = role if is_role_arn(role) else home.arn("iam", "role/*")
    return Request(step, "iam:PassRole", str(arn), of.of_passing(service))


def jobless_requests(
    view: StepView,
    home: ArnScope,
    views: Views = MappingProxyType({}),
    *,
    of: Facts = NOTHING_KNOWN,
) -> Iterator[Request]:
    """Yield the requests of a step without a job.

    Args:
        view: the step as in the definition, or with its expressions resolved.
        home: where the pipeline runs.
        views: all steps of the definition by name, for references between steps.
        of: the condition keys of the principal and of the step's main request.
    """
    if (view.kind is not None and view.kind.makes_job) or view.step_type in NO_PERMISSIONS:
        return
    if view.step_type not in REQUIRED:
        yield Request(view.path, NOT_KNOWN, "*")
        return
    for permission in REQUIRED[view.step_type](view, home, views):
        action, resource, within, service = permission
        if service:
            request = passing(view.path, resource, home, service, of=of)
        else:
            facts = of.of(f"Create{view.step_type}", action)
            request = Request(view.path, action, resource, facts)
        yield replace(request, within=within)


def experiment_requests(
    definition: Mapping[str, Any],
    job: PlannedJob,
    home: ArnScope,
    pipeline: str | None,
    *,
    of: Facts = NOTHING_KNOWN,
) -> Iterator[Request]:
    """Yield the requests that record a job in the pipeline's experiment, if it has one.

    Args:
        definition: the pipeline's definition.
        job: the job; its trial component has the job's name.
        home: where the pipeline runs.
        pipeline: the pipeline's name, which is the default of the experiment's.
        of: the condition keys of the principal.
    """
    config = definition.get("PipelineExperimentConfig")
    if not isinstance(config, Mapping) or "-job/" not in job.arn_pattern:
        return
    experiment_name, trial_name = config.get("ExperimentName"), config.get("TrialName")
    if experiment_name == {"Get": "Execution.PipelineName"}:
        experiment_name = pipeline
    experiment = home.arn("sagemaker", f"experiment/{named(experiment_name)}")
    of_execution = trial_name == {"Get": "Execution.PipelineExecutionId"}
    trial_name = EXECUTION_ID if of_execution else named(trial_name)
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
        full_action, within = f"sagemaker:{action}", f"sagemaker:{operation}"
        facts = of.of(operation, full_action)
        within = within if full_action != within else ""
        yield Request(job.step, full_action, resource, facts, within=within)


def property_file_requests(
    view: StepView, views: Views, home: ArnScope, *, of: Facts = NOTHING_KNOWN
) -> Iterator[Request]:
    """Yield a request for each object that ``JsonGet`` reads for a step.

    Args:
        view: the step.
        views: all steps of the definition, by name.
        home: where the pipeline runs.
        of: the condition keys of the principal.
    """
    facts = of.without_region()  # the bucket may be in another region
    for bucket, key in objects_read(view, views):
        yield Request(view.path, "s3:GetObject", home.arn("s3", f"{bucket}/{key}"), facts)
