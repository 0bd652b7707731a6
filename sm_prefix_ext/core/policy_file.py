"""The policy file ``sm-prefix.toml``: its policies, and the one that applies to a target."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from .errors import PolicyFileError
from .paths import is_virtual_environment
from .policy_search import FILE_NAME
from .policy_tables import PolicyTables
from .policy_tables import looks_like_policy as looks_like_policy
from .policy_tables import read as read
from .prefix_policy import PrefixPolicy, policies_of


@dataclass(frozen=True)
class Team:
    """A team in a policy file.

    Args:
        name: the team's name, unique in the file.
        policy: the team's policy.
        paths: the globs of the files and folders that it owns, relative to the file's folder.
    """

    name: str
    policy: PrefixPolicy
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyFile:
    """A policy file, checked as a whole; :meth:`read` creates it.

    Args:
        path: the file.
        default: the policy outside the teams; ``None`` if the file has none.
        teams: the teams, in the file's order.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from sm_prefix_ext.core.policy_file import PolicyFile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "sm-prefix.toml")
        ...     team = {"name": "risk", "prefix": "rk", "paths": ["risk/**"]}
        ...     lines = ["[[team]]", *(f"{key} = {value!r}" for key, value in team.items())]
        ...     _ = path.write_text("\\n".join(lines))
        ...     file = PolicyFile.read(path)
        ...     file.policy_for(Path(folder, "risk", "train.json")).prefix
        'rk'
    """

    path: Path
    default: PrefixPolicy | None
    teams: tuple[Team, ...]
    _tables: PolicyTables = field(repr=False, compare=False)
    _top: PrefixPolicy = field(repr=False, compare=False)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> PolicyFile:
        """Read a file.

        Raises:
            PolicyFileError: for a file that can't be read, isn't TOML, or has an unknown key or an
                invalid value.
        """
        tables = PolicyTables.read(path)
        top, policies = policies_of(tables, PrefixPolicy)
        teams = tuple(
            Team(str(table.team), policy, table.paths)
            for table, policy in zip(tables.teams, policies)
        )
        return cls(Path(path), top if tables.top.values else None, teams, tables, top)

    def policies(self) -> tuple[PrefixPolicy, ...]:
        """Return all policies of the file, the default first."""
        default = () if self.default is None else (self.default,)
        return (*default, *(team.policy for team in self.teams))

    def policy_for(
        self, path: str | os.PathLike[str] | None, *, team: str | None = None
    ) -> PrefixPolicy:
        """Return the policy that applies to a target.

        Args:
            path: the target's file or folder; ``None`` for a target without one, such as an ARN.
            team: the name of a team, which takes precedence over the path.

        Returns:
            The policy of the team, or of the team whose paths match; else the default. A file with
            neither teams nor a default gives a policy without a prefix.

        Raises:
            PolicyFileError: for an unknown team; if the paths of several teams match; and if no
                team's paths match and the file has no default.
        """
        chosen = self._tables.choose(path, team).team
        found = (known.policy for known in self.teams if known.name == chosen)
        return self._top if chosen is None else next(found)


def files_in(folder: str | os.PathLike[str]) -> Iterator[PolicyFile]:
    """Yield the policy files in a folder, at any depth, sorted by path.

    That is every ``sm-prefix.toml``, and every other ``.toml`` with ``prefix`` or ``team`` at its
    top level. Hidden folders, ``node_modules`` and virtual environments are left out.

    Args:
        folder: where to look.

    Raises:
        PolicyFileError: for an invalid policy file, and for a folder or a ``.toml`` file that can't
            be read, since it may hold a policy.
    """
    for path in sorted(_toml_files(Path(folder))):
        if path.name == FILE_NAME or looks_like_policy(path):
            yield PolicyFile.read(path)


def _toml_files(folder: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(folder, onerror=_raise_unreadable):
        here = Path(name)
        folders[:] = [inner for inner in folders if not _is_left_out(here / inner)]
        yield from (here / file for file in files if file.endswith(".toml"))


def _raise_unreadable(error: OSError) -> NoReturn:
    why = f"the folder can't be read: {error.strerror}."
    raise PolicyFileError(error.filename, None, why) from None


def _is_left_out(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name == "node_modules"
    return hidden or is_virtual_environment(folder)
