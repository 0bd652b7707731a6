"""Job names and roles of whole definitions, on plain dicts."""

from __future__ import annotations

import copy
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.definition import steps
from sm_prefix_ext.core.findings import CATALOGUE, has_errors
from sm_prefix_ext.core.step_types import JOB_KINDS, KINDS, Kind
from sm_prefix_ext.enforcement.enforce import enforce, enforce_in_place
from sm_prefix_ext.enforcement.name_rules import Declared, Location, compose_name

ROLE = "arn:aws:iam::111122223333:role/step"
NONE, SHORT, LONG = (
    PrefixPolicy(),
    PrefixPolicy("team-a"),
    PrefixPolicy("team-alpha", short_prefix="ta"),
)
each_job_kind = pytest.mark.parametrize("kind", JOB_KINDS, ids=lambda kind: kind.step_type)


def document(*listed: dict[str, Any]) -> dict[str, Any]:
    """Return a definition with the steps."""
    return {"Version": "2020-12-01", "Steps": list(listed)}


def step(name: str, step_type: str, **arguments: Any) -> dict[str, Any]:
    """Return a step."""
    return {"Name": name, "Type": step_type, "Arguments": arguments}


def named(kind: Kind, policy: PrefixPolicy, name: Any, **how: Any) -> tuple[Any, list[str]]:
    """Return the name of the only job after enforcing, and the codes."""
    definition, declared = document(step("My_Step", kind.step_type)), Declared(name, "X(n=)")
    definition, findings = enforce(definition, policy, {"My_Step": declared}, **how)
    return definition["Steps"][0]["Arguments"].get(kind.name_field), [f.code for f in findings]


@each_job_kind
def test_a_declared_name(kind: Kind) -> None:
    """The prefix precedes it, the short one only where no other fits; without one it stays."""
    assert ("nice", []) == named(kind, NONE, "nice")
    short = kind.short
    assert ("team-a" if short else "team-a-nice", []) == named(kind, SHORT, "nice")
    assert ("ta" if short else "team-alpha-nice", []) == named(kind, LONG, "nice")
    assert ("ta-x" if short else "team-alpha-x", []) == named(kind, LONG, "x")
    carried = "ta-abc" if short else "team-alpha-abc"
    assert (carried, []) == named(kind, LONG, carried)


@each_job_kind
@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_declared(kind: Kind, nothing: Any) -> None:
    """With a policy the name is the prefix and the step's name; without one it is a finding."""
    assert (None, ["PFX001"]) == named(kind, NONE, nothing)
    wanted = "ta" if kind.short else "team-alpha-My-Step"
    assert (wanted, []) == named(kind, LONG, nothing)


@each_job_kind
def test_limits(kind: Kind) -> None:
    """A name at the limit passes; a longer one has a finding with both numbers."""
    limit = kind.prefix_limit
    assert ("x" * limit, []) == named(kind, NONE, "x" * limit)
    assert ["PFX002"] == named(kind, NONE, "x" * (limit + 1))[1]
    if not kind.short:
        room = limit - len("team-a-")
        assert ("team-a-" + "x" * room, []) == named(kind, SHORT, "x" * room)
        _, [finding] = enforce(
            document(step("S", kind.step_type)), SHORT, {"S": Declared("x" * 50, "X(n=)")}
        )
        for words in ("X(n=)", "50 characters", "57 with the prefix", "takes 38", kind.step_type):
            assert words in finding.message
        assert f"Shorten it to {room} characters or fewer." == finding.fix


@each_job_kind
@pytest.mark.parametrize("policy", [NONE, SHORT, LONG])
@pytest.mark.parametrize("name", ["a/b", "x_y", "end-", "-start", "é"])
def test_bad_characters(kind: Kind, policy: PrefixPolicy, name: str) -> None:
    """A bad character is a finding, with or without a policy; no name is rewritten."""
    assert ["PFX003"] == named(kind, policy, name)[1]


@each_job_kind
@pytest.mark.parametrize("policy", [NONE, SHORT, LONG])
def test_expressions(kind: Kind, policy: PrefixPolicy) -> None:
    """A name that only a run determines can't be checked."""
    assert ["PFX004"] == named(kind, policy, {"Get": "Parameters.P"})[1]


