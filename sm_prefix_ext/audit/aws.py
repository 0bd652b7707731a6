"""Ask AWS: the pages of a list, and why a read failed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ..core.aws_errors import DENIED, THROTTLED, advice, code_of
from ..core.text import printable

ATTEMPTS = 12
"""How often botocore sends a request at most: of 30 % throttled, one in two million fails."""
ROUNDS = 8
"""How often botocore is asked to. It gives up early, by its retry quota, where more than a third of
a client's requests are throttled."""
_LONGEST_WAIT = 20.0
"""Between two rounds, in seconds; it is also botocore's between two attempts."""
PAGE = 100
"""The most items that a page of SageMaker's lists has."""

_NOT_THERE = ("ResourceNotFound", "ResourceNotFoundException")


class Refusal(Exception):
    """A read that failed.

    Args:
        reason: why, in one sentence.
        permission: the IAM action of the read.
        code: of AWS's error; ``""`` for another.
    """

    def __init__(self, reason: str, permission: str | None, *, code: str = "") -> None:
        super().__init__(reason, permission)
        self.reason = reason
        self.permission = permission
        self.code = code
        self.gone = code in _NOT_THERE
        """Whether what was to be read is not there any more."""
        self.throttled = code in THROTTLED
        """Whether AWS takes no more requests at the moment."""


class Stopped(Exception):
    """The audit ends before it is complete."""


class Reader(NamedTuple):
    """Reads with a boto3 client.

    Args:
        client: of a service.
        stop: set when the audit ends early, so that no further request is sent.
        service: the service as in IAM's actions.
    """

    client: Any
    stop: threading.Event
    service: str = "sagemaker"

    def ask(self, operation: str, **arguments: Any) -> Mapping[str, Any]:
        """Send a request.

        Args:
            operation: such as ``DescribePipeline``.
            arguments: its parameters.

        Raises:
            Refusal: if it gets no answer.
        """
        from botocore import xform_name

        method = getattr(self.client, xform_name(operation))
        answer: Mapping[str, Any] = answered(
            lambda: method(**arguments), self.action(operation), self.stop
        )
        return answer

    def action(self, operation: str) -> str:
        """Return the IAM action of an operation."""
        return f"{self.service}:{operation}"

    def pages(self, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Yield the items of all pages of a list; see :meth:`lists`."""
        for items in self.lists(operation, key, **arguments):
            yield from items

    def lists(self, operation: str, key: str, **arguments: Any) -> Iterator[list[Any]]:
        """Yield the items of each page of a list.

        Args:
            operation: such as ``ListPipelines``.
            key: the field of the answer with the items.
            arguments: the parameters of the request.

        Raises:
            Refusal: if a page can't be read.
        """
        for answer in self.answers(operation, "NextToken", **arguments):
            items = answer.get(key)
            if not isinstance(items, list):
                raise Refusal(f"The answer of {operation} has no {key}.", self.action(operation))
            yield items

    def answers(self, operation: str, token: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the answers with all pages.

        Args:
            operation: such as ``GetAccountAuthorizationDetails``.
            token: the field of an answer, and of the next request, that continues it.
            arguments: the parameters of the request.

        Raises:
            Refusal: if a page can't be read.
        """
        while True:
            answer = self.ask(operation, **arguments)
            yield answer
            if not answer.get(token):
                return
            arguments[token] = answer[token]


def answered(
    call: Callable[[], Any], permission: str | None, stop: threading.Event | None = None
) -> Any:
    """Return what a request returns; one that is throttled is sent again.

    Args:
        call: sends it.
        permission: the IAM action that it needs.
        stop: set when the audit ends early, so that no further request is sent.

    Raises:
        Refusal: if it gets no answer.
        Stopped: if the audit has ended.
    """
    stop = stop or threading.Event()
    rounds = 0
    while not stop.is_set():
        try:
            return _answered(call, permission)
        except Refusal as refusal:
            rounds += 1
            if not refusal.throttled or rounds == ROUNDS:
                raise
        stop.wait(random.random() * min(2**rounds, _LONGEST_WAIT))
    raise Stopped


def _answered(call: Callable[[], Any], permission: str | None) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call()
    except (BotoCoreError, ClientError, OSError) as error:
        code = code_of(error)
        meaning = "Access is denied." if code in DENIED else advice(error)
        text = " ".join(filter(None, (meaning, _sentence(str(error)))))
        raise Refusal(text, permission, code=code) from None


def _sentence(text: str) -> str:
    return f"{printable(' '.join(text.split())).rstrip('.')}."
