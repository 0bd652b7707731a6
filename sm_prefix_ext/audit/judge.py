"""Judge a pipeline's definition and the jobs that ran, against one policy or several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..core.arns import role_accounts
from ..core.definition import StepView, copied, load, steps, strings
from ..core.finding_levels import apply_levels
from ..core.findings import (
    ERROR,
    EXPRESSION,
    UNKNOWN_STEP_TYPE,
    Finding,
)
from ..core.job_names import JobName
from ..core.job_record import JobRecord
from ..core.job_records import JobRecords
from ..core.policy_file import PolicyFile, Team
from ..core.prefix_policy import PrefixPolicy
from ..core.text import listed
from ..enforcement.enforce import enforce_in_place
from ..iam import foreign_roles
from .rows import INSIDE, NO_TEAM, NOT_KNOWN, OUTSIDE, PREFIXING_OFF, TWO_TEAMS, Verdict

Policies = PrefixPolicy | str | PolicyFile | Team | Iterable[PrefixPolicy | str | PolicyFile | Team]
"""What :func:`~sm_prefix_ext.audit.audit` takes as its policy."""

_NOT_JUDGED = frozenset({EXPRESSION, UNKNOWN_STEP_TYPE})
"""The codes of names that only the run knows, so that the verdict is not known either."""


class Judgement(NamedTuple):
    """The verdict on a pipeline or a job.

    Args:
        verdict: in words.
        teams: whose prefixes cover it.
        reason: why it is not inside, or a remark.
        errors: how many errors a check of the definition finds.
        warnings: how many warnings.
        step_types: the types of the steps whose jobs carry a prefix.
    """

    verdict: Verdict
    teams: tuple[str, ...] = ()
    reason: str | None = None
    errors: int | None = None
    warnings: int | None = None
    step_types: tuple[str, ...] = ()


def teams_of(policy: Policies) -> tuple[Team, ...]:
    """Return the teams of an audit.

    Args:
        policy: a policy, a prefix, a policy file, a team, or several of them. A policy without a
            team's name goes by its prefix. The default of a policy file counts as a team if it has
            a prefix.

    Raises:
        ValueError: for a policy without a prefix, for none, and for two of one name.
    """
    teams = tuple(_teams(policy))
    if not teams:
        raise ValueError("There is no policy to audit against; give a prefix or a policy file.")
    for team in teams:
        if team.policy.prefix is None:
            raise ValueError(
                f"The policy {team.name or '(without a name)'} has no prefix, so no job could be "
                "outside; give a policy with a prefix."
            )
    twice = [name for name, count in Counter(team.name for team in teams).items() if count > 1]
    if twice:
        raise ValueError(
            f"Two of the policies are called {twice[0]!r}; give each team a name of its own."
        )
    return teams


def prefixes_of(teams: Iterable[Team]) -> dict[str, list[str | None]]:
    """Return the prefix and the short prefix of teams by name, as an audit's file has them."""
    return {team.name: [team.policy.prefix, team.policy.short_prefix] for team in teams}


def _teams(policy: Any) -> Iterable[Team]:
    if isinstance(policy, str):
        policy = PrefixPolicy(policy)
    if isinstance(policy, Team):
        yield policy
    elif isinstance(policy, PrefixPolicy):
        yield Team(policy.team or str(policy.prefix or ""), policy)
    elif isinstance(policy, PolicyFile):
        if policy.default is not None and policy.default.prefix is not None:
            yield Team(str(policy.default.prefix), policy.default)
        yield from policy.teams
    elif isinstance(policy, Iterable):
        for each in policy:
            yield from _teams(each)
    else:
        raise ValueError(
            f"policy is {type(policy).__name__}; wanted a PrefixPolicy, a prefix, a PolicyFile, or "
            "several policies."
        )


