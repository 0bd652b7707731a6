"""Every finding for a job's name, whole, at the nearest input that has it."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.declared import DROPPED_BY_SDK, FIXES, PREFIXING_OFF, Declared
from sm_prefix_ext.core.findings import Location
from sm_prefix_ext.core.step_types import KINDS
from sm_prefix_ext.enforcement.name_rules import (
    Remedy,
    compose_name,
    compose_with_remedies,
    valid_name,
)

from .name_cases import (
    BEFORE_THE_RUN,
    LETTERS,
    NO_PATH,
    OUTSIDE,
    RESERVED,
    Case,
    beginning,
    declares,
    no_room,
)

X36, X37 = "x" * 36, "x" * 37

UNDECLARED = [
    Case(
        Declared(),
        None,
        None,
        (
            (
                "PFX001",
                f"No name is declared for its job, {OUTSIDE}",
                Remedy(
                    "Declare a name of at most 38 characters in Estimator(base_job_name=), "
                    "@step(job_name_prefix=) or ModelTrainer(base_job_name=), or use a prefix "
                    "policy.",
                    most=38,
                ),
            ),
        ),
    ),
    Case(
        declares("", generated_name="gen"),
        None,
        None,
        (
            (
                "PFX001",
                f"'gen' is the SDK's generated name, and no name is declared, {OUTSIDE}",
                Remedy(
                    "Declare another name of at most 38 characters in X(n=), or use a prefix "
                    "policy.",
                    most=38,
                ),
            ),
        ),
    ),
    Case(
        declares(None, settable=False),
        None,
        None,
        (
            (
                "PFX001",
                f"No name is declared for its job, {OUTSIDE}",
                Remedy(
                    "Use a prefix policy, which names the job: the SDK creates it itself and "
                    "accepts no name for it."
                ),
            ),
        ),
    ),
    Case(
        declares(None, settable=False),
        "team-a",
        None,
        (("PFX001", f"No name is declared for its job, {OUTSIDE}", beginning("team-a")),),
        composes=False,
    ),
    Case(
        declares("x", lost=True),
        "team-a",
        None,
        (
            (
                "PFX001",
                "The request of X(n=) has neither a name nor a group any more: the SDK removes "
                "the name when it renders the step with prefixing off, outside this package.",
                Remedy("Call X(n=) with a name and create the step again."),
            ),
        ),
    ),
    *(
        Case(
            declares("team-a-x", dropped_by=cause),
            "team-a",
            None,
            (
                (
                    "PFX019",
                    "X(n=) got 'team-a-x', but the definition does not contain it, because "
                    f"{cause}; its job would run outside any prefix.",
                    Remedy(FIXES[cure]),
                ),
            ),
            composes=composes,
        )
        for cause, cure, composes in (
            (PREFIXING_OFF, PREFIXING_OFF, True),
            (DROPPED_BY_SDK, DROPPED_BY_SDK, False),
            ("another cause", DROPPED_BY_SDK, False),
        )
    ),
    Case(
        declares({"Get": "Parameters.P"}, dropped_by="another cause"),
        None,
        None,
        (
            (
                "PFX019",
                "X(n=) got Parameters.P, but the definition does not contain it, because "
                "another cause; its job would run outside any prefix.",
                Remedy(FIXES[DROPPED_BY_SDK]),
            ),
        ),
    ),
    *(
        Case(
            Declared({"Get": "Parameters.P"}, argument),
            prefix,
            None,
            (
                (
                    "PFX004",
                    f"{argument or 'TrainingJobName'} is Parameters.P: a pipeline variable or "
                    "expression, whose value is known only at run time.",
                    Remedy(BEFORE_THE_RUN),
                ),
            ),
        )
        for argument, prefix in (("X(n=)", None), ("", "team-a"))
    ),
]


CHARACTERS = [
    Case(
        Declared("pipelines-x-"),
        None,
        "pipelines-x-",
        (
            (
                "PFX003",
                "The name is 'pipelines-x-': it has a hyphen at its end.",
                Remedy(f"{LETTERS}38 characters.", most=38),
            ),
            (
                "PFX009",
                f"The name is 'pipelines-x-': {RESERVED}",
                Remedy("Choose another beginning, such as 'x'.", name="x"),
            ),
        ),
    ),
    *(
        Case(
            declares(name),
            None,
            name,
            (
                (
                    "PFX009",
                    f"X(n=) got {name!r}: {RESERVED}",
                    Remedy("Choose another beginning."),
                ),
            ),
        )
        for name in ("pipelines", "pipelines-pipelines")
    ),
    Case(
        Declared("pipelines--X-1"),
        None,
        "pipelines--X-1",
        (
            (
                "PFX009",
                f"The name is 'pipelines--X-1': {RESERVED}",
                Remedy("Choose another beginning, such as 'X-1'.", name="X-1"),
            ),
        ),
    ),
    Case(
        Declared("pipelines-x"),
        "team-a",
        "pipelines-x",
        (
            (
                "PFX009",
                f"The name is 'pipelines-x': {RESERVED}",
                Remedy("Choose another beginning."),
            ),
            (
                "PFX006",
                "The name is 'pipelines-x', which the policy's prefix 'team-a' does not cover.",
                beginning("team-a"),
            ),
        ),
        composes=False,
    ),
    Case(
        Declared("_a_/b"),
        None,
        "_a_/b",
        (
            (
                "PFX003",
                f"The name is '_a_/b': it has '/', '_' in it.{NO_PATH}",
                Remedy(f"{LETTERS}38 characters, such as 'a-b'.", name="a-b", most=38),
            ),
        ),
    ),
    Case(
        Declared("a_b"),
        "team-a",
        "a_b",
        (
            (
                "PFX003",
                "The name is 'a_b': it has '_' in it.",
                Remedy(
                    f"{LETTERS}38 characters, such as 'team-a-a-b'.", name="team-a-a-b", most=38
                ),
            ),
            (
                "PFX006",
                "The name is 'a_b', which the policy's prefix 'team-a' does not cover.",
                beginning("team-a"),
            ),
        ),
        composes=False,
    ),
    Case(
        Declared("a_b"),
        "team-a",
        "team-a-a_b",
        (
            (
                "PFX003",
                "The name is 'a_b': it has '_' in it.",
                Remedy(f"{LETTERS}31 characters, such as 'a-b'.", name="a-b", most=31),
            ),
        ),
    ),
    Case(
        Declared("__"),
        "t",
        "t-__",
        (
            (
                "PFX003",
                "The name is '__': it has '_' in it.",
                Remedy(f"{LETTERS}36 characters.", most=36),
            ),
        ),
    ),
    Case(
        Declared("_"),
        X36,
        f"{X36}-_",
        (
            (
                "PFX003",
                "The name is '_': it has '_' in it.",
                Remedy(f"{LETTERS}1 character.", most=1),
            ),
        ),
    ),
    Case(
        Declared("_"),
        X37,
        f"{X37}-_",
        (
            ("PFX003", "The name is '_': it has '_' in it.", no_room(X37)),
            (
                "PFX002",
                f"The name is '_': 1 character, 39 with the prefix '{X37}-'; the service takes 38 "
                "for a step of type Training.",
                no_room(X37),
            ),
        ),
    ),
]


@pytest.mark.parametrize("case", [*UNDECLARED, *CHARACTERS])
def test_the_whole_finding(case: Case) -> None:
    """A finding has its name, code, location, message and fix, also as data."""
    assert case.expected == case.compose()


def test_a_caller_may_set_the_limit() -> None:
    """The findings have the caller's limit instead of the service's."""
    location, kind = Location("S", "Training", "S"), KINDS["Training"]
    for compose in (compose_name, compose_with_remedies):
        assert ("x" * 40, ()) == compose(
            location, kind, Declared("x" * 40), PrefixPolicy(), limit=40
        )
    [finding] = compose_name(location, kind, Declared("x" * 11), PrefixPolicy(), limit=10)[1]
    assert "Shorten it to 10 characters or fewer." == finding.fix
    composed = compose_name(location, kind, Declared(), PrefixPolicy("team-a"), limit=8)
    assert ("team-a-S", ()) == composed


def test_the_prefix_is_put_in_front_by_default() -> None:
    """A caller has to ask for a name to be final."""
    location, kind = Location("S", "Training", "S"), KINDS["Training"]
    for compose in (compose_name, compose_with_remedies):
        assert ("team-a-x", ()) == compose(location, kind, Declared("x"), PrefixPolicy("team-a"))


def test_a_valid_name_is_one_without_a_finding() -> None:
    """Neither the name nor the step's own name has a finding."""
    policy = PrefixPolicy("team-a")
    assert "team-a-x" == valid_name("Training", "Train", Declared("x"), policy)
    assert "team-a-Train" == valid_name("Training", "Train", Declared(), policy)
    assert valid_name("Training", "Train", Declared("x_"), policy) is None
    assert valid_name("Training", "Train it", Declared("x"), policy) is None


