"""Job prefixes and job names: values, nothing else."""

from __future__ import annotations

import hashlib
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
"""What the service puts in front of a job's name when prefixing is off."""


def plain(text: str) -> str:
    """The characters of a ``str``, whatever a subclass says of itself.

    ``class Team(str, Enum)`` formats as ``Team.A`` and hashes as ``A``; what counts for a name is
    the characters, which are also what JSON carries.

    Example:
        >>> from enum import Enum
        >>> from sm_prefix_ext.core.job_names import plain
        >>> Team = Enum("Team", {"A": "team-a"}, type=str)
        >>> f"{plain(Team.A)}-train"
        'team-a-train'
    """
    return str.__str__(text)


STEP_HASH_LENGTH = 5
"""How many hexadecimal digits keep two step names apart of which only the beginning fits."""

_ALLOWED = "wanted are letters, digits and hyphens (A-Z a-z 0-9 -), with no hyphen at either end"


class JobPrefix(str):
    """A prefix that the service accepts in front of a job's name: an immutable ``str``.

    Args:
        value: letters, digits and hyphens, no hyphen at either end, not ``pipelines`` and nothing
            that begins with ``pipelines-``. How long it may be depends on the step type
            (:data:`sm_prefix_ext.core.step_types.KINDS`), so length is checked where that is known.

    Raises:
        InvalidPrefix: for any other value, with what was got, why not, and what is allowed.

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
        """Check the value and make a prefix of it."""
        if type(value) is cls:
            return value
        if isinstance(value, str):
            value = plain(value)
        why = invalid_characters(value)
        if why is None and reserved(value):
            why = f"{RESERVED!r} is what the service itself uses with prefixing off"
        if why is not None:
            raise InvalidPrefix(value, why, _ALLOWED)
        return super().__new__(cls, value)

    def join(self, name: str | None) -> JobPrefix:  # type: ignore[override]  # a prefix joins one name
        """Put this prefix in front of a name, unless the name carries it already.

        Args:
            name: a job's base name. ``None`` and ``""`` give the prefix itself.

        Returns:
            ``<prefix>-<name>``; never shortened, never rewritten.

        Raises:
            InvalidPrefix: for a name that no job could carry (``a/b``, ``x_y``, ``end-``).

        Example:
            >>> from sm_prefix_ext import JobPrefix
            >>> JobPrefix("team-a").join("train")
            'team-a-train'
        """
        if isinstance(name, str):
            name = plain(name)
        if name is None or name == "":
            return self
        why = invalid_characters(name)
        if why is not None:
            raise InvalidPrefix(name, why, _ALLOWED)
        return type(self)(name if self.covers(name) else f"{plain(self)}-{name}")

    def covers(self, name: str) -> bool:
        """Whether a job of this name is inside the pattern ``<prefix>-*``, or is the prefix itself.

        Upper and lower case differ, as they do in IAM.

        Example:
            >>> from sm_prefix_ext import JobPrefix
            >>> JobPrefix("team-a").covers("team-ab-train")
            False
        """
        prefix, name = plain(self), plain(name)
        return name == prefix or name.startswith(f"{prefix}-")


class GivenName(str):
    """A name that a drop-in class gave to a job; it knows what the user declared.

    A ``str`` like any other to the SDK. A pipeline composes anew from what was declared, so its
    own policy holds, and no prefix is put in front twice.

    Args:
        value: the name, prefix and all.
        declared: what the user wrote; ``None`` where nothing was declared.
        argument: where the user wrote it, such as ``Estimator(base_job_name=)``.
        replaced: what an object of the SDK's own class has in the name's place, where that isn't
            what was declared.

    Example:
        >>> from sm_prefix_ext.core.job_names import GivenName
        >>> name = GivenName("team-a-train", "train", "Estimator(base_job_name=)")
        >>> name, name.declared
        ('team-a-train', 'train')
    """

    __slots__ = ("argument", "declared", "replaced")

    declared: str | None
    argument: str
    replaced: Any

    def __new__(
        cls, value: str, declared: str | None, argument: str, replaced: Any = None
    ) -> GivenName:
        """Make the name."""
        name = super().__new__(cls, plain(value))
        name.declared = plain(declared) if isinstance(declared, str) else declared
        name.argument = argument
        name.replaced = name.declared if replaced is None else replaced
        return name

    # A str's own gives the characters alone, and a copy would forget the rest.
    def __getnewargs__(self) -> tuple[str, str | None, str, Any]:  # type: ignore[override]
        return plain(self), self.declared, self.argument, self.replaced


def invalid_characters(value: object) -> str | None:
    """What keeps a value from being (the beginning of) a job's name, or ``None``."""
    if not isinstance(value, str):
        return f"it is a {type(value).__name__}, not a str"
    value = plain(value)
    if not value:
        return "it is empty"
    outside = sorted(set(re.sub(r"[A-Za-z0-9-]", "", value)))
    if outside:
        return f"it has {', '.join(map(repr, outside))} in it"
    if value.startswith("-") or value.endswith("-"):
        return "it has a hyphen at its " + ("beginning" if value.startswith("-") else "end")
    return None


