"""The verdict on a definition and on a job that ran."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.audit.judge import Judge, Judgement, teams_of
from sm_prefix_ext.core.execution_steps import read_jobs
from sm_prefix_ext.core.policy_file import PolicyFile

ARN = "arn:aws:sagemaker:us-east-1:111122223333:{}/{}"
TAIL = "ic9xq2n1qepa-bAEHIt7IXm"


def training(name: Any, step: str = "Train") -> dict[str, Any]:
    arguments = {} if name is None else {"TrainingJobName": name}
    return {"Name": step, "Type": "Training", "Arguments": arguments}


def judged(policy: Any, *steps: Any) -> Judgement:
    definition = json.dumps({"Version": "2020-12-01", "Steps": list(steps)})
    return Judge(teams_of(policy)).definition(definition)


def job_judged(policy: Any, name: str, key: str = "TrainingJob") -> Judgement:
    arn = ARN.format({"TuningJob": "hyper-parameter-tuning-job"}.get(key, "training-job"), name)
    [record] = read_jobs([{"StepName": "Train", "Metadata": {key: {"Arn": arn}}}])
    return Judge(teams_of(policy)).job(record)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["team-a-x"], "inside"),
        (["team-ab"], "outside"),
        (["team-a-x", "other"], "outside"),
        (["team-a-x", None], "outside"),
        ([None, None], "prefixing off"),
        ([{"Get": "Parameters.Name"}], "unknown"),
        (["team-a-x", {"Get": "Parameters.Name"}], "unknown"),
        (["other", {"Get": "Parameters.Name"}], "outside"),
        (["team-a-" + "x" * 40], "outside"),
        ([], "inside"),
    ],
)
def test_a_definition_and_one_prefix(names: list[Any], expected: str) -> None:
    """Every job has to be inside; a name that only the run knows is unknown."""
    steps = [training(name, f"Train{number}") for number, name in enumerate(names)]
    assert expected == judged("team-a", *steps).verdict


@pytest.mark.parametrize(
    ("names", "expected", "teams"),
    [
        (["team-a-x"], "inside", ("team-a",)),
        (["team-a-x", "other"], "outside", ("team-a",)),
        (["team-a-x", "team-b-x"], "two teams", ("team-a", "team-b")),
        (["other"], "no team", ()),
        ([None], "prefixing off", ()),
        ([], "inside", ()),
    ],
)
def test_a_definition_and_several_teams(
    names: list[Any], expected: str, teams: tuple[str, ...]
) -> None:
    """A pipeline belongs to the team whose prefix covers its jobs."""
    steps = [training(name, f"Train{number}") for number, name in enumerate(names)]
    judgement = judged(["team-a", "team-b"], *steps)
    assert (expected, teams) == (judgement.verdict, judgement.teams)


def test_a_model_group_that_no_prefix_covers() -> None:
    """A check only warns of it, and the pipeline that starts nothing else is not inside."""
    group = {"ModelPackageGroupName": "shared"}
    register = {"Name": "Register", "Type": "RegisterModel", "Arguments": group}
    alone = judged("team-a", register)
    assert ("outside", (), 0, 1) == (alone.verdict, alone.teams, alone.errors, alone.warnings)
    assert "The prefix 'team-a' does not cover" in str(alone.reason)
    assert "no team" == judged(["team-a", "team-b"], register).verdict
    assert "inside" == judged("team-a", register, training("team-a-x")).verdict


def test_an_unknown_step_type_is_unknown() -> None:
    """Its jobs can't be judged."""
    assert "unknown" == judged("team-a", {"Name": "New", "Type": "Quantum"}).verdict


def test_the_findings_are_counted_as_a_check_counts_them(tmp_path: Path) -> None:
    """A level of the policy file changes the count, and moves no job inside."""
    assert (2, 0) == judged("team-a", training("x"), training("y", "Other"))[3:5]
    file = tmp_path / "sm-prefix.toml"
    file.write_text('prefix = "team-a"\n[findings]\nPFX006 = "off"\n')
    judgement = judged(PrefixPolicy.from_file(file), training("x"))
    assert ("outside", 0, 0) == (judgement.verdict, judgement.errors, judgement.warnings)


def test_the_step_types_that_need_a_prefix() -> None:
    """A model that is registered into a group has the group's name."""
    register = {"Name": "R", "Type": "RegisterModel", "Arguments": {"ModelPackageGroupName": "g"}}
    condition = {
        "Name": "C",
        "Type": "Condition",
        "Arguments": {"Conditions": [], "IfSteps": [training("y", "Other")], "ElseSteps": []},
    }
    assert ("Training",) == judged("team-a", training("x"), register, condition).step_types


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"team-a-{TAIL}", "inside"),
        (f"TEAM-A-x-{TAIL}", "inside"),
        (f"team-ab-{TAIL}", "outside"),
        ("pipelines-ic9xq2n1qepa-Train-bAEHIt7IXm", "prefixing off"),
        ("pipelines-of-mine", "outside"),
    ],
)
def test_a_job(name: str, expected: str) -> None:
    """By its name; a name of the service's own says that prefixing is off."""
    assert expected == job_judged("team-a", name).verdict


def test_a_tuning_job_carries_the_short_prefix() -> None:
    """Its own name without one is that of a pipeline with prefixing off."""
    policy = PrefixPolicy("team-alpha", short_prefix="ta")
    assert "inside" == job_judged(policy, f"ta-{TAIL}", "TuningJob").verdict
    assert "outside" == job_judged(policy, f"team-alpha-{TAIL}", "TuningJob").verdict
    off = "ic9xq2n1qepa-Tune-bAEHIt7IXm"
    assert "prefixing off" == job_judged(policy, off, "TuningJob").verdict


def test_the_teams_of_a_policy_file(tmp_path: Path) -> None:
    """Its teams by their names, and its default by its prefix."""
    file = tmp_path / "sm-prefix.toml"
    file.write_text(
        'prefix = "rest"\n[[team]]\nname = "risk"\nprefix = "rk"\npaths = ["risk/**"]\n'
    )
    assert ["rest", "risk"] == [team.name for team in teams_of(PolicyFile.read(file))]
    assert ["risk"] == [
        team.name for team in teams_of(PolicyFile.read(file).policy_for(None, team="risk"))
    ]


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ([], "There is no policy to audit against"),
        (PrefixPolicy(), "has no prefix, so no job could be outside"),
        (["team-a", PrefixPolicy("team-a")], "Two of the policies are called 'team-a'"),
        (3, "policy is int; wanted a PrefixPolicy"),
        ("a/b", "a/b"),
    ],
)
def test_a_policy_that_can_not_be_used(policy: Any, message: str) -> None:
    """It is refused before anything is read."""
    with pytest.raises(ValueError, match=message):
        teams_of(policy)
