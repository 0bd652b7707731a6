"""The roll-out as a whole: its steps in their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...core.display.displayed import DisplayedSequence
from ...core.text import did_you_mean
from ..judge import Policies, teams_of
from ..rows import AuditRow, now
from .commands import DONE, Commands
from .deciding import deciding
from .dropping import dropping
from .report import ranges, rollout_report
from .scps import scp_widening
from .step import DECIDE, DROP, PHASES, UPDATE, VERIFY, WIDEN, Phase, RolloutStep
from .survey import Level, Survey
from .updating import updating, verifying
from .widening import widening

if TYPE_CHECKING:
    from ...core.display.report import Report

_WAITS_FOR: Mapping[Phase, tuple[Phase, ...]] = {
    DECIDE: (),
    WIDEN: (),
    UPDATE: (WIDEN,),
    VERIFY: (DECIDE, UPDATE),
    DROP: (DECIDE, WIDEN, VERIFY),
}


@dataclass(frozen=True)
class Rollout(DisplayedSequence[RolloutStep]):
    """The steps from generated names to prefixes, in their order; each leaves nothing broken.

    It says what is left to do: another audit has the steps that are done no more.

    Args:
        steps: the steps.
        notes: what holds for all of them, sentences.
    """

    _items = "steps"

    steps: tuple[RolloutStep, ...]
    notes: tuple[str, ...] = ()

    def left_before(self, phase: Phase | str, roles: Iterable[str] = ()) -> tuple[RolloutStep, ...]:
        """Return the steps that come before a phase.

        Args:
            phase: one of ``PHASES``, or ``"done"`` for all steps.
            roles: the ARNs of the principals that count; none for all. A step about a whole
                account counts for each.

        Raises:
            ValueError: for anything else.
        """
        if phase not in (*PHASES, DONE):
            raise ValueError(f"{phase!r} is not a phase; wanted one of {', '.join(PHASES)}, done.")
        earlier = PHASES if phase == DONE else PHASES[: PHASES.index(phase)]
        wanted = set(roles)
        return tuple(
            step
            for step in self.steps
            if step.phase in earlier
            and (not wanted or not step.roles or not wanted.isdisjoint(step.roles))
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the roll-out as a dict, for JSON."""
        return {"steps": [step.to_dict() for step in self.steps], "notes": list(self.notes)}

    def report(self, *, drawn: bool = True) -> Report:
        return rollout_report(self.steps, self.notes)


def rollout(
    rows: Iterable[AuditRow],
    policy: Policies,
    *,
    assign: Mapping[str, str] | None = None,
    watched: bool = False,
    scps: Sequence[Level] = (),
) -> Rollout:
    """Turn an audit into the steps of the switch from generated names to prefixes.

    What the rows leave open is a step of the phase ``"decide"``, and no statement goes before it.
    Keeps the rows of pipelines and of statements in memory, and of jobs those under old names.

    Args:
        rows: the audit, or the rows of its file. Read IAM too (``iam=True``).
        policy: the policy of the audit.
        assign: maps globs to the names of teams. A glob is compared with the names and ARNs of
            pipelines, and with the ARNs of roles, users and groups; the first that matches holds.
            By default a pipeline gets the policy's only team, else the one whose prefix it carries.
        watched: whether the rows have all jobs since the pipelines were updated: those of an audit
            with ``jobs=True`` and such a ``since``.
        scps: the levels of SCPs that hold for the accounts, the root first, each a mapping of names
            (of files, for the checks) to documents.

    Raises:
        ValueError: for a policy that can't be used, or an unknown team.

    Example:
        >>> from sm_prefix_ext.audit import audit
        >>> from sm_prefix_ext.audit.rollout import rollout
        >>> from sm_prefix_ext.embedded import EmbeddedAWS
        >>> with EmbeddedAWS() as aws:
        ...     print(rollout(audit(aws.boto_session, policy="team-a"), "team-a"))
        Roll-out: no step is left.
    """
    teams = teams_of(policy)
    names = [team.name for team in teams]
    assigned = dict(assign or {})
    for team in assigned.values():
        if team not in names:
            raise ValueError(
                f"There is no team {team!r}; the teams are {', '.join(names)}."
                f"{did_you_mean(team, names)}"
            )
    survey = Survey(teams, assigned, watched, scps).read(rows)
    commands = Commands(teams, assigned, survey.latest or now(), [",".join(each) for each in scps])
    steps = [
        *deciding(survey),
        *widening(survey, commands),
        *scp_widening(survey, commands),
        *updating(survey, commands),
        *verifying(survey, commands),
        *dropping(survey, commands),
    ]
    roles = {role for _, role in survey.by_role}
    numbered = tuple(_widened_together(_numbered(_checked(steps, survey, commands), roles)))
    return Rollout(numbered, _notes(survey, commands, numbered))


