"""SageMaker's jobs in moto: names refused as the service does, jobs made for steps, AutoML v1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import (
    AWSValidationException,
    ResourceInUseException,
    ResourceNotFound,
)

from ...core.arns import Arn
from ...core.definition import role_slots
from ...core.step_types import KINDS_BY_OPERATION, Kind
from ..executions.execution import Ask, Job, StepError
from ..request_validation import fitting, input_shape, knows, refusal
from ..statuses import EXECUTING, FAILED, STOPPED
from .endpoints import EndpointOperations
from .missing_job_types import PlainJob
from .operations import CROSS_ACCOUNT, plain, stood_in
from .pagination import page


@dataclass(frozen=True)
class _Shelf:
    """Where moto keeps the jobs of a kind, and how it spells their fields."""

    store: str
    called: str
    status: str = ""
    end: str = ""


_SHELVES = {
    "training-job": _Shelf(
        "training_jobs", "Training job", "training_job_status", "training_end_time"
    ),
    "processing-job": _Shelf(
        "processing_jobs", "Processing job", "processing_job_status", "processing_end_time"
    ),
    "transform-job": _Shelf(
        "transform_jobs", "Transform job", "transform_job_status", "transform_end_time"
    ),
    "hyper-parameter-tuning-job": _Shelf(
        "hyper_parameter_tuning_jobs",
        "Hyperparameter tuning job",
        "hyper_parameter_tuning_job_status",
        "hyper_parameter_tuning_end_time",
    ),
    "automl-job": _Shelf("auto_ml_jobs", "AutoML job", "auto_ml_job_status", "end_time"),
    "model": _Shelf("_models", "Model"),
    "model-package": _Shelf("model_packages", "Model package", "model_package_status"),
    "job": _Shelf("sm_prefix_ext_jobs", "Job", "job_status", "end_time"),
}
_OF_A_TRAINING_JOB = (
    *("AlgorithmSpecification", "InputDataConfig", "OutputDataConfig", "ResourceConfig"),
    *("RoleArn", "StoppingCondition", "VpcConfig", "Environment"),
)
_MOST_TRAINED = 20
"""A tuning job's training jobs are made up to this number."""
_STATUS = {FAILED: "Failed", STOPPED: "Stopped", EXECUTING: "InProgress"}


