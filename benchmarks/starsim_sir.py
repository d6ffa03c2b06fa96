"""Starsim's plain SIR on its random network, as its tutorial begins; runs in whatever Python has Starsim."""

import time

import starsim as ss

ss.options(verbose=0)


def run_once(agents: int) -> tuple[float, dict]:
    """Processor seconds of one simulation; initialising is outside the time."""
    sim = ss.Sim(n_agents=agents, diseases="sir", networks="random", verbose=0)
    sim.init()
    start = time.process_time()
    sim.run()
    return time.process_time() - start, {"agents": agents, "steps": int(sim.t.npts)}
