"""Write what the package knows about SageMaker's API: ``python -m tools.service_data``.

Operations, fields, limits and patterns come from the installed botocore. Condition keys and
resource types come from AWS's service reference; without ``--reference`` they stay as they are.
With ``--check`` it writes nothing, and fails if botocore differs in a fact that the package uses.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from packaging.version import Version

from sm_prefix_ext.core import service_data
from sm_prefix_ext.core.step_types import FULL_NAME_LIMITS, JOB_KINDS, KINDS_BY_OPERATION
from sm_prefix_ext.dropin.guarded_operations import is_judged

PACKAGE = Path(service_data.__file__).parents[1]
FILE = PACKAGE / "core" / service_data.FILE
SHOWN = FILE.relative_to(PACKAGE.parent).as_posix()
COMMAND = "python -m tools.service_data"
REFERENCE = "https://servicereference.us-east-1.amazonaws.com/v1/sagemaker/sagemaker.json"

NAMED_NOUNS = (*FULL_NAME_LIMITS, "PipelineExecution")
"""What the package creates, updates or starts, apart from jobs."""
ADVICE = {
    "new": "Read how its request names what it creates; its IAM part needs --reference.",
    "gone": "Remove what the package has about it.",
    "fields": "Read whether they carry a name, a role or the value of a condition key.",
    "role_fields": "Add them to the step type's role_fields, or to the test with the reason.",
    "name": "Correct the limit in sm_prefix_ext/core/step_types.py.",
    "condition_keys": "Add them to sm_prefix_ext/iam/request_fields.py, read or with the reason.",
    "resource_types": "Correct the resources of the requests in sm_prefix_ext/iam.",
    "ARN": "Correct arn_resource in sm_prefix_ext/core/step_types.py.",
    "step_metadata": "Add a step type, or the reason to tests/unit/core/test_step_types.py.",
    "step_name": "Correct STEP_NAME_LIMIT in sm_prefix_ext/core/step_types.py.",
}
"""By kind of fact: what to do if it changes, before the data is rewritten."""
THEN = f"Act on each line above, then run: {COMMAND}"

Data = dict[str, Any]


def service_model() -> Any:
    """Load the installed botocore's model of SageMaker."""
    return botocore.session.Session().get_service_model("sagemaker")


def used_operations(model: Any) -> list[str]:
    """List the operations that the package uses: by its tables, by the guard, by name.

    Args:
        model: botocore's model of the service.
    """
    used = _named_in_package()
    return sorted(
        name
        for name in model.operation_names
        if used & {name, botocore.xform_name(name)} or is_judged(name)
    )


@cache
def _named_in_package() -> frozenset[str]:
    """Collect the words that may name an operation, in CamelCase or as a method."""
    names = {operation for kind in JOB_KINDS for operation in kind.actions}
    names |= {f"{verb}{noun}" for verb in ("Create", "Update", "Describe") for noun in NAMED_NOUNS}
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names |= set(_words(tree))
        if path.parent.name == "backend":
            names |= set(_functions(tree))
    return frozenset(names)


def _words(tree: ast.AST) -> Iterator[str]:
    """Yield the capitalised words in the strings of a module, except its docstrings."""
    nodes = list(ast.walk(tree))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in docstrings:
            yield from re.findall(r"\b[A-Z]\w+", text)


def _functions(tree: ast.AST) -> Iterator[str]:
    """Yield the names of a module's functions; the embedded AWS implements operations by them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name


def from_botocore(model: Any) -> Data:
    """Read what the package uses of botocore's model.

    Args:
        model: botocore's model of the service.
    """
    metadata = model.shape_for("PipelineExecutionStepMetadata").members
    step = model.shape_for("PipelineExecutionStep").members
    return {
        "operations": {name: _request_facts(model, name) for name in used_operations(model)},
        "step_metadata": sorted(metadata),
        "step_name": _limits(step["StepName"]),
    }


def _request_facts(model: Any, operation: str) -> Data:
    """Return the fields of a request that the package reads, or the name that it judges."""
    shape = model.operation_model(operation).input_shape
    noun = re.sub("^(Create|Update|Start)", "", operation.removesuffix("V2"))
    if noun == operation.removesuffix("V2"):
        return {}
    facts: Data = {}
    field = next((name for name in (f"{noun}Name", "JobName") if name in shape.members), None)
    if field is not None:
        facts["name"] = {"field": field, **_limits(shape.members[field])}
    if operation in KINDS_BY_OPERATION or noun in NAMED_NOUNS:
        facts["fields"] = sorted(shape.members)
        facts["role_fields"] = sorted(_role_fields(shape))
    return facts


def _limits(shape: Any) -> Data:
    return {key: shape.metadata[key] for key in ("min", "max", "pattern") if key in shape.metadata}


def _role_fields(shape: Any, path: str = "", outer: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the paths of the roles in a request; ``name[]`` is each item of a list."""
    if shape.name == "RoleArn":
        yield path
    elif shape.type_name == "list":
        yield from _role_fields(shape.member, f"{path}[]", outer)
    elif shape.type_name == "map":
        yield from _role_fields(shape.value, f"{path}{{}}", outer)
    elif shape.type_name == "structure" and shape.name not in outer:
        for name, member in shape.members.items():
            inner = f"{path}.{name}" if path else name
            yield from _role_fields(member, inner, (*outer, shape.name))


