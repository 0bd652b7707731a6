"""Names that the SDK generates are not names that the user declared."""

from __future__ import annotations

import json

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.enforcement.enforce import enforce

from ..installed import MAJOR
from .deviations import needs
from .factory import Factory, codes, job_names, only_name


class TestGeneratedNames:
    """What the SDK writes where the user declared nothing."""

    def test_an_undeclared_name_stays_undeclared(self, factory: Factory) -> None:
        """The SDK writes its generated name into the user's object, where it is not declared."""
        step, job = factory.step_and_job("Training", "Train")
        factory.sdk_pipeline([step], on=True).definition()
        assert job.base_job_name in ("img", "img-job")
        assert ["PFX001"] == codes(factory.pipeline([step]).check())
        assert "team-a-Train" == only_name(factory.pipeline([step], "team-a").definition())

    def test_the_sdks_own_names_are_seen_in_its_definitions(
        self, factory: Factory, step_type: str
    ) -> None:
        """A name that the SDK generated with its own prefixing is a finding."""
        step = factory.step(step_type, "St")
        pipeline = factory.sdk_pipeline([step], on=True)
        if step_type == "Transform" or (step_type, MAJOR) == ("Model", 2):
            with pytest.raises((AttributeError, TypeError, ValueError)):
                pipeline.definition()  # the SDK asks for a name
            return
        definition = pipeline.definition()
        findings = enforce(json.loads(definition), PrefixPolicy())[1]
        # A registration into a group is governed by the group's name, which no policy restricts.
        in_group = step_type == "RegisterModel" and "ModelPackageGroupName" in definition
        assert ([] if in_group else ["PFX001"]) == codes(findings)

    @needs("PipelineModel")
    @needs("EstimatorTransformer")
    def test_names_that_v2_writes_into_models_and_transformers(self, factory: Factory) -> None:
        """v2 names a ``PipelineModel`` after image and time, a transformer after its collection."""
        sdk, session = factory.sdk, factory.session
        unnamed = sdk.pipeline_model(session, "Mod").step
        assert ["PFX001"] == codes(factory.pipeline([unnamed]).check())
        assert "team-a-Mod" == only_name(factory.pipeline([unnamed], "team-a").definition())
        collection = sdk.estimator_transformer(session, "My_ET")
        definition = factory.pipeline([collection], "team-a").definition()
        assert {"team-a-My-ETCreateModelStep", "team-a-My-ETTransformStep"} == set(
            job_names(definition).values()
        )


class TestLookalikes:
    """Declared names that read like generated ones."""

    @pytest.mark.parametrize("step_type", ["Processing", "Training", "ClarifyCheck"])
    def test_what_only_looks_like_a_stand_in_is_kept(
        self, factory: Factory, step_type: str
    ) -> None:
        """A name counts as generated only where the SDK would generate it for this very job."""
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
    def test_a_stand_in_that_was_declared_is_named_in_the_finding(
        self, factory: Factory, policy: str | None
    ) -> None:
        """The finding tells a user who declared the generated name why it does not count."""
        pipeline = factory.pipeline([factory.step("Processing", "St", "img")], policy)
        if policy:
            assert "team-a-St" == only_name(pipeline.definition())
            return
        [finding] = pipeline.check()
        assert "PFX001" == finding.code
        assert "'img' is the SDK's generated name" in finding.message
