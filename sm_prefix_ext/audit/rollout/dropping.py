"""The last steps: the statements that allow the old names go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...core.display.report import counted
from ..rows import OUTSIDE, AuditRow
from .commands import DONE, Commands
from .documents import document_of, remaining
from .needs import needs_of
from .policies import (
    allows_generated,
    by_policy,
    distinct,
    may_allow_others,
    policy_name,
    policy_title,
    principals,
    reasons,
)
from .step import DROP, RolloutDocument, RolloutStep
from .survey import Survey, is_left

_OF_AWS = ":iam::aws:policy/"


def dropping(survey: Survey, commands: Commands) -> Iterator[RolloutStep]:
    """Yield a step for each policy that allows jobs under the old names, or under any name.

    A statement for any name, or for names that its variables decide, counts where it is of a role
    that runs pipelines.
    """
    old = [row for row in survey.statements if allows_generated(row)]
    for (account, policy, _), rows in by_policy(old).items():
        yield _drop(survey, commands, account, policy, rows)
    roles = survey.by_role
    wide = [
        row
        for row in survey.statements
        if (row.account, row.role or "") in roles and may_allow_others(row)
    ]
    for (account, policy, _), rows in by_policy(wide).items():
        yield _narrow(survey, commands, account, policy, rows)


def _drop(
    survey: Survey, commands: Commands, account: str, policy: str, rows: Sequence[AuditRow]
) -> RolloutStep:
    statements, whose = distinct(rows), principals(rows)
    notes = [*_still_used(survey, account, whose), *_of_aws(policy)]
    documents = [RolloutDocument(f"{policy_name(rows)}-old", "remove", document_of(statements))]
    number = counted(len(statements), "statement")
    do = f"Remove {number} from it"
    try:
        left = remaining(statements)
    except ValueError as error:
        do += ", by hand"
        notes.append(str(error))
    else:
        if left:
            name = f"{policy_name(rows)}-instead"
            documents.append(RolloutDocument(name, "instead", document_of(left)))
            do = f"Replace {number} of it by what stays without the old names"
        else:
            notes.append("If no statement is left then, detach and delete the policy.")
    return RolloutStep(
        DROP,
        account,
        (),
        policy_title(rows),
        f"{do}.",
        policy=policy,
        notes=tuple(notes),
        documents=tuple(documents),
        checks=(commands.audit(DONE, survey.regions(account), whose),),
        roles=whose,
    )


def _narrow(
    survey: Survey, commands: Commands, account: str, policy: str, rows: Sequence[AuditRow]
) -> RolloutStep:
    whose = principals(rows)
    may_start = dict.fromkeys(
        commands.preflight(need.team, need.kinds, role, account, need.region)
        for role in whose
        for need in needs_of(survey, survey.by_role.get((account, role), ()))
    )
    name = f"{policy_name(rows)}-wide"
    do = "Narrow it if it allows jobs outside every team's prefix."
    if any(row.verdict == OUTSIDE for row in rows):
        do = (
            "Narrow it by hand: it allows jobs outside every team's prefix, so no prefix binds the "
            "roles that have it. Keep what else their pipelines need of it, such as iam:PassRole "
            "and S3: sm-prefix preflight PIPELINE_ARN --role-policy FILE judges the new policy."
        )
    return RolloutStep(
        DROP,
        account,
        (),
        policy_title(rows),
        do,
        policy=policy,
        notes=(*reasons(rows), *_of_aws(policy)),
        documents=(RolloutDocument(name, "narrow", document_of(distinct(rows))),),
        checks=(*may_start, commands.audit(DONE, survey.regions(account), whose)),
        roles=whose,
    )


def _still_used(survey: Survey, account: str, whose: Sequence[str]) -> Iterator[str]:
    by_role = survey.by_role
    for principal in whose:
        left = [str(row.name) for row in by_role.get((account, principal), ()) if is_left(row)]
        if left:
            yield f"{principal} keeps it until these are updated: {', '.join(left)}."


def _of_aws(policy: str) -> Iterator[str]:
    if _OF_AWS in policy:
        yield "AWS owns the policy, so attach a copy with the change, and detach the policy."
