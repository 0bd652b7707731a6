"""What findings say and propose: causes, expressions, and fixes that can be applied."""

from __future__ import annotations

import string
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.declared import (
    DROPPED_BY_SDK,
    PREFIXING_OFF,
    Declared,
    name_arguments,
    same_prefix_fix,
)
from sm_prefix_ext.core.expressions import described
from sm_prefix_ext.core.findings import Location
from sm_prefix_ext.core.job_names import invalid_characters, step_part
from sm_prefix_ext.core.step_types import FULL_NAME_LIMITS, GROUPS, JOB_KINDS, KINDS, Kind
from sm_prefix_ext.enforcement.full_names import check_full_name, check_step_name
from sm_prefix_ext.enforcement.name_rules import Remedy, compose_name, compose_with_remedies

TRAINING = KINDS["Training"]
PLACE = Location("Train", "Training", "Train")
NAMES = st.from_regex(r"[A-Za-z0-9](-*[A-Za-z0-9]){0,45}", fullmatch=True)
ANY_NAMES = NAMES | st.text(string.ascii_letters + string.digits + "-_/. é", max_size=50)
ANY_NAMES |= st.builds(lambda a, b: a + b, st.sampled_from(["team-a-", "pipelines-", "t-"]), NAMES)
PREFIXES = st.from_regex(r"[a-o](-?[a-z0-9]){0,37}", fullmatch=True).filter(lambda p: len(p) <= 38)
POLICIES = st.just(PrefixPolicy()) | st.builds(PrefixPolicy, PREFIXES | st.just("team-a"))
POLICIES |= st.builds(lambda p: PrefixPolicy(p, short_prefix="t"), PREFIXES)


@given(ANY_NAMES | st.none(), st.sampled_from(JOB_KINDS), POLICIES, st.booleans())
def test_applying_a_fix_removes_its_finding(
    name: str | None, kind: Kind, policy: PrefixPolicy, composes: bool
) -> None:
    """A proposed name, length, omission or short prefix removes the finding."""
    location = Location("S", kind.step_type, "S")

    def remedies(name: str | None, policy: PrefixPolicy = policy) -> list[tuple[str, Remedy]]:
        declared = Declared(name, "X(n=)")
        faults = compose_with_remedies(location, kind, declared, policy, composes=composes)[1]
        return [(finding.code, remedy) for finding, remedy in faults if remedy.text == finding.fix]

    for code, remedy in remedies(name):
        if remedy.name is not None:
            assert code not in [again for again, _ in remedies(remedy.name)], remedy
            assert not remedy.name or repr(remedy.name) in remedy.text
        if remedy.most is not None:
            assert str(remedy.most) in remedy.text and remedy.begins in remedy.text
            longest = (remedy.begins + "x" * remedy.most)[: remedy.most].rstrip("-")
            assert code not in [again for again, _ in remedies(longest)], remedy
        if remedy.short_prefix:
            helped = PrefixPolicy(policy.prefix, short_prefix="tttttt")
            assert code not in [again for again, _ in remedies(name, helped)]
        assert (remedy.name, remedy.most, remedy.short_prefix) != (None, None, False) or (
            code == "PFX009"
        )


@given(ANY_NAMES, st.sampled_from(JOB_KINDS), POLICIES, st.booleans())
def test_a_proposed_name_has_nothing_wrong_with_it(
    name: str, kind: Kind, policy: PrefixPolicy, composes: bool
) -> None:
    """A proposed name is valid with its prefix; none is proposed where none can be."""
    location = Location("S", kind.step_type, "S")
    for finding, remedy in compose_with_remedies(
        location, kind, Declared(name), policy, composes=composes
    )[1]:
        if ", such as '" in finding.fix:
            assert remedy.name
            assert (
                ()
                == compose_name(location, kind, Declared(remedy.name), policy, composes=composes)[1]
            )


@given(
    ANY_NAMES.filter(bool),
    st.sampled_from(sorted(FULL_NAME_LIMITS)),
    st.none() | PREFIXES,
)
def test_a_proposed_full_name_can_be_taken(name: str, of: str, prefix: str | None) -> None:
    """The name after ``Call it`` removes every finding."""
    location, policy = Location("S", of), PrefixPolicy(prefix)
    for finding in check_full_name(location, "It", name, policy):
        before, call, rest = finding.fix.partition("Call it '")
        if call and not before:
            assert () == check_full_name(location, "It", rest.partition("'")[0], policy)


