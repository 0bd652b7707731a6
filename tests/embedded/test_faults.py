"""Faults that the embedded AWS injects."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from sm_prefix_ext.embedded import EmbeddedAWS, Faults

from ..docs.snippets import ROOT
from .conftest import Driver
from .definitions import job

ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})


def client(aws: EmbeddedAWS, service: str = "sagemaker") -> Any:
    """A client that tries once."""
    return aws.client(service, config=ONCE)


def code(call: Any) -> str:
    """Return the code of the error that a call raises."""
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (Faults(throttling=1), "ThrottlingException"),
        (Faults(denial=1), "AccessDeniedException"),
    ],
)
def test_sagemaker_answers_in_its_protocol(aws: EmbeddedAWS, faults: Faults, expected: str) -> None:
    """The error has the code that SageMaker answers with, as JSON."""
    aws.faults = faults

    assert code(client(aws).list_pipelines) == expected


@pytest.mark.parametrize("service", ["iam", "sts"])
@pytest.mark.parametrize(
    ("faults", "expected"),
    [(Faults(throttling=1), "Throttling"), (Faults(denial=1), "AccessDenied")],
)
def test_iam_and_sts_answer_in_theirs(
    aws: EmbeddedAWS, service: str, faults: Faults, expected: str
) -> None:
    """The error has the code that these services answer with, as XML."""
    aws.faults = faults
    calls = {"iam": "list_roles", "sts": "get_caller_identity"}

    assert code(getattr(client(aws, service), calls[service])) == expected


def test_a_request_may_get_no_answer(aws: EmbeddedAWS) -> None:
    """The client raises botocore's timeout."""
    aws.faults = Faults(timeout=1)

    with pytest.raises(ReadTimeoutError):
        client(aws).list_pipelines()


def test_the_retries_of_boto3_get_through(aws: EmbeddedAWS) -> None:
    """A client with enough attempts gets its answer."""
    aws.faults = Faults(throttling=0.5, timeout=0.2)
    patient = Config(retries={"total_max_attempts": 20, "mode": "standard"})

    assert aws.client("sagemaker", config=patient).list_pipelines()["PipelineSummaries"] == []


def test_other_operations_are_left_alone(aws: EmbeddedAWS) -> None:
    """Only the operations that match a pattern fail."""
    aws.faults = Faults(denial=1, operations=("Describe*",))

    assert client(aws).list_pipelines()["PipelineSummaries"] == []
    assert code(lambda: client(aws).describe_pipeline(PipelineName="p")) == "AccessDeniedException"


def test_a_share_is_a_share_and_the_same_seed_gives_the_same_faults(aws: EmbeddedAWS) -> None:
    """About three in ten requests fail; another seed chooses others."""

    def outcomes(seed: int) -> list[bool]:
        aws.faults = Faults(denial=0.3, seed=seed)
        asking, answers = client(aws), []
        for _ in range(100):
            try:
                asking.list_pipelines()
                answers.append(True)
            except ClientError:
                answers.append(False)
        return answers

    first = outcomes(1)

    assert 15 <= first.count(False) <= 45
    assert first == outcomes(1) != outcomes(2)


def test_latencies_of_threads_overlap(aws: EmbeddedAWS, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request waits until all eight are waiting."""
    meeting = Barrier(8, timeout=30)
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        meeting.wait()

    asking = client(aws)
    aws.faults = Faults(latency=0.3)
    monkeypatch.setattr("sm_prefix_ext.embedded.faults.time.sleep", sleep)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: asking.list_pipelines(), range(8)))

    assert [0.3] * 8 == waited
    assert all(answer["PipelineSummaries"] == [] for answer in answers)


def test_a_page_may_be_half_full(driver: Driver) -> None:
    """A client that reads all pages gets the same items."""
    for number in range(6):
        driver.create(job("Train"), name=f"pipe-{number}")
    whole = [each["PipelineName"] for each in pages(driver.client, 4)]
    driver.aws.faults = Faults(half_pages=True)

    first = driver.client.list_pipelines(MaxResults=4)

    assert 2 == len(first["PipelineSummaries"])
    assert whole == [each["PipelineName"] for each in pages(driver.client, 4)]


def pages(asking: Any, size: int) -> list[Any]:
    answers = asking.get_paginator("list_pipelines").paginate(PaginationConfig={"PageSize": size})
    return [summary for answer in answers for summary in answer["PipelineSummaries"]]


def test_the_clock_may_be_off(driver: Driver) -> None:
    """A step's time is an hour before the time of the test."""
    driver.aws.faults = Faults(clock_skew=-3600)

    [step] = driver.steps(driver.run(job("Train")))

    off = datetime.now(timezone.utc) - step["StartTime"]
    assert timedelta(minutes=55) < off < timedelta(minutes=65)


def test_faults_reach_other_processes_too(aws: EmbeddedAWS) -> None:
    """A client of the server gets them."""
    with aws.serve() as server:
        aws.faults = Faults(throttling=1)
        environment = server.environment
        outside = boto3.client(
            "sagemaker",
            endpoint_url=server.url,
            region_name=environment["AWS_REGION"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            config=ONCE,
        )
        assert code(outside.list_pipelines) == "ThrottlingException"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"throttling": 1.5}, "Faults.throttling is 1.5; wanted a share from 0 to 1"),
        ({"denial": -1}, "Faults.denial is -1"),
        ({"latency": -1}, "Faults.latency is -1; wanted seconds"),
    ],
)
def test_invalid_faults_are_refused(wrong: Any, message: str) -> None:
    """The message names the argument and its value."""
    with pytest.raises(ValueError, match=message):
        Faults(**wrong)


def test_the_page_has_every_fault() -> None:
    """The table of docs/embedded-aws.md has each argument once."""
    page = (ROOT / "docs" / "embedded-aws.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(\w+)=", page, flags=re.MULTILINE)
    assert sorted(documented) == sorted(each.name for each in fields(Faults))
