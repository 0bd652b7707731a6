"""The levels of a policy file: which findings keep a definition from leaving, and which don't."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import Pipeline, PrefixPolicy, PrefixViolation, PrefixWarning
from sm_prefix_ext._sdk.catalogue import ROWS
from sm_prefix_ext.core.finding_levels import FindingLevel

from .cases import BAD, LONG, codes, job_names, make, only_name, pipeline
from .conftest import MAJOR
from .test_jobs import deployed, model, plain, with_nothing_sent  # noqa: F401 - a fixture

ROLE = "arn:aws:iam::111122223333:role/pipeline"

# Code -> the prefix of the policy, the kind of step, what is declared, the name that is sent.
ERRORS: dict[str, tuple[str, str, Any, Any]] = {
    "PFX001": ("", "Training", None, None),
    "PFX002": ("", "Processing", LONG, LONG),
    "PFX003": ("team-a", "Model", BAD, f"team-a-{BAD}"),
    "PFX009": ("", "Transform", "pipelines-x", "pipelines-x"),
    "PFX010": ("team-alpha", "Tuning", "tune", "tune"),
}

Policy = Callable[..., PrefixPolicy]


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    """Write a policy file with levels into the current folder, and read it."""

    def write(prefix: str, **levels: str) -> PrefixPolicy:
        head = f'prefix = "{prefix}"\n' if prefix else ""
        rows = "".join(f'{code} = "{level}"\n' for code, level in levels.items())
        file = tmp_path / "sm-prefix.toml"
        file.write_text(f"{head}[findings]\n{rows}", encoding="utf-8")
        return PrefixPolicy.from_file(file)

    return write


def listed(session: Any) -> list[str]:
    """The names of the pipelines in the account."""
    client = session.boto_session.client("sagemaker")
    return [row["PipelineName"] for row in client.list_pipelines()["PipelineSummaries"]]


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize("level", ["off", "warning", "error"])
def test_an_errors_level(
    code: str, level: str, sdk: ModuleType, session: Any, policy: Policy
) -> None:
    """Lowered, the definition leaves with the name as it was declared; raised, nothing does."""
    prefix, kind, declared, sent = ERRORS[code]
    step = make(sdk, session, kind, "My_Step", declared).step
    checked = pipeline(session, [step], policy(prefix, **{code: level}))
    if level == "error":
        assert [(code, "error")] == [(found.code, found.severity) for found in checked.check()]
        with pytest.raises(PrefixViolation, match=code):
            checked.upsert(ROLE)
        assert [] == listed(session)
        return
    rendering = checked.render()
    shown = [(code, "warning")] if level == "warning" else []
    assert shown == [(found.code, found.severity) for found in rendering.findings]
    off = [(code, FindingLevel("off"))] if level == "off" else []
    assert off == [(found.code, how) for found, how in rendering.switched_off]
    assert sent == only_name(checked.definition()) == only_name(rendering.definition)
    checked.upsert(ROLE)
    assert sent == only_name(checked.describe()["PipelineDefinition"])


@pytest.mark.parametrize("call", ["create", "update", "upsert"])
def test_a_warning_raised_to_an_error_blocks(
    call: str, sdk: ModuleType, session: Any, policy: Policy
) -> None:
    """Two steps under one prefix, and a pipeline's own name outside the policy."""
    steps = [make(sdk, session, "Processing", step, "same").step for step in ("A", "B")]
    quiet = policy("team-a", PFX007="off", PFX011="off")
    allowed = pipeline(session, steps, quiet, name="abalone")
    assert () == allowed.check()
    allowed.create(ROLE)
    stored = allowed.describe()["PipelineDefinition"]
    assert {"A": "team-a-same", "B": "team-a-same"} == job_names(stored)
    for code in ("PFX007", "PFX011"):
        refused = pipeline(session, steps, policy("team-a", **{code: "error"}), name="abalone")
        severities = {found.code: found.severity for found in refused.check()}
        others = {"PFX007": "warning", "PFX011": "warning"}
        assert {**others, code: "error"} == severities
        for sends in (refused.definition, getattr(refused, call)):
            with pytest.raises(PrefixViolation, match="1 finding of severity error"):
                sends(ROLE) if sends != refused.definition else sends()
    assert stored == allowed.describe()["PipelineDefinition"]


