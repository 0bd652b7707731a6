"""Put the composed name and the policy's role into a job object or into a call."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from .._sdk import adapter
from .._sdk.catalogue import JobClass
from .._sdk.readers import read_notebook
from ..core.definition import GENERATED_NAMES
from ..core.errors import PrefixViolation, PrefixWarning
from ..core.finding_levels import NO_LEVELS, apply_levels, raise_for_errors
from ..core.findings import ERROR, Finding
from ..core.job_names import GivenName
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import KINDS, Kind
from ..enforcement.name_rules import Declared, Location, check_full_name, compose_name
from .call_binding import Call
from .callers import stack_level

_WHAT = {
    "endpoint_name": "Endpoint",
    "endpoint_config_name": "EndpointConfig",
    "inference_component_name": "InferenceComponent",
    "model_package_group_name": "ModelPackageGroup",
}
FULL_NAMES = tuple(_WHAT)


def in_pipeline(job: Any, row: JobClass) -> bool:
    """Whether an object is made for a pipeline, where it keeps what the user declared.

    The SDK derives S3 places, tags and more from an object's name, and the prefix would move them;
    the pipeline puts it into the definition alone.
    """
    if row.only:
        return row.only == "pipeline"
    return isinstance(getattr(job, "sagemaker_session", None), adapter().pipeline_session)


def composed(
    value: Any,
    kind: Kind,
    argument: str,
    policy: PrefixPolicy | None,
    limit: int | None = None,
    *,
    keeps: bool = False,
) -> Any:
    """A name as its job will carry it.

    Args:
        value: what was declared. A pipeline variable comes back as it is; it is found to be one
            where the definition is made.
        kind: the row of the job's step type.
        argument: where it was declared, such as ``Estimator(base_job_name=)``.
        policy: what holds, if anything.
        limit: the most characters; by default what the service takes as a prefix.
        keeps: whether the name stays what was declared, for a pipeline to compose.

    Raises:
        PrefixViolation: for a name that such a job can't carry.
    """
    prefix = None if keeps or policy is None else policy.prefix_for(kind)
    if isinstance(value, GivenName):
        if prefix is None and not keeps:
            return value
        value, argument = value.declared, value.argument
    if value is None or value == "":
        return value if prefix is None else GivenName(prefix, None, argument)
    if not isinstance(value, str):
        return value
    place = Location(argument.partition("(")[0], kind.step_type)
    name, findings = compose_name(
        place, kind, Declared(value, argument), policy or PrefixPolicy(), limit=limit
    )
    report(findings, argument, policy)
    # Without a prefix too: the user's own `img` is a name, the SDK's `img` for an image is none.
    return value if name is None else GivenName(value if keeps else name, value, argument)


def base_name(
    value: Any,
    row: JobClass,
    argument: str,
    policy: PrefixPolicy | None,
    limit: int | None = None,
    *,
    keeps: bool = False,
) -> Any:
    """The name that an object is made with.

    Args:
        value: what was declared.
        row: of the object's class.
        argument: where it was declared.
        policy: what holds, if anything.
        limit: the most characters; by default what the service takes as a prefix.
        keeps: whether the name stays what was declared, for a pipeline to compose.

    Raises:
        PrefixViolation: for a name that its jobs can't carry.
    """
    kind = KINDS[row.step_type]
    name = composed(value, kind, argument, policy, limit, keeps=keeps)
    if kind.step_type == "Model" and isinstance(name, GivenName) and name.declared is None:
        # A model's name is its whole name, so the SDK makes up one after the other.
        return GivenName(adapter().name_from_base(name), None, name.argument)
    return name


def label(owner: str, argument: str) -> str:
    """An argument of a method, as the user wrote it."""
    return f"{owner}({argument}=)"


def apply_composed_name(
    job: Any, row: JobClass, policy: PrefixPolicy | None, name: Any = ..., *, starts: bool = False
) -> None:
    """Give an object its composed name, whatever put the present one there.

    Args:
        job: the object; one that is made for a pipeline keeps what was declared.
        row: of its class.
        policy: what holds, if anything.
        name: what the user declared, where that is known; ``None`` for nothing.
        starts: whether a job is about to start outside a pipeline, for which the policy must have a
            prefix.

    Raises:
        PrefixViolation: for a name that its jobs can't carry.
    """
    kind, owner = KINDS[row.step_type], type(job).__name__
    argument = row.label(owner)
    if name is ...:
        name = _declared(job, row)
    if starts and not name and policy is not None and policy.prefix_for(kind) is None:
        findings = compose_name(
            Location(owner, kind.step_type), kind, Declared(None, argument), policy
        )[1]
        if policy.prefix is not None:
            report(findings, argument, policy)
    keeps = in_pipeline(job, row)
    whole = starts and kind.step_type == "Model"  # outside a pipeline nothing is put behind it
    limit = kind.name_limit if whole else None
    given = base_name(name, row, argument, policy, limit, keeps=keeps)
    if given is None and keeps:
        _mark(job, row)
    elif given is not None:
        _put(job, row, given)


def name_sdk_created_object(job: Any, row: JobClass, policy: PrefixPolicy | None) -> None:
    """Name an object that the SDK created, if the policy doesn't cover the name that it chose.

    Args:
        job: the object; a name that the user declared stays. In a pipeline the SDK's choice stays
            too, but says nothing.
        row: of its class.
        policy: what holds, if anything.
    """
    prefix = policy.prefix_for(KINDS[row.step_type]) if policy else None
    name = vars(job).get(row.argument)
    declared = isinstance(name, GivenName) or not isinstance(name, str | None)
    if prefix is None or declared:
        return
    if in_pipeline(job, row):
        _mark(job, row)
    elif not (name and prefix.covers(name)):
        _put(job, row, base_name(None, row, row.label(type(job).__name__), policy))


def _put(job: Any, row: JobClass, name: Any) -> None:
    """Past pydantic's validation, which makes a plain ``str`` of every ``str``."""
    held = vars(job)
    if row.argument not in held:
        return
    if isinstance(name, GivenName):
        replaced = held[row.argument]
        if isinstance(replaced, GivenName):
            replaced = replaced.replaced
        name = GivenName(name, name.declared, name.argument, replaced)
    held[row.argument] = name


