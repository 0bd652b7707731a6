"""``check``, ``plan``, ``preflight`` and ``render`` change nothing in AWS."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError

import sm_prefix_ext
from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.cli import main
from sm_prefix_ext.core.planned_jobs import AuthorRequest

from .calling import by_keyword
from .comparison import dropin_pipeline, pipeline_with, step_of, without_names_and_roles
from .deviations import lacks, needs
from .factory import Factory
from .job_classes import IN_PIPELINES, JobFactory, sdk
from .requests_sent import changing, requests_sent

ROLE = "arn:aws:iam::111122223333:role/pipeline"
WORKFLOW = sdk.SdkPipeline.__module__.rpartition(".")[0]


def lambda_step(session: Any, folder: Path) -> Any:
    """A Lambda step with the function's code."""
    script = folder / "handler.py"
    script.write_text("def handler(event, context):\n    return {}\n")
    helper = "sagemaker.lambda_helper" if sdk.MAJOR == 2 else "sagemaker.core.lambda_helper"
    function = import_module(helper).Lambda(
        function_name="team-a-notify",
        execution_role_arn=ROLE,
        script=str(script),
        handler="handler.handler",
        session=session,
    )
    return type(sdk.lambda_step("Other"))("Notify", lambda_func=function)


def emr_step() -> Any:
    """An EMR step that creates its cluster."""
    module = import_module(f"{WORKFLOW}.emr_step")
    config = module.EMRStepConfig(jar="s3://bucket/app.jar")
    group = {"InstanceCount": 1, "InstanceRole": "MASTER", "InstanceType": "m5.xlarge"}
    cluster = {"Instances": {"InstanceGroups": [group]}}
    return module.EMRStep("Emr", "Emr", "what it is", None, config, cluster_config=cluster)


def monitored_steps(factory: Factory) -> list[Any]:
    """The steps of a collection: a transform and the check of its data."""
    module = import_module(f"{WORKFLOW}.monitor_batch_transform_step")
    check, job = factory.step_and_job("QualityCheck", "Check", "check")
    collection = module.MonitorBatchTransformStep(
        name="Monitored",
        transform_step_args=factory.step("Transform", "Score", "score").step_args,
        monitor_configuration=check.quality_check_config,
        check_job_configuration=job,
        supplied_baseline_statistics="s3://bucket/statistics",
        supplied_baseline_constraints="s3://bucket/constraints",
    )
    return list(collection.steps)


@pytest.mark.usefixtures("a_model")
class TestReadOnly:
    """Steps that upload or create something when the SDK renders them."""

    @pytest.mark.parametrize("name", IN_PIPELINES)
    def test_no_job_class_sends_a_changing_request(
        self, name: str, in_pipeline: JobFactory
    ) -> None:
        """``render()`` and ``definition()`` give the same definition, without names and roles."""
        with pipeline_with(name, in_pipeline) as pipeline:
            with requests_sent() as sent:
                pipeline.check()
                plan = pipeline.plan()
                pipeline.preflight(role_policies=[], author_policies=[])
                rendering = pipeline.render()
            assert [] == changing(sent)
            assert len(plan) > 0
            expected = without_names_and_roles(pipeline.definition())
        assert expected == without_names_and_roles(rendering.definition)

    def test_a_lambda_step_creates_no_function(self, session: Any, tmp_path: Path) -> None:
        """The rendering has the function's ARN and the requests that creating it takes."""
        pipeline = dropin_pipeline(session, lambda_step(session, tmp_path))
        with requests_sent() as sent:
            rendering = pipeline.render()
        assert [] == changing(sent)
        arn = json.loads(rendering.definition)["Steps"][0]["FunctionArn"]
        assert arn.startswith("arn:aws:lambda:us-east-1:")
        assert arn.endswith(":function:team-a-notify")
        function = "arn:aws:lambda:us-east-1:111122223333:function:team-a-notify"
        passed = {"iam:PassedToService": "lambda.amazonaws.com"}
        assert {
            AuthorRequest("lambda:CreateFunction", function),
            AuthorRequest("lambda:UpdateFunctionCode", function),
            AuthorRequest("iam:PassRole", ROLE, passed),
        } <= set(rendering.author_requests)

    def test_an_emr_cluster_and_a_step_collection_create_nothing(self, factory: Factory) -> None:
        """The collection is a monitored transform, where the SDK has one."""
        listed = [emr_step()]
        if not lacks("QualityCheck"):
            listed += monitored_steps(factory)
        policy = PrefixPolicy("team-a")
        pipeline = dropin_pipeline(factory.session, *listed, policy=policy)
        with requests_sent() as sent:
            rendering = pipeline.render()
            assert len(listed) - 1 == len(rendering.plan())
            rendering.preflight(role_policies=[], author_policies=[])
        assert [] == changing(sent)
        assert () == rendering.findings

    @needs("@step")
    def test_a_decorated_function_uploads_nothing(self, factory: Factory) -> None:
        """``@step`` does not create the default bucket either."""
        fresh = sdk.PipelineSession(boto_session=factory.session.boto_session)
        pipeline = dropin_pipeline(fresh, sdk.function("Sum", "sum").step)
        with requests_sent() as sent:
            rendering = pipeline.render()
        assert [] == changing(sent)
        assert () == rendering.findings
        buckets = factory.session.boto_session.client("s3").list_buckets()["Buckets"]
        assert ["bucket"] == [row["Name"] for row in buckets]
        actions = {request.action for request in rendering.author_requests}
        assert {"s3:CreateBucket", "s3:PutObject"} <= actions

    def test_check_leaves_the_session_unchanged(self, in_pipeline: JobFactory) -> None:
        """The attributes of the session are the same afterwards."""
        session = in_pipeline.session
        step = step_of("Processor", in_pipeline, sm_prefix_ext.Processor, by_keyword, "churn")
        pipeline = dropin_pipeline(session, step, policy=PrefixPolicy("team-a"))
        before = dict(vars(session))
        assert () == pipeline.check()
        assert before == vars(session)

    def test_clients_that_the_session_keeps_send_their_requests_afterwards(
        self, session: Any, tmp_path: Path
    ) -> None:
        """The boto3 session of these tests returns the same client again, as a user's may."""
        session.boto_session.clients.clear()
        dropin_pipeline(session, lambda_step(session, tmp_path)).check()
        kept = list(session.boto_session.clients.values())
        [functions] = [each for each in kept if each.meta.service_model.service_name == "lambda"]
        with requests_sent() as sent, pytest.raises(ClientError, match="not found"):
            functions.delete_function(FunctionName="absent")
        assert ["DeleteFunction"] == changing(sent)

    def test_the_command_sends_no_changing_request(
        self,
        session: Any,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """The pipelines are a drop-in and one of the SDK's class."""
        step = lambda_step(session, tmp_path)
        module: Any = ModuleType("read_only")
        module.dropin = dropin_pipeline(session, step)
        module.of_sdk = sdk.SdkPipeline("of-sdk", steps=[step], sagemaker_session=session)
        monkeypatch.setitem(sys.modules, "read_only", module)
        with requests_sent() as sent:
            for name in ("dropin", "of_sdk"):
                for command in ("check --declared-only", "plan", "policy --for author"):
                    with pytest.raises(SystemExit) as ended:
                        main([*command.split(), f"read_only:{name}"])
                    assert 0 == ended.value.code
            assert "lambda:UpdateFunctionCode" in capsys.readouterr().out
        assert [] == changing(sent)
