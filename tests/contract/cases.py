"""What every supported SDK must do: outcomes in the compiled definition.

What one SDK can't do is declared at the top, with its reason.
"""

from __future__ import annotations

import copy
import json
import logging
import sys
from importlib.metadata import version
from types import ModuleType
from typing import Any

import pytest
from packaging.version import Version

from sm_prefix_ext import (
    Pipeline,
    PipelineDefinitionConfig,
    Plan,
    PrefixPolicy,
    PrefixViolation,
)
from sm_prefix_ext.cli import main
from sm_prefix_ext.core.definition import steps
from sm_prefix_ext.core.findings import ERROR
from sm_prefix_ext.core.step_types import KINDS
from sm_prefix_ext.enforcement.enforce import enforce

from .conftest import MAJOR

ROLE = "arn:aws:iam::111122223333:role/step"
LONG = "x" * 50
BAD = "bad_name!"

JOB_KINDS = [
    "Training",
    "Processing",
    "Transform",
    "Tuning",
    "AutoML",
    "QualityCheck",
    "ClarifyCheck",
    "Model",
    "RegisterModel",
]
# The kinds that the installed SDK itself can't make.
DEVIATIONS = {"AutoML"} if MAJOR == 3 else set()  # v3 has no class that makes an AutoML job
if MAJOR == 3 and Version(version("sagemaker-mlops")) < Version("1.10"):
    # Its quality check leaves out a field that sagemaker-core requires; seen at 1.1.1 to 1.9.0.
    DEVIATIONS.add("QualityCheck")
HAS_FUNCTIONS = MAJOR == 3 or Version(version("sagemaker")) >= Version("2.199")
HAS_FOR_EACH = MAJOR == 3 and Version(version("sagemaker-mlops")) >= Version("1.27")


MADE_KINDS = [kind for kind in JOB_KINDS if kind not in DEVIATIONS]
# A registration without a package name goes into a group.
NAMED_KINDS = [kind for kind in MADE_KINDS if kind != "RegisterModel"]
LONG_KINDS = [kind for kind in MADE_KINDS if not KINDS[kind].short]


