"""Find the pipelines of a command's targets, and judge or plan each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.arns import role_accounts
from ..core.declared import Declared
from ..core.definition import Definition, copied, load, steps, strings
from ..core.errors import PolicyFileError
from ..core.finding_levels import SwitchedOff, apply_levels, raise_for_errors
from ..core.findings import Finding, definition_not_read
from ..core.paths import is_folder
from ..core.prefix_policy import PrefixPolicy, discovered_as
from ..core.text import shown
from ..enforcement.enforce import enforce_in_place
from ..targets.source import PipelineSource, TargetError
from ..targets.template_values import TemplateValues
from .inputs import LoadError, read_text
from .policy_choice import PolicyChoice
from .progress import doing
from .python_target import (
    PYTHON,
    load_pipeline,
    module_file,
    must_go_with_python,
    run_user_code,
)
from .quiet import quiet_command

if TYPE_CHECKING:
    from ..core.plan import Plan
    from ..core.planned_jobs import AuthorRequest

WANTED = (
    "wanted a file, -, file.py:name, package.module:name, a pipeline's ARN or an s3:// URI, or for "
    "check a folder"
)
_IN_A_FILE = "wanted a pipeline definition, a CloudFormation template or a Terraform plan"


class Options(NamedTuple):
    """How targets are read.

    Args:
        choice: how each target gets its policy.
        kwargs: arguments for the function that a Python target names.
        template: values of a template's parameters and pseudo parameters.
        execution: the ARN of the execution whose definition is read, for a pipeline's ARN.
        exclude: globs of files that the search of a folder leaves out.
    """

    choice: PolicyChoice
    kwargs: Mapping[str, Any]
    template: TemplateValues
    execution: str | None
    exclude: tuple[str, ...]


class Judgement(NamedTuple):
    """What is wrong with the jobs of a target.

    Args:
        findings: the findings that count.
        switched_off: the findings that the policy file switches off.
        jobs: how many jobs were judged.
        definition: what was judged; ``None`` where there is none.
    """

    findings: tuple[Finding, ...]
    switched_off: SwitchedOff
    jobs: int
    definition: Definition | None = None


@dataclass(frozen=True)
class Target:
    """One pipeline that a command works on.

    Args:
        source: its definition, or the reason why there is none, with its location.
        pipeline: the pipeline object of a Python target, of the drop-in's class or the SDK's.
    """

    source: PipelineSource
    pipeline: Any = None

    def policy(self, choice: PolicyChoice) -> PrefixPolicy | None:
        """Return the policy that applies to it.

        Args:
            choice: the options' policy, or how to find one.

        Raises:
            PolicyFileError: if a policy file can't be used.
        """
        config = getattr(self.pipeline, "pipeline_definition_config", None)
        return choice.policy(self.source.file, getattr(config, "policy", None))

    def judge(self, policy: PrefixPolicy) -> Judgement:
        """Judge the names of its jobs.

        Args:
            policy: the prefix that the names need, and the levels of findings.
        """
        if self.source.not_read is not None:
            return Judgement(*apply_levels(self._not_read(self.source.not_read), policy.levels), 0)
        if self._is_ours:
            rendering = self._rendering_under(policy)
            return Judgement(
                rendering.findings, rendering.switched_off, rendering.jobs, rendering._document
            )
        definition, declared, _ = self._final
        findings = self._judged(definition, declared, policy) + _foreign_roles(definition)
        findings += self._not_read(*self.source.unread_branches)
        jobs = sum(step.kind is None or step.kind.makes_job for step in steps(definition))
        return Judgement(*apply_levels(findings, policy.levels), jobs, definition)

    def plan(
        self,
        policy: PrefixPolicy | None,
        *,
        account: str | None = None,
        region: str | None = None,
        role_arn: str | None = None,
        pipeline_name: str | None = None,
    ) -> Plan:
        """Return the jobs that it will start.

        Raises:
            PrefixViolation: if there is a finding of severity error. Final names are judged only if
                the policy has a prefix.
            ValueError: if an account, region, role or name is invalid.
        """
        from ..core.plan import Plan  # here, since a check doesn't need it

        author_requests: tuple[AuthorRequest, ...] = ()
        if self._is_ours:
            rendering = self._rendering_under(policy)
            definition, policy = load(rendering.definition), None  # it has the policy's roles
            author_requests = rendering.author_requests
        else:
            definition, declared, author_requests = self._final
            if policy and policy.prefix:
                findings = self._judged(definition, declared, policy)
                raise_for_errors(findings, policy.levels, "the definition", definition)
        if self.pipeline is not None:
            from ..dropin.pipeline import region_of

            region = region_of(self.pipeline) if region is None else region
        return Plan.from_definition(
            definition,
            policy=policy,
            account=account,
            region=region,
            role_arn=self.source.role_arn if role_arn is None else role_arn,
            pipeline_name=self.source.pipeline_name if pipeline_name is None else pipeline_name,
            author_requests=author_requests,
        )

    def _not_read(self, *reasons: str) -> tuple[Finding, ...]:
        name = self.source.pipeline_name or self.source.anchor or self.source.label
        return tuple(definition_not_read(name, reason) for reason in reasons)

    @property
    def _is_ours(self) -> bool:
        if self.pipeline is None:
            return False
        from ..dropin.pipeline import Pipeline

        return isinstance(self.pipeline, Pipeline)

    def _rendering_under(self, policy: PrefixPolicy | None) -> Any:
        from ..dropin.pipeline import with_policy

        pipeline = self.pipeline if policy is None else with_policy(self.pipeline, policy)
        return run_user_code(self._rendering, pipeline.render)

    @cached_property
    def _final(self) -> tuple[Definition, Mapping[str, Declared], tuple[AuthorRequest, ...]]:
        """A definition with final names, the declared names that it lacks, and other requests."""
        if self.source.definition is not None:
            return self.source.definition, {}, ()
        return run_user_code(self._rendering, self._rendered_by_sdk)

    def _rendered_by_sdk(
        self,
    ) -> tuple[Definition, Mapping[str, Declared], tuple[AuthorRequest, ...]]:
        from ..dropin.pipeline import render_sdk_pipeline

        rendering = render_sdk_pipeline(self.pipeline)
        for _ in steps(rendering.definition):  # a class of the user's own may render anything
            pass
        return rendering.definition, rendering.declared, rendering.author_requests

    def _judged(
        self, definition: Definition, declared: Mapping[str, Declared], policy: PrefixPolicy
    ) -> tuple[Finding, ...]:
        """The findings about a definition with final names."""
        findings = enforce_in_place(copied(definition), policy, declared, composes=False)
        if self.pipeline is None:
            # A step that is almost the same in both branches of a condition has its findings twice.
            return tuple(dict.fromkeys(findings))
        from ..dropin.pipeline import check_pipeline_name

        return check_pipeline_name(self.pipeline, policy) + findings

    @property
    def _rendering(self) -> str:
        return f"rendering the pipeline {self.pipeline.name!r}"


def find_one(text: str, options: Options) -> Target:
    """Return the pipeline of a target that contains exactly one.

    Args:
        text: the target.
        options: how it is read.

    Raises:
        LoadError: with the reason why the target can't be used.
        TargetError: for a value of a parameter that the target's template doesn't have.
    """
    if is_folder(text):
        raise LoadError(f"{text}: that is a folder; {WANTED}.")
    targets = list(find(text, options))
    if len(targets) > 1:
        raise LoadError(_several(text, [target.source for target in targets]))
    [target] = targets
    must_go_with_python(options.kwargs, [text], {target.source.kind})
    options.template.must_be_declared(target.source.parameters)
    if target.source.not_read is not None:
        raise LoadError(
            f"{target.source.target} has no definition to read: {target.source.not_read}."
        )
    if target.source.conditions:
        names = " and ".join(map(shown, target.source.conditions))
        raise LoadError(
            f"{target.source.target} has several definitions, depending on {names}; choose one by "
            "giving the template's parameters with --template-parameters."
        )
    return target


def _several(text: str, sources: Sequence[PipelineSource]) -> str:
    if text != "-":
        names = ", ".join(source.target for source in sources)
        return f"{text} has {len(sources)} pipelines; name one of them: {names}."
    names = ", ".join(shown(source.anchor) for source in sources)
    return (
        f"Standard input has {len(sources)} pipelines: {names}; write it to a file, and name one "
        "of them, as FILE#ID."
    )


def find(text: str, options: Options) -> Iterator[Target]:
    """Yield the pipelines of a target, at least one.

    Args:
        text: the target, which is not a folder.
        options: how it is read.

    Raises:
        LoadError: with the reason why the target can't be used.
    """
    is_there = _is_file(text)
    if not text:
        raise LoadError(f"a target is empty; {WANTED}.")
    if options.execution is not None and not text.startswith("arn:"):
        raise LoadError(f"--execution goes with a pipeline's ARN; got {text}.")
    if text.startswith(("arn:", "s3://")) and not is_there:
        yield from map(Target, _from_aws(text, options))
        return
    if text.endswith(".py") and is_there:
        raise LoadError(f"{text} is a module; name the pipeline in it too, as {text}:pipeline.")
    file, hash_sign, pick = text.rpartition("#")
    if hash_sign and not is_there and _is_file(file):
        yield from map(Target, read_file(file, options, pick))
        return
    if ":" in text and not is_there:
        yield _from_python(text, options)
        return
    yield from map(Target, read_file(text, options))


def read_file(
    file: str, options: Options, pick: str | None = None, *, named: bool = True
) -> tuple[PipelineSource, ...]:
    """Return the pipelines in a file, or in standard input for ``-``.

    Args:
        file: its path.
        options: how it is read.
        pick: the logical ID or address of the wanted pipeline.
        named: whether the user named the file, which then must contain a pipeline.

    Raises:
        LoadError: if the file can't be read, or a named file contains no pipeline.
    """
    from ..targets.files import read_text as read_pipelines

    content, where = read_text(file, f"; {WANTED}")
    try:
        sources = read_pipelines(
            content, where, None if file == "-" else file, template=options.template, pick=pick
        )
    except ValueError as error:
        raise LoadError(str(error)) from None
    if named and not sources:
        from ..targets.descriptions import looks_like

        raise LoadError(f"{where} holds no pipeline: it is {looks_like(content)}; {_IN_A_FILE}.")
    return sources


def _from_aws(text: str, options: Options) -> tuple[PipelineSource, ...]:
    from ..targets.aws import read_arn

    quiet_command()
    try:
        with doing(f"reading {text}"):
            if text.startswith("s3://"):
                return _from_s3(text, options)
            return (read_arn(text, execution=options.execution),)
    except TargetError as error:
        raise LoadError(str(error)) from None


def _from_s3(uri: str, options: Options) -> tuple[PipelineSource, ...]:
    """The pipelines in an object in S3; ``#`` may be part of its key, or pick one of them."""
    from ..targets.aws import read_s3

    try:
        sources = read_s3(uri, template=options.template)
    except TargetError:
        file, hash_sign, pick = uri.rpartition("#")
        if not hash_sign:
            raise
        sources = read_s3(file, template=options.template, pick=pick)
    if not sources:
        raise LoadError(f"{uri} holds no pipeline; {_IN_A_FILE}.")
    return sources


