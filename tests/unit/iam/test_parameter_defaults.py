"""Parameters in plans, policies and preflights: values that are given, and defaults that hold."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan, PrefixPolicy, iam

from .pipelines import ACCOUNT, EXECUTION, REGION, ROLE, WORKER, condition, step

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
DEFAULTS = {
    "Role": WORKER,
    "Instance": "ml.m5.large",
    "Key": KEY,
    "Bucket": "bucket",
    "Group": "team-a-churn",
    "Queue": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/approve",
    "Endpoint": "team-a-live",
}


def get(name: str) -> dict[str, str]:
    """Return a reference to a parameter."""
    return {"Get": f"Parameters.{name}"}


def join(*values: Any, on: str = "/") -> dict[str, Any]:
    """Return an expression that joins values."""
    return {"Std:Join": {"On": on, "Values": list(values)}}


TRAIN = step(
    "Train",
    "Training",
    {
        "TrainingJobName": "team-a-train",
        "RoleArn": get("Role"),
        "ResourceConfig": {"InstanceType": get("Instance"), "VolumeKmsKeyId": get("Key")},
    },
)
DEFINITION = {
    "Parameters": [
        {"Name": name, "Type": "String", "DefaultValue": value} for name, value in DEFAULTS.items()
    ],
    "Steps": [
        TRAIN,
        condition(read={"S3Uri": join("s3:/", get("Bucket"), "e.json"), "Path": "a"}),
        step("Register", "RegisterModel", {"ModelPackageGroupName": get("Group")}),
        step("Ask", "Callback", SqsQueueUrl=get("Queue")),
        step("Live", "Endpoint", {"EndpointName": get("Endpoint"), "EndpointConfigName": "c"}),
        step(
            "Joined",
            "Processing",
            {
                "ProcessingJobName": "team-a-joined",
                "RoleArn": join(f"arn:aws:iam::{ACCOUNT}:role/", get("Group"), on=""),
            },
        ),
    ],
}


def planned(**more: Any) -> Plan:
    """Return the plan of the definition."""
    return Plan.from_definition(DEFINITION, region=REGION, role_arn=EXECUTION, **more)


def test_the_generated_policy_is_enough_for_the_defaults() -> None:
    """The preflight is ok, and marks rows that depend on defaults."""
    policy = iam.execution_role_policy(planned())
    answer = iam.preflight(planned(), role_policies=[policy])
    assert answer.ok
    marked = {(row.step, row.action): row.defaults for row in answer}
    assert ("Role",) == marked["Train", "iam:PassRole"]
    assert ("Instance", "Key") == marked["Train", "sagemaker:CreateTrainingJob"]
    assert () == marked["Train", "sagemaker:StopTrainingJob"]
    assert ("Bucket",) == marked["Check", "s3:GetObject"]
    assert ("Group",) == marked["Register", "sagemaker:CreateModelPackageGroup"]
    assert ("Queue",) == marked["Ask", "sqs:SendMessage"]
    assert ("Group",) == marked["Joined", "iam:PassRole"]
    row = next(row for row in answer if row.defaults == ("Role",))
    assert "(for the default of Role)" in row.why
    assert 5 == len(tuple(row))
    assert ("Role",) == next(
        row["defaults"] for row in answer.to_dict()["rows"] if row["action"] == "iam:PassRole"
    )


@pytest.mark.parametrize("how", ["plan", "generator", "preflight"])
def test_values_that_are_given(how: str) -> None:
    """Given values replace the defaults, so no row depends on a default."""
    given = {
        name: value.replace("team-a", "team-b")
        for name, value in DEFAULTS.items()
        if name != "Role"
    }
    given = {**given, "Role": f"{ROLE}better", "Key": KEY, "Queue": DEFAULTS["Queue"]}
    plan = planned(parameters=given) if how == "plan" else planned()
    more = {} if how == "plan" else {"parameters": given}
    policy = iam.execution_role_policy(plan, **more)
    answer = iam.preflight(plan, role_policies=[policy], **more)
    assert answer.ok
    assert {()} == {row.defaults for row in answer}
    [note] = policy.notes
    assert f"kms:CreateGrant on {KEY}; {ROLE}better needs it" in note
    assert f"{ROLE}better" in policy.to_json()
    assert WORKER not in policy.to_json()
    assert ":model-package-group/team-b-churn" in policy.to_json()
    assert not iam.preflight(planned(), role_policies=[policy]).ok


def test_a_condition_on_what_a_parameter_says() -> None:
    """The condition is tested with the given value, else with the default."""
    condition_of = {"StringEquals": {"sagemaker:InstanceTypes": "ml.m5.large"}}
    policy = {
        "Statement": {
            "Effect": "Allow",
            "Action": "sagemaker:CreateTrainingJob",
            "Resource": "*",
            "Condition": condition_of,
        }
    }
    verdicts = []
    for parameters in (None, {"Instance": "ml.p4d.24xlarge"}):
        answer = iam.preflight(planned(), role_policies=[policy], parameters=parameters)
        verdicts += [r.verdict for r in answer if r.action == "sagemaker:CreateTrainingJob"]
    assert ["allowed", "implicitDeny"] == verdicts


def test_a_plan_marks_what_depends_on_a_default() -> None:
    """A job's name and role may depend on one; a role of the policy doesn't."""
    assert {"Train": ("Role",), "Register": ("Group",), "Joined": ("Group",)} == {
        job.step: job.defaults for job in planned()
    }
    jobs = planned(policy=PrefixPolicy(step_roles={"Train": WORKER}))
    assert () == jobs[0].defaults
    later = jobs.replace(parameters={"Group": "x"})
    assert [(), (), ()] == [job.defaults for job in later]
    assert WORKER == later[0].role_arn
    assert {"Group": "x"} == later.parameters


def test_parameters_without_default_stay_unknown() -> None:
    """Nothing is granted for them until they have a value."""
    definition = {**DEFINITION, "Parameters": [{"Name": n, "Type": "String"} for n in DEFAULTS]}
    pipeline_plan = Plan.from_definition(definition, region=REGION, role_arn=EXECUTION)
    policy = iam.execution_role_policy(pipeline_plan)
    assert not iam.preflight(pipeline_plan, role_policies=[policy]).ok
    assert WORKER not in policy.to_json()
    policy = iam.execution_role_policy(pipeline_plan, parameters=DEFAULTS)
    assert iam.preflight(pipeline_plan, role_policies=[policy], parameters=DEFAULTS).ok


def test_a_parameter_that_is_not_there() -> None:
    """The error has the nearest name, for every function."""
    policy = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    for call in (
        lambda: planned(parameters={"Rolle": "x"}),
        lambda: iam.execution_role_policy(planned(), parameters={"Rolle": "x"}),
        lambda: iam.author_policy(planned(), parameters={"Rolle": "x"}),
        lambda: iam.preflight(planned(), role_policies=[policy], parameters={"Rolle": "x"}),
    ):
        with pytest.raises(ValueError, match=r"no parameter 'Rolle'; .*Did you mean 'Role'\?"):
            call()


def test_parameters_that_matter_to_no_request_are_not_named() -> None:
    """No note names a parameter on which nothing depends."""
    arguments = {
        "TrainingJobName": "team-a",
        "RoleArn": WORKER,
        "HyperParameters": {"epochs": get("Epochs")},
    }
    pipeline_plan = Plan.from_definition(
        {
            "Parameters": [{"Name": "Epochs", "Type": "Integer", "DefaultValue": 3}],
            "Steps": [step("T", "Training", arguments)],
        },
        region=REGION,
        account=ACCOUNT,
    )
    policy = iam.execution_role_policy(pipeline_plan)
    assert policy.notes == ()
    assert {()} == {row.defaults for row in iam.preflight(pipeline_plan, role_policies=[policy])}
