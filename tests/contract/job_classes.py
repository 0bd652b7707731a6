"""The catalogue's classes on the installed SDK, and what the tests make their objects with."""

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

POLICY_ROLE = "arn:aws:iam::111122223333:role/policys"
MODEL = "Model" if MAJOR == 2 else "ModelBuilder"

NAMES = [name for name, row in CATALOGUE.items() if MAJOR in row.modules and has(row)]
"""The names of the catalogue that the installed release has."""
LATER_OR_GONE = [
    name for name, row in CATALOGUE.items() if MAJOR in row.modules and name not in NAMES
]
"""Those of the same major that only other releases have."""
CLASSES = [name for name in NAMES if inspect.isclass(adapter().load(name))]
# RemoteExecutor asks for a Python environment.
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
"""One class for each step type, for tests that any class would do for."""
FINE_TUNERS = sorted(getattr(recipes, "FINE_TUNERS", set()) & set(NAMES))

SETTINGS = {"image_uri": sdk.IMAGE, "instance_count": 1, "instance_type": "ml.m5.large"}
"""What a processor asks for, but for a name, a role and a session."""
REGISTRATION = {
    "content_types": ["text/csv"],
    "response_types": ["text/csv"],
    "inference_instances": ["ml.m5.large"],
    "transform_instances": ["ml.m5.large"],
}
"""What ``register()`` asks for, but for a name."""


@dataclass(frozen=True)
class JobFactory:
    """Makes objects of drop-in classes in one session.

    Args:
        session: a pipeline session, or one that starts jobs at once.
    """

    session: Any

    @property
    def client(self) -> Any:
        """A client of the account's SageMaker."""
        return self.session.boto_session.client("sagemaker")

    def arguments(self, name: str) -> dict[str, Any]:
        """All that a class asks for, but for a name and a role."""
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
        """A pipeline of steps; without a policy of its own it takes the discovered one."""
        return Pipeline(
            "team-a-pipeline",
            steps=list(listed),
            sagemaker_session=self.session,
            pipeline_definition_config=PipelineDefinitionConfig(policy=policy),
        )

    def job_name(self, name: str, job: Any, policy: PrefixPolicy | None = None) -> Any:
        """The job's name in the definition of a pipeline with this job."""
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
        """A transform job of the account, created without the SDK."""
        source = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}
        self.client.create_transform_job(
            TransformJobName=name,
            ModelName="a-model",
            TransformInput={"DataSource": {"S3DataSource": source}},
            TransformOutput={"S3OutputPath": "s3://bucket/out"},
            TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        )


def outside_of(session: Any) -> JobFactory:
    """A factory whose jobs start at once, with the AWS session of another."""
    return JobFactory(recipes.plain_session(session.boto_session))


def declaration(name: str, job_name: Any) -> dict[str, Any]:
    """The argument of a class's constructor that declares a name, if it has one."""
    return {} if name == "ModelBuilder" else {CATALOGUE[name].argument: job_name}


def held_name(job: Any, row: JobClass) -> Any:
    """The name that an object carries."""
    return getattr(job, row.argument)


def policy_prefix(row: JobClass) -> str:
    """What the fixture ``policy`` asks of a class."""
    return "ta" if KINDS[row.step_type].short else "team-a"
