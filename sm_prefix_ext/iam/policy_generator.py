"""Write the least policies: for the execution role, the author, a team's prefix.

Every rule in one of them is for a request that :mod:`.requests` lists; what nobody can name is
left out, and said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..core.arns import Arn, Home, is_role_arn
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
_OPEN = re.compile(
    r"arn:[^:]*:(iam::[^:]*:role/[*]|s3:::[*](/.*)?|lambda:.*:function:[*]|sqs:.*:[*]|kms:.*:key/[*]"
    r"|sagemaker:[^:]*:[^:]*:(?!experiment|pipeline/)(job/[^/]*/|[a-z-]+/)[*])"
)
"""All roles, all buckets, all jobs of a type, and so on."""


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
    """The least policy under which a pipeline's execution role can run the pipeline.

    Args:
        plan: what the pipeline will start.
        role_arn: the execution role, which is passed where a step has no role of its own; by
            default, here and below, what the plan knows.
        pipeline_name: the pipeline's own name, which its experiment has too.
        account: 12 digits.
        region: such as ``eu-west-1``.
        partition: by default the region's.
        parameters: values of the pipeline's parameters, by name; by default their defaults.
        name: what the policy is called where it is deployed; by default after the pipeline.

    Returns:
        The policy, for these values of the pipeline's parameters. What the jobs themselves do
        (read data, write models, pull images) is for the roles that they are handed, and not in
        it.

    Raises:
        ValueError: for an account or a region that can't be one, a parameter that the pipeline
            doesn't have, or a value that it can't take.

    Example:
        >>> from sm_prefix_ext import Plan, iam
        >>> train = {"TrainingJobName": "team-a", "RoleArn": "arn:aws:iam::111122223333:role/r"}
        >>> step = {"Name": "Train", "Type": "Training", "Arguments": train}
        >>> plan = Plan.from_definition({"Steps": [step]}, region="eu-west-1")
        >>> policy = iam.execution_role_policy(plan)
        >>> [statement["Sid"] for statement in policy.to_dict()["Statement"]]
        ['PassRoleToSagemaker', 'TrainingJob']
    """
    plan = plan.moved(
        account=account,
        region=region,
        partition=partition,
        role_arn=role_arn,
        pipeline_name=pipeline_name,
        parameters=parameters,
    )
    asked = list(of_execution_role(plan))
    if is_role_arn(plan.role_arn) and any("iam:PassRole" in job.actions for job in plan):
        # The developer guide's prerequisites have the role pass itself, whoever takes it.
        asked.append(passing("", plan.role_arn, plan.home))
    granted = statements(_sure(asked, plan.home))
    notes = (
        *notes_on(granted),
        *_by_default(plan, asked),
        *_left_out(asked, plan.home),
        *_grants_of_others(plan),
    )
    return PolicyDocument(granted, checked(name) or _called(plan, "execution-role"), notes=notes)


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
    """The least policy for whoever creates, updates, starts and watches a pipeline.

    An upload is granted by its bucket and the part of its key before the code's hash or the time of
    the upload, so that the policy holds when the code changes, and covers no other pipeline's code.

    Args:
        plan: what the pipeline will start. One of a ``Pipeline`` knows what creating the pipeline
            sends beside it: uploads, and the functions of Lambda steps.
        role_arn: the pipeline's execution role, which the author passes; by default, here and
            below, what the plan knows.
        pipeline_name: the pipeline's own name.
        bucket: where the SDK uploads code and definitions of 100 KB or more; by default where the
            plan knows that code goes, else ``sagemaker-<region>-<account>``.
        account: 12 digits.
        region: such as ``eu-west-1``.
        partition: by default the region's.
        parameters: values of the pipeline's parameters, by name; by default their defaults.
        name: what the policy is called where it is deployed; by default after the pipeline.

    Raises:
        ValueError: as :func:`execution_role_policy`.
    """
    plan = plan.moved(
        account=account,
        region=region,
        partition=partition,
        role_arn=role_arn,
        pipeline_name=pipeline_name,
        parameters=parameters,
    )
    asked = of_author(plan, bucket)
    granted = statements(_sure(asked, plan.home))
    notes = list(notes_on(granted))
    if plan.pipeline_name is None:
        notes.append("The pipeline's name isn't known, so every pipeline is named; give it.")
    notes += _left_out(asked, plan.home)
    if not plan.author_requests:
        notes += _functions(plan)
    return PolicyDocument(granted, checked(name) or _called(plan, "author"), notes=tuple(notes))


def prefix_policy(
    policy: PrefixPolicy,
    kinds: Iterable[str | Kind] | None = None,
    *,
    account: str | None = None,
    region: str | None = None,
    partition: str | None = None,
    name: str | None = None,
) -> PolicyDocument:
    """What an administrator grants to the execution roles of a team with a prefix.

    Args:
        policy: the team's prefix, short prefix and step roles, which the team may pass.
        kinds: step types, such as ``"Training"``; by default all that make a job, but for those
            whose limit is 6 characters where the policy has no short prefix.
        account: 12 digits; by default that of the step roles.
        region: such as ``eu-west-1``; left out, every region.
        partition: by default the region's.
        name: what the policy is called where it is deployed; by default after the prefix.

    Raises:
        ValueError: where there is no prefix for a kind, or a kind makes no job.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy, iam
        >>> policy = iam.prefix_policy(PrefixPolicy("team-a"), ["Training"], region="eu-west-1")
        >>> policy.to_dict()["Statement"][0]["Resource"]
        ['arn:aws:sagemaker:eu-west-1:*:training-job/team-a-*']
    """
    if policy.prefix is None:
        raise ValueError("The policy has no prefix, so there is nothing to grant by it.")
    roles = sorted(set(policy.step_roles.values()))
    home = Plan(()).moved(account=account, region=region, partition=partition).home
    if roles and account is None:
        found = Arn.parse(roles[0])
        home = Home(
            home.partition if region or partition else found.partition, home.region, found.account
        )
    asked: list[Request] = []
    notes: list[str] = []
    passes_roles = False
    for kind in _kinds(kinds):
        prefix = policy.prefix_for(kind)
        if prefix is None and kinds is not None:
            raise ValueError(
                f"The policy has no short_prefix, and a step of type {kind.step_type} takes "
                f"{kind.prefix_limit} characters at most."
            )
        if prefix is None:
            notes.append(f"No short prefix, so nothing for steps of type {kind.step_type}.")
            continue
        passes_roles = passes_roles or kind.passes_role
        category = "*/" if kind.step_type == "Job" else ""
        job = home.arn("sagemaker", f"{kind.arn_resource}/{category}{prefix}-*")
        asked += [
            Request("", action, job) for action in kind.iam_actions if action != "iam:PassRole"
        ]
        if kind.step_type == "RegisterModel":
            group = home.arn("sagemaker", f"model-package-group/{prefix}-*")
            asked += [Request("", action, group) for action in _GROUP_ACTIONS]
    asked += [passing("", role, home) for role in roles]
    if passes_roles and not roles:
        notes.append("No step roles, so no iam:PassRole; jobs are passed roles, so grant it too.")
    granted = statements(asked)
    called = checked(name) or f"prefix-{policy.prefix}"
    return PolicyDocument(granted, called, notes=(*notes_on(granted), *notes))


def _kinds(kinds: Iterable[str | Kind] | None) -> Iterator[Kind]:
    if kinds is None:
        yield from JOB_KINDS
        return
    for one in [kinds] if isinstance(kinds, str) else kinds:
        kind = KINDS.get(one) if isinstance(one, str) else one
        if kind is None or not kind.makes_job:
            known = ", ".join(k.step_type for k in JOB_KINDS)
            raise ValueError(f"{one!r} is no step type that makes a job; wanted some of {known}.")
        yield kind


def _called(plan: Plan, purpose: str) -> str:
    return f"{plan.pipeline_name}-{purpose}" if plan.pipeline_name else purpose


def _sure(asked: Iterable[Request], home: Home) -> list[Request]:
    """Those for which a statement can be written without opening a door."""
    return [
        one
        for one in asked
        if one.action != NOT_KNOWN and not _open(one) and foreign_account(one, home.account) is None
    ]


def _open(asked: Request) -> bool:
    """Whether nobody can say of which one it is asked, so that all of its kind would be allowed."""
    return _OPEN.fullmatch(asked.resource) is not None


def _by_default(plan: Plan, asked: Iterable[Request]) -> Iterator[str]:
    """For which steps the defaults of parameters were taken."""
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for one, parameters in parameters_by_request(plan, asked).items():
        if not _open(one) and one.action != NOT_KNOWN:
            names[one.step].update(dict.fromkeys(parameters))
    for step, found in names.items():
        listed = ", ".join(sorted(found))
        what = "defaults of the parameters" if len(found) > 1 else "default of the parameter"
        yield f"Step {step}: granted for the {what} {listed}, and for no other values."


def _left_out(asked: Iterable[Request], home: Home) -> Iterator[str]:
    """What no statement is written for, and what one is wider for, with the reason."""
    left_out: dict[str, list[str]] = defaultdict(list)
    for one in asked:
        where = f"Step {one.step}: " if one.step else ""
        account = foreign_account(one, home.account)
        if one.action == NOT_KNOWN:
            yield f"{where}What its type needs isn't known, so nothing is granted for it."
        elif account is not None:
            yield (
                f"{where}The role {one.resource} is of account {account}, and IAM passes roles "
                "within one account only, so passing it isn't granted."
            )
        elif one.action == "iam:PassRole" and _open(one):
            yield f"{where}The role that it takes isn't known, so passing it isn't granted."
        elif _open(one) and one.action != "iam:GetRole":
            left_out[where].append(one.action)
        elif one.action == "s3:GetObject" and MANY in one.subject:
            yield f"{where}Only a run decides which: {one.action} on {one.resource}."
    for where, actions in left_out.items():
        listed = ", ".join(dict.fromkeys(actions))
        yield f"{where}The definition doesn't tell which, so nothing is granted for {listed}."


def _grants_of_others(plan: Plan) -> Iterator[str]:
    """Which roles of jobs need a grant on a key, so that the execution role needs none."""
    views = {view.path: view for view in steps(plan.resolved or {"Steps": []})}
    for job in plan.jobs:
        keys = [key_arn(key, plan.home) for key in volume_keys(views.get(job.step))]
        if keys and not needs_grant_itself(job, plan.role_arn):
            role = job.role_arn if is_role_arn(job.role_arn) else "the role of its job"
            yield (
                f"Step {job.step}: Nothing is granted for {CREATE_GRANT} on {', '.join(keys)}; "
                f"{role} needs it to encrypt volumes, or else the execution role does."
            )


def _functions(plan: Plan) -> Iterator[str]:
    """That deploying the functions of Lambda steps isn't granted, where there are such steps."""
    listed = [
        view.path for view in steps(plan.definition or {"Steps": []}) if view.step_type == "Lambda"
    ]
    if listed:
        yield (
            f"Deploying the functions of Lambda steps ({', '.join(listed)}) is not covered; where "
            "the author does that, make the plan from the Pipeline itself."
        )


def notes_on(granted: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What statements name wider than they should, since nobody told where the pipeline runs."""
    named = [
        one.split(":", 5)
        for statement in granted
        for one in statement["Resource"]
        if one.startswith("arn:")
    ]
    for what, part in (("account", 4), ("region", 3)):
        if any(arn[part] == "*" for arn in named):
            yield f"The {what} isn't known, so every {what} is named; give it."
