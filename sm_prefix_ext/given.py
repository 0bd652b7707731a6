"""What a job is given where it is made or started: its name and its role."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from ._sdk import upstream
from ._sdk.catalogue import JobClass
from ._sdk.outline import is_made_up, notebook
from .definition import MADE_UP
from .errors import PrefixViolation, PrefixWarning
from .kinds import KINDS, Kind
from .names import GivenName
from .naming import Declared, Place, full_name_faults, judge
from .policy import PrefixPolicy

_WHAT = {
    "endpoint_name": "Endpoint",
    "endpoint_config_name": "EndpointConfig",
    "inference_component_name": "InferenceComponent",
    "model_package_group_name": "ModelPackageGroup",
}
FULL_NAMES = tuple(_WHAT)


class Call:
    """The arguments of a call by their names, whichever way they came.

    Args:
        signature: of what is called.
        args: positional arguments.
        kwargs: keyword arguments.

    Raises:
        TypeError: for arguments that it doesn't take.
    """

    def __init__(
        self, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self._bound = signature.bind_partial(*args, **kwargs)
        extra = [p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD]
        self._extra = extra[0] if extra else None
        self._explicit = signature.parameters

    @classmethod
    def of(
        cls, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Call | None:
        """The call; ``None`` for arguments that it doesn't take, which the SDK says better."""
        try:
            return cls(signature, args, kwargs)
        except TypeError:
            return None

    def names(self, name: str) -> bool:
        """Whether the call has an argument under its own name."""
        return name in self._explicit

    def takes(self, name: str) -> bool:
        """Whether the call has a place for an argument."""
        return name in self._explicit or self._extra is not None

    def get(self, name: str) -> Any:
        """An argument, ``None`` where it was left out."""
        if name in self._explicit:
            return self._bound.arguments.get(name)
        return self._bound.arguments.get(self._extra or "", {}).get(name)

    def put(self, name: str, value: Any) -> None:
        """Give an argument another value."""
        if name in self._explicit:
            self._bound.arguments[name] = value
        elif self._extra is not None:
            given = self._bound.arguments.get(self._extra, {})
            self._bound.arguments[self._extra] = {**given, name: value}

    @property
    def args(self) -> tuple[Any, ...]:
        """The positional arguments."""
        return self._bound.args

    @property
    def kwargs(self) -> dict[str, Any]:
        """The keyword arguments."""
        return self._bound.kwargs


def composed(
    value: Any, kind: Kind, argument: str, policy: PrefixPolicy | None, limit: int | None = None
) -> Any:
    """A name as its job will carry it.

    Args:
        value: what was declared. A pipeline variable comes back as it is; it is found to be one
            where the definition is made.
        kind: the row of the job's step type.
        argument: where it was declared, such as ``Estimator(base_job_name=)``.
        policy: what holds, if anything.
        limit: the most characters; by default what the service takes as a prefix.

    Raises:
        PrefixViolation: for a name that such a job can't carry.
    """
    prefix = policy.prefix_for(kind) if policy else None
    if isinstance(value, GivenName):
        if prefix is None:
            return value
        value, argument = value.declared, value.argument
    if value is None or value == "":
        return value if prefix is None else GivenName(prefix, None, argument)
    if not isinstance(value, str):
        return value
    place = Place(argument.partition("(")[0], kind.step_type)
    name, findings = judge(
        place, kind, Declared(value, argument), policy or PrefixPolicy(), limit=limit
    )
    if findings:
        raise PrefixViolation(findings, argument)
    # Without a prefix too: the user's own `img` is a name, the SDK's `img` for an image is none.
    return value if name is None else GivenName(name, value, argument)


def base_name(
    value: Any,
    row: JobClass,
    argument: str,
    policy: PrefixPolicy | None,
    limit: int | None = None,
) -> Any:
    """The name that an object is made with.

    Args:
        value: what was declared.
        row: of the object's class.
        argument: where it was declared.
        policy: what holds, if anything.
        limit: the most characters; by default what the service takes as a prefix.

    Raises:
        PrefixViolation: for a name that its jobs can't carry.
    """
    kind = KINDS[row.step_type]
    name = composed(value, kind, argument, policy, limit)
    if kind.step_type == "Model" and isinstance(name, GivenName) and name.declared is None:
        # A model's name is its whole name, so the SDK makes up one after the other.
        return GivenName(upstream().name_from_base(name), None, name.argument)
    return name


