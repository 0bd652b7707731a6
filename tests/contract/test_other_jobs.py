"""Methods that start another kind of job than their object declares a name for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext import PrefixViolation
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.methods import METHODS as ROWS
from sm_prefix_ext.dropin.job_classes import drop_in

from ..installed import MAJOR
from .deviations import needs
from .job_classes import MODEL, JobFactory, outside_of

METHODS = [
    row.name
    for row in ROWS
    if row.starts_other_job and row.of == MODEL and hasattr(drop_in(MODEL), row.name)
]
REQUIRED: dict[str, dict[str, Any]] = {
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
"""The required arguments of each method, without a name."""


class Sent(Exception):
    """Raised instead of sending a request."""


@contextmanager
def create_requests(session: Any) -> Iterator[list[tuple[str, Any]]]:
    """The create requests of a session in the block; each raises :class:`Sent` and is not sent."""
    requests: list[tuple[str, Any]] = []

    def stop(model: Any, params: Any, **_: Any) -> None:
        if model.name.startswith("Create"):
            requests.append((model.name, params))
            raise Sent

    events = session.sagemaker_client.meta.events
    events.register("provide-client-params.sagemaker", stop)
    try:
        yield requests
    finally:
        events.unregister("provide-client-params.sagemaker", stop)


@pytest.fixture(params=["at once", "in a pipeline"])
def anywhere(request: pytest.FixtureRequest, in_pipeline: JobFactory) -> JobFactory:
    """Both factories: these methods start jobs at once in a ``PipelineSession`` too."""
    return in_pipeline if "pipeline" in request.param else outside_of(in_pipeline.session)


@pytest.fixture
def _prefix(tmp_path: Path) -> None:
    """A discovered policy without roles, in the current folder."""
    (tmp_path / "sm-prefix.toml").write_text('prefix = "team-a"\n', encoding="utf-8")


@pytest.mark.usefixtures("_prefix")
class TestNames:
    """``job_name=`` of such a method."""

    def test_the_table_has_methods_of_the_installed_major(self) -> None:
        """``METHODS`` is not empty, so the parametrized tests run."""
        assert {2: "compile", 3: "optimize"}[MAJOR or 2] in METHODS

    @pytest.mark.parametrize("method", METHODS)
    def test_a_call_without_a_job_name_is_refused(self, method: str, anywhere: JobFactory) -> None:
        """The generated name would have no prefix; the fix names the missing argument."""
        with pytest.raises(PrefixViolation) as raised:
            getattr(anywhere.model(), method)(**REQUIRED.get(method, {}))
        [finding] = raised.value.findings
        assert "Give job_name=; 'team-a-' is put in front." == finding.fix

    @pytest.mark.parametrize("method", METHODS)
    def test_a_bad_job_name_sends_no_create_request(
        self, method: str, anywhere: JobFactory
    ) -> None:
        """The error names the argument."""
        model = anywhere.model()
        with (
            create_requests(anywhere.session) as requests,
            pytest.raises(PrefixViolation, match=r"job_name=\) got 'my_job': it has '_'"),
        ):
            getattr(model, method)(**REQUIRED.get(method, {}), job_name="my_job")
        assert [] == requests


class TestRequests:
    """The name in the request."""

    @pytest.mark.usefixtures("_prefix")
    @pytest.mark.parametrize(
        ("method", "operation", "field"),
        [
            pytest.param(
                "compile", "CreateCompilationJob", "CompilationJobName", marks=needs("compile()")
            ),
            pytest.param(
                "package_for_edge",
                "CreateEdgePackagingJob",
                "EdgePackagingJobName",
                marks=needs("package_for_edge()"),
            ),
        ],
    )
    def test_the_request_has_the_composed_name(
        self, method: str, operation: str, field: str, in_pipeline: JobFactory
    ) -> None:
        """The name has the policy's prefix once."""
        for declared in ("mine", "team-a-mine"):
            outside = outside_of(in_pipeline.session)
            model = outside.model()
            model._compilation_job_name = "compilation-of-it"
            with create_requests(outside.session) as requests, pytest.raises(Sent):
                getattr(model, method)(**REQUIRED[method], job_name=declared)
            assert (operation, "team-a-mine") == (requests[0][0], requests[0][1][field])

    @pytest.mark.usefixtures("_prefix")
    @needs("compile_model()")
    def test_an_estimators_compilation_is_refused(self, outside: JobFactory) -> None:
        """The SDK puts ``compilation-`` before every name, so that none begins with the prefix."""
        job = outside.make("Estimator", base_job_name="mine")
        with pytest.raises(PrefixViolation, match=r"compile\(job_name=\) of the model"):
            job.compile_model(**REQUIRED["compile"])

    @pytest.mark.usefixtures("_prefix")
    @needs("optimize()")
    def test_optimize_composes_the_names_of_job_and_model(
        self, outside: JobFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A missing model name, by default ``optimize_model``, is refused."""
        names: list[tuple[str, str]] = []

        def optimize(self: Any, **given: Any) -> None:
            names.append((self.model_name, given["job_name"]))

        sdk_class = adapter().load("ModelBuilder")
        monkeypatch.setattr(sdk_class, "_model_builder_optimize_wrapper", optimize)
        model = outside.model()
        with pytest.raises(PrefixViolation, match="Give model_name="):
            model.optimize(job_name="mine")
        model.optimize(model_name="small", job_name="mine")
        assert [("team-a-small", "team-a-mine")] == names

    @needs("compile()")
    def test_compile_without_a_policy_sends_the_name_as_given(self, outside: JobFactory) -> None:
        """The name has no prefix."""
        model = outside.model()
        with create_requests(outside.session) as requests, pytest.raises(Sent):
            model.compile(**REQUIRED["compile"], job_name="mine")
        assert "mine" == requests[0][1]["CompilationJobName"]

    @needs("optimize()")
    def test_optimize_without_a_policy_passes_the_name_as_given(
        self, outside: JobFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The name has no prefix."""
        calls: list[dict[str, Any]] = []
        sdk_class = adapter().load("ModelBuilder")
        monkeypatch.setattr(
            sdk_class, "_model_builder_optimize_wrapper", lambda self, **given: calls.append(given)
        )
        outside.model().optimize(model_name="small", job_name="mine")
        assert ["mine"] == [given["job_name"] for given in calls]
