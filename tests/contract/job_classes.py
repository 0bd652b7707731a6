"""The catalogue's classes of the installed SDK, and a factory of their objects."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sm_prefix_ext
from sm_prefix_ext import Pipeline, PipelineDefinitionConfig, PrefixPolicy
from sm_prefix_ext._sdk import adapter, has
from sm_prefix_ext._sdk.catalogue import CATALOGUE, JobClass
from sm_prefix_ext.core.step_types import KINDS

from ..installed import MAJOR
from .deviations import lacks
from .factory import job_views

recipes = importlib.import_module(f".jobs_v{MAJOR}", __package__)
sdk = recipes.sdk

MODEL = "Model" if MAJOR == 2 else "ModelBuilder"

NAMES = [name for name, row in CATALOGUE.items() if MAJOR in row.modules and has(row)]
"""The names of the catalogue that the installed release has."""
LATER_OR_GONE = [
    name for name, row in CATALOGUE.items() if MAJOR in row.modules and name not in NAMES
]
"""The names of the same major that only other releases have."""
CLASSES = [name for name in NAMES if inspect.isclass(adapter().load(name))]
# RemoteExecutor needs a Python environment.
CONSTRUCTIBLE = [name for name in CLASSES if name != "RemoteExecutor"]
IN_PIPELINES = [
    name
    for name in CONSTRUCTIBLE
    if name not in recipes.NOT_IN_PIPELINES
    and not (name == "CheckJobConfig" and lacks("QualityCheck"))
]
OUTSIDE = [name for name in CONSTRUCTIBLE if CATALOGUE[name].only != "pipeline"]
ONE_PER_STEP_TYPE = list(
    {CATALOGUE[name].step_types: name for name in reversed(IN_PIPELINES)}.values()
)
"""One class for each step type, for tests that need no particular class."""
FINE_TUNERS = sorted(getattr(recipes, "FINE_TUNERS", set()) & set(NAMES))

SETTINGS = {"image_uri": sdk.IMAGE, "instance_count": 1, "instance_type": "ml.m5.large"}
"""The required arguments of a processor, without role and session."""
REGISTRATION = {
    "content_types": ["text/csv"],
    "response_types": ["text/csv"],
    "inference_instances": ["ml.m5.large"],
    "transform_instances": ["ml.m5.large"],
}
"""The required arguments of ``register()``, without a name."""


@dataclass(frozen=True)
class JobFactory:
    """A factory of drop-in objects in one session.

    Args:
        session: a pipeline session, or one that starts jobs at once.
    """

    session: Any

    @property
    def client(self) -> Any:
        """A SageMaker client of the account."""
        return self.session.boto_session.client("sagemaker")

    def arguments(self, name: str) -> dict[str, Any]:
        """The required arguments of a class, without name and role."""
        arguments: dict[str, Any] = recipes.arguments(name, self.session)
        return arguments

    def make(self, name: str, cls: Any = None, /, **given: Any) -> Any:
        """An object of a drop-in class, or of another class with the same arguments.

        An argument given as ``...`` is left out.
        """
        row = CATALOGUE[name]
        with recipes.service_answers(name, self.session):
            arguments = self.arguments(name)
            if row.role:
                arguments.setdefault(row.role, sdk.ROLE)
            arguments.update(given)
            arguments = {key: value for key, value in arguments.items() if value is not ...}
            return (cls or getattr(sm_prefix_ext, name))(**arguments)

    def model(self, cls: Any = None, /, **given: Any) -> Any:
        """A model of the installed major."""
        return self.make(MODEL, cls, **given)

    def start(self, tuner: Any) -> Callable[..., Any]:
        """The method that starts a tuner's job."""
        method: Callable[..., Any] = tuner.fit if MAJOR == 2 else tuner.tune
        return method

    def pipeline(self, *listed: Any, policy: PrefixPolicy | None = None) -> Pipeline:
        """A pipeline of steps, under the discovered policy by default."""
        return Pipeline(
            "team-a-pipeline",
            steps=list(listed),
            sagemaker_session=self.session,
            pipeline_definition_config=PipelineDefinitionConfig(policy=policy),
        )

    def job_name(self, name: str, job: Any, policy: PrefixPolicy | None = None) -> Any:
        """The job name in the definition of a pipeline with this job."""
        with recipes.service_answers(name, self.session):
            step = recipes.enter(job, name, "My_Step")
            [job_name] = {
                view.job_name for view in job_views(self.pipeline(step, policy=policy).definition())
            }
        return job_name

    def processing_jobs(self) -> list[str]:
        """The names of the account's processing jobs."""
        rows = self.client.list_processing_jobs()["ProcessingJobSummaries"]
        return sorted(row["ProcessingJobName"] for row in rows)

    def create_transform_job(self, name: str) -> None:
        """Create a transform job in the account without the SDK."""
        source = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}
        self.client.create_transform_job(
            TransformJobName=name,
            ModelName="a-model",
            TransformInput={"DataSource": {"S3DataSource": source}},
            TransformOutput={"S3OutputPath": "s3://bucket/out"},
            TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        )


def outside_of(session: Any) -> JobFactory:
    """A factory whose jobs start at once, in the account of a pipeline session."""
    return JobFactory(recipes.plain_session(session.boto_session))


def declaration(name: str, job_name: Any) -> dict[str, Any]:
    """The argument of a class's constructor that declares a name, if it has one."""
    return {} if name == "ModelBuilder" else {CATALOGUE[name].argument: job_name}


def held_name(job: Any, row: JobClass) -> Any:
    """The name that a job object has as an attribute."""
    return getattr(job, row.argument)


def policy_prefix(row: JobClass) -> str:
    """The prefix that the fixture ``policy`` requires for a class."""
    return "ta" if KINDS[row.step_type].short else "team-a"
