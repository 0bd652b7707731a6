"""The methods of the drop-in job classes: those that take a name late, start a job, or make more.

What such a method or a factory makes of the SDK's own classes becomes one of ours, so that a job
which it runs later runs under the policy too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from .._sdk.catalogue import JobClass
from .._sdk.sdk_made import NAMED_IN_THE_CALL, REFUSED, Refusal
from ..core.definition import image_name
from ..core.errors import PrefixViolation
from ..core.findings import (
    FULL_NAME_OUTSIDE_POLICY,
    GROUP_OUTSIDE_POLICY,
    NOT_DECLARED,
    OUTSIDE_POLICY,
    Finding,
)
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import KINDS, Kind
from .callers import called_by_the_sdk
from .name_injection import (
    FULL_NAMES,
    Call,
    base_name,
    composed,
    fill_role,
    in_pipeline,
    label,
    name_made,
    settle,
    warn_outside,
)

Adopt = Callable[[Any], "JobClass | None"]
"""Makes one of ours of an object of the SDK's own class, and says by which row."""


def of_sdk(value: Any) -> bool:
    """Whether a class or a function is the SDK's own."""
    return str(value.__module__).partition(".")[0] == "sagemaker"


def methods(theirs: Any, row: JobClass, adopt: Adopt) -> dict[str, Any]:
    """The overrides of a class's public methods and factories.

    Args:
        theirs: a class of the SDK.
        row: its row in the catalogue.
        adopt: makes one of ours of what the SDK made.
    """
    made: dict[str, Any] = {}
    for name in dir(theirs):
        held = inspect.getattr_static(theirs, name)
        function = held.__func__ if isinstance(held, classmethod) else held
        if name.startswith("_") or not inspect.isfunction(function) or not of_sdk(function):
            continue
        if isinstance(held, classmethod):
            made[name] = classmethod(_factory(theirs, name, function, row, adopt))
        elif refusal := _refusal(theirs, name):
            made[name] = _refused(refusal, name, function)
        elif _late(name, function) or _starts(name, theirs) or _makes(name):
            made[name] = _method(theirs, name, function, row, adopt)
    return made


def _refusal(theirs: Any, method: str) -> Refusal | None:
    keys = ((base.__name__, method) for base in theirs.__mro__)
    return next((REFUSED[key] for key in keys if key in REFUSED), None)


_HAND_ON_A_NAME = ("compile_model", "create_model")  # in **kwargs, to the model's constructor


def _runs(method: str) -> bool:
    return method in ("fit", "run", "train", "transform", "tune") or method.startswith("run_")


def _starts(method: str, theirs: Any) -> bool:
    """Whether a method makes what carries the object's own name."""
    if hasattr(theirs, "build"):
        return method == "build"
    if hasattr(theirs, "prepare_container_def") or hasattr(theirs, "pipeline_container_def"):
        return method in ("create", "deploy", "transformer")
    return _runs(method)


def _makes(method: str) -> bool:
    """Whether a method hands out another object that makes jobs."""
    makers = ("best_estimator", "compile_model", "create_model", "transformer")
    return method in makers or method.endswith("_tuner")


def _keeps_names(method: str) -> bool:
    """Whether what a method makes is called as the service has it."""
    return method.startswith("attach") or method == "best_estimator"


def _late(method: str, function: Any) -> dict[str, Kind | None]:
    """The arguments of a method that carry a name, with the kind of what is called by it.

    ``None`` stands for the job of the object's own kind.
    """
    found: dict[str, Kind | None] = {}
    if _runs(method):
        found["job_name"] = None
    if method in ("build", "deploy", "register", "transformer"):
        found["model_name"] = KINDS["Model"]
    if method in (*_HAND_ON_A_NAME, "deploy"):
        found["name"] = KINDS["Model"]
    if method == "register":
        found["model_package_name"] = KINDS["RegisterModel"]
        found["model_package_group_name"] = KINDS["RegisterModel"]
    for argument, noun in NAMED_IN_THE_CALL.get(method, {}).items():
        found[argument] = KINDS.get(noun) or Kind(noun, name_field=f"{noun}Name")
    if method == "deploy":
        found.update(dict.fromkeys(FULL_NAMES, KINDS["Endpoint"]))
    parameters = inspect.signature(function).parameters
    takes = set(parameters)
    extra = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    if method in _HAND_ON_A_NAME and extra:
        takes.add("name")
    return {argument: kind for argument, kind in found.items() if argument in takes}


def _method(theirs: Any, name: str, function: Any, row: JobClass, adopt: Adopt) -> Any:
    signature = inspect.signature(function)
    late, starts = _late(name, function), _starts(name, theirs)
    beside = name in NAMED_IN_THE_CALL  # starts another job, and at once in a pipeline too

    @wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = None if called_by_the_sdk() else Call.of(signature, (self, *args), kwargs)
        if call is None:
            return function(self, *args, **kwargs)
        policy = PrefixPolicy.discover()
        keeps = in_pipeline(self, row)
        owner = f"{type(self).__name__}.{name}"
        for argument, kind in late.items():
            kind = kind or KINDS[row.step_type]
            if beside:
                _require(call, argument, kind, owner, policy)
            where = label(owner, argument)
            _judge_late(call, argument, kind, where, policy, keeps and not beside)
        if name == "register" and not keeps:
            _warn_of_the_sdks_group(self, call, owner, policy)
        if starts and policy is not None and not keeps:
            settle(self, row, policy, starts=True)
        made = function(*call.args, **call.kwargs)
        of = adopt(made)
        if of is not None and not _keeps_names(name):
            name_made(made, of, policy)
        return made

    return method


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
    raise PrefixViolation((finding,), where)


def _warn_of_the_sdks_group(job: Any, call: Call, owner: str, policy: PrefixPolicy | None) -> None:
    """Without a package's name and a group's the SDK makes a group, called after the image."""
    group, image = "model_package_group_name", call.get("image_uri")
    if call.names(group) and not (call.get(group) or call.get("model_package_name")):
        name = image_name(image or getattr(job, "image_uri", None)) or "ModelPackage"
        warn_outside(GROUP_OUTSIDE_POLICY, name, label(owner, group), policy)


def _refused(refusal: Refusal, name: str, function: Any) -> Any:
    """A method that starts what no policy reaches."""

    @wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        policy = None if called_by_the_sdk() else PrefixPolicy.discover()
        if policy is not None and policy.prefix is not None:
            owner = type(self).__name__
            message = (
                f"{owner}.{name}() makes and starts {refusal.makes}, so that its jobs run outside "
                f"{str(policy.prefix)!r}."
            )
            finding = Finding.of(OUTSIDE_POLICY, owner, "Pipeline", message, refusal.instead)
            raise PrefixViolation((finding,), f"{owner}.{name}()")
        return function(self, *args, **kwargs)

    return method


def _factory(theirs: Any, name: str, function: Any, row: JobClass, adopt: Adopt) -> Any:
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
        made = function(*call.args, **call.kwargs)
        adopt(made)
        if isinstance(made, theirs) and not _keeps_names(name):
            settle(made, row, policy)
        return made

    return factory
