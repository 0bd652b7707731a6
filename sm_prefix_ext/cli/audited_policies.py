"""The policies of an audit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core import policy_search
from ..core.text import printable
from .inputs import LoadError
from .options import policy_choice
from .policy_choice import policy_files


def audited_policies(
    files: tuple[str, ...], prefix: str | None, short_prefix: str | None, team: str | None
) -> Any:
    """Return the policies to audit against: of a file, those of all its teams.

    Args:
        files: the values of ``--policy``.
        prefix: the value of ``--prefix``.
        short_prefix: the value of ``--short-prefix``.
        team: the value of ``--team``.

    Raises:
        LoadError: if there is none.
    """
    choice = policy_choice(files[0] if files else None, prefix, short_prefix, team)
    if choice.given is not None:
        return choice.given
    paths = [Path(file) for file in files] or list(filter(None, [policy_search.discover()]))
    if not paths:
        raise LoadError("there is no policy to audit against; give --policy FILE or --prefix P.")
    found = [file for path in paths for file in policy_files(path)]
    if team is None:
        return found
    if len(found) == 1:
        return found[0].policy_for(None, team=team)
    teams = {each.name: each for file in found for each in file.teams}
    if team not in teams:
        known = ", ".join(teams) or "none"
        raise LoadError(f"no policy file has the team {printable(team)}; they have {known}.")
    return teams[team]
