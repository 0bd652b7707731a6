"""The rows of an account's IAM policies, whatever IAM answers."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timezone
from typing import Any

from botocore.exceptions import ClientError

from sm_prefix_ext.audit.aws import Reader
from sm_prefix_ext.audit.identities import iam_rows
from sm_prefix_ext.audit.judge import teams_of
from sm_prefix_ext.audit.rows import AuditRow, Unit

ACCOUNT = "111122223333"
UNIT = Unit(ACCOUNT, "aws-global")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
FULL = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/own"
CHANGED = datetime(2026, 1, 31, tzinfo=timezone.utc)
JOBS = "arn:aws:sagemaker:*:*:training-job/"


def document(*resources: str, **more: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Action": "sagemaker:CreateTrainingJob",
        "Resource": list(resources),
        **more,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


ANY, INSIDE = document("*"), document(f"{JOBS}team-a-*")


def managed(arn: str, written: Any, *, boundaries: int = 0) -> dict[str, Any]:
    return {
        "Arn": arn,
        "UpdateDate": CHANGED,
        "PermissionsBoundaryUsageCount": boundaries,
        "PolicyVersionList": [
            {"Document": "old", "IsDefaultVersion": False},
            {"Document": written, "IsDefaultVersion": True},
        ],
    }


def role(*attached: str, arn: str = ROLE, inline: Any = None, **more: Any) -> dict[str, Any]:
    policies = [] if inline is None else [{"PolicyName": "inline", "PolicyDocument": inline}]
    return {
        "Arn": arn,
        "RolePolicyList": policies,
        "AttachedManagedPolicies": [{"PolicyArn": each} for each in attached],
        **more,
    }


class Client:
    """Answers of IAM, an answer or an error for each page."""

    def __init__(self, policies: list[Any], principals: list[Any]) -> None:
        self._pages = {True: policies, False: principals}
        self.filters: list[Any] = []

    def get_account_authorization_details(self, **given: Any) -> Any:
        self.filters.append(given["Filter"])
        pages = self._pages["LocalManagedPolicy" in given["Filter"]]
        number = int(given.get("Marker", 0))
        page = pages[number] if pages else {}
        if isinstance(page, Exception):
            raise page
        more = number + 1 < len(pages)
        return {**page, **({"IsTruncated": True, "Marker": str(number + 1)} if more else {})}


def rows_of(*principals: Any, policies: Any = (), policy: Any = "team-a") -> list[AuditRow]:
    client = Client(list(policies), list(principals))
    reader = Reader(client, threading.Event(), "iam")
    return iam_rows(UNIT, reader, teams_of(policy), "aws")


def test_a_row_for_each_statement_and_principal() -> None:
    """With whose it is, its policy, its text and the time of the policy's last change."""
    user = f"arn:aws:iam::{ACCOUNT}:user/u"
    inline = [{"PolicyName": "i", "PolicyDocument": INSIDE}]
    rows = rows_of(
        {
            "RoleDetailList": [role(FULL)],
            "UserDetailList": [{"Arn": user, "UserPolicyList": inline}],
        },
        {"GroupDetailList": [role(FULL, arn=f"arn:aws:iam::{ACCOUNT}:group/g")]},
        policies=[{"Policies": [managed(FULL, ANY)]}],
    )
    assert [
        ("group/g", FULL, "outside", "2026-01-31T00:00:00.000Z"),
        ("role/r", FULL, "outside", "2026-01-31T00:00:00.000Z"),
        ("user/u", "i", "inside", None),
    ] == [(str(row.role).split(":")[5], row.policy, row.verdict, row.time) for row in rows]
    assert {("statement", UNIT)} == {(row.kind, row.unit) for row in rows}
    assert INSIDE["Statement"][0] == json.loads(str(rows[2].statement))
    assert " " not in str(rows[2].statement)
    assert (("team-a",), ("Training",)) == (rows[2].teams, rows[2].step_types)


def test_all_pages_are_read() -> None:
    """Those of policies first, since principals refer to them."""
    first, second = f"{OWN}1", f"{OWN}2"
    rows = rows_of(
        {"RoleDetailList": [role(first)]},
        {"RoleDetailList": [role(second, arn=f"{ROLE}2")]},
        policies=[{"Policies": [managed(first, ANY)]}, {"Policies": [managed(second, INSIDE)]}],
    )
    assert [(ROLE, "outside"), (f"{ROLE}2", "inside")] == [(row.role, row.verdict) for row in rows]


def test_policies_that_nobody_has() -> None:
    """The account's own are rows of themselves; those of AWS are left out."""
    boundary = f"{OWN}-boundary"
    policies = [managed(OWN, ANY), managed(boundary, ANY, boundaries=1), managed(FULL, ANY)]
    rows = rows_of(policies=[{"Policies": policies}])
    assert [(OWN, OWN), (boundary, boundary)] == [(row.role, row.policy) for row in rows]
    assert "The policy is attached to no user, group or role." in str(rows[0].reason)
    assert "It is a permissions boundary alone" in str(rows[1].reason)


def test_what_else_decides_is_named() -> None:
    """The boundary, and what the same principal's policies deny."""
    deny = document("*", Effect="Deny")
    limited = role(
        OWN, inline=deny, PermissionsBoundary={"PermissionsBoundaryArn": f"{OWN}-boundary"}
    )
    [row] = rows_of({"RoleDetailList": [limited]}, policies=[{"Policies": [managed(OWN, ANY)]}])
    assert "A Deny of inline may restrict it." in str(row.reason)
    assert f"The permissions boundary {OWN}-boundary may restrict it." in str(row.reason)


def test_tags_fill_variables() -> None:
    """Those of the principal whose policy it is."""
    by_tag = document(f"{JOBS}${{aws:PrincipalTag/team}}-*")
    tagged = role(inline=by_tag, Tags=[{"Key": "team", "Value": "team-a"}])
    rows = rows_of({"RoleDetailList": [tagged, role(inline=by_tag, arn=f"{ROLE}2")]})
    assert ["inside", "unknown"] == [row.verdict for row in rows]


def test_what_can_not_be_read_is_a_row() -> None:
    """A policy that is not in the answer, and one that is no policy."""
    odd = document("*", Surprise=1)
    rows = rows_of(
        {"RoleDetailList": [role(FULL, OWN)]}, policies=[{"Policies": [managed(OWN, odd)]}]
    )
    assert [("unknown", OWN), ("unknown", FULL)] == [(row.kind, row.policy) for row in rows]
    assert "'Surprise' is not an element of a statement" in str(rows[0].reason)
    assert "do not have the attached policy" in str(rows[1].reason)
    assert {(ROLE, "iam:GetAccountAuthorizationDetails")} == {(r.role, r.permission) for r in rows}


def test_a_refused_read_keeps_what_was_read_before() -> None:
    """It is a row with its permission."""
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Get")
    rows = rows_of({"RoleDetailList": [role(inline=ANY)]}, refused)
    assert ["unknown", "statement"] == [row.kind for row in rows]
    assert "Access is denied." in str(rows[0].reason)
    assert "iam:GetAccountAuthorizationDetails" == rows[0].permission
    assert ["unknown"] == [row.kind for row in rows_of(policies=[refused])]


def test_statements_about_anything_else_have_no_row() -> None:
    """A policy of other services, and a single statement that is no list."""
    other = document("*", Action="s3:*")
    single = {"Version": "2012-10-17", "Statement": ANY["Statement"][0]}
    rows = rows_of({"RoleDetailList": [role(inline=other), role(inline=single)]})
    assert [ANY["Statement"][0]] == [json.loads(str(row.statement)) for row in rows]