def hyphenated(name: str) -> str:
    """A step's name as the service puts it into a job's name.

    Example:
        >>> from sm_prefix_ext.core.job_names import hyphenated
        >>> hyphenated("Train_Model")
        'Train-Model'
    """
    return re.sub(r"[^A-Za-z0-9]", "-", plain(name))


def step_part(step_name: str, room: int) -> str:
    """What a step gives to the name of its job that nobody named.

    Args:
        step_name: the step's name.
        room: how many characters there are.

    Returns:
        The whole step name with hyphens for what a job's name can't have, where that fits. Else
        its beginning, and a hash of the whole name, which keeps two steps apart.

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
    data = plain(step_name).encode(errors="surrogatepass")
    mark = hashlib.sha256(data).hexdigest()[: min(STEP_HASH_LENGTH, max(room, 0))]
    beginning = whole[: max(room - len(mark) - 1, 0)].strip("-")
    return f"{beginning}-{mark}" if beginning else mark


def reserved(value: str) -> bool:
    """Whether the service keeps this prefix for itself."""
    value = plain(value)
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
# A failure count was never observed, so a name is read without one wherever it can be.
_GRAMMAR = tuple(
    (mode, re.compile(form + _TAIL.replace("{count}", count)))
    for count in ("", r"-(?P<failure_count>[0-9]+)")
    for mode, form in _FORMS
)


@dataclass(frozen=True)
class JobName:
    """The parts of a name that SageMaker Pipelines gave to a job.

    Args:
        mode: ``"default"`` (``pipelines-<id>-<step>-<token>``), ``"default-short"`` (tuning jobs
            with prefixing off: ``<id>-<step>-<token>``) or ``"custom-prefix"``
            (``<prefix>-<id>-<token>``).
        prefix: ``"pipelines"``, the custom prefix, or ``None`` for ``"default-short"``.
        execution_id: the 12 characters that end the ARN of the execution which made the job.
        step_part: the beginning of the step's name; ``None`` with a custom prefix.
        entity_token: 10 characters that tell the jobs of one execution apart.
        failure_count: the documented count of retries, which no observed name carries.

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
        """Read a job's name.

        Args:
            name: the name alone, without the ARN around it.

        Raises:
            ValueError: for a name that SageMaker Pipelines did not make.

        Example:
            >>> from sm_prefix_ext import JobName
            >>> JobName.parse("pipelines-4z1p0ma9xq2c-Train-0gVx5T2Yk9").step_part
            'Train'
        """
        name = plain(name)
        for mode, form in _GRAMMAR:
            match = form.fullmatch(name)
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
            f"{name!r} is not a name that SageMaker Pipelines makes: wanted "
            "'pipelines-<execution id>-<step>-<token>' or '<prefix>-<execution id>-<token>', with "
            f"{EXECUTION_ID_LENGTH} characters of execution id and {ENTITY_TOKEN_LENGTH} of token."
        )
