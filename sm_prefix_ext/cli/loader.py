"""Find the pipeline that a command names: a definition's JSON, or an object in a module."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ..core.arns import role_accounts
from ..core.declared import Declared
from ..core.definition import Definition, copied, load, steps, strings
from ..core.errors import PrefixError
from ..core.finding_levels import apply_levels, raise_for_errors
from ..core.findings import Finding
from ..core.plan import AuthorRequest, Plan
from ..core.prefix_policy import PrefixPolicy
from ..core.strict_json import loads
from ..enforcement.enforce import enforce_in_place

T = TypeVar("T")

_WANTED = "wanted a definition's JSON (a file, or -), file.py:name or package.module:name"
_OF_A_PIPELINE = ("name", "steps", "sagemaker_session", "definition")
_MISSING = object()


class LoadError(ValueError):
    """A target that can't be used; its text is one sentence."""


@dataclass(frozen=True)
class Target:
    """The pipeline that a command works on.

    Args:
        definition: for a definition that came as JSON.
        pipeline: for a pipeline object, ours or the SDK's.
    """

    definition: Definition | None = None
    pipeline: Any = None

    def policy(self, given: PrefixPolicy | None) -> PrefixPolicy | None:
        """The policy that :meth:`check` judges by: the given, the pipeline's own or a discovered.

        Args:
            given: the policy of the command's options.
        """
        config = getattr(self.pipeline, "pipeline_definition_config", None)
        return given or getattr(config, "policy", None) or PrefixPolicy.discover()

    def check(self, policy: PrefixPolicy | None) -> tuple[Finding, ...]:
        """The findings.

        Args:
            policy: with ``None`` a pipeline of ours keeps its own policy; otherwise one is
                discovered.
        """
        if self._is_ours:
            return _run_user_code(self._rendering, self._with(policy).check)
        definition, declared, _ = self._final()
        policy = policy or PrefixPolicy.discover() or PrefixPolicy()
        findings = self._judged(definition, declared, policy) + _foreign_roles(definition)
        return apply_levels(findings, policy.levels)[0]

    def plan(
        self,
        policy: PrefixPolicy | None,
        *,
        account: str | None = None,
        region: str | None = None,
        role_arn: str | None = None,
        pipeline_name: str | None = None,
    ) -> Plan:
        """The jobs that it will start.

        Raises:
            PrefixViolation: for findings of severity error. Final names are judged only if the
                policy has a prefix.
            ValueError: for an invalid account, region, role or name.
        """
        author_requests: tuple[AuthorRequest, ...] = ()
        if self._is_ours:
            rendering = _run_user_code(self._rendering, self._with(policy).render)
            definition, policy = load(rendering.definition), None  # it has the policy's roles
            author_requests = rendering.author_requests
        else:
            definition, declared, author_requests = self._final()
            policy = policy or PrefixPolicy.discover()
            if policy and policy.prefix:
                findings = self._judged(definition, declared, policy)
                raise_for_errors(findings, policy.levels, "the definition")
        if self.pipeline is not None:
            from ..dropin.pipeline import region_of

            region = region_of(self.pipeline) if region is None else region
            own = str(self.pipeline.name) or None
            pipeline_name = own if pipeline_name is None else pipeline_name
        return Plan.from_definition(
            definition,
            policy=policy,
            account=account,
            region=region,
            role_arn=role_arn,
            pipeline_name=pipeline_name,
            author_requests=author_requests,
        )

    @property
    def _is_ours(self) -> bool:
        if self.pipeline is None:
            return False
        from ..dropin.pipeline import Pipeline

        return isinstance(self.pipeline, Pipeline)

    def _with(self, policy: PrefixPolicy | None) -> Any:
        from ..dropin.pipeline import with_policy

        return self.pipeline if policy is None else with_policy(self.pipeline, policy)

    def _final(self) -> tuple[Definition, Mapping[str, Declared], tuple[AuthorRequest, ...]]:
        """A definition with final names, the declared names that it lacks, and other requests."""
        if self.definition is not None:
            return self.definition, {}, ()
        return _run_user_code(self._rendering, self._as_it_stands)

    def _as_it_stands(
        self,
    ) -> tuple[Definition, Mapping[str, Declared], tuple[AuthorRequest, ...]]:
        from ..dropin.pipeline import as_it_stands

        stands = as_it_stands(self.pipeline)
        for _ in steps(stands.definition):  # a class of the user's own may render anything
            pass
        return stands.definition, stands.declared, stands.author_requests

    def _judged(
        self, definition: Definition, declared: Mapping[str, Declared], policy: PrefixPolicy
    ) -> tuple[Finding, ...]:
        """The findings on a definition that is final."""
        findings = enforce_in_place(copied(definition), policy, declared, composes=False)
        if self.pipeline is None:
            return findings
        from ..dropin.pipeline import check_pipeline_name

        return check_pipeline_name(self.pipeline, policy) + findings

    @property
    def _rendering(self) -> str:
        return f"rendering the pipeline {self.pipeline.name!r}"


def _foreign_roles(definition: Definition) -> tuple[Finding, ...]:
    """The findings on roles of several accounts."""
    if len(role_accounts(" ".join(strings(definition)))) < 2:
        return ()
    from ..iam import foreign_roles

    return foreign_roles(definition)


