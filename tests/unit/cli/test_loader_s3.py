"""Objects in S3 as targets of the command."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext.targets import aws

from .conftest import Run
from .samples import definition

PIPELINE = {
    "Type": "AWS::SageMaker::Pipeline",
    "Properties": {
        "PipelineName": "team-a-train",
        "RoleArn": "arn:aws:iam::111122223333:role/pipelines",
        "PipelineDefinition": {
            "PipelineDefinitionBody": json.dumps(definition(Train="team-a-train"))
        },
    },
}
OBJECTS = {
    "package.json": {"name": "a package"},
    "two.json": {"Resources": {"First": PIPELINE, "Second": PIPELINE}},
    "a#b.json": definition(Train="team-a-train"),
}


class Client:
    """A client of S3."""

    def get_object(self, **given: str) -> dict[str, Any]:
        key = given["Key"]
        if key not in OBJECTS:
            error = {"Error": {"Code": "NoSuchKey", "Message": "The key does not exist."}}
            raise ClientError(error, "GetObject")
        content = json.dumps(OBJECTS[key]).encode()
        return {"ContentLength": len(content), "Body": io.BytesIO(content)}


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the objects above."""
    monkeypatch.setattr(aws, "_client", lambda *_: Client())


@pytest.mark.parametrize("command", ["check", "plan"])
def test_an_object_without_a_pipeline(run: Run, command: str) -> None:
    """It is an error, as for a file: nothing was checked."""
    status, _, error = run(command, "s3://team-a/package.json", "--prefix", "team-a")
    assert 2 == status
    assert error.startswith("sm-prefix: s3://team-a/package.json holds no pipeline; wanted a ")


def test_one_pipeline_of_several(run: Run) -> None:
    """The error for several names targets that the command accepts."""
    status, _, error = run("plan", "s3://team-a/two.json")
    assert 2 == status
    assert "name one of them: s3://team-a/two.json#First, s3://team-a/two.json#Second." in error
    assert 0 == run("plan", "s3://team-a/two.json#Second")[0]
    status, output, _ = run("check", "s3://team-a/two.json#First", "--prefix", "team-a")
    assert (0, True) == (status, "1 pipeline, 1 job judged" in output)
    status, _, error = run("plan", "s3://team-a/two.json#Third")
    assert (2, True) == (status, "has no pipeline 'Third'; it has 'First', 'Second'." in error)


def test_a_key_with_a_hash_sign(run: Run) -> None:
    """The object of that key comes first; without any, the error has the key."""
    assert 0 == run("plan", "s3://team-a/a#b.json")[0]
    status, _, error = run("plan", "s3://team-a/none.json#b")
    assert (2, True) == (status, "s3://team-a/none.json can't be read: " in error)
