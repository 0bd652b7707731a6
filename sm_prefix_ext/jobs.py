"""Drop-in job classes: the SDK's own, which fail in the cell where a name is wrong.

Each is made when it is asked for, a subclass that differs in three places alone: its constructor,
the methods to which a name comes late, and the SDK's own factories, such as ``attach``.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from importlib import import_module
from typing import Any, TypeVar

from ._sdk import major, upstream
from ._sdk.catalogue import CATALOGUE, JobClass
from .errors import UnsupportedSdk
from .findings import FULL_NAME_OUTSIDE_POLICY, GROUP_OUTSIDE_POLICY
from .given import FULL_NAMES, Call, base_name, composed, label, role_of, settle, warn_outside
from .kinds import KINDS, Kind
from .policy import PrefixPolicy

_PACKAGE = __name__.rpartition(".")[0]
_Class = TypeVar("_Class", bound=type)

# What the SDK makes and calls on its own account is its own business.
_inside_the_sdk: ContextVar[bool] = ContextVar("_inside_the_sdk", default=False)


@cache
def drop_in(name: str) -> Any:
    """The drop-in of a class or a function of the catalogue.

    Args:
        name: its name, such as ``Processor``.

    Raises:
        UnsupportedSdk: where the installed SDK hasn't got it, with what to use.
    """
    row = CATALOGUE[name]
    theirs = _load(row)
    if inspect.isfunction(theirs):
        return _function(theirs, row)
    if "__new__" in vars(theirs):
        raise UnsupportedSdk(
            f"a release of the SageMaker Python SDK whose {name} chooses one of its subclasses",
            "a later one for this name",
            f"use {' or '.join(cls.__name__ for cls in theirs.__subclasses__())}.",
        )
    return _subclass(theirs, row, {"__init__": _constructor(theirs, row)}, _PACKAGE)


def prefixed(cls: _Class) -> _Class:
    """The drop-in of your own subclass of a job class of the SDK; also a class decorator.

    Args:
        cls: a subclass of a class in the catalogue, such as ``Estimator``. One of ours, and a
            subclass of one, comes back as it is.

    Returns:
        A subclass of ``cls`` under its name, whose jobs are named and judged as those of our own
        classes are, once ``cls`` has made the object.

    Raises:
        TypeError: for anything else.

    Example:
        >>> from sm_prefix_ext import Processor, prefixed
        >>> prefixed(Processor) is Processor
        True
    """
    if not isinstance(cls, type):
        raise TypeError(f"prefixed() got {cls!r}; wanted a class.")
    return _prefixed(cls)  # type: ignore[return-value]  # a subclass of the class


@cache
def _prefixed(cls: type[Any]) -> type[Any]:
    if any(base in _ours for base in cls.__mro__):
        return cls
    if _row_of(cls) is not None:
        return drop_in(cls.__name__)  # type: ignore[no-any-return]  # the class that it is
    row = next((row for base in cls.__mro__ if (row := _row_of(base)) is not None), None)
    if row is None:
        raise TypeError(
            f"prefixed() got {cls.__module__}.{cls.__qualname__}, which makes no job; wanted a "
            "subclass of a job class of the SageMaker Python SDK, such as Processor."
        )
    overrides = {"__init__": _settling(cls, row), "__reduce_ex__": _reducing(cls)}
    return _subclass(cls, row, overrides, cls.__module__)


_ours: set[type[Any]] = set()


def _row_of(cls: type[Any]) -> JobClass | None:
    """The row of a class of the SDK; ``None`` for one that only shares a name with it."""
    row = CATALOGUE.get(cls.__name__)
    if row is None or not _is_of_sdk(cls) or major() not in row.modules:
        return None
    return row if cls is upstream().load(row.name) else None


def _load(row: JobClass) -> Any:
    sdk = upstream()
    if sdk.major not in row.modules:
        raise UnsupportedSdk(
            f"version {sdk.major} of the SageMaker Python SDK, which has no {row.name} for a "
            "pipeline",
            f"version {min(row.modules)} for this name",
            f"use {row.instead}.",
        )
    try:
        return sdk.load(row.name)
    except ImportError as error:
        if error.name is not None and not error.name.startswith("sagemaker"):
            raise  # a library that this class needs
        raise UnsupportedSdk(
            f"a release of the SageMaker Python SDK, version {sdk.major}, without {row.name}",
            "a later one for this name",
            "pip install --upgrade sagemaker",
        ) from None


@contextmanager
def _sdks_own() -> Iterator[None]:
    token = _inside_the_sdk.set(True)
    try:
        yield
    finally:
        _inside_the_sdk.reset(token)


def _subclass(
    theirs: type[Any], row: JobClass, overrides: dict[str, Any], module: str
) -> type[Any]:
    namespace = {
        "__module__": module,
        "__qualname__": theirs.__qualname__,
        "__doc__": theirs.__doc__,
        **_methods(theirs, row),
        **overrides,
    }
    ours = types.new_class(theirs.__name__, (theirs,), exec_body=lambda ns: ns.update(namespace))
    _ours.add(ours)
    return ours


def _function(theirs: Any, row: JobClass) -> Any:
    signature = inspect.signature(theirs)

    @wraps(theirs)
    def ours(*args: Any, **kwargs: Any) -> Any:
        call = _prepared(signature, args, kwargs, row, row.name, PrefixPolicy.discover())
        return theirs(*args, **kwargs) if call is None else theirs(*call.args, **call.kwargs)

    ours.__module__ = _PACKAGE
    return ours


def _constructor(theirs: Any, row: JobClass) -> Any:
    signature = inspect.signature(theirs)

    @wraps(theirs.__init__)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        policy = PrefixPolicy.discover()
        call = _prepared(signature, args, kwargs, row, type(self).__name__, policy)
        if call is None:
            theirs.__init__(self, *args, **kwargs)
            return
        theirs.__init__(self, *call.args, **call.kwargs)
        if not call.takes(row.argument):
            if policy is not None:
                settle(self, row, policy)
        elif vars(self).get(row.attribute) == call.get(row.argument):
            # Past pydantic's validation, which makes a plain str of every str.
            vars(self)[row.attribute] = call.get(row.argument)

    return __init__


def _prepared(
    signature: inspect.Signature,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    row: JobClass,
    owner: str,
    policy: PrefixPolicy | None,
) -> Call | None:
    """The call with name and role in it; ``None`` where it is to be left as it is."""
    if _inside_the_sdk.get():
        return None
    try:
        call = Call(signature, args, kwargs)
    except TypeError:
        return None  # the SDK says so better
    if call.takes(row.argument):
        name = base_name(call.get(row.argument), row, owner, policy)
        if name is not None:
            call.put(row.argument, name)
    _fill_role(call, row, policy)
    return call


def _fill_role(call: Call, row: JobClass, policy: PrefixPolicy | None) -> None:
    role = role_of(row, policy)
    if role is not None and call.takes(row.role) and call.get(row.role) is None:
        call.put(row.role, role)


def _settling(theirs: Any, row: JobClass) -> Any:
    """A constructor that leaves the arguments to the user's class and looks at what it made."""
    signature = inspect.signature(theirs)

    @wraps(theirs.__init__)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        if _inside_the_sdk.get():
            theirs.__init__(self, *args, **kwargs)
            return
        policy = PrefixPolicy.discover()
        if row.role in signature.parameters:
            call = Call(signature, args, kwargs)
            _fill_role(call, row, policy)
            args, kwargs = call.args, call.kwargs
        theirs.__init__(self, *args, **kwargs)
        settle(self, row, policy)

    return __init__


