"""The plan of a definition."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sm_prefix_ext import Plan, PrefixPolicy, PrefixViolation
from sm_prefix_ext.core.planned_jobs import PlannedJob

ROLE = "arn:aws:iam::111122223333:role/{}"


def plan_of(*listed: tuple[str, str, dict[str, Any]], **how: Any) -> Plan:
    """The plan of a definition of these steps."""
    steps = [{"Name": n, "Type": t, "Arguments": a} for n, t, a in listed]
    return Plan.from_definition({"Steps": steps}, **how)


def test_a_planned_job() -> None:
    """It has name, ARN, role and actions; the account is that of the role."""
    arguments = {"TrainingJobName": "team-a-train", "RoleArn": ROLE.format("given")}
    [job] = plan_of(("Train", "Training", arguments), region="cn-north-1")
    assert (
        PlannedJob(
            "Train",
            "Training",
            "team-a-train",
            "team-a-train-*",
            "arn:aws-cn:sagemaker:cn-north-1:111122223333:training-job/team-a-train-*",
            ROLE.format("given"),
            (
                "sagemaker:CreateTrainingJob",
                "sagemaker:AddTags",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:StopTrainingJob",
                "iam:PassRole",
            ),
        )
        == job
    )


@pytest.mark.parametrize(
    ("step", "step_type", "arguments", "prefix", "pattern", "resource"),
    [
        (
            "Train-With_LongNames-X",
            "Training",
            {},
            None,
            "pipelines-*-Train-With-LongNames-*",
            None,
        ),
        ("TuneAll-Now", "Tuning", {}, None, "*-TuneAll-*", None),
        ("Auto", "AutoML", {}, None, "*-Auto-*", None),
        ("T", "Training", {"TrainingJobName": {"Get": "x"}}, None, "*", None),
        ("R", "RegisterModel", {"ModelPackageName": "p"}, "p", "p-*", "model-package/p-*"),
        ("R", "RegisterModel", {"ModelPackageGroupName": "g"}, None, "g/*", "model-package/g/*"),
        ("J", "Job", {"JobName": "p", "JobCategory": "AgentRFT"}, "p", "p-*", "job/AgentRFT/p-*"),
        ("J", "Job", {"JobName": "p"}, "p", "p-*", "job/*/p-*"),
    ],
)
def test_patterns(
    step: str,
    step_type: str,
    arguments: dict[str, Any],
    prefix: str | None,
    pattern: str,
    resource: str | None,
) -> None:
    """Prefixing, groups and categories determine them; unknown parts are stars."""
    [job] = plan_of((step, step_type, arguments))
    assert (prefix, pattern) == (job.prefix, job.name_pattern)
    if resource:
        assert f"arn:aws:sagemaker:*:*:{resource}" == job.arn_pattern


def test_roles() -> None:
    """The policy's role wins over the definition's, and that over the execution role."""
    options = {"RoleArn": ROLE.format("given")}
    policy = PrefixPolicy(step_roles={"B": ROLE.format("policy")})
    plan = plan_of(
        ("A", "Training", options),
        ("B", "Training", options),
        ("C", "Training", {}),
        ("D", "Training", {"RoleArn": {"Get": "x"}}),
        ("E", "Transform", {}),
        policy=policy,
        role_arn=ROLE.format("execution"),
    )
    wanted = [ROLE.format("given"), ROLE.format("policy"), ROLE.format("execution"), "*", None]
    assert wanted == [job.role_arn for job in plan]


def test_a_tuning_job_with_two_roles_has_two_rows() -> None:
    """The tuning job passes both roles."""
    definitions = [{"RoleArn": ROLE.format(r)} for r in ("a", "b", "a")]
    plan = plan_of(("T", "Tuning", {"TrainingJobDefinitions": definitions}))
    assert [ROLE.format("a"), ROLE.format("b")] == [job.role_arn for job in plan]


def test_a_plan_is_a_sequence() -> None:
    """It has the jobs only, also from JSON, and exports dicts and an escaped table."""
    definition = {"Steps": [{"Name": "<b>", "Type": "Training"}, {"Name": "F", "Type": "Fail"}]}
    plan = Plan.from_definition(json.dumps(definition), account="111122223333")
    assert (1, plan[0]) == (len(plan), next(iter(plan)))
    assert {"jobs": [plan[0].to_dict()]} == json.loads(json.dumps(plan.to_dict()))
    assert "&lt;b&gt;" in plan._repr_html_()
    assert "<b>" not in plan._repr_html_()


def test_invalid_definitions() -> None:
    """They raise a ValueError."""
    with pytest.raises(ValueError, match="it has no 'Steps'"):
        Plan.from_definition({})


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        ({}, "arn:aws-cn:sagemaker:*:444455556666:training-job/p-*"),
        ({"region": "cn-north-1"}, "arn:aws-cn:sagemaker:cn-north-1:444455556666:training-job/p-*"),
        ({"account": "111122223333"}, "arn:aws-cn:sagemaker:*:111122223333:training-job/p-*"),
    ],
)
def test_account_and_partition_come_from_a_role(options: dict[str, str], pattern: str) -> None:
    """Given ones win; a given region determines the partition."""
    role = {"RoleArn": "arn:aws-cn:iam::444455556666:role/r", "TrainingJobName": "p"}
    [job] = plan_of(("A", "Training", role), **options)
    assert pattern == job.arn_pattern


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"account": "1"}, "'1' can't be an account; wanted 12 digits."),
        ({"region": "Ireland"}, "'Ireland' can't be a region; wanted one such as eu-west-1."),
    ],
)
def test_invalid_accounts_and_regions(options: dict[str, str], expected: str) -> None:
    """A pattern with such a value would match nothing."""
    with pytest.raises(ValueError) as raised:
        plan_of(("A", "Training", {}), **options)
    assert expected == str(raised.value)


def test_an_unknown_step_type_can_not_be_planned() -> None:
    """A plan without it would hide its jobs."""
    with pytest.raises(PrefixViolation) as raised:
        plan_of(("A", "Training", {}), ("B", "New", {}))
    assert [("PFX005", "B")] == [(f.code, f.step) for f in raised.value.findings]


def test_a_group_of_another_account_stays_there() -> None:
    """A group's ARN determines its account and region, not the pipeline's."""
    group = "arn:aws:sagemaker:us-west-2:999999999999:model-package-group/shared"
    original = plan_of(("R", "RegisterModel", {"ModelPackageGroupName": group}))
    replaced = original.replace(account="111122223333", region="eu-west-1")
    for plan in (original, replaced):
        [job] = plan
        assert "arn:aws:sagemaker:us-west-2:999999999999:model-package/shared/*" == job.arn_pattern
        assert "shared/*" == job.name_pattern


def test_a_name_widens_no_pattern() -> None:
    """Wildcards in a name are escaped in the pattern."""
    [job] = plan_of(("T", "Training", {"TrainingJobName": "*"}))
    assert ("*", "${*}-*") == (job.prefix, job.name_pattern)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"role_arn": "notarn"}, "'notarn' can't be a role"),
        ({"role_arn": "arn:aws:iam::111122223333:user/x"}, "can't be a role"),
        ({"pipeline_name": "a*"}, "'a\\*' can't be a pipeline's name"),
    ],
)
def test_invalid_roles_and_pipeline_names(options: Any, expected: str) -> None:
    """They raise, and are not ignored."""
    with pytest.raises(ValueError, match=expected):
        Plan.from_definition({"Steps": []}, **options)
    with pytest.raises(ValueError, match=expected):
        plan_of(("R", "RegisterModel", {"ModelPackageName": "p"})).replace(**options)
