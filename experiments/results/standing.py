"""How a goal stands at each year's end. One definition for every table and figure; the last year's is the goal's own outcome.

A goal that asks something of every year has been kept until a year's end if every year so far was; a goal that counts at the end
stands as the year itself says. A replication tells which of the two it is only together with all others: a goal asks something
of every year if no replication that meets it misses a year.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def standing(replications: Any, goal: str, years: Sequence[int]) -> dict[int, NDArray[np.float64]]:
    """By year, whether each replication was on course (1, 0; NaN where not assessed).

    ``replications``: a table with the columns ``goal.ID.met`` and ``goal.ID.YEAR``, as ``replications.parquet`` has.
    """
    names = {year: f"goal.{goal}.{year}" for year in years if f"goal.{goal}.{year}" in replications}
    found = {year: np.asarray(replications[name], dtype=np.float64) for year, name in names.items()}
    return cumulate(found, np.asarray(replications[f"goal.{goal}.met"], dtype=np.float64))


def cumulate(by_year: Mapping[int, NDArray[np.float64]], met: NDArray[np.float64]) -> dict[int, NDArray[np.float64]]:
    """The standing from each year's own outcome and the final one."""
    if not by_year:
        return {}
    years = sorted(by_year)
    every = np.minimum.accumulate(np.array([by_year[year] for year in years]), axis=0)
    kept = not np.any(met > every[-1])  # every replication that met it met it in all years
    found = {year: every[number] if kept else by_year[year] for number, year in enumerate(years)}
    found[years[-1]] = met
    return found
