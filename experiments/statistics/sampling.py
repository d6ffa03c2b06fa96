"""Points spread over the unit cube, independent or correlated by rank."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy import stats
from scipy.stats import qmc

from sim.core.inputs.errors import UserError
from sim.core.inputs.validation import Real

EDGE = 0.001  # quantiles nearer to 0 or 1 are taken as this far: some distributions have no end


class Correlation(BaseModel):
    """A rank correlation of two factors."""

    model_config = ConfigDict(extra="forbid")
    between: list[str] = Field(min_length=2, max_length=2)
    rank: Real = Field(gt=-1, lt=1)


def spread(kind: str, dimensions: int, points: int, correlation: np.ndarray | None = None, seed: int = 2021) -> np.ndarray:
    """Points in the unit cube, float64 (points, dimensions), of a Latin hypercube or of a scrambled Sobol sequence.

    ``correlation``: of the normal scores (see the function ``correlation``); the margins stay uniform.
    """
    sampler = qmc.LatinHypercube(dimensions, rng=seed) if kind == "latin_hypercube" else qmc.Sobol(dimensions, rng=seed)
    shares: np.ndarray = sampler.random(points)
    if correlation is None:
        return shares
    scores = stats.norm.ppf(np.clip(shares, 1e-9, 1.0 - 1e-9)) @ np.linalg.cholesky(correlation).T
    value: np.ndarray = stats.norm.cdf(scores)
    return value


def correlation(pairs: "Sequence[Correlation]", names: Sequence[str]) -> np.ndarray | None:
    """The correlation matrix of normal scores that gives these rank correlations (2 sin(π ρ / 6)); Wrong if none does."""
    if not pairs:
        return None
    matrix = np.eye(len(names))
    seen: set[frozenset[str]] = set()
    for pair in pairs:
        if frozenset(pair.between) in seen:
            raise UserError(
                f"the correlation between {' and '.join(pair.between)} is given twice; keep one",
                f"{' 与 '.join(pair.between)} 的相关写了两次；请只留一个",
            )
        seen.add(frozenset(pair.between))
        unknown = [name for name in pair.between if name not in names]
        if unknown or pair.between[0] == pair.between[1]:
            raise UserError(
                f"correlations are between two different factors of this sweep, not {' and '.join(pair.between)}",
                f"相关只能写在本次试算的两个不同因素之间，不能是 {' 与 '.join(pair.between)}",
            )
        one, two = (names.index(name) for name in pair.between)
        matrix[one, two] = matrix[two, one] = 2.0 * np.sin(np.pi * pair.rank / 6.0)
    if np.linalg.eigvalsh(matrix).min() <= 1e-9:
        raise UserError(
            "no factors can have all these correlations at once; weaken one of them", "这些相关不可能同时成立，请减弱其中一个"
        )
    return matrix
