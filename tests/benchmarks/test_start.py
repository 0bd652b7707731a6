"""Time of whole processes, with cached bytecode, compared with ``import sagemaker``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..installed import MAJOR, needs_sdk

STEPS = 50
# The least import of a script that makes a pipeline.
SDK_PIPELINE = {
    2: "from sagemaker.workflow.pipeline import Pipeline",
    3: "from sagemaker.mlops.workflow.pipeline import Pipeline",
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with a bytecode cache of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode"))}


@pytest.fixture
def timed(benchmark: Any, environment: dict[str, str]) -> Any:
    """Measure a process of this interpreter, after one warm-up run."""

    def run(group: str, *arguments: str) -> None:
        def process() -> None:
            subprocess.run(
                [sys.executable, *arguments], env=environment, check=True, capture_output=True
            )

        benchmark.group = group
        benchmark.pedantic(process, rounds=15, warmup_rounds=1)

    return run


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


def test_interpreter(timed: Any) -> None:
    """Start the interpreter alone, which every figure of the group includes."""
    timed("import", "-c", "pass")


def test_import_package(timed: Any) -> None:
    """Import this package; the target is 50 ms more than the interpreter alone."""
    timed("import", "-c", "import sm_prefix_ext")


def test_import_values(timed: Any) -> None:
    """Import names that need no SDK."""
    timed("import", "-c", "from sm_prefix_ext import JobPrefix, Plan, PrefixPolicy")


@needs_sdk
def test_import_sdk(timed: Any) -> None:
    """Import ``sagemaker``; v3's is a namespace package and imports almost nothing."""
    timed("check", "-c", "import sagemaker")


@needs_sdk
def test_import_pipeline_of_sdk(timed: Any) -> None:
    """Import the SDK's ``Pipeline``, the least that a script with a pipeline does."""
    timed("check", "-c", SDK_PIPELINE[MAJOR or 2])


def test_check(timed: Any, definition: str) -> None:
    """Check a definition's file; the target is 1/25 of the SDK's import."""
    timed("check", "-m", "sm_prefix_ext", "check", "--prefix", "team-a", definition)


@needs_sdk
def test_import_drop_in_pipeline(timed: Any) -> None:
    """Import the drop-in ``Pipeline``, which imports the SDK's."""
    timed("check", "-c", "from sm_prefix_ext import Pipeline")
