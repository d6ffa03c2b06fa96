"""Counties of random size under random levers and random assumptions, whose books must close every month.

``python -m tests.science.random_books 100000`` runs as many county-months and says how many a minute; a gap stops it with the
number of the county, which ``--first`` begins with again.
"""

import argparse
import logging
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.core.inputs.parameters import Parameter, load_all
from sim.county import County, sample_quantiles, values_of
from sim.founding.audit import FoundingMissed
from sim.scenario import Scenario, load_scenario
from tests.science.whole_county import SCENARIOS, SEED

LEVERS = [each for each in load_all().parameters.values() if each.role == "lever" and each.changes_from is None]
#: The smallest and the largest county, Lingyuan being 1.
SIZES = (0.02, 0.1)
MONTHS = 60


def random_setting(lever: Parameter, size: float, rng: np.random.Generator) -> Any:
    """A value within what a planner may write; what a larger county has more of, in proportion."""
    if lever.options is not None:
        return str(rng.choice(list(lever.options)))
    low, high = lever.limits()
    scale = size if lever.scales_with else 1.0
    if not lever.is_list:
        value = max(float(rng.uniform(low, high)) * scale, low)
        return round(value) if lever.is_counted else value
    count = len(lever.entries()[0])
    if lever.sums_to is None:
        return (np.maximum(rng.uniform(low, high, count) * scale, low)).tolist()
    parts = rng.dirichlet(np.ones(count)) * lever.sums_to
    return [*parts[:-1].tolist(), lever.sums_to - sum(parts[:-1].tolist())]


def random_scenario(number: int) -> Scenario:
    """Half of the levers at random from January 2021, and anew from some month of the plan on."""
    rng = np.random.default_rng([SEED, number])
    size = float(rng.uniform(*SIZES))
    sets = ["founding.places=numbered", f"founding.county_size={size}"]
    for lever in LEVERS:
        if rng.random() < 0.5:
            month = f"{rng.integers(2021, 2026)}-{rng.integers(2, 13):02d}"
            first, then = random_setting(lever, size, rng), random_setting(lever, size, rng)
            sets.append(f"{lever.id}={{2021-01: {first}, {month}: {then}}}")
    return load_scenario(SCENARIOS / "baseline.yaml", tuple(sets))


def random_county(number: int) -> County | None:
    """A founded county; None where this draw of assumptions misses a target of the founding, as a run would say."""
    scenario = random_scenario(number)
    try:
        return County(scenario, values_of(scenario, sample_quantiles(scenario, SEED, number)), SEED, number)
    except FoundingMissed:
        return None


def close_books(first: int) -> Iterator[int]:
    """Run county after county; yields its number after each month whose books closed. Raises BooksDoNotClose with the number."""
    number = first
    while True:
        county = random_county(number)
        while county is not None and county.month < MONTHS:
            try:
                county.step()
            except Exception as problem:
                problem.add_note(f"random county {number}")
                raise
            yield number
        number += 1


def main() -> None:
    """Close the books of so many county-months, and say how long that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("months", type=int, help="county-months to close")
    parser.add_argument("--first", type=int, default=0, help="number of the first county")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)  # values far from the status quo are what is wanted
    start, number = time.perf_counter(), chosen.first
    for closed, number in enumerate(close_books(chosen.first), start=1):
        if closed % 600 == 0 or closed == chosen.months:
            pace = 60.0 * closed / (time.perf_counter() - start)
            print(f"{closed} county-months closed, counties {chosen.first} to {number}, {pace:.0f} a minute", flush=True)
        if closed == chosen.months:
            break


if __name__ == "__main__":
    main()
