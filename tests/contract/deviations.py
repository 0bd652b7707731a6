"""Features that some releases of the SDK lack, with the reason, in one table.

A test that needs such a feature is marked with :func:`needs`. ``test_deviations.py`` looks for each
feature in the installed SDK, and fails where the table and the SDK disagree.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from sm_prefix_ext._sdk import adapter

from ..installed import MAJOR
from .factory import Factory

V2 = "sagemaker<3"
V3 = "sagemaker-mlops"  # the distribution that has the pipelines of v3
WORKFLOW = "sagemaker.workflow" if MAJOR == 2 else "sagemaker.mlops.workflow"


@dataclass(frozen=True)
class Deviation:
    """A feature that some releases of the SDK lack.

    Args:
        subject: the feature.
        lacking: the releases that lack it, as requirements; any of them may match.
        reason: why a test that needs it cannot run there.
        present: whether the installed SDK has it.
    """

    subject: str
    lacking: tuple[str, ...]
    reason: str
    present: Callable[[Factory], bool]

    @property
    def expected(self) -> bool:
        """Whether the installed SDK is one of those that lack it."""
        return any(_is_installed(Requirement(requirement)) for requirement in self.lacking)


def _is_installed(requirement: Requirement) -> bool:
    try:
        installed = version(requirement.name)
    except PackageNotFoundError:
        return False
    return requirement.specifier.contains(installed, prereleases=True)


# How to look for a feature


@cache
def _class_names() -> frozenset[str]:
    """The names of all classes in the SDK's source; nothing is imported."""
    names: set[str] = set()
    spec = find_spec("sagemaker")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in Path(folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8", errors="replace")
            names.update(re.findall(r"^class (\w+)", text, flags=re.MULTILINE))
    return frozenset(names)


def _has_class(name: str) -> Callable[[Factory], bool]:
    return lambda factory: name in _class_names()


def _has_module(name: str) -> Callable[[Factory], bool]:
    def present(factory: Factory) -> bool:
        try:
            importlib.import_module(name)
        except ImportError:
            return False
        return True

    return present


def _trainer() -> Any:
    return adapter().load("Estimator" if MAJOR == 2 else "ModelTrainer")


def _model() -> Any:
    return adapter().load("Model" if MAJOR == 2 else "ModelBuilder")


def _has_method(load: Callable[[], Any], name: str) -> Callable[[Factory], bool]:
    return lambda factory: hasattr(load(), name)


def _defers(trainer: str) -> Callable[[Factory], bool]:
    """Whether a trainer's ``train()`` waits for the pipeline."""

    def present(factory: Factory) -> bool:
        if trainer not in _class_names():
            return False
        module = importlib.import_module(adapter().load(trainer).__module__)
        return "@runnable_by_pipeline" in inspect.getsource(module)

    return present


def _renders_quality_check(factory: Factory) -> bool:
    try:
        step = factory.step("QualityCheck", "Check", "x")
        factory.sdk_pipeline([step], on=False).definition()
    except ValueError:
        return False
    return True


def _finds_unlisted_step(factory: Factory) -> bool:
    first, second = (factory.step("Processing", name) for name in ("First", "Second"))
    second.add_depends_on([first])
    try:
        definition = factory.sdk_pipeline([second], on=False).definition()
    except (KeyError, ValueError):
        return False
    return {"First", "Second"} == {step["Name"] for step in json.loads(definition)["Steps"]}


def _attaches(factory: Factory) -> bool:
    outside = importlib.import_module(".job_classes", __package__).outside_of(factory.session)
    outside.create_transform_job("a-job")
    try:
        adapter().load("Transformer").attach("a-job", outside.session)
    except ValueError:
        return False
    return True


def _starts_warm(factory: Factory) -> bool:
    outside = importlib.import_module(".job_classes", __package__).outside_of(factory.session)
    tuner = outside.make("HyperparameterTuner", adapter().load("HyperparameterTuner"))
    outside.start(tuner)(wait=False)
    try:
        tuner.transfer_learning_tuner()
    except ValueError:
        return False
    return True


def _registers_unbuilt(factory: Factory) -> bool:
    job_classes = importlib.import_module(".job_classes", __package__)
    model = job_classes.JobFactory(factory.session).model(_model())
    try:
        model.register(**job_classes.REGISTRATION)
    except AttributeError:
        return False
    return True


def _chooses_subclass(factory: Factory) -> bool:
    return MAJOR == 2 and "__new__" in vars(adapter().load("DJLModel"))


def _takes_model_name(factory: Factory) -> bool:
    return MAJOR == 2 or "model_name" in inspect.signature(_model()).parameters


def _names_multi_model(factory: Factory) -> bool:
    if "MultiDataModel" not in _class_names():
        return True  # no class requires a name
    name = inspect.signature(adapter().load("MultiDataModel")).parameters["name"]
    return name.default is not inspect.Parameter.empty


# The table


DEVIATIONS = (
    # Step types
    Deviation("AutoML", (V3,), "v3 has no class that makes an AutoML job", _has_class("AutoML")),
    Deviation(
        "QualityCheck",
        ("sagemaker-mlops<1.10",),
        "its request leaves out a field that sagemaker-core requires (1.1.1 to 1.9.0)",
        _renders_quality_check,
    ),
    Deviation(
        "@step",
        ("sagemaker<2.199",),
        "the release has no @step",
        _has_module(f"{WORKFLOW}.function_step"),
    ),
    Deviation(
        "unlisted steps",
        ("sagemaker<2.199",),
        "the SDK requires every step to be listed",
        _finds_unlisted_step,
    ),
    Deviation(
        "ForEach",
        (V2, "sagemaker-mlops<1.27"),
        "the release has no ForEach step",
        _has_class("ForEachStep"),
    ),
    Deviation(
        "steps that take a job object",
        (V3,),
        "v3's steps take no job objects of any session",
        lambda factory: "estimator" in inspect.signature(factory.sdk.TrainingStep).parameters,
    ),
    # Pipelines
    Deviation(
        "triggers",
        ("sagemaker<2.199",),
        "the release has no triggers",
        _has_module(f"{WORKFLOW}.triggers"),
    ),
    Deviation(
        "role check",
        (V2, "sagemaker-core>=2,<2.15"),
        "the SDK checks no roles",
        _has_module("sagemaker.core.helper.iam_role_resolver"),
    ),
    # Job classes
    Deviation("PipelineModel", (V3,), "v3 has no such class", _has_class("PipelineModel")),
    Deviation(
        "EstimatorTransformer", (V3,), "v3 has no such class", _has_class("EstimatorTransformer")
    ),
    Deviation("MultiDataModel", (V3,), "v3 has no such class", _has_class("MultiDataModel")),
    Deviation(
        "classes that choose a subclass",
        (V3, "sagemaker>=2.224.2"),
        "no constructor of the release returns a subclass",
        _chooses_subclass,
    ),
    Deviation(
        "pydantic classes",
        (V2,),
        "v2 has no pydantic classes",
        _has_method(_trainer, "model_validate"),
    ),
    Deviation(
        "dataclasses", (V2,), "v2 has no dataclasses", lambda factory: is_dataclass(_model())
    ),
    Deviation(
        "resources",
        (V2,),
        "v2 has no resources with clients of their own",
        _has_module("sagemaker.core.resources"),
    ),
    Deviation("fine-tuning", (V2,), "v2 has no fine-tuning trainers", _has_class("SFTTrainer")),
    Deviation(
        "fine-tuning in a pipeline",
        (V2, "sagemaker-train<1.22"),  # not in 1.20.0, in 1.22.0
        "the release starts a fine-tuning job at once",
        _defers("SFTTrainer"),
    ),
    Deviation(
        "CPTTrainer in a pipeline",
        (V2, V3),
        "it trains on HyperPod, not in a pipeline (3.27.0)",
        _defers("CPTTrainer"),
    ),
    # Constructors
    Deviation(
        "a name for ModelBuilder()",
        (V3,),
        "its constructor takes no name; build() does",
        _takes_model_name,
    ),
    Deviation(
        "no name for MultiDataModel()", (V2,), "its name is a required argument", _names_multi_model
    ),
    # Methods
    Deviation(
        "build()",
        (V2,),
        "v2's models take their name in the constructor",
        _has_method(_model, "build"),
    ),
    Deviation(
        "create_model()",
        (V3,),
        "v3's trainers make no models",
        _has_method(_trainer, "create_model"),
    ),
    Deviation(
        "transform_with_monitoring()",
        (V3,),
        "v3 has no such method",
        _has_method(lambda: adapter().load("Transformer"), "transform_with_monitoring"),
    ),
    Deviation(
        "compile()", (V3,), "v3's models have no such method", _has_method(_model, "compile")
    ),
    Deviation(
        "package_for_edge()",
        (V3,),
        "v3's models have no such method",
        _has_method(_model, "package_for_edge"),
    ),
    Deviation(
        "compile_model()", (V3,), "v3 has no such method", _has_method(_trainer, "compile_model")
    ),
    Deviation(
        "optimize()",
        (V2,),
        "v2 optimizes with a class that has no drop-in",
        _has_method(_model, "optimize"),
    ),
    Deviation(
        "attach() with a session",
        ("sagemaker-core>=2,<2.27",),
        "the SDK's own attach() fails with a session",
        _attaches,
    ),
    Deviation(
        "tuners that start warm",
        (V3,),
        "the SDK's own tuner cannot start warm (3.27.0)",
        _starts_warm,
    ),
    Deviation(
        "registration before build()",
        ("sagemaker-serve<1.3",),
        "the SDK's own builder registers no model before it is built",
        _registers_unbuilt,
    ),
)

_BY_SUBJECT: Mapping[str, Deviation] = {row.subject: row for row in DEVIATIONS}


def lacks(subject: str) -> bool:
    """Whether the installed SDK lacks a feature; every SDK has a feature without a row."""
    return subject in _BY_SUBJECT and _BY_SUBJECT[subject].expected


def needs(subject: str) -> pytest.MarkDecorator:
    """Skip a test, or a parameter, where the installed SDK lacks a feature.

    Raises:
        KeyError: if no row of the table has this subject.
    """
    row = _BY_SUBJECT[subject]
    return pytest.mark.skipif(row.expected, reason=f"{row.subject}: {row.reason}")


def each(names: Iterable[str], needing: Mapping[str, str]) -> list[Any]:
    """Parameters of a test; ``needing`` gives the feature that a parameter needs."""
    return [
        pytest.param(name, marks=needs(needing[name])) if name in needing else name
        for name in names
    ]
