"""Fixtures: factories of steps and jobs for the installed SDK, in a mocked account."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy

from ..installed import MAJOR
from .factory import POLICY_FILE, Factory
from .step_types import HERE

if MAJOR is None:
    collect_ignore_glob = ["*"]


@pytest.fixture(scope="package")
def mocked() -> Iterator[Any]:
    """moto's AWS in this process; boto3's own session makes each client once."""
    import boto3
    from moto import mock_aws

    from .boto_session import SharingSession

    with mock_aws() as mock, pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "DEFAULT_SESSION", SharingSession())
        yield mock


@pytest.fixture(scope="package")
def session(sdk: ModuleType, mocked: Any) -> object:
    """A ``PipelineSession`` of the installed SDK, shared because it is slow to make."""
    from .boto_session import SharingSession

    return sdk.session(SharingSession("key", "secret", region_name="us-east-1"))


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, mocked: Any, session: Any) -> None:
    """An empty account with a bucket; v3's role check is off."""
    monkeypatch.setenv("SAGEMAKER_VALIDATE_ROLE", "false")
    mocked.reset()
    session.context = None  # the request of an earlier test
    session.boto_session.client("s3").create_bucket(Bucket="bucket")


@pytest.fixture
def a_model(aws: None, sdk: ModuleType, session: Any) -> None:
    """The model that transformers refer to; the SDK describes it to name their jobs."""
    session.boto_session.client("sagemaker").create_model(
        ModelName="a-model",
        ExecutionRoleArn=sdk.ROLE,
        PrimaryContainer={"Image": sdk.IMAGE},
        VpcConfig={"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    )


@pytest.fixture(scope="package")
def sdk() -> ModuleType:
    """The module that makes steps with the SDK's classes of the installed major."""
    logging.getLogger("sagemaker").setLevel(logging.ERROR)
    return importlib.import_module(f".factory_v{MAJOR}", __package__)


@pytest.fixture(params=HERE)
def step_type(request: pytest.FixtureRequest) -> str:
    """Every step type that the installed SDK can make."""
    return str(request.param)


@pytest.fixture
def factory(sdk: ModuleType, session: Any) -> Factory:
    """A factory of steps with the SDK's classes, and of pipelines."""
    return Factory(sdk, session)


@pytest.fixture
def in_pipeline(session: Any) -> Any:
    """A factory of drop-in objects in a ``PipelineSession``."""
    from .job_classes import JobFactory

    return JobFactory(session)


@pytest.fixture
def outside(session: Any) -> Any:
    """A factory of drop-in objects in a session that starts jobs at once."""
    from .job_classes import outside_of

    return outside_of(session)


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrefixPolicy:
    """A discovered policy: its file is in the current folder."""
    (tmp_path / "sm-prefix.toml").write_text(POLICY_FILE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    discovered = PrefixPolicy.discover()
    assert discovered is not None
    return discovered
