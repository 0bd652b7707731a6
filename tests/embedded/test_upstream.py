"""What we lean on in moto: this fails when moto catches up or moves."""

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


@pytest.mark.parametrize(("theirs", "ours", "name"), ADDED, ids=lambda value: str(value))
def test_moto_still_lacks_it(theirs: type, ours: type, name: str) -> None:
    """An operation that we add is still missing from moto; once it isn't, ours has to go."""
    assert hasattr(ours, name)
    assert not hasattr(theirs, name)


def test_every_public_method_is_an_operation() -> None:
    """What moto would dispatch to is an operation of the service, but for our own few helpers."""
    ours = {
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
    assert helpers == ours - operations


def test_create_and_describe_of_every_kind() -> None:
    """Each kind's create and describe call is answered by moto or by us."""
    wanted = {camelcase_to_underscores(name) for kind in JOB_KINDS for name in kind.actions[:2]}

    assert set() == {name for name in wanted if not hasattr(EmbeddedSageMaker, name)}


@pytest.mark.parametrize("module", [moto.sagemaker.urls, moto.iam.urls])
def test_one_path(module: object) -> None:
    """Both services answer on one path, which is what we stand in for."""
    assert list(module.url_paths) == ["{0}/$"]
