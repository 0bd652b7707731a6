"""``sm-prefix audit``: its options, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Run, printed_policy

pytest.importorskip("moto", reason="moto is not installed")

from sm_prefix_ext.embedded import EmbeddedAWS, Faults


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAWS]:
    """An account with a pipeline inside team-a and one with prefixing off."""
    monkeypatch.chdir(tmp_path)
    with EmbeddedAWS() as opened:
        role = opened.create_role("pipeline")
        for name, argument in (("a", {"ModelName": "team-a-model"}), ("off", {})):
            step = {"Name": "Model", "Type": "Model", "Arguments": argument}
            step["Arguments"] |= {
                "PrimaryContainer": {"Image": "1.dkr.ecr.us-east-1.amazonaws.com/i"}
            }
            opened.client("sagemaker").create_pipeline(
                PipelineName=name,
                RoleArn=role,
                PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": [step]}),
            )
        yield opened


def test_the_table(aws: EmbeddedAWS, run: Run) -> None:
    """Something outside is exit status 1."""
    status, out, err = run("audit", "--prefix", "team-a")
    assert (1, "") == (status, err)
    assert "2 pipelines and 0 jobs: 1 inside, 1 not." in out
    assert "prefixing off" in out


def test_all_inside(aws: EmbeddedAWS, run: Run) -> None:
    """Exit status 0; an empty region is, too."""
    aws.client("sagemaker").delete_pipeline(PipelineName="off")
    assert 0 == run("audit", "--prefix", "team-a")[0]
    assert 0 == run("audit", "--prefix", "team-b", "--region", "eu-west-1")[0]


def test_json(aws: EmbeddedAWS, run: Run) -> None:
    """One document with every row."""
    status, out, _ = run("audit", "--prefix", "team-a", "--format", "json")
    rows = json.loads(out)["rows"]
    assert (1, ["a", "off"]) == (status, [row["pipeline"] for row in rows])


def test_a_page_and_markdown(aws: EmbeddedAWS, run: Run) -> None:
    """The same report in other forms."""
    for form, expected in (("html", "<!DOCTYPE html>"), ("markdown", "| Verdict |")):
        status, out, _ = run("audit", "--prefix", "team-a", "--format", form)
        assert (1, True) == (status, expected in out)
        assert "1 inside, 1 not." in out


def test_the_teams_of_a_file(aws: EmbeddedAWS, run: Run) -> None:
    """All of them, or the named team alone; the file is found as for other commands."""
    teams = [
        f'[[team]]\nname = "{name}"\nprefix = "{name}"\npaths = ["{name}/**"]'
        for name in ("team-a", "team-b")
    ]
    Path("sm-prefix.toml").write_text("\n".join(teams))
    for more in ((), ("--policy", "sm-prefix.toml")):
        _, out, _ = run("audit", "--format", "json", *more)
        assert ["team-a"] == json.loads(out)["rows"][0]["teams"]
    _, out, _ = run("audit", "--format", "json", "--team", "team-b")
    assert "outside" == json.loads(out)["rows"][0]["verdict"]


def test_several_files_and_folders(aws: EmbeddedAWS, run: Run) -> None:
    """The teams of all of them; a file that is broken is named."""
    team = '[[team]]\nname = "{0}"\nprefix = "team-{0}"\npaths = ["{0}/**"]'
    Path("teams", "deep").mkdir(parents=True)
    Path("teams", "deep", "b.toml").write_text(team.format("b"))
    Path("teams", "pyproject.toml").write_text("[project]\n")
    Path("a.toml").write_text(team.format("a"))
    arguments = ("audit", "--format", "json", "--policy", "a.toml", "--policy", "teams")
    rows = json.loads(run(*arguments)[1])["rows"]
    assert (["a"], "inside") == (rows[0]["teams"], rows[0]["verdict"])
    rows = json.loads(run(*arguments, "--team", "b")[1])["rows"]
    assert ([], "outside") == (rows[0]["teams"], rows[0]["verdict"])
    status, _, err = run(*arguments, "--team", "c")
    assert (2, "sm-prefix: no policy file has the team c; they have a, b.\n") == (status, err)
    Path("empty").mkdir()
    status, _, err = run("audit", "--policy", "empty")
    assert (2, True) == (status, "empty: there is no policy file in it" in err)
    Path("teams", "deep", "c.toml").write_text('prefix = "a/b"')
    status, _, err = run(*arguments)
    assert (2, 1, True) == (status, err.count("\n"), "teams/deep/c.toml" in err)


def test_iam_policies(aws: EmbeddedAWS, run: Run) -> None:
    """They are in the table; the role of the pipelines is one without a restriction."""
    status, out, _ = run("audit", "--prefix", "team-a", "--iam")
    assert (1, True) == (status, "It allows jobs of any name, of every type: *." in out)
    assert "1 statement" in out


def test_a_file_and_its_continuation(aws: EmbeddedAWS, run: Run) -> None:
    """The whole audit is reported, and standard error says what was kept."""
    arguments = ("audit", "--prefix", "team-a", "--output", "a.jsonl")
    assert 1 == run(*arguments)[0]
    lines = Path("a.jsonl").read_text().splitlines()
    assert ["audit", "pipeline", "pipeline", "unit", "end"] == [
        json.loads(each)["kind"] for each in lines
    ]
    status, out, err = run(*arguments, "--resume")
    assert (1, True) == (status, "2 pipelines" in out)
    assert "sm-prefix: 'a.jsonl' is continued: 1 accounts and regions are complete.\n" == err


def test_parquet(aws: EmbeddedAWS, run: Run) -> None:
    """The file is there at the end, with all rows."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow comes with SDK v3")
    assert 1 == run("audit", "--prefix", "team-a", "--output", "a.parquet")[0]
    assert ["a", "off"] == parquet.read_table("a.parquet")["name"].to_pylist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "there is no policy to audit against; give --policy FILE or --prefix P."),
        (("--prefix", "a", "--region", "mars-1"), "'mars-1' is not a region that"),
        (("--prefix", "a", "--region", "eu-west-1", "--all-regions"), "exclude each other"),
        (("--prefix", "a", "--accounts", "accounts"), "names no account"),
        (("--prefix", "a", "--accounts", "missing"), "missing can't be read: No such file"),
        (("--prefix", "a", "--assume-role", "Audit"), "are about accounts; name those too"),
        (("--prefix", "a", "--external-id", "secret"), "are about accounts; name those too"),
        (("--prefix", "a", "--accounts", "organization"), "need the role to assume in them"),
        (("--prefix", "a", "--versions", "-1"), "-1 is not in the range"),
        (("--prefix", "a", "--since", "soon"), "'soon' is not a time"),
        (("--prefix", "a", "--jobs"), "jobs needs since"),
        (("--prefix", "a", "--workers", "0"), "workers is 0; wanted a number from 1 to 64"),
        (("--prefix", "a", "--executions", "-1"), "-1 is not in the range"),
        (("--prefix", "a", "--resume"), "resume continues a file; name it as output"),
        (("--prefix", "a", "-o", "foreign"), "'foreign' is there already"),
        (("--prefix", "a", "-o", "foreign", "--resume"), "it is not the file of an audit"),
        (("--prefix", "a", "-o", "missing/a"), "could not be written: No such file"),
        (("--prefix", "a", "-o", "a.parquet", "--resume"), "is written when its audit has ended"),
        (("--prefix", "a", "-o", "/dev/full"), "could not be written: No space left"),
    ],
)
def test_a_wrong_call(aws: EmbeddedAWS, run: Run, arguments: Any, message: str) -> None:
    """One line and exit status 2; no file is changed."""
    Path("accounts").write_text("# none\n")
    Path("foreign").write_text("mine\n")
    status, out, err = run("audit", *arguments)
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert message in err
    assert "mine\n" == Path("foreign").read_text()