class Judge:
    """Judges against the policies of one team or several.

    Args:
        teams: the teams; with one, whatever it does not cover is outside.
    """

    def __init__(self, teams: tuple[Team, ...]) -> None:
        self.teams = teams

    def job(self, record: JobRecord) -> Judgement:
        """Judge a job that ran.

        Args:
            record: the job.
        """
        records = JobRecords([record])
        names = tuple(team.name for team in self.teams if not records.outside(team.policy))
        if len(names) == 1:
            return Judgement(INSIDE, names, _reused(record))
        if names:
            return Judgement(TWO_TEAMS, names, f"The prefixes of {listed(names)} cover its name.")
        if is_generated_by_default(record.name):
            reason = "The service generated its name, since the step had no prefix."
            return Judgement(PREFIXING_OFF, (), reason)
        return Judgement(self._uncovered, (), self._covered_by_none("its name"))

    def definition(self, text: str) -> Judgement:
        """Judge the jobs that a pipeline will start, as ``sm-prefix check`` does.

        Args:
            text: the definition.

        Raises:
            ValueError: for a text that is no definition.
        """
        document = load(text, "the definition")
        started = [step for step in steps(document) if step.kind is None or step.kind.makes_job]
        if not started:
            return Judgement(INSIDE, (), "It starts no job.", 0, 0)
        candidates = [team for team in self.teams if _covers_one_of(team.policy, started)]
        judged = [(team, _findings(document, team)) for team in candidates or self.teams[:1]]
        team, findings = min(judged, key=lambda each: len(_errors(each[1])))
        counted = _counted(document, findings, team)
        errors = len(_errors(counted))
        names = tuple(each.name for each in candidates)
        verdict = self._verdict(candidates, findings, started)
        if verdict == TWO_TEAMS:
            reason: str | None = f"Its jobs carry the prefixes of {listed(names)}."
        else:
            reason = self._reason(verdict, _errors(findings))
        # The group of a registered model keeps its name.
        named = (step for step in started if step.kind and not step.group_name)
        types = dict.fromkeys(step.step_type for step in named)
        return Judgement(verdict, names, reason, errors, len(counted) - errors, tuple(types))

    def _verdict(
        self, candidates: list[Team], findings: tuple[Finding, ...], started: list[StepView]
    ) -> Verdict:
        codes = {finding.code for finding in _errors(findings)}
        if codes and codes <= _NOT_JUDGED:
            return NOT_KNOWN
        if len(candidates) > 1:
            return TWO_TEAMS
        if not codes:  # a model group that no prefix covers is a warning alone
            return INSIDE if candidates else self._uncovered
        if not any(step.job_name or step.group_name for step in started):
            return PREFIXING_OFF
        return OUTSIDE if candidates else self._uncovered

    def _reason(self, verdict: Verdict, errors: list[Finding]) -> str | None:
        if verdict == INSIDE:
            return None
        if verdict == PREFIXING_OFF:
            return "No step has a name for its job, so the service generates one: pipelines-…"
        if verdict == NO_TEAM or not errors:
            return self._covered_by_none("the name of any job")
        first = f"{errors[0].step}: {errors[0].message} ({errors[0].code})"
        return first if len(errors) == 1 else f"{first} And {len(errors) - 1} more."

    @property
    def _uncovered(self) -> Verdict:
        return OUTSIDE if len(self.teams) == 1 else NO_TEAM

    def _covered_by_none(self, name: str) -> str:
        if len(self.teams) == 1:
            return f"The prefix {str(self.teams[0].policy.prefix)!r} does not cover {name}."
        return f"No team's prefix covers {name}."


def is_generated_by_default(name: str) -> bool:
    """Whether the service generated a name with prefixing off.

    Example:
        >>> from sm_prefix_ext.audit.judge import is_generated_by_default
        >>> is_generated_by_default("pipelines-4z1p0ma9xq2c-Train-0gVx5T2Yk9")
        True
    """
    try:
        return JobName.parse(name).mode != "custom-prefix"
    except ValueError:
        return False


def _covers_one_of(policy: PrefixPolicy, started: Iterable[StepView]) -> bool:
    for step in started:
        prefix = policy.prefix if step.kind is None else policy.prefix_for(step.kind)
        name = step.group_name or step.job_name
        if prefix is not None and isinstance(name, str) and prefix.covers(name):
            return True
    return False


def _findings(document: Mapping[str, Any], team: Team) -> tuple[Finding, ...]:
    """The findings on the names, with their own severities: no level moves a job inside."""
    findings = enforce_in_place(copied(document), team.policy, composes=False)
    # A step that is almost the same in both branches of a condition has its findings twice.
    return tuple(dict.fromkeys(findings))


def _counted(
    document: Mapping[str, Any], findings: tuple[Finding, ...], team: Team
) -> tuple[Finding, ...]:
    """The findings that ``sm-prefix check`` reports, under the levels of the policy's file."""
    if len(role_accounts(" ".join(strings(document)))) > 1:
        findings += foreign_roles(document)
    return apply_levels(findings, team.policy.levels)[0]


def _errors(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == ERROR]


def _reused(record: JobRecord) -> str | None:
    return f"Reused from {record.cached_from}." if record.cached_from else None
