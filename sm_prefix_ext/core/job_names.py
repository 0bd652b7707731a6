"""Job prefixes and job names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from .errors import InvalidPrefix
from .step_types import (
    ENTITY_TOKEN_LENGTH,
    EXECUTION_ID_LENGTH,
    SHORT_STEP_NAME_IN_JOB_NAME,
    STEP_NAME_IN_JOB_NAME,
)

RESERVED = "pipelines"
"""The beginning of the job names that the service generates with prefixing off."""


def exact_str(text: str) -> str:
    """Convert an instance of a ``str`` subclass to an exact ``str`` with the same characters.

    A member of ``class Team(str, Enum)`` formats as ``Team.A``, but JSON and the service get its
    characters.

    Example:
        >>> from enum import Enum
        >>> from sm_prefix_ext.core.job_names import exact_str
        >>> Team = Enum("Team", {"A": "team-a"}, type=str)
        >>> f"{exact_str(Team.A)}-train"
        'team-a-train'
    """
    return str.__str__(text)


STEP_HASH_LENGTH = 5
"""The number of hexadecimal digits that distinguish shortened step names."""

_ALLOWED = "use letters, digits and hyphens (A-Z a-z 0-9 -), with no hyphen at either end"


class JobPrefix(str):
    """A job prefix that the service accepts: an immutable ``str``.

    Args:
        value: letters, digits and hyphens, with no hyphen at either end; neither ``pipelines`` nor
            a value that begins with ``pipelines-``. The maximum length depends on the step type
            (:data:`sm_prefix_ext.core.step_types.KINDS`), so it is not checked here.

    Raises:
        InvalidPrefix: for any other value.

    Example:
        >>> from sm_prefix_ext import JobPrefix
        >>> team = JobPrefix("team-a")
        >>> team.join("train"), team.join("team-a-train"), team.join(None)
        ('team-a-train', 'team-a-train', 'team-a')
        >>> team.covers("team-a-train"), team.covers("team-ab")
        (True, False)
    """

    __slots__ = ()

    def __new__(cls, value: str) -> JobPrefix:
        """Check the value and create a prefix."""
        if type(value) is cls:
            return value
        if isinstance(value, str):
            value = exact_str(value)
        why = invalid_characters(value)
        if why is not None:
            raise InvalidPrefix(value, why, _ALLOWED)
        if reserved(value):
            why = f"the service itself uses {RESERVED!r} with prefixing off"
            raise InvalidPrefix(value, why, "choose another prefix")
        return super().__new__(cls, value)

    def join(self, name: str | None) -> JobPrefix:  # type: ignore[override]  # a prefix joins one name
        """Put this prefix in front of a name, unless the name begins with it already.

        Args:
            name: a job's base name; for ``None`` and ``""``, the result is the prefix itself.

        Returns:
            ``<prefix>-<name>``, never shortened or changed.

        Raises:
            InvalidPrefix: for a name that no job could carry (``a/b``, ``x_y``, ``end-``).

        Example:
            >>> from sm_prefix_ext import JobPrefix
            >>> JobPrefix("team-a").join("train")
            'team-a-train'
        """
        if isinstance(name, str):
            name = exact_str(name)
        if name is None or name == "":
            return self
        why = invalid_characters(name)
        if why is not None:
            raise InvalidPrefix(name, why, _ALLOWED)
        return type(self)(name if self.covers(name) else f"{exact_str(self)}-{name}")

    def covers(self, name: str) -> bool:
        """Test whether a name matches the pattern ``<prefix>-*`` or is the prefix itself.

        The comparison is case-sensitive, as in IAM.

        Example:
            >>> from sm_prefix_ext import JobPrefix
            >>> JobPrefix("team-a").covers("team-ab-train")
            False
        """
        prefix, name = exact_str(self), exact_str(name)
        return name == prefix or name.startswith(f"{prefix}-")


class ComposedName(str):
    """A job name that a drop-in class composed; keeps the declared name as an attribute.

    The SDK treats it as any other ``str``. A pipeline composes the name again from the declared
    name, so the pipeline's own policy applies and the prefix occurs once.

    Args:
        value: the composed name, with its prefix.
        declared: the declared name; ``None`` if the user declared none.
        argument: the argument that carries it, such as ``Estimator(base_job_name=)``.
        replaced: the value that the SDK's own class would have in this attribute, if that isn't
            the declared name.

    Example:
        >>> from sm_prefix_ext.core.job_names import ComposedName
        >>> name = ComposedName("team-a-train", "train", "Estimator(base_job_name=)")
        >>> name, name.declared
        ('team-a-train', 'train')
    """

    __slots__ = ("argument", "declared", "replaced")

    declared: str | None
    argument: str
    replaced: Any

    def __new__(
        cls, value: str, declared: str | None, argument: str, replaced: Any = None
    ) -> ComposedName:
        """Create the name."""
        name = super().__new__(cls, exact_str(value))
        name.declared = exact_str(declared) if isinstance(declared, str) else declared
        name.argument = argument
        name.replaced = name.declared if replaced is None else replaced
        return name

    # A copy takes these, and those of str.__getnewargs__ only without them: the characters alone.
    def __getnewargs_ex__(self) -> tuple[tuple[str, str | None, str, Any], dict[str, Any]]:
        return (exact_str(self), self.declared, self.argument, self.replaced), {}


def invalid_characters(value: object) -> str | None:
    """Return why a value can't be a job's name or its beginning; ``None`` if it can."""
    if not isinstance(value, str):
        return f"it is a {type(value).__name__}, not a str"
    value = exact_str(value)
    if not value:
        return "it is empty"
    outside = sorted(set(re.sub(r"[A-Za-z0-9-]", "", value)))
    if outside:
        return f"it has {', '.join(map(repr, outside))} in it"
    if value.startswith("-") or value.endswith("-"):
        return "it has a hyphen at its " + ("beginning" if value.startswith("-") else "end")
    return None


def hyphenated(name: str) -> str:
    """Replace the characters of a step's name that a job's name can't have, as the service does.

    Example:
        >>> from sm_prefix_ext.core.job_names import hyphenated
        >>> hyphenated("Train_Model")
        'Train-Model'
    """
    return re.sub(r"[^A-Za-z0-9]", "-", exact_str(name))


def step_part(step_name: str, room: int) -> str:
    """Return a step's name for the job name of a step without a declared name.

    Args:
        step_name: the step's name.
        room: the maximum length.

    Returns:
        The step's name with hyphens for other characters, if that fits. Otherwise its beginning and
        a hash of the whole name, which distinguishes steps with the same beginning.

    Example:
        >>> from sm_prefix_ext.core.job_names import step_part
        >>> step_part("Train_Model", 31)
        'Train-Model'
        >>> step_part("ResolvePathsOfTheModel", 20), step_part("ResolvePathsOfTheModels", 20)
        ('ResolvePathsOf-95db2', 'ResolvePathsOf-33dc0')
    """
    whole = hyphenated(step_name).strip("-")
    if len(whole) <= room:
        return whole
    data = exact_str(step_name).encode(errors="surrogatepass")
    import hashlib  # here, since few names need it and a check of a file starts faster without

    digits = hashlib.sha256(data).hexdigest()[: min(STEP_HASH_LENGTH, max(room, 0))]
    beginning = whole[: max(room - len(digits) - 1, 0)].strip("-")
    return f"{beginning}-{digits}" if beginning else digits


def reserved(value: str) -> bool:
    """Test whether the service reserves a prefix."""
    value = exact_str(value)
    return value == RESERVED or value.startswith(f"{RESERVED}-")


Mode = Literal["default", "default-short", "custom-prefix"]

_TAIL = (
    rf"(?P<entity_token>[A-Za-z0-9]{{{ENTITY_TOKEN_LENGTH}}})"
    r"{count}(?:-config)?"  # the SDK names an endpoint config after its model
)
_ID = rf"(?P<execution_id>[a-z0-9]{{{EXECUTION_ID_LENGTH}}})"
_FORMS: tuple[tuple[Mode, str], ...] = (
    (
        "default",
        rf"(?P<prefix>{RESERVED})-{_ID}-(?P<step_part>[A-Za-z0-9_-]{{1,{STEP_NAME_IN_JOB_NAME}}})-",
    ),
    ("default-short", rf"{_ID}-(?P<step_part>[A-Za-z0-9_-]{{1,{SHORT_STEP_NAME_IN_JOB_NAME}}})-"),
    ("custom-prefix", rf"(?P<prefix>(?!{RESERVED}-)[A-Za-z0-9](?:-*[A-Za-z0-9])*)-{_ID}-"),
)
# No observed name has a failure count, so a form without one takes precedence.
# Patterns as text, which re compiles when the first name is parsed.
_GRAMMAR = tuple(
    (mode, form + _TAIL.replace("{count}", count))
    for count in ("", r"-(?P<failure_count>[0-9]+)")
    for mode, form in _FORMS
)


@dataclass(frozen=True)
class JobName:
    """The parts of a job name that SageMaker Pipelines generated.

    Args:
        mode: ``"default"`` (``pipelines-<id>-<step>-<token>``), ``"default-short"`` (tuning jobs
            with prefixing off: ``<id>-<step>-<token>``) or ``"custom-prefix"``
            (``<prefix>-<id>-<token>``).
        prefix: ``"pipelines"``, the custom prefix, or ``None`` for ``"default-short"``.
        execution_id: the 12 characters that end the ARN of the execution that started the job.
        step_part: the beginning of the step's name; ``None`` with a custom prefix.
        entity_token: 10 characters that distinguish the jobs of one execution.
        failure_count: the documented count of retries; no observed name has one.

    Example:
        >>> from sm_prefix_ext import JobName
        >>> name = JobName.parse("team-a-train-ic9xq2n1qepa-186chOsHIN")
        >>> name.mode, name.prefix, name.execution_id
        ('custom-prefix', 'team-a-train', 'ic9xq2n1qepa')
    """

    mode: Mode
    prefix: str | None
    execution_id: str
    step_part: str | None
    entity_token: str
    failure_count: int | None

    @classmethod
    def parse(cls, name: str) -> JobName:
        """Parse a job's name.

        Args:
            name: the name, not the ARN.

        Raises:
            ValueError: if the name doesn't have a form that SageMaker Pipelines generates.

        Example:
            >>> from sm_prefix_ext import JobName
            >>> JobName.parse("pipelines-4z1p0ma9xq2c-Train-0gVx5T2Yk9").step_part
            'Train'
        """
        name = exact_str(name)
        for mode, form in _GRAMMAR:
            match = re.fullmatch(form, name)
            if match:
                part = match.groupdict()
                count = part.get("failure_count")
                return cls(
                    mode=mode,
                    prefix=part.get("prefix"),
                    execution_id=part["execution_id"],
                    step_part=part.get("step_part"),
                    entity_token=part["entity_token"],
                    failure_count=None if count is None else int(count),
                )
        raise ValueError(
            f"{name!r} is not a name that SageMaker Pipelines generates; wanted "
            "'pipelines-<execution id>-<step>-<token>' or '<prefix>-<execution id>-<token>', with "
            f"{EXECUTION_ID_LENGTH} characters of execution id and {ENTITY_TOKEN_LENGTH} of token."
        )
