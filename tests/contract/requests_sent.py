"""Record the requests that reach AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sm_prefix_ext import PrefixViolation, PrefixWarning
from sm_prefix_ext._sdk.dry_run import _READS, _READS_TOO


@contextmanager
def requests_sent() -> Iterator[list[str]]:
    """The operations that any client sends in the block."""
    from botocore.endpoint import Endpoint

    sent: list[str] = []
    send = Endpoint.make_request

    def record(self: Any, model: Any, request: Any) -> Any:
        sent.append(model.name)
        return send(self, model, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "make_request", record)
        yield sent


def changing(sent: list[str]) -> list[str]:
    """The operations that do more than read."""
    return [name for name in sent if not name.startswith(_READS) and name not in _READS_TOO]


def until_sent(function: Callable[..., Any], **given: Any) -> None:
    """Call a method of the SDK, and ignore errors of its requests.

    The requests fail because they refer to resources that an empty account lacks; the error
    depends on the SDK.
    """
    try:
        function(**given)
    except (PrefixViolation, PrefixWarning):
        raise
    except Exception as error:
        assert not isinstance(error, Warning), error
