"""``sm-prefix jobs``: the jobs of an execution."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run
from .samples import EXECUTION, JOB, LISTED

pytestmark = pytest.mark.usefixtures("files")


def test_jobs(run: Run) -> None:
    """Jobs outside the policy give exit status 1."""
    status, output, _ = run("jobs", "steps.json")
    name = JOB.rpartition(":")[2]
    assert (0, True, True) == (status, JOB.removesuffix(name) in output, f" {name}" in output)
    assert 0 == run("jobs", "-", "--prefix", "team-a", stdin=json.dumps(LISTED))[0]
    status, output, _ = run("jobs", "steps.json", "--policy", "team-b.toml")
    assert (1, True, True) == (status, "outside" in output.split(), f" {name}" in output)
    status, output, _ = run("jobs", "steps.json", "--format", "json", "--prefix", "b")
    [job] = json.loads(output)["jobs"]
    assert (1, "team-a-x", JOB, True) == (status, job["prefix"], job["arn"], job["outside"])
    [job] = json.loads(run("jobs", "steps.json", "--format", "json")[1])["jobs"]
    assert job["outside"] is None


def test_jobs_without_a_prefix(run: Run) -> None:
    """Nothing is compared: a note says so, and a policy that was given is an error."""
    note = "note: Without a prefix, the jobs were not compared with a policy.\n"
    assert (0, note) == run("jobs", "steps.json")[::2]
    assert "" == run("jobs", "steps.json", "--prefix", "team-a")[2]
    Path("none.toml").write_text('short_prefix = "ta"')
    error = "sm-prefix: The policy has no prefix to compare the jobs with; set one.\n"
    assert (2, "", error) == run("jobs", "steps.json", "--policy", "none.toml")
    assert (2, "", error) == run("jobs", "steps.json", "--short-prefix", "ta")


def test_an_error_of_aws_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has AWS's own message, and what to do where that is known."""
    import boto3
    from botocore.exceptions import ClientError, NoCredentialsError

    refusal = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListSteps")
    expired = ClientError({"Error": {"Code": "ExpiredToken", "Message": "no"}}, "ListSteps")
    what_to_do = {
        NoCredentialsError(): " There are no AWS credentials; set AWS_PROFILE, or "
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        refusal: "",
        expired: " The credentials have expired; renew them.",
    }
    for error, advice in what_to_do.items():

        def client(*_: object, raised: Exception = error, **__: object) -> None:
            raise raised

        monkeypatch.setattr(boto3, "client", client)
        status, out, err = run("jobs", EXECUTION)
        expected = f"sm-prefix: the request to AWS failed: {error}.{advice}\n"
        assert (2, "", expected) == (status, out, err)
