"""A pipeline of our classes renders to what the SDK's classes give, but for names and roles.

On the SDK that is installed, for every job class of the catalogue, however its arguments are handed
on, with code on disk: the document and what is uploaded for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import Pipeline, PipelineDefinitionConfig, PrefixPolicy, prefixed
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.catalogue import CATALOGUE
from sm_prefix_ext.core.definition import role_slots, steps

from .calling import STYLES, Call
from .test_jobs import IN_PIPELINES, NAMES, ONE_OF_EACH, jobs, named, plain

__all__ = ["plain"]  # a fixture

pytestmark = pytest.mark.usefixtures("a_model")

FILE = """prefix = "team-a"
short_prefix = "ta"
[step_roles]
"*" = "arn:aws:iam::111122223333:role/policys"
"""
# The SDK cuts the milliseconds out of a float's repr(), which has fewer digits now and then.
TIME = re.compile(r"\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d(-\d{1,3})?|20\d{12}")
# What @step makes at random for each rendering: a file in a temporary folder, and a key.
RANDOM = re.compile(r'sagemaker_requirements_\w+|(?<="REMOTE_FUNCTION_SECRET_KEY": ")[^"]*')


@pytest.fixture(params=["no policy", "a policy"])
def discovered(request: pytest.FixtureRequest, tmp_path: Path) -> bool:
    """Whether there is a policy in the folder, as in a project's."""
    if request.param == "a policy":
        (tmp_path / "sm-prefix.toml").write_text(FILE, encoding="utf-8")
    return request.param == "a policy"


@dataclass(frozen=True)
class Made:
    """What one side makes of a pipeline.

    Args:
        first: its definition.
        again: the definition of the same pipeline, rendered again.
        anew: that of the same pipeline, with all its objects made anew.
        uploaded: the keys in the bucket.
    """

    first: str
    again: str
    anew: str
    uploaded: tuple[str, ...]


def steady(text: str) -> str:
    """A text without the time and what is random."""
    return RANDOM.sub("<random>", TIME.sub("<time>", text))


def but_for_names_and_roles(definition: str) -> Any:
    """A document without the fields of names and roles, and without what never stays."""
    document = json.loads(steady(definition))
    for step in steps(document):
        if step.kind is not None and step.kind.makes_job:
            step.arguments.pop(step.kind.name_field, None)
            for path in step.kind.role_fields:
                for holder, key in role_slots(step.arguments, path):
                    holder[key] = "<role>"
    return document


def made(pipeline: Callable[[], Any], session: Any) -> Made:
    """Render a pipeline, and take away again what was uploaded for it."""
    before = _keys(session)
    one = pipeline()
    first, again = one.definition(), one.definition()
    anew = pipeline().definition()
    uploaded = _keys(session) - before
    client = session.boto_session.client("s3")
    for key in uploaded:
        client.delete_object(Bucket="bucket", Key=key)
    return Made(first, again, anew, tuple(sorted({steady(key) for key in uploaded})))


def _keys(session: Any) -> set[str]:
    client = session.boto_session.client("s3")
    return {row["Key"] for row in client.list_objects_v2(Bucket="bucket").get("Contents", ())}


def assert_equal(theirs: Made, ours: Made) -> None:
    """Equal but for names and roles, and as stable as the SDK's."""
    wanted = but_for_names_and_roles(theirs.first)
    assert wanted == but_for_names_and_roles(ours.first)
    assert wanted == but_for_names_and_roles(ours.again)
    assert wanted == but_for_names_and_roles(ours.anew)
    assert theirs.uploaded == ours.uploaded
    if steady(theirs.first) == theirs.first == theirs.again:
        assert ours.first == ours.again
    if steady(theirs.first) == theirs.first == theirs.anew:
        assert ours.first == ours.anew


def sdks_pipeline(session: Any, *listed: Any) -> Any:
    """A pipeline of the SDK's own class."""
    return jobs.sdk.SdkPipeline(
        "team-a-pipeline",
        steps=list(listed),
        sagemaker_session=session,
        pipeline_definition_config=jobs.sdk.SdkDefinitionConfig(False),
    )


