"""No text of a definition becomes a wildcard or a policy variable, whichever field it stands in."""

from __future__ import annotations

import copy
import functools
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.core.arns import unescaped
from sm_prefix_ext.core.planned_jobs import AuthorRequest
from sm_prefix_ext.core.step_types import KINDS

from .pipelines import (
    ACCOUNT,
    EXECUTION,
    EXPERIMENT,
    JOBS,
    OTHERS,
    PROPERTY_FILES,
    REGION,
    REGISTRATIONS,
    WORKER,
    step,
)

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MORE = [
    step(
        "InGroup2",
        "RegisterModel",
        {
            "ModelPackageGroupName": f"arn:aws:sagemaker:{REGION}:"
            f"{ACCOUNT}:model-package-group/shared"
        },
    ),
    step("Reward", "Job", {"JobName": "team-a", "JobCategory": "AgentRFT", "RoleArn": WORKER}),
    step("Clarify", "ClarifyCheck", {"ProcessingJobName": "team-a", "RoleArn": WORKER}),
    step("Loop", "ForEach", {"ForEachBody": [step("In", "Training", {"TrainingJobName": "t"})]}),
    step(
        "Keyed",
        "EndpointConfig",
        {"EndpointConfigName": "k", "KmsKeyId": KEY, "ExecutionRoleArn": WORKER},
    ),
    step(
        "OfKeyed",
        "Endpoint",
        {"EndpointName": "e", "EndpointConfigName": {"Get": "Steps.Keyed.EndpointConfigName"}},
    ),
    step("Part", "InferenceComponent", {"InferenceComponentName": "p", "EndpointName": "e"}),
    step("Lineage", "Lineage"),
    step("Cleanup", "Cleanup"),
    step(
        "Fun",
        "Training",
        {
            "TrainingJobName": "team-a-fun",
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/fun"},
            "AlgorithmSpecification": {"ContainerArguments": ["--func_step_s3_dir", "2026"]},
        },
    ),
    step(
        "Read",
        "Fail",
        {
            "ErrorMessage": {
                "Std:JsonGet": {
                    "S3Uri": {
                        "Std:Join": {
                            "On": "/",
                            "Values": [
                                {"Get": "Steps.Fun.OutputDataConfig.S3OutputPath"},
                                "results.json",
                            ],
                        }
                    },
                    "Path": "a",
                }
            }
        },
    ),
]
DEFINITION = {
    "Parameters": [{"Name": "P", "Type": "String", "DefaultValue": "value"}],
    "PipelineExperimentConfig": {**EXPERIMENT, "ExperimentName": "lab", "TrialName": "trial"},
    "Steps": [*JOBS, *REGISTRATIONS, *PROPERTY_FILES, *OTHERS, *MORE],
}
Path = tuple[Any, ...]


