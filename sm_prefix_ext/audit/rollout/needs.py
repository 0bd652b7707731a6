"""The jobs that pipelines will start under the prefixes of their teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ...core.policy_file import Team
from ...core.step_types import KINDS
from ..rows import INSIDE, AuditRow
from .survey import Survey, is_left


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


def all_needs(survey: Survey, pipelines: Sequence[AuditRow]) -> list[Need]:
    """Return the jobs that pipelines will start, by team and region."""
    kinds: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    teams: dict[str, Team] = {}
    for row in pipelines:
        team = survey.team_of(row) if is_left(row) or row.verdict == INSIDE else None
        if team is not None and row.step_types:
            teams[team.name] = team
            kinds[team.name, row.region].update(dict.fromkeys(sorted(row.step_types)))
    return [Need(teams[name], region, tuple(kinds[name, region])) for name, region in sorted(kinds)]


def needs_of(survey: Survey, pipelines: Sequence[AuditRow]) -> list[Need]:
    """Return the same without the types for which a team has no prefix."""
    found = []
    for team, region, kinds in all_needs(survey, pipelines):
        kept = tuple(kind for kind in kinds if team.policy.prefix_for(KINDS[kind]) is not None)
        found += [Need(team, region, kept)] if kept else []
    return found
