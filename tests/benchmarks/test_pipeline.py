"""``definition()`` and ``upsert()`` beside the SDK's own, with its prefixing on.

Each side has steps of its own: the SDK's rendering leaves traces in them, and more with each.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import pytest

from sm_prefix_ext import Pipeline, PipelineDefinitionConfig

from . import mix

SIZES = (50, 1000)
SIDES = ("sdk", "ours")


@pytest.fixture(scope="module")
def pipelines(sdk: ModuleType, session: Any) -> Callable[[str, int], Any]:
    """Makes a side's pipeline of a size, once."""

    @cache
    def made(side: str, size: int) -> Any:
        if side == "ours":
            kind, config = Pipeline, PipelineDefinitionConfig(policy=mix.PREFIX)
        else:
            kind, config = sdk.SdkPipeline, sdk.SdkDefinitionConfig(True)
        return kind(
            "churn",
            steps=mix.steps(sdk, session, size),
            sagemaker_session=session,
            pipeline_definition_config=config,
        )

    return made


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> int:
    """How many steps."""
    return request.param


@pytest.fixture(params=SIDES)
def pipeline(request: pytest.FixtureRequest, pipelines: Any, size: int) -> Any:
    """The SDK's pipeline, then ours."""
    return pipelines(request.param, size)


def test_definition(benchmark: Any, pipeline: Any, size: int) -> None:
    """Render the definition; the target for ours is 1.10 times the SDK's."""
    benchmark.group = f"definition() of {size:,} steps"
    assert f'"{mix.PREFIX}-train-0"' in benchmark(pipeline.definition) or sdk_drops_names(pipeline)


def test_upsert(benchmark: Any, pipeline: Any, size: int) -> None:
    """Upsert a pipeline that exists; the target for ours is 0.65 times the SDK's."""
    benchmark.group = f"upsert() of {size:,} steps"
    benchmark(pipeline.upsert, "arn:aws:iam::111122223333:role/pipeline")


def sdk_drops_names(pipeline: Any) -> bool:
    """Whether the SDK's own class of v3 was at work, which loses the names of training jobs."""
    return not isinstance(pipeline, Pipeline)
