"""Policy documents as values: split, measured and compared."""

from __future__ import annotations

import pytest

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.iam.policy_document import LIMITS

from .pipelines import (
    ACCOUNT,
    EXECUTION,
    JOBS,
    REGION,
    plan,
)


def long_policy(jobs: int, kind: str = "managed") -> iam.PolicyDocument:
    """Return a policy with a number of statements."""
    statements = tuple(
        {
            "Sid": f"S{n}",
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": [f"arn:aws:s3:::{n:0200}"],
        }
        for n in range(jobs)
    )
    return iam.PolicyDocument(statements, "long", kind)


@pytest.mark.parametrize("kind", ["managed", "inline", "scp"])
def test_split(kind: str) -> None:
    """Every part fits, and the parts have all statements once and in order."""
    whole = long_policy(120)
    parts = whole.split(kind)
    assert len(parts) > 1
    assert [s for part in parts for s in part.statements] == list(whole.statements)
    for part in parts:
        text = part.to_json(None)
        size = len(text) if kind == "scp" else len("".join(text.split()))
        assert size <= LIMITS[kind]
        assert kind == part.kind
    assert (long_policy(1).statements,) == tuple(p.statements for p in long_policy(1).split(kind))


def test_what_cannot_be_split() -> None:
    """A statement that is too long by itself, or an unknown kind, raises."""
    document = iam.PolicyDocument(
        ({"Sid": "Big", "Effect": "Allow", "Action": "a:B", "Resource": ["x" * 7000]},)
    )
    with pytest.raises(ValueError, match=r"the statement 'Big' has 7,\d+ characters by itself"):
        document.split()
    assert 1 == len(document.split("inline"))
    with pytest.raises(ValueError, match="kind is 'bucket'"):
        document.split("bucket")


def test_size_is_counted_without_white_space() -> None:
    """The size is the one that IAM counts, without white space."""
    policy = iam.execution_role_policy(plan("jobs"))
    assert policy.size == len("".join(policy.to_json().split()))
    assert policy.size < LIMITS["managed"]


def test_diff() -> None:
    """The rules that a change of the pipeline adds and removes."""
    before = iam.execution_role_policy(plan("jobs"))
    changed = Plan.from_definition({"Steps": JOBS[1:]}, region=REGION, role_arn=EXECUTION)
    after = iam.execution_role_policy(changed)
    difference = after.diff(before)
    assert difference.added == ()
    assert {
        (
            "Allow",
            f"sagemaker:{action}",
            f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:processing-job/team-a-prepare-*",
            "",
        )
        for action in (
            "AddTags",
            "CreateProcessingJob",
            "DescribeProcessingJob",
            "StopProcessingJob",
        )
    } == set(difference.removed)
    assert str(difference).startswith("- Allow sagemaker:AddTags on")
    assert not after.diff(after.to_dict())
    assert "no difference" == str(after.diff(after))
    [added] = iam.trust_policy(account=ACCOUNT).diff(iam.trust_policy()).added
    assert "aws:SourceAccount" in added[3]


def test_a_document_is_a_value() -> None:
    """Changing the result of ``to_dict`` doesn't change the policy."""
    policy = iam.trust_policy()
    policy.to_dict()["Statement"][0]["Action"] = "changed"
    assert "changed" not in policy.to_json()
