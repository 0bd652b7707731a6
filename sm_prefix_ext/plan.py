"""What a definition will start: which jobs, under which names, ARNs and roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .arns import Arn, Home, escaped, is_role_arn, partition_of
from .definition import StepView, load, role_slots, steps
from .enforcement import unknown_step_type
from .errors import PrefixViolation
from .kinds import Kind
from .names import hyphenated
from .policy import PrefixPolicy
from .tables import as_html


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
    """

    step: str
    step_type: str
    prefix: str | None
    name_pattern: str
    arn_pattern: str
    role_arn: str | None
    actions: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The job as plain data, for JSON."""
        return {**asdict(self), "actions": list(self.actions)}


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

    def __getitem__(self, index: Any) -> Any:
        return self.jobs[index]

    def __len__(self) -> int:
        return len(self.jobs)

    def __iter__(self) -> Iterator[PlannedJob]:
        return iter(self.jobs)

    def moved(
        self,
        *,
        account: str | None = None,
        region: str | None = None,
        partition: str | None = None,
        role_arn: str | None = None,
        pipeline_name: str | None = None,
    ) -> Plan:
        """The same plan for another place, or with more of it known.

        Args:
            account: 12 digits; ``None``, here and below, leaves what the plan has.
            region: such as ``eu-west-1``.
            partition: by default the region's.
            role_arn: the pipeline's execution role, which jobs without a role take.
            pipeline_name: the pipeline's own name.
        """
        _must_be_names(role_arn, pipeline_name)
        role = role_arn or self.role_arn
        known, found = self.home, _home([role], account, region)
        home = Home(
            partition or (found.partition if region or role_arn else known.partition),
            region or known.region,
            found.account if account or known.account == "*" else known.account,
        )
        jobs = tuple(
            replace(
                job,
                arn_pattern=_moved(job.arn_pattern, known, home),
                role_arn=job.role_arn or (role if "iam:PassRole" in job.actions else None),
            )
            for job in self.jobs
        )
        name = pipeline_name or self.pipeline_name
        return replace(self, jobs=jobs, home=home, role_arn=role, pipeline_name=name)

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data, for JSON."""
        return {"jobs": [job.to_dict() for job in self.jobs]}

    def _repr_html_(self) -> str:
        return as_html(self.jobs, ("step", "step_type", "name_pattern", "arn_pattern", "role_arn"))

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
    ) -> Plan:
        """Read a plan off a definition; needs no SDK and no network.

        Args:
            document: the definition, as a dict or as JSON. Its names are taken as they stand.
            policy: for the roles that it gives to steps.
            account: 12 digits; by default that of ``role_arn`` or of a role in the definition.
            region: such as ``eu-west-1``; without it the ARNs have ``*``, and the role's partition.
            role_arn: the pipeline's execution role, which a job takes where its step has none.
            pipeline_name: the pipeline's own name, which no definition has in it.

        Raises:
            ValueError: where the document isn't a pipeline definition, or the account, the region,
                the role or the pipeline's name can't be one.
            PrefixViolation: for step types that the table doesn't know; what they start can't be
                planned.
        """
        definition = load(document) if isinstance(document, str) else document
        policy = policy or PrefixPolicy()
        views = list(steps(definition))
        unknown = [unknown_step_type(view) for view in views if view.kind is None]
        if unknown:
            raise PrefixViolation(unknown, "the definition")
        drafts = [
            (view, view.kind, role)
            for view in views
            if view.kind is not None and view.kind.makes_job
            for role in _roles(view, view.kind, policy, role_arn)
        ]
        home = _home([role_arn, *(role for _, _, role in drafts)], account, region)
        _must_be_names(role_arn, pipeline_name)
        jobs = tuple(_job(view, kind, role, home) for view, kind, role in drafts)
        return cls(jobs, home, definition, role_arn, pipeline_name)


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


def _roles(
    view: StepView, kind: Kind, policy: PrefixPolicy, role_arn: str | None
) -> list[str | None]:
    if not kind.role_fields:
        return [None]
    given = policy.role_for(view.name, view.step_type)
    if given is not None:
        return [given]
    found = [
        holder[key]
        for path in kind.role_fields
        for holder, key in role_slots(view.arguments, path)
        if holder.get(key)
    ]
    roles = [role if isinstance(role, str) else "*" for role in found]
    return list(dict.fromkeys(roles)) or [role_arn]


def _home(roles: Iterable[str | None], account: str | None, region: str | None) -> Home:
    """Where it runs, as far as it was said or as the first role tells."""
    _must_match(r"[0-9]{12}", account, "an account; wanted 12 digits")
    _must_match(r"[a-z]+(-[a-z]+)+-[0-9]+", region, "a region; wanted one such as eu-west-1")
    arns = (Arn.parse(role) for role in roles if role and is_role_arn(role))
    found = next(arns, None)
    partition = partition_of(region) if region or not found else found.partition
    return Home(partition, region or "*", account or (found.account if found else "*"))


def _job(view: StepView, kind: Kind, role: str | None, home: Home) -> PlannedJob:
    prefix, pattern = _pattern(view, kind)
    actions = kind.iam_actions
    path = pattern
    if view.group_name is not None:
        actions = (*actions, "sagemaker:CreateModelPackageGroup")
        home = _home_of_group(view.group_name, home)
    elif view.step_type == "Job":
        category = view.arguments.get("JobCategory")
        path = f"{category if isinstance(category, str) else '*'}/{pattern}"
    return PlannedJob(
        step=view.path,
        step_type=view.step_type,
        prefix=prefix,
        name_pattern=pattern,
        arn_pattern=home.arn("sagemaker", f"{kind.arn_resource}/{path}"),
        role_arn=role,
        actions=actions,
    )


def _home_of_group(group: Any, home: Home) -> Home:
    """Where a model package group is; it may be given by its ARN, and be elsewhere."""
    try:
        arn = Arn.parse(group)
    except ValueError:
        return home
    return Home(arn.partition, arn.region, arn.account)


def _moved(pattern: str, old: Home, new: Home) -> str:
    """The pattern of an ARN at another place, unless it was somewhere of its own."""
    arn = Arn.parse(pattern)
    ours = (arn.partition, arn.region, arn.account) == (old.partition, old.region, old.account)
    return new.arn("sagemaker", arn.resource) if ours else pattern


def _pattern(view: StepView, kind: Kind) -> tuple[str | None, str]:
    group = view.group_name
    if group is not None:
        return None, f"{escaped(group.rpartition('/')[2])}/*" if isinstance(group, str) else "*"
    name = view.job_name
    if isinstance(name, str):
        return name, f"{escaped(name)}-*"
    if name is not None:
        return None, "*"
    part = hyphenated(view.name)[: kind.default_step_part]
    return None, f"*-{part}-*" if kind.short else f"pipelines-*-{part}-*"
