"""SageMaker Python SDK v3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sagemaker.core.common_utils import base_from_name, name_from_base
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.utils.utils import SageMakerClient
from sagemaker.core.workflow import utilities
from sagemaker.core.workflow.entities import PipelineVariable
from sagemaker.core.workflow.pipeline_definition_config import PipelineDefinitionConfig
from sagemaker.core.workflow.step_outputs import StepOutput
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.step_collections import StepCollection
from sagemaker.mlops.workflow.steps import Step
from sagemaker.train.utils import _get_repo_name_from_image

from ..definition import image_name
from .upstream import Upstream


def _stand_ins(job: Any) -> Iterator[str]:
    # A trainer writes the SDK's own word into itself as soon as it is made.
    algorithm = getattr(job, "algorithm_name", None)
    image = getattr(job, "training_image", None)
    if isinstance(algorithm, str):
        yield f"{algorithm}-job"
    elif isinstance(image, str):
        yield f"{_get_repo_name_from_image(image)}-job"
    else:
        yield image_name(getattr(job, "image_uri", None)) or ""
    jumpstart = getattr(job, "_jumpstart_config", None)
    if jumpstart is not None:
        yield f"{jumpstart.model_id}-job"


def _clients(session: Any) -> Iterator[Any]:
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
    "PipelineSession": "sagemaker.core.workflow.pipeline_context",
    "ProcessingInput": "sagemaker.core.shapes",
    "ProcessingOutput": "sagemaker.core.shapes",
    "ProcessingS3Input": "sagemaker.core.shapes",
    "ProcessingS3Output": "sagemaker.core.shapes",
    "ProcessingStep": "sagemaker.mlops.workflow.steps",
    "PropertyFile": "sagemaker.core.workflow.properties",
    "QualityCheckStep": "sagemaker.mlops.workflow.quality_check_step",
    "StoppingCondition": "sagemaker.core.shapes",
    "TrainingStep": "sagemaker.mlops.workflow.steps",
    "TransformStep": "sagemaker.mlops.workflow.steps",
    "TuningStep": "sagemaker.mlops.workflow.steps",
}

UPSTREAM = Upstream(
    major=3,
    pipeline=Pipeline,
    definition_config=PipelineDefinitionConfig,
    step=Step,
    step_collection=StepCollection,
    step_output=(StepOutput,),
    pipeline_variable=PipelineVariable,
    session=(Session,),
    base_from_name=base_from_name,
    name_from_base=name_from_base,
    stand_ins=_stand_ins,
    clients=_clients,
    classes=_CLASSES,
    trimming=(utilities.logger.name, utilities.DEF_CONFIG_WARN_MSG_TEMPLATE),
)
