"""The drop-in ``Pipeline`` and ``PipelineDefinitionConfig``."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

from .._sdk import adapter
from .._sdk.declared_names import DeclaredNames, read_declared_names
from .._sdk.dry_run import DryRun
from .._sdk.rendering import RENDERING, render, render_as_it_is
from ..core.arns import Arn, role_accounts
from ..core.declared import DROPPED_BY_SDK, PREFIXING_OFF, Declared
from ..core.definition import Definition, StepView, is_generated_name, steps
from ..core.errors import PrefixViolation
from ..core.finding_levels import FindingLevels, SwitchedOff, apply_levels
from ..core.findings import Finding, has_errors
from ..core.findings_report import Findings
from ..core.plan import Plan
from ..core.planned_jobs import AuthorRequest
from ..core.prefix_policy import PrefixPolicy, unmatched_step_roles
from ..core.step_types import KINDS
from ..enforcement.enforce import enforce, enforce_in_place
from ..enforcement.name_rules import Location, check_full_name
from ..iam import Preflight, foreign_roles
from .call_binding import Call
from .rendering import Rendering
from .sending import Judged

_SDK = adapter()

if TYPE_CHECKING:
    _Pipeline = Any
    _Config = Any
else:
    _Pipeline = _SDK.pipeline
    _Config = _SDK.definition_config


class PipelineDefinitionConfig(_Config):
    """The SDK's ``PipelineDefinitionConfig``, with prefixing on and a prefix policy.

    Args:
        use_custom_job_prefix: whether job names carry a prefix.
        policy: a :class:`~sm_prefix_ext.PrefixPolicy`, or a ``str`` for ``PrefixPolicy(str)``; with
            ``None``, every rendering uses :meth:`~sm_prefix_ext.PrefixPolicy.discover`.

    Raises:
        InvalidPrefix: if a job's name can't have the prefix.

    Example:
        >>> from sm_prefix_ext import PipelineDefinitionConfig
        >>> PipelineDefinitionConfig(policy="team-a").policy.prefix
        'team-a'
    """

    def __init__(
        self,
        use_custom_job_prefix: bool = True,
        *,
        policy: PrefixPolicy | str | None = None,
    ) -> None:
        super().__init__(use_custom_job_prefix)
        self.policy = policy

    @property
    def policy(self) -> PrefixPolicy | None:
        """The policy; with ``None``, every rendering discovers one."""
        return self._policy

    @policy.setter
    def policy(self, policy: PrefixPolicy | str | None) -> None:
        if policy is not None and not isinstance(policy, PrefixPolicy):
            policy = PrefixPolicy(policy)
        self._policy = policy

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({bool(self.use_custom_job_prefix)!r}, policy={self.policy!r})"
        )


class Pipeline(_Pipeline):
    """The SDK's ``Pipeline``; its definition either prefixes every job or raises.

    Takes the arguments of the SDK's class. Without a ``pipeline_definition_config`` it uses
    :class:`PipelineDefinitionConfig`, so prefixing is on. A config of the SDK's own works too.

    Example:
        >>> from sm_prefix_ext import Pipeline, PipelineDefinitionConfig
        >>> config = PipelineDefinitionConfig(policy="team-a")
        >>> pipeline = Pipeline("team-a-abalone", steps=[], pipeline_definition_config=config)
        >>> pipeline.check()
        ()
    """

    @wraps(_SDK.pipeline.__init__)  # type: ignore[misc]  # mypy knows no wrapped constructors
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        call = Call.of(_SIGNATURE, (self, *args), kwargs)
        if call is not None and call.get("pipeline_definition_config") is None:
            call.put("pipeline_definition_config", PipelineDefinitionConfig())
            args, kwargs = call.args[1:], call.kwargs
        super().__init__(*args, **kwargs)

    def definition(self) -> str:
        """Return the pipeline's definition as JSON, with every job's name and role enforced.

        Like the SDK's method, it sends to AWS what the steps need: it uploads code, creates the
        session's default bucket if there is none, and creates or overwrites the function of a
        Lambda step that has a script. If a declared name is wrong, it raises before it sends
        anything. :meth:`render` sends nothing.

        Returns:
            The SDK's rendering, with the composed names and the policy's roles.

        Raises:
            PrefixViolation: with all findings, if one of them is an error.
        """
        return _as_json(self._enforced().or_raise(self))

    def render(self) -> Rendering:
        """Render the pipeline without uploading anything or changing anything in AWS.

        Returns:
            One rendering, with its findings, definition, plan and preflight. An S3 path or an ARN
            in that definition, of something that was not uploaded or created, has the form of the
            real one.
        """
        enforced = self._enforced(dry_run=True)
        return Rendering(
            pipeline_name=str(self.name),
            findings=Findings(enforced.findings, enforced.definition),
            switched_off=enforced.switched_off,
            region=region_of(self),
            author_requests=enforced.author_requests,
            jobs=enforced.jobs,
            _document=enforced.definition,
            _session=self.sagemaker_session,
            _levels=enforced.levels,
        )

    def check(self) -> Findings:
        """Return all findings about the pipeline, without raising or changing anything in AWS."""
        return self.render().findings

    @wraps(Rendering.plan)
    def plan(self, **given: Any) -> Plan:
        return self.render().plan(**given)

    @wraps(Rendering.preflight)
    def preflight(self, **given: Any) -> Preflight:
        return self.render().preflight(**given)

    @wraps(_SDK.pipeline.create)
    def create(self, *args: Any, **kwargs: Any) -> Any:
        return super(Pipeline, self._rendered(args, kwargs)).create(*args, **kwargs)

    @wraps(_SDK.pipeline.update)
    def update(self, *args: Any, **kwargs: Any) -> Any:
        return super(Pipeline, self._rendered(args, kwargs)).update(*args, **kwargs)

    @wraps(_SDK.pipeline.upsert)
    def upsert(self, *args: Any, **kwargs: Any) -> Any:
        return super(Pipeline, self._rendered(args, kwargs)).upsert(*args, **kwargs)

    def _enforced(self, *, dry_run: bool = False, account: str | None = None) -> _Enforced:
        """Return the enforced definition, its findings, and the further requests of the author.

        Args:
            dry_run: whether to send no request that changes anything.
            account: the pipeline's account, if the caller knows it.
        """
        prefixing = bool(self.pipeline_definition_config.use_custom_job_prefix)
        users_policy = getattr(self.pipeline_definition_config, "policy", None)
        users_policy = users_policy or PrefixPolicy.discover() or PrefixPolicy()
        findings = check_pipeline_name(self, users_policy) if prefixing else ()
        with RENDERING:
            before = read_declared_names(self, _SDK, everything=dry_run)
            policy = users_policy.with_collection_roles(before.owners)
            step_names = {*before.step_types, *before.owners.values()}
            findings += unmatched_step_roles(users_policy, step_names)
            names = before.names(policy) if prefixing else {}
            early: tuple[Finding, ...] = ()
            if names is None:
                early = enforce(before.definition, policy, before.declared)[1]
            # Rendering uploads code, so errors that the objects show already come before it. A dry
            # run uploads nothing, and goes on unless a job's name is wrong.
            blocking, _ = apply_levels(early if dry_run else findings + early, users_policy.levels)
            if has_errors(blocking):
                refused = self._refused(before, policy, prefixing) if dry_run else None
                return _Enforced.under(users_policy.levels, findings + early, before, refused)
            text, author_requests = self._rendered_by_sdk(before, prefixing, dry_run)
        definition = json.loads(text)
        findings += enforce_in_place(
            definition,
            policy,
            before.declared,
            prefixing=prefixing,
            names=names,
            reached=before.step_types,
        )
        if dry_run or account:  # definition() doesn't know the pipeline's account
            findings += _foreign_roles(definition, text, policy, account)
        return _Enforced.under(users_policy.levels, findings, before, definition, author_requests)

    def _refused(
        self, before: DeclaredNames, policy: PrefixPolicy, prefixing: bool
    ) -> Definition | None:
        """Return a definition with the names that are wrong, for the picture alone."""
        try:
            text, _ = self._rendered_by_sdk(before, prefixing, dry_run=True)
        except Exception:  # what the findings are about may raise anything in the SDK
            return None
        definition: Definition = json.loads(text)
        enforce_in_place(definition, policy, before.declared, prefixing=prefixing)
        return definition

    def _rendered_by_sdk(
        self, before: DeclaredNames, prefixing: bool, dry_run: bool
    ) -> tuple[str, tuple[AuthorRequest, ...]]:
        if not dry_run:
            return render(self, before, _SDK, quiet=prefixing), ()
        requests = DryRun(before, _SDK)
        text = render(self, before, _SDK, quiet=prefixing, prepare=requests.replace_sessions)
        return text, requests.author_requests

    def _rendered(self, args: Any, kwargs: Any) -> Pipeline:
        """Return a copy with its judged definition, rendered once, before the first request.

        The SDK's ``upsert`` calls ``create`` or ``update`` on the copy, which then is returned
        itself.
        """
        definition = vars(self).get("definition")
        if isinstance(definition, Judged) and definition.is_of(self):
            return self
        enforced = self._enforced(account=_account(args, kwargs))
        text = _as_json(enforced.or_raise(self))
        twin = copy.copy(self)
        twin.__dict__["definition"] = Judged(twin, text, enforced.names.graph)
        if getattr(self.sagemaker_session, "local_mode", False):
            # Local mode compiles the steps again, and with prefixing on v2 raises for a model
            # without a declared name.
            twin.pipeline_definition_config = PipelineDefinitionConfig(False)
        return twin


@dataclass(frozen=True)
class _Enforced:
    names: DeclaredNames
    definition: Definition | None
    findings: tuple[Finding, ...]
    switched_off: SwitchedOff
    levels: FindingLevels
    author_requests: tuple[AuthorRequest, ...] = ()

    @property
    def jobs(self) -> int:
        """How many steps start a job; a step type that the table doesn't know may."""
        types = self.names.step_types.values()
        return sum(name not in KINDS or KINDS[name].makes_job for name in types)

    @classmethod
    def under(
        cls,
        levels: FindingLevels,
        findings: tuple[Finding, ...],
        names: DeclaredNames,
        definition: Definition | None = None,
        author_requests: tuple[AuthorRequest, ...] = (),
    ) -> _Enforced:
        """Apply the policy's levels to the findings."""
        counted, off = apply_levels(findings, levels)
        return cls(names, definition, counted, off, levels, author_requests)

    def or_raise(self, pipeline: Any) -> Definition:
        if self.definition is None or has_errors(self.findings):
            findings = Findings(self.findings, self.definition)
            raise PrefixViolation(findings, f"the pipeline {pipeline.name!r}")
        return self.definition


