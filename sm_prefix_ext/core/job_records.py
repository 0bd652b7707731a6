"""The jobs of a pipeline execution, with their prefixed ARNs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, overload

from .arns import Arn
from .html_table import as_html
from .job_names import JobName
from .prefix_policy import PrefixPolicy
from .step_types import JOB_KINDS, Kind

if TYPE_CHECKING:
    import pandas

_BY_METADATA_KEY: Mapping[str, Kind] = {kind.metadata_key: kind for kind in JOB_KINDS}
_BY_RESOURCE = {kind.arn_resource: kind for kind in reversed(JOB_KINDS)}


@dataclass(frozen=True)
class JobRecord:
    """A job that an execution ran, or reused by step caching.

    Args:
        step_name: the step's name.
        resource_type: as in the ARN, such as ``training-job``; ``None`` in local mode.
        arn: the ARN; in local mode only a name.
        name: the last part of the ARN; a registered model's is ``<group>/<version>``.
        prefix: the beginning of the name: the custom prefix, ``pipelines``, or ``None``.
        execution_id: the execution ID in the name; for a cache hit, that of the earlier execution.
        entity_token: the token in the name.
        failure_count: the count in the name, if any.
        status: the step's status, such as ``Succeeded``.
        attempt_count: the number of attempts, if the service reports it.
        cached_from: for a cache hit, the ARN of the execution that ran the job.
        failure_reason: the service's message, if the step failed.
    """

    step_name: str
    resource_type: str | None
    arn: str
    name: str
    prefix: str | None
    execution_id: str | None
    entity_token: str | None
    failure_count: int | None
    status: str | None
    attempt_count: int | None
    cached_from: str | None
    failure_reason: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the record as a dict, for JSON."""
        return asdict(self)


class JobRecords(Sequence[JobRecord]):
    """The jobs of an execution, oldest first; a table in a notebook."""

    def __init__(self, records: Sequence[JobRecord]) -> None:
        self._records = tuple(records)

    @overload
    def __getitem__(self, index: int) -> JobRecord: ...
    @overload
    def __getitem__(self, index: slice) -> JobRecords: ...
    def __getitem__(self, index: int | slice) -> JobRecord | JobRecords:
        if isinstance(index, slice):
            return JobRecords(self._records[index])
        return self._records[index]

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[JobRecord]:
        return iter(self._records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JobRecords) and self._records == other._records

    def __hash__(self) -> int:
        return hash(self._records)

    def __repr__(self) -> str:
        return f"JobRecords({list(self._records)!r})"

    def outside(self, policy: PrefixPolicy | str) -> JobRecords:
        """Return the jobs that a policy's prefix does not cover.

        The comparison ignores case, because the service has lower-cased ARNs. For a model in a
        group, the group's name counts.

        Args:
            policy: the policy, or a ``str`` for ``PrefixPolicy(str)``. A policy without a prefix
                covers every job.
        """
        if isinstance(policy, str):
            policy = PrefixPolicy(policy)
        return JobRecords([record for record in self if not _covered(record, policy)])

    def to_frame(self) -> pandas.DataFrame:
        """Return the records as a pandas ``DataFrame``, with a row for each, in the same order.

        Raises:
            ImportError: if pandas isn't installed.
        """
        try:
            import pandas
        except ImportError:
            raise ImportError(
                "JobRecords.to_frame() needs pandas: pip install 'sm-prefix-ext[notebook]'"
            ) from None
        columns = [field.name for field in fields(JobRecord)]
        return pandas.DataFrame([record.to_dict() for record in self], columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Return the records as a dict, for JSON."""
        return {"jobs": [record.to_dict() for record in self]}

    def _repr_html_(self) -> str:
        return as_html(self, ("step_name", "prefix", "status", "arn"))


def prefixed_jobs(execution: Any, *, client: Any = None) -> JobRecords:
    """Read the jobs of an execution, from all pages of its steps.

    Args:
        execution: the execution that ``pipeline.start()`` returned, its ARN, a response of
            ``ListPipelineExecutionSteps``, or a list of steps from ``execution.list_steps()``.
        client: a boto3 ``sagemaker`` client; by default that of the execution's session, or for an
            ARN a new client in the ARN's region.

    Returns:
        A record for each step with a job, the oldest first; steps without a job, such as
        conditions, have no record.

    Raises:
        ValueError: if ``execution`` isn't a list of steps, or is only one page of several.

    Example:
        >>> from sm_prefix_ext import prefixed_jobs
        >>> arn = "arn:aws:sagemaker:us-east-1:111122223333:training-job/a-ic9xq2n1qepa-bAEHIt7IXm"
        >>> step = {"StepName": "Train", "Metadata": {"TrainingJob": {"Arn": arn}}}
        >>> prefixed_jobs([step])[0].prefix
        'a'
    """
    steps = [_checked(step) for step in _steps_of(execution, client)]
    ordered = _oldest_first(steps)
    records = (_record(step) for step in ordered)
    return JobRecords([record for record in records if record is not None])


def _steps_of(execution: Any, client: Any) -> list[Any]:
    if isinstance(execution, str):
        arn = Arn.parse(execution)
        if arn.service != "sagemaker" or "/execution/" not in arn.resource:
            raise ValueError(
                f"{execution!r} is not the ARN of a pipeline execution; wanted "
                "arn:…:pipeline/<name>/execution/<id>."
            )
        return _all_pages(client or _client(arn.region), execution)
    if isinstance(execution, Mapping):
        return _of_response(execution)
    if isinstance(execution, Sequence):
        return list(execution)
    arn_of = getattr(execution, "arn", None)
    session = getattr(execution, "sagemaker_session", None)
    if isinstance(arn_of, str) and session is not None:
        return _all_pages(client or session.sagemaker_client, arn_of)
    listing = getattr(execution, "list_steps", None)
    if callable(listing):  # an execution in local mode, whose list_steps() returns all steps
        return _steps_of(listing(), client)
    raise ValueError(_not_steps(execution))


def _client(region: str) -> Any:
    import boto3  # here, since reading a response doesn't need it

    return boto3.client("sagemaker", region_name=region)


def _all_pages(client: Any, arn: str) -> list[Any]:
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


def _covered(record: JobRecord, policy: PrefixPolicy) -> bool:
    kind = _BY_RESOURCE.get(record.resource_type or "")
    prefix = policy.prefix_for(kind) if kind else policy.prefix
    if prefix is None:
        return policy.prefix is None
    name = record.name.partition("/")[0].lower()
    return name == prefix.lower() or name.startswith(f"{prefix.lower()}-")
