"""Assumptions about moto."""

from __future__ import annotations

import moto.iam.urls
import moto.sagemaker.urls
import pytest
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.iam.responses import IamResponse
from moto.sagemaker.responses import SageMakerResponse

from sm_prefix_ext.core.step_types import JOB_KINDS
from sm_prefix_ext.embedded.backend import iam, sagemaker
from sm_prefix_ext.embedded.backend.iam import EmbeddedIam
from sm_prefix_ext.embedded.backend.sagemaker import EmbeddedSageMaker

ADDED = [
    *((SageMakerResponse, EmbeddedSageMaker, name) for name in sagemaker.ADDED),
    *((IamResponse, EmbeddedIam, name) for name in iam.ADDED),
]


@pytest.mark.parametrize(
    ("moto_class", "embedded_class", "name"), ADDED, ids=lambda value: str(value)
)
def test_moto_lacks_each_added_operation(moto_class: type, embedded_class: type, name: str) -> None:
    """Once moto has an operation, remove the package's own."""
    assert hasattr(embedded_class, name)
    assert not hasattr(moto_class, name)


def test_every_public_method_is_an_operation() -> None:
    """Every public method is an operation of the service or a listed helper."""
    methods = {
        name
        for cls in EmbeddedSageMaker.__mro__
        if cls.__module__.startswith("sm_prefix_ext.")
        for name in vars(cls)
        if not name.startswith("_")
    }
    operations = {
        camelcase_to_underscores(name) for name in get_service_model("sagemaker").operation_names
    }

    helpers = {"call", "deploy", "end_job", "has_endpoint", "job_calls", "perform_call", "read_job"}
    assert helpers == methods - operations


def test_every_kind_can_be_created_and_described() -> None:
    """Moto or the package implements the create and describe operation of each step type."""
    wanted = {camelcase_to_underscores(name) for kind in JOB_KINDS for name in kind.actions[:2]}

    assert set() == {name for name in wanted if not hasattr(EmbeddedSageMaker, name)}


@pytest.mark.parametrize("module", [moto.sagemaker.urls, moto.iam.urls])
def test_each_service_has_one_url_path(module: object) -> None:
    """Both services have a single URL path, which the embedded AWS replaces."""
    assert list(module.url_paths) == ["{0}/$"]
