"""The table of targets and formats in docs/ci.md agrees with the command."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from sm_prefix_ext.embedded import EmbeddedAWS

from ..installed import MAJOR
from ..unit.cli.conftest import Run, run

__all__ = ["run"]  # the fixture of the command's own tests

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")
ROLE = "arn:aws:iam::123456789012:role/pipelines"
BAD = {
    "Version": "2020-12-01",
    "Steps": [{"Name": "Train", "Type": "Training", "Arguments": {"TrainingJobName": "b-x"}}],
}
TEXT = json.dumps(BAD)
PIPELINE = {"pipeline_name": "train", "pipeline_definition": TEXT, "role_arn": ROLE}
RESOURCE = {
    "address": "aws_sagemaker_pipeline.train",
    "mode": "managed",
    "type": "aws_sagemaker_pipeline",
    "name": "train",
    "values": PIPELINE,
}
TEMPLATE = {
    "Resources": {
        "Train": {
            "Type": "AWS::SageMaker::Pipeline",
            "Properties": {
                "PipelineName": "train",
                "PipelineDefinition": {"PipelineDefinitionBody": TEXT},
                "RoleArn": ROLE,
            },
        }
    }
}
YAML = f"""\
Resources:
  Train:
    Type: AWS::SageMaker::Pipeline
    Properties:
      PipelineName: !Sub train
      PipelineDefinition:
        PipelineDefinitionBody: |
          {TEXT}
      RoleArn: {ROLE}
"""
FILES = {
    "definition": ("d.json", TEXT),
    "DescribePipeline": ("a.json", json.dumps({"PipelineName": "t", "PipelineDefinition": TEXT})),
    "CloudFormation JSON": ("t.json", json.dumps(TEMPLATE)),
    "CloudFormation YAML": ("t.yaml", YAML),
    "terraform show -json": (
        "plan.json",
        json.dumps(
            {
                "format_version": "1.2",
                "terraform_version": "1.9.0",
                "planned_values": {"root_module": {"resources": [RESOURCE]}},
            }
        ),
    ),
    ".tf.json": (
        "main.tf.json",
        json.dumps({"resource": {"aws_sagemaker_pipeline": {"train": PIPELINE}}}),
    ),
    "folder": ("folder/d.json", TEXT),
}
_FILE = r"([\w./]+\.(?:json|yaml|py))"
_PLACES = {
    "html": rf">error</td><td><code>(?:{_FILE}(?::(\d+):\d+)?|[^<]+)</code>",
    "markdown": rf"\| error \| `(?:{_FILE}(?::(\d+):\d+)?|[^`]+)` \|",
    "github": rf"^::error (?:file={_FILE},)?(?:line=(\d+))?",
    "junit": rf">(?:{_FILE}(?::(\d+):\d+)?|[^<>:\n]+|arn:[^ ]+|s3:[^ ]+): error$",
    "table": rf"^(?:{_FILE}(?::(\d+):\d+)?|[^<>:\n]+|arn:[^ ]+|s3:[^ ]+): error ",
}
MODULE = f"""\
class Session:
    boto_region_name = "us-east-1"


class Plain:
    name = "team-a-train"
    steps = []
    sagemaker_session = Session()

    def definition(self):
        return {TEXT!r}