def _from_python(text: str, options: Options) -> Target:
    quiet_command()
    module, _, _ = text.rpartition(":")
    file = module if module.endswith(".py") else module_file(module)
    with _as_discovered(file, options):
        pipeline = load_pipeline(text, options.kwargs, WANTED)
    source = PipelineSource(
        target=text,
        kind=PYTHON,
        definition=None,
        file=file,
        pipeline_name=str(pipeline.name) or None,
    )
    return Target(source, pipeline)


@contextlib.contextmanager
def _as_discovered(file: str | None, options: Options) -> Iterator[None]:
    """Let the job classes of a module find the policy of their own file."""
    try:
        policy = options.choice.found(file)
    except PolicyFileError:  # the pipeline may have its own policy; else the error comes later
        policy = None
    with contextlib.nullcontext() if policy is None else discovered_as(policy):
        yield


def _foreign_roles(definition: Definition) -> tuple[Finding, ...]:
    """The findings about roles of several accounts."""
    if len(role_accounts(" ".join(strings(definition)))) < 2:
        return ()
    from ..iam import foreign_roles

    return foreign_roles(definition)


def _is_file(text: str) -> bool:
    try:
        return Path(text).exists() and not Path(text).is_dir()
    except (OSError, ValueError):  # too long for a path, say
        return False
