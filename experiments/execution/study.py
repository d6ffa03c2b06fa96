"""Many points, run into one journal of which only outcomes are kept: what sweeps, sensitivity and solving need of the model."""

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.execution.runner import Progress, RunOptions, claim
from experiments.execution.worker_pool import WorkerPool
from experiments.model_api import Plan, Point, Scenario, load_model
from experiments.results import fingerprint, journal
from experiments.results.files import same_file
from experiments.results.journal import Chunk
from sim.core.inputs.errors import founding_problem, recorded_problem
from sim.world.funds import NOT_PUBLIC

PUBLIC, POLICY, OWN = "public_spending", "policy_spending", "own_spending"
#: The county's own purse, and with it those from above whose use a plan decides.
OWN_FUND = "county_floor"
POLICY_FUNDS = (OWN_FUND, "bridging", "employment")
MILLION = 1e6


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of one point, by replication.

    ``met``, ``margin``, ``value``: (replications, goals); ``decembers``: (replications, years, indicators); ``public``:
    yuan a year from all public purses; ``funds``: the same of each purse; ``unpaid``: yuan a year that were owed and could not be
    paid; ``kept``: digests; ``failed``: replications that failed.
    """

    replications: NDArray[np.int64]
    draws: NDArray[np.int64]
    goals: tuple[str, ...]
    indicators: tuple[str, ...]
    met: NDArray[np.float64]
    margin: NDArray[np.float64]
    value: NDArray[np.float64]
    decembers: NDArray[np.float64]
    public: NDArray[np.float64]
    funds: dict[str, NDArray[np.float64]]
    unpaid: NDArray[np.float64]
    kept: tuple[str, ...]
    failed: tuple[int, ...]

    def outcome(self, name: str) -> NDArray[np.float64]:
        """(replications,) of an outcome: ``public_spending`` (million yuan a year), of it ``policy_spending`` (bridging and
        employment money) and ``own_spending`` (the county's own), a goal's id (met, 0 or 1), ``ID.margin``, or an indicator at
        the end.
        """
        nothing = np.zeros(len(self.public))
        if name == PUBLIC:
            return self.public / MILLION
        if name == POLICY:
            return sum((self.funds.get(fund, nothing) for fund in POLICY_FUNDS), start=nothing) / MILLION
        if name == OWN:
            return self.funds.get(OWN_FUND, nothing) / MILLION
        goal, _, part = name.partition(".")
        if goal in self.goals:
            return (self.margin if part == "margin" else self.met)[:, self.goals.index(goal)]
        return self.decembers[:, -1, self.indicators.index(name)]


class Study:
    """A journal of points and the worker pool that fills it. Use it in a ``with`` statement.

    ``task``: the question, as plain data; a journal of another task, scenario or program raises ``runner.Refused``.
    ``options``: as for a run, but that ``run`` is handed which replications of which points. ``outcomes_only``: the months are
    not kept.
    """

    def __init__(
        self, folder: Path, scenarios: Mapping[str, Scenario], task: Any, options: RunOptions, *, outcomes_only: bool = True
    ) -> None:
        model, seed, only_luck = load_model(options.model_name), options.seed, options.only_luck
        first = next(iter(scenarios.values()))
        model.prepare(first, options.on_status)
        self.catalogue = model.catalogue(first)
        self._points: dict[str, Point] = {}
        self._progress = options.on_progress
        self._watch = Progress(0)
        place = folder / "journal"
        with contextlib.ExitStack() as stack:
            inputs = fingerprint.collect_inputs(model, options.model_name, scenarios, seed=seed, only_luck=only_luck, task=task)
            digest = stack.enter_context(claim(place, inputs))
            self.plan = Plan(seed, only_luck, place, options.model_name, outcomes_only=outcomes_only, digest=digest)
            pool = WorkerPool(self.plan, first, options.workers, on_status=options.on_status, executor=options.executor)
            self._pool = stack.enter_context(pool)
            self._stack = stack.pop_all()

    def __enter__(self) -> "Study":
        return self

    def __exit__(self, *problem: object) -> None:
        self._stack.close()

    def run(self, wanted: Sequence[tuple[Point, Sequence[int]]]) -> None:
        """Run what the journal lacks of these points. Raises Stopped and DiskProblem as ``WorkerPool.run`` does, and ValueError
        for two points of one name: the journal would give one the replications of the other.
        """
        for point, _numbers in wanted:
            known = self._points.setdefault(same_file(point.name), point)
            if known is not point and known != point:
                raise ValueError(f"two different points have the name {point.name}")
        total = sum(len(numbers) for _point, numbers in wanted)
        remaining = sum(len(self._pool.remaining(point, numbers)) for point, numbers in wanted)
        self._watch.total += total
        self._watch.done += total - remaining

        def count(chunk: Chunk) -> None:
            self._watch.done += len(chunk.completed) + len(chunk.failures)
            self._watch.failed += len(chunk.failures)
            self._progress(self._watch)

        self._pool.run(wanted, count)

    def outcomes(self, point: Point, replications: Sequence[int] | None = None) -> Outcomes:
        """The outcomes of a point's replications, or of some of them. Raises ValueError if none was completed."""
        return outcomes(self.plan.folder, point.name, replications)


def outcomes(folder: Path, name: str, replications: Sequence[int] | None = None) -> Outcomes:
    """The outcomes of one point of a journal, in the order of replications.

    Raises ValueError if none was completed, or if one of ``replications`` is not there.
    """
    chunks = journal.read(folder, name)
    failed = tuple(sorted(failure.replication for chunk in chunks for failure in chunk.failures))
    filled = [chunk for chunk in chunks if chunk.completed]
    if not filled:
        error = chunks[0].failures[0].error if chunks else "it was not run"
        unfinished = ValueError(f"no replication of the point {name} came to its end: {recorded_problem(error, 'en')}")
        raise founding_problem(error) or unfinished
    layout = filled[0].header["layout"]
    goals = np.concatenate([chunk.array("goals") for chunk in filled])
    records = [record for chunk in filled for record in chunk.completed]
    numbers = np.array([record["replication"] for record in records])
    absent = set(replications or ()).difference(numbers.tolist(), failed)
    if absent:
        raise ValueError(f"replication {min(absent)} of the point {name} is not in the journal")
    chosen = np.isin(numbers, list(replications)) if replications is not None else np.ones(len(numbers), dtype=bool)
    return Outcomes(
        numbers[chosen],
        np.array([record["draw"] for record in records])[chosen],
        tuple(layout["goals"]),
        indicators=tuple(layout["indicators"]),
        met=goals[chosen, :, 0],
        margin=goals[chosen, :, 1],
        value=goals[chosen, :, 2],
        decembers=np.concatenate([chunk.array("decembers") for chunk in filled])[chosen],
        public=np.concatenate([_public(chunk) for chunk in filled])[chosen],
        funds={fund: np.concatenate([_paid(chunk, fund) for chunk in filled])[chosen] for fund in _funds(filled)},
        unpaid=np.concatenate([_unpaid(chunk) for chunk in filled])[chosen],
        kept=tuple(record["kept"] for record, taken in zip(records, chosen) if taken),
        failed=failed,
    )


def _public(chunk: Chunk) -> NDArray[np.float64]:
    """Yuan a year out of all public purses, of each replication."""
    return _yearly(chunk, lambda fund: fund not in NOT_PUBLIC)


def _paid(chunk: Chunk, fund: str) -> NDArray[np.float64]:
    """Yuan a year out of one purse, of each replication."""
    return _yearly(chunk, lambda each: each == fund)


def _unpaid(chunk: Chunk) -> NDArray[np.float64]:
    """Yuan a year that public purses owed and could not pay, of each replication."""
    return _yearly(chunk, lambda fund: fund not in NOT_PUBLIC, column=2)


def _funds(chunks: Sequence[Chunk]) -> list[str]:
    """The purses that any of these replications paid from."""
    return sorted({fund for chunk in chunks for _year, fund, _use in chunk.header["budget"]})


def _yearly(chunk: Chunk, counted: Callable[[str], bool], column: int = 0) -> NDArray[np.float64]:
    """A column of the budget (yuan, payments, yuan unpaid) over the purses counted, a year, of each replication.

    Which cells there are, and in which order, depends on the neighbours in the chunk; an exact sum does not.
    """
    cells = [number for number, (_year, fund, _use) in enumerate(chunk.header["budget"]) if counted(fund)]
    years = max(1, chunk.array("decembers").shape[1])
    value: NDArray[np.float64] = np.array([math.fsum(row) for row in chunk.array("budget")[:, cells, column]]) / years
    return value
