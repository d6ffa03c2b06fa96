"""What a plan changes against another, as facts: promises that break, persons, money. One number, one place.

Whatever says what a plan does (the brief, the terminal, ``compare --json``, the workbook) reads these facts and counts nothing
itself, so a number that is written twice is the same number. Read from two result folders on common random numbers.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from numpy.typing import NDArray

from experiments.analyses import comparison
from experiments.analyses.changes import LEAST, ROUNDING, Amount, GoalChange, LeverChange, MoneyLine
from experiments.execution.study import OWN_FUND
from experiments.results.folder import Results
from experiments.results.standing import standing
from experiments.statistics import estimates, paired
from sim.clauses import clauses_of
from sim.core.inputs.parameters import OWN, load_all
from sim.goals.fiscal import ENTITLEMENTS
from sim.world.funds import NOT_PUBLIC

if TYPE_CHECKING:
    import pandas

FILE = Path(__file__).with_name("promises.yaml")
#: A miss of less than this share of what was aimed at is as good as met, unless persons have a right to all of it.
NEAR = 0.01
#: With fewer pairs a result is a trial: counts, no probabilities.
TRIAL = 50
#: Units of levers that offer places to persons; a raise that so small a part of is taken up does little.
OFFERED, LITTLE = ("jobs", "persons", "places/year"), 0.5
#: What is reported of persons.
TRUE, RECORDED, PERSONS = "relapse_rate", "relapse_recorded", "registered_persons"


#: With none of them the register holds whoever reports himself at best: its count says nothing.
MONITORING = ("village_visit.active", "data_match.active", "township_verification.active", "follow_up.active")


def monitored(results: Results, year: int) -> bool:
    """Whether anybody is monitored at the end of a year, so that the register's count says something."""
    known = results.manifest["parameters"]
    return any(_at(_steps(known[name]), f"{year}-12") for name in MONITORING if name in known) or MONITORING[0] not in known


