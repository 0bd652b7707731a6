"""What an audit can't know is a step, and nothing is dropped before it."""

from __future__ import annotations

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.audit import AuditRow
from sm_prefix_ext.core.policy_file import Team

from .samples import (
    FRAUD,
    OTHER,
    RISK,
    ROLE,
    USER,
    job,
    of,
    one,
    pipeline,
    planned,
    statement,
    unread,
)

TWO = (RISK, FRAUD)


@pytest.mark.parametrize(
    ("rows", "assign"),
    [
        ((job("inside", teams=("risk",)),), {}),
        ((), {"churn": "risk"}),
        ((), {"*:role/exec*": "risk"}),
        ((), {"*:pipeline/churn": "risk", "*": "fraud"}),
    ],
)
def test_whose_a_pipeline_is(rows: tuple[AuditRow, ...], assign: dict[str, str]) -> None:
    """Its jobs say so, or the administrator, by a name or an ARN; the first glob holds."""
    plan = planned(pipeline(), statement(), *rows, teams=TWO, assign=assign)
    assert [] == of(plan, "decide")
    assert "PrefixPolicy('risk')" in one(plan, "update").do


def test_the_prefix_that_it_carries() -> None:
    """A pipeline of which some jobs are inside belongs to their team."""
    plan = planned(pipeline(verdict="outside", teams=("fraud",)), statement(), teams=TWO)
    assert "fraud-detection" in one(plan, "update").do


@pytest.mark.parametrize(
    "rows",
    [
        (pipeline(),),
        (pipeline(verdict="two teams", teams=("risk", "fraud")),),
        (pipeline(), job("inside", teams=("risk",)), job("inside", teams=("fraud",))),
        (pipeline(), job("two teams", teams=("risk", "fraud"))),
    ],
)
def test_nobody_is_guessed(rows: tuple[AuditRow, ...]) -> None:
    """The administrator chooses; until then the pipeline is not updated, and nothing dropped."""
    plan = planned(*rows, statement(), teams=TWO)
    step = one(plan, "decide")
    assert ("churn", (ROLE,)) == (step.subject, step.roles)
    assert f"--assign '{ROLE}=TEAM'; the teams are risk, fraud." in step.do
    assert [] == of(plan, "update")
    assert step.number in one(plan, "drop").after


def test_pipelines_of_a_role_are_one_step() -> None:
    """Those whose team is known are not among them."""
    rows = [pipeline(f"p-{number}") for number in range(7)]
    step = one(planned(*rows, statement(), teams=TWO, assign={"p-0": "risk"}), "decide")
    assert "p-1, p-2, p-3, p-4, p-5 and 1 more" == step.subject
    assert ("p-1", "p-2", "p-3", "p-4", "p-5", "p-6") == step.pipelines
    assert "--assign 'p-1=TEAM'" in step.do


def test_names_that_only_a_run_knows() -> None:
    """Such a pipeline is nobody's to update here, and blocks its role."""
    plan = planned(pipeline(verdict="unknown", reason="An expression."), statement())
    step = one(plan, "decide")
    assert ("churn", ("An expression.",)) == (step.subject, step.notes)
    assert step.number in one(plan, "drop").after


def test_reads_that_failed() -> None:
    """One step for each permission that is missing in an account."""
    plan = planned(
        pipeline(),
        statement(),
        unread(),
        unread(region="us-east-1"),
        unread("iam:Get"),
        unread(None),
    )
    steps = of(plan, "decide")
    assert ["Denied.", "iam:Get", "sagemaker:ListPipelines"] == [step.subject for step in steps]
    assert "2 reads failed" in steps[2].do
    assert "Allow sagemaker:ListPipelines" in steps[2].do
    assert ("eu-west-1", "us-east-1") == steps[2].regions
    assert {step.number for step in steps} <= set(one(plan, "drop").after)


def test_an_account_whose_policies_were_not_read() -> None:
    """The step concerns all of it; in an account that was read, only the roles without any."""
    plan = planned(pipeline())
    assert ("No policy of the account was read: audit with --iam.", ()) == (
        one(plan, "decide").do,
        one(plan, "decide").roles,
    )
    plan = planned(pipeline(), statement(), pipeline("b", role=OTHER))
    assert (OTHER,) == one(plan, "decide").roles
    assert "No statement of these roles allows a job" in one(plan, "decide").do


def test_a_pipeline_that_starts_no_job_needs_no_policy() -> None:
    """Nor a step."""
    assert [] == list(planned(pipeline(verdict="inside", step_types=(), teams=())))


def test_a_team_without_a_short_prefix() -> None:
    """Its other jobs are allowed meanwhile."""
    plan = planned(
        pipeline(step_types=("Training", "Tuning")),
        statement(),
        teams=[Team("fraud", PrefixPolicy("fraud-detection"))],
    )
    step = one(plan, "decide")
    assert "steps of type Tuning take at most 6 characters. Set short_prefix." in step.do
    assert "--kind Training --live" in one(plan, "widen").checks[0]


def test_somebody_else_with_several_teams() -> None:
    """The administrator says whose names a user gets."""
    rows = (pipeline("p", "inside"), statement("inside"), statement(role=USER))
    step = one(planned(*rows, teams=TWO), "decide")
    assert (USER, (USER,)) == (step.subject, step.roles)
    assert [] == of(planned(*rows, teams=TWO, assign={USER: "risk"}), "decide")


def test_the_check_of_a_choice() -> None:
    """Another audit that expects no such step."""
    check = one(planned(pipeline(), statement(), teams=TWO), "decide").checks[0]
    assert check.endswith(f"--iam --plan-rollout --expect widen --role {ROLE}")
