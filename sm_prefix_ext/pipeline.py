"""Drop-in ``Pipeline`` and ``PipelineDefinitionConfig``."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

from ._sdk import upstream
from ._sdk.outline import outline, render
from .definition import Definition
from .enforcement import enforce, enforce_in_place
from .errors import PrefixViolation
from .findings import Finding, has_errors
from .iam import Preflight, preflight
from .iam.live import preflight_live
from .naming import Place, full_name_faults
from .plan import Plan
from .policy import PrefixPolicy

_SDK = upstream()

if TYPE_CHECKING:
    _Pipeline = Any
    _Config = Any
else:
    _Pipeline = _SDK.pipeline
    _Config = _SDK.definition_config


class PipelineDefinitionConfig(_Config):
    """The SDK's ``PipelineDefinitionConfig``, with prefixing on and a prefix policy.

    Args:
        use_custom_job_prefix: whether job names carry a prefix; ``True`` unless told otherwise.
        policy: a :class:`~sm_prefix_ext.PrefixPolicy`; a ``str`` stands for ``PrefixPolicy(str)``;
            ``None`` takes the policy that :meth:`~sm_prefix_ext.PrefixPolicy.discover` finds when
            the definition is rendered, if any.

    Raises:
        InvalidPrefix: for a prefix that no job could carry.

    Example:
        >>> from sm_prefix_ext import PipelineDefinitionConfig
        >>> PipelineDefinitionConfig(policy="team-a").policy.prefix
        'team-a'
    """

    def __init__(
        self,
        use_custom_job_prefix: bool = True,
        *,
        policy: PrefixPolicy | str | None = None,
    ) -> None:
        super().__init__(use_custom_job_prefix)
        if policy is not None and not isinstance(policy, PrefixPolicy):
            policy = PrefixPolicy(policy)
        self.policy = policy

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({bool(self.use_custom_job_prefix)!r}, policy={self.policy!r})"
        )


class Pipeline(_Pipeline):
    """The SDK's ``Pipeline``: its definition leaves with every job under its prefix or not at all.

    Takes the arguments of the SDK's class. Without a ``pipeline_definition_config`` it takes
    :class:`PipelineDefinitionConfig`, so prefixing is on; one of the SDK's own is accepted.

    Example:
        >>> from sm_prefix_ext import Pipeline, PipelineDefinitionConfig
        >>> config = PipelineDefinitionConfig(policy="team-a")
        >>> pipeline = Pipeline("team-a-abalone", steps=[], pipeline_definition_config=config)
        >>> pipeline.check()
        ()
    """

    @wraps(_SDK.pipeline.__init__)  # type: ignore[misc]  # mypy knows no wrapped constructors
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = _SIGNATURE.bind(self, *args, **kwargs)
        if given.arguments.get("pipeline_definition_config") is None:
            given.arguments["pipeline_definition_config"] = PipelineDefinitionConfig()
        super().__init__(*given.args[1:], **given.kwargs)

    def definition(self) -> str:
        """The pipeline's definition as JSON, with every job's name and role enforced.

        Returns:
            What the SDK renders, with the composed names and the policy's roles in it.

        Raises:
            PrefixViolation: with every finding, where one of them is an error.
        """
        definition, findings = self._enforced()
        if definition is None or has_errors(findings):
            raise PrefixViolation(findings, f"the pipeline {self.name!r}")
        return json.dumps(definition)

    def check(self) -> tuple[Finding, ...]:
        """All that is wrong with the pipeline; raises nothing for it and sends nothing for it."""
        return self._enforced()[1]

    def plan(self, *, role_arn: str | None = None, account: str | None = None) -> Plan:
        """The jobs that the pipeline will start, with their names, ARNs, roles and IAM actions.

        Args:
            role_arn: the pipeline's execution role, which the SDK is told only at ``upsert()``.
            account: 12 digits; by default that of the roles in the definition, ``*`` where there
                is none.

        Raises:
            PrefixViolation: as :meth:`definition` does.
        """
        return Plan.from_definition(
            self.definition(),
            region=region_of(self),
            role_arn=role_arn,
            account=account,
            pipeline_name=str(self.name) or None,
        )

    def preflight(
        self,
        *,
        role_policies: Any = None,
        boundary: Any = None,
        scps: Sequence[Any] = (),
        author_policies: Any = None,
        live: bool = False,
        role_arn: str | None = None,
        context: Mapping[str, Any] | None = None,
        bucket: str | None = None,
    ) -> Preflight:
        """Whether policies let these jobs run: each request of a run, its verdict, its statements.

        Args:
            role_policies: the execution role's policies, or names to policies; with ``live`` they
                are read from IAM.
            boundary: its permissions boundary; with ``live`` read from IAM.
            scps: levels of SCPs, the root first.
            author_policies: the policies of whoever creates and starts the pipeline; ``None``
                leaves the author out.
            live: ask IAM, with the pipeline's session: for the role's policies and boundary, and
                for its simulator's answer.
            role_arn: the execution role; with ``live`` by default that of the pipeline in AWS.
            context: condition keys that you know, such as ``aws:PrincipalTag/team``.
            bucket: where the author's code goes; by default SageMaker's default bucket.

        Raises:
            PrefixViolation: as :meth:`definition` does.
            ValueError: for a policy that IAM would refuse, or where neither policies nor ``live``
                are given, or both.
        """
        if (role_policies is None) != live or (live and boundary is not None):
            raise ValueError(
                "preflight() takes the role's policies as role_policies= and boundary=, or reads "
                "both from IAM with live=True; give one of the two."
            )
        session = self.sagemaker_session
        known: dict[str, Any] = {"author_policies": author_policies, "bucket": bucket}
        known |= {"scps": scps, "context": context}
        if not live:
            plan = self.plan(role_arn=role_arn)
            return preflight(plan, role_policies=role_policies, boundary=boundary, **known)
        role_arn = role_arn or self.describe()["RoleArn"]
        client = session.boto_session.client("iam")
        return preflight_live(client, self.plan(role_arn=role_arn), role_arn, **known)

    @wraps(_SDK.pipeline.create)
    def create(self, *args: Any, **kwargs: Any) -> Any:
        return super(Pipeline, self._rendered()).create(*args, **kwargs)

    @wraps(_SDK.pipeline.update)
    def update(self, *args: Any, **kwargs: Any) -> Any:
        return super(Pipeline, self._rendered()).update(*args, **kwargs)

    @wraps(_SDK.pipeline.upsert)
    def upsert(self, *args: Any, **kwargs: Any) -> Any:
        return super(Pipeline, self._rendered()).upsert(*args, **kwargs)

    def _enforced(self) -> tuple[Definition | None, tuple[Finding, ...]]:
        prefixing = bool(self.pipeline_definition_config.use_custom_job_prefix)
        policy = getattr(self.pipeline_definition_config, "policy", None)
        policy = policy or PrefixPolicy.discover() or PrefixPolicy()
        before = outline(self, _SDK)
        policy = policy.spread(before.owners)
        # Rendering uploads code, so what the objects alone show to be wrong is said first.
        findings = enforce(before.definition, policy, before.declared, prefixing=prefixing)[1]
        own = own_name_faults(self, policy) if prefixing else ()
        if has_errors(findings):
            return None, own + findings
        definition = json.loads(render(self, before, _SDK, quiet=prefixing))
        findings = enforce_in_place(definition, policy, before.declared, prefixing=prefixing)
        return definition, own + findings

    def _rendered(self) -> Pipeline:
        """A twin with the definition at hand: made before any request, once for all requests."""
        if "definition" in vars(self):
            return self
        definition = self.definition()
        twin = copy.copy(self)
        twin.__dict__["definition"] = lambda: definition
        if getattr(self.sagemaker_session, "local_mode", False):
            # Local mode compiles the steps itself, and v2 stops at a model that the policy named.
            twin.pipeline_definition_config = PipelineDefinitionConfig(False)
        return twin


def region_of(pipeline: Any) -> str | None:
    """The region of a pipeline's session; ``None`` for a session without one, as tests make."""
    region = getattr(pipeline.sagemaker_session, "boto_region_name", None)
    return region if isinstance(region, str) else None


