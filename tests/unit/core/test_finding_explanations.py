"""The examples of findings, judged."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext import Plan, PrefixPolicy, iam
from sm_prefix_ext.core import findings as codes
from sm_prefix_ext.core.finding_explanations import EXPLANATIONS, FENCES
from sm_prefix_ext.core.findings import CATALOGUE, Finding
from sm_prefix_ext.core.prefix_policy import unmatched_step_roles
from sm_prefix_ext.dropin.guarded_operations import SentRequest
from sm_prefix_ext.enforcement.enforce import enforce

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipeline-execution"
TEAM = PrefixPolicy("team-a")

NOT_JUDGED = {
    codes.NOT_READ: "AWS decides what the caller may read",
    codes.NAME_DROPPED: "it takes an SDK, and is a promise of the contract tests",
    codes.NOT_REACHED: "it takes an SDK, and is a promise of the contract tests",
    codes.CHANGED: "it takes a second thread",
    codes.DEFINITION_NOT_READ: "a part of a template is no target",
}
"""The examples that no pure function judges, with the reason."""


def _definition(text: str, code: str) -> Iterable[Finding]:
    definition = {"Steps": json.loads(f"[{text}]")}
    # Any prefix but the reserved one is outside a policy too, so that example has no policy.
    policy = PrefixPolicy() if code == codes.RESERVED_PREFIX else TEAM
    return [*enforce(definition, policy)[1], *iam.foreign_roles(definition, ACCOUNT)]


def _policy_file(text: str, code: str) -> Iterable[Finding]:
    file = Path("sm-prefix.toml")
    file.write_text(text, encoding="utf-8")
    policy = PrefixPolicy.from_file(file)
    tune = {"Name": "Tune", "Type": "Tuning", "Arguments": {"HyperParameterTuningJobName": "team"}}
    steps = [tune] if code == codes.NO_SHORT_PREFIX else []
    return [*enforce({"Steps": steps}, policy)[1], *unmatched_step_roles(policy, ["Train"])]


def _iam_policy(text: str, code: str) -> Iterable[Finding]:
    train = {"Name": "Train", "Type": "Training"}
    arguments = {"TrainingJobName": "team-a-train", "RoleArn": ROLE}
    plan = Plan.from_definition(
        {"Steps": [{**train, "Arguments": arguments}]}, region="eu-west-1", role_arn=ROLE
    )
    document = {"Version": "2012-10-17", "Statement": [json.loads(text)]}
    return iam.preflight(plan, role_policies={"role.json": document}).warnings


def _request(text: str, code: str) -> Iterable[Finding]:
    def read(location: Mapping[str, Any]) -> str:
        raise AssertionError(location)

    return SentRequest("CreatePipeline", text.encode()).findings(TEAM, read)


JUDGES: Mapping[str, Callable[[str, str], Iterable[Finding]]] = {
    "definition": _definition,
    "policy file": _policy_file,
    "IAM policy": _iam_policy,
    "request": _request,
}


def test_every_code_is_explained() -> None:
    """Each has a reason, two examples and a source; those that aren't judged say why."""
    assert list(CATALOGUE) == list(EXPLANATIONS)
    assert set(NOT_JUDGED) < set(CATALOGUE)
    for code, explanation in EXPLANATIONS.items():
        assert explanation.why.endswith("."), code
        assert explanation.wrong != explanation.right, code
        assert explanation.kind in FENCES, code
        assert explanation.source.startswith(("https://", "measured: ")), code
        assert max(map(len, f"{explanation.wrong}\n{explanation.right}".split("\n"))) <= 88, code


@pytest.mark.parametrize("code", [code for code in EXPLANATIONS if code not in NOT_JUDGED])
def test_examples(code: str) -> None:
    """The wrong example has exactly the finding; the right one has none."""
    explanation = EXPLANATIONS[code]
    judge = JUDGES[explanation.kind]
    assert {code} == {finding.code for finding in judge(explanation.wrong, code)}
    assert [] == list(judge(explanation.right, code))


@pytest.mark.parametrize("code", NOT_JUDGED)
def test_examples_that_are_not_judged(code: str) -> None:
    """They are at least Python or JSON."""
    explanation = EXPLANATIONS[code]
    for text in (explanation.wrong, explanation.right):
        if FENCES[explanation.kind] == "python":
            ast.parse(text)
        else:
            json.loads(f"{{{text}}}" if explanation.kind == "template" else text)
