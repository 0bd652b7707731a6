"""Drop-in job classes: the SDK's own, which fail in the cell where a name is wrong.

Each is made when it is asked for, a subclass that differs in three places alone: its constructor,
the methods that take a name late, start a job or make another object, and the SDK's own factories,
such as ``attach``.
"""

from __future__ import annotations

import inspect
import sys
import threading
import types
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar

from .._sdk import adapter, lacking, major
from .._sdk.catalogue import ROWS, JobClass
from ..core.errors import UnsupportedSdk
from ..core.prefix_policy import PrefixPolicy
from .call_binding import Call
from .callers import called_by_the_sdk, made_by_the_sdk
from .method_overrides import methods, of_sdk
from .name_injection import apply_composed_name, base_name, fill_role

_PACKAGE = __name__.partition(".")[0]
_Class = TypeVar("_Class", bound=type)
_making = threading.RLock()


def _once(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make one value a key for all threads: two classes of one name would not be the same class."""
    cached = cache(make)

    @wraps(make)
    def make_once(key: Any) -> Any:
        with _making:
            return cached(key)

    return make_once


@_once
def drop_in(name: str) -> Any:
    """The drop-in of a class or a function of the catalogue.

    Args:
        name: its name, such as ``Processor``.

    Raises:
        UnsupportedSdk: where the installed SDK hasn't got it, with what to use.
    """
    row = ROWS[name]
    sdk_class = _load(row)
    if inspect.isfunction(sdk_class):
        return _function(sdk_class, row)
    if "__new__" in vars(sdk_class):
        raise UnsupportedSdk(
            f"a release of the SageMaker Python SDK whose {name} chooses one of its subclasses",
            "a later one for this name",
            f"use {' or '.join(cls.__name__ for cls in sdk_class.__subclasses__())}.",
        )
    overrides = {"__init__": _constructor(sdk_class, row), **methods(sdk_class, row, _adopt)}
    return _subclass(sdk_class, (sdk_class,), overrides, _PACKAGE)


def prefixed(cls: _Class) -> _Class:
    """The drop-in of your own subclass of a job class of the SDK; also a class decorator.

    Args:
        cls: a subclass of a class in the catalogue, such as ``Estimator``, or of a base of such
            classes, such as ``Framework``. A drop-in class, and a subclass of one, comes back as it
            is, unless it is a dataclass.

    Returns:
        A subclass of ``cls`` under its name, in which the drop-in class stands between ``cls`` and
        the SDK's: what ``cls`` hands on by ``super()`` is named, judged and filled in.

    Raises:
        TypeError: for anything else.

    Example:
        >>> from sm_prefix_ext import Processor, prefixed
        >>> prefixed(Processor) is Processor
        True
    """
    if not isinstance(cls, type):
        raise TypeError(f"prefixed() got {cls!r}; wanted a class.")
    subclass: _Class = _prefixed(cls)
    return subclass


@_once
def _prefixed(cls: type[Any]) -> type[Any]:
    is_dataclass = "__dataclass_fields__" in vars(cls)  # its constructor goes past the drop-in's
    if cls in _drop_ins or (not is_dataclass and any(base in _drop_ins for base in cls.__mro__)):
        return cls
    row = next((row for base in cls.__mro__ if (row := _row_of(base)) is not None), None)
    if row is None:
        raise TypeError(
            f"prefixed() got {cls.__module__}.{cls.__qualname__}, which makes no job; wanted a "
            "subclass of a job class of the SageMaker Python SDK, such as Processor."
        )
    drop_in_class: type[Any] = drop_in(row.name)
    if _row_of(cls) is row:
        return drop_in_class
    overrides = {"__init__": _settling(cls, row), "__reduce_ex__": _reducing(cls)}
    return _subclass(cls, (cls, drop_in_class), overrides, cls.__module__)


_drop_ins: set[type[Any]] = set()


def _row_of(cls: type[Any]) -> JobClass | None:
    """The row of a class of the SDK; ``None`` for one that only shares a name with it."""
    row = ROWS.get(cls.__name__)
    if row is None or not of_sdk(cls) or major() not in row.modules:
        return None
    return row if cls is adapter().load(row.name) else None


def _adopt(value: Any) -> JobClass | None:
    """Give an object of the SDK's own class its drop-in class; its row, ``None`` for others."""
    row = _row_of(type(value))
    if row is not None:
        value.__class__ = drop_in(row.name)
    return row


def _load(row: JobClass) -> Any:
    sdk = adapter()
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
        raise lacking(row) from None


def _subclass(
    original: type[Any], bases: tuple[type[Any], ...], overrides: dict[str, Any], module: str
) -> type[Any]:
    namespace = {
        "__module__": module,
        "__qualname__": original.__qualname__,
        "__doc__": original.__doc__,
        **overrides,
    }
    subclass = types.new_class(original.__name__, bases, exec_body=lambda ns: ns.update(namespace))
    _drop_ins.add(subclass)
    return subclass


def _function(sdk_function: Any, row: JobClass) -> Any:
    signature = inspect.signature(sdk_function)

    @wraps(sdk_function)
    def drop_in_function(*args: Any, **kwargs: Any) -> Any:
        if called_by_the_sdk():
            return sdk_function(*args, **kwargs)
        call = _prepared(signature, args, kwargs, row, row.name, PrefixPolicy.discover())
        return (
            sdk_function(*args, **kwargs)
            if call is None
            else sdk_function(*call.args, **call.kwargs)
        )

    drop_in_function.__module__ = _PACKAGE
    return drop_in_function


def _constructor(sdk_class: Any, row: JobClass) -> Any:
    # Not the class's signature: pydantic makes that of its fields, and a subclass has more.
    signature = inspect.signature(sdk_class.__init__)

    @wraps(sdk_class.__init__)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        if made_by_the_sdk(self):
            sdk_class.__init__(self, *args, **kwargs)
            return
        policy = PrefixPolicy.discover()
        call = _prepared(signature, (self, *args), kwargs, row, type(self).__name__, policy)
        if call is None:
            sdk_class.__init__(self, *args, **kwargs)  # which raises
        else:
            sdk_class.__init__(*call.args, **call.kwargs)
            if major() == 2 and row.step_type == "Training" and type(self).__module__ == _PACKAGE:
                # A tuner of v2 sends its estimator's module with the job, for attach() to import.
                vars(self)["__module__"] = sdk_class.__module__
            takes = call.takes(row.argument)
            apply_composed_name(self, row, policy, *((call.get(row.argument),) if takes else ()))

    return _own(__init__)


def _own(init: Any) -> Any:
    """A constructor that pydantic takes for one, and calls when it validates too."""
    vars(init).pop("__pydantic_base_init__", None)
    return init


def _prepared(
    signature: inspect.Signature,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    row: JobClass,
    owner: str,
    policy: PrefixPolicy | None,
) -> Call | None:
    """The call with name and role in it; ``None`` where the SDK says better what is wrong."""
    call = Call.of(signature, args, kwargs)
    if call is None:
        return None
    if call.takes(row.argument):
        keeps = row.only != "outside"  # an object outside a pipeline is named when it is made
        name = base_name(call.get(row.argument), row, row.label(owner), policy, keeps=keeps)
        if name is not None:
            call.put(row.argument, name)
    fill_role(call, row, policy)
    return call


def _settling(users_class: Any, row: JobClass) -> Any:
    """A constructor that also looks at what a class made which went past ``super()``."""
    signature = inspect.signature(users_class.__init__)
    role = signature.parameters.get(row.role)
    # A class that has a role of its own by default keeps it.
    takes_role = role is not None and role.default in (None, "", inspect.Parameter.empty)

    @wraps(users_class.__init__)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        subclass = _prefixed(users_class)
        if made_by_the_sdk(self):
            super(subclass, self).__init__(*args, **kwargs)
            return
        policy = PrefixPolicy.discover()
        call = Call.of(signature, (self, *args), kwargs)
        if call is not None and takes_role:
            fill_role(call, row, policy)
            args, kwargs = call.args[1:], call.kwargs
        super(subclass, self).__init__(*args, **kwargs)
        apply_composed_name(self, row, policy)

    return _own(__init__)


def _reducing(users_class: Any) -> Any:
    """How an object is pickled whose class can't be imported by its name."""

    def __reduce_ex__(self: Any, protocol: Any) -> Any:  # noqa: N807
        reduced = users_class.__reduce_ex__(self, max(protocol, 2))
        by_class = not isinstance(reduced, str) and reduced[1][:1] == (type(self),)
        if not by_class or not _is_found_by_name(users_class):
            return reduced
        make, (_, *arguments), *rest = reduced
        return (_unpickled, (make, users_class, *arguments), *rest)

    return __reduce_ex__


def _is_found_by_name(cls: Any) -> bool:
    value = sys.modules.get(cls.__module__)
    for part in cls.__qualname__.split("."):
        value = getattr(value, part, None)
    return value is cls


def _unpickled(make: Callable[..., Any], cls: type[Any], *arguments: Any) -> Any:
    return make(prefixed(cls), *arguments)
