"""Policies for the tools that deploy them: what they are called, and that the tools take them."""

from __future__ import annotations

import functools
import io
import json
import re
from pathlib import Path
from typing import Any

import cfnlint.config
import cfnlint.decode
import cfnlint.runner
import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_prefix_ext import Plan, PrefixPolicy, iam
from sm_prefix_ext.cli import main
from sm_prefix_ext.iam.resource_names import label, logical_id, name_in_iam

from .pipelines import ACCOUNT, REGION, VPC, WORKER, plan
from .test_policy_document import long_policy

STATEMENT = {
    "Sid": "S",
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/${aws:username}/%{x}/*",
}
NAMES = st.text(st.sampled_from("abAB12-_. é/"), min_size=1, max_size=6)
REFUSED = ("", "a b", "a/b", "é", "a" * 129, "a\n")


def documents() -> list[iam.PolicyDocument]:
    """Return a document of each kind, with long ones and awkward names."""
    of_kinds = [
        iam.PolicyDocument((STATEMENT,), "my-policy", kind) for kind in ("managed", "inline")
    ]
    return [
        *of_kinds,
        iam.execution_role_policy(plan("jobs").replace(pipeline_name="p" * 256)),
        iam.author_policy(plan("jobs").replace(pipeline_name="2nd-Pipeline")),
        iam.prefix_policy(PrefixPolicy("team-a", step_roles={"*": WORKER}), region=REGION),
        iam.scp_exception("reader", "yes", [VPC], [f"arn:aws:iam::{ACCOUNT}:role/admin"]),
        iam.pipeline_version_policy("p", at_least=6),
        iam.trust_policy(account=ACCOUNT),
        long_policy(60),
    ]


@functools.cache
def linter() -> cfnlint.runner.Runner:
    """Load cfn-lint, which takes most of a second, once."""
    # Whether there are such actions is for parliament to say: cfn-lint's list ages.
    given = cfnlint.config.ManualArgs(regions=["eu-west-1"], ignore_checks=["W3037"])
    return cfnlint.runner.Runner(cfnlint.config.ConfigMixIn(**given))


def linted(template: str) -> list[str]:
    """Return cfn-lint's findings for a template."""
    decoded, errors = cfnlint.decode.decode_str(template)
    matches = errors or linter().validate_template(decoded)
    return [f"{match.rule.id} {match.message} at {match.path}" for match in matches]


def parsed(configuration: str) -> dict[str, Any]:
    """Parse a configuration with an HCL parser."""
    return dict(hcl2.load(io.StringIO(configuration)))


def blocks(configuration: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the resources of a configuration by type and label."""
    return {
        (kind.strip('"'), called.strip('"')): body
        for block in parsed(configuration)["resource"]
        for kind, named in block.items()
        for called, body in named.items()
    }


@pytest.mark.parametrize(
    "document", documents(), ids=lambda document: f"{document.kind} {document.name[:20]}"
)
def test_the_tools_accept_it(document: iam.PolicyDocument) -> None:
    """cfn-lint has no findings, and an HCL parser reads each part."""
    template = document.to_cloudformation()
    assert [] == linted(template)
    resources = json.loads(template)["Resources"]
    assert all(re.fullmatch("[A-Za-z0-9]{1,255}", logical) for logical in resources)
    terraform = blocks(document.to_terraform())
    parts = len(document.split())
    assert (parts, parts) == (len(resources), len(terraform))
    assert all(re.fullmatch(r"[A-Za-z_][\w-]*", called) for _, called in terraform)


@pytest.mark.parametrize("kind", ["managed", "inline", "scp", "trust"])
def test_the_document_is_what_iam_gets(kind: str) -> None:
    """CloudFormation has the document unchanged; Terraform has its templates escaped."""
    policy = iam.PolicyDocument((STATEMENT,), "my-policy", kind)
    [(logical, resource)] = json.loads(policy.to_cloudformation())["Resources"].items()
    assert "MyPolicy" == logical
    assert policy.to_dict() in resource["Properties"].values()
    text = policy.to_terraform()
    body = text[text.index("jsonencode(") + len("jsonencode(") : text.rindex(")")]
    assert policy.to_dict() == json.loads(body.replace("$${", "${").replace("%%{", "%{"))
    assert "b/$${aws:username}/%%{x}/" in text
    assert ["my_policy"] == [called for _, called in blocks(text)]


def test_two_pipelines_have_policies_of_two_names() -> None:
    """The names differ within a template and within an account."""
    templates = [
        json.loads(
            iam.execution_role_policy(plan("jobs").replace(pipeline_name=name)).to_cloudformation()
        )
        for name in ("churn", "fraud")
    ]
    resources = {**templates[0]["Resources"], **templates[1]["Resources"]}
    assert ["ChurnExecutionRole", "FraudExecutionRole"] == sorted(resources)
    assert {"churn-execution-role", "fraud-execution-role"} == {
        resource["Properties"]["ManagedPolicyName"] for resource in resources.values()
    }


def test_a_given_name() -> None:
    """The caller's name is used everywhere, with a number for each part."""
    document = long_policy(60)
    numbers = range(1, len(document.split()) + 1)
    resources = json.loads(document.to_cloudformation(name="Of.Team-A"))["Resources"]
    assert [f"Of.Team-A-{number}" for number in numbers] == [
        resource["Properties"]["ManagedPolicyName"] for resource in resources.values()
    ]
    assert [f"{logical_id('Of.Team-A')}Part{number}" for number in numbers] == list(resources)
    terraform = blocks(document.to_terraform(name="Of.Team-A"))
    assert [f"{label('Of.Team-A')}_part_{number}" for number in numbers] == [
        called for _, called in terraform
    ]


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_iam_does_not_take(name: str) -> None:
    """An invalid name raises; it is never changed."""
    team = PrefixPolicy("team-a")
    for document in (
        lambda: iam.trust_policy().to_cloudformation(name=name),
        lambda: iam.trust_policy().to_terraform(name=name),
        lambda: iam.execution_role_policy(plan("jobs"), name=name),
        lambda: iam.author_policy(plan("jobs"), name=name),
        lambda: iam.prefix_policy(team, ["Training"], name=name),
    ):
        with pytest.raises(ValueError, match=r"^name is .*; wanted a policy's name of at most 128"):
            document()


@given(NAMES, NAMES)
def test_different_names_stay_different(first: str, second: str) -> None:
    """Different names stay different, whatever characters they have."""
    if first != second:
        for spelt in (name_in_iam, logical_id, label):
            assert spelt(first) != spelt(second)


def test_long_names_stay_different() -> None:
    """Long names that differ only at the end stay different."""
    for spelt, most in ((name_in_iam, 128), (logical_id, 255)):
        first, second = spelt("a" * 300 + "-b"), spelt("a" * 300 + "-c")
        assert first != second
        assert most == len(first)


def ran(*arguments: str) -> int:
    """Run the command and return its exit status."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    return int(str(ended.value.code))


@pytest.fixture
def definition(tmp_path: Path) -> str:
    """Write a definition to a file."""
    file = tmp_path / "definition.json"
    file.write_text(json.dumps(plan("jobs").definition))
    return str(file)


@pytest.mark.parametrize("form", ["cloudformation", "terraform"])
@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (("--pipeline-name", "churn"), "churn-execution-role"),
        (("--pipeline-name", "churn", "--name", "mine"), "mine"),
        ((), "execution-role"),
    ],
)
def test_on_the_command(
    definition: str,
    capsys: pytest.CaptureFixture[str],
    form: str,
    options: tuple[str, ...],
    wanted: str,
) -> None:
    """The name is ``--name``, else the pipeline's; a note says if neither is known."""
    assert 0 == ran("policy", definition, "--format", form, *options)
    out, err = capsys.readouterr()
    assert f'"{wanted}"' in out or f'"{wanted}-1"' in out
    assert (not options) == ("give --pipeline-name or --name" in err)


def test_a_name_without_a_resource(definition: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The policy's JSON doesn't contain its name."""
    assert 2 == ran("policy", definition, "--name", "mine")
    assert "--name goes with --format cloudformation or terraform" in capsys.readouterr().err


def test_a_plan_without_a_name() -> None:
    """Without a pipeline name, the policy is named after its purpose."""
    assert "execution-role" == iam.execution_role_policy(Plan(())).name
