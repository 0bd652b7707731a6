"""Names that arrive after the constructor: in ``run()``, ``fit()``, ``register()`` and the like."""

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

    def test_which_methods_start_jobs_by_name(self) -> None:
        """The table of this module has those that the SDK documents."""
        training = {2: ("Estimator", "fit"), 3: ("HyperparameterTuner", "tune")}[MAJOR or 2]
        tuning = ("HyperparameterTuner", {2: "fit", 3: "tune"}[MAJOR or 2])
        expected = {("Processor", "run"), ("Transformer", "transform"), training, tuning}
        assert expected <= set(STARTING)

    @pytest.mark.parametrize(("name", "method"), STARTING)
    def test_every_late_name_is_judged(
        self, name: str, method: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The method judges the name before it does anything else."""
        job = in_pipeline.make(name)
        with pytest.raises(PrefixViolation) as raised:
            getattr(job, method)(job_name="bad_")
        [finding] = raised.value.findings
        assert f"{name}.{method}(job_name=) got 'bad_'" in finding.message

    @pytest.mark.parametrize("value", ["x" * 50, "bad_name!"])
    def test_a_late_name_fails_where_it_arrives(
        self, value: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The error names the call, and the argument as the user wrote it."""
        job = in_pipeline.make("Processor")
        with pytest.raises(PrefixViolation, match=rf"Processor\.run\(job_name=\) got '{value}'"):
            job.run(job_name=value)

    def test_a_late_name_is_composed(self, in_pipeline: JobFactory, policy: PrefixPolicy) -> None:
        """A name given at the call beats the base name, as in the SDK."""
        job = in_pipeline.make("Processor", base_job_name="y")
        step = sdk.ProcessingStep("My_Step", step_args=job.run(job_name="x"))
        [view] = job_views(in_pipeline.pipeline(step).definition())
        assert "team-a-x" == view.job_name


class TestModels:
    """Late names of models."""

    def test_a_models_late_names_fail_where_they_arrive(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """``register(model_package_name=)`` is judged in the call."""
        with pytest.raises(PrefixViolation, match=r"register\(model_package_name=\) got 'x_y'"):
            in_pipeline.model().register(**REGISTRATION, model_package_name="x_y")

    @needs("build()")
    def test_a_name_for_build(self, in_pipeline: JobFactory, policy: PrefixPolicy) -> None:
        """``build(model_name=)`` is judged in the call, and composed."""
        with pytest.raises(PrefixViolation, match=r"ModelBuilder\.build\(model_name=\) got"):
            in_pipeline.model().build(model_name="x" * 50)
        step = sdk.ModelStep("My_Step", step_args=in_pipeline.model().build(model_name="x"))
        [view] = job_views(in_pipeline.pipeline(step).definition())
        assert "team-a-x" == view.job_name

    @needs("build()")
    def test_a_builders_name_is_what_build_takes(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The message for a name set as an attribute names the argument of ``build()``."""
        job = outside.model()
        job.model_name = "bad_"
        with pytest.raises(PrefixViolation, match=r"ModelBuilder\.build\(model_name=\) got 'bad_'"):
            job.build()

    @needs("build()")
    def test_a_builder_without_a_name_is_told_where(self, in_pipeline: JobFactory) -> None:
        """In a pipeline too, the fix of an undeclared name names ``build()``."""
        with pytest.raises(
            PrefixViolation, match=r"Declare [\w ]+ in ModelBuilder\.build\(model_name=\)"
        ):
            in_pipeline.job_name("ModelBuilder", in_pipeline.model())


class TestUsersMethods:
    """Late names that a user's own method hands on."""

    def test_a_late_name_of_your_own_method(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A name that the method gives to ``super()`` is judged and composed."""

        class UsersProcessor(adapter().load("Processor")):
            def run(self, *, tag: str) -> object:
                return super().run(job_name=tag)

        job = in_pipeline.make("Processor", prefixed(UsersProcessor))
        with pytest.raises(PrefixViolation, match=r"UsersProcessor\.run\(job_name=\) got 'bad_'"):
            job.run(tag="bad_")
        step = sdk.ProcessingStep("My_Step", step_args=job.run(tag="x"))
        [view] = job_views(in_pipeline.pipeline(step).definition())
        assert "team-a-x" == view.job_name
