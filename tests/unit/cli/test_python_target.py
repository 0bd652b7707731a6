"""Python targets: their functions' arguments, and what a failing module shows."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sm_prefix_ext.cli.python_target import PYTHON, must_go_with_python

from .conftest import Run

MODULE = """\
class Session:
    boto_region_name = "eu-west-1"


class Pipeline:
    name = "team-a-train"
    steps = ()
    sagemaker_session = Session()

    def definition(self):
        return '{}'


def needs(region, *, role):
    return 3


def optional(region="eu-west-1"):
    return 3


def any_keyword(**kwargs):
    return 3


number = 3
"""


@pytest.fixture(autouse=True)
def module(tmp_path: Path) -> None:
    """Write a module with functions that return no pipeline, to test their arguments."""
    (tmp_path / "train.py").write_text(MODULE)
    (tmp_path / "fails.py").write_text("def inner():\n    raise KeyError('x')\n\ninner()\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train.py:needs"], "needs() needs 'region', 'role'; give --kwargs '{\"region\": "),
        (["train.py:needs", "--kwargs", '{"region": "x"}'], "needs() needs 'role'"),
        (
            ["train.py:needs", "--kwargs", '{"region": "x", "role": "r", "rloe": "r"}'],
            "needs() does not take 'rloe'; it takes 'region', 'role'.",
        ),
        (
            ["train.py:needs", "--kwargs", '{"regoin": "x"}'],
            "needs() does not take 'regoin'; it takes 'region', 'role'.",
        ),
        (
            ["train.py:needs", "--kwargs", '{"region": "x", "role": "r"}'],
            "needs() returned a value of type int; wanted",
        ),
        (["train.py:optional"], "optional() returned a value of type int; wanted"),
        (
            ["train.py:any_keyword", "--kwargs", '{"a": 1}'],
            "any_keyword() returned a value of type int",
        ),
        (
            ["train.py:number", "--kwargs", '{"a": 1}'],
            "'number' is not a function; leave --kwargs out.",
        ),
        (["train.py:needs", "--kwargs", "{"], "--kwargs is not JSON: "),
        (["train.py:needs", "--kwargs", "[1]"], "--kwargs is '[1]'; wanted a JSON object"),
        (["train.py:needs", "--kwargs", '{"a": 1, "a": 2}'], "has the key 'a' twice"),
    ],
)
def test_wrong_arguments_are_one_sentence(run: Run, arguments: list[str], message: str) -> None:
    """The error names missing and unknown arguments, and how to give them."""
    status, output, error = run("check", *arguments, "--prefix", "team-a")
    assert (2, "", 1) == (status, output, error.count("\n"))
    assert message in error


def test_a_failing_module_names_its_file_and_line(run: Run) -> None:
    """The traceback is shown with ``-v`` only."""
    status, _, error = run("check", "fails.py:pipeline", "--prefix", "a")
    assert (2, 1) == (status, error.count("\n"))
    assert "importing fails.py failed at fails.py, line 2: KeyError: 'x'" in error
    for option in ("-v", "--verbose"):
        status, _, error = run("check", "fails.py:pipeline", "--prefix", "a", option)
        assert 2 == status
        assert "Traceback (most recent call last)" in error
        assert error.endswith("failed at fails.py, line 2: KeyError: 'x'\n")


@pytest.mark.parametrize("target", ["risk", "risk/good.json"])
def test_kwargs_need_a_python_target(run: Run, tmp_path: Path, target: str) -> None:
    """Beside one, a file or a folder is no mistake."""
    (tmp_path / "risk").mkdir()
    (tmp_path / "risk" / "good.json").write_text('{"Steps": []}')
    must_go_with_python({"region": "x"}, [target, "train.py:needs"], {"definition", PYTHON})
    message = f"sm-prefix: --kwargs goes with file.py:name or package.module:name; got {target}.\n"
    given = ("--kwargs", '{"region": "x"}')
    assert (2, "", message) == run("check", target, "--declared-only", *given)


def test_verbose_shows_the_traceback_beside_a_report_too(run: Run, tmp_path: Path) -> None:
    """Another target can be judged, and the broken one is a row of the report."""
    (tmp_path / "good.json").write_text('{"Steps": []}')
    (tmp_path / "broken.py").write_text("raise RuntimeError('no\\x1b[2K')\n")
    targets = ("good.json", "broken.py:p", "--declared-only")
    status, out, err = run("check", *targets)
    assert (2, "") == (status, err)
    assert "broken.py:p: error File not read" in out
    assert (2, out) == run("check", *targets)[:2]
    _, _, err = run("check", "-v", *targets)
    assert 1 == err.count("Traceback (most recent call last)")
    assert err.endswith("RuntimeError: no\\x1b[2K\n")


def test_targets_import_their_own_siblings(run: Run, tmp_path: Path) -> None:
    """Two folders may each have a ``config.py``, which functions may import later too."""
    for folder in "ab":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "config.py").write_text(f"NAME = {folder!r}\n")
        (tmp_path / folder / "train.py").write_text(
            "from config import NAME\n\n\ndef get():\n    from config import NAME as LATER\n"
            "    raise ValueError(NAME + LATER)\n"
        )
    status, _, error = run("check", "a/train.py:get", "--prefix", "a")
    assert (2, True) == (status, "ValueError: aa" in error)
    targets = ["a/train.py:get", "b/train.py:get"]
    (tmp_path / "d.json").write_text('{"Steps": []}')
    status, output, _ = run("check", *targets, "d.json", "--prefix", "a", "--format", "json")
    reasons = [row["reason"] for row in json.loads(output)["unread"]]
    assert 2 == status
    assert ["aa", "bb"] == [reason.rpartition("ValueError: ")[2] for reason in reasons]
    assert "config" not in sys.modules


def test_a_relative_import_says_how_to_name_the_target(run: Run, tmp_path: Path) -> None:
    """By its package."""
    (tmp_path / "relative.py").write_text("from .config import NAME\n")
    status, _, error = run("check", "relative.py:pipeline", "--prefix", "a")
    assert (2, True) == (status, "such as package.module:name" in error)


def test_a_traceback_is_escaped(run: Run, tmp_path: Path) -> None:
    """The text of an error may come from outside, such as from a file that the module reads."""
    (tmp_path / "paints.py").write_text("raise KeyError('a\\x1b[2Kb')\n")
    (tmp_path / "prints.py").write_text("raise ValueError('a\\x1b[2Kb\\x85c')\n")

    for module in ("paints", "prints"):
        _, _, error = run("check", f"{module}.py:p", "--prefix", "team-a", "-v")
        assert "Traceback (most recent call last)" in error
        assert [] == [line for line in error.split("\n") if not line.isprintable()]
