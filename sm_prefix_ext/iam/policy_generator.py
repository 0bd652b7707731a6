"""Generate least-privilege policies for the execution role, the author and a team's prefix.

Every statement allows requests that :mod:`.required_permissions` lists. A request whose resource
isn't known is left out, and the policy's notes say so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..core.arns import Arn, ArnScope, is_role_arn
from ..core.definition import steps
from ..core.plan import Plan
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import JOB_KINDS, KINDS, Kind
from .evaluator.patterns import MANY
from .foreign_roles import foreign_account
from .minimize import statements
from .parameter_defaults import parameters_by_request
from .policy_document import PolicyDocument
from .required_permissions import NOT_KNOWN, Request, of_author, of_execution_role, passing
from .resource_names import checked
from .service_permissions import key_arn
from .volume_keys import CREATE_GRANT, needs_grant_itself, volume_keys

_GROUP_ACTIONS = ("sagemaker:AddTags", "sagemaker:CreateModelPackageGroup")
_UNBOUNDED = re.compile(
    r"arn:[^:]*:(iam::[^:]*:role/[*]|s3:::[*](/.*)?|lambda:.*:function:[*]|sqs:.*:[*]|kms:.*:key/[*]"
    r"|sagemaker:[^:]*:[^:]*:(?!experiment|pipeline/)(job/[^/]*/|[a-z-]+/)[*])"
)
"""The resources that stand for all roles, all buckets, all jobs of a type, and so on.

