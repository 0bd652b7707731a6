"""Roles of other accounts: none is granted or allowed, and each has a finding."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan, PrefixPolicy, iam
from sm_prefix_ext.core.findings import ERROR

from .pipelines import ACCOUNT, EXECUTION, REGION, WORKER, step

OTHER = "444455556666"
FOREIGN = f"arn:aws:iam::{OTHER}:role/theirs"
TRAIN = step("Train", "Training", {"TrainingJobName": "team-a", "RoleArn": FOREIGN})
CLUSTER = {"ServiceRole": FOREIGN, "JobFlowRole": f"arn:aws:iam::{ACCOUNT}:role/ec2"}
STEPS = {
    "job": TRAIN,
    "tuning": step(
        "Train",
        "Tuning",
        {
            "HyperParameterTuningJobName": "t",
            "TrainingJobDefinitions": [{"RoleArn": WORKER}, {"RoleArn": FOREIGN}],
        },
    ),
    "cluster": step("Train", "EMR", {"ClusterConfig": CLUSTER, "StepConfig": {}}),
    "serverless": step("Train", "EMRServerless", {"ExecutionRoleArn": FOREIGN, "JobConfig": {}}),
    "config": step(
        "Train", "EndpointConfig", {"EndpointConfigName": "c", "ExecutionRoleArn": FOREIGN}
    ),
    "nested": step("Loop", "ForEach", {"ForEachBody": [TRAIN]}),
}
KNOWN = [{"account": ACCOUNT}, {"role_arn": EXECUTION}, {"role_arn": EXECUTION, "account": ACCOUNT}]


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("name", STEPS)
def test_a_role_of_another_account(name: str, known: dict[str, str]) -> None:
    """No policy allows passing the role, not even one that allows everything."""
    pipeline_plan = Plan.from_definition({"Steps": [STEPS[name]]}, region=REGION, **known)
    assert ACCOUNT == pipeline_plan.home.account
    policy = iam.execution_role_policy(pipeline_plan)
    assert OTHER not in policy.to_json()
    assert any(f"The role {FOREIGN} is of account {OTHER}" in note for note in policy.notes)
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    for policies in ([policy], [everything]):
        answer = iam.preflight(pipeline_plan, role_policies=policies)
        [row] = [row for row in answer if row.resource == FOREIGN]
        assert ("implicitDeny", OTHER) == (row.verdict, row.role_account)
        assert "across accounts" in row.why
        assert not answer.ok
        [finding] = [warning for warning in answer.warnings if warning.code == "PFX018"]
        assert (ERROR, row.step) == (finding.severity, finding.step)
        assert f"account {ACCOUNT}" in finding.message
    assert (finding,) == iam.foreign_roles(pipeline_plan)


def test_a_role_that_the_policy_gives() -> None:
    """A step role of the prefix policy is checked like one of the definition."""
    listed = step("Train", "Training", {"TrainingJobName": "team-a", "RoleArn": WORKER})
    policy = PrefixPolicy(step_roles={"Train": FOREIGN})
    pipeline_plan = Plan.from_definition({"Steps": [listed]}, policy=policy, role_arn=EXECUTION)
    [finding] = iam.foreign_roles(pipeline_plan)
    assert "Training" == finding.step_type


def test_an_execution_role_of_another_account() -> None:
    """The execution role has a finding too, and its PassRole is denied."""
    pipeline_plan = Plan.from_definition(
        {"Steps": []}, account=ACCOUNT, role_arn=FOREIGN, pipeline_name="churn", region=REGION
    )
    assert ACCOUNT == pipeline_plan.home.account
    [finding] = iam.foreign_roles(pipeline_plan)
    assert ("churn", "Pipeline") == (finding.step, finding.step_type)
    assert OTHER not in "".join(
        resource
        for statement in iam.author_policy(pipeline_plan).statements
        if "iam:PassRole" in statement["Action"]
        for resource in statement["Resource"]
    )
    answer = iam.preflight(
        pipeline_plan, role_policies=[], author_policies=[iam.author_policy(pipeline_plan)]
    )
    assert [OTHER] == [row.role_account for row in answer if row.action == "iam:PassRole"]


def roles(*arns: str) -> dict[str, Any]:
    """Return a definition with jobs that have these roles."""
    return {"Steps": [step(f"S{n}", "Training", {"RoleArn": arn}) for n, arn in enumerate(arns)]}


@pytest.mark.parametrize(
    ("definition", "known", "account"),
    [
        (roles(FOREIGN), {}, OTHER),
        (roles(FOREIGN, FOREIGN + "2"), {}, OTHER),
        (roles(FOREIGN, WORKER), {}, "*"),
        (roles(WORKER, FOREIGN), {}, "*"),
        (roles(FOREIGN), {"role_arn": EXECUTION}, ACCOUNT),
        (roles(FOREIGN), {"account": ACCOUNT}, ACCOUNT),
        (roles(FOREIGN), {"account": ACCOUNT, "role_arn": FOREIGN}, ACCOUNT),
        (roles(), {}, "*"),
    ],
)
def test_the_account(definition: Any, known: dict[str, str], account: str) -> None:
    """A known account wins over the execution role's, which wins over the jobs' roles."""
    assert account == Plan.from_definition(definition, **known).home.account
    late = Plan.from_definition(definition).replace(**known)
    assert Plan.from_definition(definition, **known) == late


def test_an_account_known_from_roles_only_is_no_finding() -> None:
    """If the account isn't known and all roles agree, there is no finding."""
    assert () == iam.foreign_roles(roles(FOREIGN))
    assert 1 == len(iam.foreign_roles(roles(FOREIGN, WORKER), ACCOUNT))
    assert () == iam.foreign_roles(Plan(()))
    with pytest.raises(ValueError, match="can't be an account"):
        iam.foreign_roles(roles(), "12")


def test_roles_of_two_accounts() -> None:
    """Whichever account the pipeline is in, one of the roles can't be passed."""
    [finding] = iam.foreign_roles(roles(FOREIGN, WORKER))
    assert ("PFX018", ERROR, "Pipeline") == (finding.code, finding.severity, finding.step_type)
    assert f"the accounts {ACCOUNT}, {OTHER}." in finding.message
