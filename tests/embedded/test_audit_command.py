"""``sm-prefix audit`` in a process of its own: killed, interrupted, without room, and resumed."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext.audit import audit
from sm_prefix_ext.embedded import Faults

from .conftest import Driver
from .definitions import job

PIPELINES = 40


@pytest.fixture
def environment(driver: Driver) -> Iterator[dict[str, str]]:
    """Two regions with pipelines, the second slow, and the variables that reach them."""
    pytest.importorskip("flask_cors", reason="the server of moto is not installed")
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
    """Start an audit, end it by a signal in the second region, and return its status.

    AWS takes no request just then, so that the audit's threads wait for long.
    """
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
    driver.aws.faults = Faults(throttling=1)
    time.sleep(0.5)
    running.send_signal(how)
    status = running.wait(10)
    driver.aws.faults = Faults()
    return status


def read_here(driver: Driver, output: Path, **more: Any) -> None:
    """Do in this process what the command does in its own."""
    given: Any = {"policy": "team-a", "regions": ("us-east-1", "us-west-2"), **more}
    list(audit(driver.aws.boto_session, output=str(output), **given))


def records(output: Path) -> list[Any]:
    """Those of the whole lines."""
    lines = output.read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def pipelines(output: Path) -> list[str]:
    return [record["name"] for record in records(output) if record["kind"] == "pipeline"]


def without_times(found: list[Any]) -> list[Any]:
    """Records but for when they were read."""
    return [{**record, "read_at": None} for record in found]


def test_a_killed_audit_goes_on_where_it_stood(
    driver: Driver, environment: dict[str, str], tmp_path: Path
) -> None:
    """Its file gets the rows of an undisturbed one; a complete region is not read again."""
    output, undisturbed = tmp_path / "audit.jsonl", tmp_path / "undisturbed.jsonl"
    assert -signal.SIGKILL == ended_in_the_middle(driver, output, environment, signal.SIGKILL)
    with output.open("ab") as file:  # as if the kill had cut a line
        file.write(b'{"kind": "pipel')
    assert len(pipelines(output)) < PIPELINES
    read_at = records(output)[1]["read_at"]

    again = subprocess.run(
        command(output, "--resume"), env=environment, capture_output=True, text=True
    )

    assert 0 == again.returncode, again.stderr
    assert "1 accounts and regions are complete. Its last line was cut" in again.stderr
    assert read_at == records(output)[1]["read_at"]
    assert f"{PIPELINES + 1} pipelines and 0 jobs" in again.stdout
    read_here(driver, undisturbed)
    assert without_times(records(undisturbed)) == without_times(records(output))
    assert PIPELINES + 1 == len(pipelines(output))


def test_a_full_disk_keeps_what_was_seen(
    driver: Driver, environment: dict[str, str], tmp_path: Path
) -> None:
    """One line says so; with room again, the audit is resumed."""
    output = tmp_path / "audit.jsonl"
    full = subprocess.run(
        command(output),
        env=environment,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000)),
    )
    assert (2, 1) == (full.returncode, full.stderr.count("\n"))
    assert "could not be written: File too large." in full.stderr
    assert 6000 == output.stat().st_size
    read_here(driver, output, resume=True)
    assert PIPELINES + 1 == len(pipelines(output))


def test_a_closed_pipe_is_quiet(environment: dict[str, str], tmp_path: Path) -> None:
    """The reader has enough, as head does; the status is that of SIGPIPE in a shell."""
    arguments = command(tmp_path / "audit.jsonl", "--format", "json")
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(arguments, env=environment, **pipes) as running:
        assert b'"schema"' in running.stdout.readline()
        running.stdout.close()
        assert b"" == running.stderr.read()
    assert 128 + signal.SIGPIPE == running.returncode


def test_an_interrupted_audit_keeps_what_was_seen(
    driver: Driver, environment: dict[str, str], tmp_path: Path
) -> None:
    """The exit status is 130, at once, and every line is whole."""
    output = tmp_path / "audit.jsonl"
    assert 130 == ended_in_the_middle(driver, output, environment, signal.SIGINT)
    assert {"first", "p-03"} <= set(pipelines(output))
