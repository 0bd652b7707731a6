"""The denials of jobs in CloudTrail's events, whatever an event has."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext.audit.aws import Reader
from sm_prefix_ext.audit.denials import denials
from sm_prefix_ext.audit.judge import Judge, teams_of
from sm_prefix_ext.audit.rows import AuditRow, Unit

UNIT = Unit("111122223333", "eu-west-1")
TIME = datetime(2026, 1, 31, tzinfo=timezone.utc)
ROLE = "arn:aws:iam::111122223333:role/pipeline"
SESSION = "arn:aws:sts::111122223333:assumed-role/pipeline/session"
PLACE = "arn:aws:sagemaker:eu-west-1:111122223333:"
WHY = " because no identity-based policy allows the sagemaker:CreateTrainingJob action"


def sentence(resource: str, action: str = "sagemaker:CreateTrainingJob", end: str = WHY) -> str:
    on = f" on resource: {resource}" if resource else ""
    return f"User: {SESSION} is not authorized to perform: {action}{on}{end}"


def event(message: str | None, operation: str = "CreateTrainingJob", **more: Any) -> dict[str, Any]:
    record = {
        "eventName": operation,
        "errorCode": "AccessDenied",
        "errorMessage": message,
        "requestParameters": None,
        "userIdentity": {"arn": SESSION, "sessionContext": {"sessionIssuer": {"arn": ROLE}}},
        **more,
    }
    return {"EventId": "e-1", "EventTime": TIME, "CloudTrailEvent": json.dumps(record)}


class Client:
    """Answers of CloudTrail, an answer or an error for each page."""

    def __init__(self, *pages: Any) -> None:
        self._pages = pages
        self.given: list[dict[str, Any]] = []

    def lookup_events(self, **given: Any) -> Any:
        self.given.append(dict(given))
        number = int(given.get("NextToken", 0))
        page = self._pages[number]
        if isinstance(page, Exception):
            raise page
        more = {"NextToken": str(number + 1)} if number + 1 < len(self._pages) else {}
        return {"Events": page, **more}


def read(client: Client, since: datetime | None = None) -> list[AuditRow]:
    reader = Reader(client, threading.Event(), "cloudtrail")
    return list(denials(UNIT, reader, Judge(teams_of("team-a")), since))


def rows_of(*events: Any) -> list[AuditRow]:
    return read(Client(list(events)))


def test_a_row_says_what_was_denied_to_whom_and_when() -> None:
    """The whole message, and the verdict on the job's name."""
    arn = f"{PLACE}training-job/team-a-x"
    [row] = rows_of(event(sentence(arn)))
    assert (
        AuditRow(
            "denial",
            *UNIT,
            "inside",
            step_type="Training",
            name="team-a-x",
            arn=arn,
            role=ROLE,
            event="e-1",
            teams=("team-a",),
            reason=sentence(arn),
            permission="sagemaker:CreateTrainingJob",
            time="2026-01-31T00:00:00.000Z",
        )
        == row
    )


@pytest.mark.parametrize(
    ("resource", "operation", "expected"),
    [
        ("training-job/other", "CreateTrainingJob", ("outside", "other")),
        (
            "processing-job/pipelines-4z1p0ma9xq2c-Train-0gVx5T2Yk9",
            "CreateProcessingJob",
            ("prefixing off", "pipelines-4z1p0ma9xq2c-Train-0gVx5T2Yk9"),
        ),
        ("model-package/team-a-group/1", "DescribeModelPackage", ("inside", "team-a-group/1")),
        ("transform-job/team-a-x", "AddTags", ("inside", "team-a-x")),
    ],
)
def test_the_message_names_the_job(
    resource: str, operation: str, expected: tuple[str, str]
) -> None:
    """Whatever the operation was."""
    [row] = rows_of(event(sentence(PLACE + resource), operation))
    assert expected == (row.verdict, row.name)


@pytest.mark.parametrize("end", ["", ".", " with an explicit deny in a service control policy"])
def test_the_ends_of_messages(end: str) -> None:
    """What follows the ARN is no part of the name."""
    [row] = rows_of(event(sentence(f"{PLACE}training-job/team-a-x", end=end)))
    assert "team-a-x" == row.name


