"""What a definition will start: which jobs, under which names, ARNs and roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from .arns import Arn, Home, escaped, is_role_arn, partition_of
from .definition import StepView, load, role_slots, steps, unknown_step_type
from .errors import PrefixViolation
from .html_table import as_html
from .job_names import hyphenated
from .parameters import defaults_of, filled, named_in, values_of
from .prefix_policy import PrefixPolicy
from .step_types import Kind


@dataclass(frozen=True)
class AuthorRequest:
    """A request that creating or updating a pipeline sends beside those for the pipeline itself.

    Args:
        action: the IAM action, such as ``s3:PutObject`` or ``lambda:CreateFunction``.
        resource: the ARN, its characters standing for themselves.
        conditions: condition keys of the request to their values, such as
            ``{"iam:PassedToService": "lambda.amazonaws.com"}``.
    """

    action: str
    resource: str
    conditions: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class PlannedJob:
    """A job that a pipeline will start.

    Args:
        step: the path of step names, such as ``Check/if/Train``.
        step_type: such as ``Training``.
        prefix: what its name begins with, or ``None`` with prefixing off.
        name_pattern: a pattern of its whole name, with ``*`` for what only a run decides.
        arn_pattern: the same for its ARN; a region or account that can't be learnt is ``*``.
        role_arn: the role that the job is handed; ``None`` for a kind that takes none or where it
            isn't known, ``*`` where an expression decides in the run.
        actions: the IAM actions that running it takes.
        defaults: the parameters whose default values its name or its role depends on.
    """

    step: str
    step_type: str
    prefix: str | None
    name_pattern: str
    arn_pattern: str
    role_arn: str | None
    actions: tuple[str, ...]
    defaults: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The job as plain data, for JSON."""
        return {**asdict(self), "actions": list(self.actions), "defaults": list(self.defaults)}


@dataclass(frozen=True)
class _Known:
    """What the caller knows of where a pipeline runs."""

    account: str | None = None
    region: str | None = None
    partition: str | None = None


