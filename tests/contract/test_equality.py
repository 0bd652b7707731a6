"""Drop-in classes render to what the SDK's classes render to, but for names and roles.

For every job class of the catalogue that the installed SDK has, however its arguments are passed,
with code on disk: the document, and what is uploaded for it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import prefixed
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.catalogue import CATALOGUE

from .calling import STYLES
from .comparison import (
    TIME,
    Rendered,
    assert_equal,
    dropin_pipeline,
    policy_if_needed,
    render,
    sdk_pipeline,
    step_of,
)
from .deviations import needs
from .job_classes import (
    IN_PIPELINES,
    ONE_PER_STEP_TYPE,
    JobFactory,
    declaration,
    recipes,
    sdk,
)

POLICY_FILE = """prefix = "team-a"
short_prefix = "ta"
[step_roles]
"*" = "arn:aws:iam::111122223333:role/policys"
"""


@pytest.fixture(params=["no policy", "a policy"])
def discovered(request: pytest.FixtureRequest, tmp_path: Path) -> bool:
    """Whether there is a policy in the folder, as in a project's."""
    if request.param == "a policy":
        (tmp_path / "sm-prefix.toml").write_text(POLICY_FILE, encoding="utf-8")
    return request.param == "a policy"


def handing_on(cls: Any) -> Any:
    """A user's subclass, which passes on all that it is given."""

    class Users(cls):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)

    def hand_on(method: str) -> Any:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            return getattr(super(Users, self), method)(*args, **kwargs)

        return call

    for method in ("run", "fit", "transform", "train", "tune", "create", "build"):
        if hasattr(cls, method):
            setattr(Users, method, hand_on(method))
    Users.__name__ = Users.__qualname__ = cls.__name__
    return Users


RENDERED_BY_SDK: dict[tuple[Any, ...], Rendered] = {}
"""The SDK's renderings, which do not depend on policies, for the tests that share them."""


def assert_same_pipelines(
    name: str,
    jobs: JobFactory,
    dropin: Any,
    style: str,
    declared: str | None,
    discovered: bool,
    users_class: Any = None,
) -> None:
    """Render a class of the SDK's in the SDK's pipeline, a drop-in in the drop-in, and compare."""
    call, policy = STYLES[style], policy_if_needed(declared, discovered)

    def step(cls: Any) -> Any:
        return step_of(name, jobs, cls, call, declared)

    with recipes.service_answers(name, jobs.session):
        key = (name, style, declared, users_class is None)
        if key not in RENDERED_BY_SDK:
            sdk_class = users_class or adapter().load(name)
            RENDERED_BY_SDK[key] = render(
                lambda: sdk_pipeline(jobs.session, step(sdk_class)), jobs.session
            )
        for on in (True, False):
            rendered = render(
                lambda on=on: dropin_pipeline(jobs.session, step(dropin), on=on, policy=policy),
                jobs.session,
            )
            assert_equal(RENDERED_BY_SDK[key], rendered)


@pytest.mark.usefixtures("a_model")
class TestJobClasses:
    """Objects that are made for a pipeline."""

    @pytest.mark.parametrize("style", STYLES)
    @pytest.mark.parametrize("name", IN_PIPELINES)
    def test_a_declared_name(
        self, name: str, style: str, discovered: bool, in_pipeline: JobFactory
    ) -> None:
        """With a declared name, by keyword and by position."""
        declared = None if name == "ModelBuilder" else "churn"
        dropin = getattr(sm_prefix_ext, name)
        assert_same_pipelines(name, in_pipeline, dropin, style, declared, discovered)

    @pytest.mark.parametrize("name", [name for name in IN_PIPELINES if name != "MultiDataModel"])
    def test_no_declared_name(self, name: str, discovered: bool, in_pipeline: JobFactory) -> None:
        """S3 paths that the SDK derives from its generated name stay as they are."""
        dropin = getattr(sm_prefix_ext, name)
        assert_same_pipelines(name, in_pipeline, dropin, "keyword", None, discovered)

    @pytest.mark.parametrize("name", ONE_PER_STEP_TYPE)
    @pytest.mark.parametrize("way", ["prefixed", "derived"])
    def test_your_own_subclass(
        self, name: str, way: str, discovered: bool, in_pipeline: JobFactory
    ) -> None:
        """A user's subclass that passes on ``*args`` and ``**kwargs``, extended in both ways."""
        users_class = handing_on(adapter().load(name))
        declared = None if name == "ModelBuilder" else "churn"
        dropin = (
            prefixed(users_class) if way == "prefixed" else handing_on(getattr(sm_prefix_ext, name))
        )
        assert_same_pipelines(
            name, in_pipeline, dropin, "keyword", declared, discovered, users_class
        )

    @needs("@step")
    @pytest.mark.parametrize("declared", ["churn", None])
    def test_functions(self, declared: str | None, discovered: bool, session: Any) -> None:
        """``@step``, with and without a declared name."""
        settings: dict[str, Any] = {"image_uri": sdk.IMAGE, "instance_type": "ml.m5.large"}
        settings.update(role=sdk.ROLE, name="My_Step")
        if declared:
            settings["job_name_prefix"] = declared
        policy = policy_if_needed(declared, discovered)

        def step(decorator: Any) -> Any:
            @decorator(**settings)
            def add(first: int, second: int = 2) -> int:
                return first + second

            return add(1)

        expected = render(lambda: sdk_pipeline(session, step(adapter().load("step"))), session)
        for on in (True, False):
            rendered = render(
                lambda on=on: dropin_pipeline(
                    session, step(sm_prefix_ext.step), on=on, policy=policy
                ),
                session,
            )
            assert_equal(expected, rendered)


