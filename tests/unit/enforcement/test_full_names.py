"""Full names: whole findings, at their boundaries."""

from __future__ import annotations

from enum import Enum

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.findings import GROUP_OUTSIDE_POLICY, Finding, Location
from sm_prefix_ext.enforcement.full_names import (
    bare_name,
    check_full_name,
    check_service_limits,
    check_step_name,
)

PLACE = Location("Loop/each/Serve", "Endpoint", "Serve")
GROUP = "arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/"
TEAM_A = PrefixPolicy("team-a")
LETTERS = "letters, digits and hyphens, with no hyphen at either end"


def refusals(name: str, prefix: str | None = None, step_type: str = "Endpoint") -> list[str]:
    """Return the fixes for names that the service refuses."""
    location, policy = Location("Serve", step_type), PrefixPolicy(prefix)
    return [f.fix for f in check_service_limits(location, "It", name, policy.prefix)]


def test_the_finding_for_a_name_that_the_service_refuses() -> None:
    """It has the location, the reason and a name that is accepted."""
    [finding] = check_service_limits(PLACE, "EndpointName", "a.v2")
    assert (
        Finding(
            "PFX020",
            "error",
            "Loop/each/Serve",
            "Endpoint",
            "EndpointName is 'a.v2', which the service refuses: it has '.' in it.",
            "Call it 'a-v2'.",
        )
        == finding
    )


@pytest.mark.parametrize(
    ("name", "prefix", "fix"),
    [
        ("a..b", None, "Call it 'a-b'."),
        ("-a-", None, "Call it 'a'."),
        ("_", None, f"Give it a name of at most 63 characters: {LETTERS}."),
        ("_", "team-a", "Call it 'team-a'."),
        ("x_y", "team-a", "Call it 'team-a-x-y'."),
        ("team-a_x", "team-a", "Call it 'team-a-x'."),
        ("_" + "x" * 63, None, f"Call it '{'x' * 63}'."),
        ("_" + "x" * 64, None, f"Give it a name of at most 63 characters: {LETTERS}."),
        ("_" + "x" * 56, "team-a", f"Call it 'team-a-{'x' * 56}'."),
        (
            "_" + "x" * 57,
            "team-a",
            f"Begin it with 'team-a-', and give it at most 63 characters: {LETTERS}.",
        ),
    ],
)
def test_a_name_is_proposed_where_it_fits(name: str, prefix: str | None, fix: str) -> None:
    """At the limit the name is proposed; over it, or with nothing left, the rule is stated."""
    assert [fix] == refusals(name, prefix)


def test_what_has_no_limit_of_its_own_has_the_widest() -> None:
    """A name of an unknown type may have as many characters as a pipeline's."""
    assert [] == refusals("x" * 256, step_type="New")
    assert [f"Give it a name of at most 256 characters: {LETTERS}."] == refusals(
        "x" * 257, step_type="New"
    )


def test_the_finding_for_an_expression() -> None:
    """With a policy the finding is a warning; without one there is none."""
    expression = {"Get": "Parameters.P"}
    [finding] = check_full_name(PLACE, "EndpointName", expression, TEAM_A)
    assert (
        Finding(
            "PFX011",
            "warning",
            "Loop/each/Serve",
            "Endpoint",
            "EndpointName is Parameters.P, a pipeline variable or expression, known only at run "
            "time.",
            "Give it as a string that begins with 'team-a-'.",
        )
        == finding
    )
    assert () == check_full_name(PLACE, "EndpointName", expression, PrefixPolicy())


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("x" * 56, f"Call it 'team-a-{'x' * 56}', or name it in the IAM policies."),
        (
            "x" * 57,
            "Begin it with 'team-a-', and give it at most 63 characters, or name it in the IAM "
            "policies.",
        ),
    ],
)
def test_the_finding_for_a_name_outside_the_policy(name: str, fix: str) -> None:
    """It proposes the name with the prefix where that fits."""
    [finding] = check_full_name(PLACE, "EndpointName", name, TEAM_A)
    assert (
        Finding(
            "PFX011",
            "warning",
            "Loop/each/Serve",
            "Endpoint",
            f"EndpointName is {name!r}, outside 'team-a'; the service adds no prefix to it.",
            fix,
        )
        == finding
    )


def test_the_caller_chooses_the_code() -> None:
    """A group outside the policy has a code of its own, as an expression too."""
    location = Location("Register", "ModelPackageGroup")
    for name in (f"{GROUP}models", {"Get": "Parameters.P"}):
        [finding] = check_full_name(location, "It", name, TEAM_A, GROUP_OUTSIDE_POLICY)
        assert ("PFX008", "Register") == (finding.code, finding.step)


@pytest.mark.parametrize("name", [None, ""])
def test_no_name_has_no_finding(name: object) -> None:
    """A resource without a name gets one from the service."""
    assert () == check_full_name(PLACE, "EndpointName", name, TEAM_A)


def test_a_group_is_known_by_its_arn() -> None:
    """The name in a group's ARN counts; an endpoint's name is no ARN."""
    location = Location("Register", "RegisterModel")
    assert () == check_full_name(location, "It", f"{GROUP}team-a-x", TEAM_A)
    [finding] = check_full_name(location, "It", f"{GROUP}x", TEAM_A)
    assert "It is 'x', outside 'team-a'; the service adds no prefix to it." == finding.message
    assert ["PFX020"] == [f.code for f in check_full_name(PLACE, "It", f"{GROUP}team-a-x", TEAM_A)]
    assert ("x", "no:arn") == (bare_name(f"{GROUP}x"), bare_name("no:arn"))


def test_a_member_of_an_enumeration_is_its_characters() -> None:
    """A member of an enumeration is judged and quoted by its value."""
    name = Enum("Name", {"X": "x.y"}, type=str).X
    [finding] = check_service_limits(PLACE, "It", name)
    assert finding.message.startswith("It is 'x.y', which")
    assert "x.y" == bare_name(name)


WANTED = "1 to 64 letters, digits, hyphens and underscores"


@pytest.mark.parametrize(
    ("name", "why", "fix"),
    [
        ("A b.c", "it has ' ', '.' in it", "Call the step 'A-b-c'."),
        ("", "it has 0 characters", f"Give the step a name of {WANTED}."),
        ("x" * 65, "it has 65 characters", f"Give the step a name of {WANTED}."),
        ("." + "x" * 63, "it has '.' in it", f"Call the step '-{'x' * 63}'."),
        ("." + "x" * 64, "it has '.' in it", f"Give the step a name of {WANTED}."),
        (".", "it has '.' in it", "Call the step '-'."),
    ],
)
def test_the_finding_for_the_name_of_a_step(name: str, why: str, fix: str) -> None:
    """It has the location, the reason, and a name that is accepted where there is one."""
    [finding] = check_step_name(Location("Loop/each/S", "Training", name))
    assert (
        Finding(
            "PFX020",
            "error",
            "Loop/each/S",
            "Training",
            f"The service refuses the step's name {name!r}: {why}; the name must have {WANTED}.",
            fix,
        )
        == finding
    )


@pytest.mark.parametrize("name", ["x", "x" * 64, "-", "AZaz09_-"])
def test_names_of_steps_that_the_service_takes(name: str) -> None:
    """Names from one character to 64 have no finding."""
    assert () == check_step_name(Location("S", "Training", name))
