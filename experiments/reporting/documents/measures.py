"""The numbers behind a brief, each with the interval that the runs support. Read from result folders alone."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analyses import comparison
from experiments.results.folder import Results
from experiments.statistics import estimates, paired
from sim.world.funds import NOT_PUBLIC

if TYPE_CHECKING:
    import pandas

OUTER = (0.05, 0.95)


@dataclass(frozen=True)
class Estimate:
    """A mean over the runs with its 95 % interval, and the range that holds nine runs in ten; NaN where unknown."""

    mean: float
    low: float
    high: float
    p05: float
    p95: float
    runs: int


@dataclass(frozen=True)
class Quantity:
    """A number of persons, households or yuan at the end: ``values`` by replication; names in both languages, or a label."""

    id: str
    unit: str
    names: Mapping[str, str] | None = None
    label: str | None = None


#: Reported in persons: a share of the registered persons, by the id of the quantity.
PERSONS = {
    "people_below": "relapse_rate",
    "people_recorded": "relapse_recorded",
    "people_undetected": "relapse_undetected",
    "people_at_risk": "at_risk_share",
}
#: Reported as the model measures them, before and after the numbers of persons.
BEFORE = ("rural_income", "registered_income")
AFTER = (
    "own_rigid_spending", "monitored_persons", "waiting_cases", "dibao_persons", "registered_outside", "registered_local",
    "posts_filled", "debt_per_head",
)  # fmt: skip


class Measurements:
    """What a brief measures in one result, and against a base run on common random numbers, if there is one."""

    def __init__(self, results: Results, base: Results | None = None) -> None:
        self.results, self.base = results, base

    @cached_property
    def comparison(self) -> dict[str, Any] | None:
        """``comparison.against`` the base."""
        return None if self.base is None else comparison.against(self.base, self.results)

    @cached_property
    def draws(self) -> "pandas.Series":
        """The parameter draw of each replication."""
        return self.results.table("replications", ["replication", "draw"]).set_index("replication")["draw"]

    @cached_property
    def outcomes(self) -> "pandas.DataFrame":
        """What every replication left of its goals."""
        return self.results.table("replications")

    @cached_property
    def quantities(self) -> list[Quantity]:
        """What a brief reports of the end in persons and yuan, as far as the model measures it."""
        known = self.results.manifest["indicators"]
        found = [self._named(name) for name in BEFORE if name in known]
        if "registered_persons" in known:
            found += [Quantity(own, "persons", label=own) for own, share in PERSONS.items() if share in known]
        found += [self._named(name) for name in AFTER if name in known]
        return found or [self._named(name) for name in known]

    def _named(self, name: str) -> Quantity:
        record = self.results.manifest["indicators"][name]
        return Quantity(name, record["unit"], record["name"])

    def series(self, quantity: Quantity) -> "pandas.Series":
        """A quantity at the end of the last month, by replication."""
        return _series(self.last, quantity)

    @cached_property
    def last(self) -> "pandas.DataFrame":
        return _last_month(self.results)

    @cached_property
    def _base_last(self) -> "pandas.DataFrame | None":
        return None if self.base is None else _last_month(self.base)

    def level(self, quantity: Quantity) -> Estimate:
        """A quantity under the scenario."""
        return self.estimate(self.series(quantity))

    def base_level(self, quantity: Quantity) -> Estimate | None:
        """A quantity in the base."""
        return None if self._base_last is None else self.estimate(_series(self._base_last, quantity))

    def difference(self, quantity: Quantity) -> estimates.Mean | None:
        """Scenario less base, pair by pair."""
        if self._base_last is None:
            return None
        return self.paired(self.series(quantity), _series(self._base_last, quantity))

    def estimate(self, values: "pandas.Series") -> Estimate:
        """Mean with interval, and range, of one value for each replication."""
        numbers = values.to_numpy(dtype=np.float64)
        mean = estimates.mean(numbers, self.draws.reindex(values.index, fill_value=-1).to_numpy())
        known = numbers[~np.isnan(numbers)]
        low, high = estimates.quantiles(known, OUTER) if len(known) else (math.nan, math.nan)
        least = 0.0 if len(known) and known.min() >= 0.0 else -math.inf  # what cannot be negative has no negative mean
        return Estimate(mean.mean, max(mean.low, least), mean.high, p05=float(low), p95=float(high), runs=mean.runs)

    def paired(self, values: "pandas.Series", base: "pandas.Series") -> estimates.Mean:
        """Difference of two values for each replication that both completed."""
        common = values.index.intersection(base.index)
        one, two = base.loc[common].to_numpy(dtype=np.float64), values.loc[common].to_numpy(dtype=np.float64)
        return paired.difference(one, two, self.draws.loc[common].to_numpy())

    @cached_property
    def payments(self) -> "pandas.DataFrame":
        """Yuan and shortfall, a column for each (year, fund, use), a row for each replication."""
        return _payments(self.results)

    @cached_property
    def base_payments(self) -> "pandas.DataFrame | None":
        """The same of the base."""
        return None if self.base is None else _payments(self.base)

    @property
    def years(self) -> list[int]:
        """The simulated years."""
        return sorted({int(month[:4]) for month in self.results.manifest["months"]})

    def paid(
        self, funds: Collection[str] | None = None, use: str | None = None, year: int | None = None, what: str = "yuan",
        base: bool = False,
    ) -> "pandas.Series":  # fmt: skip
        """Yuan (or shortfall) of some cells of the budget, over all years unless one is named, by replication."""
        table = self.base_payments if base else self.payments
        assert table is not None
        chosen = [
            place
            for place, key in enumerate(table.columns)
            if key[0] == what and year in (None, key[1]) and (funds is None or key[2] in funds) and use in (None, key[3])
        ]
        return table.iloc[:, chosen].sum(axis=1)

    @cached_property
    def funds(self) -> list[str]:
        """Every purse that paid anything in the result."""
        return sorted({key[2] for key in self.payments.columns})

    def public(self, base: bool = False) -> "pandas.Series":
        """Yuan of all public purses, a year, by replication."""
        table = self.base_payments if base else self.payments
        assert table is not None
        return self.paid({key[2] for key in table.columns} - set(NOT_PUBLIC), base=base) / len(self.years)


def _last_month(results: Results) -> "pandas.DataFrame":
    import pandas

    months = pandas.Timestamp(f"{results.manifest['months'][-1]}-01")
    table = pandas.read_parquet(results.folder / "months.parquet", filters=[("month", "==", months)])
    return table.set_index("replication")


def _series(table: "pandas.DataFrame", quantity: Quantity) -> "pandas.Series":
    share = PERSONS.get(quantity.id)
    return table[quantity.id] if share is None else table[share] * table["registered_persons"]


def _payments(results: Results) -> "pandas.DataFrame":
    table = results.table("payments")
    for name in ("fund", "use"):
        table[name] = table[name].astype(str)
    wide = table.pivot(index="replication", columns=["year", "fund", "use"], values=["yuan", "shortfall", "count"])
    return wide.fillna(0.0)
