"""``sm-prefix check`` of one definition."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run
from .samples import (
    definition,
)

pytestmark = pytest.mark.usefixtures("files")


def test_check_of_a_good_definition(run: Run) -> None:
    """A good file or standard input gives exit status 0."""
    assert (0, "") == run("check", "good.json", "--prefix", "team-a")[::2]
    text = json.dumps(definition(Train="team-a"))
    status, output, _ = run("check", "-", "--prefix", "team-a", stdin="\ufeff" + text)
    clean = "No findings: every job runs under its prefix.\n"
    assert (0, clean) == (status, output.splitlines(keepends=True)[0])


def test_check_of_a_bad_definition(run: Run) -> None:
    """Findings give exit status 1, all on standard output."""
    status, output, errors = run("check", "bad.json", "--prefix", "team-a")
    assert (1, "") == (status, errors)
    for word in ("PFX006", "PFX003", "Train", "Other", "Fix: ", "3 errors, 0 warnings;"):
        assert word in output


def test_a_target_that_is_named_twice(run: Run, tmp_path: Path) -> None:
    """It is read and counted once, standard input too."""
    again = str(tmp_path / "good.json")
    status, output, _ = run("check", "good.json", "./good.json", again, "--prefix", "team-a")
    assert (0, True) == (status, output.endswith("0 warnings; 1 file read.\n"))
    text = json.dumps(definition(Train="team-a"))
    status, output, _ = run("check", "-", "-", "--prefix", "team-a", stdin=text)
    assert (0, True) == (status, output.endswith("0 warnings; 1 file read.\n"))


def test_more_findings_than_github_shows(run: Run) -> None:
    """A line on standard error says so; the report has them all."""
    text = json.dumps(definition(**{f"S{number}": "x" for number in range(11)}))
    arguments = ("check", "-", "--prefix", "team-a", "--format")
    status, output, error = run(*arguments, "github", stdin=text)
    assert (1, 11) == (status, output.count("::error "))
    assert error.startswith("sm-prefix: GitHub annotates 10 errors and 10 warnings of a step; this")
    assert "" == run(*arguments, "gitlab", stdin=text)[2]


def test_check_of_roles_of_two_accounts(run: Run) -> None:
    """Roles of two accounts have a finding, as IAM passes roles within one account."""
    document = definition(Train="team-a-x", Other="team-a-y")
    for step, account in zip(document["Steps"], ("111122223333", "444455556666")):
        step["Arguments"]["RoleArn"] = f"arn:aws:iam::{account}:role/worker"
    status, output, _ = run("check", "-", "--prefix", "team-a", stdin=json.dumps(document))
    assert (1, True) == (status, "PFX018" in output)


def test_check_needs_a_prefix(run: Run, tmp_path: Path) -> None:
    """Without a policy that has a prefix, ``check`` exits with status 2."""
    (tmp_path / "roles.toml").write_text('[step_roles]\n"*" = "arn:aws:iam::111122223333:role/r"\n')
    for options, message in (
        ((), "There is no prefix policy to check against: give --prefix or --policy"),
        (("--short-prefix", "team-a"), "The policy has no prefix"),
        (("--policy", "roles.toml"), "The policy roles.toml has no prefix"),
        (("--declared-only", "--prefix", "team-a"), "--declared-only excludes --policy"),
    ):
        status, output, error = run("check", "good.json", *options)
        assert (2, "") == (status, output)
        assert message in error


def test_check_of_names_as_they_stand(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--declared-only`` asks for no prefix, whatever policy is discovered."""
    monkeypatch.setenv("SM_PREFIX_POLICY", "team-b.toml")
    status, output, _ = run("check", "good.json", "--declared-only")
    expected = "No findings: every name is valid as it stands; no prefix was asked for.\n"
    assert (0, expected) == (status, output.splitlines(keepends=True)[0])
    status, output, _ = run("check", "bad.json", "--declared-only")
    assert (1, True, False) == (status, "PFX003" in output, "PFX006" in output)


def test_check_as_json(run: Run) -> None:
    """Standard output has the findings' fields and nothing else."""
    status, output, _ = run("check", "bad.json", "--prefix", "team-a", "--format", "json")
    [first, *rest] = json.loads(output)["findings"]
    assert (1, "Train") == (status, first["step"])
    assert {"Other"} == {finding["step"] for finding in rest}
    assert ["code", "severity", "step", "step_type", "message", "fix"] == list(first)[:6]
    good = json.loads(run("check", "good.json", "--prefix", "team-a", "--format", "json")[1])
    assert (1, []) == (good["schema"], good["findings"])


def test_the_policy_is_the_given_one_or_found(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--policy`` beats the file in the environment, which beats none."""
    monkeypatch.setenv("SM_PREFIX_POLICY", "team-b.toml")
    assert 1 == run("check", "good.json")[0]
    assert 0 == run("check", "good.json", "--prefix", "team-a")[0]
    monkeypatch.delenv("SM_PREFIX_POLICY")
    assert 1 == run("check", "good.json", "--policy", "team-b.toml")[0]


def test_a_module_with_findings(run: Run) -> None:
    """A name that a constructor refuses is a finding."""
    Path("early.py").write_text(
        "from sm_prefix_ext import PrefixPolicy, PrefixViolation\n"
        "from sm_prefix_ext.enforcement.enforce import enforce\n"
        f"document = {definition(Train='a/b')!r}\n"
        "raise PrefixViolation(enforce(document, PrefixPolicy('team-a'))[1])\n"
    )
    for command in ("check", "plan"):
        status, out, err = run(command, "early.py:pipeline")
        assert (1, "") == (status, err)
        assert "PFX003" in out
