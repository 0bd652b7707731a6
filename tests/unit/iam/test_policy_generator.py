"""The generated policies: exactly what a plan needs, in every partition, for each tool."""

from __future__ import annotations

import re
import warnings
from typing import Any

import botocore.session
import pytest

from sm_prefix_ext import Plan, PrefixPolicy, iam
from sm_prefix_ext.core.service_data import service_data
from sm_prefix_ext.core.step_types import JOB_KINDS, KINDS
from sm_prefix_ext.iam.policy_document import LIMITS
from sm_prefix_ext.iam.required_permissions import Request, of_author, of_execution_role, samples

from .pipelines import (
    ACCOUNT,
    EXECUTION,
    JOBS,
    PIPELINES,
    REGION,
    WORKER,
    condition,
    plan,
    step,
)

NAMES = list(PIPELINES)
VPC = "vpc-0123456789abcdef0"


def concrete(asked: Request) -> str:
    """A resource as a run would name it."""
    named = samples(asked.shape)[0] if asked.shape else asked.resource
    return named.replace("/*", "/7").replace("-*", "-abc").replace("*", "x9")


def verdict(policy: Any, asked: Request, resource: str, action: str | None = None) -> str:
    """What a policy says of a request, changed."""
    context = asked.facts.known
    decision = iam.evaluate(action or asked.action, resource, identity=policy, context=context)
    return decision.verdict


@pytest.mark.parametrize("name", NAMES)
def test_every_request_of_the_plan_is_allowed(name: str) -> None:
    """Both the pattern of a request and an example of it are allowed."""
    pipeline_plan = plan(name)
    policy = iam.execution_role_policy(pipeline_plan)
    assert iam.preflight(pipeline_plan, role_policies=[policy]).ok
    for asked in of_execution_role(pipeline_plan):
        assert "allowed" == verdict(policy, asked, concrete(asked)), asked


def near_misses(asked: Request) -> Any:
    """The same request, for somebody else's things."""
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
                    one.action == action
                    and resource.startswith(one.resource.partition("*")[0])
                    and one.resource != asked.resource
                    for one in of_execution_role(pipeline_plan)
                )
                if not allowed_by_another and not _covered(asked, action, resource):
                    tried += 1
                    got = verdict(policy, asked, resource, action)
                    assert "implicitDeny" == got, (asked, action, resource)
    assert tried > 1000


def _covered(asked: Request, action: str, resource: str) -> bool:
    """Whether it is what the pattern of the request itself stands for."""
    pattern = re.escape(asked.resource).replace(r"\*", ".*")
    spellings = (asked.resource, asked.resource.lower())
    patterns = [re.escape(one).replace(r"\*", ".*") for one in spellings] + [pattern]
    return action == asked.action and any(re.fullmatch(one, resource) for one in patterns)


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


def test_what_is_left_open_is_noted() -> None:
    """Notes name an unknown account, role, step type and resource."""
    pipeline_plan = Plan.from_definition(
        {
            "Steps": [
                step("Train", "Training", {"TrainingJobName": "team-a"}),
                step("Lineage", "Lineage"),
                step("Call", "Lambda", FunctionArn={"Get": "Parameters.Function"}),
                step("Run", "Training", {"RoleArn": {"Get": "Parameters.Role"}}),
            ]
        }
    )
    policy = iam.execution_role_policy(pipeline_plan)
    notes = "\n".join(policy.notes)
    for wanted in (
        "The account isn't known",
        "The region isn't known",
        "Step Train: The role that it takes isn't known, so passing it isn't granted",
        "Step Run: The role that it takes isn't known",
        "Step Lineage: The permissions that its type needs aren't known",
        "Step Call: Nothing is granted for lambda:Invoke",
    ):
        assert wanted in notes
    assert "iam:PassRole" not in policy.to_json()
    assert "lambda" not in policy.to_json()
    assert "pipeline's name isn't known" in "\n".join(iam.author_policy(pipeline_plan).notes)


