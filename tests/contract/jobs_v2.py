"""Constructor arguments of each job class of SDK v2, and the steps of its objects."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from unittest import mock

from sagemaker.processing import FrameworkProcessor
from sagemaker.workflow.check_job_config import CheckJobConfig as SdkCheckJobConfig

from sm_prefix_ext._sdk import adapter

from . import factory_v2 as sdk
from .calling import Call, by_keyword

CODE = Path(mkdtemp()) / "code.py"
CODE.write_text("print('work')\n", encoding="utf-8")
NOTEBOOK = CODE.with_name("note.ipynb")
NOTEBOOK.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n')
JAR = CODE.with_name("app.jar")
JAR.write_bytes(b"PK")
SPARK = [{"Classification": "spark-defaults", "Properties": {"spark.executor.cores": "1"}}]
MODEL = f"{sdk.BUCKET}/m.tar.gz"
INSTANCES = {"instance_count": 1, "instance_type": "ml.m5.large"}
# Its fit() is not deferred in a pipeline's session: it starts the job at once (2.257.7).
NOT_IN_PIPELINES = {"AutoMLV2"}

_FRAMEWORKS: dict[str, dict[str, Any]] = {
    "PyTorch": {"framework_version": "2.0.0", "py_version": "py310"},
    "TensorFlow": {"framework_version": "2.12", "py_version": "py310"},
    "SKLearn": {"framework_version": "1.2-1"},
    "XGBoost": {"framework_version": "1.7-1"},
    "HuggingFace": {
        "transformers_version": "4.28.1",
        "pytorch_version": "2.0.0",
        "py_version": "py310",
    },
    "MXNet": {"framework_version": "1.9.0", "py_version": "py38"},
    "Chainer": {"framework_version": "5.0.0", "py_version": "py3"},
}
_GPU = {"HuggingFace", "DJLModel", "DeepSpeedModel", "FasterTransformerModel"} | {
    "HuggingFaceAccelerateModel"
}
_ALGORITHMS: dict[str, dict[str, Any]] = {
    "FactorizationMachines": {"num_factors": 2, "predictor_type": "regressor"},
    "IPInsights": {"num_entity_vectors": 20, "vector_dim": 4},
    "KMeans": {"k": 2},
    "KNN": {"k": 2, "sample_size": 20, "predictor_type": "regressor"},
    "LDA": {"num_topics": 2},
    "LinearLearner": {"predictor_type": "regressor"},
    "NTM": {"num_topics": 2},
    "Object2Vec": {
        "epochs": 1,
        "enc0_max_seq_len": 4,
        "enc0_vocab_size": 4,
    },
    "PCA": {"num_components": 2},
    "RandomCutForest": {},
}
_MODELS: dict[str, dict[str, Any]] = {
    "Model": {"image_uri": sdk.IMAGE, "model_data": MODEL},
    "FrameworkModel": {"image_uri": sdk.IMAGE, "model_data": MODEL, "entry_point": str(CODE)},
    "ModelPackage": {
        "model_package_arn": "arn:aws:sagemaker:us-east-1:111122223333:model-package/group/1"
    },
    "JumpStartModel": {"model_id": "hub-model", "image_uri": sdk.IMAGE, "model_data": MODEL},
    "MultiDataModel": {
        "model_data_prefix": f"{sdk.BUCKET}/models",
        "image_uri": sdk.IMAGE,
    },
    "SparkMLModel": {"model_data": MODEL},
    "DJLModel": {"model_id": f"{sdk.BUCKET}/model", "image_uri": sdk.IMAGE},
}


def arguments(name: str, of: Any) -> dict[str, Any]:
    """The required arguments of a class, without name and role."""
    common: dict[str, Any] = {"sagemaker_session": of}
    if name in _FRAMEWORKS:
        gpu = {"instance_type": "ml.p3.2xlarge"} if name in _GPU else {}
        return {**common, **_FRAMEWORKS[name], **INSTANCES, **gpu, "entry_point": str(CODE)}
    if name in _ALGORITHMS:
        return {**common, **_ALGORITHMS[name], **INSTANCES}
    if name.endswith("Model") and name.removesuffix("Model") in _FRAMEWORKS:
        versions = {**_FRAMEWORKS[name.removesuffix("Model")]}
        if name == "TensorFlowModel":
            versions.pop("py_version")
        return {**common, **versions, "model_data": MODEL, "entry_point": str(CODE)}
    if name.endswith("Model") and name.removesuffix("Model") in _ALGORITHMS:
        return {**common, "model_data": MODEL}
    if name.endswith("Processor") and name.removesuffix("Processor") in _FRAMEWORKS:
        versions = _FRAMEWORKS[name.removesuffix("Processor")]
        gpu = {"instance_type": "ml.p3.2xlarge"} if name == "HuggingFaceProcessor" else {}
        return {**common, **versions, **INSTANCES, **gpu}
    if name in _MODELS:
        return {**common, **_MODELS[name]}
    if name in ("HyperparameterTuner", "NotebookJobStep"):
        return _OTHERS[name](of)
    return {**common, **_OTHERS[name](of)}


def _reinforced() -> dict[str, Any]:
    from sagemaker.rl.estimator import RLFramework, RLToolkit

    return {
        "entry_point": str(CODE),
        "toolkit": RLToolkit.COACH,
        "toolkit_version": "0.11.1",
        "framework": RLFramework.TENSORFLOW,
        **INSTANCES,
    }


def _automl_v2() -> dict[str, Any]:
    from sagemaker.automl.automlv2 import AutoMLTabularConfig

    return {"problem_config": AutoMLTabularConfig(target_attribute_name="y")}


def _framework_processor(of: Any) -> dict[str, Any]:
    return {
        "estimator_cls": adapter().load("SKLearn"),
        "framework_version": "1.2-1",
        **INSTANCES,
    }


_OTHERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "Estimator": lambda of: {"image_uri": sdk.IMAGE, **INSTANCES},
    "AlgorithmEstimator": lambda of: {"algorithm_arn": "an-algorithm", **INSTANCES},
    "RLEstimator": lambda of: _reinforced(),
    "JumpStartEstimator": lambda of: {
        "model_id": "hub-model",
        "image_uri": sdk.IMAGE,
        **INSTANCES,
    },
    "Processor": lambda of: {"image_uri": sdk.IMAGE, **INSTANCES},
    "ScriptProcessor": lambda of: {"image_uri": sdk.IMAGE, "command": ["python3"], **INSTANCES},
    "FrameworkProcessor": _framework_processor,
    "PySparkProcessor": lambda of: {"framework_version": "3.3", **INSTANCES},
    "SparkJarProcessor": lambda of: {"framework_version": "3.3", **INSTANCES},
    "DataWranglerProcessor": lambda of: {
        "data_wrangler_flow_source": f"{sdk.BUCKET}/a.flow",
        **INSTANCES,
    },
    "SageMakerClarifyProcessor": lambda of: INSTANCES,
    "HyperparameterTuner": lambda of: {
        "estimator": sdk._estimator(of),
        "objective_metric_name": "loss",
        "hyperparameter_ranges": {"eta": sdk.ContinuousParameter(0, 1)},
        "metric_definitions": [{"Name": "loss", "Regex": "loss=(.*)"}],
    },
    "Transformer": lambda of: {
        "model_name": "a-model",
        "output_path": f"{sdk.BUCKET}/out",
        **INSTANCES,
    },
    "AutoML": lambda of: {"target_attribute_name": "y", "mode": "ENSEMBLING"},
    "AutoMLV2": lambda of: _automl_v2(),
    "PipelineModel": lambda of: {"models": [sdk._model(of, None)]},
    "CheckJobConfig": lambda of: {},
    "NotebookJobStep": lambda of: {
        "name": "My_Step",
        "input_notebook": str(NOTEBOOK),
        "image_uri": sdk.IMAGE,
        "kernel_name": "python3",
    },
}
for _name in ("DeepSpeedModel", "FasterTransformerModel", "HuggingFaceAccelerateModel"):
    _MODELS[_name] = {"model_id": f"{sdk.BUCKET}/model"}


def enter(job: Any, name: str, step: str, call: Call = by_keyword) -> Any:
    """A step with a job."""
    step_type = upstream_step_type(job)
    return _STEPS[step_type](job, name, step, call)


def upstream_step_type(job: Any) -> str:
    """The key of a job's function in ``_STEPS``."""
    from sagemaker.estimator import EstimatorBase
    from sagemaker.processing import Processor
    from sagemaker.workflow.steps import Step

    for base, recipe in (
        (Step, "Step"),
        (EstimatorBase, "Training"),
        (Processor, "Processing"),
        (sdk.HyperparameterTuner, "Tuning"),
        (sdk.Transformer, "Transform"),
        (SdkCheckJobConfig, "QualityCheck"),
        ((sdk.Model, sdk.PipelineModel), "Model"),
    ):
        if isinstance(job, base):
            return recipe
    return "AutoML"


