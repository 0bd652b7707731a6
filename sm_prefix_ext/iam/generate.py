"""Write the least policies: for the execution role, the author, a team's prefix.

The same plan gives the same policy, to the byte. Every rule in one of them is for a request that
:mod:`.requests` lists; nothing is widened to make it shorter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..arns import Arn, Home, is_role_arn
from ..kinds import JOB_KINDS, KINDS, Kind
from ..plan import Plan
from ..policy import PrefixPolicy
from .defaults import with_defaults
from .documents import PolicyDocument, statement
from .matching import MANY, glob
from .overlap import meets
from .requests import NOT_KNOWN, Request, of_author, of_execution_role, passing

_GROUP_ACTIONS = ("sagemaker:AddTags", "sagemaker:CreateModelPackageGroup")
_WITHOUT_RESOURCE_TYPE = frozenset({"elasticmapreduce:RunJobFlow"})
"""What a policy has to allow on ``*``, since the service authorization reference names no type."""
_OPEN = re.compile(
    r"arn:[^:]*:(iam::[^:]*:role/[*]|s3:::[*](/.*)?|lambda:.*:function:[*]|sqs:.*:[*]"
    r"|sagemaker:[^:]*:[^:]*:(?!experiment|pipeline/)(job/[^/]*/|[a-z-]+/)[*])"
)
"""All roles, all buckets, all jobs of a type, and so on."""
_MOST_OF_A_STATEMENT = 5_000
"""Characters of resources; a managed policy takes 6,144 in all."""


def execution_role_policy(
    plan: Plan,
    *,
    role_arn: str | None = None,
    pipeline_name: str | None = None,
    account: str | None = None,
    region: str | None = None,
    partition: str | None = None,
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

    Returns:
        The policy. Parameters of the pipeline have their defaults in it. What the jobs themselves
        do (read data, write models, pull images) is for the roles that they are handed, and not in
        it.

    Raises:
        ValueError: for an account or a region that can't be one.

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
    )
    foreseen, asked = of_execution_role(plan), list(of_execution_role(with_defaults(plan)))
    notes = [*notes_on(plan.home), *_by_default(foreseen, asked), *_left_out(asked)]
    if is_role_arn(plan.role_arn) and any("iam:PassRole" in job.actions for job in plan):
        # The developer guide's prerequisites have the role pass itself, whoever takes it.
        asked.append(passing("", plan.role_arn, plan.home))
    return PolicyDocument(_statements(_sure(asked)), "execution-role", notes=tuple(notes))


def author_policy(
    plan: Plan,
    *,
    role_arn: str | None = None,
    pipeline_name: str | None = None,
    bucket: str | None = None,
    account: str | None = None,
    region: str | None = None,
    partition: str | None = None,
) -> PolicyDocument:
    """The least policy for whoever creates, updates, starts and watches a pipeline.

    Args:
        plan: what the pipeline will start.
        role_arn: the pipeline's execution role, which the author passes; by default, here and
            below, what the plan knows.
        pipeline_name: the pipeline's own name.
        bucket: where the SDK uploads code and definitions of 100 KB or more; by default
            ``sagemaker-<region>-<account>``.
        account: 12 digits.
        region: such as ``eu-west-1``.
        partition: by default the region's.

    Raises:
        ValueError: for an account or a region that can't be one.
    """
    plan = plan.moved(
        account=account,
        region=region,
        partition=partition,
        role_arn=role_arn,
        pipeline_name=pipeline_name,
    )
    notes = list(notes_on(plan.home))
    if plan.pipeline_name is None:
        notes.append("The pipeline's name isn't known, so every pipeline is named; give it.")
    asked = of_author(plan, bucket)
    notes += _left_out(asked)
    return PolicyDocument(_statements(_sure(asked)), "author", notes=tuple(notes))


def prefix_policy(
    policy: PrefixPolicy,
    kinds: Iterable[str | Kind] | None = None,
    *,
    account: str | None = None,
    region: str | None = None,
    partition: str | None = None,
) -> PolicyDocument:
    """What an administrator grants to the execution roles of a team with a prefix.

    Args:
        policy: the team's prefix, short prefix and step roles, which the team may pass.
        kinds: step types, such as ``"Training"``; by default all that make a job, but for those
            whose limit is 6 characters where the policy has no short prefix.
        account: 12 digits; by default that of the step roles.
        region: such as ``eu-west-1``; left out, every region.
        partition: by default the region's.

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
    notes = list(notes_on(home))
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
        category = "*/" if kind.step_type == "Job" else ""
        job = home.arn("sagemaker", f"{kind.arn_resource}/{category}{prefix}-*")
        asked += [
            Request("", action, job) for action in kind.iam_actions if action != "iam:PassRole"
        ]
        if kind.step_type == "RegisterModel":
            group = home.arn("sagemaker", f"model-package-group/{prefix}-*")
            asked += [Request("", action, group) for action in _GROUP_ACTIONS]
    asked += [passing("", role, home) for role in roles]
    if not roles:
        notes.append("No step roles, so no iam:PassRole; jobs are passed roles, so grant it too.")
    return PolicyDocument(_statements(asked), f"prefix-{policy.prefix}", notes=tuple(notes))


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


def _sure(asked: Iterable[Request]) -> list[Request]:
    """Those for which a statement can be written without opening a door."""
    return [one for one in asked if one.action != NOT_KNOWN and not _open(one)]


def _open(asked: Request) -> bool:
    """Whether nobody can say of which one it is asked, so that all of its kind would be allowed."""
    return _OPEN.fullmatch(asked.resource) is not None


