"""A county of so many persons in full: every household a row, Lingyuan in everything but its size."""

import time
from dataclasses import replace
from functools import cache

SEED = 2021
LEAST = 20_000  # persons: a smaller county could not be founded
PERSONS = 360_000  # of the county in full, about: only to choose a size; what is printed is counted


@cache
def _county(agents: int):
    import sim.county
    from experiments.relations.world import World, scenario

    sim.county.ready()
    full = replace(scenario(), population_detail="full")
    return full, World(size=max(agents, LEAST) / PERSONS).values()


def live(agents: int) -> tuple[float, dict]:
    """Processor seconds of the sixty months of a county of about so many persons, and how many there were; founding and burn-in
    are outside the time, as initialising is for Starsim.
    """
    import sim.county

    scenario, values = _county(agents)
    county = sim.county.County(scenario, values, SEED, 0)
    persons = int((county.tables["persons"]["alive"] != 0).sum())
    households = len(county.tables["households"])
    start = time.process_time()
    county.live()
    return time.process_time() - start, {"agents": persons, "households": households, "steps": scenario.months}