def _train(job: Any, name: str, step: str, call: Call) -> Any:
    if name in _ALGORITHMS:
        from sagemaker.amazon.amazon_estimator import RecordSet

        records = RecordSet(f"{sdk.BUCKET}/in", num_records=10, feature_dim=2)
        size = {} if name == "RandomCutForest" else {"mini_batch_size": 10}
        return sdk.TrainingStep(step, step_args=call(job.fit, records=records, **size))
    inputs = {} if name == "AlgorithmEstimator" else {"inputs": f"{sdk.BUCKET}/in"}
    return sdk.TrainingStep(step, step_args=call(job.fit, **inputs))


def _process(job: Any, name: str, step: str, call: Call) -> Any:
    if name == "SageMakerClarifyProcessor":
        return sdk.ProcessingStep(step, step_args=clarify(job))
    code: dict[str, Any] = {"code": str(CODE)}
    if name in ("Processor", "DataWranglerProcessor"):
        code = {"arguments": ["--x"]}
    elif isinstance(job, FrameworkProcessor):
        code = {"code": CODE.name, "source_dir": str(CODE.parent)}
    elif name == "PySparkProcessor":
        code = {"submit_app": str(CODE), "configuration": SPARK}
    elif name == "SparkJarProcessor":
        code = {"submit_app": str(JAR), "submit_class": "Main"}
    return sdk.ProcessingStep(step, step_args=call(job.run, **code))


