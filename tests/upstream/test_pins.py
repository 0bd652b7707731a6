"""Hashes of the SDK's functions that the package relies on; a changed function fails a test.

Append a hash for each further supported release; remove it with the last release that had it.
"""

from __future__ import annotations

import hashlib
import inspect
import textwrap
from functools import reduce
from importlib import import_module
from typing import Any, NamedTuple

import pytest

from sm_prefix_ext._sdk import adapter

from ..installed import MAJOR

if MAJOR is None:
    pytest.skip("no SageMaker Python SDK is installed", allow_module_level=True)


class Pin(NamedTuple):
    """A function of the SDK, accepted hashes of its source, and why the package relies on it."""

    where: str
    hashes: set[str]
    why: str


PINS = {
    2: [  # 2.171.0, 2.257.7
        Pin(
            "sagemaker.workflow.pipeline:Pipeline.definition",
            {"60f5a1c18a43", "a0a2f19f17b5"},
            "Rendered on a twin with prefixing off; the one seam of enforcement.",
        ),
        Pin(
            "sagemaker.workflow.pipeline:Pipeline.create",
            {"68477c5c2b24", "b0a910d36139"},
            "Called on a twin with a rendered definition, which it must read from `definition()`.",
        ),
        Pin(
            "sagemaker.workflow.pipeline:Pipeline.update",
            {"1be51ca1ec7c", "19a5848549cf"},
            "The same.",
        ),
        Pin(
            "sagemaker.workflow.pipeline:Pipeline.upsert",
            {"1fbf885bfbbc", "110e3bfc5460"},
            "The same; it must reach the service through `self.create` and `self.update`.",
        ),
        Pin(
            "sagemaker.workflow.utilities:trim_request_dict",
            {"e72080fe3d02", "bebc5f768b98"},
            "Removes names from the step's own request, with a message that is filtered.",
        ),
        Pin(
            "sagemaker.workflow.utilities:execute_job_functions",
            {"a6e2efaafafe"},
            "A step's job object is the first argument of the kept call.",
        ),
        Pin(
            "sagemaker.workflow.pipeline_context:runnable_by_pipeline",
            {"617f252918ce"},
            "Keeps the call to `run`, `fit`, …; the package reads names from its arguments.",
        ),
        Pin(
            "sagemaker.workflow.properties:Properties._referenced_steps",
            {"2feb766c7c33", "f44761ee16b4"},
            "The package uses it to find steps that are only referred to.",
        ),
        Pin(
            "sagemaker.workflow.model_step:ModelStep.__init__",
            {"413364ba114c", "bf629a2fc117"},
            "Keeps the model in `_model`, its requests in `_create_model_args` and the like.",
        ),
        Pin(
            "sagemaker.workflow.function_step:_FunctionStep.__init__",
            {"9e9ddb669d4b"},
            "Keeps the arguments of `@step` in `_step_kwargs`.",
        ),
        Pin(
            "sagemaker.workflow.notebook_job_step:NotebookJobStep._get_job_name_prefix",
            {"6cf8d9f31cd2"},
            "Generates the name of a notebook job that has none.",
        ),
        Pin(
            "sagemaker.estimator:EstimatorBase._ensure_base_job_name",
            {"5f2a6dbd6a47"},
            "Generates the name of an estimator's job.",
        ),
        Pin(
            "sagemaker.processing:FrameworkProcessor.__init__",
            {"35185489d7e7", "69cb06632d2f"},
            "Uses the framework's name if no name is given.",
        ),
        Pin(
            "sagemaker.utils:name_from_base",
            {"8ae4d105a08a"},
            "Appends the time to a composed model name, and cuts it at 63 characters.",
        ),
        Pin(
            "sagemaker.utils:base_from_name",
            {"e3fb3fae1075"},
            "Removes the time again that a Clarify processor appended.",
        ),
        Pin(
            "sagemaker.processing:Processor._generate_current_job_name",
            {"daf33e401af5"},
            "Outside a pipeline the job's name begins with `base_job_name`, which is composed.",
        ),
        Pin(
            "sagemaker.estimator:EstimatorBase._prepare_for_training",
            {"6c39bfa7cd4f", "890b4b072d7f"},
            "The same for training.",
        ),
        Pin(
            "sagemaker.estimator:EstimatorBase.deploy",
            {"b9b38b867179", "c22ebd6fed6b"},
            "Names model and endpoint after `base_job_name`, so they carry the prefix.",
        ),
        Pin(
            "sagemaker.estimator:EstimatorBase.transformer",
            {"d1a63d27ea84", "4b592dccb1aa"},
            "Passes `base_job_name` to the model and the transformer.",
        ),
        Pin(
            "sagemaker.estimator:Estimator.create_model",
            {"2843afdd0b3e"},
            "Passes `name` to the model's constructor, so it is judged in the call.",
        ),
        Pin(
            "sagemaker.tuner:HyperparameterTuner._prepare_job_name_for_tuning",
            {"76487cee9298"},
            "The same for tuning, with 32 characters in all.",
        ),
        Pin(
            "sagemaker.automl.automl:AutoML._prepare_for_auto_ml_job",
            {"df98392d358c"},
            "The same for AutoML.",
        ),
        Pin(
            "sagemaker.transformer:Transformer.transform",
            {"a9e46187289a"},
            "The same for batch transform.",
        ),
        Pin(
            "sagemaker.remote_function.job:_Job._get_job_name",
            {"45647c8dc154", "8e30f8568277"},
            "The same for `@remote`.",
        ),
        Pin(
            "sagemaker.clarify:SageMakerClarifyProcessor.run_pre_training_bias",
            {"22fb38dafd60"},
            "Makes the job's full name from `job_name_prefix` before it calls `run`.",
        ),
        Pin(
            "sagemaker.model:Model._set_model_name_if_needed",
            {"4e40c9026dcc"},
            "Keeps the name of a model that has a name.",
        ),
        Pin(
            "sagemaker.pipeline:PipelineModel._create_sagemaker_pipeline_model",
            {"5a6a511b7b64"},
            "The same for a chain of models.",
        ),
        Pin(
            "sagemaker.estimator:EstimatorBase.attach",
            {"7fd5c5395bd1", "37df5185918a"},
            "Makes the estimator through `cls(...)`, whose name the drop-in keeps.",
        ),
    ],
    3: [  # 3.1.1, 3.27.0
        Pin(
            "sagemaker.mlops.workflow.pipeline:Pipeline.definition",
            {"a0a2f19f17b5", "3dfceccee1bf"},
            "Rendered on a twin with prefixing off; the one seam of enforcement.",
        ),
        Pin(
            "sagemaker.mlops.workflow.pipeline:Pipeline.create",
            {"25b0e65b724e", "d7c073433b54"},
            "Called on a twin with a rendered definition, which it must read from `definition()`.",
        ),
        Pin(
            "sagemaker.mlops.workflow.pipeline:Pipeline.update",
            {"bbccb02a2294", "2d4e201bfcd8"},
            "The same.",
        ),
        Pin(
            "sagemaker.mlops.workflow.pipeline:Pipeline.upsert",
            {"110e3bfc5460", "1261983b153e"},
            "The same; it must reach the service through `self.create` and `self.update`.",
        ),
        Pin(
            "sagemaker.core.workflow.utilities:trim_request_dict",
            {"bebc5f768b98"},
            "Removes names from the step's own request, with a message that is filtered.",
        ),
        Pin(
            "sagemaker.core.workflow.utilities:execute_job_functions",
            {"a6e2efaafafe"},
            "A step's job object is the first argument of the kept call.",
        ),
        Pin(
            "sagemaker.core.workflow.pipeline_context:runnable_by_pipeline",
            {"dae11acd89a9"},
            "Keeps the call to `run`, `fit`, …; the package reads names from its arguments.",
        ),
        Pin(
            "sagemaker.core.workflow.properties:Properties._referenced_steps",
            {"f44761ee16b4"},
            "The package uses it to find steps that are only referred to.",
        ),
        Pin(
            "sagemaker.mlops.workflow.model_step:ModelStep.__init__",
            {"808c1113f731", "b25865a316af"},
            "Keeps the model in `_model`, its requests in `_create_model_args` and the like.",
        ),
        Pin(
            "sagemaker.mlops.workflow.function_step:_FunctionStep.__init__",
            {"8bd704c10911"},
            "Keeps the arguments of `@step` in `_step_kwargs`.",
        ),
        Pin(
            "sagemaker.mlops.workflow.notebook_job_step:NotebookJobStep._get_job_name_prefix",
            {"6cf8d9f31cd2"},
            "Generates the name of a notebook job that has none.",
        ),
        Pin(
            "sagemaker.train.defaults:TrainDefaults.get_base_job_name",
            {"41aa6f541b3d"},
            "Generates the name of a trainer's job, which the package recognises by the same rule.",
        ),
        Pin(
            "sagemaker.train.utils:_get_repo_name_from_image",
            {"ffad82cebfc7"},
            "The repository's name in a trainer's generated name.",
        ),
        Pin(
            "sagemaker.core.common_utils:name_from_base",
            {"8ae4d105a08a"},
            "Appends the time to a composed model name, and cuts it at 63 characters.",
        ),
        Pin(
            "sagemaker.core.common_utils:base_from_name",
            {"e3fb3fae1075"},
            "Removes the time again that a Clarify processor appended.",
        ),
        Pin(
            "sagemaker.core.processing:Processor._generate_current_job_name",
            {"86db64655fab"},
            "Outside a pipeline the job's name begins with `base_job_name`, which is composed.",
        ),
        Pin(
            "sagemaker.train.model_trainer:ModelTrainer.train",
            {"f2c76fc13aee", "6b189d56275c"},
            "The same for training.",
        ),
        Pin(
            "sagemaker.train.tuner:HyperparameterTuner._prepare_job_name_for_tuning",
            {"89a0d7714fec", "2624cd9aea83"},
            "The same for tuning, with 32 characters in all.",
        ),
        Pin(
            "sagemaker.core.transformer:Transformer.transform",
            {"f225c6deb422", "0e7ae5cd4546"},
            "The same for batch transform.",
        ),
        Pin(
            "sagemaker.core.remote_function.job:_Job._get_job_name",
            {"92abfea0da8f"},
            "The same for `@remote`.",
        ),
        Pin(
            "sagemaker.core.clarify:SageMakerClarifyProcessor.run_pre_training_bias",
            {"f31e5b389758"},
            "Makes the job's full name from `job_name_prefix` before it calls `run`.",
        ),
        Pin(
            "sagemaker.serve.model_builder:ModelBuilder.__post_init__",
            {"3cfacf90bf61", "eaaf78d683ab"},
            "Generates a random model name, which the package replaces.",
        ),
        Pin(
            "sagemaker.serve.model_builder:ModelBuilder.build",
            {"643ae99ed3be", "d28732140dcd"},
            "Sets `self.model_name` to `model_name`, if given.",
        ),
        Pin(
            "sagemaker.train.model_trainer:ModelTrainer.from_jumpstart_config",
            {"ab822bc41cd4", "d94ecd12eafa"},
            "Generates a base job name, which the package distinguishes from a declared name.",
        ),
        Pin(
            "sagemaker.core.utils.utils:SageMakerClient.__init__",
            {"3f0785320aef", "c0225a8c6a7a"},
            "Holds the clients of resources, which a guard on a session must reach.",
        ),
    ],
}
# Functions that the lowest supported release lacks.
LATER = {
    "sagemaker.workflow.function_step:_FunctionStep.__init__",
    "sagemaker.workflow.notebook_job_step:NotebookJobStep._get_job_name_prefix",
}


def function_at(where: str) -> Any:
    """The function at ``module:qualified.name``."""
    module, _, name = where.partition(":")
    value = reduce(getattr, name.split("."), import_module(module))
    return inspect.unwrap(value.fget if isinstance(value, property) else value)


@pytest.mark.parametrize("pin", PINS[MAJOR], ids=lambda pin: pin.where)
def test_the_source_has_a_known_hash(pin: Pin) -> None:
    """A hash is known if a maintainer has read the source; see docs/upgrading-the-sdk.md."""
    try:
        source = textwrap.dedent(inspect.getsource(function_at(pin.where)))
    except ImportError:
        assert pin.where in LATER
        return
    assert hashlib.sha256(source.encode()).hexdigest()[:12] in pin.hashes, pin.why


def test_each_class_of_the_adapter_is_in_its_module() -> None:
    """These are classes of the SDK that are not in the catalogue."""
    for name in adapter().classes:
        if name == "StepOutput" and not adapter().step_output:
            continue  # a release without @step lacks it
        assert name == adapter().load(name).__name__
