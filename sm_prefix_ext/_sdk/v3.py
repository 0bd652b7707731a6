"""SageMaker Python SDK v3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..core.definition import image_name
from .adapter import Upstream


def _stand_ins(job: Any) -> Iterator[str]:
    # A trainer writes the SDK's own word into itself as soon as it is made.
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

UPSTREAM = Upstream(
    major=3,
    classes=_CLASSES,
    utilities="sagemaker.core.workflow.utilities",
    stand_ins=_stand_ins,
    clients=_clients,
)
