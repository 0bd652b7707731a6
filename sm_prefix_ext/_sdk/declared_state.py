"""The declared names that replace composed names in a job object during a rendering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.job_names import ComposedName


def declared_state(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the SDK's own class for attributes with a composed name.

    The SDK derives S3 paths and tags from the names, and a prefix would change these.

    Args:
        attributes: ``vars()`` of a job object, or the arguments of a call.

    Returns:
        The attributes to set during a rendering; empty if there are no composed names.

    Example:
        >>> from sm_prefix_ext._sdk.declared_state import declared_state
        >>> from sm_prefix_ext.core.job_names import ComposedName
        >>> name = ComposedName("team-a-churn", "churn", "Estimator(base_job_name=)")
        >>> declared_state({"base_job_name": name, "role": "r"})
        {'base_job_name': 'churn'}
    """
    return {
        key: value.replaced
        for key, value in attributes.items()
        if isinstance(value, ComposedName) and value.replaced != value
    }
