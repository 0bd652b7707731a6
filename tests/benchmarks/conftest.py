"""Fixtures that leave logging, telemetry and the network out, and print the figures at the end."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from ..installed import MAJOR
from . import mix

if MAJOR is None:
    collect_ignore = ["test_pipeline.py"]


_LINES = pytest.StashKey[list[str]]()


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Print a line below the results of all tests, also where pytest captures their output."""
    return request.config.stash.setdefault(_LINES, []).append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what the measurements reported."""
    for line in config.stash.get(_LINES, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def sdk() -> Iterator[ModuleType]:
    """The factory of steps for the installed major, with the SDK's telemetry off."""
    factory = importlib.import_module(f"tests.contract.factory_v{MAJOR}")
    logging.disable(logging.WARNING)
    core = "sagemaker.core" if MAJOR == 3 else "sagemaker"
    with pytest.MonkeyPatch.context() as patch:
        sender = f"{core}.telemetry.telemetry_logging._send_telemetry_request"
        patch.setattr(sender, lambda *args, **kwargs: None)
        patch.setenv("SAGEMAKER_VALIDATE_ROLE", "false")
        yield factory
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session")
def session(sdk: ModuleType) -> Any:
    """A ``PipelineSession`` whose services answer at once.

    It has no defaults config, because the SDK validates the config at every look-up, which takes
    several times as long as rendering.
    """
    import boto3

    boto = boto3.Session("key", "secret", region_name="us-east-1")
    boto.events.register_first("before-send", mix.answer)
    pipeline_session = sdk.session(boto)
    pipeline_session.sagemaker_config = {}
    return pipeline_session
