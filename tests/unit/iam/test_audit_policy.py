"""The policy of an audit; tests/embedded/test_audit.py shows that it is the least."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import iam


def test_its_resources_are_those_of_the_account_and_region() -> None:
    """The lists have none."""
    policy = iam.audit_policy(account="111122223333", region="cn-north-1", assume_role="Audit")
    assert [
        "*",
        ["arn:aws-cn:sagemaker:cn-north-1:111122223333:pipeline/*"],
        ["arn:aws-cn:iam::*:role/Audit"],
    ] == [statement["Resource"] for statement in policy.to_dict()["Statement"]]


def test_stand_alone_jobs_need_their_lists() -> None:
    """One for each kind of job."""
    more = iam.audit_policy(jobs=True).diff(iam.audit_policy()).added
    assert {
        "sagemaker:ListAutoMLJobs",
        "sagemaker:ListHyperParameterTuningJobs",
        "sagemaker:ListProcessingJobs",
        "sagemaker:ListTrainingJobs",
        "sagemaker:ListTransformJobs",
    } == {action for _, action, _, _ in more}


@pytest.mark.parametrize(
    ("option", "action", "resource"),
    [
        ("versions", "sagemaker:ListPipelineVersions", "arn:aws:sagemaker:*:*:pipeline/*"),
        ("iam", "iam:GetAccountAuthorizationDetails", "*"),
        ("cloudtrail", "cloudtrail:LookupEvents", "*"),
        ("organization", "organizations:ListAccounts", "*"),
    ],
)
def test_each_further_read_needs_one_action(option: Any, action: str, resource: str) -> None:
    """Those of other services have no resource."""
    more = iam.audit_policy(**{option: True}).diff(iam.audit_policy()).added
    assert [("Allow", action, resource)] == [rule[:3] for rule in more]


@pytest.mark.parametrize("wrong", [{"account": "1"}, {"region": "x"}, {"assume_role": "a*"}])
def test_what_can_not_be_is_refused(wrong: Any) -> None:
    """As in the other policies."""
    with pytest.raises(ValueError, match="can't be"):
        iam.audit_policy(**wrong)