def test_the_request_names_the_job_of_a_role_that_may_not_be_passed() -> None:
    """The message names the role."""
    message = sentence(ROLE, "iam:PassRole")
    for operation, field in (
        ("CreateAutoMLJobV2", "autoMLJobName"),
        ("CreateTrainingJob", "trainingJobName"),
    ):
        [row] = rows_of(event(message, operation, requestParameters={field: "team-a-x"}))
        assert ("inside", "team-a-x", "iam:PassRole") == (row.verdict, row.name, row.permission)
        assert str(row.arn).startswith(PLACE)
    requested = {"jobName": "team-a-x", "jobCategory": "AgentRFT"}
    [row] = rows_of(event(message, "CreateJob", requestParameters=requested))
    assert ("inside", f"{PLACE}job/AgentRFT/team-a-x") == (row.verdict, row.arn)


@pytest.mark.parametrize("message", [sentence(ROLE, "iam:PassRole"), sentence(""), "Denied.", None])
def test_an_event_that_does_not_name_the_job_is_a_row(message: str | None) -> None:
    """It is not known whose job it was."""
    [row] = rows_of(event(message))
    assert ("denial", "unknown", None, "Training") == (
        row.kind,
        row.verdict,
        row.name,
        row.step_type,
    )
    assert "The event does not name the job." in str(row.reason)


def test_a_code_alone_is_a_denial() -> None:
    """The message may be empty; a message alone is one too."""
    for code in ("AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation"):
        assert 1 == len(rows_of(event(None, errorCode=code)))
    assert 1 == len(rows_of(event(sentence(ROLE, "iam:PassRole"), errorCode="Failure")))


def test_other_events_have_no_row() -> None:
    """No denial, or none of a job."""
    assert [] == rows_of(
        event(None, errorCode=None),
        event("Rate exceeded", errorCode="ThrottlingException"),
        event(sentence(f"{PLACE}domain/d", "sagemaker:DescribeDomain"), "DescribeDomain"),
        event(sentence("arn:aws:s3:::training-job/x", "s3:GetObject"), "CreatePipeline"),
    )


@pytest.mark.parametrize("record", [None, "{", "[]", "[" * 100_000])
def test_an_event_that_can_not_be_read_is_a_row(record: Any) -> None:
    """It may be a denial."""
    [row] = rows_of({**event(None), "CloudTrailEvent": record})
    assert ("unknown", "e-1", "cloudtrail:LookupEvents") == (row.kind, row.event, row.permission)


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ({"type": "IAMUser", "arn": "arn:aws:iam::1:user/u"}, "arn:aws:iam::1:user/u"),
        ({"arn": SESSION, "sessionContext": None}, SESSION),
        ({"arn": SESSION, "sessionContext": {"sessionIssuer": {}}}, SESSION),
        ("nobody", None),
        (None, None),
    ],
)
def test_the_principal(identity: Any, expected: str | None) -> None:
    """The role of a session, else who called."""
    [row] = rows_of(event(None, userIdentity=identity))
    assert expected == row.role


def test_all_pages_since_a_time_are_read() -> None:
    """A page that is refused is a row, after what was read before."""
    refused = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Lookup")
    client = Client([event(None)], [event(None)], refused)
    since = datetime.now(timezone.utc) - timedelta(days=89)
    assert ["denial", "denial", "unknown"] == [row.kind for row in read(client, since)]
    assert [{"AttributeKey": "EventSource", "AttributeValue": "sagemaker.amazonaws.com"}] == (
        client.given[0]["LookupAttributes"]
    )
    assert {since} == {given["StartTime"] for given in client.given}


@pytest.mark.parametrize("since", [None, datetime.now(timezone.utc) - timedelta(days=91)])
def test_cloudtrail_is_not_asked_for_a_time_before_it_keeps_events(since: datetime | None) -> None:
    """It would refuse the time; without one, it answers with all that it has."""
    client = Client([])
    assert [] == read(client, since)
    assert "StartTime" not in client.given[0]
