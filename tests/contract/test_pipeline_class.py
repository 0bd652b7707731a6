"""The drop-in ``Pipeline`` and ``PipelineDefinitionConfig`` compared with the SDK's."""

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
    """The config of a pipeline."""

    def test_prefixing_is_on_by_default(self, factory: Factory) -> None:
        """A pipeline without a config, or with ``None``, has a drop-in config."""
        step = factory.step("Processing", "Pre", "nice")
        given: dict[str, Any]
        for given in ({}, {"pipeline_definition_config": None}):
            pipeline = Pipeline("p", steps=[step], sagemaker_session=factory.session, **given)
            assert isinstance(pipeline.pipeline_definition_config, PipelineDefinitionConfig)
            assert "nice" == only_name(pipeline.definition())

    def test_a_config_of_the_sdks_class_is_accepted(
        self, factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It switches prefixing on or off, under the discovered policy."""
        (tmp_path / "sm-prefix.toml").write_text('prefix = "discovered"\n')
        monkeypatch.chdir(tmp_path)
        step = factory.step("Processing", "Pre", "nice")
        for on, expected in ((True, "discovered-nice"), (False, None)):
            pipeline = Pipeline(
                name="p",
                steps=[step],
                sagemaker_session=factory.session,
                pipeline_definition_config=factory.sdk.SdkDefinitionConfig(on),
            )
            assert expected == only_name(pipeline.definition())

    def test_the_policy_attribute_takes_what_the_constructor_takes(self) -> None:
        """It also refuses the same values."""
        config = PipelineDefinitionConfig()
        config.policy = "team-a"
        assert PrefixPolicy("team-a") == config.policy
        with pytest.raises(ValueError, match="'a/b'"):
            config.policy = "a/b"


class TestPipeline:
    """The class can replace the SDK's."""

    def test_drop_ins_are_instances_of_the_sdks_classes(self, factory: Factory) -> None:
        """The classes are ``Pipeline`` and ``PipelineDefinitionConfig``."""
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

    def test_a_subclass_and_its_copy_enforce_names(self, factory: Factory) -> None:
        """``upsert()`` raises for a name over the limit."""

        class UsersPipeline(Pipeline):
            pass

        step = factory.step("Processing", "Pre", "x" * 50)
        pipeline = UsersPipeline(name="p", steps=[step], sagemaker_session=factory.session)
        for either in (pipeline, copy.copy(pipeline)):
            with pytest.raises(PrefixViolation):
                either.upsert(ROLE)

    def test_a_plan_has_prefix_region_and_account(self, factory: Factory) -> None:
        """The region is the session's; the account is that of the roles."""
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

    def test_local_mode_runs_an_enforced_pipeline_only(self, factory: Factory) -> None:
        """A pipeline with an error raises before the local session creates it."""
        local = Factory(factory.sdk, factory.sdk.local_session(factory.session.boto_session))
        execution = factory.sdk.run_locally(local.pipeline([factory.sdk.fail("Stop")], "team-a"))
        assert "Stop" == execution.list_steps()["PipelineExecutionSteps"][0]["StepName"]
        step = factory.step("Processing", "Pre", "x" * 50)
        with pytest.raises(PrefixViolation):
            local.pipeline([step]).create(ROLE)

    def test_every_step_type_has_a_row(self, sdk: ModuleType) -> None:
        """``KINDS`` has every step type of the SDK."""
        assert set() == {step_type.value for step_type in sdk.StepTypeEnum} - set(KINDS)