def test_a_pipelines_name_is_refused_before_code_is_uploaded(
    sdk: ModuleType, session: Any, policy: Policy, tmp_path: Path
) -> None:
    """What is known before rendering keeps everything from being sent."""
    code = tmp_path / "code.py"
    code.write_text("pass")
    step = sdk.processing(session, "Pre", "x").step
    refused = pipeline(session, [step], policy("team-a", PFX011="error"), name="abalone")
    rendered: list[Any] = []
    refused._as_the_sdk_renders = lambda *given: rendered.append(given)
    with pytest.raises(PrefixViolation, match="PFX011"):
        refused.definition()
    assert [] == rendered


def test_what_was_not_judged_is_never_sent(sdk: ModuleType, session: Any, policy: Policy) -> None:
    """A name that only the run knows, whatever levels a policy has."""
    step = make(sdk, session, "Processing", "Pre", sdk.ParameterString("P", default_value="p")).step
    given = policy("team-a")
    object.__setattr__(given, "levels", {"PFX004": FindingLevel("off")})
    checked = pipeline(session, [step], given)
    assert ["PFX004"] == codes(checked.check())
    with pytest.raises(PrefixViolation, match="PFX004"):
        checked.upsert(ROLE)
    assert [] == listed(session)


def test_the_levels_of_a_discovered_file(sdk: ModuleType, session: Any, policy: Policy) -> None:
    """They hold for a pipeline without a policy of its own, and for no other."""
    policy("", PFX001="off")
    step = make(sdk, session, "Training", "Train").step
    ours = Pipeline("team-a-p", steps=[step], sagemaker_session=session)
    assert None is only_name(ours.definition())
    assert ["PFX001"] == codes(pipeline(session, [step], PrefixPolicy()).check())


def test_a_definition_says_nothing_about_levels(
    sdk: ModuleType, session: Any, policy: Policy
) -> None:
    """Nor do a pipeline's parameters; only a policy file does."""
    levels = sdk.ParameterString("findings", default_value='{"PFX002": "off"}')
    step = make(sdk, session, "Training", "Train", LONG).step
    checked = pipeline(session, [step], policy(""))
    checked.parameters = [levels]
    assert ["PFX002"] == codes(checked.check())


def test_the_warnings_of_a_preflight(sdk: ModuleType, session: Any, policy: Policy) -> None:
    """They have the file's levels; the verdicts stay."""
    step = make(sdk, session, "Processing", "Pre", "x").step
    allow = {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}
    answers = {
        level: pipeline(session, [step], policy("team-a", PFX012=level)).preflight(
            role_policies={"all": {"Version": "2012-10-17", "Statement": [allow]}}, role_arn=ROLE
        )
        for level in ("off", "warning", "error")
    }
    severities = {
        level: [found.severity for found in answer.warnings if found.code == "PFX012"]
        for level, answer in answers.items()
    }
    assert {"off": [], "warning": ["warning"], "error": ["error"]} == severities
    assert answers["off"].rows == answers["error"].rows


# Job classes


def processor(session: Any, name: str) -> Any:
    """A drop-in processor."""
    from .test_jobs import make as make_job

    return make_job("Processor", session, base_job_name=name)


def test_a_constructor_obeys(session: Any, plain: Any, policy: Policy) -> None:  # noqa: F811
    """It raises for an error, warns of a warning, and is silent where the finding is off."""
    row = ROWS["Processor"]
    for of in (session, plain):
        policy("team-a")
        with pytest.raises(PrefixViolation, match="PFX003"):
            processor(of, BAD)
        policy("team-a", PFX003="warning")
        with pytest.warns(PrefixWarning, match=r"PFX003: Processor\(base_job_name=\) got") as seen:
            job = processor(of, BAD)
        assert {Path(__file__).with_name("test_jobs.py")} == {Path(one.filename) for one in seen}
        policy("team-a", PFX003="off")
        for made in (job, processor(of, BAD)):
            wanted = BAD if of is session else f"team-a-{BAD}"
            assert wanted == getattr(made, row.argument)


