"""Find methods in the SDK's source that make jobs, models, pipelines, schedules or endpoints.

Such a method is a maker. It sends a create request, calls a method of the SDK's session that sends
it, calls ``create`` of such a resource, or makes an object of a job class or a pipeline. It does so
itself, or through methods of the same object or functions of the same module. Nothing is imported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

NOUNS = (
    "training_job",
    "processing_job",
    "transform_job",
    "hyper_parameter_tuning_job",
    "auto_ml_job",
    "auto_ml_job_v2",
    "compilation_job",
    "optimization_job",
    "labeling_job",
    "edge_packaging_job",
    "inference_recommendations_job",
    "model_card_export_job",
    "ai_benchmark_job",
    "ai_recommendation_job",
    "job",
    "model",
    "model_package",
    "algorithm",
    "pipeline",
    "pipeline_execution",
    "monitoring_schedule",
    "inference_experiment",
    "inference_component",
    "endpoint",
    "endpoint_config",
    "schedule",
)
REQUESTS = {
    *(f"create_{noun}" for noun in NOUNS),
    *(f"update_{noun}" for noun in ("pipeline", "monitoring_schedule", "endpoint", "schedule")),
    "start_pipeline_execution",
    "start_monitoring_schedule",
    "submit_service_job",
    "put_rule",
    "put_targets",
    "upsert_schedule",
}
OF_MODELS = {"compile", "optimize", "package_for_edge", "right_size"}
RESOURCES = {"".join(part.title() for part in noun.split("_")) for noun in NOUNS} | {
    "AutoMLJob",
    "AutoMLJobV2",
    "AIBenchmarkJob",
    "AIRecommendationJob",
}
PIPELINES = {"Pipeline", "PipelineModel"}


@dataclass
class Scope:
    """A class or a module, with its functions and bases."""

    module: str
    name: str
    bases: tuple[str, ...] = ()
    functions: dict[str, ast.AST] = field(default_factory=dict)


def scopes() -> Iterator[Scope]:
    """Every class and module of the SDK."""
    spec = find_spec("sagemaker")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).rglob("*.py")):
            parts = path.relative_to(Path(folder).parent).with_suffix("").parts
            module = ".".join(parts).removesuffix(".__init__")
            tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
            yield Scope(module, "", (), _functions(tree))
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    bases = tuple(ast.unparse(base).rpartition(".")[2] for base in node.bases)
                    yield Scope(module, node.name, bases, _functions(node))


def _functions(node: ast.Module | ast.ClassDef) -> dict[str, ast.AST]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {child.name: child for child in node.body if isinstance(child, kinds)}


def makers(job_classes: set[str]) -> dict[str, str]:
    """The public makers, with the call that makes something.

    Args:
        job_classes: the names of classes whose objects make jobs.

    Returns:
        The call, by ``Class.method`` or by ``module:function`` without the package's name.
    """
    return _Walk(job_classes).public()


class _Walk:
    """A walk over the source of one SDK."""

    def __init__(self, job_classes: set[str]) -> None:
        self.job_classes = job_classes
        self.scopes = list(scopes())
        self.modules = {scope.module: scope for scope in self.scopes if not scope.name}
        self.classes = {scope.name: scope for scope in self.scopes if scope.name}
        sessions = [scope for scope in self.scopes if scope.name == "Session"]
        self.session = max(sessions, key=lambda scope: len(scope.functions))
        self.senders: set[str] = set()
        self.known: set[str] = set()
        self.senders = {name for name in self.session.functions if self.reaches(self.session, name)}
        before = -1
        while before != len(self.known):  # a caller of a maker is a maker too
            before = len(self.known)
            for scope in self.scopes:
                for name in scope.functions:
                    if self.reaches(scope, name):
                        self.known.add(f"{scope.name}.{name}" if scope.name else name)

    def public(self) -> dict[str, str]:
        """The makers with a public name."""
        result = {}
        for scope in self.scopes:
            if any(part.startswith("_") for part in (scope.name, *scope.module.split("."))):
                continue
            for name in scope.functions:
                how = "" if name.startswith("_") else self.reaches(scope, name)
                if how:
                    owner = f"{scope.name}." if scope.name else f"{scope.module[10:]}:"
                    result[owner + name] = how
        return result

    def reaches(self, scope: Scope, name: str) -> str:
        """The call with which a function or its callees make something, else ``""``."""
        todo: list[tuple[Scope | None, str]] = [(scope, name)]
        seen = set()
        while todo:
            owner, name = todo.pop()
            if owner is None or (id(owner), name) in seen:
                continue
            seen.add((id(owner), name))
            if name not in owner.functions:
                todo += [(self.classes.get(base), name) for base in owner.bases]
                continue
            for call in ast.walk(owner.functions[name]):
                if not isinstance(call, ast.Call):
                    continue
                how = self.makes(call)
                if how:
                    return how
                function = call.func
                if isinstance(function, ast.Name):
                    todo.append((self.modules[owner.module], function.id))
                elif isinstance(function, ast.Attribute):
                    if ast.unparse(function.value) in ("self", "cls"):
                        todo.append((scope, function.attr))
                    elif ast.unparse(function.value).startswith("super("):
                        todo += [(self.classes.get(base), function.attr) for base in owner.bases]
        return ""

    def makes(self, call: ast.Call) -> str:
        """The called name, where the call makes something, else ``""``."""
        function, whole = call.func, ast.unparse(call.func)
        name = whole.rpartition(".")[2]
        if isinstance(function, ast.Name):
            is_maker = name in self.job_classes | PIPELINES or name in self.known
            return name if is_maker else ""
        if not isinstance(function, ast.Attribute):
            return ""
        owner = ast.unparse(function.value)
        last = owner.rpartition(".")[2]
        if name in REQUESTS and any(word in owner for word in ("client", "session", "helper")):
            return whole
        if name in OF_MODELS and last == "model":
            return whole
        if name in self.senders and owner.endswith("session"):
            return whole
        if (name == "create" and last in RESOURCES) or f"{last}.{name}" in self.known:
            return whole
        return ""