def our_pipeline(session: Any, *listed: Any, on: bool, policy: PrefixPolicy | None) -> Any:
    """A pipeline of ours."""
    return Pipeline(
        "team-a-pipeline",
        steps=list(listed),
        sagemaker_session=session,
        pipeline_definition_config=PipelineDefinitionConfig(on, policy=policy),
    )


def handed_on(cls: Any) -> Any:
    """A user's subclass, which hands on whatever it is given."""

    class Mine(cls):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)

    def handing_on(method: str) -> Any:
        def hand_on(self: Any, *args: Any, **kwargs: Any) -> Any:
            return getattr(super(Mine, self), method)(*args, **kwargs)

        return hand_on

    for method in ("run", "fit", "transform", "train", "tune", "create", "build"):
        if hasattr(cls, method):
            setattr(Mine, method, handing_on(method))
    Mine.__name__ = Mine.__qualname__ = cls.__name__
    return Mine


def step_of(name: str, session: Any, cls: Any, call: Call, declared: str | None) -> Any:
    """The step that an object of a class enters a pipeline with."""
    arguments = {**jobs.arguments(name, session), **named(name, declared)}
    if CATALOGUE[name].role:
        arguments.setdefault(CATALOGUE[name].role, jobs.sdk.ROLE)
    return jobs.enter(call(cls, **arguments), name, "My_Step", call)


THEIRS: dict[tuple[Any, ...], Made] = {}


def assert_same_pipelines(
    name: str,
    session: Any,
    ours: Any,
    style: str,
    declared: str | None,
    discovered: bool,
    sdks: Any = None,
) -> None:
    """A class of the SDK's and one of ours, in pipelines of the SDK's and of ours."""
    call = STYLES[style]
    # Without a policy a job that nobody named has nothing to be called by.
    policy = None if discovered or declared else PrefixPolicy("team-b", short_prefix="tb")

    def step(cls: Any) -> Any:
        return step_of(name, session, cls, call, declared)

    with jobs.service_answers(name, session):
        key = (name, style, declared, sdks is None)  # policies are nothing to the SDK
        if key not in THEIRS:
            cls = sdks or adapter().load(name)
            THEIRS[key] = made(lambda: sdks_pipeline(session, step(cls)), session)
        for on in (True, False):
            mine = made(
                lambda on=on: our_pipeline(session, step(ours), on=on, policy=policy), session
            )
            assert_equal(THEIRS[key], mine)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", IN_PIPELINES)
def test_a_declared_name(name: str, style: str, discovered: bool, session: Any) -> None:
    """However its arguments are written."""
    declared = None if name == "ModelBuilder" else "churn"
    ours = getattr(sm_prefix_ext, name)
    assert_same_pipelines(name, session, ours, style, declared, discovered)


@pytest.mark.parametrize("name", [name for name in IN_PIPELINES if name != "MultiDataModel"])
def test_no_declared_name(name: str, discovered: bool, session: Any) -> None:
    """The places that the SDK makes of its own word for such a job are the SDK's."""
    ours = getattr(sm_prefix_ext, name)
    assert_same_pipelines(name, session, ours, "keyword", None, discovered)


@pytest.mark.parametrize("name", ONE_OF_EACH)
@pytest.mark.parametrize("way", ["prefixed", "derived"])
def test_your_own_subclass(name: str, way: str, discovered: bool, session: Any) -> None:
    """``*args`` and ``**kwargs`` handed on by a class of the user's, made ours in both ways."""
    sdks = handed_on(adapter().load(name))
    declared = None if name == "ModelBuilder" else "churn"
    ours = prefixed(sdks) if way == "prefixed" else handed_on(getattr(sm_prefix_ext, name))
    assert_same_pipelines(name, session, ours, "keyword", declared, discovered, sdks)


