"""What a relation is: a sentence, how strictly it must hold, a function of a world, and its finding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from experiments.validation.relations.world import World

Kind = Literal["strict", "mean"]


@dataclass(frozen=True)
class Finding:
    """Whether a relation holds, and what was measured, in both languages with the figures in it."""

    holds: bool
    zh: str
    en: str


@dataclass(frozen=True)
class Relation:
    """A relation. ``kind``: "strict" must hold in every seed, "mean" on paired average with its 95 % interval. ``where``: the
    module of the model that it is about. ``whole``: it needs the county at full size.
    """

    id: str
    zh: str
    en: str
    kind: Kind
    where: str
    function: Callable[[World], Finding]

    @property
    def number(self) -> int:
        """Its number, by which tables are sorted."""
        return int(self.id[2:])

    def check(self, world: World) -> Finding:
        """What is found in a world."""
        return self.function(world)


RELATIONS: dict[str, Relation] = {}


def relation(id: str, kind: Kind, zh: str, where: str):
    """Declare a function as a relation; its docstring is the English sentence. Raises ValueError for one declared twice."""

    def declare(function: Callable[[World], Finding]) -> Callable[[World], Finding]:
        sentence = " ".join((function.__doc__ or "").split())
        if id in RELATIONS or not sentence:
            raise ValueError(f"relation '{id}' is declared twice or says nothing")
        RELATIONS[id] = Relation(id, zh, sentence.rstrip("."), kind=kind, where=where, function=function)
        return function

    return declare


@dataclass(frozen=True)
class Paired:
    """Mean of paired differences over seeds, and its 95 % interval (Student's t)."""

    mean: float
    low: float
    high: float
    seeds: int

    def points(self) -> str:
        """As percentage points with the interval."""
        return f"{100 * self.mean:+.3f} [{100 * self.low:+.3f}, {100 * self.high:+.3f}]"

    def __str__(self) -> str:
        return f"{self.mean:+.3g} [{self.low:+.3g}, {self.high:+.3g}]"


def paired_mean(differences: ArrayLike) -> Paired:
    """The mean of paired differences, one for each seed."""
    values = np.asarray(differences, dtype=np.float64)
    mean = float(values.mean())
    if len(values) < 2 or values.std() == 0.0:
        return Paired(mean, mean, mean, len(values))
    half = float(stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return Paired(mean, mean - half, mean + half, len(values))
