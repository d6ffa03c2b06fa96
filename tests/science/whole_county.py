"""Replications of the whole central county under changed parameters, each run once per test session."""

from experiments.validation.relations.world import SCENARIOS, World, scenario

SEED = 2021
SEEDS = range(8)
WHOLE = World(1.0, SEEDS, SEED)
values, county, simulate, yearly, paid, difference = (
    WHOLE.values, WHOLE.county, WHOLE.result, WHOLE.yearly, WHOLE.paid, WHOLE.difference
)  # fmt: skip

__all__ = ["SCENARIOS", "SEED", "SEEDS", "county", "difference", "paid", "scenario", "simulate", "values", "yearly"]
