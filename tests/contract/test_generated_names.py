"""Names that the SDK generates do not count as declared."""

from __future__ import annotations

import json

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.enforcement.enforce import enforce

from ..installed import MAJOR
from .deviations import needs
from .factory import Factory, codes, job_names, only_name


class TestGeneratedNames:
    """Names that the SDK writes if the user declares none."""

    def test_an_undeclared_name_stays_undeclared(self, factory: Factory) -> None:
        """The generated name that the SDK writes into the user's object does not count."""
        step, job = factory.step_and_job("Training", "Train")
        factory.sdk_pipeline([step], on=True).definition()
        assert job.base_job_name in ("img", "img-job")
        assert ["PFX001"] == codes(factory.pipeline([step]).check())
        assert "team-a-Train" == only_name(factory.pipeline([step], "team-a").definition())

    def test_a_generated_name_in_a_definition_is_a_finding(
        self, factory: Factory, step_type: str
    ) -> None:
        """The SDK rendered the definition with its own prefixing."""
        step = factory.step(step_type, "St")
        pipeline = factory.sdk_pipeline([step], on=True)
        if step_type == "Transform" or (step_type, MAJOR) == ("Model", 2):
            with pytest.raises((AttributeError, TypeError, ValueError)):
                pipeline.definition()  # the SDK requires a name
            return
        definition = pipeline.definition()
        findings = enforce(json.loads(definition), PrefixPolicy())[1]
        # A registration into a group is governed by the group's name, which no policy restricts.
        in_group = step_type == "RegisterModel" and "ModelPackageGroupName" in definition
        assert ([] if in_group else ["PFX001"]) == codes(findings)

    @needs("PipelineModel")
    @needs("EstimatorTransformer")
    def test_generated_names_of_models_and_transformers_are_replaced(
        self, factory: Factory
    ) -> None:
        """v2 derives them from the image and the time, or from the step collection."""
        sdk, session = factory.sdk, factory.session
        unnamed = sdk.pipeline_model(session, "Mod").step
        assert ["PFX001"] == codes(factory.pipeline([unnamed]).check())
        assert "team-a-Mod" == only_name(factory.pipeline([unnamed], "team-a").definition())
        collection = sdk.estimator_transformer(session, "My_ET")
        definition = factory.pipeline([collection], "team-a").definition()
        assert {"team-a-My-ETCreateModelStep", "team-a-My-ETTransformStep"} == set(
            job_names(definition).values()
        )


class TestResemblingNames:
    """Declared names that resemble generated names."""

    @pytest.mark.parametrize("step_type", ["Processing", "Training", "ClarifyCheck"])
    def test_a_declared_name_that_resembles_a_generated_name_is_kept(
        self, factory: Factory, step_type: str
    ) -> None:
        """A name counts as generated only if the SDK would generate it for this job."""
        generated_by_other_major = "img" if MAJOR == 3 else "img-job"
        names = {
            "Processing": "img-job",
            "Training": generated_by_other_major,
            "ClarifyCheck": "clarify",
        }
        name = names[step_type]
        step = factory.step(step_type, "St", name)
        assert name == only_name(factory.pipeline([step]).definition())
        assert f"team-a-{name}" == only_name(factory.pipeline([step], "team-a").definition())

    @pytest.mark.parametrize("policy", [None, "team-a"])
    def test_a_finding_quotes_a_declared_name_equal_to_the_generated_name(
        self, factory: Factory, policy: str | None
    ) -> None:
        """The message explains why such a declared name does not count."""
        pipeline = factory.pipeline([factory.step("Processing", "St", "img")], policy)
        if policy:
            assert "team-a-St" == only_name(pipeline.definition())
            return
        [finding] = pipeline.check()
        assert "PFX001" == finding.code
        assert "'img' is the SDK's generated name" in finding.message
