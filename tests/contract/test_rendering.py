"""Rendering: what a look sends, what rendering writes into, and what threads and errors see."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import Pipeline, PipelineDefinitionConfig, PrefixPolicy, PrefixViolation
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.dry_run import _READS, _READS_TOO
from sm_prefix_ext._sdk.object_graph import object_graph
from sm_prefix_ext.core.plan import AuthorRequest
from sm_prefix_ext.core.step_types import JOB_KINDS

from .calling import by_keyword
from .cases import DEVIATIONS
from .test_equality import but_for_names_and_roles, our_pipeline, step_of
from .test_jobs import IN_PIPELINES, NAMES, jobs, policy

__all__ = ["policy"]  # a fixture

pytestmark = pytest.mark.usefixtures("a_model")

ROLE = "arn:aws:iam::111122223333:role/pipeline"
NEEDS_STEP = pytest.mark.skipif("step" not in NAMES, reason="this release has no @step")


@contextmanager
def requests(mocked: Any) -> Iterator[list[str]]:
    """The operations that reach AWS in the block, whichever client sends them."""
    from botocore.endpoint import Endpoint

    sent: list[str] = []
    send = Endpoint.make_request

    def noting(self: Any, model: Any, request: Any) -> Any:
        sent.append(model.name)
        return send(self, model, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "make_request", noting)
        yield sent


def changing(sent: list[str]) -> list[str]:
    """Those that do more than read."""
    return [name for name in sent if not name.startswith(_READS) and name not in _READS_TOO]


def of_class(name: str, session: Any) -> Any:
    """A pipeline with one step of a drop-in class, with code on disk."""
    declared = None if name == "ModelBuilder" else "churn"
    step = step_of(name, session, getattr(sm_prefix_ext, name), by_keyword, declared)
    return our_pipeline(session, step, on=True, policy=PrefixPolicy("team-a", short_prefix="ta"))


# Looking changes nothing


@pytest.mark.parametrize("name", IN_PIPELINES)
def test_a_look_changes_nothing(name: str, session: Any, mocked: Any) -> None:
    """Of no class; what it shows has the form of what ``definition()`` gives."""
    with jobs.service_answers(name, session):
        made = of_class(name, session)
        with requests(mocked) as sent:
            made.check()
            planned = made.plan()
            made.preflight(role_policies=[], author_policies=[])
            looked = made.render()
        assert [] == changing(sent)
        assert len(planned) > 0
        rendered = made.definition()
    assert but_for_names_and_roles(rendered) == but_for_names_and_roles(looked.definition)


def lambda_step(session: Any, tmp_path: Path) -> Any:
    """A step with the function's own code."""
    script = tmp_path / "handler.py"
    script.write_text("def handler(event, context):\n    return {}\n")
    helper = "sagemaker.lambda_helper" if jobs.sdk.MAJOR == 2 else "sagemaker.core.lambda_helper"
    module = __import__(helper, fromlist=["Lambda"])
    function = module.Lambda(
        function_name="team-a-notify",
        execution_role_arn=ROLE,
        script=str(script),
        handler="handler.handler",
        session=session,
    )
    step = type(jobs.sdk.lambda_step("Other"))
    return step("Notify", lambda_func=function)


def test_a_look_at_a_lambda_step(session: Any, mocked: Any, tmp_path: Path) -> None:
    """The function is neither made nor overwritten; the author's requests are known."""
    made = our_pipeline(session, lambda_step(session, tmp_path), on=True, policy=None)
    with requests(mocked) as sent:
        looked = made.render()
    assert [] == changing(sent)
    arn = json.loads(looked.definition)["Steps"][0]["FunctionArn"]
    assert arn.startswith("arn:aws:lambda:us-east-1:") and arn.endswith(":function:team-a-notify")
    own = "arn:aws:lambda:us-east-1:111122223333:function:team-a-notify"
    passed = {"iam:PassedToService": "lambda.amazonaws.com"}
    assert {
        AuthorRequest("lambda:CreateFunction", own),
        AuthorRequest("lambda:UpdateFunctionCode", own),
        AuthorRequest("iam:PassRole", ROLE, passed),
    } <= set(looked.author_requests)


def emr_step() -> Any:
    """A step that runs on a cluster which it makes."""
    workflow = jobs.sdk.SdkPipeline.__module__.rpartition(".")[0]
    module = import_module(f"{workflow}.emr_step")
    work = module.EMRStepConfig(jar="s3://bucket/app.jar")
    group = {"InstanceCount": 1, "InstanceRole": "MASTER", "InstanceType": "m5.xlarge"}
    cluster = {"Instances": {"InstanceGroups": [group]}}
    return module.EMRStep("Emr", "Emr", "what it is", None, work, cluster_config=cluster)