def _reducing(theirs: Any) -> Any:
    """How an object is pickled whose class can't be imported by its name."""

    def __reduce_ex__(self: Any, protocol: Any) -> Any:  # noqa: N807
        reduced = theirs.__reduce_ex__(self, max(protocol, 2))
        if getattr(import_module(theirs.__module__), theirs.__name__, None) is not theirs:
            return reduced
        make, (_, *given), *rest = reduced
        return (_made, (make, theirs, *given), *rest)

    return __reduce_ex__


def _made(make: Callable[..., Any], theirs: type[Any], *given: Any) -> Any:
    return make(prefixed(theirs), *given)


# The methods that take a name late, and those that start a job.


def _methods(theirs: Any, row: JobClass) -> dict[str, Any]:
    """The overrides of a class's public methods and factories."""
    made: dict[str, Any] = {}
    for name in dir(theirs):
        held = inspect.getattr_static(theirs, name)
        function = held.__func__ if isinstance(held, classmethod) else held
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        if isinstance(held, classmethod):
            if _is_of_sdk(function):
                made[name] = classmethod(_factory(theirs, name, function, row))
        elif _late(name, function, theirs) or _starts(name, theirs):
            made[name] = _method(theirs, name, function, row)
    return made


def _is_of_sdk(value: Any) -> bool:
    return str(value.__module__).partition(".")[0] == "sagemaker"


