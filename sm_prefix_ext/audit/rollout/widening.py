"""The steps that allow the new names beside the old ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...iam import PolicyDocument
from ..rows import AuditRow
from .commands import Commands
from .deciding import without_short_prefix
from .documents import additions, blocks, parts, renamed, spared
from .needs import all_needs, needs_of
from .policies import (
    by_policy,
    distinct,
    may_allow_others,
    parsed,
    policy_name,
    policy_title,
    principals,
    reasons,
)
from .step import DECIDE, UPDATE, WIDEN, RolloutDocument, RolloutStep, Use
from .survey import Survey, is_left


def widening(survey: Survey, commands: Commands) -> Iterator[RolloutStep]:
    """Yield the steps for execution roles, then for other principals, then for a ``Deny``."""
    roles = survey.by_role
    for (account, role), pipelines in roles.items():
        yield from without_short_prefix(account, role, all_needs(survey, pipelines))
        yield from _of_role(survey, commands, account, role)
    for account, principal in sorted(survey.by_principal.keys() - roles.keys()):
        if all(row.policy == principal for row in survey.statements_of(account, principal)):
            yield from _of_policy(survey, commands, account, principal)
        else:
            yield from _of_other(survey, commands, account, principal)
    yield from _of_denials(survey, commands)


def _of_role(survey: Survey, commands: Commands, account: str, role: str) -> Iterator[RolloutStep]:
    """Yield the step for an execution role, unless it needs none."""
    pipelines = survey.by_role[account, role]
    rows = survey.statements_of(account, role)
    needs = needs_of(survey, pipelines)
    teams = {need.team.name: need.team for need in needs}
    wide = [row for row in rows if may_allow_others(row)]
    statements = additions(needs, teams.values(), rows, account, wide)
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
    if wide and documents:
        notes.append(
            "A statement for other names allows these jobs today, so its check may succeed now. "
            "It is narrowed last, and the document has to be there then."
        )
    yield RolloutStep(
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
    """Yield the step for a managed policy that is attached to nothing, such as a boundary.

    A boundary allows nothing by itself, so it gets the names of all teams of the account.
    """
    rows = survey.statements_of(account, policy)
    if not any(renamed(rows, team) for team in survey.teams):
        return
    needs = needs_of(survey, survey.by_account.get(account, ()))
    statements = additions(needs, survey.teams, rows, account)
    if statements:
        documents = parts(policy, [{**each, "Sid": ""} for each in statements])
        yield RolloutStep(
            WIDEN,
            account,
            (),
            policy,
            f"Add the statements of {_counted(documents)} to the policy. Where it is a permissions "
            "boundary, it would deny the new names.",
            notes=reasons(rows),
            policy=policy,
            documents=_attached(documents, "add"),
            checks=(commands.audit(UPDATE, survey.regions(account), (policy,)),),
            # Whose boundary it is isn't among the rows, so every role of the account waits for it.
        )


def _of_denials(survey: Survey, commands: Commands) -> Iterator[RolloutStep]:
    """Yield a step for each policy that denies the new names to an execution role."""
    checks: dict[AuditRow, list[str]] = {}
    for (account, role), pipelines in survey.by_role.items():
        for need in needs_of(survey, pipelines):
            check = commands.preflight(need.team, need.kinds, role, account, need.region)
            for row in survey.statements_of(account, role):
                if blocks(parsed(row), need, account):
                    checks.setdefault(row, []).append(check)
    for (account, policy, _), rows in by_policy(checks).items():
        do, documents = spared(policy_name(rows), distinct(rows), survey.teams)
        yield RolloutStep(
            WIDEN,
            account,
            (),
            policy_title(rows),
            do,
            policy=policy,
            notes=reasons(rows),
            documents=documents,
            checks=tuple(dict.fromkeys(check for row in rows for check in checks[row])),
            roles=principals(rows),
        )


def _attached(
    documents: Sequence[PolicyDocument], use: Use = "attach"
) -> tuple[RolloutDocument, ...]:
    return tuple(RolloutDocument(each.name, use, each.to_dict()) for each in documents)


def _counted(documents: Sequence[PolicyDocument]) -> str:
    return "the document" if len(documents) == 1 else f"the {len(documents)} documents"
