"""What a pipeline's objects say before the SDK renders them: its steps, and the declared names.

The SDK cuts, replaces and drops names while it renders, and uploads code to S3 on the way. So the
names are read off the job objects first, and what is wrong with them is known before anything is
sent.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from ..core.definition import MADE_UP, Definition, image_name, is_made_up_model
from ..core.job_names import GivenName
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import JOB_KINDS, KINDS
from ..enforcement.name_rules import Declared, valid_name
from .adapter import Upstream
from .catalogue import CATALOGUE
from .object_graph import Reach, reach

_READ_APART = frozenset({"QualityCheck", "ClarifyCheck", "Model", "RegisterModel"})
"""The step types whose names are not read off one attribute of a job object."""
_ARGUMENTS = {
    row.step_type: row.argument
    for row in reversed(list(CATALOGUE.values()))
    if row.step_type not in _READ_APART
}
"""By step type, the attribute of its job object that carries the name; of the first such class."""
_JOB_ATTRIBUTES = ("estimator", "processor", "transformer", "tuner")
_UNIQUE = re.compile(r"-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, eq=False)
class Outline:
    """A pipeline before it is rendered.

    Args:
        listed: the steps that the user listed.
        upstream: the SDK.
        declared: by step name, what the user declared. A step whose name only rendering tells is
            left out.
        owners: by step name, the name of the collection that the user made, such as a
            ``ModelStep`` of v2.
        reach: all that its steps lead to.
    """

    listed: Sequence[Any]
    upstream: Upstream
    declared: dict[str, Declared]
    owners: dict[str, str]
    reach: Reach

    @cached_property
    def step_types(self) -> dict[str, str]:
        """The type of each step, by its name."""
        return {step.name: step.step_type.value for step in self.reach.steps}

    def names(self, policy: PrefixPolicy) -> dict[tuple[str, str], str] | None:
        """The composed name of each job, by step type and step name, if nothing is wrong with any.

        A model that goes into a group has none.

        Args:
            policy: the prefix that holds.

        Returns:
            ``None`` where something is wrong, or can't be told without a definition.
        """
        names: dict[tuple[str, str], str] = {}
        for step in self.reach.steps:
            step_type = step.step_type.value
            if step_type not in KINDS:
                return None
            if not KINDS[step_type].makes_job or _arguments(step):
                continue
            said = self.declared.get(step.name)
            if said is None or not isinstance(said.name, str | None):
                return None
            name = valid_name(step_type, step.name, said, policy)
            if name is None:
                return None
            names[step_type, step.name] = name
        return names

    @cached_property
    def definition(self) -> Definition:
        """Its steps with what is known of their arguments, in the form of a definition.

        A step whose name only rendering tells is left out.
        """
        placed: set[int] = set()
        rows = _placed(self.listed, self.declared, self.upstream, placed)
        rest = [step for step in self.reach.steps if id(step) not in placed]
        return {"Steps": rows + _placed(rest, self.declared, self.upstream, placed)}


def outline(pipeline: Any, upstream: Upstream, *, everything: bool = False) -> Outline:
    """Read a pipeline's steps and declared names off its objects; renders nothing.

    Args:
        pipeline: a pipeline, of the SDK's class or of ours.
        upstream: the SDK.
        everything: whether to keep the state of all that the steps lead to.
    """
    found = reach(pipeline.steps, upstream, everything=everything)
    owners = {id(step): whole for whole in found.collections for step in whole.steps}
    declared: dict[str, Declared] = {}
    for step in found.steps:
        said = _declared(step, owners.get(id(step)), upstream)
        if said is not None:
            declared[step.name] = said
    names = {step.name: owners[id(step)].name for step in found.steps if id(step) in owners}
    return Outline(tuple(pipeline.steps), upstream, declared, names, found)


def _placed(
    steps: Iterable[Any], declared: dict[str, Declared], upstream: Upstream, placed: set[int]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for step in steps:
        if isinstance(step, upstream.step_output):
            step = step._step
        if isinstance(step, upstream.step_collection):
            rows += _placed(step.steps, declared, upstream, placed)
        elif isinstance(step, upstream.step) and id(step) not in placed:
            placed.add(id(step))
            arguments = _arguments(step)
            for key, attribute in (
                ("IfSteps", "if_steps"),
                ("ElseSteps", "else_steps"),
                ("ForEachBody", "for_each_body"),
            ):
                nested = getattr(step, attribute, None)
                if nested is not None:
                    arguments[key] = _placed(nested, declared, upstream, placed)
            if step.name in declared or step.step_type.value not in _JOB_TYPES:
                rows.append(
                    {"Name": step.name, "Type": step.step_type.value, "Arguments": arguments}
                )
    return rows


_JOB_TYPES = frozenset({kind.step_type for kind in JOB_KINDS})


def _arguments(step: Any) -> dict[str, Any]:
    if step.step_type.value != "RegisterModel":
        return {}
    request = _request(step) or {}
    group = request.get("ModelPackageGroupName") or getattr(step, "model_package_group_name", None)
    return {"ModelPackageGroupName": group} if group else {}


def _request(step: Any) -> dict[str, Any] | None:
    """The request that a model was created or registered with."""
    candidates = (
        getattr(step, "_register_model_args", None),
        getattr(step, "_create_model_args", None),
        getattr(step, "step_args", None),
    )
    return next((one for one in candidates if isinstance(one, dict)), None)


def _declared(step: Any, owner: Any, upstream: Upstream) -> Declared | None:
    """What the user declared as the name of a step's job; ``None`` where only rendering tells."""
    found = _found(step, owner, upstream)
    if found is None:
        return None
    if isinstance(found.name, GivenName):  # what was declared before a drop-in class composed it
        name = found.name
        found = Declared(name.declared, name.argument, composed=str(name))
    step_name = _users_name(step, owner)
    return replace(found, step_name=step_name) if step_name else found


