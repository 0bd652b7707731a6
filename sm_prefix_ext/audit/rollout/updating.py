"""The steps that give pipelines a prefix, and those that verify it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...core.display.report import counted
from ...core.policy_file import Team
from ..rows import PREFIXING_OFF, AuditRow
from .commands import Commands
from .policies import allows_generated, may_allow_others
from .step import DROP, UPDATE, VERIFY, RolloutStep
from .survey import Survey, is_left


def updating(survey: Survey, commands: Commands) -> Iterator[RolloutStep]:
    """Yield a step for each pipeline that needs a prefix: first those with errors, then by name."""
    left = sorted(
        (row for row in survey.pipelines if is_left(row)),
        key=lambda row: (row.account, row.verdict == PREFIXING_OFF, row.region, str(row.name)),
    )
    for row in left:
        team = survey.team_of(row)
        if team is not None:
            yield RolloutStep(
                UPDATE,
                row.account,
                (row.region,),
                str(row.name),
                _what_to_do(row, team),
                notes=(row.reason,) if row.verdict != PREFIXING_OFF and row.reason else (),
                checks=(commands.check(team, str(row.arn)),),
                pipelines=(str(row.name),),
                roles=(row.role,) if row.role else (),
            )


def _what_to_do(row: AuditRow, team: Team) -> str:
    arguments = [repr(str(team.policy.prefix))]
    if team.policy.short_prefix not in (None, team.policy.prefix):
        arguments.append(f"short_prefix={str(team.policy.short_prefix)!r}")
    text = f"Update the pipeline under PrefixPolicy({', '.join(arguments)})"
    if row.verdict == PREFIXING_OFF:
        return f"{text}."
    return f"Fix what its check finds: {counted(row.errors or 0, 'error')}. {text}."


def verifying(survey: Survey, commands: Commands) -> Iterator[RolloutStep]:
    """Yield a step for each role under which jobs may still start under the old names.

    Without a statement that allows such names, nothing is left to lose.
    """
    allowing = {row.account for row in survey.statements if _allows_old_names(row)}
    for account in survey.by_account:
        alone = survey.without_pipeline(account) if account in allowing else []
        if alone:
            yield RolloutStep(
                VERIFY,
                account,
                tuple(sorted({job.region for job in alone})),
                f"{counted(len(alone), 'job')} of other executions",
                "Executions that were not read started these jobs under the old names. Wait until "
                "they have ended. Then audit with a later --since.",
                notes=(f"Such as {alone[0].name}, started {alone[0].time}.",),
                checks=(commands.audit(DROP, survey.regions(account), ()),),
            )
    for (account, role), pipelines in survey.by_role.items():
        reasons = tuple(_reasons(survey, pipelines))
        allowed = any(map(_allows_old_names, survey.statements_of(account, role)))
        if any(map(is_left, pipelines)) or (allowed and (reasons or not survey.watched)):
            yield RolloutStep(
                VERIFY,
                account,
                tuple(sorted({row.region for row in pipelines})),
                role,
                "Wait until no execution runs an old definition. Then see that no job has started "
                "under the old names since.",
                notes=reasons,
                checks=(commands.audit(DROP, survey.regions(account), (role,)),),
                pipelines=tuple(str(row.name) for row in pipelines),
                roles=(role,) if role else (),
            )


def _allows_old_names(row: AuditRow) -> bool:
    return allows_generated(row) or may_allow_others(row)


def _reasons(survey: Survey, pipelines: Sequence[AuditRow]) -> Iterator[str]:
    """Yield why jobs may still start under the old names, for each pipeline that is updated."""
    for row in pipelines:
        if is_left(row) or not row.step_types:
            continue
        if row.old_executions is None:
            yield f"{row.name}: whether an old execution still runs was not read."
        elif row.old_executions:
            number = counted(row.old_executions, "execution")
            yield f"{row.name}: {number} from before its last change still run."
        started = survey.started_since_the_update(row)
        if started:
            job = started[-1]
            yield (
                f"{row.name}: {counted(len(started), 'job')} started under the old names after "
                f"its last change, such as {job.name} at {job.time}. If its execution has ended, "
                "give a later --since."
            )
