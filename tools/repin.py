"""Show what a new release of the SDK changes in the upstream code that the package relies on.

``python -m tools.repin --from 2.257.6 --to 2.257.7`` downloads both releases, compares each
function that tests/upstream/test_pins.py pins, and prints the difference and the hash to append.
It imports neither release. The exit status is 1 if there is a hash to append, or a pinned function
is gone; 2 if a release can't be compared.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import hashlib
import importlib.util
import inspect
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from packaging.requirements import Requirement

PINS_FILE = Path(__file__).parents[1] / "tests" / "upstream" / "test_pins.py"


@dataclass(frozen=True)
class Pin:
    """A pinned function.

    Args:
        where: ``module:qualified.name``.
        hashes: the accepted hashes of its source.
        why: what the package relies on.
    """

    where: str
    hashes: frozenset[str]
    why: str


@dataclass(frozen=True)
class Change:
    """A pinned function that differs between two releases, or that the newer one lacks.

    Args:
        pin: the pinned function.
        old: its source in the older release; ``None`` if that doesn't have it.
        new: its source in the newer release; ``None`` if that doesn't have it.
    """

    pin: Pin
    old: str | None
    new: str | None

    @property
    def accepted(self) -> bool:
        """Whether the hash of the newer release's source is already pinned."""
        return self.new is not None and digest(self.new) in self.pin.hashes

    def report(self) -> str:
        """The difference, why it matters, and the hash to append."""
        lines = [f"=== {self.pin.where}", f"Why: {self.pin.why}"]
        lines += difflib.unified_diff(
            (self.old or "").splitlines(), (self.new or "").splitlines(), "old", "new", lineterm=""
        )
        if self.new is None:
            lines.append("It is gone; find out what replaced it.")
        elif self.accepted:
            lines.append(f'Its hash "{digest(self.new)}" is in tests/upstream/test_pins.py.')
        else:
            lines.append(f'Append to its hashes, once read: "{digest(self.new)}"')
        return "\n".join(lines)


def digest(source: str) -> str:
    """Return the hash of a function's source, as in tests/upstream/test_pins.py.

    Args:
        source: the dedented source of a function.
    """
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def read_pins(text: str) -> dict[int, list[Pin]]:
    """Return the pins in the source of a test module, by major version of the SDK.

    Args:
        text: the source; it is not run, since the module needs an SDK.
    """
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            [target] = node.targets
            if isinstance(target, ast.Name) and target.id == "PINS":
                return {
                    ast.literal_eval(key): [_pin(row) for row in getattr(value, "elts", [])]
                    for key, value in zip(node.value.keys, node.value.values)
                    if key is not None
                }
    raise ValueError("there is no PINS = {major: [Pin(...), ...]} in the module")


def _pin(call: ast.expr) -> Pin:
    where, hashes, why = map(ast.literal_eval, getattr(call, "args", []))
    return Pin(where, frozenset(hashes), why)


def source_of(tree: Path, where: str) -> str | None:
    """Return the dedented source of a function, like ``inspect.getsource``.

    Args:
        tree: a folder with the packages of a release.
        where: ``module:qualified.name``; inherited and re-exported names are followed.

    Returns:
        ``None`` if the release has no such function.
    """
    module, _, name = where.partition(":")
    found = _find(tree, module, name.split("."), frozenset())
    if found is None:
        return None
    path, node = found
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return textwrap.dedent("".join(inspect.getblock(lines[first - 1 :])))


_Found = tuple[Path, ast.stmt]


def _find(tree: Path, module: str, names: list[str], seen: frozenset[str]) -> _Found | None:
    path = _file(tree, module)
    key = f"{module}:{'.'.join(names)}"
    if path is None or key in seen:
        return None
    body = ast.parse(path.read_text(encoding="utf-8")).body
    first, *rest = names
    for node in _defined(body, first):
        if not rest:
            return path, node
        for inner in _defined(getattr(node, "body", []), rest[0]):
            return path, inner
        for base in getattr(node, "bases", []):
            found = _find(tree, module, [ast.unparse(base), *rest], seen | {key})
            if found is not None:
                return found
    for source, original in _imported(body, module, path.name == "__init__.py", first):
        found = _find(tree, source, [original, *rest], seen | {key})
        if found is not None:
            return found
    return None


