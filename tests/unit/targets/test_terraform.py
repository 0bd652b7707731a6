"""Pipelines in Terraform's JSON, by the documented formats.

https://developer.hashicorp.com/terraform/internals/json-format and
https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext.core.check_report import Position
from sm_prefix_ext.targets.files import read_text
from sm_prefix_ext.targets.source import PipelineSource, TargetError
from sm_prefix_ext.targets.terraform import kind_of, parts_of

FIXTURES = Path(__file__).parents[2] / "data" / "terraform"
ROLE = "arn:aws:iam::111122223333:role/execution"
TEXT = '{"Version": "2020-12-01", "Steps": [{"Name": "A", "Type": "Fail", "Arguments": {}}]}'


def fixture(name: str) -> dict[str, PipelineSource]:
    """The pipelines of a fixture by address."""
    found = read_text((FIXTURES / name).read_text(), name, name)
    return {source.target.removeprefix(f"{name}#"): source for source in found}


def configured(**values: Any) -> str:
    """A configuration with one pipeline."""
    return json.dumps({"resource": {"aws_sagemaker_pipeline": {"train": values}}})


def test_a_plan() -> None:
    """Both providers, child modules to any depth; data sources and deleted ones are left out."""
    found = fixture("plan.json")
    assert [
        "aws_sagemaker_pipeline.text",
        "aws_sagemaker_pipeline.in_s3",
        "aws_sagemaker_pipeline.unknown",
        "awscc_sagemaker_pipeline.body",
        "awscc_sagemaker_pipeline.unknown",
        'module.team["a"].aws_sagemaker_pipeline.each["x"]',
        "module.team.module.inner.awscc_sagemaker_pipeline.in_s3",
    ] == list(found)
    assert {"Terraform plan"} == {source.kind for source in found.values()}
    assert [
        None,
        "its definition is in s3://team-a/pipeline.json",
        "its definition is known only after apply",
        None,
        "its definition is known only after apply",
        None,
        "its definition is in s3://team-a/inner.json",
    ] == [source.not_read for source in found.values()]
    text = found["aws_sagemaker_pipeline.text"]
    assert ("team-a-text", ROLE) == (text.pipeline_name, text.role_arn)
    unknown = found["aws_sagemaker_pipeline.unknown"]
    assert ("team-a-unknown", None) == (unknown.pipeline_name, unknown.role_arn)
    lines = (FIXTURES / "plan.json").read_text().splitlines()
    place = unknown.locate("")
    assert place is not None
    assert '"team-a-unknown"' in "".join(lines[place.line : place.line + 2])
    assert "A" == found["awscc_sagemaker_pipeline.body"].definition["Steps"][0]["Name"]


def test_a_state() -> None:
    """As ``terraform show -json`` writes it, and the state file itself."""
    shown, stored = fixture("state.json"), fixture("terraform.tfstate.json")
    assert ["aws_sagemaker_pipeline.train"] == list(shown)
    assert "Terraform state" == shown["aws_sagemaker_pipeline.train"].kind
    assert [
        'module.a.aws_sagemaker_pipeline.train["x"]',
        "module.a.aws_sagemaker_pipeline.train[1]",
        "awscc_sagemaker_pipeline.one",
    ] == list(stored)
    assert {"Terraform state"} == {source.kind for source in stored.values()}
    assert [True, True, True] == [source.definition is not None for source in stored.values()]


def test_positions_are_those_of_the_property() -> None:
    """The definition is one long string there."""
    lines = (FIXTURES / "plan.json").read_text().split("\n")
    text = fixture("plan.json")["aws_sagemaker_pipeline.text"]
    position = text.locate("A")
    assert position is not None
    assert position == text.locate("")
    assert lines[position.line - 1][position.column - 1 :].startswith('"pipeline_definition":')


def test_a_plan_without_the_planned_value() -> None:
    """What only the list of changes has is read from there."""
    change = {"actions": ["create"], "after": {"pipeline_definition": TEXT}, "after_unknown": {}}
    gone = {"actions": ["delete"], "after": None, "after_unknown": {}}
    address = "aws_sagemaker_pipeline.train"
    changes = [
        {"address": address, "type": "aws_sagemaker_pipeline", "change": change},
        {"address": "gone", "type": "aws_sagemaker_pipeline", "change": gone},
        {"address": "other", "type": "aws_s3_bucket", "change": change},
    ]
    (source,) = read_text(json.dumps({"resource_changes": changes}), "p", None)
    assert f"p#{address}" == source.target
    assert json.loads(TEXT) == source.definition


def test_a_configuration() -> None:
    """Interpolation within the definition's text becomes expressions."""
    text = TEXT.replace('"A"', '"A-${var.x}"').replace("{}", '{"ErrorMessage": "${var.y} $${z}"}')
    text = configured(pipeline_name="team-a", role_arn="${aws_iam_role.x.arn}", **_both(text))
    (source,) = read_text(text, "m.tf.json", "m.tf.json")
    assert ("m.tf.json#aws_sagemaker_pipeline.train", "Terraform configuration") == (
        source.target,
        source.kind,
    )
    assert ("team-a", None) == (source.pipeline_name, source.role_arn)
    assert source.definition is not None
    (step,) = source.definition["Steps"]
    assert {"ErrorMessage": {"Terraform": "${var.y} ${z}"}} == step["Arguments"]
    assert "A-var-x" == step["Name"]
    assert Position(1, 1 + text.index('"pipeline_definition"')) == source.locate("")


def _both(text: str) -> dict[str, Any]:
    return {"pipeline_definition": text, "count": 1}


