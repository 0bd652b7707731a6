"""The exceptions and the warning of this package.

::

    PrefixError
    ├── InvalidPrefix(ValueError)     a value that can't be a job prefix
    ├── PrefixViolation(ValueError)   a pipeline with findings of severity error
    ├── PolicyFileError(ValueError)   a prefix policy file that can't be used
    └── UnsupportedSdk(ImportError)   no SageMaker Python SDK, or an unsupported version

:class:`PrefixWarning` is for a name outside the policy that doesn't block the request. Errors of
AWS and of the SageMaker Python SDK propagate unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .paths import from_here
from .text import printable, shown

if TYPE_CHECKING:
    from .findings import Finding


class PrefixError(Exception):
    """The base of all errors of this package."""


class InvalidPrefix(PrefixError, ValueError):
    """A value that can't be the prefix of a job's name.

    Args:
        got: the value as passed.
        why: the problem, in a few words.
        allowed: a description of valid values.
    """

    def __init__(self, got: object, why: str, allowed: str) -> None:
        super().__init__(got, why, allowed)
        self.got = got
        self.why = why
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{shown(self.got)} can't be a job prefix: {self.why}; {self.allowed}."


class PrefixViolation(PrefixError, ValueError):
    """A pipeline whose jobs would not all run under their prefix; nothing was sent.

    Args:
        findings: all findings, warnings included. Those of a pipeline display themselves in a
            notebook, with its picture.
        subject: the checked pipeline or request, for the first line of the text.
    """

    def __init__(self, findings: Iterable[Finding], subject: str = "the pipeline") -> None:
        self.findings = findings if isinstance(findings, tuple) else tuple(findings)
        self.subject = subject
        super().__init__(self.findings, subject)

    def __str__(self) -> str:
        from .findings import ERROR, as_text

        errors = sum(finding.severity == ERROR for finding in self.findings)
        return (
            f"{errors} finding{'s' * (errors != 1)} of severity error in "
            f"{printable(self.subject)}; nothing was sent.\n{as_text(self.findings)}"
        )


class PrefixWarning(UserWarning):
    """A name outside the policy where the service itself asks for no prefix.

    Args:
        finding: the finding, of severity warning.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding

    def __str__(self) -> str:
        return printable(f"{self.finding.code}: {self.finding.message} {self.finding.fix}")


class PolicyFileError(PrefixError, ValueError):
    """A prefix policy file that can't be used.

    Args:
        file: the file's path; the text has it relative to the current folder if it is below that.
        key: the invalid key, or ``None`` if the file as a whole is invalid.
        why: the problem, and what is wanted.
    """

    def __init__(self, file: object, key: str | None, why: str) -> None:
        super().__init__(file, key, why)
        self.file = str(file)
        self.key = key
        self.why = why

    def __str__(self) -> str:
        file = from_here(self.file)
        where = f"{file}: {self.key}" if self.key else file
        return printable(f"{where}: {self.why}")


class UnsupportedSdk(PrefixError, ImportError):
    """The SageMaker Python SDK isn't installed, or not in a version that this package supports.

    Args:
        installed: the installed version, such as ``"sagemaker 1.72.1"``, or ``None``.
        supported: the supported versions.
        install: the command or the change that solves the problem.
    """

    def __init__(self, installed: str | None, supported: str, install: str) -> None:
        super().__init__(installed, supported, install)
        self.installed = installed
        self.supported = supported
        self.install = install

    def __str__(self) -> str:
        got = self.installed or "no SageMaker Python SDK"
        return printable(f"Found {got}; wanted {self.supported}: {self.install}")


for _error in (
    PrefixError,
    InvalidPrefix,
    PrefixViolation,
    PrefixWarning,
    PolicyFileError,
    UnsupportedSdk,
):
    _error.__module__ = "sm_prefix_ext.errors"  # users import it from there
