"""STS in moto, with the policies and tags of role sessions."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from ..auth.session_policies import SessionPolicies, keep_session_policies


class EmbeddedSts(TokenResponse):
    """moto's STS, with the ``PolicyArns`` and ``Tags`` of sessions that moto drops."""

    def assume_role(self) -> ActionResult:
        """Keep the session's policies and tags."""
        return self._keep(super().assume_role())

    def assume_role_with_web_identity(self) -> ActionResult:
        """Keep the session's policies and tags."""
        return self._keep(super().assume_role_with_web_identity())

    def assume_role_with_saml(self) -> ActionResult:
        """Keep the session's policies and tags."""
        return self._keep(super().assume_role_with_saml())

    def _keep(self, response: ActionResult) -> ActionResult:
        arns = tuple(policy["arn"] for policy in self._get_param("PolicyArns") or [])
        tags = self._get_param("Tags") or []
        policies = SessionPolicies(self._get_param("Policy"), arns, tags)
        keep_session_policies(response.result["Credentials"], policies)
        return response
