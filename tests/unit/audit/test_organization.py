"""The accounts of an organization."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext.audit.accounts import Account, Entry
from sm_prefix_ext.audit.aws import Reader, Refusal
from sm_prefix_ext.audit.organization import organization
from sm_prefix_ext.audit.rows import AuditRow

OWN = Account("111122223333", "aws", lambda service, region: None)


class Client:
    """Answers of Organizations, an answer or an error for each page."""

    def __init__(self, *pages: Any) -> None:
        self._pages = pages

    def list_accounts(self, **given: Any) -> Any:
        number = int(given.get("NextToken", 0))
        page = self._pages[number]
        if isinstance(page, Exception):
            raise page
        more = {"NextToken": str(number + 1)} if number + 1 < len(self._pages) else {}
        return {"Accounts": page, **more}


def listed(*pages: Any) -> list[Entry | AuditRow]:
    reader = Reader(Client(*pages), threading.Event(), "organizations")
    return list(organization(OWN, reader, "Audit"))


def account(number: int, state: str = "ACTIVE", field: str = "State") -> dict[str, str]:
    return {"Id": f"{number:012}", field: state}


def test_the_own_account_needs_no_role() -> None:
    """The management account has none of those that Organizations creates; accounts are by ID."""
    found = listed(
        [account(2, field="Status")], [], [{"Id": OWN.id, "State": "ACTIVE"}, account(1)]
    )
    assert [
        Entry(f"{1:012}", "Audit"),
        Entry(f"{2:012}", "Audit"),
        Entry(OWN.id, None),
    ] == found


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"])
def test_an_account_that_is_not_active_is_a_row(state: str) -> None:
    """It is not entered, and not lost."""
    [row] = listed([account(1, state)])
    assert isinstance(row, AuditRow)
    assert ("unknown", f"{1:012}", "") == (row.kind, *row.unit)
    assert f"The account is {state} in its organization" in str(row.reason)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("AWSOrganizationsNotInUseException", "is not a member"),
        ("AccessDeniedException", "Access is denied."),
    ],
)
def test_accounts_that_can_not_be_listed(code: str, reason: str) -> None:
    """It says with what they can be."""
    refused = ClientError({"Error": {"Code": code, "Message": "it is not a member"}}, "List")
    with pytest.raises(Refusal) as caught:
        listed([account(1)], refused)
    assert reason in caught.value.reason
    assert "management account or a delegated administrator" in caught.value.reason
    assert "organizations:ListAccounts" == caught.value.permission


def test_another_failure_has_no_advice() -> None:
    """Such as credentials that have expired."""
    expired = ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "x"}}, "List")
    with pytest.raises(Refusal) as caught:
        listed(expired)
    assert "renew them" in caught.value.reason
    assert "administrator" not in caught.value.reason
