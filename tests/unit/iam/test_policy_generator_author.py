"""What creating a pipeline sends beside it: granted to the author, and judged."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.core.planned_jobs import AuthorRequest
from sm_prefix_ext.iam.required_permissions import of_author

from .pipelines import ACCOUNT, EXECUTION, REGION, WORKER, plan, step
from .requests import concrete, verdict

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:notify"
LAMBDA_ROLE = f"arn:aws:iam::{ACCOUNT}:role/lambda"
CALL = step("Call", "Lambda", FunctionArn=FUNCTION)
SENT = (
    AuthorRequest("s3:PutObject", "arn:aws:s3:::bucket/churn/code/0a1b/prepare.py"),
    AuthorRequest("s3:PutObject", "arn:aws:s3:::bucket/churn/code/2c3d/train.py"),
    AuthorRequest("lambda:CreateFunction", FUNCTION),
    AuthorRequest("lambda:UpdateFunctionCode", FUNCTION),
    AuthorRequest("iam:PassRole", LAMBDA_ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}),
)


def planned(*sent: AuthorRequest, **more: Any) -> Plan:
    """Return the plan of a pipeline whose creation sends these requests."""
    given = {"region": REGION, "role_arn": EXECUTION, "pipeline_name": "churn", **more}
    return Plan.from_definition({"Steps": [CALL]}, author_requests=sent, **given)


def rows(plan: Plan, policies: Any, **more: Any) -> list[Any]:
    """Return the author's rows."""
    answer = iam.preflight(plan, role_policies=[], author_policies=policies, **more)
    return [row for row in answer if row.principal == "author"]


def test_author_requests_are_granted_and_checked() -> None:
    """Uploads are allowed by their stable part; Lambda's role may be passed to Lambda only."""
    pipeline_plan = planned(*SENT)
    policy = iam.author_policy(pipeline_plan)
    assert {"allowed"} == {row.verdict for row in rows(pipeline_plan, [policy])}
    asked = {(row.action, row.resource) for row in rows(pipeline_plan, [policy])}
    assert {
        ("s3:ListBucket", "arn:aws:s3:::bucket"),
        ("s3:PutObject", "arn:aws:s3:::bucket/churn/code/*"),
        ("lambda:CreateFunction", FUNCTION),
        ("lambda:UpdateFunctionCode", FUNCTION),
        ("iam:PassRole", LAMBDA_ROLE),
    } == {
        request for request in asked if request[1] != EXECUTION and ":sagemaker:" not in request[1]
    }
    for service, wanted in (("lambda", "allowed"), ("sagemaker", "implicitDeny")):
        context = {"iam:PassedToService": f"{service}.amazonaws.com"}
        decision = iam.evaluate("iam:PassRole", LAMBDA_ROLE, identity=[policy], context=context)
        assert wanted == decision.verdict
    assert not any("Lambda" in note for note in policy.notes)
    changed = planned(AuthorRequest("s3:PutObject", "arn:aws:s3:::bucket/churn/code/9e9e/new.py"))
    assert {"allowed"} == {row.verdict for row in rows(changed, [policy])}
    assert policy.to_json() == iam.author_policy(planned(*SENT[::-1])).to_json()


@pytest.mark.parametrize("left_out", range(len(SENT)))
def test_a_policy_for_less_is_refused(left_out: int) -> None:
    """Only a request that the policy leaves out is denied; both uploads share one part."""
    less = [request for number, request in enumerate(SENT) if number != left_out]
    refused = {row.action for row in rows(planned(*SENT), [iam.author_policy(planned(*less))])}
    assert refused
    refused_actions = {
        r.action
        for r in rows(planned(*SENT), [iam.author_policy(planned(*less))])
        if r.verdict != "allowed"
    }
    assert (set() if left_out < 2 else {SENT[left_out].action}) == refused_actions


