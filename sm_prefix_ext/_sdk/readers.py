"""Readers of declared names that work with both majors of the SDK.

Each adapter has a table of readers by step type. A reader reads the arguments of the step and of
its job object, without rendering.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..core.declared import Declared
from ..core.definition import GENERATED_NAMES
from ..core.job_names import ComposedName
from .adapter import Adapter, Reader

_UNIQUE = re.compile(r"-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def job_reader(step_type: str, attribute: str) -> Reader:
    """Return a reader of a name in an attribute of the job object, or in the deferred call.

    Args:
        step_type: the type of the steps.
        attribute: the job object's attribute, such as ``base_job_name``.
    """
    fixed_names = GENERATED_NAMES.get(step_type, frozenset())

    def read(step: Any, collection: Any, adapter: Adapter) -> Declared | None:
        job = adapter.job_object(step)
        if job is None or not hasattr(job, attribute):
            return None
        declared = _in_the_call(step, job)
        if declared is not None:
            return declared
        name = getattr(job, attribute)
        argument = f"{type(job).__name__}({attribute}=)"
        if not isinstance(name, str) or isinstance(name, ComposedName):
            return Declared(name, argument)
        return _unless_generated(name, argument, {*fixed_names, *adapter.generated_names(job)})

    return read


def training_reader() -> Reader:
    """Return a reader of training steps, which include ``@step`` functions and notebooks."""
    of_job = job_reader("Training", "base_job_name")

    def read(step: Any, collection: Any, adapter: Adapter) -> Declared | None:
        if "_step_kwargs" in vars(step):  # the step of an @step function
            name = step._step_kwargs.get("job_name_prefix")
            return Declared(name, "@step(job_name_prefix=)", step_name=_name_of_function(step))
        if "notebook_job_name" in vars(step):
            return read_notebook(step, adapter)
        return of_job(step, collection, adapter)

    return read


def processing_reader() -> Reader:
    """Return a reader of processing steps; for Clarify jobs the SDK passes a name in the call."""
    of_job = job_reader("Processing", "base_job_name")

    def read(step: Any, collection: Any, adapter: Adapter) -> Declared | None:
        job = adapter.job_object(step)
        if hasattr(job, "job_name_prefix"):
            declared = _in_the_call(step, job)
            if declared is not None:
                return _clarify(job, declared, adapter)
        return of_job(step, collection, adapter)

    return read


def check_reader(step_type: str) -> Reader:
    """Return a reader of check steps, which have their names in a ``CheckJobConfig``."""
    fixed_names = GENERATED_NAMES[step_type]

    def read(step: Any, collection: Any, adapter: Adapter) -> Declared | None:
        config = step.check_job_config
        argument = f"{type(config).__name__}(base_job_name=)"
        return _unless_generated(config.base_job_name, argument, fixed_names)

    return read


def read_notebook(step: Any, adapter: Adapter) -> Declared:
    """Read the declared name of a ``NotebookJobStep``'s job."""
    name = step.notebook_job_name
    argument = "NotebookJobStep(notebook_job_name=)"
    if isinstance(name, str):
        generated = step._get_job_name_prefix(Path(str(step.input_notebook)).name)
        if name != generated and adapter.base_from_name(name) == generated:
            return Declared(None, argument)
    return Declared(name, argument)


def read_model(
    model: Any, attribute: str, argument: str, request: dict[str, Any], adapter: Adapter
) -> Declared:
    """Read the declared name of a model.

    Args:
        model: the model object; ``None`` if the step doesn't have it.
        attribute: its attribute that carries the name.
        argument: the argument that carries the name.
        request: its create request.
        adapter: the SDK's adapter.
    """
    name = getattr(model, attribute, None)
    requested = request.get("ModelName")
    if isinstance(name, ComposedName) and requested in (None, name, adapter.base_from_name(name)):
        return Declared(name, argument)
    if isinstance(name, str) and adapter.is_generated_model_name(name, model, request):
        return Declared(None, argument, generated_name=name)
    # The request wins, since one model object can be built under several names. But the SDK may
    # have removed the name from it, or an end that looks like a timestamp.
    if requested and not (isinstance(name, str) and requested == adapter.base_from_name(name)):
        name = requested
    return Declared(name, argument)


def read_registered(request: dict[str, Any] | None) -> Declared:
    """Read the declared name of a model package.

    Args:
        request: its create request; ``None`` if only rendering determines it.
    """
    name = (request or {}).get("ModelPackageName")
    # Without a name the SDK registers into a group. So if a request has neither, the SDK removed
    # the name from it.
    lost = request is not None and not name and not request.get("ModelPackageGroupName")
    return Declared(name, "register(model_package_name=)", lost=lost)


def deferred_job_object(step: Any) -> Any:
    """Return the object whose ``run()``, ``fit()``, … the step defers, or ``None``."""
    arguments = getattr(getattr(step, "step_args", None), "func_args", None)
    return arguments[0] if arguments else None


def _name_of_function(step: Any) -> str:
    """Return the function's name if its step has a generated name; else ``""``.

    The SDK generates a random name for such a step, another one in each process. The job's name
    must stay the same, so it derives from the function's name.
    """
    function = getattr(step._func, "__name__", "")
    rest = step.name.removeprefix(function)
    return function if rest != step.name and _UNIQUE.fullmatch(rest) else ""


def _unless_generated(name: Any, argument: str, generated_names: Collection[str]) -> Declared:
    """Return a name as declared, unless it is the SDK's generated name."""
    if isinstance(name, str) and name in generated_names and not isinstance(name, ComposedName):
        return Declared(None, argument, generated_name=name)
    return Declared(name, argument)


def _in_the_call(step: Any, job: Any) -> Declared | None:
    """Return the ``job_name`` that the user passed to ``run()``, ``fit()``, …, or ``None``."""
    call = getattr(step, "step_args", None)
    if call is None:
        return None
    name = call.func_kwargs.get("job_name")
    if "job_name" not in call.func_kwargs:
        index = _index_of_job_name(call.func)
        name = call.func_args[index] if index is not None and len(call.func_args) > index else None
    return Declared(name, f"{type(job).__name__}.{call.func.__name__}(job_name=)") if name else None


@lru_cache(maxsize=256)
def _index_of_job_name(function: Any) -> int | None:
    names = list(inspect.signature(function).parameters)
    return names.index("job_name") if "job_name" in names else None


def _clarify(job: Any, declared: Declared, adapter: Adapter) -> Declared:
    """Return the declared name of a Clarify processor's job, without the SDK's timestamp.

    ``run_bias`` and its siblings generate the job's whole name before they call ``run``.
    """
    argument = f"{type(job).__name__}(job_name_prefix=)"
    name, prefix = declared.name, job.job_name_prefix
    base = adapter.base_from_name(str(name))
    if isinstance(name, str) and base != name:
        if isinstance(prefix, str) and prefix.startswith(base):  # the SDK may have shortened it
            return Declared(prefix, argument)
        if not prefix and base in GENERATED_NAMES["Processing"]:
            return Declared(None, argument, generated_name=base)
    return declared
