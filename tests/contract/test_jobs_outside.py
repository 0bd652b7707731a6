"""Jobs, models and endpoints outside a pipeline."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import pytest

from sm_prefix_ext import PrefixPolicy, PrefixViolation, PrefixWarning
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.catalogue import CATALOGUE
from sm_prefix_ext._sdk.methods import METHODS

from ..installed import MAJOR
from .deviations import needs
from .job_classes import MODEL, REGISTRATION, JobFactory, held_name, sdk
from .requests_sent import until_sent

GROUP_ARN = "arn:aws:sagemaker:us-east-1:111122223333:model-package-group/"


class TestStarts:
    """Methods that start a job at once."""

    def test_a_job_outside_a_pipeline_carries_the_prefix(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The name is undeclared, declared in the constructor, or given at the call."""
        for given, late in (({}, {}), ({"base_job_name": "x"}, {}), ({}, {"job_name": "whole"})):
            outside.make("Processor", **given).run(wait=False, logs=False, **late)
        started = outside.processing_jobs()
        assert 3 == len(started)
        assert "team-a-whole" in started
        assert all(policy.prefix.covers(name) for name in started)
        assert any(name.startswith("team-a-x-") for name in started)

    def test_a_base_name_set_as_an_attribute_is_composed(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The attribute is public, so its value is composed when the job starts."""
        job = outside.make("Processor")
        job.base_job_name = "later"
        job.run(wait=False, logs=False)
        [name] = outside.processing_jobs()
        assert name.startswith("team-a-later-")

    def test_a_tuner_without_a_short_prefix_does_not_start(
        self, outside: JobFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The start raises, and sends no request."""
        (tmp_path / "sm-prefix.toml").write_text('prefix = "a-long-team"\n', encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        tuner = outside.make("HyperparameterTuner")
        with pytest.raises(PrefixViolation, match="PFX010"):
            outside.start(tuner)()
        jobs = outside.client.list_hyper_parameter_tuning_jobs()
        assert [] == jobs["HyperParameterTuningJobSummaries"]

    @needs("transform_with_monitoring()")
    def test_a_method_that_starts_a_pipeline_of_the_sdks_own_is_refused(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """No pipeline is created."""
        job = outside.make("Transformer", base_transform_job_name="x")
        with pytest.raises(
            PrefixViolation, match=r"(?s)a pipeline of the SDK's own.*MonitorBatchTransform"
        ):
            job.transform_with_monitoring(None, None, "s3://bucket/in")
        assert [] == outside.client.list_pipelines()["PipelineSummaries"]

    def test_each_refused_method_exists_and_has_an_alternative(self) -> None:
        """The alternative is a sentence in its row."""
        refused = [row for row in METHODS if row.refused]
        assert refused
        for row in refused:
            assert row.refused.instead.endswith(".")
            if MAJOR == 2:
                assert hasattr(adapter().load(row.of), row.name)


class TestModels:
    """Models and endpoints, which have full names."""

    def test_two_models_have_different_names(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """As with the SDK, each model has a new name; both names have the prefix."""
        first = held_name(outside.model(), CATALOGUE[MODEL])
        time.sleep(0.01)  # the SDK's names are unique to the millisecond only
        second = held_name(outside.model(), CATALOGUE[MODEL])
        assert first.startswith("team-a-") and second.startswith("team-a-")
        assert first != second

    def test_a_full_name_outside_the_prefix_gives_a_warning(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """Names of endpoints and groups are not refused."""
        deployment = {"initial_instance_count": 1, "instance_type": "ml.m5.large", "wait": False}
        model = outside.model()
        with pytest.warns(PrefixWarning, match="PFX011: .*endpoint_name=.* is 'other'"):
            until_sent(model.deploy, endpoint_name="other", **(deployment if MAJOR == 2 else {}))
        with pytest.warns(PrefixWarning, match="PFX008: .*model_package_group_name=.* is 'other'"):
            until_sent(model.register, model_package_group_name="other")

    def test_the_name_in_a_groups_arn_is_judged(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A name inside the prefix gives no warning, a name outside it gives one."""
        model = outside.model()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", PrefixWarning)
            until_sent(model.register, model_package_group_name=f"{GROUP_ARN}team-a-g")
        assert [] == [row for row in caught if issubclass(row.category, PrefixWarning)]
        with pytest.warns(
            PrefixWarning, match="is 'other', outside 'team-a'.*Call it 'team-a-other'"
        ):
            until_sent(model.register, model_package_group_name=f"{GROUP_ARN}other")

    # v3's own builder warns, and pytest.warns() repeats the warning for another module.
    @pytest.mark.filterwarnings(
        "ignore:The 'dependencies' parameter is deprecated:DeprecationWarning"
    )
    def test_a_group_with_a_generated_name_gives_a_warning(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The SDK derives the group of a model without a name from its image."""
        with pytest.warns(PrefixWarning, match="PFX008: .*model_package_group_name=.* is 'img'"):
            until_sent(outside.model().register, **REGISTRATION)

    @needs("registration before build()")
    def test_a_group_with_a_generated_name_in_a_pipeline_is_a_finding(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """Some releases render neither a group nor a name, which is an error."""
        step = sdk.ModelStep("My_Step", step_args=in_pipeline.model().register(**REGISTRATION))
        [finding] = in_pipeline.pipeline(step).check()
        definition = sdk.SdkPipeline(
            "p", steps=[step], sagemaker_session=in_pipeline.session
        ).definition()
        if "ModelPackageGroupName" in definition:
            assert "PFX008" == finding.code
            assert "'img'" in finding.message
        else:
            assert ("PFX001", "error") == (finding.code, finding.severity)
