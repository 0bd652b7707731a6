"""The accounts and regions that an audit enters."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sm_prefix_ext.audit.accounts import Accounts, Entry, entries, read_accounts

ROLE = "arn:aws:iam::111122223333:role/audit/Reader"


@pytest.fixture
def session() -> boto3.Session:
    return boto3.Session("AKIDEXAMPLE", "secret", region_name="eu-west-1")


def test_accounts_by_id_and_by_role() -> None:
    """The role of the ID is the given one."""
    found = entries(["444455556666", ROLE], "Reader")
    assert (Entry("444455556666", "Reader"), Entry("111122223333", ROLE)) == found


@pytest.mark.parametrize(
    ("named", "role", "message"),
    [
        (["444455556666"], None, "name the role to assume in it"),
        (["4444"], "Reader", "'4444' is not an account"),
        (["arn:aws:iam::111122223333:user/x"], None, "is not an account"),
        ([ROLE, "111122223333"], "Reader", "The account 111122223333 is named twice"),
        (["\x1b[2K"], "Reader", "is not an account"),
    ],
)
def test_accounts_that_can_not_be_used(named: list[str], role: str | None, message: str) -> None:
    """They are refused before any is entered."""
    with pytest.raises(ValueError, match=message):
        entries(named, role)


def test_a_file_of_accounts(tmp_path: Path) -> None:
    """One a line; comments and empty lines are left out."""
    file = tmp_path / "accounts"
    file.write_text(f"# all\n\n444455556666 # risk\n{ROLE}\n", encoding="utf-8-sig")
    assert ("444455556666", ROLE) == read_accounts(str(file))
    file.write_text("# none\n")
    with pytest.raises(ValueError, match="names no account"):
        read_accounts(str(file))
    file.write_bytes(b"\xff")
    with pytest.raises(ValueError, match="is not UTF-8"):
        read_accounts(str(file))


def test_the_regions(session: boto3.Session) -> None:
    """The session's, the given ones, or all of its partition."""
    accounts = Accounts(session, None, 8)
    assert ("eu-west-1",) == accounts.regions(None)
    assert ("us-east-1", "cn-north-1") == accounts.regions(["us-east-1", "cn-north-1"])
    assert {"us-east-1", "eu-west-1"} < set(accounts.regions("all"))
    assert "cn-north-1" not in accounts.regions("all")


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        (["eu-wset-1"], "Did you mean 'eu-west-1'"),
        (["eu-west-1", "eu-west-1"], "name each once"),
        ([], "The regions are none"),
    ],
)
def test_regions_that_can_not_be_read(session: Any, regions: list[str], message: str) -> None:
    """They are refused before any is read."""
    with pytest.raises(ValueError, match=message):
        Accounts(session, None, 8).regions(regions)


def test_no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to set."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(ValueError, match="There is no region; give one, or set AWS_DEFAULT_REGION"):
        Accounts(boto3.Session("AKIDEXAMPLE", "secret"), None, 8).regions(None)


def test_an_empty_region_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an empty variable has it."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")
    with pytest.raises(ValueError, match="There is no region"):
        Accounts(boto3.Session("AKIDEXAMPLE", "secret"), None, 8).regions(None)


def test_whose_sts_is_asked(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session's, where the account has it; else one that every account has, or the first."""
    accounts = Accounts(session, None, 8)
    assert "eu-west-1" == accounts.home(["af-south-1", "us-east-1"])
    assert "cn-north-1" == accounts.home(accounts.regions_of("aws-cn"))
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    without = Accounts(boto3.Session("AKIDEXAMPLE", "secret"), None, 8)
    assert "us-east-1" == without.home(without.regions_of("aws"))
    assert "eu-west-2" == without.home(["eu-west-2", "eu-west-1"])
    with pytest.raises(ValueError, match="'mars' is not a partition"):
        accounts.regions_of("mars")


def test_a_client_has_one_region_and_one_service(session: boto3.Session) -> None:
    """Others need a session."""
    client = session.client("sagemaker")
    assert ("eu-west-1",) == Accounts(client, None, 8).regions(None)
    with pytest.raises(ValueError, match=r"The client is one of eu-west-1; give a boto3\.Session"):
        Accounts(client, None, 8).regions(["us-east-1"])
    with pytest.raises(ValueError, match="got a client of sts; wanted one of sagemaker"):
        Accounts(session.client("sts"), None, 8)


def test_clients_try_again_and_send_less_when_throttled(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore's adaptive mode, unless a configuration or boto3's variable says otherwise."""

    def mode(config: Config | None) -> str:
        made = Accounts(session, config, 20)._client_of(session, None)("sagemaker", "us-east-1")
        assert 20 == made.meta.config.max_pool_connections
        return str(made.meta.config.retries["mode"])

    assert "adaptive" == mode(None)
    assert "standard" == mode(Config(retries={"mode": "standard"}))
    monkeypatch.setenv("AWS_RETRY_MODE", "standard")
    assert "standard" == mode(None)


def test_clients_are_made_one_after_another(session: boto3.Session) -> None:
    """Whatever number of threads asks: a session of boto3 is not safe for several."""
    making = threading.Lock()

    class Fragile:
        def client(self, service: str, **more: Any) -> Any:
            assert making.acquire(blocking=False)
            time.sleep(0.01)
            making.release()
            return session.client(service, **more)

    make = Accounts(session, None, 8)._client_of(Fragile(), None)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: make("sagemaker", "us-east-1"), range(4)))
    assert 4 == len(made)