def texts(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every text in a definition."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inside in inner:
        if isinstance(inside, str) and key != "Type":
            yield (*path, key)
        elif isinstance(inside, (dict, list)):
            yield from texts(inside, (*path, key))


PLACES = list(texts(DEFINITION))


def related(index: int) -> list[int]:
    """The steps that refer to a step or that it refers to, and those that these are related to."""
    reached, kept = {index}, set()
    while reached - kept:
        kept = set(reached)
        for position, another in itertools.product(kept, range(len(DEFINITION["Steps"]))):
            if refers(position, another) or refers(another, position):
                reached.add(another)
    return sorted(kept)


@functools.cache
def refers(position: int, another: int) -> bool:
    """Whether a step reads another step's output, or has its name."""
    text, name = json.dumps(DEFINITION["Steps"][position]), DEFINITION["Steps"][another]["Name"]
    return f"Steps.{name}." in text or f'"{name}"' in text


RELATED = [related(index) for index in range(len(DEFINITION["Steps"]))]


def at(path: Path, change: Any, *, whole: bool) -> dict[str, Any]:
    """The definition with a text changed, whole or without the steps that have no part in it.

    A wildcard covers other resources, which a policy then leaves out: among few steps it counts
    for more than among many.
    """
    steps = DEFINITION["Steps"]
    everything = whole or path[0] != "Steps"
    kept = range(len(steps)) if everything else RELATED[path[1]]
    changed = copy.deepcopy({**DEFINITION, "Steps": {index: steps[index] for index in kept}})
    holder: Any = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = change(holder[path[-1]])
    return {**changed, "Steps": list(changed["Steps"].values())}


def wildcards(policy: iam.PolicyDocument) -> int:
    """Count the wildcards and variables of a policy, except escaped ones."""
    count = 0
    for statement in policy.statements:
        for resource in statement["Resource"]:
            rest = resource.replace("${*}", "").replace("${?}", "").replace("${$}", "")
            count += rest.count("*") + rest.count("?") + rest.count("${")
    return count


def policies(definition: dict[str, Any]) -> list[iam.PolicyDocument]:
    """Return the policies that are generated from a definition."""
    pipeline_plan = Plan.from_definition(
        definition, region=REGION, role_arn=EXECUTION, pipeline_name="team-a-pipe"
    )
    return [iam.execution_role_policy(pipeline_plan), iam.author_policy(pipeline_plan)]


SMUGGLED = ("*?", "${aws:username}", "$", "arn:aws:s3:::*")


def test_every_step_type_and_every_place_is_tried() -> None:
    """The definition has every step type, so every field is tested."""
    used = {view["Type"] for view in DEFINITION["Steps"]}
    assert set(KINDS) == used
    assert 100 < len(PLACES)


def harmless(text: str) -> str:
    """Return a text of the same form without characters that a policy interprets."""
    return re.sub(r"[*?${}]", "z9", text)


def no_more(path: Path, change: Any, smuggled: str, *, whole: bool = False) -> None:
    """Assert that a text adds no more wildcards in a place than a harmless text does."""
    try:
        changed = policies(at(path, lambda old: change(old, smuggled), whole=whole))
    except ValueError:
        return  # refused
    usual = policies(at(path, lambda old: change(old, harmless(smuggled)), whole=whole))
    for policy, other in zip(changed, usual):
        assert wildcards(policy) <= wildcards(other), smuggled


def first(old: str, new: str) -> str:
    """Put a text behind the first separators of another one."""
    return old.replace("/", f"/{new}", 1).replace(":", f":{new}", 4)


CHANGES = (
    lambda old, new: new,
    lambda old, new: f"{old}{new}",
    lambda old, new: f"{new}{old}",
    first,
)


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_no_field_adds_a_wildcard(path: Path) -> None:
    """Special characters in any field add no wildcard, at its start, middle or end."""
    for smuggled in SMUGGLED:
        for change in CHANGES:
            no_more(path, change, smuggled)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(PLACES),
    st.sampled_from(CHANGES),
    st.text(st.sampled_from("*?${}:/-a'\"[]. "), max_size=12),
)
def test_no_special_character_adds_a_wildcard(path: Path, change: Any, text: str) -> None:
    """No special character of policies adds a wildcard or a variable to the whole definition's."""
    no_more(path, change, text, whole=True)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(st.sampled_from("*?${}a:"), max_size=4), min_size=1, max_size=5))
def test_no_join_puts_a_variable_together(parts: list[str]) -> None:
    """A dollar in one part and a brace in the next make no variable."""
    read = {"S3Uri": {"Std:Join": {"On": "", "Values": ["s3://b/k", *parts]}}, "Path": "p"}
    compared = {"Type": "Equals", "LeftValue": {"Std:JsonGet": read}, "RightValue": 1}
    arguments = {"Conditions": [compared], "IfSteps": [], "ElseSteps": []}
    pipeline_plan = Plan.from_definition({"Steps": [step("C", "Condition", arguments)]})
    policy = iam.execution_role_policy(pipeline_plan)
    assert 0 == wildcards(policy)
    [resource] = policy.statements[0]["Resource"]
    assert f"arn:aws:s3:::b/k{''.join(parts)}".rstrip("/") == unescaped(resource)


@pytest.mark.parametrize("smuggled", ["*", "?", "${aws:username}", "$"])
def test_author_requests_add_no_wildcard(smuggled: str) -> None:
    """Names of buckets, objects, functions and roles add no wildcard."""
    sent = (
        AuthorRequest("s3:PutObject", f"arn:aws:s3:::b{smuggled}/code/{smuggled}/x"),
        AuthorRequest("lambda:CreateFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:f:{smuggled}"),
        AuthorRequest("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{smuggled}"),
    )
    pipeline_plan = Plan.from_definition(
        {"Steps": []}, role_arn=EXECUTION, region=REGION, pipeline_name="p", author_requests=sent
    )
    # Those that are meant: executions of the pipeline, and the upload's own.
    assert 2 == wildcards(iam.author_policy(pipeline_plan))


def test_the_version_policy_names_one_pipeline() -> None:
    """A pipeline's name with a wildcard raises."""
    for name in ("*", "a?", "${aws:username}"):
        with pytest.raises(ValueError, match="can't be a pipeline's name"):
            iam.pipeline_version_policy(name, at_least=1)
