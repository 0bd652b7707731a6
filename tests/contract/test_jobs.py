"""Every job class of the catalogue, on the SDK that is installed."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import json
import pickle
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext import (
    Pipeline,
    PipelineDefinitionConfig,
    PrefixPolicy,
    PrefixViolation,
    PrefixWarning,
    UnsupportedSdk,
    guard,
    prefixed,
)
from sm_prefix_ext._sdk import adapter, has
from sm_prefix_ext._sdk.catalogue import CATALOGUE, JobClass
from sm_prefix_ext._sdk.declared_names import read_declared_names
from sm_prefix_ext._sdk.methods import METHODS
from sm_prefix_ext.core.definition import is_generated_model_name, steps
from sm_prefix_ext.core.job_names import GivenName
from sm_prefix_ext.core.step_types import KINDS
from sm_prefix_ext.dropin.name_injection import apply_composed_name
from sm_prefix_ext.enforcement.enforce import enforce

from ..installed import MAJOR

jobs = importlib.import_module(f".jobs_v{MAJOR}", __package__)
ROLE = "arn:aws:iam::111122223333:role/policys"


def installed() -> Iterator[str]:
    """The names of the catalogue that the installed release has."""
    for name, row in CATALOGUE.items():
        if MAJOR in row.modules and has(row):
            yield name


NAMES = list(installed())
CLASSES = [name for name in NAMES if inspect.isclass(adapter().load(name))]
MADE = [name for name in CLASSES if name != "RemoteExecutor"]  # which asks for a Python environment
IN_PIPELINES = [name for name in MADE if name not in jobs.NOT_IN_PIPELINES]
if MAJOR == 3:
    from .cases import DEVIATIONS

    if "QualityCheck" in DEVIATIONS:
        IN_PIPELINES.remove("CheckJobConfig")
OUTSIDE = [name for name in MADE if CATALOGUE[name].only != "pipeline"]
# One class for each step type, where what is tested is not the class.
ONE_OF_EACH = list({CATALOGUE[name].step_types: name for name in reversed(IN_PIPELINES)}.values())
FINE_TUNERS = sorted(getattr(jobs, "FINE_TUNERS", set()) & set(NAMES))


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrefixPolicy:
    """A policy that is discovered, as in a project's folder."""
    text = f'prefix = "team-a"\nshort_prefix = "ta"\n[step_roles]\n"*" = "{ROLE}"\n'
    (tmp_path / "sm-prefix.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = PrefixPolicy.discover()
    assert found is not None
    return found


@pytest.fixture
def plain(session: Any) -> Any:
    """A session that starts jobs."""
    return jobs.plain_session(session.boto_session)


def make(name: str, session: Any, cls: Any = None, /, **given: Any) -> Any:
    """An object of a drop-in class."""
    row = CATALOGUE[name]
    with jobs.service_answers(name, session):
        arguments = jobs.arguments(name, session)
        if row.role:
            arguments.setdefault(row.role, jobs.sdk.ROLE)
        arguments.update(given)
        arguments = {key: value for key, value in arguments.items() if value is not ...}
        return (cls or getattr(sm_prefix_ext, name))(**arguments)


def named(name: str, value: Any) -> dict[str, Any]:
    """The argument that carries a name."""
    return {} if name == "ModelBuilder" else {CATALOGUE[name].argument: value}


def held(job: Any, row: JobClass) -> Any:
    """The name that an object carries."""
    return getattr(job, row.argument)


def job_name(name: str, job: Any, session: Any, policy: PrefixPolicy | None = None) -> Any:
    """The job's name in the compiled definition of a pipeline that uses it."""
    with jobs.service_answers(name, session):
        config = PipelineDefinitionConfig(policy=policy)
        step = jobs.enter(job, name, "My_Step")
        made = Pipeline(
            "team-a-pipeline",
            steps=[step],
            sagemaker_session=session,
            pipeline_definition_config=config,
        )
        [found] = {
            view.job_name
            for view in steps(json.loads(made.definition()))
            if view.kind is not None and view.kind.makes_job
        }
    return found


def prefix_of(row: JobClass) -> str:
    """What the discovered policy asks of a class."""
    return "ta" if KINDS[row.step_type].short else "team-a"


# Real subclasses


@pytest.mark.parametrize("name", NAMES)
def test_it_is_the_sdks_in_all_but_names(name: str) -> None:
    """Subclass, name, documentation and every public signature are upstream's."""
    ours, theirs = getattr(sm_prefix_ext, name), adapter().load(name)
    assert inspect.signature(theirs) == inspect.signature(ours)
    assert (name, "sm_prefix_ext") == (ours.__name__, ours.__module__)
    assert theirs.__doc__ == ours.__doc__
    assert ours is getattr(sm_prefix_ext, name)
    if not inspect.isclass(theirs):
        return
    assert issubclass(ours, theirs)
    for attribute in dir(theirs):
        function = inspect.getattr_static(theirs, attribute)
        if not attribute.startswith("_") and inspect.isfunction(function):
            assert inspect.signature(function) == inspect.signature(getattr(ours, attribute))


@pytest.mark.parametrize("name", [name for name in MADE if name not in FINE_TUNERS])
def test_copies_know_what_was_declared(name: str, session: Any, policy: PrefixPolicy) -> None:
    """A copy, and the class after pickling, are what they were."""
    assert getattr(sm_prefix_ext, name) is pickle.loads(pickle.dumps(getattr(sm_prefix_ext, name)))
    try:
        copy.copy(make(name, session, adapter().load(name), **named(name, "x")))
    except TypeError:
        pytest.skip("the SDK's own can't be copied")
    job = make(name, session, **named(name, "x"))
    twin = copy.copy(job)
    assert type(job) is type(twin)
    assert held(job, CATALOGUE[name]).declared == held(twin, CATALOGUE[name]).declared


def test_a_pickled_job_keeps_its_name(policy: PrefixPolicy) -> None:
    """An object goes to another process and back."""
    job = sm_prefix_ext.CheckJobConfig(
        role=jobs.sdk.ROLE, base_job_name="x", sagemaker_session=object
    )
    twin = pickle.loads(pickle.dumps(job))
    assert ("x", "x") == (twin.base_job_name, twin.base_job_name.declared)
    assert type(job) is type(twin)


def test_positional_arguments_are_as_good(session: Any, policy: PrefixPolicy) -> None:
    """What comes by position is found by its name."""
    cls = sm_prefix_ext.Processor
    place = list(inspect.signature(cls).parameters).index("base_job_name")
    order = list(inspect.signature(cls).parameters)
    values = dict(zip(order, [None] * len(order), strict=True))
    values.update(role=None, image_uri=jobs.sdk.IMAGE, instance_count=1)
    values.update(instance_type="ml.m5.large", base_job_name="x", volume_size_in_gb=30)
    job = cls(*list(values.values())[: place + 1], sagemaker_session=session)
    assert ("x", ROLE) == (job.base_job_name, job.role)


# Names at construction


@pytest.mark.parametrize("name", MADE)
def test_a_good_name_stands_without_a_policy(name: str, session: Any) -> None:
    """Without a policy a declared name stands as it is."""
    job = make(name, session, **named(name, "x"))
    if name != "ModelBuilder":
        assert "x" == held(job, CATALOGUE[name])


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_good_name_is_composed(name: str, plain: Any, policy: PrefixPolicy) -> None:
    """With a discovered policy the name of an object outside a pipeline is the composed one."""
    row = CATALOGUE[name]
    job = make(name, plain, **named(name, "x"))
    again = make(name, plain, **named(name, f"{prefix_of(row)}-x"))
    for one in (job, again):
        if name != "ModelBuilder":
            assert f"{prefix_of(row)}-x" == held(one, row)


@pytest.mark.parametrize("name", MADE)
def test_a_good_name_stays_in_a_pipeline(name: str, session: Any, policy: PrefixPolicy) -> None:
    """The SDK derives places from it; the prefix is put in front in the definition alone."""
    if name == "ModelBuilder":
        pytest.skip("it takes no name when it is made")
    name_now = held(make(name, session, **named(name, "x")), CATALOGUE[name])
    assert ("x", "x") == (name_now, name_now.declared)


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("value", ["x" * 50, "bad_name!"])
def test_a_bad_name_fails_in_its_cell(
    name: str, value: str, session: Any, plain: Any, policy: PrefixPolicy
) -> None:
    """The constructor names the argument, what was got, the limit, the room, and the policy."""
    if name == "ModelBuilder":
        pytest.skip("it takes no name when it is made; build() is tested below")
    row = CATALOGUE[name]
    kind = KINDS[row.step_type]
    if kind.short and value.startswith("xx"):
        assert "ta" == held(make(name, plain, **named(name, value)), row)
        return
    with pytest.raises(PrefixViolation) as caught:
        make(name, session, **named(name, value))
    [finding] = caught.value.findings
    assert f"{name}({row.argument}=) got {value!r}" in finding.message
    assert f"'{prefix_of(row)}' is asked for by {policy.source}" in finding.message
    room = kind.prefix_limit - len(prefix_of(row)) - 1
    assert f"{room} characters" in finding.fix
    if value.startswith("x"):
        assert "PFX002" == finding.code
        assert f"takes {kind.prefix_limit} " in finding.message
    else:
        assert "PFX003" == finding.code


@pytest.mark.parametrize("name", [name for name in MADE if name != "ModelBuilder"])
@pytest.mark.parametrize("value", ["x" * 50, "bad_name!", "pipelines-x"])
def test_a_bad_name_fails_without_a_policy(name: str, value: str, session: Any) -> None:
    """The limits are the service's, policy or not."""
    with pytest.raises(PrefixViolation):
        make(name, session, **named(name, value))


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_name_takes_the_prefix(name: str, plain: Any, policy: PrefixPolicy) -> None:
    """Outside a pipeline such a job carries the prefix too."""
    if name == "MultiDataModel":
        pytest.skip("its name is a required argument")
    row = CATALOGUE[name]
    name_now = held(make(name, plain), row)
    if row.step_type == "Model":  # a model's name is its whole name
        assert name_now.startswith("team-a-")
    else:
        assert prefix_of(row) == name_now
    assert isinstance(name_now, GivenName) and name_now.declared is None


@pytest.mark.parametrize("name", [name for name in MADE if name != "MultiDataModel"])
def test_no_name_and_no_policy_is_the_sdks_affair(name: str, session: Any) -> None:
    """Then the object is what the SDK makes of it."""
    theirs = make(name, session, adapter().load(name))
    mine = held(make(name, session), CATALOGUE[name])
    if name == "ModelBuilder":
        assert is_generated_model_name(mine)
    elif name == "NotebookJobStep":  # which puts the time behind its file's name
        assert mine.startswith("note-ipynb-2")
    else:
        assert held(theirs, CATALOGUE[name]) == mine


@pytest.mark.parametrize("name", [name for name in MADE if CATALOGUE[name].role])
def test_a_role_left_out_is_the_policys(name: str, session: Any, policy: PrefixPolicy) -> None:
    """A given role stays; one that was left out is filled in."""
    row = CATALOGUE[name]
    required = {"name": "x"} if name == "MultiDataModel" else {}
    assert ROLE == getattr(make(name, session, **{row.role: ...}, **required), row.role)
    given = getattr(make(name, session, **required), row.role)
    assert jobs.sdk.ROLE == given


@pytest.mark.skipif(MAJOR == 3, reason="v3 has no such model")
def test_a_role_is_not_filled_in_beside_a_model(session: Any, policy: PrefixPolicy) -> None:
    """``MultiDataModel`` takes its model's."""
    job = make("MultiDataModel", session, name="x", model=model(session), image_uri=..., role=None)
    assert ("x", False) == (job.name, hasattr(job, "role"))


def test_a_pipeline_variable_is_left_to_the_definition(session: Any, policy: PrefixPolicy) -> None:
    """Its value is known in a run only; the definition says so."""
    variable = jobs.sdk.ParameterString("Name")
    job = make("Processor", session, base_job_name=variable)
    assert job.base_job_name is variable


# In a pipeline


@pytest.mark.parametrize("name", IN_PIPELINES)
def test_composed_once_when_it_enters_a_pipeline(
    name: str, session: Any, policy: PrefixPolicy
) -> None:
    """The discovered prefix stands in front of the declared name, once."""
    row = CATALOGUE[name]
    if name == "ModelBuilder":
        assert "team-a-My-Step" == job_name(name, make(name, session), session)
        return
    job = make(name, session, **named(name, "x"))
    assert f"{prefix_of(row)}-x" == job_name(name, job, session)


def test_a_tuners_own_trainer_is_left_alone(session: Any, policy: PrefixPolicy) -> None:
    """Its training jobs are called after the tuning job, by the service."""
    inner = {2: "estimator", 3: "model_trainer"}[MAJOR or 2]
    trainer = jobs.arguments("HyperparameterTuner", session)[inner]
    trainer.base_job_name = "its-own"
    tuner = make("HyperparameterTuner", session, **{inner: trainer})
    assert "ta" == job_name("HyperparameterTuner", tuner, session)
    assert trainer is getattr(tuner, inner)
    assert "its-own" == trainer.base_job_name


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_pipelines_own_policy_composes_anew(
    name: str, session: Any, policy: PrefixPolicy
) -> None:
    """From what the user declared, not from what another policy made of it."""
    if name == "ModelBuilder":
        wanted, job = "of-b-My-Step", make(name, session)
    else:
        wanted, job = "of-b-x", make(name, session, **named(name, "x"))
    own = PrefixPolicy("of-b", short_prefix="of-b")
    assert wanted == job_name(name, job, session, own)


@pytest.mark.parametrize("stands", ["img", "processing-job"])
def test_a_name_that_the_sdk_could_have_made_up(stands: str, session: Any) -> None:
    """Given to one of ours it is declared; what the SDK writes of its own accord is not."""
    image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/img:1"
    job = make("Processor", session, image_uri=image, base_job_name=stands)
    assert stands == job_name("Processor", job, session, PrefixPolicy())
    assert f"team-a-{stands}" == job_name("Processor", job, session, PrefixPolicy("team-a"))
    for theirs in (adapter().load("Processor"), None):
        given = {} if theirs is None else {"base_job_name": stands}
        job = make("Processor", session, theirs, image_uri=image, **given)
        with pytest.raises(PrefixViolation, match="PFX001"):
            job_name("Processor", job, session, PrefixPolicy())


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_nothing_declared_takes_the_steps_name(
    name: str, session: Any, policy: PrefixPolicy
) -> None:
    """A job that nobody named is named after its step, as with the SDK's own classes."""
    found = job_name(name, make(name, session), session)
    if KINDS[CATALOGUE[name].step_type].short:
        assert "ta" == found
    else:
        assert found.startswith("team-a-My-Step")


@pytest.mark.skipif(not FINE_TUNERS, reason="v2 has no such trainers")
@pytest.mark.parametrize("name", FINE_TUNERS or [""])
def test_a_fine_tuners_name_is_read_off_its_step(
    name: str, session: Any, policy: PrefixPolicy
) -> None:
    """Its request takes SageMaker's hub to render; what the pipeline would name it does not."""
    if name == "CPTTrainer":
        pytest.skip("it trains on HyperPod, not in a pipeline (3.27.0)")
    if "runnable_by_pipeline" not in inspect.getsource(
        importlib.import_module(adapter().load(name).__module__)
    ):
        pytest.skip("this release starts its job at once")
    step_type = CATALOGUE[name].step_type
    job = make(name, session, base_job_name="x")
    step = jobs.deferred(job, step_type, "My_Step")
    made = Pipeline("team-a-pipeline", steps=[step], sagemaker_session=session)
    before = read_declared_names(made, adapter())
    definition = {"Steps": [{"Name": "My_Step", "Type": step_type, "Arguments": {}}]}
    enforced, findings = enforce(definition, policy, before.declared)
    [view] = steps(enforced)
    assert ("team-a-x", ()) == (view.job_name, findings)


# Names that come late


def test_a_clarify_job_is_called_by_its_prefix(session: Any) -> None:
    """The time that the SDK puts behind it is not part of what was declared."""
    job = make("SageMakerClarifyProcessor", session, job_name_prefix="bias")
    assert "team-a-bias" == job_name(
        "SageMakerClarifyProcessor", job, session, PrefixPolicy("team-a")
    )


STARTERS = [
    (name, method)
    for name in MADE
    for method, function in inspect.getmembers(adapter().load(name), inspect.isfunction)
    if not method.startswith("_") and "job_name" in inspect.signature(function).parameters
    if method in ("fit", "run", "transform", "tune") or method.startswith("run_")
]


def test_which_methods_start_jobs_by_name() -> None:
    """The table below has those that the SDK documents."""
    training = {2: ("Estimator", "fit"), 3: ("HyperparameterTuner", "tune")}[MAJOR or 2]
    tuning = {2: ("HyperparameterTuner", "fit"), 3: ("HyperparameterTuner", "tune")}[MAJOR or 2]
    assert {("Processor", "run"), ("Transformer", "transform"), training, tuning} <= set(STARTERS)


@pytest.mark.parametrize(("name", "method"), STARTERS)
def test_every_late_name_is_judged(
    name: str, method: str, session: Any, policy: PrefixPolicy
) -> None:
    """``run``, ``fit``, ``tune`` and their kin, before anything else happens in them."""
    job = make(name, session)
    with pytest.raises(PrefixViolation) as caught:
        getattr(job, method)(job_name="bad_")
    [finding] = caught.value.findings
    assert f"{name}.{method}(job_name=) got 'bad_'" in finding.message


@pytest.mark.parametrize("value", ["x" * 50, "bad_name!"])
def test_a_late_name_fails_where_it_arrives(value: str, session: Any, policy: PrefixPolicy) -> None:
    """``run(job_name=)``, with the argument as the user wrote it."""
    job = make("Processor", session)
    with pytest.raises(PrefixViolation, match=r"Processor\.run\(job_name=\) got"):
        job.run(job_name=value)


def test_a_late_name_is_composed(session: Any, policy: PrefixPolicy) -> None:
    """Given at the call, it beats the base name, as in the SDK."""
    job = make("Processor", session, base_job_name="y")
    step = jobs.sdk.ProcessingStep("My_Step", step_args=job.run(job_name="x"))
    made = Pipeline("team-a-pipeline", steps=[step], sagemaker_session=session)
    [view] = steps(json.loads(made.definition()))
    assert "team-a-x" == view.job_name


def model(session: Any, **given: Any) -> Any:
    """A model of the installed major."""
    return make("Model" if MAJOR == 2 else "ModelBuilder", session, **given)


REGISTERED = {
    "content_types": ["text/csv"],
    "response_types": ["text/csv"],
    "inference_instances": ["ml.m5.large"],
    "transform_instances": ["ml.m5.large"],
}


def test_a_models_late_names_fail_where_they_arrive(session: Any, policy: PrefixPolicy) -> None:
    """``register(model_package_name=)``, and v3's ``build(model_name=)``."""
    with pytest.raises(PrefixViolation, match=r"register\(model_package_name=\) got 'x_y'"):
        model(session).register(**REGISTERED, model_package_name="x_y")
    if MAJOR == 3:
        with pytest.raises(PrefixViolation, match=r"ModelBuilder\.build\(model_name=\) got"):
            model(session).build(model_name="x" * 50)
        step = jobs.sdk.ModelStep("My_Step", step_args=model(session).build(model_name="x"))
        made = Pipeline("team-a-pipeline", steps=[step], sagemaker_session=session)
        [view] = steps(json.loads(made.definition()))
        assert "team-a-x" == view.job_name


# Outside a pipeline


def test_a_job_outside_a_pipeline_carries_the_prefix(plain: Any, policy: PrefixPolicy) -> None:
    """Declared or not, its name is inside the pattern; a name given at the call too."""
    for given, late in (({}, {}), ({"base_job_name": "x"}, {}), ({}, {"job_name": "whole"})):
        make("Processor", plain, **given).run(wait=False, logs=False, **late)
    listed = plain.boto_session.client("sagemaker").list_processing_jobs()
    started = sorted(row["ProcessingJobName"] for row in listed["ProcessingJobSummaries"])
    assert 3 == len(started)
    assert "team-a-whole" in started
    assert all(policy.prefix.covers(name) for name in started)
    assert any(name.startswith("team-a-x-") for name in started)


def test_a_base_name_set_later_is_composed_too(plain: Any, policy: PrefixPolicy) -> None:
    """The attribute is public; what is set there is looked at when the job starts."""
    job = make("Processor", plain)
    job.base_job_name = "later"
    job.run(wait=False, logs=False)
    listed = plain.boto_session.client("sagemaker").list_processing_jobs()
    [row] = listed["ProcessingJobSummaries"]
    assert row["ProcessingJobName"].startswith("team-a-later-")


def test_a_tuner_without_a_short_prefix_does_not_start(
    plain: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made without a name it is judged when it starts, and nothing is sent."""
    (tmp_path / "sm-prefix.toml").write_text('prefix = "a-long-team"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    tuner = make("HyperparameterTuner", plain)
    start = tuner.fit if MAJOR == 2 else tuner.tune
    with pytest.raises(PrefixViolation, match="PFX010"):
        start()


def test_a_model_deployed_twice_has_two_names(plain: Any, policy: PrefixPolicy) -> None:
    """As with the SDK, which makes up a model's name each time."""
    first, second = (held(model(plain), model_row()) for _ in range(2))
    assert first.startswith("team-a-") and second.startswith("team-a-")


def model_row() -> JobClass:
    """The row of the installed major's model."""
    return CATALOGUE["Model" if MAJOR == 2 else "ModelBuilder"]


def test_full_names_get_a_warning(plain: Any, policy: PrefixPolicy) -> None:
    """The service takes an endpoint's and a group's name as they are; they are not refused."""
    job = model(plain)
    with pytest.warns(PrefixWarning, match="PFX011: .*endpoint_name=.* is 'other'"):
        with_nothing_sent(job.deploy, endpoint_name="other", **deployed())
    with pytest.warns(PrefixWarning, match="PFX008: .*model_package_group_name=.* is 'other'"):
        with_nothing_sent(job.register, model_package_group_name="other")


# v3's own builder; pytest.warns() warns of it again, as of another module.
@pytest.mark.filterwarnings("ignore:The 'dependencies' parameter is deprecated:DeprecationWarning")
def test_a_group_that_the_sdk_makes_gets_a_warning(
    plain: Any, session: Any, policy: PrefixPolicy
) -> None:
    """Registered under no name the model goes into a group that is called after its image."""
    with pytest.warns(PrefixWarning, match="PFX008: .*model_package_group_name=.* is 'img'"):
        with_nothing_sent(model(plain).register, **REGISTERED)
    try:
        step = jobs.sdk.ModelStep("My_Step", step_args=model(session).register(**REGISTERED))
    except AttributeError:
        pytest.skip("this release's own builder registers no model before it is built (3.1.1)")
    made = Pipeline("team-a-pipeline", steps=[step], sagemaker_session=session)
    [found] = made.check()
    theirs = jobs.sdk.SdkPipeline("p", steps=[step], sagemaker_session=session).definition()
    if "ModelPackageGroupName" in theirs:
        assert ("PFX008", True) == (found.code, "'img'" in found.message)
    else:  # this release sends neither, which the service refuses
        assert ("PFX001", "error") == (found.code, found.severity)


@pytest.mark.skipif(MAJOR == 3, reason="v3 has no such method")
def test_what_the_sdk_would_start_in_a_pipeline_of_its_own(
    plain: Any, policy: PrefixPolicy
) -> None:
    """It is refused, and nothing is sent."""
    job = make("Transformer", plain, base_transform_job_name="x")
    with pytest.raises(
        PrefixViolation, match=r"(?s)a pipeline of the SDK's own.*MonitorBatchTransform"
    ):
        job.transform_with_monitoring(None, None, "s3://bucket/in")
    assert [] == plain.boto_session.client("sagemaker").list_pipelines()["PipelineSummaries"]


def test_what_is_refused_is_there() -> None:
    """Each method is one of the SDK's, and says what to do instead."""
    refused = [row for row in METHODS if row.refused]
    assert refused
    for row in refused:
        assert row.refused.instead.endswith(".")
        if MAJOR == 2:
            assert hasattr(adapter().load(row.of), row.name)


class Team(str, Enum):  # a StrEnum says what it is
    """Names that are more than their characters."""

    A = "churn"


def test_a_name_counts_by_its_characters(plain: Any, session: Any, policy: PrefixPolicy) -> None:
    """Whatever a subclass of ``str`` makes of itself."""
    job = make("Processor", session, base_job_name=Team.A)
    assert ("churn", GivenName) == (str(job.base_job_name), type(job.base_job_name))
    assert "team-a-churn" == job_name("Processor", job, session)
    assert "team-a-churn" == str(make("Processor", plain, base_job_name=Team.A).base_job_name)
    make("Processor", plain).run(job_name=Team.A, wait=False, logs=False)
    listed = plain.boto_session.client("sagemaker").list_processing_jobs()
    [row] = listed["ProcessingJobSummaries"]
    assert "team-a-churn" == row["ProcessingJobName"]


def test_a_group_may_be_given_by_its_arn(plain: Any, policy: PrefixPolicy) -> None:
    """Its name counts."""
    group = "arn:aws:sagemaker:us-east-1:111122223333:model-package-group/"
    job = model(plain)
    with warnings.catch_warnings():
        warnings.simplefilter("error", PrefixWarning)
        with_nothing_sent(job.register, model_package_group_name=f"{group}team-a-g")
    with pytest.warns(PrefixWarning, match="is 'other', outside 'team-a'.*Call it 'team-a-other'"):
        with_nothing_sent(job.register, model_package_group_name=f"{group}other")


@pytest.mark.skipif(MAJOR == 2, reason="v2's models have their name in the constructor")
def test_a_builders_name_is_what_build_takes(plain: Any, policy: PrefixPolicy) -> None:
    """Messages name an argument that exists."""
    job = model(plain)
    job.model_name = "bad_"
    with pytest.raises(PrefixViolation, match=r"ModelBuilder\.build\(model_name=\) got 'bad_'"):
        job.build()


@pytest.mark.skipif(MAJOR == 2, reason="v2's models have their name in the constructor")
def test_a_builder_without_a_name_is_told_where(session: Any) -> None:
    """In a pipeline too."""
    with pytest.raises(PrefixViolation, match=r"Declare \w+ in ModelBuilder\.build\(model_name=\)"):
        job_name("ModelBuilder", make("ModelBuilder", session), session)


def deployed() -> dict[str, Any]:
    """What ``deploy`` asks for."""
    here = {"initial_instance_count": 1, "instance_type": "ml.m5.large", "wait": False}
    return here if MAJOR == 2 else {}


def with_nothing_sent(function: Any, **given: Any) -> None:
    """Call a method of the SDK for what comes before its requests."""
    try:
        function(**given)
    except (PrefixViolation, PrefixWarning):
        raise
    except Exception as error:  # what an empty account says is not at issue
        assert error is not None


# What is handed out


def test_a_tuner_that_starts_warm_is_one_of_ours(plain: Any, policy: PrefixPolicy) -> None:
    """The SDK makes its own class, without the name."""
    first = make("HyperparameterTuner", plain)
    (first.fit if MAJOR == 2 else first.tune)(wait=False)
    if MAJOR == 3:
        with pytest.raises(ValueError, match="parents"):
            first.transfer_learning_tuner()
        pytest.skip("the SDK's own can't start warm (3.27.0)")
    for tuner in first.transfer_learning_tuner(), first.identical_dataset_and_algorithm_tuner():
        assert type(first) is type(tuner)
        assert "ta" == tuner.base_tuning_job_name
        with pytest.raises(
            PrefixViolation, match=r"HyperparameterTuner\.\w+\(job_name=\) got 'x_y'"
        ):
            (tuner.fit if MAJOR == 2 else tuner.tune)(job_name="x_y")


def test_a_tuner_for_several_is_one_of_ours(plain: Any, policy: PrefixPolicy) -> None:
    """``create`` makes the SDK's own class, whoever is asked for it."""
    ranges = {"eta": jobs.sdk.ContinuousParameter(0, 1)}
    trainer = make("Estimator" if MAJOR == 2 else "ModelTrainer", plain)
    given = {"metric_definitions_dict": {"a": [{"Name": "loss", "Regex": "loss=(.*)"}]}}

    def create(**named: Any) -> Any:
        return sm_prefix_ext.HyperparameterTuner.create(
            {"a": trainer}, {"a": "loss"}, {"a": ranges}, **given, **named
        )

    tuner = create(base_tuning_job_name="x")
    assert sm_prefix_ext.HyperparameterTuner is type(tuner)
    assert ("ta-x", "x") == (tuner.base_tuning_job_name, tuner.base_tuning_job_name.declared)
    assert "ta" == create().base_tuning_job_name
    with pytest.raises(PrefixViolation, match=r"HyperparameterTuner\.\w+\(job_name=\) got 'x_y'"):
        (tuner.fit if MAJOR == 2 else tuner.tune)(job_name="x_y")


@pytest.fixture
def trained(plain: Any) -> Any:
    """An estimator that has run."""
    job = make("Estimator", plain, base_job_name="x", output_path=f"{jobs.sdk.BUCKET}/out")
    job.fit(wait=False, logs=False)
    return job


@pytest.mark.skipif(MAJOR == 3, reason="v3's trainers make no models")
def test_an_estimators_models_are_ours(plain: Any, policy: PrefixPolicy, trained: Any) -> None:
    """Named or not, a model that an estimator makes is created under the prefix."""
    trained.create_model().deploy(1, "ml.m5.large", wait=False)
    trained.create_model(name="mine").create(instance_type="ml.m5.large")
    long = "x" * 50
    trained.create_model(name=long).create(instance_type="ml.m5.large")
    client = plain.boto_session.client("sagemaker")
    models = [row["ModelName"] for row in client.list_models()["Models"]]
    endpoints = [row["EndpointName"] for row in client.list_endpoints()["Endpoints"]]
    assert {"team-a-mine", f"team-a-{long}"} < set(models) and 3 == len(models)
    assert all(name.startswith("team-a-") for name in (*models, *endpoints))
    with pytest.raises(PrefixViolation, match=r"Estimator\.create_model\(name=\) got 'm_m'"):
        trained.create_model(name="m_m")


@pytest.mark.skipif(MAJOR == 3, reason="v3's trainers make no models")
def test_a_model_named_after_its_estimator_keeps_the_name(plain: Any, policy: PrefixPolicy) -> None:
    """Frameworks give a model its whole name; where the policy covers it, it stays."""
    job = make("PyTorch", plain, base_job_name="a" * 31, output_path=f"{jobs.sdk.BUCKET}/out")
    job._current_job_name = "a-job"
    made = job.create_model(entry_point=str(jobs.CODE))
    assert sm_prefix_ext.PyTorchModel is type(made)
    name = made.name
    assert name.startswith(f"team-a-{'a' * 31}-2")
    apply_composed_name(made, CATALOGUE["PyTorchModel"], policy, starts=True)
    assert name == made.name
    job.base_job_name = "other"
    assert job.create_model(entry_point=str(jobs.CODE)).name.startswith("team-a-2")


@pytest.mark.skipif(MAJOR == 3, reason="v3's trainers make no models")
def test_a_model_made_in_a_pipeline_is_not_declared(session: Any, policy: PrefixPolicy) -> None:
    """The name that the SDK makes up for it is no choice, and too long for a prefix."""
    job = make("PyTorch", session, base_job_name="a" * 31, output_path=f"{jobs.sdk.BUCKET}/out")
    job._current_job_name = "a-job"
    made = job.create_model(entry_point=str(jobs.CODE))
    assert isinstance(made.name, GivenName) and made.name.declared is None


def test_a_transformer_of_a_model_is_ours(session: Any, policy: PrefixPolicy) -> None:
    """What makes batch transforms of a model runs them under the prefix."""
    made = model(session)
    if MAJOR == 3:
        made.built_model = SimpleNamespace(model_name="a-model")
    else:  # as the SDK does for a model that is created in a pipeline
        session.init_model_step_arguments(made)
    job = made.transformer(instance_count=1, instance_type="ml.m5.large")
    assert sm_prefix_ext.Transformer is type(job)
    name = job.base_transform_job_name
    assert name is None or name.declared is None


# Factories, subclasses, functions


def test_your_own_subclass(session: Any, policy: PrefixPolicy) -> None:
    """``prefixed`` looks at the name that your class made, and leaves its arguments alone."""
    theirs = adapter().load("Processor")

    class Mine(theirs):
        def __init__(self, what: str, role: str | None = None) -> None:
            image = {"image_uri": jobs.sdk.IMAGE, "instance_count": 1}
            super().__init__(
                role=role,
                **image,
                instance_type="ml.m5.large",
                sagemaker_session=session,
                base_job_name=f"of-{what}",
            )

    ours = prefixed(Mine)
    assert issubclass(ours, Mine) and ours is prefixed(Mine) and ours is prefixed(ours)
    assert inspect.signature(Mine) == inspect.signature(ours)
    job = ours("me")
    assert ("of-me", ROLE) == (job.base_job_name, job.role)
    assert "team-a-of-me" == job_name("Processor", job, session)
    with pytest.raises(PrefixViolation, match=r"Mine\(base_job_name=\) got 'of-x_y'"):
        ours("x_y")


SETTINGS = {
    "image_uri": jobs.sdk.IMAGE,
    "instance_count": 1,
    "instance_type": "ml.m5.large",
}


def test_your_own_subclass_hands_on_what_it_is_given(session: Any, policy: PrefixPolicy) -> None:
    """A role left out is filled in where the SDK's class takes it, as in a subclass of ours."""

    class Theirs(adapter().load("Processor")):
        def __init__(self, *args: Any, team: str = "t", **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)

    class Ours(sm_prefix_ext.Processor):
        def __init__(self, *args: Any, team: str = "t", **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)

    for cls in (prefixed(Theirs), Ours):
        job = cls(base_job_name="x", sagemaker_session=session, team="u", **SETTINGS)
        assert ("x", ROLE) == (job.base_job_name, job.role)


def test_a_role_that_your_own_subclass_asks_for(session: Any, policy: PrefixPolicy) -> None:
    """It is filled in where your constructor takes it."""

    class Mine(adapter().load("Processor")):
        def __init__(self, role: str) -> None:
            adapter().load("Processor").__init__(
                self, role=role, base_job_name="x", sagemaker_session=session, **SETTINGS
            )

    assert (ROLE, "x") == (prefixed(Mine)().role, prefixed(Mine)().base_job_name)


def test_a_role_that_your_own_subclass_has_by_default(session: Any, policy: PrefixPolicy) -> None:
    """It stays, as in a subclass of ours."""

    class Mine(adapter().load("Processor")):
        def __init__(self, role: str = jobs.sdk.ROLE, **more: Any) -> None:
            super().__init__(role=role, **more)

    job = prefixed(Mine)(sagemaker_session=session, **SETTINGS)
    assert jobs.sdk.ROLE == job.role


def test_a_class_is_made_once_for_all_threads() -> None:
    """Two classes under one name would be strangers to each other."""

    class Mine(adapter().load("Processor")):
        pass

    ready, interval = threading.Barrier(8), sys.getswitchinterval()

    def make_it(_: int) -> Any:
        ready.wait()
        return prefixed(Mine)

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert 1 == len(set(pool.map(make_it, range(8))))
    finally:
        sys.setswitchinterval(interval)


def test_a_late_name_of_your_own_method(session: Any, policy: PrefixPolicy) -> None:
    """What it hands on by ``super()`` is judged and composed."""

    class Mine(adapter().load("Processor")):
        def run(self, *, tag: str) -> Any:
            return super().run(job_name=tag)

    job = prefixed(Mine)(role=jobs.sdk.ROLE, sagemaker_session=session, **SETTINGS)
    with pytest.raises(PrefixViolation, match=r"Mine\.run\(job_name=\) got 'bad_'"):
        job.run(tag="bad_")
    step = jobs.sdk.ProcessingStep("My_Step", step_args=job.run(tag="x"))
    made = Pipeline("team-a-pipeline", steps=[step], sagemaker_session=session)
    [view] = steps(json.loads(made.definition()))
    assert "team-a-x" == view.job_name


def abstract_bases() -> list[Any]:
    """Subclasses of the SDK's bases, as a user writes them for a framework of his own."""
    if MAJOR == 3:
        return [_trained(adapter().load("BaseTrainer"))]
    estimator = adapter().load("EstimatorBase")
    return [_trained(estimator), _trained(adapter().load("Framework"))]


def _trained(base: Any) -> Any:
    methods = ("train", "create_model", "training_image_uri", "hyperparameters")
    return type("Mine", (base,), {"__module__": __name__, **dict.fromkeys(methods, _nothing)})


def _nothing(self: Any) -> None:
    """Do nothing."""


@pytest.mark.parametrize("cls", abstract_bases(), ids=lambda cls: cls.__base__.__name__)
def test_your_own_subclass_of_an_abstract_base(
    cls: Any, session: Any, policy: PrefixPolicy
) -> None:
    """A framework of your own makes jobs too."""
    ours = prefixed(cls)
    assert issubclass(ours, cls) and inspect.signature(cls) == inspect.signature(ours)
    given: dict[str, Any] = {"sagemaker_session": session}
    if MAJOR == 2:
        given.update(instance_count=1, instance_type="ml.m5.large")
        if cls.__base__ is adapter().load("Framework"):
            given["entry_point"] = str(jobs.CODE)
    job = ours(base_job_name="x", **given)
    assert ("x", ROLE) == (job.base_job_name, job.role)
    with pytest.raises(PrefixViolation, match=r"Mine\(base_job_name=\) got 'x_y'"):
        ours(base_job_name="x_y", **given)


@pytest.mark.skipif(MAJOR == 2, reason="v2 has no pydantic classes")
def test_a_subclass_with_fields_of_its_own(session: Any, policy: PrefixPolicy) -> None:
    """A field more lets no name past, derived from ours or made ours."""
    theirs = adapter().load("ModelTrainer")
    name = {"__module__": __name__, "__annotations__": {"my": int}, "my": 3}
    given = jobs.arguments("ModelTrainer", session)
    derived = type("Mine", (sm_prefix_ext.ModelTrainer,), dict(name))
    for cls in (derived, prefixed(type("Mine", (theirs,), dict(name)))):
        job = cls(base_job_name="x", my=4, **given)
        assert ("x", "x", ROLE, 4) == (
            job.base_job_name,
            job.base_job_name.declared,
            job.role,
            job.my,
        )
        with pytest.raises(PrefixViolation, match=r"Mine\(base_job_name=\) got 'bad_name!'"):
            cls(base_job_name="bad_name!", my=4, **given)


@pytest.mark.skipif(MAJOR == 2, reason="v2 has no pydantic classes")
def test_what_pydantic_validates_is_judged(session: Any, policy: PrefixPolicy) -> None:
    """``model_validate`` is a constructor too."""
    given = jobs.arguments("ModelTrainer", session)
    made = sm_prefix_ext.ModelTrainer.model_validate({**given, "base_job_name": "x"})
    assert ("x", "x") == (made.base_job_name, made.base_job_name.declared)
    with pytest.raises(ValueError, match=r"ModelTrainer\(base_job_name=\) got 'bad_name!'"):
        sm_prefix_ext.ModelTrainer.model_validate({**given, "base_job_name": "bad_name!"})


@pytest.mark.skipif(MAJOR == 2, reason="v2 has no dataclasses")
@pytest.mark.filterwarnings("ignore:The 'dependencies' parameter is deprecated")
def test_a_dataclass_of_your_own(session: Any, policy: PrefixPolicy) -> None:
    """Its constructor is made anew and goes past ours, so it is made one of ours."""
    for base in (sm_prefix_ext.ModelBuilder, adapter().load("ModelBuilder")):
        cls = prefixed(dataclasses.dataclass(type("Mine", (base,), {"__module__": __name__})))
        assert cls is prefixed(cls)
        job = cls(**jobs.arguments("ModelBuilder", session))
        assert ROLE == job.role_arn
        assert job.model_name.declared is None


def test_what_your_own_method_makes_is_yours(
    session: Any, plain: Any, policy: PrefixPolicy
) -> None:
    """Only what the SDK makes on its own account is left alone."""

    class Mine(adapter().load("Processor")):
        def run(self) -> Any:
            return make("Processor", plain, base_job_name="inner").base_job_name

    ours = prefixed(Mine)(**jobs.arguments("Processor", session))
    assert "team-a-inner" == ours.run()


def test_prefixed_takes_job_classes_only() -> None:
    """Anything else is a ``TypeError`` that says what is wanted."""
    with pytest.raises(TypeError, match="which makes no job"):
        prefixed(dict)
    with pytest.raises(TypeError, match="wanted a class"):
        prefixed("Processor")
    assert prefixed(sm_prefix_ext.Processor) is sm_prefix_ext.Processor
    assert prefixed(adapter().load("Processor")) is sm_prefix_ext.Processor


class Plain(adapter().load("CheckJobConfig")):
    """A user's class that can be imported."""


@prefixed
class Decorated(adapter().load("CheckJobConfig")):
    """The same, decorated."""


@pytest.mark.parametrize("cls", [prefixed(Plain), Decorated])
def test_your_own_subclass_is_pickled(cls: Any, policy: PrefixPolicy) -> None:
    """Whether the name in the module is the class's or ours."""
    job = cls(role=jobs.sdk.ROLE, base_job_name="x", sagemaker_session=object)
    for twin in (pickle.loads(pickle.dumps(job)), copy.deepcopy(job)):
        assert (cls, "x") == (type(twin), twin.base_job_name)
        assert "x" == twin.base_job_name.declared


class Rebuilt(adapter().load("CheckJobConfig")):
    """A user's class that says itself how it is copied."""

    def __init__(self, role: str, name: str) -> None:
        super().__init__(role=role, base_job_name=name, sagemaker_session=object)
        self.given = (role, name)

    def __reduce__(self) -> Any:
        return rebuilt, self.given


def rebuilt(role: str, name: str) -> Any:
    """How."""
    return prefixed(Rebuilt)(role, name)


def test_a_class_that_says_how_it_is_copied(policy: PrefixPolicy) -> None:
    """Is taken at its word."""
    twin = copy.copy(prefixed(Rebuilt)(jobs.sdk.ROLE, "x"))
    assert ((jobs.sdk.ROLE, "x"), "x") == (twin.given, twin.base_job_name.declared)


def test_a_class_of_a_module_that_cannot_be_imported(policy: PrefixPolicy) -> None:
    """Can be copied all the same."""
    mine = type("Mine", (adapter().load("CheckJobConfig"),), {"__module__": "not_there"})
    twin = copy.copy(prefixed(mine)(jobs.sdk.ROLE, base_job_name="x", sagemaker_session=object))
    assert "x" == twin.base_job_name.declared


def attached(plain: Any) -> Any:
    """The SDK's own object of a job that ran under a name which no policy covers."""
    plain.boto_session.client("sagemaker").create_transform_job(
        TransformJobName="x" * 60,
        ModelName="a-model",
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}
        },
        TransformOutput={"S3OutputPath": "s3://bucket/out"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    try:
        return adapter().load("Transformer").attach("x" * 60, plain)
    except ValueError:
        pytest.skip("this release's own attach takes no session (3.1.1)")


def test_attach_takes_what_the_service_says(plain: Any, policy: PrefixPolicy) -> None:
    """A job that ran under another name keeps it."""
    theirs = attached(plain)
    ours = sm_prefix_ext.Transformer.attach("x" * 60, plain)
    assert isinstance(ours, sm_prefix_ext.Transformer)
    assert theirs.base_transform_job_name == ours.base_transform_job_name


@pytest.mark.skipif("step" not in NAMES, reason="this release has no @step")
def test_functions_are_decorated_as_before(session: Any, policy: PrefixPolicy) -> None:
    """``@step`` and ``@remote`` judge the name where they are written."""
    for name in ("step", "remote"):
        decorator = getattr(sm_prefix_ext, name)
        with pytest.raises(PrefixViolation, match=rf"@{name}\(job_name_prefix=\) got 'x_y'"):
            decorator(job_name_prefix="x_y")
    given = {"image_uri": jobs.sdk.IMAGE, "instance_type": "ml.m5.large", "name": "My_Step"}

    @sm_prefix_ext.step(**given, job_name_prefix="x")
    def declared() -> int:
        return 1

    @sm_prefix_ext.step(**given)
    def not_declared() -> int:
        return 1

    for function, wanted in ((declared, "team-a-x"), (not_declared, "team-a-My-Step")):
        made = Pipeline("team-a-pipeline", steps=[function()], sagemaker_session=session)
        [view] = steps(json.loads(made.definition()))
        assert (wanted, ROLE) == (view.job_name, view.arguments["RoleArn"])


@pytest.mark.parametrize("name", [n for n, row in CATALOGUE.items() if MAJOR not in row.modules])
def test_the_other_majors_names_say_what_to_use(name: str) -> None:
    """``Estimator`` under v3: use ``ModelTrainer``."""
    with pytest.raises(UnsupportedSdk, match=f"no {name} for a pipeline.* use "):
        getattr(sm_prefix_ext, name)
    assert name not in dir(sm_prefix_ext)


def test_every_name_can_be_asked_for() -> None:
    """``help()`` and completion ask for all that ``dir()`` has."""
    found = dict(inspect.getmembers(sm_prefix_ext))
    assert set(NAMES) == set(CATALOGUE) & set(found)


LACKING = [n for n, row in CATALOGUE.items() if MAJOR in row.modules and n not in NAMES]


@pytest.mark.skipif(not LACKING, reason="this release has every name of its major")
@pytest.mark.parametrize("name", LACKING or [""])
def test_names_that_the_release_lacks_say_what_to_do(name: str) -> None:
    """A name that came later is in a later release of this major, one that went has a successor."""
    with pytest.raises(UnsupportedSdk) as caught:
        getattr(sm_prefix_ext, name)
    if name == "DJLModel":
        return
    releases = CATALOGUE[name].releases[MAJOR or 2]
    assert f"which has no {name}; wanted sagemaker" in str(caught.value)
    assert f"{releases} for this name" in str(caught.value)
    if releases.startswith("<"):
        assert str(caught.value).endswith("use DJLModel.")
    else:
        assert str(caught.value).endswith(f"--upgrade 'sagemaker<{(MAJOR or 2) + 1}'")


def test_a_class_that_chooses_its_subclass_has_no_drop_in() -> None:
    """``DJLModel`` of the oldest releases: the subclasses have theirs."""
    if MAJOR == 3 or "__new__" not in vars(adapter().load("DJLModel")):
        pytest.skip("no class of this release does so")
    with pytest.raises(UnsupportedSdk, match="use DeepSpeedModel or "):
        sm_prefix_ext.DJLModel  # noqa: B018


def test_unknown_arguments_are_the_sdks_to_refuse(session: Any) -> None:
    """The error is the one that the SDK's class raises, or your subclass of it."""
    theirs = adapter().load("Processor" if MAJOR == 2 else "ModelTrainer")
    mine = type(theirs.__name__, (theirs,), {"__module__": __name__})
    for cls, ours in ((theirs, getattr(sm_prefix_ext, theirs.__name__)), (mine, prefixed(mine))):
        with pytest.raises((TypeError, ValueError)) as wanted:
            cls(nonsense=1)
        with pytest.raises((TypeError, ValueError)) as found:
            ours(nonsense=1)
        assert (type(wanted.value), str(wanted.value)) == (type(found.value), str(found.value))


@pytest.mark.skipif(MAJOR == 2, reason="v2 has no pydantic classes")
def test_unknown_fields_are_forbidden_as_before(session: Any, policy: PrefixPolicy) -> None:
    """pydantic's ``extra="forbid"`` holds, with its own words."""
    said = []
    for cls in (adapter().load("ModelTrainer"), sm_prefix_ext.ModelTrainer):
        with pytest.raises(ValueError, match="extra_forbidden") as caught:
            cls(**jobs.arguments("ModelTrainer", session), nonsense=1)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_the_functions_of_a_module_are_not_touched() -> None:
    """The SDK's own classes stay as they were: nothing is patched."""
    for name in CLASSES:
        getattr(sm_prefix_ext, name)
        theirs = adapter().load(name)
        assert theirs.__init__.__module__.startswith(("sagemaker", "pydantic", "builtins"))
        assert theirs.__module__ in sys.modules


# The guard


def test_the_guard_sees_what_the_sdks_session_sends(plain: Any, policy: PrefixPolicy) -> None:
    """Also through clients that the session had made before; and not after it is gone."""
    theirs = adapter().load("Processor")

    def start() -> None:
        make("Processor", plain, theirs, base_job_name="other").run(wait=False, logs=False)

    start()
    with guard(plain, policy), pytest.raises(PrefixViolation, match="'other-"):
        start()
    start()
    listed = plain.boto_session.client("sagemaker").list_processing_jobs()
    assert 2 == len(listed["ProcessingJobSummaries"])


def test_the_guard_takes_a_local_session(plain: Any, policy: PrefixPolicy) -> None:
    """What it runs on this machine is sent nowhere; its clients of the service are guarded."""
    local = jobs.sdk.local_session(plain.boto_session)
    with guard(local, policy), pytest.raises(PrefixViolation):
        local.boto_session.client("sagemaker").create_model(ModelName="other")


@pytest.mark.skipif(MAJOR == 2, reason="v2 has one client in a session")
def test_the_guard_sees_what_resources_send(plain: Any, policy: PrefixPolicy) -> None:
    """v3 starts training through sagemaker-core's resources, which keep clients of their own."""
    theirs = adapter().load("ModelTrainer")
    with guard(plain, policy), pytest.raises(PrefixViolation, match="'other-"):
        make("ModelTrainer", plain, theirs, base_job_name="other").train(wait=False)
    with guard(plain, policy):
        make("ModelTrainer", plain, base_job_name="mine").train(wait=False)
    listed = plain.boto_session.client("sagemaker").list_training_jobs()
    [row] = listed["TrainingJobSummaries"]
    assert row["TrainingJobName"].startswith("team-a-mine-")
