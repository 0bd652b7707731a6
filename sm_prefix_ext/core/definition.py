"""Walk the steps of a rendered pipeline definition, nested steps too, with their locations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from .findings import UNKNOWN_STEP_TYPE, Finding
from .job_names import exact_str
from .step_types import KINDS, Kind
from .strict_json import loads
from .text import printable

Definition = dict[str, Any]

NESTED = {"IfSteps": "if", "ElseSteps": "else", "ForEachBody": "each"}
"""The keys of a step's arguments that hold steps, with their names in a path."""


class StepView(NamedTuple):
    """A step of a definition, with its path and its row in the table of step types.

    Args:
        path: the path of step names, such as ``Check/if/Train``.
        name: the step's own name.
        step_type: its ``Type``.
        arguments: its ``Arguments``, the definition's own dict.
        kind: its row, or ``None`` for a step type that the table doesn't have.
        step: the step itself.
    """

    path: str
    name: str
    step_type: str
    arguments: dict[str, Any]
    kind: Kind | None
    step: Mapping[str, Any] = MappingProxyType({})

    @property
    def holder(self) -> tuple[str, str] | None:
        """The path of the step that contains it and the part, such as ``("Check", "if")``.

        ``None`` for a step at the top. A name may contain slashes, so the path alone doesn't say.
        """
        above = self.path.removesuffix(self.name)
        parent, _, part = above.removesuffix("/").rpartition("/")
        return (parent, part) if above else None

    @property
    def job_name(self) -> Any:
        """The job's name in the definition: a string, an expression (a dict), or ``None``."""
        if self.kind is None or not self.kind.makes_job:
            return None
        return self.arguments.get(self.kind.name_field) or None

    @property
    def group_name(self) -> Any:
        """The model package group that a model is registered into, or ``None``."""
        if self.step_type != "RegisterModel":
            return None
        return self.arguments.get("ModelPackageGroupName") or None


def load(text: str, where: str = "the definition") -> Definition:
    """Read a definition's JSON.

    Args:
        text: the JSON document.
        where: how an error message refers to the document.

    Raises:
        ValueError: if the text isn't JSON, has a key twice in an object, or isn't a definition.
    """
    document = loads(text, where)
    for _ in steps(document, where):
        pass
    return document  # type: ignore[no-any-return]  # steps() checks that it is a dict


def steps(document: Mapping[str, Any], where: str = "the definition") -> Iterator[StepView]:
    """Yield every step of a definition, a step before the steps nested in it.

    Args:
        document: the definition as a dict.
        where: how an error message refers to the document.

    Raises:
        ValueError: if the document isn't a pipeline definition.

    Example:
        >>> from sm_prefix_ext.core.definition import steps
        >>> train = {"Name": "Train", "Type": "Training", "Arguments": {}}
        >>> check = {"Name": "Check", "Type": "Condition", "Arguments": {"IfSteps": [train]}}
        >>> [step.path for step in steps({"Steps": [check]})]
        ['Check', 'Check/if/Train']
    """
    where = printable(where)
    if not isinstance(document, Mapping):
        raise ValueError(
            f"{where} is not a pipeline definition: wanted an object with 'Steps', "
            f"got {_kind_of(document)}."
        )
    if "Steps" not in document:
        raise ValueError(f"{where} is not a pipeline definition: it has no 'Steps'.")
    # Not recursive: a definition may be nested deeper than Python's stack.
    stack = [(0, _views(document["Steps"], "", f"{where}: 'Steps'"))]
    above = {0}
    while stack:
        parent_id, rest = stack[-1]
        step_and_location = next(rest, None)
        if step_and_location is None:
            stack.pop()
            above.remove(parent_id)
            continue
        view, location = step_and_location
        yield view
        if not NESTED.keys().isdisjoint(view.arguments):
            if id(view.step) in above:
                raise ValueError(_CIRCLE)
            above.add(id(view.step))
            stack.append((id(view.step), _nested(view, location)))


