"""A text is recognised by its content."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sm_prefix_ext.core.check_report import Position
from sm_prefix_ext.core.definition import steps
from sm_prefix_ext.targets import marks
from sm_prefix_ext.targets.descriptions import looks_like
from sm_prefix_ext.targets.files import read_text
from sm_prefix_ext.targets.marks import read_json
from sm_prefix_ext.targets.source import PipelineSource, TargetError

DEFINITION = {"Version": "2020-12-01", "Steps": [{"Name": "A", "Type": "Fail", "Arguments": {}}]}
TEXT = json.dumps(DEFINITION)
NO_STEPS: dict[str, Any] = {"Steps": []}
ARN = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/team-a"
ROLE = "arn:aws:iam::111122223333:role/execution"


def template(*logical_ids: str) -> str:
    """A template with a pipeline of each logical ID."""
    properties = {"PipelineDefinition": {"PipelineDefinitionBody": TEXT}}
    resource = {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}
    return json.dumps({"Resources": dict.fromkeys(logical_ids, resource)})


def read(text: str, **more: Any) -> tuple[PipelineSource, ...]:
    """The pipelines of a text from standard input."""
    return read_text(text, "-", None, **more)


def test_a_definition() -> None:
    """With and without a byte-order mark, with a nested step's position."""
    for text in (TEXT, "\ufeff" + TEXT):
        (source,) = read(text)
        assert ("-", "definition", DEFINITION) == (source.target, source.kind, source.definition)
        assert source.not_read is None
    nested = {**DEFINITION["Steps"][0], "Type": "Condition"}
    nested["Arguments"] = {"IfSteps": DEFINITION["Steps"]}
    (source,) = read_text(json.dumps({"Steps": [nested]}, indent=2), "d.json", "d.json")
    assert Position(1, 1) == source.locate("")
    assert Position(3, 5) == source.locate("A")
    assert Position(8, 11) == source.locate("A/if/A")
    assert Position(1, 1) == source.locate("none")


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (
            {
                "PipelineArn": ARN,
                "PipelineName": "team-a",
                "PipelineStatus": "Active",
                "PipelineDefinition": TEXT,
                "RoleArn": ROLE,
                "CreationTime": "2025-01-01T00:00:00Z",
                "ResponseMetadata": {"HTTPStatusCode": 200},
            },
            "DescribePipeline answer",
        ),
        (
            {"PipelineArn": ARN, "PipelineName": "team-a", "RoleArn": ROLE}
            | {"PipelineDefinition": DEFINITION},
            "DescribePipeline answer",
        ),
        (
            {"PipelineName": "team-a", "PipelineDefinition": TEXT, "RoleArn": ROLE},
            "CreatePipeline request",
        ),
    ],
)
def test_answers_of_the_service(document: Any, kind: str) -> None:
    """boto3's and the CLI's, as JSON and YAML, with the definition as text or object."""
    (source,) = read(json.dumps(document))
    assert (kind, DEFINITION) == (source.kind, source.definition)
    assert ("team-a", ROLE) == (source.pipeline_name, source.role_arn)
    assert source.locate("A") is not None
    lines = "\n".join(f"{key}: {json.dumps(value)}" for key, value in document.items())
    (source,) = read(lines)
    assert (kind, DEFINITION) == (source.kind, source.definition)


def test_the_definition_of_an_execution() -> None:
    """That answer has neither name nor role; the position is the property's."""
    text = json.dumps({"CreationTime": 1.5, "PipelineDefinition": TEXT})
    (source,) = read(text)
    assert "DescribePipelineDefinitionForExecution answer" == source.kind
    assert (DEFINITION, None, None) == (source.definition, source.pipeline_name, source.role_arn)
    assert Position(1, 1 + text.index('"PipelineDefinition"')) == source.locate("A")


def test_a_request_with_the_definition_in_s3() -> None:
    """It is said to be there."""
    place = {"Bucket": "team-a", "ObjectKey": "pipeline.json"}
    (source,) = read(json.dumps({"PipelineName": "a", "PipelineDefinitionS3Location": place}))
    assert "its definition is in s3://team-a/pipeline.json" == source.not_read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"Steps": [', r"- is not JSON: .* line 1 column 12"),
        ("Steps: [", r"- is not YAML: .*: line \d column \d+"),
        ('{"Steps": 3}', r"-: 'Steps' is a number; wanted a list of steps"),
        ('{"Steps": [{"Name": "A"}]}', r"-: 'Steps'\[0\] has no 'Type'"),
        ('{"Steps": [], "Steps": []}', r"- has the key 'Steps' twice in one object"),
        ("Steps: []\nSteps: []", r"- has the key 'Steps' twice .* line 2 column 1"),
        ('{"PipelineDefinition": "{"}', r"-: PipelineDefinition is not JSON: .* column 2"),
        ('{"PipelineDefinition": {}}', r"-: PipelineDefinition is not a pipeline definition"),
        ('["Steps", ' + "[" * 100_000, r"- is nested too deep to read"),
    ],
)
def test_a_broken_text(text: str, message: str) -> None:
    """One sentence names what is broken, and where."""
    with pytest.raises(TargetError, match=message) as error:
        read(text)
    assert "\n" not in str(error.value)


