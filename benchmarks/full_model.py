"""The full county in agent-steps a second, persons counted as agents, beside Starsim's plain SIR; and its dearest processes."""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from benchmarks.measuring import BASELINE, Asked, Line, in_turn
from benchmarks.serving import Served, has

AGENTS = 100_000
TARGET = 3.0
SEED = 2021
DEAREST = 10


@cache
def _scenario(general_weight: int):
    import sim.county
    from sim.scenario import load_scenario

    scenario = replace(load_scenario(BASELINE), general_weight=general_weight)
    sim.county.prepare(scenario, lambda what, **facts: None)
    return scenario


def live(general_weight: int) -> tuple[float, dict]:
    """Processor seconds of the sixty months of a county in which a row of general households stands for so many, and how many
    persons lived how long; founding and burn-in are outside the time, as initialising is for Starsim.
    """
    import sim.county

    scenario = _scenario(min(general_weight, 100))
    county = sim.county.County(scenario, sim.county.values_of(scenario, None), SEED, 0)
    persons = int((county.tables["persons"]["alive"] != 0).sum())
    start = time.process_time()
    county.live()
    return time.process_time() - start, {"agents": persons, "steps": scenario.months}


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


def measure(asked: Asked) -> Iterator[Line]:
    """The ratio, then what a life consists of."""
    weight = 10 if asked.quick else weight_for(AGENTS)
    rounds = 1 if asked.quick else 5
    found = has("starsim", asked.peers)
    if found:
        with Served("benchmarks.full_model") as ours, Served("benchmarks.starsim_sir", asked.peers) as theirs:
            facts: dict[str, dict] = {}

            def rate(name: str, process: Served, size: int):
                def ask() -> float:
                    answer = process.ask(size)
                    facts[name] = answer.came_out
                    return answer.came_out["agents"] * answer.came_out["steps"] / answer.seconds

                return ask

            candidates = {"ours": rate("ours", ours, weight), "theirs": rate("theirs", theirs, AGENTS)}
            in_turn(candidates, 1)
            rates = in_turn(candidates, rounds)
        shares = sorted(one / other for one, other in zip(rates["ours"], rates["theirs"], strict=True))
        median = shares[len(shares) // 2]
        note = (
            f"{max(rates['ours']) / 1e6:.2f} million agent-steps a second ({facts['ours']['agents']} persons, "
            f"{facts['ours']['steps']} months) beside {max(rates['theirs']) / 1e6:.2f} ({facts['theirs']['agents']} agents, "
            f"{facts['theirs']['steps']} steps, random network of ten contacts); {rounds} rounds in turn"
        )
        yield Line(
            "agent-steps a second: full county / Starsim's plain SIR",
            f"{median:.3g} ({shares[0]:.3g} to {shares[-1]:.3g})",
            f">= {TARGET:g}",
            None if asked.quick else median >= TARGET,
            note,
        )
    else:
        seconds, facts_of_ours = live(weight)
        rate_of_ours = facts_of_ours["agents"] * facts_of_ours["steps"] / seconds
        yield Line(
            "agent-steps a second of the full county",
            f"{rate_of_ours / 1e6:.2f} million",
            note="Starsim is not installed: pip install 'starsim>=3,<4' and name its Python with --peers",
        )
    yield _dearest()


def _dearest() -> Line:
    import sim.county

    scenario = _scenario(10)
    values = sim.county.values_of(scenario, None)
    life = sim.county.County(scenario, values, SEED, 0, profile=True).live()
    order = sorted(life.timings.items(), key=lambda item: -item[1])[:DEAREST]
    total = sum(life.timings.values())
    text = ", ".join(f"{name} {milliseconds:.0f}" for name, milliseconds in order)
    return Line("milliseconds of one life of the baseline, founding included", f"{total:.0f}", note=f"dearest: {text}")
