"""What the runner costs: a thousand replications, two processes beside one, its work beside a plain loop, and its memory."""

from collections.abc import Iterator

from benchmarks.measuring import BASELINE, BenchmarkOptions, Line, in_turn, ratio, run_command, scratch, seconds_of
from experiments.execution import runner

THOUSAND = 1000
SECONDS = 300.0
EFFICIENCY = 0.85
OVERHEAD = 0.03
FLAT = 1.1  # largest process at ten times the replications, beside that at one
SEED = 2021


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """A line for each question."""
    import sim.county
    from sim.scenario import load_scenario

    scenario = load_scenario(BASELINE)
    sim.county.prepare(scenario, lambda what, **facts: None)

    def loop(replications: int) -> float:
        def run_all() -> None:
            for replication in range(replications):
                quantiles = sim.county.sample_quantiles(scenario, SEED, sim.county.parameter_draw_of(replication))
                sim.county.run_county(scenario, quantiles, SEED, replication)

        return seconds_of(run_all)

    def run(replications: int, workers: int) -> float:
        with scratch() as folder:
            outcome = []
            seconds = seconds_of(
                lambda: outcome.append(runner.run(scenario, folder / "out", runner.RunOptions(replications, SEED, workers)))
            )
            if outcome[0].completed != replications:
                raise RuntimeError(f"only {outcome[0].completed} of {replications} replications were completed")
            return seconds

    loop(1)
    run(2, 1)
    count, rounds = (4, 2) if options.quick else (30, 5)
    both = in_turn({"loop": lambda: loop(count), "run": lambda: run(count, 1)}, rounds)
    over = ratio(both["run"], both["loop"])
    yield Line(
        "runner beside calling sim.county.run_county in a loop, in one process",
        f"{over.median - 1:+.1%} ({over.low - 1:+.1%} to {over.high - 1:+.1%})",
        f"< {OVERHEAD:.0%}",
        None if options.quick else over.median - 1 < OVERHEAD,
        f"{count} replications with their tables, {rounds} rounds in turn",
    )

    count, rounds = (8, 1) if options.quick else (100, 2)
    both = in_turn({"one": lambda: run(count, 1), "many": lambda: run(count, options.workers)}, rounds)
    gain = ratio(both["one"], both["many"])
    efficiency = gain.median / options.workers
    yield Line(
        f"{options.workers} processes beside one: share of the ideal",
        f"{efficiency:.2f} ({gain.low / options.workers:.2f} to {gain.high / options.workers:.2f})",
        f">= {EFFICIENCY}",
        None if options.quick else efficiency >= EFFICIENCY,
        f"{count} replications, starting the processes and writing the tables included, {rounds} rounds in turn",
    )

    small = 10 if options.quick else THOUSAND // 10
    small_seconds, small_memory = run_command(small, options.workers)
    if options.quick:
        seconds, how = small_seconds * THOUSAND / small, f"extrapolated from {small}"
    else:
        seconds, memory = run_command(THOUSAND, options.workers)
        how = "xianjie run, tables and figures included"
    yield Line(
        f"{THOUSAND} replications of the baseline on {options.workers} processes",
        f"{seconds:.0f} s",
        f"<= {SECONDS:.0f} s",
        None if options.quick else seconds <= SECONDS,
        how,
    )
    if options.quick:
        yield Line(f"largest process at {small} replications", f"{small_memory:.0f} MB")
        return
    yield Line(
        f"largest process at {THOUSAND} replications beside {small}",
        f"{memory / small_memory:.2f} ({memory:.0f} MB, {small_memory:.0f} MB)",
        f"<= {FLAT}",
        memory / small_memory <= FLAT,
    )
