"""What the experiments know of the model: how to live one county, and what its goals and indicators are
called.

Everything above this module works on a ``Lives``; ``county`` is the real one, and the tests have a synthetic
one whose true probabilities are known. A worker finds it by name (``module:attribute``), so nothing but text
is sent to it.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

COUNTY = "experiments.lives:county"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Catalogue:
    """What a life measures, and the names of its places.

    ``goals`` and ``indicators`` are the records of ``sim.goals`` by id; ``townships`` and ``segments`` name
    the second axis of the life's arrays, in order; ``first_month`` is the month in which lives begin.
    """

    goals: Mapping[str, Any]
    indicators: Mapping[str, Any]
    townships: tuple[Any, ...] = ()
    segments: tuple[Any, ...] = ()
    first_month: str = "2021-01"


class LifeLike(Protocol):
    """What is read of one life; ``sim.county.Life`` documents shapes and units."""

    indicators: dict[str, NDArray[np.float64]]
    townships: dict[str, NDArray[np.float64]]
    segments: dict[str, NDArray[np.float64]]
    goals: dict[str, Any]
    audit: list[dict]
    budget: list[dict]
    timings: dict[str, float]
    digest: str


class Lives(Protocol):
    """A model that can be lived many times."""

    def prepare(self, scenario: Any, say: Say | None = None) -> None:
        """Load and compile everything once; ``say`` is told what is being done."""

    def catalogue(self, scenario: Any) -> Catalogue:
        """Goals, indicators and places of this scenario."""

    def draw(self, scenario: Any, seed: int, draw: int) -> dict[str, float]:
        """The quantile in (0, 1) of every assumption that varies, for one parameter draw."""

    def used(self, scenario: Any, quantiles: Mapping[str, float] | None) -> dict[str, Any]:
        """Every parameter as used (JSON-able), at these quantiles or, with None, at central values."""

    def live(
        self, scenario: Any, quantiles: Mapping[str, float] | None, seed: int, replication: int, profile: bool
    ) -> LifeLike:
        """One life. Any exception counts as a failed replication."""


def find(name: str) -> Lives:
    """The model called ``module:attribute``."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)
