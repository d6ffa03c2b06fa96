"""LASER's SEIR with births and deaths over 25 patches (laser-core, laser-generic); runs in whatever Python has them."""

import contextlib
import io
import time

import laser.core.distributions as distributions
import numpy as np
from laser.core import PropertySet
from laser.core.demographics import AliasedDistribution
from laser.core.utils import grid
from laser.generic import SEIR, Model
from laser.generic.utils import ValuesMap
from laser.generic.vitaldynamics import BirthsByCBR, MortalityByCDR

SIDE, DAYS = 5, 365
LEAST = 400  # people of a patch: births find no room among fewer
BIRTHS, DEATHS = 20.0, 10.0  # a thousand a year


def run_once(agents: int) -> tuple[float, dict]:
    """Processor seconds of one simulation; making the people is outside the time."""
    each = max(LEAST, agents // SIDE**2)
    scenario = grid(M=SIDE, N=SIDE, node_size_degs=0.1, population_fn=lambda *_: each)
    scenario["E"], scenario["R"] = 0, 0
    scenario["I"] = max(1, each // 100)
    scenario["S"] = scenario["population"] - scenario["I"]
    births = ValuesMap.from_scalar(BIRTHS, DAYS, len(scenario)).values
    deaths = ValuesMap.from_scalar(DEATHS, DAYS, len(scenario)).values
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        model = Model(
            scenario, PropertySet({"nticks": DAYS, "beta": 0.3, "seed": 1, "capacity_safety_factor": 1.5}), birthrates=births
        )
        exposed, infectious = (distributions.normal(loc=days, scale=1.0) for days in (5.0, 7.0))
        model.components = [
            SEIR.Susceptible(model),
            SEIR.Exposed(model, exposed, infectious),
            SEIR.Infectious(model, infectious),
            SEIR.Recovered(model),
            SEIR.Transmission(model, exposed),
            BirthsByCBR(model, birthrates=births, pyramid=AliasedDistribution(np.ones(89))),
            MortalityByCDR(model, mortalityrates=deaths),
        ]
        start = time.process_time()
        model.run()
        seconds = time.process_time() - start
    return seconds, {"agents": each * SIDE**2, "steps": DAYS}
