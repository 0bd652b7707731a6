"""The tables of a policy file, not checked yet, and the one that applies to a path."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from . import path_patterns
from .errors import PolicyFileError
from .finding_levels import FindingLevels, InvalidLevel, read_levels
from .policy_search import TEAM_VARIABLE, places
from .text import did_you_mean, printable, shown

VALUES = ("prefix", "short_prefix", "step_roles")
KEYS = (*VALUES, "findings", "team")
TEAM_KEYS = ("name", *VALUES, "paths")


@dataclass(frozen=True)
class PolicyTable:
    """One policy in a file: the top level, or a ``[[team]]``.

    Args:
        values: those of ``prefix``, ``short_prefix`` and ``step_roles`` that the table has, not
            checked.
        team: the team's name; ``None`` for the top level.
        paths: the globs of the files and folders that the team owns.
    """

    values: Mapping[str, Any]
    team: str | None = None
    paths: tuple[str, ...] = ()

    def key(self, name: str) -> str:
        """Return the path of a key of this table, for an error message."""
        return name if self.team is None else f"team.{self.team}.{name}"

    def matching(self, relative: Iterable[PurePosixPath]) -> str | None:
        """Return the first glob that matches one of the given paths, or ``None``.

        Args:
            relative: paths below the policy file's folder.
        """
        pairs = ((glob, path) for path in relative for glob in self.paths)
        return next((glob for glob, path in pairs if path_patterns.matches(glob, path)), None)


@dataclass(frozen=True)
class PolicyTables:
    """A policy file whose prefixes and roles are not checked yet.

    Args:
        path: the file.
        top: the top level, which applies if no team's table does.
        teams: in the file's order.
        levels: the levels of findings.
    """

    path: str
    top: PolicyTable
    teams: tuple[PolicyTable, ...]
    levels: FindingLevels

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> PolicyTables:
        """Read a file.

        Raises:
            PolicyFileError: for a file that can't be read, isn't TOML, or has an unknown key, or an
                invalid level, team name or glob.
        """
        document = read(path)
        try:
            levels = read_levels(document.get("findings", {}))
        except InvalidLevel as invalid:
            key = f"findings.{invalid.key}" if invalid.key else "findings"
            raise PolicyFileError(path, key, invalid.why) from None
        teams = tuple(_teams(path, document.get("team", [])))
        return cls(os.fspath(path), PolicyTable(_values(document)), teams, levels)

    def choose(self, path: str | os.PathLike[str] | None, team: str | None) -> PolicyTable:
        """Return the table that applies to a target.

        Args:
            path: the target's file or folder; ``None`` for a target without one.
            team: the name of a team, which takes precedence over the path.

        Raises:
            PolicyFileError: for an unknown team; if the paths of several teams match; and if no
                team's paths match and the top level has no policy.
        """
        if team is not None:
            return self._named(team)
        found = self._matching(path)
        if len(found) > 1:
            both = " and ".join(f"{table.team} ({shown(glob)})" for table, glob in found)
            raise PolicyFileError(
                self.path,
                "team",
                f"the paths of the teams {both} all match {shown(os.fspath(path or ''))}; "
                "change the paths so that one team matches, or name the team with --team (in "
                "Python, team=).",
            )
        if found:
            return found[0][0]
        if self.teams and not self.top.values:
            raise PolicyFileError(self.path, "team", self._no_team(path))
        return self.top

    def _named(self, team: str) -> PolicyTable:
        for table in self.teams:
            if table.team == team:
                return table
        names = [str(table.team) for table in self.teams]
        has = f"the teams are {', '.join(names)}" if names else "the file has no [[team]]"
        near = did_you_mean(team, names)
        raise PolicyFileError(self.path, "team", f"there is no team {shown(team)}; {has}.{near}")

    def _matching(self, path: str | os.PathLike[str] | None) -> list[tuple[PolicyTable, str]]:
        """Return the tables of the teams that match a target, each with the first matching glob.

        A target behind a symbolic link is matched by both of its paths, so that a link can't move
        it from one team to another.
        """
        if path is None:
            return []
        folders = places(Path(self.path).parent)
        relative = dict.fromkeys(
            PurePosixPath(place.relative_to(folder).as_posix())
            for place in places(path)
            for folder in folders
            if place.is_relative_to(folder)
        )
        globs = ((table, table.matching(relative)) for table in self.teams)
        return [(table, glob) for table, glob in globs if glob is not None]

    def _no_team(self, path: str | os.PathLike[str] | None) -> str:
        has = ", ".join(
            f"{table.team} ({', '.join(map(shown, table.paths)) or 'no paths'})"
            for table in self.teams
        )
        where = (
            "the target has no path that shows its team"
            if path is None
            else f"no team's paths match {shown(os.fspath(path))}"
        )
        return (
            f"{where}, and the file has no policy outside its teams; the teams are {has}. Name a "
            f"team with --team (in Python, team= or ${TEAM_VARIABLE}), or add the path to a team."
        )


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a policy file, without checking its values.

    Raises:
        PolicyFileError: for a file that can't be read, isn't TOML or has an unknown key.
    """
    document = _parse(path)
    for key in document:
        if key not in KEYS:
            raise PolicyFileError(path, key, _unknown_key(key, KEYS))
    return document


