"""Which requests are what they are because a parameter of the pipeline has its default value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ..core.plan import Plan
from .required_permissions import Request, of_execution_role


def by_default(plan: Plan, asked: Iterable[Request]) -> Mapping[Request, tuple[str, ...]]:
    """The parameters whose default values a request depends on; requests with none are left out.

    A request depends on a parameter where, without the default, it would be another one or less
    would be known of it.

    Args:
        plan: what the pipeline will start.
        asked: the requests of its execution role.
    """
    if not plan.defaults:
        return {}
    in_question = list(asked)
    # Most requests depend on none, so that looking at them once for all parameters is enough.
    settled = set(of_execution_role(plan.without_defaults(plan.defaults)))
    in_question = [one for one in in_question if one not in settled]
    found: dict[Request, tuple[str, ...]] = defaultdict(tuple)
    for name in plan.defaults if in_question else ():
        others = set(of_execution_role(plan.without_defaults([name])))
        for one in in_question:
            if one not in others:
                found[one] += (name,)
    return {one: found[one] for one in in_question if one in found}
