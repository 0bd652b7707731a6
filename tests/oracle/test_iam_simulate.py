"""The package's evaluator compared with another, on new combinations of stored policies.

The other evaluator is the npm package ``@cloud-copilot/iam-simulate``, run as a tool:
``npm install --prefix tests/oracle``.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext import iam

from ..unit.iam.evaluator.vectors import vectors

HERE = Path(__file__).parent
MANY = ["aws:TagKeys", "aws:CalledVia", "aws:PrincipalOrgPaths", "sagemaker:InstanceTypes"]
MANY += ["sagemaker:VpcSubnets", "sagemaker:VpcSecurityGroupIds"]
# The two differ here, and IAM's user guide does not support the other: see
# tests/data/iam_vectors/disputed.jsonl.
DISPUTED = ("variable", "ip", "set-ops", "missing-key", "if-exists")
COUNT = 1_000


@pytest.fixture(scope="module")
def node() -> str:
    """The path of Node; the fixture skips if Node or the npm package is missing."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node isn't installed")
    if not (HERE / "node_modules" / "@cloud-copilot" / "iam-simulate").is_dir():
        pytest.skip("the oracle isn't installed: npm install --prefix tests/oracle")
    return program


def shuffled(seed: int) -> list[dict[str, Any]]:
    """Requests of stored vectors with policies of other vectors for the same service."""
    chance = random.Random(seed)
    stored = [row for row in vectors("open.jsonl.gz") if not row["group"].startswith(DISPUTED)]
    by_service: dict[str, list[dict[str, Any]]] = {}
    for row in stored:
        by_service.setdefault(row["request"]["action"].partition(":")[0], []).append(row)
    cases: list[dict[str, Any]] = []
    while len(cases) < COUNT:
        base = chance.choice(stored)
        alike = by_service[base["request"]["action"].partition(":")[0]]
        first, second, third = (chance.choice(alike) for _ in range(3))
        cases.append(
            {
                "request": base["request"],
                "principal": base["principal"]["arn"],
                "identity": [*first["identity"], *second["identity"]],
                "boundary": third["identity"][0] if chance.random() < 0.3 else None,
                "scps": third["scps"] if chance.random() < 0.3 else [],
                "many": MANY,
            }
        )
    return cases


def test_the_evaluators_agree(node: str) -> None:
    """Requests that either evaluator cannot decide are left out."""
    cases = shuffled(20261124)
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    process = subprocess.run(
        [node, "ask.mjs"], cwd=HERE, input=lines, capture_output=True, text=True, check=True
    )
    answers = [json.loads(line) for line in process.stdout.splitlines()]
    assert len(answers) == len(cases)
    compared, differing = [], []
    for case, other_verdict in zip(cases, answers):
        request = case["request"]
        verdict = iam.evaluate(
            request["action"],
            request["resource"],
            identity=case["identity"],
            boundary=case["boundary"],
            scps=case["scps"],
            context=request["context"],
        ).verdict
        if other_verdict.startswith("error") or verdict == "indeterminate":
            continue
        compared.append(other_verdict)
        if verdict != other_verdict:
            differing.append((verdict, other_verdict, case))
    assert len(compared) > COUNT / 2
    assert {"allowed", "implicitDeny", "explicitDeny"} == set(compared)
    assert differing == [], f"{len(differing)} of {len(compared)}"
