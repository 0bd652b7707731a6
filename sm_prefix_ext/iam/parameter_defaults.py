"""The requests that depend on the default value of a pipeline parameter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ..core.plan import Plan
from .required_permissions import Request, of_execution_role


def parameters_by_request(
    plan: Plan, requests: Iterable[Request]
) -> Mapping[Request, tuple[str, ...]]:
    """Return, for each request that depends on default values, the names of the parameters.

    A request depends on a parameter if the plan without the default doesn't have the same request:
    its resource or its condition keys differ.

    Args:
        plan: what the pipeline will start.
        requests: the requests of its execution role.
    """
    if not plan.defaults:
        return {}
    # Most requests depend on no parameter; one pass without any default sorts them out.
    independent = set(of_execution_role(plan.without_defaults(plan.defaults)))
    dependent = [request for request in requests if request not in independent]
    parameters: dict[Request, tuple[str, ...]] = defaultdict(tuple)
    for name in plan.defaults if dependent else ():
        without_default = set(of_execution_role(plan.without_defaults([name])))
        for request in dependent:
            if request not in without_default:
                parameters[request] += (name,)
    return {request: parameters[request] for request in dependent if request in parameters}
