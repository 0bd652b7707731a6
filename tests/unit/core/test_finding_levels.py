"""Which findings count, and as what."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import PrefixViolation
from sm_prefix_ext.core.finding_levels import (
    FIXED,
    FindingLevel,
    InvalidLevel,
    apply_levels,
    raise_for_errors,
    read_levels,
)
from sm_prefix_ext.core.findings import CATALOGUE, Finding


def finding(code: str) -> Finding:
    """A finding of a code."""
    return Finding.of(code, "Train", "Training", "Something.", "Do something.")


ALL = tuple(map(finding, CATALOGUE))


def test_without_levels_findings_are_as_they_were() -> None:
    """The very same, in their order."""
    assert (ALL, ()) == apply_levels(ALL, {})


@pytest.mark.parametrize("code", [code for code in CATALOGUE if code not in FIXED])
@pytest.mark.parametrize("level", ["off", "warning", "error"])
def test_a_level(code: str, level: Any) -> None:
    """It changes its own code alone, and what went through it once comes out the same again."""
    levels = {code: FindingLevel(level, "because")}
    counted, off = apply_levels(ALL, levels)
    others = [found for found in ALL if found.code != code]
    assert others == [found for found in counted if found.code != code]
    if level == "off":
        assert ((finding(code), FindingLevel("off", "because")),) == off
    else:
        assert [level] == [found.severity for found in counted if found.code == code]
        assert () == off
    assert (counted, ()) == apply_levels(counted, levels)


@pytest.mark.parametrize("code", FIXED)
def test_what_was_not_checked_stays_an_error(code: str) -> None:
    """No level lets it through, neither in a file nor in code."""
    for level in ("off", "warning"):
        with pytest.raises(InvalidLevel) as raised:
            read_levels({code: level})
        assert code == raised.value.key
        assert f"always an error, not '{level}': {FIXED[code]}" in raised.value.why
        assert ((finding(code),), ()) == apply_levels([finding(code)], {code: FindingLevel(level)})
    assert {code: FindingLevel("error")} == dict(read_levels({code: "error"}))


def test_errors_raise_with_all_that_counts() -> None:
    """What is switched off is not among it, and what was lowered comes back."""
    found = [finding("PFX001"), finding("PFX003"), finding("PFX007")]
    levels = read_levels({"PFX001": "off", "PFX003": "warning"})
    assert [("PFX003", "warning"), ("PFX007", "warning")] == [
        (counted.code, counted.severity) for counted in raise_for_errors(found, levels, "it")
    ]
    with pytest.raises(PrefixViolation, match="in it;") as raised:
        raise_for_errors(found, {**levels, **read_levels({"PFX007": "error"})}, "it")
    assert ["PFX003", "PFX007"] == [counted.code for counted in raised.value.findings]


def test_the_forms_of_an_entry() -> None:
    """A level, or a table with a level and a reason."""
    table = {
        "PFX007": "off",
        "PFX011": {"level": "error"},
        "PFX008": {"level": "off", "reason": "x"},
    }
    assert {
        "PFX007": FindingLevel("off"),
        "PFX011": FindingLevel("error"),
        "PFX008": FindingLevel("off", "x"),
    } == dict(read_levels(table))


@pytest.mark.parametrize(
    ("table", "key", "why"),
    [
        ("off", "", "got 'off'; wanted a table"),
        ({"PX007": "off"}, "PX007", "no finding has this code. Did you mean 'PFX007'?"),
        ({"pfx007": "off"}, "pfx007", "Did you mean 'PFX007'?"),
        ({"PFX007": "of"}, "PFX007", "the level is 'of'; wanted 'off', 'warning' or 'error'. Did"),
        ({"PFX007": "Warning"}, "PFX007", "Did you mean 'warning'?"),
        ({"PFX007": False}, "PFX007", "the level is False; wanted 'off', 'warning' or 'error'."),
        ({"PFX007": ["off"]}, "PFX007", "the level is ['off']"),
        ({"PFX007": {}}, "PFX007", "it has no level"),
        ({"PFX007": {"reason": "x"}}, "PFX007", "it has no level"),
        ({"PFX007": {"level": "off", "reson": "x"}}, "PFX007", "Did you mean 'reason'?"),
        ({"PFX007": {"level": "off", "reason": " "}}, "PFX007", "the reason is ' '"),
        ({"PFX007": {"level": "off", "reason": 3}}, "PFX007", "the reason is 3"),
        ({"PFX007": {"level": "off", "\x1b": 3}}, "PFX007", r"'\x1b' is unknown"),
    ],
)
def test_entries_that_can_not_be_used(table: Any, key: str, why: str) -> None:
    """The error has the code, what was found and what is wanted."""
    with pytest.raises(InvalidLevel) as raised:
        read_levels(table)
    assert key == raised.value.key
    assert why in raised.value.why
