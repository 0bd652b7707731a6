"""Set the composed name and the policy's role in a job object or in a call.

Outside a pipeline, the SDK sends the name of the job object, so the object must have the composed
name. In a pipeline, the object keeps the declared name, and enforcement sets the composed name in
the definition only: the SDK derives S3 paths, tags and more from the object's name, and these
must be the same as without this package.

Both are stored as a :class:`~sm_prefix_ext.core.job_names.ComposedName`, since the SDK's own
classes write generated names into the same attribute. A plain ``str`` there may be either; a
``ComposedName`` has the declared name, or ``None`` for a generated one.
"""

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
from ..core.job_names import ComposedName
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import KINDS, Kind
from ..enforcement.name_rules import Declared, Location, check_full_name, compose_name
from .call_binding import Call
from .callers import stack_level

_TYPES_BY_ARGUMENT = {
    "endpoint_name": "Endpoint",
    "endpoint_config_name": "EndpointConfig",
    "inference_component_name": "InferenceComponent",
    "model_package_group_name": "ModelPackageGroup",
}
FULL_NAMES = tuple(_TYPES_BY_ARGUMENT)
"""The arguments with full names, to which no prefix is added."""

OF_THE_OBJECT = object()
"""In place of a declared name: the name that the object has."""


def in_pipeline(job: Any, row: JobClass) -> bool:
    """Test whether an object is for a pipeline, so that it keeps the declared name."""
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
    """Compose a name, or check it for a pipeline to compose.

    Args:
        value: the declared name. Pipeline variables are returned unchanged, since enforcement
            reports them.
        kind: the row of the job's step type.
        argument: the argument that carries it, such as ``Estimator(base_job_name=)``.
        policy: the policy, or ``None``.
        limit: the maximum length; by default the service's limit for a prefix.
        keeps: whether the result keeps the characters of the declared name.

    Raises:
        PrefixViolation: if such a job can't have the name.
    """
    prefix = None if keeps or policy is None else policy.prefix_for(kind)
    if isinstance(value, ComposedName):
        if prefix is None and not keeps:
            return value
        value, argument = value.declared, value.argument
    if value is None or value == "":
        return value if prefix is None else ComposedName(prefix, None, argument)
    if not isinstance(value, str):
        return value
    location = Location(argument.partition("(")[0], kind.step_type)
    name, findings = compose_name(
        location, kind, Declared(value, argument), policy or PrefixPolicy(), limit=limit
    )
    report(findings, argument, policy)
    # A ComposedName even without a prefix: it shows that the user declared `img`, and the SDK did
    # not generate it from an image.
    return value if name is None else ComposedName(value if keeps else name, value, argument)


def base_name(
    value: Any,
    row: JobClass,
    argument: str,
    policy: PrefixPolicy | None,
    limit: int | None = None,
    *,
    keeps: bool = False,
) -> Any:
    """Compose the name for a constructor, as :func:`composed` does for its step type.

    Args:
        value: the declared name.
        row: the row of the class.
        argument: the argument that carries it.
        policy: the policy, or ``None``.
        limit: the maximum length; by default the service's limit for a prefix.
        keeps: whether the result keeps the characters of the declared name.

    Raises:
        PrefixViolation: if its jobs can't have the name.
    """
    kind = KINDS[row.step_type]
    name = composed(value, kind, argument, policy, limit, keeps=keeps)
    if kind.step_type == "Model" and isinstance(name, ComposedName) and name.declared is None:
        # The service appends nothing to a model's name, so a generated name must be unique itself.
        return ComposedName(adapter().name_from_base(name), None, name.argument)
    return name


def label(owner: str, argument: str) -> str:
    """Return an argument of a method, as the user writes it."""
    return f"{owner}({argument}=)"


def apply_composed_name(
    job: Any,
    row: JobClass,
    policy: PrefixPolicy | None,
    name: Any = OF_THE_OBJECT,
    *,
    starts: bool = False,
) -> None:
    """Set the composed name of an object.

    Args:
        job: the object; for a pipeline, it keeps the declared name.
        row: the row of its class.
        policy: the policy, or ``None``.
        name: the declared name, or ``None`` if there is none; by default, that of the object.
        starts: whether a job is about to start outside a pipeline, so that the policy needs a
            prefix for its type.

    Raises:
        PrefixViolation: if its jobs can't have the name.
    """
    kind, owner = KINDS[row.step_type], type(job).__name__
    argument = row.label(owner)
    if name is OF_THE_OBJECT:
        name = _declared_name(job, row)
    if starts and not name and policy and policy.prefix and policy.prefix_for(kind) is None:
        location = Location(owner, kind.step_type)
        findings = compose_name(location, kind, Declared(None, argument), policy)[1]
        report(findings, argument, policy)
    keeps = in_pipeline(job, row)
    is_whole_name = starts and kind.step_type == "Model"  # the SDK appends nothing to it
    limit = kind.name_limit if is_whole_name else None
    composed_name = base_name(name, row, argument, policy, limit, keeps=keeps)
    if composed_name is None and keeps:
        _mark_as_generated(job, row)
    elif composed_name is not None:
        _set_name(job, row, composed_name)


