"""The base of the operations that override moto's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.sagemaker.exceptions import AWSValidationException
from moto.sagemaker.responses import SageMakerResponse

from ...core.arns import Arn, ArnScope, partition_of
from ..executions.execution import StepError
from ..executions.expressions import StandIn
from ..request_validation import validation_error
from ..settings import Settings
from .pagination import MAX_SIZE

CROSS_ACCOUNT = "Cross-account pass role is not allowed."
"""IAM's words where a role is passed to a service in another account."""


class Operations(SageMakerResponse):
    """moto's SageMaker, with the helpers of the operations that override it."""

    params: dict[str, Any]

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        """Return a parameter; with half pages, ``MaxResults`` is half of what was asked for."""
        value = super()._get_param(param_name, if_none)
        if param_name != "MaxResults" or not self.settings.injector.faults.half_pages:
            return value
        return max(1, int(value or MAX_SIZE) // 2)

    def call(self, operation: str, request: Mapping[str, Any]) -> Any:
        """Perform another request in the same account and region."""
        inner = self._inner(request)
        return unserialized(getattr(inner, camelcase_to_underscores(operation))())

    def _moto(self, method: str, request: Mapping[str, Any]) -> ActionResult:
        """Perform another request by moto's own operation."""
        response: ActionResult = getattr(SageMakerResponse, method)(self._inner(request))
        return response

    def _inner(self, request: Mapping[str, Any]) -> Operations:
        inner = type(self)(self.settings)
        inner.__dict__.update(self.__dict__, params=dict(request), uri_match={})
        return inner

    def _check_request(self, operation: str) -> None:
        """Refuse a request that breaks its shape."""
        message = validation_error(operation, self.params, stood_in)
        if message is not None:
            raise AWSValidationException(message)

    def _check_passing(self, roles: Iterable[str | None]) -> None:
        """Refuse roles of another account, as IAM does under any policies."""
        for role in roles:
            if role and self._is_foreign(role):
                raise JsonRESTError("AccessDeniedException", CROSS_ACCOUNT)

    def _is_foreign(self, role: str) -> bool:
        try:
            account: str = self.current_account
            return Arn.parse(role).account != account
        except ValueError:
            return False

    def _arn(self, resource: str, name: str) -> str:
        home = ArnScope(partition_of(self.region), self.region, self.current_account)
        return home.arn("sagemaker", f"{resource}/{name}")

    def _state(self, name: str, make: Callable[[], Any] = dict) -> Any:
        """Our own state of a name, on moto's backend, so that moto's reset empties it too."""
        return self.sagemaker_backend.__dict__.setdefault(f"sm_prefix_ext_{name}", make())


@contextmanager
def step_errors(operation: str) -> Iterator[None]:
    """Raise moto's errors as a step's failure, in the service's words."""
    try:
        yield
    except ServiceException as error:
        raise StepError(
            f"ClientError: Failed to invoke sagemaker:{operation}. Error Details: {error.message}"
        ) from error


def unserialized(response: ActionResult) -> Any:
    """The result of an operation of moto's, before serialization."""
    return response.result


def stood_in(value: Any) -> str | None:
    """``""``, any pipeline type, for a stand-in; ``None`` for a real value."""
    return "" if isinstance(value, StandIn) else None
