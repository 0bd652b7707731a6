"""The session policies and tags that a role was assumed with, which moto does not keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moto.sts.models import AssumedRole

# On moto's own object, so that moto's reset clears it too.
_KEPT = "sm_prefix_ext_narrowing"


@dataclass(frozen=True)
class Narrowing:
    """What a session of a role was given.

    Args:
        policy: its inline session policy as JSON, or ``None``.
        policy_arns: the ARNs of its managed session policies.
        tags: its session tags, with ``Key`` and ``Value``.
    """

    policy: str | None
    policy_arns: tuple[str, ...]
    tags: Sequence[Mapping[str, str]]


def narrowing(session: AssumedRole) -> Narrowing | None:
    """What a session was given; ``None`` for one of which that isn't known."""
    found: Narrowing | None = getattr(session, _KEPT, None)
    return found


def narrow(session: AssumedRole, given: Narrowing) -> None:
    """Keep what a session was given."""
    setattr(session, _KEPT, given)