@pytest.mark.parametrize(
    ("name", "policy", "fix"),
    [
        (
            "x_" * 20,
            PrefixPolicy("team-a"),
            "Use letters, digits and hyphens, with no hyphen at either end, at most 31 characters.",
        ),
        (
            "a/b",
            PrefixPolicy("team-a"),
            "Use letters, digits and hyphens, with no hyphen at either end, at most 31 characters,"
            " such as 'a-b'.",
        ),
        (
            "a/b",
            PrefixPolicy("x" * 37),
            f"Omit the name, or use a shorter prefix: '{'x' * 37}' leaves no room for a name.",
        ),
        (
            "team-a-" + "x" * 40,
            PrefixPolicy("team-a"),
            "Shorten it to 38 characters or fewer, 'team-a-' included.",
        ),
        ("pipelines-x", PrefixPolicy(), "Choose another beginning, such as 'x'."),
        ("pipelines", PrefixPolicy(), "Choose another beginning."),
    ],
)
def test_fixes(name: str, policy: PrefixPolicy, fix: str) -> None:
    """A fix in words counts the prefix too."""
    assert fix == compose_name(PLACE, TRAINING, Declared(name), policy)[1][0].fix


def test_a_dropped_name_is_told_its_cause() -> None:
    """The finding says why the definition lacks the declared name, and what to change."""
    for cause, cure in (
        (PREFIXING_OFF, "Turn prefixing on: "),
        (DROPPED_BY_SDK, "Import Pipeline from sm_prefix_ext"),
        ("something else", "Import Pipeline from sm_prefix_ext"),
    ):
        declared = Declared("team-a-x", "Estimator(base_job_name=)", dropped_by=cause)
        name, [finding] = compose_name(
            PLACE, TRAINING, declared, PrefixPolicy("team-a"), composes=False
        )
        assert (None, "PFX019", "error") == (name, finding.code, finding.severity)
        assert finding.message.startswith(
            "Estimator(base_job_name=) got 'team-a-x', but the definition does not contain it, "
            f"because {cause}"
        )
        assert finding.fix.startswith(cure)
    undeclared = Declared(None, "X(n=)", dropped_by=PREFIXING_OFF)
    [finding] = compose_name(PLACE, TRAINING, undeclared, PrefixPolicy("team-a"), composes=False)[1]
    assert "PFX001" == finding.code


def test_a_job_that_takes_no_name() -> None:
    """The fix names no argument that the user can't reach."""
    unreachable = Declared(None, "SKLearn(base_job_name=)", settable=False)
    [finding] = compose_name(PLACE, TRAINING, unreachable, PrefixPolicy())[1]
    for fix in (finding.fix, same_prefix_fix(TRAINING, unreachable)):
        assert "accepts no name for it" in fix
        assert "SKLearn" not in fix


def test_where_another_name_is_declared() -> None:
    """The fix names the step's own argument, or each argument of its type once."""
    enough = "unless the execution's list of steps is enough to tell them apart."
    declared = Declared("x", "@step(job_name_prefix=)")
    expected = f"Declare another name in @step(job_name_prefix=), {enough}"
    assert expected == same_prefix_fix(TRAINING, declared)
    both = "Estimator(base_job_name=), @step(job_name_prefix=) or ModelTrainer(base_job_name=)"
    for unknown in (None, Declared("x")):
        assert f"Declare another name in {both}, {enough}" == same_prefix_fix(TRAINING, unknown)
    for kind in JOB_KINDS:
        listed = name_arguments(kind).replace(" or ", ", ").split(", ")
        assert len(set(listed)) == len(listed)
    assert "N" == name_arguments(Kind("New", name_field="N"))


def test_the_users_own_step_name_counts() -> None:
    """The user's name of a step counts where the SDK changed it."""
    location = Location("Make-RepackModel-0", "Training", "Make-RepackModel-0")
    declared = Declared(None, step_name="Make")
    assert ("team-a-Make", ()) == compose_name(location, TRAINING, declared, PrefixPolicy("team-a"))


@given(st.text(max_size=70), st.integers(-2, 40))
def test_a_step_part_fits(step_name: str, room: int) -> None:
    """A step part is valid, and is the whole name where there is room."""
    part = step_part(step_name, room)
    assert len(part) <= max(room, 0)
    assert not part or invalid_characters(part) is None
    assert part == step_part(step_name, room)


@given(st.text(string.ascii_letters + "_-", min_size=31, max_size=60), st.integers(9, 30))
def test_two_steps_that_are_cut_stay_apart(step_name: str, room: int) -> None:
    """Names that differ only in the part that is cut off still differ."""
    assert step_part(step_name, room) != step_part(f"{step_name}s", room) or not step_name.strip(
        "-_"
    )


class Expression:
    """An expression like the SDK's, whose ``expr`` a definition has."""

    def __init__(self, expr: Any) -> None:
        self._expr = expr

    @property
    def expr(self) -> Any:
        if isinstance(self._expr, Exception):
            raise self._expr
        return self._expr


