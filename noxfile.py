"""Every check of the project; ``nox`` alone passes the tests on the newest SDK of each major.

With ``MEASURE_COVERAGE`` set, the sessions that run tests measure coverage, and the session
``coverage`` combines their data. With ``NEWEST`` set, they install the newest packages that
pyproject.toml allows, and not the versions in ``.ci/lock``.
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
# The session ``embedded`` runs these, and ``unit`` all others.
SLOW = (
    "tests/contract",
    "tests/docs",
    "tests/embedded",
    "tests/golden",
    "tests/notebooks",
    "tests/oracle",
    "tests/upstream",
)
# What can't import an SDK, by the contracts "light" and "no-sdk" of import-linter, and what needs
# none.
WITHOUT_SDK = (
    "tests/embedded",
    "tests/oracle",
    "tests/unit/core",
    "tests/unit/enforcement",
    "tests/unit/iam",
    "tests/unit/reporting",
    "tests/unit/targets",
)
IN_PARALLEL = ("-n", "auto")
COVERAGE = Path(__file__).parent / ".coverage-of-sessions"
# With this variable, every test process would compile the SDK's modules again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
NEWEST = {"v2": "sagemaker>=2.171,<3", "v3": "sagemaker>=3,<4"}
LOCKS = Path(__file__).parent / ".ci" / "lock"


def run_tests(session: nox.Session, *arguments: str) -> None:
    """Run pytest, and measure coverage if ``MEASURE_COVERAGE`` is set."""
    environment, measuring = {}, []
    if os.environ.get("MEASURE_COVERAGE"):
        name = re.sub(r"\W+", "-", session.name).strip("-")
        environment["COVERAGE_FILE"] = str(COVERAGE / f".coverage.{name}")
        # Only the session "coverage" has the sum that fail_under is about.
        measuring = ["--cov", "--cov-report=", "--cov-fail-under=0"]
    session.run("pytest", *measuring, *IN_PARALLEL, *arguments, *session.posargs, env=environment)


def install(session: nox.Session, *requirements: str, lock: str = "none") -> None:
    """Install packages in the versions of a lock, unless ``NEWEST`` is set.

    ``.ci/lock`` has a file for environments without an SDK, and one for each major of the SDK.
    """
    locked = [] if os.environ.get("NEWEST") else ["--constraint", str(LOCKS / f"{lock}.txt")]
    session.install(*requirements, *locked)


def ignoring(folders: tuple[str, ...]) -> list[str]:
    """Return the arguments that make pytest leave folders out."""
    return [f"--ignore={folder}" for folder in folders]


def build_site(session: nox.Session, **environment: str) -> None:
    """Build the site; a warning is an error."""
    # Not --quiet, with which --strict counts no warning. Without the variable, the theme prints an
    # advertisement for its successor.
    environment["NO_MKDOCS_2_WARNING"] = "1"
    session.run("mkdocs", "build", "--strict", env=environment)


@nox.session
def unit(session: nox.Session) -> None:
    """The fast tests, with no SDK installed: pure functions, the command, the scripts."""
    install(session, ".[embedded,notebook]", *TEST)
    run_tests(session, *ignoring(SLOW))


@nox.session
def embedded(session: nox.Session) -> None:
    """The other tests, with no SDK installed: the embedded AWS, the documentation."""
    install(session, ".[embedded,notebook]", *TEST)
    run_tests(session, *SLOW)


@nox.session(python=["3.10", "3.11", "3.12", "3.13", "3.14"])
def pythons(session: nox.Session) -> None:
    """The tests of ``unit`` and ``embedded``, on every supported Python that is installed here."""
    install(session, ".[embedded,notebook]", *TEST)
    run_tests(session)


@nox.session
@nox.parametrize("major", ["v2", "v3"], ids=["v2", "v3"])
def sdk(session: nox.Session, major: str) -> None:
    """Everything that can depend on the SDK, with the newest release of a major."""
    install(session, ".[embedded,notebook]", NEWEST[major], *TEST, lock=major)
    run_tests(session, *ignoring(WITHOUT_SDK))


@nox.session
@nox.parametrize("major", ["v2", "v3"], ids=["v2", "v3"])
def lowest(session: nox.Session, major: str) -> None:
    """The contract, with the lowest supported release of a major."""
    session.install(".[embedded,picture]", "-r", f".ci/lowest-{major}.txt", *TEST)
    run_tests(session, "tests/contract", "tests/upstream")


@nox.session
def coverage(session: nox.Session) -> None:
    """The branch coverage of all sessions that measured it; fails if it is too low."""
    install(session, "coverage>=7.6,<8")
    session.run("coverage", "combine", "--keep", str(COVERAGE))
    session.run("coverage", "report")


@nox.session
def oracle(session: nox.Session) -> None:
    """The IAM evaluator compared with another, which needs Node."""
    if shutil.which("npm") is None:
        session.skip("npm isn't installed")
    install(session, ".", *TEST)
    folder = "tests/oracle"
    session.run("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", external=True)
    session.run("pytest", folder, *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """The page in Chromium: it renders, filters, copies, and can be used without a mouse."""
    if not any(map(shutil.which, ("chromium", "google-chrome"))):
        session.error("The browser tests need Chromium: apt-get install chromium")
    groups = nox.project.dependency_groups(PYPROJECT, "browser")
    install(session, ".[embedded,picture]", *TEST, *groups)
    options = "addopts=--strict-markers --strict-config -ra"  # without --ignore=tests/browser
    session.run("pytest", "-o", options, "tests/browser", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, layers and dead code."""
    install(session, *nox.project.dependency_groups(PYPROJECT, "lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-logo")
    session.run("vulture")


@nox.session
def types(session: nox.Session) -> None:
    """Types."""
    install(session, ".[embedded]", *nox.project.dependency_groups(PYPROJECT, "types"))
    session.run("mypy")


@nox.session
def wheel(session: nox.Session) -> None:
    """The wheel, installed alone: its files, its import, and its command."""
    install(session, "build[uv]")
    out = Path(session.create_tmp()) / "dist"
    shutil.rmtree(out, ignore_errors=True)
    session.run("python", "-m", "build", "--installer=uv", "--outdir", str(out), silent=True)
    [built] = out.glob("*.whl")
    session.install(str(built))
    version = built.name.split("-")[1]
    with session.chdir(session.create_tmp()):
        check = f"import sm_prefix_ext as p; assert p.__version__ == {version!r}, p.__version__"
        session.run("python", "-c", check)
        session.run("python", "-c", "from sm_prefix_ext import JobPrefix, PrefixPolicy, Plan")
        session.run("sm-prefix", "--help")
    listed = session.run("python", "-m", "zipfile", "-l", str(built), silent=True) or ""
    package = ("py.typed", "core/service_data.json", "core/display/style.css")
    package += ("reporting/page.css", "reporting/page.js")
    for wanted in (*(f"sm_prefix_ext/{file}" for file in package), "licenses/LICENSE"):
        if wanted not in listed:
            session.error(f"{wanted} is not in the wheel")
    if "tests/" in listed:
        session.error("the wheel contains tests")


@nox.session
@nox.parametrize("major", ["v2", "v3"], ids=["v2", "v3"])
def bench(session: nox.Session, major: str) -> None:
    """The time that the package takes compared with the SDK; it reports and never fails."""
    bench_group = nox.project.dependency_groups(PYPROJECT, "bench")
    install(session, ".[embedded]", NEWEST[major], *TEST, *bench_group, lock=major)
    session.run("pytest", "-o", "addopts=", "tests/benchmarks", *session.posargs)


@nox.session
def mutation(session: nox.Session) -> None:
    """A test notices every mutant of the name rules and the IAM evaluator, except known ones.

    With names or patterns of mutants as arguments, it runs only these and compares nothing.
    """
    mutation_group = nox.project.dependency_groups(PYPROJECT, "mutation")
    session.install(".", *TEST, *mutation_group)
    if session.posargs:
        session.run("mutmut", "run", *session.posargs)
        return
    shutil.rmtree("mutants", ignore_errors=True)
    session.run("mutmut", "run")
    session.run("python", "-m", "tests.mutation.compare")


@nox.session
def docs(session: nox.Session) -> None:
    """The generated pages are current, and the site builds without a warning, into ``site``."""
    install(session, ".", *nox.project.dependency_groups(PYPROJECT, "docs"))
    session.run("python", "-m", "tools.docs", "--check")
    build_site(session)


@nox.session
def site(session: nox.Session) -> None:
    """The site to publish, into ``site``: with the notebooks executed on the newest SDK v2."""
    groups = nox.project.dependency_groups(PYPROJECT, "docs")
    install(session, ".[embedded,notebook]", NEWEST["v2"], *TEST, *groups, lock="v2")
    build_site(session, EXECUTE_NOTEBOOKS="1")


@nox.session
def sdist(session: nox.Session) -> None:
    """The sdist has the repository's files except the hidden ones, and nothing else."""
    install(session, "build[uv]")
    out = Path(session.create_tmp()) / "sdist"
    shutil.rmtree(out, ignore_errors=True)
    build = ("python", "-m", "build", "--installer=uv", "--sdist")
    session.run(*build, "--outdir", str(out), silent=True)
    [archive] = out.glob("*.tar.gz")
    listed = session.run("python", "-m", "tarfile", "-l", str(archive), silent=True) or ""
    packed = {line.partition("/")[2].strip() for line in listed.splitlines()}
    tracked = set((session.run("git", "ls-files", silent=True, external=True) or "").split())
    hidden = {path for path in tracked if path.startswith(".") and not path.startswith(".ci/")}
    added = {"PKG-INFO", ".gitignore", "sm_prefix_ext/_version.py"}
    differing = packed.symmetric_difference(tracked - hidden) - added
    if differing:
        session.error(f"only in the sdist or only in the repository: {sorted(differing)}")


@nox.session
def relock(session: nox.Session) -> None:
    """Rewrite ``.ci/lock`` with the newest packages for every supported Python."""
    install(session, "uv")
    lowest = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    compiled = ["uv", "pip", "compile", "pyproject.toml", "--universal", "--upgrade", "--quiet"]
    compiled += [f"--python-version={lowest}", "--no-header", "--no-annotate"]
    compiled += ["--extra=embedded", "--extra=notebook", "--group=test", "--group=bench"]
    for name, wanted, groups in (
        ("none", "build[uv]", [f"--group={name}" for name in ("browser", "docs", "lint", "types")]),
        ("v2", NEWEST["v2"], ["--group=docs"]),
        ("v3", NEWEST["v3"], []),
    ):
        more = Path(session.create_tmp()) / "more.txt"
        more.write_text(f"{wanted}\n", encoding="utf-8")
        session.run(*compiled, *groups, str(more), f"--output-file={LOCKS / name}.txt")
