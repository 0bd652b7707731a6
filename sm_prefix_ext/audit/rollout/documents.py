"""The policy documents of a roll-out's steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...core.arns import Arn
from ...core.policy_file import Team
from ...iam import PolicyDocument, prefix_policy, preflight
from ...iam.generated_names import for_prefix, sparing, without_generated
from ...iam.policy_document import VERSION
from ...iam.prefix_plan import prefix_plan
from ..rows import AuditRow
from .needs import Need
from .policies import allows, parsed
from .step import RolloutDocument

_ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def covers(need: Need, rows: Iterable[AuditRow], account: str) -> bool:
    """Whether statements certainly allow a role to start the jobs of a team.

    Args:
        need: the jobs.
        rows: the statements of the role.
        account: where the role is.
    """
    return allowed(need, [parsed(row) for row in rows], account)


def blocks(statement: Mapping[str, Any], need: Need, account: str) -> bool:
    """Whether a statement denies the jobs of a team, or may do so; as :func:`covers`."""
    return statement.get("Effect") == "Deny" and not allowed(need, [_ANYTHING, statement], account)


def allowed(need: Need, statements: Iterable[Mapping[str, Any]], account: str) -> bool:
    """Whether statements certainly allow the jobs of a team; as :func:`covers`."""
    team, region, kinds = need
    plan = prefix_plan(team.policy, kinds, account=account, region=region)
    creates = {job.actions[0] for job in plan}
    judged = preflight(plan, role_policies=[document_of([each]) for each in statements])
    return all(row.verdict == "allowed" for row in judged if row.action in creates)


def additions(
    needs: Iterable[Need],
    teams: Iterable[Team],
    rows: Sequence[AuditRow],
    account: str,
    narrowed: Sequence[AuditRow] = (),
) -> list[Mapping[str, Any]]:
    """Return the statements that a role needs beside those of today.

    These are the prefix policies for jobs that it may not start yet, and what else it may do today
    with jobs under generated names: the same on the names of teams.

    Args:
        needs: the jobs that it will start.
        teams: whose names it gets.
        rows: its statements.
        account: where it is.
        narrowed: those of its statements that will be narrowed, so that it needs its jobs beside.
    """
    written: list[Mapping[str, Any]] = []
    staying = [row for row in rows if row not in narrowed]
    for need in needs:
        if not covers(need, staying, account):
            team, region, kinds = need
            policy = prefix_policy(team.policy, kinds, account=account, region=region)
            written += policy.statements
    present = [*written, *map(parsed, rows)]
    same = [each for team in teams for each in renamed(rows, team)]
    return [*written, *(each for each in same if _adds(each, present))]


def renamed(rows: Iterable[AuditRow], team: Team) -> list[dict[str, Any]]:
    """Return what statements allow on generated names, on the names of a team."""
    new = (for_prefix(parsed(row), team.policy) for row in rows if allows(row))
    return [{**statement, "Sid": "AsBefore"} for statement in new if statement is not None]


def _adds(statement: Mapping[str, Any], present: Sequence[Mapping[str, Any]]) -> bool:
    return bool(PolicyDocument((statement,)).diff(document_of(present)).added)


def document_of(statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a policy document."""
    return {"Version": VERSION, "Statement": list(statements)}


def spared(
    name: str, statements: Sequence[Mapping[str, Any]], teams: Iterable[Team]
) -> tuple[str, tuple[RolloutDocument, ...]]:
    """Return what to do about statements that deny the jobs of teams, with the documents."""
    old = RolloutDocument(f"{name}-old", "remove", document_of(statements))
    policies = [team.policy for team in teams]
    try:
        new = document_of([sparing(each, policies) for each in statements])
    except ValueError:
        return "Change by hand what it denies: jobs under a team's prefix.", (old,)
    do = "Replace what it denies, so that it spares the names of the teams too."
    return do, (old, RolloutDocument(f"{name}-instead", "instead", new))


def remaining(statements: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is left of statements without the generated names.

    Raises:
        ValueError: for a statement that has to be changed by hand.
    """
    left = map(without_generated, statements)
    return [statement for statement in left if statement is not None]


def parts(principal: str, statements: Iterable[Mapping[str, Any]]) -> tuple[PolicyDocument, ...]:
    """Return statements as policies within IAM's limit, named after a principal or a policy."""
    seen: Counter[str] = Counter()
    numbered = []
    for statement in statements:
        sid = str(statement.get("Sid", ""))
        seen[sid] += 1
        unique = sid if seen[sid] == 1 else f"{sid}{seen[sid]}"
        named = {"Sid": unique} if sid else {}
        numbered.append({**named, **{k: v for k, v in statement.items() if k != "Sid"}})
    name = Arn.parse(principal).name.rpartition("/")[2]
    return PolicyDocument(tuple(numbered), f"rollout-{name}").split()
