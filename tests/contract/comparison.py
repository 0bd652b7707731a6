"""Compare what pipelines of drop-in classes render to and upload with what the SDK's do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sm_prefix_ext import Pipeline, PipelineDefinitionConfig, PrefixPolicy
from sm_prefix_ext._sdk.catalogue import CATALOGUE
from sm_prefix_ext.core.definition import role_slots, steps

from .calling import Call
from .job_classes import JobFactory, declaration, recipes, sdk

# The SDK cuts the milliseconds out of a float's repr(), which has fewer digits now and then.
TIME = re.compile(r"\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d(-\d{1,3})?|20\d{12}")
# What @step draws at random for each rendering: a file in a temporary folder, and a key.
RANDOM = re.compile(r'sagemaker_requirements_\w+|(?<="REMOTE_FUNCTION_SECRET_KEY": ")[^"]*')


@dataclass(frozen=True)
class Rendered:
    """What one class of pipelines renders to.

    Args:
        first: the definition.
        again: the definition of the same pipeline, rendered again.
        anew: the definition of the same pipeline with all its objects made anew.
        uploaded: the keys in the bucket.
    """

    first: str
    again: str
    anew: str
    uploaded: tuple[str, ...]


def render(make_pipeline: Callable[[], Any], session: Any) -> Rendered:
    """Render a pipeline, and delete what was uploaded for it."""
    before = _keys(session)
    pipeline = make_pipeline()
    first, again = pipeline.definition(), pipeline.definition()
    anew = make_pipeline().definition()
    uploaded = _keys(session) - before
    client = session.boto_session.client("s3")
    for key in uploaded:
        client.delete_object(Bucket="bucket", Key=key)
    return Rendered(first, again, anew, tuple(sorted({steady(key) for key in uploaded})))


def _keys(session: Any) -> set[str]:
    client = session.boto_session.client("s3")
    return {row["Key"] for row in client.list_objects_v2(Bucket="bucket").get("Contents", ())}


def steady(text: str) -> str:
    """A text without times and random parts."""
    return RANDOM.sub("<random>", TIME.sub("<time>", text))


def but_for_names_and_roles(definition: str) -> Any:
    """A document without the fields of names and roles, and without times and random parts."""
    document = json.loads(steady(definition))
    for step in steps(document):
        if step.kind is not None and step.kind.makes_job:
            step.arguments.pop(step.kind.name_field, None)
            for path in step.kind.role_fields:
                for holder, key in role_slots(step.arguments, path):
                    holder[key] = "<role>"
    return document


def assert_equal(of_sdk: Rendered, of_dropin: Rendered) -> None:
    """Equal but for names and roles, and as stable as the SDK's."""
    expected = but_for_names_and_roles(of_sdk.first)
    assert expected == but_for_names_and_roles(of_dropin.first)
    assert expected == but_for_names_and_roles(of_dropin.again)
    assert expected == but_for_names_and_roles(of_dropin.anew)
    assert of_sdk.uploaded == of_dropin.uploaded
    if steady(of_sdk.first) == of_sdk.first == of_sdk.again:
        assert of_dropin.first == of_dropin.again
    if steady(of_sdk.first) == of_sdk.first == of_sdk.anew:
        assert of_dropin.first == of_dropin.anew


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
    """A pipeline's own policy, where an undeclared name would have nothing to be composed of."""
    return None if discovered or declared else PrefixPolicy("team-b", short_prefix="tb")


def step_of(name: str, jobs: JobFactory, cls: Any, call: Call, declared: str | None) -> Any:
    """The step that an object of a class enters a pipeline with."""
    arguments = {**jobs.arguments(name), **declaration(name, declared)}
    if CATALOGUE[name].role:
        arguments.setdefault(CATALOGUE[name].role, sdk.ROLE)
    return recipes.enter(call(cls, **arguments), name, "My_Step", call)
