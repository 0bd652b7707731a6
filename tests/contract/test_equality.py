"""Definitions and uploads of drop-in classes equal those of the SDK, without names and roles.

The tests cover every job class of the catalogue that the installed SDK has, with arguments by
keyword and by position, and with code on disk.
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
    assert_dropin_equal,
    assert_equal,
    declared_name,
    dropin_pipeline,
    policy_if_needed,
    render,
    sdk_pipeline,
    step_of,
)
from .deviations import needs
from .factory import POLICY_FILE
from .job_classes import (
    IN_PIPELINES,
    ONE_PER_STEP_TYPE,
    JobFactory,
    declaration,
    recipes,
    sdk,
)


@pytest.fixture(params=["no policy", "a policy"])
def discovered(request: pytest.FixtureRequest, tmp_path: Path) -> bool:
    """Whether a policy is discovered: its file is in the current folder."""
    if request.param == "a policy":
        (tmp_path / "sm-prefix.toml").write_text(POLICY_FILE, encoding="utf-8")
    return request.param == "a policy"


def forwarding_subclass(cls: Any) -> Any:
    """A user's subclass that passes all arguments on."""

    class Users(cls):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)

    def forward(method: str) -> Any:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            return getattr(super(Users, self), method)(*args, **kwargs)

        return call

    for method in ("run", "fit", "transform", "train", "tune", "create", "build"):
        if hasattr(cls, method):
            setattr(Users, method, forward(method))
    Users.__name__ = Users.__qualname__ = cls.__name__
    return Users


RENDERED_BY_SDK: dict[tuple[Any, ...], Rendered] = {}
"""The SDK's renderings, which do not depend on policies, shared by the tests."""


def assert_same_pipelines(
    name: str,
    jobs: JobFactory,
    dropin: Any,
    style: str,
    declared: str | None,
    discovered: bool,
    users_class: Any = None,
) -> None:
    """Compare a drop-in class in a drop-in pipeline with the SDK's class in the SDK's pipeline."""
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
        assert_dropin_equal(RENDERED_BY_SDK[key], lambda: step(dropin), jobs.session, policy)


@pytest.mark.usefixtures("a_model")
class TestJobClasses:
    """Job objects with a ``PipelineSession``."""

    @pytest.mark.parametrize("style", STYLES)
    @pytest.mark.parametrize("name", IN_PIPELINES)
    def test_a_job_with_a_declared_name_renders_as_with_the_sdk(
        self, name: str, style: str, discovered: bool, in_pipeline: JobFactory
    ) -> None:
        """The arguments come by keyword or by position."""
        dropin = getattr(sm_prefix_ext, name)
        assert_same_pipelines(name, in_pipeline, dropin, style, declared_name(name), discovered)

    @pytest.mark.parametrize("name", [name for name in IN_PIPELINES if name != "MultiDataModel"])
    def test_a_job_without_a_declared_name_renders_as_with_the_sdk(
        self, name: str, discovered: bool, in_pipeline: JobFactory
    ) -> None:
        """S3 paths that contain the generated name stay as they are."""
        dropin = getattr(sm_prefix_ext, name)
        assert_same_pipelines(name, in_pipeline, dropin, "keyword", None, discovered)

    @pytest.mark.parametrize("name", ONE_PER_STEP_TYPE)
    @pytest.mark.parametrize("extension", ["prefixed", "derived"])
    def test_a_users_subclass_renders_as_with_the_sdk(
        self, name: str, extension: str, discovered: bool, in_pipeline: JobFactory
    ) -> None:
        """The subclass passes on ``*args`` and ``**kwargs``."""
        users_class = forwarding_subclass(adapter().load(name))
        declared = declared_name(name)
        dropin = (
            prefixed(users_class)
            if extension == "prefixed"
            else forwarding_subclass(getattr(sm_prefix_ext, name))
        )
        assert_same_pipelines(
            name, in_pipeline, dropin, "keyword", declared, discovered, users_class
        )

    @needs("@step")
    @pytest.mark.parametrize("declared", ["churn", None])
    def test_a_decorated_function_renders_as_with_the_sdk(
        self, declared: str | None, discovered: bool, session: Any
    ) -> None:
        """``@step`` is given a declared name, or none."""
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
        assert_dropin_equal(expected, lambda: step(sm_prefix_ext.step), session, policy)


def trainer_for(cls: Any, jobs: JobFactory) -> Any:
    """A framework's estimator: a drop-in if the tuner's class is one, else of the SDK's class."""
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
    """Steps with a job object of any session."""

    @needs("steps that take a job object")
    @pytest.mark.parametrize("declared", ["churn", None])
    @pytest.mark.parametrize(
        "name",
        ["Estimator", "SKLearn", "ScriptProcessor", "Transformer", "HyperparameterTuner", "Model"],
    )
    def test_a_job_object_of_any_session_renders_as_with_the_sdk(
        self,
        name: str,
        declared: str | None,
        discovered: bool,
        session: Any,
        outside: JobFactory,
    ) -> None:
        """The object has a composed name; S3 paths in the definition are still the SDK's."""
        policy = policy_if_needed(declared, discovered)

        def step(cls: Any) -> Any:
            return step_with_job_object(name, cls, outside, declared)

        expected = render(lambda: sdk_pipeline(session, step(adapter().load(name))), session)
        dropin = getattr(sm_prefix_ext, name)
        assert_dropin_equal(expected, lambda: step(dropin), session, policy)

    @needs("steps that take a job object")
    def test_a_tuner_of_a_framework_renders_as_with_the_sdk(
        self, discovered: bool, session: Any, in_pipeline: JobFactory
    ) -> None:
        """The hyperparameter ``sagemaker_job_name`` is the SDK's generated name."""
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
