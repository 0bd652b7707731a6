"""The demo does what it shows."""

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
def test_the_demo_runs_and_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    """Eight jobs come back under the prefix; three mistakes are found, and nothing is sent."""
    with pytest.raises(SystemExit) as ended:
        main(["demo"])
    said = capsys.readouterr().out
    assert 0 == ended.value.code, said
    assert f"SDK v{MAJOR}" in said
    assert 8 == len(re.findall(r"Succeeded +arn:aws:sagemaker:us-east-1:123456789012:", said))
    assert "jobs outside the prefix: 0" in said
    for code in ("PFX002", "PFX003", "PFX004", "3 errors, 0 warnings. Nothing was sent."):
        assert code in said


@pytest.mark.skipif(MAJOR is not None, reason="a SageMaker Python SDK is installed")
def test_without_an_sdk_the_demo_says_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    """One line on standard error, exit status 2."""
    with pytest.raises(SystemExit) as ended:
        main(["demo"])
    assert 2 == ended.value.code
    assert "pip install 'sm-prefix-ext[sdk]'" in capsys.readouterr().err


@needs_sdk
def test_the_command_keeps_the_sdks_own_talk_back(tmp_path: Path) -> None:
    """A wrong call is one line on standard error, with the SDK imported and all."""
    (tmp_path / "made.py").write_text("from sm_prefix_ext import Pipeline\nnumber = 3\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sm_prefix_ext", "check", "made.py:number"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert (2, "") == (done.returncode, done.stdout)
    assert 1 == len(done.stderr.splitlines()), done.stderr
