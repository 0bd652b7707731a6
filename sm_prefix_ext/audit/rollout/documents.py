"""The policy documents of a roll-out's steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ...core.arns import Arn
from ...core.policy_file import Team
from ...iam import PolicyDocument, prefix_policy, preflight
from ...iam.generated_names import for_prefix, without_generated
from ...iam.policy_document import VERSION
from ...iam.prefix_plan import prefix_plan
from ..rows import AuditRow
from .policies import allows, parsed


class Need(NamedTuple):
    """Jobs that a role will start.

    Args:
        team: whose prefix they get.
        region: where.
        kinds: the types of the steps that start them.
    """

    team: Team
    region: str
    kinds: tuple[str, ...]


_ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def covers(need: Need, rows: Iterable[AuditRow], account: str) -> bool:
    """Whether statements certainly allow a role to start the jobs of a team.

    Args:
        need: the jobs.
        rows: the statements of the role.
        account: where the role is.
    """
    return _allowed(need, [parsed(row) for row in rows], account)


def blocks(row: AuditRow, need: Need, account: str) -> bool:
    """Whether a statement denies the jobs of a team, or may do so; as :func:`covers`."""
    statement = parsed(row)
    return statement.get("Effect") == "Deny" and not _allowed(need, [_ANYTHING, statement], account)


def _allowed(need: Need, statements: Iterable[Mapping[str, Any]], account: str) -> bool:
    team, region, kinds = need
    plan = prefix_plan(team.policy, kinds, account=account, region=region)
    creates = {job.actions[0] for job in plan}
    judged = preflight(plan, role_policies=[document_of([each]) for each in statements])
    return all(row.verdict == "allowed" for row in judged if row.action in creates)


def additions(
    needs: Iterable[Need], teams: Iterable[Team], rows: Sequence[AuditRow], account: str
) -> list[Mapping[str, Any]]:
    """Return the statements that a role needs beside those of today.

    These are the prefix policies for jobs that it may not start yet, and what else it may do today
    with jobs under generated names: the same on the names of teams.

    Args:
        needs: the jobs that it will start.
        teams: whose names it gets.
        rows: its statements.
        account: where it is.
    """
    written: list[Mapping[str, Any]] = []
    for need in needs:
        if not covers(need, rows, account):
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
