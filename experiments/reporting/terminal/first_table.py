"""The first table of a run: counts of goals met, and paired differences, while the replications come in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from experiments.reporting.terminal.prose import Prose
from experiments.reporting.translations import Words

MOST_GOALS = 6  # beside the headline: a screen holds no more
#: Replications of a year end that people read first.
INDICATORS = ("rural_income", "relapse_rate")


class Chunk(Protocol):
    """What is read of a chunk of the journal."""

    header: dict[str, Any]

    @property
    def completed(self) -> list[dict[str, Any]]:
        """One record for each replication."""

    def array(self, name: str) -> np.ndarray:
        """One array of results, replications first."""


class FirstTable:
    """Replications of a plan and of the runs beside it (``names``, the plan first), added as they come; itself a renderable.

    ``catalogue``: goals and indicators by id. Only replications that two runs share are compared.
    """

    def __init__(self, names: Sequence[str], catalogue: Any, lang: str, last_year: int) -> None:
        self.names, self.words, self.year = list(names), Words(lang), last_year
        self.goals: Mapping[str, Any] = catalogue.goals
        self.indicators: Mapping[str, Any] = catalogue.indicators
        #: By run and replication: goals met, and the indicators of the last month.
        self.met: dict[str, dict[int, dict[str, bool]]] = {name: {} for name in names}
        self.ends: dict[str, dict[int, dict[str, float]]] = {name: {} for name in names}

    def add(self, name: str, chunk: Chunk) -> None:
        """Add the replications of a chunk to a run."""
        if not chunk.completed:
            return
        layout, met, ends = chunk.header["layout"], chunk.array("goals")[:, :, 0], chunk.array("months")
        for row, record in enumerate(chunk.completed):
            number = record["replication"]
            self.met[name][number] = dict(zip(layout["goals"], (met[row] > 0.5).tolist()))
            if ends.shape[1]:
                self.ends[name][number] = dict(zip(layout["indicators"], ends[row, -1].tolist()))

    def counts(self, goal: str) -> list[tuple[int, int]]:
        """How often a goal was met, of how many replications, in each run."""
        return [(sum(each[goal] for each in found.values()), len(found)) for found in self.met.values()]

    def shown_goals(self) -> list[str]:
        """The headline goals, then those of the paper that the plan changes most often; always in the order of the catalogue."""
        headline = [name for name, goal in self.goals.items() if goal.headline]
        others = {
            name: self._flips(name)
            for name, goal in self.goals.items()
            if getattr(goal, "weight", 0.0) > 0.0 and name not in headline and not name.endswith("_observed")
        }
        chosen = {name for name in sorted(others, key=lambda name: -others[name])[:MOST_GOALS] if others[name]}
        return [name for name in self.goals if name in headline or name in chosen]

    def _flips(self, goal: str) -> int:
        plan, *others = self.met.values()
        return sum(plan[number][goal] != other[number][goal] for other in others for number in plan.keys() & other.keys())

    def difference(self, name: str, other: str) -> float | None:
        """The mean of an indicator under the plan less that under another run, over replications of both; None without any."""
        plan, rest = self.ends[self.names[0]], self.ends[other]
        pairs = [plan[number][name] - rest[number][name] for number in plan.keys() & rest.keys()]
        return float(np.mean(pairs)) if pairs else None

    def __rich__(self) -> RenderableType:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column(self.words("first_goal"), overflow="fold")
        for name in self.names:
            table.add_column(Prose(self.words(f"run_of_{name}")), justify="right", max_width=14)
        for row in self.rows():
            table.add_row(Prose(row[0]), *row[1:])
        return table

    def rows(self) -> Iterator[list[str]]:
        """The rows of the table: goals, then indicators."""
        for goal in self.shown_goals():
            yield [self.words.of(self.goals[goal].name), *(f"{met}/{of}" if of else "" for met, of in self.counts(goal))]
        if not any(self.ends[self.names[0]]):
            return
        yield [self.words("first_indicator", year=self.year), *[""] * len(self.names)]
        for name in INDICATORS:
            if name not in self.indicators:
                continue
            unit = self.indicators[name].unit
            mean = float(np.mean([each[name] for each in self.ends[self.names[0]].values()]))
            differences = (self.difference(name, other) for other in self.names[1:])
            yield [
                self.words.of(self.indicators[name].name),
                self.words.quantity(mean, unit),
                *("" if each is None else self.words.quantity(each, unit, difference=True) for each in differences),
            ]

    def heading(self) -> Text:
        """What the table is: a trial of so many replications."""
        runs = min((len(found) for found in self.met.values()), default=0)
        return Text(self.words("first_heading", runs=runs), style="bold")