def monitored_step(session: Any) -> list[Any]:
    """A transformation and the check of its data: a collection that makes both steps."""
    workflow = jobs.sdk.SdkPipeline.__module__.rpartition(".")[0]
    module = import_module(f"{workflow}.monitor_batch_transform_step")
    transform = jobs.sdk.KINDS["Transform"](session, "Score", "score").step
    check = jobs.sdk.KINDS["QualityCheck"](session, "Check", "check")
    collection = module.MonitorBatchTransformStep(
        name="Monitored",
        transform_step_args=transform.step_args,
        monitor_configuration=check.step.quality_check_config,
        check_job_configuration=check.job,
        supplied_baseline_statistics="s3://bucket/statistics",
        supplied_baseline_constraints="s3://bucket/constraints",
    )
    return list(collection.steps)


def test_a_look_at_steps_of_many_parts(session: Any, mocked: Any) -> None:
    """A cluster of EMR, and where the SDK makes it, a monitored transformation."""
    listed = [emr_step()]
    if "QualityCheck" not in DEVIATIONS:
        listed += monitored_step(session)
    made = our_pipeline(session, *listed, on=True, policy=PrefixPolicy("team-a"))
    with requests(mocked) as sent:
        looked = made.render()
        assert len(looked.plan()) == len(listed) - 1
        looked.preflight(role_policies=[], author_policies=[])
    assert ([], ()) == (changing(sent), looked.findings)


