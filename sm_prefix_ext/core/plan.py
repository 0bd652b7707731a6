"""The plan of a pipeline: the jobs that it will start, with their names, ARNs and roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .arns import Arn, ArnScope, escaped, is_role_arn, must_be_scope, partition_of
from .definition import StepView, load, role_slots, steps, unknown_step_type
from .display.displayed import DisplayedSequence, data_frame
from .errors import PrefixViolation
from .findings_report import Findings
from .job_names import hyphenated
from .parameters import defaults_of, filled, named_in, values_of
from .plan_report import plan_report
from .planned_jobs import AuthorRequest, PlannedJob
from .prefix_policy import PrefixPolicy
from .step_types import Kind

if TYPE_CHECKING:
    import pandas

    from .display.report import Report


@dataclass(frozen=True)
class _Known:
    """The account, region and partition that the caller passed."""

    account: str | None = None
    region: str | None = None
    partition: str | None = None


@dataclass(frozen=True)
class Plan(DisplayedSequence[PlannedJob]):
    """The jobs of a pipeline, in the order of the definition.

    Args:
        jobs: the jobs; a tuning job whose training jobs have different roles occurs once for each
            role.
        home: their partition, region and account.
        definition: the pipeline's definition.
        role_arn: the pipeline's execution role, or ``None`` if it isn't known.
        pipeline_name: the pipeline's own name, or ``None`` if it isn't known.
        policy: the policy with the roles of steps.
        parameters: values of the pipeline's parameters; the others have their defaults.
        author_requests: the further requests that create or update the pipeline's resources.

    Example:
        >>> from sm_prefix_ext import Plan
        >>> train = {"TrainingJobName": "team-a-train"}
        >>> step = {"Name": "Train", "Type": "Training", "Arguments": train}
        >>> [job] = Plan.from_definition({"Steps": [step]}, region="eu-west-1")
        >>> job.arn_pattern
        'arn:aws:sagemaker:eu-west-1:*:training-job/team-a-train-*'
    """

    _items = "jobs"

    jobs: tuple[PlannedJob, ...]
    home: ArnScope = field(default_factory=ArnScope)
    definition: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    role_arn: str | None = None
    pipeline_name: str | None = None
    policy: PrefixPolicy = field(default_factory=PrefixPolicy, repr=False, compare=False)
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    author_requests: tuple[AuthorRequest, ...] = field(default=(), repr=False)
    _known: _Known = field(default_factory=_Known, repr=False, compare=False)
    _without_default: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    @cached_property
    def resolved(self) -> Mapping[str, Any]:
        """The definition with its parameters replaced by given or default values."""
        known = {**defaults_of(self.definition), **self.parameters}
        values = {name: value for name, value in known.items() if name not in self._without_default}
        return {**self.definition, **filled(_without_parameters(self.definition), values)}

    @cached_property
    def defaults(self) -> tuple[str, ...]:
        """The parameters that the definition uses with their default values, sorted."""
        defaulted = defaults_of(self.definition).keys() - self.parameters.keys()
        used = set(named_in(_without_parameters(self.definition))) if defaulted else ()
        return tuple(sorted(defaulted.intersection(used) - self._without_default))

    def replace(
        self,
        *,
        account: str | None = None,
        region: str | None = None,
        partition: str | None = None,
        role_arn: str | None = None,
        pipeline_name: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Plan:
        """Return the plan for another account, region or role, or with more of these known.

        Args:
            account: 12 digits; ``None``, here and below, keeps the plan's value.
            region: such as ``eu-west-1``.
            partition: by default the region's.
            role_arn: the pipeline's execution role, which is the role of jobs without their own.
            pipeline_name: the pipeline's own name.
            parameters: values of parameters, in addition to the plan's.

        Raises:
            ValueError: see :meth:`from_definition`.
        """
        _must_be_names(role_arn, pipeline_name)
        known = _Known(
            account or self._known.account,
            region or self._known.region,
            partition or (None if region else self._known.partition),
        )
        given = values_of(self.definition, parameters)
        plan = replace(
            self,
            role_arn=role_arn or self.role_arn,
            pipeline_name=pipeline_name or self.pipeline_name,
            parameters={**self.parameters, **given},
            _known=known,
        )
        return plan._with_jobs()

    def without_defaults(self, names: Iterable[str]) -> Plan:
        """Return the plan as it would be if some parameters had no default value.

        Args:
            names: the names of parameters without a given value.
        """
        # With the same scope: roles that depend on a default may be the only source of the account.
        return replace(self, _without_default=frozenset(names))._with_jobs(self.home)

    def to_frame(self) -> pandas.DataFrame:
        """Return the jobs as a pandas ``DataFrame``, with a row for each, in the same order.

        Raises:
            ImportError: if pandas isn't installed.
        """
        columns = [item.name for item in fields(PlannedJob)]
        return data_frame([job.to_dict() for job in self], columns, "Plan")

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as a dict, for JSON."""
        return {"jobs": [job.to_dict() for job in self.jobs]}

    def report(self, *, drawn: bool = True) -> Report:
        report = plan_report(self.jobs, self.definition, self.pipeline_name)
        return report if drawn else replace(report, graph=None)

    @classmethod
    def from_definition(
        cls,
        document: Mapping[str, Any] | str,
        *,
        policy: PrefixPolicy | None = None,
        account: str | None = None,
        region: str | None = None,
        role_arn: str | None = None,
        pipeline_name: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        author_requests: Iterable[AuthorRequest] = (),
    ) -> Plan:
        """Create a plan from a definition; needs neither the SDK nor the network.

        Args:
            document: the definition, as a dict or as JSON; its names are final.
            policy: the policy with the roles of steps.
            account: 12 digits; by default that of ``role_arn``, else the one that all roles in the
                definition share.
            region: such as ``eu-west-1``; without it, ARNs have ``*`` and the role's partition.
            role_arn: the pipeline's execution role, which is the role of a job whose step has none.
            pipeline_name: the pipeline's own name, which a definition doesn't contain.
            parameters: values of the pipeline's parameters, by name; by default their defaults.
            author_requests: the further requests that create or update the pipeline's resources.

        Raises:
            ValueError: if the document isn't a pipeline definition; if the account, the region, the
                role or the pipeline's name isn't valid; for a parameter that the pipeline doesn't
                have, or a value that a parameter can't have.
            PrefixViolation: for unknown step types, since their jobs can't be planned.
        """
        definition = load(document) if isinstance(document, str) else document
        unknown = [unknown_step_type(view) for view in steps(definition) if view.kind is None]
        if unknown:
            raise PrefixViolation(Findings(unknown, definition), "the definition")
        _must_be_names(role_arn, pipeline_name)
        plan = cls(
            jobs=(),
            definition=definition,
            role_arn=role_arn,
            pipeline_name=pipeline_name,
            policy=policy or PrefixPolicy(),
            parameters=values_of(definition, parameters),
            author_requests=tuple(author_requests),
            _known=_Known(account, region),
        )
        return plan._with_jobs()

    def _with_jobs(self, home: ArnScope | None = None) -> Plan:
        """Return the plan with its jobs, in a given scope or that of the caller and the roles."""
        drafts = list(self._drafts()) if self.definition else []
        home = home or _scope(self._known, self.role_arn, [role for _, _, role, _ in drafts])
        jobs = tuple(_job(view, kind, role, home, names) for view, kind, role, names in drafts)
        if not self.definition:  # the jobs were given
            jobs = self.jobs
        return replace(self, jobs=jobs, home=home)

    def _drafts(self) -> Iterator[tuple[StepView, Kind, str | None, tuple[str, ...]]]:
        """Yield each job's step, its kind, its role, and the defaults on which it depends."""
        defaults = frozenset(self.defaults)
        for declared, view in zip(steps(self.definition), steps(self.resolved), strict=True):
            if view.kind is None or not view.kind.makes_job:
                continue
            policy_role = self.policy.role_for(view.name, view.step_type)
            names: tuple[str, ...] = ()
            if defaults:
                named = named_in(list(_deciding(declared, view.kind, policy_role)))
                names = tuple(sorted(defaults.intersection(named)))
            for role in _roles(view, view.kind, policy_role, self.role_arn):
                yield view, view.kind, role, names


