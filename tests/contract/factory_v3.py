"""Steps with the classes of SageMaker Python SDK v3."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sagemaker.core.model_monitor.dataset_format import DatasetFormat
from sagemaker.core.parameter import ContinuousParameter
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import OutputDataConfig, StoppingCondition
from sagemaker.core.transformer import Transformer
from sagemaker.core.workflow.conditions import ConditionEquals
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.pipeline_definition_config import (
    PipelineDefinitionConfig as SdkDefinitionConfig,
)
from sagemaker.mlops.local import LocalPipelineSession
from sagemaker.mlops.workflow.check_job_config import CheckJobConfig
from sagemaker.mlops.workflow.clarify_check_step import ClarifyCheckStep, DataBiasCheckConfig
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.lambda_step import LambdaStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline as SdkPipeline
from sagemaker.mlops.workflow.quality_check_step import DataQualityCheckConfig, QualityCheckStep
from sagemaker.mlops.workflow.selective_execution_config import SelectiveExecutionConfig
from sagemaker.mlops.workflow.steps import (
    ProcessingStep,
    StepTypeEnum,
    TrainingStep,
    TransformStep,
    TuningStep,
)
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train.configs import Compute
from sagemaker.train.model_trainer import ModelTrainer
from sagemaker.train.tuner import HyperparameterTuner

MAJOR = 3
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
    # Pipeline.create() of v3 asks the session's client for local pipelines, which only the session
    # itself has, and fails (3.27.0).
    local = pipeline.sagemaker_session
    local.create_pipeline(pipeline, "")
    return local.start_pipeline_execution(PipelineName=pipeline.name)


def _trainer(of: Any, **named: Any) -> ModelTrainer:
    return ModelTrainer(
        training_image=IMAGE,
        role=ROLE,
        compute=Compute(instance_type="ml.m5.large", instance_count=1),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=3600),
        output_data_config=OutputDataConfig(s3_output_path=f"{BUCKET}/out"),
        sagemaker_session=of,
        **named,
    )


def training(of: Any, step: str, name: Any = None, **more: Any) -> Any:
    job = _trainer(of, base_job_name=name)
    return SimpleNamespace(step=TrainingStep(step, step_args=job.train(**more)), job=job)


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
        _trainer(of),
        "loss",
        {"eta": ContinuousParameter(0, 1)},
        metric_definitions=[{"Name": "loss", "Regex": "loss=(.*)"}],
        base_tuning_job_name=name,
    )
    return SimpleNamespace(step=TuningStep(step, step_args=job.tune()), job=job)


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
    from sagemaker.core.clarify import BiasConfig, DataConfig

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


def _builder(of: Any) -> ModelBuilder:
    return ModelBuilder(
        image_uri=IMAGE,
        role_arn=ROLE,
        s3_model_data_url=f"{BUCKET}/m.tar.gz",
        sagemaker_session=of,
    )


def model(of: Any, step: str, name: Any = None) -> Any:
    job = _builder(of)
    return SimpleNamespace(step=ModelStep(step, step_args=job.build(model_name=name)), job=job)


def register(of: Any, step: str, name: Any = None, group: str | None = None) -> Any:
    job = _builder(of)
    job.framework = job.framework_version = None  # 3.1 reads both and sets neither
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
    from sagemaker.mlops.workflow.function_step import step as decorator

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


def for_each(step: str, items: list[Any], body: list[Any]) -> Any:
    from sagemaker.mlops.workflow.for_each_step import ForEachStep

    return ForEachStep(name=step, iterable_items=items, for_each_body=body, max_concurrency=1)


def fail(step: str) -> Any:
    return FailStep(step, error_message="no")


def lambda_step(step: str) -> Any:
    from sagemaker.core.lambda_helper import Lambda

    function_arn = "arn:aws:lambda:us-east-1:111122223333:function:f"
    return LambdaStep(step, lambda_func=Lambda(function_arn=function_arn))


KINDS = {
    "Training": training,
    "Processing": processing,
    "Transform": transform,
    "Tuning": tuning,
    "QualityCheck": quality_check,
    "ClarifyCheck": clarify_check,
    "Model": model,
    "RegisterModel": register,
}
