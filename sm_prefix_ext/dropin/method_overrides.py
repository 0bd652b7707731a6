"""The overridden methods of drop-in job classes, as the rows of ``_sdk.methods`` describe them.

If such a method or class method returns an object of an SDK class, the object gets the drop-in
class, so that the policy applies to its later jobs too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from .._sdk.catalogue import JobClass
from .._sdk.methods import Method, Refusal, method_of
from ..core.definition import image_name
from ..core.findings import (
    FULL_NAME_OUTSIDE_POLICY,
    GROUP_OUTSIDE_POLICY,
    NOT_DECLARED,
    OUTSIDE_POLICY,
    Finding,
)
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import KINDS, Kind
from .call_binding import Call
from .callers import called_by_sdk
from .name_injection import (
    FULL_NAMES,
    apply_composed_name,
    base_name,
    composed,
    fill_role,
    in_pipeline,
    label,
    name_sdk_created_object,
    report,
    warn_outside,
)

Adopt = Callable[[Any], "JobClass | None"]
"""Changes the class of an object from the SDK's to the drop-in, and returns the row."""


def of_sdk(value: Any) -> bool:
    """Test whether a class or a function is defined in the SDK."""
    return str(value.__module__).partition(".")[0] == "sagemaker"


def methods(sdk_class: Any, row: JobClass, adopt: Adopt) -> dict[str, Any]:
    """Return the overrides of a class's public methods and class methods.

    Args:
        sdk_class: a class of the SDK.
        row: its row in the catalogue.
        adopt: changes the class of an object from the SDK's to the drop-in.
    """
    overrides: dict[str, Any] = {}
    for name in dir(sdk_class):
        attribute = inspect.getattr_static(sdk_class, name)
        is_factory = isinstance(attribute, classmethod)
        function = attribute.__func__ if is_factory else attribute
        if name.startswith("_") or not inspect.isfunction(function) or not of_sdk(function):
            continue
        method = method_of(sdk_class, name)
        if is_factory:
            keeps_name = method is not None and method.keeps_name
            overrides[name] = classmethod(
                _factory(sdk_class, name, function, row, adopt, keeps_name)
            )
        elif method is not None and method.refused is not None:
            overrides[name] = _refused(method.refused, name, function)
        elif method is not None:
            arguments = _name_arguments(method, inspect.signature(function))
            # DJLModel.compile() takes no name and always raises.
            if arguments or method.starts or method.returns_job_object:
                overrides[name] = _method(method, arguments, function, row, adopt)
    return overrides


def _name_arguments(method: Method, signature: inspect.Signature) -> dict[str, Kind]:
    """Return a method's name arguments, with the kinds of the resources that they name."""
    parameters = signature.parameters
    accepted = set(parameters)
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        accepted.update(method.through_kwargs)
    return {
        argument: KINDS.get(named) or Kind(named, name_field=f"{named}Name")
        for argument, named in method.names.items()
        if argument in accepted
    }


def _method(
    method: Method, arguments: dict[str, Kind], function: Any, row: JobClass, adopt: Adopt
) -> Any:
    signature = inspect.signature(function)

    @wraps(function)
    def override(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = None if called_by_sdk() else Call.of(signature, (self, *args), kwargs)
        if call is None:
            return function(self, *args, **kwargs)
        policy = PrefixPolicy.discover()
        keeps = in_pipeline(self, row)
        owner = f"{type(self).__name__}.{method.name}"
        for argument, kind in arguments.items():
            if method.starts_other_job:
                _require_name(call, argument, kind, owner, policy)
            where = label(owner, argument)
            keeps_argument = keeps and not method.starts_other_job
            _check_argument(call, argument, kind, where, policy, keeps_argument)
        if "model_package_group_name" in arguments and not keeps:
            _warn_of_generated_group(self, call, owner, policy)
        if method.starts and policy is not None and not keeps:
            apply_composed_name(self, row, policy, starts=True)
        result = function(*call.args, **call.kwargs)
        result_row = adopt(result) if method.returns_job_object else None
        if result_row is not None and not method.keeps_name:
            name_sdk_created_object(result, result_row, policy)
        return result

    return override


def _check_argument(
    call: Call, argument: str, kind: Kind, where: str, policy: PrefixPolicy | None, keeps: bool
) -> None:
    value = call.get(argument)
    if value is None:
        return
    if argument == "model_package_group_name":
        if not keeps:  # enforcement judges a step's group in the definition
            warn_outside(GROUP_OUTSIDE_POLICY, value, where, policy)
    elif argument in FULL_NAMES:
        warn_outside(FULL_NAME_OUTSIDE_POLICY, value, where, policy)
    else:
        limit = kind.prefix_limit if keeps else kind.name_limit
        call.put(argument, composed(value, kind, where, policy, limit, keeps=keeps))


def _require_name(
    call: Call, argument: str, kind: Kind, owner: str, policy: PrefixPolicy | None
) -> None:
    """Raise if the user omits the name, since the SDK's generated name has no prefix."""
    if call.get(argument) or policy is None or policy.prefix is None:
        return
    where = label(owner, argument)
    message = (
        f"{where} is omitted, and the SDK's generated name for a {kind.step_type} is outside "
        f"{str(policy.prefix)!r}."
    )
    fix = f"Give {argument}=; '{policy.prefix}-' is put in front."
    finding = Finding.of(NOT_DECLARED, owner, kind.step_type, message, fix)
    report((finding,), where, policy)


def _warn_of_generated_group(job: Any, call: Call, owner: str, policy: PrefixPolicy | None) -> None:
    """Warn of the group that the SDK generates for a call without a package's name or group."""
    group, image = "model_package_group_name", call.get("image_uri")
    if call.names(group) and not (call.get(group) or call.get("model_package_name")):
        name = image_name(image or getattr(job, "image_uri", None)) or "ModelPackage"
        warn_outside(GROUP_OUTSIDE_POLICY, name, label(owner, group), policy)


def _refused(refusal: Refusal, name: str, function: Any) -> Any:
    """Return the override of a method whose jobs can't carry the prefix."""

    @wraps(function)
    def override(self: Any, *args: Any, **kwargs: Any) -> Any:
        policy = None if called_by_sdk() else PrefixPolicy.discover()
        if policy is not None and policy.prefix is not None:
            owner = type(self).__name__
            message = (
                f"{owner}.{name}() creates and starts {refusal.makes}, so its jobs run outside "
                f"{str(policy.prefix)!r}."
            )
            finding = Finding.of(OUTSIDE_POLICY, owner, "Pipeline", message, refusal.instead)
            report((finding,), f"{owner}.{name}()", policy)
        return function(self, *args, **kwargs)

    return override


def _factory(
    sdk_class: Any, name: str, function: Any, row: JobClass, adopt: Adopt, keeps_name: bool
) -> Any:
    """Return the override of a class method that constructs objects, such as ``attach``."""
    signature = inspect.signature(function)

    @wraps(function)
    def factory(cls: Any, *args: Any, **kwargs: Any) -> Any:
        call = None if called_by_sdk() else Call.of(signature, (cls, *args), kwargs)
        if call is None:
            return function(cls, *args, **kwargs)
        policy = PrefixPolicy.discover()
        if call.names(row.argument):
            where = label(f"{cls.__name__}.{name}", row.argument)
            base_name(call.get(row.argument), row, where, policy)
        if call.names(row.role):
            fill_role(call, row, policy)
        result = function(*call.args, **call.kwargs)
        adopt(result)
        if isinstance(result, sdk_class) and not keeps_name:
            apply_composed_name(result, row, policy)
        return result

    return factory
