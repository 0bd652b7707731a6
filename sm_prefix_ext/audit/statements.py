"""Judge the statements of IAM policies by the names of the jobs that they allow, or deny."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from ..core.arns import ArnScope
from ..core.job_names import RESERVED
from ..core.policy_file import Team
from ..core.step_types import JOB_KINDS, KINDS_BY_OPERATION, Kind
from ..core.text import listed
from ..iam.evaluator.kleene import Truth, Unknown
from ..iam.evaluator.pattern_overlap import meets
from ..iam.evaluator.patterns import MANY, Context, Template, glob, matches
from ..iam.evaluator.policy_parser import Statement
from .judge import Judgement
from .rows import INSIDE, NOT_KNOWN, OUTSIDE, PREFIXING_OFF, TWO_TEAMS, VERDICTS, Verdict

_KINDS = tuple(kind for kind in JOB_KINDS if KINDS_BY_OPERATION[kind.actions[0]] is kind)
"""The kinds of jobs that have operations of their own."""
_MOST_PATTERNS = 3
"""How many patterns a reason names; the statement has all of them."""

_Names = Literal["any", "others", "generated", "variables", "team"]


class Principal(NamedTuple):
    """The principal whose policy has a statement.

    Args:
        home: the partition and the account.
        tags: the principal's tags, by condition key.
    """

    home: ArnScope
    tags: Mapping[str, str] = {}

    def context(self, statement: Statement) -> Context:
        """Return the values of a statement's variables; those that no tag has are unknown."""
        account = self.home.account
        known = {"aws:PrincipalAccount": account, "aws:ResourceAccount": account, **self.tags}
        present = {key.lower() for key in known}
        return Context(known, (key for key in statement.keys if key.lower() not in present))


class _Mention(NamedTuple):
    """A pattern of a statement that matches jobs of a kind.

    Args:
        kind: the kind.
        names: which names it matches.
        text: the pattern, without what precedes the type.
        teams: the teams whose prefixes cover all that it matches.
    """

    kind: Kind
    names: _Names
    text: str
    teams: tuple[str, ...] = ()


def creating(kind: Kind) -> tuple[str, ...]:
    """Return the IAM actions that create a job of a kind."""
    # AutoML jobs have a second version of their operation.
    versions = ("", "V2") if kind.step_type == "AutoML" else ("",)
    return tuple(f"sagemaker:{kind.actions[0]}{version}" for version in versions)


def is_about_jobs(statement: Statement) -> bool:
    """Test whether a statement's actions are about jobs of any kind."""
    return any(statement.names_action(action) for kind in _KINDS for action in _actions(kind))


def judge_statement(
    statement: Statement, teams: Sequence[Team], principal: Principal
) -> Judgement | None:
    """Judge which jobs a statement lets its principal create, by its patterns of resources.

    Its conditions do not move the verdict, and nor does what other statements deny.

    Args:
        statement: an ``Allow``, or a ``Deny``.
        teams: whose prefixes are compared.
        principal: whose policy has it.

    Returns:
        ``None`` for a statement that says nothing of jobs' names: an ``Allow`` that creates none
        and names neither ``pipelines-*`` nor a team's prefix, and a ``Deny`` that matches every
        name, or that leaves a team's jobs alone.
    """
    if statement.effect == "Deny":
        return _judged_deny(statement, teams, principal)
    mentions = [
        mention for kind in _KINDS for mention in _mentions(statement, kind, teams, principal)
    ]
    return _judgement(mentions, statement) if mentions else None


def may_restrict(deny: Statement, allow: Statement, principal: Principal) -> bool:
    """Test whether a ``Deny`` can apply to jobs that an ``Allow`` of the same principal creates."""
    context = principal.context(deny)
    return any(
        deny.covers(_jobs(kind, "*", principal.home), context) is not False
        for kind in _KINDS
        if all(any(map(each.names_action, creating(kind))) for each in (deny, allow))
    )


def _actions(kind: Kind) -> tuple[str, ...]:
    others = (action for action in kind.iam_actions if action.startswith("sagemaker:"))
    return (*creating(kind), *others)