def test_a_template_that_is_too_deep_to_be_resolved() -> None:
    """Python's parser reads it, and resolving it is refused in the same words."""
    # From 3.12 on, neither C code nor a comprehension counts as a frame.
    depth = 800 if sys.version_info < (3, 12) else 1500
    text = template("A").replace('"Properties": {', '"Properties": {"PipelineName": "here", ')
    with pytest.raises(TargetError, match="- is nested too deep to read"):
        read(text.replace('"here"', "[" * depth + "]" * depth))


def test_a_files_suffix_counts_where_the_content_leaves_it_open() -> None:
    """Flow mappings are YAML in a YAML file, a JSON file is nothing else."""
    text = "{Steps: [{Name: A, Type: Fail}]}"
    assert 1 == len(read_text(text, "a.yaml", "a.yaml"))
    with pytest.raises(TargetError, match="is not JSON"):
        read_text(text, "a.json", "a.json")
    with pytest.raises(TargetError, match="is not JSON"):
        read_text("Steps: []", "a.JSON", "a.JSON")


@pytest.mark.parametrize(
    "text", [r'{"\u0053teps": []}', r'"\x53teps": []', '? "Ste\\\n  ps"\n: []']
)
def test_words_that_are_spelled_with_escapes(text: str) -> None:
    """They are recognised as well."""
    assert 1 == len(read(text))


def test_picking_a_pipeline() -> None:
    """One of several; an unknown one gets the list, and a definition has nothing to pick."""
    text = template("Train", "Score")
    assert ["-#Train", "-#Score"] == [source.target for source in read(text)]
    (source,) = read(text, pick="Score")
    assert "-#Score" == source.target
    assert source.locate("A") is not None
    with pytest.raises(TargetError, match=r"- has no pipeline 'x'; it has 'Train', 'Score'\."):
        read(text, pick="x")
    with pytest.raises(TargetError, match=r"- holds one definition, .*; leave out #x\."):
        read(TEXT, pick="x")
    with pytest.raises(TargetError, match=r"- holds one definition"):
        read(json.dumps({"PipelineDefinition": TEXT}), pick="x")
    assert () == read("[1]", pick="x")


def test_a_broken_pipeline_does_not_hide_the_picked() -> None:
    """Only what was picked is read."""
    document = json.loads(template("Good", "Bad"))
    body = document["Resources"]["Bad"]["Properties"] = {"PipelineDefinition": {}}
    body["PipelineDefinition"] = {"PipelineDefinitionBody": "{"}
    assert 1 == len(read(json.dumps(document), pick="Good"))
    with pytest.raises(TargetError, match="-#Bad: PipelineDefinitionBody is not JSON"):
        read(json.dumps(document))


