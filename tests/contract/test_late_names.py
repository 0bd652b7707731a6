"""Names that a method takes: ``run()``, ``fit()``, ``register()`` and others."""

from __future__ import annotations

import inspect

import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation, prefixed
from sm_prefix_ext._sdk import adapter

from ..installed import MAJOR
from .deviations import needs
from .factory import job_views
from .job_classes import CONSTRUCTIBLE, REGISTRATION, JobFactory, sdk

STARTING = [
    (name, method)
    for name in CONSTRUCTIBLE
    for method, function in inspect.getmembers(adapter().load(name), inspect.isfunction)
    if not method.startswith("_") and "job_name" in inspect.signature(function).parameters
    if method in ("fit", "run", "transform", "tune") or method.startswith("run_")
]
"""The methods that start a job and take its name, by class."""


class TestJobs:
    """``job_name=`` of the methods that start a job."""

    def test_the_table_has_the_documented_methods(self) -> None:
        """``STARTING`` has the methods that the SDK documents."""
        training = {2: ("Estimator", "fit"), 3: ("HyperparameterTuner", "tune")}[MAJOR or 2]
        tuning = ("HyperparameterTuner", {2: "fit", 3: "tune"}[MAJOR or 2])
        expected = {("Processor", "run"), ("Transformer", "transform"), training, tuning}
        assert expected <= set(STARTING)

    @pytest.mark.parametrize(("name", "method"), STARTING)
    def test_each_method_judges_its_job_name(
        self, name: str, method: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A bad name raises although other required arguments are missing."""
        job = in_pipeline.make(name)
        with pytest.raises(PrefixViolation) as raised:
            getattr(job, method)(job_name="bad_")
        [finding] = raised.value.findings
        assert f"{name}.{method}(job_name=) got 'bad_'" in finding.message

    @pytest.mark.parametrize("value", ["x" * 50, "bad_name!"])
    def test_a_bad_job_name_fails_in_the_call(
        self, value: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The error has the method, the argument and its value."""
        job = in_pipeline.make("Processor")
        with pytest.raises(PrefixViolation, match=rf"Processor\.run\(job_name=\) got '{value}'"):
            job.run(job_name=value)

    def test_a_job_name_replaces_the_base_name(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """As in the SDK, a name given at the call replaces ``base_job_name``."""
        job = in_pipeline.make("Processor", base_job_name="y")
        step = sdk.ProcessingStep("My_Step", step_args=job.run(job_name="x"))
        [view] = job_views(in_pipeline.pipeline(step).definition())
        assert "team-a-x" == view.job_name


class TestModels:
    """Names that methods of models take."""

    def test_register_judges_its_package_name(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A bad ``model_package_name=`` fails in the call."""
        with pytest.raises(PrefixViolation, match=r"register\(model_package_name=\) got 'x_y'"):
            in_pipeline.model().register(**REGISTRATION, model_package_name="x_y")

    @needs("build()")
    def test_build_judges_and_composes_its_name(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A bad ``model_name=`` fails in the call; a good one is composed."""
        with pytest.raises(PrefixViolation, match=r"ModelBuilder\.build\(model_name=\) got"):
            in_pipeline.model().build(model_name="x" * 50)
        step = sdk.ModelStep("My_Step", step_args=in_pipeline.model().build(model_name="x"))
        [view] = job_views(in_pipeline.pipeline(step).definition())
        assert "team-a-x" == view.job_name

    @needs("build()")
    def test_a_bad_name_set_as_an_attribute_names_the_argument_of_build(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """``build()`` judges the attribute ``model_name``."""
        job = outside.model()
        job.model_name = "bad_"
        with pytest.raises(PrefixViolation, match=r"ModelBuilder\.build\(model_name=\) got 'bad_'"):
            job.build()

    @needs("build()")
    def test_the_fix_of_an_undeclared_name_names_the_argument_of_build(
        self, in_pipeline: JobFactory
    ) -> None:
        """The builder is in a pipeline."""
        with pytest.raises(
            PrefixViolation, match=r"Declare [\w ]+ in ModelBuilder\.build\(model_name=\)"
        ):
            in_pipeline.job_name("ModelBuilder", in_pipeline.model())


class TestUsersMethods:
    """Names that a user's own method passes to the SDK's method."""

    def test_a_name_that_a_users_method_passes_on_is_composed(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A bad name fails in the call of ``super()``."""

        class UsersProcessor(adapter().load("Processor")):
            def run(self, *, tag: str) -> object:
                return super().run(job_name=tag)

        job = in_pipeline.make("Processor", prefixed(UsersProcessor))
        with pytest.raises(PrefixViolation, match=r"UsersProcessor\.run\(job_name=\) got 'bad_'"):
            job.run(tag="bad_")
        step = sdk.ProcessingStep("My_Step", step_args=job.run(tag="x"))
        [view] = job_views(in_pipeline.pipeline(step).definition())
        assert "team-a-x" == view.job_name
