"""Realistic arguments of jobs for SageMaker Python SDK v3."""

from __future__ import annotations

from typing import Any

from sagemaker.core.shapes import (
    ProcessingInput,
    ProcessingOutput,
    ProcessingS3Input,
    ProcessingS3Output,
)
from sagemaker.train.configs import InputData

from ..contract.factory_v3 import BUCKET


def processing() -> dict[str, Any]:
    raw = ProcessingS3Input(
        s3_uri=f"{BUCKET}/raw",
        s3_data_type="S3Prefix",
        s3_input_mode="File",
        local_path="/opt/ml/processing/input",
    )
    outputs = [
        ProcessingOutput(
            output_name=part,
            s3_output=ProcessingS3Output(
                s3_uri=f"{BUCKET}/{part}",
                s3_upload_mode="EndOfJob",
                local_path=f"/opt/ml/processing/{part}",
            ),
        )
        for part in ("train", "validation")
    ]
    return {
        "inputs": [ProcessingInput(input_name="raw", s3_input=raw)],
        "outputs": outputs,
        "arguments": ["--parts", "train,validation"],
    }


def training(prepared: Any) -> dict[str, Any]:
    outputs = prepared.properties.ProcessingOutputConfig.Outputs
    return {
        "input_data_config": [
            InputData(
                channel_name=part,
                data_source=outputs[part].S3Output.S3Uri,
                content_type="text/csv",
            )
            for part in ("train", "validation")
        ]
    }


def set_hyperparameters(job: Any, hyperparameters: dict[str, Any]) -> None:
    job.hyperparameters = dict(hyperparameters)
