"""Print every class and function of the installed SDK that takes a job's name, one JSON row each.

``test_catalogue.py`` runs it in a process of its own, because it imports every module of the SDK.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import json
import logging
import pkgutil
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

BASE_NAMES = {
    "base_job_name",
    "base_tuning_job_name",
    "base_transform_job_name",
    "job_name_prefix",
    "notebook_job_name",
}
MARK = "row "  # the import of some modules prints


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Every importable module below a package."""
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        try:
            module = importlib.import_module(info.name)
        except (Exception, SystemExit) as error:
            print(MARK + json.dumps({"failed": info.name, "why": repr(error)[:200]}))
            continue
        yield module
        if info.ispkg:
            yield from modules(module)


def takes(value: Any) -> set[str]:
    """The name arguments of a class or function, including those passed to bases."""
    names: set[str] = set()
    classes = value.__mro__ if inspect.isclass(value) else (value,)
    for base in classes:
        if not getattr(base, "__module__", "").startswith("sagemaker"):
            continue
        if inspect.isclass(base) and not {"__init__", "__annotations__"} & set(vars(base)):
            continue
        try:
            parameters = inspect.signature(base).parameters
        except (TypeError, ValueError):
            break
        names |= BASE_NAMES & set(parameters)
        if "name" in parameters and is_model(value):
            names.add("name")
        if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            break
    return names


def is_model(value: Any) -> bool:
    """Whether a value is a class that makes SageMaker models with a name."""
    return inspect.isclass(value) and any(
        hasattr(value, method)
        for method in ("prepare_container_def", "pipeline_container_def", "build")
    )


def main() -> None:
    """Print the rows for the installed SDK."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    seen: set[int] = set()
    for module in modules(importlib.import_module("sagemaker")):
        for name, value in list(vars(module).items()):
            new = (inspect.isclass(value) or inspect.isfunction(value)) and id(value) not in seen
            if not new or value.__module__ != module.__name__ or name != value.__name__:
                continue
            seen.add(id(value))
            arguments = sorted(takes(value))
            if arguments:
                row = {"name": name, "module": module.__name__, "arguments": arguments}
                print(MARK + json.dumps(row))


if __name__ == "__main__":
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        main()
    for line in output.getvalue().splitlines():
        if line.startswith(MARK):
            sys.stdout.write(f"{line.removeprefix(MARK)}\n")
