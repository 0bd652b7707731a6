"""Why a request got no answer, and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions

from sm_prefix_ext.audit.aws import Refusal, answered


def refused(error: Exception) -> Refusal:
    def send() -> Any:
        raise error

    with pytest.raises(Refusal) as caught:
        answered(send, "x:Read")
    return caught.value


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (exceptions.NoCredentialsError(), "set AWS_PROFILE, or AWS_ACCESS_KEY_ID"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="x"), "set AWS_PROFILE"),
        (exceptions.UnauthorizedSSOTokenError(), "log in again"),
        (exceptions.CredentialRetrievalError(provider="x", error_msg="y"), "log in again"),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), "the proxy, and AWS_ENDPOI"),
        (exceptions.ConnectTimeoutError(endpoint_url="https://x"), "The endpoint is out of reach"),
        (exceptions.ProxyConnectionError(proxy_url="https://x"), "The endpoint is out of reach"),
        (exceptions.ReadTimeoutError(endpoint_url="https://x"), "The endpoint is out of reach"),
    ],
)
def test_what_to_set(error: Exception, hint: str) -> None:
    """Before botocore's own words."""
    refusal = refused(error)
    assert hint in refusal.reason
    assert str(error).rstrip(".") in refusal.reason


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("ExpiredToken", "The credentials have expired; renew them."),
        ("ExpiredTokenException", "The credentials have expired; renew them."),
        ("InvalidClientTokenId", "whether the region is enabled in the account."),
        ("UnrecognizedClientException", "whether the region is enabled in the account."),
        ("AccessDenied", "Access is denied."),
    ],
)
def test_answers_that_are_errors(code: str, hint: str) -> None:
    """Before the service's own words."""
    answer: Any = {"Error": {"Code": code, "Message": "its words"}}
    refusal = refused(exceptions.ClientError(answer, "Read"))
    assert hint in refusal.reason
    assert "its words" in refusal.reason
    assert "x:Read" == refusal.permission


def test_an_error_without_a_hint() -> None:
    """Its own words alone, in one line."""
    error = exceptions.DataNotFoundError(data_path="a\nb")
    assert "Unable to load data for: a b." == refused(error).reason
