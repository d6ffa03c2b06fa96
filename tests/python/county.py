"""A county small and short enough for tests: a year, a hundred households to a row, run once for all tests that look on."""

from functools import cache

import xianjie as xj


@cache
def base() -> xj.Scenario:
    """The baseline for a year, coarse."""
    return xj.scenario("baseline").set(months=12, population={"general_weight": 100}, name="small")


@cache
def result() -> xj.Result:
    """Two replications of it, in this process."""
    return base().run(2, workers=1, seed=7)
