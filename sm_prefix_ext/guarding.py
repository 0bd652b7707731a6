"""A guard on boto3: a request that would make a job outside the policy is not sent."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from itertools import count
from types import TracebackType
from typing import Any

from ._sdk import upstream
from .errors import PrefixViolation, PrefixWarning
from .findings import GROUP_OUTSIDE_POLICY
from .kinds import KINDS_BY_OPERATION, Kind
from .naming import Declared, Place, full_name_faults, judge
from .policy import PrefixPolicy

_EVENT = "provide-client-params.sagemaker"
_CREATES_A_JOB = re.compile(r"Create(\w*Job|Model|ModelPackage)(V2)?")
_numbers = count()


def guard(session_or_client: Any, policy: PrefixPolicy | str | None = None) -> Guard:
    """Refuse, before anything is sent, what would make a job outside a policy.

    Looks at the requests ``Create…Job``, ``CreateModel`` and ``CreateModelPackage`` of SageMaker,
    and leaves all others alone. It never renames. A version of a model package goes by its group's
    name: outside the policy, that is a :class:`~sm_prefix_ext.errors.PrefixWarning`.

    Args:
        session_or_client: a SageMaker client of boto3; a ``boto3.Session``, for the clients made
            of it from now on; or a session of the SageMaker Python SDK, for its client and those
            made of it from now on.
        policy: a :class:`~sm_prefix_ext.PrefixPolicy`; a ``str`` stands for ``PrefixPolicy(str)``;
            ``None`` takes the one that :meth:`~sm_prefix_ext.PrefixPolicy.discover` finds now.

    Returns:
        The guard: ``remove()`` takes it off again, and so does leaving a ``with`` block.

    Raises:
        ValueError: where there is no policy to be found, or it has no prefix.
        TypeError: for anything that is no session and no client.

    Example:
        >>> import boto3
        >>> from sm_prefix_ext import PrefixViolation, guard
        >>> client = boto3.client("sagemaker", region_name="us-east-1")
        >>> with guard(client, "team-a"):
        ...     try:
        ...         client.create_model(ModelName="mine")
        ...     except PrefixViolation as violation:
        ...         print(violation.findings[0].message)
        CreateModel(ModelName=) got 'mine', which the policy's prefix 'team-a' does not cover.
    """
    if isinstance(policy, str):
        policy = PrefixPolicy(policy)
    policy = policy or PrefixPolicy.discover()
    if policy is None or policy.prefix is None:
        what = "no policy was found" if policy is None else "the policy has no prefix"
        raise ValueError(
            f"guard() got nothing to guard by: {what}; give it a prefix, as in guard(client, "
            "'team-a'), or an sm-prefix.toml with one."
        )
    return Guard(list(_emitters(session_or_client)), policy)


class Guard:
    """A guard that stands; made by :func:`guard`.

    Args:
        emitters: the event systems of boto3 that it listens to.
        policy: what it asks of every job's name.
    """

    def __init__(self, emitters: list[Any], policy: PrefixPolicy) -> None:
        self.policy = policy
        self._emitters = emitters
        self._id = f"sm-prefix-guard-{next(_numbers)}"
        for emitter in emitters:
            emitter.register(_EVENT, self._look, unique_id=self._id)

    def remove(self) -> None:
        """Take the guard off; once is enough, twice does no harm.

        A client made of a guarded ``boto3.Session`` while the guard stood is let go too.
        """
        for emitter in self._emitters:
            emitter.unregister(_EVENT, self._look, unique_id=self._id)
        self._emitters = []

    def __enter__(self) -> Guard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    def _look(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        found = _CREATES_A_JOB.fullmatch(model.name) if self._emitters else None
        if found is None:
            return
        kind = KINDS_BY_OPERATION.get(model.name.removesuffix("V2")) or _other(model)
        if kind is None:
            return
        name, place = params.get(kind.name_field), Place(model.name, kind.step_type)
        if model.name == "CreateModelPackage" and not name:
            self._look_at_group(params, place)
        elif name:  # without one botocore says what is missing
            argument = f"{model.name}({kind.name_field}=)"
            said = Declared(name, argument)
            limit = max(kind.name_limit, len(str(name)))  # the service's own to refuse
            faults = judge(place, kind, said, self.policy, composes=False, limit=limit)[1]
            if faults:
                raise PrefixViolation(faults, argument)

    def _look_at_group(self, params: Mapping[str, Any], place: Place) -> None:
        group = params.get("ModelPackageGroupName") or None
        subject = "CreateModelPackage(ModelPackageGroupName=)"
        for finding in full_name_faults(place, subject, group, self.policy, GROUP_OUTSIDE_POLICY):
            warnings.warn(PrefixWarning(finding), stacklevel=2)


def _other(model: Any) -> Kind | None:
    """A row for a job that no step makes, such as a labeling job, whose name is judged too."""
    noun = model.name.removeprefix("Create").removesuffix("V2")
    members = model.input_shape.members
    field = next((name for name in (f"{noun}Name", "JobName") if name in members), None)
    return None if field is None else Kind(noun, name_field=field)


def _emitters(value: Any) -> Iterator[Any]:
    """The event systems of a client or a session."""
    service = getattr(getattr(value, "meta", None), "service_model", None)
    if service is not None:
        if service.service_name != "sagemaker":
            raise TypeError(
                f"guard() got a client of {service.service_name}; wanted one of sagemaker, or a "
                "session."
            )
        yield value.meta.events
    elif hasattr(value, "boto_session"):
        yield value.boto_session.events
        for client in upstream().clients(value):
            if hasattr(client, "meta"):  # a local session's runs jobs here and sends nothing
                yield client.meta.events
    elif hasattr(value, "events") and hasattr(value, "client"):
        yield value.events
    else:
        raise TypeError(
            f"guard() got {type(value).__name__}; wanted a SageMaker client of boto3, a "
            "boto3.Session or a session of the SageMaker Python SDK."
        )