@cache
def promises() -> dict[str, dict[str, Any]]:
    """The records of ``promises.yaml`` by goal."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for record in found.values():
        if record.get("uses") == "entitlements":
            record["uses"] = list(ENTITLEMENTS)
    return found


class Consequences:
    """The facts of ``other`` against ``first``; see ``analyses.comparison.check`` for what may be compared."""

    def __init__(self, first: Results, other: Results) -> None:
        self.first, self.other = first, other
        one, two = (each.table("replications").set_index("replication") for each in (first, other))
        self.order = one.index.intersection(two.index)
        self._sides = one.loc[self.order], two.loc[self.order]
        self.draws = self._sides[0]["draw"].to_numpy()

    @property
    def pairs(self) -> int:
        """Pairs of replications."""
        return len(self.order)

    @property
    def trial(self) -> bool:
        """Whether there are too few pairs for more than counts."""
        return self.pairs < TRIAL

    @cached_property
    def same(self) -> bool:
        """Whether every replication is the same, bit for bit."""
        one, two = (side["kept"].to_numpy() for side in self._sides)
        return bool((one == two).all())

    @property
    def years(self) -> list[int]:
        """The simulated years."""
        return sorted({int(month[:4]) for month in self.first.manifest["months"]})

    @cached_property
    def since(self) -> int:
        """The first year in which any pair pays anything else: money is counted from then on. The first year where nothing
        differs.
        """
        return comparison.first_difference([each.table("payments") for each in (self.first, self.other)], self.order)

    @property
    def in_force(self) -> list[int]:
        """The years from ``since`` on."""
        return [year for year in self.years if year >= self.since]

    @cached_property
    def levers(self) -> list[LeverChange]:
        """The settings in which the plans differ, the earliest first."""
        one, two = (each.manifest["parameters"] for each in (self.first, self.other))
        found = []
        for name in two:
            if name in one and one[name] != two[name]:
                before, after = (_steps(side[name]) for side in (one, two))
                months = sorted({*before, *after})
                month = next((each for each in months if _at(before, each) != _at(after, each)), None)
                if month is not None:
                    start = max(month, str(self.first.manifest["months"][0]))
                    end = str(self.other.manifest["months"][-1])
                    found.append(
                        LeverChange(name, start, _at(before, month), _at(after, month), last=_at(after, max(end, month)))
                    )
        return sorted(found, key=lambda each: each.month)

    def setting(self, name: str) -> Any:
        """What the plan sets for a parameter when it first differs; None for one that it does not know."""
        known = self.other.manifest["parameters"]
        return _at(_steps(known[name]), f"{self.since}-01") if name in known else None

    @cached_property
    def goals(self) -> list[GoalChange]:
        """Every goal that both results know, in the scoreboard's order, those reached jointly left out."""
        lines = [line for line in self.first.goals if "members" not in line and f"goal.{line['id']}.met" in self._sides[1]]
        about = about_levers({each.id for each in self.levers}, self.first.manifest["scenario"].get("plan"))
        decided = {line["id"] for line in lines if _is_promise(line) and line["id"] in about}
        return [self._goal(line, len(lines), line["id"] in decided) for line in lines]

    def goal(self, name: str) -> GoalChange | None:
        """One goal by id; None if the results lack it."""
        return next((each for each in self.goals if each.id == name), None)

    @cached_property
    def broken(self) -> list[GoalChange]:
        """What breaks: what nobody decided first, then the largest fall, then the promises of the paper."""
        found = [each for each in self.goals if each.broken]
        return sorted(found, key=lambda each: (each.decided, each.difference, not each.promise))

    @cached_property
    def kept(self) -> list[GoalChange]:
        """What the plan brings about, the largest rise first."""
        return sorted((each for each in self.goals if each.kept), key=lambda each: -each.difference)

    def _goal(self, line: Mapping[str, Any], looks: int, decided: bool) -> GoalChange:
        name = line["id"]
        met, margins = ([side[f"goal.{name}.{part}"].to_numpy(dtype=float) for side in self._sides] for part in ("met", "margin"))
        known = ~(np.isnan(met[0]) | np.isnan(met[1]))
        one, two, draws = met[0][known], met[1][known], self.draws[known]
        low = high = 0.0
        if not np.array_equal(margins[0], margins[1], equal_nan=True):
            confidence = 1.0 - (1.0 - estimates.CONFIDENCE) / looks
            _mean, low, high = paired.difference_of_proportions(one, two, draws, confidence)
        years = {
            year: (float(np.nanmean(before)), float(np.nanmean(after)))
            for year, before, after in self._courses(name)
            if not (np.isnan(before).all() or np.isnan(after).all())
        }
        record = promises().get(name, {})
        worse = [year for year, (before, after) in years.items() if after - before <= -LEAST + ROUNDING]
        first_year = worse[0] if worse else None
        given_up = decided and "persons" in record and self._falls(record["persons"])
        first_year = first_year or (self.since if given_up else None)
        behind = self._behind(record)
        return GoalChange(
            name, line["name"], line.get("unit") or "", promise=_is_promise(line), owed=bool(record.get("owed")),
            headline=line["headline"], observed=line["observed"], decided=decided,
            near=not record.get("owed") and _near(margins[1], self._sides[1][f"goal.{name}.value"].to_numpy(dtype=float)),
            pairs=int(known.sum()), met_first=int(one.sum()), met_other=int(two.sum()), helped=int((two > one).sum()),
            harmed=int((two < one).sum()), helped_draws=len(np.unique(draws[two > one])),
            harmed_draws=len(np.unique(draws[two < one])), low=low, high=high, years=years, first_year=first_year, behind=behind,
            persons=self._persons(record, behind, first_year), yuan=self._yuan(record, behind, first_year),
            lever=record.get("lever"), given_up=given_up,
        )  # fmt: skip

    def _falls(self, indicator: str) -> bool:
        """Whether what a promise counts falls clearly, and by a tenth, in the year that is told of it."""
        amount = self.persons(indicator, self._standing_year(indicator))
        return amount is not None and amount.high < 0.0 and amount.difference <= -LEAST * amount.first

    def _courses(self, name: str) -> list[tuple[int, NDArray[np.float64], NDArray[np.float64]]]:
        sides = [standing(side, name, self.years) for side in self._sides]
        return [(year, sides[0][year], sides[1][year]) for year in sides[0] if year in sides[1]]

    def _behind(self, record: Mapping[str, Any]) -> tuple[str, ...]:
        """The payments behind a promise whose shortfall grows: of all entitlements those that go unpaid."""
        rise = {use: self.paid(uses=(use,), what="shortfall").difference for use in record.get("uses", ())}
        return tuple(use for use, yuan in rise.items() if yuan > LEAST * max(rise.values()) > 0.0)

    def persons_year(self, change: GoalChange) -> int | None:
        """The year at whose end the persons of a goal are counted; None where payments are, over the years from its first on."""
        record = promises().get(change.id, {})
        return None if change.first_year is None or "persons" not in record else self._standing_year(record["persons"])

    def _standing_year(self, indicator: str) -> int:
        """The last year at whose end a number of persons clearly differs by half of its largest difference or more: of what is
        cut year by year the last, of what is cut for a while the end of that. The last year where nothing is clear.
        """
        found = {year: amount for year in self.in_force if (amount := self.persons(indicator, year)) is not None and amount.clear}
        largest = max((abs(amount.difference) for amount in found.values()), default=0.0)
        return max((year for year, amount in found.items() if 2.0 * abs(amount.difference) >= largest), default=self.years[-1])

    def _persons(self, record: Mapping[str, Any], behind: Sequence[str], first_year: int | None) -> Amount | None:
        if first_year is None:
            return None
        if "persons" in record:
            return self.persons(record["persons"], self._standing_year(record["persons"]))
        years = [year for year in self.years if year >= first_year]
        return self.paid(uses=behind, years=years, what="count", a_year=True) if behind else None

    def _yuan(self, record: Mapping[str, Any], behind: Sequence[str], first_year: int | None) -> Amount | None:
        if first_year is None:
            return None
        years = [year for year in self.years if year >= first_year]
        if "fund" in record:
            return self.paid(funds=(record["fund"],), years=years, a_year=True)
        if "paid" in record:  # of the year whose persons are told
            return self.paid(uses=record["paid"], years=(self._standing_year(record["persons"]),))
        return self.paid(uses=behind, years=years, what="shortfall", a_year=True) if behind else None

    @cached_property
    def idle(self) -> list[tuple[LeverChange, int, float, Amount]]:
        """Levers raised that offer persons something which few of them take: the lever, the year, how many more are offered in
        it, and how many more persons are counted at its end.
        """
        found, changed, book = [], {each.id: each for each in self.levers}, load_all().parameters
        sides = [each.manifest["parameters"] for each in (self.first, self.other)]
        for name, record in promises().items():
            lever = record.get("lever")
            if (
                lever not in changed
                or book[lever].unit not in OFFERED
                or record.get("persons") in (None, TRUE)
                or "owed" in record
            ):
                continue
            offered = {year: [_at(_steps(side[lever]), f"{year}-12") for side in sides] for year in self.in_force}
            year = max(offered, key=lambda each: (offered[each][1] - offered[each][0], each))
            more, amount = offered[year][1] - offered[year][0], self.persons(record["persons"], year)
            if more > 0 and amount is not None and amount.difference < LITTLE * more and self.goal(name) is not None:
                found.append((changed[lever], year, float(more), amount))
        return found

    # -- persons ------------------------------------------------------------------------------------------------------------

    @cached_property
    def _decembers(self) -> "list[pandas.DataFrame]":
        tables = [each.table("months") for each in (self.first, self.other)]
        return [table[table["month"].dt.month == 12] for table in tables]

    def knows(self, indicator: str) -> bool:
        """Whether both results have this indicator."""
        return all(indicator in table for table in self._decembers)

    def persons(self, indicator: str, year: int) -> Amount | None:
        """An indicator at a year's end; a share of the registered persons is given as persons. None where it is not known."""
        if not self.knows(indicator):
            return None
        share = self.first.manifest["indicators"][indicator]["unit"] == "share" and self.knows(PERSONS)
        sides = []
        for table in self._decembers:
            own = table[table["month"].dt.year == year].set_index("replication").reindex(self.order)
            sides.append((own[indicator] * own[PERSONS] if share else own[indicator]).to_numpy(dtype=float))
        return self._amount(sides[0], sides[1])

    # -- money --------------------------------------------------------------------------------------------------------------

    @cached_property
    def _payments(self) -> "list[pandas.DataFrame]":
        """A row for each pair, a column for each (what, year, fund, use), for either plan."""
        found = []
        for each in (self.first, self.other):
            table = each.table("payments")
            for name in ("fund", "use"):
                table[name] = table[name].astype(str)
            wide = table.pivot(index="replication", columns=["year", "fund", "use"], values=["yuan", "shortfall", "count"])
            found.append(wide.fillna(0.0).reindex(self.order, fill_value=0.0))
        return found

    def columns(self) -> list[Any]:
        """The cells of the budget, (what, year, fund, use), that either plan ever used."""
        return sorted({key for table in self._payments for key in table.columns})

    def paid(
        self, funds: Sequence[str] | None = None, uses: Sequence[str] | None = None, years: Sequence[int] | None = None,
        what: str = "yuan", a_year: bool = False,
    ) -> Amount:  # fmt: skip
        """Yuan, payments (``count``) or ``shortfall`` of some cells of the budget over the years in force, or other years; in
        all, or
        ``a_year``.
        """
        years = self.in_force if years is None else years
        over = len(years) if a_year else 1
        sides = []
        for table in self._payments:
            chosen = [
                place for place, key in enumerate(table.columns)
                if key[0] == what and key[1] in years and (funds is None or key[2] in funds) and (uses is None or key[3] in uses)
            ]  # fmt: skip
            sides.append(table.iloc[:, chosen].to_numpy().sum(axis=1) / over)
        return self._amount(sides[0], sides[1])

    @cached_property
    def money(self) -> list[MoneyLine]:
        """Every purse that either plan draws on, over the years in force: the county's own first, then by size of the
        difference.
        """
        funds = sorted({key[2] for table in self._payments for key in table.columns})
        private = ("households", "enterprises", "outside")
        lines = [MoneyLine(fund, fund not in NOT_PUBLIC, self.paid(funds=(fund,))) for fund in funds if fund not in private]
        return sorted(lines, key=lambda line: (not line.public, line.fund != OWN_FUND, -abs(line.amount.difference)))

    @cached_property
    def public(self) -> Amount:
        """All public purses over the years in force: the sum of the public lines of ``money``."""
        return self.paid(funds=[line.fund for line in self.money if line.public])

    @property
    def own(self) -> Amount:
        """The county's own money over the years in force."""
        return self.paid(funds=(OWN_FUND,))

    @cached_property
    def hollow(self) -> list[tuple[GoalChange, Amount]]:
        """Shares that rise while the amount itself falls: the goal, and the amount over the years in force."""
        found = []
        for each in self.goals:
            uses = promises().get(each.id, {}).get("ratio")
            if uses and each.helped > each.harmed:
                amount = self.paid(funds=(OWN_FUND, "bridging"), uses=uses)
                if amount.high < 0.0:
                    found.append((each, amount))
        return found

    def _amount(self, one: NDArray[np.float64], two: NDArray[np.float64]) -> Amount:
        known = ~(np.isnan(one) | np.isnan(two))
        one, two = one[known], two[known]
        if not len(one):
            return Amount(*(float("nan"),) * 6)
        mean = paired.difference(one, two, self.draws[known])
        p10, p90 = (float(end) for end in estimates.quantiles(two - one, (0.1, 0.9)))
        rises, falls = int((two > one).sum()), int((two < one).sum())
        return Amount(float(one.mean()), float(two.mean()), mean.low, mean.high, p10, p90, rises, falls)


