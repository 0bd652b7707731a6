"""Why each finding matters, with an example that has it and one that has not, and the source.

``sm-prefix explain`` and docs/findings.md show them; nothing else imports this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from . import findings as codes

ExampleKind = Literal["definition", "policy file", "IAM policy", "request", "Python", "template"]

FENCES: Mapping[ExampleKind, str] = MappingProxyType(
    {
        "definition": "json",
        "policy file": "toml",
        "IAM policy": "json",
        "request": "json",
        "Python": "python",
        "template": "json",
    }
)
"""By kind of example, the language that a Markdown page colours it as."""


class Explanation(NamedTuple):
    """Why a finding matters, and how it looks.

    Args:
        why: what happens to someone who leaves it as it is.
        kind: what the examples are a part of; steps of a definition are judged under the prefix
            ``team-a``.
        wrong: an example that has the finding.
        right: the nearest example that has not.
        source: the page of AWS's documentation that states the rule, or what was measured.
    """

    why: str
    kind: ExampleKind
    wrong: str
    right: str
    source: str


def _step(step_type: str, name: str = "Train", **arguments: object) -> str:
    """A step as a definition holds it."""
    head = f'{{"Name": {json.dumps(name)}, "Type": {json.dumps(step_type)},'
    listed = f",\n{' ' * 15}".join(
        f"{json.dumps(key)}: {json.dumps(value)}" for key, value in arguments.items()
    )
    return f'{head}\n "Arguments": {{{listed}}}}}'


def _may_train(resource: str) -> str:
    """A statement that allows training jobs of a name."""
    return (
        '{"Effect": "Allow",\n "Action": "sagemaker:CreateTrainingJob",\n '
        f'"Resource": "arn:aws:sagemaker:eu-west-1:111122223333:{resource}"}}'
    )


_AWS = "https://docs.aws.amazon.com"
_API = f"{_AWS}/sagemaker/latest/APIReference"
_PREFIX = (
    f"{_AWS}/sagemaker/latest/dg/build-and-manage-access.html"
    "#build-and-manage-step-permissions-prefix"
)
_JOB = f"{_API}/API_CreateTrainingJob.html"
_RESOURCE = f"{_AWS}/IAM/latest/UserGuide/reference_policies_elements_resource.html"
_CODE_OF_V3 = "measured: the prefix of a training job is missing in definitions by SDK v3"

EXPLANATIONS: Mapping[str, Explanation] = MappingProxyType(
    {
        codes.NOT_DECLARED: Explanation(
            "Without a declared name the SDK makes one from the container image, so the job runs "
            "outside the names that IAM allows, and fails only when the pipeline reaches it.",
            "definition",
            _step("Training"),
            _step("Training", TrainingJobName="team-a-train"),
            _PREFIX,
        ),
        codes.TOO_LONG: Explanation(
            "The service adds an execution ID and a token to the name. SDKs cut a longer name in "
            "silence, and what is cut may be the prefix that IAM asks for.",
            "definition",
            _step("Training", TrainingJobName="team-a-forecast-of-demand-by-store-and-week"),
            _step("Training", TrainingJobName="team-a-forecast-by-store-and-week"),
            _PREFIX,
        ),
        codes.ALPHABET: Explanation(
            "SageMaker refuses the job when the pipeline reaches its step, which may be hours "
            "after the start.",
            "definition",
            _step("Training", TrainingJobName="team-a-my_job"),
            _step("Training", TrainingJobName="team-a-my-job"),
            _JOB,
        ),
        codes.EXPRESSION: Explanation(
            "Whoever starts the pipeline can give the parameter any value, so nothing that is "
            "checked beforehand says which name the job will have.",
            "definition",
            _step("Training", TrainingJobName={"Get": "Parameters.JobName"}),
            _step("Training", TrainingJobName="team-a-train"),
            f"{_AWS}/sagemaker/latest/dg/build-and-manage-parameters.html",
        ),
        codes.UNKNOWN_STEP_TYPE: Explanation(
            "A step of an unknown type may start jobs, and where their names stand is unknown too.",
            "definition",
            _step("Quantum"),
            _step("Training", TrainingJobName="team-a-train"),
            "https://aws-sagemaker-mlops.github.io/"
            "sagemaker-model-building-pipeline-definition-JSON-schema/",
        ),
        codes.OUTSIDE_POLICY: Explanation(
            "IAM allows names that begin with the prefix and a hyphen: team-a-* does not match "
            "team-ab-train, so the job is denied, or belongs to another team.",
            "definition",
            _step("Training", TrainingJobName="team-ab-train"),
            _step("Training", TrainingJobName="team-a-train"),
            _PREFIX,
        ),
        codes.SAME_PREFIX: Explanation(
            "With prefixing on, a job's name does not hold its step's name, so the two jobs can be "
            "told apart by ListPipelineExecutionSteps alone.",
            "definition",
            _step("Training", "First", TrainingJobName="team-a-train")
            + ",\n"
            + _step("Training", "Second", TrainingJobName="team-a-train"),
            _step("Training", "First", TrainingJobName="team-a-first")
            + ",\n"
            + _step("Training", "Second", TrainingJobName="team-a-second"),
            "measured: the step's name is in none of the job names seen with prefixing on",
        ),
        codes.GROUP_OUTSIDE_POLICY: Explanation(
            "A registered model has its group's name in its ARN, so an IAM policy on the prefix "
            "does not cover it.",
            "definition",
            _step("RegisterModel", "Register", ModelPackageGroupName="abalone"),
            _step("RegisterModel", "Register", ModelPackageGroupName="team-a-abalone"),
            f"{_API}/API_CreateModelPackage.html",
        ),
        codes.RESERVED_PREFIX: Explanation(
            "Every pipeline with prefixing off has jobs of this prefix, so an IAM policy on it "
            "covers the jobs of every team.",
            "definition",
            _step("Training", TrainingJobName="pipelines-train"),
            _step("Training", TrainingJobName="train"),
            _PREFIX,
        ),
        codes.NO_SHORT_PREFIX: Explanation(
            "Tuning and AutoML jobs have names of at most 32 characters, of which the service "
            "leaves 6 for the prefix.",
            "policy file",
            'prefix = "team-alpha"',
            'prefix = "team-alpha"\nshort_prefix = "team"',
            _PREFIX,
        ),
        codes.FULL_NAME_OUTSIDE_POLICY: Explanation(
            "The service gives the resource exactly this name, so an IAM policy on the prefix does "
            "not cover it.",
            "definition",
            _step("Endpoint", "Deploy", EndpointName="abalone"),
            _step("Endpoint", "Deploy", EndpointName="team-a-abalone"),
            f"{_API}/API_CreateEndpoint.html",
        ),
        codes.PREFIX_VOIDED: Explanation(
            "The role can start jobs under the names of other teams, and a wrong name is not "
            "denied but runs.",
            "IAM policy",
            _may_train("training-job/*"),
            _may_train("training-job/team-a-*"),
            _PREFIX,
        ),
        codes.WILDCARD_IN_RESOURCE_TYPE: Explanation(
            "IAM does not promise what such a pattern matches, and it covers resource types that "
            "are still to come.",
            "IAM policy",
            _may_train("*/team-a-*"),
            _may_train("training-job/team-a-*"),
            f"{_AWS}/IAM/latest/UserGuide/reference-arns.html#arns-paths",
        ),
        codes.NARROWER_THAN_JOBS: Explanation(
            "An execution ID follows the prefix, so the policy allows the job in some runs and "
            "denies it in others.",
            "IAM policy",
            _may_train("training-job/team-a-train-x*"),
            _may_train("training-job/team-a-train-*"),
            _RESOURCE,
        ),
        codes.OTHER_CASE: Explanation(
            "IAM compares the resource in an ARN letter by letter, so the job is denied although "
            "the names look alike.",
            "IAM policy",
            _may_train("training-job/Team-A-*"),
            _may_train("training-job/team-a-*"),
            _RESOURCE,
        ),
        codes.OTHER_NAMES: Explanation(
            "The policy was written for the names of the other mode, so the jobs are denied from "
            "the day that prefixing is switched.",
            "IAM policy",
            _may_train("training-job/pipelines-*"),
            _may_train("training-job/team-a-*"),
            _PREFIX,
        ),
        codes.NOT_READ: Explanation(
            "A policy that nobody read may deny what the others allow, so the preflight says less "
            "than it could.",
            "IAM policy",
            '{"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}',
            '{"Effect": "Allow",\n "Action": ["iam:GetRole", "iam:ListRolePolicies", '
            '"iam:GetRolePolicy",\n            "iam:ListAttachedRolePolicies", "iam:GetPolicy", '
            '"iam:GetPolicyVersion"],\n "Resource": "*"}',
            f"{_AWS}/IAM/latest/APIReference/API_GetRolePolicy.html",
        ),
        codes.FOREIGN_ROLE: Explanation(
            "A role can be passed only to a service in the role's own account, so the job is "
            "denied whatever the policies allow.",
            "definition",
            _step(
                "Training",
                TrainingJobName="team-a-train",
                RoleArn="arn:aws:iam::444455556666:role/training",
            ),
            _step(
                "Training",
                TrainingJobName="team-a-train",
                RoleArn="arn:aws:iam::111122223333:role/training",
            ),
            f"{_AWS}/IAM/latest/UserGuide/id_roles_use_passrole.html",
        ),
        codes.NAME_DROPPED: Explanation(
            "The SDK leaves the declared name out and reports nothing, so the job runs under a "
            "name outside the prefix.",
            "Python",
            "from sagemaker.workflow.pipeline import Pipeline\n\n"
            'Pipeline("abalone", steps=[train])',
            'from sm_prefix_ext import Pipeline\n\nPipeline("abalone", steps=[train])',
            _CODE_OF_V3,
        ),
        codes.REFUSED_BY_SERVICE: Explanation(
            "SageMaker refuses the resource when the pipeline reaches its step, which may be hours "
            "after the start.",
            "definition",
            _step("Endpoint", "Deploy", EndpointName="team-a.v2"),
            _step("Endpoint", "Deploy", EndpointName="team-a-v2"),
            f"{_API}/API_CreateEndpoint.html",
        ),
        codes.UNMATCHED_STEP_ROLE: Explanation(
            "The step that the entry was meant for keeps another role, often one with more "
            "permissions.",
            "policy file",
            'prefix = "team-a"\n\n[step_roles]\nTrian = "arn:aws:iam::111122223333:role/training"',
            'prefix = "team-a"\n\n[step_roles]\nTrain = "arn:aws:iam::111122223333:role/training"',
            _PREFIX,
        ),
        codes.NOT_REACHED: Explanation(
            "What the SDK adds while it renders can't be checked beforehand, and its names may "
            "have been cut or dropped.",
            "Python",
            'Pipeline("abalone", steps=[evaluate])  # evaluate takes what train returns',
            'Pipeline("abalone", steps=[train, evaluate])',
            "measured: the SDK renders steps that its list of steps does not hold",
        ),
        codes.CHANGED: Explanation(
            "The definition that would be sent is not the one that was checked.",
            "Python",
            "def upsert():\n    pipeline.upsert(role)\n\n\nThread(target=upsert).start()\n"
            "pipeline.steps.append(evaluate)",
            "pipeline.steps.append(evaluate)\npipeline.upsert(role)",
            "measured: the SDK renders a pipeline anew in each request that it sends",
        ),
        codes.UNREAD_REQUEST: Explanation(
            "A guard that lets through what it could not read protects nothing.",
            "request",
            '{"PipelineName": "team-a-abalone", "PipelineDefinition": "{\\"Steps\\": ["}',
            '{"PipelineName": "team-a-abalone", "PipelineDefinition": "{\\"Steps\\": []}"}',
            f"{_API}/API_CreatePipeline.html",
        ),
        codes.DEFINITION_NOT_READ: Explanation(
            "A check that passes says nothing about the jobs of a definition that it did not see.",
            "template",
            '"PipelineDefinition":\n  {"PipelineDefinitionS3Location":\n'
            '    {"Bucket": "team-a", "Key": "train.json"}}',
            '"PipelineDefinition":\n  {"PipelineDefinitionBody": "{\\"Steps\\": []}"}',
            f"{_AWS}/AWSCloudFormation/latest/TemplateReference/"
            "aws-resource-sagemaker-pipeline.html",
        ),
    }
)
"""By code, what is to say beyond its :class:`~sm_prefix_ext.core.findings.Rule`."""
