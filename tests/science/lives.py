"""Lives of the whole central county under changed parameters, each lived once per test run."""

from experiments.validation.relations.world import SCENARIOS, World, scenario

SEED = 2021
SEEDS = range(8)
WHOLE = World(1.0, SEEDS, SEED)
values, county, life, yearly, paid, difference = (
    WHOLE.values, WHOLE.county, WHOLE.result, WHOLE.yearly, WHOLE.paid, WHOLE.difference
)  # fmt: skip

__all__ = ["SCENARIOS", "SEED", "SEEDS", "county", "difference", "life", "paid", "scenario", "values", "yearly"]
