"""The steps that allow the new names beside the old ones."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ...core.policy_file import Team
from ...core.step_types import KINDS
from ...iam import PolicyDocument
from ...iam.generated_names import sparing
from ..rows import INSIDE, AuditRow
from .commands import Commands
from .deciding import without_short_prefix
from .documents import Need, additions, blocks, document_of, parts, renamed
from .policies import (
    by_policy,
    distinct,
    policy_name,
    policy_title,
    principals,
)
from .step import DECIDE, UPDATE, WIDEN, RolloutDocument, RolloutStep, Use
from .survey import Survey, is_left


def widening(survey: Survey, commands: Commands) -> Iterator[RolloutStep]:
    """Yield the steps for execution roles, then those for whom else policies name."""
    roles = survey.by_role
    for (account, role), pipelines in roles.items():
        yield from without_short_prefix(account, role, _needs(survey, pipelines))
        yield from _of_role(survey, commands, account, role)
    for account, principal in sorted(survey.by_principal.keys() - roles.keys()):
        if all(row.policy == principal for row in survey.statements_of(account, principal)):
            yield from _of_policy(survey, commands, account, principal)
        else:
            yield from _of_other(survey, commands, account, principal)
    yield from _of_denials(survey, commands)


def _needs(survey: Survey, pipelines: Sequence[AuditRow]) -> list[Need]:
    """Return the jobs that pipelines will start, by team and region."""
    kinds: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    teams: dict[str, Team] = {}
    for row in pipelines:
        team = survey.team_of(row) if is_left(row) or row.verdict == INSIDE else None
        if team is not None and row.step_types:
            teams[team.name] = team
            kinds[team.name, row.region].update(dict.fromkeys(sorted(row.step_types)))
    return [Need(teams[name], region, tuple(kinds[name, region])) for name, region in sorted(kinds)]


def _with_prefixes(needs: Sequence[Need]) -> list[Need]:
    """Leave out the kinds for which a team has no prefix."""
    found = []
    for team, region, kinds in needs:
        kept = tuple(kind for kind in kinds if team.policy.prefix_for(KINDS[kind]) is not None)
        found += [Need(team, region, kept)] if kept else []
    return found


def _of_role(survey: Survey, commands: Commands, account: str, role: str) -> Iterator[RolloutStep]:
    """Yield the step for an execution role, unless it needs none."""
    pipelines = survey.by_role[account, role]
    rows = survey.statements_of(account, role)
    needs = _with_prefixes(_needs(survey, pipelines))
    teams = {need.team.name: need.team for need in needs}
    statements = additions(needs, teams.values(), rows, account)
    left = [str(row.name) for row in pipelines if is_left(row)]
    if not needs or not (left or (statements and rows)):
        return
    documents = parts(role, statements) if statements else ()
    notes = ["Its policies of today stay, so that jobs under either name may run."]
    if len(teams) > 1:
        notes.append(
            f"The teams {', '.join(teams)} share this role, so each may start the other's jobs; "
            "give each team a role of its own."
        )
    yield RolloutStep(
        0,
        WIDEN,
        account,
        tuple(sorted({need.region for need in needs})),
        role,
        f"Attach {_counted(documents)} to the role."
        if documents
        else "Attach nothing: its policies allow the new names. The check says whether something "
        "denies them, or is missing beside them.",
        notes=tuple(notes) if documents else (),
        documents=_attached(documents),
        checks=tuple(
            commands.preflight(need.team, need.kinds, role, account, need.region) for need in needs
        ),
        pipelines=tuple(left),
        roles=(role,),
    )


def _of_other(
    survey: Survey, commands: Commands, account: str, principal: str
) -> Iterator[RolloutStep]:
    """Yield the step for a user, a group, or a role that no pipeline runs with."""
    rows = survey.statements_of(account, principal)
    if not any(renamed(rows, team) for team in survey.teams):
        return
    team = survey.assigned_team(principal)
    if team is None:
        known = ", ".join(team.name for team in survey.teams)
        yield RolloutStep(
            0,
            DECIDE,
            account,
            (),
            principal,
            "Its policies name pipelines-*, and no pipeline runs with it. Choose whose names it "
            f"gets, with --assign '{principal}=TEAM'; the teams are {known}.",
            roles=(principal,),
        )
        return
    statements = additions((), (team,), rows, account)
    if statements:
        documents = parts(principal, statements)
        yield RolloutStep(
            0,
            WIDEN,
            account,
            (),
            principal,
            f"Attach {_counted(documents)}: what it may do with pipelines-* today, with the names "
            f"of {team.name}.",
            documents=_attached(documents),
            checks=(commands.audit(UPDATE, survey.regions(account), (principal,)),),
            roles=(principal,),
        )


def _of_policy(
    survey: Survey, commands: Commands, account: str, policy: str
) -> Iterator[RolloutStep]:
    """Yield the step for a managed policy that nobody has: a permissions boundary, or no use.

    A boundary allows nothing by itself, so it gets the names of all teams of the account.
    """
    rows = survey.statements_of(account, policy)
    if not any(renamed(rows, team) for team in survey.teams):
        return
    needs = _with_prefixes(_needs(survey, survey.by_account.get(account, ())))
    statements = additions(needs, survey.teams, rows, account)
    if statements:
        documents = parts(policy, [{**each, "Sid": ""} for each in statements])
        yield RolloutStep(
            0,
            WIDEN,
            account,
            (),
            policy,
            f"Add the statements of {_counted(documents)} to the policy. Where it is a permissions "
            "boundary, it would deny the new names.",
            notes=tuple(dict.fromkeys(row.reason for row in rows if row.reason)),
            policy=policy,
            documents=_attached(documents, "add"),
            checks=(commands.audit(UPDATE, survey.regions(account), (policy,)),),
            roles=(policy,),
        )


def _of_denials(survey: Survey, commands: Commands) -> Iterator[RolloutStep]:
    """Yield a step for each policy that denies the new names to an execution role."""
    checks: dict[AuditRow, list[str]] = {}
    for (account, role), pipelines in survey.by_role.items():
        for need in _with_prefixes(_needs(survey, pipelines)):
            check = commands.preflight(need.team, need.kinds, role, account, need.region)
            for row in survey.statements_of(account, role):
                if blocks(row, need, account):
                    checks.setdefault(row, []).append(check)
    for (account, policy, _), rows in by_policy(checks).items():
        statements = distinct(rows)
        documents = [RolloutDocument(f"{policy_name(rows)}-old", "remove", document_of(statements))]
        do = "Change by hand what it denies: jobs under a team's prefix."
        with contextlib.suppress(ValueError):
            policies = [team.policy for team in survey.teams]
            new = document_of([sparing(each, policies) for each in statements])
            documents.append(RolloutDocument(f"{policy_name(rows)}-instead", "instead", new))
            do = "Replace what it denies, so that it spares the names of the teams too."
        yield RolloutStep(
            0,
            WIDEN,
            account,
            (),
            policy_title(rows),
            do,
            policy=policy,
            notes=tuple(dict.fromkeys(row.reason for row in rows if row.reason)),
            documents=tuple(documents),
            checks=tuple(dict.fromkeys(check for row in rows for check in checks[row])),
            roles=principals(rows),
        )


def _attached(
    documents: Sequence[PolicyDocument], use: Use = "attach"
) -> tuple[RolloutDocument, ...]:
    return tuple(RolloutDocument(each.name, use, each.to_dict()) for each in documents)


def _counted(documents: Sequence[PolicyDocument]) -> str:
    return "the document" if len(documents) == 1 else f"the {len(documents)} documents"