def promised_by(lever: str, goals: Mapping[str, Any], plan: Any) -> list[str]:
    """The promises that hang on a lever: those that it pays for or that stand in its clause; shares, which may rise as amounts
    fall, left out.
    """
    about, records = tied_to({lever}, plan), promises()
    return [
        name
        for name, goal in goals.items()
        if not getattr(goal, "observed", None) and (name in about or records.get(name, {}).get("lever") == lever)
        if getattr(goal, "weight", 0.0) > 0.0 or records.get(name, {}).get("owed")
        if "ratio" not in records.get(name, {})
    ]


def tied_to(levers: Collection[str], plan: Any) -> set[str]:
    """What the clauses of a plan say that any of these levers is about: goals and whatever else lives in the same clause."""
    clauses = clauses_of(plan).values()
    return {name for clause in clauses if not set(levers).isdisjoint(clause.lives) for name in clause.lives}


def about_levers(levers: Collection[str], plan: Any) -> set[str]:
    """Which goals a plan decides over by setting these levers: those of their clauses, unless the clause holds another lever that
    is the goal's own. Posts are not given up where only their pay is cut, though fewer may then be filled.
    """
    found, records = set(), promises()
    for name in tied_to(levers, plan):
        own = records.get(name, {}).get("lever")
        if own in levers or own is None or name not in tied_to({own}, plan):
            found.add(name)
    return found


def _is_promise(line: Mapping[str, Any]) -> bool:
    """Whether the paper promises it: it has a weight among the paper's goals, or heads them."""
    return bool(line.get("weight", 0.0) > 0.0 or line["headline"]) and line.get("clause") != OWN


def _near(margins: NDArray[np.float64], values: NDArray[np.float64]) -> bool:
    """Whether the median miss is less than one hundredth of what was reached."""
    known = ~(np.isnan(margins) | np.isnan(values))
    if not known.any():
        return False
    margin, value = float(np.median(margins[known])), float(np.median(np.abs(values[known])))
    return -NEAR * value < margin < 0.0


def _steps(value: Any) -> dict[str, Any]:
    """A setting as steps by month; one that never changes stands from the beginning."""
    return {str(month): each for month, each in value.items()} if isinstance(value, Mapping) else {"0000-00": value}


def _at(steps: Mapping[str, Any], month: str) -> Any:
    """The value in a month: that of the last step until then, or the first there is."""
    until = [each for each in sorted(steps) if each <= month]
    return steps[until[-1] if until else min(steps)]
