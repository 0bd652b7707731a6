"""Compare the mutants that survived with those that are known to.

Run it from the repository's root: ``python -m tests.mutation.compare``.

It reads what ``mutmut run`` left, prints the score of each module, and fails for a survivor that
isn't in ``survivors.txt`` and for an entry there that no longer survives. A mutant is known by its
function and the lines that it changes, since mutmut's numbers move with every edit.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

KNOWN = Path(__file__).with_name("survivors.txt")
KILLED = ("killed", "timeout")


def known_survivors(text: str) -> Iterator[str]:
    """Yield the entries of the file of survivors, without their reasons.

    Raises:
        ValueError: for an entry without a reason.
    """
    for block in re.split(r"\n{2,}", text):
        lines = [line for line in block.strip().splitlines() if not line.startswith("#")]
        if lines:
            reasons = [line for line in lines if line.startswith("because: ")]
            if not reasons:
                raise ValueError(f"An entry has no line that begins with 'because: ':\n{block}")
            yield "\n".join(line for line in lines if line not in reasons)


def entry(module: str, mutant: str, path: Path) -> str:
    """What the file of survivors has for a mutant: its function and the lines that it changes."""
    function, class_name = orig_function_and_class_names_from_key(mutant)
    changed = [
        f"{line[0]} {line[1:].strip()}"
        for line in get_diff_for_mutant(mutant, path=path).splitlines()
        if line[:1] in ("-", "+") and line[:3] not in ("---", "+++")
    ]
    head = f"{module}: {class_name + '.' if class_name else ''}{function}"
    return "\n".join([head, *changed])


def main() -> int:
    """Print the scores and the differences; return the exit code."""
    survivors: Counter[str] = Counter()
    all_killed = all_total = 0
    for path in sorted(walk_mutatable_files()):
        mutants = SourceFileMutationData(path=path)
        mutants.load()
        module = ".".join(path.with_suffix("").parts)
        status = {
            name: status_by_exit_code[code] for name, code in mutants.exit_code_by_key.items()
        }
        alive = [name for name, result in status.items() if result not in KILLED]
        if not status:
            continue
        killed, total = len(status) - len(alive), len(status)
        print(f"{module}: {killed} of {total} killed")
        all_killed, all_total = all_killed + killed, all_total + total
        survivors.update(entry(module, name, path) for name in alive)
    print(f"in all: {all_killed} of {all_total} killed")
    known = Counter(known_survivors(KNOWN.read_text("utf-8")))
    for one in sorted((survivors - known).elements()):
        print(f"\nnew survivor, not in {KNOWN.name}:\n{one}")
    for one in sorted((known - survivors).elements()):
        print(f"\nin {KNOWN.name}, and doesn't survive (remove it):\n{one}")
    return int(survivors != known)


if __name__ == "__main__":
    sys.exit(main())
