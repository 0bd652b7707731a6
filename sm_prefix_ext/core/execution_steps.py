"""Read the steps of a pipeline execution, from its ARN, its object or a response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from .arns import Arn
from .definition import load
from .job_names import JobName
from .job_record import FailedStep, JobRecord
from .job_records import JobRecords
from .step_types import JOB_KINDS, Kind

_BY_METADATA_KEY: Mapping[str, Kind] = {kind.metadata_key: kind for kind in JOB_KINDS}


def read_jobs(execution: Any, client: Any = None) -> JobRecords:
    """Read the jobs of an execution; see :func:`~sm_prefix_ext.prefixed_jobs`.

    Args:
        execution: the execution, its ARN, a response or a list of steps.
        client: a boto3 ``sagemaker`` client, or ``None``.
    """
    source = source_of(execution, client)
    listed = _listed_steps(execution) if source is None else _all_pages(*source)
    ordered = _oldest_first([_checked(step) for step in listed])
    records = [(step, _record(step)) for step in ordered]
    return JobRecords(
        [record for _, record in records if record is not None],
        failed_steps=[
            FailedStep(step["StepName"], step.get("FailureReason"))
            for step, record in records
            if record is None and step.get("StepStatus") == "Failed"
        ],
        steps=ordered,
        definition=None if source is None else partial(_definition, *source),
    )


def source_of(execution: Any, client: Any = None) -> tuple[str, Any] | None:
    """Return the ARN of an execution in AWS and the client that reads it.

    Args:
        execution: as for :func:`read_jobs`.
        client: a boto3 ``sagemaker`` client, or ``None``.

    Returns:
        ``None`` for a response, for a list of steps, and for an execution in local mode.

    Raises:
        ValueError: for a string that isn't the ARN of an execution.
    """
    if isinstance(execution, str):
        region = execution_arn(execution).region
        return execution, client or client_of_region(region)
    arn_of = getattr(execution, "arn", None)
    session = getattr(execution, "sagemaker_session", None)
    if isinstance(arn_of, str) and session is not None:
        return arn_of, client or session.sagemaker_client
    return None


def execution_arn(text: str) -> Arn:
    """Read the ARN of an execution.

    Raises:
        ValueError: for any other text.
    """
    arn = Arn.parse(text)
    if arn.service != "sagemaker" or "/execution/" not in arn.resource:
        raise ValueError(
            f"{text!r} is not the ARN of a pipeline execution; wanted "
            "arn:…:pipeline/<name>/execution/<id>."
        )
    return arn


def _definition(arn: str, client: Any) -> Mapping[str, Any]:
    response = client.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    return load(response["PipelineDefinition"], f"the definition of {arn}")


def _listed_steps(execution: Any) -> list[Any]:
    """Return the steps of a response, of a list, or of an execution in local mode."""
    if isinstance(execution, Mapping):
        return _of_response(execution)
    if isinstance(execution, Sequence):
        return list(execution)
    listing = getattr(execution, "list_steps", None)
    if callable(listing):  # an execution in local mode, whose list_steps() returns all steps
        return _listed_steps(listing())
    raise ValueError(_not_steps(execution))


def client_of_region(region: str, *, new_session: bool = False) -> Any:
    """Return a boto3 ``sagemaker`` client.

    Args:
        region: such as ``eu-west-1``.
        new_session: whether it reads the credentials anew; by default it has those of boto3's
            default session, which a user may have set up.
    """
    import boto3  # here, since reading a response doesn't need it

    session = boto3.session.Session() if new_session else boto3
    return session.client("sagemaker", region_name=region)


def _all_pages(arn: str, client: Any) -> list[Any]:
    steps: list[Any] = []
    request = {"PipelineExecutionArn": arn}
    while True:
        response = client.list_pipeline_execution_steps(**request)
        steps += _listed(response)
        if not response.get("NextToken"):
            return steps
        request["NextToken"] = response["NextToken"]


def _of_response(response: Mapping[str, Any]) -> list[Any]:
    steps = list(_listed(response))
    if not response.get("NextToken"):
        return steps
    raise ValueError(
        "This response is one page of several (it has a NextToken); pass the execution or its ARN "
        "to read all pages."
    )


def _listed(response: Mapping[str, Any]) -> list[Any]:
    steps = response.get("PipelineExecutionSteps")
    if not isinstance(steps, list):
        raise ValueError(_not_steps(response))
    return steps


def _not_steps(value: Any) -> str:
    if isinstance(value, Mapping):
        keys = ", ".join(sorted(map(str, value))[:5])
        got = f"an object with the keys {keys}" if keys else "an empty object"
    else:
        got = f"{type(value).__name__} {str(value)[:80]!r}"
    return (
        f"This is not a list of execution steps: got {got}; wanted a PipelineExecution, its ARN, a "
        "ListPipelineExecutionSteps response or its 'PipelineExecutionSteps'."
    )


def _checked(step: Any) -> Mapping[str, Any]:
    if not isinstance(step, Mapping) or not isinstance(step.get("StepName"), str):
        raise ValueError(_not_steps(step))
    for key in ("StepStatus", "FailureReason"):
        if not isinstance(step.get(key), (str, type(None))):
            raise ValueError(
                f"the step {step['StepName']!r}: {key!r} is {repr(step[key])[:80]}; wanted a "
                "string."
            )
    return step


def _oldest_first(steps: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Sort steps by start time; steps without one come last, in their order."""
    times = [step.get("StartTime") for step in steps]
    known = [time for time in times if time is not None]
    newest_first = len(known) > 1 and _key(known[0]) > _key(known[-1])
    ordered = steps[::-1] if newest_first else list(steps)
    ordered.sort(key=lambda s: (s.get("StartTime") is None, _key(s.get("StartTime"))))
    return ordered


def _key(time: Any) -> Any:
    if hasattr(time, "timestamp"):
        return (0, time.timestamp(), "")
    if isinstance(time, (int, float)):
        return (0, float(time), "")
    return (1, 0.0, str(time or ""))


def _record(step: Mapping[str, Any]) -> JobRecord | None:
    where = f"the step {step['StepName']!r}"
    arn = _arn(_object(step, "Metadata", where), f"{where}: 'Metadata'")
    if arn is None:
        return None
    resource_type, name = _resource(arn)
    try:
        parts = JobName.parse(name)
    except ValueError:
        parts = None
    cached = _object(step, "CacheHitResult", where)
    return JobRecord(
        step_name=step["StepName"],
        resource_type=resource_type,
        arn=arn,
        name=name,
        prefix=parts.prefix if parts else None,
        execution_id=parts.execution_id if parts else None,
        entity_token=parts.entity_token if parts else None,
        failure_count=parts.failure_count if parts else None,
        status=step.get("StepStatus"),
        attempt_count=step.get("AttemptCount"),
        cached_from=cached.get("SourcePipelineExecutionArn") or None,
        failure_reason=step.get("FailureReason"),
    )


def _arn(metadata: Mapping[str, Any], where: str) -> str | None:
    for key, kind in _BY_METADATA_KEY.items():
        arn = _object(metadata, key, where).get(kind.metadata_field)
        if isinstance(arn, str) and arn:
            return arn
    return None


def _object(holder: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = holder.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: {key!r} is {repr(value)[:80]}; wanted an object.")
    return value


def _resource(arn: str) -> tuple[str | None, str]:
    try:
        parsed = Arn.parse(arn)
    except ValueError:
        return None, arn
    name = parsed.name
    if parsed.resource_type == "job":  # job/<category>/<name>
        name = name.partition("/")[2] or name
    return parsed.resource_type, name
