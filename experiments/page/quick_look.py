"""A first look at a plan within seconds: paired replications of a small county, in a process that stays warm.

The small county is a tenth of the county: households, money, posts and projects alike, so that shares stay what they are. Both
plans meet the same parameter draws and random draws. It says which way things go and how far about, never whether a goal is met:
with a tenth of the villages, places differ more and counts are coarser. ``benchmarks/quick_look.py`` says how far it is off.
"""

import multiprocessing
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.model_api import COUNTY, load_model
from experiments.page.workspace import REFERENCE
from experiments.results.files import canonical, plain
from experiments.results.folder import description
from experiments.statistics import paired
from sim.core.inputs.parameters import load_all
from sim.core.inputs.resolve import Override
from sim.scenario import Scenario, load_scenario
from sim.scenario.county_file import ELSEWHERE, SIZE
from sim.scenario.county_folder import NUMBERED, PLACES
from sim.world.funds import NOT_PUBLIC

SHARE = 0.1  # of the county
PAIRS = 10
FIRST = 4  # pairs after which differences are shown
SEED = 2021
#: What a first look tells: indicators at the end of the plan, and money.
SHOWN = ("rural_income", "registered_income", "relapse_rate", "at_risk_share")
SPENDING = "public_spending"


def small_county(scenario: Scenario, share: float = SHARE) -> Scenario:
    """The same plan for a county of a share of the size: whatever grows with the county's size is that share of it.

    Tables of an import count the whole county; a small one is founded on what they say of parameters.
    """
    overrides = {identity: list(found) for identity, found in scenario.overrides.items()}
    for identity, found in overrides.items():
        parameter = load_all().parameters[identity]
        if parameter.scales_with == SIZE:
            whole = all(isinstance(number, int) for entry in parameter.entries() for number in np.atleast_1d(entry).tolist())
            overrides[identity] = [replace(each, value=_times(each.value, share, whole), local=True) for each in found]
    overrides[SIZE] = [Override(share, "quick look", 0, local=True)]
    overrides[PLACES] = [Override(NUMBERED, "quick look", 0)]
    code = scenario.county_code or (ELSEWHERE if scenario.has_tables else None)
    return replace(scenario, overrides=overrides, policies=(), distributions=None, residents=None, county_code=code)


def _times(value: Any, share: float, whole: bool) -> Any:
    if isinstance(value, Mapping):
        return {month: _times(each, share, whole) for month, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_times(each, share, whole) for each in value]
    return round(value * share) if whole else value * share


def outcome(scenario: Scenario, replication: int, share: float = SHARE) -> dict[str, float]:
    """What one replication leaves of ``SHOWN`` at its end, and public spending in yuan a year; of a county of a ``share`` of the
    size, as the whole county would spend.
    """
    model = load_model(COUNTY)
    quantiles = model.sample(scenario, SEED, replication)
    result = model.run(scenario, quantiles, SEED, replication, False)
    found = {name: float(result.indicators[name][-1]) for name in SHOWN}
    years = scenario.months / 12
    found[SPENDING] = sum(float(row["yuan"]) for row in result.budget if row["fund"] not in NOT_PUBLIC) / years / share
    return found


def differences(plan: NDArray[np.float64], reference: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Paired differences of (pairs, outcomes), by outcome: ``change``, ``low``, ``high`` (95 %) and how many pairs rose."""
    draws = np.arange(len(plan))
    lines = []
    for number, name in enumerate((*SHOWN, SPENDING)):
        step = plan[:, number] - reference[:, number]
        mean = paired.difference(reference[:, number], plan[:, number], draws)
        lines.append(
            {
                "id": name,
                "change": mean.mean,
                "low": mean.low,
                "high": mean.high,
                "rose": int((step > 0).sum()),
                "fell": int((step < 0).sum()),
                "pairs": len(step),
            }
        )
    return lines


def serve(pipe: Any) -> None:
    """Answer requests until the pipe closes: a pair of plans as plain data; after each pair, the differences so far.

    What a reference leaves is kept, so that the second look at changes of one plan takes half the time.
    """
    model = load_model(COUNTY)
    model.prepare(small_county(load_scenario(REFERENCE)))  # compiled while the planner still reads
    kept: dict[str, dict[int, dict[str, float]]] = {}
    while True:
        try:
            number, plan, reference = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            ours, theirs = (small_county(model.restore_scenario(each)) for each in (plan, reference))
            model.prepare(theirs)
            name = canonical(plain(model.canonical_inputs(theirs)))
            if len(kept) > PAIRS:
                kept.clear()
            known = kept.setdefault(name, {})
            rows: list[tuple[list[float], list[float]]] = []
            for replication in range(PAIRS):
                if pipe.poll():
                    break  # another request: this one is not waited for any more
                if replication not in known:
                    known[replication] = outcome(theirs, replication)
                rows.append((list(outcome(ours, replication).values()), list(known[replication].values())))
                if len(rows) >= FIRST:
                    both = np.array(rows)
                    pipe.send({"number": number, "lines": differences(both[:, 0], both[:, 1])})
            pipe.send({"number": number, "ended": True})
        except Exception as problem:  # whatever a plan does to the model, the page goes on
            pipe.send({"number": number, "problem": f"{type(problem).__name__}: {problem}", "ended": True})


class QuickLook:
    """The warm process, started at the first look. One look at a time: a new one replaces the one under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._pipe: Any = None
        self._process: Any = None

    def warm(self) -> None:
        """Start the process if it is not there."""
        with self._lock:
            if self._process is None or not self._process.is_alive():
                context = multiprocessing.get_context("spawn")
                self._pipe, theirs = context.Pipe()
                self._process = context.Process(target=serve, args=(theirs,), daemon=True)
                self._process.start()
                theirs.close()

    def look(self, plan: Scenario, reference: Scenario) -> Iterator[dict[str, Any]]:
        """The differences after each pair, the last with ``ended``."""
        self.warm()
        with self._lock:
            self._number += 1
            number = self._number
            self._pipe.send((number, description(plan), description(reference)))
        while number == self._number:
            try:
                with self._lock:
                    found = self._pipe.recv() if self._pipe.poll(0.05) else None
            except (EOFError, OSError):
                yield {"number": number, "problem": "the process ended", "ended": True}
                return
            if found is None or found["number"] != number:
                continue
            yield found
            if found.get("ended"):
                return

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._pipe is not None:
                self._pipe.close()
            if self._process is not None:
                self._process.join(1)
                self._process.kill()
