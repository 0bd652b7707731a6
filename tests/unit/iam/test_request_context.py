"""The condition keys that a request has, lacks, or may have."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan, iam

from .pipelines import ACCOUNT, EXECUTION, JOBS, REGION, WORKER, step
from .requests import TRAIN, allow, document, row, training


@pytest.mark.parametrize(
    ("statement", "arguments", "wanted"),
    [
        # Read off the definition.
        ({"StringEquals": {"sagemaker:InstanceTypes": "ml.m5.large"}}, "ml.m5.large", "allowed"),
        ({"StringEquals": {"sagemaker:InstanceTypes": "ml.m5.large"}}, "ml.p4.x", "implicitDeny"),
        (
            {"StringEquals": {"sagemaker:InstanceTypes": "x"}},
            {"Get": "Parameters.T"},
            "indeterminate",
        ),
        # What the request hasn't got, since the definition hasn't.
        ({"Null": {"sagemaker:VpcSubnets": "true"}}, "ml.m5.large", "allowed"),
        ({"Null": {"sagemaker:VpcSubnets": "false"}}, "ml.m5.large", "implicitDeny"),
        ({"Null": {"sagemaker:ModelArn": "false"}}, "ml.m5.large", "indeterminate"),
        # What the service fills in, and what only the run knows.
        ({"Bool": {"sagemaker:NetworkIsolation": "true"}}, "ml.m5.large", "indeterminate"),
        ({"StringEquals": {"aws:PrincipalTag/team": "a"}}, "ml.m5.large", "indeterminate"),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "ml.m5.large", "indeterminate"),
        # The principal and the place.
        ({"ArnEquals": {"aws:PrincipalArn": EXECUTION}}, "ml.m5.large", "allowed"),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, "ml.m5.large", "allowed"),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, "ml.m5.large", "implicitDeny"),
        ({"Null": {"aws:username": "true"}}, "ml.m5.large", "allowed"),
    ],
)
def test_what_is_known_of_a_request(statement: Any, arguments: Any, wanted: str) -> None:
    """Condition keys come from the definition; the others are unknown."""
    pipeline_plan = training(ResourceConfig={"InstanceType": arguments})
    result = row(pipeline_plan, allow("sagemaker:CreateTrainingJob", TRAIN, Condition=statement))
    assert wanted == result.verdict
    if wanted == "indeterminate":
        assert result.unknown == tuple(next(iter(statement.values())))
        assert result.statements


@pytest.mark.parametrize(
    ("step_type", "arguments", "key", "value"),
    [
        ("Training", {"VpcConfig": {"Subnets": ["a", "b"]}}, "VpcSubnets", ["a", "b"]),
        ("Training", {"EnableNetworkIsolation": True}, "NetworkIsolation", "true"),
        ("Training", {"OutputDataConfig": {"KmsKeyId": "k"}}, "OutputKmsKey", "k"),
        (
            "Training",
            {"StoppingCondition": {"MaxRuntimeInSeconds": 60}},
            "MaxRuntimeInSeconds",
            "60",
        ),
        (
            "Training",
            {"ResourceConfig": {"InstanceGroups": [{"InstanceType": "x"}, {"InstanceType": "y"}]}},
            "InstanceTypes",
            ["x", "y"],
        ),
        (
            "Processing",
            {"NetworkConfig": {"VpcConfig": {"SecurityGroupIds": ["s"]}}},
            "VpcSecurityGroupIds",
            ["s"],
        ),
        (
            "Tuning",
            {"TrainingJobDefinitions": [{"ResourceConfig": {"InstanceType": "x"}}]},
            "InstanceTypes",
            ["x"],
        ),
        ("Transform", {"TransformResources": {"InstanceType": "x"}}, "InstanceTypes", ["x"]),
        ("AutoML", {"OutputDataConfig": {"KmsKeyId": "arn:k"}}, "OutputKmsKeyArn", "arn:k"),
        ("Model", {"VpcConfig": {"Subnets": ["a"]}}, "VpcSubnets", ["a"]),
    ],
)
def test_where_condition_keys_are_read(
    step_type: str, arguments: Any, key: str, value: Any
) -> None:
    """Each step type has its own fields; another value is denied."""
    pipeline_plan = Plan.from_definition(
        {"Steps": [step("S", step_type, arguments)]}, region=REGION, role_arn=EXECUTION
    )
    [job] = {planned.arn_pattern: planned for planned in pipeline_plan}.values()
    for wanted, given in (("allowed", value), ("implicitDeny", "other")):
        several = isinstance(value, list)
        operator = "ForAllValues:StringEquals" if several else "StringEquals"
        condition = {operator: {f"sagemaker:{key}": given}}
        policy = document(allow("sagemaker:*", "*", Condition=condition))
        answer = iam.preflight(pipeline_plan, role_policies=[policy])
        assert wanted == next(r for r in answer if r.action == job.actions[0]).verdict


def test_tags() -> None:
    """The user's tags are keys of the create request and of AddTags; others are unknown."""
    pipeline_plan = training(
        Tags=[{"Key": "team", "Value": "a"}, {"Key": "run", "Value": {"Get": "x"}}]
    )
    for key, wanted in (("team", "allowed"), ("run", "indeterminate"), ("other", "indeterminate")):
        condition = {"StringEquals": {f"aws:RequestTag/{key}": "a"}}
        for action in ("sagemaker:CreateTrainingJob", "sagemaker:AddTags"):
            statement = allow(action, TRAIN, Condition=condition)
            assert wanted == row(pipeline_plan, statement, action=action).verdict
    tagging = {"StringEquals": {"sagemaker:TaggingAction": "CreateTrainingJob"}}
    statement = allow("sagemaker:AddTags", TRAIN, Condition=tagging)
    assert "allowed" == row(pipeline_plan, statement, action="sagemaker:AddTags").verdict


