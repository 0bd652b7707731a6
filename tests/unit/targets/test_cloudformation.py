"""Pipelines in CloudFormation and SAM templates, and in what the CDK writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.check_report import Position
from sm_prefix_ext.core.definition import steps
from sm_prefix_ext.enforcement.enforce import enforce_in_place
from sm_prefix_ext.targets.files import read_text
from sm_prefix_ext.targets.source import PipelineSource, TargetError
from sm_prefix_ext.targets.template_values import TemplateValues

CDK = Path(__file__).parents[2] / "data" / "cdk"

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: prod}
  Team: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Function:
    Type: AWS::Serverless::Function
  Text:
    Type: AWS::SageMaker::Pipeline
    Condition: IsProd
    Properties:
      PipelineName: !Sub team-a-${Stage}
      RoleArn: arn:aws:iam::111122223333:role/execution
      PipelineDefinition:
        PipelineDefinitionBody: !Sub |
          {"Version": "2020-12-01", "Steps": [
            {"Name": "Train", "Type": "Training", "Arguments": {
              "TrainingJobName": "team-a-${Stage}", "RoleArn": "${Role.Arn}"}}]}
  Object:
    Type: AWS::SageMaker::Pipeline
    Properties:
      RoleArn: !GetAtt Role.Arn
      PipelineDefinition:
        PipelineDefinitionBody:
          Version: "2020-12-01"
          Steps:
            - Name: Check
              Type: Condition
              Arguments:
                IfSteps:
                  - Name: Train
                    Type: Training
                    Arguments: {TrainingJobName: !Ref Team}
  Chosen:
    Type: AWS::SageMaker::Pipeline
    Properties:
      PipelineDefinition: !If
        - IsProd
        - PipelineDefinitionBody: !If
            - IsProd
            - !ToJsonString
              Steps: [{Name: "A", Type: Fail, Arguments: {}}]
            - '{"Steps": []}'
        - !Ref AWS::NoValue
"""


def sources(text: str = TEMPLATE, **values: Any) -> dict[str, PipelineSource]:
    """The pipelines of a template by logical ID."""
    found = read_text(text, "t.yaml", "t.yaml", template=TemplateValues(**values))
    return {source.target.removeprefix("t.yaml#"): source for source in found}


def at(text: str) -> Position:
    """Where a text begins in the template above."""
    before = TEMPLATE[: TEMPLATE.index(text)].split("\n")
    return Position(len(before), len(before[-1]) + 1)


def body(definition: Any) -> str:
    """A JSON template with one pipeline, Train, of this definition."""
    properties = {"PipelineDefinition": definition}
    resource = {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}
    return json.dumps({"Resources": {"Train": resource}})


def test_every_pipeline_of_a_template() -> None:
    """Each with its logical ID, its name and its role as far as they are known."""
    found = sources()
    assert ["Text", "Object", "Chosen"] == list(found)
    assert {"CloudFormation template"} == {source.kind for source in found.values()}
    assert {"t.yaml"} == {source.file for source in found.values()}
    assert "team-a-prod" == found["Text"].pipeline_name
    assert "arn:aws:iam::111122223333:role/execution" == found["Text"].role_arn
    assert found["Object"].pipeline_name is None
    assert found["Object"].role_arn is None


def test_definitions_as_text_object_and_function() -> None:
    """The parameters' defaults are in them, and what is unknown is an expression."""
    found = sources()
    assert found["Text"].definition is not None
    assert {
        "TrainingJobName": "team-a-prod",
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
    } == found["Text"].definition["Steps"][0]["Arguments"]
    assert found["Object"].definition is not None
    inner = found["Object"].definition["Steps"][0]["Arguments"]["IfSteps"][0]
    assert {"TrainingJobName": {"Ref": "Team"}} == inner["Arguments"]
    expected = {"Steps": [{"Name": "A", "Type": "Fail", "Arguments": {}}]}
    assert expected == found["Chosen"].definition


def test_template_values_take_the_place_of_defaults() -> None:
    """A value of the command line decides conditions, too."""
    found = sources(parameters={"Stage": "dev", "Team": "x"})
    assert "team-a-dev" == found["Text"].pipeline_name
    inner = found["Object"].definition["Steps"][0]["Arguments"]["IfSteps"][0]
    assert {"TrainingJobName": "x"} == inner["Arguments"]
    assert "it has no PipelineDefinition" == found["Chosen"].not_read


def test_positions_of_steps_and_of_definitions_in_a_text() -> None:
    """Steps of an object and of a block of lines stand for themselves."""
    found = sources()
    assert at('Version: "2020') == found["Object"].locate("")
    assert at("Name: Check") == found["Object"].locate("Check")
    assert at("Name: Train") == found["Object"].locate("Check/if/Train")
    assert at('Version: "2020') == found["Object"].locate("NoStep")
    assert at('{"Name": "Train"') == found["Text"].locate("Train")
    assert at("PipelineDefinitionBody: !Sub") == found["Text"].locate("")
    assert at('{Name: "A"') == found["Chosen"].locate("A")


