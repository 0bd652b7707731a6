"""Prefixing switched off and on for the same steps."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from sm_prefix_ext import PipelineDefinitionConfig, PrefixPolicy

from .factory import Factory, codes, only_name

ROLE = "arn:aws:iam::111122223333:role/step"


def snapshot(value: Any, depth: int = 0) -> Any:
    """The state of the SDK's objects, for a later comparison."""
    if isinstance(value, dict):
        return {str(key): snapshot(inner, depth) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [snapshot(inner, depth) for inner in value]
    of_sdk = type(value).__module__.startswith("sagemaker")
    if of_sdk and depth < 4 and "session" not in type(value).__name__.lower():
        return {
            key: snapshot(inner, depth + 1)
            for key, inner in vars(value).items()
            if key != "_properties"
        }
    return repr(value) if isinstance(value, (str, int, float, bool, type(None))) else id(value)


class TestToggling:
    """Only the config of a pipeline switches prefixing."""

    @pytest.mark.parametrize("before", ["dropin-off", "dropin-on", "sdk-off", "sdk-on"])
    def test_names_do_not_depend_on_earlier_renderings(
        self, factory: Factory, step_type: str, before: str
    ) -> None:
        """The SDK's class or the drop-in rendered the step, with prefixing on or off."""
        step = factory.step(step_type, "My_Step", "nice")
        package, _, switch = before.partition("-")
        render_with = factory.pipeline if package == "dropin" else factory.sdk_pipeline
        render_with([step], on=switch == "on").definition()
        pipeline = factory.pipeline([step])
        if (before, step_type) == ("sdk-off", "RegisterModel"):
            # The SDK removed the name from the only place that had it.
            assert ["PFX001"] == codes(pipeline.check())
            return
        assert "nice" == only_name(pipeline.definition())
        assert "nice" == only_name(pipeline.definition())

    def test_the_pipeline_in_aws_follows_the_config(self, factory: Factory) -> None:
        """Prefixing is toggled as the developer guide shows."""
        pipeline = factory.pipeline([factory.step("Processing", "Pre", "nice")], "team-a")

        def stored_name() -> Any:
            return only_name(pipeline.describe()["PipelineDefinition"])

        pipeline.create(ROLE)
        assert "team-a-nice" == stored_name()
        pipeline.pipeline_definition_config = PipelineDefinitionConfig(use_custom_job_prefix=False)
        pipeline.update(ROLE)
        assert stored_name() is None
        pipeline.pipeline_definition_config = PipelineDefinitionConfig(policy="team-b")
        pipeline.upsert(ROLE)
        assert "team-b-nice" == stored_name()
        assert pipeline.start().arn.startswith("arn:aws:sagemaker:us-east-1:")


class TestUnchanged:
    """Everything but names and roles stays unchanged."""

    def test_the_users_objects_are_never_changed(self, factory: Factory, step_type: str) -> None:
        """``check()`` and ``definition()`` keep every attribute of step and job object."""
        step, job = factory.step_and_job(step_type, "My_Step", "nice")
        before = snapshot([step, job])
        pipeline = factory.pipeline([step], PrefixPolicy("ta", step_roles={"*": ROLE}))
        pipeline.check()
        first = pipeline.definition()
        assert before == snapshot([step, job])
        assert json.loads(first) == json.loads(pipeline.definition())

    def test_a_definition_with_prefixing_off_is_the_sdks(
        self, factory: Factory, step_type: str
    ) -> None:
        """The policy has a prefix, which is not applied."""
        step = factory.step(step_type, "My_Step", "nice")
        off = factory.pipeline([step], "team-a", on=False, name="a-pipeline")
        expected = json.loads(factory.sdk_pipeline([step], on=False).definition())
        assert expected == json.loads(off.definition())

    def test_only_names_and_roles_differ_from_the_sdk(self, factory: Factory) -> None:
        """Both render with prefixing on, and without roles in the policy."""
        step = factory.step("Processing", "Pre", "nice")
        definition = json.loads(factory.pipeline([step], "team-a").definition())
        expected = json.loads(factory.sdk_pipeline([step], on=True).definition())
        assert "team-a-nice" == definition["Steps"][0]["Arguments"].pop("ProcessingJobName")
        assert "nice" == expected["Steps"][0]["Arguments"].pop("ProcessingJobName")
        assert expected == definition

    def test_the_sdks_warning_of_dropped_names_appears_only_with_prefixing_off(
        self, factory: Factory, caplog: pytest.LogCaptureFixture
    ) -> None:
        """With prefixing on, the SDK drops no name."""
        logging.getLogger("sagemaker").setLevel(logging.WARNING)
        step = factory.step("Processing", "Pre", "nice")

        def dropped() -> list[str]:
            texts = [record.getMessage() for record in caplog.records]
            return [text for text in texts if "Popping out" in text]

        with caplog.at_level(logging.WARNING):
            factory.pipeline([step]).definition()
            assert [] == dropped()
            factory.pipeline([step], on=False).definition()
            assert [] != dropped()
