"""What the runner costs: a thousand replications, two processes beside one, its work beside a plain loop, and its memory."""

from collections.abc import Iterator

from benchmarks.measuring import BASELINE, Asked, Line, in_turn, ratio, run_command, scratch, seconds_of
from experiments.execution import runner

THOUSAND = 1000
SECONDS = 600.0
EFFICIENCY = 0.85
OVERHEAD = 0.03
FLAT = 1.1  # largest process at ten times the replications, beside that at one
SEED = 2021


def measure(asked: Asked) -> Iterator[Line]:
    """A line for each question."""
    import sim.county
    from sim.scenario import load_scenario

    scenario = load_scenario(BASELINE)
    sim.county.prepare(scenario, lambda what, **facts: None)

    def loop(replications: int) -> float:
        def lives() -> None:
            for replication in range(replications):
                quantiles = sim.county.draw(scenario, SEED, sim.county.draw_of(replication))
                sim.county.live(scenario, quantiles, SEED, replication)

        return seconds_of(lives)

    def run(replications: int, workers: int) -> float:
        with scratch() as folder:
            outcome = []
            seconds = seconds_of(
                lambda: outcome.append(runner.run(scenario, folder / "out", runner.RunOptions(replications, SEED, workers)))
            )
            if outcome[0].completed != replications:
                raise RuntimeError(f"only {outcome[0].completed} of {replications} lives were completed")
            return seconds

    loop(1)
    run(2, 1)
    count, rounds = (4, 2) if asked.quick else (30, 5)
    both = in_turn({"loop": lambda: loop(count), "run": lambda: run(count, 1)}, rounds)
    over = ratio(both["run"], both["loop"])
    yield Line(
        "runner beside calling sim.county.live in a loop, in one process",
        f"{over.median - 1:+.1%} ({over.low - 1:+.1%} to {over.high - 1:+.1%})",
        f"< {OVERHEAD:.0%}",
        None if asked.quick else over.median - 1 < OVERHEAD,
        f"{count} lives with their tables, {rounds} rounds in turn",
    )

    count, rounds = (8, 1) if asked.quick else (100, 2)
    both = in_turn({"one": lambda: run(count, 1), "many": lambda: run(count, asked.workers)}, rounds)
    gain = ratio(both["one"], both["many"])
    efficiency = gain.median / asked.workers
    yield Line(
        f"{asked.workers} processes beside one: share of the ideal",
        f"{efficiency:.2f} ({gain.low / asked.workers:.2f} to {gain.high / asked.workers:.2f})",
        f">= {EFFICIENCY}",
        None if asked.quick else efficiency >= EFFICIENCY,
        f"{count} lives, starting the processes and writing the tables included, {rounds} rounds in turn",
    )

    small = 10 if asked.quick else THOUSAND // 10
    small_seconds, small_memory = run_command(small, asked.workers)
    if asked.quick:
        seconds, how = small_seconds * THOUSAND / small, f"extrapolated from {small}"
    else:
        seconds, memory = run_command(THOUSAND, asked.workers)
        how = "xianjie run, tables and figures included"
    yield Line(
        f"{THOUSAND} replications of the baseline on {asked.workers} processes",
        f"{seconds:.0f} s",
        f"<= {SECONDS:.0f} s",
        None if asked.quick else seconds <= SECONDS,
        how,
    )
    if asked.quick:
        yield Line(f"largest process at {small} replications", f"{small_memory:.0f} MB")
        return
    yield Line(
        f"largest process at {THOUSAND} replications beside {small}",
        f"{memory / small_memory:.2f} ({memory:.0f} MB, {small_memory:.0f} MB)",
        f"<= {FLAT}",
        memory / small_memory <= FLAT,
    )