Experiments and pipelines are excepted: if their name isn't known, the policy covers all of them.
"""


def execution_role_policy(
    plan: Plan,
    *,
    role_arn: str | None = None,
    pipeline_name: str | None = None,
    account: str | None = None,
    region: str | None = None,
    partition: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    name: str | None = None,
) -> PolicyDocument:
    """Generate the least-privilege policy of a pipeline's execution role.

    Args:
        plan: what the pipeline will start.
        role_arn: the execution role, which a step without a role of its own passes; by default,
            here and below, the plan's.
        pipeline_name: the pipeline's name, which is also its experiment's.
        account: 12 digits.
        region: such as ``eu-west-1``.
        partition: by default the region's.
        parameters: values of the pipeline's parameters, by name; by default their defaults.
        name: the policy's name in IAM; by default derived from the pipeline's.

    Returns:
        The policy, for these values of the pipeline's parameters. It doesn't cover what the jobs
        themselves do (read data, write models, pull images); their own roles need that.

    Raises:
        ValueError: if the account or the region isn't valid, if the pipeline doesn't have a
            parameter, or if a parameter can't have the value.

    Example:
        >>> from sm_prefix_ext import Plan, iam
        >>> train = {"TrainingJobName": "team-a", "RoleArn": "arn:aws:iam::111122223333:role/r"}
        >>> step = {"Name": "Train", "Type": "Training", "Arguments": train}
        >>> plan = Plan.from_definition({"Steps": [step]}, region="eu-west-1")
        >>> policy = iam.execution_role_policy(plan)
        >>> [statement["Sid"] for statement in policy.to_dict()["Statement"]]
        ['PassRoleToSagemaker', 'TrainingJob']
    """
    plan = plan.replace(
        account=account,
        region=region,
        partition=partition,
        role_arn=role_arn,
        pipeline_name=pipeline_name,
        parameters=parameters,
    )
    requests = list(of_execution_role(plan))
    if is_role_arn(plan.role_arn) and any("iam:PassRole" in job.actions for job in plan):
        # By the prerequisites in the SageMaker developer guide, the role has to be able to pass
        # itself, even if every step has a role of its own.
        requests.append(passing("", plan.role_arn, plan.home))
    granted = statements(resolvable(requests, plan.home))
    notes = (
        *notes_on(granted),
        *_notes_on_defaults(plan, requests),
        *_notes_on_omissions(requests, plan.home),
        *_notes_on_key_grants(plan),
    )
    called = checked(name) or _document_name(plan, "execution-role")
    return PolicyDocument(granted, called, notes=notes)


def author_policy(
    plan: Plan,
    *,
    role_arn: str | None = None,
    pipeline_name: str | None = None,
    bucket: str | None = None,
    account: str | None = None,
    region: str | None = None,
    partition: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    name: str | None = None,
) -> PolicyDocument:
    """Generate the least-privilege policy to create, update, start and watch a pipeline.

    Uploads are allowed under the part of their key before the code's hash or the time of upload. So
    the policy stays valid when the code changes, and doesn't cover another pipeline's code.

    Args:
        plan: what the pipeline will start. The plan of a ``Pipeline`` includes what creating the
            pipeline sends beside it: uploads, and the functions of Lambda steps.
        role_arn: the pipeline's execution role, which the author passes; by default, here and
            below, the plan's.
        pipeline_name: the pipeline's name.
        bucket: where the SDK uploads code and definitions of 100 KB or more; by default the bucket
            of the plan's uploads, else ``sagemaker-<region>-<account>``.
        account: 12 digits.
        region: such as ``eu-west-1``.
        partition: by default the region's.
        parameters: values of the pipeline's parameters, by name; by default their defaults.
        name: the policy's name in IAM; by default derived from the pipeline's.

    Raises:
        ValueError: see :func:`execution_role_policy`.
    """
    plan = plan.replace(
        account=account,
        region=region,
        partition=partition,
        role_arn=role_arn,
        pipeline_name=pipeline_name,
        parameters=parameters,
    )
    requests = of_author(plan, bucket)
    granted = statements(resolvable(requests, plan.home))
    notes = list(notes_on(granted))
    if plan.pipeline_name is None:
        notes.append(
            "The pipeline's name isn't known, so the policy covers every pipeline; give the name."
        )
    notes += _notes_on_omissions(requests, plan.home)
    if not plan.author_requests:
        notes += _notes_on_functions(plan)
    called = checked(name) or _document_name(plan, "author")
    return PolicyDocument(granted, called, notes=tuple(notes))


def prefix_policy(
    policy: PrefixPolicy,
    kinds: Iterable[str | Kind] | None = None,
    *,
    account: str | None = None,
    region: str | None = None,
    partition: str | None = None,
    name: str | None = None,
) -> PolicyDocument:
    """Generate the policy by which an administrator allows a team's roles the jobs of its prefix.

    Args:
        policy: the team's prefix, short prefix and step roles, which the team may pass.
        kinds: step types, such as ``"Training"``; by default all that create a job. Without a short
            prefix, the default leaves out those with a limit of 6 characters.
        account: 12 digits; by default the account of the step roles.
        region: such as ``eu-west-1``; by default every region.
        partition: by default the region's.
        name: the policy's name in IAM; by default derived from the prefix.

    Raises:
        ValueError: if the policy has no prefix for a kind, or a kind doesn't create a job.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy, iam
        >>> policy = iam.prefix_policy(PrefixPolicy("team-a"), ["Training"], region="eu-west-1")
        >>> policy.to_dict()["Statement"][0]["Resource"]
        ['arn:aws:sagemaker:eu-west-1:*:training-job/team-a-*']
    """
    if policy.prefix is None:
        raise ValueError(
            "The prefix policy has no prefix, so there is nothing to allow; set prefix."
        )
    roles = sorted(set(policy.step_roles.values()))
    home = _team_scope(roles, account=account, region=region, partition=partition)
    prefixes = [(kind, policy.prefix_for(kind)) for kind in job_kinds(kinds)]
    without_prefix = [kind for kind, prefix in prefixes if prefix is None]
    if without_prefix and kinds is not None:
        kind = without_prefix[0]
        raise ValueError(
            f"The prefix policy has no short_prefix, and a step of type {kind.step_type} takes at "
            f"most {kind.prefix_limit} characters; set short_prefix."
        )
    requests = [
        request
        for kind, prefix in prefixes
        if prefix is not None
        for request in _kind_requests(kind, prefix, home)
    ]
    requests += [passing("", role, home) for role in roles]
    granted = statements(requests)
    notes = [*notes_on(granted)]
    notes += [
        f"No short prefix, so nothing is granted for steps of type {kind.step_type}."
        for kind in without_prefix
    ]
    if not roles and any(kind.passes_role for kind, prefix in prefixes if prefix):
        notes.append(
            "The prefix policy has no step roles, so iam:PassRole isn't granted; jobs need it, so "
            "grant it for their roles."
        )
    return PolicyDocument(granted, checked(name) or f"prefix-{policy.prefix}", notes=tuple(notes))


def _team_scope(
    roles: Sequence[str], *, account: str | None, region: str | None, partition: str | None
) -> ArnScope:
    """Return where a team's jobs run; account and partition by default those of its roles."""
    home = Plan(()).replace(account=account, region=region, partition=partition).home
    if not roles or account is not None:
        return home
    role = Arn.parse(roles[0])
    known_partition = home.partition if region or partition else role.partition
    return ArnScope(known_partition, home.region, role.account)


def _kind_requests(kind: Kind, prefix: str, home: ArnScope) -> Iterator[Request]:
    """Yield the requests for all jobs of a step type under a prefix."""
    job = home.arn("sagemaker", kind.resource(f"{prefix}-*"))
    for action in kind.iam_actions:
        if action != "iam:PassRole":
            yield Request("", action, job)
    if kind.step_type == "RegisterModel":
        group = home.arn("sagemaker", f"model-package-group/{prefix}-*")
        for action in _GROUP_ACTIONS:
            yield Request("", action, group)