def _mark(job: Any, row: JobClass) -> None:
    """Have an object know that its name is the SDK's own word."""
    name = vars(job).get(row.argument)
    if isinstance(name, str) and not isinstance(name, GivenName):
        _put(job, row, GivenName(name, None, row.label(type(job).__name__)))


def _declared(job: Any, row: JobClass) -> Any:
    """The name that an object carries, unless the SDK made it up."""
    name = vars(job).get(row.argument)
    if not isinstance(name, str) or isinstance(name, GivenName):
        return name
    if row.argument == "notebook_job_name":
        return read_notebook(job, adapter()).name
    if row.step_type == "Model":
        return None if adapter().is_generated_model_name(name, job, {}) else name
    made_up = {*GENERATED_NAMES.get(row.step_type, ()), *adapter().generated_names(job)}
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


def report(findings: Iterable[Finding], subject: str, policy: PrefixPolicy | None) -> None:
    """Raise errors, and warn of what a policy file lowered to a warning.

    Args:
        findings: as they were made.
        subject: what was judged.
        policy: what holds, if anything.

    Raises:
        PrefixViolation: if one of the findings is an error under the policy's levels.
    """
    levels = NO_LEVELS if policy is None else policy.levels
    for finding in raise_for_errors(findings, levels, subject):
        warnings.warn(PrefixWarning(finding), stacklevel=stack_level())


def warn_outside(code: str, value: Any, argument: str, policy: PrefixPolicy | None) -> None:
    """Warn of a full name that the policy doesn't cover.

    Raises:
        PrefixViolation: where a policy file makes that an error.
    """
    policy = policy or PrefixPolicy()
    owner, _, rest = argument.partition("(")
    place = Location(owner, _WHAT[rest.rstrip("=)")])
    found = check_full_name(place, argument, value, policy, code)
    counted, _ = apply_levels(found, policy.levels)
    # What the service itself refuses is its own to refuse, and keeps being a warning here.
    if any(finding.code == code and finding.severity == ERROR for finding in counted):
        raise PrefixViolation(counted, argument)
    for finding in counted:
        warnings.warn(PrefixWarning(finding), stacklevel=4)