def _without_parameters(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in definition.items() if key != "Parameters"}


def _must_match(pattern: str, value: str | None, wanted: str) -> None:
    if value is not None and re.fullmatch(pattern, value) is None:
        raise ValueError(f"{value!r} can't be {wanted}.")


def _must_be_names(role_arn: str | None, pipeline_name: str | None) -> None:
    if role_arn is not None and not is_role_arn(role_arn):
        raise ValueError(
            f"{role_arn!r} can't be a role; wanted its ARN, arn:<partition>:iam::<account>:role/…."
        )
    # The service checks the rest. Wildcards would widen the policies generated from the plan.
    _must_match(
        r"([^*?$]|[$](?!{))+",
        pipeline_name,
        "a pipeline's name; wanted no wildcards",
    )


def _deciding(view: StepView, kind: Kind, policy_role: str | None) -> Iterator[Any]:
    """Yield the parts of a step that determine the name and the role of its job."""
    for key in (kind.name_field, "ModelPackageGroupName", "JobCategory"):
        yield view.arguments.get(key)
    for path in () if policy_role else kind.role_fields:
        for holder, key in role_slots(view.arguments, path):
            yield holder.get(key)


def _roles(
    view: StepView, kind: Kind, policy_role: str | None, role_arn: str | None
) -> list[str | None]:
    if not kind.role_fields:
        return [None]
    if policy_role is not None:
        return [policy_role]
    values = [
        holder[key]
        for path in kind.role_fields
        for holder, key in role_slots(view.arguments, path)
        if holder.get(key)
    ]
    roles = [role if isinstance(role, str) else "*" for role in values]
    return list(dict.fromkeys(roles)) or [role_arn]