def test_all_that_is_wrong_with_a_name() -> None:
    """One finding states both the length and the characters."""
    assert ["PFX003", "PFX002"] == named(KINDS["Training"], NONE, "_" * 50)[1]


@pytest.mark.parametrize(
    ("prefix", "step_name", "wanted"),
    [
        ("team-a", "Train_Model_v2", "team-a-Train-Model-v2"),
        ("team-a", "ATrainStepWithALongName", "team-a-ATrainStepWithALongName"),
        ("team-a", "ATrainStepWithALon_-g", "team-a-ATrainStepWithALon--g"),
        ("team-a", "x" * 31, "team-a-" + "x" * 31),
        ("team-a", "x" * 32, "team-a-" + "x" * 25 + "-c62e4"),
        ("team-a", "_" * 32, "team-a"),
        ("team-a", "x" * 24 + "_" + "x" * 24, "team-a-" + "x" * 24 + "-2ef1f"),
        ("team-a", "__", "team-a"),
        ("x" * 33, "Train", "x" * 33 + "-e99c"),
        ("x" * 36, "Train", "x" * 36 + "-e"),
        ("x" * 37, "Train", "x" * 37),
        ("x" * 38, "Train", "x" * 38),
    ],
)
def test_what_fits_of_a_steps_name(prefix: str, step_name: str, wanted: str) -> None:
    """The whole name, else its beginning and a hash; hyphens replace other characters."""
    definition, findings = enforce(document(step(step_name, "Training")), PrefixPolicy(prefix), {})
    assert (wanted, ()) == (definition["Steps"][0]["Arguments"]["TrainingJobName"], findings)


def test_a_name_that_was_judged_for_another_step_type() -> None:
    """The name is judged again, as the limits differ."""
    judged = {("Training", "T"): "team-a-churn"}
    for step_type, wanted in (("Training", "team-a-churn"), ("Tuning", "team-a")):
        definition = document(step("T", step_type))
        findings = enforce_in_place(definition, PrefixPolicy("team-a"), {}, names=judged)
        arguments = definition["Steps"][0]["Arguments"]
        assert (wanted, ()) == (arguments[KINDS[step_type].name_field], findings)


def test_without_a_short_prefix() -> None:
    """A step type with a limit of 6 needs a short prefix."""
    assert ["PFX010"] == named(KINDS["Tuning"], PrefixPolicy("team-alpha"), "hpo")[1]
    assert ["PFX010"] == named(KINDS["Tuning"], PrefixPolicy("team-alpha"), None)[1]
    for name, got in (
        ("hpo", "HyperparameterTuner() got 'hpo', which no "),
        (None, "In a pipeline, "),
    ):
        declared = Declared(name, "HyperparameterTuner()")
        place = Location("Tune", "Tuning")
        [finding] = compose_name(place, KINDS["Tuning"], declared, PrefixPolicy("team-alpha"))[1]
        assert finding.message.startswith(got)


def test_one_character_is_one() -> None:
    """Messages use the singular for one character."""
    policy = PrefixPolicy("x" * 36)
    [finding] = compose_name(
        Location("P", "Processing"), KINDS["Processing"], Declared("ab"), policy
    )[1]
    assert "Shorten it to 1 character or fewer." == finding.fix


def test_reserved() -> None:
    """``pipelines`` is reserved for the service, unless a prefix precedes it."""
    assert ["PFX009"] == named(KINDS["Training"], NONE, "pipelines-x")[1]
    assert ("team-a-pipelines-x", []) == named(KINDS["Training"], SHORT, "pipelines-x")


def test_stand_ins_count_as_not_declared() -> None:
    """A generated name counts if the user declared it or it has the policy's prefix."""
    checked = step("S", "QualityCheck", ProcessingJobName="baseline-job")
    [finding] = enforce(document(checked), NONE)[1]
    assert "PFX001" == finding.code
    assert finding.message.startswith("'baseline-job' is the SDK's generated name")
    assert () == enforce(document(checked), NONE, {"S": Declared("baseline-job")})[1]
    assert () == enforce(document(checked), PrefixPolicy("baseline"))[1]
    definition, findings = enforce(document(checked), SHORT, {})
    assert ("team-a-S", ()) == (definition["Steps"][0]["Arguments"]["ProcessingJobName"], findings)


