"""Our evaluator beside another, on policies put together afresh from the stored ones' parts.

The other is the npm package ``@cloud-copilot/iam-simulate``, run as a tool:
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
# Where the two part, and the guide is with us or silent: tests/data/iam_vectors/disputed.jsonl.
DISPUTED = ("variable", "ip", "set-ops", "missing-key", "if-exists")
COUNT = 1_000


@pytest.fixture(scope="module")
def node() -> str:
    """Node, where it and the package are there."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("Node isn't installed")
    if not (HERE / "node_modules" / "@cloud-copilot" / "iam-simulate").is_dir():
        pytest.skip("the oracle isn't installed: npm install --prefix tests/oracle")
    return found


def shuffled(seed: int) -> list[dict[str, Any]]:
    """Requests of the stored vectors under policies of others that are about the same action."""
    chance = random.Random(seed)
    stored = [one for one in vectors("open.jsonl.gz") if not one["group"].startswith(DISPUTED)]
    by_service: dict[str, list[dict[str, Any]]] = {}
    for one in stored:
        by_service.setdefault(one["request"]["action"].partition(":")[0], []).append(one)
    made = []
    while len(made) < COUNT:
        asked = chance.choice(stored)
        alike = by_service[asked["request"]["action"].partition(":")[0]]
        one, other, third = chance.choice(alike), chance.choice(alike), chance.choice(alike)
        made.append(
            {
                "request": asked["request"],
                "principal": asked["principal"]["arn"],
                "identity": [*one["identity"], *other["identity"]],
                "boundary": third["identity"][0] if chance.random() < 0.3 else None,
                "scps": third["scps"] if chance.random() < 0.3 else [],
                "many": MANY,
            }
        )
    return made


def test_the_two_agree(node: str) -> None:
    """On every request to which both have an answer."""
    asked = shuffled(20261124)
    lines = "".join(json.dumps(one) + "\n" for one in asked)
    ran = subprocess.run(
        [node, "ask.mjs"], cwd=HERE, input=lines, capture_output=True, text=True, check=True
    )
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(answers) == len(asked)
    compared, differing = [], []
    for one, theirs in zip(asked, answers):
        request = one["request"]
        ours = iam.evaluate(
            request["action"],
            request["resource"],
            identity=one["identity"],
            boundary=one["boundary"],
            scps=one["scps"],
            context=request["context"],
        ).verdict
        if theirs.startswith("error") or ours == "indeterminate":
            continue
        compared.append(theirs)
        if ours != theirs:
            differing.append((ours, theirs, one))
    assert len(compared) > COUNT / 2
    assert {"allowed", "implicitDeny", "explicitDeny"} == set(compared)
    assert differing == [], f"{len(differing)} of {len(compared)}"
