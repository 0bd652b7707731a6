"""The methods of the drop-in job classes: those that take a name late, start a job, or make more.

What such a method or a factory returns of the SDK's own classes becomes an object of the drop-in
class, so that a job which it runs later runs under the policy too. Which method does what is in
``_sdk.methods``.
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
from .callers import called_by_the_sdk
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
"""Gives an object of the SDK's own class its drop-in class, and returns the row of that class."""


def of_sdk(value: Any) -> bool:
    """Whether a class or a function is the SDK's own."""
    return str(value.__module__).partition(".")[0] == "sagemaker"


def methods(sdk_class: Any, row: JobClass, adopt: Adopt) -> dict[str, Any]:
    """The overrides of a class's public methods and factories.

    Args:
        sdk_class: a class of the SDK.
        row: its row in the catalogue.
        adopt: gives what the SDK made its drop-in class.
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
            # DJLModel has a compile() that takes no name, and only raises.
            if arguments or method.starts or method.returns_job_object:
                overrides[name] = _method(method, arguments, function, row, adopt)
    return overrides


def _name_arguments(method: Method, signature: inspect.Signature) -> dict[str, Kind]:
    """The arguments of an installed method that carry a name, with the kind of what it names."""
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
        call = None if called_by_the_sdk() else Call.of(signature, (self, *args), kwargs)
        if call is None:
            return function(self, *args, **kwargs)
        policy = PrefixPolicy.discover()
        keeps = in_pipeline(self, row)
        owner = f"{type(self).__name__}.{method.name}"
        for argument, kind in arguments.items():
            if method.starts_other_job:
                _require(call, argument, kind, owner, policy)
            where = label(owner, argument)
            _judge_late(call, argument, kind, where, policy, keeps and not method.starts_other_job)
        if "model_package_group_name" in arguments and not keeps:
            _warn_of_the_sdks_group(self, call, owner, policy)
        if method.starts and policy is not None and not keeps:
            apply_composed_name(self, row, policy, starts=True)
        result = function(*call.args, **call.kwargs)
        result_row = adopt(result) if method.returns_job_object else None
        if result_row is not None and not method.keeps_name:
            name_sdk_created_object(result, result_row, policy)
        return result

    return override


def _judge_late(
    call: Call, argument: str, kind: Kind, where: str, policy: PrefixPolicy | None, keeps: bool
) -> None:
    value = call.get(argument)
    if value is None:
        return
    if argument == "model_package_group_name":
        if not keeps:  # a step's group is judged with its definition
            warn_outside(GROUP_OUTSIDE_POLICY, value, where, policy)
    elif argument in FULL_NAMES:
        warn_outside(FULL_NAME_OUTSIDE_POLICY, value, where, policy)
    else:
        limit = kind.prefix_limit if keeps else kind.name_limit
        call.put(argument, composed(value, kind, where, policy, limit, keeps=keeps))


def _require(
    call: Call, argument: str, kind: Kind, owner: str, policy: PrefixPolicy | None
) -> None:
    """The SDK makes a name up where the user gives none, and it carries no prefix."""
    if call.get(argument) or policy is None or policy.prefix is None:
        return
    where = label(owner, argument)
    message = (
        f"{where} is left out, and what the SDK would make up for a {kind.step_type} is outside "
        f"{str(policy.prefix)!r}."
    )
    fix = f"Give {argument}=; '{policy.prefix}-' is put in front."
    finding = Finding.of(NOT_DECLARED, owner, kind.step_type, message, fix)
    report((finding,), where, policy)


def _warn_of_the_sdks_group(job: Any, call: Call, owner: str, policy: PrefixPolicy | None) -> None:
    """Without a package's name and a group's the SDK makes a group, called after the image."""
    group, image = "model_package_group_name", call.get("image_uri")
    if call.names(group) and not (call.get(group) or call.get("model_package_name")):
        name = image_name(image or getattr(job, "image_uri", None)) or "ModelPackage"
        warn_outside(GROUP_OUTSIDE_POLICY, name, label(owner, group), policy)


def _refused(refusal: Refusal, name: str, function: Any) -> Any:
    """A method that starts what no policy reaches."""

    @wraps(function)
    def override(self: Any, *args: Any, **kwargs: Any) -> Any:
        policy = None if called_by_the_sdk() else PrefixPolicy.discover()
        if policy is not None and policy.prefix is not None:
            owner = type(self).__name__
            message = (
                f"{owner}.{name}() makes and starts {refusal.makes}, so that its jobs run outside "
                f"{str(policy.prefix)!r}."
            )
            finding = Finding.of(OUTSIDE_POLICY, owner, "Pipeline", message, refusal.instead)
            report((finding,), f"{owner}.{name}()", policy)
        return function(self, *args, **kwargs)

    return override


def _factory(
    sdk_class: Any, name: str, function: Any, row: JobClass, adopt: Adopt, keeps_name: bool
) -> Any:
    """A class method of the SDK's that makes objects: what it reads from the service stays."""
    signature = inspect.signature(function)

    @wraps(function)
    def factory(cls: Any, *args: Any, **kwargs: Any) -> Any:
        call = None if called_by_the_sdk() else Call.of(signature, (cls, *args), kwargs)
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
