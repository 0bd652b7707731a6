"""Find the pipelines of Terraform's JSON: a plan, a state, or a configuration (``.tf.json``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..core.definition import Definition
from .expressions import Part, definition_of_object, definition_of_parts, quoted
from .found import Found, in_s3, text_or_none

PLAN = "Terraform plan"
STATE = "Terraform state"
CONFIGURATION = "Terraform configuration"
RESOURCE_TYPES = ("aws_sagemaker_pipeline", "awscc_sagemaker_pipeline")

_AFTER_APPLY = "its definition is known only after apply"


def kind_of(document: Any) -> str | None:
    """Which of Terraform's documents this is, or ``None``.

    Example:
        >>> from sm_prefix_ext.targets.terraform import kind_of
        >>> kind_of({"format_version": "1.2", "planned_values": {"root_module": {}}})
        'Terraform plan'
    """
    if not isinstance(document, Mapping):
        return None
    if isinstance(document.get("planned_values"), Mapping) or "resource_changes" in document:
        return PLAN
    if "format_version" in document and {"terraform_version", "values"} & set(document):
        return STATE
    if "terraform_version" in document and "lineage" in document:
        return STATE
    blocks = [document.get(block) for block in ("resource", "terraform", "provider", "module")]
    if any(isinstance(block, (Mapping, list)) for block in blocks) and set(document) <= _BLOCKS:
        return CONFIGURATION
    return CONFIGURATION if dict(_configured(document.get("resource"))) else None


_BLOCKS = {
    *("//", "terraform", "provider", "resource", "data", "module", "variable", "output", "locals"),
    *("moved", "import", "removed", "check", "ephemeral"),
}


def resources_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The pipelines of one of Terraform's documents, by address.

    Example:
        >>> from sm_prefix_ext.targets.terraform import resources_of
        >>> list(resources_of({"resource": {"aws_sagemaker_pipeline": {"train": {}}}}))
        ['aws_sagemaker_pipeline.train']
    """
    kind = kind_of(document)
    if kind == CONFIGURATION:
        return dict(_configured(document.get("resource")))
    if kind == STATE and "values" not in document:
        return dict(_stored(document.get("resources")))
    changes = dict(_changed(document))
    values = document.get("planned_values" if kind == PLAN else "values")
    unknown = {address: change.get("after_unknown", {}) for address, change in changes.items()}
    found = dict(_in_modules(values, unknown))
    for address, change in changes.items():
        if isinstance(change.get("after"), Mapping):  # a deleted pipeline has none
            found.setdefault(address, (change["after"], unknown[address]))
    return found


def read_resource(kind: str, resource: Any, where: str) -> Found:
    """Read one pipeline.

    Args:
        kind: the result of :func:`kind_of`.
        resource: a value of :func:`resources_of`.
        where: its name in error messages.

    Raises:
        ValueError: if the definition is invalid.
    """
    values, unknown = resource
    definition, not_read, place = _definition(values, unknown, where, kind == CONFIGURATION)
    name, role = (_known(values.get(key), kind) for key in ("pipeline_name", "role_arn"))
    return Found(kind, definition, not_read, name, role, place, resource=values)


def joined(parts: list[Part]) -> Any:
    """The text of parts; an expression if one of them is an interpolation.

    Example:
        >>> from sm_prefix_ext.targets.terraform import joined
        >>> joined(["team-", {"Terraform": "${var.stage}"}])
        {'Terraform': 'team-${var.stage}'}
    """
    text = "".join(part if isinstance(part, str) else part["Terraform"] for part in parts)
    return text if all(isinstance(part, str) for part in parts) else {"Terraform": text}


def parts_of(text: str) -> list[Part]:
    """The parts of a configuration's text, with an expression for each interpolation.

    Example:
        >>> from sm_prefix_ext.targets.terraform import parts_of
        >>> parts_of("team-${var.stage}-$${kept}")
        ['team-', {'Terraform': '${var.stage}'}, '-${kept}']
    """
    parts: list[Part] = []
    literal, position = "", 0
    while match := _OPENING.search(text, position):
        literal += text[position : match.start()]
        if match[0] in ("$${", "%%{"):
            literal, position = literal + match[0][1:], match.end()
            continue
        position = _end_of_interpolation(text, match.end())
        parts += [literal, {"Terraform": text[match.start() : position]}]
        literal = ""
    parts.append(literal + text[position:])
    return [part for part in parts if part != ""]


_OPENING = re.compile(r"\$\$\{|%%\{|[$%]\{")
_IN_INTERPOLATION = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}]', re.DOTALL)