def test_a_role_of_another_account_is_not_passed_to_lambda() -> None:
    """A role of another account can't be passed to Lambda either."""
    foreign = "arn:aws:iam::444455556666:role/lambda"
    sent = AuthorRequest("iam:PassRole", foreign, {"iam:PassedToService": "lambda.amazonaws.com"})
    pipeline_plan = planned(sent)
    policy = iam.author_policy(pipeline_plan)
    assert foreign not in policy.to_json()
    assert ["implicitDeny"] == [
        r.verdict for r in rows(pipeline_plan, [policy]) if r.resource == foreign
    ]


def test_a_bare_definition() -> None:
    """Uploads go to the default bucket; a note says that deploying functions isn't covered."""
    pipeline_plan = planned()
    policy = iam.author_policy(pipeline_plan)
    assert f"arn:aws:s3:::sagemaker-{REGION}-{ACCOUNT}/*" in policy.to_json()
    assert any("functions of Lambda steps (Call) is not covered" in note for note in policy.notes)
    without = Plan.from_definition({"Steps": []}, region=REGION, role_arn=EXECUTION)
    assert not any("Lambda" in note for note in iam.author_policy(without).notes)


def test_a_bucket_that_is_given_is_granted_too() -> None:
    """The caller's bucket is allowed beside the buckets of the plan's uploads."""
    pipeline_plan = planned(*SENT)
    text = iam.author_policy(pipeline_plan, bucket="mine").to_json()
    assert "arn:aws:s3:::mine/*" in text
    assert "arn:aws:s3:::bucket/churn/code/*" in text
    policy = iam.author_policy(pipeline_plan)
    refused = [
        r.resource for r in rows(pipeline_plan, [policy], bucket="mine") if r.verdict != "allowed"
    ]
    assert ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"] == refused


def test_a_long_definition_is_uploaded() -> None:
    """A definition of 100 KB or more is uploaded under the pipeline's name."""
    listed = step("T", "Fail", {"ErrorMessage": "x" * 110_000})
    pipeline_plan = Plan.from_definition(
        {"Steps": [listed]},
        region=REGION,
        role_arn=EXECUTION,
        pipeline_name="churn",
        author_requests=SENT,
    )
    assert (
        f"arn:aws:s3:::sagemaker-{REGION}-{ACCOUNT}/churn"
        in iam.author_policy(pipeline_plan).to_json()
    )


@pytest.mark.parametrize(
    "bucket", ["*", "BAD BUCKET", "a?", "${x}", "s3://mine", "arn:aws:s3:::mine", ""]
)
def test_a_bucket_widens_no_policy(bucket: str) -> None:
    """A bucket with a wildcard or a key raises."""
    with pytest.raises(ValueError, match="is not a valid bucket name"):
        iam.author_policy(plan("jobs"), bucket=bucket)


def test_the_author() -> None:
    """The author manages this pipeline and passes its role, and can't start jobs."""
    pipeline_plan = plan("jobs")
    policy = iam.author_policy(pipeline_plan)
    assert (
        iam.preflight(pipeline_plan, role_policies=[], author_policies=policy).rows[-1].verdict
        == "allowed"
    )
    for asked in of_author(pipeline_plan):
        assert "allowed" == verdict(policy, asked, concrete(asked))
    for action, resource in (
        (
            "sagemaker:StartPipelineExecution",
            f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/other",
        ),
        ("sagemaker:DeletePipeline", f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/team-a-pipe"),
        (
            "sagemaker:CreateTrainingJob",
            f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/team-a-1",
        ),
        ("iam:PassRole", WORKER),
        ("s3:PutObject", "arn:aws:s3:::other/x"),
    ):
        context = {"iam:PassedToService": "sagemaker.amazonaws.com"}
        decision = iam.evaluate(action, resource, identity=policy, context=context)
        assert "implicitDeny" == decision.verdict, action
    assert "arn:aws:s3:::mine/*" in iam.author_policy(pipeline_plan, bucket="mine").to_json()