def test_lists_of_blocks_in_a_configuration() -> None:
    """Any block may be a list of its kind."""
    blocks = [{"awscc_sagemaker_pipeline": [{"a": [{"pipeline_definition": {}}]}]}, {"x": {}}]
    (source,) = read_text(json.dumps({"resource": blocks, "//": "a comment"}), "m", None)
    assert "m#awscc_sagemaker_pipeline.a" == source.target
    assert "it has no definition" == source.not_read


def test_objects_in_a_configuration() -> None:
    """An object in place of the text is read too, its texts interpolated."""
    definition = {"Steps": [{"Name": "A", "Type": "Fail", "Arguments": {"x": ["${v}", 1]}}]}
    (source,) = read_text(configured(pipeline_definition=definition), "m", None)
    assert source.definition is not None
    assert {"x": [{"Terraform": "${v}"}, 1]} == source.definition["Steps"][0]["Arguments"]


def test_a_definition_that_is_an_expression() -> None:
    """The plan has its value, and the clause says so."""
    text = configured(pipeline_definition='${jsonencode({Steps = [{Name = "}"}]})}')
    (source,) = read_text(text, "m", None)
    assert source.not_read == (
        "its definition is the Terraform expression "
        "'${jsonencode({Steps = [{Name = \"}\"}]})}', so check the plan (terraform show -json)"
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("a", ["a"]),
        ("${a}", [{"Terraform": "${a}"}]),
        ("a${b}c", ["a", {"Terraform": "${b}"}, "c"]),
        ("$${a}%%{b}", ["${a}%{b}"]),
        ("%{ if a }x%{ endif }", [{"Terraform": "%{ if a }"}, "x", {"Terraform": "%{ endif }"}]),
        ('${f("}")}x', [{"Terraform": '${f("}")}'}, "x"]),
        ("${ {a = 1} }x", [{"Terraform": "${ {a = 1} }"}, "x"]),
        ("${never closed", [{"Terraform": "${never closed"}]),
        ("$a %b", ["$a %b"]),
    ],
)
def test_interpolation(text: str, parts: list[Any]) -> None:
    """Literal text, escapes, and expressions with braces of their own."""
    assert parts == parts_of(text)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"format_version": "1.0"},
        {"resource": "text"},
        {"resource": {}, "name": "not Terraform's"},
    ],
)
def test_what_is_not_terraforms(document: Any) -> None:
    """Other documents with a word in common."""
    assert kind_of(document) is None


def test_a_definition_that_is_none() -> None:
    """The error names the file, the address and the argument."""
    with pytest.raises(
        TargetError, match=r"^m#aws_sagemaker_pipeline\.train: pipeline_definition: 'Steps'"
    ):
        read_text(configured(pipeline_definition='{"Steps": null}'), "m", None)


def test_an_interpolation_without_an_end_takes_no_time() -> None:
    """A string in it that is never closed, with as many quotes as you like in it."""
    begin = time.process_time()
    text = '${f("' + '\\"' * 500_000
    assert [{"Terraform": text}] == parts_of(text)
    assert time.process_time() - begin < 5


def test_top_level_blocks_that_are_new() -> None:
    """A pipeline among the resources tells a configuration, whatever stands beside it."""
    document = {"action": {"x": {}}, **json.loads(configured(pipeline_definition=TEXT))}
    (source,) = read_text(json.dumps(document), "a.tf.json", "a.tf.json")
    assert "a.tf.json#aws_sagemaker_pipeline.train" == source.target
    assert kind_of({"action": {"x": {}}, "resource": {"aws_s3_bucket": {"b": {}}}}) is None


def test_a_state_without_the_version_of_terraform() -> None:
    """The format's version and the values tell it."""
    resource = {
        "address": "aws_sagemaker_pipeline.p",
        "mode": "managed",
        "type": "aws_sagemaker_pipeline",
        "values": {"pipeline_definition": TEXT},
    }
    state = {"format_version": "1.0", "values": {"root_module": {"resources": [resource]}}}
    (source,) = read_text(json.dumps(state), "s.json", "s.json")
    assert ("Terraform state", None) == (source.kind, source.not_read)


@pytest.mark.parametrize("deposed_last", [False, True])
def test_a_deposed_object_hides_no_change(deposed_last: bool) -> None:
    """It is the old one, which is deleted; the address has a new one."""
    common = {
        "address": "aws_sagemaker_pipeline.p",
        "mode": "managed",
        "type": "aws_sagemaker_pipeline",
    }
    new = {"actions": ["create"], "after": {}, "after_unknown": {"pipeline_definition": True}}
    old = {"actions": ["delete"], "before": {}, "after": None, "after_unknown": {}}
    changes = [{**common, "change": new}, {**common, "deposed": "abc", "change": old}]
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [{**common, "values": {}}]}},
        "resource_changes": changes if deposed_last else changes[::-1],
    }
    (source,) = read_text(json.dumps(plan), "p.json", "p.json")
    assert "its definition is known only after apply" == source.not_read


def test_expressions_beside_a_step_of_a_configuration() -> None:
    """A step that can be read is judged; one that is an expression has an unknown type."""
    train = {"Name": "A", "Type": "Training", "Arguments": {"TrainingJobName": "a"}}
    definition = {"Steps": [train, "${local.step}", {**train, "Arguments": "${local.a}"}]}
    (source,) = read_text(configured(pipeline_definition=definition), "a.tf.json", "a.tf.json")
    assert source.definition is not None
    step, unknown, job = source.definition["Steps"]
    assert (train, "the Terraform expression '${local.step}'") == (step, unknown["Type"])
    assert {"TrainingJobName": {"Terraform": "${local.a}"}} == job["Arguments"]
