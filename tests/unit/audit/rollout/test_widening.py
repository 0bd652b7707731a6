"""The new names are allowed beside the old ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.audit.rollout import Rollout
from sm_prefix_ext.core.policy_file import Team

from .samples import (
    ACCOUNT,
    FRAUD,
    HEAD,
    NEW,
    OLD,
    OTHER,
    RISK,
    ROLE,
    USER,
    documents,
    of,
    one,
    pipeline,
    planned,
    statement,
)

POLICY = f"arn:aws:iam::{ACCOUNT}:policy/guard"


def resources(plan: Rollout) -> list[str]:
    """The resources of the widened policies."""
    return sorted(
        resource
        for step in of(plan, "widen")
        for each in documents(step)["attach"]
        for resource in each["Resource"]
    )


def test_a_role_gets_the_prefix_policy_of_its_pipelines() -> None:
    """For the step types and regions that they have, and no others."""
    plan = planned(
        pipeline(step_types=("Model",)),
        pipeline("b", region="us-east-1"),
        statement("outside", f"{HEAD}training-job/x-*"),
    )
    elsewhere = HEAD.replace("eu-west-1", "us-east-1")
    assert [f"{HEAD}model/risk-*", f"{elsewhere}training-job/risk-*"] == resources(plan)
    step = one(plan, "widen")
    assert (("eu-west-1", "us-east-1"), 2) == (step.regions, len(step.checks))
    sids = [each["Sid"] for each in documents(step)["attach"]]
    assert len(sids) == len(set(sids))


def test_it_may_do_with_new_names_what_it_may_do_with_old_ones() -> None:
    """What the prefix policy has already is not there twice; conditions stay."""
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    plan = planned(
        pipeline(),
        statement(Action="sagemaker:CreateTrainingJob"),
        statement(Action="sagemaker:Delete*", Condition=condition),
    )
    [*_, same] = documents(one(plan, "widen"))["attach"]
    assert (["AsBefore", [NEW], condition]) == [same["Sid"], same["Resource"], same["Condition"]]
    assert [NEW, NEW] == resources(plan)


def test_a_role_that_has_it_already_is_checked_alone() -> None:
    """Nothing is attached; once its pipelines are updated it needs no step."""
    new = statement("inside", NEW)
    step = one(planned(pipeline(), statement("prefixing off"), new), "widen")
    assert ((), True) == (step.documents, step.do.startswith("Attach nothing"))
    assert [] == of(planned(pipeline(verdict="inside"), statement(), new), "widen")


@pytest.mark.parametrize("verdict", ["outside", "unknown"])
def test_a_statement_that_is_narrowed_last_does_not_count(verdict: str) -> None:
    """Without it the role would have nothing that allows its jobs."""
    step = one(planned(pipeline(), statement(verdict, "*")), "widen")
    assert [[NEW]] == [each["Resource"] for each in documents(step)["attach"]]
    assert any("narrowed last" in note for note in step.notes)
    kept = statement("inside", NEW)
    assert () == one(planned(pipeline(), statement(verdict, "*"), kept), "widen").documents


def test_an_updated_pipeline_whose_role_lacks_it() -> None:
    """It may be denied, so the role is widened; without its policies nobody can say so."""
    assert 1 == len(of(planned(pipeline(verdict="inside"), statement()), "widen"))
    assert [] == of(planned(pipeline(verdict="inside")), "widen")


def test_teams_that_share_a_role() -> None:
    """Both get their names, and the step says what that means."""
    rows = (
        pipeline(),
        pipeline("b", step_types=("Model",)),
        statement("outside", f"{HEAD}training-job/x-*"),
    )
    plan = planned(*rows, teams=(RISK, FRAUD), assign={"churn": "risk", "b": "fraud"})
    assert [f"{HEAD}model/fraud-detection-*", NEW] == resources(plan)
    assert any("risk share this role" in note for note in one(plan, "widen").notes)


def test_short_prefixes() -> None:
    """Each type of job gets its own."""
    team = Team("fraud", PrefixPolicy("fraud-detection", short_prefix="fd"))
    plan = planned(pipeline(step_types=("Tuning",)), statement(), teams=[team])
    assert f"{HEAD}hyper-parameter-tuning-job/fd-*" in resources(plan)
    assert f"{HEAD}training-job/fraud-detection-*" in resources(plan)


def test_documents_fit_the_limit_of_iam() -> None:
    """A long one is split."""
    many = [f"{HEAD}training-job/pipelines-*-{number:03}-{'x' * 60}" for number in range(200)]
    rows = [
        statement(resource=[each, many[0]], Action=f"sagemaker:A{n}") for n, each in enumerate(many)
    ]
    step = one(planned(pipeline(), *rows), "widen")
    assert 1 < len(step.documents)
    assert f"the {len(step.documents)} documents" in step.do


def test_a_user() -> None:
    """It may do with the new names what it may do with the old ones, and has that once only."""
    described = {"Action": "sagemaker:DescribeTrainingJob"}
    rows = (pipeline("p", "inside"), statement("inside", NEW), statement(role=USER, **described))
    step = one(planned(*rows), "widen")
    [new] = documents(step)["attach"]
    assert (["sagemaker:DescribeTrainingJob", [NEW]]) == [new["Action"], new["Resource"]]
    assert f"--expect update --role {USER}" in step.checks[0]
    assert [] == of(planned(*rows, statement("inside", NEW, role=USER, **described)), "widen")


def test_somebody_else_without_old_names() -> None:
    """An administrator who may do anything needs nothing."""
    rows = (pipeline("p", "inside"), statement("inside", NEW), statement("outside", "*", role=USER))
    assert [] == of(planned(*rows), "widen")


def test_a_permissions_boundary() -> None:
    """A policy that is attached to nothing gets the names and jobs of every team, without Sids."""
    rows = (
        pipeline(step_types=("Model",)),
        statement(),
        statement("outside", [OLD, f"{HEAD}training-job/*-x"], role=POLICY, policy=POLICY),
    )
    plan = planned(*rows, teams=(RISK, FRAUD), assign={"churn": "risk"})
    step = next(step for step in of(plan, "widen") if step.subject == POLICY)
    added = documents(step)["add"]
    assert {f"{HEAD}model/risk-*", NEW, f"{HEAD}training-job/fraud-detection-*"} == {
        resource for each in added for resource in each["Resource"]
    }
    assert (POLICY, False) == (step.policy, any("Sid" in each for each in added))
    assert all(step.number in each.after for each in of(plan, "update")), "whose it is isn't known"


def test_a_denial_of_all_but_the_old_names() -> None:
    """It comes to spare the new ones, in every role that has the policy."""
    deny = {"Effect": "Deny", "key": "NotResource", "policy": POLICY}
    reasons = ("It denies.", "It denies. The boundary may restrict it.")
    rows = [
        replace(statement(role=role, **deny), reason=reason)
        for role, reason in zip((ROLE, OTHER), reasons)
    ]
    plan = planned(pipeline(), pipeline("b", role=OTHER), *rows, statement(), statement(role=OTHER))
    step = next(step for step in of(plan, "widen") if step.policy == POLICY)
    assert [OLD] == [each["NotResource"] for each in documents(step)["remove"]]
    assert [[OLD, NEW]] == [each["NotResource"] for each in documents(step)["instead"]]
    assert ((ROLE, OTHER), 2) == (step.roles, len(step.checks))
    assert all(step.number in each.after for each in of(plan, "update"))
    assert "Its check may need step 3 too." in plan[0].notes
    assert (reasons[1], "Its check may need steps 1–2 too.") == step.notes


@pytest.mark.parametrize(
    ("resource", "expected"), [(NEW, True), (f"{HEAD}training-job/*-x", True), (OLD, False)]
)
def test_another_denial(resource: str, expected: bool) -> None:
    """One that names the new names is changed by hand; another one is left alone."""
    plan = planned(pipeline(), statement(), statement("outside", resource, Effect="Deny"))
    steps = [step for step in of(plan, "widen") if step.policy is not None]
    assert expected == bool(steps)
    for step in steps:
        assert ("Change by hand", ["remove"]) == (step.do[:14], list(documents(step)))
