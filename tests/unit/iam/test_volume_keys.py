"""Customer keys for the volumes of jobs: granted where the job's role is the execution role."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan, iam

from .pipelines import EXECUTION, KEY, KEY_ID, REGION, WORKER, step

GRANT = "kms:CreateGrant"
CLUSTER = {"ProcessingResources": {"ClusterConfig": {"VolumeKmsKeyId": KEY}}}
RESOURCES = {"ResourceConfig": {"VolumeKmsKeyId": KEY}}
JOBS = {
    "Training": {"RoleArn": EXECUTION, **RESOURCES},
    "Processing": {"RoleArn": EXECUTION, **CLUSTER},
    "QualityCheck": {"RoleArn": EXECUTION, **CLUSTER},
    "ClarifyCheck": {"RoleArn": EXECUTION, **CLUSTER},
    "Tuning": {"TrainingJobDefinition": {"RoleArn": EXECUTION, **RESOURCES}},
    "AutoML": {
        "RoleArn": EXECUTION,
        "AutoMLJobConfig": {"SecurityConfig": {"VolumeKmsKeyId": KEY}},
    },
}


def planned(step_type: str, arguments: Any, **more: Any) -> Plan:
    """Return the plan of a pipeline with one step."""
    document = {"Steps": [step("S", step_type, arguments)], **more}
    return Plan.from_definition(document, region=REGION, role_arn=EXECUTION)


def granted(policy: iam.PolicyDocument) -> list[str]:
    """Return the keys on which a policy allows grants."""
    statements = [statement for statement in policy.statements if GRANT in statement["Action"]]
    return [resource for statement in statements for resource in statement["Resource"]]


@pytest.mark.parametrize("step_type", JOBS)
def test_a_job_under_the_execution_role(step_type: str) -> None:
    """The grant is a request within the create call."""
    pipeline_plan = planned(step_type, JOBS[step_type])
    policy = iam.execution_role_policy(pipeline_plan)
    assert ([KEY], ()) == (granted(policy), policy.notes)
    assert iam.preflight(pipeline_plan, role_policies=[policy]).ok
    [document] = [policy.to_dict()]
    document["Statement"] = [
        statement for statement in document["Statement"] if GRANT not in statement["Action"]
    ]
    answer = iam.preflight(pipeline_plan, role_policies=[document])
    assert [("S", GRANT, KEY)] == [(row.step, row.action, row.resource) for row in answer.refused]


@pytest.mark.parametrize(
    ("step_type", "arguments", "role"),
    [
        ("Training", {"RoleArn": WORKER, **RESOURCES}, WORKER),
        ("Transform", {"TransformResources": {"VolumeKmsKeyId": KEY_ID}}, "the role of its job"),
    ],
)
def test_a_job_under_another_role(step_type: str, arguments: Any, role: str) -> None:
    """The job's role needs the permission, and a note says so."""
    pipeline_plan = planned(step_type, arguments)
    policy = iam.execution_role_policy(pipeline_plan)
    assert [] == granted(policy)
    assert (
        f"Step S: Nothing is granted for {GRANT} on {KEY}; {role} needs it to encrypt volumes, or "
        "else the execution role does.",
    ) == policy.notes
    assert GRANT not in {row.action for row in iam.preflight(pipeline_plan, role_policies=[])}


@pytest.mark.parametrize("key", ["alias/mine", {"Get": "Steps.A.B"}])
def test_an_unknown_key_is_not_granted(key: Any) -> None:
    """An unknown key isn't granted, and its row isn't allowed."""
    pipeline_plan = planned(
        "Training", {"RoleArn": EXECUTION, "ResourceConfig": {"VolumeKmsKeyId": key}}
    )
    policy = iam.execution_role_policy(pipeline_plan)
    assert [] == granted(policy)
    assert any(GRANT in note for note in policy.notes)
    assert [GRANT] == [
        row.action for row in iam.preflight(pipeline_plan, role_policies=[policy]).refused
    ]


def test_a_key_by_default() -> None:
    """The key is the default of the parameter, and the row says so."""
    parameters = [{"Name": "Key", "Type": "String", "DefaultValue": KEY}]
    arguments = {
        "RoleArn": EXECUTION,
        "ResourceConfig": {"VolumeKmsKeyId": {"Get": "Parameters.Key"}},
    }
    pipeline_plan = planned("Training", arguments, Parameters=parameters)
    assert [KEY] == granted(iam.execution_role_policy(pipeline_plan))
    rows = iam.preflight(pipeline_plan, role_policies=[])
    assert [("Key",)] == [row.defaults for row in rows if row.action == GRANT]
    other = KEY.replace("1234", "5678")
    policy = iam.execution_role_policy(pipeline_plan, parameters={"Key": other})
    assert [other] == granted(policy)


def test_a_key_for_outputs_alone() -> None:
    """A key for outputs needs no grant."""
    arguments = {"RoleArn": EXECUTION, "OutputDataConfig": {"KmsKeyId": KEY}}
    assert [] == granted(iam.execution_role_policy(planned("Training", arguments)))
