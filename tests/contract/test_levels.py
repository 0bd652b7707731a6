"""The levels of findings that a policy file sets."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import Pipeline, PrefixPolicy, PrefixViolation, PrefixWarning
from sm_prefix_ext._sdk.catalogue import ROWS
from sm_prefix_ext.core.finding_levels import FindingLevel
from sm_prefix_ext.core.findings import Finding

from ..installed import MAJOR
from .deviations import needs
from .factory import Factory, codes, job_names, only_name
from .job_classes import JobFactory
from .requests_sent import requests_sent, until_sent

LONG = "x" * 50
BAD = "bad_name!"
ROLE = "arn:aws:iam::111122223333:role/pipeline"

# Code -> the prefix of the policy, the step type, the declared name, the name that is sent.
ERRORS: dict[str, tuple[str, str, Any, Any]] = {
    "PFX001": ("", "Training", None, None),
    "PFX002": ("", "Processing", LONG, LONG),
    "PFX003": ("team-a", "Model", BAD, f"team-a-{BAD}"),
    "PFX009": ("", "Transform", "pipelines-x", "pipelines-x"),
    "PFX010": ("team-alpha", "Tuning", "tune", "tune"),
}

DEPLOYMENT: dict[str, Any] = (
    {"initial_instance_count": 1, "instance_type": "ml.m5.large", "wait": False}
    if MAJOR == 2
    else {}
)
"""The arguments of ``deploy()`` without a name."""

Policy = Callable[..., PrefixPolicy]


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    """Writes a policy file with levels into the current folder, and reads it."""

    def write(prefix: str, **levels: str) -> PrefixPolicy:
        head = f'prefix = "{prefix}"\n' if prefix else ""
        rows = "".join(f'{code} = "{level}"\n' for code, level in levels.items())
        file = tmp_path / "sm-prefix.toml"
        file.write_text(f"{head}[findings]\n{rows}", encoding="utf-8")
        return PrefixPolicy.from_file(file)

    return write


def listed(factory: Factory) -> list[str]:
    """The names of the pipelines in the account."""
    client = factory.session.boto_session.client("sagemaker")
    return [row["PipelineName"] for row in client.list_pipelines()["PipelineSummaries"]]


def severities(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """The code and the severity of each finding."""
    return [(finding.code, finding.severity) for finding in findings]


class TestPipelines:
    """Levels of the findings about a pipeline."""

    @pytest.mark.parametrize("code", ERRORS)
    @pytest.mark.parametrize("level", ["off", "warning", "error"])
    def test_the_level_of_an_error_decides_what_is_sent(
        self, code: str, level: str, factory: Factory, policy: Policy
    ) -> None:
        """A lowered error sends the declared name unchanged; an error sends nothing."""
        prefix, step_type, declared, sent = ERRORS[code]
        step = factory.step(step_type, "My_Step", declared)
        checked = factory.pipeline([step], policy(prefix, **{code: level}))
        if level == "error":
            assert [(code, "error")] == severities(checked.check())
            with pytest.raises(PrefixViolation, match=code):
                checked.upsert(ROLE)
            assert [] == listed(factory)
            return
        rendering = checked.render()
        shown = [(code, "warning")] if level == "warning" else []
        assert shown == severities(rendering.findings)
        off = [(code, FindingLevel("off"))] if level == "off" else []
        assert off == [(finding.code, level_of) for finding, level_of in rendering.switched_off]
        assert sent == only_name(checked.definition()) == only_name(rendering.definition)
        checked.upsert(ROLE)
        assert sent == only_name(checked.describe()["PipelineDefinition"])

    @pytest.mark.parametrize("call", ["create", "update", "upsert"])
    def test_a_warning_raised_to_an_error_blocks(
        self, call: str, factory: Factory, policy: Policy
    ) -> None:
        """The warnings are PFX007, two steps with one name, and PFX011, the pipeline's name."""
        steps = [factory.step("Processing", step, "same") for step in ("A", "B")]
        quiet = policy("team-a", PFX007="off", PFX011="off")
        allowed = factory.pipeline(steps, quiet, name="abalone")
        assert () == allowed.check()
        allowed.create(ROLE)
        stored = allowed.describe()["PipelineDefinition"]
        assert {"A": "team-a-same", "B": "team-a-same"} == job_names(stored)
        for code in ("PFX007", "PFX011"):
            refused = factory.pipeline(steps, policy("team-a", **{code: "error"}), name="abalone")
            expected = {"PFX007": "warning", "PFX011": "warning", code: "error"}
            assert expected == dict(severities(refused.check()))
            with pytest.raises(PrefixViolation, match="1 finding of severity error"):
                refused.definition()
            with pytest.raises(PrefixViolation, match="1 finding of severity error"):
                getattr(refused, call)(ROLE)
        assert stored == allowed.describe()["PipelineDefinition"]

    def test_a_pipeline_name_is_refused_before_rendering(
        self, factory: Factory, policy: Policy
    ) -> None:
        """The SDK, which would upload code, does not render the pipeline."""
        step = factory.step("Processing", "Pre", "x")
        refused = factory.pipeline([step], policy("team-a", PFX011="error"), name="abalone")
        rendered: list[Any] = []
        refused._rendered_by_sdk = lambda *given: rendered.append(given)
        with pytest.raises(PrefixViolation, match="PFX011"):
            refused.definition()
        assert [] == rendered

    def test_a_name_that_cannot_be_checked_blocks_at_any_level(
        self, factory: Factory, policy: Policy
    ) -> None:
        """PFX004, a pipeline variable as a name, is an error at every level."""
        step = factory.step(
            "Processing", "Pre", factory.sdk.ParameterString("P", default_value="p")
        )
        given = policy("team-a")
        object.__setattr__(given, "levels", {"PFX004": FindingLevel("off")})
        checked = factory.pipeline([step], given)
        assert ["PFX004"] == codes(checked.check())
        with pytest.raises(PrefixViolation, match="PFX004"):
            checked.upsert(ROLE)
        assert [] == listed(factory)

    def test_levels_of_a_discovered_file_apply_without_an_own_policy(
        self, factory: Factory, policy: Policy
    ) -> None:
        """A pipeline with a policy of its own ignores them."""
        policy("", PFX001="off")
        step = factory.step("Training", "Train")
        pipeline = Pipeline("team-a-p", steps=[step], sagemaker_session=factory.session)
        assert None is only_name(pipeline.definition())
        assert ["PFX001"] == codes(factory.pipeline([step], PrefixPolicy()).check())

    def test_a_pipeline_parameter_sets_no_levels(self, factory: Factory, policy: Policy) -> None:
        """Only a policy file sets levels."""
        levels = factory.sdk.ParameterString("findings", default_value='{"PFX002": "off"}')
        step = factory.step("Training", "Train", LONG)
        checked = factory.pipeline([step], policy(""))
        checked.parameters = [levels]
        assert ["PFX002"] == codes(checked.check())

    def test_levels_apply_to_the_warnings_of_a_preflight(
        self, factory: Factory, policy: Policy
    ) -> None:
        """The verdicts stay the same."""
        step = factory.step("Processing", "Pre", "x")
        allow = {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}
        answers = {
            level: factory.pipeline([step], policy("team-a", PFX012=level)).preflight(
                role_policies={"all": {"Version": "2012-10-17", "Statement": [allow]}},
                role_arn=ROLE,
            )
            for level in ("off", "warning", "error")
        }
        by_level = {
            level: [finding.severity for finding in answer.warnings if finding.code == "PFX012"]
            for level, answer in answers.items()
        }
        assert {"off": [], "warning": ["warning"], "error": ["error"]} == by_level
        assert answers["off"].rows == answers["error"].rows