def _file(tree: Path, module: str) -> Path | None:
    base = tree.joinpath(*module.split("."))
    candidates = (base.with_name(f"{base.name}.py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def _defined(body: Iterable[ast.stmt], name: str) -> Iterator[ast.stmt]:
    """Yield the definitions of a name, the last first."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    yield from reversed([node for node in body if isinstance(node, kinds) and node.name == name])


def _imported(
    body: Iterable[ast.stmt], module: str, is_package: bool, name: str
) -> Iterator[tuple[str, str]]:
    """Yield the modules from which a module imports a name, with the name there."""
    for node in body:
        if not isinstance(node, ast.ImportFrom):
            continue
        parts = module.split(".")
        above = parts[: len(parts) - node.level + is_package] if node.level else []
        source = ".".join([*above, *([node.module] if node.module else [])])
        for alias in node.names:
            if name == (alias.asname or alias.name):
                yield source, alias.name


def changes(pins: Iterable[Pin], old: Path, new: Path) -> list[Change]:
    """Return the pinned functions that differ between two unpacked releases, or are in neither.

    Args:
        pins: the pinned functions.
        old: a folder with the packages of the older release.
        new: a folder with the packages of the newer release.
    """
    found = (Change(pin, source_of(old, pin.where), source_of(new, pin.where)) for pin in pins)
    return [change for change in found if change.new is None or change.old != change.new]


def unpack(archive: Path, tree: Path) -> None:
    """Unpack a wheel, or the packages of an sdist, into a folder.

    Args:
        archive: the wheel or sdist.
        tree: the folder.
    """
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(tree)
        return
    with tarfile.open(archive) as sdist:
        for member in sdist.getmembers():
            inner = member.name.partition("/")[2]
            if member.isfile() and inner.startswith("src/"):
                member.name = inner.removeprefix("src/")
                sdist.extract(member, tree, filter="data")


def parts_of(metadata: str) -> list[str]:
    """The requirements of the parts that SDK v3 consists of, each at its lowest version.

    That is the version that was released together with it.

    Args:
        metadata: the text of a wheel's METADATA.
    """
    found = []
    for text in Parser().parsestr(metadata).get_all("Requires-Dist") or []:
        part = Requirement(text)
        lowest = [bound.version for bound in part.specifier if bound.operator in (">=", "==")]
        if part.name.startswith("sagemaker-") and part.marker is None and lowest:
            found.append(f"{part.name}=={lowest[0]}")
    return found


def download(version: str, folder: Path) -> Path:
    """Download a release of the SDK with pip, and unpack it.

    Args:
        version: such as ``2.257.7``.
        folder: an empty folder.

    Returns:
        The folder with its packages.
    """
    tree, meta = folder / "tree", folder / "meta"
    [archive] = _pip_download([f"sagemaker=={version}"], meta)
    unpack(archive, tree)
    if not version.startswith("2."):
        [metadata] = tree.glob("sagemaker-*.dist-info/METADATA")
        for part in _pip_download(parts_of(metadata.read_text("utf-8")), folder / "parts"):
            unpack(part, tree)
    return tree


def _pip_download(requirements: list[str], folder: Path) -> list[Path]:
    pip = [sys.executable, "-m", "pip"] if importlib.util.find_spec("pip") else ["pip"]
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, "download", *options, *requirements], check=True)
    return sorted(folder.iterdir())


def main(arguments: list[str] | None = None) -> int:
    """Compare two releases.

    Args:
        arguments: of the command line.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.repin", description=__doc__)
    parser.add_argument("--from", dest="old", required=True, help="a release of sagemaker")
    parser.add_argument("--to", dest="new", required=True, help="a later one of the same major")
    given = parser.parse_args(arguments)
    pins = {str(major): rows for major, rows in read_pins(PINS_FILE.read_text("utf-8")).items()}
    major = given.new.partition(".")[0]
    if given.old.partition(".")[0] != major:
        parser.error("the two releases have different major versions, each with its own pins")
    if major not in pins:
        parser.error(f"there are no pins for {given.new}, only for the majors {', '.join(pins)}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            old, new = (download(name, Path(folder, name)) for name in (given.old, given.new))
        except subprocess.CalledProcessError:  # pip has printed the reason
            parser.error("pip can't download one of the releases")
        changed = changes(pins[major], old, new)
    for change in changed:
        print(change.report(), end="\n\n")
    same = len(pins[major]) - len(changed)
    print(f"{same} of {len(pins[major])} pinned functions are the same.")
    return 0 if all(change.accepted for change in changed) else 1


if __name__ == "__main__":
    sys.exit(main())
