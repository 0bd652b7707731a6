"""The denials of an account and a region that name a job, by CloudTrail.

Sources: CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element";
CloudTrail API reference, ``LookupEvents``. That a denied event has ``AccessDenied`` as its error
code, and as its message the sentence that the caller gets, is documented for other services (AWS
re:Post, "Troubleshoot IAM permission errors"), and inferred for SageMaker.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from ..core.arns import Arn, ArnScope, partition_of
from ..core.aws_errors import DENIED
from ..core.job_record import JobRecord
from ..core.step_types import KINDS_BY_OPERATION, Kind
from .aws import Reader, Refusal
from .judge import Judge
from .pipelines import job_fields, job_record, unknown
from .rows import DENIAL, NOT_KNOWN, AuditRow, Unit, as_text, now

_OPERATION = "LookupEvents"
_SOURCE = "sagemaker.amazonaws.com"
_PAGE = 50
_KEPT = timedelta(days=90)
_SENTENCE = re.compile(
    r"not authorized to perform: (?P<action>[\w-]+:\w+)"
    r"(?: on resource: (?P<arn>arn:\S+?)[.,]?(?=\s|$))?"
)
"""Such as: User: … is not authorized to perform: sagemaker:CreateTrainingJob on resource: arn:…"""
_PERMISSION = f"cloudtrail:{_OPERATION}"
_CODES = (*DENIED, *(f"Client.{code}" for code in DENIED))
_BY_OPERATION: Mapping[str, Kind] = {
    operation: kind for kind in KINDS_BY_OPERATION.values() for operation in kind.actions
}
_BY_RESOURCE = {kind.arn_resource: kind for kind in KINDS_BY_OPERATION.values()}


class _Job(NamedTuple):
    """The job that an event names."""

    kind: Kind
    record: JobRecord


def denials(unit: Unit, reader: Reader, judge: Judge, since: datetime | None) -> Iterator[AuditRow]:
    """Yield a row for each denial that CloudTrail has of a job, the latest first.

    Args:
        unit: the account and the region.
        reader: asks CloudTrail there.
        judge: judges the job's name.
        since: the earliest time; ``None`` for all that CloudTrail keeps.
    """
    # LookupEvents has an error for a time out of its range.
    kept = datetime.now(timezone.utc) - _KEPT
    request: dict[str, Any] = {} if since is None or since < kept else {"StartTime": since}
    attribute = {"AttributeKey": "EventSource", "AttributeValue": _SOURCE}
    listed = reader.pages(
        _OPERATION, "Events", LookupAttributes=[attribute], MaxResults=_PAGE, **request
    )
    try:
        for event in listed:
            yield from _row(unit, judge, event)
    except Refusal as refusal:
        subject = "The denials that CloudTrail has could not be read to the end."
        yield unknown(unit, refusal, subject)


def _row(unit: Unit, judge: Judge, event: Mapping[str, Any]) -> Iterator[AuditRow]:
    known: dict[str, Any] = {"event": event.get("EventId"), "time": as_text(event.get("EventTime"))}
    try:
        record = json.loads(event.get("CloudTrailEvent", ""))
        if not isinstance(record, dict):
            raise ValueError
    except (TypeError, ValueError, RecursionError):
        refusal = Refusal("An event has no record in JSON; it may be a denial.", _PERMISSION)
        yield unknown(unit, refusal, **known)
        return
    message = str(record.get("errorMessage") or "")
    sentence = _SENTENCE.search(message)
    if sentence is None and record.get("errorCode") not in _CODES:
        return
    operation = str(record.get("eventName"))
    denied, arn = (sentence["action"], sentence["arn"]) if sentence else (None, None)
    kind = _BY_OPERATION.get(operation.removesuffix("V2"))
    job = _job_of(arn) or _job_of(_requested(record, kind, unit))
    if job is None and kind is None:
        return  # it is about something else, such as a domain
    judged: dict[str, Any] = {"verdict": NOT_KNOWN, "reason": "The event does not name the job."}
    if job is not None:
        kind, judged = job.kind, job_fields(job.record, judge)
    reason = " ".join(filter(None, (message or "Access is denied.", judged.pop("reason"))))
    yield AuditRow(
        DENIAL,
        unit.account,
        unit.region,
        **judged,
        reason=reason,
        step_type=None if kind is None else kind.step_type,
        permission=denied or f"sagemaker:{operation}",
        role=_principal(record),
        read_at=now(),
        **known,
    )


def _job_of(arn: str | None) -> _Job | None:
    """Return the job with an ARN, ``None`` for the ARN of anything else."""
    try:
        parsed = Arn.parse(arn or "")
    except ValueError:
        return None
    kind = _BY_RESOURCE.get(parsed.resource_type)
    if kind is None or parsed.service != "sagemaker":
        return None
    return _Job(kind, job_record(kind, str(parsed)))


def _requested(record: Mapping[str, Any], kind: Kind | None, unit: Unit) -> str | None:
    """Return the ARN of the job that a request names.

    A message about a role that may not be passed has the ARN of the role.
    """
    parameters = record.get("requestParameters")
    if kind is None or not isinstance(parameters, Mapping):
        return None
    # CloudTrail writes the first letter of a parameter in lower case.
    name = parameters.get(kind.name_field[0].lower() + kind.name_field[1:])
    if not isinstance(name, str) or not name:
        return None
    home = ArnScope(partition_of(unit.region), unit.region, unit.account)
    category = str(parameters.get("jobCategory", "*"))
    return home.arn("sagemaker", kind.resource(name, category))


def _principal(record: Mapping[str, Any]) -> str | None:
    """Return the ARN of the role that was assumed, or of who called."""
    identity = record.get("userIdentity")
    if not isinstance(identity, Mapping):
        return None
    session = identity.get("sessionContext")
    issuer = session.get("sessionIssuer") if isinstance(session, Mapping) else None
    arn = issuer.get("arn") if isinstance(issuer, Mapping) else None
    return arn or identity.get("arn")