def job_kinds(kinds: Iterable[str | Kind] | None) -> Iterator[Kind]:
    """Yield the kinds of step types; all that create a job for ``None``.

    Args:
        kinds: step types, such as ``"Training"``.

    Raises:
        ValueError: for one that creates no job.
    """
    if kinds is None:
        yield from JOB_KINDS
        return
    for requested in [kinds] if isinstance(kinds, str) else kinds:
        kind = KINDS.get(requested) if isinstance(requested, str) else requested
        if kind is None or not kind.makes_job:
            known = ", ".join(k.step_type for k in JOB_KINDS)
            raise ValueError(
                f"{requested!r} is not a step type that creates a job; wanted one of {known}."
            )
        yield kind


def _document_name(plan: Plan, purpose: str) -> str:
    return f"{plan.pipeline_name}-{purpose}" if plan.pipeline_name else purpose


def resolvable(requests: Iterable[Request], home: ArnScope) -> list[Request]:
    """Return the requests that a statement can allow without allowing everything of their kind."""
    return [
        request
        for request in requests
        if request.action != NOT_KNOWN
        and not _is_unbounded(request)
        and foreign_account(request, home.account) is None
    ]


def _is_unbounded(request: Request) -> bool:
    """Test whether a request's resource stands for everything of its kind."""
    return _UNBOUNDED.fullmatch(request.resource) is not None


def _notes_on_defaults(plan: Plan, requests: Iterable[Request]) -> Iterator[str]:
    """Note the steps that are granted for the default values of parameters only."""
    by_step: dict[str, dict[str, None]] = defaultdict(dict)
    for request, parameters in parameters_by_request(plan, requests).items():
        if not _is_unbounded(request) and request.action != NOT_KNOWN:
            by_step[request.step].update(dict.fromkeys(parameters))
    for step, names in by_step.items():
        listed = ", ".join(sorted(names))
        defaults = "defaults of the parameters" if len(names) > 1 else "default of the parameter"
        yield f"Step {step}: granted for the {defaults} {listed}, and for no other values."


def _notes_on_omissions(requests: Iterable[Request], home: ArnScope) -> Iterator[str]:
    """Note the requests that no statement allows, and those that one allows too widely."""
    omitted: dict[str, list[str]] = defaultdict(list)
    for request in requests:
        where = f"Step {request.step}: " if request.step else ""
        # The author looks the role up and passes it; one note on the role is enough.
        if _is_unbounded(request) and request.action not in ("iam:PassRole", "iam:GetRole"):
            omitted[where].append(request.action)
        else:
            note = _omission(request, home)
            if note is not None:
                yield where + note
    for where, actions in omitted.items():
        listed = ", ".join(dict.fromkeys(actions))
        yield (
            f"{where}Nothing is granted for {listed}, since the definition doesn't determine the "
            "resource."
        )


def _omission(request: Request, home: ArnScope) -> str | None:
    """Return why a request isn't allowed, or is allowed too widely; ``None`` if neither is so."""
    if request.action == NOT_KNOWN:
        return "The permissions that its type needs aren't known, so none are granted."
    account = foreign_account(request, home.account)
    if account is not None:
        return (
            f"The role {request.resource} is of account {account}, and a role can only be passed "
            "within its own account, so passing it isn't granted."
        )
    if request.action == "iam:PassRole" and _is_unbounded(request):
        return "The role that it takes isn't known, so passing it isn't granted."
    if request.action == "s3:GetObject" and MANY in request.subject:
        return (
            f"{request.action} is granted on {request.resource}, since the object is only known at "
            "run time."
        )
    return None


def _notes_on_key_grants(plan: Plan) -> Iterator[str]:
    """Note the keys on which a job's own role needs a grant, so that none is granted here."""
    views = {view.path: view for view in steps(plan.resolved or {"Steps": []})}
    for job in plan.jobs:
        keys = [key_arn(key, plan.home) for key in volume_keys(views.get(job.step))]
        if keys and not needs_grant_itself(job, plan.role_arn):
            role = job.role_arn if is_role_arn(job.role_arn) else "the role of its job"
            yield (
                f"Step {job.step}: Nothing is granted for {CREATE_GRANT} on {', '.join(keys)}; "
                f"{role} needs it to encrypt volumes, or else the execution role does."
            )


def _notes_on_functions(plan: Plan) -> Iterator[str]:
    """Note that deploying the functions of Lambda steps isn't granted, if there are such steps."""
    listed = [
        view.path for view in steps(plan.definition or {"Steps": []}) if view.step_type == "Lambda"
    ]
    if listed:
        yield (
            f"Deploying the functions of Lambda steps ({', '.join(listed)}) is not covered; if the "
            "author deploys them, make the plan from the Pipeline itself."
        )


def notes_on(granted: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Note the statements that are too wide because the account or the region isn't known."""
    arns = [
        resource.split(":", 5)
        for statement in granted
        for resource in statement["Resource"]
        if resource.startswith("arn:")
    ]
    for noun, part in (("account", 4), ("region", 3)):
        if any(arn[part] == "*" for arn in arns):
            yield f"The {noun} isn't known, so the policy covers every {noun}; give the {noun}."
