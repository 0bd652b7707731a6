"""Fixtures for tests of pipelines; the package's entry point for pytest.

pytest imports this module in every run, so it imports nothing until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..embedded import EmbeddedAWS
    from .result import Rehearsal


@pytest.fixture
def embedded_aws() -> Iterator[EmbeddedAWS]:
    """An open :class:`~sm_prefix_ext.embedded.EmbeddedAWS`, empty for each test."""
    from ..embedded import EmbeddedAWS

    with EmbeddedAWS() as aws:
        yield aws


@pytest.fixture
def rehearse(embedded_aws: EmbeddedAWS) -> Callable[..., Rehearsal]:
    """:func:`sm_prefix_ext.rehearsal.rehearse` on the embedded AWS of the test."""
    from .run import rehearse

    return rehearse
