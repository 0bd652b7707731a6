"""``check``, ``plan``, ``preflight`` and ``render`` change nothing in AWS."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.cli import main
from sm_prefix_ext.core.planned_jobs import AuthorRequest

from .calling import by_keyword
from .comparison import but_for_names_and_roles, dropin_pipeline, step_of
from .deviations import lacks, needs
from .factory import Factory
from .job_classes import IN_PIPELINES, JobFactory, recipes, sdk
from .requests_sent import changing, requests_sent

ROLE = "arn:aws:iam::111122223333:role/pipeline"
WORKFLOW = sdk.SdkPipeline.__module__.rpartition(".")[0]


def lambda_step(session: Any, folder: Path) -> Any:
    """A Lambda step that carries the function's own code."""
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
    """An EMR step that makes its cluster."""
    module = import_module(f"{WORKFLOW}.emr_step")
    config = module.EMRStepConfig(jar="s3://bucket/app.jar")
    group = {"InstanceCount": 1, "InstanceRole": "MASTER", "InstanceType": "m5.xlarge"}
    cluster = {"Instances": {"InstanceGroups": [group]}}
    return module.EMRStep("Emr", "Emr", "what it is", None, config, cluster_config=cluster)


def monitored_steps(factory: Factory) -> list[Any]:
    """A transform and the check of its data, as a step collection makes them."""
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
class TestLooking:
    """Whatever a pipeline's steps upload or create when the SDK renders them."""

    @pytest.mark.parametrize("name", IN_PIPELINES)
    def test_a_look_changes_nothing(self, name: str, in_pipeline: JobFactory) -> None:
        """For each job class; the definition looks as the one that ``definition()`` returns."""
        session = in_pipeline.session
        declared = None if name == "ModelBuilder" else "churn"
        policy = PrefixPolicy("team-a", short_prefix="ta")
        with recipes.service_answers(name, session):
            cls = getattr(sm_prefix_ext, name)
            step = step_of(name, in_pipeline, cls, by_keyword, declared)
            pipeline = dropin_pipeline(session, step, policy=policy)
            with requests_sent() as sent:
                pipeline.check()
                plan = pipeline.plan()
                pipeline.preflight(role_policies=[], author_policies=[])
                rendering = pipeline.render()
            assert [] == changing(sent)
            assert len(plan) > 0
            expected = but_for_names_and_roles(pipeline.definition())
        assert expected == but_for_names_and_roles(rendering.definition)

    def test_a_look_at_a_lambda_step(self, session: Any, tmp_path: Path) -> None:
        """The function is not created or overwritten; the author's requests are known."""
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

    def test_a_look_at_steps_of_many_parts(self, factory: Factory) -> None:
        """An EMR cluster and, where the SDK can make it, a monitored transform."""
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
    def test_a_look_at_a_function(self, factory: Factory) -> None:
        """``@step`` uploads nothing for its function, and makes no default bucket."""
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

    def test_a_look_leaves_the_sessions_as_they_were(self, in_pipeline: JobFactory) -> None:
        """The user's session has its own clients again."""
        session = in_pipeline.session
        step = step_of("Processor", in_pipeline, sm_prefix_ext.Processor, by_keyword, "churn")
        pipeline = dropin_pipeline(session, step, policy=PrefixPolicy("team-a"))
        before = dict(vars(session))
        assert () == pipeline.check()
        assert before == vars(session)

    def test_the_command_changes_nothing(
        self,
        session: Any,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """For a drop-in pipeline, and for one of the SDK's class."""
        step = lambda_step(session, tmp_path)
        module: Any = ModuleType("looked_at")
        module.ours = dropin_pipeline(session, step)
        module.theirs = sdk.SdkPipeline("theirs", steps=[step], sagemaker_session=session)
        monkeypatch.setitem(sys.modules, "looked_at", module)
        with requests_sent() as sent:
            for name in ("ours", "theirs"):
                for command in ("check --declared-only", "plan", "policy --for author"):
                    with pytest.raises(SystemExit) as ended:
                        main([*command.split(), f"looked_at:{name}"])
                    assert 0 == ended.value.code
            assert "lambda:UpdateFunctionCode" in capsys.readouterr().out
        assert [] == changing(sent)
