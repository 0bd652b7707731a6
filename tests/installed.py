"""The major of the installed SageMaker Python SDK."""

from __future__ import annotations

import pytest

from sm_prefix_ext import UnsupportedSdk
from sm_prefix_ext._sdk import major

try:
    MAJOR: int | None = major()
except UnsupportedSdk:
    MAJOR = None

needs_sdk = pytest.mark.skipif(MAJOR is None, reason="no SageMaker Python SDK is installed")
