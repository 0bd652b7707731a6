"""Prefixes that get into each other's way."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from ..core.job_names import JobPrefix
from ..core.prefix_policy import PrefixPolicy


class Collision(NamedTuple):
    """Two prefixes of which the IAM pattern of one, ``<prefix>-*``, covers the other's jobs.

    Args:
        prefix: the wider one.
        covers: the one whose jobs it covers.
    """

    prefix: str
    covers: str


def collisions(prefixes: Iterable[str | PrefixPolicy] | str | Path) -> tuple[Collision, ...]:
    """The pairs in which one prefix's pattern covers another's jobs.

    ``team-a-*`` covers ``team-a-eu-…`` as well, so whoever may start jobs as team-a may start
    team-a-eu's. Letter case is left out: SageMaker has authorised names in lower case too.

    Args:
        prefixes: prefixes, :class:`~sm_prefix_ext.PrefixPolicy` objects, or a folder, whose
            ``.toml`` files are policies, at any depth.

    Returns:
        The pairs, sorted. Two policies with the same prefix are a pair too.

    Raises:
        InvalidPrefix: for a prefix that no job could carry.
        PolicyFileError: for a file in the folder that is no policy.
        ValueError: where there is no such folder.

    Example:
        >>> from sm_prefix_ext import iam
        >>> iam.collisions(["risk", "risk-eu", "fraud"])
        (Collision(prefix='risk', covers='risk-eu'),)
    """
    given: Iterable[str | PrefixPolicy]
    given = _in_folder(Path(prefixes)) if isinstance(prefixes, (str, Path)) else prefixes
    owners = [_of(one) for one in given]
    found = {
        Collision(str(wide), str(narrow))
        for ours, theirs in permutations(owners, 2)
        for wide in ours
        for narrow in theirs
        if JobPrefix(wide.lower()).covers(narrow.lower())
    }
    return tuple(sorted(found))


def _of(one: str | PrefixPolicy) -> frozenset[JobPrefix]:
    given = (one.prefix, one.short_prefix) if isinstance(one, PrefixPolicy) else (JobPrefix(one),)
    return frozenset(prefix for prefix in given if prefix is not None)


def _in_folder(folder: Path) -> list[PrefixPolicy]:
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder; wanted one with policy files, or prefixes.")
    return [PrefixPolicy.from_file(path) for path in sorted(folder.rglob("*.toml"))]