def test_a_lost_name_is_a_finding() -> None:
    """No name replaces one that the SDK removed."""
    declared = {"S": Declared(None, "register()", lost=True)}
    for policy in (NONE, SHORT):
        [finding] = enforce(document(step("S", "RegisterModel")), policy, declared)[1]
        assert "PFX001" == finding.code
        assert "removes the name" in finding.message


@pytest.mark.parametrize(
    ("name", "policy", "codes"),
    [
        ("team-a-x", SHORT, []),
        ("team-a", SHORT, []),
        ("team-ab", SHORT, ["PFX006"]),
        ("other", SHORT, ["PFX006"]),
        (None, SHORT, ["PFX001"]),
        (None, NONE, ["PFX001"]),
        ("other", NONE, []),
        ("x" * 39, NONE, ["PFX002"]),
        ("a/b", SHORT, ["PFX003", "PFX006"]),
        ({"Get": "x"}, SHORT, ["PFX004"]),
    ],
)
def test_final_definitions_are_judged_as_they_stand(
    name: Any, policy: PrefixPolicy, codes: list[str]
) -> None:
    """A final definition is judged, and not changed."""
    before = document(step("S", "Training", **({"TrainingJobName": name} if name else {})))
    after, findings = enforce(before, policy)
    assert (codes, before) == ([f.code for f in findings], after)


def test_prefixing_off_leaves_names_alone() -> None:
    """Roles still apply, and an unknown step type is still a finding."""
    before = document(step("S", "Training", TrainingJobName="a/b"), step("T", "New"))
    policy = PrefixPolicy("t", step_roles={"*": ROLE})
    definition, findings = enforce(before, policy, {}, prefixing=False)
    assert {"TrainingJobName": "a/b", "RoleArn": ROLE} == definition["Steps"][0]["Arguments"]
    assert ["PFX005"] == [f.code for f in findings]


def test_step_roles() -> None:
    """The role replaces every role field, expressions too, of step types that have one."""
    policy = PrefixPolicy(step_roles={"*": ROLE})
    definitions = {"TrainingJobDefinitions": [{"RoleArn": "a"}, {"RoleArn": {"Get": "b"}}]}
    before = document(
        step("A", "Model"),
        step("B", "Tuning", **definitions),
        step("C", "Tuning", TrainingJobDefinition={}),
        step("D", "Transform"),
        step("E", "RegisterModel"),
        step("F", "Lambda"),
    )
    definition, _ = enforce(before, policy, {}, prefixing=False)
    assert [
        {"ExecutionRoleArn": ROLE},
        {"TrainingJobDefinitions": [{"RoleArn": ROLE}, {"RoleArn": ROLE}]},
        {"TrainingJobDefinition": {"RoleArn": ROLE}},
        {},
        {},
        {},
    ] == [rendered["Arguments"] for rendered in definition["Steps"]]


def test_alike_prefixes_and_groups_are_warnings() -> None:
    """Equal prefixes and groups outside the policy are warnings."""
    before = document(
        step("A", "Training", TrainingJobName="x"),
        step("C", "Condition", IfSteps=[step("B", "Processing", ProcessingJobName="x")]),
        step("D", "RegisterModel", ModelPackageGroupName="models"),
        step("E", "RegisterModel", ModelPackageGroupName={"Get": "Parameters.G"}),
        step("F", "RegisterModel", ModelPackageGroupName="team-a-models"),
    )
    _, findings = enforce(before, SHORT, {})
    assert [("PFX007", "C/if/B"), ("PFX008", "D"), ("PFX008", "E")] == [
        (f.code, f.step) for f in findings
    ]
    assert not has_errors(findings)


def test_unknown_step_types_are_errors_wherever_they_are() -> None:
    """Jobs of an unknown step type can't be judged."""
    definition = document(step("C", "Condition", ElseSteps=[step("N", "New")]))
    [finding] = enforce(definition, NONE)[1]
    assert ("PFX005", "error", "C/else/N", "New") == (
        finding.code,
        finding.severity,
        finding.step,
        finding.step_type,
    )