class TestJobClasses:
    """Levels of findings about job objects and guarded requests."""

    def test_a_constructor_raises_warns_or_is_silent_by_level(
        self, in_pipeline: JobFactory, outside: JobFactory, policy: Policy
    ) -> None:
        """The finding is PFX003, as an error, a warning and switched off."""
        row = ROWS["Processor"]
        for jobs in (in_pipeline, outside):
            policy("team-a")
            with pytest.raises(PrefixViolation, match="PFX003"):
                jobs.make("Processor", base_job_name=BAD)
            policy("team-a", PFX003="warning")
            with pytest.warns(
                PrefixWarning, match=r"PFX003: Processor\(base_job_name=\) got"
            ) as seen:
                job = jobs.make("Processor", base_job_name=BAD)
            assert {Path(__file__).with_name("job_classes.py")} == {
                Path(warning.filename) for warning in seen
            }
            policy("team-a", PFX003="off")
            for processor in (job, jobs.make("Processor", base_job_name=BAD)):
                expected = BAD if jobs is in_pipeline else f"team-a-{BAD}"
                assert expected == getattr(processor, row.argument)

    def test_levels_apply_to_full_names(self, outside: JobFactory, policy: Policy) -> None:
        """The default is a warning; here it is an error, and switched off."""
        policy("team-a", PFX011="error", PFX008="error")
        job = outside.model()
        with pytest.raises(PrefixViolation, match=r"PFX011(?s:.)*endpoint_name"):
            until_sent(job.deploy, endpoint_name="other", **DEPLOYMENT)
        with pytest.raises(PrefixViolation, match=r"PFX008(?s:.)*model_package_group_name"):
            until_sent(job.register, model_package_group_name="other")
        policy("team-a", PFX011="off", PFX008="off")
        with warnings.catch_warnings():
            warnings.simplefilter("error", PrefixWarning)
            until_sent(job.deploy, endpoint_name="other", **DEPLOYMENT)
            until_sent(job.register, model_package_group_name="other")

    @needs("transform_with_monitoring()")
    def test_a_level_can_allow_a_refused_method(self, outside: JobFactory, policy: Policy) -> None:
        """The SDK's own pipeline, which has no prefix, starts with a warning."""
        policy("team-a")
        job = sm_prefix_ext.Transformer(
            model_name="m",
            instance_count=1,
            instance_type="ml.m5.large",
            sagemaker_session=outside.session,
        )
        with pytest.raises(PrefixViolation, match="PFX006"):
            job.transform_with_monitoring(None, None, "s3://bucket/in")
        policy("team-a", PFX006="warning")
        with pytest.warns(PrefixWarning, match="PFX006"):
            until_sent(lambda: job.transform_with_monitoring(None, None, "s3://bucket/in"))

    # v2's own model warns, and pytest.warns() repeats the warning for another module.
    @pytest.mark.filterwarnings("ignore:primary_container is going to be:DeprecationWarning")
    def test_levels_apply_to_a_method_without_a_job_name(
        self,
        outside: JobFactory,
        policy: Policy,
    ) -> None:
        """``right_size()`` starts an inference recommender's job with a generated name."""
        policy("team-a")
        job = outside.model()
        with pytest.raises(
            PrefixViolation, match=r"PFX001(?s:.)*right_size\(job_name=\) is omitted"
        ):
            job.right_size()
        policy("team-a", PFX001="warning")
        with pytest.warns(PrefixWarning, match="PFX001"):
            until_sent(job.right_size)
        policy("team-a", PFX001="off")
        with warnings.catch_warnings():
            warnings.simplefilter("error", PrefixWarning)
            until_sent(job.right_size)

    def test_a_level_can_allow_a_tuner_without_a_short_prefix(
        self, outside: JobFactory, policy: Policy
    ) -> None:
        """The tuner's request is sent."""
        policy("a-long-team")
        start = outside.start(outside.make("HyperparameterTuner"))
        with pytest.raises(PrefixViolation, match="PFX010"):
            start()
        policy("a-long-team", PFX010="off")
        with requests_sent() as sent:
            until_sent(start)
        assert "CreateHyperParameterTuningJob" in sent

    def test_levels_apply_to_a_guarded_request(self, factory: Factory, policy: Policy) -> None:
        """The guard uses the levels of its own policy, not of the pipeline's."""
        step = factory.step("Processing", "Pre", "x")
        pipeline = factory.pipeline([step], "team-b")
        with (
            sm_prefix_ext.guard(factory.session, policy("team-a")),
            pytest.raises(PrefixViolation, match="PFX006"),
        ):
            pipeline.create(ROLE)
        assert [] == listed(factory)
        with (
            sm_prefix_ext.guard(factory.session, policy("team-a", PFX006="warning")),
            pytest.warns(PrefixWarning, match="PFX006"),
        ):
            pipeline.create(ROLE)
        assert ["team-b-x"] == [
            row["Arguments"]["ProcessingJobName"]
            for row in json.loads(pipeline.describe()["PipelineDefinition"])["Steps"]
        ]
