"""Suppress the log lines and warnings of the SDK and boto3 that users of the command don't need."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import click

_TELEMETRY = ("sagemaker.telemetry", "sagemaker.core.telemetry")
_V2_IS_OLD = "SAGEMAKER_SUPPRESS_V2_WARNING"


@contextlib.contextmanager
def quiet_sdk() -> Iterator[None]:
    """Within a block, suppress INFO lines and the warning that a session is a pipeline session.

    The lines report where the SDK looked for its configuration, that credentials were found, that
    v2 is deprecated, and that telemetry couldn't be sent. Other warnings and errors are shown.
    """
    import logging  # here, since what checks a file imports this module too, and needs neither
    import warnings

    disabled = logging.root.manager.disable
    levels = {name: logging.getLogger(name).level for name in _TELEMETRY}
    variable = os.environ.get(_V2_IS_OLD)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Running within a PipelineSession", UserWarning)
        logging.disable(max(disabled, logging.INFO))
        for name in _TELEMETRY:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        os.environ.setdefault(_V2_IS_OLD, "1")
        try:
            yield
        finally:
            logging.disable(disabled)
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
            if variable is None:
                os.environ.pop(_V2_IS_OLD, None)


def quiet_command() -> None:
    """Do as :func:`quiet_sdk` until the current command ends."""
    click.get_current_context().with_resource(quiet_sdk())
