"""Versions of pipelines: each update creates a version, which aliases may name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_MAX_ALIASES = 10


class VersionError(ValueError):
    """A request for a version or an alias that the service refuses."""


@dataclass
class Version:
    """A version of a pipeline.

    Args:
        id: its number, from 1.
        definition: the definition's JSON.
        created: the time of its creation.
        display_name: its display name, or ``None``.
        description: its description, or ``None``.
        aliases: its aliases.
        last_execution: the ARN of its last execution, or ``None``.
    """

    id: int
    definition: str
    created: datetime
    display_name: str | None = None
    description: str | None = None
    aliases: list[str] = field(default_factory=list)
    last_execution: str | None = None

    def details(self) -> dict[str, Any]:
        """Its fields in DescribePipeline."""
        return {
            "PipelineVersionDisplayName": self.display_name,
            "PipelineVersionDescription": self.description,
            "PipelineVersionAliases": list(self.aliases) or None,
        }

    def summary(self, pipeline: str) -> dict[str, Any]:
        """Its entry in ListPipelineVersions.

        Args:
            pipeline: the pipeline's ARN.
        """
        return {
            "PipelineArn": pipeline,
            "PipelineVersionId": self.id,
            "CreationTime": self.created,
            "LastExecutionPipelineExecutionArn": self.last_execution,
            **self.details(),
        }


@dataclass
class Versions:
    """The versions of one pipeline, the oldest first."""

    all: list[Version] = field(default_factory=list)

    def add(self, definition: str, created: datetime, aliases: Iterable[str] = ()) -> Version:
        """Create the next version, with aliases that no other version has."""
        version = Version(len(self.all) + 1, definition, created)
        self.check_new(aliases, {})
        self.all.append(version)
        version.aliases.extend(aliases)
        return version

    @property
    def newest(self) -> Version:
        """The version of requests that name none."""
        return self.all[-1]

    def find(self, number: int | None, alias: str | None) -> Version:
        """The version with a number or an alias; the newest where neither is given.

        Raises:
            VersionError: for an unknown version, or where both are given.
        """
        if number is not None and alias is not None:
            raise VersionError("PipelineVersionId and PipelineVersionAlias can't both be given.")
        if number is None and alias is None:
            return self.newest
        for version in self.all:
            if version.id == number or alias in version.aliases:
                return version
        identifier = f"alias {alias!r}" if number is None else f"ID {number}"
        raise VersionError(f"The pipeline has no version with the {identifier}.")

    def change(self, version: Version, aliases: Mapping[str, Any]) -> None:
        """Remove aliases from a version, and add others.

        Raises:
            VersionError: for removed aliases that the version lacks, and for new aliases that are
                invalid, too many or another version's.
        """
        removed, added = aliases.get("Remove") or [], aliases.get("Add") or []
        missing = [alias for alias in removed if alias not in version.aliases]
        if missing:
            raise VersionError(f"Version {version.id} has no alias {missing[0]!r} to remove.")
        self.check_new(added, {version.id: set(removed)})
        kept = [alias for alias in version.aliases if alias not in removed]
        if len(kept) + len(added) > _MAX_ALIASES:
            raise VersionError(f"A version can have up to {_MAX_ALIASES} aliases.")
        version.aliases = [*kept, *added]

    def check_new(self, aliases: Iterable[str], removed: Mapping[int, set[str]]) -> None:
        """Check that aliases can be added (API reference of CreatePipeline).

        Args:
            aliases: the new aliases.
            removed: by version, the aliases that the same request removes.

        Raises:
            VersionError: for an alias that can't be added.
        """
        seen: set[str] = set()
        for alias in aliases:
            if alias.isdigit():
                raise VersionError(f"The alias {alias!r} can't consist of numbers only.")
            owner = next(
                (
                    version.id
                    for version in self.all
                    if alias in version.aliases and alias not in removed.get(version.id, ())
                ),
                None,
            )
            if owner is not None or alias in seen:
                raise VersionError(f"The alias {alias!r} is assigned to a version already.")
            seen.add(alias)
