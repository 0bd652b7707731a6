"""Let the SDK render a pipeline, and restore the user's objects afterwards."""

from __future__ import annotations

import copy
import functools
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..core.job_names import ComposedName
from .adapter import Adapter
from .declared_names import DeclaredNames

RENDERING = threading.RLock()
"""Held while the package reads a pipeline's objects, renders and restores them.

The SDK stores intermediate results in sessions and job objects, which threads may share.
"""


def render(
    pipeline: Any,
    names: DeclaredNames,
    adapter: Adapter,
    *,
    quiet: bool,
    prepare: Callable[[Any], None] | None = None,
) -> str:
    """Return the SDK's own rendering, with its prefixing off.

    With prefixing off, the SDK neither shortens names nor raises for a missing one. Enforcement
    adds the names afterwards.

    Args:
        pipeline: the pipeline; it is not changed.
        names: its declared names.
        adapter: the SDK's adapter.
        quiet: whether to suppress the SDK's warning that it drops the names.
        prepare: is called with the copy of the pipeline that is rendered. It may change the copy
            and the objects of its graph, which are restored afterwards.

    Raises:
        Exception: as the SDK does, with the step's name in the message if a step raised it.
    """
    twin = copy.copy(pipeline)
    twin.pipeline_definition_config = adapter.definition_config(use_custom_job_prefix=False)
    render_off = functools.partial(adapter.pipeline.definition, twin)
    with names.graph.preserved(), _without_warning(*adapter.trimming, active=quiet):
        for holder in names.graph.named:
            vars(holder).update(_declared_state(vars(holder)))
        _name_unnamed_transformers(names)
        if prepare is not None:
            prepare(twin)
        return _with_step_in_errors(render_off, adapter)


def render_as_it_is(
    pipeline: Any, names: DeclaredNames, adapter: Adapter, prepare: Callable[[Any], None]
) -> str:
    """Return the rendering of a pipeline of the SDK's own class, with its own prefixing setting.

    Args:
        pipeline: the pipeline; it is not changed.
        names: its declared names.
        adapter: the SDK's adapter.
        prepare: see :func:`render`.

    Raises:
        Exception: see :func:`render`.
    """
    twin = copy.copy(pipeline)
    with names.graph.preserved():
        prepare(twin)
        return _with_step_in_errors(twin.definition, adapter)


def _declared_state(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the SDK's own class for attributes with a composed name.

    The SDK derives S3 paths and tags from the names, and a prefix would change these.
    """
    return {
        key: value.replaced
        for key, value in attributes.items()
        if isinstance(value, ComposedName) and value.replaced != value
    }


def _with_step_in_errors(render: Callable[[], str], adapter: Adapter) -> str:
    try:
        return render()
    except Exception as error:
        _add_step_name(error, adapter)
        raise


def _name_unnamed_transformers(names: DeclaredNames) -> None:
    """Give transformers without a name a temporary name.

    Otherwise the SDK would look up the model's image, to generate a name from it, and raise if the
    model doesn't exist yet. The temporary name doesn't occur in the definition.
    """
    for step in names.graph.steps:
        job = names.adapter.job_object(step) if step.step_type.value == "Transform" else None
        if job is not None and not job.base_transform_job_name and isinstance(job.model_name, str):
            job.base_transform_job_name = "transform-job"


def _add_step_name(error: Exception, adapter: Adapter) -> None:
    """Add the name of the step to the message of an error that the SDK raised.

    Error responses of AWS stay unchanged, since programs read them.
    """
    name = _failing_step(error, adapter)
    if name is None or hasattr(error, "response"):
        return
    suffix = f" (while the SDK rendered the step {name!r})"
    if isinstance(error, OSError) and error.strerror:
        error.strerror += suffix
    elif error.args and isinstance(error.args[0], str):
        error.args = (error.args[0] + suffix, *error.args[1:])


def _failing_step(error: Exception, adapter: Adapter) -> str | None:
    """Return the name of the innermost step in an error's traceback."""
    name = None
    trace = error.__traceback__
    while trace is not None:
        candidate = trace.tb_frame.f_locals.get("self")
        if isinstance(candidate, adapter.step):
            name = str(candidate.name)
        step = trace.tb_frame.f_locals.get("step")
        if isinstance(step, adapter.step):
            name = str(step.name)
        trace = trace.tb_next
    return name


@contextmanager
def _without_warning(logger: str, message: str, *, active: bool) -> Iterator[None]:
    thread = threading.get_ident()

    def keep(record: logging.LogRecord) -> bool:
        # Other threads may use the SDK without this package, and need the warning.
        return record.msg != message or record.thread != thread

    if active:
        logging.getLogger(logger).addFilter(keep)
    try:
        yield
    finally:
        logging.getLogger(logger).removeFilter(keep)
