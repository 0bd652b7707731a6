"""The requests of ``create()``, ``update()`` and ``upsert()``."""

from __future__ import annotations

import copy
import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sm_prefix_ext import Pipeline, PrefixViolation

from .deviations import needs
from .factory import Factory, only_name

ROLE = "arn:aws:iam::111122223333:role/step"


@pytest.fixture
def calls(factory: Factory) -> Iterator[list[str]]:
    """The operations that the session's clients call during a test."""
    operations: list[str] = []

    def record(model: Any, **_: Any) -> None:
        operations.append(model.name)

    boto_session = factory.session.boto_session
    clients = (factory.session.sagemaker_client, boto_session.client("s3"))
    emitters = [*(client.meta.events for client in clients), boto_session.events]
    for emitter in emitters:
        emitter.register("before-call", record)
    yield operations
    for emitter in emitters:
        emitter.unregister("before-call", record)


def requests_of(pipeline: Any, factory: Factory) -> list[tuple[str, Any]]:
    """The requests of upsert, update and two starts, without the definition."""
    sent: list[tuple[str, Any]] = []

    def record(params: dict[str, Any], model: Any, **_: Any) -> None:
        left_out = ("PipelineDefinition", "ClientRequestToken")
        given = {key: value for key, value in params.items() if key not in left_out}
        sent.append((model.name, given))

    client, parallel = factory.session.sagemaker_client, {"MaxParallelExecutionSteps": 3}
    client.meta.events.register("provide-client-params.sagemaker", record)
    try:
        pipeline.upsert(ROLE, "description", [{"Key": "k", "Value": "v"}], parallel)
        pipeline.update(ROLE, parallelism_config=parallel)
        execution = pipeline.start({"Input": "s3://other"}, "name", "why", parallel)
        selected = factory.sdk.SelectiveExecutionConfig(["Pre"], execution.arn)
        pipeline.start(selective_execution_config=selected)
    finally:
        client.meta.events.unregister("provide-client-params.sagemaker", record)
    client.delete_pipeline(PipelineName=pipeline.name, ClientRequestToken="x" * 32)
    # Each run has another source execution.
    del sent[-1][1]["SelectiveExecutionConfig"]["SourcePipelineExecutionArn"]
    return sent


