"""Have the SDK render a pipeline, and leave no trace of it in the user's objects."""

from __future__ import annotations

import copy
import functools
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .adapter import Adapter
from .declared_names import DeclaredNames
from .declared_state import declared_state

RENDERING = threading.RLock()
"""Held from the reading of a pipeline's objects until they are as they were.

The SDK keeps what it renders in sessions and job objects, which threads may share.
"""


def render(
    pipeline: Any,
    names: DeclaredNames,
    adapter: Adapter,
    *,
    quiet: bool,
    prepare: Callable[[Any], None] | None = None,
) -> str:
    """The SDK's own rendering, with its prefixing off.

    Off, because then it neither cuts names nor stops in the middle for a missing one; the names
    are put in afterwards.

    Args:
        pipeline: not changed.
        names: of this pipeline.
        adapter: the SDK.
        quiet: whether to keep back the SDK's warning that it drops the names.
        prepare: called with the pipeline that is rendered, a copy. It may change that, and the
            objects of its graph: they are put back afterwards.

    Raises:
        Exception: what the SDK raises, with the step's name in it where a step was at work.
    """
    twin = copy.copy(pipeline)
    twin.pipeline_definition_config = adapter.definition_config(use_custom_job_prefix=False)
    render_off = functools.partial(adapter.pipeline.definition, twin)
    with names.graph.preserved(), _without_warning(*adapter.trimming, active=quiet):
        for holder in names.graph.named:
            vars(holder).update(declared_state(vars(holder)))
        _keep_from_looking_up_models(names)
        if prepare is not None:
            prepare(twin)
        return _naming_the_step(render_off, adapter)


def render_as_it_is(
    pipeline: Any, names: DeclaredNames, adapter: Adapter, prepare: Callable[[Any], None]
) -> str:
    """The rendering of a pipeline of the SDK's own class, with its prefixing as it is.

    Args:
        pipeline: not changed.
        names: of this pipeline.
        adapter: the SDK.
        prepare: as for :func:`render`.

    Raises:
        Exception: as :func:`render` does.
    """
    twin = copy.copy(pipeline)
    with names.graph.preserved():
        prepare(twin)
        return _naming_the_step(twin.definition, adapter)


def _naming_the_step(render: Callable[[], str], adapter: Adapter) -> str:
    try:
        return render()
    except Exception as error:
        _name_the_step(error, adapter)
        raise


def _keep_from_looking_up_models(names: DeclaredNames) -> None:
    """Name the unnamed transformers for the time of a rendering.

    For one without a name the SDK asks the service for its model's image, to make up a name from
    it, and raises where the model isn't there yet. The name made here leaves with nothing.
    """
    for step in names.graph.steps:
        job = names.adapter.job_object(step) if step.step_type.value == "Transform" else None
        if job is not None and not job.base_transform_job_name and isinstance(job.model_name, str):
            job.base_transform_job_name = "transform-job"


def _name_the_step(error: Exception, adapter: Adapter) -> None:
    """Say in an error of the SDK's which step it was rendering; its class stays.

    What AWS answers stays as it is: programs read it.
    """
    name = _step_at_work(error, adapter)
    if name is None or hasattr(error, "response"):
        return
    said = f" (while the SDK rendered the step {name!r})"
    if isinstance(error, OSError) and error.strerror:
        error.strerror += said
    elif error.args and isinstance(error.args[0], str):
        error.args = (error.args[0] + said, *error.args[1:])


def _step_at_work(error: Exception, adapter: Adapter) -> str | None:
    """The name of the innermost step whose method an error came through."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        candidate = trace.tb_frame.f_locals.get("self")
        if isinstance(candidate, adapter.step):
            found = str(candidate.name)
        step = trace.tb_frame.f_locals.get("step")
        if isinstance(step, adapter.step):
            found = str(step.name)
        trace = trace.tb_next
    return found


@contextmanager
def _without_warning(logger: str, message: str, *, active: bool) -> Iterator[None]:
    thread = threading.get_ident()

    def keep(record: logging.LogRecord) -> bool:
        return record.msg != message or record.thread != thread

    if active:
        logging.getLogger(logger).addFilter(keep)
    try:
        yield
    finally:
        logging.getLogger(logger).removeFilter(keep)
