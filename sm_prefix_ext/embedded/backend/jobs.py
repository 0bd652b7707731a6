"""SageMaker's jobs in moto: strict names, jobs for the steps of a pipeline, AutoML v1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import (
    AWSValidationException,
    ResourceInUseException,
    ResourceNotFound,
)

from ...core.arns import Arn
from ...core.definition import role_slots
from ...core.step_types import GROUPS, KINDS_BY_OPERATION, Kind
from ..executions.execution import ApiCall, Job, StepError
from ..request_validation import has_operation, input_shape, validation_error, with_valid_stand_ins
from ..statuses import EXECUTING, FAILED, STOPPED
from .endpoints import EndpointOperations
from .missing_job_types import PlainJob
from .operations import CROSS_ACCOUNT, step_errors, stood_in, unserialized
from .pagination import page


@dataclass(frozen=True)
class _MotoStore:
    """Where moto stores the jobs of a kind, and how it spells their fields.

    Args:
        attribute: the attribute of moto's backend that holds the jobs.
        noun: the name of the resource in the service's messages.
        status_attribute: the attribute of a job with its status; ``""`` where it has none.
        end_attribute: the attribute of a job with its end; ``""`` where it has none.
    """

    attribute: str
    noun: str
    status_attribute: str = ""
    end_attribute: str = ""


_MOTO_STORES = {
    "training-job": _MotoStore(
        "training_jobs", "Training job", "training_job_status", "training_end_time"
    ),
    "processing-job": _MotoStore(
        "processing_jobs", "Processing job", "processing_job_status", "processing_end_time"
    ),
    "transform-job": _MotoStore(
        "transform_jobs", "Transform job", "transform_job_status", "transform_end_time"
    ),
    "hyper-parameter-tuning-job": _MotoStore(
        "hyper_parameter_tuning_jobs",
        "Hyperparameter tuning job",
        "hyper_parameter_tuning_job_status",
        "hyper_parameter_tuning_end_time",
    ),
    "automl-job": _MotoStore("auto_ml_jobs", "AutoML job", "auto_ml_job_status", "end_time"),
    "model": _MotoStore("_models", "Model"),
    "model-package": _MotoStore("model_packages", "Model package", "model_package_status"),
    "job": _MotoStore("sm_prefix_ext_jobs", "Job", "job_status", "end_time"),
}
_TRAINING_JOB_FIELDS = (
    *("AlgorithmSpecification", "InputDataConfig", "OutputDataConfig", "ResourceConfig"),
    *("RoleArn", "StoppingCondition", "VpcConfig", "Environment"),
)
_MAX_TRAINING_JOBS = 20
"""The most training jobs that a tuning job creates here."""
_CREATE_GROUP = "CreateModelPackageGroup"
_JOB_STATUSES = {FAILED: "Failed", STOPPED: "Stopped", EXECUTING: "InProgress"}


class JobOperations(EndpointOperations):
    """moto's jobs and those that it lacks; invalid requests and duplicates are refused."""

    def job_calls(self, kind: Kind, name: str, request: Mapping[str, Any]) -> Sequence[ApiCall]:
        """See :class:`sm_prefix_ext.embedded.executions.execution.JobBackend`."""
        operation = kind.actions[0]
        if not has_operation(operation):
            raise StepError(f"The installed botocore has no {operation}; update boto3.")
        job_request = dict(request)
        with step_errors(operation):
            self._check_job(kind, operation, job_request)
            job_request = with_valid_stand_ins(job_request, input_shape(operation), stood_in)
        calls: list[ApiCall] = []
        path = name
        if kind.step_type in GROUPS and job_request.get("ModelPackageGroupName"):
            group = job_request["ModelPackageGroupName"].rsplit("/", 1)[-1]
            job_request["ModelPackageGroupName"] = group
            # A version of a group has no name of its own.
            job_request.pop(kind.name_field)
            path = f"{group}/{self._next_version(group)}"
            arn = self._arn("model-package-group", group)
            calls.append(ApiCall(_CREATE_GROUP, arn, (), {"ModelPackageGroupName": group}))
        arn = self._arn_of(kind, path, job_request)
        roles = tuple(_roles(kind, job_request))
        return [*calls, ApiCall(operation, arn, roles, {"Tags": [], **job_request})]

    def perform_call(self, call: ApiCall) -> None:
        """See :class:`sm_prefix_ext.embedded.executions.execution.JobBackend`."""
        groups = self.sagemaker_backend.model_package_groups
        if call.operation == _CREATE_GROUP and call.request["ModelPackageGroupName"] in groups:
            return
        with step_errors(call.operation):
            self.call(call.operation, call.request)

    def read_job(self, kind: Kind, name: str, call: ApiCall) -> Job:
        """See :class:`sm_prefix_ext.embedded.executions.execution.JobBackend`."""
        identifier = name if kind.name_field in call.request else call.arn
        with step_errors(call.operation):
            request = {**call.request, kind.name_field: identifier}
            properties = dict(self.call(kind.actions[1], request))
        if kind.step_type == "Tuning":
            # The SDK lets other steps refer to the training jobs, which the description lacks.
            properties["TrainingJobSummaries"] = self._state("tuned")[name]
        return Job(call.arn, properties)

    def _check_job(self, kind: Kind, operation: str, request: dict[str, Any]) -> None:
        message = validation_error(operation, request, stood_in)
        if message is not None:
            raise AWSValidationException(message)
        if any(self._is_foreign(role) for role in _roles(kind, request)):
            raise AWSValidationException(CROSS_ACCOUNT)

    def end_job(self, kind: Kind, name: str, status: str, reason: str | None) -> None:
        """See :class:`sm_prefix_ext.embedded.executions.execution.JobBackend`."""
        store = _MOTO_STORES[kind.arn_resource]
        job = self._store(kind.arn_resource).get(name)
        if status not in _JOB_STATUSES or not store.status_attribute or job is None:
            return
        setattr(job, store.status_attribute, _JOB_STATUSES[status])
        if kind.step_type == "Training":
            job.secondary_status = _JOB_STATUSES[status]
        if reason is not None:
            job.failure_reason = reason
        if status == EXECUTING:
            setattr(job, store.end_attribute, None)
        elif getattr(job, store.end_attribute, "") is None:
            setattr(job, store.end_attribute, self.settings.now())

    def _next_version(self, group: str) -> int:
        packages = self.sagemaker_backend.model_packages.values()
        versions = [p for p in packages if p.model_package_group_name == group]
        return len(versions) + 1

    def _arn_of(self, kind: Kind, name: str, request: Mapping[str, Any]) -> str:
        # The ARN of a Job contains its category, as the pattern of botocore's JobArn does.
        path = f"{request['JobCategory']}/{name}" if kind.step_type == "Job" else name
        return self._arn(kind.arn_resource, path)

    def _store(self, resource: str) -> dict[str, Any]:
        # In the backend's own attributes, so that moto's reset empties it too.
        attributes: dict[str, Any] = self.sagemaker_backend.__dict__
        jobs: dict[str, Any] = attributes.setdefault(_MOTO_STORES[resource].attribute, {})
        return jobs

    def _admit(self, operation: str) -> str:
        """Refuse a request that the service would refuse; return the ARN of the new job."""
        kind = KINDS_BY_OPERATION[operation]
        name = self._get_param(kind.name_field)
        if not name:
            return ""
        self._check_request(operation)
        self._check_passing(_roles(kind, self.params))
        arn = self._arn_of(kind, name, self.params)
        jobs = self._store(kind.arn_resource)
        if name not in jobs and arn not in jobs:
            return arn
        if kind.step_type == "Model":
            raise AWSValidationException(f'Cannot create already existing model "{arn}".')
        noun = _MOTO_STORES[kind.arn_resource].noun
        job = "an AutoML job" if noun == "AutoML job" else f"a {noun[0].lower()}{noun[1:]}"
        raise ResourceInUseException(
            f"{noun} names must be unique within an AWS account and region, and {job} "
            f"with this name already exists ({arn})"
        )

    def create_training_job(self) -> ActionResult:
        """Refuse invalid names and duplicates."""
        self._admit("CreateTrainingJob")
        # moto writes into the specification, and fails where there is none.
        specification = self._get_param("AlgorithmSpecification") or {}
        self.params = {**self.params, "AlgorithmSpecification": dict(specification)}
        return super().create_training_job()

    def create_processing_job(self) -> ActionResult:
        """Refuse invalid names and duplicates."""
        self._admit("CreateProcessingJob")
        return super().create_processing_job()

    def create_transform_job(self) -> ActionResult:
        """Refuse invalid names and duplicates."""
        self._admit("CreateTransformJob")
        return super().create_transform_job()

    def create_hyper_parameter_tuning_job(self) -> ActionResult:
        """Refuse invalid names and duplicates; create the training jobs, the first the best."""
        self._admit("CreateHyperParameterTuningJob")
        result = super().create_hyper_parameter_tuning_job()
        name = self._get_param("HyperParameterTuningJobName")
        job = self._store("hyper-parameter-tuning-job")[name]
        summaries = list(self._train(name, unserialized(result)["HyperParameterTuningJobArn"]))
        best = {key: summaries[0][key] for key in ("TrainingJobName", "TrainingJobArn")}
        job.best_training_job.update(best, TuningJobName=name)
        self._state("tuned")[name] = summaries
        return result

    def _train(self, name: str, tuning_arn: str) -> Iterator[dict[str, Any]]:
        """Create the training jobs of a tuning job, and summarise them."""
        config = self._get_param("HyperParameterTuningJobConfig") or {}
        most = (config.get("ResourceLimits") or {}).get("MaxNumberOfTrainingJobs") or 1
        definitions = self._get_param("TrainingJobDefinitions") or [{}]
        definition = self._get_param("TrainingJobDefinition") or definitions[0]
        request = {key: definition[key] for key in _TRAINING_JOB_FIELDS if key in definition}
        request["HyperParameters"] = definition.get("StaticHyperParameters") or {}
        specification = dict(request.get("AlgorithmSpecification") or {})
        for training_job in _training_job_names(name, min(most, _MAX_TRAINING_JOBS)):
            # moto writes into the specification, so each job gets a copy.
            own = {"AlgorithmSpecification": dict(specification), "TrainingJobName": training_job}
            self._moto("create_training_job", {**request, **own, "Tags": []})
            job = self._store("training-job")[training_job]
            job.tuning_job_arn = tuning_arn
            yield {
                "TrainingJobName": training_job,
                "TrainingJobArn": job.arn,
                "CreationTime": job.creation_time,
                "TrainingJobStatus": job.training_job_status,
                "TunedHyperParameters": {},
            }

    def list_training_jobs_for_hyper_parameter_tuning_job(self) -> ActionResult:
        """ListTrainingJobsForHyperParameterTuningJob, which moto lacks."""
        name = self._get_param("HyperParameterTuningJobName")
        if name not in self._store("hyper-parameter-tuning-job"):
            raise ResourceNotFound(f"Could not find Hyperparameter tuning job with name {name}.")
        summaries = self._state("tuned")[name]
        shown, token = page(summaries, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({"TrainingJobSummaries": shown, "NextToken": token})

    def create_model(self) -> ActionResult:
        """Refuse invalid names and duplicates."""
        self._admit("CreateModel")
        return super().create_model()

    def create_model_package(self) -> ActionResult:
        """Refuse invalid names and duplicates; keep the case of the name in the ARN."""
        self._admit("CreateModelPackage")
        lowered = unserialized(super().create_model_package())["ModelPackageArn"]
        backend = self.sagemaker_backend
        package = backend.model_packages.pop(lowered)
        version = package.model_package_version
        name = package.model_package_name
        package.arn = self._arn("model-package", f"{name}/{version}" if version else name)
        backend.model_packages[package.arn] = package
        backend.model_package_name_mapping.update({name: package.arn, package.arn: package.arn})
        return ActionResult({"ModelPackageArn": package.arn})

    def create_model_package_group(self) -> ActionResult:
        """Refuse duplicates."""
        name = self._get_param("ModelPackageGroupName")
        if name in self.sagemaker_backend.model_package_groups:
            arn = self._arn("model-package-group", name)
            raise AWSValidationException(f"Model Package Group already exists: {arn}")
        return super().create_model_package_group()

    def create_auto_ml_job(self) -> ActionResult:
        """CreateAutoMLJob, which moto lacks."""
        return self._create_plain_job("CreateAutoMLJob", "AutoMLJob")

    def describe_auto_ml_job(self) -> ActionResult:
        """DescribeAutoMLJob, which moto lacks."""
        name = self._get_param("AutoMLJobName")
        return ActionResult(self._plain_job("automl-job", name).describe())

    def create_job(self) -> ActionResult:
        """CreateJob, which moto lacks."""
        return self._create_plain_job("CreateJob", "Job")

    def describe_job(self) -> ActionResult:
        """DescribeJob, which moto lacks."""
        return ActionResult(self._plain_job("job", self._get_param("JobName")).describe())

    def list_jobs(self) -> ActionResult:
        """ListJobs, which moto lacks."""
        category = self._get_param("JobCategory")
        jobs = [job.summary() for job in self._store("job").values()]
        summaries = [job for job in jobs if job.get("JobCategory") == category]
        shown, token = page(summaries, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({"JobSummaries": shown, "NextToken": token})

    def list_tags(self) -> ActionResult:
        """ListTags, also for the ARNs that moto can't read."""
        tagged = self._tagged()
        if tagged is None:
            return super().list_tags()
        return ActionResult({"Tags": tagged.tags or []})

    def add_tags(self) -> ActionResult:
        """AddTags; an existing key gets the new value."""
        tagged = self._tagged()
        if tagged is None:
            tagged = self.sagemaker_backend._get_resource_from_arn(self._get_param("ResourceArn"))
        new = {tag["Key"]: tag for tag in [*(tagged.tags or []), *self._get_param("Tags")]}
        tagged.tags = list(new.values())
        return ActionResult({"Tags": tagged.tags})

    def _tagged(self) -> Any:
        arn = Arn.parse(self._get_param("ResourceArn"))
        if arn.resource_type not in ("model-package", "job"):
            return None
        by_arn = arn.resource_type == "model-package"
        key = str(arn) if by_arn else arn.name.rsplit("/", 1)[-1]
        job = self._store(arn.resource_type).get(key)
        if job is None:
            raise ResourceNotFound(f"Could not find {arn}.")
        return job

    def _create_plain_job(self, operation: str, prefix: str) -> ActionResult:
        arn = self._admit(operation)
        kind = KINDS_BY_OPERATION[operation]
        name = self._get_param(kind.name_field)
        job = PlainJob(prefix, arn, dict(self.params), self.settings.now())
        self._store(kind.arn_resource)[name] = job
        return ActionResult({f"{prefix}Arn": arn})

    def _plain_job(self, resource: str, name: str) -> PlainJob:
        job = self._store(resource).get(name)
        if not isinstance(job, PlainJob):
            noun = _MOTO_STORES[resource].noun
            raise ResourceNotFound(f"Could not find {noun} with name {name}.")
        return job


def _roles(kind: Kind, request: dict[str, Any]) -> list[str]:
    paths = kind.role_fields if kind.passes_role else ()
    slots = (slot for path in paths for slot in role_slots(request, path))
    return list(dict.fromkeys(holder[key] for holder, key in slots if holder.get(key)))


def _training_job_names(tuning_job: str, count: int) -> Iterator[str]:
    for number in range(1, count + 1):
        yield f"{tuning_job}-{number:03}-{crc32(f'{tuning_job}{number}'.encode()):08x}"