def with_reference(data: Data, reference: Mapping[str, Any]) -> Data:
    """Add condition keys and resource types to botocore's part.

    Args:
        data: what :func:`from_botocore` returns.
        reference: the service reference of SageMaker, as AWS publishes it.
    """
    actions = {action["Name"]: action for action in reference["Actions"]}
    operations = {
        name: facts | (_action_facts(actions[name]) if name in actions else {})
        for name, facts in data["operations"].items()
    }
    used = {kind for facts in operations.values() for kind in facts.get("resource_types", ())}
    forms = {
        resource["Name"]: sorted(arn.split(":", 5)[5] for arn in resource["ARNFormats"])
        for resource in reference["Resources"]
        if resource["Name"] in used
    }
    return {**data, "operations": operations, "resource_types": forms}


def _action_facts(action: Mapping[str, Any]) -> Data:
    resources = action.get("Resources") or []
    keys = {key for holder in (action, *resources) for key in _condition_keys(holder)}
    names = sorted(resource["Name"] for resource in resources)
    return {"condition_keys": sorted(keys), "resource_types": names}


def _condition_keys(holder: Mapping[str, Any]) -> list[str]:
    return holder.get("ActionConditionKeys") or holder.get("ConditionKeys") or []


def with_stored_reference(data: Data, stored: Mapping[str, Any]) -> Data:
    """Add the condition keys and resource types of the stored data.

    Args:
        data: what :func:`from_botocore` returns.
        stored: the present data.
    """
    known = stored["operations"]
    operations = {
        name: facts
        | {
            key: known[name][key]
            for key in ("condition_keys", "resource_types")
            if key in known.get(name, {})
        }
        for name, facts in data["operations"].items()
    }
    return {**data, "operations": operations, "resource_types": stored["resource_types"]}


def differences(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each fact, except the sources, that differs from the stored data.

    Args:
        stored: the present data.
        wanted: the new data.
    """
    before, after = stored["operations"], wanted["operations"]
    for name in sorted({*before, *after}):
        if name not in before:
            yield f"{name} is missing. {ADVICE['new']}"
        elif name not in after:
            yield f"{name} is not used, or not an operation. {ADVICE['gone']}"
        else:
            for key in sorted({*before[name], *after[name]}):
                yield from _change(name, key, before[name].get(key), after[name].get(key))
    before, after = stored["resource_types"], wanted["resource_types"]
    for name in sorted({*before, *after}):
        yield from _change(name, "ARN", before.get(name), after.get(name))
    for key in ("step_metadata", "step_name"):
        yield from _change("PipelineExecutionStep", key, stored[key], wanted[key])


def _change(subject: str, key: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, list) and isinstance(after, list):
        signs = (("added", after, before), ("removed", before, after))
        change = "; ".join(
            f"{', '.join(sorted({*here} - {*there}))} {verb}"
            for verb, here, there in signs
            if {*here} - {*there}
        )
    else:
        change = f"{after}, was {before}"
    yield f"{subject}, {key}: {change}. {ADVICE[key]}"


def main(arguments: list[str] | None = None, file: Path = FILE) -> int:
    """Write the data, or list what is stale.

    Args:
        arguments: the command line.
        file: the file with the data.

    Returns:
        The exit status: 1 if ``--check`` finds a difference, or botocore is too old.
    """
    options = _options(arguments)
    stored = json.loads(file.read_text(encoding="utf-8"))
    installed, known = botocore.__version__, stored["sources"]["botocore"]
    if Version(installed) < Version(known):
        problem = f"botocore {installed} is installed, and {SHOWN} is of {known}"
        print(f"{problem}. Run: pip install 'botocore>={known}'", file=sys.stderr)
        return 1
    sources = {**stored["sources"], "botocore": installed}
    data = from_botocore(service_model())
    if options.reference:
        reference = json.loads(options.reference.read_text(encoding="utf-8"))
        sources["service_reference"] = f"{options.source} {reference.get('Version', '')}".strip()
        data = with_reference(data, reference)
    else:
        data = with_stored_reference(data, stored)
    changes = list(differences(stored, data))
    for change in changes:
        print(change, file=sys.stderr)
    if not options.check:
        text = json.dumps({"sources": sources, **data}, indent=1)
        file.write_text(f"{text}\n", encoding="utf-8")
        print(f"{SHOWN} written")
    elif changes:
        print(f"{SHOWN} is stale. {THEN}", file=sys.stderr)
    return 1 if options.check and changes else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the data is stale")
    parser.add_argument(
        "--reference", type=Path, metavar="FILE", help=f"a downloaded copy of {REFERENCE}"
    )
    parser.add_argument(
        "--source", default=REFERENCE, help="the origin of that file, for the sources in the data"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
