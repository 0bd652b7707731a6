"""Choose the policy of each target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..core import policy_search
from ..core.paths import is_folder
from ..core.prefix_policy import PrefixPolicy
from ..core.text import printable
from .inputs import LoadError

if TYPE_CHECKING:
    from ..core.policy_file import PolicyFile


@dataclass(frozen=True)
class PolicyChoice:
    """The policy of the options, or how to find one for each target.

    Args:
        file: the value of ``--policy``.
        given: the policy of ``--prefix`` and ``--short-prefix``.
        team: the value of ``--team``, a team of a policy file with teams.
    """

    file: Path | None = None
    given: PrefixPolicy | None = None
    team: str | None = None
    _files: dict[Path, PolicyFile] = field(default_factory=dict, repr=False, compare=False)
    """The policy files that were read, each once for all targets."""

    def policy(self, file: str | None, own: PrefixPolicy | None = None) -> PrefixPolicy | None:
        """Return the policy for a target, or ``None``.

        It is the first of: that of the options, the pipeline's own, that of the nearest
        ``sm-prefix.toml`` above the target's file, a discovered one.

        Args:
            file: the target's file; ``None`` if it has none, such as an execution.
            own: the policy of the pipeline object itself.

        Raises:
            PolicyFileError: if a policy file can't be used.
        """
        if self.given is not None:
            return self.given
        if self.file is not None:
            return self._read(self.file).policy_for(file, team=self.team)
        return self.found(file) if own is None else own

    def found(self, file: str | None) -> PrefixPolicy | None:
        """Return the policy of the nearest ``sm-prefix.toml``, or a discovered one, or ``None``.

        Args:
            file: the target's file.

        Raises:
            PolicyFileError: as :meth:`policy`.
        """
        path = (policy_search.nearest(file) if file else None) or policy_search.discover()
        return None if path is None else self._read(path).policy_for(file, team=self.team)

    def _read(self, path: Path) -> PolicyFile:
        if path not in self._files:
            from ..core.policy_file import PolicyFile  # here, since --prefix needs no file

            self._files[path] = PolicyFile.read(path)
        return self._files[path]


def policy_files(path: Path) -> Iterator[PolicyFile]:
    """Yield the policy file with a path, or those in a folder, of which there has to be one.

    Raises:
        LoadError: for a folder without one.
        PolicyFileError: for a file that can't be used.
    """
    from ..core.policy_file import PolicyFile, files_in  # here, since --prefix needs no file

    if not is_folder(path):
        yield PolicyFile.read(path)
        return
    files = list(files_in(path))
    if not files:
        raise LoadError(
            f"{printable(str(path))}: there is no policy file in it; wanted a folder with an "
            "sm-prefix.toml, or another .toml that has a prefix or a team."
        )
    yield from files