def clarify(job: Any, **named: Any) -> Any:
    """Run a Clarify processor."""
    from sagemaker.clarify import BiasConfig, DataConfig

    data = DataConfig(
        s3_data_input_path=f"{sdk.BUCKET}/in",
        s3_output_path=f"{sdk.BUCKET}/out",
        label="y",
        headers=["x", "y"],
        dataset_type="text/csv",
    )
    bias = BiasConfig(label_values_or_threshold=[1], facet_name="x")
    return job.run_pre_training_bias(data, bias, **named)


def _automl(job: Any, name: str, step: str, call: Call) -> Any:
    inputs: Any = sdk.AutoMLInput(f"{sdk.BUCKET}/in", "y")
    if name == "AutoMLV2":
        from sagemaker.automl.automlv2 import AutoMLDataChannel

        inputs = AutoMLDataChannel(s3_data_type="S3Prefix", s3_uri=f"{sdk.BUCKET}/in")
    return sdk.AutoMLStep(step, step_args=call(job.fit, inputs=inputs))


def _quality_check(job: Any, name: str, step: str, call: Call) -> Any:
    check = sdk.DataQualityCheckConfig(
        baseline_dataset=sdk.ParameterString("Data", default_value=f"{sdk.BUCKET}/in"),
        dataset_format=sdk.DatasetFormat.csv(),
        output_s3_uri=f"{sdk.BUCKET}/out",
    )
    return call(sdk.QualityCheckStep, name=step, quality_check_config=check, check_job_config=job)