def name_sdk_created_object(job: Any, row: JobClass, policy: PrefixPolicy | None) -> None:
    """Name an object that the SDK created, if the policy doesn't cover its generated name.

    Args:
        job: the object. It keeps a declared name; in a pipeline it keeps a generated name too,
            marked as such.
        row: the row of its class.
        policy: the policy, or ``None``.
    """
    prefix = policy.prefix_for(KINDS[row.step_type]) if policy else None
    name = vars(job).get(row.argument)
    declared = isinstance(name, ComposedName) or not isinstance(name, str | None)
    if prefix is None or declared:
        return
    if in_pipeline(job, row):
        _mark_as_generated(job, row)
    elif not (name and prefix.covers(name)):
        _set_name(job, row, base_name(None, row, row.label(type(job).__name__), policy))


def _set_name(job: Any, row: JobClass, name: Any) -> None:
    """Set the attribute with an object's name.

    It writes to ``vars()``, since pydantic's validation would convert the ``ComposedName`` to a
    ``str``.
    """
    attributes = vars(job)
    if row.argument not in attributes:
        return
    if isinstance(name, ComposedName):
        # A rendering needs the value of the SDK's own class.
        replaced = attributes[row.argument]
        if isinstance(replaced, ComposedName):
            replaced = replaced.replaced
        name = ComposedName(name, name.declared, name.argument, replaced)
    attributes[row.argument] = name


def _mark_as_generated(job: Any, row: JobClass) -> None:
    """Mark an object's name as generated: a ``ComposedName`` without a declared name."""
    name = vars(job).get(row.argument)
    if isinstance(name, str) and not isinstance(name, ComposedName):
        _set_name(job, row, ComposedName(name, None, row.label(type(job).__name__)))


def _declared_name(job: Any, row: JobClass) -> Any:
    """Return an object's name; ``None`` if it is a generated name."""
    name = vars(job).get(row.argument)
    if not isinstance(name, str) or isinstance(name, ComposedName):
        return name
    if row.argument == "notebook_job_name":
        return read_notebook(job, adapter()).name
    if row.step_type == "Model":
        return None if adapter().is_generated_model_name(name, job, {}) else name
    generated = {*GENERATED_NAMES.get(row.step_type, ()), *adapter().generated_names(job)}
    return None if name in generated else name


def role_of(row: JobClass, policy: PrefixPolicy | None) -> str | None:
    """Return the policy's role for an object; ``None`` if the roles of its step types differ."""
    if policy is None or not row.role:
        return None
    roles = {policy.role_for("", step_type) for step_type in row.step_types}
    return roles.pop() if len(roles) == 1 else None


def fill_role(call: Call, row: JobClass, policy: PrefixPolicy | None) -> None:
    """Set the policy's role in a call that accepts a role and has none."""
    role = role_of(row, policy)
    excluded = row.role_unless and call.get(row.role_unless) is not None
    if role is not None and not excluded and call.takes(row.role) and call.get(row.role) is None:
        call.put(row.role, role)


def report(findings: Iterable[Finding], subject: str, policy: PrefixPolicy | None) -> None:
    """Raise errors, and warn of findings that a policy file lowers to warnings.

    Args:
        findings: the findings with their default severities.
        subject: the judged argument, for the error's text.
        policy: the policy, or ``None``.

    Raises:
        PrefixViolation: if one of the findings is an error under the policy's levels.
    """
    levels = NO_LEVELS if policy is None else policy.levels
    for finding in raise_for_errors(findings, levels, subject):
        warnings.warn(PrefixWarning(finding), stacklevel=stack_level())


def warn_outside(code: str, value: Any, argument: str, policy: PrefixPolicy | None) -> None:
    """Warn of a full name that the policy doesn't cover.

    Raises:
        PrefixViolation: if a policy file raises this finding to an error.
    """
    policy = policy or PrefixPolicy()
    owner, _, rest = argument.partition("(")
    location = Location(owner, _TYPES_BY_ARGUMENT[rest.rstrip("=)")])
    findings = check_full_name(location, argument, value, policy, code)
    counted, _ = apply_levels(findings, policy.levels)
    # What the service itself refuses stays a warning here: the service reports it.
    if any(finding.code == code and finding.severity == ERROR for finding in counted):
        raise PrefixViolation(counted, argument)
    for finding in counted:
        warnings.warn(PrefixWarning(finding), stacklevel=stack_level())
