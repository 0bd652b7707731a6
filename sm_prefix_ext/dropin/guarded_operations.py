"""The jobs of a request that a guard judges: those that it starts or defines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..core.definition import load
from ..core.findings import GROUP_OUTSIDE_POLICY, OUTSIDE_POLICY, UNREAD_REQUEST, Finding
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import KINDS_BY_OPERATION, Kind
from ..core.strict_json import loads
from ..enforcement.enforce import enforce
from ..enforcement.name_rules import Declared, Location, check_full_name, compose_name

Read = Callable[[Mapping[str, Any]], str]
"""Reads the object of a ``PipelineDefinitionS3Location``; raises botocore's errors."""

_CREATES_JOB = re.compile(r"Create(\w*Job|Model|ModelPackage)(V2)?")
_PIPELINES = ("CreatePipeline", "UpdatePipeline")
_BATCH = "SubmitServiceJob"
_SCHEDULES = ("CreateMonitoringSchedule", "StartMonitoringSchedule", "UpdateMonitoringSchedule")
_VALIDATES = ("CreateAlgorithm", "CreateModelPackage")

JOBS_NAMED_BY_THE_SERVICE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            _SCHEDULES,
            "Put a QualityCheckStep or ClarifyCheckStep into a Pipeline of sm_prefix_ext and "
            "schedule that pipeline, or create the schedule without the guard.",
        ),
        **dict.fromkeys(
            _VALIDATES,
            "Omit ValidationSpecification, or send the request without the guard.",
        ),
    }
)
"""Requests that make the service start jobs under generated names, with the alternative.

Neither ``MonitoringJobDefinition`` nor a validation profile of ``ValidationSpecification`` has a
field for a job's name (botocore's model, 1.44.8). A monitor's base job name doesn't reach the jobs
of its schedule: https://github.com/aws/sagemaker-python-sdk/issues/4783.
"""


def is_judged(operation: str) -> bool:
    """Test whether a guard judges the requests of an operation.

    Example:
        >>> from sm_prefix_ext.dropin.guarded_operations import is_judged
        >>> is_judged("CreateTrainingJob"), is_judged("CreateEndpoint")
        (True, False)
    """
    return (
        operation in (*_PIPELINES, _BATCH, *JOBS_NAMED_BY_THE_SERVICE)
        or _CREATES_JOB.fullmatch(operation) is not None
    )


@dataclass(frozen=True)
class SentRequest:
    """A request as boto3 sends it.

    Args:
        operation: such as ``CreateTrainingJob``.
        body: the serialised request.
    """

    operation: str
    body: bytes

    def findings(self, policy: PrefixPolicy, read: Read) -> tuple[Finding, ...]:
        """Return the findings about its jobs; none for an operation that isn't judged.

        Args:
            policy: the policy with the prefix.
            read: reads a pipeline's definition from S3.
        """
        if not is_judged(self.operation):
            return ()
        request = _object(self.body)
        if request is None:
            message = (
                "Its body is not a JSON object with each key once, so its jobs can't be judged."
            )
            fix = "Update sm-prefix-ext, or send the request without the guard."
            return (self._unread(message, fix),)
        if self.operation in _PIPELINES:
            return tuple(self._of_pipeline(request, policy, read))
        return tuple(self._of_job(request, policy))

    def _of_pipeline(
        self, request: Mapping[str, Any], policy: PrefixPolicy, read: Read
    ) -> Iterator[Finding]:
        text, location = (
            request.get(key) for key in ("PipelineDefinition", "PipelineDefinitionS3Location")
        )
        if text:
            yield from self._of_definition("PipelineDefinition", text, policy)
        if location:
            where = f"s3://{location.get('Bucket')}/{location.get('ObjectKey')}"
            permission = "s3:GetObjectVersion" if location.get("VersionId") else "s3:GetObject"
            try:
                text = read(location)
            except Exception as error:  # for any reason, the definition can't be judged
                message = (
                    f"{self.operation}(PipelineDefinitionS3Location=) is {where}, which could not "
                    f"be read ({error}), so its jobs can't be judged."
                )
                yield self._unread(
                    message,
                    f"Allow {permission} on {where} to the credentials that send the request (and "
                    "kms:Decrypt where a key of yours encrypts it), or send PipelineDefinition.",
                )
            else:
                yield from self._of_definition("PipelineDefinitionS3Location", text, policy)

    def _of_definition(self, field: str, text: str, policy: PrefixPolicy) -> Iterator[Finding]:
        argument = f"{self.operation}({field}=)"
        try:
            document = load(text, argument)
        except ValueError as error:
            yield self._unread(str(error), "Send a definition that can be read.")
        else:
            yield from enforce(document, policy)[1]

    def _of_job(self, request: Mapping[str, Any], policy: PrefixPolicy) -> Iterator[Finding]:
        instead = JOBS_NAMED_BY_THE_SERVICE.get(self.operation)
        if instead and (self.operation in _SCHEDULES or request.get("ValidationSpecification")):
            message = (
                f"{self.operation} makes the service start jobs under names of its own, outside "
                f"{str(policy.prefix)!r}; no argument sets these names."
            )
            yield Finding.of(OUTSIDE_POLICY, self.operation, "Processing", message, instead)
        if _CREATES_JOB.fullmatch(self.operation):
            yield from self._of_name(self.operation, request, policy)
        elif self.operation == _BATCH:
            yield from self._of_batch(request, policy)

    def _of_batch(self, request: Mapping[str, Any], policy: PrefixPolicy) -> Iterator[Finding]:
        """Judge the training job that AWS Batch queues; the payload is its create request."""
        payload = "serviceRequestPayload"
        queued = _object(request.get(payload) or "{}")
        if queued is None:
            message = (
                f"{self.operation}({payload}=) is not a JSON object with each key once, so its job "
                "can't be judged."
            )
            yield self._unread(message, "Send the request of CreateTrainingJob.")
        else:
            yield from self._of_name("CreateTrainingJob", queued, policy)

    def _of_name(
        self, operation: str, request: Mapping[str, Any], policy: PrefixPolicy
    ) -> Iterator[Finding]:
        kind = KINDS_BY_OPERATION.get(operation.removesuffix("V2")) or _kind_without_step(
            operation, request
        )
        name, location = request.get(kind.name_field), Location(self.operation, kind.step_type)
        if operation == "CreateModelPackage" and not name:
            group = request.get("ModelPackageGroupName") or None
            subject = f"{self.operation}(ModelPackageGroupName=)"
            yield from check_full_name(location, subject, group, policy, GROUP_OUTSIDE_POLICY)
            return
        argument = f"{self.operation}({kind.name_field}=)"
        limit = max(kind.name_limit, len(str(name)))  # the service itself checks the length
        declared = Declared(name, argument)
        yield from compose_name(location, kind, declared, policy, composes=False, limit=limit)[1]

    def _unread(self, message: str, fix: str) -> Finding:
        return Finding.of(UNREAD_REQUEST, self.operation, "Pipeline", message, fix)


def _object(text: str | bytes) -> dict[str, Any] | None:
    """Read a JSON object; ``None`` for any other text, or if a key occurs twice."""
    try:
        value = loads(text if isinstance(text, str) else text.decode(), "the request")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _kind_without_step(operation: str, request: Mapping[str, Any]) -> Kind:
    """Return a row for a job that no step type starts, such as a labeling job."""
    noun = operation.removeprefix("Create").removesuffix("V2")
    field = f"{noun}Name"
    return Kind(noun, name_field=field if field in request else "JobName")
