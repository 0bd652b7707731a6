"""Users' code that the SDK calls back is the users'; what the SDK does itself is the SDK's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from importlib import import_module
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import Pipeline, PrefixPolicy, PrefixViolation, prefixed
from sm_prefix_ext._sdk import adapter

from ..installed import MAJOR
from .test_jobs import SETTINGS, attached, jobs, make, plain, policy

__all__ = ["plain", "policy"]  # fixtures


def at_once(work: Callable[[], Any]) -> Any:
    """In the hook itself."""
    return work()


def in_a_thread(work: Callable[[], Any]) -> Any:
    """In a thread that the hook starts."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def in_a_generator(work: Callable[[], Any]) -> Any:
    """In a generator that the hook goes through."""

    def steps() -> Iterator[Any]:
        yield work()

    return next(steps())


def through_a_wrapper(work: Callable[[], Any]) -> Any:
    """In a function with a decorator around it."""

    @wraps(work)
    def wrapped() -> Any:
        return work()

    return wrapped()


WAYS = (at_once, in_a_thread, in_a_generator, through_a_wrapper)


def hooked(base: Any, hook: Callable[[], Any]) -> Any:
    """A user's processor, with a method of the SDK's overridden that ``run()`` calls back."""

    class Mine(base):
        def _normalize_args(self, *args: Any, **kwargs: Any) -> Any:
            hook()
            return super()._normalize_args(*args, **kwargs)

    return Mine


def started(of: Any) -> list[str]:
    """The names of the processing jobs in the account."""
    rows = of.boto_session.client("sagemaker").list_processing_jobs()["ProcessingJobSummaries"]
    return sorted(row["ProcessingJobName"] for row in rows)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("made_ours", ["prefixed", "derived"])
def test_a_hook_is_the_users(
    way: Callable[[Callable[[], Any]], Any], made_ours: str, plain: Any, policy: PrefixPolicy
) -> None:
    """What it makes and starts carries the prefix."""

    def hook() -> None:
        way(lambda: make("Processor", plain, base_job_name="inner").run(wait=False, logs=False))

    theirs = adapter().load("Processor")
    cls = (
        prefixed(hooked(theirs, hook))
        if made_ours == "prefixed"
        else hooked(sm_prefix_ext.Processor, hook)
    )
    job = cls(role=jobs.sdk.ROLE, sagemaker_session=plain, base_job_name="outer", **SETTINGS)
    job.run(wait=False, logs=False)
    inner, outer = started(plain)
    assert inner.startswith("team-a-inner-") and outer.startswith("team-a-outer-")


@pytest.mark.parametrize("way", WAYS)
def test_a_bad_name_in_a_hook(
    way: Callable[[Callable[[], Any]], Any], plain: Any, policy: PrefixPolicy
) -> None:
    """It is judged as anywhere else."""

    def hook() -> None:
        way(lambda: make("Processor", plain, base_job_name="bad_name"))

    cls = hooked(sm_prefix_ext.Processor, hook)
    job = cls(role=jobs.sdk.ROLE, sagemaker_session=plain, base_job_name="outer", **SETTINGS)
    with pytest.raises(PrefixViolation, match=r"Processor\(base_job_name=\) got 'bad_name'"):
        job.run(wait=False, logs=False)
    assert [] == started(plain)


@pytest.mark.skipif(MAJOR == 3, reason="v3's trainers make no models")
def test_a_model_that_your_own_method_makes(plain: Any, policy: PrefixPolicy) -> None:
    """``estimator.transformer()`` calls ``create_model()`` back, and creates what it returns."""

    @prefixed
    class Mine(adapter().load("Framework")):
        _framework_name = "mine"

        def training_image_uri(self, region: Any = None) -> str:
            return jobs.sdk.IMAGE

        def create_model(self, **given: Any) -> Any:
            return make("Model", plain, name="rogue")

    estimator = Mine(
        entry_point=str(jobs.CODE),
        role=jobs.sdk.ROLE,
        image_uri=jobs.sdk.IMAGE,
        instance_count=1,
        instance_type="ml.m5.large",
        sagemaker_session=plain,
    )
    estimator.fit(wait=False)
    estimator.transformer(1, "ml.m5.large")
    models = plain.boto_session.client("sagemaker").list_models()["Models"]
    assert ["team-a-rogue"] == [row["ModelName"] for row in models]


def test_your_own_method_deferred_by_the_sdk(session: Any, policy: PrefixPolicy) -> None:
    """The SDK's own decorator around a user's method, which is called while the step renders."""
    module = import_module(adapter().pipeline_session.__module__)

    class Mine(sm_prefix_ext.Processor):
        @module.runnable_by_pipeline
        def run(self, tag: str) -> Any:
            return make("Processor", session, base_job_name=tag)

    job = Mine(role=jobs.sdk.ROLE, sagemaker_session=session, base_job_name="x", **SETTINGS)
    step = jobs.sdk.ProcessingStep("My_Step", step_args=job.run(tag="bad_"))
    made = Pipeline("team-a-pipeline", steps=[step], sagemaker_session=session)
    with pytest.raises(PrefixViolation, match=r"Processor\(base_job_name=\) got 'bad_'"):
        made.definition()


def test_what_the_sdk_reads_stays_in_your_own_subclass(plain: Any, policy: PrefixPolicy) -> None:
    """``attach`` makes the user's class and hands a name on that the service has already."""

    class Mine(sm_prefix_ext.Transformer):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)

    theirs = attached(plain)
    for cls in (Mine, prefixed(type("Other", (adapter().load("Transformer"),), {}))):
        ours = cls.attach("x" * 60, plain)
        assert theirs.base_transform_job_name == ours.base_transform_job_name
