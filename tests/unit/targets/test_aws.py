"""Pipelines in AWS, by requests that only read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from sm_prefix_ext.targets import aws
from sm_prefix_ext.targets.source import TargetError
from sm_prefix_ext.targets.template_values import TemplateValues

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/Team-A"
RUN = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/team-a/execution/abc"
ROLE = "arn:aws:iam::111122223333:role/execution"
NOW = {"Steps": [{"Name": "Now", "Type": "Fail"}]}
THEN = {"Steps": [{"Name": "Then", "Type": "Fail"}]}


class Session:
    """A session whose clients answer what a test has them answer."""

    def __init__(self) -> None:
        real = boto3.Session(region_name="us-east-1")
        self.region_name = real.region_name
        self.regions: list[Any] = []
        self.clients = {name: real.client(name) for name in ("sagemaker", "s3")}
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}

    def client(self, name: str, *, region_name: str | None) -> Any:
        """The client, with its region recorded."""
        self.regions.append(region_name)
        return self.clients[name]


@pytest.fixture
def session() -> Iterator[Session]:
    """No request goes unanswered, and no answer unasked."""
    made = Session()
    for stub in made.stubs.values():
        stub.activate()
    yield made
    for stub in made.stubs.values():
        stub.assert_no_pending_responses()


def described(session: Session, **more: Any) -> None:
    """DescribePipeline answers."""
    answer = {"PipelineName": "Team-A", "PipelineDefinition": json.dumps(NOW), "RoleArn": ROLE}
    session.stubs["sagemaker"].add_response("describe_pipeline", answer | more)


def test_the_present_definition(session: Session) -> None:
    """In the region of the ARN, with name and role."""
    described(session)
    source = aws.read_arn(ARN, session=session)
    assert ["eu-west-1"] == session.regions
    assert (ARN, NOW, "Team-A", ROLE) == (
        source.target,
        source.definition,
        source.pipeline_name,
        source.role_arn,
    )
    assert source.file is None
    assert source.locate("Now") is None


@pytest.mark.parametrize(("arn", "execution"), [(ARN, RUN), (RUN, None), (RUN, RUN)])
def test_the_definition_of_an_execution(session: Session, arn: str, execution: str | None) -> None:
    """By an option, or by the execution's own ARN."""
    described(session)
    session.stubs["sagemaker"].add_response(
        "describe_pipeline_definition_for_execution",
        {"PipelineDefinition": json.dumps(THEN)},
        {"PipelineExecutionArn": RUN},
    )
    source = aws.read_arn(arn, execution=execution, session=session)
    assert (RUN, THEN, "Team-A") == (source.target, source.definition, source.pipeline_name)


@pytest.mark.parametrize(
    ("arn", "execution", "message"),
    [
        ("team-a", None, "'team-a' is not an ARN"),
        ("arn:aws:s3:::bucket", None, "is not the ARN of a pipeline; wanted arn:aws:sagemaker:"),
        (ARN.replace("pipeline/", "pipeline/a/"), None, "is not the ARN of a pipeline"),
        (ARN.replace("pipeline/", "training-job/"), None, "is not the ARN of a pipeline"),
        (ARN, "abc", "'abc' is not the ARN of an execution of this pipeline; wanted .*Team-A/exec"),
        (ARN, RUN.replace("team-a", "team-b"), "is not the ARN of an execution of this pipeline"),
        (RUN, RUN + "d", "is an execution's ARN; give one execution"),
        ("arn:aws:sagemaker:\x1b:1:pipeline/a/b", None, "is not the ARN of a pipeline"),
    ],
)
def test_other_arns(session: Session, arn: str, execution: str | None, message: str) -> None:
    """Nothing is asked for them."""
    with pytest.raises(TargetError, match=message) as error:
        aws.read_arn(arn, execution=execution, session=session)
    assert str(error.value).isprintable()


def test_refusals_and_broken_definitions(session: Session) -> None:
    """One sentence each."""
    session.stubs["sagemaker"].add_client_error("describe_pipeline", "AccessDeniedException", "no")
    with pytest.raises(TargetError, match=r"Team-A can't be read: .*AccessDeniedException.*no\.$"):
        aws.read_arn(ARN, session=session)
    described(session, PipelineDefinition="{")
    with pytest.raises(TargetError, match="Team-A is not JSON"):
        aws.read_arn(ARN, session=session)


def test_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3's words and what to do, in one sentence."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(
        TargetError, match=r"Team-A can't be read: Unable to locate credentials[.] There are no AWS"
    ):
        aws.read_arn(ARN)


def test_a_session_that_can_not_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one of an unknown profile."""
    monkeypatch.setenv("AWS_PROFILE", "none")
    with pytest.raises(TargetError, match="A client for AWS can't be created: The config profile"):
        aws.read_arn(ARN)


def stored(session: Session, content: bytes, size: int | None = None) -> None:
    """GetObject answers."""
    body = StreamingBody(io.BytesIO(content), len(content))
    session.stubs["s3"].add_response(
        "get_object",
        {"Body": body, "ContentLength": len(content) if size is None else size},
        {"Bucket": "team-a", "Key": "a/b.yaml"},
    )


def test_an_object_in_s3(session: Session) -> None:
    """A definition, or a template with several pipelines."""
    stored(session, b"\xef\xbb\xbf" + json.dumps(NOW).encode())
    (source,) = aws.read_s3("s3://team-a/a/b.yaml", session)
    assert ("s3://team-a/a/b.yaml", None, NOW) == (source.target, source.file, source.definition)
    text = """
        Parameters: {N: {Type: String}}
        Resources:
          P: {Type: "AWS::SageMaker::Pipeline", Properties: {PipelineName: !Ref N}}
          Q: {Type: "AWS::SageMaker::Pipeline"}
    """
    stored(session, text.encode())
    (source,) = aws.read_s3(
        "s3://team-a/a/b.yaml", session, TemplateValues({"N": "team-a"}), pick="P"
    )
    assert ("s3://team-a/a/b.yaml#P", "team-a") == (source.target, source.pipeline_name)


def test_objects_that_are_not_read(session: Session) -> None:
    """Too large, not UTF-8, broken, not there."""
    stored(session, b"", aws.LARGEST_OBJECT + 1)
    with pytest.raises(TargetError, match="has 50,000,001 bytes; at most 50,000,000 are read"):
        aws.read_s3("s3://team-a/a/b.yaml", session)
    stored(session, b"\xff")
    with pytest.raises(TargetError, match="is not UTF-8: invalid start byte"):
        aws.read_s3("s3://team-a/a/b.yaml", session)
    stored(session, b'{"Steps": ')
    with pytest.raises(TargetError, match=r"s3://team-a/a/b\.yaml is not JSON"):
        aws.read_s3("s3://team-a/a/b.yaml", session)
    session.stubs["s3"].add_client_error("get_object", "NoSuchKey", "The key does not exist.")
    with pytest.raises(TargetError, match=r"can't be read: .*NoSuchKey.*does not exist[.]$"):
        aws.read_s3("s3://team-a/a/b.yaml", session)


@pytest.mark.parametrize("uri", ["s3://bucket", "s3://bucket/", "s3:///key", "http://a/b", "x"])
def test_other_uris(uri: str) -> None:
    """They need a bucket and a key."""
    with pytest.raises(TargetError, match="is not the URI of an object; wanted s3://bucket/key"):
        aws.read_s3(uri)
