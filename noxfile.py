"""Every check of the project; ``nox`` alone passes the tests on the newest SDK of each major.

With ``MEASURE_COVERAGE`` set, the sessions that run tests measure it, and the session ``coverage``
adds their figures up.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["unit", "embedded", "sdk"]
nox.options.stop_on_first_error = True

PYPROJECT = nox.project.load_toml("pyproject.toml")
TEST = nox.project.dependency_groups(PYPROJECT, "test")
# The fast tests are all but these; ``embedded`` runs these.
SLOW = (
    "tests/contract",
    "tests/docs",
    "tests/embedded",
    "tests/golden",
    "tests/notebooks",
    "tests/oracle",
    "tests/upstream",
)
# What can't import an SDK, by the contract "light" of import-linter, and what needs none.
WITHOUT_SDK = (
    "tests/embedded",
    "tests/oracle",
    "tests/unit/core",
    "tests/unit/enforcement",
    "tests/unit/iam",
)
IN_PARALLEL = ("-n", "auto")
COVERAGE = Path(__file__).parent / ".coverage-of-sessions"
# Where it is set, every process of the tests compiles the SDK's modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
NEWEST = {"v2": "sagemaker>=2.171,<3", "v3": "sagemaker>=3,<4"}


def run_tests(session: nox.Session, *arguments: str) -> None:
    """Run pytest, and measure coverage where that is asked for."""
    environment, measuring = {}, []
    if os.environ.get("MEASURE_COVERAGE"):
        name = re.sub(r"\W+", "-", session.name).strip("-")
        environment["COVERAGE_FILE"] = str(COVERAGE / f".coverage.{name}")
        measuring = ["--cov", "--cov-report="]
    session.run("pytest", *measuring, *IN_PARALLEL, *arguments, *session.posargs, env=environment)


def ignoring(folders: tuple[str, ...]) -> list[str]:
    """The arguments by which pytest leaves folders out."""
    return [f"--ignore={folder}" for folder in folders]


@nox.session
def unit(session: nox.Session) -> None:
    """The fast tests, with no SDK installed: pure functions, the command, the scripts."""
    session.install(".[embedded,notebook]", *TEST)
    run_tests(session, *ignoring(SLOW))


@nox.session
def embedded(session: nox.Session) -> None:
    """The other tests, with no SDK installed: the embedded AWS, the documentation."""
    session.install(".[embedded,notebook]", *TEST)
    run_tests(session, *SLOW)


@nox.session(python=["3.10", "3.11", "3.12", "3.13", "3.14"])
def pythons(session: nox.Session) -> None:
    """The tests of ``unit`` and ``embedded``, on every supported Python that is installed here."""
    session.install(".[embedded,notebook]", *TEST)
    run_tests(session)


@nox.session
@nox.parametrize("major", ["v2", "v3"], ids=["v2", "v3"])
def sdk(session: nox.Session, major: str) -> None:
    """All that an SDK can make a difference to, with the newest of a major."""
    session.install(".[embedded,notebook]", NEWEST[major], *TEST)
    run_tests(session, *ignoring(WITHOUT_SDK))


@nox.session
@nox.parametrize("major", ["v2", "v3"], ids=["v2", "v3"])
def lowest(session: nox.Session, major: str) -> None:
    """The contract, with the lowest SDK of a major that is supported."""
    session.install(".[embedded]", "-r", f".ci/lowest-{major}.txt", *TEST)
    run_tests(session, "tests/contract", "tests/upstream")


@nox.session
def coverage(session: nox.Session) -> None:
    """The branch coverage of all sessions that measured it, and whether it is enough."""
    session.install("coverage>=7.6,<8")
    session.run("coverage", "combine", "--keep", str(COVERAGE))
    session.run("coverage", "report")


@nox.session
def oracle(session: nox.Session) -> None:
    """Our evaluator beside another, which needs Node."""
    if shutil.which("npm") is None:
        session.skip("npm isn't installed")
    session.install(".", *TEST)
    folder = "tests/oracle"
    session.run("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", external=True)
    session.run("pytest", folder, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and layers."""
    session.install(*nox.project.dependency_groups(PYPROJECT, "lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-logo")


@nox.session
def types(session: nox.Session) -> None:
    """Types."""
    session.install(".[embedded]", *nox.project.dependency_groups(PYPROJECT, "types"))
    session.run("mypy")


@nox.session
def wheel(session: nox.Session) -> None:
    """The wheel, installed alone: what is in it, that it imports, that the command answers."""
    session.install("build[uv]")
    out = Path(session.create_tmp()) / "dist"
    shutil.rmtree(out, ignore_errors=True)
    session.run("python", "-m", "build", "--installer=uv", "--outdir", str(out), silent=True)
    [made] = out.glob("*.whl")
    session.install(str(made))
    with session.chdir(session.create_tmp()):
        session.run("python", "-c", "import sm_prefix_ext; print(sm_prefix_ext.__version__)")
        session.run("python", "-c", "from sm_prefix_ext import JobPrefix, PrefixPolicy, Plan")
        session.run("sm-prefix", "--help")
    listed = session.run("python", "-m", "zipfile", "-l", str(made), silent=True) or ""
    data = "sm_prefix_ext/core/service_data.json"
    for wanted in ("sm_prefix_ext/py.typed", data, "licenses/LICENSE"):
        if wanted not in listed:
            session.error(f"{wanted} is not in the wheel")
    if "tests/" in listed:
        session.error("the wheel carries tests")


@nox.session
@nox.parametrize("major", ["v2", "v3"], ids=["v2", "v3"])
def bench(session: nox.Session, major: str) -> None:
    """How long things take beside the SDK; figures, no verdict."""
    bench_group = nox.project.dependency_groups(PYPROJECT, "bench")
    session.install(".[embedded]", NEWEST[major], *TEST, *bench_group)
    session.run("pytest", "-o", "addopts=", "tests/benchmarks", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The generated pages are current."""
    session.install(".")
    session.run("python", "-m", "tools.docs", "--check")


@nox.session
def sdist(session: nox.Session) -> None:
    """The sdist has the repository's files but for its hidden ones, and nothing else."""
    session.install("build[uv]")
    out = Path(session.create_tmp()) / "sdist"
    shutil.rmtree(out, ignore_errors=True)
    build = ("python", "-m", "build", "--installer=uv", "--sdist")
    session.run(*build, "--outdir", str(out), silent=True)
    [archive] = out.glob("*.tar.gz")
    listed = session.run("python", "-m", "tarfile", "-l", str(archive), silent=True) or ""
    packed = {line.partition("/")[2].strip() for line in listed.splitlines()}
    tracked = set((session.run("git", "ls-files", silent=True, external=True) or "").split())
    hidden = {path for path in tracked if path.startswith(".") and not path.startswith(".ci/")}
    differing = packed.symmetric_difference(tracked - hidden) - {"PKG-INFO", ".gitignore"}
    if differing:
        session.error(f"not alike in the sdist and the repository: {sorted(differing)}")
