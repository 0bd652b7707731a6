"""What the operations that are laid over moto's share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.sagemaker.exceptions import AWSValidationException
from moto.sagemaker.responses import SageMakerResponse

from ...core.arns import Arn, Home, partition_of
from ..executions.expressions import StandIn
from ..request_validation import refusal
from ..settings import Rules

CROSS_ACCOUNT = "Cross-account pass role is not allowed."
"""IAM's words where a role is passed to a service in another account."""


class Operations(SageMakerResponse):
    """moto's SageMaker, with what the operations laid over it share."""

    params: dict[str, Any]

    def __init__(self, rules: Rules) -> None:
        super().__init__()
        self.rules = rules

    def call(self, operation: str, request: Mapping[str, Any]) -> Any:
        """Answer another request in the same account and region."""
        inner = self._inner(request)
        return plain(getattr(inner, camelcase_to_underscores(operation))())

    def _moto(self, method: str, request: Mapping[str, Any]) -> ActionResult:
        """moto's own answer to another request."""
        answer: ActionResult = getattr(SageMakerResponse, method)(self._inner(request))
        return answer

    def _inner(self, request: Mapping[str, Any]) -> Operations:
        inner = type(self)(self.rules)
        inner.__dict__.update(self.__dict__, params=dict(request), uri_match={})
        return inner

    def _check_request(self, operation: str) -> None:
        """Refuse a request that breaks its shape."""
        why = refusal(operation, self.params, stood_in)
        if why is not None:
            raise AWSValidationException(why)

    def _check_passing(self, roles: Iterable[str | None]) -> None:
        """Refuse roles of another account, as IAM does whatever the policies say."""
        for role in roles:
            if role and self._is_foreign(role):
                raise JsonRESTError("AccessDeniedException", CROSS_ACCOUNT)

    def _is_foreign(self, role: str) -> bool:
        try:
            own: str = self.current_account
            return Arn.parse(role).account != own
        except ValueError:
            return False

    def _arn(self, resource: str, name: str) -> str:
        home = Home(partition_of(self.region), self.region, self.current_account)
        return home.arn("sagemaker", f"{resource}/{name}")

    def _held(self, name: str, make: Callable[[], Any] = dict) -> Any:
        """What is kept under a name, on moto's own backend, so that its reset empties it too."""
        return self.sagemaker_backend.__dict__.setdefault(f"sm_prefix_ext_{name}", make())


def plain(answer: ActionResult) -> Any:
    """What an operation of moto's answers, before it is put into bytes."""
    return answer.result


def stood_in(value: Any) -> str | None:
    """The pipeline type of a stand-in, which can be any; ``None`` for a value that is one."""
    return "" if isinstance(value, StandIn) else None
