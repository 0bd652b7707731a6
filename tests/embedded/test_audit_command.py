"""``sm-prefix audit`` in a process of its own, which is killed, interrupted and resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext.embedded import Faults

from .conftest import Driver
from .definitions import job

PIPELINES = 40


@pytest.fixture
def environment(driver: Driver) -> Iterator[dict[str, str]]:
    """Two regions with pipelines, the second slow, and the variables that reach them."""
    pytest.importorskip("flask_cors")
    definition = {"RoleArn": driver.role}
    driver.create(job("Train"), name="first")
    described = driver.client.describe_pipeline(PipelineName="first")
    slow = driver.aws.client("sagemaker", region_name="us-west-2")
    for number in range(PIPELINES):
        slow.create_pipeline(
            PipelineName=f"p-{number:02}",
            PipelineDefinition=described["PipelineDefinition"],
            **definition,
        )
    with driver.aws.serve() as server:
        root = Path(__file__).parents[2]
        yield {**os.environ, **server.environment, "PYTHONPATH": str(root)}


def command(output: Path, *more: str) -> list[str]:
    regions = ("--region", "us-east-1", "--region", "us-west-2")
    audit = ("audit", "--prefix", "team-a", "--workers", "2", "--output", str(output))
    return [sys.executable, "-m", "sm_prefix_ext", *audit, *regions, *more]


def ended_in_the_middle(driver: Driver, output: Path, environment: dict[str, str], how: int) -> int:
    """Start an audit, end it by a signal in the second region, and return its status."""
    driver.aws.faults = Faults(latency=0.1)
    running = subprocess.Popen(
        command(output),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while b"p-03" not in (output.read_bytes() if output.exists() else b""):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(how)
    status = running.wait(60)
    driver.aws.faults = Faults()
    return status


def records(output: Path) -> list[Any]:
    return [json.loads(line) for line in output.read_text().splitlines()]


def pipelines(output: Path) -> list[str]:
    return [record["name"] for record in records(output) if record["kind"] == "pipeline"]


def test_a_killed_audit_goes_on_where_it_stood(
    driver: Driver, environment: dict[str, str], tmp_path: Path
) -> None:
    """Nothing is lost and nothing is there twice; a complete region is not read again."""
    output = tmp_path / "audit.jsonl"
    assert -signal.SIGKILL == ended_in_the_middle(driver, output, environment, signal.SIGKILL)
    with output.open("ab") as file:  # as if the kill had cut a line
        file.write(b'{"kind": "pipel')
    assert len(pipelines_of_whole_lines(output)) < PIPELINES
    read_at = records_of_whole_lines(output)[1]["read_at"]

    resumed = subprocess.run(
        command(output, "--resume"), env=environment, capture_output=True, text=True
    )

    assert 0 == resumed.returncode, resumed.stderr
    assert "1 accounts and regions are complete. Its last line was cut" in resumed.stderr
    assert ["first", *(f"p-{number:02}" for number in range(PIPELINES))] == pipelines(output)
    assert read_at == records(output)[1]["read_at"]
    assert f"{PIPELINES + 1} pipelines and 0 jobs" in resumed.stdout


def records_of_whole_lines(output: Path) -> list[Any]:
    return [json.loads(line) for line in output.read_bytes().splitlines(True)[:-1]]


def pipelines_of_whole_lines(output: Path) -> list[Any]:
    return [each for each in records_of_whole_lines(output) if each["kind"] == "pipeline"]


def test_an_interrupted_audit_keeps_what_was_seen(
    driver: Driver, environment: dict[str, str], tmp_path: Path
) -> None:
    """The exit status is 130, and every line is whole."""
    output = tmp_path / "audit.jsonl"
    assert 130 == ended_in_the_middle(driver, output, environment, signal.SIGINT)
    assert {"first", "p-03"} <= set(pipelines(output))