def test_the_command_changes_nothing(
    session: Any,
    mocked: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whichever class the pipeline is of."""
    import sys
    from types import ModuleType

    from sm_prefix_ext.cli import main

    step = lambda_step(session, tmp_path)
    module = ModuleType("looked_at")
    module.ours = our_pipeline(session, step, on=True, policy=None)
    module.theirs = jobs.sdk.SdkPipeline("theirs", steps=[step], sagemaker_session=session)
    monkeypatch.setitem(sys.modules, "looked_at", module)
    with requests(mocked) as sent:
        for name in ("ours", "theirs"):
            for command in ("check --declared-only", "plan", "policy --for author"):
                with pytest.raises(SystemExit) as ended:
                    main([*command.split(), f"looked_at:{name}"])
                assert 0 == ended.value.code
        assert "lambda:UpdateFunctionCode" in capsys.readouterr().out
    assert [] == changing(sent)


@NEEDS_STEP
def test_a_look_at_a_function(session: Any, mocked: Any) -> None:
    """What ``@step`` uploads for a function stays here, and a default bucket isn't made."""
    fresh = jobs.sdk.PipelineSession(boto_session=session.boto_session)
    made = our_pipeline(fresh, jobs.sdk.function("Sum", "sum").step, on=True, policy=None)
    with requests(mocked) as sent:
        looked = made.render()
    assert ([], ()) == (changing(sent), looked.findings)
    kept = session.boto_session.client("s3").list_buckets()["Buckets"]
    assert ["bucket"] == [row["Name"] for row in kept]
    assert {"s3:CreateBucket", "s3:PutObject"} <= {one.action for one in looked.author_requests}


def test_a_look_leaves_the_sessions_as_they_were(session: Any) -> None:
    """The user's session, its clients and their handlers are the user's again."""
    before = dict(vars(session))
    of_class("Processor", session).check()
    assert before == vars(session)


# What rendering writes


@pytest.mark.parametrize("name", IN_PIPELINES)
def test_what_rendering_writes(name: str, session: Any) -> None:
    """Steps, job objects and their own containers alone: so much state is kept for a rendering."""
    with jobs.service_answers(name, session):
        made = of_class(name, session)
        narrow = object_graph(made.steps, adapter())
        everything = object_graph(made.steps, adapter(), everything=True)
        jobs.sdk.SdkPipeline("p", steps=made.steps, sagemaker_session=session).definition()
    kept = {id(holder) for holder, _ in (*narrow.objects, *narrow.containers)}
    assert [] == [type(one) for one in everything.changed() if id(one) not in kept]


def test_a_row_of_the_table_is_read() -> None:
    """A step type that makes jobs and whose declared name nobody reads would lose it."""
    of_v3 = {"Job"}
    expected = {kind.step_type for kind in JOB_KINDS} - (of_v3 if jobs.sdk.MAJOR == 2 else set())
    assert expected == set(adapter().readers)


# Names that were read


@NEEDS_STEP
def test_a_step_that_only_a_function_refers_to(session: Any, policy: PrefixPolicy) -> None:
    """Its declared name comes with it, and a bad one keeps the definition from leaving."""

    def listed(name: str) -> Any:
        step = jobs.sdk.KINDS["Processing"](session, "Prep", name).step

        @sm_prefix_ext.step(
            name="Use", image_uri=jobs.sdk.IMAGE, role=jobs.sdk.ROLE, instance_type="ml.m5.large"
        )
        def use(arn: str, more: str = "") -> str:
            return arn

        return [
            use(step.properties.ProcessingJobArn),
            use("", more=step.properties.ProcessingJobArn),
        ]

    for one in listed("my-declared-name"):
        rendered = json.loads(our_pipeline(session, one, on=True, policy=policy).definition())
        names = {step["Name"]: step["Arguments"] for step in rendered["Steps"]}
        assert "team-a-my-declared-name" == names["Prep"]["ProcessingJobName"]
    for one in listed("bad_name"):
        found = our_pipeline(session, one, on=True, policy=policy).check()
        assert ["PFX003"] == [finding.code for finding in found]


@NEEDS_STEP  # older ones ask for every step to be listed
def test_a_step_that_nothing_led_to(session: Any, policy: PrefixPolicy) -> None:
    """Its declared name was not read, so the rendering fails."""
    hidden = jobs.sdk.KINDS["Processing"](session, "Hidden", "x").step

    class Mine(type(jobs.sdk.fail("Any"))):
        """A step of the user's own, which tells what it refers to when it is rendered."""

        @property
        def arguments(self) -> dict[str, Any]:
            return {"ErrorMessage": hidden.properties.ProcessingJobArn}

    made = our_pipeline(session, Mine("Stop", error_message=""), on=True, policy=policy)
    assert [("PFX022", "Hidden")] == [(one.code, one.step) for one in made.check()]
    made.steps.append(hidden)
    assert () == made.check()


@NEEDS_STEP
def test_a_function_without_a_name(session: Any, policy: PrefixPolicy) -> None:
    """Its step is called at random; its job is called after the function, each time alike."""
    names = set()
    for _ in range(2):

        @sm_prefix_ext.step(
            image_uri=jobs.sdk.IMAGE, role=jobs.sdk.ROLE, instance_type="ml.m5.large"
        )
        def add_up() -> int:
            return 1

        rendered = json.loads(our_pipeline(session, add_up(), on=True, policy=policy).definition())
        [step] = rendered["Steps"]
        names.add(step["Arguments"]["TrainingJobName"])
        assert step["Name"].startswith("add_up-")
    assert {"team-a-add-up"} == names


# What was judged is what is sent


@pytest.mark.parametrize("call", ["create", "update"])
@pytest.mark.parametrize("change", ["steps", "parameters", "job"])
def test_a_change_while_sending(call: str, change: str, session: Any, policy: PrefixPolicy) -> None:
    """By a subclass's own ``create()`` inside ``upsert()``: an error, and nothing is sent."""
    first = jobs.sdk.KINDS["Processing"](session, "Pre", "x")

    class Mine(Pipeline):
        def _change(self) -> None:
            if change == "steps":
                more = jobs.sdk.KINDS["Processing"](session, "More", "y").step
                self.steps = [*self.steps, more]
            elif change == "parameters":
                self.parameters.append(jobs.sdk.ParameterString("P", default_value="p"))
            else:
                first.job.base_job_name = "rogue"

        def create(self, *args: Any, **kwargs: Any) -> Any:
            if call == "create":
                self._change()
            return super().create(*args, **kwargs)

        def update(self, *args: Any, **kwargs: Any) -> Any:
            self._change()
            return super().update(*args, **kwargs)

    made = Mine("team-a-p", parameters=[], steps=[first.step], sagemaker_session=session)
    if call == "update":
        Pipeline("team-a-p", steps=[first.step], sagemaker_session=session).create(ROLE)
    client = session.boto_session.client("sagemaker")
    before = client.list_pipelines()["PipelineSummaries"]
    with pytest.raises(PrefixViolation, match="PFX023"):
        made.upsert(ROLE)
    assert before == client.list_pipelines()["PipelineSummaries"]


def test_a_copy_made_while_sending(session: Any, policy: PrefixPolicy) -> None:
    """It is judged as what it has become, not sent as what it was copied from."""

    def step(name: str) -> Any:
        return jobs.sdk.KINDS["Processing"](session, name, name.lower()).step

    class Mine(Pipeline):
        def create(self, *args: Any, **kwargs: Any) -> Any:
            other = copy.copy(self)
            other.steps = [step("Other")]
            return Pipeline.create(other, *args, **kwargs)

    made = Mine("team-a-p", steps=[step("Pre")], sagemaker_session=session)
    made.upsert(ROLE)
    stored = json.loads(made.describe()["PipelineDefinition"])
    assert ["team-a-other"] == [one["Arguments"]["ProcessingJobName"] for one in stored["Steps"]]


def test_a_role_of_another_account(session: Any) -> None:
    """A pipeline passes roles of its own account alone; nothing is sent."""
    step = jobs.sdk.KINDS["Processing"](session, "Pre", "x").step
    made = our_pipeline(session, step, on=True, policy=None)
    with pytest.raises(PrefixViolation, match="PFX018"):
        made.upsert("arn:aws:iam::444455556666:role/pipeline")
    made.upsert(ROLE)


def test_a_policys_role_of_another_account(session: Any) -> None:
    """It is seen by all that judge a pipeline, beside a role of the pipeline's own account."""
    steps = [jobs.sdk.KINDS["Processing"](session, name, name.lower()).step for name in "AB"]
    theirs = "arn:aws:iam::444455556666:role/theirs"
    policy = PrefixPolicy("team-a", step_roles={"B": theirs})
    made = our_pipeline(session, *steps, on=True, policy=policy)
    assert ["PFX018"] == [one.code for one in made.check()]
    with pytest.raises(PrefixViolation, match="PFX018"):
        made.upsert(ROLE)
    answer = made.preflight(role_policies=[], role_arn=ROLE)
    assert [theirs] == [row.resource for row in answer if "across accounts" in row.why]


# Errors, threads, values


def test_an_error_of_the_sdk_says_which_step(session: Any) -> None:
    """Its class stays, as does what a program reads of it."""
    name = "ScriptProcessor"
    job = getattr(sm_prefix_ext, name)(
        role=jobs.sdk.ROLE, sagemaker_session=session, base_job_name="x",
        image_uri=jobs.sdk.IMAGE, command=["python3"], instance_count=1,
        instance_type="ml.m5.large",
    )  # fmt: skip
    step = jobs.sdk.ProcessingStep("Prepare", step_args=job.run(code="gone.py"))
    made = our_pipeline(session, step, on=True, policy=None)
    for render_it in (made.check, made.definition):
        with pytest.raises((ValueError, OSError), match=r"gone\.py.*\n?.*the step 'Prepare'"):
            render_it()


def test_threads_that_share_steps(session: Any, policy: PrefixPolicy) -> None:
    """Each rendering sees the user's objects as the user made them."""
    listed = [
        jobs.sdk.KINDS[kind](session, f"Step{number}", f"n{number}").step
        for number, kind in enumerate(["Training", "Processing", "Transform", "Model"] * 2)
    ]
    wanted = our_pipeline(session, *listed, on=True, policy=policy).definition()
    gate = threading.Barrier(8)

    def work(_: int) -> list[str]:
        gate.wait()
        made = our_pipeline(session, *listed, on=True, policy=policy)
        assert () == made.check()
        return [made.definition() for _ in range(3)]

    with ThreadPoolExecutor(8) as pool:
        made = [text for texts in pool.map(work, range(8)) for text in texts]
    assert {json.dumps(but_for_names_and_roles(wanted))} == {
        json.dumps(but_for_names_and_roles(text)) for text in made
    }


def test_one_rendering_serves_findings_plan_and_preflight(
    session: Any, policy: PrefixPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a later change of the pipeline is not in it."""
    made = our_pipeline(
        session, jobs.sdk.KINDS["Processing"](session, "Pre", "x").step, on=True, policy=policy
    )
    rendered: list[Any] = []
    sdks_own = jobs.sdk.SdkPipeline.definition
    monkeypatch.setattr(
        jobs.sdk.SdkPipeline, "definition", lambda self: rendered.append(self) or sdks_own(self)
    )
    held = made.render()
    made.steps = []
    assert () == held.findings
    assert ["Pre"] == [job.step for job in held.plan(parameters={}, account="111122223333")]
    assert "Pre" in held.definition
    held.preflight(role_policies=[])
    assert 1 == len(rendered)


def test_a_config_takes_a_policy_later() -> None:
    """As its constructor does."""
    config = PipelineDefinitionConfig()
    config.policy = "team-a"
    assert PrefixPolicy("team-a") == config.policy
    with pytest.raises(ValueError, match="'a/b'"):
        config.policy = "a/b"


def test_a_role_for_a_step_that_is_not_there(session: Any) -> None:
    """A warning, with the nearest name."""
    step = jobs.sdk.KINDS["Model"](session, "Make", "x").step
    roles = PrefixPolicy("team-a", step_roles={"Make": ROLE, "Makes": ROLE})
    found = our_pipeline(session, step, on=True, policy=roles).check()
    assert [("PFX021", "Makes")] == [(finding.code, finding.step) for finding in found]
