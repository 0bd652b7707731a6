"""Versions of pipelines: each update makes one, and an alias names one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_MOST_ALIASES = 10


class VersionError(ValueError):
    """A request for a version or an alias that the service refuses."""


@dataclass
class Version:
    """A version of a pipeline.

    Args:
        id: its number, from 1.
        definition: the definition's JSON.
        created: when it was made.
        display_name: a name for people, or ``None``.
        description: what it is about, or ``None``.
        aliases: the names that stand for it.
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
        """What DescribePipeline adds for it."""
        return {
            "PipelineVersionDisplayName": self.display_name,
            "PipelineVersionDescription": self.description,
            "PipelineVersionAliases": list(self.aliases) or None,
        }

    def summary(self, pipeline: str) -> dict[str, Any]:
        """It, as ListPipelineVersions shows it.

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

    listed: list[Version] = field(default_factory=list)

    def add(self, definition: str, created: datetime, aliases: Iterable[str] = ()) -> Version:
        """Make the next version, with aliases that no other has."""
        made = Version(len(self.listed) + 1, definition, created)
        self.check_new(aliases, {})
        self.listed.append(made)
        made.aliases.extend(aliases)
        return made

    @property
    def newest(self) -> Version:
        """The version that is used where none is asked for."""
        return self.listed[-1]

    def find(self, number: int | None, alias: str | None) -> Version:
        """The version with a number or an alias; the newest where neither is given.

        Raises:
            VersionError: where there is none, or both are given.
        """
        if number is not None and alias is not None:
            raise VersionError("PipelineVersionId and PipelineVersionAlias can't both be given.")
        if number is None and alias is None:
            return self.newest
        for one in self.listed:
            if one.id == number or alias in one.aliases:
                return one
        called = f"alias {alias!r}" if number is None else f"ID {number}"
        raise VersionError(f"The pipeline has no version with the {called}.")

    def change(self, version: Version, aliases: Mapping[str, Any]) -> None:
        """Remove aliases from a version, and add others.

        Raises:
            VersionError: for aliases that it doesn't have, can't be, or that another has.
        """
        gone, new = aliases.get("Remove") or [], aliases.get("Add") or []
        missing = [alias for alias in gone if alias not in version.aliases]
        if missing:
            raise VersionError(f"Version {version.id} has no alias {missing[0]!r} to remove.")
        self.check_new(new, {version.id: set(gone)})
        kept = [alias for alias in version.aliases if alias not in gone]
        if len(kept) + len(new) > _MOST_ALIASES:
            raise VersionError(f"A version can have up to {_MOST_ALIASES} aliases.")
        version.aliases = [*kept, *new]

    def check_new(self, aliases: Iterable[str], freed: Mapping[int, set[str]]) -> None:
        """See that aliases can be added (API reference of CreatePipeline).

        Args:
            aliases: the new ones.
            freed: by version, the aliases that it loses in the same request.
        """
        seen: set[str] = set()
        for alias in aliases:
            if alias.isdigit():
                raise VersionError(f"The alias {alias!r} can't consist of numbers only.")
            owner = next(
                (
                    one.id
                    for one in self.listed
                    if alias in one.aliases and alias not in freed.get(one.id, ())
                ),
                None,
            )
            if owner is not None or alias in seen:
                raise VersionError(f"The alias {alias!r} is assigned to a version already.")
            seen.add(alias)
