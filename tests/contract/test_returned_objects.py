"""Objects that drop-in methods return: tuners, models, transformers, attached jobs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import PrefixPolicy, PrefixViolation, prefixed
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.catalogue import CATALOGUE
from sm_prefix_ext.core.job_names import ComposedName
from sm_prefix_ext.dropin.name_injection import apply_composed_name

from ..installed import MAJOR
from .deviations import needs
from .job_classes import JobFactory, recipes, sdk

LATE_NAME = r"HyperparameterTuner\.\w+\(job_name=\) got 'x_y'"


class TestTuners:
    """Tuners that methods of a tuner return."""

    @needs("tuners that start warm")
    def test_a_tuner_that_starts_warm_is_a_drop_in(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """It has the prefix and judges names; the SDK returns its own class without a name."""
        first = outside.make("HyperparameterTuner")
        outside.start(first)(wait=False)
        for tuner in (
            first.transfer_learning_tuner(),
            first.identical_dataset_and_algorithm_tuner(),
        ):
            assert type(first) is type(tuner)
            assert "ta" == tuner.base_tuning_job_name
            with pytest.raises(PrefixViolation, match=LATE_NAME):
                outside.start(tuner)(job_name="x_y")

    def test_a_tuner_for_several_trainers_is_a_drop_in(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The SDK's ``create()`` returns its own class for every subclass."""
        ranges = {"eta": sdk.ContinuousParameter(0, 1)}
        trainer = outside.make("Estimator" if MAJOR == 2 else "ModelTrainer")
        metrics = {"a": [{"Name": "loss", "Regex": "loss=(.*)"}]}

        def create(**declared: Any) -> Any:
            return sm_prefix_ext.HyperparameterTuner.create(
                {"a": trainer},
                {"a": "loss"},
                {"a": ranges},
                metric_definitions_dict=metrics,
                **declared,
            )

        tuner = create(base_tuning_job_name="x")
        assert sm_prefix_ext.HyperparameterTuner is type(tuner)
        assert ("ta-x", "x") == (tuner.base_tuning_job_name, tuner.base_tuning_job_name.declared)
        assert "ta" == create().base_tuning_job_name
        with pytest.raises(PrefixViolation, match=LATE_NAME):
            outside.start(tuner)(job_name="x_y")


class TestModels:
    """Models and transformers that other objects return."""

    @pytest.fixture
    def trained(self, outside: JobFactory, policy: PrefixPolicy) -> Any:
        """An estimator with a training job."""
        job = outside.make("Estimator", base_job_name="x", output_path=f"{sdk.BUCKET}/out")
        job.fit(wait=False, logs=False)
        return job

    @needs("create_model()")
    def test_a_model_of_an_estimator_carries_the_prefix(
        self, outside: JobFactory, trained: Any
    ) -> None:
        """The model has a given name, a long one, or none."""
        trained.create_model().deploy(1, "ml.m5.large", wait=False)
        trained.create_model(name="mine").create(instance_type="ml.m5.large")
        long_name = "x" * 50
        trained.create_model(name=long_name).create(instance_type="ml.m5.large")
        models = [row["ModelName"] for row in outside.client.list_models()["Models"]]
        endpoints = [row["EndpointName"] for row in outside.client.list_endpoints()["Endpoints"]]
        assert 3 == len(models)
        assert {"team-a-mine", f"team-a-{long_name}"} < set(models)
        assert all(name.startswith("team-a-") for name in (*models, *endpoints))
        with pytest.raises(PrefixViolation, match=r"Estimator\.create_model\(name=\) got 'm_m'"):
            trained.create_model(name="m_m")

    @needs("create_model()")
    def test_a_model_named_after_its_estimator_keeps_the_name(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A framework derives the model's name; a name that the policy covers stays."""
        job = outside.make("PyTorch", base_job_name="a" * 31, output_path=f"{sdk.BUCKET}/out")
        job._current_job_name = "a-job"
        model = job.create_model(entry_point=str(recipes.CODE))
        assert sm_prefix_ext.PyTorchModel is type(model)
        name = model.name
        assert name.startswith(f"team-a-{'a' * 31}-2")
        apply_composed_name(model, CATALOGUE["PyTorchModel"], policy, starts=True)
        assert name == model.name
        job.base_job_name = "other"
        renamed = job.create_model(entry_point=str(recipes.CODE))
        assert renamed.name.startswith("team-a-2")

    @needs("create_model()")
    def test_the_generated_name_of_a_model_in_a_pipeline_is_not_declared(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The framework's estimator derives it."""
        job = in_pipeline.make("PyTorch", base_job_name="a" * 31, output_path=f"{sdk.BUCKET}/out")
        job._current_job_name = "a-job"
        name = job.create_model(entry_point=str(recipes.CODE)).name
        assert isinstance(name, ComposedName) and name.declared is None

    def test_a_transformer_of_a_model_is_a_drop_in(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """It has no declared name."""
        model = in_pipeline.model()
        if MAJOR == 3:
            model.built_model = SimpleNamespace(model_name="a-model")
        else:  # as ModelStep does
            in_pipeline.session.init_model_step_arguments(model)
        job = model.transformer(instance_count=1, instance_type="ml.m5.large")
        assert sm_prefix_ext.Transformer is type(job)
        name = job.base_transform_job_name
        assert name is None or name.declared is None


class TestAttached:
    """``attach`` keeps the name that the job has in AWS."""

    @needs("attach() with a session")
    def test_attach_keeps_the_name_of_the_job(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The name is over the limit, and outside the prefix."""
        outside.create_transform_job("x" * 60)
        expected = adapter().load("Transformer").attach("x" * 60, outside.session)
        attached = sm_prefix_ext.Transformer.attach("x" * 60, outside.session)
        assert isinstance(attached, sm_prefix_ext.Transformer)
        assert expected.base_transform_job_name == attached.base_transform_job_name

    @needs("attach() with a session")
    def test_attach_of_a_users_subclass_keeps_the_name_of_the_job(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The subclass is derived from a drop-in, or extended by ``prefixed``."""

        class UsersTransformer(sm_prefix_ext.Transformer):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)

        sdk_class = adapter().load("Transformer")
        outside.create_transform_job("x" * 60)
        expected = sdk_class.attach("x" * 60, outside.session)
        for cls in (UsersTransformer, prefixed(type("Users", (sdk_class,), {}))):
            attached = cls.attach("x" * 60, outside.session)
            assert isinstance(attached, cls)
            assert expected.base_transform_job_name == attached.base_transform_job_name
