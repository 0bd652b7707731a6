"""The generated policies: exactly what a plan needs, in every partition."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sm_prefix_ext import Plan, PrefixPolicy, iam
from sm_prefix_ext.core.step_types import JOB_KINDS, KINDS
from sm_prefix_ext.iam.policy_document import LIMITS
from sm_prefix_ext.iam.required_permissions import Request, of_execution_role

from .pipelines import (
    ACCOUNT,
    EXECUTION,
    JOBS,
    NAMES,
    PIPELINES,
    REGION,
    VPC,
    WORKER,
    plan,
    step,
)
from .requests import concrete, verdict


@pytest.mark.parametrize("name", NAMES)
def test_every_request_of_the_plan_is_allowed(name: str) -> None:
    """Both the pattern of a request and an example of it are allowed."""
    pipeline_plan = plan(name)
    policy = iam.execution_role_policy(pipeline_plan)
    assert iam.preflight(pipeline_plan, role_policies=[policy]).ok
    for asked in of_execution_role(pipeline_plan):
        assert "allowed" == verdict(policy, asked, concrete(asked)), asked


def near_misses(asked: Request) -> Any:
    """Yield the same request for resources and actions of others."""
    resource = concrete(asked)
    head, _, name = resource.rpartition("/")
    for old, new in (
        (ACCOUNT, "999999999999"),
        (REGION, "us-west-2"),
        ("team-a", "team-b"),
        ("team-a", "eam-a"),
        ("team-a", "TEAM-A"),
        ("Team-A", "tEam-A"),
        ("role/pipeline", "role/pipelin"),
        ("role/worker", "role/worker2"),
        ("role/worker", "role/path/worker"),
        ("pipelines-", "pipeline-"),
        ("training-job", "processing-job"),
        ("processing-job", "training-job"),
        ("transform-job", "model"),
        (":model/", ":endpoint/"),
        ("hyper-parameter-tuning-job", "training-job"),
        ("automl-job", "training-job"),
        ("model-package/", "model-package-group/x"),
        ("function:notify", "function:notify2"),
        (":approve", ":approve2"),
        ("applications/00abc", "applications/00abd"),
        ("s3:::", "s3:::x"),
        ("report.json", "secret.json"),
    ):
        if old in resource:
            yield asked.action, resource.replace(old, new, 1)
    service, _, operation = asked.action.partition(":")
    other = re.sub(r"^[A-Z][a-z]+", "Purge", operation)
    yield f"{service}:{other}", resource
    yield f"{service}:{operation}s", resource
    yield asked.action, f"{head}s/{name}"


def test_near_misses_are_refused() -> None:
    """Each near miss differs in the account, region, prefix, type, role, …"""
    tried = 0
    for name in NAMES:
        pipeline_plan = plan(name)
        policy = iam.execution_role_policy(pipeline_plan)
        for asked in of_execution_role(pipeline_plan):
            if asked.resource == "*" or asked.action == "elasticmapreduce:RunJobFlow":
                continue  # which has to be allowed on everything
            for action, resource in near_misses(asked):
                allowed_by_another = any(
                    request.action == action
                    and resource.startswith(request.resource.partition("*")[0])
                    and request.resource != asked.resource
                    for request in of_execution_role(pipeline_plan)
                )
                if not allowed_by_another and not _covered(asked, action, resource):
                    tried += 1
                    got = verdict(policy, asked, resource, action)
                    assert "implicitDeny" == got, (asked, action, resource)
    assert tried > 1000


def _covered(asked: Request, action: str, resource: str) -> bool:
    """Whether the request's own pattern covers the resource."""
    pattern = re.escape(asked.resource).replace(r"\*", ".*")
    spellings = (asked.resource, asked.resource.lower())
    patterns = [re.escape(spelling).replace(r"\*", ".*") for spelling in spellings] + [pattern]
    return action == asked.action and any(re.fullmatch(regex, resource) for regex in patterns)


