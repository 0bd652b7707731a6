"""SageMaker Python SDK v2."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from sagemaker.estimator import EstimatorBase
from sagemaker.session import Session
from sagemaker.utils import base_from_name, name_from_base
from sagemaker.workflow import utilities
from sagemaker.workflow.entities import PipelineVariable
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_definition_config import PipelineDefinitionConfig
from sagemaker.workflow.step_collections import StepCollection
from sagemaker.workflow.steps import Step

from ..definition import image_name
from .upstream import Upstream

try:
    from sagemaker.workflow.step_outputs import StepOutput
except ImportError:  # @step came with 2.199
    StepOutput = None


def _stand_ins(job: Any) -> Iterator[str]:
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
    "PipelineSession": "sagemaker.workflow.pipeline_context",
    "ProcessingInput": "sagemaker.processing",
    "ProcessingOutput": "sagemaker.processing",
    "ProcessingStep": "sagemaker.workflow.steps",
    "PropertyFile": "sagemaker.workflow.properties",
    "QualityCheckStep": "sagemaker.workflow.quality_check_step",
    "TrainingInput": "sagemaker.inputs",
    "TrainingStep": "sagemaker.workflow.steps",
    "TransformStep": "sagemaker.workflow.steps",
    "TuningStep": "sagemaker.workflow.steps",
}

UPSTREAM = Upstream(
    major=2,
    pipeline=Pipeline,
    definition_config=PipelineDefinitionConfig,
    step=Step,
    step_collection=StepCollection,
    step_output=(StepOutput,) if StepOutput else (),
    pipeline_variable=PipelineVariable,
    session=(Session,),
    base_from_name=base_from_name,
    name_from_base=name_from_base,
    stand_ins=_stand_ins,
    clients=_clients,
    classes=_CLASSES,
    trimming=(utilities.logger.name, utilities.DEF_CONFIG_WARN_MSG_TEMPLATE),
)