@pytest.fixture(params=MADE_KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Every kind of job that the installed SDK can make."""
    return request.param


def make(sdk: ModuleType, session: Any, kind: str, step: str, name: Any = None) -> Any:
    """A step of a kind, made with the SDK's own classes."""
    return sdk.KINDS[kind](session, step, name)


def nested(sdk: ModuleType, step: Any) -> list[Any]:
    """A step two conditions deep."""
    inner = sdk.condition("Inner", [step], [sdk.fail("Stop")])
    return [sdk.condition("Outer", [inner])]


def pipeline(
    session: Any, listed: list[Any], policy: Any = None, on: bool = True, name: str = ""
) -> Pipeline:
    """A drop-in pipeline, whose own name carries the policy's prefix unless one is given."""
    config = PipelineDefinitionConfig(on, policy=policy or PrefixPolicy())
    prefix = config.policy.prefix if config.policy else None
    return Pipeline(
        name or (f"{prefix}-pipeline" if prefix else "a-pipeline"),
        steps=listed,
        sagemaker_session=session,
        pipeline_definition_config=config,
    )


def job_names(definition: str) -> dict[str, Any]:
    """Path of each job step -> its name in the definition."""
    return {
        view.path: view.job_name
        for view in steps(json.loads(definition))
        if view.kind is not None and view.kind.makes_job
    }


def only_name(definition: str) -> Any:
    """The one job's name in a definition."""
    [name] = job_names(definition).values()
    return name


def codes(checked: Any) -> list[str]:
    """The codes of findings."""
    return [finding.code for finding in checked]


# How a job's name comes about


def test_declared_name_carries_the_policys_prefix(sdk: ModuleType, session: Any, kind: str) -> None:
    """A declared name comes out joined to the prefix, two conditions deep."""
    made = make(sdk, session, kind, "My_Step", "x")
    checked = pipeline(session, nested(sdk, made.step), PrefixPolicy("ta-m", short_prefix="ta-m"))
    assert ("ta-m-x", ()) == (only_name(checked.definition()), checked.check())


def test_declared_name_stands_without_a_policy(sdk: ModuleType, session: Any, kind: str) -> None:
    """Without a policy's prefix the declared name is the name."""
    made = make(sdk, session, kind, "My_Step", "nice")
    assert "nice" == only_name(pipeline(session, nested(sdk, made.step)).definition())


@pytest.mark.parametrize("kind", NAMED_KINDS)
def test_nothing_declared_takes_prefix_and_step_name(
    sdk: ModuleType, session: Any, kind: str
) -> None:
    """With a policy a job that nobody named gets the prefix and the step's name."""
    made = make(sdk, session, kind, "My_Step")
    wanted = "team-a" if KINDS[kind].short else "team-a-My-Step"
    assert wanted == only_name(pipeline(session, nested(sdk, made.step), "team-a").definition())


@pytest.mark.parametrize("kind", NAMED_KINDS)
def test_nothing_declared_is_a_finding_without_a_policy(
    sdk: ModuleType, session: Any, kind: str
) -> None:
    """Without a policy a job that nobody named keeps the definition from leaving."""
    made = make(sdk, session, kind, "My_Step")
    checked = pipeline(session, nested(sdk, made.step))
    assert ["PFX001"] == codes(checked.check())
    with pytest.raises(PrefixViolation):
        checked.definition()


@pytest.mark.parametrize("policy", [None, "team-a"])
def test_too_long_is_a_finding_that_says_how_long(
    sdk: ModuleType, session: Any, kind: str, policy: str | None
) -> None:
    """A name of 50 characters is said to be 50 long, with the limit; it is never cut."""
    made = make(sdk, session, kind, "My_Step", LONG)
    found = pipeline(session, nested(sdk, made.step), policy).check()
    if policy and KINDS[kind].short:
        assert () == found  # the short prefix goes without the name where that doesn't fit
        return
    [finding] = found
    assert "PFX002" == finding.code
    assert "50 characters" in finding.message
    assert f"takes {KINDS[kind].prefix_limit} " in finding.message
    assert finding.step.startswith("Outer/if/Inner/if/My_Step")


@pytest.mark.parametrize("policy", [None, "team-a"])
def test_bad_characters_are_a_finding(
    sdk: ModuleType, session: Any, kind: str, policy: str | None
) -> None:
    """A name that no job could carry is refused, not rewritten."""
    made = make(sdk, session, kind, "My_Step", BAD)
    found = pipeline(session, nested(sdk, made.step), policy).check()
    assert "PFX003" in codes(found)
    assert all(finding.severity == ERROR for finding in found)


def test_the_templates_slash_is_explained(sdk: ModuleType, session: Any) -> None:
    """``f"{prefix}/train"``, as AWS's project templates write it, is a finding that says why."""
    made = make(sdk, session, "Training", "Train", "abalone/train")
    [finding] = pipeline(session, [made.step]).check()
    assert "PFX003" == finding.code
    assert "no path" in finding.message
    assert "'abalone-train'" in finding.fix


def test_a_pipeline_variable_is_a_finding(sdk: ModuleType, session: Any) -> None:
    """A name that only the run knows can't be checked before it."""
    made = make(sdk, session, "Processing", "Pre", sdk.ParameterString("P", default_value="p"))
    for policy in (None, "team-a"):
        assert ["PFX004"] == codes(pipeline(session, [made.step], policy).check())


def test_boundaries_of_the_limits(sdk: ModuleType, session: Any) -> None:
    """38 and 6 characters pass, 39 and 7 don't."""
    for kind, limit in (("Processing", 38), ("Tuning", 6)):
        fits = make(sdk, session, kind, "Fits", "x" * limit)
        over = make(sdk, session, kind, "Over", "x" * (limit + 1))
        assert "x" * limit == only_name(pipeline(session, [fits.step]).definition())
        assert ["PFX002"] == codes(pipeline(session, [over.step]).check())


def test_all_that_is_wrong_is_said_at_once(sdk: ModuleType, session: Any) -> None:
    """Findings of every step come together, the model without a name among them."""
    listed = [
        make(sdk, session, "Training", "Train", LONG).step,
        make(sdk, session, "Processing", "Pre", "a/b").step,
        make(sdk, session, "Tuning", "Tune", "longish").step,
        make(sdk, session, "Model", "Make").step,
    ]
    with pytest.raises(PrefixViolation) as raised:
        pipeline(session, listed).definition()
    assert ["PFX002", "PFX003", "PFX002", "PFX001"] == codes(raised.value.findings)
    text = " ".join(str(raised.value).split())
    for said in ("Train", "50 characters", "takes 38", "a/b", "Fix:"):
        assert said in text


@pytest.mark.parametrize("kind", LONG_KINDS)
def test_a_name_that_looks_like_a_timestamp_is_kept(
    sdk: ModuleType, session: Any, kind: str
) -> None:
    """The SDK takes what looks like a timestamp off a name; here it stays."""
    name = "m-2024-01-01-10-20-30-123"
    made = make(sdk, session, kind, "My_Step", name)
    assert name == only_name(pipeline(session, [made.step]).definition())


def test_a_name_given_at_the_call_wins(sdk: ModuleType, session: Any) -> None:
    """``run(job_name=)`` is what the user said last."""
    made = sdk.processing(session, "Pre", "base", job_name="at-call")
    assert "team-a-at-call" == only_name(pipeline(session, [made.step], "team-a").definition())


def test_the_same_prefix_twice_is_a_warning(sdk: ModuleType, session: Any) -> None:
    """Two steps under one prefix may leave, with a warning."""
    listed = [make(sdk, session, "Processing", step, "same").step for step in ("A", "B")]
    checked = pipeline(session, listed)
    [finding] = checked.check()
    assert ("PFX007", "warning", "B") == (finding.code, finding.severity, finding.step)
    assert {"A": "same", "B": "same"} == job_names(checked.definition())


def test_a_group_outside_the_policy_is_a_warning(sdk: ModuleType, session: Any) -> None:
    """A model in a group goes by the group's name, which the prefix should cover."""
    outside = sdk.register(session, "Reg", group="models")
    inside = sdk.register(session, "Reg", group="team-a-models")
    assert ["PFX008"] == codes(pipeline(session, [outside.step], "team-a").check())
    assert [] == codes(pipeline(session, [inside.step], "team-a").check())


def test_the_pipelines_own_name_is_a_warning(sdk: ModuleType, session: Any) -> None:
    """The service takes it as it is, so the definition leaves; IAM's patterns may not cover it."""
    made = make(sdk, session, "Processing", "Pre", "x")
    checked = pipeline(session, [made.step], "team-a", name="abalone")
    [finding] = checked.check()
    assert ("PFX011", "warning", "abalone", "Pipeline") == (
        finding.code,
        finding.severity,
        finding.step,
        finding.step_type,
    )
    assert "'abalone', outside 'team-a'" in finding.message
    assert "team-a-x" == only_name(checked.definition())
    assert () == pipeline(session, [made.step], "team-a", on=False, name="abalone").check()
    assert () == pipeline(session, [made.step], name="abalone").check()


@pytest.mark.skipif(not HAS_FUNCTIONS, reason="this SDK has no @step")
def test_function_steps(sdk: ModuleType, session: Any) -> None:
    """An ``@step`` function's job_name_prefix is its name; a step only referred to counts too."""
    named = sdk.function("Named", "calc")
    unnamed = sdk.function("Unnamed")
    listed = [named.step, unnamed.step]
    assert {"Named": "team-a-calc", "Unnamed": "team-a-Unnamed"} == job_names(
        pipeline(session, listed, "team-a").definition()
    )
    assert ["PFX001"] == codes(pipeline(session, listed).check())


@pytest.mark.skipif(not HAS_FOR_EACH, reason="this SDK has no ForEach step")
def test_for_each(sdk: ModuleType, session: Any) -> None:
    """The jobs in the body of a ForEach step are named as others are."""
    body = make(sdk, session, "Training", "Train", "t").step
    checked = pipeline(session, [sdk.for_each("Loop", ["a", "b"], [body])], "team-a")
    assert {"Loop/each/Train": "team-a-t"} == job_names(checked.definition())


@pytest.mark.skipif(not HAS_FUNCTIONS, reason="this SDK asks for every step to be listed")
def test_a_step_that_is_only_depended_on_is_named(sdk: ModuleType, session: Any) -> None:
    """The SDK pulls in a step that another one refers to; its declared name comes with it."""
    first = make(sdk, session, "Processing", "First", "one").step
    second = make(sdk, session, "Processing", "Second", "two").step
    second.add_depends_on([first])
    assert {"Second": "team-a-two", "First": "team-a-one"} == job_names(
        pipeline(session, [second], "team-a").definition()
    )


# Rendering leaves no traces


@pytest.mark.parametrize("before", ["ours-off", "ours-on", "sdk-off", "sdk-on"])
def test_names_come_out_right_whatever_was_rendered_before(
    sdk: ModuleType, session: Any, kind: str, before: str
) -> None:
    """Off, on, by the SDK or by us, in any order: the declared name is what counts."""
    made = make(sdk, session, kind, "My_Step", "nice")
    if before.startswith("ours"):
        pipeline(session, [made.step], on=before == "ours-on").definition()
    else:
        config = sdk.SdkDefinitionConfig(use_custom_job_prefix=before == "sdk-on")
        sdk.SdkPipeline(
            "p",
            steps=[made.step],
            sagemaker_session=session,
            pipeline_definition_config=config,
        ).definition()
    checked = pipeline(session, [made.step])
    if (before, kind) == ("sdk-off", "RegisterModel"):
        # The SDK threw away the only place where the name stood; that is said, not papered over.
        assert ["PFX001"] == codes(checked.check())
        return
    assert "nice" == only_name(checked.definition())
    assert "nice" == only_name(checked.definition())


def test_an_undeclared_name_stays_undeclared(sdk: ModuleType, session: Any) -> None:
    """The stand-in that the SDK writes into the user's object is not taken for the user's word."""
    made = make(sdk, session, "Training", "Train")
    config = sdk.SdkDefinitionConfig(use_custom_job_prefix=True)
    sdk.SdkPipeline(
        "p", steps=[made.step], sagemaker_session=session, pipeline_definition_config=config
    ).definition()
    assert made.job.base_job_name in ("img", "img-job")
    assert ["PFX001"] == codes(pipeline(session, [made.step]).check())
    assert "team-a-Train" == only_name(pipeline(session, [made.step], "team-a").definition())


def test_the_sdks_own_names_are_seen_in_its_definitions(
    sdk: ModuleType, session: Any, kind: str
) -> None:
    """Whatever the SDK makes up with its prefixing on is no name that anybody chose."""
    if kind in ("RegisterModel", "Transform") or (kind, MAJOR) == ("Model", 2):
        return  # the first has a group then; for the others the SDK raises
    made = make(sdk, session, kind, "St")
    theirs = sdk.SdkPipeline(
        "p",
        steps=[made.step],
        sagemaker_session=session,
        pipeline_definition_config=sdk.SdkDefinitionConfig(use_custom_job_prefix=True),
    )
    found = enforce(json.loads(theirs.definition()), PrefixPolicy())[1]
    assert ["PFX001"] == codes(found)


@pytest.mark.parametrize("kind", ["Processing", "Training", "ClarifyCheck"])
def test_what_only_looks_like_a_stand_in_is_kept(sdk: ModuleType, session: Any, kind: str) -> None:
    """The name counts as the SDK's only where the SDK would give it to this very job."""
    of_the_other_major = "img" if MAJOR == 3 else "img-job"
    names = {"Processing": "img-job", "Training": of_the_other_major, "ClarifyCheck": "clarify"}
    name = names[kind]
    made = make(sdk, session, kind, "St", name)
    assert name == only_name(pipeline(session, [made.step]).definition())
    assert f"team-a-{name}" == only_name(pipeline(session, [made.step], "team-a").definition())


@pytest.mark.parametrize("policy", [None, "team-a"])
def test_a_stand_in_that_was_declared_is_named_in_the_finding(
    sdk: ModuleType, session: Any, policy: str | None
) -> None:
    """A user who wrote just that is told why it doesn't count."""
    made = make(sdk, session, "Processing", "St", "img")
    checked = pipeline(session, [made.step], policy)
    if policy:
        assert "team-a-St" == only_name(checked.definition())
        return
    [finding] = checked.check()
    assert ("PFX001", True) == (finding.code, "'img' is what the SDK calls" in finding.message)


@pytest.mark.skipif(MAJOR == 3, reason="SDK v3 has no such classes")
def test_names_that_v2_writes_into_models_and_transformers(sdk: ModuleType, session: Any) -> None:
    """``PipelineModel`` gets its image and the time, a transformer its collection's name."""
    unnamed = sdk.pipeline_model(session, "Mod")
    assert ["PFX001"] == codes(pipeline(session, [unnamed.step]).check())
    named = only_name(pipeline(session, [unnamed.step], "team-a").definition())
    assert "team-a-Mod" == named
    both = pipeline(session, [sdk.estimator_transformer(session, "My_ET")], "team-a")
    assert {"team-a-My-ETCreateModelStep", "team-a-My-ETTransformStep"} == set(
        job_names(both.definition()).values()
    )


def _plain(value: Any, depth: int = 0) -> Any:
    """A deep picture of the SDK's objects, to compare two states with."""
    if isinstance(value, dict):
        return {str(key): _plain(inner, depth) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, depth) for inner in value]
    of_sdk = type(value).__module__.startswith("sagemaker")
    if of_sdk and depth < 4 and "session" not in type(value).__name__.lower():
        return {
            key: _plain(inner, depth + 1)
            for key, inner in vars(value).items()
            if key != "_properties"
        }
    return repr(value) if isinstance(value, (str, int, float, bool, type(None))) else id(value)


