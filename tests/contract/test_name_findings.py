"""Names that no job can carry, and names that IAM's patterns may not cover."""

from __future__ import annotations

import pytest

from sm_prefix_ext import PrefixViolation
from sm_prefix_ext.core.findings import ERROR
from sm_prefix_ext.core.step_types import KINDS

from .factory import Factory, codes, job_names, only_name

LONG_NAME = "x" * 50
BAD_NAME = "bad_name!"


class TestErrors:
    """Findings that keep a definition from being sent."""

    @pytest.mark.parametrize("policy", [None, "team-a"])
    def test_too_long_is_a_finding_that_says_how_long(
        self, factory: Factory, step_type: str, policy: str | None
    ) -> None:
        """The finding states the limit and the length; the name is never cut."""
        step = factory.step(step_type, "My_Step", LONG_NAME)
        findings = factory.pipeline(factory.nested(step), policy).check()
        if policy and KINDS[step_type].short:
            assert () == findings  # the short prefix stands alone where the name does not fit
            return
        [finding] = findings
        assert "PFX002" == finding.code
        assert "50 characters" in finding.message
        assert f"takes {KINDS[step_type].prefix_limit} " in finding.message
        assert finding.step.startswith("Outer/if/Inner/if/My_Step")

    @pytest.mark.parametrize("policy", [None, "team-a"])
    def test_bad_characters_are_a_finding(
        self, factory: Factory, step_type: str, policy: str | None
    ) -> None:
        """A name with characters that no job can carry is an error; it is never rewritten."""
        step = factory.step(step_type, "My_Step", BAD_NAME)
        findings = factory.pipeline(factory.nested(step), policy).check()
        assert "PFX003" in codes(findings)
        assert all(finding.severity == ERROR for finding in findings)

    def test_the_templates_slash_is_explained(self, factory: Factory) -> None:
        """``f"{prefix}/train"``, as in AWS's project templates, is a finding that says why."""
        step = factory.step("Training", "Train", "abalone/train")
        [finding] = factory.pipeline([step]).check()
        assert "PFX003" == finding.code
        assert "is not a path" in finding.message
        assert "'abalone-train'" in finding.fix

    def test_a_pipeline_variable_is_a_finding(self, factory: Factory) -> None:
        """A name that is known in a run only cannot be checked before it."""
        variable = factory.sdk.ParameterString("P", default_value="p")
        step = factory.step("Processing", "Pre", variable)
        for policy in (None, "team-a"):
            assert ["PFX004"] == codes(factory.pipeline([step], policy).check())

    def test_boundaries_of_the_limits(self, factory: Factory) -> None:
        """38 and 6 characters fit, 39 and 7 do not."""
        for step_type, limit in (("Processing", 38), ("Tuning", 6)):
            fits = factory.step(step_type, "Fits", "x" * limit)
            over = factory.step(step_type, "Over", "x" * (limit + 1))
            assert "x" * limit == only_name(factory.pipeline([fits]).definition())
            assert ["PFX002"] == codes(factory.pipeline([over]).check())

    def test_all_that_is_wrong_is_said_at_once(self, factory: Factory) -> None:
        """One error has the findings of every step, the model without a name among them."""
        listed = [
            factory.step("Training", "Train", LONG_NAME),
            factory.step("Processing", "Pre", "a/b"),
            factory.step("Tuning", "Tune", "longish"),
            factory.step("Model", "Make"),
        ]
        with pytest.raises(PrefixViolation) as raised:
            factory.pipeline(listed).definition()
        assert ["PFX002", "PFX003", "PFX002", "PFX001"] == codes(raised.value.findings)
        text = " ".join(str(raised.value).split())
        for expected in ("Train", "50 characters", "takes 38", "a/b", "Fix:"):
            assert expected in text


class TestWarnings:
    """Findings with which a definition may be sent."""

    def test_the_same_prefix_twice_is_a_warning(self, factory: Factory) -> None:
        """Two steps may have the same job name."""
        pipeline = factory.pipeline([factory.step("Processing", name, "same") for name in "AB"])
        [finding] = pipeline.check()
        assert ("PFX007", "warning", "B") == (finding.code, finding.severity, finding.step)
        assert {"A": "same", "B": "same"} == job_names(pipeline.definition())

    def test_a_group_outside_the_policy_is_a_warning(self, factory: Factory) -> None:
        """A model in a group is governed by the group's name, which the prefix should cover."""
        outside = factory.step("RegisterModel", "Reg", group="models")
        inside = factory.step("RegisterModel", "Reg", group="team-a-models")
        assert ["PFX008"] == codes(factory.pipeline([outside], "team-a").check())
        assert [] == codes(factory.pipeline([inside], "team-a").check())

    def test_the_pipelines_own_name_is_a_warning(self, factory: Factory) -> None:
        """The service takes the name as it is; IAM's patterns may not cover it."""
        listed = [factory.step("Processing", "Pre", "x")]
        pipeline = factory.pipeline(listed, "team-a", name="abalone")
        [finding] = pipeline.check()
        assert ("PFX011", "warning", "abalone", "Pipeline") == (
            finding.code,
            finding.severity,
            finding.step,
            finding.step_type,
        )
        assert "'abalone', outside 'team-a'" in finding.message
        assert "team-a-x" == only_name(pipeline.definition())
        assert () == factory.pipeline(listed, "team-a", on=False, name="abalone").check()
        assert () == factory.pipeline(listed, name="abalone").check()
