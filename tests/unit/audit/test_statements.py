"""What the statements of IAM policies say of jobs' names."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.audit.judge import Judgement, teams_of
from sm_prefix_ext.audit.statements import Principal, judge_statement, may_restrict
from sm_prefix_ext.core.arns import ArnScope
from sm_prefix_ext.core.step_types import JOB_KINDS
from sm_prefix_ext.iam.evaluator.policy_parser import Statement, read

HOME = ArnScope(account="111122223333")
JOBS = "arn:aws:sagemaker:*:111122223333:training-job/"
SHARED = ("QualityCheck", "ClarifyCheck")  # their jobs are processing jobs
ALL = tuple(kind.step_type for kind in JOB_KINDS if kind.step_type not in SHARED)


def statement(effect: str = "Allow", **more: Any) -> Statement:
    given = {"Effect": effect, "Action": "sagemaker:CreateTrainingJob", **more}
    if "NotAction" in more:
        del given["Action"]
    [parsed] = read({"Version": "2012-10-17", "Statement": [given]}, "p")
    return parsed


def judged(
    *teams: str | PrefixPolicy, tags: dict[str, str] | None = None, **more: Any
) -> Judgement | None:
    return judge_statement(
        statement(**more), teams_of(teams or ["team-a", "team-b"]), Principal(HOME, tags or {})
    )


def verdict(*teams: str | PrefixPolicy, **more: Any) -> str | None:
    found = judged(*teams, **more)
    return None if found is None else found.verdict


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (f"{JOBS}team-a-*", "inside"),
        (f"{JOBS}team-a-x-??-*", "inside"),
        (f"{JOBS}team-a", "inside"),
        ("arn:aws:sagemaker:eu-west-1:*:training-job/team-a-*", "inside"),
        ("arn:aws:sagemaker:*:*:*/team-a-*", "inside"),
        (f"{JOBS}team-a*", "outside"),
        (f"{JOBS}team-*", "outside"),
        (f"{JOBS}Team-a-*", "outside"),  # IAM tells resources' letter case apart
        (f"{JOBS}*team-a-*", "outside"),
        (f"{JOBS}?*", "outside"),
        (f"{JOBS}pipelines-*", "prefixing off"),
        (f"{JOBS}pipelines-*-Train-*", "prefixing off"),
        (f"{JOBS}pipelines*", "outside"),
        (f"{JOBS}*", "outside"),
        ("*", "outside"),
        ("arn:aws:sagemaker:*", "outside"),
        ([f"{JOBS}team-a-*", f"{JOBS}team-b-*"], "two teams"),
        ([f"{JOBS}team-a-*", f"{JOBS}pipelines-*"], "prefixing off"),
        ([f"{JOBS}pipelines-*", f"{JOBS}shared-*"], "outside"),
        ([f"{JOBS}team-a-*", "arn:aws:s3:::bucket/*"], "inside"),
        ("arn:aws:s3:::bucket/*", None),
        ("arn:aws:sagemaker:*:*:training-plan/*", None),
        ("arn:aws:sagemaker:*:444455556666:training-job/*", None),
        ("arn:aws-cn:sagemaker:*:*:training-job/*", None),
    ],
)
def test_what_an_allow_matches(resource: Any, expected: str | None) -> None:
    """Its patterns are within a team's prefix, or not; those of other resources do not count."""
    assert expected == verdict(Resource=resource)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"Action": "SageMaker:createTRAININGjob"}, "outside"),
        ({"Action": "sagemaker:Create*"}, "outside"),
        ({"Action": "*"}, "outside"),
        ({"NotAction": "iam:*"}, "outside"),
        ({"NotAction": "sagemaker:*"}, None),
        ({"Action": "sagemaker:Describe*"}, None),
        ({"Action": "s3:*"}, None),
    ],
)
def test_which_actions_count(more: dict[str, Any], expected: str | None) -> None:
    """Those that create a job, in any letter case."""
    assert expected == verdict(Resource="*", **more)


def test_any_name_names_the_types() -> None:
    """A role without a restriction is told from one with another."""
    everything = judged(Action="*", Resource="*")
    assert everything is not None
    assert "It allows jobs of any name, of every type: *." == everything.reason
    assert (ALL, ()) == (everything.step_types, everything.teams)
    some = judged(Action=["sagemaker:CreateModel", "sagemaker:CreateAutoMLJobV2"], Resource="*")
    assert some is not None
    assert "of the types AutoML and Model: *" in str(some.reason)


def test_other_actions_count_where_names_are_told_apart() -> None:
    """A policy that describes jobs has to change with the prefix too."""
    actions = ["sagemaker:DescribeTrainingJob", "sagemaker:AddTags"]
    assert "prefixing off" == verdict(Action=actions, Resource=f"{JOBS}pipelines-*")
    assert "inside" == verdict(Action=actions, Resource=f"{JOBS}team-a-*")
    assert verdict(Action=actions, Resource=f"{JOBS}*-Train-*") is None


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("arn:aws:sagemaker:*:*:domain/*", "outside"),
        (f"{JOBS}x-*", "outside"),
        (f"{JOBS}*", None),
        ("arn:aws:sagemaker:*:*:*", None),
        ("arn:aws:sagemaker:us-east-1:*:*", "outside"),
    ],
)
def test_not_resource(resource: str, expected: str | None) -> None:
    """All but what it lists, which is never a team's alone."""
    assert expected == verdict(NotResource=resource)