def looks_like_policy(path: str | os.PathLike[str]) -> bool:
    """Test whether a TOML file of any name is meant as a policy: it sets ``prefix`` or ``team``.

    A file that isn't TOML counts if one of its lines sets them, since it may be a policy with a
    mistake in it; so does a file that can't be read.
    """
    try:
        return not {"prefix", "team"}.isdisjoint(_parse(path))
    except PolicyFileError:
        try:
            text = Path(path).read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            return True
        return re.search(r"^\s*(prefix\s*=|\[\[\s*team\s*\]\])", text, re.MULTILINE) is not None


def _parse(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PolicyFileError(path, None, f"the file can't be read: {error.strerror}.") from None
    except ValueError as error:  # not UTF-8, or not a path
        raise PolicyFileError(path, None, f"the file can't be read: {error}.") from None
    # Here, since a command without a policy file starts faster without it.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        document: dict[str, Any] = tomllib.loads(text)
        return document
    except RecursionError:
        why = "the policy file is nested too deep to read."
    except ValueError as error:  # an integer of too many digits raises no TOMLDecodeError
        why = f"the policy file is not TOML: {error}."
    raise PolicyFileError(path, None, why)


def _values(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: table[key] for key in VALUES if key in table}


def _teams(path: str | os.PathLike[str], given: Any) -> list[PolicyTable]:
    if not isinstance(given, list) or not all(isinstance(table, Mapping) for table in given):
        why = f"got {shown(given)}; wanted a table for each team, headed [[team]]."
        raise PolicyFileError(path, "team", why)
    teams: dict[str, PolicyTable] = {}
    for index, table in enumerate(given):
        name = _team_name(path, f"team[{index}]", table)
        if name in teams:
            why = f"two teams are named {shown(name)}; give each team its own name."
            raise PolicyFileError(path, f"team[{index}].name", why)
        teams[name] = _team(path, name, table)
    return list(teams.values())


def _team_name(path: str | os.PathLike[str], place: str, table: Mapping[str, Any]) -> str:
    name = table.get("name")
    if "name" not in table:
        raise PolicyFileError(path, place, 'the team has no name; add name = "…" to the [[team]].')
    if not isinstance(name, str) or not name.strip() or name != printable(name):
        why = f"got {shown(name)}; wanted the team's name, a text of printable characters."
        raise PolicyFileError(path, f"{place}.name", why)
    return name


def _team(path: str | os.PathLike[str], name: str, table: Mapping[str, Any]) -> PolicyTable:
    for key in table:
        if key not in TEAM_KEYS:
            raise PolicyFileError(path, f"team.{name}.{key}", _unknown_key(key, TEAM_KEYS))
    if "prefix" not in table:
        raise PolicyFileError(
            path, f"team.{name}", 'the team has no prefix; add prefix = "…" to the [[team]].'
        )
    paths = table.get("paths", [])
    if not isinstance(paths, list):
        why = f"got {shown(paths)}; wanted a list of globs, such as ['pipelines/risk/**']."
        raise PolicyFileError(path, f"team.{name}.paths", why)
    for glob in paths:
        if not isinstance(glob, str):
            why = f"got {shown(glob)}; wanted a glob, such as 'pipelines/risk/**'."
            raise PolicyFileError(path, f"team.{name}.paths", why)
        invalid = path_patterns.why_invalid(glob)
        if invalid is not None:
            raise PolicyFileError(path, f"team.{name}.paths", f"{shown(glob)}: {invalid}.")
    return PolicyTable(_values(table), name, tuple(paths))


def _unknown_key(key: str, known: tuple[str, ...]) -> str:
    return f"this key is unknown; the known keys are {', '.join(known)}.{did_you_mean(key, known)}"
