"""Faults of AWS that the embedded AWS injects: throttling, latency, denials and the like."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from botocore.exceptions import ReadTimeoutError

Answer = tuple[int, dict[str, str], str]
"""Status, headers and body of a response, as moto takes it."""

_SCOPE = re.compile(r"Credential=[^/]+/[0-9]+/[^/]+/([^/]+)/")
"""The service in a signature: ``<key>/<date>/<region>/<service>/aws4_request``."""
_SHARES = ("throttling", "denial", "timeout")


@dataclass(frozen=True)
class Faults:
    """What goes wrong with requests to SageMaker, IAM and STS.

    Args:
        throttling: the share of requests that are throttled, 0 to 1.
        denial: the share of requests that IAM denies, 0 to 1.
        timeout: the share of requests without an answer in time, 0 to 1; only in process.
        latency: how long an answer takes, in seconds.
        half_pages: whether a page of a list has half as many items as it may have.
        clock_skew: by how many seconds the times of executions and steps are off.
        operations: patterns of the operations that the shares and the latency are about, such as
            ``List*``; by default all.
        seed: of the random numbers; the same requests in the same order have the same faults.

    Raises:
        ValueError: for a share that isn't between 0 and 1, or a negative latency.

    Example:
        >>> from sm_prefix_ext.embedded import EmbeddedAWS, Faults
        >>> with EmbeddedAWS(faults=Faults(denial=1, operations=("ListPipelines",))) as aws:
        ...     try:
        ...         aws.client("sagemaker").list_pipelines()
        ...     except Exception as error:
        ...         print(error.response["Error"]["Code"])
        AccessDeniedException
    """

    throttling: float = 0.0
    denial: float = 0.0
    timeout: float = 0.0
    latency: float = 0.0
    half_pages: bool = False
    clock_skew: float = 0.0
    operations: tuple[str, ...] = ("*",)
    seed: int = 0

    def __post_init__(self) -> None:
        for name in _SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(
                    f"Faults.{name} is {getattr(self, name)!r}; wanted a share from 0 to 1."
                )
        if self.latency < 0:
            raise ValueError(f"Faults.latency is {self.latency!r}; wanted seconds, 0 or more.")


@dataclass
class FaultInjector:
    """Injects faults into requests.

    Args:
        faults: which.
    """

    faults: Faults = field(default_factory=Faults)
    _random: random.Random = field(default_factory=random.Random, repr=False)
    _lock: Any = field(default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        self._random.seed(self.faults.seed)

    def answer(self, request: Any) -> Answer | None:
        """Return the answer in place of the service's, or ``None`` for its own.

        Args:
            request: a request as moto handles it.

        Raises:
            botocore.exceptions.ReadTimeoutError: for a request without an answer in time.
        """
        faults = self.faults
        service, operation = _operation(request)
        if not any(fnmatchcase(operation, pattern) for pattern in faults.operations):
            return None
        if faults.latency:
            time.sleep(faults.latency)
        with self._lock:
            throttled, denied, late = (
                self._random.random() < getattr(faults, share) for share in _SHARES
            )
        if late:
            raise ReadTimeoutError(endpoint_url=str(getattr(request, "url", "")))
        if throttled:
            return _error(service, "Throttling", "Rate exceeded")
        if denied:
            text = f"The caller is not authorized to perform: {service}:{operation}"
            return _error(service, "AccessDenied", text)
        return None


def _operation(request: Any) -> tuple[str, str]:
    """Return the service and the operation of a request, such as ``sagemaker``, ``ListJobs``."""
    target = request.headers.get("X-Amz-Target")
    if target:
        service, _, operation = str(target).partition(".")
        return service.lower(), operation
    form: Mapping[str, Any] = getattr(request, "form", None) or {}
    if not form:
        body = request.body
        form = parse_qs(body.decode() if isinstance(body, bytes) else body or "")
    action = form.get("Action", "")
    scope = _SCOPE.search(str(request.headers.get("Authorization", "")))
    service = scope[1] if scope else "iam"
    return service, str(action[0] if isinstance(action, list) else action)


def _error(service: str, code: str, message: str) -> Answer:
    """Return an error in the protocol of a service: JSON, or XML for IAM and STS."""
    if service in ("iam", "sts"):
        status = 400 if code == "Throttling" else 403
        inside = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
        body = f"<ErrorResponse><Error><Type>Sender</Type>{inside}</Error></ErrorResponse>"
        return status, {"Content-Type": "text/xml"}, body
    code = f"{code}Exception"
    body = json.dumps({"__type": code, "message": message})
    return 400, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}, body
