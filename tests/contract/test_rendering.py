"""What rendering writes into and reads, and what threads and errors see of it."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.object_graph import object_graph
from sm_prefix_ext.core.step_types import JOB_KINDS

from .calling import by_keyword
from .comparison import but_for_names_and_roles, dropin_pipeline, step_of
from .deviations import needs
from .factory import Factory, codes
from .job_classes import IN_PIPELINES, SETTINGS, JobFactory, recipes, sdk


@pytest.mark.usefixtures("a_model")
class TestState:
    """What is kept of the user's objects for a rendering."""

    @pytest.mark.parametrize("name", IN_PIPELINES)
    def test_what_rendering_writes(self, name: str, in_pipeline: JobFactory) -> None:
        """The SDK writes into steps, job objects and their own containers only."""
        session = in_pipeline.session
        declared = None if name == "ModelBuilder" else "churn"
        policy = PrefixPolicy("team-a", short_prefix="ta")
        with recipes.service_answers(name, session):
            cls = getattr(sm_prefix_ext, name)
            step = step_of(name, in_pipeline, cls, by_keyword, declared)
            pipeline = dropin_pipeline(session, step, policy=policy)
            narrow = object_graph(pipeline.steps, adapter())
            everything = object_graph(pipeline.steps, adapter(), everything=True)
            sdk.SdkPipeline("p", steps=pipeline.steps, sagemaker_session=session).definition()
        kept = {id(holder) for holder, _ in (*narrow.objects, *narrow.containers)}
        assert [] == [type(value) for value in everything.changed() if id(value) not in kept]

    def test_a_row_of_the_table_is_read(self) -> None:
        """Each step type that makes jobs has a reader of its declared name."""
        of_v3_only = {"Job"} if sdk.MAJOR == 2 else set()
        assert {kind.step_type for kind in JOB_KINDS} - of_v3_only == set(adapter().readers)

    def test_threads_that_share_steps(self, factory: Factory, policy: PrefixPolicy) -> None:
        """Each rendering sees the user's objects as the user made them."""
        step_types = ["Training", "Processing", "Transform", "Model"] * 2
        listed = [
            factory.step(step_type, f"Step{number}", f"n{number}")
            for number, step_type in enumerate(step_types)
        ]
        expected = dropin_pipeline(factory.session, *listed, policy=policy).definition()
        gate = threading.Barrier(8)

        def render(_: int) -> list[str]:
            gate.wait()
            pipeline = dropin_pipeline(factory.session, *listed, policy=policy)
            assert () == pipeline.check()
            return [pipeline.definition() for _ in range(3)]

        with ThreadPoolExecutor(8) as pool:
            rendered = [text for texts in pool.map(render, range(8)) for text in texts]
        assert 24 == len(rendered)
        assert {json.dumps(but_for_names_and_roles(expected))} == {
            json.dumps(but_for_names_and_roles(text)) for text in rendered
        }

    def test_an_error_of_the_sdk_says_which_step(self, factory: Factory) -> None:
        """The SDK's error keeps its class and gains the step's name."""
        job = sm_prefix_ext.ScriptProcessor(
            role=sdk.ROLE,
            sagemaker_session=factory.session,
            base_job_name="x",
            command=["python3"],
            **SETTINGS,
        )
        step = sdk.ProcessingStep("Prepare", step_args=job.run(code="gone.py"))
        pipeline = dropin_pipeline(factory.session, step)
        for render in (pipeline.check, pipeline.definition):
            with pytest.raises((ValueError, OSError), match=r"gone\.py.*\n?.*the step 'Prepare'"):
                render()


@pytest.mark.usefixtures("a_model")
@needs("@step")
class TestReferences:
    """Declared names of steps that other steps refer to."""

    def test_a_step_that_only_a_function_refers_to(
        self, factory: Factory, policy: PrefixPolicy
    ) -> None:
        """Its declared name comes with it, and a bad one keeps the definition from being sent."""

        def referring(declared: str) -> list[Any]:
            """Two steps of a function that refer to another step, by position and by keyword."""
            arn = factory.step("Processing", "Prep", declared).properties.ProcessingJobArn

            @sm_prefix_ext.step(
                name="Use", image_uri=sdk.IMAGE, role=sdk.ROLE, instance_type="ml.m5.large"
            )
            def use(arn: str, more: str = "") -> str:
                return arn

            return [use(arn), use("", more=arn)]

        for step in referring("my-declared-name"):
            definition = dropin_pipeline(factory.session, step, policy=policy).definition()
            arguments = {row["Name"]: row["Arguments"] for row in json.loads(definition)["Steps"]}
            assert "team-a-my-declared-name" == arguments["Prep"]["ProcessingJobName"]
        for step in referring("bad_name"):
            pipeline = dropin_pipeline(factory.session, step, policy=policy)
            assert ["PFX003"] == codes(pipeline.check())

    @needs("unlisted steps")
    def test_a_step_that_nothing_led_to(self, factory: Factory, policy: PrefixPolicy) -> None:
        """A step that only shows up in the rendering is a finding: its declared name is unknown."""
        hidden = factory.step("Processing", "Hidden", "x")

        class UsersStep(type(sdk.fail("Any"))):
            """A step that reads what it refers to when it is rendered."""

            @property
            def arguments(self) -> dict[str, Any]:
                return {"ErrorMessage": hidden.properties.ProcessingJobArn}

        step = UsersStep("Stop", error_message="")
        pipeline = dropin_pipeline(factory.session, step, policy=policy)
        findings = [(finding.code, finding.step) for finding in pipeline.check()]
        assert [("PFX022", "Hidden")] == findings
        pipeline.steps.append(hidden)
        assert () == pipeline.check()

    def test_a_function_without_a_name(self, factory: Factory, policy: PrefixPolicy) -> None:
        """The SDK names its step at random; the job name is the function's, each time the same."""
        names = set()
        for _ in range(2):

            @sm_prefix_ext.step(image_uri=sdk.IMAGE, role=sdk.ROLE, instance_type="ml.m5.large")
            def add_up() -> int:
                return 1

            pipeline = dropin_pipeline(factory.session, add_up(), policy=policy)
            [step] = json.loads(pipeline.definition())["Steps"]
            names.add(step["Arguments"]["TrainingJobName"])
            assert step["Name"].startswith("add_up-")
        assert {"team-a-add-up"} == names
