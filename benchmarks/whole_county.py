"""A county of so many persons in full: every household a row, Lingyuan in everything but its size."""

from dataclasses import replace
from functools import cache

from benchmarks.full_model import time_months

LEAST = 20_000  # persons: a smaller county could not be founded
PERSONS = 360_000  # of the county in full, about: only to choose a size; what is printed is counted


@cache
def _county(agents: int):
    import sim.county
    from experiments.validation.relations.world import World, scenario

    sim.county.make_ready()
    full = replace(scenario(), population_detail="full")
    return full, World(size=max(agents, LEAST) / PERSONS).values()


def run_once(agents: int) -> tuple[float, dict]:
    """The sixty months of a county of about so many persons; see ``time_months``."""
    return time_months(*_county(agents))
