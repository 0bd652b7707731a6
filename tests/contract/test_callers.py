"""Names that a user's code declares while the SDK calls it are judged as everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from importlib import import_module
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import PrefixPolicy, PrefixViolation, prefixed
from sm_prefix_ext._sdk import adapter

from .deviations import needs
from .factory import codes
from .job_classes import JobFactory, recipes, sdk

Call = Callable[[Callable[[], Any]], Any]
"""Calls a function without arguments."""


def at_once(function: Callable[[], Any]) -> Any:
    """Call it in the overridden method itself."""
    return function()


def in_a_thread(function: Callable[[], Any]) -> Any:
    """Call it in a thread that the overridden method starts."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def in_a_generator(function: Callable[[], Any]) -> Any:
    """Call it in a generator that the overridden method iterates."""

    def results() -> Iterator[Any]:
        yield function()

    return next(results())


def through_a_wrapper(function: Callable[[], Any]) -> Any:
    """Call it in a decorated function."""

    @wraps(function)
    def wrapped() -> Any:
        return function()

    return wrapped()


CALLS = (at_once, in_a_thread, in_a_generator, through_a_wrapper)


def hooked(base: Any, hook: Callable[[], Any]) -> Any:
    """A user's processor that overrides a method which the SDK's ``run()`` calls."""

    class UsersProcessor(base):
        def _normalize_args(self, *args: Any, **kwargs: Any) -> Any:
            hook()
            return super()._normalize_args(*args, **kwargs)

    return UsersProcessor


class TestHooks:
    """An overridden method of the SDK, here called a hook."""

    @pytest.mark.parametrize("way", CALLS)
    @pytest.mark.parametrize("extension", ["prefixed", "derived"])
    def test_a_job_started_in_an_overridden_method_carries_the_prefix(
        self, way: Call, extension: str, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """So does the job whose ``run()`` called the method."""

        def hook() -> None:
            make = outside.make
            way(lambda: make("Processor", base_job_name="inner").run(wait=False, logs=False))

        cls = (
            prefixed(hooked(adapter().load("Processor"), hook))
            if extension == "prefixed"
            else hooked(sm_prefix_ext.Processor, hook)
        )
        outside.make("Processor", cls, base_job_name="outer").run(wait=False, logs=False)
        inner, outer = outside.processing_jobs()
        assert inner.startswith("team-a-inner-")
        assert outer.startswith("team-a-outer-")

    @pytest.mark.parametrize("way", CALLS)
    def test_a_bad_name_in_an_overridden_method_is_an_error(
        self, way: Call, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The constructor raises inside the hook, and no job starts."""

        def hook() -> None:
            way(lambda: outside.make("Processor", base_job_name="bad_name"))

        cls = hooked(sm_prefix_ext.Processor, hook)
        job = outside.make("Processor", cls, base_job_name="outer")
        with pytest.raises(PrefixViolation, match=r"Processor\(base_job_name=\) got 'bad_name'"):
            job.run(wait=False, logs=False)
        assert [] == outside.processing_jobs()


class TestMethods:
    """A user's method that the SDK calls."""

    @needs("create_model()")
    def test_a_model_from_an_overridden_create_model_carries_the_prefix(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The SDK's ``transformer()`` calls it, and creates the model that it returns."""

        @prefixed
        class UsersEstimator(adapter().load("Framework")):
            _framework_name = "mine"

            def training_image_uri(self, region: Any = None) -> str:
                return sdk.IMAGE

            def create_model(self, **given: Any) -> Any:
                return outside.make("Model", name="rogue")

        estimator = UsersEstimator(
            entry_point=str(recipes.CODE),
            role=sdk.ROLE,
            image_uri=sdk.IMAGE,
            instance_count=1,
            instance_type="ml.m5.large",
            sagemaker_session=outside.session,
        )
        estimator.fit(wait=False)
        estimator.transformer(1, "ml.m5.large")
        models = outside.client.list_models()["Models"]
        assert ["team-a-rogue"] == [row["ModelName"] for row in models]

    def test_a_bad_name_in_a_deferred_method_is_a_finding(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The SDK calls a method with its decorator only while the step renders."""
        module = import_module(adapter().pipeline_session.__module__)

        class UsersProcessor(sm_prefix_ext.Processor):
            @module.runnable_by_pipeline
            def run(self, tag: str) -> Any:
                return in_pipeline.make("Processor", base_job_name=tag)

        job = in_pipeline.make("Processor", UsersProcessor, base_job_name="x")
        step = sdk.ProcessingStep("My_Step", step_args=job.run(tag="bad_"))
        with pytest.raises(
            PrefixViolation, match=r"Processor\(base_job_name=\) got 'bad_'"
        ) as raised:
            in_pipeline.pipeline(step).definition()
        assert ["PFX003"] == codes(raised.value.findings)
