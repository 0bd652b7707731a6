"""The upstream code that we lean on, by hash: a change of it fails here, before it slips through.

A hash is appended for one more supported release, and taken out with the release that had it.
"""

from __future__ import annotations

import hashlib
import inspect
import textwrap
from functools import reduce
from importlib import import_module
from typing import Any, NamedTuple

import pytest

from sm_prefix_ext._sdk import upstream

from ..installed import MAJOR

if MAJOR is None:
    pytest.skip("no SageMaker Python SDK is installed", allow_module_level=True)


class Pin(NamedTuple):
    """An upstream function, the accepted hashes of its source, and why we rely on it."""

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
            "Called on a twin whose definition is at hand; it must take it from `definition()`.",
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
            "Takes the names out, off the step's own request, with a message that we keep back.",
        ),
        Pin(
            "sagemaker.workflow.utilities:execute_job_functions",
            {"a6e2efaafafe"},
            "A step's job object is the first argument of the kept call.",
        ),
        Pin(
            "sagemaker.workflow.pipeline_context:runnable_by_pipeline",
            {"617f252918ce"},
            "Keeps the call to `run`, `fit`, …; what it was called with is where names are read.",
        ),
        Pin(
            "sagemaker.workflow.properties:Properties._referenced_steps",
            {"2feb766c7c33", "f44761ee16b4"},
            "How a step that is only referred to is found.",
        ),
        Pin(
            "sagemaker.workflow.model_step:ModelStep.__init__",
            {"413364ba114c", "bf629a2fc117"},
            "Keeps the model in `_model`, its requests in `_create_model_args` and the like.",
        ),
        Pin(
            "sagemaker.workflow.function_step:_FunctionStep.__init__",
            {"9e9ddb669d4b"},
            "Keeps what `@step` was given in `_step_kwargs`.",
        ),
        Pin(
            "sagemaker.workflow.notebook_job_step:NotebookJobStep._get_job_name_prefix",
            {"6cf8d9f31cd2"},
            "Makes up the notebook job's name where none is given.",
        ),
        Pin(
            "sagemaker.estimator:EstimatorBase._ensure_base_job_name",
            {"5f2a6dbd6a47"},
            "Says what the SDK would call an estimator's job.",
        ),
        Pin(
            "sagemaker.processing:FrameworkProcessor.__init__",
            {"35185489d7e7", "69cb06632d2f"},
            "Takes the framework's name where none is given.",
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
            "Called on a twin whose definition is at hand; it must take it from `definition()`.",
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
            "Takes the names out, off the step's own request, with a message that we keep back.",
        ),
        Pin(
            "sagemaker.core.workflow.utilities:execute_job_functions",
            {"a6e2efaafafe"},
            "A step's job object is the first argument of the kept call.",
        ),
        Pin(
            "sagemaker.core.workflow.pipeline_context:runnable_by_pipeline",
            {"dae11acd89a9"},
            "Keeps the call to `run`, `fit`, …; what it was called with is where names are read.",
        ),
        Pin(
            "sagemaker.core.workflow.properties:Properties._referenced_steps",
            {"f44761ee16b4"},
            "How a step that is only referred to is found.",
        ),
        Pin(
            "sagemaker.mlops.workflow.model_step:ModelStep.__init__",
            {"808c1113f731", "b25865a316af"},
            "Keeps the model in `_model`, its requests in `_create_model_args` and the like.",
        ),
        Pin(
            "sagemaker.mlops.workflow.function_step:_FunctionStep.__init__",
            {"8bd704c10911"},
            "Keeps what `@step` was given in `_step_kwargs`.",
        ),
        Pin(
            "sagemaker.mlops.workflow.notebook_job_step:NotebookJobStep._get_job_name_prefix",
            {"6cf8d9f31cd2"},
            "Makes up the notebook job's name where none is given.",
        ),
        Pin(
            "sagemaker.train.defaults:TrainDefaults.get_base_job_name",
            {"41aa6f541b3d"},
            "Says what the SDK calls a trainer's job; our stand-in is its twin.",
        ),
        Pin(
            "sagemaker.train.utils:_get_repo_name_from_image",
            {"ffad82cebfc7"},
            "The repository's name in a trainer's stand-in.",
        ),
    ],
}
# What came to the SDK after the lowest release that we support.
LATER = {
    "sagemaker.workflow.function_step:_FunctionStep.__init__",
    "sagemaker.workflow.notebook_job_step:NotebookJobStep._get_job_name_prefix",
}


def found(where: str) -> Any:
    """The function at ``module:qualified.name``."""
    module, _, name = where.partition(":")
    value = reduce(getattr, name.split("."), import_module(module))
    return inspect.unwrap(value.fget if isinstance(value, property) else value)


@pytest.mark.parametrize("pin", PINS[MAJOR], ids=lambda pin: pin.where)
def test_upstream_is_as_we_know_it(pin: Pin) -> None:
    """The source is one of those that were read."""
    try:
        source = textwrap.dedent(inspect.getsource(found(pin.where)))
    except ImportError:
        assert pin.where in LATER
        return
    assert hashlib.sha256(source.encode()).hexdigest()[:12] in pin.hashes, pin.why


def test_every_class_is_where_the_catalogue_says() -> None:
    """Each name in the catalogue can be imported from its module."""
    for name in upstream().classes:
        assert name == upstream().load(name).__name__
