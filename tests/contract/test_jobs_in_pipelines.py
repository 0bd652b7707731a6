"""The name of a drop-in's job in the definition of a pipeline."""

from __future__ import annotations

from enum import Enum

import pytest

import sm_prefix_ext
from sm_prefix_ext import PrefixPolicy, PrefixViolation
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.catalogue import CATALOGUE
from sm_prefix_ext._sdk.declared_names import read_declared_names
from sm_prefix_ext.core.definition import steps
from sm_prefix_ext.core.job_names import ComposedName
from sm_prefix_ext.core.step_types import KINDS
from sm_prefix_ext.enforcement.enforce import enforce

from ..installed import MAJOR
from .deviations import needs
from .factory import job_views
from .job_classes import (
    FINE_TUNERS,
    IN_PIPELINES,
    ONE_PER_STEP_TYPE,
    POLICY_ROLE,
    JobFactory,
    declaration,
    policy_prefix,
    recipes,
    sdk,
)


class Team(str, Enum):  # as StrEnum, which Python 3.10 lacks
    """Names that are more than their characters."""

    A = "churn"


class TestJobNames:
    """How the job is named."""

    @pytest.mark.parametrize("name", IN_PIPELINES)
    def test_composed_once_when_it_enters_a_pipeline(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The discovered prefix stands before the declared name, once."""
        expected = f"{policy_prefix(CATALOGUE[name])}-x"
        if name == "ModelBuilder":  # which takes no name
            expected = "team-a-My-Step"
        job = in_pipeline.make(name, **declaration(name, "x"))
        assert expected == in_pipeline.job_name(name, job)

    @pytest.mark.parametrize("name", ONE_PER_STEP_TYPE)
    def test_a_pipelines_own_policy_composes_anew(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """It composes the declared name, not the name that the discovered policy composed."""
        expected = "of-b-My-Step" if name == "ModelBuilder" else "of-b-x"
        job = in_pipeline.make(name, **declaration(name, "x"))
        own = PrefixPolicy("of-b", short_prefix="of-b")
        assert expected == in_pipeline.job_name(name, job, own)

    @pytest.mark.parametrize("name", ONE_PER_STEP_TYPE)
    def test_nothing_declared_takes_the_steps_name(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """An undeclared name is composed of prefix and step name, as with the SDK's classes."""
        job_name = in_pipeline.job_name(name, in_pipeline.make(name))
        if KINDS[CATALOGUE[name].step_type].short:
            assert "ta" == job_name
        else:
            assert job_name.startswith("team-a-My-Step")

    @pytest.mark.parametrize("declared", ["img", "processing-job"])
    def test_a_name_that_the_sdk_could_have_made_up(
        self, declared: str, in_pipeline: JobFactory
    ) -> None:
        """Given to a drop-in it is declared; given to the SDK's class, or generated, it is not."""
        image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/img:1"
        job = in_pipeline.make("Processor", image_uri=image, base_job_name=declared)
        policy = PrefixPolicy("team-a")
        assert declared == in_pipeline.job_name("Processor", job, PrefixPolicy())
        assert f"team-a-{declared}" == in_pipeline.job_name("Processor", job, policy)
        for undeclared in (
            in_pipeline.make(
                "Processor",
                adapter().load("Processor"),
                image_uri=image,
                base_job_name=declared,
            ),
            in_pipeline.make("Processor", image_uri=image),
        ):
            with pytest.raises(PrefixViolation, match="PFX001"):
                in_pipeline.job_name("Processor", undeclared, PrefixPolicy())

    def test_a_name_counts_by_its_characters(
        self, in_pipeline: JobFactory, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A subclass of ``str`` counts by its characters, not by its ``str()``."""
        job = in_pipeline.make("Processor", base_job_name=Team.A)
        assert ("churn", ComposedName) == (str(job.base_job_name), type(job.base_job_name))
        assert "team-a-churn" == in_pipeline.job_name("Processor", job)
        composed = outside.make("Processor", base_job_name=Team.A).base_job_name
        assert "team-a-churn" == str(composed)
        outside.make("Processor").run(job_name=Team.A, wait=False, logs=False)
        assert ["team-a-churn"] == outside.processing_jobs()

    def test_a_clarify_job_is_called_by_its_prefix(self, in_pipeline: JobFactory) -> None:
        """The time that the SDK appends to the prefix is not part of the declared name."""
        name = "SageMakerClarifyProcessor"
        job = in_pipeline.make(name, job_name_prefix="bias")
        assert "team-a-bias" == in_pipeline.job_name(name, job, PrefixPolicy("team-a"))


class TestTrainers:
    """Trainers inside a tuner, and trainers that fine-tune."""

    def test_a_tuners_own_trainer_is_left_alone(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The service names the training jobs after the tuning job."""
        inner = {2: "estimator", 3: "model_trainer"}[MAJOR or 2]
        trainer = in_pipeline.arguments("HyperparameterTuner")[inner]
        trainer.base_job_name = "its-own"
        tuner = in_pipeline.make("HyperparameterTuner", **{inner: trainer})
        assert "ta" == in_pipeline.job_name("HyperparameterTuner", tuner)
        assert trainer is getattr(tuner, inner)
        assert "its-own" == trainer.base_job_name

    @needs("fine-tuning")
    @needs("fine-tuning in a pipeline")
    @pytest.mark.parametrize(
        "name",
        [
            pytest.param(name, marks=needs("CPTTrainer in a pipeline"))
            if name == "CPTTrainer"
            else name
            for name in FINE_TUNERS or [""]
        ],
    )
    def test_a_fine_tuners_name_is_read_off_its_step(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """Its request needs SageMaker's hub to render; reading the declared name does not."""
        step_type = CATALOGUE[name].step_type
        step = recipes.deferred(in_pipeline.make(name, base_job_name="x"), step_type, "My_Step")
        declared = read_declared_names(in_pipeline.pipeline(step), adapter()).declared
        definition = {"Steps": [{"Name": "My_Step", "Type": step_type, "Arguments": {}}]}
        enforced, findings = enforce(definition, policy, declared)
        [view] = steps(enforced)
        assert ("team-a-x", ()) == (view.job_name, findings)


class TestFunctions:
    """``@step`` and ``@remote``."""

    @needs("@step")
    def test_functions_are_decorated_as_before(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The decorators judge the name where it is written."""
        for name in ("step", "remote"):
            decorator = getattr(sm_prefix_ext, name)
            with pytest.raises(PrefixViolation, match=rf"@{name}\(job_name_prefix=\) got 'x_y'"):
                decorator(job_name_prefix="x_y")
        given = {"image_uri": sdk.IMAGE, "instance_type": "ml.m5.large", "name": "My_Step"}

        @sm_prefix_ext.step(**given, job_name_prefix="x")
        def declared() -> int:
            return 1

        @sm_prefix_ext.step(**given)
        def not_declared() -> int:
            return 1

        for function, expected in ((declared, "team-a-x"), (not_declared, "team-a-My-Step")):
            [view] = job_views(in_pipeline.pipeline(function()).definition())
            assert (expected, POLICY_ROLE) == (view.job_name, view.arguments["RoleArn"])
