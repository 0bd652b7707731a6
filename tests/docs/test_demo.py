"""The demo, and the output of commands with Python pipelines."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sm_prefix_ext.cli import main

from ..installed import MAJOR, needs_sdk

ROOT = Path(__file__).parents[2]


@needs_sdk
def test_the_demo_runs_jobs_and_shows_denials_and_findings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Eight jobs have the prefix; another team's role is denied, and bad names are reported."""
    with pytest.raises(SystemExit) as ended:
        main(["demo"])
    out = capsys.readouterr().out
    assert 0 == ended.value.code, out
    assert f"SDK v{MAJOR}" in out
    assert "ARNs begin with arn:aws:sagemaker:us-east-1:123456789012:" in out
    jobs = r"Succeeded +\S+ +(?:[a-z-]+-job|model|model-package)/team-a-"
    assert 8 == len(re.findall(jobs, out))
    assert "jobs outside the prefix: 0" in out
    assert re.search(r"Preflight, without calling AWS: ([1-9]\d*) of \1 requests refused[.]", out)
    action, account = "sagemaker:CreateProcessingJob", "us-east-1:123456789012"
    assert re.search(
        rf"Preprocess Failed: ClientError: Failed to invoke {action}[.] User: arn:aws:sts::"
        r"123456789012:assumed-role/team-b-execution/sagemaker-pipeline-[a-z0-9]{12}-Preprocess "
        rf"is not authorized to perform: {action} on resource: arn:aws:sagemaker:{account}:"
        r"processing-job/team-a-prepare-[a-z0-9]{12}-[A-Za-z0-9]{10} "
        rf"because no identity-based policy allows the {action} action\n",
        out,
    )
    for code in ("PFX002", "PFX003", "PFX004", "3 errors, no warnings.\nNothing was sent."):
        assert code in out
    commands = re.findall(r"^  sm-prefix (\w+) pipeline\.py:pipeline", out, flags=re.MULTILINE)
    assert ["check", "plan", "policy"] == commands


@pytest.mark.skipif(MAJOR is not None, reason="a SageMaker Python SDK is installed")
def test_the_demo_without_an_sdk_names_the_package_to_install(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It prints one line to standard error, with exit status 2."""
    with pytest.raises(SystemExit) as ended:
        main(["demo"])
    assert 2 == ended.value.code
    assert "pip install 'sm-prefix-ext[sdk]'" in capsys.readouterr().err


@needs_sdk
def test_a_wrong_target_prints_one_line(tmp_path: Path) -> None:
    """The import of the SDK prints nothing to standard error."""
    (tmp_path / "made.py").write_text("from sm_prefix_ext import Pipeline\nnumber = 3\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sm_prefix_ext", "check", "made.py:number"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert (2, "") == (done.returncode, done.stdout)
    assert 1 == len(done.stderr.splitlines()), done.stderr


@needs_sdk
@pytest.mark.parametrize("command", ["check", "plan"])
def test_a_python_target_prints_no_messages_of_the_sdk(command: str, tmp_path: Path) -> None:
    """The messages are about credentials and about deferred jobs."""
    core, mlops = {2: ("sagemaker",) * 2, 3: ("sagemaker.core", "sagemaker.mlops")}[MAJOR or 2]
    (tmp_path / "made.py").write_text(
        f"from {core}.workflow.pipeline_context import PipelineSession\n"
        f"from {mlops}.workflow.steps import ProcessingStep\n"
        "from sm_prefix_ext import Pipeline, Processor\n"
        "session = PipelineSession()\n"
        "role = 'arn:aws:iam::123456789012:role/pipeline-execution'\n"
        "job = Processor(role, 'image', 1, 'ml.m5.large', base_job_name='prepare',\n"
        "                sagemaker_session=session)\n"
        "steps = [ProcessingStep('Prepare', step_args=job.run())]\n"
        "made = Pipeline('team-a-pipeline', steps=steps, sagemaker_session=session)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "sm_prefix_ext", command, "made.py:made", "--prefix", "team-a"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert not re.search("PipelineSession|credentials", done.stdout)


@needs_sdk
def test_an_object_that_resembles_a_pipeline_prints_one_line(tmp_path: Path) -> None:
    """Its ``definition()`` and ``check`` are not a pipeline's; there is no traceback."""
    (tmp_path / "made.py").write_text(
        "class Made:\n"
        "    name, steps, sagemaker_session, check = 'made', [], None, True\n"
        "    def definition(self): return '[1]'\n"
        "made = Made()\n"
    )
    for command in ("check", "plan"):
        done = subprocess.run(
            [sys.executable, "-m", "sm_prefix_ext", command, "made.py:made", "--prefix", "team-a"],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert (2, "") == (done.returncode, done.stdout)
        [out] = done.stderr.splitlines()
        assert out.endswith("wanted an object with 'Steps', got a list.")
