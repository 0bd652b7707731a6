"""Why each finding matters, an example that has it, one that does not, and the source.

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
"""The language of each kind of example in a Markdown page."""


class Explanation(NamedTuple):
    """Why a finding matters, with examples.

    Args:
        why: what happens if the finding is ignored.
        kind: what the examples are a part of; steps of a definition are checked under the prefix
            ``team-a``.
        wrong: an example that has the finding.
        right: the nearest example that does not have it.
        source: the page of AWS's documentation that states the rule, or what was measured.
    """

    why: str
    kind: ExampleKind
    wrong: str
    right: str
    source: str


def _step(step_type: str, name: str = "Train", **arguments: object) -> str:
    """Return a step as it is written in a definition."""
    head = f'{{"Name": {json.dumps(name)}, "Type": {json.dumps(step_type)},'
    listed = f",\n{' ' * 15}".join(
        f"{json.dumps(key)}: {json.dumps(value)}" for key, value in arguments.items()
    )
    return f'{head}\n "Arguments": {{{listed}}}}}'


def _may_train(resource: str) -> str:
    """Return a statement that allows training jobs on a resource."""
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
            "The service adds an execution ID and a token to the name. The SDK cuts a longer name "
            "without a warning, and may cut off the prefix that IAM requires.",
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
            "Anyone who starts the pipeline can give the parameter any value, so the job's name "
            "can't be checked before the run.",
            "definition",
            _step("Training", TrainingJobName={"Get": "Parameters.JobName"}),
            _step("Training", TrainingJobName="team-a-train"),
            f"{_AWS}/sagemaker/latest/dg/build-and-manage-parameters.html",
        ),
        codes.UNKNOWN_STEP_TYPE: Explanation(
            "A step of an unknown type may start jobs, and this release does not know which of its "
            "arguments carries their name.",
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
            "With prefixing on, a job's name does not contain its step's name, so only "
            "ListPipelineExecutionSteps shows which job belongs to which step.",
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
            "The role can start jobs under the names of other teams, and IAM does not deny a job "
            "with a wrong name.",
            "IAM policy",
            _may_train("training-job/*"),
            _may_train("training-job/team-a-*"),
            _PREFIX,
        ),
        codes.WILDCARD_IN_RESOURCE_TYPE: Explanation(
            "IAM does not define what such a pattern matches, and it also covers resource types "
            "that AWS adds later.",
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
            "The policy was written for the names of the other mode, so IAM denies the jobs as "
            "soon as prefixing is switched.",
            "IAM policy",
            _may_train("training-job/pipelines-*"),
            _may_train("training-job/team-a-*"),
            _PREFIX,
        ),
        codes.NOT_READ: Explanation(
            "A policy that could not be read may deny what the others allow, so verdicts are not "
            "certain.",
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
            "measured: the SDK renders a pipeline again for each request that it sends",
        ),
        codes.UNREAD_REQUEST: Explanation(
            "The jobs in a request that could not be read may have any name, so a guard that let "
            "it through would not protect the prefix.",
            "request",
            '{"PipelineName": "team-a-abalone", "PipelineDefinition": "{\\"Steps\\": ["}',
            '{"PipelineName": "team-a-abalone", "PipelineDefinition": "{\\"Steps\\": []}"}',
            f"{_API}/API_CreatePipeline.html",
        ),
        codes.DEFINITION_NOT_READ: Explanation(
            "A check that passes says nothing about the jobs of a definition that it did not read.",
            "template",
            '"PipelineDefinition":\n  {"PipelineDefinitionS3Location":\n'
            '    {"Bucket": "team-a", "Key": "train.json"}}',
            '"PipelineDefinition":\n  {"PipelineDefinitionBody": "{\\"Steps\\": []}"}',
            f"{_AWS}/AWSCloudFormation/latest/TemplateReference/"
            "aws-resource-sagemaker-pipeline.html",
        ),
    }
)
"""The explanation of each code, in addition to its :class:`~sm_prefix_ext.core.findings.Rule`."""
