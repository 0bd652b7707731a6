"""Prefixing goes off and on, whatever was rendered before."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from sm_prefix_ext import PipelineDefinitionConfig, PrefixPolicy

from .factory import Factory, codes, only_name

ROLE = "arn:aws:iam::111122223333:role/step"


def snapshot(value: Any, depth: int = 0) -> Any:
    """The state of the SDK's objects, to compare with a later one."""
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
    """The config of a pipeline decides, not what was rendered before."""

    @pytest.mark.parametrize("before", ["ours-off", "ours-on", "sdk-off", "sdk-on"])
    def test_names_come_out_right_whatever_was_rendered_before(
        self, factory: Factory, step_type: str, before: str
    ) -> None:
        """Off or on, by the SDK's class or the drop-in, in any order."""
        step = factory.step(step_type, "My_Step", "nice")
        whose, _, switch = before.partition("-")
        render_with = factory.pipeline if whose == "ours" else factory.sdk_pipeline
        render_with([step], on=switch == "on").definition()
        pipeline = factory.pipeline([step])
        if (before, step_type) == ("sdk-off", "RegisterModel"):
            # The SDK removed the only place that had the name, which is a finding.
            assert ["PFX001"] == codes(pipeline.check())
            return
        assert "nice" == only_name(pipeline.definition())
        assert "nice" == only_name(pipeline.definition())

    def test_create_toggle_update_upsert(self, factory: Factory) -> None:
        """Toggled as the developer guide shows, the pipeline in AWS follows the config."""
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
    """A drop-in changes names and roles of a definition, and nothing else."""

    def test_the_users_objects_are_never_changed(self, factory: Factory, step_type: str) -> None:
        """Step and job object keep every attribute in ``check()`` and ``definition()``."""
        step, job = factory.step_and_job(step_type, "My_Step", "nice")
        before = snapshot([step, job])
        pipeline = factory.pipeline([step], PrefixPolicy("ta", step_roles={"*": ROLE}))
        pipeline.check()
        first = pipeline.definition()
        assert before == snapshot([step, job])
        assert json.loads(first) == json.loads(pipeline.definition())

    def test_off_is_what_the_sdk_renders(self, factory: Factory, step_type: str) -> None:
        """With prefixing off the definition is the SDK's."""
        step = factory.step(step_type, "My_Step", "nice")
        off = factory.pipeline([step], "team-a", on=False, name="a-pipeline")
        expected = json.loads(factory.sdk_pipeline([step], on=False).definition())
        assert expected == json.loads(off.definition())

    def test_only_names_and_roles_differ_from_the_sdk(self, factory: Factory) -> None:
        """With prefixing on, only the names differ from what the SDK renders."""
        step = factory.step("Processing", "Pre", "nice")
        definition = json.loads(factory.pipeline([step], "team-a").definition())
        expected = json.loads(factory.sdk_pipeline([step], on=True).definition())
        assert "team-a-nice" == definition["Steps"][0]["Arguments"].pop("ProcessingJobName")
        assert "nice" == expected["Steps"][0]["Arguments"].pop("ProcessingJobName")
        assert expected == definition

    def test_the_sdk_does_not_say_that_it_drops_the_name(
        self, factory: Factory, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The SDK's warning about dropped names is silenced where it is false."""
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
