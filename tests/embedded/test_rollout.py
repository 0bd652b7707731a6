"""A roll-out from start to end: after each of its steps, every pipeline still runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ..unit.cli.conftest import Run, run
from ..unit.iam.pipelines import ACCOUNT
from .conftest import Driver
from .definitions import job, text
from .policies import HEAD, allow, document

__all__ = ["run"]  # the fixture of the command's own tests

TYPES = ("training-job", "processing-job", "model", "transform-job")
PIPELINES = {
    "churn": (job("Prepare", "Processing"), job("Train")),
    "score": (job("Model", "Model"), job("Transform", "Transform", DependsOn=["Model"])),
    "fraud": (job("Train"), job("Tune", "Tuning")),
}
ROLES = {"churn": "risk-execution", "score": "risk-execution", "fraud": "fraud-execution"}
NAMES = {"role": "RoleName", "user": "UserName"}
PREFIXES = {
    "churn": ("risk", "risk"),
    "score": ("risk", "risk"),
    "fraud": ("fraud-detection", "fd"),
}
TEAMS = """
[[team]]
name = "risk"
prefix = "risk"
paths = ["risk/**"]

[[team]]
name = "fraud"
prefix = "fraud-detection"
short_prefix = "fd"
paths = ["fraud/**"]
"""


def old_policy(*types: str) -> Any:
    """The policy of today: jobs under generated names, and what does not depend on names."""
    jobs = [f"{HEAD}{each}/pipelines-*" for each in types]
    return document(
        allow("sagemaker:*", [*jobs, f"{HEAD}model-package-group/registry"], Sid="Jobs"),
        allow("iam:PassRole", "*", Sid="Pass"),
    )


class Account:
    """An account whose pipelines run under generated names, and whose policies forbid others."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.iam = driver.aws.client("iam")
        generated = [f"{HEAD}{each}/pipelines-*" for each in TYPES]
        # Tuning jobs begin with the execution's ID, so no pattern pipelines-* covers them.
        tuning = f"{HEAD}hyper-parameter-tuning-job/*-Tune-*"
        driver.aws.create_role("risk-execution", [old_policy(*TYPES)])
        driver.aws.create_role("fraud-execution", [])
        self.attach("fraud-execution", self.managed("fraud-jobs", old_policy("training-job")))
        self.put("fraud-execution", "tuning", document(allow("sagemaker:*", tuning)))
        creates = ["sagemaker:CreateTrainingJob", "sagemaker:CreateProcessingJob"]
        denied = {"Effect": "Deny", "Action": creates, "NotResource": generated}
        guard = self.managed("guard", document(denied))
        for role in set(ROLES.values()):
            self.attach(role, guard)
        bound = document(
            allow("sagemaker:Create*", [*generated, tuning]),
            allow(["iam:PassRole", "sagemaker:AddTags", "sagemaker:Describe*"], "*"),
        )
        boundary = self.managed("boundary", bound)
        self.iam.put_role_permissions_boundary(
            RoleName="fraud-execution", PermissionsBoundary=boundary
        )
        self.iam.create_user(UserName="scientist")
        watching = document(allow("sagemaker:DescribeTrainingJob", generated[0]))
        self.iam.put_user_policy(
            UserName="scientist", PolicyName="watch", PolicyDocument=json.dumps(watching)
        )
        for name in PIPELINES:
            self.send(driver.client.create_pipeline, name, None)

    def managed(self, name: str, policy: Any) -> str:
        """Create a managed policy."""
        created = self.iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(policy))
        return str(created["Policy"]["Arn"])

    def attach(self, role: str, policy: str) -> None:
        self.iam.attach_role_policy(RoleName=role, PolicyArn=policy)

    def put(self, role: str, name: str, policy: Any) -> None:
        """Write an inline policy of a role."""
        self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))

    def send(self, operation: Any, name: str, prefixes: Any) -> None:
        """Create or update a pipeline, with a prefix for each type of step or none."""
        steps = []
        for step in PIPELINES[name]:
            short = prefixes and step["Type"] == "Tuning"
            prefix = prefixes and prefixes[1 if short else 0]
            more = {key: value for key, value in step.items() if key == "DependsOn"}
            steps.append(job(step["Name"], step["Type"], prefix=prefix, **more))
        operation(
            PipelineName=name,
            PipelineDefinition=text(*steps),
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{ROLES[name]}",
        )

    def runs(self, *names: str) -> dict[str, str]:
        """Start pipelines, and return how each execution ends."""
        return {name: self.driver.status(self.driver.start(name)) for name in names or PIPELINES}

    def apply(self, step: Any) -> None:
        """Change the policies as a step says."""
        statements: dict[str, list[Any]] = {}
        for each in step["documents"]:
            if each["use"] == "attach":
                [principal] = step["roles"]
                self._write(principal, each["name"], each["document"]["Statement"])
            else:
                statements.setdefault(each["use"], []).extend(each["document"]["Statement"])
        if step["policy"] is not None:
            name, principal = step["policy"], next(iter(step["roles"]), "")
            present, old = (
                self._read(principal, name),
                [
                    *statements.get("remove", []),
                    *statements.get("narrow", []),
                ],
            )
            assert all(each in present for each in old)
            new = [*statements.get("instead", []), *statements.get("add", [])]
            self._write(principal, name, [each for each in present if each not in old] + new)

    def _read(self, principal: str, name: str) -> list[Any]:
        if name.startswith("arn:"):
            version = self.iam.get_policy(PolicyArn=name)["Policy"]["DefaultVersionId"]
            read = self.iam.get_policy_version(PolicyArn=name, VersionId=version)
            return list(read["PolicyVersion"]["Document"]["Statement"])
        kind, owner = principal.rpartition(":")[2].split("/")
        read = getattr(self.iam, f"get_{kind}_policy")(**{NAMES[kind]: owner}, PolicyName=name)
        return list(read["PolicyDocument"]["Statement"])

    def _write(self, principal: str, name: str, statements: list[Any]) -> None:
        text = json.dumps(document(*statements))
        if name.startswith("arn:"):
            self.iam.create_policy_version(PolicyArn=name, PolicyDocument=text, SetAsDefault=True)
            return
        kind, owner = principal.rpartition(":")[2].split("/")
        place = {NAMES[kind]: owner, "PolicyName": name}
        if statements:
            getattr(self.iam, f"put_{kind}_policy")(**place, PolicyDocument=text)
        else:  # IAM has no policy without a statement
            getattr(self.iam, f"delete_{kind}_policy")(**place)


