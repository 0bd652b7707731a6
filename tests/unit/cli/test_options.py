"""``--parameter`` of the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sm_prefix_ext.cli import main

from ..iam.pipelines import EXECUTION, REGION, ROLE, WORKER, step
from ..iam.test_parameter_defaults import DEFINITION


@pytest.mark.parametrize("command", ["plan", "policy"])
def test_a_value_takes_the_place_of_the_default(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plan and the policy have the value."""
    file = tmp_path / "definition.json"
    file.write_text(json.dumps(DEFINITION))
    more = ["--format", "json", "--parameter", "Group=team-z"]
    with pytest.raises(SystemExit) as ended:
        main([command, str(file), *more])
    assert 0 == ended.value.code
    assert "team-z" in capsys.readouterr().out


@pytest.mark.parametrize("given", ["Group", "=x", "Gruop=x"])
def test_an_invalid_parameter(
    given: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command exits with status 2 and one line."""
    file = tmp_path / "definition.json"
    file.write_text(json.dumps(DEFINITION))
    with pytest.raises(SystemExit) as ended:
        main(["plan", str(file), "--parameter", given])
    assert 2 == ended.value.code
    assert 1 == len(capsys.readouterr().err.splitlines())


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run the command, and return its exit status and its output in one line."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    return int(str(ended.value.code)), " ".join(capsys.readouterr().out.split())


def test_the_preflight_judges_the_given_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The preflight marks rows that depend on a default."""
    train = {"TrainingJobName": "team-a", "RoleArn": {"Get": "Parameters.Role"}}
    definition = {
        "Parameters": [{"Name": "Role", "Type": "String", "DefaultValue": WORKER}],
        "Steps": [step("Train", "Training", train)],
    }
    monkeypatch.chdir(tmp_path)  # the width of the table depends on the names of the files
    file, policy = Path("definition.json"), Path("policy.json")
    file.write_text(json.dumps(definition))
    place = ("--region", REGION, "--role-arn", EXECUTION)
    _, written = ran(capsys, "policy", str(file), *place)
    policy.write_text(written)
    asked = ("preflight", str(file), *place, "--role-policy", str(policy))
    status, shown = ran(capsys, *asked)
    assert 0 == status
    assert f"{WORKER} Allow in {policy}, statement 0 (PassRoleToSagemaker)" in shown
    assert "(for the default of Role)" in shown
    assert shown.endswith(
        "5 of 5 requests allowed; 1 evaluated for the default value of a parameter only."
    )
    status, shown = ran(capsys, *asked, "--parameter", f"Role={WORKER}")
    assert (0, "5 of 5 requests allowed.") == (status, shown)
    status, shown = ran(capsys, *asked, "--parameter", f"Role={ROLE}other")
    assert 1 == status
    assert f"Train denied iam:PassRole {ROLE}other" in shown
    assert shown.endswith("4 of 5 requests allowed; 1 denied.")
    status, shown = ran(capsys, *asked, "--format", "json")
    rows = json.loads(shown)["rows"]
    assert [["Role"]] == [row["defaults"] for row in rows if row["action"] == "iam:PassRole"]