def trainer_for(cls: Any, jobs: JobFactory) -> Any:
    """A framework's estimator, of the SDK's class or a drop-in, as the tuner's class is."""
    is_dropin = cls.__module__ == "sm_prefix_ext"
    estimator = sm_prefix_ext.SKLearn if is_dropin else adapter().load("SKLearn")
    return estimator(role=sdk.ROLE, **jobs.arguments("SKLearn"), base_job_name="its-own")


def step_with_job_object(name: str, cls: Any, jobs: JobFactory, declared: str | None) -> Any:
    """A step of v2 that takes the job object itself."""
    given = {**jobs.arguments(name), **declaration(name, declared)}
    if CATALOGUE[name].role:
        given.setdefault("role", sdk.ROLE)
    if name == "HyperparameterTuner":
        given["estimator"] = trainer_for(cls, jobs)
    return recipes.old_step(name, cls(**given), "My_Step")


@pytest.mark.usefixtures("a_model")
class TestJobObjects:
    """Objects that are not made for a pipeline, and enter one."""

    @needs("steps that take a job object")
    @pytest.mark.parametrize("declared", ["churn", None])
    @pytest.mark.parametrize(
        "name",
        ["Estimator", "SKLearn", "ScriptProcessor", "Transformer", "HyperparameterTuner", "Model"],
    )
    def test_an_object_of_any_session(
        self,
        name: str,
        declared: str | None,
        discovered: bool,
        session: Any,
        outside: JobFactory,
    ) -> None:
        """Such an object carries the prefix; in a pipeline the SDK's S3 paths stay the SDK's."""
        policy = policy_if_needed(declared, discovered)

        def step(cls: Any) -> Any:
            return step_with_job_object(name, cls, outside, declared)

        expected = render(lambda: sdk_pipeline(session, step(adapter().load(name))), session)
        for on in (True, False):
            rendered = render(
                lambda on=on: dropin_pipeline(
                    session, step(getattr(sm_prefix_ext, name)), on=on, policy=policy
                ),
                session,
            )
            assert_equal(expected, rendered)

    @needs("steps that take a job object")
    def test_a_tuner_of_a_framework(
        self, discovered: bool, session: Any, in_pipeline: JobFactory
    ) -> None:
        """The SDK writes a name with the time into the training jobs' hyperparameters."""
        name = "HyperparameterTuner"

        def step(cls: Any) -> Any:
            given = {**in_pipeline.arguments(name), "base_tuning_job_name": "x"}
            given["estimator"] = trainer_for(cls, in_pipeline)
            return recipes.enter(cls(**given), name, "My_Step")

        expected = render(lambda: sdk_pipeline(session, step(adapter().load(name))), session)
        rendered = render(
            lambda: dropin_pipeline(session, step(sm_prefix_ext.HyperparameterTuner)), session
        )
        assert_equal(expected, rendered)
        training = json.loads(rendered.first)["Steps"][0]["Arguments"]["TrainingJobDefinition"]
        assert TIME.search(training["StaticHyperParameters"]["sagemaker_job_name"])