@pytest.mark.parametrize(
    ("listed", "granted"),
    [
        (step("R", "RegisterModel", {"ModelPackageGroupName": {"Get": "Parameters.G"}}), []),
        (step("T", "Training", {"TrainingJobName": {"Get": "Parameters.N"}}), []),
        (step("E", "Endpoint", {"EndpointName": {"Get": "Parameters.E"}}), []),
        (step("C", "Callback", SqsQueueUrl={"Get": "Parameters.Q"}), []),
        (condition(read={"S3Uri": {"Get": "Parameters.U"}, "Path": "a"}), []),
        (
            condition(read={"S3Uri": {"Std:Join": {"On": "/", "Values": ["s3:/", "b", {}]}}}),
            ["arn:aws:s3:::b/*"],
        ),
    ],
)
def test_resources_unknown_before_the_run_are_not_granted(listed: Any, granted: list[str]) -> None:
    """All jobs, groups or buckets are never granted; a note says so."""
    pipeline_plan = Plan.from_definition({"Steps": [listed]}, region=REGION, account=ACCOUNT)
    policy = iam.execution_role_policy(pipeline_plan)
    assert granted == [one for s in policy.statements for one in s["Resource"]]
    message = (
        "only known at run time" if granted else "the definition doesn't determine the resource"
    )
    assert message in "\n".join(policy.notes)
    assert bool(granted) == iam.preflight(pipeline_plan, role_policies=[policy]).ok