def _foreign_roles(
    definition: Definition, text: str, policy: PrefixPolicy, account: str | None
) -> tuple[Finding, ...]:
    """Return the findings about roles of other accounts; ``text`` is the SDK's rendering."""
    accounts = role_accounts(" ".join((text, *policy.step_roles.values())))
    # foreign_roles() needs a plan, which takes time.
    return foreign_roles(definition, account) if len({*accounts, account} - {None}) > 1 else ()


def _as_json(definition: Definition) -> str:
    return json.dumps(definition, check_circular=False)  # it was read from JSON


def _account(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
    """Return the account of the execution role in the arguments of ``create()`` or its siblings."""
    try:
        return Arn.parse(kwargs.get("role_arn") or args[0]).account
    except (IndexError, TypeError, ValueError):
        return None  # the SDK takes the role from its defaults, or reports what is wrong


def region_of(pipeline: Any) -> str | None:
    """Return the region of a pipeline's session; ``None`` if it has none, as in tests."""
    region = getattr(pipeline.sagemaker_session, "boto_region_name", None)
    return region if isinstance(region, str) else None


def check_pipeline_name(pipeline: Any, policy: PrefixPolicy) -> tuple[Finding, ...]:
    """Return the findings about a pipeline's own name."""
    location = Location(str(pipeline.name), "Pipeline")
    return check_full_name(location, "The pipeline's own name", pipeline.name, policy)


def with_policy(pipeline: Pipeline, policy: PrefixPolicy) -> Pipeline:
    """Return a copy of a pipeline with another policy."""
    twin = copy.copy(pipeline)
    config = pipeline.pipeline_definition_config
    twin.pipeline_definition_config = PipelineDefinitionConfig(
        config.use_custom_job_prefix, policy=policy
    )
    return twin


@dataclass(frozen=True)
class SdkRendering:
    """The rendering of a pipeline of the SDK's own class, from a dry run.

    Args:
        definition: the SDK's definition.
        declared: by step name, the declared names that the definition doesn't contain.
        author_requests: the further requests that create or update the pipeline's resources.
    """

    definition: Definition
    declared: dict[str, Declared]
    author_requests: tuple[AuthorRequest, ...]


def render_sdk_pipeline(pipeline: Any) -> SdkRendering:
    """Render a pipeline of the SDK's own class, without changing anything in AWS.

    With the SDK's prefixing on, v2 raises for a model without a name. In that case, the definition
    is rendered with prefixing off and gets the declared names. So the missing name is reported
    together with all other findings.
    """
    with RENDERING:
        before = read_declared_names(pipeline, _SDK, everything=True)
        dry_run = DryRun(before, _SDK)
        try:
            text = render_as_it_is(pipeline, before, _SDK, dry_run.replace_sessions)
        except ValueError as error:
            if "use_custom_job_prefix" not in str(error):
                raise
            text = render(pipeline, before, _SDK, quiet=True, prepare=dry_run.replace_sessions)
            definition: Definition = json.loads(text)
            declared = {
                step: replace(name, name=name.composed) if name.composed else name
                for step, name in before.declared.items()
            }
            enforce_in_place(definition, PrefixPolicy(), declared)
            return SdkRendering(definition, {}, dry_run.author_requests)
    definition = json.loads(text)
    config = getattr(pipeline, "pipeline_definition_config", None)
    on = bool(getattr(config, "use_custom_job_prefix", False))
    cause = DROPPED_BY_SDK if on else PREFIXING_OFF
    dropped = {
        step.name: replace(before.declared[step.name], dropped_by=cause)
        for step in steps(definition)
        if _is_dropped(step, before.declared.get(step.name))
    }
    return SdkRendering(definition, dropped, dry_run.author_requests)


def _is_dropped(step: StepView, declared: Declared | None) -> bool:
    """Test whether a step's job has a declared name that the definition doesn't contain."""
    if declared is None or step.kind is None:
        return False
    if not isinstance(declared.name, str) or not declared.name:
        return False
    return step.job_name is None or is_generated_name(step, str(step.job_name))


_SIGNATURE = inspect.signature(_SDK.pipeline.__init__)
