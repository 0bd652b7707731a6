"""Fixtures: the installed SDK's factories of steps and jobs, on an AWS in this process."""

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
from .factory import Factory
from .step_types import HERE

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
    """A ``PipelineSession`` of the installed SDK; one for the suite, as it is slow to make."""
    import boto3

    return sdk.session(boto3.Session("key", "secret", region_name="us-east-1"))


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, mocked: Any, session: Any) -> None:
    """An empty account with a bucket; v3's role check is off but in its own tests."""
    monkeypatch.setenv("SAGEMAKER_VALIDATE_ROLE", "false")
    mocked.reset()
    session.context = None  # a request that an earlier test left behind
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
    """The module that makes steps with the classes of the installed major."""
    logging.getLogger("sagemaker").setLevel(logging.ERROR)
    return importlib.import_module(f".factory_v{MAJOR}", __package__)


@pytest.fixture(params=HERE)
def step_type(request: pytest.FixtureRequest) -> str:
    """Every step type that the installed SDK can make."""
    return str(request.param)


@pytest.fixture
def factory(sdk: ModuleType, session: Any) -> Factory:
    """Makes steps of the SDK's classes, and pipelines of them."""
    return Factory(sdk, session)


@pytest.fixture
def in_pipeline(session: Any) -> Any:
    """Makes objects of drop-in classes that enter a pipeline."""
    from .job_classes import JobFactory

    return JobFactory(session)


@pytest.fixture
def outside(session: Any) -> Any:
    """Makes objects of drop-in classes that start their jobs at once."""
    from .job_classes import outside_of

    return outside_of(session)


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrefixPolicy:
    """A policy that is discovered, as in a project's folder."""
    role = "arn:aws:iam::111122223333:role/policys"
    text = f'prefix = "team-a"\nshort_prefix = "ta"\n[step_roles]\n"*" = "{role}"\n'
    (tmp_path / "sm-prefix.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    discovered = PrefixPolicy.discover()
    assert discovered is not None
    return discovered
