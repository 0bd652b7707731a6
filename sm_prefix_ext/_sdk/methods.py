"""The methods of job classes that take or generate names: one row each, by class and method.

Sources: releases 2.171.0, 2.257.7, 3.1.1 and 3.27.0. A test walks the installed SDK for methods
that start something and have neither a row here nor a reason to need none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """The reason to refuse a method under a policy.

    Args:
        makes: what it starts, under a name that no argument sets.
        instead: the alternative, as a sentence.
    """

    makes: str
    instead: str


@dataclass(frozen=True)
class Method:
    """A method of a job class of the SDK.

    Args:
        of: the class; its subclasses have the method too.
        name: the method's own name.
        names: the arguments that carry a name, with the type of the named resource. A release may
            lack some of them.
        through_kwargs: the arguments among them that the method may accept in its ``**kwargs``.
        starts: whether it starts the job or creates the resource with the object's own name.
        returns_job_object: whether it returns another job object.
        keeps_name: whether the returned object keeps the name that the service has.
        starts_other_job: whether it starts a job of another type, at once even in a pipeline. For
            an undeclared name the SDK generates one without a prefix, such as
            ``modelbuilderjob-<32 hex digits>`` (2.257.7 and 3.27.0).
        refused: the reason to refuse it under a policy, or ``None``.
    """

    of: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    through_kwargs: tuple[str, ...] = ()
    starts: bool = False
    returns_job_object: bool = False
    keeps_name: bool = False
    starts_other_job: bool = False
    refused: Refusal | None = None


_ENDPOINT = {
    "endpoint_name": "Endpoint",
    "endpoint_config_name": "EndpointConfig",
    "inference_component_name": "InferenceComponent",
}
_MODEL = {"model_name": "Model"}
_PACKAGE = {
    "model_package_name": "RegisterModel",
    "model_package_group_name": "ModelPackageGroup",
}
_COMPILES = Refusal(
    "a compilation job that the SDK calls 'compilation-…'",  # and the estimator's name (2.257.7)
    "Call compile(job_name=) of the model that create_model() returns.",
)
_MAKES_A_PIPELINE = Refusal(
    "a pipeline of the SDK's own",  # which it creates or updates, and starts
    "Put a MonitorBatchTransformStep into a Pipeline of sm_prefix_ext and start that.",
)

METHODS = (
    # Training
    Method("EstimatorBase", "fit", {"job_name": "Training"}, starts=True),
    Method("EstimatorBase", "attach", keeps_name=True),
    Method(
        "EstimatorBase",
        "create_model",
        {"name": "Model"},
        through_kwargs=("name",),  # to the model's constructor
        returns_job_object=True,
    ),
    Method("EstimatorBase", "transformer", _MODEL, returns_job_object=True),
    Method("EstimatorBase", "deploy", {**_MODEL, **_ENDPOINT}),
    Method("EstimatorBase", "register", {**_MODEL, **_PACKAGE}, returns_job_object=True),
    Method("EstimatorBase", "compile_model", refused=_COMPILES),
    Method("ModelTrainer", "train", starts=True),
    Method("BaseTrainer", "train", starts=True),
    Method("MultiTurnRLTrainer", "attach", keeps_name=True),
    # Processing
    Method("Processor", "run", {"job_name": "Processing"}, starts=True),
    Method("SageMakerClarifyProcessor", "run_bias", {"job_name": "Processing"}, starts=True),
    Method(
        "SageMakerClarifyProcessor",
        "run_bias_and_explainability",
        {"job_name": "Processing"},
        starts=True,
    ),
    Method(
        "SageMakerClarifyProcessor", "run_explainability", {"job_name": "Processing"}, starts=True
    ),
    Method(
        "SageMakerClarifyProcessor",
        "run_post_training_bias",
        {"job_name": "Processing"},
        starts=True,
    ),
    Method(
        "SageMakerClarifyProcessor",
        "run_pre_training_bias",
        {"job_name": "Processing"},
        starts=True,
    ),
    # Tuning
    Method("HyperparameterTuner", "fit", {"job_name": "Tuning"}, starts=True),  # v2
    Method("HyperparameterTuner", "tune", {"job_name": "Tuning"}, starts=True),  # v3
    Method("HyperparameterTuner", "attach", keeps_name=True),
    Method("HyperparameterTuner", "best_estimator", returns_job_object=True, keeps_name=True),
    Method("HyperparameterTuner", "identical_dataset_and_algorithm_tuner", returns_job_object=True),
    Method("HyperparameterTuner", "transfer_learning_tuner", returns_job_object=True),
    Method("HyperparameterTuner", "deploy", {**_MODEL, **_ENDPOINT}),
    # Transform
    Method("Transformer", "transform", {"job_name": "Transform"}, starts=True),
    Method("Transformer", "attach", keeps_name=True),
    Method("Transformer", "transform_with_monitoring", refused=_MAKES_A_PIPELINE),
    # AutoML
    Method("AutoML", "fit", {"job_name": "AutoML"}, starts=True),
    Method("AutoML", "attach", keeps_name=True),
    Method("AutoML", "create_model", {"name": "Model"}, returns_job_object=True),
    Method("AutoML", "deploy", {"name": "Model", **_ENDPOINT}),
    Method("AutoMLV2", "fit", {"job_name": "AutoML"}, starts=True),
    Method("AutoMLV2", "attach", keeps_name=True),
    Method("AutoMLV2", "create_model", {"name": "Model"}, returns_job_object=True),
    Method("AutoMLV2", "deploy", {"name": "Model", **_ENDPOINT}),
    # Model
    Method("Model", "create", starts=True),
    Method("Model", "attach", keeps_name=True),
    Method("Model", "transformer", starts=True, returns_job_object=True),
    Method("Model", "deploy", {**_MODEL, **_ENDPOINT}, starts=True),
    Method("Model", "register", {**_MODEL, **_PACKAGE}, returns_job_object=True),
    Method("Model", "compile", {"job_name": "CompilationJob"}, starts_other_job=True),
    Method("Model", "package_for_edge", {"job_name": "EdgePackagingJob"}, starts_other_job=True),
    Method(
        "Model", "right_size", {"job_name": "InferenceRecommendationsJob"}, starts_other_job=True
    ),
    Method("DJLModel", "partition", {"job_name": "Training"}, starts_other_job=True),  # < 2.224.2
    Method("PipelineModel", "create", starts=True),
    Method("PipelineModel", "transformer", starts=True, returns_job_object=True),
    Method("PipelineModel", "deploy", {**_MODEL, **_ENDPOINT}, starts=True),
    Method("PipelineModel", "register", {**_MODEL, **_PACKAGE}, returns_job_object=True),
    Method("ModelBuilder", "build", _MODEL, starts=True),
    Method("ModelBuilder", "transformer", _MODEL, returns_job_object=True),
    # It may return a Transformer, for batch inference.
    Method("ModelBuilder", "deploy", {**_MODEL, **_ENDPOINT}, returns_job_object=True),
    Method("ModelBuilder", "register", {**_MODEL, **_PACKAGE}),
    Method(
        "ModelBuilder",
        "generate_deployment_recommendations",
        {"job_name": "AIRecommendationJob"},
        starts_other_job=True,
    ),
    Method(
        "ModelBuilder",
        "optimize",
        {"job_name": "OptimizationJob", "model_name": "Model"},
        starts_other_job=True,
    ),
    Method(
        "ModelBuilder",
        "right_size",
        {"job_name": "InferenceRecommendationsJob"},
        starts_other_job=True,
    ),
)
"""Every method that takes a name, starts something, returns a job object, or is refused."""

_BY_CLASS_AND_NAME: Mapping[tuple[str, str], Method] = MappingProxyType(
    {(row.of, row.name): row for row in METHODS}
)


def method_of(cls: type[Any], name: str) -> Method | None:
    """Return the row of a method of the class, or of the nearest base that has a row."""
    keys = ((base.__name__, name) for base in cls.__mro__)
    return next((_BY_CLASS_AND_NAME[key] for key in keys if key in _BY_CLASS_AND_NAME), None)
