"""Isolate the tests from the machine's AWS configuration, policy files and network."""

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


# Before any import of the SDK: v3 makes a client during its import.
_scrub()

# Each session of botocore loads the service models again, in 0.1 s for SageMaker's, and the SDK
# loads the endpoints again for each image. Here both share a loader for each search
# path, which keeps them.
_shared_loader = functools.cache(botocore.loaders.create_loader)
botocore.loaders.create_loader = botocore.session.create_loader = _shared_loader


def pytest_report_header() -> str:
    """Report the versions of the SDK and of moto."""
    versions = []
    for name in ("sagemaker", "sagemaker-core", "sagemaker-mlops", "sagemaker-train", "moto"):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"no {name}")
    return ", ".join(versions)


@pytest.fixture(scope="session", autouse=True)
def _empty_homes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Empty configuration folders.

    Only a file can turn off the SDK's telemetry, and the SDK validates that file at every call, in
    a quarter of a second. The closed network stops telemetry instead.
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
    """Run in a folder that has no policy file in it or above it."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow connections and look-ups of this machine only, and Unix sockets."""
    import pytest_socket

    pytest_socket.socket_allow_hosts(list(_LOOPBACK), allow_unix_socket=True)
    look_up = socket.getaddrinfo

    def look_up_loopback(host: object, *args: object, **kwargs: object) -> object:
        if host in (None, "", *_LOOPBACK):
            return look_up(host, *args, **kwargs)
        raise socket.gaierror(socket.EAI_NONAME, f"tests look up no host: {host}")

    monkeypatch.setattr(socket, "getaddrinfo", look_up_loopback)