JUNK = st.none() | st.text(max_size=50) | st.just({"Get": "Parameters.P"})
PLAIN = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=50)


def _steps(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda name, a, b: step(name, "Condition", IfSteps=a, ElseSteps=b),
        PLAIN,
        st.lists(children, max_size=3),
        st.lists(children, max_size=3),
    )


JOBS = st.builds(
    lambda name, kind, declared, group: step(
        name,
        kind.step_type,
        **({kind.name_field: declared} if declared is not None else {}),
        **({"ModelPackageGroupName": group} if group and kind.step_type == "RegisterModel" else {}),
    ),
    PLAIN,
    st.sampled_from(JOB_KINDS),
    JUNK,
    st.none() | PLAIN,
)
OTHERS = st.builds(
    step, PLAIN, st.sampled_from([k.step_type for k in KINDS.values() if not k.makes_job] + ["New"])
)
DEFINITIONS = st.builds(
    lambda listed: document(*listed),
    st.lists(st.recursive(JOBS | OTHERS, _steps, max_leaves=6), max_size=4),
)
POLICIES = st.sampled_from([NONE, SHORT, LONG, PrefixPolicy("team-alpha"), PrefixPolicy("a")])


@given(DEFINITIONS, POLICIES, st.booleans())
def test_no_job_comes_out_outside_the_policy_unsaid(
    definition: dict[str, Any], policy: PrefixPolicy, final: bool
) -> None:
    """Without an error every job is inside the policy, and the input is unchanged."""
    before = copy.deepcopy(definition)
    enforced, findings = enforce(definition, policy, None if final else {})
    assert before == definition
    assert (enforced, findings) == enforce(definition, policy, None if final else {})
    assert all(CATALOGUE[f.code][0] == f.severity for f in findings)
    wrong = {f.step for f in findings if f.severity == "error"}
    for view in steps(enforced):
        if view.kind is None:
            assert view.path in wrong
        elif view.kind.makes_job and view.group_name is None and view.path not in wrong:
            name = view.job_name
            assert isinstance(name, str)
            assert len(name) <= view.kind.prefix_limit
            prefix = policy.prefix_for(view.kind)
            assert (prefix is None and policy.prefix is None) or (prefix and prefix.covers(name))


@pytest.mark.parametrize(
    ("step_type", "field"),
    [
        ("Endpoint", "EndpointName"),
        ("EndpointConfig", "EndpointConfigName"),
        ("InferenceComponent", "InferenceComponentName"),
    ],
)
def test_full_names_outside_the_policy_are_warnings(step_type: str, field: str) -> None:
    """Full names are never changed; one outside the policy has a warning."""
    before = document(step("S", step_type, **{field: "other"}))
    after, findings = enforce(before, SHORT, {})
    assert before == after
    [finding] = findings
    assert ("PFX011", "warning", "S", step_type) == (
        finding.code,
        finding.severity,
        finding.step,
        finding.step_type,
    )
    assert f"{field} is 'other', outside 'team-a'" in finding.message
    assert "'team-a-other'" in finding.fix
    expression = document(step("S", step_type, **{field: {"Get": "Parameters.Name"}}))
    assert ["PFX011"] == [finding.code for finding in enforce(expression, SHORT, {})[1]]
    inside = document(step("S", step_type, **{field: "team-a-x"}))
    for unharmed, policy, prefixing in ((inside, SHORT, True), (before, NONE, True)):
        assert () == enforce(unharmed, policy, {}, prefixing=prefixing)[1]
    assert () == enforce(before, SHORT, {}, prefixing=False)[1]


def test_the_policys_file_is_named(tmp_path: Any) -> None:
    """A finding that the policy causes names the policy's file."""
    file = tmp_path / "sm-prefix.toml"
    file.write_text('prefix = "a-long-team"\n', encoding="utf-8")
    policy = PrefixPolicy.from_file(file)
    for kind, name in (("Training", "x" * 50), ("Training", "x_y"), ("Tuning", "x")):
        declared = {"S": Declared(name, "X(n=)")}
        [finding] = enforce(document(step("S", kind)), policy, declared)[1]
        assert "The prefix 'a-long-team' is required by sm-prefix.toml." in finding.fix
        assert "sm-prefix.toml" not in finding.message
