"""Realistic arguments of jobs for SageMaker Python SDK v2."""

from __future__ import annotations

from typing import Any

from sagemaker.inputs import TrainingInput
from sagemaker.processing import ProcessingInput, ProcessingOutput

from ..contract.factory_v2 import BUCKET


def processing() -> dict[str, Any]:
    return {
        "inputs": [ProcessingInput(f"{BUCKET}/raw", "/opt/ml/processing/input", "raw")],
        "outputs": [
            ProcessingOutput(f"/opt/ml/processing/{part}", f"{BUCKET}/{part}", part)
            for part in ("train", "validation")
        ],
        "arguments": ["--parts", "train,validation"],
    }


def training(prepared: Any) -> dict[str, Any]:
    outputs = prepared.properties.ProcessingOutputConfig.Outputs
    return {
        "inputs": {
            part: TrainingInput(outputs[part].S3Output.S3Uri, content_type="text/csv")
            for part in ("train", "validation")
        }
    }


def set_hyperparameters(job: Any, hyperparameters: dict[str, Any]) -> None:
    job.set_hyperparameters(**hyperparameters)