class JobOperations(EndpointOperations):
    """moto's jobs, with bad requests and duplicates refused, and those that it lacks."""

    def make(self, kind: Kind, name: str, request: Mapping[str, Any], ask: Ask) -> Job:
        """Make a job for a step; see :class:`sm_prefix_ext.embedded.executions.execution.Maker`."""
        operation, describe = kind.actions[:2]
        if not knows(operation):
            raise StepError(f"The installed botocore has no {operation}; update boto3.")
        whole = dict(request)
        group = whole.get("ModelPackageGroupName") if kind.step_type == "RegisterModel" else None
        try:
            self._check_job(kind, operation, whole)
            whole = fitting(whole, input_shape(operation), stood_in)
            if group:
                whole["ModelPackageGroupName"], path = self._next_version(group, ask)
                whole.pop(kind.name_field)
            else:
                path = name
            arn = self._arn_of(kind, path, whole)
            ask(operation, f"sagemaker:{operation}", arn)
            ask(operation, "sagemaker:AddTags", arn)
            for role in _roles(kind, whole):
                ask(operation, "iam:PassRole", role)
            self.call(operation, {"Tags": [], **whole})
            properties = self.call(describe, {**whole, kind.name_field: arn if group else name})
        except ServiceException as error:
            raise StepError(
                f"ClientError: Failed to invoke sagemaker:{operation}. "
                f"Error Details: {error.message}"
            ) from error
        return Job(arn, self._with_top_models(kind, name, properties))

    def _check_job(self, kind: Kind, operation: str, request: dict[str, Any]) -> None:
        why = refusal(operation, request, stood_in)
        if why is not None:
            raise AWSValidationException(why)
        if any(self._is_foreign(role) for role in _roles(kind, request)):
            raise AWSValidationException(CROSS_ACCOUNT)

    def _with_top_models(
        self, kind: Kind, name: str, properties: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the SDK lets other steps refer to beyond the description."""
        if kind.step_type == "Tuning":
            return {**properties, "TrainingJobSummaries": self._held("tuned")[name]}
        return dict(properties)

    def end(self, kind: Kind, name: str, status: str, reason: str | None) -> None:
        """Bring a job to the status of its step."""
        shelf = _SHELVES[kind.arn_resource]
        job = self._shelf(kind.arn_resource).get(name)
        if status not in _STATUS or not shelf.status or job is None:
            return
        setattr(job, shelf.status, _STATUS[status])
        if kind.step_type == "Training":
            job.secondary_status = _STATUS[status]
        if reason is not None:
            job.failure_reason = reason
        if status == EXECUTING:
            setattr(job, shelf.end, None)
        elif getattr(job, shelf.end, "") is None:
            setattr(job, shelf.end, self.rules.clock())

    def _next_version(self, group: str, ask: Ask) -> tuple[str, str]:
        group = group.rsplit("/", 1)[-1]
        arn = self._arn("model-package-group", group)
        operation = "CreateModelPackageGroup"
        ask(operation, f"sagemaker:{operation}", arn)
        ask(operation, "sagemaker:AddTags", arn)
        if group not in self.sagemaker_backend.model_package_groups:
            self.call(operation, {"ModelPackageGroupName": group})
        packages = self.sagemaker_backend.model_packages.values()
        version = 1 + sum(one.model_package_group_name == group for one in packages)
        return group, f"{group}/{version}"

    def _arn_of(self, kind: Kind, name: str, request: Mapping[str, Any]) -> str:
        # A Job's category stands in its ARN, as the pattern of botocore's JobArn has it.
        path = f"{request['JobCategory']}/{name}" if kind.step_type == "Job" else name
        return self._arn(kind.arn_resource, path)

    def _shelf(self, resource: str) -> dict[str, Any]:
        # On the backend's own dict, so that moto's reset empties it too.
        held: dict[str, Any] = self.sagemaker_backend.__dict__
        found: dict[str, Any] = held.setdefault(_SHELVES[resource].store, {})
        return found

    def _admit(self, operation: str) -> str:
        """Refuse a request that the service would refuse; give the ARN that the job will have."""
        kind = KINDS_BY_OPERATION[operation]
        name = self._get_param(kind.name_field)
        if not name:
            return ""
        self._check_request(operation)
        self._check_passing(_roles(kind, self.params))
        arn = self._arn_of(kind, name, self.params)
        shelf = self._shelf(kind.arn_resource)
        if name not in shelf and arn not in shelf:
            return arn
        if kind.step_type == "Model":
            raise AWSValidationException(f'Cannot create already existing model "{arn}".')
        called = _SHELVES[kind.arn_resource].called
        one = "an AutoML job" if called == "AutoML job" else f"a {called[0].lower()}{called[1:]}"
        raise ResourceInUseException(
            f"{called} names must be unique within an AWS account and region, and {one} "
            f"with this name already exists ({arn})"
        )

    def create_training_job(self) -> ActionResult:
        """Refuse bad names and duplicates."""
        self._admit("CreateTrainingJob")
        # moto writes into the specification, and falls over where there is none.
        given = self._get_param("AlgorithmSpecification") or {}
        self.params = {**self.params, "AlgorithmSpecification": dict(given)}
        return super().create_training_job()

    def create_processing_job(self) -> ActionResult:
        """Refuse bad names and duplicates."""
        self._admit("CreateProcessingJob")
        return super().create_processing_job()

    def create_transform_job(self) -> ActionResult:
        """Refuse bad names and duplicates."""
        self._admit("CreateTransformJob")
        return super().create_transform_job()

    def create_hyper_parameter_tuning_job(self) -> ActionResult:
        """Refuse bad names and duplicates; run the training jobs, the first of them the best."""
        self._admit("CreateHyperParameterTuningJob")
        result = super().create_hyper_parameter_tuning_job()
        name = self._get_param("HyperParameterTuningJobName")
        job = self._shelf("hyper-parameter-tuning-job")[name]
        trained = list(self._train(name, plain(result)["HyperParameterTuningJobArn"]))
        best = {key: trained[0][key] for key in ("TrainingJobName", "TrainingJobArn")}
        job.best_training_job.update(best, TuningJobName=name)
        self._held("tuned")[name] = trained
        return result

    def _train(self, name: str, tuning: str) -> Iterator[dict[str, Any]]:
        """Make the training jobs of a tuning job, and summarise them."""
        config = self._get_param("HyperParameterTuningJobConfig") or {}
        most = (config.get("ResourceLimits") or {}).get("MaxNumberOfTrainingJobs") or 1
        several = self._get_param("TrainingJobDefinitions") or [{}]
        definition = self._get_param("TrainingJobDefinition") or several[0]
        fields = (*_OF_A_TRAINING_JOB, "HyperParameters")
        given = {**definition, "HyperParameters": definition.get("StaticHyperParameters") or {}}
        request = {key: given[key] for key in fields if key in given}
        specification = dict(request.get("AlgorithmSpecification") or {})
        for one in _training_jobs(name, min(most, _MOST_TRAINED)):
            asked = {**request, "AlgorithmSpecification": dict(specification)}
            self._moto("create_training_job", {**asked, "TrainingJobName": one, "Tags": []})
            made = self._shelf("training-job")[one]
            made.tuning_job_arn = tuning
            yield {
                "TrainingJobName": one,
                "TrainingJobArn": made.arn,
                "CreationTime": made.creation_time,
                "TrainingJobStatus": made.training_job_status,
                "TunedHyperParameters": {},
            }

    def list_training_jobs_for_hyper_parameter_tuning_job(self) -> ActionResult:
        """ListTrainingJobsForHyperParameterTuningJob, which moto lacks."""
        name = self._get_param("HyperParameterTuningJobName")
        if name not in self._shelf("hyper-parameter-tuning-job"):
            raise ResourceNotFound(f"Could not find Hyperparameter tuning job with name {name}.")
        found = self._held("tuned")[name]
        listed, token = page(found, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({"TrainingJobSummaries": listed, "NextToken": token})

    def create_model(self) -> ActionResult:
        """Refuse bad names and duplicates."""
        self._admit("CreateModel")
        return super().create_model()

    def create_model_package(self) -> ActionResult:
        """Refuse bad names and duplicates, and keep the case of the name in the ARN."""
        self._admit("CreateModelPackage")
        lowered = plain(super().create_model_package())["ModelPackageArn"]
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
        return self._create_plain("CreateAutoMLJob", "AutoMLJob")

    def describe_auto_ml_job(self) -> ActionResult:
        """DescribeAutoMLJob, which moto lacks."""
        name = self._get_param("AutoMLJobName")
        return ActionResult(self._plain("automl-job", name).describe())

    def create_job(self) -> ActionResult:
        """CreateJob, which moto lacks."""
        return self._create_plain("CreateJob", "Job")

    def describe_job(self) -> ActionResult:
        """DescribeJob, which moto lacks."""
        return ActionResult(self._plain("job", self._get_param("JobName")).describe())

    def list_jobs(self) -> ActionResult:
        """ListJobs, which moto lacks."""
        category = self._get_param("JobCategory")
        jobs = [job.summary() for job in self._shelf("job").values()]
        found = [job for job in jobs if job.get("JobCategory") == category]
        listed, token = page(found, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({"JobSummaries": listed, "NextToken": token})

    def list_tags(self) -> ActionResult:
        """ListTags, for the kinds of ARN that moto can't read too."""
        tagged = self._tagged()
        if tagged is None:
            return super().list_tags()
        return ActionResult({"Tags": tagged.tags or []})

    def add_tags(self) -> ActionResult:
        """AddTags; a key that is there gets the new value."""
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
        shelf = self._shelf(arn.resource_type)
        by_arn = arn.resource_type == "model-package"
        found = shelf.get(str(arn) if by_arn else arn.name.rsplit("/", 1)[-1])
        if found is None:
            raise ResourceNotFound(f"Could not find {arn}.")
        return found

    def _create_plain(self, operation: str, prefix: str) -> ActionResult:
        arn = self._admit(operation)
        kind = KINDS_BY_OPERATION[operation]
        name = self._get_param(kind.name_field)
        job = PlainJob(prefix, arn, dict(self.params), self.rules.clock())
        self._shelf(kind.arn_resource)[name] = job
        return ActionResult({f"{prefix}Arn": arn})

    def _plain(self, resource: str, name: str) -> PlainJob:
        job = self._shelf(resource).get(name)
        if not isinstance(job, PlainJob):
            called = _SHELVES[resource].called
            raise ResourceNotFound(f"Could not find {called} with name {name}.")
        return job


def _roles(kind: Kind, request: dict[str, Any]) -> list[str]:
    paths = kind.role_fields if kind.passes_role else ()
    slots = (slot for path in paths for slot in role_slots(request, path))
    return list(dict.fromkeys(holder[key] for holder, key in slots if holder.get(key)))


def _training_jobs(tuning_job: str, count: int) -> Iterator[str]:
    for number in range(1, count + 1):
        yield f"{tuning_job}-{number:03}-{crc32(f'{tuning_job}{number}'.encode()):08x}"
