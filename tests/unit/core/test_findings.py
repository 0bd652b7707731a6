"""The texts of findings and errors."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

import sm_prefix_ext
from sm_prefix_ext import (
    InvalidPrefix,
    PolicyFileError,
    PrefixError,
    PrefixViolation,
    PrefixWarning,
    UnsupportedSdk,
)
from sm_prefix_ext.core.findings import CATALOGUE, Finding, as_text, has_errors

ERROR = Finding.of("PFX002", "Check/if/Train", "Training", "It is 50 long.", "Cut it.")
WARNING = Finding.of("PFX007", "B", "Training", "Alike.", "Rename it.")
ERRORS = [
    (InvalidPrefix("a/b", "it has '/' in it", "wanted letters"), ValueError),
    (PrefixViolation([ERROR, WARNING], "the pipeline 'p'"), ValueError),
    (PolicyFileError("p.toml", "prefix", "it is 3; wanted a string."), ValueError),
    (UnsupportedSdk("sagemaker 1.72.1", "sagemaker 2", "pip install sagemaker"), ImportError),
]


def test_the_catalogue_is_complete_and_stable() -> None:
    """Codes are sorted and unique; each has a title, a meaning and a fix."""
    assert list(CATALOGUE) == sorted(CATALOGUE)
    assert all(re.fullmatch(r"PFX[0-9]{3}", code) for code in CATALOGUE)
    for code, rule in CATALOGUE.items():
        assert rule.severity in ("error", "warning"), code
        assert re.fullmatch(r"[A-Z][^.]+[^.]", rule.title), code
        assert re.fullmatch(r"[A-Z][^.]+\.", rule.meaning), code
        assert re.fullmatch(r"[A-Z].+\.", rule.fix), code
    assert len({rule.title for rule in CATALOGUE.values()}) == len(CATALOGUE)


def test_severity_comes_from_the_catalogue() -> None:
    """One error among the findings is enough for ``has_errors``."""
    assert ("error", "warning") == (ERROR.severity, WARNING.severity)
    assert has_errors([WARNING, ERROR])
    assert not has_errors([WARNING])
    assert not has_errors([])


def test_as_text_wraps_and_loses_nothing() -> None:
    """Each finding has a head line, with message and fix below it."""
    long = Finding.of("PFX003", "S", "Model", "word " * 60, "Do it.")
    text = as_text([ERROR, long])
    assert "PFX002  error    Check/if/Train  Training\n        It is 50 long." in text
    assert 60 == text.count("word")
    assert 100 >= max(len(line) for line in text.splitlines())


def test_as_text_aligns_to_no_endless_step() -> None:
    """A step of 10,000 characters is whole, and widens no other line."""
    endless = Finding.of("PFX020", "S" * 10_000, "Training", "Too long.", "Shorten it.")
    first, *_, last = [line for line in as_text([ERROR, endless]).splitlines() if "PFX" in line]
    assert len(first) < 120
    assert "S" * 10_000 in last


def test_as_text_keeps_paths_whole() -> None:
    """A path that is longer than the line can still be copied."""
    path = "/home/someone/" + "a-long-folder/" * 12 + "sm-prefix.toml"
    assert path in as_text([Finding.of("PFX003", "S", "Model", f"Asked for by {path}.", "Do it.")])


def test_a_warning_has_the_text_of_its_finding() -> None:
    """Its finding survives pickling."""
    warning = PrefixWarning(WARNING)
    assert ("PFX007: Alike. Rename it.", WARNING) == (str(warning), warning.finding)
    assert WARNING == pickle.loads(pickle.dumps(warning)).finding


@pytest.mark.parametrize(("error", "base"), ERRORS, ids=lambda value: type(value).__name__)
def test_errors_have_both_bases_and_survive_pickling(error: PrefixError, base: type) -> None:
    """Users can catch them as PrefixError or a built-in class, also from worker processes."""
    assert isinstance(error, PrefixError) and isinstance(error, base)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(error), str(error), vars(error)) == (type(twin), str(twin), vars(twin))


def test_the_messages_of_errors() -> None:
    """They state what was found, what is wanted and what to do."""
    invalid, violation, file, sdk = (str(error) for error, _ in ERRORS)
    assert "'a/b' can't be a job prefix: it has '/' in it; wanted letters." == invalid
    assert violation.startswith("1 finding of severity error in the pipeline 'p'; nothing was sent")
    assert "Cut it." in violation and "Rename it." in violation
    assert "p.toml: prefix: it is 3; wanted a string." == file
    assert "Found sagemaker 1.72.1; wanted sagemaker 2: pip install sagemaker" == sdk
    assert "Found no SageMaker Python SDK" in str(UnsupportedSdk(None, "2", "x"))
    assert "p.toml: can't be read" == str(PolicyFileError("p.toml", None, "can't be read"))


HOSTILE = "a\x1b[2K\r\nNo findings\x9b\u202e\u2066\u200f\u061c\u2028\u2029\u200b\x7fb"


@pytest.mark.parametrize(
    "error",
    [
        InvalidPrefix(HOSTILE, "it is wrong", "wanted another"),
        PrefixViolation([Finding.of("PFX002", HOSTILE, HOSTILE, HOSTILE, HOSTILE)], HOSTILE),
        PolicyFileError(HOSTILE, HOSTILE, HOSTILE),
        UnsupportedSdk(HOSTILE, HOSTILE, HOSTILE),
        PrefixWarning(Finding.of("PFX007", HOSTILE, HOSTILE, HOSTILE, HOSTILE)),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_escape_text_from_outside(error: Exception) -> None:
    """Unprintable characters are escaped, and only the table starts lines."""
    text = str(error)
    assert r"\x1b" in text
    assert all(line.isprintable() for line in text.split("\n"))
    assert not any(line.startswith("No findings") for line in text.split("\n"))


@pytest.mark.parametrize("value", [10**5000, [10**5000], "x" * 1000, object(), None], ids=type)
def test_any_value_can_be_quoted(value: object) -> None:
    """The message stays short for a long value, or one that Python can't convert."""
    text = str(InvalidPrefix(value, "it is wrong", "wanted another"))
    assert 500 > len(text)
    assert text.endswith("can't be a job prefix: it is wrong; wanted another.")


def test_the_package_has_no_other_names() -> None:
    """A misspelt name raises an ``AttributeError``, as in any module."""
    assert {"JobPrefix", "Pipeline", "prefixed_jobs"} <= set(dir(sm_prefix_ext))
    with pytest.raises(AttributeError, match="has no attribute 'Pipelines'"):
        assert sm_prefix_ext.Pipelines
