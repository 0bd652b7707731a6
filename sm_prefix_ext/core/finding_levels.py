"""Which findings count, and as what: the table ``[findings]`` of a policy file."""

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
        EXPRESSION: "a name that only the run knows is not judged at all",
        UNKNOWN_STEP_TYPE: "the jobs of an unknown step type are not judged at all",
        NOT_REACHED: "the declared name was not read, so the job would get another one",
        CHANGED: "what would be sent was not judged",
        UNREAD_REQUEST: "the jobs in the request were not judged",
    }
)
"""The codes that are errors at every level, each with the reason: nothing was judged in its place.

A lower level would let through what nobody looked at.
"""

_KEYS = ("level", "reason")


class FindingLevel(NamedTuple):
    """What a policy file makes of the findings of a code.

    Args:
        level: ``"off"``, ``"warning"`` or ``"error"``.
        reason: why, in the words of whoever wrote the file.
    """

    level: Level
    reason: str | None = None


FindingLevels = Mapping[str, FindingLevel]
"""By code; a code that is not in it keeps its own severity."""

SwitchedOff = tuple[tuple[Finding, FindingLevel], ...]
"""The findings that do not count, each with the level that switched it off."""

NO_LEVELS: FindingLevels = MappingProxyType({})


class InvalidLevel(ValueError):
    """An entry of ``[findings]`` that can't be used.

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
    """Give findings the severity that a policy file asks for, and set aside those that are off.

    Findings that went through it once come out the same again. The codes in :data:`FIXED` stay
    errors.

    Args:
        findings: as they were made.
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
    findings: Iterable[Finding], levels: FindingLevels, subject: str
) -> tuple[Finding, ...]:
    """Raise if one of the findings is an error under the given levels.

    Args:
        findings: as they were made.
        levels: a policy's ``levels``.
        subject: what was checked, for the first line of the error.

    Returns:
        The findings that count, all of them warnings.

    Raises:
        PrefixViolation: with all findings that count.
    """
    counted, _ = apply_levels(findings, levels)
    if has_errors(counted):
        raise PrefixViolation(counted, subject)
    return counted


def read_levels(table: Any) -> FindingLevels:
    """The levels in a table ``[findings]``.

    Args:
        table: as TOML has it, code to ``"off"``, ``"warning"``, ``"error"`` or
            ``{level = "…", reason = "…"}``.

    Raises:
        InvalidLevel: for an entry that can't be used.
    """
    if not isinstance(table, Mapping):
        raise InvalidLevel("", f"got {shown(table)}; wanted a table of codes, such as PFX007.")
    return MappingProxyType({code: _level(code, given) for code, given in table.items()})


def _level(code: str, given: Any) -> FindingLevel:
    if code not in CATALOGUE:
        raise InvalidLevel(
            code,
            f"there is no such finding.{did_you_mean(code, CATALOGUE)} 'sm-prefix explain' lists "
            "all codes.",
        )
    if not isinstance(given, Mapping):
        given = {"level": given}
    for key in given:
        if key not in _KEYS:
            why = f"{shown(key)} is unknown; wanted are level and reason."
            raise InvalidLevel(code, why + did_you_mean(key, _KEYS))
    level, reason = given.get("level"), given.get("reason")
    if level not in LEVELS:
        got = f"the level is {shown(level)}" if "level" in given else "it has no level"
        near = did_you_mean(level, LEVELS) if isinstance(level, str) else ""
        raise InvalidLevel(code, f"{got}; wanted 'off', 'warning' or 'error'.{near}")
    if reason is not None and (not isinstance(reason, str) or not reason.strip()):
        raise InvalidLevel(code, f"the reason is {shown(reason)}; wanted a text, or none.")
    if code in FIXED and level != "error":
        raise InvalidLevel(
            code, f"this finding is always an error, not {level!r}: {FIXED[code]}; take it out."
        )
    return FindingLevel(level, reason)
