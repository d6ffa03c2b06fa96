"""epiworld's SIR among ten neighbours in a small world (epiworldpy); runs in whatever Python has it."""

import time

from epiworldpy import epimodels

DAYS, NEIGHBOURS = 100, 10


def run_once(agents: int) -> tuple[float, dict]:
    """Processor seconds of one simulation; making the network is outside the time."""
    model = epimodels.ModelSIR("sir", 0.01, 0.1, 1.0 / 7.0)
    model.agents_smallworld(agents, NEIGHBOURS, False, 0.01)
    model.verbose_off()
    start = time.process_time()
    model.run(DAYS, 1)
    return time.process_time() - start, {"agents": agents, "steps": DAYS}