def test_positions_are_looked_up_when_asked_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a finding nothing is read twice; with many in a file it is read twice in all."""
    times: list[str] = []

    def counted(text: str, marks: Any) -> Any:
        times.append(text)
        return read_json(text, marks)

    monkeypatch.setattr(marks, "read_json", counted)
    sources = read(template("A", "B", "C"))
    assert [] == times
    assert None not in [source.locate(step) for source in sources for step in ("", "A", "none")]
    assert 1 == len(times)


def test_control_characters_are_escaped() -> None:
    """In targets and in messages; a pick may be typed either way."""
    text = template("\x1b[2KTrain\n")
    (source,) = read_text(text, "a.json", "a.json")
    assert r"a.json#\x1b[2KTrain\n" == source.target
    assert 1 == len(read(text, pick="\x1b[2KTrain\n"))
    assert 1 == len(read(text, pick=r"\x1b[2KTrain\n"))
    with pytest.raises(TargetError) as error:
        read_text(text, "\x1b.json", None, pick="\x07")
    assert str(error.value).isprintable()
    broken = text.replace("PipelineDefinitionBody", "PipelineDefinitionBodx")
    (source,) = read(broken)
    assert source.not_read == "it has no PipelineDefinitionBody"


_KEYS = st.sampled_from(
    [
        *("Steps", "Version", "Name", "Type", "Arguments", "IfSteps", "Resources", "Properties"),
        *("PipelineDefinition", "PipelineDefinitionBody", "PipelineDefinitionS3Location", "Bucket"),
        *(
            "Parameters",
            "Default",
            "Conditions",
            "Mappings",
            "Ref",
            "Fn::Sub",
            "Fn::Join",
            "Fn::If",
        ),
        *("Fn::Equals", "Fn::Select", "Fn::Split", "Fn::FindInMap", "Fn::ToJsonString", "Train"),
        *("planned_values", "values", "root_module", "child_modules", "resources", "resource"),
        *("resource_changes", "address", "change", "after", "after_unknown", "type", "mode"),
        *("aws_sagemaker_pipeline", "awscc_sagemaker_pipeline", "pipeline_definition", "instances"),
        *("pipeline_definition_body", "pipeline_definition_s3_location", "attributes", "Key"),
        *(
            "PipelineName",
            "RoleArn",
            "format_version",
            "terraform_version",
            "lineage",
            "<<",
            "!Sub",
        ),
    ]
)
_LEAVES = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=5) | _KEYS
) | st.sampled_from(["AWS::SageMaker::Pipeline", TEXT, "Condition", "${Train}-${x", "AWS::NoValue"])
_DOCUMENTS = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=30,
)
_RESOURCES = st.dictionaries(
    _KEYS | st.text(),
    st.fixed_dictionaries(
        {"Type": st.just("AWS::SageMaker::Pipeline")},
        optional={
            "Properties": st.fixed_dictionaries(
                {"PipelineDefinition": st.dictionaries(_KEYS, _DOCUMENTS) | _DOCUMENTS},
                optional={"PipelineName": _DOCUMENTS, "RoleArn": _DOCUMENTS},
            )
        },
    ),
)


def _only_sources_or_an_error(text: str) -> None:
    for file in (None, "a.json", "a.yaml"):
        try:
            for source in read_text(text, "t", file):
                assert (source.definition is None) is (source.not_read is not None)
                for step in ["", *(view.path for view in steps(source.definition or NO_STEPS))]:
                    position = source.locate(step)
                    assert position is None or min(position) >= 1
        except TargetError as error:
            assert str(error).isprintable()
    assert looks_like(text).isprintable()


@given(_DOCUMENTS | st.fixed_dictionaries({"Resources": _RESOURCES, "Conditions": _DOCUMENTS}))
def test_any_json_gives_sources_or_a_target_error(document: Any) -> None:
    """No document ends in another exception."""
    _only_sources_or_an_error(json.dumps(document))


@given(
    st.fixed_dictionaries({"Resources": _RESOURCES, "Conditions": _DOCUMENTS}) | _DOCUMENTS,
    st.sampled_from([None, "|", ">", '"']),
)
def test_any_yaml_gives_sources_or_a_target_error(document: Any, style: str | None) -> None:
    """In any of YAML's spellings."""
    _only_sources_or_an_error(yaml.safe_dump(document, default_style=style, allow_unicode=True))


@given(st.text() | st.lists(_KEYS | st.sampled_from("{}[]:,&*!|>-? \n\t\"'\\#%@`")).map("".join))
def test_any_text_gives_sources_or_a_target_error(text: str) -> None:
    """No text does, whatever it is."""
    _only_sources_or_an_error(text)
    _only_sources_or_an_error(f"Steps: {text}")


def test_reading_json_imports_nothing_heavy() -> None:
    """Neither YAML nor AWS is imported for a definition in JSON."""
    code = (
        "import sys; from sm_prefix_ext.targets.files import read_text; "
        'read_text(\'{"Steps": []}\', "a", None); import sm_prefix_ext.targets.folders; '
        "print(sorted({'yaml', 'boto3', 'botocore', 'click', 'rich', 'sagemaker'} "
        "& set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(marks.__file__).parents[2])},
    )
    assert "[]" == done.stdout.strip()


def test_a_stream_of_documents() -> None:
    """Each template is read; what has no name to pick it by has to have a file of its own."""
    first, second = template("A"), template("B")
    bucket = '{"Resources": {"C": {"Type": "AWS::S3::Bucket"}}}'
    text = f"---\n{bucket}\n---\n{first}\n---\n{second}\n"
    sources = read_text(text, "t.yaml", "t.yaml")
    assert ["t.yaml#A", "t.yaml#B"] == [source.target for source in sources]
    assert Position(6, 1) != sources[1].locate("") is not None
    (source,) = read_text(text, "t.yaml", "t.yaml", pick="B")
    assert "t.yaml#B" == source.target
    with pytest.raises(TargetError, match=r"'A' in two of its documents; split the file\."):
        read_text(f"---\n{first}\n---\n{first}\n", "t.yaml", "t.yaml")
    for bare in (TEXT, json.dumps({"PipelineDefinition": TEXT})):
        with pytest.raises(TargetError, match=r"one of them is a definition.*split the file\."):
            read_text(f"---\n{bucket}\n---\n{bare}\n", "t.yaml", "t.yaml")


