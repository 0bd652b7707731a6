"""Drop-in job classes, which raise in the notebook cell with the invalid name.

Each is a subclass of the SDK's class, created on first use. It overrides the constructor, the
methods that take a name, start a job or return another job object, and class methods that construct
objects, such as ``attach``.

For a user's own subclass, :func:`prefixed` creates a class with both as bases. With ``Mine`` a
subclass of the SDK's ``Estimator``, the method resolution order is::

    prefixed(Mine) -> Mine -> drop-in Estimator -> sagemaker's Estimator -> ...

So ``Mine`` keeps its own behaviour, and its calls of ``super()`` reach the drop-in before the SDK.
"""

from __future__ import annotations

import inspect
import sys
import threading
import types
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar

from .._sdk import adapter, major, missing_class_error
from .._sdk.catalogue import ROWS, JobClass
from ..core.errors import UnsupportedSdk
from ..core.prefix_policy import PrefixPolicy
from .call_binding import Call
from .callers import called_by_sdk, constructed_by_sdk
from .method_overrides import methods, of_sdk
from .name_injection import OF_THE_OBJECT, apply_composed_name, base_name, fill_role

_PACKAGE = __name__.partition(".")[0]
_Class = TypeVar("_Class", bound=type)
_creating = threading.RLock()


