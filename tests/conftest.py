"""No test sees this machine's AWS configuration, policies or network."""

from __future__ import annotations

import functools
import os
import socket
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import botocore.loaders
import botocore.session
import pytest

_SCRUBBED = ("AWS_", "SAGEMAKER_", "SM_PREFIX_", "XDG_", "MOTO_")
_DUMMIES = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "SAGEMAKER_SUPPRESS_V2_WARNING": "1",
}


_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _scrub() -> None:
    for variable in [name for name in os.environ if name.startswith(_SCRUBBED)]:
        del os.environ[variable]
    os.environ.update(_DUMMIES)


# Before any import of the SDK, whose v3 makes a client while it is imported.
_scrub()

# Each session of botocore reads the service's models anew, a tenth of a second for SageMaker's. The
# sessions of the tests share a loader for each search path, which keeps what it has read.
botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)


def pytest_report_header() -> str:
    """Say which SDK the run is about."""
    found = []
    for name in ("sagemaker", "sagemaker-core", "sagemaker-mlops", "sagemaker-train", "moto"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    return ", ".join(found)


@pytest.fixture(scope="session", autouse=True)
def _empty_homes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Configuration folders with nothing in them.

    The SDK's telemetry can be turned off by a file alone, which it then validates at every call,
    for a quarter of a second; the closed network stops it here.
    """
    home = tmp_path_factory.mktemp("home")
    os.environ.update(
        {
            "AWS_CONFIG_FILE": str(home / "no-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(home / "no-credentials"),
            "XDG_CONFIG_HOME": str(home / "user"),
            "XDG_CONFIG_DIRS": str(home / "site"),
        }
    )


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a folder above which there is no policy."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but this machine answers, nor is any other looked up; Unix sockets stay open."""
    import pytest_socket

    pytest_socket.socket_allow_hosts(list(_LOOPBACK), allow_unix_socket=True)
    look_up = socket.getaddrinfo

    def only_here(host: object, *args: object, **kwargs: object) -> object:
        if host in (None, "", *_LOOPBACK):
            return look_up(host, *args, **kwargs)
        raise socket.gaierror(socket.EAI_NONAME, f"tests look up no host: {host}")

    monkeypatch.setattr(socket, "getaddrinfo", only_here)