@dataclass(frozen=True)
class Plan(Sequence[PlannedJob]):
    """The jobs of a pipeline, in the order of the definition.

    Args:
        jobs: a :class:`PlannedJob` each; a tuning job whose training jobs take different roles has
            a row for each role.
        home: where they run.
        definition: what the plan was read from.
        role_arn: the pipeline's execution role, or ``None`` where it isn't known.
        pipeline_name: the pipeline's own name, or ``None`` where it isn't known.
        policy: where steps get roles from.
        parameters: values of the pipeline's parameters; for the others their defaults hold.
        author_requests: what creating or updating the pipeline sends beside it.

    Example:
        >>> from sm_prefix_ext import Plan
        >>> train = {"TrainingJobName": "team-a-train"}
        >>> step = {"Name": "Train", "Type": "Training", "Arguments": train}
        >>> [job] = Plan.from_definition({"Steps": [step]}, region="eu-west-1")
        >>> job.arn_pattern
        'arn:aws:sagemaker:eu-west-1:*:training-job/team-a-train-*'
    """

    jobs: tuple[PlannedJob, ...]
    home: Home = field(default_factory=Home)
    definition: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    role_arn: str | None = None
    pipeline_name: str | None = None
    policy: PrefixPolicy = field(default_factory=PrefixPolicy, repr=False, compare=False)
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    author_requests: tuple[AuthorRequest, ...] = field(default=(), repr=False)
    _known: _Known = field(default_factory=_Known, repr=False, compare=False)
    _without_default: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    def __getitem__(self, index: Any) -> Any:
        return self.jobs[index]

    def __len__(self) -> int:
        return len(self.jobs)

    def __iter__(self) -> Iterator[PlannedJob]:
        return iter(self.jobs)

    @cached_property
    def resolved(self) -> Mapping[str, Any]:
        """The definition with the values of its parameters in their places, given or by default."""
        known = {**defaults_of(self.definition), **self.parameters}
        values = {name: value for name, value in known.items() if name not in self._without_default}
        return {**self.definition, **filled(_but_parameters(self.definition), values)}

    @cached_property
    def defaults(self) -> tuple[str, ...]:
        """The parameters that are used and that have their default values, in sorted order."""
        having = defaults_of(self.definition).keys() - self.parameters.keys()
        used = set(named_in(_but_parameters(self.definition))) if having else ()
        return tuple(sorted(having.intersection(used) - self._without_default))

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
        """The same plan for another place, or with more of it known.

        Args:
            account: 12 digits; ``None``, here and below, leaves what the plan has.
            region: such as ``eu-west-1``.
            partition: by default the region's.
            role_arn: the pipeline's execution role, which jobs without a role take.
            pipeline_name: the pipeline's own name.
            parameters: values of parameters, beside those that the plan has.

        Raises:
            ValueError: as :meth:`from_definition`.
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
        return plan._drawn_up()

    def without_defaults(self, names: Iterable[str]) -> Plan:
        """The plan at the same place where some parameters have no default value.

        Args:
            names: of parameters that have no value of their own.
        """
        return replace(self, _without_default=frozenset(names))._drawn_up(self.home)

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data, for JSON."""
        return {"jobs": [job.to_dict() for job in self.jobs]}

    def _repr_html_(self) -> str:
        columns = ("step", "step_type", "name_pattern", "arn_pattern", "role_arn")
        return as_html(self.jobs, columns)

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
        """Read a plan off a definition; needs no SDK and no network.

        Args:
            document: the definition, as a dict or as JSON. Its names are taken as they stand.
            policy: for the roles that it gives to steps.
            account: 12 digits; by default that of ``role_arn``, else the one that all roles in the
                definition have.
            region: such as ``eu-west-1``; without it the ARNs have ``*``, and the role's partition.
            role_arn: the pipeline's execution role, which a job takes where its step has none.
            pipeline_name: the pipeline's own name, which no definition has in it.
            parameters: values of the pipeline's parameters, by name; by default their defaults.
            author_requests: what creating or updating the pipeline sends beside it.

        Raises:
            ValueError: where the document isn't a pipeline definition; where the account, the
                region, the role or the pipeline's name can't be one; for a parameter that the
                pipeline doesn't have or a value that it can't take.
            PrefixViolation: for step types that the table doesn't know; what they start can't be
                planned.
        """
        definition = load(document) if isinstance(document, str) else document
        unknown = [unknown_step_type(view) for view in steps(definition) if view.kind is None]
        if unknown:
            raise PrefixViolation(unknown, "the definition")
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
        return plan._drawn_up()

    def _drawn_up(self, home: Home | None = None) -> Plan:
        """The plan with its jobs, and with the place that is known or that the roles tell."""
        drafts = list(self._drafts()) if self.definition else []
        home = home or _home(self._known, self.role_arn, [role for _, _, role, _ in drafts])
        jobs = tuple(_job(view, kind, role, home, names) for view, kind, role, names in drafts)
        return replace(self, jobs=jobs, home=home)

    def _drafts(self) -> Iterator[tuple[StepView, Kind, str | None, tuple[str, ...]]]:
        """Each job's step, its kind, its role, and the defaults that it depends on."""
        defaults = frozenset(self.defaults)
        for declared, view in zip(steps(self.definition), steps(self.resolved), strict=True):
            if view.kind is None or not view.kind.makes_job:
                continue
            given = self.policy.role_for(view.name, view.step_type)
            names: tuple[str, ...] = ()
            if defaults:
                named = named_in(list(_deciding(declared, view.kind, given)))
                names = tuple(sorted(defaults.intersection(named)))
            for role in _roles(view, view.kind, given, self.role_arn):
                yield view, view.kind, role, names


def _but_parameters(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in definition.items() if key != "Parameters"}


def _must_match(pattern: str, value: str | None, wanted: str) -> None:
    if value is not None and re.fullmatch(pattern, value) is None:
        raise ValueError(f"{value!r} can't be {wanted}.")


