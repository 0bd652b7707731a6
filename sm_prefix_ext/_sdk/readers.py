"""Readers of the declared name off a step, for what both majors of the SDK keep in one place.

Each adapter has a table of readers by step type. A reader looks at what the step was made with, and
renders nothing.
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
from ..core.job_names import GivenName
from .adapter import Adapter, Reader

_UNIQUE = re.compile(r"-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def job_reader(step_type: str, attribute: str) -> Reader:
    """A reader of a name that one attribute of the job object carries, or the call that defers it.

    Args:
        step_type: the type of the steps that it reads.
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
        if not isinstance(name, str) or isinstance(name, GivenName):
            return Declared(name, argument)
        return _unless_generated(name, argument, {*fixed_names, *adapter.generated_names(job)})

    return read


def training_reader() -> Reader:
    """A reader of training steps, of ``@step`` functions and of notebooks, which train too."""
    of_job = job_reader("Training", "base_job_name")

    def read(step: Any, collection: Any, adapter: Adapter) -> Declared | None:
        if is_function(step):
            name = step._step_kwargs.get("job_name_prefix")
            return Declared(name, "@step(job_name_prefix=)", step_name=_name_of_function(step))
        if "notebook_job_name" in vars(step):
            return read_notebook(step, adapter)
        return of_job(step, collection, adapter)

    return read


def processing_reader() -> Reader:
    """A reader of processing steps, whose Clarify jobs the SDK names in the call."""
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
    """A reader of the steps that check data or a model, by a ``CheckJobConfig``."""
    fixed_names = GENERATED_NAMES[step_type]

    def read(step: Any, collection: Any, adapter: Adapter) -> Declared | None:
        config = step.check_job_config
        argument = f"{type(config).__name__}(base_job_name=)"
        return _unless_generated(config.base_job_name, argument, fixed_names)

    return read


def read_notebook(step: Any, adapter: Adapter) -> Declared:
    """What the user declared as the name of a ``NotebookJobStep``'s job."""
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
    """What the user declared as the name of a model.

    Args:
        model: the model object; ``None`` where the step doesn't have it.
        attribute: its attribute that carries the name.
        argument: where the user wrote it.
        request: what it is created with.
        adapter: the SDK.
    """
    name = getattr(model, attribute, None)
    requested = request.get("ModelName")
    if isinstance(name, GivenName) and requested in (None, name, adapter.base_from_name(name)):
        return Declared(name, argument)
    if isinstance(name, str) and adapter.is_generated_model_name(name, model, request):
        return Declared(None, argument, generated_name=name)
    # The request wins: one model object can be built under several names. But the SDK may have
    # taken the name out of it, or off its end what looks like a timestamp.
    if requested and not (isinstance(name, str) and requested == adapter.base_from_name(name)):
        name = requested
    return Declared(name, argument)


def read_registered(request: dict[str, Any] | None) -> Declared:
    """What the user declared as the name of a model package.

    Args:
        request: what it is registered with; ``None`` where only rendering tells.
    """
    name = (request or {}).get("ModelPackageName")
    # Without a name the SDK registers into a group; a request with neither had its name taken out.
    lost = request is not None and not name and not request.get("ModelPackageGroupName")
    return Declared(name, "register(model_package_name=)", lost=lost)


def is_function(step: Any) -> bool:
    """Whether a step is made of an ``@step`` function."""
    return "_step_kwargs" in vars(step)


def deferred_job_object(step: Any) -> Any:
    """The object whose ``run()``, ``fit()``, … the step defers; ``None`` where there is none."""
    arguments = getattr(getattr(step, "step_args", None), "func_args", None)
    return arguments[0] if arguments else None


def _name_of_function(step: Any) -> str:
    """The function's name, if its step has none of its own; else ``""``.

    Such a step gets a name at random, another in each process; its job goes by the function's.
    """
    function = getattr(step._func, "__name__", "")
    rest = step.name.removeprefix(function)
    return function if rest != step.name and _UNIQUE.fullmatch(rest) else ""


def _unless_generated(name: Any, argument: str, generated_names: Collection[str]) -> Declared:
    """A name, unless the SDK itself put it there."""
    if isinstance(name, str) and name in generated_names and not isinstance(name, GivenName):
        return Declared(None, argument, generated_name=name)
    return Declared(name, argument)


def _in_the_call(step: Any, job: Any) -> Declared | None:
    """The ``job_name`` that the user gave to ``run()``, ``fit()``, …; ``None`` where none."""
    call = getattr(step, "step_args", None)
    if call is None:
        return None
    name = call.func_kwargs.get("job_name")
    if "job_name" not in call.func_kwargs:
        place = _place_of_job_name(call.func)
        name = call.func_args[place] if place is not None and len(call.func_args) > place else None
    return Declared(name, f"{type(job).__name__}.{call.func.__name__}(job_name=)") if name else None


@lru_cache(maxsize=256)
def _place_of_job_name(function: Any) -> int | None:
    names = list(inspect.signature(function).parameters)
    return names.index("job_name") if "job_name" in names else None


def _clarify(job: Any, declared: Declared, adapter: Adapter) -> Declared:
    """The name of a Clarify processor's job, which comes with a timestamp of the SDK's.

    Its ``run_bias`` and the like make the job's whole name before they call ``run``.
    """
    argument = f"{type(job).__name__}(job_name_prefix=)"
    name, prefix = declared.name, job.job_name_prefix
    base = adapter.base_from_name(str(name))
    if isinstance(name, str) and base != name:
        if isinstance(prefix, str) and prefix.startswith(base):  # the SDK may have cut it
            return Declared(prefix, argument)
        if not prefix and base in GENERATED_NAMES["Processing"]:
            return Declared(None, argument, generated_name=base)
    return declared