def test_variables() -> None:
    """A principal's tag decides; without it, the verdict is not known."""
    tag = "${aws:PrincipalTag/Team}"
    resource = f"{JOBS}{tag}-*"
    assert "inside" == verdict(Resource=resource, tags={"aws:PrincipalTag/Team": "team-a"})
    assert "outside" == verdict(Resource=resource, tags={"aws:PrincipalTag/Team": "x"})
    without = judged(Resource=resource)
    assert without is not None
    assert ("unknown", f"Its variables decide which jobs it allows: training-job/{tag}-*.") == (
        without.verdict,
        without.reason,
    )
    assert "inside" == verdict(Resource=f"{JOBS}team-a-{tag}")
    own = "arn:aws:sagemaker:*:${aws:PrincipalAccount}:training-job/team-a-*"
    assert "inside" == verdict(Resource=own)
    assert verdict(Resource="arn:aws:s3:::${aws:username}/*", Action="*") is None
    assert "unknown" == verdict(NotResource=resource)


def test_prefixes_of_a_policy() -> None:
    """Both spellings of a prefix, and the short one for the types that it is for."""
    policy = PrefixPolicy("Churn-Team", short_prefix="ch")
    tuning = "arn:aws:sagemaker:*:*:hyper-parameter-tuning-job/"
    action = "sagemaker:CreateHyperParameterTuningJob"
    assert "inside" == verdict(policy, Resource=f"{JOBS}churn-team-*")
    assert "inside" == verdict(policy, Resource=f"{tuning}ch-*", Action=action)
    assert "inside" == verdict(policy, Resource=f"{tuning}Churn-Team-*", Action=action)
    assert "outside" == verdict(policy, Resource=f"{JOBS}ch-*")


def test_prefixes_that_cover_each_other() -> None:
    """What is within both is of two teams."""
    found = judged("risk", "risk-eu", Resource=f"{JOBS}risk-eu-*")
    assert found is not None
    assert ("two teams", ("risk", "risk-eu")) == (found.verdict, found.teams)
    assert "inside" == verdict("risk", "risk-eu", Resource=f"{JOBS}risk-us-*")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("CreateModelPackage", "model-package/team-a-group/*"),
        ("CreateModelPackage", "model-package/team-a/*"),
        ("CreateJob", "job/*/team-a-*"),
        ("CreateAutoMLJobV2", "automl-job/team-a-*"),
    ],
)
def test_names_with_parts(action: str, resource: str) -> None:
    """A version follows the group's name, and a category precedes a job's."""
    arn = f"arn:aws:sagemaker:*:*:{resource}"
    assert "inside" == verdict(Action=f"sagemaker:{action}", Resource=arn)


def test_conditions_are_named() -> None:
    """They may restrict it, and do not move the verdict."""
    condition = {"StringEquals": {"aws:RequestTag/team": "a"}}
    found = judged(Resource="*", Condition=condition)
    assert found is not None
    assert "outside" == found.verdict
    assert "Its condition may restrict it: StringEquals aws:RequestTag/team." in str(found.reason)
    inside = judged(Resource=f"{JOBS}team-a-*", Condition=condition)
    assert inside is not None
    assert "Its condition may restrict it" in str(inside.reason)


def test_many_patterns_are_cut() -> None:
    """The statement has all of them."""
    found = judged(Resource=[f"{JOBS}x{number}-*" for number in range(5)])
    assert found is not None
    assert "training-job/x2-* and 2 more." in str(found.reason)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"Resource": "*"}, None),
        ({"Resource": "arn:aws:sagemaker:us-east-1:*:*"}, None),
        ({"NotResource": "arn:aws:sagemaker:us-east-1:*:*"}, None),
        ({"Resource": f"{JOBS}pipelines-*"}, None),
        ({"Resource": f"{JOBS}team-a-*"}, None),
        ({"NotResource": [f"{JOBS}team-b-*"]}, None),
        ({"NotResource": [f"{JOBS}team-a-*", f"{JOBS}team-b-*"]}, None),
        ({"Resource": [f"{JOBS}team-a-*", f"{JOBS}team-b-*"]}, "outside"),
        ({"Resource": f"{JOBS}t*"}, "outside"),
        ({"NotResource": f"{JOBS}pipelines-*"}, "prefixing off"),
        ({"NotResource": f"{JOBS}shared-*"}, "outside"),
        ({"NotResource": f"{JOBS}${{aws:PrincipalTag/team}}-*"}, "unknown"),
        ({"NotResource": f"{JOBS}pipelines-*", "Action": "sagemaker:Stop*"}, None),
    ],
)
def test_denials_of_every_team(more: dict[str, Any], expected: str | None) -> None:
    """Only a Deny that tells names apart, and leaves no team's jobs alone, has a verdict."""
    assert expected == verdict(effect="Deny", **more)


def test_what_a_deny_may_restrict() -> None:
    """It is about jobs that the Allow creates."""
    allow = statement(Resource="*")
    principal = Principal(HOME)
    assert may_restrict(statement("Deny", NotResource=f"{JOBS}team-a-*"), allow, principal)
    assert not may_restrict(statement("Deny", Resource=f"{JOBS}*", Action="s3:*"), allow, principal)
    models = statement("Deny", Resource="*", Action="sagemaker:CreateModel")
    assert not may_restrict(models, allow, principal)
