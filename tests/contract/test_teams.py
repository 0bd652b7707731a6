"""Python pipelines of several teams, with one policy file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from sm_prefix_ext.cli import main

from ..installed import MAJOR

IMPORTS = {
    2: """\
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.steps import ProcessingStep
""",
    3: """\
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.mlops.workflow.steps import ProcessingStep
""",
}
MODULE = """\
from sm_prefix_ext import Pipeline, Processor


def get_pipeline(region, name="prepare"):
    session = PipelineSession()
    job = Processor(
        "arn:aws:iam::123456789012:role/r",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/img:1",
        1,
        "ml.m5.large",
        base_job_name=name,
        sagemaker_session=session,
    )
    steps = [ProcessingStep("Prepare", step_args=job.run())]
    return Pipeline("abalone", steps=steps, sagemaker_session=session)
"""
TEAMS = """\
[[team]]
name = "risk"
prefix = "risk"
paths = ["pipelines/risk/**"]

[[team]]
name = "sales"
prefix = "sales"
paths = ["pipelines/sales/**"]
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with one policy file, and a pipeline of each team."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sm-prefix.toml").write_text(TEAMS)
    for team in ("risk", "sales"):
        (tmp_path / "pipelines" / team).mkdir(parents=True)
        (tmp_path / "pipelines" / team / "train.py").write_text(IMPORTS[MAJOR or 2] + MODULE)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    """The exit status of a command, and the JSON that it prints."""
    from sm_prefix_ext.embedded import EmbeddedAWS

    with EmbeddedAWS(), pytest.raises(SystemExit) as ended:
        main([*arguments, "--format", "json", "--kwargs", '{"region": "us-east-1"}'])
    return int(str(ended.value.code)), json.loads(capsys.readouterr().out)


class TestTeams:
    """Targets in the folders of two teams."""

    def test_each_pipeline_is_judged_by_the_policy_of_its_team(
        self, repository: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The path of the module selects the team, for job classes too."""
        targets = [f"pipelines/{team}/train.py:get_pipeline" for team in ("risk", "sales")]
        status, report = run(capsys, "check", *targets)
        assert 0 == status
        rows = report["targets"]
        assert isinstance(rows, list)
        assert [
            (targets[0], "sm-prefix.toml (team risk)", 1),
            (targets[1], "sm-prefix.toml (team sales)", 1),
        ] == [(row["target"], row["policy"], row["jobs"]) for row in rows]
        for team, target in zip(("risk", "sales"), targets):
            status, plan = run(capsys, "plan", target)
            jobs = plan["jobs"]
            assert isinstance(jobs, list)
            assert (0, f"{team}-prepare-*") == (status, jobs[0]["name_pattern"])

    def test_a_module_is_judged_by_the_policy_of_its_files_team(
        self,
        repository: None,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """The target is ``package.module:name``."""
        monkeypatch.syspath_prepend(tmp_path)
        status, report = run(capsys, "check", "pipelines.sales.train:get_pipeline")
        [row] = cast("list[dict[str, object]]", report["targets"])
        assert (0, "sm-prefix.toml (team sales)") == (status, row["policy"])

    def test_each_target_imports_the_module_beside_it(
        self, repository: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Both folders have a ``config.py``, and one check has targets in both."""
        for team, name in (("risk", "team-x"), ("sales", "bad_name")):
            folder = tmp_path / "pipelines" / team
            (folder / "config.py").write_text(f"NAME = {name!r}\n")
            module = (folder / "train.py").read_text().replace('="prepare"', "=NAME")
            (folder / "train.py").write_text(f"from config import NAME\n{module}")
        targets = [f"pipelines/{team}/train.py:get_pipeline" for team in ("risk", "sales")]
        for order in (targets, targets[::-1]):
            status, report = run(capsys, "check", *order)
            assert 1 == status
            findings = cast("list[dict[str, object]]", report["findings"])
            assert [("PFX003", targets[1])] == [
                (finding["code"], finding["target"])
                for finding in findings
                if finding["severity"] == "error"
            ]
