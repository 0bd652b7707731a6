"""Job names of drop-in classes in the definition of a pipeline."""

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
from .factory import POLICY_ROLE, job_views
from .job_classes import (
    FINE_TUNERS,
    IN_PIPELINES,
    ONE_PER_STEP_TYPE,
    JobFactory,
    declaration,
    policy_prefix,
    recipes,
    sdk,
)


class Team(str, Enum):  # as StrEnum, which Python 3.10 lacks
    """A name whose ``str()`` is not its characters."""

    A = "churn"


class TestJobNames:
    """The composed name in the definition."""

    @pytest.mark.parametrize("name", IN_PIPELINES)
    def test_the_definition_has_the_prefix_once(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The job name is the discovered prefix and the declared name."""
        expected = f"{policy_prefix(CATALOGUE[name])}-x"
        if name == "ModelBuilder":  # takes no name
            expected = "team-a-My-Step"
        job = in_pipeline.make(name, **declaration(name, "x"))
        assert expected == in_pipeline.job_name(name, job)

    @pytest.mark.parametrize("name", ONE_PER_STEP_TYPE)
    def test_a_pipelines_own_policy_composes_the_declared_name(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The prefix of the discovered policy is not in the job name."""
        expected = "of-b-My-Step" if name == "ModelBuilder" else "of-b-x"
        job = in_pipeline.make(name, **declaration(name, "x"))
        own = PrefixPolicy("of-b", short_prefix="of-b")
        assert expected == in_pipeline.job_name(name, job, own)

    @pytest.mark.parametrize("name", ONE_PER_STEP_TYPE)
    def test_an_undeclared_name_is_composed_of_prefix_and_step_name(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A job with a short limit has the short prefix alone."""
        job_name = in_pipeline.job_name(name, in_pipeline.make(name))
        if KINDS[CATALOGUE[name].step_type].short:
            assert "ta" == job_name
        else:
            assert job_name.startswith("team-a-My-Step")

    @pytest.mark.parametrize("declared", ["img", "processing-job"])
    def test_a_declared_name_equal_to_a_generated_name_is_kept(
        self, declared: str, in_pipeline: JobFactory
    ) -> None:
        """It counts as declared in a drop-in, and as generated in the SDK's class."""
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

    def test_a_name_that_is_a_string_enum_counts_by_its_characters(
        self, in_pipeline: JobFactory, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """Its ``str()``, which has the class's name, is not used."""
        job = in_pipeline.make("Processor", base_job_name=Team.A)
        assert ("churn", ComposedName) == (str(job.base_job_name), type(job.base_job_name))
        assert "team-a-churn" == in_pipeline.job_name("Processor", job)
        composed = outside.make("Processor", base_job_name=Team.A).base_job_name
        assert "team-a-churn" == str(composed)
        outside.make("Processor").run(job_name=Team.A, wait=False, logs=False)
        assert ["team-a-churn"] == outside.processing_jobs()

    def test_a_clarify_jobs_declared_name_has_no_time(self, in_pipeline: JobFactory) -> None:
        """The SDK appends the time to ``job_name_prefix``."""
        name = "SageMakerClarifyProcessor"
        job = in_pipeline.make(name, job_name_prefix="bias")
        assert "team-a-bias" == in_pipeline.job_name(name, job, PrefixPolicy("team-a"))


class TestTrainers:
    """Trainers in a tuner, and trainers that fine-tune."""

    def test_the_trainer_of_a_tuner_keeps_its_name(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The service derives the names of the training jobs from the tuning job's name."""
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
    def test_the_declared_name_of_a_fine_tuner_is_read_from_its_step(
        self, name: str, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """Rendering needs SageMaker's hub; reading the declared name does not."""
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
    def test_decorators_judge_and_compose_names(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A bad name fails in the decorator; a good one is composed in the definition."""
        for name in ("step", "remote"):
            decorator = getattr(sm_prefix_ext, name)
            with pytest.raises(PrefixViolation, match=rf"@{name}\(job_name_prefix=\) got 'x_y'"):
                decorator(job_name_prefix="x_y")
        given = {"image_uri": sdk.IMAGE, "instance_type": "ml.m5.large", "name": "My_Step"}

        @sm_prefix_ext.step(**given, job_name_prefix="x")
        def declared() -> int:
            return 1

        @sm_prefix_ext.step(**given)
        def undeclared() -> int:
            return 1

        for function, expected in ((declared, "team-a-x"), (undeclared, "team-a-My-Step")):
            [view] = job_views(in_pipeline.pipeline(function()).definition())
            assert (expected, POLICY_ROLE) == (view.job_name, view.arguments["RoleArn"])
