"""A user's code that the SDK calls back is the user's; what the SDK does itself is the SDK's."""

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
"""Calls a function without arguments, in its own way."""


def at_once(function: Callable[[], Any]) -> Any:
    """Call it in the hook itself."""
    return function()


def in_a_thread(function: Callable[[], Any]) -> Any:
    """Call it in a thread that the hook starts."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def in_a_generator(function: Callable[[], Any]) -> Any:
    """Call it in a generator that the hook iterates."""

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
    """A user's processor that overrides a method which the SDK's ``run()`` calls back."""

    class UsersProcessor(base):
        def _normalize_args(self, *args: Any, **kwargs: Any) -> Any:
            hook()
            return super()._normalize_args(*args, **kwargs)

    return UsersProcessor


class TestHooks:
    """A method of the SDK's that the user overrides."""

    @pytest.mark.parametrize("way", CALLS)
    @pytest.mark.parametrize("made_ours", ["prefixed", "derived"])
    def test_a_hook_is_the_users(
        self, way: Call, made_ours: str, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A job that the hook starts carries the prefix."""

        def hook() -> None:
            inner = outside.make
            way(lambda: inner("Processor", base_job_name="inner").run(wait=False, logs=False))

        cls = (
            prefixed(hooked(adapter().load("Processor"), hook))
            if made_ours == "prefixed"
            else hooked(sm_prefix_ext.Processor, hook)
        )
        outside.make("Processor", cls, base_job_name="outer").run(wait=False, logs=False)
        inner, outer = outside.processing_jobs()
        assert inner.startswith("team-a-inner-")
        assert outer.startswith("team-a-outer-")

    @pytest.mark.parametrize("way", CALLS)
    def test_a_bad_name_in_a_hook(
        self, way: Call, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A bad name in a hook is an error, and no job starts."""

        def hook() -> None:
            way(lambda: outside.make("Processor", base_job_name="bad_name"))

        cls = hooked(sm_prefix_ext.Processor, hook)
        job = outside.make("Processor", cls, base_job_name="outer")
        with pytest.raises(PrefixViolation, match=r"Processor\(base_job_name=\) got 'bad_name'"):
            job.run(wait=False, logs=False)
        assert [] == outside.processing_jobs()


class TestMethods:
    """A method of the user's that the SDK calls."""

    @needs("create_model()")
    def test_a_model_that_your_own_method_makes(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The SDK's ``transformer()`` calls ``create_model()``, and creates the model."""

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

    def test_your_own_method_deferred_by_the_sdk(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A user's method under the SDK's decorator is called while the step renders."""
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
