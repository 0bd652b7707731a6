"""Prefixes whose IAM patterns cover each other's jobs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from ..core.job_names import JobPrefix
from ..core.policy_file import files_in
from ..core.prefix_policy import PrefixPolicy

Owner = str | PrefixPolicy


class Collision(NamedTuple):
    """Two prefixes, where the IAM pattern of one, ``<prefix>-*``, covers the other's jobs.

    Args:
        prefix: the wider prefix.
        covers: the prefix whose jobs it covers.
    """

    prefix: str
    covers: str


class OwnedCollision(NamedTuple):
    """A collision, with the owners of both prefixes.

    Args:
        collision: the two prefixes.
        owner: whose the wider prefix is.
        covered: whose the other one is.
    """

    collision: Collision
    owner: Owner
    covered: Owner


def collisions(prefixes: Iterable[Owner] | str | Path) -> tuple[Collision, ...]:
    """Find the pairs of prefixes where one's pattern covers the other's jobs.

    ``team-a-*`` also covers ``team-a-eu-…``, so a role that may start jobs of team-a may start
    those of team-a-eu. The comparison ignores letter case, since SageMaker has authorized job
    names in lower case too.

    Args:
        prefixes: prefixes, :class:`~sm_prefix_ext.PrefixPolicy` objects, or a directory with
            policy files, at any depth: each ``sm-prefix.toml`` and every other ``.toml`` that has
            ``prefix`` or ``team`` at its top level. Each team of a file counts by itself.

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
    owners: Iterable[Owner]
    owners = _in_directory(Path(prefixes)) if isinstance(prefixes, (str, Path)) else prefixes
    return tuple(sorted({found.collision for found in owned_collisions(list(owners))}))


def owned_collisions(owners: Sequence[Owner]) -> Iterator[OwnedCollision]:
    """As :func:`collisions`, each with the owners of both prefixes; in the order of the owners.

    Args:
        owners: prefixes, or policies.

    Raises:
        InvalidPrefix: if a job's name can't have the prefix.
    """
    # The prefix and the short prefix of one owner may cover each other; only pairs of owners count.
    owned = [(owner, _prefixes_of(owner)) for owner in owners]
    for (first, wide_ones), (second, narrow_ones) in permutations(owned, 2):
        for wide in sorted(wide_ones):
            for narrow in sorted(narrow_ones):
                if JobPrefix(wide.lower()).covers(narrow.lower()):
                    yield OwnedCollision(Collision(str(wide), str(narrow)), first, second)


def _prefixes_of(owner: Owner) -> frozenset[JobPrefix]:
    if not isinstance(owner, PrefixPolicy):
        return frozenset((JobPrefix(owner),))
    return frozenset(prefix for prefix in (owner.prefix, owner.short_prefix) if prefix is not None)


def _in_directory(directory: Path) -> list[PrefixPolicy]:
    if not directory.is_dir():
        raise ValueError(
            f"{directory} is not a directory; wanted one with policy files (.toml), or prefixes."
        )
    return [policy for file in files_in(directory) for policy in file.policies()]