def test_passing_a_role_to_another_service_is_refused() -> None:
    """The role may be passed to SageMaker only."""
    policy = iam.execution_role_policy(plan("jobs"))
    context = {"iam:PassedToService": "lambda.amazonaws.com"}
    assert (
        "implicitDeny"
        == iam.evaluate("iam:PassRole", WORKER, identity=policy, context=context).verdict
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_statement_is_too_much(name: str) -> None:
    """Without any one of the statements, a request is denied."""
    pipeline_plan = plan(name)
    policy = iam.execution_role_policy(pipeline_plan)
    for left_out in range(len(policy.statements)):
        statements = [s for n, s in enumerate(policy.statements) if n != left_out]
        rest = {"Version": "2012-10-17", "Statement": statements}
        answer = iam.preflight(pipeline_plan, role_policies=[rest])
        assert not answer.ok, policy.statements[left_out]


@pytest.mark.parametrize("name", NAMES)
def test_resources_are_named(name: str) -> None:
    """``*`` is used only for actions without a resource type, and never as a resource type."""
    for policy in (iam.execution_role_policy(plan(name)), iam.author_policy(plan(name))):
        for statement in policy.statements:
            for resource in statement["Resource"]:
                if resource == "*":
                    allowed = {"elasticmapreduce:RunJobFlow", "emr-serverless:CreateApplication"}
                    assert set(statement["Action"]) <= allowed
                else:
                    path = resource.split(":", 5)[5]
                    assert "*" not in path.partition("/")[0], resource
                    assert not resource.startswith("arn:aws:iam") or "*" not in path


def test_the_same_plan_gives_the_same_policy() -> None:
    """The bytes don't depend on the order of steps; Sids are unique and valid."""
    for name in NAMES:
        policy = iam.execution_role_policy(plan(name))
        again = Plan.from_definition(
            {**PIPELINES[name], "Steps": PIPELINES[name]["Steps"][::-1]},
            region=REGION,
            role_arn=EXECUTION,
            pipeline_name="team-a-pipe",
        )
        assert policy.to_json() == iam.execution_role_policy(again).to_json()
        sids = [statement["Sid"] for statement in policy.statements]
        assert len(sids) == len(set(sids))
        assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-west-1", "aws"),
    ],
)
def test_partitions(region: str, partition: str) -> None:
    """Every ARN is in the region's partition, except roles that are given as ARNs."""
    pipeline_plan = Plan.from_definition(PIPELINES["jobs"] | {"Steps": JOBS[:3]}, region=region)
    for policy in (
        iam.execution_role_policy(pipeline_plan),
        iam.author_policy(pipeline_plan, pipeline_name="p"),
        iam.prefix_policy(PrefixPolicy("team-a"), region=region),
        iam.pipeline_version_policy("p", at_least=2, region=region),
        iam.scp_exception("k", "v", [VPC], region=region),
    ):
        for statement in policy.statements:
            listed = statement["Resource"]
            for resource in [listed] if isinstance(listed, str) else listed:
                assert resource == "*" or resource.split(":")[1] == (
                    "aws" if ":iam:" in resource else partition
                )


def test_another_place_than_the_plans() -> None:
    """The generator takes account, region, partition and role."""
    pipeline_plan = Plan.from_definition(
        {"Steps": [step("T", "Training", {"TrainingJobName": "team-a"})]}
    )
    policy = iam.execution_role_policy(
        pipeline_plan,
        account="111122223333",
        region="cn-north-1",
        role_arn="arn:aws-cn:iam::111122223333:role/x",
    )
    text = policy.to_json()
    assert "arn:aws-cn:sagemaker:cn-north-1:111122223333:training-job/team-a-*" in text
    assert "arn:aws-cn:iam::111122223333:role/x" in text
    assert policy.notes == ()
    with pytest.raises(ValueError, match="'12' can't be an account"):
        iam.execution_role_policy(pipeline_plan, account="12")


def test_upper_case_is_named_in_both_spellings() -> None:
    """SageMaker has authorized names in lower case too."""
    [passing, jobs] = iam.execution_role_policy(plan("upper case")).statements
    head = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/"
    assert [f"{head}Team-A-*", f"{head}team-a-*"] == jobs["Resource"]
    assert [EXECUTION] == passing["Resource"]


def test_many_prefixes_are_cut_into_statements_that_fit() -> None:
    """A pipeline with hundreds of prefixes gets a policy in parts."""
    listed = [
        step(f"T{n}", "Training", {"TrainingJobName": f"team-alpha-{n:03}", "RoleArn": WORKER})
        for n in range(300)
    ]
    pipeline_plan = Plan.from_definition({"Steps": listed}, region=REGION)
    parts = iam.execution_role_policy(pipeline_plan).split()
    assert all(part.size <= LIMITS["managed"] for part in parts)
    assert iam.preflight(pipeline_plan, role_policies=parts).ok
    sids = [s["Sid"] for part in parts for s in part.statements]
    assert len(sids) == len(set(sids))


def test_a_teams_prefix() -> None:
    """All or some job types; the short prefix where the limit is 6; the team's roles."""
    team = PrefixPolicy("team-alpha", short_prefix="alpha", step_roles={"*": WORKER})
    policy = iam.prefix_policy(team, region=REGION)
    text = policy.to_json()
    for kind in JOB_KINDS:
        prefix = "alpha" if kind.short else "team-alpha"
        category = "*/" if kind.step_type == "Job" else ""
        assert f"{ACCOUNT}:{kind.arn_resource}/{category}{prefix}-*" in text
    assert "model-package-group/team-alpha-*" in text
    assert WORKER in text
    assert policy.notes == ()
    some = iam.prefix_policy(PrefixPolicy("team-alpha"), kinds=["Training", KINDS["Processing"]])
    assert ["ProcessingJob", "TrainingJob"] == [s["Sid"] for s in some.statements]
    assert any("No short prefix" in n for n in iam.prefix_policy(PrefixPolicy("team-alpha")).notes)


@pytest.mark.parametrize(
    ("policy", "kinds", "message"),
    [
        (PrefixPolicy(), None, "has no prefix"),
        (PrefixPolicy("team-alpha"), ["Tuning"], "no short_prefix"),
        (PrefixPolicy("team-a"), ["Lambda"], "'Lambda' is not a step type that creates a job"),
        (PrefixPolicy("team-a"), ["training"], "'training' is not a step type"),
    ],
)
def test_prefixes_that_cannot_be_granted(policy: PrefixPolicy, kinds: Any, message: str) -> None:
    """A missing prefix or an unknown step type raises."""
    with pytest.raises(ValueError, match=message):
        iam.prefix_policy(policy, kinds)
