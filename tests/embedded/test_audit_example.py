"""examples/audit-step-functions: its definition is valid and runs; its queries read the rows."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import fields
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytest.importorskip("moto", reason="moto is not installed")

from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.config import default_user_config

from sm_prefix_ext import iam
from sm_prefix_ext.audit import AuditRow
from sm_prefix_ext.embedded import EmbeddedAWS

from ..docs.snippets import ROOT, blocks
from .definitions import job, text
from .organization import ACCOUNTS, create_role, session_of

EXAMPLE = ROOT / "examples" / "audit-step-functions"
DEFINITION = (EXAMPLE / "state_machine.asl.json").read_text(encoding="utf-8")
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
QUERIES = [block.text for block in blocks(README) if block.language == "sql"]
REGIONS = ("eu-west-1", "us-west-2")
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def findings(definition: Any) -> list[str]:
    """The codes of what cfn-lint finds in a state machine."""
    from cfnlint.api import ManualArgs, lint

    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": "arn:aws:iam::111122223333:role/r", "Definition": definition},
    }
    template = json.dumps({"Resources": {"Machine": machine}})
    return [match.rule.id for match in lint(template, config=ManualArgs(regions=["us-east-1"]))]


def test_the_definition_is_valid() -> None:
    """By the schema that cfn-lint has; a state that is not there, and an unknown key, are not."""
    assert [] == findings(json.loads(DEFINITION))
    assert ["E3601"] == findings({**json.loads(DEFINITION), "StartAt": "Nowhere"})
    assert ["E3601"] == findings(json.loads(DEFINITION.replace('"ItemReader"', '"ItemReaders"')))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EmbeddedAWS]:
    """Two accounts with a pipeline in one region of two, and what the example deploys."""
    shutil.copy(EXAMPLE / "handler.py", tmp_path)
    (tmp_path / "sm-prefix.toml").write_text('prefix = "team-a"\n')
    specification = spec_from_file_location("audit_handler", tmp_path / "handler.py")
    assert specification is not None and specification.loader is not None
    module = module_from_spec(specification)
    specification.loader.exec_module(module)

    def invoke(
        self: Any, name: str, qualifier: Any, body: str, headers: Any, response_headers: Any
    ) -> bytes:
        """Do what Lambda does, in this process."""
        assert "sm-prefix-audit" == name
        try:
            answer = module.handler(json.loads(body), None)
        except Exception as error:
            response_headers["x-amz-function-error"] = "Unhandled"
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
        return json.dumps(answer).encode()

    monkeypatch.setattr(LambdaSimpleBackend, "invoke", invoke)
    config: Any = {
        "core": {**default_user_config["core"], "mock_credentials": False},
        "lambda": {"use_docker": False},
        "stepfunctions": {"execute_state_machine": True},
    }
    with mock_aws(config=config), EmbeddedAWS() as opened:
        monkeypatch.delenv("MOTO_ACCOUNT_ID")  # so that moto takes the account of the credentials
        monkeypatch.setenv("AUDIT_ROLE", "Audit")
        for account in ACCOUNTS:
            session = session_of(opened, account)
            session.client("sagemaker", region_name=REGIONS[0]).create_pipeline(
                PipelineName="p",
                PipelineDefinition=text(job("Train")),
                RoleArn=create_role(session.client("iam")),
            )
        yield opened


def run(aws: EmbeddedAWS, *shards: tuple[str, str]) -> list[Any]:
    """Run the state machine, and return its output."""
    file = "\n".join(["account,region", *map(",".join, shards), ""])
    aws.client("s3").put_object(Bucket=aws.default_bucket, Key="shards.csv", Body=file)
    role = aws.client("iam").create_role(RoleName="machine", AssumeRolePolicyDocument=TRUST)
    aws.client("lambda").create_function(
        FunctionName="sm-prefix-audit",
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="handler.handler",
        Code={"ZipFile": b"."},
    )
    client = aws.client("stepfunctions")
    machine = client.create_state_machine(
        name="sm-prefix-audit", definition=DEFINITION, roleArn=role["Role"]["Arn"]
    )["stateMachineArn"]
    given = json.dumps({"bucket": aws.default_bucket, "shards": "shards.csv"})
    execution = client.start_execution(stateMachineArn=machine, name="monday", input=given)
    deadline = time.monotonic() + 60
    while True:
        described = client.describe_execution(executionArn=execution["executionArn"])
        if described["status"] != "RUNNING":
            break
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "SUCCEEDED" == described["status"], described
    output: list[Any] = json.loads(described["output"])
    return output


def test_it_runs(aws: EmbeddedAWS, tmp_path: Path) -> None:
    """Each account and region is in the result, and its rows are in S3, where DuckDB reads them."""
    shards = [*((account, region) for account in ACCOUNTS for region in REGIONS), ("1", "mars-1")]

    *read, failed = run(aws, *shards)

    assert [
        {"account": account, "region": region, "rows": rows, "not_inside": 0}
        for account, region, rows in zip(
            (account for account, _ in shards), (region for _, region in shards), (1, 0, 1, 0)
        )
    ] == read
    assert {"account": "1", "region": "mars-1"}.items() <= failed.items()
    assert "is not an account" in failed["failure"]
    names = aws.client("s3").list_objects_v2(Bucket=aws.default_bucket, Prefix="audit/")["Contents"]
    for name in (each["Key"] for each in names):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        aws.client("s3").download_file(aws.default_bucket, name, str(path))
    query = QUERIES[0].replace("s3://BUCKET", str(tmp_path))
    counted = duckdb.sql(query).fetchall()
    assert [(account, REGIONS[0], "inside", 1) for account in ACCOUNTS] == counted


def test_the_table_has_columns_of_rows() -> None:
    """By the names and the types of a row's fields."""
    types = {"str": "string", "int": "int", "tuple[str, ...]": "array<string>"}
    expected = {
        each.name: types.get(str(each.type).removesuffix(" | None"), "string")
        for each in fields(AuditRow)
    }
    columns = re.findall(r"`(\w+)` ([\w<>]+)[,\n]", QUERIES[1])
    assert {"kind", "account", "region", "verdict", "reason"} < dict(columns).keys()
    assert expected.items() >= dict(columns).items()


@pytest.mark.parametrize(
    ("policy", "action", "resource"),
    [
        ("function-role", "sts:AssumeRole", "arn:aws:iam::111122223333:role/Audit"),
        ("function-role", "s3:PutObject", "arn:aws:s3:::BUCKET/audit/run=monday/1-r.jsonl"),
        ("state-machine-role", "s3:GetObject", "arn:aws:s3:::BUCKET/shards.csv"),
        (
            "state-machine-role",
            "lambda:InvokeFunction",
            "arn:aws:lambda:eu-west-1:ACCOUNT:function:sm-prefix-audit",
        ),
        (
            "state-machine-role",
            "states:StartExecution",
            "arn:aws:states:eu-west-1:ACCOUNT:stateMachine:sm-prefix-audit",
        ),
    ],
)
def test_the_roles_may_do_what_is_needed(policy: str, action: str, resource: str) -> None:
    """By the package's own evaluator; the other role may not."""
    for name in ("function-role", "state-machine-role"):
        document = json.loads((EXAMPLE / f"{name}.json").read_text(encoding="utf-8"))
        verdict = iam.evaluate(action, resource, identity=[document]).verdict
        assert ("allowed" if name == policy else "implicitDeny") == verdict
