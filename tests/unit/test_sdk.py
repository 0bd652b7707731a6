"""Which SDK is installed, as its distributions say."""

from __future__ import annotations

import logging

import pytest
from packaging.version import Version

from sm_prefix_ext import _sdk
from sm_prefix_ext._sdk import NEWEST_TESTED


@pytest.mark.parametrize(
    ("distribution", "release", "lines"),
    [
        (*NEWEST_TESTED[2], 0),
        ("sagemaker", "2.9999.0", 1),
        (*NEWEST_TESTED[3], 0),
        ("sagemaker-mlops", "1.9999.0", 1),
    ],
)
def test_a_release_newer_than_tested(
    distribution: str,
    release: str,
    lines: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It gives one line in the log, which names both releases."""
    installed = {distribution: Version(release)}
    monkeypatch.setattr(_sdk, "_version", installed.get)
    monkeypatch.setattr(_sdk, "major", _sdk.major.__wrapped__)
    monkeypatch.setattr(_sdk, "import_module", lambda *_: type("Module", (), {"ADAPTER": None}))
    with caplog.at_level(logging.WARNING, "sm_prefix_ext"):
        _sdk.adapter.__wrapped__()
    assert lines == len(caplog.records)
    assert all(release in record.getMessage() for record in caplog.records)
