"""The levels of findings, from the table ``[findings]`` of a policy file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

from .errors import PrefixViolation
from .findings import (
    CATALOGUE,
    CHANGED,
    EXPRESSION,
    NOT_REACHED,
    UNKNOWN_STEP_TYPE,
    UNREAD_REQUEST,
    Finding,
    has_errors,
)
from .text import did_you_mean, shown

Level = Literal["off", "warning", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)

FIXED: Mapping[str, str] = MappingProxyType(
    {
        EXPRESSION: "a name that is known only in a run can't be checked",
        UNKNOWN_STEP_TYPE: "the jobs of an unknown step type can't be checked",
        NOT_REACHED: "the declared name was not read, so the job would get another one",
        CHANGED: "the definition that would be sent was not checked",
        UNREAD_REQUEST: "the jobs in the request were not checked",
    }
)
"""The codes that are always errors, each with the reason.

They report names that were not checked; a lower level would let these names through.
"""

_KEYS = ("level", "reason")


class FindingLevel(NamedTuple):
    """The level that a policy file gives to the findings of a code.

    Args:
        level: ``"off"``, ``"warning"`` or ``"error"``.
        reason: the reason that the file states, or ``None``.
    """

    level: Level
    reason: str | None = None


FindingLevels = Mapping[str, FindingLevel]
"""Levels by code; the findings of any other code keep their severity."""

SwitchedOff = tuple[tuple[Finding, FindingLevel], ...]
"""The findings that do not count, each with the entry that switched it off."""

NO_LEVELS: FindingLevels = MappingProxyType({})


class InvalidLevel(ValueError):
    """An invalid entry of ``[findings]``.

    Args:
        key: the code, or ``""`` for the table as a whole.
        why: what is wrong, and what is wanted.
    """

    def __init__(self, key: str, why: str) -> None:
        super().__init__(key, why)
        self.key = key
        self.why = why


def apply_levels(
    findings: Iterable[Finding], levels: FindingLevels
) -> tuple[tuple[Finding, ...], SwitchedOff]:
    """Give findings the severity that a policy file sets, and separate those that are off.

    Applying it twice gives the same result. The codes in :data:`FIXED` stay errors.

    Args:
        findings: the findings of a check.
        levels: a policy's ``levels``.

    Returns:
        The findings that count, in their order, and those that are switched off.

    Example:
        >>> from sm_prefix_ext.core.finding_levels import FindingLevel, apply_levels
        >>> from sm_prefix_ext.core.findings import Finding
        >>> finding = Finding.of("PFX007", "Train", "Training", "Shared.", "Rename it.")
        >>> finding.severity
        'warning'
        >>> [counted], _ = apply_levels([finding], {"PFX007": FindingLevel("error")})
        >>> counted.severity
        'error'
        >>> apply_levels([finding], {"PFX007": FindingLevel("off")})[0]
        ()
    """
    counted: list[Finding] = []
    off: list[tuple[Finding, FindingLevel]] = []
    for finding in findings:
        given = None if finding.code in FIXED else levels.get(finding.code)
        if given is None:
            counted.append(finding)
        elif given.level == "off":
            off.append((finding, given))
        else:
            counted.append(replace(finding, severity=given.level))
    return tuple(counted), tuple(off)


def raise_for_errors(
    findings: Iterable[Finding],
    levels: FindingLevels,
    subject: str,
    definition: Mapping[str, Any] | None = None,
) -> tuple[Finding, ...]:
    """Raise if one of the findings is an error under the given levels.

    Args:
        findings: the findings of a check.
        levels: a policy's ``levels``.
        subject: the checked pipeline or request, for the first line of the error.
        definition: the definition of the pipeline, for the picture with the findings.

    Returns:
        The findings that count, all of them warnings.

    Raises:
        PrefixViolation: with all findings that count.
    """
    counted, _ = apply_levels(findings, levels)
    if has_errors(counted):
        from .findings_report import Findings  # here, since few definitions are refused

        raise PrefixViolation(Findings(counted, definition), subject)
    return counted


def read_levels(table: Any) -> FindingLevels:
    """Read the levels in a table ``[findings]``.

    Args:
        table: the parsed TOML table, which maps codes to ``"off"``, ``"warning"``, ``"error"`` or
            ``{level = "…", reason = "…"}``.

    Raises:
        InvalidLevel: for an invalid entry.
    """
    if not isinstance(table, Mapping):
        raise InvalidLevel("", f"got {shown(table)}; wanted a table of codes, such as PFX007.")
    return MappingProxyType({code: _level(code, given) for code, given in table.items()})


def _level(code: str, given: Any) -> FindingLevel:
    if code not in CATALOGUE:
        raise InvalidLevel(
            code,
            f"no finding has this code.{did_you_mean(code, CATALOGUE)} 'sm-prefix explain' lists "
            "all codes.",
        )
    if not isinstance(given, Mapping):
        given = {"level": given}
    for key in given:
        if key not in _KEYS:
            why = f"the key {shown(key)} is unknown; the known keys are level and reason."
            raise InvalidLevel(code, why + did_you_mean(key, _KEYS))
    level, reason = given.get("level"), given.get("reason")
    if level not in LEVELS:
        got = f"the level is {shown(level)}" if "level" in given else "it has no level"
        near = did_you_mean(level, LEVELS) if isinstance(level, str) else ""
        raise InvalidLevel(code, f"{got}; wanted 'off', 'warning' or 'error'.{near}")
    if reason is not None and (not isinstance(reason, str) or not reason.strip()):
        raise InvalidLevel(code, f"the reason is {shown(reason)}; wanted a text that is not empty.")
    if code in FIXED and level != "error":
        raise InvalidLevel(
            code,
            f"this finding is always an error, not {level!r}: {FIXED[code]}; remove the entry.",
        )
    return FindingLevel(level, reason)
