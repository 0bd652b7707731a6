"""Import the module of a target and get the pipeline from it, which runs the module's code."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ..core.errors import PrefixError
from . import progress
from .inputs import LoadError, must_be_a_file

T = TypeVar("T")

PYTHON = "Python object"
"""The kind of a Python target in a report."""

_OF_A_PIPELINE = ("name", "steps", "sagemaker_session", "definition")
_PACKAGE = str(Path(__file__).parents[1])
_PYTHON = str(Path(contextlib.__file__).parent)
_MISSING = object()


@contextlib.contextmanager
def isolated_imports() -> Iterator[None]:
    """When a block ends, forget the user's modules that it imported.

    Two targets may each have a ``config.py`` in their folder, and Python would keep the first under
    that name.
    """
    before = dict(sys.modules)
    try:
        yield
    finally:
        # First find all, then delete: a namespace package looks its parent up in sys.modules.
        imported = [
            name
            for name, module in list(sys.modules.items())
            if before.get(name) is not module and _is_users(module)
        ]
        for name in imported:
            del sys.modules[name]
            if name in before:
                sys.modules[name] = before[name]


def _is_users(module: Any) -> bool:
    """Test whether a module is neither Python's nor installed."""
    file = getattr(module, "__file__", None)
    places = [file] if file else list(getattr(module, "__path__", ()))
    return any(_is_user_file(str(place)) for place in places)


def must_go_with_python(
    kwargs: Mapping[str, Any], arguments: Iterable[str], kinds: Collection[str]
) -> None:
    """Refuse the value of ``--kwargs`` where no target can take it.

    Args:
        kwargs: the arguments for functions.
        arguments: the targets as the user typed them.
        kinds: the kinds of these targets.

    Raises:
        LoadError: if there are arguments and no Python target.
    """
    if kwargs and PYTHON not in kinds:
        got = ", ".join(arguments)
        raise LoadError(f"--kwargs goes with file.py:name or package.module:name; got {got}.")


def module_file(module: str) -> str | None:
    """The file of a module, given its dotted name; imports the packages that contain it.

    Returns:
        The path, relative to the current folder if it is below that; ``None`` if there is no such
        module, which the import then reports.
    """
    with _on_path(Path.cwd()), contextlib.suppress(ImportError, ValueError, AttributeError):
        found = run_user_code(f"importing {module}", lambda: importlib.util.find_spec(module))
        if found is not None and found.origin and found.origin.endswith(".py"):
            return _shortest(found.origin)
    return None


def load_pipeline(text: str, kwargs: Mapping[str, Any], wanted: str) -> Any:
    """Return the pipeline that ``file.py:name`` or ``package.module:name`` names.

    Args:
        text: the target; the name is a pipeline or a function that returns one.
        kwargs: arguments for that function.
        wanted: the forms of a target, for error messages.

    Raises:
        LoadError: with the reason why there is no pipeline.
    """
    module, _, name = text.rpartition(":")
    folder = Path(module).resolve().parent if module.endswith(".py") else Path.cwd()
    with _on_path(folder):  # for imports inside functions too
        loaded = _import(module, wanted)
        return run_user_code(
            f"{text}: reading {name!r}", lambda: _pipeline_in(loaded, name, text, kwargs, wanted)
        )


def run_user_code(doing: str, call: Callable[[], T]) -> T:
    """Run the user's code, and turn its error into one sentence with the error's last line.

    Its output goes to standard error, so that standard output has only the command's output.

    Args:
        doing: the beginning of the sentence, such as ``"importing pipeline.py"``.
        call: the function that runs the code.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr), progress.doing(doing):
            return call()
    except (KeyboardInterrupt, PrefixError, LoadError):
        raise
    except BaseException as error:  # a module may call sys.exit()
        message = error.msg if isinstance(error, SyntaxError) else str(error)  # without its line
        lines = message.strip().splitlines()
        last = f"{type(error).__name__}: {lines[-1]}" if lines else type(error).__name__
        raise LoadError(f"{doing} failed{_place(error)}: {last}{_hint(error)}") from error


def region_hint(error: BaseException) -> str:
    """How to set a region, if the error or its cause is a missing region; else ``""``."""
    chain: BaseException | None = error
    while chain is not None:
        # By name, since boto3 may not be installed; v2 raises an error of its own.
        if type(chain).__name__ == "NoRegionError" or "with a region supported" in str(chain):
            return " Set AWS_DEFAULT_REGION, such as AWS_DEFAULT_REGION=eu-west-1."
        chain = chain.__cause__ or chain.__context__
    return ""


def _hint(error: BaseException) -> str:
    """Advice about an error of the user's code; ``""`` if there is none."""
    if isinstance(error, ImportError) and "relative import" in str(error):
        return (
            ". Name the target by its package, such as package.module:name, from the folder that "
            "the package is in."
        )
    return region_hint(error)


