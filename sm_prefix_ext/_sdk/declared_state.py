"""A job object as the SDK's own class would have it: for the time of a rendering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.job_names import GivenName


def declared_state(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The names in an object's attributes as they were before a drop-in class composed them.

    The SDK derives S3 places and tags from them, which a prefix would move.

    Args:
        attributes: ``vars()`` of a job object, or the arguments that a call was made with.

    Returns:
        What to set for the time of a rendering; empty where nothing was composed.

    Example:
        >>> from sm_prefix_ext._sdk.declared_state import declared_state
        >>> from sm_prefix_ext.core.job_names import GivenName
        >>> name = GivenName("team-a-churn", "churn", "Estimator(base_job_name=)")
        >>> declared_state({"base_job_name": name, "role": "r"})
        {'base_job_name': 'churn'}
    """
    return {
        key: value.replaced
        for key, value in attributes.items()
        if isinstance(value, GivenName) and value.replaced != value
    }
