"""A guard also judges the clients that the SDK keeps for the whole process."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from sm_prefix_ext import PrefixViolation, guard
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext._sdk.kept_clients import MODULES

from ..installed import MAJOR

if MAJOR is None:
    pytest.skip("no SageMaker Python SDK is installed", allow_module_level=True)

KEPT = {
    "sagemaker.core.utils.utils:SageMakerClient": "A guard on a session judges it.",
    "sagemaker_core.main.utils:SageMakerClient": "A guard on a session judges it.",
    "sagemaker.core.utils.logs:CloudWatchLogsClient": "It is a client of another service.",
    "sagemaker_core.main.logs:CloudWatchLogsClient": "It is a client of another service.",
    "sagemaker.amtviz.job_metrics:cw": "It is a client of another service.",
    "sagemaker.amtviz.job_metrics:sm": "It reads tuning jobs for a chart.",
    "sagemaker.amtviz.visualization:sm": "It reads tuning jobs for a chart.",
}


def files() -> Iterator[tuple[str, Path]]:
    """Every module of the SDK, by name; none is imported."""
    for package in ("sagemaker", "sagemaker_core"):
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(folder).rglob("*.py")):
                parts = path.relative_to(Path(folder).parent).with_suffix("").parts
                yield ".".join(parts).removesuffix(".__init__"), path


def kept(tree: ast.Module) -> Iterator[str]:
    """The classes and global names with which a module keeps clients."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            metaclass = [ast.unparse(word.value) for word in node.keywords]
            if any("Singleton" in name or "Cache" in name for name in metaclass):
                yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            function = node.value.func
            if isinstance(function, ast.Attribute) and function.attr in ("client", "resource"):
                yield ast.unparse(node.targets[0])


def test_every_kept_client_is_judged_or_listed() -> None:
    """The test fails for a further client in a newer SDK."""
    keepers = set()
    for name, path in files():
        text = path.read_text(encoding="utf-8", errors="replace")
        if "metaclass" in text or ".client(" in text or ".resource(" in text:
            keepers |= {f"{name}:{keeper}" for keeper in kept(ast.parse(text))}
    assert keepers or find_spec("sagemaker_core") is None
    assert set() == keepers - KEPT.keys()


def factories() -> list[Any]:
    """The classes of the installed SDK that keep clients."""
    classes = []
    for name in MODULES:
        try:
            classes.append(importlib.import_module(name).SageMakerClient)
        except ImportError:
            continue
    return classes


@pytest.fixture
def factory(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Such a class, without kept clients."""
    classes = factories()
    if not classes:
        assert MAJOR == 2
        pytest.skip("this release of v2 does not install sagemaker-core")
    [factory] = classes
    monkeypatch.setattr(type(factory), "_instances", {})
    return factory


def boto_session() -> boto3.Session:
    """A session of boto3."""
    return boto3.Session("key", "secret", region_name="us-east-1")


@pytest.mark.parametrize("sdk", [False, True])
def test_a_client_made_before_the_guard_is_guarded(factory: Any, sdk: bool) -> None:
    """The clients are the process's default client and that of the guarded session."""
    first, guarded = boto_session(), boto_session()
    kept = [factory(session=session, region_name="us-east-1") for session in (first, guarded)]
    session = adapter().load("Session")(boto_session=guarded) if sdk else guarded
    with guard(session, "team-a"):
        for holder in (*kept, factory()):
            with pytest.raises(PrefixViolation):
                holder.sagemaker_client.create_model(ModelName="rogue")


def test_a_client_kept_for_another_session_is_not_guarded(factory: Any) -> None:
    """This holds for releases that keep a client for each session."""
    if "_DEFAULT_KEY" not in dir(type(factory)):
        pytest.skip("this release keeps one client for the process")
    factory(session=boto_session(), region_name="us-east-1")
    client = factory(session=boto_session(), region_name="us-east-1").sagemaker_client
    sent: list[str] = []

    def answer(model: Any, **_: Any) -> Any:
        sent.append(model.name)
        return SimpleNamespace(status_code=200), {"ModelArn": "arn"}

    client.meta.events.register("before-call", answer)
    with guard(boto_session(), "team-a"):
        assert "arn" == client.create_model(ModelName="rogue")["ModelArn"]
    assert ["CreateModel"] == sent


def test_resources_use_the_factory(factory: Any) -> None:
    """``Base.get_sagemaker_client`` of sagemaker-core calls it by its name."""
    package = factory.__module__.split(".")[0]
    resources = {"sagemaker": "sagemaker.core.resources"}.get(
        package, "sagemaker_core.main.resources"
    )
    base = importlib.import_module(resources).Base
    assert "SageMakerClient(" in inspect.getsource(base.get_sagemaker_client)
