"""Following an execution, with a client that answers from a script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    ReadTimeoutError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from sm_prefix_ext.core.execution_watch import POLL, RENEW, Look, watch

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/p/execution/ic9xq2n1qepa"
JOB = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-ic9xq2n1qepa-bAEHIt7IXm"
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def step(name: str, status: str, *, job: bool = True) -> dict[str, Any]:
    metadata = {"Metadata": {"TrainingJob": {"Arn": JOB}}} if job else {}
    return {"StepName": name, "StepStatus": status, "StartTime": NOON, **metadata}


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribePipelineExecution")


class Client:
    """Answers each look by the next entry of a script: a status with steps, or an error."""

    def __init__(self, script: list[Any]) -> None:
        self.script = script
        self.steps: list[Any] = []

    def describe_pipeline_execution(self, **_: Any) -> dict[str, str]:
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, self.steps = answer
        return {"PipelineExecutionStatus": status}

    def list_pipeline_execution_steps(self, **_: Any) -> dict[str, Any]:
        return {"PipelineExecutionSteps": self.steps}


@pytest.fixture
def waits() -> list[float]:
    """The seconds that a watch waited."""
    return []


@pytest.fixture
def follow(waits: list[float]) -> Callable[..., list[Look]]:
    """Follow the execution of a script to its end."""

    def follow(*script: Any, connections: list[Any] | None = None) -> list[Look]:
        client = Client(list(script))

        def connect() -> Client:
            if connections is not None:
                connections.append(client)
            return client

        return list(watch(ARN, connect, sleep=waits.append))

    return follow


def test_each_change_is_a_look_and_the_end_is_the_last(
    follow: Callable[..., list[Look]], waits: list[float]
) -> None:
    """A look that shows nothing new is left out; the waits vary."""
    running = ("Executing", [step("A", "Executing")])

    looks = follow(("Executing", []), running, running, ("Succeeded", [step("A", "Succeeded")]))

    assert [look.status for look in looks] == ["Executing", "Executing", "Succeeded"]
    assert [[job.status for job in look.jobs] for look in looks] == [
        [],
        ["Executing"],
        ["Succeeded"],
    ]
    assert len(waits) == 3
    assert all(POLL * 0.8 <= wait <= POLL * 1.2 for wait in waits)
    assert len(set(waits)) > 1, "the waits differ"


def test_a_step_without_a_job_is_a_change_too(follow: Callable[..., list[Look]]) -> None:
    """Its status is one."""
    looks = follow(
        ("Executing", [step("Check", "Executing", job=False)]),
        ("Executing", [step("Check", "Succeeded", job=False)]),
        ("Succeeded", [step("Check", "Succeeded", job=False)]),
    )

    assert len(looks) == 3


def test_an_execution_that_has_ended_is_one_look(
    follow: Callable[..., list[Look]], waits: list[float]
) -> None:
    """There is no wait."""
    assert [look.status for look in follow(("Stopped", []))] == ["Stopped"]
    assert waits == []


def test_throttling_makes_looks_rarer_and_ends_nothing(
    follow: Callable[..., list[Look]], waits: list[float]
) -> None:
    """The waits grow to a limit, and are short again after an answer."""
    throttled = [refused("ThrottlingException")] * 6

    looks = follow(("Executing", []), *throttled, ("Executing", []), ("Succeeded", []))

    assert [look.status for look in looks] == ["Executing", "Succeeded"]
    assert waits[3] > 1.5 * waits[1]
    assert max(waits) <= 120 * 1.2
    assert waits[-1] <= POLL * 1.2, "after an answer, looks are as frequent as before"


def test_expired_credentials_are_read_again(follow: Callable[..., list[Look]]) -> None:
    """The advice is given once, and each look connects again."""
    connections: list[Any] = []
    expired = refused("ExpiredTokenException")

    looks = follow(("Executing", []), expired, expired, ("Succeeded", []), connections=connections)

    assert [look.problem for look in looks] == [None, RENEW, None]
    assert len(connections) == 3


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (UnauthorizedSSOTokenError(), RENEW),
        (TokenRetrievalError(provider="sso", error_msg="expired"), RENEW),
        (CredentialRetrievalError(provider="process", error_msg="expired"), RENEW),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS can't be reached; the watch goes"),
        (ReadTimeoutError(endpoint_url="https://x"), "AWS can't be reached; the watch goes on"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_passes_ends_nothing(
    follow: Callable[..., list[Look]], error: Exception, problem: str
) -> None:
    """A new client is made after each, whose credentials are those of the moment."""
    connections: list[Any] = []

    looks = follow(("Executing", []), error, ("Succeeded", []), connections=connections)

    assert [look.status for look in looks] == ["Executing", None, "Succeeded"]
    assert str(looks[1].problem).startswith(problem)
    assert len(connections) == 2


def test_credentials_that_can_not_be_read_yet_end_nothing() -> None:
    """A process that gives credentials fails when a client is made."""
    expired = CredentialRetrievalError(provider="process", error_msg="expired")
    script = [("Executing", []), refused("ExpiredToken"), ("Succeeded", [])]
    answers: list[Any] = [Client(script), expired, Client(script)]

    def connect() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    looks = list(watch(ARN, connect, sleep=lambda _: None))

    assert [look.problem for look in looks] == [None, RENEW, None]


@pytest.mark.parametrize(
    "error", [refused("ExpiredTokenException"), EndpointConnectionError(endpoint_url="https://x")]
)
def test_a_watch_needs_a_first_look(follow: Callable[..., list[Look]], error: Exception) -> None:
    """Before it, every error but throttling ends the watch."""
    with pytest.raises(type(error)):
        follow(error, ("Succeeded", []))


def test_another_error_ends_the_watch(follow: Callable[..., list[Look]]) -> None:
    """It can't pass by itself."""
    with pytest.raises(ClientError, match="AccessDenied"):
        follow(("Executing", []), refused("AccessDeniedException"))
