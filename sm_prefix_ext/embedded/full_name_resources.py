"""The resources whose full name a step gives: endpoints, their configurations and components.

Names and operations follow from the table of step types; nothing else in the embedded AWS spells
them out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..core.step_types import KINDS

_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def hyphenated(noun: str) -> str:
    """An API's noun as ARNs spell it.

    Example:
        >>> from sm_prefix_ext.embedded.full_name_resources import hyphenated
        >>> hyphenated("EndpointConfig"), hyphenated("HubContent")
        ('endpoint-config', 'hub-content')
    """
    return _WORD_BOUNDARY.sub("-", noun).lower()


@dataclass(frozen=True)
class FullNameResource:
    """A resource whose full name a step gives.

    Args:
        step_type: the step's ``Type``, which is the API's noun for the resource too.
        name_field: the argument that holds the name.
    """

    step_type: str
    name_field: str

    @property
    def arn_resource(self) -> str:
        """The resource type in its ARN."""
        return hyphenated(self.step_type)

    @property
    def create_operation(self) -> str:
        """The operation that creates it."""
        return f"Create{self.step_type}"

    @property
    def update_operation(self) -> str:
        """The operation that updates it."""
        return f"Update{self.step_type}"

    @property
    def describe_operation(self) -> str:
        """The operation that describes it."""
        return f"Describe{self.step_type}"


FULL_NAME_RESOURCES: Mapping[str, FullNameResource] = MappingProxyType(
    {
        kind.step_type: FullNameResource(kind.step_type, kind.name_field)
        for kind in KINDS.values()
        if kind.name_field and not kind.makes_job
    }
)
"""Every such resource by its step type."""