def _users_name(step: Any, owner: Any) -> str:
    """The user's own name for a step that the SDK called otherwise; ``""`` where there is none.

    v2 makes ``Make-CreateModel`` of a model step called ``Make``. An ``@step`` function without a
    name gets one at random, another in each process: it goes by the function's, as in its job.
    """
    if "_step_kwargs" in vars(step):
        function = getattr(step._func, "__name__", "")
        rest = step.name.removeprefix(function)
        return function if rest != step.name and _UNIQUE.fullmatch(rest) else ""
    if owner is None or step.step_type.value not in ("Model", "RegisterModel"):
        return ""
    return owner.name if step.name.startswith(f"{owner.name}-") else ""


def _found(step: Any, owner: Any, upstream: Upstream) -> Declared | None:
    step_type = step.step_type.value
    if step_type == "Model":
        return _model(step, owner, upstream)
    if step_type == "RegisterModel":
        return _registered(step)
    check = getattr(step, "check_job_config", None)
    if check is not None:
        argument = f"{type(check).__name__}(base_job_name=)"
        return _judged(check.base_job_name, argument, MADE_UP[step_type])
    if "_step_kwargs" in vars(step):
        return Declared(
            vars(step)["_step_kwargs"].get("job_name_prefix"), "@step(job_name_prefix=)"
        )
    if "notebook_job_name" in vars(step):
        return notebook(step, upstream)
    return _job(step, step_type, owner, upstream)


def _judged(name: Any, argument: str, stand_ins: Container[Any]) -> Declared:
    """A name that the SDK itself may have put there."""
    if isinstance(name, str) and name in stand_ins and not isinstance(name, GivenName):
        return Declared(None, argument, stand_in=name)
    return Declared(name, argument)


def _job(step: Any, step_type: str, owner: Any, upstream: Upstream) -> Declared | None:
    attribute = _ARGUMENTS.get(step_type)
    job = job_object(step)
    if attribute is None or job is None or not hasattr(job, attribute):
        return None
    call = getattr(step, "step_args", None)
    if call is not None:
        name = _given_at_call(call)
        if name and hasattr(job, "job_name_prefix"):
            return _clarified(job, name, call, upstream)
        if name:
            return Declared(name, f"{type(job).__name__}.{call.func.__name__}(job_name=)")
    name = getattr(job, attribute)
    argument = f"{type(job).__name__}({attribute}=)"
    if owner is not None and name == owner.name:  # v2's EstimatorTransformer hands its own name on
        return Declared(None, argument)
    if isinstance(name, GivenName) or not isinstance(name, str):
        return Declared(name, argument)
    return _judged(name, argument, {*MADE_UP.get(step_type, ()), *upstream.stand_ins(job)})


