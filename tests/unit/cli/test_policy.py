"""``sm-prefix policy``."""

from __future__ import annotations

import json

import pytest

from .conftest import Run, printed_policy
from .samples import (
    PLACE,
    ROLE,
    TRAINING,
    USER,
)

pytestmark = pytest.mark.usefixtures("files")


def test_policy_for_the_execution_role(run: Run) -> None:
    """The execution role is the default; notes about unknown values go to standard error."""
    policy = printed_policy(run, "good.json", *PLACE, "--role-arn", ROLE)
    assert [TRAINING] == policy["Statement"][1]["Resource"]
    assert [ROLE] == policy["Statement"][0]["Resource"]
    status, _, err = run("policy", "good.json")
    assert 0 == status
    assert "note: Step Train: The role that it takes isn't known" in err
    assert "note: The region isn't known" in err


def test_policy_for_the_author_and_others(run: Run) -> None:
    """Each policy has its own form."""
    author = printed_policy(
        run, "good.json", "--for", "author", "--pipeline-name", "team-a-p", *PLACE
    )
    assert "pipeline/team-a-p" in json.dumps(author)
    team = printed_policy(
        run, "--for", "prefix", "--prefix", "team-a", "--kind", "Training", *PLACE
    )
    assert team == printed_policy(run, "good.json", "--for", "prefix", "--prefix", "team-a", *PLACE)
    assert [TRAINING.replace("-train-*", "-*")] == team["Statement"][0]["Resource"]
    trust = printed_policy(run, "--for", "trust", "--account", "111122223333")
    assert "aws:SourceAccount" in json.dumps(trust)
    vpc = ("--vpc", "vpc-0123456789abcdef0")
    status, out, err = run("policy", "--for", "scp", "--tag", "reader=yes", *vpc)
    assert (0, 3) == (status, len(json.loads(out)["Statement"]))
    assert "note: Put the tag reader=yes on the execution role." in err


@pytest.mark.parametrize("form", ["cloudformation", "terraform"])
def test_policy_forms(run: Run, form: str) -> None:
    """A policy can be written for CloudFormation and for Terraform."""
    status, out, _ = run("policy", "good.json", *PLACE, "--format", form)
    assert 0 == status
    assert ("AWS::IAM::ManagedPolicy" if form == "cloudformation" else "aws_iam_policy") in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--for execution-role needs a TARGET"),
        (("--for", "prefix"), "The prefix policy has no prefix"),
        (("--for", "prefix", "--prefix", "team-a", "--kind", "x"), "'x' is not a step type"),
        (("--for", "scp", "--tag", "a=b"), "--for scp needs --tag KEY=VALUE and --vpc ID."),
        (
            ("--for", "scp", "--vpc", "vpc-0123456789abcdef0"),
            "--for scp needs --tag KEY=VALUE and --vpc ID.",
        ),
        (("good.json", "--account", "1"), "'1' can't be an account"),
        (("--for", "trust", "--account", "1"), "'1' can't be an account"),
        (("none.json",), "there is no such file"),
        (("good.json", "--region", "x"), "'x' can't be a region"),
        (("good.json", "--role-arn", "notarn"), "'notarn'"),
        (("good.json", "--role-arn", USER), repr(USER)),
        (("good.json", "--pipeline-name", "a*"), "'a*'"),
        (("good.json", "--for", "author", "--bucket", "*"), "'*'"),
        (("good.json", "--for", "author", "--bucket", "BAD BUCKET *"), "'BAD BUCKET *'"),
        (("good.json", "--kind", "X"), "--kind goes with --for prefix; got --for execution-role."),
        (("good.json", "--tag", ""), "--tag goes with --for scp; got"),
        (("good.json", "--vpc", "v"), "--vpc goes with --for scp; got"),
        (("good.json", "--admin", "a"), "--admin goes with --for scp; got"),
        (("good.json", "--bucket", "b"), "--bucket goes with --for author; got"),
    ],
)
def test_policies_that_cannot_be_written(
    run: Run, arguments: tuple[str, ...], message: str
) -> None:
    """Invalid arguments give exit status 2 and one line on standard error."""
    status, out, err = run("policy", *arguments)
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert message in err
