"""The SDK's log lines and warnings while a command runs."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path

import pytest

from .conftest import Run

pytestmark = pytest.mark.usefixtures("files")


def test_the_sdks_noise_is_kept_back_for_the_time_of_a_command(run: Run, tmp_path: Path) -> None:
    """INFO lines and a warning of the SDK are hidden; afterwards logging is as before."""
    (tmp_path / "noisy.py").write_text(
        "import logging, os, sys, warnings\n"
        "logging.basicConfig(stream=sys.stderr, level=logging.INFO, force=True)\n"
        "logging.getLogger('botocore.credentials').info('Found credentials')\n"
        "logger = logging.getLogger('sagemaker.config')\n"
        "logger.setLevel(logging.INFO)\n"
        "logger.info('Not applying SDK defaults')\n"
        "logging.getLogger('sagemaker.telemetry.telemetry_logging').error('no telemetry')\n"
        "logging.getLogger('mine').warning('mine counts')\n"
        "assert os.environ['SAGEMAKER_SUPPRESS_V2_WARNING']\n"
        "warnings.warn('Running within a PipelineSession, there will be No Wait.')\n"
        "raise RuntimeError('the end')\n"
    )
    telemetry = logging.getLogger("sagemaker.telemetry")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def state() -> object:
        disabled = logging.root.manager.disable
        return disabled, telemetry.level, warnings.filters[:], dict(os.environ)

    before = state()
    try:
        status, out, err = run("check", "noisy.py:pipeline")
    finally:
        root.handlers[:], root.level = handlers, level
    assert before == state()
    assert (2, "") == (status, out)
    assert [
        "WARNING:mine:mine counts",
        "sm-prefix: importing noisy.py failed at noisy.py, line 11: RuntimeError: the end",
    ] == err.splitlines()