LAMBDA = step("Call", "Lambda", FunctionArn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f")


@pytest.mark.parametrize(
    ("action", "operator", "key", "value", "wanted"),
    [
        # Who asks is known for every step, and the author's region too.
        ("lambda:InvokeFunction", "StringEquals", "aws:PrincipalAccount", ACCOUNT, "allowed"),
        ("lambda:InvokeFunction", "ArnEquals", "aws:PrincipalArn", WORKER, "implicitDeny"),
        ("lambda:InvokeFunction", "StringEquals", "aws:RequestedRegion", REGION, "allowed"),
        ("sagemaker:CreatePipeline", "StringEquals", "aws:RequestedRegion", REGION, "allowed"),
        # What belongs to other requests isn't in this one.
        ("sagemaker:CreatePipeline", "Null", "iam:PassedToService", "true", "allowed"),
        ("sagemaker:CreatePipeline", "Null", "sagemaker:InstanceTypes", "true", "allowed"),
        ("sagemaker:CreateTrainingJob", "StringEquals", "iam:PassedToService", "x", "implicitDeny"),
        ("sagemaker:CreateTrainingJob", "StringNotEquals", "iam:PassedToService", "x", "allowed"),
        ("lambda:InvokeFunction", "Null", "iam:PassedToService", "true", "allowed"),
        ("iam:PassRole", "Null", "sagemaker:InstanceTypes", "true", "allowed"),
        ("iam:PassRole", "Null", "aws:RequestTag/team", "true", "allowed"),
        ("iam:PassRole", "Null", "aws:RequestTag/own", "true", "allowed"),
        ("sagemaker:DescribeTrainingJob", "Null", "aws:RequestTag/team", "true", "allowed"),
        ("sagemaker:StopTrainingJob", "Null", "aws:TagKeys", "true", "allowed"),
        ("sagemaker:CreateTrainingJob", "Null", "aws:TagKeys", "true", "indeterminate"),
        ("sagemaker:AddTags", "Null", "aws:RequestTag/team", "true", "indeterminate"),
    ],
)
def test_what_a_request_has_and_has_not(
    action: str, operator: str, key: str, value: str, wanted: str
) -> None:
    """Keys that a request can't have are absent, for every step and principal."""
    tags = [{"Key": "own", "Value": "a"}]
    arguments = {"TrainingJobName": "team-a", "RoleArn": EXECUTION, "Tags": tags}
    training_step = step("Train", "Training", arguments)
    pipeline_plan = Plan.from_definition(
        {"Steps": [training_step, LAMBDA]}, region=REGION, role_arn=EXECUTION
    )
    policy = document(allow("*", "*", Condition={operator: {key: value}}))
    answer = iam.preflight(pipeline_plan, role_policies=[policy], author_policies=[policy])
    result = next(row for row in answer if row.action == action)
    assert wanted == result.verdict
    if wanted == "indeterminate":
        assert (key,) == result.unknown


SPARK = step("Spark", "EMR", {"ClusterConfig": {"Tags": [{"Key": "team", "Value": "a"}]}})


IN_GROUP = step(
    "InGroup",
    "RegisterModel",
    {
        "ModelPackageGroupName": "team-a",
        "ModelApprovalStatus": "Approved",
        "Tags": [{"Key": "team", "Value": "a"}],
    },
)


@pytest.mark.parametrize(
    ("listed", "action", "key", "value", "wanted"),
    [
        # Another service's request may have tags, whatever the definition says of SageMaker's.
        (SPARK, "elasticmapreduce:RunJobFlow", "aws:RequestTag/team", "a", "indeterminate"),
        # A group isn't its package, and an experiment isn't its trial component.
        (IN_GROUP, "CreateModelPackage", "sagemaker:ModelApprovalStatus", "Approved", "allowed"),
        (IN_GROUP, "CreateModelPackageGroup", "aws:RequestTag/team", "a", "indeterminate"),
        (JOBS[1], "CreateExperiment", "aws:RequestTag/team", "a", "indeterminate"),
        (JOBS[1], "AddTags experiment/p", "sagemaker:TaggingAction", "CreateExperiment", "allowed"),
        (
            JOBS[1],
            "AddTags trial/t",
            "sagemaker:TaggingAction",
            "CreateTrial",
            "allowed",
        ),
        (JOBS[1], "AddTags experiment/p", "sagemaker:TaggingAction", "CreateTrial", "implicitDeny"),
    ],
)
def test_what_belongs_to_which_request(
    listed: Any, action: str, key: str, value: str, wanted: str
) -> None:
    """A key of one request of a step isn't a key of the next one."""
    config = {"ExperimentName": "p", "TrialName": "t"}
    pipeline_plan = Plan.from_definition(
        {"Steps": [listed], "PipelineExperimentConfig": config}, region=REGION, account=ACCOUNT
    )
    policy = document(allow("*", "*", Condition={"StringEquals": {key: value}}))
    name, _, resource = action.partition(" ")
    [result] = {
        row.verdict
        for row in iam.preflight(pipeline_plan, role_policies=[policy])
        if row.action.endswith(f":{name.rpartition(':')[2]}") and row.resource.endswith(resource)
    }
    assert wanted == result


def test_an_endpoint_config_has_instance_types() -> None:
    """An endpoint config has the key of instance types, as a job does."""
    variant = {"VariantName": "a", "InstanceType": "ml.m5.large"}
    arguments = {"EndpointConfigName": "c", "ProductionVariants": [variant]}
    pipeline_plan = Plan.from_definition({"Steps": [step("C", "EndpointConfig", arguments)]})
    for instance, wanted in (("ml.m5.large", "allowed"), ("ml.p4d.24xlarge", "implicitDeny")):
        condition_of = {"ForAllValues:StringEquals": {"sagemaker:InstanceTypes": instance}}
        statement = allow("sagemaker:*", "*", Condition=condition_of)
        assert (
            wanted == row(pipeline_plan, statement, action="sagemaker:CreateEndpointConfig").verdict
        )


def test_who_passes_a_role_is_known() -> None:
    """The principal and its account are known; the region isn't, as IAM is global."""
    for key, value, wanted in (
        ("aws:PrincipalArn", EXECUTION, "allowed"),
        ("aws:PrincipalArn", WORKER, "implicitDeny"),
        ("aws:RequestedRegion", REGION, "indeterminate"),
    ):
        statement = allow("iam:PassRole", EXECUTION, Condition={"StringEquals": {key: value}})
        assert wanted == row(training(), statement, action="iam:PassRole").verdict