def find(text: str) -> Target:
    """Find what a command's argument names.

    Args:
        text: ``-`` (JSON on standard input), a JSON file, ``file.py:name`` or
            ``package.module:name``, where the name is a pipeline or a function that returns one.

    Raises:
        LoadError: with the reason why the target can't be used.
    """
    module, colon, name = text.rpartition(":")
    if colon and not _is_there(Path(text)):
        return Target(pipeline=_from_module(module, name, text))
    if text.endswith(".py") and Path(text).is_file():
        raise LoadError(f"{text} is a module; name the pipeline in it too, as {text}:pipeline.")
    content, where = _read(text, f"; {_WANTED}")
    try:
        return Target(definition=load(content, where))
    except ValueError as error:
        raise LoadError(str(error)) from None


def read_json(text: str) -> Any:
    """The JSON document in a file, or on standard input for ``-``.

    Raises:
        LoadError: where it can't be read, isn't JSON, or has a key twice in an object.
    """
    content, where = _read(text)
    try:
        return loads(content, where)
    except ValueError as error:
        raise LoadError(str(error)) from None


def read_policy(text: str) -> dict[str, Any]:
    """The IAM policy in a file, or on standard input for ``-``.

    Raises:
        LoadError: as :func:`read_json`, and for JSON that is not an object.
    """
    document = read_json(text)
    if not isinstance(document, dict):
        got = json.dumps(document)[:80]
        raise LoadError(f"{text}: got {got}; wanted a policy document, an object.")
    return document


def _read(text: str, wanted: str = "") -> tuple[str, str]:
    """The text of a file, or of standard input for ``-``, and its name for error messages."""
    try:
        if text == "-":
            return _standard_input().removeprefix("\ufeff"), "standard input"
        _must_be_a_file(Path(text), wanted)
        return Path(text).read_text(encoding="utf-8-sig"), text
    except (OSError, ValueError) as error:  # not UTF-8, or not a path
        if isinstance(error, LoadError):
            raise
        raise LoadError(f"{text} can't be read: {error}.") from None


def _standard_input() -> str:
    if sys.stdin is None or sys.stdin.closed:
        raise LoadError("standard input is closed; give a file, or pipe the JSON in.")
    return sys.stdin.read()


def _must_be_a_file(path: Path, wanted: str = "") -> None:
    """Accepts a pipe too, such as a shell's ``<(…)``."""
    if path.is_dir() or not path.exists():
        what = "that is a folder" if path.is_dir() else "there is no such file"
        raise LoadError(f"{path}: {what}{wanted}.")


def _is_there(path: Path) -> bool:
    try:
        return path.exists() and not path.is_dir()
    except OSError:  # too long for a path, say
        return False


def _from_module(module: str, name: str, text: str) -> Any:
    loaded = _import(module)
    return _run_user_code(f"{text}: reading {name!r}", lambda: _pipeline_in(loaded, name, text))


def _pipeline_in(loaded: Any, name: str, text: str) -> Any:
    value = getattr(loaded, name, _MISSING)
    if value is _MISSING:
        module = text.rpartition(":")[0]
        raise LoadError(f"{text}: {module} has no attribute {name!r}; {_WANTED}.")
    if callable(value) and not _is_pipeline(value):
        value = _run_user_code(f"{text}: calling {name}()", value)
    if not _is_pipeline(value):
        raise LoadError(
            f"{text}: {name!r} is of type {type(value).__name__}; wanted a Pipeline or a "
            "function that returns one."
        )
    return value


def _is_pipeline(value: Any) -> bool:
    return not isinstance(value, type) and all(hasattr(value, part) for part in _OF_A_PIPELINE)


def _import(module: str) -> Any:
    if not module.endswith(".py"):
        with _on_path(Path.cwd()):
            return _run_user_code(f"importing {module}", lambda: importlib.import_module(module))
    path = Path(module)
    _must_be_a_file(path, f"; {_WANTED}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise LoadError(f"{module} can't be imported; {_WANTED}.")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = loaded
    with _on_path(path.resolve().parent):
        _run_user_code(f"importing {module}", partial(spec.loader.exec_module, loaded))
    return loaded


def _run_user_code(doing: str, call: Callable[[], T]) -> T:
    """Run the user's code, and turn its error into one sentence with the error's last line.

    Its output goes to standard error, so that standard output has the command's alone.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return call()
    except (KeyboardInterrupt, PrefixError, LoadError):
        raise
    except BaseException as error:  # a module may well call sys.exit()
        lines = str(error).strip().splitlines()
        last = f"{type(error).__name__}: {lines[-1]}" if lines else type(error).__name__
        raise LoadError(f"{doing} failed: {last}{region_hint(error)}") from error


def region_hint(error: BaseException) -> str:
    """How to set a region, if the error or its cause is a missing region; else ``""``."""
    chain: BaseException | None = error
    while chain is not None:
        # By name, since boto3 is not needed for a definition; v2 says it in an error of its own.
        if type(chain).__name__ == "NoRegionError" or "with a region supported" in str(chain):
            return " Set AWS_DEFAULT_REGION, such as AWS_DEFAULT_REGION=eu-west-1."
        chain = chain.__cause__ or chain.__context__
    return ""


@contextlib.contextmanager
def _on_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(folder))
