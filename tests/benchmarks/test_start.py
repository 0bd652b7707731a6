"""Time of whole processes, with cached bytecode, compared with ``import sagemaker``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ..installed import MAJOR
from .processes import costs

STEPS, RUNS = 50, 15
OURS = {
    "the interpreter alone, which every figure includes": "pass",
    "import sm_prefix_ext": "import sm_prefix_ext",
    "names that need no SDK": "from sm_prefix_ext import JobPrefix, Plan, PrefixPolicy",
}
# The SDK's Pipeline is the least import of a script that makes a pipeline; v3's package `sagemaker`
# is a namespace package and imports almost nothing.
SDK_PIPELINE = {
    2: "from sagemaker.workflow.pipeline import Pipeline",
    3: "from sagemaker.mlops.workflow.pipeline import Pipeline",
}
CHECK = "sm-prefix check"
THE_SDK = "the SDK's Pipeline"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with a bytecode cache of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}


@pytest.fixture
def definition(tmp_path: Path) -> str:
    """A file with a definition that has no findings."""
    image = {"AlgorithmSpecification": {"TrainingImage": "img"}}
    listed = [
        {
            "Name": f"Train{number}",
            "Type": "Training",
            "Arguments": image | {"TrainingJobName": f"team-a-train-{number}"},
        }
        for number in range(STEPS)
    ]
    path = tmp_path / "definition.json"
    path.write_text(json.dumps({"Version": "2020-12-01", "Steps": listed}))
    return str(path)


def test_start(environment: dict[str, str], definition: str, report: Callable[[str], None]) -> None:
    """Import and check; a check's target is 1/25 of the import of the SDK's ``Pipeline``."""
    imports = dict(OURS)
    if MAJOR is not None:
        imports["import sagemaker"] = "import sagemaker"
        imports[THE_SDK] = SDK_PIPELINE[MAJOR]
        imports["the drop-in Pipeline, which imports the SDK's"] = (
            "from sm_prefix_ext import Pipeline"
        )
    commands = {name: [sys.executable, "-c", code] for name, code in imports.items()}
    commands[CHECK] = [sys.executable, "-m", "sm_prefix_ext", "check", definition]
    commands[CHECK] += ["--prefix", "team-a"]
    measured = costs(commands, RUNS, environment)
    report(f"Start, with a check of {STEPS} jobs:")
    for name, cost in measured.items():
        report(f"  {name}: {cost}")
    if MAJOR is not None:
        beside = measured[CHECK].beside(measured[THE_SDK])
        report(f"  {CHECK} beside {THE_SDK}: {beside}; at most 1/25 is wanted")