BLOCK = """\
Parameters:
  Lines: {Type: String, Default: "\\n\\n"}
Resources:
  Train:
    Type: AWS::SageMaker::Pipeline
    Properties:
      PipelineDefinition:
        PipelineDefinitionBody: """


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("|\nBLOCK", '{"Name"'),
        ("|2\nBLOCK", '{"Name"'),
        ("|\n\nBLOCK", "PipelineDefinitionBody"),
        ("!Sub |-\nBLOCK", '{"Name"'),
        ("\n          Fn::Sub: |\nBLOCK", '{"Name"'),
        ("!Sub\n          - |\nBLOCK\n          - {Team: a}", '{"Name"'),
        (">\nBLOCK", "PipelineDefinitionBody"),
        ("!Sub 'BLOCK'", "PipelineDefinitionBody"),
    ],
)
def test_positions_in_blocks_of_lines(body: str, place: str) -> None:
    """Where YAML keeps the lines of a text, steps stand for themselves."""
    block = """
              {"Steps": [
                 {"Name": "A",
              "Type": "Fail"}]}"""
    text = BLOCK + body.replace("BLOCK", block.removeprefix("\n"))
    (source,) = read_text(text, "t.yaml", "t.yaml")
    before = text[: text.index(place)].split("\n")
    assert Position(len(before), len(before[-1]) + 1) == source.locate("A")


@pytest.mark.parametrize(
    ("line", "position"),
    [
        ('"Steps": [{"Name": "A", "Type": "${T}"}]', Position(11, 27)),
        ('"Metadata": "${T}", "Steps": [{"Name": "A", "Type": "Fail"}]', Position(11, 17)),
        ('"Steps": ${Lines} [{"Name": "A", "Type": "Fail"}]', Position(9, 9)),
    ],
)
def test_values_in_blocks_of_lines(line: str, position: Position) -> None:
    """A value before the step moves it to its line's start, or, with lines, to the block's."""
    text = f"{BLOCK}!Sub |\n{' ' * 14}{{\n{' ' * 16}{line}\n{' ' * 14}}}"
    values = TemplateValues({"T": "Fail"})
    text = text.replace("  Lines:", "  T: {Type: String}\n  Lines:")
    (source,) = read_text(text, "t.yaml", "t.yaml", template=values)
    assert Position(9, 9) == source.locate("")
    assert position == source.locate("A")


def test_positions_in_json() -> None:
    """The same in a JSON template."""
    text = body({"PipelineDefinitionBody": '{"Steps": []}'})
    (source,) = read_text(text, "t.json", "t.json")
    assert Position(1, 1 + text.index('"PipelineDefinitionBody"')) == source.locate("")


@pytest.mark.parametrize(
    ("definition", "not_read"),
    [
        (None, "it has no PipelineDefinition"),
        ("text", "it has no PipelineDefinition"),
        ({}, "it has no PipelineDefinitionBody"),
        ({"Ref": "P"}, "its definition is known only after deployment, from {'Ref': 'P'}"),
        (
            {"PipelineDefinitionBody": {"Ref": "P"}},
            "its definition is known only after deployment, from {'Ref': 'P'}",
        ),
        (
            {"PipelineDefinitionBody": {"Fn::If": ["C", {"Ref": "P"}, {"Ref": "P"}]}},
            "its definition is known only after deployment, from {'Ref': 'P'}",
        ),
        (
            {"PipelineDefinitionS3Location": {"Bucket": "b", "Key": "a/k.json"}},
            "its definition is in s3://b/a/k.json",
        ),
        (
            {"PipelineDefinitionS3Location": {"Bucket": {"Ref": "B"}, "Key": "k"}},
            "its definition is in S3, in a place that is known only after deployment",
        ),
        (
            {"PipelineDefinitionS3Location": {"Ref": "Place"}},
            "its definition is in S3, in a place that is known only after deployment",
        ),
    ],
)
def test_what_is_not_read(definition: Any, not_read: str) -> None:
    """A pipeline without a definition in the template is never left out in silence."""
    text = body(definition)
    (source,) = read_text(text, "t.json", "t.json")
    assert (None, not_read) == (source.definition, source.not_read)
    position = source.locate("")
    assert position is not None
    assert text[position.column - 1 :].startswith(('{"Type"', '"PipelineDefinitionBody"'))


def test_resources_without_known_properties_and_a_loop() -> None:
    """Each is said to be there."""
    resource = {"Type": "AWS::SageMaker::Pipeline"}
    included = resource | {"Properties": {"Fn::Transform": {"Name": "AWS::Include"}}}
    loop = ["X", ["a", "b"], {"Train${X}": resource}]
    other = ["X", ["a"], {"B${X}": {"Type": "AWS::S3::Bucket"}}]
    text = json.dumps(
        {
            "Resources": {
                "P": resource,
                "Q": included,
                "Fn::ForEach::Loop": loop,
                "Fn::ForEach::B": other,
            }
        }
    )
    assert [
        ("t#P", "it has no properties"),
        (
            "t#Q",
            "its properties are known only after deployment, from "
            "{'Fn::Transform': {'Name': 'AWS::Include'}}",
        ),
        ("t#Fn::ForEach::Loop", "Fn::ForEach creates it; write it out to have it checked"),
    ] == [(source.target, source.not_read) for source in read_text(text, "t", None)]


