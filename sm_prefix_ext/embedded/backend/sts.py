"""STS in moto, which keeps what a session of a role was given beside it."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from ..auth.session_policies import Narrowing, narrow


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
        narrow(answer.result["Credentials"], given)
        return answer
