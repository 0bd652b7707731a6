"""Compare the definitions and uploads of drop-in pipelines with those of the SDK's pipelines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sm_prefix_ext
from sm_prefix_ext import Pipeline, PipelineDefinitionConfig, PrefixPolicy
from sm_prefix_ext._sdk.catalogue import CATALOGUE
from sm_prefix_ext.core.definition import role_slots, steps

from .calling import Call, by_keyword
from .job_classes import JobFactory, declaration, recipes, sdk

# The SDK takes the milliseconds from a float's repr(), which sometimes has fewer digits.
TIME = re.compile(r"\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d(-\d{1,3})?|20\d{12}")
# The random parts of a rendered @step: a file in a temporary folder, and a key.
RANDOM = re.compile(r'sagemaker_requirements_\w+|(?<="REMOTE_FUNCTION_SECRET_KEY": ")[^"]*')


@dataclass(frozen=True)
class Rendered:
    """The definitions of a pipeline, and its uploads.

    Args:
        first: the definition.
        again: the definition of the same pipeline, rendered again.
        of_new_objects: the definition of the same pipeline, made of new objects.
        uploaded: the keys in the bucket.
    """

    first: str
    again: str
    of_new_objects: str
    uploaded: tuple[str, ...]


def render(make_pipeline: Callable[[], Any], session: Any) -> Rendered:
    """Render a pipeline, and delete its uploads."""
    before = _keys(session)
    pipeline = make_pipeline()
    first, again = pipeline.definition(), pipeline.definition()
    of_new_objects = make_pipeline().definition()
    uploaded = _keys(session) - before
    client = session.boto_session.client("s3")
    for key in uploaded:
        client.delete_object(Bucket="bucket", Key=key)
    return Rendered(
        first, again, of_new_objects, tuple(sorted({without_times(key) for key in uploaded}))
    )


def _keys(session: Any) -> set[str]:
    client = session.boto_session.client("s3")
    return {row["Key"] for row in client.list_objects_v2(Bucket="bucket").get("Contents", ())}


def without_times(text: str) -> str:
    """A text without times and random parts."""
    return RANDOM.sub("<random>", TIME.sub("<time>", text))


def without_names_and_roles(definition: str) -> Any:
    """A document without the fields of names and roles, and without times and random parts."""
    document = json.loads(without_times(definition))
    for step in steps(document):
        if step.kind is not None and step.kind.makes_job:
            step.arguments.pop(step.kind.name_field, None)
            for path in step.kind.role_fields:
                for holder, key in role_slots(step.arguments, path):
                    holder[key] = "<role>"
    return document


def assert_dropin_equal(
    of_sdk: Rendered,
    make_step: Callable[[], Any],
    session: Any,
    policy: PrefixPolicy | None = None,
) -> None:
    """Render a step in a drop-in pipeline, with prefixing on and off, and compare."""
    for on in (True, False):
        rendered = render(
            lambda on=on: dropin_pipeline(session, make_step(), on=on, policy=policy), session
        )
        assert_equal(of_sdk, rendered)


def assert_equal(of_sdk: Rendered, of_dropin: Rendered) -> None:
    """Assert that both are equal without names and roles, and that both are equally stable."""
    expected = without_names_and_roles(of_sdk.first)
    assert expected == without_names_and_roles(of_dropin.first)
    assert expected == without_names_and_roles(of_dropin.again)
    assert expected == without_names_and_roles(of_dropin.of_new_objects)
    assert of_sdk.uploaded == of_dropin.uploaded
    if without_times(of_sdk.first) == of_sdk.first == of_sdk.again:
        assert of_dropin.first == of_dropin.again
    if without_times(of_sdk.first) == of_sdk.first == of_sdk.of_new_objects:
        assert of_dropin.first == of_dropin.of_new_objects


def sdk_pipeline(session: Any, *listed: Any) -> Any:
    """A pipeline of the SDK's own class."""
    return sdk.SdkPipeline(
        "team-a-pipeline",
        steps=list(listed),
        sagemaker_session=session,
        pipeline_definition_config=sdk.SdkDefinitionConfig(False),
    )


def dropin_pipeline(
    session: Any, *listed: Any, on: bool = True, policy: PrefixPolicy | None = None
) -> Pipeline:
    """A drop-in pipeline."""
    return Pipeline(
        "team-a-pipeline",
        steps=list(listed),
        sagemaker_session=session,
        pipeline_definition_config=PipelineDefinitionConfig(on, policy=policy),
    )


def policy_if_needed(declared: str | None, discovered: bool) -> PrefixPolicy | None:
    """A policy for the pipeline if there is neither a declared name nor a discovered policy."""
    return None if discovered or declared else PrefixPolicy("team-b", short_prefix="tb")


def step_of(name: str, jobs: JobFactory, cls: Any, call: Call, declared: str | None) -> Any:
    """A step with a job of a class."""
    arguments = {**jobs.arguments(name), **declaration(name, declared)}
    if CATALOGUE[name].role:
        arguments.setdefault(CATALOGUE[name].role, sdk.ROLE)
    return recipes.enter(call(cls, **arguments), name, "My_Step", call)


def declared_name(name: str) -> str | None:
    """A declared name for a class's constructor, if it takes one."""
    return None if name == "ModelBuilder" else "churn"


@contextmanager
def pipeline_with(name: str, jobs: JobFactory) -> Iterator[Pipeline]:
    """A drop-in pipeline with one job of a class; AWS answers the class's requests in the block."""
    policy = PrefixPolicy("team-a", short_prefix="ta")
    with recipes.service_answers(name, jobs.session):
        cls = getattr(sm_prefix_ext, name)
        step = step_of(name, jobs, cls, by_keyword, declared_name(name))
        yield dropin_pipeline(jobs.session, step, policy=policy)