def test_a_definition_that_is_none() -> None:
    """The error names the file, the resource and the property."""
    text = body({"PipelineDefinitionBody": '{"Steps": 3}'})
    with pytest.raises(TargetError, match=r"^t#Train: PipelineDefinitionBody: 'Steps' is a number"):
        read_text(text, "t", None)
    text = body({"PipelineDefinitionBody": '{"Steps": '})
    with pytest.raises(
        TargetError, match=r"^t#Train: PipelineDefinitionBody is not JSON: .*line 1"
    ):
        read_text(text, "t", None)


def test_only_names_have_findings_for_an_expression() -> None:
    """PFX004 for a job's name with an unknown part, and nothing for any other place."""
    policy = PrefixPolicy("team-a", short_prefix="ta")
    found = sources()
    assert found["Text"].definition is not None
    assert found["Object"].definition is not None
    assert () == enforce_in_place(found["Text"].definition, policy, {}, composes=False)
    findings = enforce_in_place(found["Object"].definition, policy, {}, composes=False)
    assert [("PFX004", "Check/if/Train")] == [(row.code, row.step) for row in findings]
    assert findings[0].message.startswith("TrainingJobName is Ref of 'Team': a pipeline variable")


def test_what_the_cdk_writes() -> None:
    """Joined, plain, object and in S3; the files beside the template are none of these."""
    target = CDK / "PipelinesStack.template.json"
    found = read_text(target.read_text(), "t", str(target))
    assert ["t#Joined", "t#Plain", "t#Object", "t#InS3"] == [source.target for source in found]
    assert ["team-a-joined-prod", "team-a-plain", "team-a-object", "team-a-in-s3"] == [
        source.pipeline_name for source in found
    ]
    assert [False, False, False, True] == [source.definition is None for source in found]
    assert found[0].definition is not None
    assert ["team-a-prod", {"Fn::Sub": "${Team}-train"}] == [
        step["Arguments"]["TrainingJobName"] for step in found[0].definition["Steps"]
    ]
    others = sorted(set(CDK.glob("*.json")) - {target})
    assert 4 == len(others)
    assert [()] * 4 == [read_text(other.read_text(), "t", str(other)) for other in others]


OPEN_STEPS = """\
Parameters: {Q: {Type: String}, Team: {Type: String, Default: team-a}}
Conditions: {X: !Equals [!Ref Q, a]}
Resources:
  P:
    Type: AWS::SageMaker::Pipeline
    Properties:
      PipelineDefinition:
        PipelineDefinitionBody:
          Version: "2020-12-01"
          Steps:
          - {Name: A, Type: Training, Arguments: {TrainingJobName: a}}
          - !If [X, {Name: B, Type: Training, Arguments: {TrainingJobName: !Sub "${Team}-b"}},
              !Ref AWS::NoValue]
          - {Name: C, Type: Training, Arguments: !GetAtt Some.Thing}
          - {Name: D, Type: !Ref Q, Arguments: {TrainingJobName: a}}
"""


def test_steps_that_are_open_hide_no_others() -> None:
    """Both branches are resolved and have positions; so have the steps beside them."""
    (source,) = read_text(OPEN_STEPS, "t.yaml", "t.yaml")
    assert source.definition is not None
    views = list(steps(source.definition))
    assert ["A", "B", "C", "D"] == [view.path for view in views]
    names = ["a", "team-a-b", {"Fn::GetAtt": ["Some", "Thing"]}, None]
    assert names == [view.job_name for view in views]
    assert "Ref of 'Q'" == views[3].step_type
    lines = [source.locate(view.path) for view in views]
    assert [11, 12, 14, 15] == [place.line for place in lines if place is not None]


@pytest.mark.parametrize(("closing", "line"), [(", ${Q}]}", 8), ("]${Q}}", 6), ("]}${Q}", 6)])
def test_a_text_with_an_expression_among_its_steps(closing: str, line: int) -> None:
    """What it gives may be a step; the others have their lines where the text is JSON."""
    step = '{"Name": "A", "Type": "Training", "Arguments": {"TrainingJobName": "a"}}'
    text = (
        "Resources:\n  P:\n    Type: AWS::SageMaker::Pipeline\n    Properties:\n"
        "      PipelineDefinition:\n        PipelineDefinitionBody: !Sub |\n"
        f'          {{"Steps": [\n            {step}{closing}\n'
    )
    (source,) = read_text(text, "t.yaml", "t.yaml")
    assert source.definition is not None
    assert ["A", "Q"] == [view.path for view in steps(source.definition)]
    assert "Ref of 'Q'" == source.definition["Steps"][1]["Type"]
    place = source.locate("A")
    assert place is not None
    assert line == place.line