def _by_default(foreseen: Iterable[Request], asked: Iterable[Request]) -> Iterator[str]:
    """For which steps the defaults of parameters were taken."""
    known = {(one.step, one.action, one.resource) for one in foreseen}
    new = (one.step for one in asked if (one.step, one.action, one.resource) not in known)
    for step in dict.fromkeys(new):
        yield f"Step {step}: granted for the defaults of its parameters, and for no other values."


def _left_out(asked: Iterable[Request]) -> Iterator[str]:
    """What no statement is written for, and what one is wider for, with the reason."""
    left_out: dict[str, list[str]] = defaultdict(list)
    for one in asked:
        where = f"Step {one.step}: " if one.step else ""
        if one.action == NOT_KNOWN:
            yield f"{where}What its type needs isn't known, so nothing is granted for it."
        elif one.action == "iam:PassRole" and _open(one):
            yield f"{where}The role that it takes isn't known, so passing it isn't granted."
        elif _open(one) and one.action != "iam:GetRole":
            left_out[where].append(one.action)
        elif one.action == "s3:GetObject" and MANY in one.subject:
            yield f"{where}Only a run decides which: {one.action} on {one.resource}."
    for where, actions in left_out.items():
        listed = ", ".join(dict.fromkeys(actions))
        yield f"{where}Only a run decides which, so nothing is granted for {listed}."


def notes_on(home: Home) -> Iterator[str]:
    """What is wider than it should be, since nobody told where the pipeline runs."""
    for what, value in (("account", home.account), ("region", home.region)):
        if value == "*":
            yield f"The {what} isn't known, so every {what} is named; give it."


def _statements(asked: Iterable[Request]) -> tuple[Mapping[str, Any], ...]:
    """The statements that allow some requests, and no request that could be made beside them."""
    made = []
    for of_them, service, resources in _together(asked):
        condition = {"StringEquals": {"iam:PassedToService": service}} if service else None
        for some in _portions(resources):
            label = _label(min(some), of_them, service)
            made.append(statement(label, of_them, some, condition=condition))
    labels = [written["Sid"] for written in made]
    for written in made:
        if labels.count(written["Sid"]) > 1:
            content = json.dumps(written, sort_keys=True).encode()
            written["Sid"] += hashlib.sha256(content).hexdigest()[:8]
    return tuple(sorted(made, key=lambda written: str(written["Sid"])))


def _together(asked: Iterable[Request]) -> Iterator[tuple[frozenset[str], str, list[str]]]:
    """Actions with the resources that all of them are asked about, and the service passed to.

    Resources of one type with the same actions share a statement. So do all resources of an action
    that is asked about several types at once, such as ``sagemaker:CreateTrial``: each of them has
    to allow it. ``sagemaker:AddTags`` is asked about one thing at a time.
    """
    about: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for one in asked:
        service = str(one.facts.known.get("iam:PassedToService", ""))
        resource = "*" if one.action in _WITHOUT_RESOURCE_TYPE else one.resource
        about[one.action, service].update(dict.fromkeys(_spellings(resource)))
    actions: dict[tuple[tuple[str, ...], str], set[str]] = defaultdict(set)
    for (action, service), named in about.items():
        resources = _needed(named)
        several = len({_type_of(one) for one in resources}) > 1 and action != "sagemaker:AddTags"
        for some in [tuple(sorted(resources))] if several else [(one,) for one in resources]:
            actions[some, service].add(action)
    alike: dict[tuple[str, frozenset[str], str], list[str]] = defaultdict(list)
    for (some, service), of_them in actions.items():
        kind = _type_of(some[0]) if len(some) == 1 else " ".join(some)
        alike[kind, frozenset(of_them), service] += some
    yield from ((of_them, service, found) for (_, of_them, service), found in alike.items())


def _portions(resources: list[str]) -> Iterator[list[str]]:
    """Resources in portions that leave room in a policy for the rest of their statement."""
    portion: list[str] = []
    for one in sorted(resources):
        if portion and len(json.dumps([*portion, one])) > _MOST_OF_A_STATEMENT:
            yield portion
            portion = []
        portion.append(one)
    yield portion


def _type_of(resource: str) -> str:
    return "*" if resource == "*" else ":".join(resource.split(":")[2:3]) + _path(resource)


def _path(resource: str) -> str:
    """The resource type in an ARN, with the ``:`` of those that have no ``/``."""
    return re.split(r"[/:]", Arn.parse(resource).resource.strip("/"))[0]


def _spellings(resource: str) -> tuple[str, ...]:
    """A resource, and in lower case too: SageMaker has authorised the names of jobs in both."""
    if ":sagemaker:" not in resource:
        return (resource,)
    arn = Arn.parse(resource)
    return tuple(
        dict.fromkeys((resource, resource.removesuffix(arn.resource) + arn.resource.lower()))
    )


def _needed(resources: Iterable[str]) -> list[str]:
    """The patterns that none of the others covers."""
    return [
        one
        for one in resources
        if not any(other != one and meets(glob(other), one) is True for other in resources)
    ]


def _label(resource: str, actions: Iterable[str], service: str) -> str:
    """What a statement is called: by what it is about."""
    if service:
        return f"PassRoleTo{_camel(service.partition('.')[0])}"
    if resource == "*":
        return _camel(min(actions).replace(":", "-"))
    arn = Arn.parse(resource)
    if arn.service == "sagemaker":
        path = "PipelineExecution" if "/execution/" in arn.resource else arn.resource_type
        return _camel(path)
    if arn.service == "s3":
        return "Objects" if "/" in arn.resource else "Bucket"
    return _camel(
        f"{arn.service}-{_path(resource)}" if re.search("[/:]", arn.resource) else arn.service
    )


def _camel(text: str) -> str:
    words = re.split(r"[^A-Za-z0-9]+", text)
    return "".join(word[:1].upper() + word[1:] for word in words)
