"""The same small county on our machinery and in what peers offer: equal aggregates, ratios of time, memory, and how it scales."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.measuring import BenchmarkOptions, Line, in_turn, ratio
from benchmarks.micro_model.inputs import MONTHS
from benchmarks.serving import Answer, ServerProcess, has

OURS = "our machinery"
C, ARRAYS, MESA, STARSIM = "C, gcc -O3", "whole-array NumPy", "Mesa objects", "Starsim"
MODULES = {
    OURS: "benchmarks.micro_model.house",
    C: "benchmarks.micro_model.c",
    ARRAYS: "benchmarks.micro_model.arrays",
    STARSIM: "benchmarks.micro_model.starsim_module",
    MESA: "benchmarks.micro_model.mesa_objects",
}
#: How many times faster ours has to be.
FASTER_THAN = {MESA: 120.0, ARRAYS: 3.0, STARSIM: 3.5}
#: How many times longer than C ours may take.
BESIDE_C = 1.2
GROWTH = 2.0  # how many times dearer a household-month may be among 1.6 million than among 10 000
SIZES = (10_000, 40_000, 160_000, 640_000, 1_600_000)
SMALL, COUNTY = 10_000, 160_000


def missing_peers(options: BenchmarkOptions) -> dict[str, str]:
    """The peers that cannot run here, and what to do about it."""
    missing = {}
    if shutil.which("gcc") is None:
        missing[C] = "gcc not installed"
    if not has("starsim", options.peers):
        missing[STARSIM] = "not installed: pip install 'starsim>=3,<4' into an environment and name its Python with --peers"
    return missing


def _served(name: str, options: BenchmarkOptions) -> ServerProcess:
    return ServerProcess(MODULES[name], options.peers if name == STARSIM else sys.executable)


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """Lines for equality, ratios, memory and growth."""
    missing = missing_peers(options)
    names = [name for name in MODULES if name not in missing]
    with ExitStack() as stack:
        served = {name: stack.enter_context(_served(name, options)) for name in names}
        answers: dict[tuple[str, int], Answer] = {}

        def asking(name: str, households: int):
            def ask() -> float:
                answer = served[name].ask(households)
                before = answers.setdefault((name, households), answer)
                if answer.came_out != before.came_out:
                    raise RuntimeError(f"{name}: two runs with the same random draws differ")
                return answer.seconds

            return ask

        rounds = {1_000: 2} if options.quick else {SMALL: 7, COUNTY: 5}
        for households, times in rounds.items():
            here = [name for name in names if households <= SMALL or name != MESA]
            for name in here:
                asking(name, households)()
            seconds = in_turn({name: asking(name, households) for name in here}, times)
            yield from _beside_each_other(options, households, seconds, answers, missing)
        if not options.quick:
            yield from _growth({size: asking(OURS, size) for size in SIZES})
    yield from _memory(options, names, 1_000 if options.quick else COUNTY)


def _beside_each_other(
    options: BenchmarkOptions,
    households: int,
    seconds: dict[str, list[float]],
    answers: dict[tuple[str, int], Answer],
    missing: dict[str, str],
) -> Iterator[Line]:
    where = f"micro-model, {households} households"
    came_out = [answers[name, households].came_out for name in seconds]
    equal = all(each == came_out[0] for each in came_out)
    yield Line(f"{where}: equal aggregates of {', '.join(seconds)}", "equal" if equal else "DIFFERENT", "equal", equal)
    nanoseconds = {name: 1e9 * min(times) / (households * MONTHS) for name, times in seconds.items()}
    for name in MODULES:
        if name in missing:
            yield Line(f"{where}: {name}", "not measured", note=missing[name])
        elif name in seconds and name != OURS:
            judged = not options.quick
            both = f"{nanoseconds[name]:.3g} ns a household-month beside {nanoseconds[OURS]:.3g}"
            note = f"{both}; {len(seconds[name])} rounds in turn"
            if name == C:
                beside = ratio(seconds[OURS], seconds[C])
                reached = beside.median <= BESIDE_C if judged else None
                yield Line(f"{where}: {OURS} / {C}", str(beside), f"<= {BESIDE_C}", reached, note)
            else:
                faster, target = ratio(seconds[name], seconds[OURS]), FASTER_THAN[name]
                reached = faster.median >= target if judged else None
                yield Line(f"{where}: {name} / {OURS}", str(faster), f">= {target:g}", reached, note)


def _growth(sizes: dict) -> Iterator[Line]:
    for ask in sizes.values():
        ask()
    seconds = in_turn(sizes, 3)
    each = {size: [1e9 * time / (size * MONTHS) for time in times] for size, times in seconds.items()}
    growth = ratio(each[SIZES[-1]], each[SIZES[0]])
    note = "; ".join(f"{size}: {min(times):.1f} ns" for size, times in each.items())
    yield Line(
        f"micro-model on {OURS}: a household-month among {SIZES[-1]} beside {SIZES[0]}",
        str(growth),
        f"<= {GROWTH:g}",
        growth.median <= GROWTH,
        note,
    )


def _memory(options: BenchmarkOptions, names: list[str], households: int) -> Iterator[Line]:
    """A fresh process for each, so that nothing but this replication is in it."""
    held = {}
    for name in names:
        size = min(households, SMALL) if name == MESA else households
        with _served(name, options) as process:
            held[f"{name} ({size} households)"] = process.ask(size).megabytes
    text = ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in held.items())
    yield Line("micro-model: most memory of a process, inputs included", text)
