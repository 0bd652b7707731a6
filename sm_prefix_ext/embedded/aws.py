"""The embedded AWS as a context manager: it replaces AWS while it is open."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from threading import RLock
from typing import Any
from unittest.mock import patch

import boto3
import botocore.loaders
import botocore.session
import moto.iam.urls
import moto.sagemaker.urls
import moto.sts.urls
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.config import default_user_config
from moto.core.models import botocore_stubber

from .auth.principals import OWN_KEY
from .auth.principals import authorize as authorize_by_policies
from .backend.iam import EmbeddedIam
from .backend.sagemaker import EmbeddedSageMaker
from .backend.sts import EmbeddedSts
from .faults import FaultInjector, Faults
from .server import Server
from .settings import Authorize, Settings, check_outcomes

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
_ALLOW_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def _is_managed(variable: str) -> bool:
    return variable.startswith("AWS_") or variable == "MOTO_ACCOUNT_ID"


class EmbeddedAWS:
    """AWS on this machine: moto in process, extended so that pipeline executions run.

    While it is open, every boto3 client of this process that was created after the import of this
    module talks to it, with dummy credentials; nothing leaves the machine. Closing it restores the
    environment, moto and boto3's default session, and deletes its resources. A process has one
    open embedded AWS at a time. Inside a ``mock_aws`` of moto's, it shares its state.

    Args:
        region: the region.
        account_id: the account, 12 digits.
        outcomes: the outcomes of steps, by name. For a condition: ``True``, the default, for the
            if branch, ``False`` for the else branch. For any step: ``"Failed"``, ``"Stopped"``,
            ``"Executing"`` (it runs until the execution is stopped), ``"Succeeded"``, or an
            exception, whose text is the reason of the failure. A list has an outcome for each
            attempt, and repeats its last. :attr:`outcomes` may be changed while it is open. The
            key of a step in a ForEach body is its name, or ``<name>-<index>`` for a single item.
        enforce_callers: whether direct calls to SageMaker need the permissions of the user or role
            that makes them. The embedded AWS's own credentials have all permissions.
        faults: what goes wrong with requests, such as throttling; :attr:`faults` may be changed
            while it is open.

    Raises:
        ValueError: for an invalid outcome or account ID.

    Example:
        >>> from sm_prefix_ext.embedded import EmbeddedAWS
        >>> with EmbeddedAWS(outcomes={"CheckMSE": False}) as aws:
        ...     aws.create_role("pipeline")
        'arn:aws:iam::123456789012:role/pipeline'
    """

    _open: EmbeddedAWS | None = None

    def __init__(
        self,
        region: str = "us-east-1",
        account_id: str = "123456789012",
        outcomes: Mapping[str, Any] = {},  # copied, never changed
        *,
        enforce_callers: bool = False,
        faults: Faults | None = None,
    ) -> None:
        check_outcomes(outcomes)
        if not (isinstance(account_id, str) and account_id.isdigit() and len(account_id) == 12):
            raise ValueError(f"account_id is {account_id!r}; wanted a string of 12 digits.")
        self.region = region
        self.account_id = account_id
        self._settings = Settings(dict(outcomes), authorize_by_policies, enforce_callers)
        self.faults = faults or Faults()
        self._stack: ExitStack | None = None
        self._session: boto3.Session | None = None

    @property
    def outcomes(self) -> dict[str, Any]:
        """The outcomes of steps, by name; read when a step starts."""
        return self._settings.outcomes

    @property
    def faults(self) -> Faults:
        """What goes wrong with requests."""
        return self._settings.injector.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._settings.injector = FaultInjector(faults)

    @property
    def authorize(self) -> Authorize:
        """Authorizes every call that SageMaker makes for a pipeline.

        By default, the inline and attached policies and the permissions boundary of the role
        decide. ``None`` restores that.
        """
        return self._settings.authorize

    @authorize.setter
    def authorize(self, authorize: Authorize | None) -> None:
        self._settings.authorize = authorize or authorize_by_policies

    @classmethod
    def current(cls) -> EmbeddedAWS | None:
        """Return the open embedded AWS of this process, or ``None``."""
        return cls._open

    def __enter__(self) -> EmbeddedAWS:
        if EmbeddedAWS._open is not None:
            opened = EmbeddedAWS._open
            raise RuntimeError(
                f"An EmbeddedAWS ({opened.region}, {opened.account_id}) is open already; close it "
                "first, because moto keeps one state per process."
            )
        with ExitStack() as stack:
            EmbeddedAWS._open = self
            stack.callback(self._forget)
            stack.enter_context(_environment(self.environment))
            stack.enter_context(patch("boto3.DEFAULT_SESSION", None))
            if not botocore_stubber.enabled:
                stack.enter_context(mock_aws(config=_moto_config()))
            for module, response in (
                (moto.sagemaker.urls, lambda: EmbeddedSageMaker(self._settings)),
                (moto.iam.urls, EmbeddedIam),
                (moto.sts.urls, EmbeddedSts),
            ):
                handlers = {path: self._handler(response) for path in module.url_paths}
                stack.enter_context(patch.dict(module.url_paths, handlers))
            self.create_bucket(self.default_bucket)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: Any) -> None:
        stack, self._stack = self._stack, None
        if stack is not None:
            stack.__exit__(*exception)

    def start(self) -> EmbeddedAWS:
        """Open it without a ``with`` statement, as in a notebook; :meth:`stop` closes it."""
        return self.__enter__()

    def stop(self) -> None:
        """Close it; does nothing where it is closed."""
        self.__exit__(None, None, None)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that are set while it is open."""
        return {
            "AWS_ACCESS_KEY_ID": OWN_KEY,
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            # The user's own profiles may name other endpoints or require a login.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "MOTO_ACCOUNT_ID": self.account_id,
        }

    @property
    def boto_session(self) -> boto3.Session:
        """A boto3 session with the dummy credentials and the region."""
        self._require_open("boto_session")
        if self._session is None:
            core = botocore.session.Session()
            # Without a shared loader, each session reads botocore's service models again (0.1 s).
            core.register_component("data_loader", _loader())
            self._session = boto3.Session(
                aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
                region_name=self.region,
                botocore_session=core,
            )
        return self._session

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client.

        Args:
            service: such as ``"sagemaker"``.
            options: what ``boto3.Session.client`` takes.
        """
        return self.boto_session.client(service, **options)

    @property
    def default_bucket(self) -> str:
        """The default bucket of SageMaker's SDK, which exists."""
        return f"sagemaker-{self.region}-{self.account_id}"

    def create_bucket(self, name: str) -> str:
        """Create a bucket, unless it exists.

        Args:
            name: the bucket's name.

        Returns:
            The name.
        """
        location = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        try:
            self.client("s3").create_bucket(
                Bucket=name, **({} if self.region == "us-east-1" else location)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
                raise
        return name

    def create_role(self, name: str, policies: Sequence[Any] | None = None) -> str:
        """Create a role that SageMaker may assume.

        Args:
            name: the role's name.
            policies: inline policies: documents as dicts, as JSON, or with a ``to_dict()``. By
                default the role has all permissions; with ``[]`` it has none.

        Returns:
            The role's ARN.

        Raises:
            botocore.exceptions.ClientError: as IAM does, for a role that exists or an invalid
                policy.

        Example:
            >>> from sm_prefix_ext.embedded import EmbeddedAWS
            >>> with EmbeddedAWS(account_id="111122223333") as aws:
            ...     aws.create_role("training")
            'arn:aws:iam::111122223333:role/training'
        """
        iam = self.client("iam")
        trust = json.dumps(_TRUST)
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
        for number, policy in enumerate([_ALLOW_ALL] if policies is None else policies):
            document = policy.to_dict() if hasattr(policy, "to_dict") else policy
            iam.put_role_policy(
                RoleName=name,
                PolicyName=f"policy-{number}",
                PolicyDocument=document if isinstance(document, str) else json.dumps(document),
            )
        return str(role["Arn"])

    def serve(self) -> Server:
        """Serve it on a loopback port, for other processes.

        Returns:
            A context manager with ``url``, ``environment`` (the variables for the other process)
            and ``stop()``. Closing the embedded AWS stops it too.

        Raises:
            ImportError: where moto's server parts aren't installed.
        """
        self._require_open("serve()")
        server = Server({k: v for k, v in self.environment.items() if k != "MOTO_ACCOUNT_ID"})
        assert self._stack is not None
        self._stack.callback(server.stop)
        return server

    def _handler(self, create_response: Callable[[], Any]) -> Callable[..., Any]:
        # Threads of a server and of the program may change the same execution.
        lock = RLock()

        def handle(request: Any, url: str, headers: Any) -> Any:
            answer = self._settings.injector.answer(request)  # not locked: latencies overlap
            if answer is not None:
                return answer
            with lock:
                return create_response()._dispatch(request, url, headers)

        return handle

    def _forget(self) -> None:
        self._session = None
        EmbeddedAWS._open = None

    def _require_open(self, attribute: str) -> None:
        if EmbeddedAWS._open is not self:
            raise RuntimeError(
                f"EmbeddedAWS.{attribute} needs an open embedded AWS: with EmbeddedAWS() as aws: …"
            )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Replace all of AWS's environment variables; restore them afterwards."""
    before = {key: value for key, value in os.environ.items() if _is_managed(key)}
    for key in before:
        del os.environ[key]
    os.environ.update(variables)
    try:
        yield
    finally:
        for key in [key for key in os.environ if _is_managed(key)]:
            del os.environ[key]
        os.environ.update(before)


@cache
def _loader() -> Any:
    return botocore.loaders.Loader()


def _moto_config() -> Any:
    # The embedded AWS sets the credentials. moto would fail on exit if a program unset moto's own.
    return {"core": {**default_user_config["core"], "mock_credentials": False}}
