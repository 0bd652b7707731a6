"""``sm-prefix plan``, and definitions that the policy refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

pytestmark = pytest.mark.usefixtures("files")


def test_plan(run: Run) -> None:
    """The plan has names, ARNs, roles and actions, with the given account and region."""
    where = ("--account", "111122223333", "--region", "eu-west-1")
    status, output, _ = run("plan", "good.json", *where)
    assert 0 == status
    assert "ARNs begin with arn:aws:sagemaker:eu-west-1:111122223333:\n" in output
    assert "  training-job/team-a-train-*" in output
    status, output, _ = run("plan", "good.json", "--format", "json")
    [job] = json.loads(output)["jobs"]
    assert (0, "team-a-train-*") == (status, job["name_pattern"])
    assert "sagemaker:CreateTrainingJob" in job["actions"]


@pytest.mark.parametrize(
    "command", [("plan",), ("policy",), ("preflight", "--role-policy", "none.json")]
)
def test_a_definition_that_the_policy_refuses(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """Its findings and exit status 1, as for ``check``; on standard error where a document goes.

    Without a policy it goes by as it stands, for it may well be without any prefix.
    """
    Path("none.json").write_text('{"Statement": []}')
    name, *more = command

    def judged(*given: str) -> tuple[int, bool]:
        status, out, err = run(name, "good.json", *more, *given)
        assert not ("PFX006" in out and name == "policy")
        return status, "PFX006" in out + err

    assert (1, True) == judged("--prefix", "team-b")
    as_it_stands = (1 if name == "preflight" else 0, False)
    assert as_it_stands == judged("--prefix", "team-a") == judged()
    monkeypatch.setenv("SM_PREFIX_POLICY", "team-b.toml")
    assert (1, True) == judged()
