"""``definition()`` and ``upsert()`` compared with the SDK's own, with its prefixing on.

Each call gets new steps on both sides, because the SDK's rendering changes them. The figure is the
ratio of the medians of CPU time; the sides take turns, so that other load affects both equally.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from sm_prefix_ext import Pipeline, PipelineDefinitionConfig

from . import mix

SIZES = {50: 41, 1000: 7}
"""Number of steps, and of measurements of each side."""
ROLE = "arn:aws:iam::111122223333:role/pipeline"


def make_pipeline(side: str, sdk: ModuleType, session: Any, size: int) -> Any:
    """A pipeline of one side, made of new objects."""
    if side == "ours":
        kind, config = Pipeline, PipelineDefinitionConfig(policy=mix.PREFIX)
    else:
        kind, config = sdk.SdkPipeline, sdk.SdkDefinitionConfig(True)
    return kind(
        f"{mix.PREFIX}-churn",
        steps=mix.steps(sdk, session, size),
        sagemaker_session=session,
        pipeline_definition_config=config,
    )


def render_plan_upsert(pipeline: Any) -> None:
    """Render once for findings and plan, then upsert."""
    rendering = pipeline.render()
    assert not rendering.findings and len(rendering.plan()) > 0
    pipeline.upsert(ROLE)


def check_plan_upsert(pipeline: Any) -> None:
    """Render for the findings, again for the plan, and upsert."""
    assert not pipeline.check() and len(pipeline.plan()) > 0
    pipeline.upsert(ROLE)


def upsert(pipeline: Any) -> None:
    """Upsert, as both sides can."""
    pipeline.upsert(ROLE)


def definition(pipeline: Any) -> None:
    """Render the definition."""
    pipeline.definition()


CALLS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], str]] = {
    "definition": (definition, definition, "1.15"),
    "upsert": (upsert, upsert, "0.65"),
    "render, then upsert": (render_plan_upsert, upsert, "1.0"),
    "check, plan, upsert": (check_plan_upsert, upsert, "1.0"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("size", SIZES)
def test_calls_compared_with_the_sdk(
    benchmark: Any,
    sdk: ModuleType,
    session: Any,
    report: Callable[[str], None],
    size: int,
    call: str,
) -> None:
    """Report both medians, their ratio and the target."""
    of_dropin, of_sdk, target = CALLS[call]
    taken: dict[str, list[float]] = {"ours": [], "sdk": []}

    def turn() -> None:
        # Each builder of v3 wraps this method once more, up to Python's recursion limit.
        vars(session.sagemaker_client._user_agent_creator).pop("to_string", None)
        for side, call_of in (("sdk", of_sdk), ("ours", of_dropin)):
            subject = make_pipeline(side, sdk, session, size)
            gc.collect()
            start = time.process_time()
            call_of(subject)
            taken[side].append(time.process_time() - start)

    turn()
    taken = {"ours": [], "sdk": []}
    benchmark.pedantic(turn, rounds=SIZES[size])
    medians = {side: statistics.median(times) for side, times in taken.items()}
    benchmark.group = f"{call}, {size:,} steps"
    ratio = medians["ours"] / medians["sdk"]
    report(
        f"{benchmark.group}: {1000 * medians['ours']:.2f} ms beside {1000 * medians['sdk']:.2f} ms "
        f"of the SDK, {ratio:.3f}; at most {target} is wanted"
    )
