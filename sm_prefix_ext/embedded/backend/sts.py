"""STS in moto, which keeps what a session of a role was given beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moto.core.responses import ActionResult
from moto.sts.models import AssumedRole
from moto.sts.responses import TokenResponse

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


class EmbeddedSts(TokenResponse):
    """moto's STS; of ``PolicyArns`` and ``Tags``, moto keeps nothing."""

    def assume_role(self) -> ActionResult:
        """Keep what the session was given."""
        return self._keep(super().assume_role())

    def assume_role_with_web_identity(self) -> ActionResult:
        """Keep what the session was given."""
        return self._keep(super().assume_role_with_web_identity())

    def assume_role_with_saml(self) -> ActionResult:
        """Keep what the session was given."""
        return self._keep(super().assume_role_with_saml())

    def _keep(self, answer: ActionResult) -> ActionResult:
        arns = tuple(one["arn"] for one in self._get_param("PolicyArns") or [])
        given = Narrowing(self._get_param("Policy"), arns, self._get_param("Tags") or [])
        setattr(answer.result["Credentials"], _KEPT, given)
        return answer