def _nested(view: StepView, location: str) -> Iterator[tuple[StepView, str]]:
    for key, path_part in NESTED.items():
        listed = view.arguments.get(key)
        if listed is not None:
            inner = f"{location} ({printable(view.name)}): {key!r}"
            yield from _views(listed, f"{view.path}/{path_part}/", inner)


def _views(listed: Any, above: str, where: str) -> Iterator[tuple[StepView, str]]:
    """Yield the steps of a list, each with its location for error messages."""
    if not isinstance(listed, list):
        raise ValueError(f"{where} is {_kind_of(listed)}; wanted a list of steps.")
    for number, step in enumerate(listed):
        location = f"{where}[{number}]"
        yield _view(step, above, location), location


def _view(step: Any, above: str, where: str) -> StepView:
    if not isinstance(step, Mapping):
        raise ValueError(f"{where} is {_kind_of(step)}; wanted a step, an object.")
    for key in ("Name", "Type"):
        if not step.get(key):
            raise ValueError(f"{where} has no {key!r}; every step needs a name and a type.")
        if not isinstance(step[key], str):
            raise ValueError(f"{where}: {key!r} is {_kind_of(step[key])}; wanted a string.")
    arguments = step.get("Arguments", {})
    if not isinstance(arguments, dict):
        raise ValueError(
            f"{where} ({printable(step['Name'])}): 'Arguments' is {_kind_of(arguments)}; wanted an "
            "object."
        )
    name, step_type = exact_str(step["Name"]), exact_str(step["Type"])
    return StepView(
        path=above + name,
        name=name,
        step_type=step_type,
        arguments=arguments,
        kind=KINDS.get(step_type),
        step=step,
    )


_JSON_TYPES = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def _kind_of(value: Any) -> str:
    return _JSON_TYPES.get(type(value)) or f"a value of type {type(value).__name__}"


def unknown_step_type(step: StepView) -> Finding:
    """Return the finding for a step whose type the table doesn't have."""
    jobs = sorted(name for name, kind in KINDS.items() if kind.makes_job)
    return Finding.of(
        UNKNOWN_STEP_TYPE,
        step.path,
        step.step_type,
        f"The step type {step.step_type!r} is unknown, so its jobs can't be judged.",
        "Update sm-prefix-ext, write the type as text if a template computes it, or remove the "
        f"step; the known types with jobs are {', '.join(jobs)}.",
    )


def strings(document: Any) -> Iterator[str]:
    """Yield every string value in JSON-like data, at any depth.

    Example:
        >>> from sm_prefix_ext.core.definition import strings
        >>> sorted(strings({"Name": "a", "Tags": ["b", 1, {"Key": "c"}]}))
        ['a', 'b', 'c']
    """
    return (value for value in values(document) if isinstance(value, str))


def values(document: Any) -> Iterator[Any]:
    """Yield JSON-like data itself, and every value in it, at any depth.

    Example:
        >>> from sm_prefix_ext.core.definition import values
        >>> list(values({"Tags": ["b", 1]}))
        [{'Tags': ['b', 1]}, ['b', 1], 1, 'b']
    """
    stack = [document]
    while stack:
        value = stack.pop()
        yield value
        if isinstance(value, Mapping):
            stack += value.values()
        elif isinstance(value, list):
            stack += value


def copied(document: Any) -> Any:
    """Copy JSON-like data, at any depth, so that no dict or list occurs in it twice.

    Raises:
        ValueError: if the data contains itself.

    Example:
        >>> from sm_prefix_ext.core.definition import copied
        >>> shared = {"RoleArn": "a"}
        >>> copy = copied({"Steps": [shared, shared]})
        >>> copy["Steps"][0] is copy["Steps"][1], copy == {"Steps": [shared, shared]}
        (False, True)
    """
    # Not recursive, as steps() is not. Enforcement writes names into the copy, so no two steps may
    # share a dict.
    result: dict[Any, Any] = {}
    items: list[tuple[Any, Any]]
    stack: list[tuple[int, Any, Iterator[tuple[Any, Any]]]]
    stack = [(0, result, iter([("copy", document)]))]
    above = {0}
    while stack:
        parent_id, target, rest = stack[-1]
        for key, value in rest:
            if not isinstance(value, (Mapping, list)):
                target[key] = value
                continue
            if id(value) in above:
                raise ValueError(_CIRCLE)
            above.add(id(value))
            if isinstance(value, list):
                target[key], items = [None] * len(value), list(enumerate(value))
            else:
                target[key], items = {}, list(value.items())
            stack.append((id(value), target[key], iter(items)))
            break
        else:
            stack.pop()
            above.remove(parent_id)
    return result["copy"]


