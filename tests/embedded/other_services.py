"""IAM, Organizations and CloudTrail for audits: callers are judged, and CloudTrail has events."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import moto.cloudtrail.urls
import moto.iam.urls
import moto.organizations.urls
import moto.sagemaker.urls
import moto.sts.urls

from sm_prefix_ext.embedded import EmbeddedAWS
from sm_prefix_ext.embedded.auth.principals import OWN_KEY, principal_of_access_key

MODULES: Mapping[str, Any] = {
    "iam": moto.iam.urls,
    "organizations": moto.organizations.urls,
    "cloudtrail": moto.cloudtrail.urls,
}
_KEY = re.compile(r"Credential=([^/]+)/")
Answer = tuple[int, dict[str, str], str]


@contextmanager
def services(
    aws: EmbeddedAWS,
    *,
    events: Sequence[Mapping[str, Any]] = (),
    page: int = 50,
    judged: bool = False,
) -> Iterator[list[str]]:
    """Answer CloudTrail's LookupEvents, which moto lacks, and judge who calls these services.

    Args:
        aws: an open embedded AWS, whose own credentials have all permissions.
        events: the records of CloudTrail, the latest first.
        page: how many of them a page has.
        judged: whether callers need the permissions.

    Returns:
        The operations that were called, such as ``iam:GetAccountAuthorizationDetails``.
    """
    called: list[str] = []

    def wrapped(service: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def handle(request: Any, url: str, headers: Any) -> Any:
            operation = f"{service}:{_operation(request)}"
            called.append(operation)
            refused = _refusal(aws, request, operation) if judged else None
            if refused is not None:
                return refused
            if operation == "cloudtrail:LookupEvents":
                return _looked_up(json.loads(request.get_data()), events, page)
            return original(request, url, headers)

        return handle

    with ExitStack() as stack:
        for service, module in MODULES.items():
            handlers = {path: wrapped(service, own) for path, own in module.url_paths.items()}
            stack.enter_context(patch.dict(module.url_paths, handlers))
        yield called


@contextmanager
def not_enabled(region: str) -> Iterator[None]:
    """Refuse all credentials in a region, as SageMaker and STS do where an account has it off."""

    def wrapped(service: str, original: Callable[..., Any]) -> Callable[..., Any]:
        code = "InvalidClientTokenId" if service == "sts" else "UnrecognizedClientException"

        def handle(request: Any, url: str, headers: Any) -> Any:
            if f"/{region}/" in str(request.headers["Authorization"]):
                return _error(service, code, "The security token is invalid")
            return original(request, url, headers)

        return handle

    with ExitStack() as stack:
        for service, module in (("sts", moto.sts.urls), ("sagemaker", moto.sagemaker.urls)):
            handlers = {path: wrapped(service, own) for path, own in module.url_paths.items()}
            stack.enter_context(patch.dict(module.url_paths, handlers))
        yield


def denied_event(
    message: str | None,
    operation: str = "CreateTrainingJob",
    *,
    number: int = 1,
    code: str | None = "AccessDenied",
    **more: Any,
) -> dict[str, Any]:
    """A record as LookupEvents has it; with the wire's time, in seconds."""
    issuer = {"type": "Role", "arn": "arn:aws:iam::123456789012:role/pipeline"}
    record = {
        "eventSource": "sagemaker.amazonaws.com",
        "eventName": operation,
        "errorCode": code,
        "errorMessage": message,
        "requestParameters": None,
        "userIdentity": {
            "type": "AssumedRole",
            "arn": "arn:aws:sts::123456789012:assumed-role/pipeline/session",
            "sessionContext": {"sessionIssuer": issuer},
        },
        **more,
    }
    return {
        "EventId": f"event-{number}",
        "EventName": operation,
        "EventTime": 1_780_000_000 - number,
        "CloudTrailEvent": json.dumps(record),
    }


def _looked_up(
    request: Mapping[str, Any], events: Sequence[Mapping[str, Any]], page: int
) -> Answer:
    source = {"AttributeKey": "EventSource", "AttributeValue": "sagemaker.amazonaws.com"}
    assert [source] == request["LookupAttributes"]
    since = request.get("StartTime", 0)
    found = [event for event in events if event["EventTime"] >= since]
    start = int(request.get("NextToken", 0))
    answer: dict[str, Any] = {"Events": found[start : start + page]}
    if start + page < len(found):
        answer["NextToken"] = str(start + page)
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer)


def _operation(request: Any) -> str:
    target = request.headers.get("X-Amz-Target")
    if target:
        return str(target).rpartition(".")[2]
    return str(request.form["Action"])


def _refusal(aws: EmbeddedAWS, request: Any, action: str) -> Answer | None:
    """The answer to a caller whose policies do not allow an action, which has no resource."""
    key = _KEY.search(str(request.headers["Authorization"]))
    if key is None or key[1] == OWN_KEY:
        return None
    caller = principal_of_access_key(key[1], aws.account_id, "aws")
    reason = caller.refusal(action, "*") if caller is not None else "because nobody has the key"
    if reason is None:
        return None
    message = f"User: x is not authorized to perform: {action} on resource: * {reason}"
    service = action.partition(":")[0]
    return _error(service, "AccessDenied" if service == "iam" else "AccessDeniedException", message)


def _error(service: str, code: str, message: str) -> Answer:
    if service in ("iam", "sts"):
        inside = f"<Code>{code}</Code><Message>{message}</Message>"
        body = f"<ErrorResponse><Error><Type>Sender</Type>{inside}</Error></ErrorResponse>"
        return 403, {"Content-Type": "text/xml"}, body
    body = json.dumps({"__type": code, "message": message})
    return 400, {"Content-Type": "application/x-amz-json-1.1"}, body