def test_parameters_have_their_defaults() -> None:
    """Default values are allowed, other values aren't, and a note says so."""
    defaults = {
        "F": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:notify",
        "B": "bucket",
        "G": "churn",
        "R": WORKER,
    }
    join = {"Std:Join": {"On": "/", "Values": ["s3:/", {"Get": "Parameters.B"}, "e.json"]}}
    pipeline_plan = Plan.from_definition(
        {
            "Parameters": [
                {"Name": k, "Type": "String", "DefaultValue": defaults[k]} for k in defaults
            ],
            "Steps": [
                step("Call", "Lambda", FunctionArn={"Get": "Parameters.F"}),
                condition(read={"S3Uri": join, "Path": "a"}),
                step(
                    "Register", "RegisterModel", {"ModelPackageGroupName": {"Get": "Parameters.G"}}
                ),
                step(
                    "Train",
                    "Training",
                    {"TrainingJobName": "team-a", "RoleArn": {"Get": "Parameters.R"}},
                ),
                step("Plain", "Training", {"TrainingJobName": "team-a-b", "RoleArn": WORKER}),
            ],
        },
        region=REGION,
        account=ACCOUNT,
    )
    policy = iam.execution_role_policy(pipeline_plan)
    resources = {one for s in policy.statements for one in s["Resource"]}
    assert {
        defaults["F"],
        "arn:aws:s3:::bucket/e.json",
        f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/churn",
        f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/churn/*",
        WORKER,
        f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/team-a-*",
    } == resources
    assert [
        f"Step {step}: granted for the default of the parameter {name}, and for no other values."
        for step, name in (("Register", "G"), ("Train", "R"), ("Call", "F"), ("Check", "B"))
    ] == list(policy.notes)
    answer = iam.preflight(pipeline_plan, role_policies=[policy])
    assert answer.ok
    assert {("F",), ("B",), ("G",), ("R",), ()} == {row.defaults for row in answer}
    assert {()} == {row.defaults for row in answer if row.step == "Plain"}


def test_literal_wildcards_stand_for_themselves() -> None:
    """A key with ``*`` is escaped, so its statement covers no other object."""
    pipeline_plan = Plan.from_definition(
        {"Steps": [condition(read={"S3Uri": "s3://b/a${x}/*?", "Path": "p"})]}, region=REGION
    )
    policy = iam.execution_role_policy(pipeline_plan)
    [statement] = policy.statements
    assert ["arn:aws:s3:::b/a${$}{x}/${*}${?}"] == statement["Resource"]
    assert iam.preflight(pipeline_plan, role_policies=[policy]).ok
    for key, wanted in (("a${x}/*?", "allowed"), ("a${x}/cd", "implicitDeny")):
        verdict = iam.evaluate("s3:GetObject", f"arn:aws:s3:::b/{key}", identity=policy).verdict
        assert wanted == verdict


def test_a_group_of_another_account() -> None:
    """A group that is given as an ARN is granted in its own account."""
    group = "arn:aws:sagemaker:us-west-2:999999999999:model-package-group/shared"
    listed = step("R", "RegisterModel", {"ModelPackageGroupName": group})
    pipeline_plan = Plan.from_definition({"Steps": [listed]}, region=REGION, role_arn=EXECUTION)
    policy = iam.execution_role_policy(pipeline_plan)
    assert iam.preflight(pipeline_plan, role_policies=[policy]).ok
    named = {one for s in policy.statements for one in s["Resource"]}
    assert {group, "arn:aws:sagemaker:us-west-2:999999999999:model-package/shared/*"} == named


def test_what_is_only_referred_to_is_not_tagged() -> None:
    """A referenced endpoint or config is a resource of the create call only."""
    listed = [
        step("Config", "EndpointConfig", {"EndpointConfigName": "mine"}),
        step(
            "Live",
            "Endpoint",
            {
                "EndpointName": "live",
                "EndpointConfigName": {"Get": "Steps.Config.EndpointConfigName"},
            },
        ),
        step("Old", "Endpoint", {"EndpointName": "old", "EndpointConfigName": "theirs"}),
        step(
            "Part",
            "InferenceComponent",
            {"InferenceComponentName": "part", "EndpointName": "shared"},
        ),
    ]
    pipeline_plan = Plan.from_definition({"Steps": listed}, region=REGION, account=ACCOUNT)
    policy = iam.execution_role_policy(pipeline_plan)
    assert iam.preflight(pipeline_plan, role_policies=[policy]).ok
    assert "/*" not in policy.to_json()
    head = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"
    for action, resource, wanted in (
        ("AddTags", "endpoint-config/theirs", "implicitDeny"),
        ("AddTags", "endpoint/shared", "implicitDeny"),
        ("AddTags", "endpoint/live", "allowed"),
        ("CreateEndpoint", "endpoint-config/theirs", "allowed"),
        ("CreateEndpoint", "endpoint-config/mine-abc", "allowed"),
        ("UpdateEndpoint", "endpoint-config/mine-abc", "allowed"),
        ("UpdateEndpoint", "endpoint-config/theirs", "allowed"),
        ("UpdateEndpoint", "endpoint/live", "allowed"),
        ("UpdateEndpoint", "endpoint/shared", "implicitDeny"),
        ("CreateEndpoint", "endpoint-config/mine", "implicitDeny"),
        ("CreateEndpointConfig", "endpoint-config/mine-abc", "allowed"),
        ("UpdateInferenceComponent", "inference-component/part", "allowed"),
        ("CreateEndpointConfig", "endpoint-config/theirs", "implicitDeny"),
        ("CreateInferenceComponent", "endpoint/shared", "allowed"),
    ):
        got = iam.evaluate(f"sagemaker:{action}", head + resource, identity=policy).verdict
        assert wanted == got, (action, resource)
    again = Plan.from_definition({"Steps": listed[::-1]}, region=REGION, account=ACCOUNT)
    assert policy.to_json() == iam.execution_role_policy(again).to_json()


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


def test_clusters_of_emr() -> None:
    """Observed denials name a cluster; in China the service principals end in .cn."""
    config = {"ServiceRole": "EmrRole", "JobFlowRole": "Ec2Role", "Tags": [{"Key": "a"}]}
    listed = step("Spark", "EMR", {"ClusterConfig": config, "StepConfig": {}})
    pipeline_plan = Plan.from_definition({"Steps": [listed]}, region="cn-north-1", account=ACCOUNT)
    asked = {one.action: one for one in of_execution_role(pipeline_plan)}
    head = f"arn:aws-cn:elasticmapreduce:cn-north-1:{ACCOUNT}:"
    assert f"{head}cluster/*" == asked["elasticmapreduce:RunJobFlow"].resource
    assert f"{head}cluster/*" == asked["elasticmapreduce:AddTags"].resource
    passed = {
        one.facts.known["iam:PassedToService"]
        for one in of_execution_role(pipeline_plan)
        if one.action == "iam:PassRole"
    }
    assert {"elasticmapreduce.amazonaws.com.cn", "ec2.amazonaws.com.cn"} == passed
    managed = {"Effect": "Allow", "Action": ["elasticmapreduce:*"], "Resource": f"{head}cluster/*"}
    answer = iam.preflight(pipeline_plan, role_policies=[{"Statement": managed}])
    [row] = [one for one in answer if one.action == "elasticmapreduce:RunJobFlow"]
    assert "allowed" == row.verdict


@pytest.mark.parametrize(
    "bucket", ["*", "BAD BUCKET", "a?", "${x}", "s3://mine", "arn:aws:s3:::mine", ""]
)
def test_a_bucket_widens_no_policy(bucket: str) -> None:
    """A bucket with a wildcard or a key raises."""
    with pytest.raises(ValueError, match="is not a valid bucket name"):
        iam.author_policy(plan("jobs"), bucket=bucket)


def test_the_author() -> None:
    """The author manages this pipeline and passes its role, and can't start jobs."""
    pipeline_plan = plan("jobs")
    policy = iam.author_policy(pipeline_plan)
    assert (
        iam.preflight(pipeline_plan, role_policies=[], author_policies=policy).rows[-1].verdict
        == "allowed"
    )
    for asked in of_author(pipeline_plan):
        assert "allowed" == verdict(policy, asked, concrete(asked))
    for action, resource in (
        (
            "sagemaker:StartPipelineExecution",
            f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/other",
        ),
        ("sagemaker:DeletePipeline", f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/team-a-pipe"),
        (
            "sagemaker:CreateTrainingJob",
            f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/team-a-1",
        ),
        ("iam:PassRole", WORKER),
        ("s3:PutObject", "arn:aws:s3:::other/x"),
    ):
        context = {"iam:PassedToService": "sagemaker.amazonaws.com"}
        decision = iam.evaluate(action, resource, identity=policy, context=context)
        assert "implicitDeny" == decision.verdict, action
    assert "arn:aws:s3:::mine/*" in iam.author_policy(pipeline_plan, bucket="mine").to_json()


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


INSIDE, DIRECT = {"aws:SourceVpc": VPC}, {"aws:ViaAWSService": "false"}
TAG = {"aws:PrincipalTag/reader": "yes"}


@pytest.mark.parametrize(
    ("action", "context", "wanted"),
    [
        ("s3:GetObject", {}, "explicitDeny"),
        ("s3:GetObject", {**DIRECT}, "explicitDeny"),
        ("s3:GetObject", {**DIRECT, "aws:SourceVpc": "vpc-0bbbbbbbbbbb"}, "explicitDeny"),
        ("s3:GetObject", {**DIRECT, **INSIDE}, "allowed"),
        ("s3:GetObject", {**DIRECT, **TAG}, "allowed"),
        ("s3:GetObject", {**DIRECT, "aws:PrincipalTag/reader": "no"}, "explicitDeny"),
        ("s3:GetObject", {"aws:ViaAWSService": "true"}, "allowed"),
        ("s3:PutObject", {**DIRECT, **TAG}, "explicitDeny"),
        ("s3:PutObject", {**DIRECT, **TAG, **INSIDE}, "allowed"),
        ("s3:GetObjectAcl", {**TAG}, "explicitDeny"),
    ],
)
def test_the_scp_exception(action: str, context: Any, wanted: str) -> None:
    """VPC or tag exempts from the denial; the tag only for GetObject."""
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    scp = iam.scp_exception("reader", "yes", [VPC], ["arn:aws:iam::*:role/admin"])
    decision = iam.evaluate(
        action,
        "arn:aws:s3:::data/x",
        identity=[everything],
        scps=[[everything, scp]],
        context=context,
    )
    assert wanted == decision.verdict


@pytest.mark.parametrize(
    ("action", "principal", "key", "wanted"),
    [
        ("iam:TagRole", "dev", "reader", "explicitDeny"),
        ("iam:TagRole", "dev", "READER", "explicitDeny"),
        ("iam:CreateUser", "dev", "reader", "explicitDeny"),
        ("sts:TagSession", "dev", "reader", "explicitDeny"),
        ("iam:TagRole", "dev", "other", "allowed"),
        ("iam:TagRole", "admin", "reader", "allowed"),
    ],
)
def test_the_tag_is_protected(action: str, principal: str, key: str, wanted: str) -> None:
    """Nobody else may set the tag, in any letter case, on users, roles and sessions."""
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    scp = iam.scp_exception("reader", "yes", [VPC], ["arn:aws:iam::*:role/admin"])
    context = {
        "aws:TagKeys": ["team", key],
        "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{principal}",
    }
    decision = iam.evaluate(
        action, WORKER, identity=[everything], scps=[[everything, scp]], context=context
    )
    assert wanted == decision.verdict


def test_the_scp_leaves_the_tagged_role_its_jobs() -> None:
    """The SCP doesn't affect other services than S3."""
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    scp = iam.scp_exception("reader", "yes", [VPC])
    job = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/team-a-1"
    decision = iam.evaluate(
        "sagemaker:CreateTrainingJob",
        job,
        identity=[everything],
        scps=[[everything, scp]],
        context=TAG,
    )
    assert "allowed" == decision.verdict
    assert {"reader": "yes"} == scp.tags


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("k", "v", []), "vpc_ids is"),
        (("k", "v", VPC), "vpc_ids is"),
        (("k", "v", ["vpc-*"]), "vpc_ids is"),
        (("k", "v", ["subnet-0a1b2c3d"]), "vpc_ids is"),
        (("", "v", [VPC]), "tag_key is ''"),
        (("k", "*", [VPC]), "tag_value is"),
        (("k", "v", [VPC], "arn:aws:iam::1:role/x"), "admin_arns is"),
        (("k", "v", [VPC], ["admin"]), "admin_arns is"),
    ],
)
def test_invalid_arguments_of_the_scp_exception(arguments: Any, message: str) -> None:
    """Invalid VPCs, tags and administrators raise."""
    with pytest.raises(ValueError, match=re.escape(message)):
        iam.scp_exception(*arguments)


def test_trust_versions_and_cors() -> None:
    """The trust policy, the pipeline-version policy and the CORS rules."""
    assert "sagemaker.amazonaws.com" in iam.trust_policy().to_json()
    trust = iam.trust_policy(account=ACCOUNT).to_dict()["Statement"][0]
    assert {"StringEquals": {"aws:SourceAccount": ACCOUNT}} == trust["Condition"]
    versions = iam.pipeline_version_policy("p", at_least=6, region=REGION, account=ACCOUNT)
    pipeline = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/p"
    for version, wanted in ((5, "implicitDeny"), (6, "allowed"), (10, "allowed")):
        decision = iam.evaluate(
            "sagemaker:StartPipelineExecution",
            pipeline,
            identity=versions,
            context={"sagemaker:PipelineVersionId": version},
        )
        assert wanted == decision.verdict
    for bad in (0, True, "6"):
        with pytest.raises(ValueError, match="at_least is"):
            iam.pipeline_version_policy("p", at_least=bad)
    [rule] = iam.cors_rules(["https://studio.example"])
    assert (["PUT"], ["https://studio.example"]) == (rule["AllowedMethods"], rule["AllowedOrigins"])


def long_policy(jobs: int, kind: str = "managed") -> iam.PolicyDocument:
    """A policy of so many statements."""
    statements = tuple(
        {
            "Sid": f"S{n}",
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": [f"arn:aws:s3:::{n:0200}"],
        }
        for n in range(jobs)
    )
    return iam.PolicyDocument(statements, "long", kind)


@pytest.mark.parametrize("kind", ["managed", "inline", "scp"])
def test_split(kind: str) -> None:
    """Every part fits, and the parts have all statements once and in order."""
    whole = long_policy(120)
    parts = whole.split(kind)
    assert len(parts) > 1
    assert [s for part in parts for s in part.statements] == list(whole.statements)
    for part in parts:
        text = part.to_json(None)
        size = len(text) if kind == "scp" else len("".join(text.split()))
        assert size <= LIMITS[kind]
        assert kind == part.kind
    assert (long_policy(1).statements,) == tuple(p.statements for p in long_policy(1).split(kind))


def test_what_cannot_be_split() -> None:
    """A statement that is too long by itself, or an unknown kind, raises."""
    document = iam.PolicyDocument(
        ({"Sid": "Big", "Effect": "Allow", "Action": "a:B", "Resource": ["x" * 7000]},)
    )
    with pytest.raises(ValueError, match=r"the statement 'Big' has 7,\d+ characters by itself"):
        document.split()
    assert 1 == len(document.split("inline"))
    with pytest.raises(ValueError, match="kind is 'bucket'"):
        document.split("bucket")


def test_size_is_counted_without_white_space() -> None:
    """The size is the one that IAM counts."""
    policy = iam.execution_role_policy(plan("jobs"))
    assert policy.size == len("".join(policy.to_json().split()))
    assert policy.size < LIMITS["managed"]


def test_diff() -> None:
    """The rules that a change of the pipeline adds and removes."""
    before = iam.execution_role_policy(plan("jobs"))
    changed = Plan.from_definition({"Steps": JOBS[1:]}, region=REGION, role_arn=EXECUTION)
    after = iam.execution_role_policy(changed)
    difference = after.diff(before)
    assert difference.added == ()
    assert {
        (
            "Allow",
            f"sagemaker:{action}",
            f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:processing-job/team-a-prepare-*",
            "",
        )
        for action in (
            "AddTags",
            "CreateProcessingJob",
            "DescribeProcessingJob",
            "StopProcessingJob",
        )
    } == set(difference.removed)
    assert str(difference).startswith("- Allow sagemaker:AddTags on")
    assert not after.diff(after.to_dict())
    assert "no difference" == str(after.diff(after))
    [added] = iam.trust_policy(account=ACCOUNT).diff(iam.trust_policy()).added
    assert "aws:SourceAccount" in added[3]


def test_a_document_is_a_value() -> None:
    """Changing the result of ``to_dict`` doesn't change the policy."""
    policy = iam.trust_policy()
    policy.to_dict()["Statement"][0]["Action"] = "changed"
    assert "changed" not in policy.to_json()


def linted() -> Any:
    """Every kind of document that is generated."""
    yield from (iam.execution_role_policy(plan(name)) for name in NAMES)
    yield from (iam.author_policy(plan(name)) for name in NAMES[:1])
    yield iam.prefix_policy(PrefixPolicy("team-a", step_roles={"*": WORKER}))
    yield iam.scp_exception("reader", "yes", [VPC], ["arn:aws:iam::*:role/admin"])
    yield iam.pipeline_version_policy("p", at_least=6)


def test_parliament_finds_nothing() -> None:
    """Except for actions and a key that are newer than its data of 2025."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own imports are deprecated
        parliament = pytest.importorskip("parliament")
    operations = set(botocore.session.get_session().get_service_model("sagemaker").operation_names)
    for policy in linted():
        for finding in parliament.analyze_policy_string(policy.to_json()).findings:
            newer = finding.issue == "UNKNOWN_ACTION" and (
                str(finding.detail).rpartition("sagemaker:")[2].strip("\"'") in operations
            )
            of_all = finding.issue == "UNKNOWN_CONDITION_FOR_ACTION" and (
                "aws:ViaAWSService" in str(finding.detail)
            )
            assert newer or of_all, (policy.name, finding)


def test_actions_are_those_of_botocore() -> None:
    """Actions of SageMaker, EMR, EMR Serverless and EventBridge are API operations."""
    session = botocore.session.get_session()
    models = {
        "sagemaker": "sagemaker",
        "elasticmapreduce": "emr",
        "emr-serverless": "emr-serverless",
        "events": "events",
    }
    known = {
        prefix: set(session.get_service_model(service).operation_names)
        for prefix, service in models.items()
    }
    asked = {
        r.action for name in NAMES for r in (*of_execution_role(plan(name)), *of_author(plan(name)))
    }
    for action in sorted(asked):
        service, _, operation = action.partition(":")
        assert operation in known.get(service, {operation}), action


@pytest.mark.parametrize("name", NAMES)
def test_resources_are_those_of_the_reference(name: str) -> None:
    """Every request of SageMaker is on a resource type that the reference lists for its action."""
    operations, forms = service_data()["operations"], service_data()["resource_types"]
    for asked in (*of_execution_role(plan(name)), *of_author(plan(name))):
        service, _, operation = asked.action.partition(":")
        if service == "sagemaker":
            types = operations[operation]["resource_types"]
            heads = {form.partition("/")[0] for kind in types for form in forms[kind]}
            resource = asked.resource.split(":", 5)[-1].partition("/")[0]
            assert resource in (heads or {"*"}), asked
