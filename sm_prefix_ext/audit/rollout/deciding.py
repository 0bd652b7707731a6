"""The steps that settle what an audit can't know: each stays until another audit knows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ...core.display.report import counted
from ...core.step_types import KINDS
from ..rows import NOT_KNOWN, AuditRow
from .needs import Need
from .step import DECIDE, RolloutStep
from .survey import Survey, is_left

_LISTED = 5


def deciding(survey: Survey) -> Iterator[RolloutStep]:
    """Yield the steps that come before all others."""
    yield from _unread(survey.unread)
    yield from _policies_not_read(survey)
    for (account, role), pipelines in survey.by_role.items():
        yield from _without_team(survey, account, role, pipelines)
        yield from _names_not_known(account, role, pipelines)


def _unread(rows: Iterable[AuditRow]) -> Iterator[RolloutStep]:
    """Yield a step for the reads that failed for one reason or permission in an account."""
    grouped: dict[tuple[str, str], list[AuditRow]] = defaultdict(list)
    for row in rows:
        grouped[row.account, row.permission or row.reason or ""].append(row)
    for (account, needed), failed in sorted(grouped.items()):
        first = failed[0]
        again = "Audit again."
        if first.permission:
            again = f"Allow {first.permission} where it is missing, and audit again."
        yield RolloutStep(
            DECIDE,
            account,
            _regions(failed),
            needed,
            f"{counted(len(failed), 'read')} failed, so pipelines, jobs or statements may be "
            f"missing here. {again}",
            notes=(f"The first: {first.reason}",) if first.reason else (),
            pipelines=_names(failed),
        )


def _policies_not_read(survey: Survey) -> Iterator[RolloutStep]:
    """Yield a step for each account with execution roles of which no statement was read."""
    by_account: dict[str, list[str]] = defaultdict(list)
    for (account, role), pipelines in survey.by_role.items():
        starts_jobs = any(row.step_types or is_left(row) for row in pipelines)
        if starts_jobs and not any(survey.statements_of(account, role)):
            by_account[account].append(role)
    read = {row.account for row in survey.statements}
    for account, roles in sorted(by_account.items()):
        do = (
            "No statement of these roles allows a job, though pipelines run with them: find the "
            "policy that does, such as one that could not be read."
        )
        if account not in read:
            do = "No policy of the account was read: audit with --iam."
        yield RolloutStep(
            DECIDE,
            account,
            (),
            _listed(roles),
            do,
            roles=tuple(roles) if account in read else (),
        )


def _without_team(
    survey: Survey, account: str, role: str, pipelines: Sequence[AuditRow]
) -> Iterator[RolloutStep]:
    undecided = [row for row in pipelines if is_left(row) and survey.team_of(row) is None]
    if undecided:
        names = _names(undecided)
        known = ", ".join(team.name for team in survey.teams)
        glob = role if len(undecided) == len(pipelines) else names[0]
        yield RolloutStep(
            DECIDE,
            account,
            _regions(undecided),
            _listed(names),
            "Neither the names nor the jobs of these pipelines show their team. Choose it with "
            f"--assign '{glob}=TEAM'; the teams are {known}.",
            pipelines=names,
            roles=(role,),
        )


def _names_not_known(
    account: str, role: str, pipelines: Sequence[AuditRow]
) -> Iterator[RolloutStep]:
    for row in pipelines:
        if row.verdict == NOT_KNOWN:
            yield RolloutStep(
                DECIDE,
                account,
                (row.region,),
                str(row.name),
                "Only a run knows the names of its jobs. Name them by constants, or check that "
                "every value carries the prefix.",
                notes=(row.reason,) if row.reason else (),
                pipelines=(str(row.name),),
                roles=(role,),
            )


def without_short_prefix(account: str, role: str, needs: Iterable[Need]) -> Iterator[RolloutStep]:
    """Yield a step for each team that needs a short prefix and has none."""
    for team, region, kinds in needs:
        missing = [kind for kind in kinds if team.policy.prefix_for(KINDS[kind]) is None]
        if missing:
            yield RolloutStep(
                DECIDE,
                account,
                (region,),
                team.name,
                f"The team has no short prefix, and steps of type {', '.join(missing)} take at "
                "most 6 characters. Set short_prefix.",
                roles=(role,),
            )


def _names(rows: Iterable[AuditRow]) -> tuple[str, ...]:
    return tuple(sorted({name for row in rows if (name := row.pipeline or row.name)}))


def _regions(rows: Iterable[AuditRow]) -> tuple[str, ...]:
    return tuple(sorted({row.region for row in rows if row.region}))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(names[:_LISTED])}{more}"
