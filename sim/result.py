"""The result of one replication, and the names of what it measures."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.goals import GoalOutcome
from sim.goals.portraits import Portrait
from sim.world.codes import Segment

SEGMENT_NAMES = {
    Segment.REGISTERED_DIBAO: {"zh": "纳入低保的脱贫户", "en": "Registered, on dibao"},
    Segment.REGISTERED_OTHER: {"zh": "其他脱贫户", "en": "Registered, others"},
    Segment.OTHER_DIBAO: {"zh": "非脱贫低保户", "en": "On dibao, not registered"},
    Segment.MARGINAL: {"zh": "边缘易致贫户", "en": "Marginal"},
    Segment.GENERAL: {"zh": "一般农户", "en": "General rural"},
}


@dataclass
class SimulationResult:
    """The result of one replication of a county.

    ``indicators``: by id, float64 of shape (months,) from January 2021; ``townships``: (months, townships), NaN where a street
    has no village; ``segments``: (months, segments); ``goals``: outcomes by id; ``budget``: rows of year, fund, use, yuan, count,
    shortfall; ``timings``: milliseconds by process over the whole run, empty unless profiled; ``digest``: hash of the series;
    ``portraits``: spread of incomes and course of cases, see ``sim.goals.portraits``.
    """

    indicators: dict[str, np.ndarray]
    townships: dict[str, np.ndarray]
    segments: dict[str, np.ndarray]
    goals: dict[str, GoalOutcome]
    audit: list[dict]
    budget: list[dict]
    timings: dict[str, float] = field(default_factory=dict)
    digest: str = ""
    portraits: dict[str, Portrait] = field(default_factory=dict)


def digest_of(result: SimulationResult) -> str:
    """Hash of every series and every goal, in a fixed order."""
    digest = hashlib.sha256()
    for series in (result.indicators, result.townships, result.segments):
        for name in sorted(series):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(series[name]).tobytes())
    for name in sorted(result.goals):
        digest.update(f"{name} {result.goals[name].met} {result.goals[name].margin!r}".encode())
    return digest.hexdigest()[:32]


@dataclass(frozen=True)
class ResultNames:
    """Goals, indicators and places of a result, for those who write results."""

    goals: Mapping[str, Any]
    indicators: Mapping[str, Any]
    townships: tuple
    segments: tuple
    first_month: str = "2021-01"
