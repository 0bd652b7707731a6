"""What errors of AWS and of botocore mean, and what to do about them.

They are known by their codes and the names of their classes, since botocore may not be installed.
"""

from __future__ import annotations

from collections.abc import Mapping

THROTTLED = frozenset(
    {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"}
)
"""The codes of errors, where AWS takes no more requests at the moment."""
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
"""The codes of errors, where IAM denies a request."""
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_NOT_VALID = ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidClientToken")
_SIGNED_OUT = ("SSOError", "LoginError", "TokenRetrievalError", "CredentialRetrievalError")
_UNREACHABLE = ("ConnectionError", "HTTPClientError")

_ADVICE: Mapping[tuple[str, ...], str] = {
    _EXPIRED: "The credentials have expired; renew them.",
    _NOT_VALID: "The credentials are not valid there; check them, and whether the region is "
    "enabled in the account.",
    ("NoCredentialsError", "PartialCredentialsError"): "There are no AWS credentials; set "
    "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    _SIGNED_OUT: "The credentials could not be renewed; log in again.",
    _UNREACHABLE: "The endpoint is out of reach; check the network, the proxy, and "
    "AWS_ENDPOINT_URL.",
}
"""What to do, by the codes of errors of AWS, and by the names of errors of botocore."""


def code_of(error: BaseException) -> str:
    """Return the code of an error of AWS, ``""`` for any other error."""
    response = getattr(error, "response", None)
    return str((response or {}).get("Error", {}).get("Code", ""))


def advice(error: BaseException) -> str:
    """Return what an error means and what to do, in a sentence; ``""`` if that isn't known.

    Example:
        >>> from sm_prefix_ext.core.aws_errors import advice
        >>> advice(ConnectionError())
        'The endpoint is out of reach; check the network, the proxy, and AWS_ENDPOINT_URL.'
    """
    known = _known_as(error)
    return next((text for names, text in _ADVICE.items() if not known.isdisjoint(names)), "")


def has_expired(error: BaseException) -> bool:
    """Whether the credentials have expired, or the session that gives them."""
    return not _known_as(error).isdisjoint((*_EXPIRED, *_SIGNED_OUT))


def is_unreachable(error: BaseException) -> bool:
    """Whether AWS gave no answer at all."""
    return not _known_as(error).isdisjoint(_UNREACHABLE)


def _known_as(error: BaseException) -> set[str]:
    return {code_of(error), *(kind.__name__ for kind in type(error).__mro__)}