def own_name_faults(pipeline: Any, policy: PrefixPolicy) -> tuple[Finding, ...]:
    """The warning for a pipeline whose own name the policy doesn't cover."""
    place = Place(str(pipeline.name), "Pipeline")
    return full_name_faults(place, "The pipeline's own name", pipeline.name, policy)


def with_policy(pipeline: Pipeline, policy: PrefixPolicy) -> Pipeline:
    """A pipeline under another policy; the given one stays as it is."""
    twin = copy.copy(pipeline)
    config = pipeline.pipeline_definition_config
    twin.pipeline_definition_config = PipelineDefinitionConfig(
        config.use_custom_job_prefix, policy=policy
    )
    return twin


def definition_as_it_stands(pipeline: Any) -> Definition:
    """The definition of a pipeline of the SDK's own class.

    With the SDK's prefixing on, v2 stops in the middle of rendering for a model without a name.
    Then the names are taken from what the user declared, and the missing one stays missing, to be
    found with whatever else is wrong.
    """
    try:
        stands: Definition = json.loads(pipeline.definition())
        return stands
    except ValueError as error:
        if "use_custom_job_prefix" not in str(error):
            raise
    before = outline(pipeline, _SDK)
    definition: Definition = json.loads(render(pipeline, before, _SDK, quiet=True))
    declared = {
        step: replace(said, name=said.composed) if said.composed else said
        for step, said in before.declared.items()
    }
    enforce_in_place(definition, PrefixPolicy(), declared)
    return definition


_SIGNATURE = inspect.signature(_SDK.pipeline.__init__)