def _scope(known: _Known, role_arn: str | None, roles: Iterable[str | None]) -> ArnScope:
    """Return the caller's scope, else the execution role's, else the one that all roles share.

    The execution role takes precedence, since a job's role may be of another account by mistake.
    """
    must_be_scope(known.account, known.region)
    sources = [role_arn] if role_arn else roles
    arns = [Arn.parse(role) for role in sources if role and is_role_arn(role)]
    accounts, partitions = {arn.account for arn in arns}, {arn.partition for arn in arns}
    shared = partitions.pop() if len(partitions) == 1 else partition_of(None)
    return ArnScope(
        known.partition or (partition_of(known.region) if known.region else shared),
        known.region or "*",
        known.account or (accounts.pop() if len(accounts) == 1 else "*"),
    )


def _job(
    view: StepView, kind: Kind, role: str | None, home: ArnScope, defaults: tuple[str, ...]
) -> PlannedJob:
    actions = kind.iam_actions
    if view.group_name is not None:
        actions = (*actions, "sagemaker:CreateModelPackageGroup")
        home, group = _group(view.group_name, home)
        prefix, pattern = None, f"{group}/*" if group != "*" else group
    else:
        prefix, pattern = _pattern(view, kind)
    given = view.arguments.get("JobCategory")
    category = escaped(given) if isinstance(given, str) else "*"
    return PlannedJob(
        step=view.path,
        step_type=view.step_type,
        prefix=prefix,
        name_pattern=pattern,
        arn_pattern=home.arn("sagemaker", kind.resource(pattern, category)),
        role_arn=role,
        actions=actions,
        defaults=defaults,
    )


def _group(name_or_arn: Any, home: ArnScope) -> tuple[ArnScope, str]:
    """Return the scope and the name of a model package group; its ARN may be of another scope."""
    if not isinstance(name_or_arn, str):
        return home, "*"
    try:
        arn = Arn.parse(name_or_arn)
    except ValueError:
        return home, escaped(name_or_arn)
    if (arn.service, arn.resource_type) != ("sagemaker", "model-package-group"):
        return home, escaped(name_or_arn)
    return ArnScope(*map(escaped, (arn.partition, arn.region, arn.account))), escaped(arn.name)


def _pattern(view: StepView, kind: Kind) -> tuple[str | None, str]:
    name = view.job_name
    if isinstance(name, str):
        return name, f"{escaped(name)}-*"
    if name is not None:
        return None, "*"
    part = hyphenated(view.name)[: kind.default_step_part]
    return None, f"*-{part}-*" if kind.short else f"pipelines-*-{part}-*"
