"""The fixtures that pytest finds by the entry point."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PLUGIN = "sm_prefix_ext.rehearsal.pytest_plugin"
TEST = """
from sm_prefix_ext.rehearsal import assert_all_prefixed

ROLE = "arn:aws:iam::123456789012:role/team-a"
STEP = {"Name": "Score", "Type": "Transform", "Arguments": {
    "TransformJobName": "team-a-score",
    "ModelName": "model",
    "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/i"}}},
    "TransformOutput": {"S3OutputPath": "s3://b/out"},
    "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
}}
DEFINITION = {"Version": "2020-12-01", "Steps": [STEP]}


def test_denied(rehearse):
    assert not rehearse(DEFINITION, role_policies=[], role_arn=ROLE).ok


def test_embedded(embedded_aws):
    import json

    client = embedded_aws.client("sagemaker")
    client.create_pipeline(
        PipelineName="p", PipelineDefinition=json.dumps(DEFINITION),
        RoleArn=embedded_aws.create_role("team-a"), ClientRequestToken="0" * 32,
    )
    arn = client.start_pipeline_execution(PipelineName="p")["PipelineExecutionArn"]
    assert_all_prefixed(client.list_pipeline_execution_steps(PipelineExecutionArn=arn), "team-a")
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder that has nothing of this repository but its package."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "",
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_the_fixtures_work_in_a_project_of_a_user(tmp_path: Path) -> None:
    """Its tests pass in a process of their own."""
    pytest.importorskip("moto", reason="moto is not installed")
    (tmp_path / "test_pipeline.py").write_text(TEST)

    ended = run(tmp_path, "-m", "pytest", "-q", "-p", PLUGIN)

    assert (0, True) == (ended.returncode, "2 passed" in ended.stdout), ended.stdout + ended.stderr


def test_the_plugin_imports_nothing_until_a_fixture_is_used(tmp_path: Path) -> None:
    """Every run of pytest in the environment imports it."""
    code = (
        f"import sys, pytest; before = set(sys.modules); import {PLUGIN}; "
        "print(*sorted(set(sys.modules) - before))"
    )

    ended = run(tmp_path, "-c", code)

    assert set(ended.stdout.split()) <= {
        "sm_prefix_ext",
        "sm_prefix_ext._version",
        "sm_prefix_ext.rehearsal",
        PLUGIN,
    }
