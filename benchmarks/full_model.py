"""The full county in agent-steps a second, persons counted as agents, beside Starsim's plain SIR; and its dearest processes."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from benchmarks.measuring import BASELINE, BenchmarkOptions, Line, in_turn
from benchmarks.serving import ServerProcess, has

AGENTS = 100_000
TARGET = 3.0
SEED = 2021
ONE_REPLICATION, WHOLE_COUNTY = 0.75, 2.5  # processor seconds of founding and sixty months
DEAREST = 10


@cache
def _scenario(general_weight: int):
    import sim.county
    from sim.scenario import load_scenario

    scenario = replace(load_scenario(BASELINE), general_weight=general_weight)
    sim.county.prepare(scenario, lambda what, **facts: None)
    return scenario


def time_months(scenario, values) -> tuple[float, dict]:
    """Processor seconds of the months of one county, and how many persons and rows of households ran how long; founding and
    burn-in are outside the time, as initialising is for Starsim.
    """
    import sim.county

    county = sim.county.County(scenario, values, SEED, 0)
    persons = int((county.tables["persons"]["alive"] != 0).sum())
    households = len(county.tables["households"])
    start = time.process_time()
    county.run()
    return time.process_time() - start, {"agents": persons, "households": households, "steps": scenario.months}


def run_once(general_weight: int) -> tuple[float, dict]:
    """The sixty months of Lingyuan, in which a row of general households stands for so many; see ``time_months``."""
    import sim.county

    scenario = _scenario(min(general_weight, 100))
    return time_months(scenario, sim.county.values_of(scenario, None))


def weight_for(agents: int) -> int:
    """The weight of general households at which a county has about so many persons' rows."""
    import sim.county

    def persons(weight: int) -> int:
        scenario = _scenario(weight)
        county = sim.county.County(scenario, sim.county.values_of(scenario, None), SEED, 0)
        return int((county.tables["persons"]["alive"] != 0).sum())

    one, ten = persons(10), persons(5)
    # Rows are a constant and a part that shrinks with the weight.
    general = (ten - one) / (1 / 5 - 1 / 10)
    return max(1, round(general / (agents - one + general / 10)))


def _beside_starsim(module: str, size: int, what: str, options: BenchmarkOptions) -> Line:
    """Agent-steps a second of one of our counties, and of Starsim's SIR, in turn."""
    rounds = 1 if options.quick else 9  # Starsim takes half as long in some rounds as in others
    facts: dict[str, dict] = {}
    with ServerProcess(module) as ours, ServerProcess("benchmarks.starsim_sir", options.peers) as theirs:

        def rate(name: str, process: ServerProcess, units: int):
            def ask() -> float:
                answer = process.ask(units)
                facts[name] = answer.came_out
                return answer.came_out["agents"] * answer.came_out["steps"] / answer.seconds

            return ask

        candidates = {"ours": rate("ours", ours, size), "theirs": rate("theirs", theirs, AGENTS)}
        in_turn(candidates, 1)
        rates = in_turn(candidates, rounds)
    shares = sorted(one / other for one, other in zip(rates["ours"], rates["theirs"], strict=True))
    median = shares[len(shares) // 2]
    note = (
        f"{max(rates['ours']) / 1e6:.2f} million agent-steps a second ({facts['ours']['agents']} persons in "
        f"{facts['ours']['households']} rows of households, {facts['ours']['steps']} months) beside "
        f"{max(rates['theirs']) / 1e6:.2f} ({facts['theirs']['agents']} agents, {facts['theirs']['steps']} steps, random network "
        f"of ten contacts); {rounds} rounds in turn"
    )
    return Line(
        f"agent-steps a second: {what} / Starsim's plain SIR",
        f"{median:.3g} ({shares[0]:.3g} to {shares[-1]:.3g})",
        f">= {TARGET:g}",
        None if options.quick else median >= TARGET,
        note,
    )


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """The ratio, for two counties of so many persons, then what a replication consists of.

    In Lingyuan at 100 000 rows of persons, every registered household is a row and five others share one: two rows in five
    are of the kind that most rules are about; a county of 100 000 persons in full has them in the proportion that there is.
    """
    weight = 10 if options.quick else weight_for(AGENTS)
    if has("starsim", options.peers):
        yield _beside_starsim("benchmarks.whole_county", AGENTS, "a county of 100 000 persons, every household a row", options)
        yield _beside_starsim("benchmarks.full_model", weight, "Lingyuan with one row for several general households", options)
    else:
        seconds, found = run_once(weight)
        yield Line(
            "agent-steps a second of the full county",
            f"{found['agents'] * found['steps'] / seconds / 1e6:.2f} million",
            note="Starsim is not installed: pip install 'starsim>=3,<4' and name its Python with --peers",
        )
    yield _one_replication("the baseline", run_once, 10, ONE_REPLICATION, options)
    from benchmarks import whole_county

    yield _one_replication("the whole county, every household a row", whole_county.run_once, 360_000, WHOLE_COUNTY, options)
    yield _dearest(options)


def _one_replication(what: str, run: Callable[[int], tuple[float, dict]], size: int, target: float, options) -> Line:
    """Processor seconds of one replication, founding included: medians after a first that loads what the others find loaded."""
    found, months = [], []
    for _ in range(2 if options.quick else 6):
        start = time.process_time()
        seconds, facts = run(size)
        found.append(time.process_time() - start)
        months.append(seconds)
    total, part = statistics.median(found[1:]), statistics.median(months[1:])
    return Line(
        f"processor seconds of one replication of {what}",
        f"{total:.2f} s",
        f"<= {target:g} s",
        None if options.quick else total <= target,
        f"founding {total - part:.2f}, months {part:.2f}; {facts['agents']} persons, {facts['households']} rows of households, "
        f"{part / facts['agents'] / facts['steps'] * 1e9:.0f} ns a person and month; median of {len(found) - 1}",
    )


def _dearest(options: BenchmarkOptions) -> Line:
    """What one replication consists of: medians of five, after a first that loads what the others find loaded."""
    import sim.county

    scenario = _scenario(10)
    values = sim.county.values_of(scenario, None)
    rounds = [
        sim.county.County(scenario, values, SEED, number, profile=True).run().timings
        for number in range(2 if options.quick else 6)
    ]
    found = {name: statistics.median(each[name] for each in rounds[1:]) for name in rounds[-1]}
    total = statistics.median(sum(each.values()) for each in rounds[1:])
    text = ", ".join(f"{name} {found[name]:.0f}" for name in sorted(found, key=lambda name: -found[name])[:DEAREST])
    return Line(
        "milliseconds of one replication of the baseline, founding included",
        f"{total:.0f}",
        note=f"median of {len(rounds) - 1}; dearest: {text}",
    )