def _runs(method: str) -> bool:
    return method in ("fit", "run", "train", "transform", "tune") or method.startswith("run_")


def _starts(method: str, theirs: Any) -> bool:
    """Whether a method makes what carries the object's own name."""
    if hasattr(theirs, "build"):
        return method == "build"
    if hasattr(theirs, "prepare_container_def") or hasattr(theirs, "pipeline_container_def"):
        return method in ("create", "deploy", "transformer")
    return _runs(method)


def _late(method: str, function: Any, theirs: Any) -> dict[str, Kind | None]:
    """The arguments of a method that carry a name, with the kind of what is called by it.

    ``None`` stands for the job of the object's own kind.
    """
    found: dict[str, Kind | None] = {}
    if _runs(method):
        found["job_name"] = None
    if method in ("build", "deploy", "register", "transformer"):
        found["model_name"] = KINDS["Model"]
    if method in ("create_model", "deploy"):
        found["name"] = KINDS["Model"]
    if method == "register":
        found["model_package_name"] = KINDS["RegisterModel"]
        found["model_package_group_name"] = KINDS["RegisterModel"]
    if method == "deploy":
        found.update(dict.fromkeys(FULL_NAMES, KINDS["Endpoint"]))
    parameters = inspect.signature(function).parameters
    return {argument: kind for argument, kind in found.items() if argument in parameters}


def _method(theirs: Any, name: str, function: Any, row: JobClass) -> Any:
    signature = inspect.signature(function)
    late = _late(name, function, theirs)
    starts, of_sdk = _starts(name, theirs), _is_of_sdk(function)

    @wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if _inside_the_sdk.get():
            return function(self, *args, **kwargs)
        try:
            call = Call(signature, (self, *args), kwargs)
        except TypeError:
            return function(self, *args, **kwargs)
        policy = PrefixPolicy.discover()
        in_pipeline = isinstance(
            getattr(self, "sagemaker_session", None), upstream().load("PipelineSession")
        )
        for argument, kind in late.items():
            owner = f"{type(self).__name__}.{name}"
            _judge_late(call, argument, kind or KINDS[row.step_type], owner, policy, in_pipeline)
        if starts and policy is not None and not in_pipeline:
            settle(self, row, policy, starts=True)
        if not of_sdk:  # what a user's own method makes is the user's
            return function(*call.args, **call.kwargs)
        with _sdks_own():
            return function(*call.args, **call.kwargs)

    return method


def _judge_late(
    call: Call,
    argument: str,
    kind: Kind,
    owner: str,
    policy: PrefixPolicy | None,
    in_pipeline: bool,
) -> None:
    value, where = call.get(argument), label(owner, argument)
    if value is None:
        return
    if argument == "model_package_group_name":
        if not in_pipeline:  # a step's group is judged with its definition
            warn_outside(GROUP_OUTSIDE_POLICY, value, where, policy)
    elif argument in FULL_NAMES:
        warn_outside(FULL_NAME_OUTSIDE_POLICY, value, where, policy)
    else:
        limit = kind.prefix_limit if in_pipeline else kind.name_limit
        call.put(argument, composed(value, kind, where, policy, limit))


def _factory(theirs: Any, name: str, function: Any, row: JobClass) -> Any:
    """A class method of the SDK's that makes objects: what it reads from the service stays."""
    signature = inspect.signature(function)

    @wraps(function)
    def factory(cls: Any, *args: Any, **kwargs: Any) -> Any:
        policy = PrefixPolicy.discover()
        try:
            call = Call(signature, (cls, *args), kwargs)
        except TypeError:
            return function(cls, *args, **kwargs)
        if not _inside_the_sdk.get():
            if row.argument in signature.parameters:
                base_name(call.get(row.argument), row, f"{cls.__name__}.{name}", policy)
            if row.role in signature.parameters:
                _fill_role(call, row, policy)
        with _sdks_own():
            made = function(*call.args, **call.kwargs)
        if isinstance(made, theirs) and not name.startswith("attach") and not _inside_the_sdk.get():
            settle(made, row, policy)
        return made

    return factory
