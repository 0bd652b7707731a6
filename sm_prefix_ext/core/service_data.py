"""The facts from botocore and AWS's service reference about the SageMaker operations in use.

The data is ``service_data.json`` beside this module. ``python -m tools.service_data`` writes it;
do not edit it by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

FILE = "service_data.json"


@cache
def service_data() -> Mapping[str, Any]:
    """Read the data, once.

    Returns:
        ``operations`` maps the name of each operation to its facts: ``name`` (the field with the
        name of its resource, and that field's limits), ``fields`` and ``role_fields`` of the
        request, ``condition_keys`` and ``resource_types`` of the IAM action. ``resource_types`` has
        the form of the ARN of each type, ``step_metadata`` the keys of
        ``PipelineExecutionStepMetadata``, ``step_name`` the limits of a step's name, and
        ``sources`` the versions of the sources.

    Example:
        >>> from sm_prefix_ext.core.service_data import service_data
        >>> service_data()["operations"]["CreateAutoMLJob"]["name"]["max"]
        32
    """
    # It reads from a zip file too; importlib.resources takes 30 ms to import.
    import pkgutil

    data: dict[str, Any] = json.loads(pkgutil.get_data(__name__, FILE) or b"{}")
    return data


def condition_keys(operation: str) -> frozenset[str] | None:
    """Return the condition keys that the reference lists for an action of SageMaker.

    Args:
        operation: such as ``CreateTrainingJob``.

    Returns:
        The keys, or ``None`` for an action of which nothing is known.

    Example:
        >>> from sm_prefix_ext.core.service_data import condition_keys
        >>> sorted(condition_keys("CreateEndpoint"))
        ['aws:RequestTag/${TagKey}', 'aws:TagKeys']
        >>> condition_keys("CreateQuantumJob")
    """
    keys = service_data()["operations"].get(operation, {}).get("condition_keys")
    return None if keys is None else frozenset(keys)
