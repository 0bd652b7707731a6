"""The installed SDK's factory of steps, on an AWS in this process."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from ..installed import MAJOR

if MAJOR is None:
    collect_ignore_glob = ["*"]


@pytest.fixture(scope="package")
def mocked() -> Iterator[Any]:
    """An AWS in this process."""
    from moto import mock_aws

    with mock_aws() as mock:
        yield mock


@pytest.fixture(scope="package")
def session(sdk: ModuleType, mocked: Any) -> object:
    """A ``PipelineSession`` of the installed SDK: one for the suite, for making it is slow."""
    import boto3

    return sdk.session(boto3.Session("key", "secret", region_name="us-east-1"))


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, mocked: Any, session: Any) -> None:
    """An empty account with a bucket; v3's role check has its tests elsewhere."""
    monkeypatch.setenv("SAGEMAKER_VALIDATE_ROLE", "false")
    mocked.reset()
    session.boto_session.client("s3").create_bucket(Bucket="bucket")


@pytest.fixture
def a_model(aws: None, sdk: ModuleType, session: Any) -> None:
    """The model that transformers name, which the SDK asks for where they have no name."""
    session.boto_session.client("sagemaker").create_model(
        ModelName="a-model",
        ExecutionRoleArn=sdk.ROLE,
        PrimaryContainer={"Image": sdk.IMAGE},
        VpcConfig={"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    )


@pytest.fixture(scope="package")
def sdk() -> ModuleType:
    """The factory of steps for the installed major."""
    logging.getLogger("sagemaker").setLevel(logging.ERROR)
    return importlib.import_module(f".factory_v{MAJOR}", __package__)