def _cached_for_all_threads(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Cache a function's results; unlike ``cache``, call it once even if threads call at once.

    Two drop-in classes for one class would differ, and ``isinstance`` would fail.
    """
    cached = cache(create)

    @wraps(create)
    def create_once(key: Any) -> Any:
        with _creating:
            return cached(key)

    return create_once


@_cached_for_all_threads
def drop_in(name: str) -> Any:
    """Return the drop-in for a class or a function of the catalogue.

    Args:
        name: its name, such as ``Processor``.

    Raises:
        UnsupportedSdk: if the installed SDK doesn't have it; names the replacement.
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
    """Return the drop-in for your own subclass of a job class of the SDK; also a class decorator.

    Args:
        cls: a subclass of a class in the catalogue, such as ``Estimator``, or of a base of such
            classes, such as ``Framework``. Drop-in classes and their subclasses are returned
            unchanged, unless they are dataclasses.

    Returns:
        A subclass of ``cls`` with the same name. In its method resolution order, the drop-in class
        is between ``cls`` and the SDK's class, so names and roles that ``cls`` passes to
        ``super()`` are checked and composed.

    Raises:
        TypeError: if ``cls`` is not such a class.

    Example:
        >>> from sm_prefix_ext import Processor, prefixed
        >>> prefixed(Processor) is Processor
        True
    """
    if not isinstance(cls, type):
        raise TypeError(f"prefixed() got {cls!r}; wanted a class.")
    subclass: _Class = _prefixed(cls)
    return subclass


@_cached_for_all_threads
def _prefixed(cls: type[Any]) -> type[Any]:
    is_dataclass = "__dataclass_fields__" in vars(cls)  # whose __init__ doesn't call super()
    if cls in _drop_ins or (not is_dataclass and any(base in _drop_ins for base in cls.__mro__)):
        return cls
    row = next((row for base in cls.__mro__ if (row := _row_of(base)) is not None), None)
    if row is None:
        raise TypeError(
            f"prefixed() got {cls.__module__}.{cls.__qualname__}, which starts no job; wanted a "
            "subclass of a job class of the SageMaker Python SDK, such as Processor."
        )
    drop_in_class: type[Any] = drop_in(row.name)
    if _row_of(cls) is row:
        return drop_in_class
    overrides = {"__init__": _users_constructor(cls, row), "__reduce_ex__": _pickling(cls)}
    return _subclass(cls, (cls, drop_in_class), overrides, cls.__module__)


_drop_ins: set[type[Any]] = set()


def _row_of(cls: type[Any]) -> JobClass | None:
    """Return the row of a class of the SDK; ``None`` for other classes of the same name."""
    row = ROWS.get(cls.__name__)
    if row is None or not of_sdk(cls) or major() not in row.modules:
        return None
    return row if cls is adapter().load(row.name) else None


def _adopt(value: Any) -> JobClass | None:
    """Change the class of an object from the SDK's to the drop-in; return its row or ``None``."""
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
            raise  # the class needs a library that isn't installed
        raise missing_class_error(row) from None


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
        if called_by_sdk():
            return sdk_function(*args, **kwargs)
        call = _prepared(signature, args, kwargs, row, row.name, PrefixPolicy.discover())
        if call is not None:
            args, kwargs = call.args, call.kwargs
        return sdk_function(*args, **kwargs)

    drop_in_function.__module__ = _PACKAGE
    return drop_in_function


def _constructor(sdk_class: Any, row: JobClass) -> Any:
    # Not the signature of the class, which pydantic derives from its fields: a constructor may have
    # further parameters.
    signature = inspect.signature(sdk_class.__init__)

    @wraps(sdk_class.__init__)
    def construct(self: Any, *args: Any, **kwargs: Any) -> None:
        if constructed_by_sdk(self):
            sdk_class.__init__(self, *args, **kwargs)
            return
        policy = PrefixPolicy.discover()
        call = _prepared(signature, (self, *args), kwargs, row, type(self).__name__, policy)
        if call is None:
            sdk_class.__init__(self, *args, **kwargs)  # raises the SDK's own error
            return
        sdk_class.__init__(*call.args, **call.kwargs)
        if major() == 2 and row.step_type == "Training" and type(self).__module__ == _PACKAGE:
            # A tuner of v2 stores its estimator's module in the job, and attach() imports it,
            # maybe where this package isn't installed.
            vars(self)["__module__"] = sdk_class.__module__
        name = call.get(row.argument) if call.takes(row.argument) else OF_THE_OBJECT
        apply_composed_name(self, row, policy, name)

    return _for_pydantic(construct)


def _for_pydantic(init: Any) -> Any:
    """Let pydantic call a constructor when it validates an instance.

    ``wraps`` copies the mark of ``BaseModel.__init__``, with which pydantic would skip the
    override.
    """
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
    """Return the call with its composed name and role; ``None`` for invalid arguments."""
    call = Call.of(signature, args, kwargs)
    if call is None:
        return None
    if call.takes(row.argument):
        # Before the constructor runs, the object's session isn't known. So the name stays as
        # declared, and apply_composed_name() composes it afterwards if the object is outside a
        # pipeline.
        keeps = row.only != "outside"
        name = base_name(call.get(row.argument), row, row.label(owner), policy, keeps=keeps)
        if name is not None:
            call.put(row.argument, name)
    fill_role(call, row, policy)
    return call


def _users_constructor(users_class: Any, row: JobClass) -> Any:
    """Return the constructor for a user's class, which may not call ``super().__init__()``."""
    signature = inspect.signature(users_class.__init__)
    role = signature.parameters.get(row.role)
    # A class with a default for its role keeps the default.
    takes_role = role is not None and role.default in (None, "", inspect.Parameter.empty)

    @wraps(users_class.__init__)
    def construct(self: Any, *args: Any, **kwargs: Any) -> None:
        subclass = _prefixed(users_class)
        if constructed_by_sdk(self):
            super(subclass, self).__init__(*args, **kwargs)
            return
        policy = PrefixPolicy.discover()
        call = Call.of(signature, (self, *args), kwargs)
        if call is not None and takes_role:
            fill_role(call, row, policy)
            args, kwargs = call.args[1:], call.kwargs
        super(subclass, self).__init__(*args, **kwargs)
        apply_composed_name(self, row, policy)

    return _for_pydantic(construct)


def _pickling(users_class: Any) -> Any:
    """Return ``__reduce_ex__`` for a class that has another class's name.

    Importing the name gives the user's class, so unpickling creates the subclass from that again.
    """

    def reduce(self: Any, protocol: Any) -> Any:
        reduced = users_class.__reduce_ex__(self, max(protocol, 2))
        by_class = not isinstance(reduced, str) and reduced[1][:1] == (type(self),)
        if not by_class or not _is_importable(users_class):
            return reduced
        create, (_, *arguments), *rest = reduced
        return (_unpickled, (create, users_class, *arguments), *rest)

    return reduce


def _is_importable(cls: Any) -> bool:
    value = sys.modules.get(cls.__module__)
    for part in cls.__qualname__.split("."):
        value = getattr(value, part, None)
    return value is cls


def _unpickled(create: Callable[..., Any], cls: type[Any], *arguments: Any) -> Any:
    return create(prefixed(cls), *arguments)
