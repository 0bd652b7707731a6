"""A guard on boto3 that blocks requests for jobs outside the policy."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Mapping
from itertools import count
from types import TracebackType
from typing import Any

from .._sdk import adapter
from .._sdk.kept_clients import kept_clients
from ..core.errors import PrefixWarning
from ..core.finding_levels import raise_for_errors
from ..core.findings import CATALOGUE, ERROR, FULL_NAME_OUTSIDE_POLICY, GROUP_OUTSIDE_POLICY
from ..core.prefix_policy import PrefixPolicy
from .guarded_operations import SentRequest

_SERVICES = ("sagemaker", "batch")
_WARNED_CODES = (FULL_NAME_OUTSIDE_POLICY, GROUP_OUTSIDE_POLICY)
_numbers = count()


def guard(session_or_client: Any, policy: PrefixPolicy | str | None = None) -> Guard:
    """Block requests that would start a job outside a policy.

    The guard judges requests as boto3 sends them, after all other event handlers: the requests
    ``Create…Job``, ``CreateModel`` and ``CreateModelPackage`` of SageMaker by their names;
    ``CreatePipeline`` and ``UpdatePipeline`` by every job of the definition, which it reads from
    S3 if necessary; and AWS Batch's ``SubmitServiceJob`` by its training job. It refuses requests
    that make the service start jobs under generated names, such as ``CreateMonitoringSchedule``. It
    ignores all other requests and never changes a name. For a version of a model package, the
    group's name counts: outside the policy, it is a :class:`~sm_prefix_ext.errors.PrefixWarning`.
    The levels of findings in a policy file apply: a finding that is off lets the request through,
    and one that is a warning warns.

    Args:
        session_or_client: a SageMaker client of boto3; a ``boto3.Session``, for the clients that it
            creates from now on; or a session of the SageMaker Python SDK, for its client and the
            clients that it creates from now on. With a session, the guard also covers the clients
            of that session that the SDK keeps for the whole process. A client that the SDK later
            creates from another session, such as boto3's default session, is not guarded.
        policy: a :class:`~sm_prefix_ext.PrefixPolicy`, or a ``str`` for ``PrefixPolicy(str)``; by
            default the one that :meth:`~sm_prefix_ext.PrefixPolicy.discover` finds now.

    Returns:
        The guard; ``remove()`` or the end of a ``with`` block removes it.

    Raises:
        ValueError: if there is no policy, or it has no prefix.
        TypeError: if the first argument is neither a session nor a client.

    Example:
        >>> import boto3
        >>> from sm_prefix_ext import PrefixViolation, guard
        >>> client = boto3.client("sagemaker", region_name="us-east-1")
        >>> with guard(client, "team-a"):
        ...     try:
        ...         client.create_model(ModelName="mine")
        ...     except PrefixViolation as violation:
        ...         print(violation.findings[0].message)
        CreateModel(ModelName=) got 'mine', which the policy's prefix 'team-a' does not cover.
    """
    if isinstance(policy, str):
        policy = PrefixPolicy(policy)
    policy = policy or PrefixPolicy.discover()
    if policy is None or policy.prefix is None:
        why = "no policy was found" if policy is None else "the policy has no prefix"
        raise ValueError(
            f"guard() needs a prefix: {why}; give it a prefix, as in guard(client, 'team-a'), or "
            "an sm-prefix.toml with one."
        )
    return Guard(list(_emitters(session_or_client)), policy)


class Guard:
    """An active guard, from :func:`guard`.

    Args:
        emitters: the event systems of boto3 with which it registers.
        policy: the policy for every job's name.
    """

    def __init__(self, emitters: list[Any], policy: PrefixPolicy) -> None:
        self.policy = policy
        self._emitters = emitters
        self._judged = threading.local()
        name = f"sm-prefix-guard-{next(_numbers)}"
        self._handlers = [
            *((f"before-call.{service}", self._before_call, name) for service in _SERVICES),
            *((f"before-send.{service}", self._before_send, name) for service in _SERVICES),
        ]
        # botocore calls the handlers of the shorter event name later, and among them this one last.
        # A handler that changed the request after it would have to sign it again.
        self._last = ("before-send", self._before_send, name)
        for emitter in emitters:
            for event, handler, unique in self._handlers:
                emitter.register_first(event, handler, unique_id=f"{unique}-{event}")
            event, handler, unique = self._last
            emitter.register_last(event, handler, unique_id=f"{unique}-{event}")

    def remove(self) -> None:
        """Remove the guard; a second call does nothing.

        This also removes it from clients that a guarded ``boto3.Session`` created in the meantime.
        """
        for emitter in self._emitters:
            for event, handler, unique in (*self._handlers, self._last):
                emitter.unregister(event, handler, unique_id=f"{unique}-{event}")
        self._emitters = []

    def __enter__(self) -> Guard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    def _before_call(
        self, event_name: str, params: Mapping[str, Any], request_signer: Any, **_: Any
    ) -> None:
        """Judge the serialised request, before another handler may respond to it."""
        self._judged.signer, self._judged.request = request_signer, None
        self._judge(_request(event_name, params["headers"], params["body"]))

    def _before_send(self, event_name: str, request: Any, **_: Any) -> None:
        """Judge the request again if it has changed since."""
        if event_name.split(".")[1] in _SERVICES:
            self._judge(_request(event_name, request.headers, request.body))

    def _judge(self, request: SentRequest) -> None:
        if not self._emitters or getattr(self._judged, "request", None) == request:
            return
        findings = raise_for_errors(
            request.findings(self.policy, self._read),
            self.policy.levels,
            f"the request {request.operation}",
        )
        self._judged.request = request
        for finding in findings:
            # A policy file may have lowered an error to a warning.
            if finding.code in _WARNED_CODES or CATALOGUE[finding.code].severity == ERROR:
                warnings.warn(PrefixWarning(finding), stacklevel=2)

    def _read(self, location: Mapping[str, Any]) -> str:
        """Read a definition from S3 with the credentials that sign the request."""
        import boto3

        signer = self._judged.signer
        keys = signer._credentials.get_frozen_credentials()
        session = boto3.Session(keys.access_key, keys.secret_key, keys.token)
        version = {"VersionId": location["VersionId"]} if location.get("VersionId") else {}
        response = session.client("s3", region_name=signer.region_name).get_object(
            Bucket=location["Bucket"], Key=location["ObjectKey"], **version
        )
        return str(response["Body"].read(), "utf-8")


def _request(event_name: str, headers: Mapping[str, Any], body: Any) -> SentRequest:
    """Return the request; the header names the operation, or else the event."""
    target = headers.get("X-Amz-Target") or event_name
    target = target.decode() if isinstance(target, bytes) else target
    if hasattr(body, "getvalue"):
        body = body.getvalue()
    body = body.encode() if isinstance(body, str) else body
    return SentRequest(target.rpartition(".")[2], bytes(body or b""))


def _emitters(value: Any) -> Iterator[Any]:
    """Yield the event systems of a client or a session."""
    service = getattr(getattr(value, "meta", None), "service_model", None)
    if service is not None:
        if service.service_name != "sagemaker":
            raise TypeError(
                f"guard() got a client of {service.service_name}; wanted one of sagemaker, or a "
                "session."
            )
        yield value.meta.events
    elif hasattr(value, "boto_session"):
        yield value.boto_session.events
        for client in (*adapter().clients(value), *kept_clients(value.boto_session)):
            # The client of a local session has none: it runs jobs itself and sends nothing.
            if hasattr(client, "meta"):
                yield client.meta.events
    elif hasattr(value, "events") and hasattr(value, "client"):
        yield value.events
        for client in kept_clients(value):
            yield client.meta.events
    else:
        raise TypeError(
            f"guard() got {type(value).__name__}; wanted a SageMaker client of boto3, a "
            "boto3.Session or a session of the SageMaker Python SDK."
        )
