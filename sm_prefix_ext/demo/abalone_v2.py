"""The steps of the abalone pipeline, with the classes of SDK v2."""

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
            inputs=[load("ProcessingInput")(data, "/opt/ml/processing/input")],
            outputs=[_output(load, name) for name in ("train", "baseline")],
        ),
    )
    train_data = {"train": load("TrainingInput")(_uri_of(preprocess, "train"))}
    estimator = load("Estimator")(
        **common, **COMPUTE, output_path=f"{data}/models", base_job_name=names["train"]
    )
    train = load("TrainingStep")("Train", step_args=estimator.fit(train_data))
    tune = load("TuningStep")(
        "Tune",
        step_args=load("HyperparameterTuner")(
            load("Estimator")(**common, **COMPUTE, output_path=f"{data}/models"),
            "validation:rmse",
            {"eta": load("ContinuousParameter")(0.1, 0.5)},
            objective_type="Minimize",
            metric_definitions=[{"Name": "validation:rmse", "Regex": "rmse=(.*)"}],
            base_tuning_job_name=names["tune"],
        ).fit(train_data),
    )
    artifacts = train.properties.ModelArtifacts.S3ModelArtifacts
    report = load("PropertyFile")("Report", output_name="evaluation", path="evaluation.json")
    evaluate = load("ProcessingStep")(
        "Evaluate",
        step_args=load("Processor")(**common, **COMPUTE, base_job_name=names["evaluate"]).run(
            inputs=[load("ProcessingInput")(artifacts, "/opt/ml/processing/model")],
            outputs=[_output(load, "evaluation")],
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

    model = load("Model")(**common, model_data=artifacts, name=names["model"])
    types = {"content_types": ["text/csv"], "response_types": ["text/csv"]}
    register = load("ModelStep")(
        "Register",
        step_args=model.register(
            **types,
            inference_instances=["ml.m5.xlarge"],
            transform_instances=["ml.m5.xlarge"],
            model_package_group_name=group,
        ),
    )
    create = load("ModelStep")("Create", step_args=model.create(instance_type="ml.m5.xlarge"))
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


def _output(load: Callable[[str], Any], name: str) -> Any:
    return load("ProcessingOutput")(output_name=name, source=f"/opt/ml/processing/{name}")


def _uri_of(step: Any, output: str) -> Any:
    return step.properties.ProcessingOutputConfig.Outputs[output].S3Output.S3Uri
