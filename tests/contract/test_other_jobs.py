"""Methods that start more than the job that their object is named for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext import PrefixViolation
from sm_prefix_ext._sdk.methods import METHODS as ROWS
from sm_prefix_ext.dropin.job_classes import drop_in

from ..installed import MAJOR
from .test_jobs import jobs, make

OF_MODEL = "Model" if MAJOR == 2 else "ModelBuilder"
METHODS = [
    row.name
    for row in ROWS
    if row.starts_other_job and row.of == OF_MODEL and hasattr(drop_in(OF_MODEL), row.name)
]
LEAST: dict[str, dict[str, Any]] = {
    "compile": {
        "target_instance_family": "ml_m5",
        "input_shape": {"data": [1]},
        "output_path": "s3://bucket/out",
        "framework": "xgboost",
        "framework_version": "1.5-1",
        "role": "arn:aws:iam::111122223333:role/job",
    },
    "package_for_edge": {
        "output_path": "s3://bucket/out",
        "model_name": "m",
        "model_version": "1",
        "role": "arn:aws:iam::111122223333:role/job",
    },
    "right_size": {
        "sample_payload_url": "s3://bucket/payload",
        "supported_content_types": ["text/csv"],
        "framework": "XGBOOST",
    },
}


@pytest.fixture(params=["at once", "in a pipeline"])
def anywhere(request: pytest.FixtureRequest, session: Any) -> Any:
    """A session; these methods start their jobs at once in a ``PipelineSession`` too."""
    return session if "pipeline" in request.param else jobs.plain_session(session.boto_session)


@pytest.fixture
def _policy(tmp_path: Path) -> None:
    """A policy that is discovered; tests run in ``tmp_path``."""
    (tmp_path / "sm-prefix.toml").write_text('prefix = "team-a"\n', encoding="utf-8")


def test_there_are_methods() -> None:
    """The table below isn't empty."""
    assert {2: "compile", 3: "optimize"}[MAJOR or 2] in METHODS


@pytest.mark.usefixtures("_policy")
@pytest.mark.parametrize("method", METHODS)
def test_without_a_name_it_is_refused(method: str, anywhere: Any) -> None:
    """What the SDK would make up carries no prefix; the message says what to give."""
    job = make(OF_MODEL, anywhere)
    with pytest.raises(PrefixViolation) as caught:
        getattr(job, method)(**LEAST.get(method, {}))
    [finding] = caught.value.findings
    assert "Give job_name=; 'team-a-' is put in front." == finding.fix


@pytest.mark.usefixtures("_policy")
@pytest.mark.parametrize("method", METHODS)
def test_a_bad_name_fails_before_anything_is_sent(method: str, anywhere: Any) -> None:
    """As any name that comes late."""
    job = make(OF_MODEL, anywhere)
    with pytest.raises(PrefixViolation, match=r"job_name=\) got 'my_job': it has '_'"):
        getattr(job, method)(**LEAST.get(method, {}), job_name="my_job")


class Sent(Exception):
    """Raised in a request's place."""


def requests(session: Any) -> list[Any]:
    """What the session is about to send from now on; each request ends in :class:`Sent`."""
    sent: list[Any] = []

    def stop(model: Any, params: Any, **_: Any) -> None:
        if model.name.startswith("Create"):
            sent.append((model.name, params))
            raise Sent

    session.sagemaker_client.meta.events.register("provide-client-params.sagemaker", stop)
    return sent


@pytest.mark.skipif(MAJOR == 3, reason="v3's models have no such method")
@pytest.mark.parametrize(
    ("method", "operation", "field"),
    [
        ("compile", "CreateCompilationJob", "CompilationJobName"),
        ("package_for_edge", "CreateEdgePackagingJob", "EdgePackagingJobName"),
    ],
)
@pytest.mark.usefixtures("_policy")
def test_the_name_that_is_sent_is_composed(
    method: str, operation: str, field: str, session: Any
) -> None:
    """With the policy's prefix, once."""
    for declared in ("mine", "team-a-mine"):
        plain = jobs.plain_session(session.boto_session)
        job, sent = make(OF_MODEL, plain), requests(plain)
        job._compilation_job_name = "compilation-of-it"
        with pytest.raises(Sent):
            getattr(job, method)(**LEAST[method], job_name=declared)
        assert (operation, "team-a-mine") == (sent[0][0], sent[0][1][field])


@pytest.mark.skipif(MAJOR == 3, reason="v3 has no such method")
@pytest.mark.usefixtures("_policy")
def test_an_estimators_compilation_is_refused(session: Any) -> None:
    """The SDK puts ``compilation-`` in front of its name, whatever that is."""
    job = make("Estimator", jobs.plain_session(session.boto_session), base_job_name="mine")
    with pytest.raises(PrefixViolation, match=r"compile\(job_name=\) of the model"):
        job.compile_model(**LEAST["compile"])


@pytest.mark.skipif(MAJOR == 2, reason="v2 optimizes by a class of which we have none")
@pytest.mark.usefixtures("_policy")
def test_names_for_an_optimization_are_composed(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job's and the model's, which v3 calls ``optimize_model`` where none is given."""
    got: list[Any] = []
    ours = drop_in("ModelBuilder")

    def take(self: Any, **given: Any) -> None:
        got.append((self.model_name, given["job_name"]))

    monkeypatch.setattr(ours.__mro__[1], "_model_builder_optimize_wrapper", take)
    job = make("ModelBuilder", jobs.plain_session(session.boto_session))
    with pytest.raises(PrefixViolation, match="Give model_name="):
        job.optimize(job_name="mine")
    job.optimize(model_name="small", job_name="mine")
    assert [("team-a-small", "team-a-mine")] == got


def test_without_a_policy_the_call_is_the_sdks(session: Any) -> None:
    """Nothing is refused and nothing composed."""
    plain = jobs.plain_session(session.boto_session)
    if MAJOR == 2:
        job, sent = make(OF_MODEL, plain), requests(plain)
        with pytest.raises(Sent):
            job.compile(**LEAST["compile"], job_name="mine")
        assert "mine" == sent[0][1]["CompilationJobName"]
