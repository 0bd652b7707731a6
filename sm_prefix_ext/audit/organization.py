"""The accounts of an organization, as AWS Organizations lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..core.aws_errors import DENIED
from .accounts import Account, Entry
from .aws import Reader, Refusal
from .pipelines import unknown
from .rows import AuditRow, Unit

ORGANIZATION = "organization"
"""What names all accounts of the organization."""

_NOT_FROM_HERE = (*DENIED, "AWSOrganizationsNotInUseException")
_FROM_WHERE = (
    "List the accounts with the organization's management account or a delegated administrator, or "
    "write them to a file."
)


def organization(own: Account, reader: Reader, assume_role: str) -> Iterator[Entry | AuditRow]:
    """Yield the accounts to enter, by ID, and a row for each that is not active.

    Args:
        own: the account of the session's own credentials, which need no role there: the management
            account has no role of those that Organizations creates in others.
        reader: asks Organizations.
        assume_role: the name of the role to assume in the other accounts.

    Raises:
        Refusal: if the accounts can't be listed.
    """
    try:
        listed = sorted(reader.pages("ListAccounts", "Accounts"), key=lambda each: str(each["Id"]))
    except Refusal as refusal:
        if refusal.code not in _NOT_FROM_HERE:
            raise
        raise Refusal(f"{refusal.reason} {_FROM_WHERE}", refusal.permission) from None
    for account in listed:
        state = _state(account)
        if state != "ACTIVE":
            reason = f"The account is {state} in its organization, so it was not entered."
            yield unknown(Unit(account["Id"], ""), Refusal(reason, None))
        else:
            role = None if account["Id"] == own.id else assume_role
            yield Entry(account["Id"], role)


def _state(account: Mapping[str, Any]) -> str:
    # Status was the field's name until September 2026; an older botocore drops State.
    return str(account.get("State") or account.get("Status"))