pipeline = Plain()
"""


def table() -> list[tuple[str, str, str]]:
    """The cells: target, format and the place that a finding has in the report."""
    lines = PAGE[PAGE.index("| target | `table` |") :].split("\n\n")[0].splitlines()
    _, *formats = [cell.strip(" `") for cell in lines[0].strip("|").split("|")]
    cells = []
    for line in lines[2:]:
        target, *places = [cell.strip() for cell in line.strip("|").split("|")]
        cells += [(target, form, place) for form, place in zip(formats, places)]
    return cells


def location(form: str, text: str) -> tuple[str | None, int | None]:
    """The file and the line of the only finding in a report."""
    if form == "json":
        [row] = json.loads(text)["findings"]
        return row["file"], row["line"]
    if form == "gitlab":
        [row] = json.loads(text)
        return row["location"]["path"], row["location"]["lines"]["begin"]
    if form == "sarif":
        [result] = json.loads(text)["runs"][0]["results"]
        physical = result["locations"][0].get("physicalLocation", {})
        uri = physical.get("artifactLocation", {}).get("uri")
        return uri, physical.get("region", {}).get("startLine")
    if form == "mermaid":
        return None, None
    place = re.search(_PLACES[form], text.replace("<wbr>", ""), flags=re.MULTILINE)
    assert place
    return place[1], int(place[2]) if place[2] else None


@contextlib.contextmanager
def in_the_account() -> Iterator[dict[str, str]]:
    """A pipeline and an S3 object in the embedded AWS, by the target in the table."""
    with EmbeddedAWS() as aws:
        role = aws.create_role("pipelines")
        client = boto3.client("sagemaker", region_name="us-east-1")
        answer = client.create_pipeline(
            PipelineName="train", PipelineDefinition=TEXT, RoleArn=role, ClientRequestToken="t" * 32
        )
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="team-a-definitions")
        s3.put_object(Bucket="team-a-definitions", Key="d.json", Body=TEXT.encode())
        yield {
            "pipeline ARN": answer["PipelineArn"],
            "s3:// URI": "s3://team-a-definitions/d.json",
        }


@pytest.mark.parametrize(("target", "form", "place"), table())
def test_a_report_has_the_place_of_its_cell(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    form: str,
    place: str,
) -> None:
    """The finding is in the report, with target, file or line as in the cell."""
    if target == "file.py:name" and MAJOR is None:
        pytest.skip("a Python target needs an SDK")
    monkeypatch.chdir(tmp_path)
    arguments = ["--prefix", "team-a", "--format", form]
    if target in FILES:
        name, text = FILES[target]
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        named = "folder" if target == "folder" else name
        status, output, error = run("check", named, *arguments)
    elif target == "standard input":
        status, output, error = run("check", "-", *arguments, stdin=TEXT)
    elif target == "file.py:name":
        (tmp_path / "m.py").write_text(MODULE)
        status, output, error = run("check", "m.py:pipeline", *arguments)
    else:
        with in_the_account() as names:
            status, output, error = run("check", names[target], *arguments)
    assert (1, "") == (status, error)
    assert "PFX006" in output
    file, line = location(form, output)
    if place in ("target", "box"):
        assert line is None or form == "gitlab"
        assert (place == "box") == (form == "mermaid")
    else:
        assert file is not None
        assert (place == "line") == (line is not None) or form == "gitlab"


def test_the_table_has_every_format() -> None:
    """Each format has a column."""
    from sm_prefix_ext.reporting.formats import FORMATS

    assert list(FORMATS) == list(dict.fromkeys(form for _, form, _ in table()))


TRAIN = """\
class Session:
    boto_region_name = "eu-west-1"


class Plain:
    name, steps, sagemaker_session = "team-a-train", [], Session()

    def definition(self):
        return TEXT


def get_pipeline(region):
    return Plain()
"""


def commands() -> list[str]:
    """The page's calls of the command."""
    lines = "".join(re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)).splitlines()
    return [line.partition("  #")[0].strip() for line in lines if "sm-prefix" in line]


@pytest.mark.parametrize("command", commands())
def test_every_command_runs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """In a folder with what it names, and an account with the pipeline."""
    if ".py:" in command and MAJOR is None:
        pytest.skip("a Python target takes an SDK")
    monkeypatch.chdir(tmp_path)
    good = TEXT.replace("b-x", "team-a-x")
    template = (
        json.dumps(TEMPLATE).replace("b-x", "team-a-x").replace('"Train":', '"TrainPipeline":', 1)
    )
    for name, text in {
        "sm-prefix.toml": 'prefix = "team-a"',
        "pipeline.json": good,
        "template.yaml": template,
        "pipelines/train.py": f"TEXT = {good!r}\n\n\n{TRAIN}",
        "sm-prefix-baseline.json": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    if "--write-baseline" not in command:
        run("check", ".", "--baseline", "sm-prefix-baseline.json", "--write-baseline")
    piped, _, called = command.rpartition("sm-prefix ")
    with EmbeddedAWS("eu-west-1", "111122223333") as aws:
        boto3.client("sagemaker", region_name="eu-west-1").create_pipeline(
            PipelineName="train",
            PipelineDefinition=good,
            RoleArn=aws.create_role("pipelines"),
            ClientRequestToken="t" * 32,
        )
        status, _, error = run(*shlex.split(called), stdin=good if piped else "")
    assert 0 == status, error