def test_the_short_prefix_is_asked_for_by_the_file(tmp_path: Any) -> None:
    """A message has the prefix that holds for the kind, and the fix the file."""
    file = tmp_path / "sm-prefix.toml"
    file.write_text('prefix = "team-alpha"\nshort_prefix = "ta"\n', encoding="utf-8")
    policy = PrefixPolicy.from_file(file)
    for step_type, prefix in (("Training", "team-alpha"), ("Tuning", "ta")):
        [finding] = compose_name(
            Location("S", step_type), KINDS[step_type], Declared("y"), policy, composes=False
        )[1]
        expected = f"The name is 'y', which the policy's prefix '{prefix}' does not cover."
        assert expected == finding.message
        assert finding.fix.endswith(f" The prefix '{prefix}' is required by sm-prefix.toml.")


def test_a_finding_that_no_policy_causes_does_not_name_its_file(tmp_path: Any) -> None:
    """An expression can't be checked, whatever the prefix is."""
    file = tmp_path / "sm-prefix.toml"
    file.write_text('prefix = "team-alpha"\n', encoding="utf-8")
    policy = PrefixPolicy.from_file(file)
    declared = Declared({"Get": "Parameters.Name"})

    [finding] = compose_name(Location("S", "Training"), KINDS["Training"], declared, policy)[1]

    assert "PFX004" == finding.code
    assert "sm-prefix.toml" not in finding.fix
