"""Findings for a job's name that is too long, whole, and the nearest names that pass."""

from __future__ import annotations

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.declared import Declared
from sm_prefix_ext.core.findings import Location
from sm_prefix_ext.core.step_types import KINDS
from sm_prefix_ext.enforcement.name_rules import (
    Remedy,
    compose_name,
)

from .name_cases import (
    BEFORE_THE_RUN,
    NEEDS_SHORT,
    Case,
    beginning,
    declares,
    too_long,
)

X36, X37, X39 = "x" * 36, "x" * 37, "x" * 39

LENGTHS = [
    Case(
        Declared(X39),
        None,
        X39,
        (
            (
                "PFX002",
                too_long(X39),
                Remedy("Shorten it to 38 characters or fewer.", most=38),
            ),
        ),
    ),
    Case(
        Declared("yy"),
        X36,
        f"{X36}-yy",
        (
            (
                "PFX002",
                too_long("yy", more=f", 39 with the prefix '{X36}-'"),
                Remedy("Shorten it to 1 character or fewer.", most=1),
            ),
        ),
    ),
    *(
        Case(
            Declared(f"{X36}-yy"),
            X36,
            f"{X36}-yy",
            (
                (
                    "PFX002",
                    too_long(f"{X36}-yy"),
                    Remedy(
                        f"Shorten it to 38 characters or fewer, '{X36}-' included.",
                        begins=f"{X36}-",
                        most=38,
                    ),
                ),
            ),
            composes=composes,
        )
        for composes in (True, False)
    ),
    Case(
        Declared(f"{X37}-y"),
        X37,
        f"{X37}-y",
        (
            (
                "PFX002",
                too_long(f"{X37}-y"),
                Remedy(f"Name it '{X37}'; no more fits.", name=X37),
            ),
        ),
    ),
    Case(
        Declared("y" * 39),
        "team-a",
        "y" * 39,
        (
            (
                "PFX002",
                too_long("y" * 39),
                Remedy(
                    "Shorten it to 38 characters or fewer, 'team-a-' included.",
                    begins="team-a-",
                    most=38,
                ),
            ),
            (
                "PFX006",
                f"The name is '{'y' * 39}', which the policy's prefix 'team-a' does not cover.",
                beginning("team-a"),
            ),
        ),
        composes=False,
    ),
]


SHORT = [
    *(
        Case(
            declares("hpo"),
            "team-alpha",
            "hpo",
            (
                (
                    "PFX010",
                    f"X(n=) got 'hpo', which no prefix of the policy can cover. {NEEDS_SHORT}",
                    Remedy(
                        f"Give the policy a short_prefix of at most 6 characters{more}",
                        short_prefix=True,
                    ),
                ),
            ),
            composes=composes,
            step_type="Tuning",
        )
        for composes, more in ((True, "."), (False, ", and begin the name with it."))
    ),
    Case(
        declares("hpo-hpo"),
        "team-alpha",
        "hpo-hpo",
        (
            (
                "PFX010",
                f"X(n=) got 'hpo-hpo', which no prefix of the policy can cover. {NEEDS_SHORT}",
                Remedy(
                    "Give the policy a short_prefix of at most 6 characters.", short_prefix=True
                ),
            ),
        ),
        step_type="Tuning",
    ),
    *(
        Case(
            declares(name),
            "team-alpha",
            None,
            (
                (
                    "PFX010",
                    NEEDS_SHORT,
                    Remedy(
                        "Give the policy a short_prefix of at most 6 characters.",
                        short_prefix=True,
                    ),
                ),
                *more,
            ),
            step_type="Tuning",
        )
        for name, more in (
            (None, ()),
            (
                {"Get": "Parameters.P"},
                (
                    (
                        "PFX004",
                        "X(n=) is Parameters.P: a pipeline variable or expression, whose value is "
                        "known only at run time.",
                        Remedy(BEFORE_THE_RUN),
                    ),
                ),
            ),
        )
    ),
    Case(
        Declared("ta-xxxx"),
        "ta",
        "ta-xxxx",
        (
            (
                "PFX002",
                too_long("ta-xxxx", 6, "Tuning"),
                Remedy(
                    "Shorten it to 6 characters or fewer, 'ta-' included.", begins="ta-", most=6
                ),
            ),
        ),
        composes=False,
        step_type="Tuning",
    ),
]


@pytest.mark.parametrize("case", [*LENGTHS, *SHORT])
def test_the_whole_finding(case: Case) -> None:
    """A finding has its name, code, location, message and fix, also as data."""
    assert case.expected == case.compose()


@pytest.mark.parametrize(
    ("name", "prefix", "step_type", "composed"),
    [
        ("y", X36, "Training", f"{X36}-y"),
        (f"{X36}-y", X36, "Training", f"{X36}-y"),
        (X37, X37, "Training", X37),
        ("x" * 38, None, "Training", "x" * 38),
        ("xxx", "ta", "Tuning", "ta-xxx"),
        ("xxxx", "ta", "Tuning", "ta"),
        ("x" * 6, None, "Tuning", "x" * 6),
        ("pipelines-x", "team-a", "Training", "team-a-pipelines-x"),
        ("pipelinesx", None, "Training", "pipelinesx"),
    ],
)
def test_the_nearest_names_that_pass(
    name: str, prefix: str | None, step_type: str, composed: str
) -> None:
    """A name at a limit has no finding."""
    location = Location("S", step_type, "S")
    assert (composed, ()) == compose_name(
        location, KINDS[step_type], Declared(name), PrefixPolicy(prefix)
    )
