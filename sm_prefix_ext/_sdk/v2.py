"""SageMaker Python SDK v2."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from ..core.definition import image_name
from .adapter import Upstream


def _stand_ins(job: Any) -> Iterator[str]:
    from sagemaker.estimator import EstimatorBase

    if isinstance(job, EstimatorBase):
        # An estimator's first rendering writes the SDK's own word into it; asked again, it says it.
        twin = copy.copy(job)
        twin.base_job_name = None
        twin._ensure_base_job_name()
        yield twin.base_job_name
    else:
        yield image_name(getattr(job, "image_uri", None)) or ""
    framework = getattr(job, "estimator_cls", None)
    if framework is not None:  # FrameworkProcessor takes the name of its framework when it is made
        yield framework._framework_name


def _clients(session: Any) -> Iterator[Any]:
    yield session.sagemaker_client


_CLASSES = {
    "ConditionLessThanOrEqualTo": "sagemaker.workflow.conditions",
    "ConditionStep": "sagemaker.workflow.condition_step",
    "ContinuousParameter": "sagemaker.tuner",
    "DataQualityCheckConfig": "sagemaker.workflow.quality_check_step",
    "DatasetFormat": "sagemaker.model_monitor",
    "FailStep": "sagemaker.workflow.fail_step",
    "JsonGet": "sagemaker.workflow.functions",
    "ModelStep": "sagemaker.workflow.model_step",
    "ParameterString": "sagemaker.workflow.parameters",
    "Pipeline": "sagemaker.workflow.pipeline",
    "PipelineDefinitionConfig": "sagemaker.workflow.pipeline_definition_config",
    "PipelineSession": "sagemaker.workflow.pipeline_context",
    "PipelineVariable": "sagemaker.workflow.entities",
    "ProcessingInput": "sagemaker.processing",
    "ProcessingOutput": "sagemaker.processing",
    "ProcessingStep": "sagemaker.workflow.steps",
    "PropertyFile": "sagemaker.workflow.properties",
    "QualityCheckStep": "sagemaker.workflow.quality_check_step",
    "Session": "sagemaker.session",
    "Step": "sagemaker.workflow.steps",
    "StepCollection": "sagemaker.workflow.step_collections",
    "StepOutput": "sagemaker.workflow.step_outputs",
    "TrainingInput": "sagemaker.inputs",
    "TrainingStep": "sagemaker.workflow.steps",
    "TransformStep": "sagemaker.workflow.steps",
    "TuningStep": "sagemaker.workflow.steps",
    "base_from_name": "sagemaker.utils",
    "name_from_base": "sagemaker.utils",
}

UPSTREAM = Upstream(
    major=2,
    classes=_CLASSES,
    utilities="sagemaker.workflow.utilities",
    stand_ins=_stand_ins,
    clients=_clients,
)
