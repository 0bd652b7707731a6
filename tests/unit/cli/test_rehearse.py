"""``sm-prefix rehearse``: its exit status, its outputs, wrong calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext import Plan, iam

from .conftest import Run

ROLE = "arn:aws:iam::111122223333:role/team-a"
PLACE = ("--region", "eu-west-1", "--role-arn", ROLE)
IMAGE = {"Image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:1"}
DEFINITION: dict[str, Any] = {
    "Version": "2020-12-01",
    "Steps": [
        {
            "Name": "Check",
            "Type": "Condition",
            "Arguments": {
                "Conditions": [],
                "IfSteps": [
                    {
                        "Name": "Create",
                        "Type": "Model",
                        "Arguments": {"ModelName": "team-a-churn", "PrimaryContainer": IMAGE},
                    }
                ],
                "ElseSteps": [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "x"}}],
            },
        }
    ],
}


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    """A definition, the least policy for it, and one that allows nothing."""
    pytest.importorskip("moto", reason="moto is not installed")
    plan = Plan.from_definition(DEFINITION, region="eu-west-1", role_arn=ROLE)
    (tmp_path / "d.json").write_text(json.dumps(DEFINITION))
    (tmp_path / "least.json").write_text(iam.execution_role_policy(plan).to_json())
    (tmp_path / "none.json").write_text('{"Version": "2012-10-17", "Statement": []}')


def test_a_run_that_iam_allows_ends_with_0(run: Run) -> None:
    """The report has the steps, and what each asked of IAM."""
    status, out, _ = run("rehearse", "d.json", *PLACE, "--role-policy", "least.json")

    assert 0 == status
    assert "The execution succeeded: 3 steps, " in out
    assert "team-a-churn-" in out
    assert ["allowed", "sagemaker:CreateModel"] == out.partition("Resource")[2].split()[2:4]


def test_a_refused_step_ends_with_1_in_the_words_of_the_service(run: Run) -> None:
    """The summary counts it."""
    status, out, _ = run("rehearse", "d.json", *PLACE, "--role-policy", "none.json")

    assert 1 == status
    assert "is not authorized to perform: sagemaker:CreateModel" in out
    assert "1 step refused." in out


@pytest.mark.parametrize("output", [(), ("-o", "report.txt")], ids=["printed", "written"])
def test_the_suggestion_is_a_policy_that_lets_it_pass(
    run: Run, tmp_path: Path, output: tuple[str, ...]
) -> None:
    """Its heading says what it is; a file has it as well."""
    asked = ("rehearse", "d.json", *PLACE, "--role-policy", "none.json")

    status, out, _ = run(*asked, "--suggest", *output)

    assert 1 == status
    text = (tmp_path / output[1]).read_text() if output else out
    heading = "Suggested addition to the role's policy. Read it before you use it.\n"
    addition, _ = json.JSONDecoder().raw_decode(text.partition(heading)[2])
    (tmp_path / "addition.json").write_text(json.dumps(addition))
    status, _, _ = run(*asked, "--role-policy", "addition.json")
    assert 0 == status


def test_json_has_the_steps_and_the_addition(run: Run) -> None:
    """It has the version of its form too."""
    asked = ("rehearse", "d.json", *PLACE, "--role-policy", "none.json", "--suggest")

    _, out, _ = run(*asked, "--format", "json")

    data = json.loads(out)
    assert (1, False, "Failed") == (data["schema"], data["ok"], data["status"])
    assert data["steps"][1]["requests"][-1]["action"] == "sagemaker:CreateModel"
    assert data["addition"]["Statement"]


def test_an_outcome_takes_the_other_branch(run: Run) -> None:
    """The steps of the first branch do not run."""
    asked = ("rehearse", "d.json", *PLACE, "--role-policy", "least.json")

    status, out, _ = run(*asked, "--outcome", "Check=false", "--format", "json")

    assert 0 == status, "a Fail step is no refusal"
    assert {step["step"]: step["status"] for step in json.loads(out)["steps"]} == {
        "Check": "Succeeded",
        "Check/if/Create": "NotRun",
        "Check/else/Stop": "Failed",
    }


def test_a_step_may_fail_for_another_reason(run: Run) -> None:
    """The execution fails, and the exit status is 0, since IAM refused nothing."""
    asked = ("rehearse", "d.json", *PLACE, "--role-policy", "least.json")

    status, out, _ = run(*asked, "--fail", "Create")

    assert 0 == status
    assert "The execution failed" in out


def test_boundary_and_scp_are_read_from_files(run: Run) -> None:
    """Each of them can refuse a step."""
    asked = ("rehearse", "d.json", *PLACE, "--role-policy", "least.json")

    assert 1 == run(*asked, "--boundary", "none.json")[0]
    assert 1 == run(*asked, "--scp", "none.json")[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Give the execution role's policies as --role-policy FILE."),
        (["--role-policy", "none.json", "--bucket", "b"], "--bucket is for the author"),
        (["--role-policy", "none.json", "--fail", "Craete"], "no step 'Craete'. Did you mean"),
        (["--role-policy", "none.json", "--outcome", "Check"], "wanted STEP=OUTCOME"),
        (["--role-policy", "none.json", "--outcome", "Create=maybe"], "outcomes['Create'] is"),
        (
            ["--role-policy", "none.json", "--outcome", "Check=true", "--outcome", "Check=false"],
            "The step 'Check' has two outcomes; give one.",
        ),
        (
            ["--role-policy", "none.json", "--outcome", "Check=true", "--fail", "Check"],
            "The step 'Check' has two outcomes; give one.",
        ),
        (["--role-policy", "gone.json"], "gone.json"),
    ],
)
def test_a_wrong_call_is_one_line(run: Run, arguments: list[str], message: str) -> None:
    """The exit status is 2."""
    status, out, error = run("rehearse", "d.json", *PLACE, *arguments)

    assert (2, "", 1) == (status, out, error.count("\n"))
    assert message in error


def test_names_outside_the_prefix_are_findings(run: Run) -> None:
    """The exit status is 1, and nothing runs."""
    status, out, _ = run(
        "rehearse", "d.json", *PLACE, "--role-policy", "least.json", "--prefix", "team-b"
    )

    assert 1 == status
    assert "PFX006" in out
