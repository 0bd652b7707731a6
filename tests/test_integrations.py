"""The GitHub Action, the pre-commit hook and the GitLab job run and report findings."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
if not (ROOT / ".pre-commit-hooks.yaml").is_file():
    pytest.skip("the sdist has no hidden files", allow_module_level=True)

BAD = {"Steps": [{"Name": "Train", "Type": "Training", "Arguments": {"TrainingJobName": "b-x"}}]}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose only pipeline has a job outside the policy."""
    folder = tmp_path / "repository"
    (folder / "pipelines").mkdir(parents=True)
    (folder / "sm-prefix.toml").write_text('prefix = "team-a"\n')
    (folder / "pipelines" / "bad file.json").write_text(json.dumps(BAD))
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The folder of a ``sm-prefix`` that runs this interpreter's package."""
    folder = tmp_path / "runner" / "sm-prefix" / "bin"
    folder.mkdir(parents=True)
    script = folder / "sm-prefix"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sm_prefix_ext "$@"\n')
    script.chmod(0o755)
    return folder


def run(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub runs a step of ``shell: bash``."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def action() -> Any:
    """The action's metadata."""
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def test_the_action_annotates_the_finding_and_fails(repository: Path, program: Path) -> None:
    """It runs with the default inputs."""
    install, check = action()["runs"]["steps"]
    assert "pip" in install["run"]
    inputs = {name.upper(): value["default"] for name, value in action()["inputs"].items()}
    assert inputs.keys() == {*check["env"], *install["env"]} - {"ACTION"}
    done = run(check["run"], repository, RUNNER_TEMP=str(program.parents[1]), **inputs)
    assert (1, "") == (done.returncode, done.stderr)
    assert "::error file=pipelines/bad file.json," in done.stdout


@pytest.mark.parametrize("targets", ["pipelines/bad file.json", "pipelines/\n$(touch broken)\n"])
def test_inputs_of_the_action_are_not_executed(
    repository: Path, program: Path, targets: str
) -> None:
    """Each line is one target, with its blanks and shell syntax."""
    _, check = action()["runs"]["steps"]
    done = run(
        check["run"],
        repository,
        RUNNER_TEMP=str(program.parents[1]),
        TARGETS=targets,
        ARGUMENTS="--ignore\nPFX006",
        FORMAT="sarif",
        OUTPUT="out.sarif",
    )
    assert not (repository / "broken").exists()
    exists = targets.endswith(".json")
    assert (0 if exists else 2) == done.returncode
    assert (repository / "out.sarif").is_file()


def test_the_action_has_the_inputs_that_it_uses() -> None:
    """Each variable of a step is an input or a value of the runner."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{\{ inputs\.(\w+) \}\}", text))
    assert set(action()["inputs"]) == used
    for step in action()["runs"]["steps"]:
        assert "${{" not in step["run"]  # an expression in a script permits injection


def test_the_hook_checks_the_repository(repository: Path, program: Path) -> None:
    """It runs with its own arguments, and with those of the documentation."""
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert ("python", False) == (hook["language"], hook["pass_filenames"])
    [example] = [block for block in documented("yaml") if "repos" in block]
    [used] = example["repos"][0]["hooks"]
    assert hook["id"] == used["id"]
    for arguments in (hook["args"], used["args"]):
        command = shlex.split(hook["entry"])
        done = run(shlex.join([str(program / command[0]), *command[1:], *arguments]), repository)
        assert (1, "") == (done.returncode, done.stderr)
        assert "PFX006" in done.stdout


def test_the_gitlab_job_writes_its_report(repository: Path, program: Path) -> None:
    """The job's command writes the artifact and fails."""
    [job] = [block["prefixes"] for block in documented("yaml") if "prefixes" in block]
    _, command = job["script"]
    done = run(command, repository, PATH=f"{program}{os.pathsep}{os.environ['PATH']}")
    assert 1 == done.returncode
    report = json.loads((repository / job["artifacts"]["reports"]["codequality"]).read_text())
    assert ["pipelines/bad file.json"] == [row["location"]["path"] for row in report]


def test_the_documented_workflow_uses_existing_inputs() -> None:
    """The inputs are those of the action in this repository."""
    [workflow] = [block for block in documented("yaml") if "jobs" in block]
    [_, step] = workflow["jobs"]["prefixes"]["steps"]
    assert step["with"].keys() <= action()["inputs"].keys()


def documented(language: str) -> list[Any]:
    """The fenced YAML of docs/ci.md."""
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    return [yaml.safe_load(text) for text in re.findall(rf"```{language}\n(.*?)```", page, re.S)]