def _checked(
    steps: Iterable[RolloutStep], survey: Survey, commands: Commands
) -> Iterator[RolloutStep]:
    """Yield the steps by phase; one without a check is checked by another audit."""
    for step in sorted(steps, key=lambda step: PHASES.index(step.phase)):
        if not step.checks:
            check = commands.audit(WIDEN, survey.regions(step.account), step.roles)
            step = replace(step, checks=(check,))
        yield step


_ALL = "*"
"""Stands for every step of an account."""


def _numbered(steps: Iterable[RolloutStep], roles: set[str]) -> Iterator[RolloutStep]:
    """Yield the steps with their numbers, and those of the steps that come first.

    Args:
        steps: the steps in their order.
        roles: the execution roles of pipelines.
    """
    numbers: dict[tuple[Phase, str, str], list[int]] = defaultdict(list)
    for number, step in enumerate(steps, start=1):
        # Who else uses the old names isn't known, so its statement waits for all of the account.
        known = bool(step.roles) and roles.issuperset(step.roles)
        about = ("", *step.roles) if known else (_ALL,)
        first = {
            before
            for phase in _WAITS_FOR[step.phase]
            for place in (("", _ALL), *((step.account, role) for role in about))
            for before in numbers[phase, place[0], place[1]]
        }
        for role in {_ALL, *(step.roles or ("",))}:
            numbers[step.phase, step.account, role].append(number)
        documents = (replace(each, name=f"{number:02}-{each.name}") for each in step.documents)
        yield replace(step, number=number, after=tuple(sorted(first)), documents=tuple(documents))


def _widened_together(steps: Iterable[RolloutStep]) -> Iterator[RolloutStep]:
    """Yield the steps; one that widens names the others without which its check may fail."""
    listed = list(steps)
    widening = [step for step in listed if step.phase == WIDEN]
    for step in listed:
        others = [each.number for each in widening if each != step and _concerns(each, step)]
        if step.phase == WIDEN and others:
            note = f"Its check may need step{'s' * (len(others) > 1)} {ranges(others)} too."
            step = replace(step, notes=(*step.notes, note))
        yield step


def _concerns(one: RolloutStep, other: RolloutStep) -> bool:
    """Whether a step is about what the checks of another one ask; SCPs are about all accounts."""
    if one.account and other.account and one.account != other.account:
        return False
    return not (one.roles and other.account) or not set(one.roles).isdisjoint(other.roles)


_OF_UPDATES = (
    "A drop-in updates a pipeline: import Pipeline from sm_prefix_ext, with "
    "PipelineDefinitionConfig(policy=…), and upsert(). Any other way to write the names does too.",
    "An execution that runs now, that is retried, or that is started from an earlier version of "
    "the pipeline keeps the old names. The last steps end these.",
    "A step whose result is reused from the cache starts no job, and shows that of the earlier "
    "execution.",
    "Alarms, EventBridge rules, log filters and reports may have the old names in them too.",
)


def _notes(survey: Survey, commands: Commands, steps: Sequence[RolloutStep]) -> tuple[str, ...]:
    if not steps:
        return ()
    notes = [row.reason for row in survey.collisions if row.reason]
    if any(step.phase == UPDATE for step in steps):
        notes += _OF_UPDATES
    regions = sorted({row.region for row in survey.pipelines})
    if regions:
        notes.append(
            f"The audit saw pipelines in {', '.join(regions)}. A role may also serve pipelines of "
            "a region that was not read, so read all regions before a statement goes."
        )
    if any(step.phase == WIDEN for step in steps) and not survey.scps:
        notes.append(
            "Service control policies are not among the rows; give them with --scp. The checks "
            "with --live ask IAM's simulator, which evaluates them."
        )
    if len({step.account for step in steps}) > 1:
        notes.append("Run each check with credentials of the step's account.")
    if not commands.files and len(survey.teams) > 1:
        notes.append("The commands read the teams from sm-prefix.toml; write them to that file.")
    return tuple(notes)
