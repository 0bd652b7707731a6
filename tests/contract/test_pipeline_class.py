"""The drop-in ``Pipeline`` and ``PipelineDefinitionConfig`` beside the SDK's."""

from __future__ import annotations

import copy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sm_prefix_ext import (
    Pipeline,
    PipelineDefinitionConfig,
    Plan,
    PrefixPolicy,
    PrefixViolation,
)
from sm_prefix_ext.core.step_types import KINDS

from .factory import Factory, only_name

ROLE = "arn:aws:iam::111122223333:role/step"


class TestConfig:
    """Which config a pipeline has."""

    def test_prefixing_is_on_by_default(self, factory: Factory) -> None:
        """A pipeline made without a definition config, or with None, has the drop-in's."""
        step = factory.step("Processing", "Pre", "nice")
        given: dict[str, Any]
        for given in ({}, {"pipeline_definition_config": None}):
            pipeline = Pipeline("p", steps=[step], sagemaker_session=factory.session, **given)
            assert isinstance(pipeline.pipeline_definition_config, PipelineDefinitionConfig)
            assert "nice" == only_name(pipeline.definition())

    def test_a_config_of_the_sdks_own_is_accepted(
        self, factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The SDK's config switches prefixing; the policy is then the discovered one."""
        (tmp_path / "sm-prefix.toml").write_text('prefix = "found"\n')
        monkeypatch.chdir(tmp_path)
        step = factory.step("Processing", "Pre", "nice")
        for on, expected in ((True, "found-nice"), (False, None)):
            pipeline = Pipeline(
                name="p",
                steps=[step],
                sagemaker_session=factory.session,
                pipeline_definition_config=factory.sdk.SdkDefinitionConfig(on),
            )
            assert expected == only_name(pipeline.definition())

    def test_a_config_takes_a_policy_later(self) -> None:
        """The attribute takes what the constructor takes, and refuses what it refuses."""
        config = PipelineDefinitionConfig()
        config.policy = "team-a"
        assert PrefixPolicy("team-a") == config.policy
        with pytest.raises(ValueError, match="'a/b'"):
            config.policy = "a/b"


class TestPipeline:
    """The class stands in for the SDK's."""

    def test_our_classes_are_the_sdks(self, factory: Factory) -> None:
        """``isinstance`` with the SDK's classes holds."""
        pipeline = Pipeline(name="p", steps=[], sagemaker_session=factory.session)
        assert isinstance(pipeline, factory.sdk.SdkPipeline)
        config = pipeline.pipeline_definition_config
        assert isinstance(config, factory.sdk.SdkDefinitionConfig)

    def test_positional_arguments_reach_the_sdks_constructor(self, factory: Factory) -> None:
        """The signature is the SDK's."""
        parameter = factory.sdk.ParameterString("P", default_value="p")
        step = factory.step("Processing", "Pre", "nice")
        pipeline = Pipeline(
            "name", [parameter], None, steps=[step], sagemaker_session=factory.session
        )
        assert ("name", [parameter]) == (pipeline.name, pipeline.parameters)

    def test_a_copy_and_a_subclass_work(self, factory: Factory) -> None:
        """A user's own subclass and its shallow copy enforce names too."""

        class UsersPipeline(Pipeline):
            pass

        step = factory.step("Processing", "Pre", "x" * 50)
        pipeline = UsersPipeline(name="p", steps=[step], sagemaker_session=factory.session)
        for either in (pipeline, copy.copy(pipeline)):
            with pytest.raises(PrefixViolation):
                either.upsert(ROLE)

    def test_plan_of_a_pipeline(self, factory: Factory) -> None:
        """The plan has the composed prefix, the session's region and the roles' account."""
        plan = factory.pipeline([factory.step("Processing", "Pre", "nice")], "team-a").plan()
        assert isinstance(plan, Plan)
        [job] = plan
        arn = "arn:aws:sagemaker:us-east-1:111122223333:processing-job/team-a-nice-*"
        assert ("Pre", "Processing", "team-a-nice", arn) == (
            job.step,
            job.step_type,
            job.prefix,
            job.arn_pattern,
        )
        assert "arn:aws:iam::111122223333:role/given" == job.role_arn

    def test_local_mode(self, factory: Factory) -> None:
        """A local pipeline session runs an enforced pipeline, and refuses one with an error."""
        local = Factory(factory.sdk, factory.sdk.local_session(factory.session.boto_session))
        execution = factory.sdk.run_locally(local.pipeline([factory.sdk.fail("Stop")], "team-a"))
        assert "Stop" == execution.list_steps()["PipelineExecutionSteps"][0]["StepName"]
        step = factory.step("Processing", "Pre", "x" * 50)
        with pytest.raises(PrefixViolation):
            local.pipeline([step]).create(ROLE)

    def test_every_step_type_has_a_row(self, sdk: ModuleType) -> None:
        """A step type of the SDK that the table lacks would go unnoticed."""
        assert set() == {step_type.value for step_type in sdk.StepTypeEnum} - set(KINDS)
