"""The steps that make SCPs allow the new names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .commands import Commands
from .documents import allowed, blocks, spared
from .needs import Need, needs_of
from .step import WIDEN, RolloutStep
from .survey import Level, Survey


def scp_widening(survey: Survey, commands: Commands) -> Iterator[RolloutStep]:
    """Yield a step for each SCP that denies the new names, and for each level that lacks them."""
    needs = _needs(survey, commands)
    for level in survey.scps:
        found = list(_of_level(survey, level, needs))
        for name, statements, checks in found:
            do, documents = spared(Path(name).stem, statements, survey.teams)
            yield RolloutStep(
                WIDEN, "", (), name, do, policy=name, documents=documents, checks=checks
            )
        allowing = [each for document in level.values() for each in _statements_of(document)]
        checks = tuple(
            check for need, (check, account) in needs if not allowed(need, allowing, account)
        )
        if checks and not found:
            yield RolloutStep(
                WIDEN,
                "",
                (),
                ", ".join(level),
                "Change by hand what this level of SCPs allows: none of them certainly allows the "
                "jobs under a team's prefix.",
                checks=checks,
            )


def _statements_of(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the statements of a policy document."""
    statements = document.get("Statement") or []
    return [statements] if isinstance(statements, Mapping) else list(statements)


def _needs(survey: Survey, commands: Commands) -> list[tuple[Need, tuple[str, str]]]:
    """Return the jobs of each team, type and region once, with a check and its account."""
    found: dict[tuple[str, str, tuple[str, ...]], tuple[Need, tuple[str, str]]] = {}
    for (account, role), pipelines in survey.by_role.items():
        for need in needs_of(survey, pipelines):
            check = commands.preflight(need.team, need.kinds, role, account, need.region)
            found.setdefault((need.team.name, need.region, need.kinds), (need, (check, account)))
    return list(found.values())


def _of_level(
    survey: Survey, level: Level, needs: list[tuple[Need, tuple[str, str]]]
) -> Iterator[tuple[str, list[Mapping[str, Any]], tuple[str, ...]]]:
    """Yield each policy of a level that denies, its statements that do, and the checks."""
    for name, document in level.items():
        checks: dict[str, None] = {}
        denying = []
        for statement in _statements_of(document):
            denied = [check for need, (check, account) in needs if blocks(statement, need, account)]
            if denied:
                denying.append(statement)
                checks.update(dict.fromkeys(denied))
        if denying:
            yield name, denying, tuple(checks)
