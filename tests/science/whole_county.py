"""Replications of the central county, whole and an eighth the size, under changed parameters, each run once per process."""

from experiments.validation import selftest
from experiments.validation.relations.world import SCENARIOS, World, scenario

SEED = 2021
SEEDS = range(8)
WHOLE = World(1.0, SEEDS, SEED)
SMALL = World(selftest.QUICK.size, range(selftest.QUICK.seeds))
values, county, simulate, yearly, paid, difference = (
    WHOLE.values, WHOLE.county, WHOLE.result, WHOLE.yearly, WHOLE.paid, WHOLE.difference
)  # fmt: skip

__all__ = [
    "SCENARIOS", "SEED", "SEEDS", "SMALL", "WHOLE", "county", "difference", "paid", "scenario", "simulate", "values", "yearly"
]  # fmt: skip
