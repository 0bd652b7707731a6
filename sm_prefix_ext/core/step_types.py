"""The table of step types: names and limits of their jobs, and the operations that start them.

Everything that depends on a step's type (limits, plans, policies, job records, the tables of
docs/limits.md) derives from :data:`KINDS`.

Sources: step types from ``StepTypeEnum`` of SageMaker Python SDK 2.257.7 and 3.27.0; prefix limits
from the SageMaker developer guide, "IAM Access Management" for Pipelines, "Prefix length
restrictions"; name limits, name fields, role fields and metadata keys from botocore's service
model; IAM actions and ARN resources from the service authorization reference. A test compares every
row with ``service_data.json``, which holds the facts of the model and of the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

PREFIX_LIMIT = 38
SHORT_PREFIX_LIMIT = 6
EXECUTION_ID_LENGTH = 12
ENTITY_TOKEN_LENGTH = 10
STEP_NAME_IN_JOB_NAME = 20
"""The most characters of a step's name in a job name that the service generates."""
SHORT_STEP_NAME_IN_JOB_NAME = 7
"""The same for tuning jobs, whose whole name has 32 characters at most."""


class Kind(NamedTuple):
    """A step type of SageMaker Pipelines.

    Args:
        step_type: the ``Type`` of the step in a pipeline definition.
        reason: why steps of this type start no job with a name; ``None`` if they start one.
        name_field: the key in the step's ``Arguments`` that carries the job's name, or, without a
            job, the full name of the resource.
        prefix_limit: the most characters that the service accepts as a prefix.
        name_limit: the most characters of the job's whole name.
        arn_resource: the resource type in the job's ARN.
        role_fields: the paths in ``Arguments`` of the job's roles; ``[]`` is a list.
        actions: the ``sagemaker`` operations that start, read and stop such a job, in this order.
        passes_role: whether the service requires ``iam:PassRole`` for such a job.
        metadata_key: the key in the ``Metadata`` of ``ListPipelineExecutionSteps``.
        metadata_field: the field below that key which holds the job's ARN.
        default_step_part: the most characters of the step's name in a job's name, with prefixing
            off.
        sdk_arguments: the argument that carries the name, by major version of the SDK.

    Example:
        >>> from sm_prefix_ext.core.step_types import KINDS
        >>> KINDS["Training"].prefix_limit, KINDS["Tuning"].prefix_limit
        (38, 6)
        >>> KINDS["Condition"].makes_job
        False
    """

    step_type: str
    reason: str | None = None
    name_field: str = ""
    prefix_limit: int = PREFIX_LIMIT
    name_limit: int = 63
    arn_resource: str = ""
    role_fields: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    passes_role: bool = True
    metadata_key: str = ""
    metadata_field: str = "Arn"
    default_step_part: int = STEP_NAME_IN_JOB_NAME
    sdk_arguments: Mapping[int, str] = MappingProxyType({})

    @property
    def makes_job(self) -> bool:
        """Whether a step of this type starts a job with a name."""
        return self.reason is None

    @property
    def short(self) -> bool:
        """Whether the prefix is limited to 6 characters, so that the short prefix applies."""
        return self.makes_job and self.prefix_limit == SHORT_PREFIX_LIMIT

    def resource(self, name: str, category: str = "*") -> str:
        """Return the resource in the ARN of a job.

        Args:
            name: the job's name, or a pattern.
            category: what precedes the name in the ARN of a step of type ``Job``: the category of
                the job, or a pattern. Other types have none.

        Example:
            >>> from sm_prefix_ext.core.step_types import KINDS
            >>> KINDS["Training"].resource("team-a-*"), KINDS["Job"].resource("team-a-*")
            ('training-job/team-a-*', 'job/*/team-a-*')
        """
        path = f"{category}/{name}" if self.step_type == "Job" else name
        return f"{self.arn_resource}/{path}"

    @property
    def iam_actions(self) -> tuple[str, ...]:
        """The IAM actions that such a job requires, ``iam:PassRole`` last if it is required.

        ``sagemaker:AddTags`` is among them because the service authorizes it in every create call
        of a pipeline's job, with or without tags.
        """
        create, *others = (f"sagemaker:{operation}" for operation in self.actions)
        passing = ("iam:PassRole",) if self.passes_role else ()
        return (create, "sagemaker:AddTags", *others, *passing)


def _job(step_type: str, name_field: str, arn_resource: str, noun: str, **fields: object) -> Kind:
    values: dict[str, object] = {
        "name_field": name_field,
        "arn_resource": arn_resource,
        "role_fields": ("RoleArn",),
        "actions": (f"Create{noun}", f"Describe{noun}", f"Stop{noun}"),
        "metadata_key": noun,
    }
    return Kind(step_type, **{**values, **fields})  # type: ignore[arg-type]  # checked by tests


def _short(**fields: object) -> dict[str, object]:
    return {
        "prefix_limit": SHORT_PREFIX_LIMIT,
        "name_limit": 32,
        "default_step_part": SHORT_STEP_NAME_IN_JOB_NAME,
        **fields,
    }


_FULL_NAME = "The user gives its full name; the service adds no prefix."

