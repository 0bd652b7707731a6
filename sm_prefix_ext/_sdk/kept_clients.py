"""The SageMaker clients that the SDK keeps for the whole process; does not import the SDK."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

MODULES = ("sagemaker.core.utils.utils", "sagemaker_core.main.utils")
"""The modules in which sagemaker-core keeps its clients: as a part of v3, and next to v2.

Each has a class ``SageMakerClient`` whose metaclass keeps its instances: one for the process (up to
3.1.1 and in the sagemaker-core of v2), or the process's default and one for each session (3.27.0).
"""


def kept_clients(session: Any) -> Iterator[Any]:
    """Yield the clients that the SDK reuses for calls with a session, or without one.

    Args:
        session: a ``boto3.Session``.
    """
    for name in MODULES:
        factory = getattr(sys.modules.get(name), "SageMakerClient", None)
        if factory is None:
            continue
        kept = type(factory)._instances.get(factory)
        instances = list(kept.values()) if isinstance(kept, Mapping) else [kept]
        default = kept.get(factory._DEFAULT_KEY) if isinstance(kept, Mapping) else kept
        for instance in instances:
            if instance is not None and (instance is default or instance.session is session):
                yield instance.sagemaker_client
