"""Points of a study: distinct, and no more of them than somebody will see the end of."""

from collections.abc import Sequence
from pathlib import Path

from experiments.results.files import same_file
from sim.core.inputs.errors import InputError

MOST_REPLICATIONS = 1_000_000  # of one point
MOST_RUNS = 10_000_000  # of all points


def distinct(place: str | Path, line: int, names: Sequence[str]) -> None:
    """Raise InputError where two scenarios have one name, under which their results could not be distinguished."""
    seen: set[str] = set()
    for name in names:
        if same_file(name) in seen:
            raise InputError(
                place, line, f"a scenario is named twice: '{name}'; leave one out, or rename the file if it is another one",
                f"同一个情景写了两次：“{name}”；请去掉一个，若不是同一个情景，请给文件改名"
            )  # fmt: skip
        seen.add(same_file(name))


def affordable(place: str | Path, line: int, points: int, replications: int) -> None:
    """Raise InputError where nobody would see the end of so many replications."""
    count = int(points) * int(replications)
    if count > MOST_RUNS:
        raise InputError(
            place, line, f"{points:,} points of {replications:,} replications are {count:,}, at most {MOST_RUNS:,} are allowed; "
            "take fewer of either",
            f"{points:,} 个点、每点 {replications:,} 次，共 {count:,} 次，最多允许 {MOST_RUNS:,} 次；请减少点数或次数"
        )  # fmt: skip
