"""The search for plans that no other plan beats: NSGA-II of pymoo by its ask and tell, so that what is run is our business.

The search knows nothing of counties. It hands out plans (whole steps of money by programme) and is given how each stands;
regret changes whenever a new plan does better in some future, so all plans still in the race get their standing anew each
time. The same seed and the same answers give the same plans.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.pareto import steps_of

Plan = tuple[int, ...]
#: How plans stand, (plans, goals), smaller is better, once all of them have been run.
Standing = Callable[[Sequence[Plan]], NDArray[np.float64]]


class Missing(ImportError):
    """pymoo is not installed."""


def require() -> None:
    """Raise Missing unless the optimiser is installed."""
    try:
        import pymoo  # noqa: F401
    except ImportError:
        raise Missing("pymoo is not installed") from None


def search(
    stand: Standing,
    first: Sequence[Sequence[float]],
    *,
    steps: int,
    most: Sequence[int],
    goals: int,
    population: int,
    generations: int,
    seed: int,
) -> list[list[Plan]]:
    """Search; the plans tried, by generation.

    ``first``: shares of the first plans, by programme and then what is kept in reserve; filled up by chance to ``population``.
    ``steps``: the money to divide; ``most``: steps that each programme takes at most.
    """
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.config import Config
    from pymoo.core.problem import Problem
    from pymoo.core.repair import Repair

    Config.warnings["not_compiled"] = False
    width = len(most) + 1

    class Whole(Repair):
        """Shares as the whole steps that they stand for, so that two ways to write one plan are one."""

        def _do(self, problem: Any, X: NDArray[np.float64], **kwargs: Any) -> NDArray[np.float64]:
            return np.array([shares_of(steps_of(row, steps, most), steps) for row in X])

    random = np.random.default_rng([seed, 13])
    rows = [list(row) for row in first[:population]]
    rows += random.dirichlet(np.ones(width), max(0, population - len(rows))).tolist()
    problem = Problem(n_var=width, n_obj=goals, xl=0.0, xu=1.0)
    algorithm = NSGA2(pop_size=population, sampling=np.array(rows), repair=Whole(), eliminate_duplicates=True)
    algorithm.setup(problem, termination=("n_gen", generations), seed=seed % 2**32, verbose=False)
    tried: list[list[Plan]] = []
    while algorithm.has_next():
        asked = algorithm.ask()
        if asked is None or len(asked) == 0:  # every neighbour has been tried
            break
        new = [steps_of(row, steps, most) for row in asked.get("X")]
        racing = [] if algorithm.pop is None or len(algorithm.pop) == 0 else [
            steps_of(row, steps, most) for row in algorithm.pop.get("X")
        ]  # fmt: skip
        standings = stand([*racing, *new])
        if racing:
            algorithm.pop.set("F", standings[: len(racing)])
        asked.set("F", standings[len(racing) :])
        algorithm.tell(infills=asked)
        tried.append(new)
    return tried


def shares_of(plan: Plan, steps: int) -> list[float]:
    """A plan as shares, the last of them what is kept in reserve."""
    whole = max(steps, 1)
    return [*(number / whole for number in plan), (steps - sum(plan)) / whole]
