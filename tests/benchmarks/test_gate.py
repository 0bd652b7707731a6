"""Time of ``sm-prefix check`` on many files and on large ones, compared with cfn-lint.

The target is a tenth of cfn-lint's time a file, and 2 s for a template of 5 MB.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

FILES, LINTED, JOBS = 1000, 50, 20
LARGE = 5_000_000


def definition(jobs: int) -> dict[str, Any]:
    """A definition of training steps with their usual arguments."""
    arguments = {
        "AlgorithmSpecification": {
            "TrainingImage": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/abalone:1",
            "TrainingInputMode": "File",
        },
        "OutputDataConfig": {"S3OutputPath": "s3://team-a-artifacts/models"},
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType": "ml.m5.xlarge",
            "VolumeSizeInGB": 30,
        },
        "RoleArn": "arn:aws:iam::111122223333:role/training",
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
    }
    steps = [
        {
            "Name": f"Train{number}",
            "Type": "Training",
            "Arguments": arguments | {"TrainingJobName": f"team-a-train-{number}"},
        }
        for number in range(jobs)
    ]
    return {"Version": "2020-12-01", "Steps": steps}


def template(jobs: int) -> dict[str, Any]:
    """A template with a pipeline, its definition as text."""
    properties = {
        "PipelineName": "team-a-train",
        "PipelineDefinition": {"PipelineDefinitionBody": json.dumps(definition(jobs))},
        "RoleArn": "arn:aws:iam::111122223333:role/pipelines",
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"Train": {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}},
    }


def timed(benchmark: Any, group: str, files: int, command: list[str]) -> None:
    """Measure a process, and record its time a file."""
    benchmark.group = group
    benchmark.pedantic(
        lambda: subprocess.run(command, check=True, capture_output=True), rounds=3, warmup_rounds=1
    )
    benchmark.extra_info["ms a file"] = 1000 * benchmark.stats.stats.min / files


def check(*arguments: object) -> list[str]:
    """The command line of a check."""
    words = ("-m", "sm_prefix_ext", "check", "--prefix", "team-a", *map(str, arguments))
    return [sys.executable, *words]


@pytest.mark.parametrize("kind", ["definition", "template"])
def test_check_of_a_folder(benchmark: Any, tmp_path: Path, kind: str) -> None:
    """Check 1,000 files of 20 jobs."""
    text = json.dumps(definition(JOBS) if kind == "definition" else template(JOBS))
    for number in range(FILES):
        (tmp_path / f"{number}.json").write_text(text)
    timed(benchmark, "folder", FILES, check(tmp_path))


def test_cfn_lint_of_a_folder(benchmark: Any, tmp_path: Path) -> None:
    """Lint templates of the same size with cfn-lint, in one process."""
    for number in range(LINTED):
        (tmp_path / f"{number}.json").write_text(json.dumps(template(JOBS)))
    program = str(Path(sysconfig.get_path("scripts")) / "cfn-lint")
    timed(benchmark, "folder", LINTED, [program, str(tmp_path / "*.json")])


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_check_of_a_large_template(benchmark: Any, tmp_path: Path, suffix: str) -> None:
    """Check a template of 5 MB."""
    import yaml

    size = len(json.dumps(definition(100))) / 100
    document = template(int(LARGE / size))
    path = tmp_path / f"large.{suffix}"
    path.write_text(json.dumps(document) if suffix == "json" else yaml.safe_dump(document))
    timed(benchmark, "large", 1, check(path))
