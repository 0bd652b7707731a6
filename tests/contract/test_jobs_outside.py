"""Jobs, models and endpoints that are made outside a pipeline."""

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
        """Undeclared, declared, or given at the call, the job name carries the prefix."""
        for given, late in (({}, {}), ({"base_job_name": "x"}, {}), ({}, {"job_name": "whole"})):
            outside.make("Processor", **given).run(wait=False, logs=False, **late)
        started = outside.processing_jobs()
        assert 3 == len(started)
        assert "team-a-whole" in started
        assert all(policy.prefix.covers(name) for name in started)
        assert any(name.startswith("team-a-x-") for name in started)

    def test_a_base_name_set_later_is_composed_too(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The attribute is public; its value is composed when the job starts."""
        job = outside.make("Processor")
        job.base_job_name = "later"
        job.run(wait=False, logs=False)
        [name] = outside.processing_jobs()
        assert name.startswith("team-a-later-")

    def test_a_tuner_without_a_short_prefix_does_not_start(
        self, outside: JobFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A tuner without a name is judged when it starts, and nothing is sent."""
        (tmp_path / "sm-prefix.toml").write_text('prefix = "a-long-team"\n', encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        tuner = outside.make("HyperparameterTuner")
        with pytest.raises(PrefixViolation, match="PFX010"):
            outside.start(tuner)()
        jobs = outside.client.list_hyper_parameter_tuning_jobs()
        assert [] == jobs["HyperParameterTuningJobSummaries"]

    @needs("transform_with_monitoring()")
    def test_what_the_sdk_would_start_in_a_pipeline_of_its_own(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The method is refused, and nothing is sent."""
        job = outside.make("Transformer", base_transform_job_name="x")
        with pytest.raises(
            PrefixViolation, match=r"(?s)a pipeline of the SDK's own.*MonitorBatchTransform"
        ):
            job.transform_with_monitoring(None, None, "s3://bucket/in")
        assert [] == outside.client.list_pipelines()["PipelineSummaries"]

    def test_what_is_refused_is_there(self) -> None:
        """Each refused method is one of the SDK's, and its row says what to call instead."""
        refused = [row for row in METHODS if row.refused]
        assert refused
        for row in refused:
            assert row.refused.instead.endswith(".")
            if MAJOR == 2:
                assert hasattr(adapter().load(row.of), row.name)


class TestModels:
    """Models and endpoints, whose names are full names."""

    def test_a_model_deployed_twice_has_two_names(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """As with the SDK, each model gets a name of its own; both carry the prefix."""
        first = held_name(outside.model(), CATALOGUE[MODEL])
        time.sleep(0.01)  # the SDK's names have milliseconds, which two models may share
        second = held_name(outside.model(), CATALOGUE[MODEL])
        assert first.startswith("team-a-") and second.startswith("team-a-")
        assert first != second

    def test_full_names_get_a_warning(self, outside: JobFactory, policy: PrefixPolicy) -> None:
        """The service takes an endpoint's and a group's name as it is; neither is refused."""
        deployment = {"initial_instance_count": 1, "instance_type": "ml.m5.large", "wait": False}
        model = outside.model()
        with pytest.warns(PrefixWarning, match="PFX011: .*endpoint_name=.* is 'other'"):
            until_sent(model.deploy, endpoint_name="other", **(deployment if MAJOR == 2 else {}))
        with pytest.warns(PrefixWarning, match="PFX008: .*model_package_group_name=.* is 'other'"):
            until_sent(model.register, model_package_group_name="other")

    def test_a_group_may_be_given_by_its_arn(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The group's name in the ARN counts."""
        model = outside.model()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", PrefixWarning)
            until_sent(model.register, model_package_group_name=f"{GROUP_ARN}team-a-g")
        assert [] == [row for row in caught if issubclass(row.category, PrefixWarning)]
        with pytest.warns(
            PrefixWarning, match="is 'other', outside 'team-a'.*Call it 'team-a-other'"
        ):
            until_sent(model.register, model_package_group_name=f"{GROUP_ARN}other")

    # v3's own builder warns; pytest.warns() repeats it, as of another module.
    @pytest.mark.filterwarnings(
        "ignore:The 'dependencies' parameter is deprecated:DeprecationWarning"
    )
    def test_a_group_that_the_sdk_makes_gets_a_warning(
        self, outside: JobFactory, policy: PrefixPolicy
    ) -> None:
        """A model registered without a name goes into a group that is called after its image."""
        with pytest.warns(PrefixWarning, match="PFX008: .*model_package_group_name=.* is 'img'"):
            until_sent(outside.model().register, **REGISTRATION)

    @needs("registration before build()")
    def test_a_group_that_the_sdk_makes_in_a_pipeline(
        self, in_pipeline: JobFactory, policy: PrefixPolicy
    ) -> None:
        """The definition has the group's name, or neither name, which the service refuses."""
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
