"""``sm-prefix preflight``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run, printed_policy
from .samples import (
    PLACE,
    ROLE,
)

pytestmark = pytest.mark.usefixtures("files")


def test_preflight(run: Run, tmp_path: Path) -> None:
    """The exit status is 0 if every request is allowed, else 1; a statement has its file's name."""
    policy = printed_policy(run, "good.json", *PLACE, "--role-arn", ROLE)
    (tmp_path / "role.json").write_text(json.dumps(policy))
    (tmp_path / "none.json").write_text('{"Version": "2012-10-17", "Statement": []}')
    given = ("preflight", "good.json", *PLACE, "--role-arn", ROLE)
    status, out, _ = run(*given, "--role-policy", "role.json")
    assert (0, "5 of 5 requests allowed.") == (status, out.strip())
    status, out, _ = run(*given, "--role-policy", "role.json", "--format", "json")
    data = json.loads(out)
    assert (0, True, "role.json") == (
        status,
        data["ok"],
        data["rows"][0]["statements"][0]["policy"],
    )
    for more in (
        ("--boundary", "none.json"),
        ("--scp", "role.json,none.json", "--scp", "none.json"),
    ):
        status, out, _ = run(*given, "--role-policy", "role.json", *more)
        assert (1, "0 of 5 requests allowed; 5 denied.") == (status, out.strip().splitlines()[-1])
        assert "denied" in out
    status, out, _ = run(*given, "--role-policy", "role.json", "--author-policy", "none.json")
    assert 1 == status
    assert "sagemaker:CreatePipeline" in out


def test_preflight_of_a_prefix(run: Run) -> None:
    """Without a pipeline, whether the policies allow the jobs of step types."""
    kinds = ("--prefix", "team-a", "--kind", "Training", "--kind", "Model")
    policy = printed_policy(run, "--for", "prefix", *kinds, *PLACE)
    Path("role.json").write_text(json.dumps(policy))
    given = ("preflight", *PLACE, "--role-policy", "role.json")
    status, out, _ = run(*given, *kinds)
    assert (0, "7 of 7 requests allowed.") == (status, out.strip())
    status, out, _ = run(*given, *kinds, "--kind", "Processing")
    assert (1, True) == (status, "processing-job/team-a-*" in out)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give a TARGET, or a prefix and its step types as --kind TYPE."),
        (("good.json", "--kind", "Training"), "Give a TARGET, or a prefix"),
        (("--kind", "Training"), "has no prefix for steps of type Training"),
        (("--kind", "Fail", "--prefix", "a"), "'Fail' is not a step type"),
        (("--kind", "Model", "--author-policy", "all.json"), "--author-policy goes with a TARGET"),
        (("--kind", "Model", "--prefix", "a", "--parameter", "A=1"), "A"),
    ],
)
def test_preflights_without_a_target(run: Run, arguments: tuple[str, ...], message: str) -> None:
    """What they lack is one line, and exit status 2."""
    Path("all.json").write_text('{"Statement": []}')
    status, out, err = run("preflight", "--role-policy", "all.json", *arguments)
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert message in err


def test_preflight_warns(run: Run, tmp_path: Path) -> None:
    """A policy that ignores the prefix gives a warning."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    (tmp_path / "wide.json").write_text(json.dumps({"Statement": everything}))
    status, out, _ = run("preflight", "good.json", *PLACE, "--role-policy", "wide.json")
    assert 0 == status
    assert "PFX012" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give the role's policies as --role-policy FILE"),
        (("--role-policy", "good.json", "--live"), "Give the role's policies"),
        (("--live",), "--live needs --role-arn"),
        (("--role-policy", "none.json"), "there is no such file"),
        (
            ("--role-policy", "good.json"),
            "good.json: 'Steps' is not an element of a policy document",
        ),
        (("--role-policy", "all.json", "--region", "x"), "'x' can't be a region"),
        (("--role-policy", "all.json", "--account", "1"), "'1' can't be an account"),
        (("--role-policy", "all.json", "--role-arn", "notarn"), "'notarn'"),
        (("--role-policy", "all.json", "--pipeline-name", "a*"), "'a*'"),
        (
            ("--role-policy", "all.json", "--author-policy", "all.json", "--bucket", "*"),
            "'*'",
        ),
        (("--role-policy", "all.json", "--bucket", "b"), "give --author-policy FILE with it."),
        (
            ("--role-policy", "null.json"),
            "null.json: got null; wanted a policy document, an object.",
        ),
        (("--role-policy", "all.json", "--boundary", "null.json"), "null.json: got null; wanted"),
        (("--role-policy", "all.json", "--scp", "null.json"), "null.json: got null; wanted"),
        (
            ("--role-policy", "all.json", "--author-policy", "null.json"),
            "null.json: got null; wanted",
        ),
        (("--role-policy", "all.json", "--scp", ""), "--scp '' has an empty file name; wanted"),
        (("--role-policy", "all.json", "--scp", "all.json,"), "--scp 'all.json,' has an empty"),
    ],
)
def test_preflights_that_cannot_be_made(run: Run, arguments: tuple[str, ...], message: str) -> None:
    """Invalid arguments give exit status 2 and one line on standard error."""
    Path("all.json").write_text(
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    )
    status, out, err = run("preflight", "good.json", *arguments)
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert message in err


def test_preflight_of_a_broken_pipeline(run: Run) -> None:
    """A step type that nobody knows can't be judged: its finding, and exit status 1.

    ``policy`` keeps standard output for the document.
    """
    unknown = json.dumps({"Steps": [{"Name": "New", "Type": "Brandnew"}]})
    Path("none.json").write_text('{"Statement": []}')
    status, out, err = run("preflight", "-", "--role-policy", "none.json", stdin=unknown)
    assert (1, True, "") == (status, "PFX005" in out, err)
    status, out, err = run("policy", "-", stdin=unknown)
    assert (1, "", True) == (status, out, "PFX005" in err)
