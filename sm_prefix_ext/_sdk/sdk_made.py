"""What the SDK makes on a user's behalf and no drop-in can govern."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REFUSED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("Transformer", "transform_with_monitoring"): (
            "Put a MonitorBatchTransformStep into a Pipeline of sm_prefix_ext and start that."
        ),
    }
)
"""Methods that start what no policy reaches, by class and method, with what to do instead.

``transform_with_monitoring`` (v2) makes a pipeline of the SDK's own class inside itself, creates or
updates it, and starts it (2.257.7).
"""
