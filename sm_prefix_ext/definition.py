"""Walk a rendered pipeline definition: every step in it, nested ones too, with where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .kinds import KINDS, Kind

Definition = dict[str, Any]

NESTED = {"IfSteps": "if", "ElseSteps": "else", "ForEachBody": "each"}
"""The keys of a step's arguments that hold steps, and how the path calls each."""


@dataclass(frozen=True)
class StepView:
    """A step of a definition, where it stands, and its row in the table.

    Args:
        path: the path of step names, such as ``Check/if/Train``.
        name: the step's own name.
        step_type: its ``Type``.
        arguments: its ``Arguments``, the definition's own dict.
        kind: its row, or ``None`` for a step type that the table doesn't know.
        step: the step itself.
    """

    path: str
    name: str
    step_type: str
    arguments: dict[str, Any]
    kind: Kind | None
    step: Mapping[str, Any] = field(default_factory=dict)

    @property
    def job_name(self) -> Any:
        """The job's name as it stands: a string, an expression (a dict), or ``None``."""
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
        where: what to call it in an error.

    Raises:
        ValueError: for a text that isn't JSON or isn't a definition, in one sentence.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{where} is not JSON: {error}.") from None
    except RecursionError:
        raise ValueError(f"{where} is nested too deep to be a pipeline definition.") from None
    for _ in steps(document, where):
        pass
    return document  # type: ignore[no-any-return]  # walking it has shown that it is a dict


def steps(document: Mapping[str, Any], where: str = "the definition") -> Iterator[StepView]:
    """Every step of a definition, a step before the ones nested in it.

    Args:
        document: the definition as a dict.
        where: what to call it in an error.

    Raises:
        ValueError: where the document isn't a pipeline definition.

    Example:
        >>> from sm_prefix_ext.definition import steps
        >>> train = {"Name": "Train", "Type": "Training", "Arguments": {}}
        >>> check = {"Name": "Check", "Type": "Condition", "Arguments": {"IfSteps": [train]}}
        >>> [step.path for step in steps({"Steps": [check]})]
        ['Check', 'Check/if/Train']
    """
    if not isinstance(document, Mapping):
        raise ValueError(
            f"{where} is not a pipeline definition: wanted an object with 'Steps', "
            f"got {_kind_of(document)}."
        )
    if "Steps" not in document:
        raise ValueError(f"{where} is not a pipeline definition: it has no 'Steps'.")
    yield from _steps(document["Steps"], "", f"{where}: 'Steps'")


def _steps(listed: Any, above: str, where: str) -> Iterator[StepView]:
    if not isinstance(listed, list):
        raise ValueError(f"{where} is {_kind_of(listed)}; wanted a list of steps.")
    for number, step in enumerate(listed):
        view = _view(step, above, f"{where}[{number}]")
        yield view
        for key, word in NESTED.items():
            if view.arguments.get(key) is not None:
                inner = f"{where}[{number}] ({view.name}): {key!r}"
                yield from _steps(view.arguments[key], f"{view.path}/{word}/", inner)


def _view(step: Any, above: str, where: str) -> StepView:
    if not isinstance(step, Mapping):
        raise ValueError(f"{where} is {_kind_of(step)}; wanted a step, an object.")
    for key in ("Name", "Type"):
        if not isinstance(step.get(key), str) or not step[key]:
            raise ValueError(f"{where} has no {key!r}; every step has a name and a type.")
    arguments = step.get("Arguments", {})
    if not isinstance(arguments, dict):
        raise ValueError(
            f"{where} ({step['Name']}): 'Arguments' is {_kind_of(arguments)}; wanted an object."
        )
    return StepView(
        path=above + step["Name"],
        name=step["Name"],
        step_type=step["Type"],
        arguments=arguments,
        kind=KINDS.get(step["Type"]),
        step=step,
    )


def _kind_of(value: Any) -> str:
    words = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
    return "null" if value is None else words.get(type(value), "a number")


def role_slots(arguments: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The places in a step's arguments that a role path of the table names.

    Args:
        arguments: the step's arguments.
        path: such as ``RoleArn`` or ``TrainingJobDefinitions[].RoleArn``.

    Yields:
        The dict and the key in it. A key may be missing from its dict; the dicts on the way to it
        may not, and where one is missing there is no such place.
    """
    *way, key = path.split(".")
    holders: list[Any] = [arguments]
    for part in way:
        found = [holder.get(part.removesuffix("[]")) for holder in holders]
        if part.endswith("[]"):
            found = [item for many in found if isinstance(many, list) for item in many]
        holders = [holder for holder in found if isinstance(holder, dict)]
    for holder in holders:
        yield holder, key


_IMAGE = re.compile(r"^(?:.+/)?([^:/]+)(?::[^:]+)?$")
_MADE_UP_MODEL = re.compile(r"model-[0-9a-f]{8}")
MADE_UP: Mapping[str, frozenset[str]] = {
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
"""The fixed names that the SDK gives to jobs that nobody named (2.257.7 and 3.27.0)."""


def is_stand_in(step: StepView, name: str) -> bool:
    """Whether a name in a definition is the one that the SDK makes up where nobody declared any.

    Those are the repository of the job's image (``img``; v3's training jobs: ``img-job``), the
    words in :data:`MADE_UP`, and ``model-<8 hex digits>`` (measured on 2.257.7 and 3.27.0).
    """
    if name in MADE_UP.get(step.step_type, ()):
        return True
    if step.step_type == "Model" and is_made_up_model(name):
        return True
    images = [image_name(image) for image in _images(step.arguments)]
    if step.step_type == "Training":
        images += [f"{image}-job" for image in images]
    return name in images


def is_made_up_model(name: str) -> bool:
    """Whether a model's name is one that v3 makes up: ``model-<8 hex digits>``."""
    return _MADE_UP_MODEL.fullmatch(name) is not None


def image_name(image: Any) -> str | None:
    """The repository's name in the URI of an image, as the SDK takes it for a job's name.

    Example:
        >>> from sm_prefix_ext.definition import image_name
        >>> image_name("111122223333.dkr.ecr.us-east-1.amazonaws.com/team/img:1")
        'img'
    """
    found = _IMAGE.match(image) if isinstance(image, str) else None
    return found.group(1) if found else None


def _images(arguments: Mapping[str, Any]) -> Iterator[Any]:
    """The images that the SDK may have named the job after."""
    definitions = arguments.get("TrainingJobDefinitions")
    containers = arguments.get("Containers")
    tuned = [arguments.get("TrainingJobDefinition"), *_listed(definitions)]
    for holder, key in (
        (arguments.get("AppSpecification"), "ImageUri"),
        (arguments.get("AlgorithmSpecification"), "TrainingImage"),
        *((_within(one, "AlgorithmSpecification"), "TrainingImage") for one in tuned),
        *((one, "Image") for one in _listed(containers)[:1]),
    ):
        yield _within(holder, key)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _within(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None