@pytest.mark.parametrize(
    ("document", "other"),
    [
        ({"PipelineDefinition": TEXT}, "an answer with 'PipelineDefinition'"),
        (json.loads(template("A")), "a CloudFormation template"),
        ({"resource": {"aws_sagemaker_pipeline": {"p": {}}}}, "a Terraform configuration"),
    ],
)
def test_a_document_of_two_kinds(document: dict[str, Any], other: str) -> None:
    """Neither hides the other."""
    with pytest.raises(
        TargetError, match=f"- is both a pipeline definition, by 'Steps', and {other}"
    ):
        read(json.dumps({**document, "Steps": []}))
    emr = {"Steps": [{"ActionOnFailure": "CONTINUE"}]}
    assert 1 == len(read(json.dumps({**document, **emr})))


PIPELINE = json.loads(template("A"))["Resources"]["A"]
IN_TERRAFORM = {"pipeline_definition": TEXT}


@pytest.mark.parametrize(
    "document",
    [
        {"Template": {"A": PIPELINE}},
        [PIPELINE],
        {"stages": [{"Resources": {"A": PIPELINE}}]},
        {"changes": [{"type": "aws_sagemaker_pipeline", "values": IN_TERRAFORM}]},
        {"modules": {"m": {"awscc_sagemaker_pipeline": {"p": IN_TERRAFORM}}}},
        [{"Version": "2020-12-01", "Steps": []}],
        {"pipeline": json.loads(TEXT)},
        {"pipeline": TEXT},
        [{"PipelineName": "p", "PipelineDefinition": TEXT}],
        [{"PipelineName": "p", "PipelineDefinitionS3Location": {"Bucket": "b"}}],
        {"a": {"Steps": [{"Name": "A", "Type": ["x"]}, {"Type": "Fail", "Arguments": {}}]}},
    ],
)
def test_a_pipeline_in_a_form_that_is_not_read(document: Any) -> None:
    """A pipeline that isn't judged is not passed over in silence."""
    with pytest.raises(TargetError, match="- has a SageMaker pipeline within other data"):
        read(json.dumps(document))


@pytest.mark.parametrize(
    "document",
    [
        ["AWS::SageMaker::Pipeline"],
        {"typeName": "AWS::SageMaker::Pipeline", "properties": {"PipelineDefinition": {}}},
        {"ResourceTypes": {"AWS::SageMaker::Pipeline": {"Properties": {"PipelineDefinition": {}}}}},
        {"Type": "AWS::SageMaker::Pipeline"},
        {"attributes": {"aws:cdk:cloudformation:type": "AWS::SageMaker::Pipeline"}},
        {
            "resource_schemas": {
                "aws_sagemaker_pipeline": {"block": {"attributes": {"pipeline_definition": {}}}}
            }
        },
        {
            "format_version": "1.2",
            "terraform_version": "1.9.8",
            "planned_values": {},
            "prior_state": {"values": [{"type": "aws_sagemaker_pipeline", "values": IN_TERRAFORM}]},
        },
        {"cluster": {"Steps": [{"Name": "a", "Type": "CUSTOM_JAR", "Args": []}]}},
        {"wizard": {"Version": "1", "Steps": ["one", {"Type": "Training"}]}},
        {"wizard": {"Steps": {"Name": "a", "Type": "Training"}}, "help": 'The key "Steps"'},
        {"help": "[" * 100_000 + '"Steps"'},
        {"help": '["Steps"]', "required": ["Steps", "PipelineDefinitionS3Location"]},
    ],
)
def test_what_names_the_type_alone(document: Any) -> None:
    """Schemas, types, what the CDK writes, a plan that deletes the pipeline, other steps."""
    assert () == read(json.dumps(document))


def test_a_tag_of_python_is_named() -> None:
    """In place of steps; elsewhere it is a value like any other."""
    tag = "!!python/object/apply:os.system ['false']"
    with pytest.raises(TargetError, match="the YAML tag '!!python/object/apply:os"):
        read(f"Steps: {tag}")
    assert 1 == len(read(f"Steps: []\nMetadata: {tag}"))
