"""Findings about names: errors and warnings."""

from __future__ import annotations

import pytest

from sm_prefix_ext import PrefixViolation
from sm_prefix_ext.core.findings import ERROR
from sm_prefix_ext.core.step_types import KINDS

from .factory import Factory, codes, job_names, only_name

LONG_NAME = "x" * 50
BAD_NAME = "bad_name!"


class TestErrors:
    """Findings that block a definition."""

    @pytest.mark.parametrize("policy", [None, "team-a"])
    def test_a_declared_name_over_the_limit_is_reported(
        self, factory: Factory, step_type: str, policy: str | None
    ) -> None:
        """The message states the limit and the length."""
        step = factory.step(step_type, "My_Step", LONG_NAME)
        findings = factory.pipeline(factory.nested(step), policy).check()
        if policy and KINDS[step_type].short:
            assert () == findings  # the job name is the short prefix alone
            return
        [finding] = findings
        assert "PFX002" == finding.code
        assert "50 characters" in finding.message
        assert f"takes {KINDS[step_type].prefix_limit} " in finding.message
        assert finding.step.startswith("Outer/if/Inner/if/My_Step")

    @pytest.mark.parametrize("policy", [None, "team-a"])
    def test_a_declared_name_with_bad_characters_is_reported(
        self, factory: Factory, step_type: str, policy: str | None
    ) -> None:
        """The finding is an error with every policy."""
        step = factory.step(step_type, "My_Step", BAD_NAME)
        findings = factory.pipeline(factory.nested(step), policy).check()
        assert "PFX003" in codes(findings)
        assert all(finding.severity == ERROR for finding in findings)

    def test_a_slash_in_a_declared_name_is_explained(self, factory: Factory) -> None:
        """AWS's project templates have ``f"{prefix}/train"``."""
        step = factory.step("Training", "Train", "abalone/train")
        [finding] = factory.pipeline([step]).check()
        assert "PFX003" == finding.code
        assert "is not a path" in finding.message
        assert "'abalone-train'" in finding.fix

    def test_a_pipeline_variable_as_a_name_is_reported(self, factory: Factory) -> None:
        """Its value is known only in a run."""
        variable = factory.sdk.ParameterString("P", default_value="p")
        step = factory.step("Processing", "Pre", variable)
        for policy in (None, "team-a"):
            assert ["PFX004"] == codes(factory.pipeline([step], policy).check())

    def test_a_name_of_the_limit_fits_and_one_character_more_does_not(
        self, factory: Factory
    ) -> None:
        """The limits are 38 characters and 6."""
        for step_type, limit in (("Processing", 38), ("Tuning", 6)):
            fits = factory.step(step_type, "Fits", "x" * limit)
            over = factory.step(step_type, "Over", "x" * (limit + 1))
            assert "x" * limit == only_name(factory.pipeline([fits]).definition())
            assert ["PFX002"] == codes(factory.pipeline([over]).check())

    def test_one_error_has_all_findings(self, factory: Factory) -> None:
        """Each step has one, the model without a name included."""
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


class TestPicture:
    """The picture of a pipeline whose names are refused."""

    def test_findings_draw_the_pipeline(self, factory: Factory) -> None:
        """The step with a wrong name is red, and every step shows the name of its job."""
        prepare = factory.step("Processing", "Prepare", "prepare")
        train = factory.step("Training", "Train", "a/b")
        train.add_depends_on([prepare])
        pipeline = factory.pipeline([prepare, train], "team-a")
        with pytest.raises(PrefixViolation) as raised:
            pipeline.plan()
        for shown in (pipeline.check(), pipeline.render(), raised.value.findings):
            graph = shown.report().graph
            tones = {node.title: (node.tone, node.lines[0]) for node in graph.nodes}
            assert {
                "Prepare": ("neutral", "team-a-prepare"),
                "Train": ("bad", "team-a-a/b"),
            } == tones
            assert [("Prepare", "Train")] == [(edge.tail, edge.head) for edge in graph.edges]
            assert shown.report(drawn=False).graph is None

    def test_what_the_sdk_can_not_render_has_no_picture(
        self, factory: Factory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The findings are there all the same."""
        pipeline = factory.pipeline([factory.step("Training", "Train", "a/b")])

        def fails(*_: object, **__: object) -> str:
            raise TypeError("The name is no text.")

        monkeypatch.setattr("sm_prefix_ext.dropin.pipeline.render", fails)
        findings = pipeline.check()
        assert ["PFX003"] == codes(findings)
        assert findings.report().graph is None


class TestWarnings:
    """Findings that do not block a definition."""

    def test_two_steps_with_one_job_name_give_a_warning(self, factory: Factory) -> None:
        """``definition()`` does not raise."""
        pipeline = factory.pipeline([factory.step("Processing", name, "same") for name in "AB"])
        [finding] = pipeline.check()
        assert ("PFX007", "warning", "B") == (finding.code, finding.severity, finding.step)
        assert {"A": "same", "B": "same"} == job_names(pipeline.definition())

    def test_a_group_outside_the_policy_gives_a_warning(self, factory: Factory) -> None:
        """IAM controls a model in a group by the group's name."""
        outside = factory.step("RegisterModel", "Reg", group="models")
        inside = factory.step("RegisterModel", "Reg", group="team-a-models")
        assert ["PFX008"] == codes(factory.pipeline([outside], "team-a").check())
        assert [] == codes(factory.pipeline([inside], "team-a").check())

    def test_a_pipeline_name_outside_the_policy_gives_a_warning(self, factory: Factory) -> None:
        """Without a prefix, or with prefixing off, there is no warning."""
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