def renderings(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A list that gets each pipeline that the SDK renders from now on."""
    rendered: list[Any] = []
    sdk_definition = factory.sdk.SdkPipeline.definition
    monkeypatch.setattr(
        factory.sdk.SdkPipeline,
        "definition",
        lambda self: rendered.append(self) or sdk_definition(self),
    )
    return rendered


class TestErrors:
    """A pipeline with errors."""

    @pytest.mark.parametrize("call", ["definition", "create", "update", "upsert"])
    def test_each_method_sends_nothing_when_a_check_fails(
        self, factory: Factory, calls: list[str], call: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It sends no uploads, and no requests of v3's role check either."""
        monkeypatch.setenv("SAGEMAKER_VALIDATE_ROLE", "true")
        arguments = ["x" * 60_000]
        pipeline = factory.pipeline(
            [factory.step("Processing", f"Pre{i}", "x" * 50, arguments=arguments) for i in range(2)]
        )
        with pytest.raises(PrefixViolation) as raised:
            if call == "definition":
                pipeline.definition()
            else:
                getattr(pipeline, call)(role_arn=ROLE)
        assert 2 == len(raised.value.findings)
        assert [] == calls


class TestRequests:
    """The requests are the SDK's, with the enforced definition."""

    def test_all_fields_but_the_definition_are_sent_as_by_the_sdk(self, factory: Factory) -> None:
        """The fields are parallelism, tags, parameters and selective execution."""
        given = {
            "name": "p",
            "parameters": [factory.sdk.ParameterString("Input", default_value="s3://in")],
            "steps": [factory.step("Processing", "Pre", "nice")],
            "sagemaker_session": factory.session,
        }
        requests = requests_of(Pipeline(**given), factory)
        assert requests_of(factory.sdk.SdkPipeline(**given), factory) == requests
        started = [params for name, params in requests if name == "StartPipelineExecution"]
        assert {"MaxParallelExecutionSteps": 3} == started[0]["ParallelismConfiguration"]
        assert [{"Name": "Input", "Value": "s3://other"}] == started[0]["PipelineParameters"]
        assert [{"StepName": "Pre"}] == started[1]["SelectiveExecutionConfig"]["SelectedSteps"]

    @needs("triggers")
    def test_a_schedule_starts_the_pipeline_by_its_arn(self, factory: Factory) -> None:
        """The ARN is that of the drop-in pipeline."""
        workflow = factory.sdk.SdkPipeline.__module__.rpartition(".")[0]
        schedule = importlib.import_module(f"{workflow}.triggers").PipelineSchedule
        pipeline = factory.pipeline([factory.step("Processing", "Pre", "nice")], "team-a")
        pipeline.create(ROLE)
        [arn] = pipeline.put_triggers([schedule("daily", rate=(1, "days"))], ROLE)
        scheduler = factory.session.boto_session.client("scheduler")
        target = scheduler.get_schedule(Name="daily")["Target"]["Arn"]
        assert arn.endswith("/daily")
        assert target.endswith(":pipeline/team-a-pipeline")

    def test_upsert_of_an_existing_pipeline_renders_once(
        self, factory: Factory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The SDK renders twice: for the refused create request, and for the update."""
        pipeline = factory.pipeline([factory.step("Processing", "Pre", "nice")])
        pipeline.create(ROLE)
        rendered = renderings(factory, monkeypatch)
        pipeline.upsert(ROLE)
        assert 1 == len(rendered)

    def test_one_rendering_serves_findings_plan_and_preflight(
        self, factory: Factory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A later change of the pipeline is not in the result of ``render()``."""
        pipeline = factory.pipeline([factory.step("Processing", "Pre", "x")], "team-a")
        rendered = renderings(factory, monkeypatch)
        rendering = pipeline.render()
        pipeline.steps = []
        assert () == rendering.findings
        plan = rendering.plan(parameters={}, account="111122223333")
        assert ["Pre"] == [job.step for job in plan]
        assert "Pre" in rendering.definition
        assert {"Pre"} == {row.step for row in rendering.preflight(role_policies=[])}
        assert 1 == len(rendered)

    def test_a_large_definition_is_uploaded_enforced(self, factory: Factory) -> None:
        """The SDK uploads definitions of 100 KB and more to S3."""
        arguments = ["x" * 60_000]
        pipeline = factory.pipeline(
            [factory.step("Processing", f"Pre{i}", f"n{i}", arguments=arguments) for i in range(2)],
            "team-a",
        )
        pipeline.upsert(ROLE)
        s3 = factory.session.boto_session.client("s3")
        [stored] = s3.list_objects_v2(Bucket="bucket")["Contents"]
        body = s3.get_object(Bucket="bucket", Key=stored["Key"])["Body"].read()
        assert json.loads(pipeline.definition()) == json.loads(body)


@pytest.mark.usefixtures("a_model", "policy")
class TestChanges:
    """A pipeline that changes after its check and before its request."""

    @pytest.mark.parametrize("call", ["create", "update"])
    @pytest.mark.parametrize("change", ["steps", "parameters", "job"])
    def test_a_change_inside_upsert_is_an_error(
        self, factory: Factory, call: str, change: str
    ) -> None:
        """A subclass's own ``create()`` or ``update()`` makes the change; nothing is sent."""
        step, job = factory.step_and_job("Processing", "Pre", "x")

        class UsersPipeline(Pipeline):
            def _change(self) -> None:
                if change == "steps":
                    self.steps = [*self.steps, factory.step("Processing", "More", "y")]
                elif change == "parameters":
                    self.parameters.append(factory.sdk.ParameterString("P", default_value="p"))
                else:
                    job.base_job_name = "rogue"

            def create(self, *args: Any, **kwargs: Any) -> Any:
                if call == "create":
                    self._change()
                return super().create(*args, **kwargs)

            def update(self, *args: Any, **kwargs: Any) -> Any:
                self._change()
                return super().update(*args, **kwargs)

        given = {"steps": [step], "sagemaker_session": factory.session}
        pipeline = UsersPipeline("team-a-p", parameters=[], **given)
        if call == "update":
            Pipeline("team-a-p", **given).create(ROLE)
        client = factory.session.boto_session.client("sagemaker")
        before = client.list_pipelines()["PipelineSummaries"]
        with pytest.raises(PrefixViolation, match="PFX023"):
            pipeline.upsert(ROLE)
        assert before == client.list_pipelines()["PipelineSummaries"]

    def test_a_changed_copy_inside_upsert_is_judged_itself(self, factory: Factory) -> None:
        """The copy's own definition is sent, not that of the original."""

        class UsersPipeline(Pipeline):
            def create(self, *args: Any, **kwargs: Any) -> Any:
                changed = copy.copy(self)
                changed.steps = [factory.step("Processing", "Other", "other")]
                return Pipeline.create(changed, *args, **kwargs)

        step = factory.step("Processing", "Pre", "pre")
        pipeline = UsersPipeline("team-a-p", steps=[step], sagemaker_session=factory.session)
        pipeline.upsert(ROLE)
        assert "team-a-other" == only_name(pipeline.describe()["PipelineDefinition"])
