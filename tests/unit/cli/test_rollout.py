"""``sm-prefix audit rollout`` and ``sm-prefix audit --plan-rollout``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Run

pytest.importorskip("moto", reason="moto is not installed")

from sm_prefix_ext.embedded import EmbeddedAWS, Faults

ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ROLE = "arn:aws:iam::123456789012:role/pipeline"


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAWS]:
    """An account with a pipeline whose prefixing is off."""
    monkeypatch.chdir(tmp_path)
    with EmbeddedAWS() as opened:
        image = {"PrimaryContainer": {"Image": "1.dkr.ecr.us-east-1.amazonaws.com/i"}}
        step = {"Name": "Model", "Type": "Model", "Arguments": image}
        opened.client("sagemaker").create_pipeline(
            PipelineName="off",
            RoleArn=opened.create_role("pipeline"),
            PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": [step]}),
        )
        yield opened


def test_of_an_audit(aws: EmbeddedAWS, run: Run) -> None:
    """Steps are left: exit status 1."""
    status, out, err = run("audit", "--prefix", "team-a", "--plan-rollout")
    assert (1, "") == (status, err)
    assert "No policy of the account was read: audit with --iam." in out
    assert "Update the pipeline under PrefixPolicy('team-a')." in out


def test_of_a_file(aws: EmbeddedAWS, run: Run) -> None:
    """The same steps."""
    run("audit", "--prefix", "team-a", "--output", "a.jsonl")
    live, of_file = (
        json.loads(run("audit", *more, "--format", "json")[1])["steps"]
        for more in (
            ("--prefix", "team-a", "--plan-rollout"),
            ("rollout", "a.jsonl", "--prefix", "team-a"),
        )
    )
    for steps in (live, of_file):
        for step in steps:
            del step["checks"]  # they have the time of the audit
    assert live == of_file
    assert ["decide", "widen", "update", "verify"] == [step["phase"] for step in live]


def test_what_is_expected(aws: EmbeddedAWS, run: Run) -> None:
    """Exit status 0 if no step of an earlier phase is left, of all or of some roles."""
    aws.client("sagemaker").delete_pipeline(PipelineName="off")
    for more in ((), ("--expect", "drop"), ("--expect", "done", "--role", ROLE)):
        assert 0 == run("audit", "--prefix", "team-a", "--plan-rollout", *more)[0]


def test_what_is_not_there_yet(aws: EmbeddedAWS, run: Run) -> None:
    """Exit status 1."""
    given = ("audit", "--prefix", "team-a", "--plan-rollout")
    for more in (("--expect", "widen"), ("--expect", "drop", "--role", ROLE)):
        assert 1 == run(*given, *more)[0]


def test_pages(aws: EmbeddedAWS, run: Run) -> None:
    """The page has the documents too."""
    for form, expected in (("html", "Attach it beside"), ("markdown", "#### Update the pipelines")):
        _, out, _ = run("audit", "--prefix", "team-a", "--plan-rollout", "--format", form)
        assert "02-rollout-pipeline.json" in out
        assert expected in out


def test_the_documents(aws: EmbeddedAWS, run: Run) -> None:
    """A new folder has them, whole or not at all."""
    given = ("audit", "--prefix", "team-a", "--plan-rollout", "--documents", "new")
    assert 1 == run(*given)[0]
    [path] = Path("new").iterdir()
    assert "02-rollout-pipeline.json" == path.name
    [statement] = json.loads(path.read_text())["Statement"]
    assert ["arn:aws:sagemaker:us-east-1:123456789012:model/team-a-*"] == statement["Resource"]
    status, out, err = run(*given)
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert "'new' could not be written: it is there already" in err


def test_teams_are_assigned(aws: EmbeddedAWS, run: Run) -> None:
    """By name or ARN; without that, somebody has to."""
    Path("sm-prefix.toml").write_text(
        "".join(f'[[team]]\nname = "{n}"\nprefix = "{n}"\npaths = ["{n}/**"]\n' for n in ("a", "b"))
    )
    given = ("audit", "--plan-rollout")
    assert "Choose it with --assign" in run(*given)[1]
    for glob in ("off", "*:role/pipe*"):
        assert "PrefixPolicy('b')" in run(*given, "--assign", f"{glob}=b")[1]


def test_scps(aws: EmbeddedAWS, run: Run) -> None:
    """The files of each level, the root first."""
    head = "arn:aws:sagemaker:*:*:model"
    deny = {"Effect": "Deny", "Action": "sagemaker:*", "NotResource": f"{head}/pipelines-*"}
    Path("scp.json").write_text(json.dumps({"Statement": [deny, ALLOW]}))
    given = ("audit", "--prefix", "team-a", "--plan-rollout")
    assert "Replace what it denies" in run(*given, "--scp", "scp.json")[1]
    assert "Replace what it denies" not in run(*given)[1]
    status, _, err = run(*given, "--scp", "missing.json")
    assert (2, True) == (status, "there is no such file" in err)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--expect", "drop"), "--expect goes with --plan-rollout."),
        (("--role", ROLE), "--role goes with --plan-rollout."),
        (("--assign", "x=a"), "--assign goes with --plan-rollout."),
        (("--scp", "x"), "--scp goes with --plan-rollout."),
        (("--documents", "x"), "--documents goes with --plan-rollout."),
        (("--plan-rollout", "--role", ROLE), "--role goes with --expect."),
        (("--plan-rollout", "--assign", "x"), "--assign is 'x'; wanted GLOB=TEAM."),
        (("--plan-rollout", "--assign", "x=b"), "There is no team 'b'; the teams are team-a."),
        (("--plan-rollout", "--expect", "soon"), "'soon' is not one of"),
    ],
)
def test_a_wrong_call(aws: EmbeddedAWS, run: Run, arguments: tuple[str, ...], message: str) -> None:
    """One line and exit status 2."""
    status, out, err = run("audit", "--prefix", "team-a", *arguments)
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert message in err


def test_a_wrong_file(aws: EmbeddedAWS, run: Run) -> None:
    """One line and exit status 2."""
    run("audit", "--prefix", "team-b", "--output", "b.jsonl")
    Path("cut.jsonl").write_text(Path("b.jsonl").read_text().rpartition('{"kind": "end"}')[0])
    Path("foreign").write_text("{}\n")
    for file, message in (
        ("b.jsonl", "b.jsonl is of an audit with other teams; give its policy."),
        ("cut.jsonl", "its audit is not complete; resume it first."),
        ("foreign", "foreign can't be used for a roll-out: it is not the file of an audit."),
        ("missing", "it is not there, or it is empty."),
    ):
        status, out, err = run("audit", "rollout", file, "--prefix", "team-a")
        assert (2, "", 1) == (status, out, err.count("\n"))
        assert message in err


def test_nothing_could_be_read(aws: EmbeddedAWS, run: Run) -> None:
    """Exit status 2."""
    aws.faults = Faults(denial=1, operations=("List*",))
    status, _, err = run("audit", "--prefix", "team-a", "--plan-rollout")
    assert (2, True) == (status, "nothing could be read." in err)
