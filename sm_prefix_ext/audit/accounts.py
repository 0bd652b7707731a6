"""The accounts that an audit enters, and their clients."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..core.arns import Arn, is_role_arn, partition_of
from ..core.text import did_you_mean, shown
from .aws import ATTEMPTS, Refusal, Stopped, answered

ALL_REGIONS = "all"
_SESSION_NAME = "sm-prefix-audit"
_CONNECT_TIMEOUT = 10
_ALWAYS_ENABLED = "us-east-1"


class Entry(NamedTuple):
    """An account as a user names it.

    Args:
        account: 12 digits.
        role: the ARN or the name of the role to assume; ``None`` for the session's own credentials.
    """

    account: str
    role: str | None


class Account(NamedTuple):
    """An account that was entered.

    Args:
        id: 12 digits.
        partition: such as ``aws``.
        client: returns a client for a service and a region.
    """

    id: str
    partition: str
    client: Callable[[str, str], Any]


def entries(named: Iterable[str], assume_role: str | None) -> tuple[Entry, ...]:
    """Read the accounts that a user names.

    Args:
        named: account IDs, or ARNs of roles.
        assume_role: the name of the role in the accounts that are given by their ID.

    Raises:
        ValueError: for anything else, for an ID without a role, and for an account twice.
    """
    found: dict[str, Entry] = {}
    for text in named:
        if is_role_arn(text):
            entry = Entry(Arn.parse(text).account, text)
        elif re.fullmatch(r"[0-9]{12}", text):
            if assume_role is None:
                raise ValueError(
                    f"The account {text} is given by its ID; name the role to assume in it "
                    "(--assume-role), or give the role's ARN."
                )
            entry = Entry(text, assume_role)
        else:
            raise ValueError(
                f"{shown(text)} is not an account; wanted 12 digits or the ARN of a role."
            )
        if entry.account in found:
            raise ValueError(f"The account {entry.account} is named twice; name it once.")
        found[entry.account] = entry
    return tuple(found.values())


def read_accounts(path: str) -> tuple[str, ...]:
    """Read a file of accounts: an ID or the ARN of a role in each line; ``#`` begins a comment.

    Args:
        path: the file.

    Raises:
        OSError: if it can't be read.
        ValueError: if it isn't UTF-8 or names no account.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8; wanted an account in each line.") from None
    named = tuple(text for line in lines if (text := line.partition("#")[0].strip()))
    if not named:
        raise ValueError(f"{path} names no account; wanted one in each line.")
    return named