def test_a_full_name_may_be_an_error(plain: Any, policy: Policy) -> None:  # noqa: F811
    """By default it gives a warning, and where it is off not even that."""
    policy("team-a", PFX011="error", PFX008="error")
    job = model(plain)
    with pytest.raises(PrefixViolation, match=r"PFX011(?s:.)*endpoint_name"):
        with_nothing_sent(job.deploy, endpoint_name="other", **deployed())
    with pytest.raises(PrefixViolation, match=r"PFX008(?s:.)*model_package_group_name"):
        with_nothing_sent(job.register, model_package_group_name="other")
    policy("team-a", PFX011="off", PFX008="off")
    with warnings.catch_warnings():
        warnings.simplefilter("error", PrefixWarning)
        with_nothing_sent(job.deploy, endpoint_name="other", **deployed())
        with_nothing_sent(job.register, model_package_group_name="other")


@pytest.mark.skipif(MAJOR == 3, reason="v3 has no such method")
def test_a_refused_method_may_be_allowed(plain: Any, policy: Policy) -> None:  # noqa: F811
    """The SDK's own pipeline runs outside the prefix where the file accepts that."""
    policy("team-a")
    job = sm_prefix_ext.Transformer(
        model_name="m", instance_count=1, instance_type="ml.m5.large", sagemaker_session=plain
    )
    with pytest.raises(PrefixViolation, match="PFX006"):
        job.transform_with_monitoring(None, None, "s3://bucket/in")
    policy("team-a", PFX006="warning")
    with pytest.warns(PrefixWarning, match="PFX006"):
        with_nothing_sent(lambda: job.transform_with_monitoring(None, None, "s3://bucket/in"))


# v2's own model; pytest.warns() warns of it again, as of another module.
@pytest.mark.filterwarnings("ignore:primary_container is going to be:DeprecationWarning")
def test_a_job_that_a_method_starts_without_a_name(
    plain: Any,  # noqa: F811
    policy: Policy,
) -> None:
    """The SDK makes its name up where the file accepts that, here of an inference recommender."""
    policy("team-a")
    job = model(plain)
    with pytest.raises(PrefixViolation, match=r"PFX001(?s:.)*right_size\(job_name=\) is left out"):
        job.right_size()
    policy("team-a", PFX001="warning")
    with pytest.warns(PrefixWarning, match="PFX001"):
        with_nothing_sent(job.right_size)
    policy("team-a", PFX001="off")
    with warnings.catch_warnings():
        warnings.simplefilter("error", PrefixWarning)
        with_nothing_sent(job.right_size)


def test_a_tuner_without_a_short_prefix(plain: Any, policy: Policy) -> None:  # noqa: F811
    """It starts where the file accepts that, under the SDK's own name."""
    from .test_jobs import make as make_job

    policy("a-long-team")
    tuner = make_job("HyperparameterTuner", plain)
    start = tuner.fit if MAJOR == 2 else tuner.tune
    with pytest.raises(PrefixViolation, match="PFX010"):
        start()
    policy("a-long-team", PFX010="off")
    with_nothing_sent(start)


def test_the_guard(sdk: ModuleType, session: Any, policy: Policy) -> None:
    """It judges a pipeline's request under the levels of its own policy."""
    step = make(sdk, session, "Processing", "Pre", "x").step
    made = pipeline(session, [step], "team-b")
    with (
        sm_prefix_ext.guard(session, policy("team-a")),
        pytest.raises(PrefixViolation, match="PFX006"),
    ):
        made.create(ROLE)
    assert [] == listed(session)
    with (
        sm_prefix_ext.guard(session, policy("team-a", PFX006="warning")),
        pytest.warns(PrefixWarning, match="PFX006"),
    ):
        made.create(ROLE)
    assert ["team-b-x"] == [
        row["Arguments"]["ProcessingJobName"]
        for row in json.loads(made.describe()["PipelineDefinition"])["Steps"]
    ]