def test_the_users_objects_are_never_changed(sdk: ModuleType, session: Any, kind: str) -> None:
    """Step and job object are the same, attribute by attribute, after check and definition."""
    made = make(sdk, session, kind, "My_Step", "nice")
    before = _plain([made.step, made.job])
    checked = pipeline(session, [made.step], PrefixPolicy("ta", step_roles={"*": ROLE}))
    checked.check()
    first = checked.definition()
    assert before == _plain([made.step, made.job])
    assert json.loads(first) == json.loads(checked.definition())


def test_off_is_what_the_sdk_renders(sdk: ModuleType, session: Any, kind: str) -> None:
    """With prefixing off the definition is the SDK's, byte for byte."""
    made = make(sdk, session, kind, "My_Step", "nice")
    ours = pipeline(session, [made.step], "team-a", on=False, name="a-pipeline").definition()
    config = sdk.SdkDefinitionConfig(use_custom_job_prefix=False)
    theirs = sdk.SdkPipeline(
        "a-pipeline",
        steps=[made.step],
        sagemaker_session=session,
        pipeline_definition_config=config,
    ).definition()
    assert json.loads(theirs) == json.loads(ours)


def test_only_names_and_roles_differ_from_the_sdk(sdk: ModuleType, session: Any) -> None:
    """With prefixing on, nothing but the names differs from what the SDK renders."""
    made = make(sdk, session, "Processing", "Pre", "nice")
    ours = json.loads(pipeline(session, [made.step], "team-a").definition())
    config = sdk.SdkDefinitionConfig(use_custom_job_prefix=True)
    theirs = json.loads(
        sdk.SdkPipeline(
            "a-pipeline",
            steps=[made.step],
            sagemaker_session=session,
            pipeline_definition_config=config,
        ).definition()
    )
    assert "team-a-nice" == ours["Steps"][0]["Arguments"].pop("ProcessingJobName")
    theirs["Steps"][0]["Arguments"].pop("ProcessingJobName")
    assert theirs == ours


