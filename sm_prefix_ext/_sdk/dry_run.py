"""Render a pipeline without changing anything in AWS.

Rendering uploads code, creates buckets and, for a Lambda step with a script, creates or overwrites
the function. A dry run replaces the sessions of the pipeline's objects by copies. Their clients
record every request that isn't known to read only, and return a response in the form of AWS.
Before botocore sends a request, it takes a response from the handlers of its event ``before-call``;
moto and botocore's own stubs use this public hook too.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from boto3.resources.base import ServiceResource
from botocore.client import BaseClient

from ..core.arns import Arn
from ..core.planned_jobs import AuthorRequest
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
"""The beginnings of the names of operations that only read; a dry run responds to all others.

Source: the access levels "Read" and "List" of the service authorization reference.
"""
_READS_TOO = frozenset({"AssumeRole"})
_OK = SimpleNamespace(status_code=200, headers={}, content=b"", text="")


class DryRun:
    """Records the requests of a rendering that would change something, and responds to them.

    Args:
        names: the pipeline's declared names, with the state of its whole graph, which the caller
            restores.
        adapter: the SDK's adapter.
    """

    def __init__(self, names: DeclaredNames, adapter: Adapter) -> None:
        self._names = names
        self._adapter = adapter
        self._twins: dict[int, Any] = {}
        self._sent: list[AuthorRequest] = []

    @property
    def author_requests(self) -> tuple[AuthorRequest, ...]:
        """The recorded requests as the author's IAM policies must allow them, each once."""
        return tuple(dict.fromkeys(self._sent))

    def replace_sessions(self, twin: Any) -> None:
        """Replace the sessions of the pipeline's objects.

        Args:
            twin: the copy of the pipeline to render; its own session stays replaced.
        """
        graph = self._names.graph
        holders = [vars(holder) for holder, _ in graph.objects]
        holders += [holder for holder, _ in graph.containers if isinstance(holder, dict)]
        for attributes in (*holders, vars(twin)):
            for key, value in attributes.items():
                if isinstance(value, self._adapter.session):
                    attributes[key] = self._twin(value)

    def _twin(self, session: Any) -> Any:
        if id(session) not in self._twins:
            self._twins[id(session)] = _session(session, self)
        return self._twins[id(session)]

    def response(self, model: Any, context: Any, partition: str) -> Any:
        """Return a response in the form of AWS; ``None`` for a request that only reads."""
        name = model.name
        if name.startswith(_READS) or name in _READS_TOO:
            return None
        params = context.get(_PARAMETERS, {})
        service = model.service_model.signing_name
        self._sent += _author_requests(service, name, params, partition, context)
        return _OK, _RESPONSES.get(name, _generic_response)(model, params, context, partition)


_PARAMETERS = "sm_prefix_ext.request_parameters"
"""The key in botocore's request context under which the handlers share the parameters."""


def _author_requests(
    service: str, name: str, params: dict[str, Any], partition: str, context: Any
) -> Iterator[AuthorRequest]:
    if service == "s3":
        bucket = f"arn:{partition}:s3:::{params.get('Bucket')}"
        if name == "CreateBucket":
            yield AuthorRequest("s3:CreateBucket", bucket)
        elif "Key" in params:
            yield AuthorRequest("s3:PutObject", f"{bucket}/{params['Key']}")
        else:
            yield AuthorRequest(f"s3:{name}", bucket)
    elif service == "lambda" and name in ("CreateFunction", "UpdateFunctionCode"):
        function = _function_arn(params, context, partition)
        yield AuthorRequest("lambda:CreateFunction", function)
        yield AuthorRequest("lambda:UpdateFunctionCode", function)
        if params.get("Role"):
            passed = {"iam:PassedToService": "lambda.amazonaws.com"}
            yield AuthorRequest("iam:PassRole", params["Role"], passed)
    else:
        yield AuthorRequest(f"{service}:{name}", "*")


def _function_arn(params: dict[str, Any], context: Any, partition: str) -> str:
    name = str(params.get("FunctionName"))
    if name.startswith("arn:"):
        return name
    try:
        account = Arn.parse(params["Role"]).account
    except (KeyError, ValueError):
        account = "000000000000"
    region = context.get("client_region") or "us-east-1"
    return f"arn:{partition}:lambda:{region}:{account}:function:{name}"


def _function(model: Any, params: dict[str, Any], context: Any, partition: str) -> dict[str, Any]:
    arn = _function_arn(params, context, partition)
    return {"FunctionName": params.get("FunctionName"), "FunctionArn": arn}


def _generic_response(
    model: Any, params: dict[str, Any], context: Any, partition: str
) -> dict[str, Any]:
    """Return a response with a value for each string member: the request's, if it has one."""
    shape = model.output_shape
    response: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}
    for member, member_shape in (shape.members if shape is not None else {}).items():
        if member_shape.type_name == "string":
            response[member] = params.get(member, "not-sent")
    return response


_Response = Callable[[Any, dict[str, Any], Any, str], dict[str, Any]]
_RESPONSES: dict[str, _Response] = {"CreateFunction": _function, "UpdateFunctionCode": _function}


def _session(session: Any, dry_run: DryRun) -> Any:
    """Copy a session of the SDK; the copy's clients send only requests that read."""
    twin = copy.copy(session)
    attributes = vars(twin)
    for key, value in attributes.items():
        if key == "boto_session":
            attributes[key] = _boto_session(value, dry_run)
        elif isinstance(value, BaseClient):
            attributes[key] = _client(value, dry_run)
        elif isinstance(value, ServiceResource):
            attributes[key] = _resource(value, dry_run)
    return twin


def _boto_session(session: Any, dry_run: DryRun) -> Any:
    """Copy a ``boto3.Session``; the clients of the copy send only requests that read."""

    class DryRunSession(type(session)):  # type: ignore[misc]  # a subclass of the user's class
        def client(self, *args: Any, **kwargs: Any) -> Any:
            # A copy, since a user's session may keep its clients and return them again.
            return _client(super().client(*args, **kwargs), dry_run)

    twin = copy.copy(session)
    twin.__class__ = DryRunSession
    return twin


def _client(client: Any, dry_run: DryRun) -> Any:
    twin = object.__new__(type(client))  # copy.copy() would call __getattr__ of an empty client
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

    # The parameters of "before-call" are serialised; this event still has the original ones.
    def keep_parameters(params: Any, context: Any, **_: Any) -> None:
        context[_PARAMETERS] = params

    def respond(model: Any, context: Any, **_: Any) -> Any:
        return dry_run.response(model, context, partition)

    client.meta.events.register_last("before-parameter-build", keep_parameters)
    client.meta.events.register_first("before-call", respond)
    return client
