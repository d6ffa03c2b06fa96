"""A county whose frontier is known: two goals, each met by the root of its programme's share of the money; a third does nothing.

Mean margins are sqrt(a) - 0.6 and sqrt(b) - 0.6, so with all money spent the frontier is a quarter of a circle.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from experiments import model_api
from experiments.analyses.budget_allocation import Division, Programme
from experiments.model_api import Point
from tests.experiments.synthetic import Outcome, Scenario, Synthetic, both

AIM, NOISE = 0.6, 0.05


@dataclass(frozen=True)
class Divided(Scenario):
    """``shares`` of all money, by programme."""

    shares: tuple[float, ...] = (0.2, 0.2, 0.2)


class QuarterCircle(Synthetic):
    def run(self, scenario, quantiles, seed, replication, profile):
        result = super().run(scenario, quantiles, seed, replication, profile)
        common = 0.2 * norm.ppf(quantiles["admission_rate"])
        code = [seed, replication, *(round(1000 * share) for share in scenario.shares)]
        own = NOISE * np.random.default_rng(code).normal(size=2)
        for name, share, noise in zip(("G2", "R3"), scenario.shares, own):
            margin = float(np.sqrt(share)) - AIM + common + noise
            result.goals[name] = Outcome(margin > 0, margin, margin, np.ones(scenario.months // 12))
        return result


def division(**changes):
    scenario = Divided(months=12)
    programmes = tuple(Programme(name, both(name, name), 0.0, 10e6, 2e6) for name in ("a", "b", "nothing"))

    def point(yuan, name):
        return Point(name, replace(scenario, shares=tuple(yuan[each] / 10e6 for each in ("a", "b", "nothing"))))

    fields = {
        "title": both("四分之一圆", "Quarter circle"), "scenario": scenario, "money": 10e6, "step": 1e6, "programmes": programmes,
        "goals": ("G2", "R3"), "criterion": "regret", "level": 0.9, "population": 12, "generations": 6, "futures": 8, "fresh": 40,
        "finalists": 5, "point": point, "reference": Point("as_it_runs", scenario), "facts": {},
    }  # fmt: skip
    return Division(**{**fields, **changes})


quarter_circle = QuarterCircle()
NAME = "tests.experiments.quarter_circle:quarter_circle"
model_api.MODELS.add(NAME)
