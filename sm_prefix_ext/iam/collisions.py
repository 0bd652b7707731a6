"""Prefixes whose IAM patterns cover each other's jobs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from ..core.job_names import JobPrefix
from ..core.prefix_policy import PrefixPolicy


class Collision(NamedTuple):
    """Two prefixes, where the IAM pattern of one, ``<prefix>-*``, covers the other's jobs.

    Args:
        prefix: the wider prefix.
        covers: the prefix whose jobs it covers.
    """

    prefix: str
    covers: str


def collisions(prefixes: Iterable[str | PrefixPolicy] | str | Path) -> tuple[Collision, ...]:
    """Find the pairs of prefixes where one's pattern covers the other's jobs.

    ``team-a-*`` also covers ``team-a-eu-…``, so a role that may start jobs of team-a may start
    those of team-a-eu. The comparison ignores letter case, since SageMaker has authorized job
    names in lower case too.

    Args:
        prefixes: prefixes, :class:`~sm_prefix_ext.PrefixPolicy` objects, or a directory with
            policies in ``.toml`` files, at any depth.

    Returns:
        The pairs, sorted. Two policies with the same prefix are a pair too.

    Raises:
        InvalidPrefix: if a job's name can't have the prefix.
        PolicyFileError: if a file in the directory isn't a valid policy.
        ValueError: if the directory doesn't exist.

    Example:
        >>> from sm_prefix_ext import iam
        >>> iam.collisions(["risk", "risk-eu", "fraud"])
        (Collision(prefix='risk', covers='risk-eu'),)
    """
    owners: Iterable[str | PrefixPolicy]
    owners = _in_directory(Path(prefixes)) if isinstance(prefixes, (str, Path)) else prefixes
    # The prefix and the short prefix of one owner may cover each other; only pairs of owners count.
    pairs = {
        Collision(str(wide), str(narrow))
        for first, second in permutations([_prefixes_of(owner) for owner in owners], 2)
        for wide in first
        for narrow in second
        if JobPrefix(wide.lower()).covers(narrow.lower())
    }
    return tuple(sorted(pairs))


def _prefixes_of(owner: str | PrefixPolicy) -> frozenset[JobPrefix]:
    if not isinstance(owner, PrefixPolicy):
        return frozenset((JobPrefix(owner),))
    return frozenset(prefix for prefix in (owner.prefix, owner.short_prefix) if prefix is not None)


def _in_directory(directory: Path) -> list[PrefixPolicy]:
    if not directory.is_dir():
        raise ValueError(
            f"{directory} is not a directory; wanted one with policy files (.toml), or prefixes."
        )
    return [PrefixPolicy.from_file(path) for path in sorted(directory.rglob("*.toml"))]
