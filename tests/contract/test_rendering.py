"""Rendering: objects that it changes, threads, errors and references between steps."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

import sm_prefix_ext
from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.object_graph import object_graph
from sm_prefix_ext.core.step_types import JOB_KINDS

from .comparison import dropin_pipeline, pipeline_with, without_names_and_roles
from .deviations import needs
from .factory import Factory, codes
from .job_classes import IN_PIPELINES, SETTINGS, JobFactory, sdk


@pytest.mark.usefixtures("a_model")
class TestState:
    """The state of the user's objects during a rendering."""

    @pytest.mark.parametrize("name", IN_PIPELINES)
    def test_rendering_writes_only_into_recorded_objects(
        self, name: str, in_pipeline: JobFactory
    ) -> None:
        """Every object that the SDK changes is in the object graph, so that it can be restored."""
        session = in_pipeline.session
        with pipeline_with(name, in_pipeline) as pipeline:
            narrow = object_graph(pipeline.steps, adapter())
            everything = object_graph(pipeline.steps, adapter(), everything=True)
            sdk.SdkPipeline("p", steps=pipeline.steps, sagemaker_session=session).definition()
        kept = {id(holder) for holder, _ in (*narrow.objects, *narrow.containers)}
        assert [] == [type(value) for value in everything.changed() if id(value) not in kept]

    def test_a_rendering_keeps_no_class_of_a_client(self, factory: Factory) -> None:
        """boto3 makes a class of a megabyte for each client, and jobs of v2 have clients."""
        step, job = factory.step_and_job("Processing", "Prepare", "prepare")
        job.client = boto3.Session("key", "secret", region_name="us-east-1").client("sts")
        client = weakref.ref(type(job.client))
        pipeline = dropin_pipeline(factory.session, step)
        pipeline.definition()
        pipeline.check()
        assert type(job.client) is client()
        del step, job, pipeline
        gc.collect()
        assert client() is None

    def test_each_step_type_has_a_reader_of_declared_names(self) -> None:
        """The adapter has a reader for each step type that makes jobs."""
        of_v3_only = {"Job"} if sdk.MAJOR == 2 else set()
        assert {kind.step_type for kind in JOB_KINDS} - of_v3_only == set(adapter().readers)

    def test_threads_that_share_steps_render_the_same_definition(
        self, factory: Factory, policy: PrefixPolicy
    ) -> None:
        """No rendering sees the temporary changes of another."""
        step_types = ["Training", "Processing", "Transform", "Model"] * 2
        listed = [
            factory.step(step_type, f"Step{number}", f"n{number}")
            for number, step_type in enumerate(step_types)
        ]
        expected = dropin_pipeline(factory.session, *listed, policy=policy).definition()
        barrier = threading.Barrier(8)

        def render(_: int) -> list[str]:
            barrier.wait()
            pipeline = dropin_pipeline(factory.session, *listed, policy=policy)
            assert () == pipeline.check()
            return [pipeline.definition() for _ in range(3)]

        with ThreadPoolExecutor(8) as pool:
            rendered = [text for texts in pool.map(render, range(8)) for text in texts]
        assert 24 == len(rendered)
        assert {json.dumps(without_names_and_roles(expected))} == {
            json.dumps(without_names_and_roles(text)) for text in rendered
        }

    def test_an_error_of_the_sdk_names_the_step(self, factory: Factory) -> None:
        """The error keeps its class."""
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
    """Declared names of steps that functions and other steps refer to."""

    def test_a_step_that_only_a_function_refers_to_has_its_declared_name(
        self, factory: Factory, policy: PrefixPolicy
    ) -> None:
        """A bad declared name is a finding."""

        def referring(declared: str) -> list[Any]:
            """Two function steps that refer to another step, by position and by keyword."""
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
    def test_a_step_that_only_the_rendering_has_is_reported(
        self, factory: Factory, policy: PrefixPolicy
    ) -> None:
        """Its declared name is unknown until the step is listed."""
        hidden = factory.step("Processing", "Hidden", "x")

        class UsersStep(type(sdk.fail("Any"))):
            """A step that refers to another step only while it is rendered."""

            @property
            def arguments(self) -> dict[str, Any]:
                return {"ErrorMessage": hidden.properties.ProcessingJobArn}

        step = UsersStep("Stop", error_message="")
        pipeline = dropin_pipeline(factory.session, step, policy=policy)
        findings = [(finding.code, finding.step) for finding in pipeline.check()]
        assert [("PFX022", "Hidden")] == findings
        pipeline.steps.append(hidden)
        assert () == pipeline.check()

    def test_a_function_without_a_name_has_the_same_job_name_each_time(
        self, factory: Factory, policy: PrefixPolicy
    ) -> None:
        """The job name has the function's name, not the step's, which has a random part."""
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
