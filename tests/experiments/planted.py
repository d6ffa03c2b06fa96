"""A synthetic county whose plan fails for a known reason: in a box of two assumptions, or, with ``box`` off, by chance alone."""

import os
from dataclasses import dataclass

import numpy as np

from experiments import model_api
from experiments.analyses import design
from experiments.analyses.discovery_spec import Discovery
from tests.experiments.synthetic import GOALS, Life, Outcome, Scenario, Synthetic, both

BOUNDS = {"illness.admission_rate": 0.6, "illness.mean_bill": 0.45}  # it fails above both of these quantiles
BLAMELESS = ("accidents.chance", "wages.wage_growth_error", "province.growth_error", "training.cost", "training.gain")


@dataclass(frozen=True)
class Planted(Scenario):
    """``noise``: how often chance alone turns the outcome round; ``box`` off: nothing but chance."""

    noise: float = 0.0
    box: bool = True
    stop: str = ""  # a file that, once there, ends the process at the next replication


class PlantedCounty(Synthetic):
    """Replications that miss R3 inside the planted box."""

    def run(self, scenario, quantiles, seed, replication, profile):
        if scenario.stop and os.path.exists(scenario.stop):
            raise KeyboardInterrupt
        result: Life = super().run(scenario, quantiles, seed, replication, profile)
        chance = np.random.default_rng([seed, replication, 3]).uniform(size=2)
        inside = all(quantiles[name] > bound for name, bound in BOUNDS.items())
        fails = inside if scenario.box else chance[1] < 0.3
        if chance[0] < scenario.noise:
            fails = not fails
        result.goals["R3"] = Outcome(not fails, -0.01 if fails else 0.01, 0.0, np.ones(scenario.months // 12))
        return result

    def sample(self, scenario, seed, draw):
        return {"training.placement": float(np.random.default_rng([seed, draw, 1]).uniform()), "admission_rate": 0.5}

    def restore_scenario(self, description):
        return Planted(**description)


def discovery(tmp_path, scenarios=None, **changes):
    """A discovery of the planted county over seven assumptions, and whatever else is asked."""
    names = (*BOUNDS, *BLAMELESS)
    factors = tuple(design.factor(name, design.FactorRecord(), False) for name in names)
    asked = {
        "path": tmp_path / "planted.yaml", "title": both("埋设", "Planted"), "scenarios": scenarios or (Planted(months=12),),
        "goal": "R3", "where": "fails", "points": 400, "held_out": 0.3, "density": None, "boxes": 3, "factors": factors,
    }  # fmt: skip
    return Discovery(**{**asked, **changes})


planted = PlantedCounty()
NAME = "tests.experiments.planted:planted"
assert "R3" in GOALS
model_api.MODELS.add(NAME)
