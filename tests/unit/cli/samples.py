"""Definitions, ARNs and processes for the tests of the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
EXECUTION = "arn:aws:sagemaker:us-east-1:111122223333:pipeline/p/execution/ic9xq2n1qepa"
JOB = "arn:aws:sagemaker:us-east-1:111122223333:training-job/team-a-x-ic9xq2n1qepa-bAEHIt7IXm"
LISTED = {
    "PipelineExecutionSteps": [
        {"StepName": "Train", "StepStatus": "Succeeded", "Metadata": {"TrainingJob": {"Arn": JOB}}}
    ]
}
TRAINING = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-train-*"
PLACE = ("--region", "eu-west-1", "--account", "111122223333")
ROLE = "arn:aws:iam::111122223333:role/execution"
USER = "arn:aws:iam::111122223333:user/execution"


def definition(**names: str) -> dict[str, Any]:
    """Return a definition with a training step for each argument."""
    steps = [
        {"Name": step, "Type": "Training", "Arguments": {"TrainingJobName": name}}
        for step, name in names.items()
    ]
    return {"Version": "2020-12-01", "Steps": steps}


def program(code: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def spawned(
    *arguments: str, stdin: bytes = b"", stdout: Any = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sm_prefix_ext", *arguments],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
    )