class Accounts:
    """Enters accounts from a boto3 session, or from a client of SageMaker.

    Args:
        source: a boto3 session or a client.
        config: a ``botocore.config.Config`` for the clients, on top of the audit's own.
        workers: how many requests a client sends at once.
    """

    def __init__(self, source: Any, config: Any, workers: int) -> None:
        import botocore.session
        from botocore.config import Config

        service = getattr(getattr(source, "meta", None), "service_model", None)
        self._client = source if service is not None else None
        if service is not None and service.service_name != "sagemaker":
            raise ValueError(
                f"audit() got a client of {service.service_name}; wanted one of sagemaker, or a "
                "boto3.Session."
            )
        self._session = _session_of(source) if service is not None else source
        # Several units make clients at once, for which boto3's sessions are not safe.
        self._lock = threading.Lock()
        self.stop = threading.Event()
        """Set when the audit ends early; then no client of an account sends a request."""
        # Each loader reads and keeps SageMaker's model, so that all accounts have one.
        self._loader = botocore.session.Session().get_component("data_loader")
        own = Config(
            retries={"mode": _retry_mode(), "total_max_attempts": ATTEMPTS},
            connect_timeout=_CONNECT_TIMEOUT,
            max_pool_connections=max(10, workers),
        )
        # STS is asked first: with few attempts, an endpoint out of reach is reported soon.
        asking = own.merge(Config(retries={"mode": "standard", "total_max_attempts": 5}))
        self._config = own if config is None else own.merge(config)
        self._sts_config = asking if config is None else asking.merge(config)

    def regions(self, wanted: Sequence[str] | str | None) -> tuple[str, ...]:
        """Return the regions to audit, each of which botocore knows.

        Args:
            wanted: their names, ``"all"`` for those of the partition, ``None`` for the session's.

        Raises:
            ValueError: for an unknown region, a region twice, none, and for one that the client
                does not have.
        """
        own = self._session.region_name
        if wanted is None:
            if not own:
                raise ValueError(
                    "There is no region; give one, or set AWS_DEFAULT_REGION or the profile's."
                )
            wanted = (own,)
        elif wanted == ALL_REGIONS:
            partition = self._session.get_partition_for_region(own) if own else "aws"
            wanted = self._session.get_available_regions("sagemaker", partition_name=partition)
        named = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        for region in named:
            self._must_be_region(region)
        if len(set(named)) < len(named) or not named:
            raise ValueError(f"The regions are {', '.join(named) or 'none'}; name each once.")
        return named

    def _must_be_region(self, region: str) -> None:
        known = self._known_regions()
        if region not in known:
            raise ValueError(
                f"{shown(region)} is not a region that the installed botocore knows for SageMaker."
                f"{did_you_mean(region, known)} For a newer region, update botocore."
            )
        if self._client is not None and region != self._client.meta.region_name:
            raise ValueError(
                f"The client is one of {self._client.meta.region_name}; give a boto3.Session to "
                f"audit {region}."
            )

    def _known_regions(self) -> set[str]:
        session = self._session
        return {
            region
            for partition in session.get_available_partitions()
            for region in session.get_available_regions("sagemaker", partition_name=partition)
        }

    def regions_of(self, partition: str) -> tuple[str, ...]:
        """Return the regions of a partition that SageMaker has.

        Args:
            partition: such as ``aws``.

        Raises:
            ValueError: for a partition that botocore does not know.
        """
        if partition not in self._session.get_available_partitions():
            raise ValueError(f"{shown(partition)} is not a partition that botocore knows.")
        return tuple(self._session.get_available_regions("sagemaker", partition_name=partition))

    def home(self, regions: Sequence[str]) -> str:
        """Return the region whose STS is asked for all of some regions.

        It is the session's own, or one that no account can disable, if that is among the regions,
        so that an account whose first region is not enabled can be entered too.

        Args:
            regions: those to read, of one partition.
        """
        own = self._session.region_name
        if own and partition_of(own) == partition_of(regions[0]):
            return str(own)
        return _ALWAYS_ENABLED if _ALWAYS_ENABLED in regions else regions[0]

    def own(self, region: str) -> Account:
        """Return the account of the session's own credentials.

        Args:
            region: whose STS is asked.

        Raises:
            Refusal: if STS does not say which account it is.
        """
        arn = _identity(self._sts(region))
        return Account(arn.account, arn.partition, self._client_of(self._session, self._client))

    def assumed(self, entry: Entry, region: str, external_id: str | None) -> Account:
        """Assume the role of an account.

        Args:
            entry: the account.
            region: whose STS is asked.
            external_id: what the role's trust policy asks for, or ``None``.

        Raises:
            Refusal: if the role can't be assumed.
        """
        role = str(entry.role)
        partition = self._session.get_partition_for_region(region)
        if not role.startswith("arn:"):
            role = f"arn:{partition}:iam::{entry.account}:role/{role}"
        session = _assumed_session(self._sts(region), role, region, external_id, self._loader)
        return Account(entry.account, partition, self._client_of(session, None))

    def _sts(self, region: str) -> Any:
        return self._new_client(self._session, "sts", region, self._sts_config)

    def _client_of(self, session: Any, given: Any) -> Callable[[str, str], Any]:
        def client(service: str, region: str) -> Any:
            if given is not None and service == "sagemaker":
                return given
            new = self._new_client(session, service, region, self._config)
            # Between two attempts, botocore calls nothing but the handlers of its own events.
            new.meta.events.register("request-created", self._must_not_stop)
            return new

        return client

    def _new_client(self, session: Any, service: str, region: str, config: Any) -> Any:
        with self._lock:
            return answered(
                lambda: session.client(service, region_name=region, config=config), None
            )

    def _must_not_stop(self, **_: Any) -> None:
        if self.stop.is_set():
            raise Stopped


def _retry_mode() -> str:
    """Return what boto3's own variable says; its default, legacy, limits no rate."""
    return os.environ.get("AWS_RETRY_MODE") or "adaptive"


def _identity(sts: Any) -> Arn:
    answer = answered(sts.get_caller_identity, None)  # it needs no permission
    return Arn.parse(answer["Arn"])._replace(account=answer["Account"])


def _session_of(client: Any) -> Any:
    """Return a session with the credentials and the region of a client."""
    import boto3

    credentials = client._request_signer._credentials
    keys = None if credentials is None else credentials.get_frozen_credentials()
    parts = (None, None, None) if keys is None else (keys.access_key, keys.secret_key, keys.token)
    return boto3.Session(*parts, region_name=client.meta.region_name)


def _assumed_session(sts: Any, role: str, region: str, external_id: str | None, loader: Any) -> Any:
    """Return a session whose credentials are renewed before they expire."""
    import boto3
    import botocore.session
    from botocore.credentials import RefreshableCredentials

    more = {} if external_id is None else {"ExternalId": external_id}

    def assume() -> dict[str, str]:
        answer = sts.assume_role(RoleArn=role, RoleSessionName=_SESSION_NAME, **more)
        keys = answer["Credentials"]
        return {
            "access_key": keys["AccessKeyId"],
            "secret_key": keys["SecretAccessKey"],
            "token": keys["SessionToken"],
            "expiry_time": keys["Expiration"].isoformat(),
        }

    try:
        first = answered(assume, "sts:AssumeRole")
    except Refusal as refusal:
        reason = f"The role {role} can't be assumed. {refusal.reason}"
        raise Refusal(reason, refusal.permission) from None
    credentials = RefreshableCredentials.create_from_metadata(
        metadata=first, refresh_using=assume, method="sts-assume-role"
    )
    core = botocore.session.Session()
    core.register_component("data_loader", loader)
    core.register_component("credential_provider", _CredentialProvider(credentials))
    core.set_config_variable("region", region)
    return boto3.Session(botocore_session=core)


class _CredentialProvider(NamedTuple):
    """A provider of credentials, as botocore's sessions ask for them."""

    credentials: Any

    def load_credentials(self) -> Any:
        """Return the credentials."""
        return self.credentials