_CIRCLE = "the definition contains itself; wanted data that JSON can represent."


def role_slots(arguments: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the locations in a step's arguments that a role path of the table names.

    Args:
        arguments: the step's arguments.
        path: such as ``RoleArn`` or ``TrainingJobDefinitions[].RoleArn``.

    Yields:
        The dict and its key. The key may be missing; if a dict on the path to it is missing, the
        path yields nothing.
    """
    *parents, key = path.split(".")
    holders: list[Any] = [arguments]
    for part in parents:
        values = [holder.get(part.removesuffix("[]")) for holder in holders]
        if part.endswith("[]"):
            values = [item for items in values if isinstance(items, list) for item in items]
        holders = [holder for holder in values if isinstance(holder, dict)]
    for holder in holders:
        yield holder, key


_IMAGE = re.compile(r"^(?:.+/)?([^:/]+)(?::[^:]+)?$")
_GENERATED_MODEL_NAME = re.compile(r"model-[0-9a-f]{8}")
GENERATED_NAMES: Mapping[str, frozenset[str]] = {
    "AutoML": frozenset({"automl"}),
    "Processing": frozenset(
        {
            "processing-job",
            "Clarify-Pretraining-Bias",
            "Clarify-Posttraining-Bias",
            "Clarify-Bias",
            "Clarify-Explainability",
            "Clarify-Bias-And-Explainability",
        }
    ),
    "Transform": frozenset({"transform-job"}),
    "QualityCheck": frozenset({"baseline-job"}),
    "ClarifyCheck": frozenset({"clarify-job"}),
}
"""By step type, the fixed generated names: the SDK's for undeclared names (2.257.7 and 3.27.0)."""


def is_generated_name(step: StepView, name: str) -> bool:
    """Test whether a name in a definition is the SDK's generated name.

    Generated names are the repository of the job's image (``img``; for v3's training jobs
    ``img-job``), those in :data:`GENERATED_NAMES`, and ``model-<8 hex digits>`` (measured on
    2.257.7 and 3.27.0).
    """
    if name in GENERATED_NAMES.get(step.step_type, ()):
        return True
    if step.step_type == "Model" and is_generated_model_name(name):
        return True
    images = [image_name(image) for image in _images(step.arguments)]
    if step.step_type == "Training":
        images += [f"{image}-job" for image in images]
    return name in images


def is_generated_model_name(name: str) -> bool:
    """Test whether a model's name is one that v3 generates: ``model-<8 hex digits>``."""
    return _GENERATED_MODEL_NAME.fullmatch(name) is not None


def image_name(image: Any) -> str | None:
    """Return the repository's name in an image's URI, from which the SDK generates job names.

    Example:
        >>> from sm_prefix_ext.core.definition import image_name
        >>> image_name("111122223333.dkr.ecr.us-east-1.amazonaws.com/team/img:1")
        'img'
    """
    match = _IMAGE.match(image) if isinstance(image, str) else None
    return match.group(1) if match else None


def _images(arguments: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the images from which the SDK may have generated the job's name."""
    definitions = arguments.get("TrainingJobDefinitions")
    containers = arguments.get("Containers")
    tuned = [arguments.get("TrainingJobDefinition"), *_listed(definitions)]
    for holder, key in (
        (arguments.get("AppSpecification"), "ImageUri"),
        (arguments.get("AlgorithmSpecification"), "TrainingImage"),
        *((_within(definition, "AlgorithmSpecification"), "TrainingImage") for definition in tuned),
        *((container, "Image") for container in _listed(containers)[:1]),
    ):
        yield _within(holder, key)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _within(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None
