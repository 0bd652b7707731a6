"""The statements about jobs in an account's IAM policies, and whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..core.arns import Arn, ArnScope
from ..core.policy_file import Team
from ..iam.evaluator.policy_parser import Statement
from ..iam.evaluator.policy_parser import read as read_policy
from .aws import Reader, Refusal
from .pipelines import unknown
from .rows import STATEMENT, AuditRow, Unit, as_text, now
from .statements import Principal, is_about_jobs, judge_statement, may_restrict

_OPERATION = "GetAccountAuthorizationDetails"
_DETAILS = (("User", "UserDetailList"), ("Group", "GroupDetailList"), ("Role", "RoleDetailList"))
"""The kinds of principals, and the lists of an answer that have them."""
_MOST = 1000
"""The most items of a page."""


class _Policy(NamedTuple):
    """A policy, as far as it is about jobs.

    Args:
        name: the ARN of a managed policy, the name of an inline one.
        statements: its statements about jobs, each as written and as parsed.
        time: when it was last changed, if IAM says so.
        is_boundary: whether it is used as a permissions boundary.
        unreadable: why it could not be read.
    """

    name: str
    statements: tuple[tuple[str, Statement], ...] = ()
    time: str | None = None
    is_boundary: bool = False
    unreadable: str | None = None


class _Owner(NamedTuple):
    """A user, a group or a role; or a managed policy that is attached to none.

    Args:
        arn: its ARN.
        principal: what a statement's variables may ask of it.
        remark: what else decides what it may do.
    """

    arn: str
    principal: Principal
    remark: str | None = None


def iam_rows(unit: Unit, reader: Reader, teams: Sequence[Team], partition: str) -> list[AuditRow]:
    """Return a row for each statement about jobs in an account's IAM policies.

    Args:
        unit: the account, and the pseudo region of its IAM.
        reader: asks IAM.
        teams: whose prefixes are compared.
        partition: of the account.

    Returns:
        The rows by the ARN of whose policies they are, the policy and the statement's position.
    """
    home = ArnScope(partition, account=unit.account)
    rows: list[AuditRow] = []
    try:
        for row in _IamReader(unit, reader, teams, home).rows():
            rows.append(row)  # one by one, so that a failure keeps what was read before
    except Refusal as refusal:
        subject = "The account's IAM policies could not be read to the end."
        rows.append(unknown(unit, refusal, subject))
    return sorted(rows, key=lambda row: (row.role or "", row.policy or ""))


class _IamReader(NamedTuple):
    """Reads an account's IAM.

    Args:
        unit: the account, and the pseudo region of its IAM.
        reader: asks IAM.
        teams: whose prefixes are compared.
        home: the partition and the account.
    """

    unit: Unit
    reader: Reader
    teams: Sequence[Team]
    home: ArnScope

    def rows(self) -> Iterator[AuditRow]:
        """Yield the rows: the managed policies are read first, since others refer to them."""
        managed = {policy.name: policy for policy in self._managed()}
        attached: set[str] = set()
        kinds = [kind for kind, _ in _DETAILS]
        for answer in self.reader.answers(_OPERATION, "Marker", Filter=kinds, MaxItems=_MOST):
            for kind, key in _DETAILS:
                for detail in answer.get(key) or ():
                    arns = [each["PolicyArn"] for each in detail.get("AttachedManagedPolicies", ())]
                    attached.update(arns)
                    policies = [managed.get(arn) or _missing(arn) for arn in arns]
                    policies += _inline(detail.get(f"{kind}PolicyList") or ())
                    yield from self._of(self._owner(detail), policies)
        for arn in managed.keys() - attached:
            if Arn.parse(arn).account == self.unit.account:  # AWS's own policies are in no account
                yield from self._of(self._unattached(managed[arn]), [managed[arn]])

    def _managed(self) -> Iterator[_Policy]:
        kinds = ["LocalManagedPolicy", "AWSManagedPolicy"]
        for answer in self.reader.answers(_OPERATION, "Marker", Filter=kinds, MaxItems=_MOST):
            for detail in answer.get("Policies") or ():
                versions = detail.get("PolicyVersionList") or ()
                default = [each for each in versions if each.get("IsDefaultVersion")]
                yield _policy(
                    detail["Arn"],
                    default[0].get("Document") if default else None,
                    time=as_text(detail.get("UpdateDate")),
                    is_boundary=bool(detail.get("PermissionsBoundaryUsageCount")),
                )

    def _owner(self, detail: Mapping[str, Any]) -> _Owner:
        tags = {f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in detail.get("Tags") or ()}
        boundary = (detail.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        remark = f"The permissions boundary {boundary} may restrict it." if boundary else None
        return _Owner(detail["Arn"], Principal(self.home, tags), remark)

    def _unattached(self, policy: _Policy) -> _Owner:
        remark = "The policy is attached to no user, group or role."
        if policy.is_boundary:
            remark = "It is a permissions boundary alone, which allows nothing by itself."
        return _Owner(policy.name, Principal(self.home), remark)

    def _of(self, owner: _Owner, policies: Sequence[_Policy]) -> Iterator[AuditRow]:
        """Yield the rows of one owner's policies."""
        denials = [
            (policy, statement)
            for policy in policies
            for _, statement in policy.statements
            if statement.effect == "Deny"
        ]
        for policy in policies:
            known: dict[str, Any] = {"role": owner.arn, "policy": policy.name, "time": policy.time}
            if policy.unreadable is not None:
                refusal = Refusal(policy.unreadable, self.reader.action(_OPERATION))
                yield unknown(self.unit, refusal, "", **known)
            for text, statement in policy.statements:
                judged = judge_statement(statement, self.teams, owner.principal)
                if judged is None:
                    continue
                remarks = (*_restricting(statement, denials, owner), owner.remark)
                reason = " ".join(filter(None, (judged.reason, *remarks))) or None
                yield AuditRow(
                    STATEMENT,
                    *self.unit,
                    judged.verdict,
                    step_types=judged.step_types,
                    teams=judged.teams,
                    reason=reason,
                    statement=text,
                    read_at=now(),
                    **known,
                )


def _restricting(
    statement: Statement, denials: Sequence[tuple[_Policy, Statement]], owner: _Owner
) -> Iterator[str]:
    """Yield a remark for each policy of the owner that denies what a statement may allow."""
    if statement.effect == "Allow":
        names = (
            policy.name
            for policy, deny in denials
            if may_restrict(deny, statement, owner.principal)
        )
        for name in dict.fromkeys(names):
            yield f"A Deny of {name} may restrict it."


def _inline(details: Sequence[Mapping[str, Any]]) -> list[_Policy]:
    return [_policy(detail["PolicyName"], detail.get("PolicyDocument")) for detail in details]


def _missing(arn: str) -> _Policy:
    return _Policy(arn, unreadable=f"The answers of {_OPERATION} do not have the attached policy.")


def _policy(name: str, document: Any, **more: Any) -> _Policy:
    """Parse a policy, and keep what is about jobs."""
    try:
        statements = read_policy(document, name)
    except ValueError as error:
        return _Policy(name, unreadable=str(error), **more)
    written = document["Statement"]
    texts = [written] if isinstance(written, Mapping) else written
    kept = tuple(
        (json.dumps(text, separators=(",", ":")), statement)
        for text, statement in zip(texts, statements)
        if is_about_jobs(statement)
    )
    return _Policy(name, kept, **more)
