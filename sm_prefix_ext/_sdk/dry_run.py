"""Render a pipeline without changing anything in AWS.

Rendering uploads code, makes buckets and, for a Lambda step with a script, creates or overwrites
the function. For a look the sessions that the pipeline's objects hold are replaced by copies whose
clients answer every request that isn't known to read, here and in AWS's form, and note it. botocore
asks the handlers of its event ``before-call`` for an answer before it sends a request; that is its
public hook, which moto's and its own stubs use too.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from boto3.resources.base import ServiceResource
from botocore.client import BaseClient

from ..core.arns import Arn
from ..core.plan import AuthorRequest
from .adapter import Adapter
from .declared_names import DeclaredNames

_READS = (
    "BatchDescribe",
    "BatchGet",
    "Describe",
    "Get",
    "Head",
    "List",
    "Query",
    "Scan",
    "Search",
    "Simulate",
)
"""What the names of operations that only read begin with; any other is answered here.

From the access levels "Read" and "List" of the service authorization reference.
"""
_READS_TOO = frozenset({"AssumeRole"})
_OK = SimpleNamespace(status_code=200, headers={}, content=b"", text="")


class DryRun:
    """Answers the requests of a rendering that would change something, and records them.

    Args:
        names: of the pipeline, with the state of its whole graph, which the caller restores.
        adapter: the SDK.
    """

    def __init__(self, names: DeclaredNames, adapter: Adapter) -> None:
        self._names = names
        self._adapter = adapter
        self._twins: dict[int, Any] = {}
        self._sent: list[AuthorRequest] = []

    @property
    def author_requests(self) -> tuple[AuthorRequest, ...]:
        """What the requests take of the author's IAM policies, each once, in order."""
        return tuple(dict.fromkeys(self._sent))

    def replace_sessions(self, twin: Any) -> None:
        """Give the pipeline's objects other sessions.

        Args:
            twin: the pipeline that is rendered; its own session stays replaced.
        """
        found = self._names.graph
        holders = [vars(holder) for holder, _ in found.objects]
        holders += [holder for holder, _ in found.containers if isinstance(holder, dict)]
        for held in (*holders, vars(twin)):
            for key, value in held.items():
                if isinstance(value, self._adapter.session):
                    held[key] = self._twin(value)

    def _twin(self, session: Any) -> Any:
        if id(session) not in self._twins:
            self._twins[id(session)] = _session(session, self)
        return self._twins[id(session)]

    def answer(self, model: Any, context: Any, partition: str) -> Any:
        """What AWS would have answered; ``None`` for a request that only reads."""
        name = model.name
        if name.startswith(_READS) or name in _READS_TOO:
            return None
        given = context.get(_GIVEN, {})
        service = model.service_model.signing_name
        self._sent += _author_requests(service, name, given, partition, context)
        return _OK, _ANSWERS.get(name, _anything)(model, given, context, partition)


_GIVEN = "sm_prefix_ext.request_parameters"


def _author_requests(
    service: str, name: str, given: dict[str, Any], partition: str, context: Any
) -> Iterator[AuthorRequest]:
    if service == "s3":
        bucket = f"arn:{partition}:s3:::{given.get('Bucket')}"
        if name == "CreateBucket":
            yield AuthorRequest("s3:CreateBucket", bucket)
        elif "Key" in given:
            yield AuthorRequest("s3:PutObject", f"{bucket}/{given['Key']}")
        else:
            yield AuthorRequest(f"s3:{name}", bucket)
    elif service == "lambda" and name in ("CreateFunction", "UpdateFunctionCode"):
        function = _function_arn(given, context, partition)
        yield AuthorRequest("lambda:CreateFunction", function)
        yield AuthorRequest("lambda:UpdateFunctionCode", function)
        if given.get("Role"):
            passed = {"iam:PassedToService": "lambda.amazonaws.com"}
            yield AuthorRequest("iam:PassRole", given["Role"], passed)
    else:
        yield AuthorRequest(f"{service}:{name}", "*")


def _function_arn(given: dict[str, Any], context: Any, partition: str) -> str:
    name = str(given.get("FunctionName"))
    if name.startswith("arn:"):
        return name
    try:
        account = Arn.parse(given["Role"]).account
    except (KeyError, ValueError):
        account = "000000000000"
    region = context.get("client_region") or "us-east-1"
    return f"arn:{partition}:lambda:{region}:{account}:function:{name}"


def _function(model: Any, given: dict[str, Any], context: Any, partition: str) -> dict[str, Any]:
    arn = _function_arn(given, context, partition)
    return {"FunctionName": given.get("FunctionName"), "FunctionArn": arn}


def _anything(model: Any, given: dict[str, Any], context: Any, partition: str) -> dict[str, Any]:
    """A value for each string that the operation may answer with, or what the request has there."""
    shape = model.output_shape
    answer: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}
    for member, of in (shape.members if shape is not None else {}).items():
        if of.type_name == "string":
            answer[member] = given.get(member, "not-sent")
    return answer


_Answer = Callable[[Any, dict[str, Any], Any, str], dict[str, Any]]
_ANSWERS: dict[str, _Answer] = {"CreateFunction": _function, "UpdateFunctionCode": _function}


def _session(session: Any, dry_run: DryRun) -> Any:
    """A copy of a session of the SDK, whose clients send nothing that changes anything."""
    twin = copy.copy(session)
    held = vars(twin)
    for key, value in held.items():
        if key == "boto_session":
            held[key] = _boto_session(value, dry_run)
        elif isinstance(value, BaseClient):
            held[key] = _client(value, dry_run)
        elif isinstance(value, ServiceResource):
            held[key] = _resource(value, dry_run)
    return twin


def _boto_session(session: Any, dry_run: DryRun) -> Any:
    """A copy of a ``boto3.Session`` that hands out such clients."""

    class Looking(type(session)):  # type: ignore[misc]  # of whichever class the user's is
        def client(self, *args: Any, **kwargs: Any) -> Any:
            return _watch(super().client(*args, **kwargs), dry_run)

    twin = copy.copy(session)
    twin.__class__ = Looking
    return twin


def _client(client: Any, dry_run: DryRun) -> Any:
    twin = object.__new__(type(client))  # copy.copy() asks a half-made client for its attributes
    vars(twin).update(vars(client))
    twin.meta = copy.copy(client.meta)
    twin.meta.events = copy.copy(client.meta.events)
    return _watch(twin, dry_run)


def _resource(resource: Any, dry_run: DryRun) -> Any:
    twin = copy.copy(resource)
    twin.meta = copy.copy(resource.meta)
    twin.meta.client = _client(resource.meta.client, dry_run)
    return twin


def _watch(client: Any, dry_run: DryRun) -> Any:
    partition = client.meta.partition

    def note(params: Any, context: Any, **_: Any) -> None:
        context[_GIVEN] = params

    def answer(model: Any, context: Any, **_: Any) -> Any:
        return dry_run.answer(model, context, partition)

    client.meta.events.register_last("before-parameter-build", note)
    client.meta.events.register_first("before-call", answer)
    return client