_ROWS = (
    _job(
        "Training",
        "TrainingJobName",
        "training-job",
        "TrainingJob",
        sdk_arguments={
            2: "Estimator(base_job_name=), @step(job_name_prefix=)",
            3: "ModelTrainer(base_job_name=), @step(job_name_prefix=)",
        },
    ),
    _job(
        "Processing",
        "ProcessingJobName",
        "processing-job",
        "ProcessingJob",
        sdk_arguments={2: "Processor(base_job_name=)", 3: "Processor(base_job_name=)"},
    ),
    _job(
        "QualityCheck",
        "ProcessingJobName",
        "processing-job",
        "ProcessingJob",
        metadata_key="QualityCheck",
        metadata_field="CheckJobArn",
        sdk_arguments={2: "CheckJobConfig(base_job_name=)", 3: "CheckJobConfig(base_job_name=)"},
    ),
    _job(
        "ClarifyCheck",
        "ProcessingJobName",
        "processing-job",
        "ProcessingJob",
        metadata_key="ClarifyCheck",
        metadata_field="CheckJobArn",
        sdk_arguments={2: "CheckJobConfig(base_job_name=)", 3: "CheckJobConfig(base_job_name=)"},
    ),
    _job(
        "Transform",
        "TransformJobName",
        "transform-job",
        "TransformJob",
        role_fields=(),
        passes_role=False,
        sdk_arguments={
            2: "Transformer(base_transform_job_name=)",
            3: "Transformer(base_transform_job_name=)",
        },
    ),
    _job(
        "Tuning",
        "HyperParameterTuningJobName",
        "hyper-parameter-tuning-job",
        "HyperParameterTuningJob",
        role_fields=("TrainingJobDefinition.RoleArn", "TrainingJobDefinitions[].RoleArn"),
        metadata_key="TuningJob",
        **_short(
            sdk_arguments={
                2: "HyperparameterTuner(base_tuning_job_name=)",
                3: "HyperparameterTuner(base_tuning_job_name=)",
            }
        ),
    ),
    _job(
        "AutoML",
        "AutoMLJobName",
        "automl-job",
        "AutoMLJob",
        **_short(sdk_arguments={2: "AutoML(base_job_name=)", 3: "no class of v3 creates one"}),
    ),
    _job(
        "Model",
        "ModelName",
        "model",
        "Model",
        role_fields=("ExecutionRoleArn",),
        actions=("CreateModel", "DescribeModel"),
        sdk_arguments={2: "Model(name=)", 3: "ModelBuilder.build(model_name=)"},
    ),
    _job(
        "RegisterModel",
        "ModelPackageName",
        "model-package",
        "ModelPackage",
        role_fields=(),
        actions=("CreateModelPackage", "DescribeModelPackage"),
        passes_role=False,
        metadata_key="RegisterModel",
        sdk_arguments={
            2: "Model.register(model_package_name=)",
            3: "ModelBuilder.register(model_package_name=)",
        },
    ),
    _job(
        "Job",
        "JobName",
        "job",
        "Job",
        sdk_arguments={
            2: "no class of v2 creates one",
            3: "MultiTurnRLTrainer(base_job_name=)",
        },
    ),
    Kind("Condition", "It chooses which steps run; SageMaker starts nothing for it."),
    Kind("ForEach", "It repeats the steps in its body, which are rows of their own."),
    Kind("Fail", "It ends the execution."),
    Kind("Callback", "It sends a message to an SQS queue and waits for the answer."),
    Kind("Lambda", "It invokes a function, which has a name of its own."),
    Kind("EMR", "Its cluster and steps are in EMR, which generates their identifiers."),
    Kind(
        "EMRServerless",
        "Its run is in EMR Serverless, which generates its identifier.",
    ),
    Kind("EndpointConfig", _FULL_NAME, name_field="EndpointConfigName"),
    Kind("Endpoint", _FULL_NAME, name_field="EndpointName"),
    Kind("InferenceComponent", _FULL_NAME, name_field="InferenceComponentName"),
    Kind("Lineage", "It records artifacts and associations; nothing runs."),
    Kind("Cleanup", "It deletes resources that other steps created."),
)

KINDS: Mapping[str, Kind] = MappingProxyType({row.step_type: row for row in _ROWS})
"""Every step type of both majors of the SDK, by its ``Type``."""

JOB_KINDS: tuple[Kind, ...] = tuple(row for row in _ROWS if row.makes_job)
"""The rows whose steps start a job with a name."""

KINDS_BY_OPERATION: Mapping[str, Kind] = MappingProxyType(
    {kind.actions[0]: kind for kind in reversed(JOB_KINDS)}
)
"""The same by the operation that creates the job; of rows that share an operation, the first."""

GROUPS = frozenset({"RegisterModel", "ModelPackageGroup"})
"""The types whose full name is that of a model package group; its ARN is accepted too."""

FULL_NAME_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "Pipeline": 256,
        "Endpoint": 63,
        "EndpointConfig": 63,
        "InferenceComponent": 63,
        **dict.fromkeys(sorted(GROUPS), 63),
    }
)
"""The most characters of each full name, by the type of the named resource.

All of them have the alphabet of a job's name (``service_data.json``; a test compares).
"""

STEP_NAME_LIMIT = 64
"""The most characters of a step's own name: letters, digits, hyphens and underscores.

From botocore's ``StepName`` and the JSON schema of pipeline definitions that AWS publishes.
"""
