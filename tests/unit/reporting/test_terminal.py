"""Reports in a terminal of some width, and in a pipe."""

from __future__ import annotations

import io

import pytest

from sm_prefix_ext.core.display.report import Cell, Report, Row, Table
from sm_prefix_ext.reporting import terminal

ARN = "training-job/team-a-train-with-a-rather-long-name-ic9xq2n1qepa-bAEHIt7IXm"
SENTENCE = "The name is longer than the service takes for a step of this type, by three characters."


def shown(report: Report, width: int) -> list[str]:
    """Return the lines that a terminal of a width shows."""
    console = terminal.Console(width=width, color_system=None, file=io.StringIO())
    with console.capture() as captured:
        terminal.show(report, console)
    return captured.get().splitlines()


def report(*rows: Row, columns: tuple[str, ...] = ("Step", "Type", "ARN")) -> Report:
    facts = (("ARNs begin with", "arn:aws:"),)
    return Report("Plan", "1 job.", "good", facts, (Table(columns, rows),), notes=("A note.",))


TRAIN = Row((Cell("Train"), Cell("Training"), Cell(ARN, code=True)), "Train")


def test_a_table_is_shown_where_it_fits() -> None:
    """The line that counts comes last, where a user looks first."""
    lines = shown(report(TRAIN), 120)

    assert lines[:3] == ["Plan", "ARNs begin with arn:aws:", ""]
    assert lines[3].split() == ["Step", "Type", "ARN"]
    assert lines[5].split() == ["Train", "Training", ARN]
    assert lines[-2:] == ["Note: A note.", "1 job."]


def test_no_line_of_a_table_ends_in_spaces() -> None:
    """A shorter cell of the last column is not filled up."""
    other = Row((Cell("Score"), Cell("Transform"), Cell("b")), "Score")
    lines = shown(report(TRAIN, other), 120)

    assert lines[6].endswith("  b")
    assert [] == [line for line in lines if line != line.rstrip()]


@pytest.mark.parametrize("width", [20, 60, 80])
def test_blocks_are_shown_where_a_table_does_not_fit(width: int) -> None:
    """An ARN stays on its line."""
    lines = shown(report(TRAIN), width)

    assert lines[3:5] == ["Train  Training", f"    ARN  {ARN}"]


def test_a_table_that_fits_exactly_is_a_table() -> None:
    """A column less, and it is a block."""
    widest = max(map(len, shown(report(TRAIN), 1_000)))

    assert shown(report(TRAIN), widest)[5].split()[-1] == ARN
    assert shown(report(TRAIN), widest - 1)[4].strip() == f"ARN  {ARN}"


def test_sentences_of_a_block_are_wrapped_and_identifiers_are_not() -> None:
    """Every line fits the terminal."""
    row = Row((Cell("PFX002", "bad"), Cell("error", "bad"), Cell(SENTENCE)), "Train")

    lines = shown(report(row, columns=("Code", "Severity", "What is wrong")), 60)

    assert lines[3:5] == ["Train", "    PFX002  error"]
    assert lines[5].startswith("        What is wrong  The name is longer")
    assert all(len(line) <= 60 for line in lines)
    assert SENTENCE in " ".join(" ".join(lines).split())


def test_a_sentence_with_a_long_identifier_stands_below_its_heading() -> None:
    """There it has room, so that the terminal does not break the ARN."""
    text = f"Allow sagemaker:CreateTrainingJob on {ARN} only."
    row = Row((Cell("PFX012"), Cell("warning"), Cell(text)), "policy.json")

    lines = shown(report(row, columns=("Code", "Severity", "How to fix it")), len(ARN) + 14)

    assert lines[5:9] == [
        "        How to fix it",
        "            Allow sagemaker:CreateTrainingJob on",
        f"            {ARN}",
        "            only.",
    ]


def test_a_line_of_a_block_has_the_colour_of_its_cell() -> None:
    """A job that succeeded outside its prefix is green and red."""
    row = Row(
        (Cell("Train"), Cell("Succeeded", "good"), Cell("outside", "bad"), Cell("x", code=True))
    )
    console = terminal.Console(
        width=30, file=io.StringIO(), force_terminal=True, color_system="standard"
    )

    terminal.show(report(row, columns=("Step", "Status", "Policy", "Job name")), console)

    lines = console.file.getvalue().splitlines()
    assert "\x1b[32mTrain  Succeeded\x1b[0m" == lines[3]
    assert "\x1b[1;31m    Policy    outside\x1b[0m" == lines[4]
    assert "    Job name  x" == lines[5]


def test_the_name_of_a_group_stands_before_its_first_row() -> None:
    """It is a column of the table."""
    rows = [Row((Cell("denied"), Cell(action), None), "Train") for action in ("a", "b")]

    lines = shown(report(*rows, columns=("Verdict", "Action", "Why")), 80)

    assert lines[3].split() == ["Step", "Verdict", "Action", "Why"]
    assert [line.split() for line in lines[5:7]] == [
        ["Train", "denied", "a", "–"],
        ["denied", "b", "–"],
    ]


def test_a_folded_table_is_left_out() -> None:
    """Without another table, the line that counts is all."""
    table = Table(("Step", "Type", "ARN"), (TRAIN,), "Allowed", folded=True)

    assert shown(Report("Preflight", "All allowed.", tables=(table,)), 80) == ["All allowed."]


def test_a_pipe_has_no_width(capsys: pytest.CaptureFixture[str]) -> None:
    """No line is wrapped or cut."""
    sentence = " ".join([SENTENCE] * 20)
    wide = Row((Cell("Train"), Cell("Training"), Cell(ARN, code=True), Cell(sentence)), "Train")

    terminal.show(report(wide, columns=("Step", "Type", "ARN", "Why")), terminal.console())

    out = capsys.readouterr().out
    assert f"    ARN  {ARN}\n    Why  {sentence}\n" in out
    terminal.show(report(TRAIN), terminal.console())
    assert f"Train  Training  {ARN}\n" in capsys.readouterr().out


def test_a_terminal_keeps_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard error has it too."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "77")

    assert terminal.console().width == 77
    assert terminal.console(err=True).stderr


@pytest.mark.parametrize("width", [20, 2_000])
@pytest.mark.parametrize("text", ["::error::x", "  ::add-mask::x", "##[error]x", "a ::error::x"])
def test_no_line_is_a_workflow_command(text: str, width: int) -> None:
    """A job on GitHub reads commands in what a step prints."""
    rows = tuple(Row(cells, text) for cells in ((Cell(text),) * 3, (None, Cell(text), Cell("x"))))
    tables = (Table(("A", "B", "C"), rows), Table(("A", "B", "C"), rows, text))

    lines = shown(Report(text, text, "bad", ((text, text),), tables, notes=(text,)), width)

    assert [] == [line for line in lines if line.lstrip().startswith("::") or "##[" in line]
    assert "error" in " ".join(lines) or "add-mask" in " ".join(lines)


def test_a_narrow_terminal_wraps_the_last_line_itself() -> None:
    """A copied line has no line break that the report doesn't have."""
    assert shown(Report("T", "word " * 10 + "end.", notes=(ARN,)), 20) == [
        f"Note: {ARN}",
        "word " * 10 + "end.",
    ]
