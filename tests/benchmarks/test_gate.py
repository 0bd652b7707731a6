"""Time of ``sm-prefix check`` on many files and on large ones, compared with cfn-lint.

The target is a tenth of cfn-lint's time a file, and 2 s for a template of 5 MB.
"""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .processes import costs

FILES, LINTED, JOBS, RUNS = 1000, 50, 20, 3
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


def check(*arguments: object) -> list[str]:
    """The command line of a check."""
    words = ("-m", "sm_prefix_ext", "check", "--prefix", "team-a", *map(str, arguments))
    return [sys.executable, *words]


def test_folders(tmp_path: Path, report: Callable[[str], None]) -> None:
    """Check 1,000 files of 20 jobs, and lint fewer templates of the same size in one process."""
    texts = {"definitions": json.dumps(definition(JOBS)), "templates": json.dumps(template(JOBS))}
    folders = {"definitions": FILES, "templates": FILES, "linted": LINTED}
    for folder, files in folders.items():
        (tmp_path / folder).mkdir()
        for number in range(files):
            path = tmp_path / folder / f"{number}.json"
            path.write_text(texts.get(folder, texts["templates"]))
    linter = str(Path(sysconfig.get_path("scripts")) / "cfn-lint")
    commands = {kind: check(tmp_path / kind) for kind in texts}
    commands["linted"] = [linter, str(tmp_path / "linted" / "*.json")]
    measured = {
        folder: cost.each(folders[folder]) for folder, cost in costs(commands, RUNS).items()
    }
    report(f"A file of {JOBS} jobs, among {FILES:,}; cfn-lint's among {LINTED}:")
    report(f"  cfn-lint: {measured['linted']}")
    for kind in texts:
        beside = measured[kind].beside(measured["linted"])
        report(f"  sm-prefix check of {kind}: {measured[kind]}, {beside}; at most 1/10 is wanted")


def test_large_templates(tmp_path: Path, report: Callable[[str], None]) -> None:
    """Check a template of 5 MB, as JSON and as YAML."""
    import yaml

    size = len(json.dumps(definition(100))) / 100
    document = template(int(LARGE / size))
    (tmp_path / "large.json").write_text(json.dumps(document))
    (tmp_path / "large.yaml").write_text(yaml.safe_dump(document))
    files = ("large.json", "large.yaml")
    measured = costs({file: check(tmp_path / file) for file in files}, RUNS)
    report("A template of 5 MB:")
    for file, cost in measured.items():
        report(f"  sm-prefix check {file}: {cost}; at most 2,000 ms is wanted")