@pytest.fixture
def account(driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Such an account, and the teams' policy file in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("sm-prefix.toml").write_text(TEAMS)
    return Account(driver)


ASSIGNED = tuple(
    part
    for each in ("*:role/risk-*=risk", "fraud=fraud", "*:user/*=risk")
    for part in ("--assign", each)
)
AUDIT = ("audit", "--policy", "sm-prefix.toml", "--iam", "--plan-rollout", "--format", "json")


def planned(run: Run, *more: str) -> list[Any]:
    """The steps that an audit plans."""
    status, out, err = run(*AUDIT, *more)
    assert "" == err
    steps: list[Any] = json.loads(out)["steps"]
    assert int(bool(steps)) == status
    return steps


def checked(run: Run, step: Any) -> list[int]:
    """The exit statuses of a step's checks."""
    return [run(*shlex.split(check)[1:])[0] for check in step["checks"]]


def of(steps: Iterable[Any], phase: str) -> list[Any]:
    return [step for step in steps if step["phase"] == phase]


def test_from_start_to_end(account: Account, run: Run) -> None:
    """No run is denied before the last step, and old names are denied after it."""
    every_one = dict.fromkeys(PIPELINES, "Succeeded")
    assert every_one == account.runs()

    undecided = of(planned(run), "decide")
    subjects = [["fraud"], ["churn", "score"], []]
    assert subjects == [step["pipelines"] for step in undecided]
    assert {1} == {status for step in undecided for status in checked(run, step)}

    steps = planned(run, *ASSIGNED)
    widened = of(steps, "widen")
    assert ["fraud-execution", "risk-execution", "boundary", "scientist", "guard"] == [
        step["subject"].rpartition("/")[2] for step in widened
    ]
    for step in widened:
        assert 1 in checked(run, step)
        account.apply(step)
        assert every_one == account.runs()
    assert {0} == {status for step in widened for status in checked(run, step)}

    assert ["churn", "fraud", "score"] == [step["subject"] for step in of(steps, "update")]
    for step in of(steps, "update"):
        assert [1] == checked(run, step)
        name = step["subject"]
        account.send(account.driver.client.update_pipeline, name, PREFIXES[name])
        assert [0] == checked(run, step)
        assert every_one == account.runs()

    for step in of(steps, "verify"):
        assert [0] == checked(run, step)

    for step in of(steps, "drop"):
        assert 1 in checked(run, step)
        account.apply(step)
        assert every_one == account.runs()
    assert {0} == {status for step in of(steps, "drop") for status in checked(run, step)}
    assert [] == planned(run, *ASSIGNED)

    for name in PIPELINES:
        account.send(account.driver.client.update_pipeline, name, None)
    assert dict.fromkeys(PIPELINES, "Failed") == account.runs()


def test_an_execution_of_an_old_definition_blocks_the_drop(account: Account, run: Run) -> None:
    """It may start jobs under the old names until it ends."""
    account.driver.aws.outcomes["Prepare"] = "Executing"
    running = account.driver.start("churn")
    for step in of(planned(run, *ASSIGNED), "widen"):
        account.apply(step)
    for name, prefixes in PREFIXES.items():
        account.send(account.driver.client.update_pipeline, name, prefixes)

    risk = next(
        step
        for step in of(planned(run, *ASSIGNED), "verify")
        if step["subject"].endswith("risk-execution")
    )
    assert "churn: 1 execution from before its last change still run." in risk["notes"]
    assert [1] == checked(run, risk)
    account.driver.client.stop_pipeline_execution(
        PipelineExecutionArn=running, ClientRequestToken="t" * 32
    )
    assert [0] == checked(run, risk)


def test_a_file_gives_the_same_steps(account: Account, run: Run) -> None:
    """From the rows of a complete audit, with its policy."""
    audit = ("audit", "--policy", "sm-prefix.toml", "--iam")
    assert 1 == run(*audit, "--jobs", "--since", "1d", "--output", "a.jsonl")[0]
    form = ("--format", "json", *ASSIGNED)
    _, live, _ = run(*audit, "--jobs", "--since", "1d", "--plan-rollout", *form)
    _, of_file, _ = run("audit", "rollout", "a.jsonl", "--policy", "sm-prefix.toml", *form)
    without_times = [
        [{**step, "checks": []} for step in json.loads(text)["steps"]] for text in (live, of_file)
    ]
    assert without_times[0] == without_times[1] != []