PARAMETER = {"Get": "Parameters.N"}


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (PARAMETER, "Parameters.N"),
        ({"Get": "Steps.A.ProcessingJobName"}, "Steps.A.ProcessingJobName"),
        ({"Std:Join": {"On": "-", "Values": ["a", PARAMETER]}}, "a Join of 'a' and Parameters.N"),
        ({"Std:Join": {"On": "-", "Values": ["a", 3, PARAMETER]}}, "a Join of 'a', 3 and"),
        ({"Std:Join": {"On": "-", "Values": []}}, "a Join of nothing"),
        ({"Std:Join": {"On": "-", "Values": [{"Std:Join": {}}]}}, "a Join of a Join"),
        (
            {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.A.PropertyFiles.F"}, "Path": "x.y"}},
            "a JsonGet of 'x.y' in Steps.A.PropertyFiles.F",
        ),
        ({"Std:New": {}}, "{'Std:New': {}}, which is of type dict"),
        ({"Fn::Sub": "a-${Stage}"}, "Fn::Sub of 'a-${Stage}'"),
        ({"Ref": "Stage"}, "Ref of 'Stage'"),
        ({"Terraform": "a-${var.x}"}, "the Terraform expression 'a-${var.x}'"),
        ({"Get": "Parameters.\x1b[2K"}, r"Parameters.\x1b[2K"),
        ({}, "{}, which is of type dict"),
        (5, "5, which is of type int"),
        (True, "True, which is of type bool"),
    ],
)
def test_an_expression_is_named(expression: Any, words: str) -> None:
    """The message shows an expression as a definition or an object of the SDK has it."""
    assert described(expression).startswith(words)
    if isinstance(expression, dict) and "which is" not in words:
        assert described(Expression(expression)).startswith(words)
    [finding] = compose_name(PLACE, TRAINING, Declared(expression, "X(n=)"), PrefixPolicy())[1]
    assert finding.message.startswith(f"X(n=) is {words}")
    [finding] = check_full_name(Location("S", "Endpoint"), "It", expression, PrefixPolicy("t"))
    assert finding.message.startswith(f"It is {words}")


@pytest.mark.parametrize("expr", [ValueError("not yet"), None, 3])
def test_an_object_that_will_not_say(expr: Any) -> None:
    """The message shows the type of an object without a usable text."""
    words = described(Expression(expr))
    assert "Expression" in words
    assert 120 >= len(words)


Word = Enum("Word", {"TRAIN": "train", "INSIDE": "team-a-x"}, type=str)


def test_a_declared_name_counts_by_its_characters() -> None:
    """A member of an enumeration is composed, covered and quoted by its value."""
    policy = PrefixPolicy("team-a")
    assert ("team-a-train", ()) == compose_name(PLACE, TRAINING, Declared(Word.TRAIN), policy)
    name, findings = compose_name(PLACE, TRAINING, Declared(Word.INSIDE), policy, composes=False)
    assert ("team-a-x", str, ()) == (name, type(name), findings)
    [finding] = compose_name(PLACE, TRAINING, Declared(Word.TRAIN), policy, composes=False)[1]
    assert finding.message.startswith("The name is 'train', which")
    assert () == check_full_name(Location("S", "Endpoint"), "It", Word.INSIDE, policy)


@pytest.mark.parametrize("of", sorted(FULL_NAME_LIMITS))
def test_full_names_that_the_service_refuses(of: str) -> None:
    """A name beyond the limit is an error with or without a policy; at the limit it passes."""
    limit = FULL_NAME_LIMITS[of]
    for policy in (PrefixPolicy(), PrefixPolicy("x")):
        assert () == check_full_name(Location("S", of), "It", "x-" + "y" * (limit - 2), policy)
        for name, why in (
            ("x-" + "y" * (limit - 1), f"it has {limit + 1} characters, and the service accepts"),
            ("x-a.v2", "it has '.' in it"),
            ("x-a_b", "it has '_' in it"),
            ("x-", "it has a hyphen at its end"),
        ):
            [finding] = check_full_name(Location("S", of), "It", name, policy)
            assert ("PFX020", "error") == (finding.code, finding.severity)
            assert f"It is {name!r}, which the service refuses: {why}" in finding.message
        assert () == check_full_name(Location("S", of), "It", "", policy)
    [finding] = check_full_name(Location("S", of), "It", "a.v2", PrefixPolicy("team-a"))
    assert "Call it 'team-a-a-v2'." == finding.fix
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/team-a-x"
    findings = check_full_name(Location("S", of), "It", arn, PrefixPolicy("team-a"))
    assert (of not in GROUPS) == bool(findings)


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("Train it", "Call the step 'Train-it'."),
        ("Train.v2", "Call the step 'Train-v2'."),
        ("x" * 65, "Give the step a name of 1 to 64 letters, digits, hyphens and underscores."),
        ("", "Give the step a name of 1 to 64 letters, digits, hyphens and underscores."),
    ],
)
def test_step_names_that_the_service_refuses(name: str, fix: str) -> None:
    """The error has a name that the service accepts."""
    [finding] = check_step_name(Location("S", "Training", name))
    assert ("PFX020", fix) == (finding.code, finding.fix)
    assert repr(name) in finding.message
    assert () == check_step_name(Location("S", "Training", "A-b_C" + "x" * 59))