def _clarified(job: Any, name: Any, call: Any, upstream: Upstream) -> Declared:
    """The name of a Clarify processor's job, which comes with a timestamp of the SDK's.

    Its ``run_bias`` and the like make the job's whole name before they call ``run``.
    """
    argument = f"{type(job).__name__}(job_name_prefix=)"
    prefix, base = job.job_name_prefix, upstream.base_from_name(str(name))
    if isinstance(name, str) and base != name:
        if isinstance(prefix, str) and prefix.startswith(base):  # the SDK may have cut it
            return Declared(prefix, argument)
        if not prefix and base in MADE_UP["Processing"]:
            return Declared(None, argument, stand_in=base)
    return Declared(name, f"{type(job).__name__}.{call.func.__name__}(job_name=)")


def job_object(step: Any) -> Any:
    """The Estimator, Processor, … that the step was made with."""
    handed = getattr(getattr(step, "step_args", None), "func_args", None)
    if handed:
        return handed[0]
    return next((getattr(step, a) for a in _JOB_ATTRIBUTES if getattr(step, a, None)), None)


def _given_at_call(call: Any) -> Any:
    """The ``job_name`` that the user gave to ``run``, ``fit``, ``transform``."""
    if "job_name" in call.func_kwargs:
        return call.func_kwargs["job_name"]
    place = _place_of_job_name(call.func)
    return call.func_args[place] if place is not None and len(call.func_args) > place else None


@lru_cache(maxsize=256)
def _place_of_job_name(function: Any) -> int | None:
    names = list(inspect.signature(function).parameters)
    return names.index("job_name") if "job_name" in names else None


def _model(step: Any, owner: Any, upstream: Upstream) -> Declared:
    request = _request(step) or {}
    model = getattr(owner or step, "_model", None) or getattr(step, "model", None)
    row = CATALOGUE["ModelBuilder" if hasattr(model, "model_name") else "Model"]
    argument = row.label(type(model).__name__) if model is not None else "ModelName"
    name = getattr(model, row.argument, None)
    sent = request.get("ModelName")
    if isinstance(name, GivenName) and sent in (None, name, upstream.base_from_name(name)):
        return Declared(name, argument)
    if isinstance(name, str) and is_made_up(name, model, request, upstream):
        return Declared(None, argument, stand_in=name)
    # The request wins: one model object can be built under several names. But the SDK may have
    # taken the name out of it, or off its end what looks like a timestamp.
    if sent and not (isinstance(name, str) and sent == upstream.base_from_name(name)):
        name = sent
    return Declared(name, argument)


def is_made_up(name: str, model: Any, request: dict[str, Any], upstream: Upstream) -> bool:
    """Whether the SDK wrote a model's name: its image or its id, and the time.

    v2 does so in a ``PipelineModel``, a ``JumpStartModel`` and a ``ModelPackage``, and v3 makes up
    eight hex digits.
    """
    if is_made_up_model(name):
        return True
    base = upstream.base_from_name(name)
    images = [image_name(one.get("Image")) for one in request.get("Containers") or ()]
    # v2 keeps a base to make names of where none was given.
    sources = [*images[:1], getattr(model, "model_id", None), getattr(model, "_base_name", None)]
    return base != name and any(
        isinstance(source, str) and source.startswith(base) for source in sources
    )


def _registered(step: Any) -> Declared:
    request = _request(step)
    name = (request or {}).get("ModelPackageName")
    # Without a name the SDK registers into a group; a request with neither had its name taken out.
    lost = request is not None and not name and not request.get("ModelPackageGroupName")
    return Declared(name, "register(model_package_name=)", lost=lost)


def notebook(step: Any, upstream: Upstream) -> Declared:
    """What the user declared as the name of a ``NotebookJobStep``'s job."""
    name = step.notebook_job_name
    argument = "NotebookJobStep(notebook_job_name=)"
    if isinstance(name, str):
        made_up = step._get_job_name_prefix(Path(str(step.input_notebook)).name)
        if name != made_up and upstream.base_from_name(name) == made_up:
            return Declared(None, argument)
    return Declared(name, argument)
