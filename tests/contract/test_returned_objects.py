"""What methods of drop-in classes return: tuners, models, transformers, attached jobs."""

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
    """Tuners that a tuner makes."""

    @needs("tuners that start warm")
    def test_a_tuner_that_starts_warm_is_one_of_ours(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The SDK makes its own class, without the name; the drop-in returns a drop-in."""
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

    def test_a_tuner_for_several_is_one_of_ours(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The SDK's ``create`` makes its own class, whichever class it is called on."""
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
    """Models and transformers that another object makes."""

    @pytest.fixture
    def trained(self, outside: JobFactory, policy: PrefixPolicy) -> Any:
        """An estimator that has run."""
        job = outside.make("Estimator", base_job_name="x", output_path=f"{sdk.BUCKET}/out")
        job.fit(wait=False, logs=False)
        return job

    @needs("create_model()")
    def test_an_estimators_models_are_ours(self, outside: JobFactory, trained: Any) -> None:
        """Named or not, a model that an estimator makes is created under the prefix."""
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
        """A framework gives a model its whole name; where the policy covers it, it stays."""
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
    def test_a_model_made_in_a_pipeline_is_not_declared(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The name that the SDK generates for it is not declared."""
        job = in_pipeline.make("PyTorch", base_job_name="a" * 31, output_path=f"{sdk.BUCKET}/out")
        job._current_job_name = "a-job"
        name = job.create_model(entry_point=str(recipes.CODE)).name
        assert isinstance(name, ComposedName) and name.declared is None

    def test_a_transformer_of_a_model_is_ours(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A model's transformer is a drop-in, without a declared name."""
        model = in_pipeline.model()
        if MAJOR == 3:
            model.built_model = SimpleNamespace(model_name="a-model")
        else:  # as the SDK does for a model that is created in a pipeline
            in_pipeline.session.init_model_step_arguments(model)
        job = model.transformer(instance_count=1, instance_type="ml.m5.large")
        assert sm_prefix_ext.Transformer is type(job)
        name = job.base_transform_job_name
        assert name is None or name.declared is None


class TestAttached:
    """``attach`` keeps the name that the job has in AWS."""

    @needs("attach() with a session")
    def test_attach_takes_what_the_service_says(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A job that ran under another name keeps it."""
        outside.create_transform_job("x" * 60)
        expected = adapter().load("Transformer").attach("x" * 60, outside.session)
        attached = sm_prefix_ext.Transformer.attach("x" * 60, outside.session)
        assert isinstance(attached, sm_prefix_ext.Transformer)
        assert expected.base_transform_job_name == attached.base_transform_job_name

    @needs("attach() with a session")
    def test_what_the_sdk_reads_stays_in_your_own_subclass(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """``attach`` of a user's class gets a name that the service has already."""

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
