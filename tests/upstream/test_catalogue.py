"""The catalogue has every job class of the SDK, and imports a class when it is used."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext._sdk import adapter, has
from sm_prefix_ext._sdk.catalogue import BASES, CATALOGUE, EXCLUDED, ROWS

from ..installed import MAJOR

if MAJOR is None:
    pytest.skip("no SageMaker Python SDK is installed", allow_module_level=True)

ROOT = Path(__file__).parents[2]
# Modules that no user imports: they run in a job's container, or need a missing library.
SCRIPTS = (
    "_version",
    "amtviz",
    "aws_batch",
    "container_drivers",
    "core.huggingface",  # broken in 3.1.1
    "factory.utils",
    "feature_processor",
    "langchain",
    "mlflow",
    "model_server",
    "mpi_utils_remote",
    "parse_registry_accounts",
    "spark_app",
)


def run(*arguments: str) -> str:
    """The standard output of a new Python process."""
    process = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return process.stdout


@pytest.fixture(scope="module")
def walked() -> list[dict[str, Any]]:
    """Every class and function of the installed SDK that takes a job's name."""
    out = run(str(Path(__file__).with_name("walk.py")))
    return [json.loads(line) for line in out.splitlines()]


def test_every_class_that_takes_a_name_is_known(walked: list[dict[str, Any]]) -> None:
    """The catalogue has its module for this major, or excludes it with a reason."""
    taking = [row for row in walked if "name" in row]
    assert len(taking) > 20
    unknown = [
        row for row in taking if (MAJOR, row["name"]) not in EXCLUDED and _place(row) is None
    ]
    assert [] == unknown


def _place(row: dict[str, Any]) -> str | None:
    """The module that the catalogue has for a class of the walk."""
    return ROWS[row["name"]].modules.get(MAJOR or 2) if row["name"] in ROWS else None


def test_each_class_takes_the_argument_of_its_row(walked: list[dict[str, Any]]) -> None:
    """The argument declares the job name, in the constructor or in a method."""
    known = [row for row in walked if "name" in row and (MAJOR, row["name"]) not in EXCLUDED]
    arguments = {row["name"]: row["arguments"] for row in known}
    for name, row in ROWS.items():
        if MAJOR in row.modules and has(row):
            late = inspect.signature(getattr(adapter().load(name), row.method or "__init__", len))
            assert row.argument in (late.parameters if row.method else arguments[name]), name


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if MAJOR in row.modules])
def test_each_class_is_in_the_module_of_its_row(name: str) -> None:
    """Exceptions are classes that the release lacks, or that choose a subclass in ``__new__``."""
    row = ROWS[name]
    try:
        sdk_class = adapter().load(name)
    except ImportError as error:
        assert not has(row), error
        return
    assert has(row) == ("__new__" not in vars(sdk_class))
    assert (name, row.modules[MAJOR or 2]) == (sdk_class.__name__, sdk_class.__module__)
    if name in CATALOGUE:  # type-checkers read names of both majors by `import *`
        module = sys.modules[sdk_class.__module__]
        assert name in getattr(module, "__all__", [name])


def test_no_class_is_both_listed_and_excluded() -> None:
    """The catalogue has no base class either."""
    rows = {(major, name) for name, row in ROWS.items() for major in row.modules}
    assert set() == rows & EXCLUDED.keys()
    assert set() == BASES.keys() & CATALOGUE.keys()


def test_only_scripts_cannot_be_imported(walked: list[dict[str, Any]]) -> None:
    """Such modules run in containers, or need another library."""
    failed = [row["failed"] for row in walked if "failed" in row]
    assert [] == [name for name in failed if not any(part in name for part in SCRIPTS)]


def test_an_import_of_one_class_imports_no_other() -> None:
    """Importing ``Processor`` imports neither the other drop-ins nor the SDK's tuner."""
    tuner = {2: "sagemaker.tuner", 3: "sagemaker.train.tuner"}[MAJOR or 2]
    code = (
        "import sys, sm_prefix_ext; assert not any(m.startswith('sagemaker') for m in sys.modules);"
        "from sm_prefix_ext import Processor; import sm_prefix_ext.dropin.job_classes as jobs;"
        "names = sorted(cls.__name__ for cls in jobs._drop_ins);"
        f"print(names, {tuner!r} in sys.modules)"
    )
    baseline = f"import sys, {_required_imports()}; print({tuner!r} in sys.modules)"
    expected = run("-c", baseline).splitlines()[-1]
    assert f"['Processor'] {expected}" == run("-c", code).splitlines()[-1]


def _required_imports() -> str:
    """The modules that the import of the SDK's processors and pipelines needs."""
    where = CATALOGUE["Processor"].modules[MAJOR or 2]
    return f"{where}, sm_prefix_ext._sdk.v{MAJOR}"
