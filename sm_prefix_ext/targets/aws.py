"""Read pipelines from AWS, with requests that only read."""

from __future__ import annotations

import re
from typing import Any

from ..core.arns import Arn
from ..core.aws_errors import advice
from ..core.definition import load
from ..core.text import printable, shown
from .files import read_text
from .found import text_or_none
from .source import PipelineSource, TargetError
from .template_values import NO_VALUES, TemplateValues

LARGEST_OBJECT = 50_000_000
"""The largest object in S3 that is read, in bytes."""

_RESOURCE = re.compile(r"pipeline/([^/]+)(?:/execution/([^/]+))?")
_URI = re.compile(r"s3://([^/]+)/(.+)", re.DOTALL)


def read_arn(arn: str, *, execution: str | None = None, session: Any = None) -> PipelineSource:
    """Read the present definition of a pipeline, or that of an execution.

    Args:
        arn: the ARN of the pipeline, or of an execution of it.
        execution: the ARN of an execution; by default, the present definition is read.
        session: a boto3 session; by default a new one.

    Raises:
        TargetError: if the ARN is of anything else, or AWS refuses the request.
    """
    parsed, execution = _pipeline_arn(arn, execution)
    pipeline = arn.partition("/execution/")[0]
    client = _client("sagemaker", session, parsed.region)
    described = _answer(client.describe_pipeline, arn, PipelineName=pipeline)
    body, kind = described.get("PipelineDefinition"), "pipeline in AWS"
    if execution is not None:
        run = _answer(
            client.describe_pipeline_definition_for_execution,
            execution,
            PipelineExecutionArn=execution,
        )
        body, kind = run.get("PipelineDefinition"), "execution of a pipeline in AWS"
    target = arn if execution is None else execution
    try:
        definition = load(body, printable(target)) if isinstance(body, str) else None
    except ValueError as error:
        raise TargetError(str(error)) from None
    return PipelineSource(
        target=target,
        kind=kind,
        definition=definition,
        not_read=None if definition is not None else "AWS's answer has no definition",
        pipeline_name=text_or_none(described.get("PipelineName")),
        role_arn=text_or_none(described.get("RoleArn")),
    )


def read_s3(
    uri: str,
    session: Any = None,
    template: TemplateValues = NO_VALUES,
    *,
    pick: str | None = None,
) -> tuple[PipelineSource, ...]:
    """Read the pipelines in an object in S3: all that :func:`~.files.read_text` recognises.

    Args:
        uri: ``s3://bucket/key``.
        session: a boto3 session; by default a new one.
        template: the values of a template's parameters.
        pick: a logical ID or a Terraform address.

    Raises:
        TargetError: if the URI is not that of an object, or the object can't be read, is larger
            than :data:`LARGEST_OBJECT`, or is broken.
    """
    match = _URI.fullmatch(uri)
    if match is None:
        raise TargetError(f"{shown(uri)} is not the URI of an object; wanted s3://bucket/key.")
    client = _client("s3", session, None)
    answer = _answer(client.get_object, uri, Bucket=match[1], Key=match[2])
    if answer["ContentLength"] > LARGEST_OBJECT:
        raise TargetError(
            f"{printable(uri)} has {answer['ContentLength']:,} bytes; at most "
            f"{LARGEST_OBJECT:,} are read."
        )
    try:
        text = _answer(answer["Body"].read, uri).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TargetError(f"{printable(uri)} is not UTF-8: {error.reason}.") from None
    return read_text(text, uri, None, template=template, pick=pick)


def _pipeline_arn(arn: str, execution: str | None) -> tuple[Arn, str | None]:
    """The parsed ARN, and the execution's ARN if there is one."""
    parsed = _parsed(arn)
    match = _RESOURCE.fullmatch(parsed.resource)
    if parsed.service != "sagemaker" or match is None:
        raise TargetError(
            f"{printable(arn)} is not the ARN of a pipeline; wanted "
            "arn:aws:sagemaker:<region>:<account>:pipeline/<name>."
        )
    if match[2] is not None:
        if execution not in (None, arn):
            raise TargetError(f"{printable(arn)} is an execution's ARN; give one execution.")
        return parsed, arn
    # SageMaker writes the name in lower case in some ARNs.
    if execution is not None and not execution.lower().startswith(f"{arn.lower()}/execution/"):
        raise TargetError(
            f"{shown(execution)} is not the ARN of an execution of this pipeline; wanted "
            f"{printable(arn)}/execution/<id>."
        )
    return parsed, execution


def _parsed(arn: str) -> Arn:
    try:
        return Arn.parse(arn)
    except ValueError as error:
        raise TargetError(printable(str(error))) from None


def _client(service: str, session: Any, region: str | None) -> Any:
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        session = session or boto3.Session()
        return session.client(service, region_name=region or session.region_name)
    except (BotoCoreError, ValueError) as error:
        raise TargetError(
            f"A client for AWS can't be created: {printable(str(error)).rstrip('.')}."
        ) from None


def _answer(call: Any, about: str, **arguments: Any) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call(**arguments)
    except (BotoCoreError, ClientError, OSError) as error:
        reason = f"{printable(str(error)).rstrip('.')}. {advice(error)}".rstrip()
        raise TargetError(f"{printable(about)} can't be read: {reason}") from None
