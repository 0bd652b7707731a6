"""The resources that generated policies name, and the notes about those that they can't name."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.iam.required_permissions import of_execution_role

from .pipelines import (
    ACCOUNT,
    EXECUTION,
    REGION,
    WORKER,
    condition,
    step,
)


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
    assert granted == [resource for s in policy.statements for resource in s["Resource"]]
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
    resources = {resource for s in policy.statements for resource in s["Resource"]}
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
    named = {resource for s in policy.statements for resource in s["Resource"]}
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


def test_clusters_of_emr() -> None:
    """Observed denials name a cluster; in China the service principals end in .cn."""
    config = {"ServiceRole": "EmrRole", "JobFlowRole": "Ec2Role", "Tags": [{"Key": "a"}]}
    listed = step("Spark", "EMR", {"ClusterConfig": config, "StepConfig": {}})
    pipeline_plan = Plan.from_definition({"Steps": [listed]}, region="cn-north-1", account=ACCOUNT)
    asked = {request.action: request for request in of_execution_role(pipeline_plan)}
    head = f"arn:aws-cn:elasticmapreduce:cn-north-1:{ACCOUNT}:"
    assert f"{head}cluster/*" == asked["elasticmapreduce:RunJobFlow"].resource
    assert f"{head}cluster/*" == asked["elasticmapreduce:AddTags"].resource
    passed = {
        request.facts.known["iam:PassedToService"]
        for request in of_execution_role(pipeline_plan)
        if request.action == "iam:PassRole"
    }
    assert {"elasticmapreduce.amazonaws.com.cn", "ec2.amazonaws.com.cn"} == passed
    managed = {"Effect": "Allow", "Action": ["elasticmapreduce:*"], "Resource": f"{head}cluster/*"}
    answer = iam.preflight(pipeline_plan, role_policies=[{"Statement": managed}])
    [row] = [row for row in answer if row.action == "elasticmapreduce:RunJobFlow"]
    assert "allowed" == row.verdict
