"""Requests that AWS throttles, whatever botocore does about them."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext.audit import aws
from sm_prefix_ext.audit.aws import ROUNDS, Reader, Refusal, Stopped


class Stop(threading.Event):
    """Counts waits, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return self.is_set()


class Client:
    """Answers after a number of errors."""

    def __init__(self, errors: int, code: str) -> None:
        self.left, self.code = errors, code

    def list_pipelines(self, **_: Any) -> Any:
        if self.left:
            self.left -= 1
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "ListPipelines")
        return {"PipelineSummaries": []}


@pytest.fixture(autouse=True)
def _longest_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws.random, "random", lambda: 1.0)


@pytest.mark.parametrize("code", ["ThrottlingException", "Throttling", "TooManyRequestsException"])
def test_a_throttled_request_is_sent_again(code: str) -> None:
    """After longer and longer waits."""
    stop = Stop()
    answer = Reader(Client(ROUNDS - 1, code), stop).ask("ListPipelines")
    assert {"PipelineSummaries": []} == answer
    assert [2, 4, 8, 16, 20, 20, 20] == stop.waits


def test_it_is_refused_in_the_end() -> None:
    """A service that takes nothing does not hold the audit for ever."""
    client = Client(ROUNDS + 1, "ThrottlingException")
    with pytest.raises(Refusal, match="no"):
        Reader(client, Stop()).ask("ListPipelines")
    assert 1 == client.left


def test_another_refusal_is_one_at_once() -> None:
    """To ask again would not help."""
    client = Client(1, "AccessDeniedException")
    with pytest.raises(Refusal, match="Access is denied"):
        Reader(client, Stop()).ask("ListPipelines")


def test_no_request_follows_the_end_of_the_audit() -> None:
    """Nor a wait for the next."""
    stop, client = threading.Event(), Client(2, "ThrottlingException")
    stop.set()
    with pytest.raises(Stopped):
        Reader(client, stop).ask("ListPipelines")
    assert 2 == client.left