def _mentions(
    statement: Statement, kind: Kind, teams: Sequence[Team], principal: Principal
) -> Iterator[_Mention]:
    """Yield what creates jobs of a kind, and what else a statement allows by their names."""
    if not any(map(statement.names_action, _actions(kind))):
        return
    creates = any(map(statement.names_action, creating(kind)))
    if statement.not_resource:
        mentions = _of_other_resources(statement, kind, principal)
    else:
        mentions = _of_resources(statement, kind, teams, principal)
    yield from (
        mention for mention in mentions if creates or mention.names in ("generated", "team")
    )


def _of_resources(
    statement: Statement, kind: Kind, teams: Sequence[Team], principal: Principal
) -> Iterator[_Mention]:
    context = principal.context(statement)
    for template in statement.resources:
        filled = template.fill(context)
        known = isinstance(filled, str)
        # Without the value of a variable, the pattern is known up to it.
        pattern = filled if isinstance(filled, str) else _head(template.text)
        # A pattern for one region is compared with the jobs of that region.
        here = principal.home._replace(region=_region(pattern))
        every = meets(pattern, _jobs(kind, "*", here))
        if every is False:
            continue
        resource = _of_kind(pattern, kind)
        owners = tuple(
            team.name for team in teams if _within(resource, kind, _prefixes(team, kind))
        )
        names: _Names = "any" if every is True else "others"
        if owners:
            names = "team"
        elif _within(resource, kind, (RESERVED,)):
            names = "generated"
        elif not known:
            names = "variables"
        yield _Mention(kind, names, _resource(template), owners)


def _of_other_resources(
    statement: Statement, kind: Kind, principal: Principal
) -> Iterator[_Mention]:
    context = principal.context(statement)
    results = [
        statement.covers(_jobs(kind, "*", here), context)
        # Of all regions together, and of each that it names.
        for here in (principal.home, *_places(statement, principal.home))
    ]
    text = f"all but {_few(map(_resource, statement.resources))}"
    if True in results:
        yield _Mention(kind, "any", text)
    elif any(isinstance(result, Unknown) and result.keys for result in results):
        yield _Mention(kind, "variables", text)
    elif any(isinstance(result, Unknown) for result in results):
        yield _Mention(kind, "others", text)


def _judgement(mentions: Sequence[_Mention], statement: Statement) -> Judgement:
    teams = tuple(dict.fromkeys(team for mention in mentions for team in mention.teams))
    verdict: Verdict = INSIDE if len(teams) == 1 else TWO_TEAMS
    reasons: list[str] = []
    for names, worse, reason in _REASONS:
        found = [mention for mention in mentions if mention.names == names]
        if found:
            verdict = worse if not reasons else verdict
            patterns = _few(mention.text for mention in found)
            reasons.append(reason.format(types=_types(found), patterns=patterns))
    if verdict == TWO_TEAMS:
        reasons.append(f"It allows jobs under the prefixes of {listed(teams)}.")
    types = tuple(dict.fromkeys(mention.kind.step_type for mention in mentions))
    return Judgement(verdict, teams, _joined(reasons, statement), step_types=types)


_REASONS: tuple[tuple[_Names, Verdict, str], ...] = (
    ("any", OUTSIDE, "It allows jobs of any name, of {types}: {patterns}."),
    ("others", OUTSIDE, "It allows jobs that no team's prefix covers: {patterns}."),
    (
        "generated",
        PREFIXING_OFF,
        "It allows the names that the service generates with prefixing off: {patterns}.",
    ),
    ("variables", NOT_KNOWN, "Its variables decide which jobs it allows: {patterns}."),
)
"""What a statement allows, the worst first: the names, the verdict, and the reason."""


