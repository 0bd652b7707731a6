"""Errors of AWS and botocore, by what they mean."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions

from sm_prefix_ext.core.aws_errors import advice, code_of, has_expired, is_unreachable


def refused(code: str) -> exceptions.ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "no"}}
    return exceptions.ClientError(answer, "Read")


@pytest.mark.parametrize(
    ("error", "expired", "unreachable"),
    [
        (refused("ExpiredTokenException"), True, False),
        (exceptions.UnauthorizedSSOTokenError(), True, False),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), False, True),
        (exceptions.ReadTimeoutError(endpoint_url="https://x"), False, True),
        (exceptions.NoCredentialsError(), False, False),
        (refused("AccessDenied"), False, False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_an_error_means(error: Exception, expired: bool, unreachable: bool) -> None:
    """Expired credentials and a lost network pass; what is missing or refused does not."""
    assert (expired, unreachable) == (has_expired(error), is_unreachable(error))


def test_the_code_of_an_error() -> None:
    """Only an answer of AWS has one."""
    assert ("AccessDenied", "", "") == (
        code_of(refused("AccessDenied")),
        code_of(exceptions.NoCredentialsError()),
        code_of(ValueError()),
    )


def test_an_error_of_which_nothing_is_known() -> None:
    """It has no advice."""
    assert "" == advice(ValueError("x"))
