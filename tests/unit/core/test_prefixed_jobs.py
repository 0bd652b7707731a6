"""Following an execution from Python and in a notebook."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import boto3
import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext import prefixed_jobs
from sm_prefix_ext.core import execution_watch

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/p/execution/ic9xq2n1qepa"
JOB = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-ic9xq2n1qepa-bAEHIt7IXm"


class Client:
    """An execution that ends at the second look."""

    def __init__(self) -> None:
        self.looks = 0

    def describe_pipeline_execution(self, **_: Any) -> dict[str, str]:
        self.looks += 1
        return {"PipelineExecutionStatus": "Executing" if self.looks == 1 else "Succeeded"}

    def list_pipeline_execution_steps(self, **_: Any) -> dict[str, Any]:
        status = "Executing" if self.looks == 1 else "Succeeded"
        step = {"StepName": "Train", "StepStatus": status}
        return {"PipelineExecutionSteps": [{**step, "Metadata": {"TrainingJob": {"Arn": JOB}}}]}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution_watch.time, "sleep", lambda _: None)
    monkeypatch.setitem(execution_watch.watch.__kwdefaults__, "sleep", lambda _: None)


def test_follow_returns_the_jobs_at_the_end() -> None:
    """It looks until the execution has ended."""
    client = Client()

    jobs = prefixed_jobs(ARN, client=client, follow=True)

    assert (2, ["Succeeded"]) == (client.looks, [job.status for job in jobs])


def test_without_follow_there_is_one_look() -> None:
    """The execution may still run."""
    assert [job.status for job in prefixed_jobs(ARN, client=Client())] == ["Succeeded"]


def test_a_notebook_shows_each_look_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look makes the place, and others update it."""
    shown: list[tuple[str, Any]] = []
    handle = SimpleNamespace(update=lambda jobs: shown.append(("update", jobs[0].status)))

    def display(jobs: Any, *, display_id: bool) -> Any:
        shown.append(("display", jobs[0].status))
        return handle if display_id else None

    notebook = SimpleNamespace(
        get_ipython=lambda: object(), display=SimpleNamespace(display=display)
    )
    monkeypatch.setitem(sys.modules, "IPython", notebook)

    prefixed_jobs(ARN, client=Client(), follow=True)

    assert shown == [("display", "Executing"), ("update", "Succeeded")]


def test_what_is_no_execution_in_aws_cannot_be_followed() -> None:
    """The error says what to give."""
    with pytest.raises(ValueError, match="follow=True needs an execution in AWS"):
        prefixed_jobs([], follow=True)


def test_a_problem_is_printed_and_the_watch_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is printed to standard error."""
    client = Client()
    describe = client.describe_pipeline_execution

    def expired(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "ExpiredTokenException"}}, "Describe")

    looks = [describe, expired, describe]
    monkeypatch.setattr(client, "describe_pipeline_execution", lambda **given: looks.pop(0)())

    assert len(prefixed_jobs(ARN, client=client, follow=True)) == 1
    assert capsys.readouterr().err.strip() == execution_watch.RENEW


def test_a_new_session_reads_renewed_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first client of an ARN is of boto3's default session, which a user may have set up."""
    first, renewed = Client(), Client()
    describe = first.describe_pipeline_execution

    def expired(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "ExpiredTokenException"}}, "Describe")

    looks = [describe, expired]
    monkeypatch.setattr(first, "describe_pipeline_execution", lambda **given: looks.pop(0)())
    monkeypatch.setattr(boto3, "client", lambda *_, **__: first)
    connect = Mock(return_value=renewed)
    monkeypatch.setattr(boto3.session.Session, "client", connect)

    assert len(prefixed_jobs(ARN, follow=True)) == 1

    connect.assert_called_once_with("sagemaker", region_name="eu-west-1")
