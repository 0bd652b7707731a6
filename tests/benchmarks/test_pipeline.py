"""``definition()`` and ``upsert()`` beside the SDK's own, with its prefixing on.

Each call gets fresh steps, on both sides: the SDK's rendering leaves traces in them, and more with
each. CPU time counts, and the sides take turns, so that what else the machine does is the same for
both; the figure is the ratio of the medians.
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
"""How many steps, and how often each side is measured."""
ROLE = "arn:aws:iam::111122223333:role/pipeline"


def pipeline(side: str, sdk: ModuleType, session: Any, size: int) -> Any:
    """A side's pipeline, all of its objects made anew."""
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


def checked_planned_and_upserted(made: Any) -> None:
    """What a script does that looks first."""
    rendering = made.render()
    assert not rendering.findings and len(rendering.plan()) > 0
    made.upsert(ROLE)


def one_by_one(made: Any) -> None:
    """The same, with a rendering for each."""
    assert not made.check() and len(made.plan()) > 0
    made.upsert(ROLE)


def upsert(made: Any) -> None:
    """What both sides have."""
    made.upsert(ROLE)


CALLS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], str]] = {
    "definition": (lambda made: made.definition(), lambda made: made.definition(), "1.15"),
    "upsert": (upsert, upsert, "0.65"),
    "render, then upsert": (checked_planned_and_upserted, upsert, "1.0"),
    "check, plan, upsert": (one_by_one, upsert, "1.0"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("size", SIZES)
def test_beside_the_sdk(
    benchmark: Any, sdk: ModuleType, session: Any, size: int, call: str
) -> None:
    """Ours, with the SDK's median and the ratio in ``extra_info``; the target is said there too."""
    ours, theirs, target = CALLS[call]
    taken: dict[str, list[float]] = {"ours": [], "sdk": []}

    def turn() -> None:
        # Each builder of v3 wraps another function around this one, up to Python's recursion limit.
        vars(session.sagemaker_client._user_agent_creator).pop("to_string", None)
        for side, work in (("sdk", theirs), ("ours", ours)):
            made = pipeline(side, sdk, session, size)
            gc.collect()
            start = time.process_time()
            work(made)
            taken[side].append(time.process_time() - start)

    turn()
    taken = {"ours": [], "sdk": []}
    benchmark.pedantic(turn, rounds=SIZES[size])
    medians = {side: statistics.median(times) for side, times in taken.items()}
    benchmark.group = f"{call}, {size:,} steps"
    benchmark.extra_info.update(
        ours_ms=round(1000 * medians["ours"], 2),
        sdk_ms=round(1000 * medians["sdk"], 2),
        ratio=round(medians["ours"] / medians["sdk"], 3),
        target=target,
    )
    print(f"\n{call}, {size:,} steps: {benchmark.extra_info}")
