"""Steps with the classes of SageMaker Python SDK v2."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sagemaker.automl.automl import AutoML, AutoMLInput
from sagemaker.estimator import Estimator
from sagemaker.inputs import CreateModelInput, TransformInput
from sagemaker.model import Model
from sagemaker.model_monitor import DatasetFormat
from sagemaker.pipeline import PipelineModel
from sagemaker.processing import Processor
from sagemaker.transformer import Transformer
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner
from sagemaker.workflow.automl_step import AutoMLStep
from sagemaker.workflow.check_job_config import CheckJobConfig
from sagemaker.workflow.clarify_check_step import ClarifyCheckStep, DataBiasCheckConfig
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionEquals
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.lambda_step import LambdaStep
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterString
from sagemaker.workflow.pipeline import Pipeline as SdkPipeline
from sagemaker.workflow.pipeline_context import LocalPipelineSession, PipelineSession
from sagemaker.workflow.pipeline_definition_config import (
    PipelineDefinitionConfig as SdkDefinitionConfig,
)
from sagemaker.workflow.quality_check_step import DataQualityCheckConfig, QualityCheckStep
from sagemaker.workflow.selective_execution_config import SelectiveExecutionConfig
from sagemaker.workflow.step_collections import EstimatorTransformer
from sagemaker.workflow.steps import (
    ProcessingStep,
    StepTypeEnum,
    TrainingStep,
    TransformStep,
    TuningStep,
)

MAJOR = 2
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/img:1"
ROLE = "arn:aws:iam::111122223333:role/given"
BUCKET = "s3://bucket"

__all__ = [
    "MAJOR",
    "ParameterString",
    "PipelineSession",
    "SdkDefinitionConfig",
    "SdkPipeline",
    "SelectiveExecutionConfig",
    "StepTypeEnum",
]


def session(boto_session: Any) -> PipelineSession:
    return PipelineSession(boto_session=boto_session, default_bucket="bucket")


def local_session(boto_session: Any) -> LocalPipelineSession:
    return LocalPipelineSession(boto_session=boto_session, default_bucket="bucket")


def run_locally(pipeline: Any) -> Any:
    pipeline.create(ROLE)
    return pipeline.start()


def _estimator(of: Any, **named: Any) -> Estimator:
    return Estimator(
        image_uri=IMAGE,
        role=ROLE,
        instance_count=1,
        instance_type="ml.m5.large",
        output_path=f"{BUCKET}/out",
        sagemaker_session=of,
        **named,
    )


def training(of: Any, step: str, name: Any = None, **more: Any) -> Any:
    job = _estimator(of, base_job_name=name)
    return SimpleNamespace(step=TrainingStep(step, step_args=job.fit(**more)), job=job)


def processing(of: Any, step: str, name: Any = None, **more: Any) -> Any:
    job = Processor(
        image_uri=IMAGE,
        role=ROLE,
        instance_count=1,
        instance_type="ml.m5.large",
        sagemaker_session=of,
        base_job_name=name,
    )
    return SimpleNamespace(step=ProcessingStep(step, step_args=job.run(**more)), job=job)


def transform(of: Any, step: str, name: Any = None) -> Any:
    job = Transformer(
        model_name="a-model",
        instance_count=1,
        instance_type="ml.m5.large",
        output_path=f"{BUCKET}/out",
        sagemaker_session=of,
        base_transform_job_name=name,
    )
    args = job.transform(f"{BUCKET}/in")
    return SimpleNamespace(step=TransformStep(step, step_args=args), job=job)


def tuning(of: Any, step: str, name: Any = None) -> Any:
    job = HyperparameterTuner(
        _estimator(of),
        "loss",
        {"eta": ContinuousParameter(0, 1)},
        metric_definitions=[{"Name": "loss", "Regex": "loss=(.*)"}],
        base_tuning_job_name=name,
    )
    return SimpleNamespace(step=TuningStep(step, step_args=job.fit()), job=job)


def automl(of: Any, step: str, name: Any = None) -> Any:
    job = AutoML(
        role=ROLE,
        target_attribute_name="y",
        sagemaker_session=of,
        mode="ENSEMBLING",
        base_job_name=name,
    )
    args = job.fit(inputs=AutoMLInput(f"{BUCKET}/in", "y"))
    return SimpleNamespace(step=AutoMLStep(step, step_args=args), job=job)


def _check(of: Any, name: Any) -> CheckJobConfig:
    return CheckJobConfig(role=ROLE, sagemaker_session=of, base_job_name=name)


def quality_check(of: Any, step: str, name: Any = None) -> Any:
    job = _check(of, name)
    check = DataQualityCheckConfig(
        baseline_dataset=ParameterString(f"{step}Data", default_value=f"{BUCKET}/in"),
        dataset_format=DatasetFormat.csv(),
        output_s3_uri=f"{BUCKET}/out",
    )
    return SimpleNamespace(step=QualityCheckStep(step, check, job), job=job)


def clarify_check(of: Any, step: str, name: Any = None) -> Any:
    from sagemaker.clarify import BiasConfig, DataConfig

    job = _check(of, name)
    data = DataConfig(
        s3_data_input_path=f"{BUCKET}/in",
        s3_output_path=f"{BUCKET}/out",
        s3_analysis_config_output_path=f"{BUCKET}/config",
        label="y",
        headers=["x", "y"],
        dataset_type="text/csv",
    )
    check = DataBiasCheckConfig(
        data_config=data,
        data_bias_config=BiasConfig(label_values_or_threshold=[1], facet_name="x"),
    )
    return SimpleNamespace(step=ClarifyCheckStep(step, check, job), job=job)


def _model(of: Any, name: Any) -> Model:
    return Model(
        image_uri=IMAGE,
        role=ROLE,
        model_data=f"{BUCKET}/m.tar.gz",
        sagemaker_session=of,
        name=name,
    )


def model(of: Any, step: str, name: Any = None) -> Any:
    job = _model(of, name)
    args = job.create(instance_type="ml.m5.large")
    return SimpleNamespace(step=ModelStep(step, step_args=args), job=job)


def pipeline_model(of: Any, step: str, name: Any = None) -> Any:
    job = PipelineModel([_model(of, None)], ROLE, sagemaker_session=of, name=name)
    args = job.create(instance_type="ml.m5.large")
    return SimpleNamespace(step=ModelStep(step, step_args=args), job=job)


def estimator_transformer(of: Any, step: str) -> EstimatorTransformer:
    return EstimatorTransformer(
        step,
        estimator=_estimator(of),
        model_data=f"{BUCKET}/m.tar.gz",
        model_inputs=CreateModelInput(instance_type="ml.m5.large"),
        instance_count=1,
        instance_type="ml.m5.large",
        transform_inputs=TransformInput(data=f"{BUCKET}/in"),
    )


def register(of: Any, step: str, name: Any = None, group: str | None = None) -> Any:
    job = _model(of, None)
    given = {"model_package_name": name} if group is None else {"model_package_group_name": group}
    args = job.register(
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
        **given,
    )
    return SimpleNamespace(step=ModelStep(step, step_args=args), job=job)


def function(step: str, name: Any = None) -> Any:
    from sagemaker.workflow.function_step import step as decorator

    @decorator(
        name=step,
        job_name_prefix=name,
        image_uri=IMAGE,
        role=ROLE,
        instance_type="ml.m5.large",
    )
    def work() -> int:
        return 1

    return SimpleNamespace(step=work(), job=None)


def condition(step: str, if_steps: list[Any], else_steps: list[Any] = ()) -> Any:
    return ConditionStep(
        step,
        conditions=[ConditionEquals(left="a", right="a")],
        if_steps=list(if_steps),
        else_steps=list(else_steps),
    )


def fail(step: str) -> Any:
    return FailStep(step, error_message="no")


def lambda_step(step: str) -> Any:
    from sagemaker.lambda_helper import Lambda

    function_arn = "arn:aws:lambda:us-east-1:111122223333:function:f"
    return LambdaStep(step, lambda_func=Lambda(function_arn=function_arn))


KINDS = {
    "Training": training,
    "Processing": processing,
    "Transform": transform,
    "Tuning": tuning,
    "AutoML": automl,
    "QualityCheck": quality_check,
    "ClarifyCheck": clarify_check,
    "Model": model,
    "RegisterModel": register,
}
