"""The session policies and tags of assumed roles, which moto does not keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moto.sts.models import AssumedRole

# An attribute of moto's own object, so that moto's reset clears it too.
_ATTRIBUTE = "sm_prefix_ext_session_policies"


@dataclass(frozen=True)
class SessionPolicies:
    """The policies and tags that a role session was created with.

    Args:
        policy: the inline session policy as JSON, or ``None``.
        policy_arns: the ARNs of the managed session policies.
        tags: the session tags, each with ``Key`` and ``Value``.
    """

    policy: str | None
    policy_arns: tuple[str, ...]
    tags: Sequence[Mapping[str, str]]


def session_policies_of(session: AssumedRole) -> SessionPolicies | None:
    """The policies and tags of a session; ``None`` where they are unknown."""
    policies: SessionPolicies | None = getattr(session, _ATTRIBUTE, None)
    return policies


def keep_session_policies(session: AssumedRole, policies: SessionPolicies) -> None:
    """Keep the policies and tags of a session."""
    setattr(session, _ATTRIBUTE, policies)
