"""The adapter for SageMaker Python SDK v2."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ..core.declared import Declared
from ..core.definition import image_name, is_generated_model_name
from .adapter import Adapter, Reader
from .catalogue import CATALOGUE
from .readers import (
    check_reader,
    deferred_job_object,
    job_reader,
    processing_reader,
    read_model,
    read_registered,
    training_reader,
)

_JOB_OBJECTS = {
    "Processing": "processor",
    "Training": "estimator",
    "Transform": "transformer",
    "Tuning": "tuner",
}
"""By step type, the attribute that holds the job object of a step made without ``step_args``."""


def _job_object(step: Any) -> Any:
    job = deferred_job_object(step)
    return getattr(step, _JOB_OBJECTS.get(step.step_type.value, ""), None) if job is None else job


def _request(step: Any) -> dict[str, Any] | None:
    """Return the create request of a model or model package, or ``None``."""
    request = getattr(step, "step_args", None)
    return request if isinstance(request, dict) else None


def _package_group(step: Any) -> Any:
    group = (_request(step) or {}).get("ModelPackageGroupName")
    return group or getattr(step, "model_package_group_name", None)


def _users_name(step: Any, collection: Any) -> str:
    """Return the user's name of a step that the SDK renamed, such as to ``Make-CreateModel``."""
    if collection is None or not step.name.startswith(f"{collection.name}-"):
        return ""
    return str(collection.name)


def _read_model(step: Any, collection: Any, adapter: Adapter) -> Declared:
    model = getattr(collection, "_model", None) or getattr(step, "model", None)
    row = CATALOGUE["Model"]
    argument = row.label(type(model).__name__) if model is not None else "ModelName"
    declared = read_model(model, row.argument, argument, _request(step) or {}, adapter)
    return replace(declared, step_name=_users_name(step, collection))


def _read_registered(step: Any, collection: Any, adapter: Adapter) -> Declared:
    declared = read_registered(_request(step))
    return replace(declared, step_name=_users_name(step, collection))


def _transform_reader() -> Reader:
    of_job = job_reader("Transform", "base_transform_job_name")

    def read(step: Any, collection: Any, adapter: Adapter) -> Declared | None:
        declared = of_job(step, collection, adapter)
        if declared is None or collection is None or step.transformer is None:
            return declared
        # An EstimatorTransformer passes its own name on as the transformer's.
        inherited = declared.name == collection.name
        return Declared(None, declared.argument) if inherited else declared

    return read


_READERS: Mapping[str, Reader] = {
    "AutoML": job_reader("AutoML", "base_job_name"),
    "ClarifyCheck": check_reader("ClarifyCheck"),
    "Model": _read_model,
    "Processing": processing_reader(),
    "QualityCheck": check_reader("QualityCheck"),
    "RegisterModel": _read_registered,
    "Training": training_reader(),
    "Transform": _transform_reader(),
    "Tuning": job_reader("Tuning", "base_tuning_job_name"),
}


def _generated_names(job: Any) -> Iterator[str]:
    from sagemaker.estimator import EstimatorBase

    if isinstance(job, EstimatorBase):
        yield _generated_estimator_name(job)
    else:
        yield image_name(getattr(job, "image_uri", None)) or ""
    framework = getattr(job, "estimator_cls", None)
    if framework is not None:  # the constructor of FrameworkProcessor sets it as its name
        yield framework._framework_name


def _generated_estimator_name(estimator: Any) -> str:
    """Return the name that an estimator's first rendering generates and stores in it."""
    from sagemaker.estimator import Estimator, EstimatorBase, Framework

    cls = type(estimator)
    own = (Estimator.training_image_uri, Framework.training_image_uri)
    named_after_image = cls.training_image_uri in own
    if named_after_image and cls._ensure_base_job_name is EstimatorBase._ensure_base_job_name:
        sources = (estimator.image_uri, estimator.source_dir, estimator.model_uri)
        if sources[0] and all(source is None or type(source) is str for source in sources):
            return _name_of_sources(*sources)
    # The user's class overrides a part of this, or the arguments are expressions: let a copy do it.
    twin = copy.copy(estimator)
    twin.base_job_name = None
    twin._ensure_base_job_name()
    return str(twin.base_job_name)


@lru_cache(maxsize=1024)
def _name_of_sources(image: str, source_dir: str | None, model_uri: str | None) -> str:
    """Return the name that ``EstimatorBase._ensure_base_job_name`` derives from an image's URI."""
    from sagemaker import estimator as sdk

    name = sdk.get_jumpstart_base_name_if_jumpstart_model(source_dir, model_uri)
    return str(name or sdk.base_name_from_image(image))


def _is_generated_model_name(name: str, model: Any, request: Mapping[str, Any]) -> bool:
    """Test whether the SDK generated a model's name from its image or ID and a timestamp.

    It does so for a ``PipelineModel``, a ``JumpStartModel`` and a ``ModelPackage``.
    """
    if is_generated_model_name(name):
        return True
    base = ADAPTER.base_from_name(name)
    if base == name:
        return False
    images = [image_name(container.get("Image")) for container in request.get("Containers") or ()]
    # A model without a declared name has a base from which it generates names.
    sources = [*images[:1], getattr(model, "model_id", None), getattr(model, "_base_name", None)]
    return any(isinstance(source, str) and source.startswith(base) for source in sources)


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
    "Pipeline": "sagemaker.workflow.pipeline",
    "PipelineDefinitionConfig": "sagemaker.workflow.pipeline_definition_config",
    "PipelineSession": "sagemaker.workflow.pipeline_context",
    "PipelineVariable": "sagemaker.workflow.entities",
    "ProcessingInput": "sagemaker.processing",
    "ProcessingOutput": "sagemaker.processing",
    "ProcessingStep": "sagemaker.workflow.steps",
    "PropertyFile": "sagemaker.workflow.properties",
    "QualityCheckStep": "sagemaker.workflow.quality_check_step",
    "Session": "sagemaker.session",
    "Step": "sagemaker.workflow.steps",
    "StepCollection": "sagemaker.workflow.step_collections",
    "StepOutput": "sagemaker.workflow.step_outputs",
    "TrainingInput": "sagemaker.inputs",
    "TrainingStep": "sagemaker.workflow.steps",
    "TransformStep": "sagemaker.workflow.steps",
    "TuningStep": "sagemaker.workflow.steps",
    "base_from_name": "sagemaker.utils",
    "name_from_base": "sagemaker.utils",
}

ADAPTER = Adapter(
    major=2,
    classes=_CLASSES,
    utilities="sagemaker.workflow.utilities",
    readers=_READERS,
    job_object=_job_object,
    package_group=_package_group,
    generated_names=_generated_names,
    is_generated_model_name=_is_generated_model_name,
    clients=_clients,
)
