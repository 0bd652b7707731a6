"""The rows of statements by the policies that have them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...core.arns import Arn
from ..rows import NOT_KNOWN, OUTSIDE, PREFIXING_OFF, AuditRow


def parsed(row: AuditRow) -> dict[str, Any]:
    """Return the statement of a row, in the form of IAM's JSON.

    Raises:
        ValueError: if it has none.
    """
    statement = json.loads(row.statement or "null")
    if not isinstance(statement, dict):
        raise ValueError(f"A row of the policy {row.policy} has no statement.")
    return statement


def allows(row: AuditRow) -> bool:
    """Whether a statement is an ``Allow``."""
    return parsed(row).get("Effect") == "Allow"


def allows_generated(row: AuditRow) -> bool:
    """Whether a statement allows jobs under generated names, and no others than the teams'."""
    return row.verdict == PREFIXING_OFF and allows(row)


def may_allow_others(row: AuditRow) -> bool:
    """Whether a statement allows jobs that no team's prefix covers, or its variables decide."""
    return row.verdict in (OUTSIDE, NOT_KNOWN) and allows(row)


def by_policy(rows: Iterable[AuditRow]) -> Mapping[tuple[str, str, str], Sequence[AuditRow]]:
    """Return rows by account, policy and, for an inline one, its principal; sorted."""
    grouped: dict[tuple[str, str, str], list[AuditRow]] = defaultdict(list)
    for row in rows:
        policy = row.policy or ""
        owner = "" if policy.startswith("arn:") else row.role or ""
        grouped[row.account, policy, owner].append(row)
    return {key: grouped[key] for key in sorted(grouped)}


def distinct(rows: Iterable[AuditRow]) -> list[dict[str, Any]]:
    """Return the statements of rows, each once: a managed policy has rows for each principal."""
    return [parsed(row) for row in {row.statement: row for row in rows}.values()]


def principals(rows: Iterable[AuditRow]) -> tuple[str, ...]:
    """Return whose policies the rows are about, sorted."""
    return tuple(sorted({row.role for row in rows if row.role}))


def reasons(rows: Iterable[AuditRow]) -> tuple[str, ...]:
    """Return the reasons of rows, without those that another one contains."""
    found = dict.fromkeys(row.reason for row in rows if row.reason)
    return tuple(
        each for each in found if not any(each != other and each in other for other in found)
    )


def policy_name(rows: Sequence[AuditRow]) -> str:
    """Return a name for the documents about a policy."""
    policy = rows[0].policy or ""
    if policy.startswith("arn:"):
        return Arn.parse(policy).name.rpartition("/")[2]
    return f"{Arn.parse(str(rows[0].role)).name.rpartition('/')[2]}-{policy}"


def policy_title(rows: Sequence[AuditRow]) -> str:
    """Return what a report calls a policy: its ARN, or its name and whose it is."""
    policy = rows[0].policy or ""
    return policy if policy.startswith("arn:") else f"{policy} of {rows[0].role}"
