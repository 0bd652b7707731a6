"""Pipelines of any size, in the same mix of steps, and an AWS that answers at once."""

from __future__ import annotations

import functools
import io
import json
from types import ModuleType
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

PREFIX = "team-a"
STEPS_IN_A_ROUND = 10
_HYPERPARAMETERS = {"eta": 0.2, "max_depth": 5, "num_round": 50, "objective": "reg:linear"}
_EXISTS = {"__type": "ValidationException", "message": "The pipeline already exists."}


_BUCKETS = (
    b"<ListAllMyBucketsResult><Buckets><Bucket><Name>bucket</Name>"
    b"<CreationDate>2026-01-01T00:00:00Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>"
)


class _Raw(io.BytesIO):
    def stream(self) -> Any:
        yield self.read()


def answer(request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
    """An answer to any request: success, except that the pipeline already exists."""
    refused = event_name.endswith(".CreatePipeline")
    body = _BUCKETS if event_name.startswith("before-send.s3.") else b"{}"
    if refused:
        body = json.dumps(_EXISTS).encode()
    return AWSResponse(request.url, 400 if refused else 200, {}, _Raw(body))


@functools.cache
def _arguments(major: int) -> ModuleType:
    if major == 2:
        from . import mix_v2

        return mix_v2
    # Each step of v3 makes a client for local mode, in half a second, to read a method's name.
    from sagemaker.mlops.workflow import steps

    from . import mix_v3

    steps.LocalSagemakerClient = functools.cache(steps.LocalSagemakerClient)
    return mix_v3


def steps(sdk: ModuleType, session: Any, count: int) -> list[Any]:
    """Steps with a job object and a declared name each; ``count`` includes nested steps."""
    assert count % STEPS_IN_A_ROUND == 0
    rounds = range(count // STEPS_IN_A_ROUND)
    return [step for number in rounds for step in _round(sdk, session, number)]


def _round(sdk: ModuleType, session: Any, number: int) -> list[Any]:
    given = _arguments(sdk.MAJOR)

    def make(kind: str, step: str, **more: Any) -> Any:
        declared = f"{PREFIX}-{step.lower()}-{number}"
        pair = sdk.KINDS[kind](session, f"{step}{number}", declared, **more)
        if kind == "Training":
            given.set_hyperparameters(pair.job, _HYPERPARAMETERS)
        return pair.step

    prepare = make("Processing", "Prepare", **given.processing())
    train = make("Training", "Train", **given.training(prepare))
    evaluate = make("Processing", "Evaluate", **given.processing())
    challenger = make("Training", "Challenger", **given.training(prepare))
    serve = [make("Transform", "Score"), make("Processing", "Report", **given.processing())]
    accepted = [
        make("Model", "Create"),
        make("RegisterModel", "Register"),
        sdk.condition(f"Serve{number}", serve),
    ]
    return [prepare, train, evaluate, challenger, sdk.condition(f"Accept{number}", accepted)]