def _create(job: Any, name: str, step: str, call: Call) -> Any:
    gpu = name in _GPU or name == "HuggingFaceModel"
    instance = "ml.g5.2xlarge" if gpu else "ml.m5.large"
    return sdk.ModelStep(step, step_args=call(job.create, instance_type=instance))


_STEPS: dict[str, Callable[[Any, str, str, Call], Any]] = {
    "Step": lambda job, name, step, call: job,
    "Training": _train,
    "Processing": _process,
    "Tuning": lambda job, name, step, call: sdk.TuningStep(
        step, step_args=call(job.fit, inputs=f"{sdk.BUCKET}/in")
    ),
    "Transform": lambda job, name, step, call: sdk.TransformStep(
        step, step_args=call(job.transform, data=f"{sdk.BUCKET}/in")
    ),
    "AutoML": _automl,
    "QualityCheck": _quality_check,
    "Model": _create,
}


def old_step(name: str, job: Any, step: str) -> Any:
    """A step that takes the job object itself, of any session; deprecated but still in use."""
    from sagemaker.inputs import CreateModelInput, TransformInput
    from sagemaker.workflow.steps import CreateModelStep

    if name == "ScriptProcessor":
        return sdk.ProcessingStep(step, processor=job, code=str(CODE))
    if name == "Transformer":
        return sdk.TransformStep(step, transformer=job, inputs=TransformInput(f"{sdk.BUCKET}/in"))
    if name == "HyperparameterTuner":
        return sdk.TuningStep(step, tuner=job)
    if name == "Model":
        return CreateModelStep(step, model=job, inputs=CreateModelInput("ml.m5.large"))
    return sdk.TrainingStep(step, estimator=job)


@contextmanager
def service_answers(name: str, of: Any) -> Iterator[None]:
    """Answer requests about an algorithm, a model package or a model of JumpStart."""
    client = mock.Mock(wraps=of.sagemaker_client)
    client.describe_algorithm = lambda **_: {
        "AlgorithmName": "an-algorithm",
        "TrainingSpecification": {
            "TrainingImage": sdk.IMAGE,
            "SupportedTrainingInstanceTypes": ["ml.m5.large"],
            "SupportsDistributedTraining": False,
            "TrainingChannels": [],
        },
    }
    client.describe_model_package = lambda **_: {
        "InferenceSpecification": {"Containers": [{"Image": sdk.IMAGE}]}
    }
    client.update_model_package = lambda **_: None
    with ExitStack() as patches:
        if name in ("AlgorithmEstimator", "ModelPackage"):
            patches.enter_context(mock.patch.object(of, "sagemaker_client", client))
        if name.startswith("JumpStart"):
            module = import_module(adapter().load(name).__module__)
            answers: dict[str, Any] = {
                "validate_model_id_and_get_type": lambda **_: "open_weights",
                "is_valid_model_id": lambda **_: True,
                "get_init_kwargs": _jumpstart(f"{name}InitKwargs"),
                "get_fit_kwargs": _jumpstart("JumpStartEstimatorFitKwargs"),
                "get_jumpstart_configs": lambda **_: {},
            }
            for function, answer in answers.items():
                if hasattr(module, function):
                    patches.enter_context(mock.patch.object(module, function, answer))
        if name.endswith("Model"):
            objects = {"m.tar.gz": _archive(), "model/config.json": b'{"model_type": "gpt2"}'}
            for key, body in objects.items():
                of.boto_session.client("s3").put_object(Bucket="bucket", Key=key, Body=body)
        yield


def _jumpstart(kind: str) -> Callable[..., Any]:
    from sagemaker.jumpstart import types

    def answer(**given: Any) -> Any:
        arguments = object.__new__(getattr(types, kind))
        for slot in arguments.__slots__:
            setattr(arguments, slot, given.get(slot))
        return arguments

    return answer


def _archive() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(CODE, "model.txt")
    return packed.getvalue()


def plain_session(boto_session: Any) -> Any:
    """A session that starts jobs at once."""
    from sagemaker.session import Session

    return Session(boto_session=boto_session, default_bucket="bucket")
