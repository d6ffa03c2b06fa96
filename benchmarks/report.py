"""The table of results: printed line by line, and kept in ``RESULTS.md``."""

import datetime
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measuring import Line, machine

FILE = Path(__file__).with_name("RESULTS.md")
HEAD = "| benchmark | what | measured | must reach | reached | remarks | day |\n|---|---|---|---|---|---|---|\n"
REACHED = {True: "yes", False: "**no**", None: ""}


def row(name: str, line: Line) -> str:
    """A line as a row of the table."""
    day = datetime.date.today().isoformat()
    cells = (name, line.what, line.measured, line.target, REACHED[line.reached], line.note, day)
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def write(measured: Mapping[str, list[Line]]) -> Path:
    """Write ``RESULTS.md``: the new rows; those of benchmarks that were not measured this time, and the sections below, stay."""
    table, *sections = (FILE.read_text(encoding="utf-8") if FILE.exists() else "").split("\n## ")
    old = table.splitlines()
    kept = [each for each in old if each.startswith("| ") and each.split(" | ")[0][2:] not in (*measured, "benchmark")]
    new = [row(name, line) for name, lines in measured.items() for line in lines]
    facts = "\n".join(f"- {what}: {value}" for what, value in machine().items())
    FILE.write_text(
        "# Measured\n\nMade by `python -m benchmarks`; each pair was timed in turn, and a ratio is the median of the rounds "
        f"(lowest to highest).\n\n{facts}\n\n{HEAD}"
        + "\n".join(sorted([*kept, *new], key=lambda each: each.split(" | ")[0]))
        + "\n"
        + "".join(f"\n## {each}" for each in sections),
        encoding="utf-8",
    )
    return FILE
