"""Watch what reaches AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sm_prefix_ext import PrefixViolation, PrefixWarning
from sm_prefix_ext._sdk.dry_run import _READS, _READS_TOO


@contextmanager
def requests_sent() -> Iterator[list[str]]:
    """The operations that reach AWS in the block, whichever client sends them."""
    from botocore.endpoint import Endpoint

    sent: list[str] = []
    send = Endpoint.make_request

    def note(self: Any, model: Any, request: Any) -> Any:
        sent.append(model.name)
        return send(self, model, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "make_request", note)
        yield sent


def changing(sent: list[str]) -> list[str]:
    """Those operations that do more than read."""
    return [name for name in sent if not name.startswith(_READS) and name not in _READS_TOO]


def until_sent(function: Callable[..., Any], **given: Any) -> None:
    """Call a method of the SDK for what it does before its requests.

    An empty account lacks what the requests refer to, so they fail, each SDK's in its own way.
    """
    try:
        function(**given)
    except (PrefixViolation, PrefixWarning):
        raise
    except Exception as error:
        assert not isinstance(error, Warning), error
