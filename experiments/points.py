"""Points of a study: told apart, no more of them than somebody will see the end of, and how they are spread."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats
from scipy.stats import qmc

from experiments.files import same_file
from sim.core.errors import InputError, Wrong

if TYPE_CHECKING:
    from experiments.designs import Correlation

MOST_REPLICATIONS = 1_000_000  # of one point
MOST_LIVES = 10_000_000  # of all points


def distinct(place: str | Path, line: int, scenarios: Sequence[Any]) -> None:
    """Raise InputError where two scenarios have one name, under which their results could not be told apart."""
    seen: set[str] = set()
    for name in (scenario.id for scenario in scenarios):
        if same_file(name) in seen:
            raise InputError(
                place, line, f"a scenario is named twice: '{name}'; leave one out, or rename the file if it is another one",
                f"同一个情景写了两次：“{name}”；请去掉一个，若不是同一个情景，请给文件改名"
            )  # fmt: skip
        seen.add(same_file(name))


def affordable(place: str | Path, line: int, points: int, replications: int) -> None:
    """Raise InputError where nobody would see the end of so many replications."""
    count = int(points) * int(replications)
    if count > MOST_LIVES:
        raise InputError(
            place, line, f"{points:,} points of {replications:,} replications are {count:,}, at most {MOST_LIVES:,} are allowed; "
            "take fewer of either",
            f"{points:,} 个点、每点 {replications:,} 遍，共 {count:,} 遍，最多允许 {MOST_LIVES:,} 遍；请减少点数或遍数"
        )  # fmt: skip


def spread(kind: str, dimensions: int, points: int, correlation: np.ndarray | None = None, seed: int = 2021) -> np.ndarray:
    """Points in the unit cube, float64 (points, dimensions), of a Latin hypercube or of a scrambled Sobol sequence.

    ``correlation``: of the normal scores (see the function ``correlation``); the margins stay uniform.
    """
    sampler = qmc.LatinHypercube(dimensions, rng=seed) if kind == "latin_hypercube" else qmc.Sobol(dimensions, rng=seed)
    shares = sampler.random(points)
    if correlation is None:
        return shares
    scores = stats.norm.ppf(np.clip(shares, 1e-9, 1.0 - 1e-9)) @ np.linalg.cholesky(correlation).T
    return stats.norm.cdf(scores)


def correlation(pairs: "Sequence[Correlation]", names: Sequence[str]) -> np.ndarray | None:
    """The correlation matrix of normal scores that gives these rank correlations (2 sin(π ρ / 6)); Wrong if none does."""
    if not pairs:
        return None
    matrix = np.eye(len(names))
    seen: set[frozenset[str]] = set()
    for pair in pairs:
        if frozenset(pair.between) in seen:
            raise Wrong(
                f"the correlation between {' and '.join(pair.between)} is given twice; keep one",
                f"{' 与 '.join(pair.between)} 的相关写了两次；请只留一个",
            )
        seen.add(frozenset(pair.between))
        unknown = [name for name in pair.between if name not in names]
        if unknown or pair.between[0] == pair.between[1]:
            raise Wrong(
                f"correlations are between two different factors of this sweep, not {' and '.join(pair.between)}",
                f"相关只能写在本次试算的两个不同因素之间，不能是 {' 与 '.join(pair.between)}",
            )
        one, two = (names.index(name) for name in pair.between)
        matrix[one, two] = matrix[two, one] = 2.0 * np.sin(np.pi * pair.rank / 6.0)
    if np.linalg.eigvalsh(matrix).min() <= 1e-9:
        raise Wrong(
            "no factors can have all these correlations at once; weaken one of them", "这些相关不可能同时成立，请减弱其中一个"
        )
    return matrix