def _judged_deny(
    statement: Statement, teams: Sequence[Team], principal: Principal
) -> Judgement | None:
    found = (
        (kind.step_type, _blocked(statement, kind, teams, principal._replace(home=here)))
        for kind in _KINDS
        if any(map(statement.names_action, creating(kind)))
        for here in _places(statement, principal.home)
    )
    blocked = [(step_type, verdict) for step_type, verdict in found if verdict is not None]
    if not blocked:
        return None
    verdict = min((each for _, each in blocked), key=VERDICTS.index)
    patterns = _few(map(_resource, statement.resources))
    what = f"all but {patterns}" if statement.not_resource else patterns
    reason = f"It denies jobs under every team's prefix: {what}."
    types = tuple(dict.fromkeys(step_type for step_type, _ in blocked))
    return Judgement(verdict, (), _joined([reason], statement), step_types=types)


def _blocked(
    statement: Statement, kind: Kind, teams: Sequence[Team], principal: Principal
) -> Verdict | None:
    """Return the verdict on a ``Deny`` that leaves no team's jobs alone, but does not match all."""

    def covered(name: str) -> Truth:
        return statement.covers(_jobs(kind, name, principal.home), principal.context(statement))

    results = [covered(f"{prefix}-*") for team in teams for prefix in _prefixes(team, kind)[:1]]
    if not isinstance(covered("*"), Unknown) or not results or False in results:
        return None
    if any(isinstance(result, Unknown) and result.keys for result in results):
        return NOT_KNOWN
    keeps_generated = statement.not_resource and covered(f"{RESERVED}-*") is False
    return PREFIXING_OFF if keeps_generated else OUTSIDE


def _joined(reasons: list[str], statement: Statement) -> str | None:
    tests = [f"{condition.name} {condition.key}" for condition in statement.conditions]
    if tests:
        reasons = [*reasons, f"Its condition may restrict it: {', '.join(tests)}."]
    return " ".join(reasons) or None


def _jobs(kind: Kind, name: str, home: ArnScope) -> str:
    return home.arn("sagemaker", kind.resource(name))


def _within(resource: str, kind: Kind, prefixes: Iterable[str]) -> bool:
    """Test whether prefixes cover every job that a pattern matches."""
    return any(
        matches(glob(kind.resource(f"{prefix}{end}")), resource)
        for prefix in prefixes
        for end in ("-*", "", "/*")  # a version follows the name of a group of models
    )


def _prefixes(team: Team, kind: Kind) -> tuple[str, ...]:
    """Return the beginnings of names that are a team's, the policy's own first.

    Both spellings count, since SageMaker has authorized names in lower case too. Tuning and AutoML
    jobs under the prefix are the team's too, not only those under its short prefix.
    """
    policy = team.policy
    prefixes = dict.fromkeys((policy.prefix_for(kind), policy.prefix))
    return tuple(
        spelling
        for prefix in prefixes
        if prefix is not None
        for spelling in dict.fromkeys((str(prefix), prefix.lower()))
    )


def _of_kind(pattern: str, kind: Kind) -> str:
    """Return a pattern's resource, with the kind's type in place of wildcards."""
    resource = pattern.split(":", 5)[-1]
    _, slash, name = resource.partition("/")
    return f"{kind.arn_resource}/{name}" if slash else resource


def _head(text: str) -> str:
    return glob(text.partition("${")[0]) + MANY


def _region(pattern: str) -> str:
    parts = pattern.split(":", 5)
    return parts[3] if len(parts) == 6 else "*"


def _places(statement: Statement, home: ArnScope) -> tuple[ArnScope, ...]:
    """The regions that the resources of a statement name; any, if none is named."""
    regions = dict.fromkeys(_region(glob(template.text)) for template in statement.resources)
    known = [region for region in regions if "${" not in region]
    return tuple(home._replace(region=region) for region in known or ["*"])


def _resource(template: Template) -> str:
    return template.text.split(":", 5)[-1]


def _types(mentions: Iterable[_Mention]) -> str:
    types = dict.fromkeys(mention.kind.step_type for mention in mentions)
    if len(types) == len(_KINDS):
        return "every type"
    return f"the type{'s' * (len(types) > 1)} {listed(types)}"


def _few(texts: Iterable[str]) -> str:
    shown = list(dict.fromkeys(texts))
    more = len(shown) - _MOST_PATTERNS
    return f"{', '.join(shown[:_MOST_PATTERNS])}{f' and {more} more' if more > 0 else ''}"