def _end_of_interpolation(text: str, position: int) -> int:
    depth = 1
    for match in _IN_INTERPOLATION.finditer(text, position):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth:
            return match.end()
    return len(text)


def _in_modules(values: Any, unknown: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The pipelines of the root module and of its child modules, to any depth."""
    modules = [_object(values).get("root_module")]
    while modules:
        module = _object(modules.pop(0))
        modules += _list(module.get("child_modules"))
        for resource in _list(module.get("resources")):
            resource = _object(resource)
            if resource.get("type") in RESOURCE_TYPES and resource.get("mode") != "data":
                address = str(resource.get("address"))
                yield address, (_object(resource.get("values")), unknown.get(address, {}))


def _changed(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The planned changes of pipelines by address, without deposed objects, which get deleted."""
    for change in map(_object, _list(document.get("resource_changes"))):
        if "deposed" in change:
            continue
        if change.get("type") in RESOURCE_TYPES and change.get("mode") != "data":
            yield str(change.get("address")), _object(change.get("change"))


def _stored(resources: Any) -> Iterator[tuple[str, Any]]:
    """The pipelines of a ``terraform.tfstate`` file."""
    for resource in map(_object, _list(resources)):
        if resource.get("type") not in RESOURCE_TYPES or resource.get("mode") == "data":
            continue
        module = f"{resource['module']}." if resource.get("module") else ""
        address = f"{module}{resource['type']}.{resource.get('name')}"
        for instance in map(_object, _list(resource.get("instances"))):
            index = instance.get("index_key")
            quoted = f'"{index}"' if isinstance(index, str) else index
            full = address if index is None else f"{address}[{quoted}]"
            yield full, (_object(instance.get("attributes")), {})


def _configured(resources: Any) -> Iterator[tuple[str, Any]]:
    """The pipelines of a configuration; any block may be a list of its kind."""
    for block in map(_object, _either(resources)):
        for resource_type in RESOURCE_TYPES:
            for named in map(_object, _either(block.get(resource_type))):
                for name, values in named.items():
                    for body in map(_object, _either(values)):
                        yield f"{resource_type}.{name}", (body, {})


def _definition(
    values: Mapping[str, Any], unknown: Any, where: str, interpolates: bool
) -> tuple[Definition | None, str | None, tuple[Mapping[str, Any], str] | None]:
    holder, key = values, "pipeline_definition"
    unknown = _object(unknown).get(key) if unknown is not True else True
    if isinstance(holder.get(key), Mapping) and not _is_definition(holder[key]):
        holder, key = holder[key], "pipeline_definition_body"
        unknown = _object(unknown).get(key) if unknown is not True else True
    body = holder.get(key)
    if body is None:
        return None, _AFTER_APPLY if unknown else _location(holder), None
    where = f"{where}: {key}"
    if not isinstance(body, str):
        is_expression = _is_expression if interpolates else None
        body = _interpolated(body, interpolates)
        return *definition_of_object(body, where, is_expression, branches=False), None
    parts: list[Part] = parts_of(body) if interpolates else [body]
    if len(parts) == 1 and isinstance(parts[0], dict):
        text = parts[0]["Terraform"]
        why = f"its definition is the Terraform expression {quoted(text)}, so check the plan"
        return None, f"{why} (terraform show -json)", None
    return *definition_of_parts(parts, joined, where), (holder, key)


def _is_expression(value: Any) -> bool:
    return (
        isinstance(value, Mapping) and len(value) == 1 and isinstance(value.get("Terraform"), str)
    )


def _is_definition(value: Mapping[str, Any]) -> bool:
    return "Steps" in value


def _interpolated(value: Any, interpolates: bool) -> Any:
    if not interpolates:
        return value
    if isinstance(value, str):
        return joined(parts_of(value))
    if isinstance(value, list):
        return [_interpolated(item, True) for item in value]
    if isinstance(value, Mapping):
        return {key: _interpolated(inner, True) for key, inner in value.items()}
    return value


def _location(holder: Mapping[str, Any]) -> str:
    for place in _either(holder.get("pipeline_definition_s3_location")):
        if isinstance(place, Mapping):
            return in_s3(place.get("bucket"), place.get("object_key") or place.get("key"))
    return "it has no definition"


def _known(value: Any, kind: str) -> str | None:
    text = text_or_none(value)
    if text is None or kind != CONFIGURATION:
        return text
    return text_or_none(joined(parts_of(text)))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _either(value: Any) -> list[Any]:
    """The blocks of a value that is one block or a list of blocks."""
    return value if isinstance(value, list) else [value]
