"""What is measured is this package and the SDK, not logging, telemetry or a network."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from ..installed import MAJOR
from . import mix

if MAJOR is None:
    collect_ignore = ["test_pipeline.py"]


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

    It has no defaults config: the SDK checks one against its schema on every look-up, which is
    several times what rendering costs.
    """
    import boto3

    boto = boto3.Session("key", "secret", region_name="us-east-1")
    boto.events.register_first("before-send", mix.answer)
    made = sdk.session(boto)
    made.sagemaker_config = {}
    return made
