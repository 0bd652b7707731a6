"""The steps of the abalone pipeline, with the classes of SDK v3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
COMPUTE = {"instance_count": 1, "instance_type": "ml.m5.xlarge"}


def steps(
    load: Callable[[str], Any],
    session: Any,
    role: str,
    bucket: str,
    names: Mapping[str, Any],
    group: str,
) -> list[Any]:
    """Preprocess, train, tune, evaluate, check, and for a good model register, create, transform.

    Args:
        load: returns a class of the SDK by its name.
        session: a ``PipelineSession``.
        role: the ARN of the role of every job.
        bucket: the bucket for input and output.
        names: the declared names of the jobs, by their purpose.
        group: the model package group.
    """
    common = {"image_uri": IMAGE, "role": role, "sagemaker_session": session}
    data = f"s3://{bucket}/abalone"

    preprocess = load("ProcessingStep")(
        "Preprocess",
        step_args=load("Processor")(**common, **COMPUTE, base_job_name=names["preprocess"]).run(
            inputs=[_input(load, "input", data)],
            outputs=[_output(load, name, data) for name in ("train", "baseline")],
        ),
    )
    channel = load("InputData")(channel_name="train", data_source=_uri_of(preprocess, "train"))

    def trainer(**named: Any) -> Any:
        return load("ModelTrainer")(
            training_image=IMAGE,
            role=role,
            sagemaker_session=session,
            compute=load("Compute")(**COMPUTE),
            stopping_condition=load("StoppingCondition")(max_runtime_in_seconds=3600),
            output_data_config=load("OutputDataConfig")(s3_output_path=f"{data}/models"),
            **named,
        )

    train = load("TrainingStep")(
        "Train", step_args=trainer(base_job_name=names["train"]).train(input_data_config=[channel])
    )
    tune = load("TuningStep")(
        "Tune",
        step_args=load("HyperparameterTuner")(
            trainer(),
            "validation:rmse",
            {"eta": load("ContinuousParameter")(0.1, 0.5)},
            objective_type="Minimize",
            metric_definitions=[{"Name": "validation:rmse", "Regex": "rmse=(.*)"}],
            base_tuning_job_name=names["tune"],
        ).tune(inputs=[channel]),
    )
    artifacts = train.properties.ModelArtifacts.S3ModelArtifacts
    report = load("PropertyFile")("Report", output_name="evaluation", path="evaluation.json")
    evaluate = load("ProcessingStep")(
        "Evaluate",
        step_args=load("Processor")(**common, **COMPUTE, base_job_name=names["evaluate"]).run(
            inputs=[_input(load, "model", artifacts)],
            outputs=[_output(load, "evaluation", data)],
        ),
        property_files=[report],
    )
    check = load("QualityCheckStep")(
        "CheckData",
        load("DataQualityCheckConfig")(
            baseline_dataset=_uri_of(preprocess, "baseline"),
            dataset_format=load("DatasetFormat").csv(),
            output_s3_uri=f"{data}/baseline",
        ),
        load("CheckJobConfig")(role=role, sagemaker_session=session, base_job_name=names["check"]),
        skip_check=True,
        register_new_baseline=True,
    )

    def builder() -> Any:
        return load("ModelBuilder")(
            image_uri=IMAGE, role_arn=role, s3_model_data_url=artifacts, sagemaker_session=session
        )

    register = load("ModelStep")(
        "Register",
        step_args=builder().register(
            content_types=["text/csv"],
            response_types=["text/csv"],
            inference_instances=["ml.m5.xlarge"],
            transform_instances=["ml.m5.xlarge"],
            model_package_group_name=group,
        ),
    )
    create = load("ModelStep")("Create", step_args=builder().build(model_name=names["model"]))
    transform = load("TransformStep")(
        "Transform",
        step_args=load("Transformer")(
            model_name=create.properties.ModelName,
            **COMPUTE,
            output_path=f"{data}/scores",
            sagemaker_session=session,
            base_transform_job_name=names["transform"],
        ).transform(f"{data}/batch"),
    )
    good_enough = load("ConditionLessThanOrEqualTo")(
        left=load("JsonGet")(
            step_name="Evaluate", property_file=report, json_path="regression_metrics.mse.value"
        ),
        right=6.0,
    )
    decide = load("ConditionStep")(
        "CheckMSE",
        conditions=[good_enough],
        if_steps=[register, create, transform],
        else_steps=[load("FailStep")("Stop", error_message="The model is not good enough.")],
    )
    return [preprocess, train, tune, evaluate, check, decide]


def _input(load: Callable[[str], Any], name: str, uri: Any) -> Any:
    source = load("ProcessingS3Input")(
        s3_uri=uri, local_path=f"/opt/ml/processing/{name}", s3_data_type="S3Prefix"
    )
    return load("ProcessingInput")(input_name=name, s3_input=source)


def _output(load: Callable[[str], Any], name: str, data: str) -> Any:
    target = load("ProcessingS3Output")(
        s3_uri=f"{data}/{name}", local_path=f"/opt/ml/processing/{name}", s3_upload_mode="EndOfJob"
    )
    return load("ProcessingOutput")(output_name=name, s3_output=target)


def _uri_of(step: Any, output: str) -> Any:
    return step.properties.ProcessingOutputConfig.Outputs[output].S3Output.S3Uri
