"""IAM in moto: enough of SimulatePrincipalPolicy for the role check of SageMaker SDK v3."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from ..arns import Arn

ADDED = ("simulate_principal_policy",)
"""The operations that moto lacks; a test fails as soon as it has one."""


class EmbeddedIam(IamResponse):
    """moto's IAM, which answers a simulation of no actions at all."""

    def simulate_principal_policy(self) -> Any:
        """Say that the principal is there; refuse to judge actions.

        Policies aren't evaluated yet. A refusal is what an account answers that doesn't allow the
        simulation, and the SDK then goes on without a verdict; an "allowed" would be a lie.
        """
        source = self._get_param("PolicySourceArn")
        name = Arn.parse(source).name.rsplit("/", 1)[-1]
        self.backend.get_role(name)
        actions = [action for action in self._get_param("ActionNames") or [] if action]
        if not actions:
            return ActionResult({"EvaluationResults": [], "IsTruncated": False})
        shown = f"{', '.join(actions[:3])}{', …' if len(actions) > 3 else ''}"
        said = (
            "The embedded AWS does not evaluate policies yet: iam:SimulatePrincipalPolicy of "
            f"{shown} for {source} is not implemented."
        )
        # moto warns of every error that botocore's model doesn't list, and IAM's lists no denial.
        body = (
            "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
            f"<Message>{escape(said)}</Message></Error></ErrorResponse>"
        )
        return 403, {"status": 403}, body