def test_another_question_does_not_continue_a_file(aws: EmbeddedAWS, run: Run) -> None:
    """Its rows would have two meanings."""
    run("audit", "--prefix", "team-a", "-o", "a.jsonl")
    before = Path("a.jsonl").read_bytes()
    status, _, err = run("audit", "--prefix", "team-b", "-o", "a.jsonl", "--resume")
    assert (2, True) == (status, "it is of an audit with other teams" in err)
    assert before == Path("a.jsonl").read_bytes()


def test_nothing_could_be_read(aws: EmbeddedAWS, run: Run) -> None:
    """Exit status 2 with the first reason; the table has the rows."""
    aws.faults = Faults(denial=1, operations=("List*",))
    status, out, err = run("audit", "--prefix", "team-a")
    assert (2, 1) == (status, err.count("\n"))
    assert "nothing could be read. The list of pipelines could not be read to its end." in err
    assert "sagemaker:ListPipelines" in out


def test_no_credentials(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One line says so."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    status, _, err = run("audit", "--prefix", "team-a", "--region", "eu-west-1")
    assert (2, 1) == (status, err.count("\n"))
    assert "The account could not be entered. There are no AWS credentials; set AWS_PROFILE" in err


def test_its_policy(run: Run) -> None:
    """``policy --for audit`` takes the audit's options, and no other purpose does."""
    flags = ("--jobs", "--versions", "--iam", "--cloudtrail", "--organization")
    policy = printed_policy(run, "--for", "audit", *flags, "--assume-role", "Audit")
    assert {
        "cloudtrail:LookupEvents",
        "iam:GetAccountAuthorizationDetails",
        "organizations:ListAccounts",
        "sagemaker:ListTrainingJobs",
    } < set(policy["Statement"][0]["Action"])
    assert "sagemaker:ListPipelineVersions" in policy["Statement"][1]["Action"]
    assert ["arn:aws:iam::*:role/Audit"] == policy["Statement"][2]["Resource"]
    status, _, err = run("policy", "--for", "trust", "--jobs")
    assert (2, True) == (status, "--jobs goes with --for audit; got --for trust." in err)


def test_two_audits_are_compared(aws: EmbeddedAWS, run: Run) -> None:
    """Exit status 1 where a verdict differs, 2 for a file that is no audit's."""
    run("audit", "--prefix", "team-a", "-o", "old.jsonl")
    aws.client("sagemaker").delete_pipeline(PipelineName="off")
    run("audit", "--prefix", "team-a", "-o", "new.jsonl")
    status, out, _ = run("audit", "diff", "old.jsonl", "new.jsonl")
    assert (1, True, True) == (status, "prefixing off" in out, "1 change." in out)
    status, out, _ = run("audit", "diff", "old.jsonl", "new.jsonl", "--format", "json")
    [change] = json.loads(out)["changes"]
    assert ("off", ["prefixing off"], []) == (change["pipeline"], change["before"], change["now"])
    assert 0 == run("audit", "diff", "new.jsonl", "new.jsonl")[0]
    status, out, err = run("audit", "diff", "old.jsonl", "missing.jsonl")
    assert (2, "", 1) == (status, out, err.count("\n"))
