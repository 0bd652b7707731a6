"""The prefixes of an audit's teams that collide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy

from ..core.policy_file import Team
from ..iam.collisions import owned_collisions
from .rows import COLLISION, TWO_TEAMS, AuditRow, now


def collision_rows(teams: Sequence[Team]) -> Iterator[AuditRow]:
    """Yield a row for each prefix of a team that covers jobs of another one; of no account.

    Args:
        teams: the teams.

    Example:
        >>> from sm_prefix_ext.audit.collision_rows import collision_rows
        >>> from sm_prefix_ext.audit.judge import teams_of
        >>> [row] = collision_rows(teams_of(["risk", "risk-eu"]))
        >>> row.reason
        'The pattern risk-* of risk covers the jobs of risk-eu, which have the prefix risk-eu.'
    """
    owners = [copy(team.policy) for team in teams]  # two teams may share a policy
    names = {id(owner): team.name for owner, team in zip(owners, teams)}
    for (prefix, covers), first, second in owned_collisions(owners):
        owner, covered = names[id(first)], names[id(second)]
        yield AuditRow(
            COLLISION,
            "",
            "",
            TWO_TEAMS,
            name=prefix,
            teams=(owner, covered),
            reason=f"The pattern {prefix}-* of {owner} covers the jobs of {covered}, which have "
            f"the prefix {covers}.",
            read_at=now(),
        )