def test_the_sdk_does_not_say_that_it_drops_the_name(
    sdk: ModuleType, session: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The SDK's warning about dropped names would be false with prefixing on; off, it stays."""
    logging.getLogger("sagemaker").setLevel(logging.WARNING)
    made = make(sdk, session, "Processing", "Pre", "nice")
    with caplog.at_level(logging.WARNING):
        pipeline(session, [made.step]).definition()
        assert [] == [r for r in caplog.records if "Popping out" in r.getMessage()]
        pipeline(session, [made.step], on=False).definition()
        assert [] != [r for r in caplog.records if "Popping out" in r.getMessage()]


# Step roles


@pytest.mark.parametrize("on", [True, False])
def test_step_roles_of_every_kind(sdk: ModuleType, session: Any, kind: str, on: bool) -> None:
    """The policy's role is in every role field, with prefixing on or off."""
    made = make(sdk, session, kind, "My_Step", "x")
    policy = PrefixPolicy("ta", step_roles={kind: ROLE})
    definition = json.loads(pipeline(session, nested(sdk, made.step), policy, on=on).definition())
    [view] = [v for v in steps(definition) if v.kind and v.kind.makes_job]
    text = json.dumps(view.arguments)
    if KINDS[kind].role_fields:
        assert ROLE in text
        assert "role/given" not in text
    else:
        assert ROLE not in text


@pytest.mark.parametrize("kind", ["Model", "RegisterModel"])
def test_step_roles_by_the_name_that_the_user_gave(
    sdk: ModuleType, session: Any, kind: str
) -> None:
    """v2 makes steps of other names out of a model step; the policy's file is one for both."""
    made = make(sdk, session, kind, "Make", "x")
    policy = PrefixPolicy("ta", step_roles={"Make": ROLE})
    definition = json.loads(pipeline(session, nested(sdk, made.step), policy).definition())
    [view] = [v for v in steps(definition) if v.kind and v.kind.makes_job]
    assert (ROLE in json.dumps(view.arguments)) is bool(KINDS[kind].role_fields)


def test_without_a_policys_role_the_definitions_role_stays(sdk: ModuleType, session: Any) -> None:
    """A role that the policy doesn't name is left as the user gave it."""
    made = make(sdk, session, "Training", "Train", "x")
    policy = PrefixPolicy(step_roles={"Other": ROLE})
    definition = json.loads(pipeline(session, [made.step], policy).definition())
    assert "arn:aws:iam::111122223333:role/given" == definition["Steps"][0]["Arguments"]["RoleArn"]


# The pipeline class


def test_prefixing_is_on_by_default(sdk: ModuleType, session: Any) -> None:
    """A pipeline without a definition config has ours; one with None has it too."""
    made = make(sdk, session, "Processing", "Pre", "nice")
    for given in ({}, {"pipeline_definition_config": None}):
        checked = Pipeline(name="p", steps=[made.step], sagemaker_session=session, **given)
        assert isinstance(checked.pipeline_definition_config, PipelineDefinitionConfig)
        assert "nice" == only_name(checked.definition())


def test_a_config_of_the_sdks_own_is_accepted(
    sdk: ModuleType, session: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK's config switches prefixing; the policy is then the discovered one."""
    (tmp_path / "sm-prefix.toml").write_text('prefix = "found"\n')
    monkeypatch.chdir(tmp_path)
    made = make(sdk, session, "Processing", "Pre", "nice")
    for on, wanted in ((True, "found-nice"), (False, None)):
        config = sdk.SdkDefinitionConfig(use_custom_job_prefix=on)
        checked = Pipeline(
            name="p",
            steps=[made.step],
            sagemaker_session=session,
            pipeline_definition_config=config,
        )
        assert wanted == only_name(checked.definition())


def test_our_classes_are_the_sdks(sdk: ModuleType, session: Any) -> None:
    """``isinstance`` with the SDK's classes holds."""
    checked = Pipeline(name="p", steps=[], sagemaker_session=session)
    assert isinstance(checked, sdk.SdkPipeline)
    assert isinstance(checked.pipeline_definition_config, sdk.SdkDefinitionConfig)


def test_positional_arguments_reach_the_sdks_constructor(sdk: ModuleType, session: Any) -> None:
    """The signature is the SDK's."""
    made = make(sdk, session, "Processing", "Pre", "nice")
    parameter = sdk.ParameterString("P", default_value="p")
    checked = Pipeline("name", [parameter], None, steps=[made.step], sagemaker_session=session)
    assert ("name", [parameter]) == (checked.name, checked.parameters)


class Calls:
    """The AWS calls of a session, by operation, and what to answer to them."""

    def __init__(self, session: Any) -> None:
        self.seen: list[str] = []
        for client in (session.sagemaker_client, session.boto_session.client("s3")):
            client.meta.events.register("before-call", self._note)
        self._s3 = session.boto_session.events
        self._s3.register("before-call", self._note)

    def _note(self, model: Any, **_: Any) -> None:
        self.seen.append(model.name)


@pytest.mark.parametrize("call", ["definition", "create", "update", "upsert"])
def test_nothing_is_sent_when_something_is_wrong(
    sdk: ModuleType, session: Any, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every way out raises before any request; uploads and the role check count."""
    monkeypatch.setenv("SAGEMAKER_VALIDATE_ROLE", "true")
    listed = [
        sdk.processing(session, f"Pre{i}", LONG, arguments=["x" * 60_000]).step for i in range(2)
    ]
    broken = pipeline(session, listed)
    calls = Calls(session)
    with pytest.raises(PrefixViolation) as raised:
        if call == "definition":
            broken.definition()
        else:
            getattr(broken, call)(role_arn=ROLE)
    assert 2 == len(raised.value.findings)
    assert [] == calls.seen


def test_create_toggle_update_upsert(sdk: ModuleType, session: Any) -> None:
    """Prefixing goes off and on as the developer guide shows, and what is stored follows."""
    made = make(sdk, session, "Processing", "Pre", "nice")
    toggled = pipeline(session, [made.step], "team-a")

    def stored() -> Any:
        return only_name(toggled.describe()["PipelineDefinition"])

    toggled.create(ROLE)
    assert "team-a-nice" == stored()
    toggled.pipeline_definition_config = PipelineDefinitionConfig(use_custom_job_prefix=False)
    toggled.update(ROLE)
    assert stored() is None
    toggled.pipeline_definition_config = PipelineDefinitionConfig(policy="team-b")
    toggled.upsert(ROLE)
    assert "team-b-nice" == stored()
    assert toggled.start().arn.startswith("arn:aws:sagemaker:us-east-1:")


def test_all_else_is_sent_as_the_sdk_sends_it(sdk: ModuleType, session: Any) -> None:
    """Parallelism, tags, parameters, selective execution: the requests are the SDK's own."""

    def requests_of(made: Any) -> list[tuple[str, Any]]:
        sent: list[tuple[str, Any]] = []

        def note(params: dict[str, Any], model: Any, **_: Any) -> None:
            left_out = ("PipelineDefinition", "ClientRequestToken")
            given = {key: value for key, value in params.items() if key not in left_out}
            sent.append((model.name, given))

        parallel = {"MaxParallelExecutionSteps": 3}
        events = session.sagemaker_client.meta.events
        events.register("provide-client-params.sagemaker", note)
        try:
            made.upsert(ROLE, "what it is", [{"Key": "k", "Value": "v"}], parallel)
            made.update(ROLE, parallelism_config=parallel)
            execution = made.start({"Input": "s3://other"}, "name", "why", parallel)
            chosen = sdk.SelectiveExecutionConfig(["Pre"], execution.arn)
            made.start(selective_execution_config=chosen)
        finally:
            events.unregister("provide-client-params.sagemaker", note)
        session.sagemaker_client.delete_pipeline(PipelineName="p", ClientRequestToken="x" * 32)
        return sent

    given = {
        "name": "p",
        "parameters": [sdk.ParameterString("Input", default_value="s3://in")],
        "steps": [make(sdk, session, "Processing", "Pre", "nice").step],
        "sagemaker_session": session,
    }
    ours = requests_of(Pipeline(**given))
    theirs = requests_of(sdk.SdkPipeline(**given))
    for sent in (ours, theirs):  # the source execution is another one each time
        del sent[-1][1]["SelectiveExecutionConfig"]["SourcePipelineExecutionArn"]
    assert theirs == ours
    started = [params for name, params in ours if name == "StartPipelineExecution"]
    assert {"MaxParallelExecutionSteps": 3} == started[0]["ParallelismConfiguration"]
    assert [{"Name": "Input", "Value": "s3://other"}] == started[0]["PipelineParameters"]
    assert [{"StepName": "Pre"}] == started[1]["SelectiveExecutionConfig"]["SelectedSteps"]


def test_triggers(sdk: ModuleType, session: Any) -> None:
    """A schedule is put on the pipeline that we made."""
    triggers = pytest.importorskip(
        f"{sdk.SdkPipeline.__module__.rpartition('.')[0]}.triggers",
        reason="this SDK has no triggers",
    )
    scheduled = pipeline(session, [make(sdk, session, "Processing", "Pre", "nice").step], "team-a")
    scheduled.create(ROLE)
    [arn] = scheduled.put_triggers([triggers.PipelineSchedule("daily", rate=(1, "days"))], ROLE)
    scheduler = session.boto_session.client("scheduler")
    target = scheduler.get_schedule(Name="daily")["Target"]["Arn"]
    assert (True, True) == (arn.endswith("/daily"), target.endswith(":pipeline/team-a-pipeline"))


def test_upsert_of_an_existing_pipeline_renders_once(
    sdk: ModuleType, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK renders twice, for the create that is refused and for the update."""
    made = make(sdk, session, "Processing", "Pre", "nice")
    upserted = pipeline(session, [made.step])
    upserted.create(ROLE)
    rendered = []
    sdks_own = sdk.SdkPipeline.definition
    monkeypatch.setattr(
        sdk.SdkPipeline, "definition", lambda self: rendered.append(self) or sdks_own(self)
    )
    upserted.upsert(ROLE)
    assert 1 == len(rendered)


def test_a_large_definition_goes_to_s3_enforced(sdk: ModuleType, session: Any) -> None:
    """From 100 KB on the definition that lands in the bucket is the enforced one."""
    listed = [
        sdk.processing(session, f"Pre{i}", f"n{i}", arguments=["x" * 60_000]).step for i in range(2)
    ]
    large = pipeline(session, listed, "team-a")
    large.upsert(ROLE)
    s3 = session.boto_session.client("s3")
    [stored] = s3.list_objects_v2(Bucket="bucket")["Contents"]
    body = s3.get_object(Bucket="bucket", Key=stored["Key"])["Body"].read()
    assert json.loads(large.definition()) == json.loads(body)


def test_a_copy_and_a_subclass_work(sdk: ModuleType, session: Any) -> None:
    """A user's own subclass and a shallow copy enforce as well."""

    class Mine(Pipeline):
        pass

    made = make(sdk, session, "Processing", "Pre", LONG)
    mine = Mine(name="p", steps=[made.step], sagemaker_session=session)
    for checked in (mine, copy.copy(mine)):
        with pytest.raises(PrefixViolation):
            checked.upsert(ROLE)


def test_plan_of_a_pipeline(sdk: ModuleType, session: Any) -> None:
    """The plan has the composed prefix, the region and the account of the roles."""
    made = make(sdk, session, "Processing", "Pre", "nice")
    planned = pipeline(session, [made.step], "team-a").plan()
    assert isinstance(planned, Plan)
    [job] = planned
    arn = "arn:aws:sagemaker:us-east-1:111122223333:processing-job/team-a-nice-*"
    assert ("Pre", "Processing", "team-a-nice", arn) == (
        job.step,
        job.step_type,
        job.prefix,
        job.arn_pattern,
    )
    assert "arn:aws:iam::111122223333:role/given" == job.role_arn


def test_local_mode(sdk: ModuleType, session: Any) -> None:
    """A local pipeline session takes the enforced pipeline, and refuses a broken one."""
    local = sdk.local_session(session.boto_session)
    fine = pipeline(local, [sdk.fail("Stop")], "team-a")
    execution = sdk.run_locally(fine)
    assert "Stop" == execution.list_steps()["PipelineExecutionSteps"][0]["StepName"]
    made = make(sdk, session, "Processing", "Pre", LONG)
    with pytest.raises(PrefixViolation):
        pipeline(local, [made.step]).create(ROLE)


def test_every_step_type_has_a_row(sdk: ModuleType) -> None:
    """A step type of the SDK that the table lacks fails here, before it slips through."""
    assert set() == {kind.value for kind in sdk.StepTypeEnum} - set(KINDS)


# The command, on pipelines in a module


@pytest.fixture
def module(sdk: ModuleType, session: Any, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module ``pipelines``, with pipelines of ours and the SDK's in it."""
    listed = [make(sdk, session, "Processing", "Pre", "nice").step]
    given = {"name": "theirs", "steps": listed, "sagemaker_session": session}
    made = ModuleType("pipelines")
    made.ours = pipeline(session, listed, "team-a")
    made.broken = pipeline(session, [make(sdk, session, "Processing", "Pre", LONG).step])
    made.theirs = sdk.SdkPipeline(pipeline_definition_config=sdk.SdkDefinitionConfig(True), **given)
    made.off = sdk.SdkPipeline(**given)

    def build() -> Pipeline:
        print("building")
        return made.ours

    made.build = build
    monkeypatch.setitem(sys.modules, "pipelines", made)
    return made


@pytest.mark.parametrize(
    ("arguments", "status", "found"),
    [
        ("ours", 0, []),
        ("build", 0, []),
        ("ours --prefix team-b", 0, ["PFX011"]),
        ("broken --declared-only", 1, ["PFX002"]),
        ("theirs --declared-only", 0, []),
        ("theirs --prefix nice", 0, ["PFX011"]),
        ("theirs --prefix team-b", 1, ["PFX011", "PFX006"]),
        ("off --declared-only", 1, ["PFX019"]),
    ],
)
def test_the_command_checks_pipelines(
    module: ModuleType,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    status: int,
    found: list[str],
) -> None:
    """Ours are enforced; the SDK's own are judged as they stand."""
    with pytest.raises(SystemExit) as ended:
        main(f"check --format json pipelines:{arguments}".split(" "))
    said = json.loads(capsys.readouterr().out)["findings"]
    assert (status, found) == (ended.value.code, [finding["code"] for finding in said])


@pytest.mark.parametrize(
    ("arguments", "status", "prefix"),
    [
        ("ours", 0, "team-a-nice"),
        ("ours --prefix team-b", 0, "team-b-nice"),
        ("theirs", 0, "nice"),
        ("off", 0, None),
        ("broken", 1, None),
    ],
)
def test_the_command_plans_pipelines(
    module: ModuleType,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    status: int,
    prefix: str | None,
) -> None:
    """The plan has the session's region; a broken pipeline has findings in its place."""
    with pytest.raises(SystemExit) as ended:
        main(f"plan --format json pipelines:{arguments}".split(" "))
    said = json.loads(capsys.readouterr().out)
    assert status == ended.value.code
    assert {"findings" if status else "jobs"} == set(said)
    for job in said.get("jobs", ()):
        assert prefix == job["prefix"]
        assert job["arn_pattern"].startswith("arn:aws:sagemaker:us-east-1:111122223333:")
