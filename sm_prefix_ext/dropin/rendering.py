"""One rendering of a pipeline: its findings, definition, plan and preflight."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..core.definition import Definition
from ..core.display.displayed import Displayed
from ..core.display.report import Report
from ..core.errors import PrefixViolation
from ..core.finding_levels import NO_LEVELS, FindingLevels, SwitchedOff, apply_levels
from ..core.findings import FOREIGN_ROLE, Finding, has_errors
from ..core.findings_report import Findings
from ..core.plan import Plan
from ..core.planned_jobs import AuthorRequest
from ..iam import Preflight, preflight
from ..iam.live import preflight_live


@dataclass(frozen=True)
class Rendering(Displayed):
    """One rendering of a pipeline, from :meth:`~sm_prefix_ext.Pipeline.render`.

    It is a snapshot: call ``render()`` again after you change the pipeline.

    Args:
        pipeline_name: the pipeline's own name.
        findings: all findings about the pipeline, with the severities of the policy file.
        region: the region of its session; ``None`` if that has none.
        author_requests: the requests that ``create()`` and ``update()`` send in addition to those
            for the pipeline itself.
        jobs: how many of its steps start a job.
        switched_off: the findings that the policy file switches off, each with its level.

    Example:
        >>> from sm_prefix_ext import Pipeline
        >>> rendering = Pipeline("team-a-abalone", steps=[]).render()
        >>> rendering.findings, list(rendering.plan())
        ((), [])
    """

    pipeline_name: str
    findings: Findings
    region: str | None = None
    author_requests: tuple[AuthorRequest, ...] = ()
    jobs: int = 0
    switched_off: SwitchedOff = ()
    _document: Definition | None = field(default=None, repr=False)
    _session: Any = field(default=None, repr=False, compare=False)
    _levels: FindingLevels = field(default_factory=lambda: NO_LEVELS, repr=False, compare=False)

    @property
    def definition(self) -> str:
        """The definition as JSON, with every job's name and role enforced.

        Raises:
            PrefixViolation: with all findings, if one of them is an error.
        """
        return json.dumps(self._enforced(self.findings))

    def plan(
        self,
        *,
        role_arn: str | None = None,
        account: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Plan:
        """Return the jobs that the pipeline will start, with names, ARNs, roles and IAM actions.

        Args:
            role_arn: the pipeline's execution role, which users pass to ``upsert()`` only.
            account: 12 digits; by default the account of the roles in the definition, or ``*``.
            parameters: values of the pipeline's parameters; the others have their defaults.

        Raises:
            PrefixViolation: see :attr:`definition`.
        """
        return Plan.from_definition(
            # A foreign role doesn't block a plan: a preflight denies passing it.
            self._enforced(finding for finding in self.findings if finding.code != FOREIGN_ROLE),
            region=self.region,
            role_arn=role_arn,
            account=account,
            pipeline_name=self.pipeline_name or None,
            parameters=parameters,
            author_requests=self.author_requests,
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
        parameters: Mapping[str, Any] | None = None,
    ) -> Preflight:
        """Evaluate each request of a run under the given policies.

        Args:
            role_policies: the execution role's policies, or a mapping of names to policies; with
                ``live``, they come from IAM.
            boundary: its permissions boundary; with ``live``, it comes from IAM.
            scps: levels of SCPs, the root first.
            author_policies: the policies of the principal that creates and starts the pipeline;
                ``None`` leaves the author out.
            live: read the role's policies and boundary from IAM, and use IAM's simulator, with the
                pipeline's session.
            role_arn: the execution role; with ``live``, by default that of the pipeline in AWS.
            context: condition keys that you know, such as ``aws:PrincipalTag/team``.
            bucket: the bucket for the author's code; by default SageMaker's default bucket.
            parameters: values of the pipeline's parameters; the others have their defaults.

        Raises:
            PrefixViolation: see :attr:`definition`.
            ValueError: if IAM would reject a policy, or the call has neither policies nor ``live``,
                or both.
        """
        if (role_policies is None) != live or (live and boundary is not None):
            raise ValueError(
                "preflight() takes the role's policies as role_policies= and boundary=, or reads "
                "both from IAM with live=True; give one of the two."
            )
        known: dict[str, Any] = {"author_policies": author_policies, "bucket": bucket}
        known |= {"scps": scps, "context": context}
        if not live:
            plan = self.plan(role_arn=role_arn, parameters=parameters)
            answer = preflight(plan, role_policies=role_policies, boundary=boundary, **known)
            return self._levelled(answer)
        if role_arn is None:
            service = self._session.sagemaker_client
            role_arn = str(service.describe_pipeline(PipelineName=self.pipeline_name)["RoleArn"])
        plan = self.plan(role_arn=role_arn, parameters=parameters)
        iam = self._session.boto_session.client("iam")
        return self._levelled(preflight_live(iam, plan, role_arn, **known))

    def report(self, *, drawn: bool = True) -> Report:
        title = f"Pipeline {self.pipeline_name}"
        return replace(self.findings.report(drawn=drawn), title=title)

    def _levelled(self, answer: Preflight) -> Preflight:
        """Return the preflight with the levels of the policy file for its warnings."""
        return replace(answer, warnings=apply_levels(answer.warnings, self._levels)[0])

    def _enforced(self, findings: Iterable[Finding]) -> Definition:
        if self._document is None or has_errors(findings):
            raise PrefixViolation(self.findings, f"the pipeline {self.pipeline_name!r}")
        return self._document
