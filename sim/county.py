"""One county, bound to a scenario, founded, and run month by month. Knows nothing of Mesa, of experiments or of files."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from sim.compile_ahead import compile_all
from sim.core.binding import BoundProcess, Tables, open_purses
from sim.core.collecting import collecting_rarely
from sim.core.compiled.compilation import IS_COMPILED, compiling_alone, everything_is_compiled, is_kept, mark_everything_compiled
from sim.core.inputs.ensemble import Ensemble
from sim.core.inputs.ensemble import load as load_ensemble
from sim.core.inputs.errors import CannotBeFounded
from sim.core.inputs.parameters import PLAN_MONTHS, load_all
from sim.core.inputs.resolve import Values, assumptions, month_name, resolve
from sim.core.ledger import Fund
from sim.core.process import Process
from sim.core.random_draws import draw_quantiles, normal, replication_key
from sim.founding import founding
from sim.founding.audit import audit_burn_in, audit_founding, audit_residents, audit_sources, stop_if_missed
from sim.founding.incomes import TrialYear
from sim.founding.population import unusual_rooms
from sim.founding.production import production_accounts, published_quantities
from sim.goals import INDICATORS, GoalInputs, exit_series, goals_of, indicators_of, outcomes
from sim.goals.indicators import county_series, series_of
from sim.goals.measuring import Record, largest_cluster
from sim.goals.portraits import incomes, portraits_of, risks_begun
from sim.month import MONTH, OPENING, PROCESSES_IN_ORDER, bind
from sim.policies import bind_policies
from sim.result import SEGMENT_NAMES, ResultNames, SimulationResult, digest_of
from sim.scenario import Scenario
from sim.scenario.county_file import is_home
from sim.scenario.origins import origin_of_target, origins
from sim.world.bookkeeping import BooksDoNotClose, close_month, open_month
from sim.world.funds import check_permitted, fund_records, owed_reasons
from sim.world.places import NUMBERED, township_names

BURN_IN = 12
QUARTER = 3
#: Takes what is being done: a key, and the facts that its sentence names.
OnStatus = Callable[..., None]

#: What an ordinary year consists of, when founding computes what it would pay: what every month repeats, and what has its season.
STEADY = ("lines", "wages", "going_pay", "farm_hands", "chronic_care", "pensions")
SEASONAL = ("earnings", "seasons", "medical_premium", "land_rents", "school_bills", "subsidies", "asset_returns", "dividends")

_READY: list[bool] = []


def make_ready() -> None:
    """Read the parameters and bind the processes, once."""
    if not _READY:
        check_permitted(PROCESSES_IN_ORDER)
        bind()
        _READY.append(True)


def _founding_parameters(scenario: Scenario, values: Values) -> Any:
    home = is_home(scenario.county_code, scenario.has_tables)
    return founding.parameters(load_all(), values, scenario.distributions, home, scenario.residents)


class County:
    """A county of one scenario, with one draw of parameters and the random draws of one replication.

    It is founded and has run through 2020 when the constructor returns; ``month`` is 0, January 2021. Raises FoundingMissed when
    an exact target of the audit is missed, BooksDoNotClose when money does not add up.
    """

    def __init__(
        self,
        scenario: Scenario,
        values: Values,
        seed: int,
        replication: int,
        declared_only: bool = False,
        profile: bool = False,
    ) -> None:
        make_ready()
        self.scenario, self.values = scenario, values
        self.month = -BURN_IN
        self.key = replication_key(seed, replication)
        self.tables = Tables()
        self.timings: dict[str, float] = defaultdict(float)
        self._profile = profile
        #: An observer: called with the process and the month before and after each, True for before. None for nobody.
        self.watch: Callable[[Process, int, bool], None] | None = None
        self._found(declared_only)
        length = BURN_IN + scenario.months
        self._record = Record(self.tables, -BURN_IN, length, float(self.values.at("thresholds.scale_threshold")))
        self._clusters: list[float] = []
        self._spread: list[np.ndarray] = []
        while self.month < 0:
            self._run_month()
        self._open()

    def _found(self, declared_only: bool) -> None:
        """People first, then what an ordinary year would pay them, then the incomes that year is scaled to."""
        book = load_all()
        p = _founding_parameters(self.scenario, self.values)
        posts = round(float(self.values.at("public_posts.count", -BURN_IN)))  # the status quo: a plan acts from January 2021
        start = time.perf_counter()
        promised = round(float(self.values.at("thresholds.posts"))) if p.home else posts  # another county promised nothing here
        draws = founding.found_people(
            self.tables, self.key, p, general_weight=self.scenario.weight, posts=posts, posts_promised=promised
        )
        purses = {fund: each.purse for fund, each in fund_records().items()}
        slices = open_purses(self.tables, purses, [*PROCESSES_IN_ORDER, *self.scenario.policies], owed_reasons())
        self.processes = {
            each.name: BoundProcess(
                each,
                self.tables,
                sorted(book.of(each.owner)),
                path=self.values.path,
                replication=self.key,
                slices=slices,
                first=-BURN_IN,
                declared_only=declared_only,
                months=BURN_IN + self.scenario.months,
            )
            for each in PROCESSES_IN_ORDER
        }
        self.steps = [(step, self.processes[step.process.name]) for part in MONTH for step in part.steps]
        #: Policies written in Python, by how many of the steps come before them.
        self._policies = bind_policies(self.scenario.policies, self.tables, slices, values=self.values, replication=self.key)
        trial = self._trial_year()
        #: Income of each founded household in an ordinary year by source, yuan.
        self.founded_sources = founding.found_incomes(self.tables, draws, book, values=self.values, p=p, trial=trial)
        self._start_books()
        self.audit = audit_founding(self.tables, p, self.values) + audit_sources(self.tables, p, self.founded_sources)
        self.audit += audit_residents(self.tables, p)
        self.production = production_accounts(self.tables, p, published_quantities(self.values, p) if p.home else {})
        stop_if_missed(self.audit)
        self._draws, self._p = draws, p
        if self._profile:
            self.timings["founding"] += 1000.0 * (time.perf_counter() - start)

    def _trial_year(self) -> TrialYear:
        """Run 2020 by ordinary rules without random draws, to see what each household would be paid at the going rates.

        Without them and without trends every month repeats the first but for what has its season; only that runs twelve times.
        """
        tables = self.tables
        households = tables["households"]
        sums = {
            name: np.zeros(len(households)) for name in ("wages", "business", "property_income", "post_pay", "transfers", "rigid")
        }
        tables["funds"]["balance"] = 1e12  # no fund runs dry in a trial
        for names, months in ((STEADY, 1), (SEASONAL, BURN_IN)):
            for month in range(-BURN_IN, months - BURN_IN):
                open_month(households, tables["enterprises"], tables["funds"], tables["lines"])
                for step, bound in self.steps:
                    if step.process.name in names and step.due(month):
                        bound(month)
                for name, total in sums.items():
                    total += households[name] * (BURN_IN / months)
            if names is STEADY:
                founding.settle_markets(tables)
                households["farm_labour_founded"] = households["farm_labour"]
        absence = founding.ordinary_absence(self.values)
        elasticity = float(self.values.at("farming.labour_elasticity", -BURN_IN))
        wages = (sums["wages"] - sums["post_pay"]) * (1.0 - absence)
        farm_share = 1.0 - elasticity * absence
        loans = sums["business"] + founding.ordinary_loan_income(tables, self.values)  # a loan earns, rent paid costs
        programmes = sums["property_income"] + loans
        local_pay = float(tables["environment"][0].local_wage)
        return TrialYear(
            wages, farm_share, programmes, post_pay=sums["post_pay"], transfers=sums["transfers"], rigid=sums["rigid"],
            absence=absence, local_pay=local_pay, loans=loans,
        )  # fmt: skip

    def _start_books(self) -> None:
        """After the trial: what households and enterprises hold is what founding gave them; the funds are empty."""
        tables = self.tables
        households = tables["households"]
        for column in ("debt", "event_loss"):
            households[column] = 0.0
        tables["assets"]["arrears"] = 0.0
        tables["enterprises"]["rent"] = 0.0
        tables["villages"]["collective_cash"] = 0.0
        households["burden"] = 0.0
        households["event"] = -1
        tables["funds"]["balance"] = 0.0
        tables["funds"]["balance"][Fund.HOUSEHOLDS] = (households["weight"] * households["cash"]).sum()
        tables["funds"]["balance"][Fund.ENTERPRISES] = tables["enterprises"]["cash"].sum()
        # Contracts of 2020 are honoured while nothing is appropriated yet.
        tables["funds"]["balance"][Fund.EMPLOYMENT] = 1e9
        tables["funds"]["balance"][Fund.COUNTY_FLOOR] = 1e9

    def _open(self) -> None:
        """January 2021 opens: who is below already has not relapsed under the plan; the cases of 2020 are taken over."""
        for each in OPENING:
            self._run_process(each, self.processes[each.name], 0)
        founding.open_inherited_cases(self.tables, self._draws, self._p, -1)
        for fund in (Fund.EMPLOYMENT, Fund.COUNTY_FLOOR):
            self.tables["funds"]["balance"][fund] = 0.0
        self.audit = self.audit + audit_burn_in(self.tables, self._p, self.latest("rural_income"))
        stop_if_missed(self.audit)
        self._spread.append(incomes(self.tables))

    def _run_process(self, process: Process, bound: BoundProcess, month: int) -> None:
        start = time.perf_counter()
        if self.watch is not None:
            self.watch(process, month, True)
        try:
            bound(month)
        except Exception as problem:
            problem.add_note(f"in process '{process.name}', month {month_name(month)}")
            raise
        if self.watch is not None:
            self.watch(process, month, False)
        if self._profile:
            self.timings[process.name] += 1000.0 * (time.perf_counter() - start)

    def _run_policies(self, place: int, month: int) -> None:
        """Policies written in Python whose place is before this step; a plan acts from January 2021."""
        for policy in self._policies.get(place, ()) if month >= 0 else ():
            start = time.perf_counter()
            policy(month)
            if self._profile:
                self.timings[policy.policy.name] += 1000.0 * (time.perf_counter() - start)

    def _run_month(self) -> None:
        tables, month = self.tables, self.month
        open_month(tables["households"], tables["enterprises"], tables["funds"], tables["lines"])
        for number, (step, bound) in enumerate(self.steps):
            self._run_policies(number, month)
            if step.due(month):
                self._run_process(step.process, bound, month)
        self._run_policies(len(self.steps), month)
        start = time.perf_counter()
        try:
            close_month(tables["households"], tables["enterprises"], tables["funds"], tables["lines"])
        except BooksDoNotClose as gap:
            raise BooksDoNotClose(f"month {month_name(month)}: {gap}") from None
        self._record.add_month(month)
        if month >= 0 and month % QUARTER == QUARTER - 1:
            least = float(self.values.at("thresholds.cluster_households")), float(self.values.at("thresholds.cluster_share"))
            self._clusters.append(largest_cluster(tables, month, *least))
        if self._profile:
            self.timings["books and measures"] += 1000.0 * (time.perf_counter() - start)
        self.month += 1

    def step(self) -> None:
        """Run one month. Raises ValueError when the scenario is over."""
        if self.month >= self.scenario.months:
            raise ValueError(f"the scenario ends after {self.scenario.months} months")
        self._run_month()

    def run(self) -> SimulationResult:
        """Run all months that are left; returns the result, looking back on all of them."""
        while self.month < self.scenario.months:
            self.step()
        return self._look_back()

    def setting(self, parameter: str) -> Any:
        """A parameter's value in the month about to be run, in the unit of the rules."""
        return self.values.at(parameter, min(self.month, self.scenario.months - 1))

    def latest(self, indicator: str) -> float:
        """A county indicator at the end of the last month run."""
        last = self.month + BURN_IN
        measures = self._record.measures[:last].sum(axis=2)
        return float(county_series(measures, self._record.province[:last])[indicator][-1])

    def _look_back(self) -> SimulationResult:
        measures = self._record.measures
        by_township, by_segment = measures.sum(axis=2), measures.sum(axis=1)
        series = county_series(by_township, self._record.province)
        if self.scenario.months > PLAN_MONTHS:
            series |= exit_series(by_township.sum(axis=1))
        survey_key = replication_key(int(self.key), 1)
        survey = np.array([normal(survey_key, year) for year in range(self.scenario.months // 12 + 1)])
        budget = self._budget()
        inputs = GoalInputs(series, by_township, np.array(self._clusters), values=self.values, survey=survey, budget=budget)
        goals = outcomes(inputs, self.scenario.months, self.scenario.plan)
        indicators = {name: values[BURN_IN:] for name, values in series.items()}
        townships = {name: series_of(each, by_township)[BURN_IN:] for name, each in INDICATORS.items()}
        segments = {name: series_of(each, by_segment)[BURN_IN:] for name, each in INDICATORS.items() if not each.of_places}
        spread = [*self._spread, incomes(self.tables)]
        portraits = portraits_of(self.tables, self._record.onsets, risks_begun(measures[BURN_IN:]), spread)
        result = SimulationResult(
            indicators, townships, segments, goals=goals, audit=self.audit, budget=budget, timings=dict(self.timings),
            portraits=portraits,
        )  # fmt: skip
        result.digest = digest_of(result)
        return result

    def short_lines(self) -> list[tuple[str, str]]:
        """Fund and use of every line on which something due went unpaid in the last month run."""
        lines, reasons = self.tables["lines"], _reasons(self.scenario)
        return [(Fund(lines["payer"][line]).name.lower(), reasons[line]) for line in np.flatnonzero(lines["unpaid"] > 0.0)]

    def _budget(self) -> list[dict]:
        """What each fund paid for what in each year."""
        payers = [Fund(payer) for payer in self.tables["lines"]["payer"].tolist()]
        reasons = _reasons(self.scenario)
        rows = []
        for year in range(self.scenario.months // 12):
            first = BURN_IN + year * 12
            yuan, units, unpaid = self._record.budget[first : first + 12].sum(axis=0).T
            for line, reason in enumerate(reasons):
                payer = payers[line]
                if payer < Fund.HOUSEHOLDS and (yuan[line] or unpaid[line]):
                    amounts = {"yuan": float(yuan[line]), "count": float(units[line]), "shortfall": float(unpaid[line])}
                    rows.append({"year": 2021 + year, "fund": payer.name.lower(), "use": reason, **amounts})
        return rows


def _reasons(scenario: Scenario) -> list[str]:
    """The reason of payment of every line of the budget, in the order of the lines."""
    return [payment.reason for each in (*PROCESSES_IN_ORDER, *scenario.policies) for payment in each.pays for _ in payment.payers]


def catalogue(scenario: Scenario) -> ResultNames:
    """What is measured of this scenario, and the names of its places."""
    values = values_of(scenario, None)
    townships = tuple(township_names(int(values.at("founding.places")), round(float(values.at("founding.townships")))))
    if scenario.distributions is not None and int(values.at("founding.places")) == NUMBERED:
        named = [{"zh": name, "en": name} for name in scenario.distributions.names("township")]
        townships = (*named, *townships[len(named) :])
    segments = tuple(SEGMENT_NAMES.values())
    return ResultNames(
        goals_of(scenario.months, scenario.plan),
        indicators_of(scenario.months),
        townships,
        segments=segments,
        first_month=scenario.start,
    )


_ENSEMBLE: list[Ensemble] = []


def ensemble_of(scenario: Scenario) -> Ensemble | None:
    """The plausible ensemble that a scenario's calibrated assumptions are drawn from; None where it states the priors.

    Raises InputError where the stored ensemble is not of today's parameters.
    """
    if scenario.uncertainty == "prior":
        return None
    if not _ENSEMBLE:
        _ENSEMBLE.append(load_ensemble(load_all()))
    return _ENSEMBLE[0]


def sample_quantiles(scenario: Scenario, seed: int, number: int) -> dict[str, float]:
    """Quantiles in (0, 1) of every assumption that varies and that the scenario does not set, for one parameter draw.

    Calibrated assumptions are a member of the plausible ensemble, the others are drawn from their own distributions.
    """
    names = [name for name in assumptions(load_all()) if name not in scenario.overrides]
    drawn = dict(zip(names, draw_quantiles(seed, number, names), strict=True))
    plausible = ensemble_of(scenario)
    if plausible is not None:
        drawn |= {name: share for name, share in plausible.member(seed, number).items() if name in drawn}
    return drawn


def values_of(scenario: Scenario, quantiles: Mapping[str, float] | None) -> Values:
    """Parameters of a scenario at these quantiles; what has none stands at the ensemble's centre or its central value."""
    plausible = ensemble_of(scenario)
    centre = None if plausible is None else plausible.centre
    months = max(PLAN_MONTHS, scenario.months)
    return resolve(
        load_all(), scenario.overrides, quantiles, vantage=scenario.vantage, months_before=BURN_IN, months=months, centre=centre
    )


def parameter_draw_of(replication: int) -> int:
    """The parameter draw of a replication: two replications share one, which tells chance from ignorance."""
    return replication // 2


def sample_values(scenario: Scenario, seed: int, number: int | None) -> Values:
    """Parameters of one draw, or central ones for None."""
    return values_of(scenario, None if number is None else sample_quantiles(scenario, seed, number))


def parameters_used(scenario: Scenario, quantiles: Mapping[str, float] | None) -> dict[str, Any]:
    """Every parameter as used, as it would be written in a file."""
    return values_of(scenario, quantiles).used


def run_county(
    scenario: Scenario, quantiles: Mapping[str, float] | None, seed: int, replication: int, profile: bool = False
) -> SimulationResult:
    """Found a county and run it to the end of the scenario; ``quantiles`` as in ``values_of``."""
    with collecting_rarely():  # the first in a process loads all code
        return County(scenario, values_of(scenario, quantiles), seed, replication, profile=profile).run()


def describe_population(scenario: Scenario, seed: int = 2021, replication: int = 0) -> dict[str, list[dict]]:
    """The ``audit`` and the ``production`` accounts of a county founded at central parameters; ``origin``: of a target."""
    county = County(scenario, values_of(scenario, None), seed, replication)
    found = {each.id: each.origin for each in origins(scenario)}
    audit = [{**row, "origin": origin_of_target(row["id"], found)} for row in county.audit]
    return {"audit": audit, "production": county.production}


def prepare(scenario: Scenario, on_status: OnStatus) -> None:
    """Bind the processes and, where that was never done for this version, compile them all, reporting progress to ``on_status``.

    This happens here and before there are workers, which would each compile everything: first by processes that share it out,
    then, for what is left, by running a first year.
    """
    make_ready()
    if not IS_COMPILED:
        return
    values = values_of(scenario, None)
    rooms: dict[str, int] = {}
    with suppress(CannotBeFounded):  # founding says so
        rooms = unusual_rooms(_founding_parameters(scenario, values), scenario.weight)
    size = " ".join(f"{name}={room}" for name, room in sorted(rooms.items()))
    if everything_is_compiled(size):
        return
    if not is_kept():  # every process compiles for itself, as it goes: doing it here would help nobody
        on_status("tell_not_kept")
        return
    on_status("tell_compiling")
    with compiling_alone():
        if everything_is_compiled(size):  # by another process, while this one waited
            return
        compile_all(lambda done, total: on_status("tell_compiled", done=done, total=total), rooms)
        county = County(replace(scenario, policies=()), values, 0, 0)
        for _ in range(12):
            county.step()
        mark_everything_compiled(size)