def label(owner: str, argument: str) -> str:
    """An argument of a method, as the user wrote it."""
    return f"{owner}({argument}=)"


def settle(job: Any, row: JobClass, policy: PrefixPolicy | None, *, starts: bool = False) -> None:
    """See to it that an object's name is the composed one, however it came there.

    Args:
        job: the object.
        row: of its class.
        policy: what holds, if anything.
        starts: whether a job is about to start outside a pipeline, for which the policy must have a
            prefix.

    Raises:
        PrefixViolation: for a name that its jobs can't carry.
    """
    kind, owner = KINDS[row.step_type], type(job).__name__
    name, argument = _declared(job, row), row.label(owner)
    if starts and not name and policy is not None and policy.prefix_for(kind) is None:
        findings = judge(Place(owner, kind.step_type), kind, Declared(None, argument), policy)[1]
        if policy.prefix is not None:
            raise PrefixViolation(findings, argument)
    whole = starts and kind.step_type == "Model"  # outside a pipeline nothing is put behind it
    given = base_name(name, row, argument, policy, kind.name_limit if whole else None)
    if given is not None:
        _put(job, row, given)


def name_made(job: Any, row: JobClass, policy: PrefixPolicy | None, in_pipeline: bool) -> None:
    """Name what the SDK made on its own account, where the policy doesn't cover what it chose.

    Args:
        job: the object; a name that the user declared stays.
        row: of its class.
        policy: what holds, if anything.
        in_pipeline: whether it is made for a pipeline, where the SDK's choice says nothing.
    """
    prefix = policy.prefix_for(KINDS[row.step_type]) if policy else None
    name = vars(job).get(row.argument)
    declared = isinstance(name, GivenName) or not isinstance(name, str | None)
    if prefix is None or declared or (name and prefix.covers(name) and not in_pipeline):
        return
    _put(job, row, base_name(None, row, row.label(type(job).__name__), policy))


def _put(job: Any, row: JobClass, name: Any) -> None:
    """Past pydantic's validation, which makes a plain ``str`` of every ``str``."""
    if row.argument in vars(job):
        vars(job)[row.argument] = name


def _declared(job: Any, row: JobClass) -> Any:
    """The name that an object carries, unless the SDK made it up."""
    name = vars(job).get(row.argument)
    if not isinstance(name, str) or isinstance(name, GivenName):
        return name
    if row.argument == "notebook_job_name":
        return notebook(job, upstream()).name
    if row.step_type == "Model":
        return None if is_made_up(name, job, {}, upstream()) else name
    made_up = {*MADE_UP.get(row.step_type, ()), *upstream().stand_ins(job)}
    return None if name in made_up else name


def role_of(row: JobClass, policy: PrefixPolicy | None) -> str | None:
    """The role for an object for which none was given; ``None`` where its types' roles differ."""
    if policy is None or not row.role:
        return None
    roles = {policy.role_for("", step_type) for step_type in row.step_types}
    return roles.pop() if len(roles) == 1 else None


def fill_role(call: Call, row: JobClass, policy: PrefixPolicy | None) -> None:
    """Give a call the policy's role where it has none and takes one."""
    role = role_of(row, policy)
    beside = row.role_unless and call.get(row.role_unless) is not None
    if role is not None and not beside and call.takes(row.role) and call.get(row.role) is None:
        call.put(row.role, role)


def warn_outside(code: str, value: Any, argument: str, policy: PrefixPolicy | None) -> None:
    """Warn of a full name that the policy doesn't cover."""
    owner, _, rest = argument.partition("(")
    place = Place(owner, _WHAT[rest.rstrip("=)")])
    for finding in full_name_faults(place, argument, value, policy or PrefixPolicy(), code):
        warnings.warn(PrefixWarning(finding), stacklevel=4)
