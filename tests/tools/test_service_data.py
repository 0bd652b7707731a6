"""tools.service_data: the data is current, and a difference is reported with instructions."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel

from sm_prefix_ext.core import service_data as package_data
from tools import service_data

REFERENCE = {
    "Actions": [
        {
            "Name": "CreateTrainingJob",
            "ActionConditionKeys": ["sagemaker:New"],
            "Resources": [{"Name": "training-job", "ConditionKeys": ["sagemaker:OfResource"]}],
        },
        {"Name": "ListPipelines"},
        {"Name": "CreateQuantumJob"},
    ],
    "Resources": [
        {
            "Name": "training-job",
            "ARNFormats": ["arn:${Partition}:sagemaker:r:a:training-job/${N}"],
        },
        {"Name": "quantum-job", "ARNFormats": ["arn:${Partition}:sagemaker:r:a:quantum-job/${N}"]},
    ],
    "Version": "v1.4",
}
"""A document in the form of AWS's service reference."""

Check = Callable[[Any], tuple[int, str]]


def test_the_data_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    """It agrees with the installed botocore in every fact that the package uses."""
    status = service_data.main(["--check"])
    assert (0, "") == (status, capsys.readouterr().err)


def test_every_used_operation_is_in_the_reference() -> None:
    """The reference has the condition keys and resources of an action."""
    operations = package_data.service_data()["operations"]
    missing = [name for name, facts in operations.items() if "condition_keys" not in facts]
    assert [] == missing, "run: python -m tools.service_data --reference FILE"


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Runs ``--check`` with a botocore whose model a function has changed."""
    api = (
        botocore.session.Session()
        .get_component("data_loader")
        .load_service_model("sagemaker", "service-2")
    )

    def run(change: Callable[[dict[str, Any]], Any]) -> tuple[int, str]:
        changed = copy.deepcopy(api)
        change(changed)
        monkeypatch.setattr(service_data, "service_model", lambda: ServiceModel(changed))
        return service_data.main(["--check"]), capsys.readouterr().err

    return run


def add_field(operation: str, name: str, shape: str) -> Callable[[dict[str, Any]], Any]:
    """A change that adds a field to a request of botocore's model."""

    def change(api: dict[str, Any]) -> None:
        request = api["operations"][operation]["input"]["shape"]
        api["shapes"][request]["members"][name] = {"shape": shape}

    return change


def test_a_new_field_of_a_used_request_is_reported(check: Check) -> None:
    """The report has operation, field, and instructions."""
    status, text = check(add_field("CreateTrainingJob", "BackupRoleArn", "RoleArn"))
    assert 1 == status
    fields, roles, last = text.splitlines()
    assert fields.startswith("CreateTrainingJob, fields: BackupRoleArn added. Read whether")
    assert roles.startswith("CreateTrainingJob, role_fields: BackupRoleArn added. Add them to")
    assert last.endswith("then run: python -m tools.service_data")


@pytest.mark.parametrize(
    "change",
    [
        add_field("CreateDomain", "Other", "RoleArn"),
        add_field("DescribeTrainingJob", "Other", "RoleArn"),
        add_field("CreateLabelingJob", "Other", "RoleArn"),
        lambda api: api["operations"].update(CreateQuantum=api["operations"]["CreateDomain"]),
    ],
    ids=["not used", "read only", "only its name is judged", "new and not used"],
)
def test_an_unused_addition_is_not_reported(
    check: Check, change: Callable[[dict[str, Any]], Any]
) -> None:
    """The package uses neither the field nor the operation."""
    assert (0, "") == check(change)


def test_a_new_operation_that_creates_jobs_is_reported(check: Check) -> None:
    """The guard recognizes it by the form of its name, so the package uses it."""

    def change(api: dict[str, Any]) -> None:
        api["operations"]["CreateQuantumJob"] = {
            **api["operations"]["CreateLabelingJob"],
            "name": "CreateQuantumJob",
        }

    status, text = check(change)
    assert 1 == status
    assert text.startswith("CreateQuantumJob is missing. Read how its request names what it")


def test_a_changed_limit_is_reported(check: Check) -> None:
    """The report has the old and the new limit."""
    status, text = check(lambda api: api["shapes"]["TrainingJobName"].update(max=64))
    assert 1 == status
    assert "CreateTrainingJob, name: {'field': 'TrainingJobName', 'min': 1, 'max': 64" in text
    assert "was {'field': 'TrainingJobName', 'min': 1, 'max': 63" in text


def test_a_removed_operation_is_reported(check: Check) -> None:
    """The report says that the data has an operation that botocore lacks."""
    status, text = check(lambda api: api["operations"].pop("StopJob"))
    assert 1 == status
    assert text.startswith("StopJob is not used, or not an operation.")


def test_an_older_botocore_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would remove additions of the newer botocore from the data."""
    file = tmp_path / "data.json"
    file.write_text(json.dumps({"sources": {"botocore": "999.0"}}), encoding="utf-8")
    assert 1 == service_data.main([], file)
    assert "pip install 'botocore>=999.0'" in capsys.readouterr().err
    assert {"sources": {"botocore": "999.0"}} == json.loads(file.read_text("utf-8"))


def test_a_reference_adds_condition_keys_and_resource_types(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It also adds the forms of ARNs and the source."""
    file, reference = tmp_path / "data.json", tmp_path / "sagemaker.json"
    file.write_text(service_data.FILE.read_text("utf-8"), encoding="utf-8")
    reference.write_text(json.dumps(REFERENCE), encoding="utf-8")
    assert 0 == service_data.main(["--reference", str(reference)], file)
    assert "CreateTrainingJob, condition_keys: sagemaker:New" in capsys.readouterr().err
    data = json.loads(file.read_text("utf-8"))
    created, stopped = (data["operations"][f"{verb}TrainingJob"] for verb in ("Create", "Stop"))
    assert ["sagemaker:New", "sagemaker:OfResource"] == created["condition_keys"]
    assert ["training-job"] == created["resource_types"]
    assert [] == data["operations"]["ListPipelines"]["condition_keys"]
    assert "condition_keys" not in stopped
    assert {"training-job": ["training-job/${N}"]} == data["resource_types"]
    assert f"{service_data.REFERENCE} v1.4" == data["sources"]["service_reference"]
    assert 0 == service_data.main(["--check"], file)


def test_writing_without_a_reference_changes_no_operation(tmp_path: Path) -> None:
    """The file was current before."""
    file = tmp_path / "data.json"
    text = service_data.FILE.read_text("utf-8")
    file.write_text(text, encoding="utf-8")
    assert 0 == service_data.main([], file)
    assert json.loads(text)["operations"] == json.loads(file.read_text("utf-8"))["operations"]