@pytest.mark.skipif("step" not in NAMES, reason="this release has no @step")
@pytest.mark.parametrize("declared", ["churn", None])
def test_functions(declared: str | None, discovered: bool, session: Any) -> None:
    """``@step``, with and without a name of its own."""
    settings: dict[str, Any] = {"image_uri": jobs.sdk.IMAGE, "instance_type": "ml.m5.large"}
    settings.update(role=jobs.sdk.ROLE, name="My_Step")
    if declared:
        settings["job_name_prefix"] = declared
    policy = None if discovered or declared else PrefixPolicy("team-b", short_prefix="tb")

    def listed(decorator: Any) -> Any:
        @decorator(**settings)
        def work(one: int, two: int = 2) -> int:
            return one + two

        return work(1)

    theirs = made(lambda: sdks_pipeline(session, listed(adapter().load("step"))), session)
    for on in (True, False):
        ours = made(
            lambda on=on: our_pipeline(session, listed(sm_prefix_ext.step), on=on, policy=policy),
            session,
        )
        assert_equal(theirs, ours)


# Objects that are not made for a pipeline, and enter one all the same


def old_step(name: str, cls: Any, plain: Any, declared: str | None) -> Any:
    """A step of v2 that takes the job itself, with a session of any kind."""
    given = {**jobs.arguments(name, plain), **named(name, declared)}
    if CATALOGUE[name].role:
        given.setdefault("role", jobs.sdk.ROLE)
    if name == "HyperparameterTuner":
        given["estimator"] = trainer_of(cls, plain)
    made_by = {"job": cls(**given), "step": "My_Step"}
    return jobs.old_step(name, **made_by)


def trainer_of(cls: Any, of: Any) -> Any:
    """A framework's estimator, of the SDK's or ours as the tuner is."""
    ours = cls.__module__ == "sm_prefix_ext"
    estimator = sm_prefix_ext.SKLearn if ours else adapter().load("SKLearn")
    given = {**jobs.arguments("SKLearn", of), "base_job_name": "its-own"}
    return estimator(role=jobs.sdk.ROLE, **given)


OLD = ["Estimator", "SKLearn", "ScriptProcessor", "Transformer", "HyperparameterTuner", "Model"]


@pytest.mark.skipif(jobs.sdk.MAJOR == 3, reason="v3's steps take no jobs with such a session")
@pytest.mark.parametrize("declared", ["churn", None])
@pytest.mark.parametrize("name", OLD)
def test_an_object_of_any_session(
    name: str, declared: str | None, discovered: bool, session: Any, plain: Any
) -> None:
    """Outside a pipeline it carries the prefix; in one the SDK's places stay the SDK's."""
    ours = getattr(sm_prefix_ext, name)
    policy = None if discovered or declared else PrefixPolicy("team-b", short_prefix="tb")
    theirs = made(
        lambda: sdks_pipeline(session, old_step(name, adapter().load(name), plain, declared)),
        session,
    )
    for on in (True, False):
        mine = made(
            lambda on=on: our_pipeline(
                session, old_step(name, ours, plain, declared), on=on, policy=policy
            ),
            session,
        )
        assert_equal(theirs, mine)


@pytest.mark.skipif(jobs.sdk.MAJOR == 3, reason="v3's trainers have no such hyperparameter")
def test_a_tuner_of_a_framework(discovered: bool, session: Any) -> None:
    """Its training jobs are told a name with the time in it, by the SDK as by ours."""

    def listed(cls: Any) -> Any:
        given = {**jobs.arguments("HyperparameterTuner", session), "base_tuning_job_name": "x"}
        return jobs.enter(
            cls(**{**given, "estimator": trainer_of(cls, session)}),
            "HyperparameterTuner",
            "My_Step",
        )

    theirs = made(
        lambda: sdks_pipeline(session, listed(adapter().load("HyperparameterTuner"))), session
    )
    ours = made(
        lambda: our_pipeline(
            session, listed(sm_prefix_ext.HyperparameterTuner), on=True, policy=None
        ),
        session,
    )
    assert_equal(theirs, ours)
    told = json.loads(ours.first)["Steps"][0]["Arguments"]["TrainingJobDefinition"]
    assert TIME.search(told["StaticHyperParameters"]["sagemaker_job_name"])