def _must_be_names(role_arn: str | None, pipeline_name: str | None) -> None:
    if role_arn is not None and not is_role_arn(role_arn):
        raise ValueError(
            f"{role_arn!r} can't be a role; wanted its ARN, arn:<partition>:iam::<account>:role/…."
        )
    # The rest is the service's to refuse; these would make a policy wider than what it names.
    _must_match(r"([^*?$]|[$](?!{))+", pipeline_name, "a pipeline's name; wanted no wildcards")


def _deciding(view: StepView, kind: Kind, given_role: str | None) -> Iterator[Any]:
    """The parts of a step that decide the name and the role of its job."""
    for key in (kind.name_field, "ModelPackageGroupName", "JobCategory"):
        yield view.arguments.get(key)
    for path in () if given_role else kind.role_fields:
        for holder, key in role_slots(view.arguments, path):
            yield holder.get(key)


def _roles(view: StepView, kind: Kind, given: str | None, role_arn: str | None) -> list[str | None]:
    if not kind.role_fields:
        return [None]
    if given is not None:
        return [given]
    values = [
        holder[key]
        for path in kind.role_fields
        for holder, key in role_slots(view.arguments, path)
        if holder.get(key)
    ]
    roles = [role if isinstance(role, str) else "*" for role in values]
    return list(dict.fromkeys(roles)) or [role_arn]


def _home(known: _Known, role_arn: str | None, roles: Iterable[str | None]) -> Home:
    """Where it runs: what the caller knows, else the execution role's, else what all roles share.

    A job's role may be of another account by mistake, so it never beats the execution role's.
    """
    _must_match(r"[0-9]{12}", known.account, "an account; wanted 12 digits")
    _must_match(r"[a-z]+(-[a-z]+)+-[0-9]+", known.region, "a region; wanted one such as eu-west-1")
    telling = [role_arn] if role_arn else roles
    arns = [Arn.parse(role) for role in telling if role and is_role_arn(role)]
    accounts, partitions = {arn.account for arn in arns}, {arn.partition for arn in arns}
    shared = partitions.pop() if len(partitions) == 1 else partition_of(None)
    return Home(
        known.partition or (partition_of(known.region) if known.region else shared),
        known.region or "*",
        known.account or (accounts.pop() if len(accounts) == 1 else "*"),
    )


def _job(
    view: StepView, kind: Kind, role: str | None, home: Home, defaults: tuple[str, ...]
) -> PlannedJob:
    actions = kind.iam_actions
    if view.group_name is not None:
        actions = (*actions, "sagemaker:CreateModelPackageGroup")
        home, group = _group(view.group_name, home)
        prefix, pattern = None, f"{group}/*" if group != "*" else group
    else:
        prefix, pattern = _pattern(view, kind)
    path = pattern
    if view.step_type == "Job":
        category = view.arguments.get("JobCategory")
        path = f"{escaped(category) if isinstance(category, str) else '*'}/{pattern}"
    return PlannedJob(
        step=view.path,
        step_type=view.step_type,
        prefix=prefix,
        name_pattern=pattern,
        arn_pattern=home.arn("sagemaker", f"{kind.arn_resource}/{path}"),
        role_arn=role,
        actions=actions,
        defaults=defaults,
    )


def _group(given: Any, home: Home) -> tuple[Home, str]:
    """Where a model package group is, and its name; its ARN may be given, and be elsewhere."""
    if not isinstance(given, str):
        return home, "*"
    try:
        arn = Arn.parse(given)
    except ValueError:
        return home, escaped(given)
    if (arn.service, arn.resource_type) != ("sagemaker", "model-package-group"):
        return home, escaped(given)
    return Home(*map(escaped, (arn.partition, arn.region, arn.account))), escaped(arn.name)


def _pattern(view: StepView, kind: Kind) -> tuple[str | None, str]:
    name = view.job_name
    if isinstance(name, str):
        return name, f"{escaped(name)}-*"
    if name is not None:
        return None, "*"
    part = hyphenated(view.name)[: kind.default_step_part]
    return None, f"*-{part}-*" if kind.short else f"pipelines-*-{part}-*"
