"""Constructor arguments of each job class of SDK v3, and the steps of its objects."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any
from unittest import mock

from sagemaker.core.processing import Processor as SdkProcessor
from sagemaker.core.spark.processing import _SparkProcessorBase
from sagemaker.core.workflow import utilities
from sagemaker.mlops.workflow.steps import Step as SdkStep
from sagemaker.train.configs import InputData, SourceCode

from sm_prefix_ext._sdk import adapter

from . import factory_v3 as sdk
from .calling import Call, by_keyword

CODE = Path(mkdtemp()) / "code.py"
CODE.write_text("print('work')\n", encoding="utf-8")
NOTEBOOK = CODE.with_name("note.ipynb")
NOTEBOOK.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n')
JAR = CODE.with_name("app.jar")
JAR.write_bytes(b"PK")
INSTANCES = {"instance_count": 1, "instance_type": "ml.m5.large"}
FINE_TUNERS = {
    "SFTTrainer",
    "DPOTrainer",
    "CPTTrainer",
    "RLVRTrainer",
    "RLAIFTrainer",
    "MultiTurnRLTrainer",
}
# Their requests need SageMaker's hub, so no test renders them.
NOT_IN_PIPELINES = FINE_TUNERS


def arguments(name: str, of: Any) -> dict[str, Any]:
    """The required arguments of a class, without name and role."""
    if name in ("HyperparameterTuner", "NotebookJobStep"):
        return _ARGUMENTS[name](of)
    if name in FINE_TUNERS:
        return {**_fine_tuned(name), "sagemaker_session": of}
    return {"sagemaker_session": of, **_ARGUMENTS[name](of)}


def _fine_tuned(name: str) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if name == "MultiTurnRLTrainer":
        agent = "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/agent-0123456789"
        more = {"agent_env": agent, "s3_output_path": f"{sdk.BUCKET}/out"}
    return {"model": "hub-model", **more}


def _sources() -> dict[str, Any]:
    if "source_code.dependencies" in inspect.getsource(utilities.get_code_hash):
        return {}  # get_code_hash() reads a field that SourceCode lacks (3.1.1)
    return {"source_code": SourceCode(source_dir=str(CODE.parent), entry_script=CODE.name)}


def _spark() -> dict[str, Any]:
    if "source=" in inspect.getsource(_SparkProcessorBase._stage_configuration):
        return {}  # it passes an argument that ProcessingInput lacks (3.1.1)
    return {"configuration": [{"Classification": "spark-defaults", "Properties": {"a": "1"}}]}


_ARGUMENTS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "ModelTrainer": lambda of: {
        "training_image": sdk.IMAGE,
        "compute": sdk.Compute(**INSTANCES),
        "stopping_condition": sdk.StoppingCondition(max_runtime_in_seconds=3600),
        "output_data_config": sdk.OutputDataConfig(s3_output_path=f"{sdk.BUCKET}/out"),
        **_sources(),
    },
    "Processor": lambda of: {"image_uri": sdk.IMAGE, **INSTANCES},
    "ScriptProcessor": lambda of: {"image_uri": sdk.IMAGE, "command": ["python3"], **INSTANCES},
    "FrameworkProcessor": lambda of: {"image_uri": sdk.IMAGE, **INSTANCES},
    "PySparkProcessor": lambda of: {"framework_version": "3.3", **INSTANCES},
    "SparkJarProcessor": lambda of: {"framework_version": "3.3", **INSTANCES},
    "SageMakerClarifyProcessor": lambda of: INSTANCES,
    "HyperparameterTuner": lambda of: {
        "model_trainer": sdk._trainer(of),
        "objective_metric_name": "loss",
        "hyperparameter_ranges": {"eta": sdk.ContinuousParameter(0, 1)},
        "metric_definitions": [{"Name": "loss", "Regex": "loss=(.*)"}],
    },
    "Transformer": lambda of: {
        "model_name": "a-model",
        "output_path": f"{sdk.BUCKET}/out",
        **INSTANCES,
    },
    "ModelBuilder": lambda of: {
        "image_uri": sdk.IMAGE,
        "s3_model_data_url": f"{sdk.BUCKET}/m.tar.gz",
    },
    "CheckJobConfig": lambda of: {},
    "NotebookJobStep": lambda of: {
        "name": "My_Step",
        "input_notebook": str(NOTEBOOK),
        "image_uri": sdk.IMAGE,
        "kernel_name": "python3",
    },
}


def enter(job: Any, name: str, step: str, call: Call = by_keyword) -> Any:
    """A step with a job."""
    if isinstance(job, SdkStep):
        return job
    if isinstance(job, SdkProcessor):
        return sdk.ProcessingStep(step, step_args=_run(job, name, call))
    return _STEPS[name](job, step, call)


def _run(job: Any, name: str, call: Call) -> Any:
    if name == "SageMakerClarifyProcessor":
        return clarify(job)
    code: dict[str, Any] = {"code": str(CODE)}
    if name == "Processor":
        code = {"arguments": ["--x"]}
    elif name == "FrameworkProcessor":
        code = {"code": CODE.name, "source_dir": str(CODE.parent)}
    elif name == "PySparkProcessor":
        code = {"submit_app": str(CODE), **_spark()}
    elif name == "SparkJarProcessor":
        code = {"submit_app": str(JAR), "submit_class": "Main"}
    return call(job.run, **code)


def clarify(job: Any, **named: Any) -> Any:
    """Run a Clarify processor."""
    from sagemaker.core.clarify import BiasConfig, DataConfig

    data = DataConfig(
        s3_data_input_path=f"{sdk.BUCKET}/in",
        s3_output_path=f"{sdk.BUCKET}/out",
        label="y",
        headers=["x", "y"],
        dataset_type="text/csv",
    )
    bias = BiasConfig(label_values_or_threshold=[1], facet_name="x")
    return job.run_pre_training_bias(data, bias, **named)


def _input() -> InputData:
    return InputData(channel_name="train", data_source=f"{sdk.BUCKET}/in")


def _quality_check(job: Any, step: str, call: Call) -> Any:
    check = sdk.DataQualityCheckConfig(
        baseline_dataset=sdk.ParameterString("Data", default_value=f"{sdk.BUCKET}/in"),
        dataset_format=sdk.DatasetFormat.csv(),
        output_s3_uri=f"{sdk.BUCKET}/out",
    )
    return call(sdk.QualityCheckStep, name=step, quality_check_config=check, check_job_config=job)


def _fine_tune(job: Any, step: str, call: Call) -> Any:
    return sdk.TrainingStep(step, step_args=call(job.train))


def _job_step(job: Any, step: str, call: Call) -> Any:
    from sagemaker.mlops.workflow.steps import JobStep

    return JobStep(step, step_args=call(job.train))


_STEPS: dict[str, Callable[[Any, str, Call], Any]] = {
    "ModelTrainer": lambda job, step, call: sdk.TrainingStep(
        step, step_args=call(job.train, input_data_config=[_input()])
    ),
    "HyperparameterTuner": lambda job, step, call: sdk.TuningStep(
        step, step_args=call(job.tune, inputs=[_input()])
    ),
    "Transformer": lambda job, step, call: sdk.TransformStep(
        step, step_args=call(job.transform, data=f"{sdk.BUCKET}/in")
    ),
    "ModelBuilder": lambda job, step, call: sdk.ModelStep(step, step_args=call(job.build)),
    "CheckJobConfig": _quality_check,
    **dict.fromkeys(FINE_TUNERS, _fine_tune),
    "MultiTurnRLTrainer": _job_step,
}


@contextmanager
def service_answers(name: str, of: Any) -> Iterator[None]:
    """Answer requests about a model of SageMaker's hub."""
    with ExitStack() as patches:
        if name in FINE_TUNERS:
            cls = adapter().load(name)
            module = import_module(cls.__module__)
            options = SimpleNamespace(_specs={})
            answers: dict[str, Any] = {
                "_resolve_model_and_name": lambda *_, **__: ("hub-model", "hub-model"),
                "_get_fine_tuning_options_and_model_arn": lambda *_, **__: (options, "arn", False),
                "_validate_and_resolve_model_package_group": lambda *_, **__: "group",
                "_validate_eula_for_gated_model": lambda *_, **__: False,
                "_validate_s3_path_exists": lambda *_, **__: None,
            }
            for function, answer in answers.items():
                if hasattr(module, function):
                    patches.enter_context(mock.patch.object(module, function, answer))
            for method in (
                "_process_hyperparameters",
                "_resolve_model_package_group",
                "_resolve_intermediate_checkpoint_mpg",
            ):
                if hasattr(cls, method):
                    patches.enter_context(mock.patch.object(cls, method, lambda *_, **__: None))
        yield


def deferred(job: Any, step_type: str, step: str) -> Any:
    """A step with a fine-tuning job."""
    return (_job_step if step_type == "Job" else _fine_tune)(job, step, by_keyword)


def plain_session(boto_session: Any) -> Any:
    """A session that starts jobs at once."""
    from sagemaker.core.helper.session_helper import Session

    return Session(boto_session=boto_session, default_bucket="bucket")