def _place(error: BaseException) -> str:
    """The file and line of the user's code that raised, such as `` at train.py, line 12``."""
    if isinstance(error, SyntaxError) and error.filename is not None:
        return f" at {_shortest(error.filename)}, line {error.lineno}"
    import traceback  # here, since a check of a file needs none

    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if _is_user_file(frame.filename):
            return f" at {_shortest(frame.filename)}, line {frame.lineno}"
    return ""


def _is_user_file(name: str) -> bool:
    """Whether a traceback's file is not part of this package, Python or an installed package."""
    if name.startswith(("<", _PACKAGE)) or "site-packages" in name:
        return False
    return not name.startswith(_PYTHON)


def _shortest(name: str) -> str:
    try:
        return str(Path(name).relative_to(Path.cwd()))
    except (OSError, ValueError):
        return name


def _import(module: str, wanted: str) -> Any:
    if not module.endswith(".py"):
        return run_user_code(f"importing {module}", lambda: importlib.import_module(module))
    path = Path(module)
    must_be_a_file(path, f"; {wanted}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise LoadError(f"{module} can't be imported; {wanted}.")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = loaded
    run_user_code(f"importing {module}", partial(spec.loader.exec_module, loaded))
    return loaded


def _pipeline_in(loaded: Any, name: str, text: str, kwargs: Mapping[str, Any], wanted: str) -> Any:
    value = getattr(loaded, name, _MISSING)
    if value is _MISSING:
        module = text.rpartition(":")[0]
        raise LoadError(f"{text}: {module} has no attribute {name!r}; {wanted}.")
    got = f"{name!r} is"
    if callable(value) and not _is_pipeline(value):
        _must_fit(value, name, text, kwargs)
        value = run_user_code(f"{text}: calling {name}()", partial(value, **kwargs))
        got = f"{name}() returned a value"
    elif kwargs:
        raise LoadError(f"{text}: {name!r} is not a function; leave --kwargs out.")
    if not _is_pipeline(value):
        raise LoadError(
            f"{text}: {got} of type {type(value).__name__}; wanted a Pipeline or a function that "
            "returns one."
        )
    return value


def _must_fit(function: Any, name: str, text: str, kwargs: Mapping[str, Any]) -> None:
    """Raise if a required argument is missing, or the function doesn't take a given one."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a callable without a signature: calling it shows the error
        return
    by_keyword = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    required = [p.name for p in by_keyword if p.default is p.empty]
    known = [p.name for p in by_keyword]
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters)
    unknown = [] if takes_all else [argument for argument in kwargs if argument not in known]
    if unknown:  # first, since a misspelt argument is a missing one too
        takes = f"it takes {_listed(known)}" if known else "it takes no arguments"
        raise LoadError(f"{text}: {name}() does not take {_listed(unknown)}; {takes}.")
    missing = [parameter for parameter in required if parameter not in kwargs]
    if missing:
        example = json.dumps({**kwargs, **dict.fromkeys(missing, "…")}, ensure_ascii=False)
        raise LoadError(f"{text}: {name}() needs {_listed(missing)}; give --kwargs '{example}'.")


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _is_pipeline(value: Any) -> bool:
    return not isinstance(value, type) and all(hasattr(value, part) for part in _OF_A_PIPELINE)


@contextlib.contextmanager
def _on_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(folder))
