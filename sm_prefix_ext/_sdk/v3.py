"""The adapter for SageMaker Python SDK v3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..core.declared import Declared
from ..core.definition import image_name, is_generated_model_name
from .adapter import Adapter, Reader
from .catalogue import CATALOGUE
from .readers import (
    check_reader,
    deferred_job_object,
    job_reader,
    processing_reader,
    read_model,
    read_registered,
    training_reader,
)


def _request(step: Any) -> dict[str, Any] | None:
    """Return the create request of a model or model package, or ``None``."""
    create = getattr(step, "_create_model_args", None)
    request = getattr(step, "_register_model_args", None) or create
    return request if isinstance(request, dict) else None


def _package_group(step: Any) -> Any:
    return (_request(step) or {}).get("ModelPackageGroupName")


def _read_model(step: Any, collection: Any, adapter: Adapter) -> Declared:
    model, row = getattr(step, "_model", None), CATALOGUE["ModelBuilder"]
    argument = row.label(type(model).__name__) if model is not None else "ModelName"
    return read_model(model, row.argument, argument, _request(step) or {}, adapter)


def _read_registered(step: Any, collection: Any, adapter: Adapter) -> Declared:
    return read_registered(_request(step))


_READERS: Mapping[str, Reader] = {
    "AutoML": job_reader("AutoML", "base_job_name"),
    "ClarifyCheck": check_reader("ClarifyCheck"),
    "Job": job_reader("Job", "base_job_name"),
    "Model": _read_model,
    "Processing": processing_reader(),
    "QualityCheck": check_reader("QualityCheck"),
    "RegisterModel": _read_registered,
    "Training": training_reader(),
    "Transform": job_reader("Transform", "base_transform_job_name"),
    "Tuning": job_reader("Tuning", "base_tuning_job_name"),
}


def _is_generated_model_name(name: str, model: Any, request: Mapping[str, Any]) -> bool:
    """Test whether the SDK generated a model's name; in v3 they are random."""
    return is_generated_model_name(name)


def _generated_names(job: Any) -> Iterator[str]:
    # The constructor of a trainer stores the generated name in the object.
    algorithm = getattr(job, "algorithm_name", None)
    image = getattr(job, "training_image", None)
    if isinstance(algorithm, str):
        yield f"{algorithm}-job"
    elif isinstance(image, str):
        from sagemaker.train.utils import _get_repo_name_from_image

        yield f"{_get_repo_name_from_image(image)}-job"
    else:
        yield image_name(getattr(job, "image_uri", None)) or ""
    jumpstart = getattr(job, "_jumpstart_config", None)
    if jumpstart is not None:
        yield f"{jumpstart.model_id}-job"


def _clients(session: Any) -> Iterator[Any]:
    from sagemaker.core.utils.utils import SageMakerClient

    yield session.sagemaker_client
    # The resources of sagemaker-core keep clients of their own, by session and region.
    for region in (None, session.boto_session.region_name):
        yield SageMakerClient(session=session.boto_session, region_name=region).sagemaker_client


_CLASSES = {
    "Compute": "sagemaker.core.training.configs",
    "ConditionLessThanOrEqualTo": "sagemaker.core.workflow.conditions",
    "ConditionStep": "sagemaker.mlops.workflow.condition_step",
    "ContinuousParameter": "sagemaker.core.parameter",
    "DataQualityCheckConfig": "sagemaker.mlops.workflow.quality_check_step",
    "DatasetFormat": "sagemaker.core.model_monitor.dataset_format",
    "FailStep": "sagemaker.mlops.workflow.fail_step",
    "InputData": "sagemaker.core.training.configs",
    "JsonGet": "sagemaker.core.workflow.functions",
    "ModelStep": "sagemaker.mlops.workflow.model_step",
    "OutputDataConfig": "sagemaker.core.shapes",
    "ParameterString": "sagemaker.core.workflow.parameters",
    "Pipeline": "sagemaker.mlops.workflow.pipeline",
    "PipelineDefinitionConfig": "sagemaker.core.workflow.pipeline_definition_config",
    "PipelineSession": "sagemaker.core.workflow.pipeline_context",
    "PipelineVariable": "sagemaker.core.workflow.entities",
    "ProcessingInput": "sagemaker.core.shapes",
    "ProcessingOutput": "sagemaker.core.shapes",
    "ProcessingS3Input": "sagemaker.core.shapes",
    "ProcessingS3Output": "sagemaker.core.shapes",
    "ProcessingStep": "sagemaker.mlops.workflow.steps",
    "PropertyFile": "sagemaker.core.workflow.properties",
    "QualityCheckStep": "sagemaker.mlops.workflow.quality_check_step",
    "Session": "sagemaker.core.helper.session_helper",
    "Step": "sagemaker.mlops.workflow.steps",
    "StepCollection": "sagemaker.mlops.workflow.step_collections",
    "StepOutput": "sagemaker.core.workflow.step_outputs",
    "StoppingCondition": "sagemaker.core.shapes",
    "TrainingStep": "sagemaker.mlops.workflow.steps",
    "TransformStep": "sagemaker.mlops.workflow.steps",
    "TuningStep": "sagemaker.mlops.workflow.steps",
    "base_from_name": "sagemaker.core.common_utils",
    "name_from_base": "sagemaker.core.common_utils",
}

ADAPTER = Adapter(
    major=3,
    classes=_CLASSES,
    utilities="sagemaker.core.workflow.utilities",
    readers=_READERS,
    job_object=deferred_job_object,
    package_group=_package_group,
    generated_names=_generated_names,
    is_generated_model_name=_is_generated_model_name,
    clients=_clients,
)
