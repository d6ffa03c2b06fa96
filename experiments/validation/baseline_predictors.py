"""Two simple predictions to beat: a line through the past, and arithmetic on households that stand still."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.validation.published_figures import Figure
from sim.core.inputs.resolve import Values
from sim.county import BURN_IN, County, values_of
from sim.scenario import Scenario
from sim.world.dibao_rules import benefit_due

YEAR = 12
SIMULATED, LAST = 24, 60  # months
SOURCES = ("wages", "business", "property_income", "transfers")


@dataclass(frozen=True)
class Line:
    """What a line through published years says of a later one; ``spread``: its standard deviation, 0 if unknown."""

    value: float
    spread: float


def trend_line(figure: Figure) -> Line | None:
    """A line through what was published of the same series by 2022; through one point a level one, through none no prediction.

    Growth has levels as its history, and so the line is one of their logarithms: its growth is the same every year.
    """
    if not figure.history:
        return None
    years = np.array(sorted(figure.history), dtype=np.float64)
    of_levels = figure.unit == "share" and max(figure.history.values()) > 1.0
    values = np.array([figure.history[int(year)] for year in years])
    values = np.log(values) if of_levels else values
    if len(years) == 1:
        return Line(float(values[0]), 0.0)
    slope, start = np.polyfit(years, values, 1)
    residuals = values - (start + slope * years)
    freedom = len(years) - 2
    error = float(np.sqrt((residuals**2).sum() / freedom)) if freedom > 0 else 0.0
    if of_levels:
        return Line(float(np.exp(slope) - 1.0), error * float(np.sqrt(2.0)))  # two years' errors part a year's growth
    distance = (figure.year() - years.mean()) ** 2 / ((years - years.mean()) ** 2).sum()
    return Line(float(start + slope * figure.year()), error * float(np.sqrt(1.0 + 1.0 / len(years) + distance)))


def standing_still(scenario: Scenario, seed: int = 2021) -> dict[str, NDArray[np.float64]]:
    """A static tax-benefit calculation: the households of December 2022 at central parameters, with nobody doing anything new.

    Nobody falls ill, loses or finds a job, is born, dies, joins or leaves dibao. Wages, farms and other transfers rise as they
    are expected to at the scenario's vantage, and each recipient's dibao is what the line of the year leaves lacking. By
    indicator: (1, months), the simulated months to 2022, then the same value in every month of a year.
    """
    scenario = replace(scenario, months=LAST)
    values = values_of(scenario, None)
    county = County(scenario, values, seed, 0)
    flows = {source: np.zeros(2) for source in (*SOURCES, "dibao_received")}  # registered households, the others
    history: dict[str, list[float]] = {}
    indicators = ("rural_income", "registered_income_ratio", "wage_share", "business_share", "transfer_share",
                  "registered_wage_share", "registered_outside", "registered_local", "posts_filled", "dibao_top_up")  # fmt: skip
    for month in range(SIMULATED):
        county.step()
        for name in indicators:
            history.setdefault(name, []).append(county.latest(name))
        if month >= SIMULATED - YEAR:
            for source, total in flows.items():
                total += _by_group(county, source)
    persons = _by_group(county, "members")
    found = {name: np.full((1, LAST), np.nan) for name in indicators}
    for name, series in history.items():
        found[name][0, :SIMULATED] = series
    for start in range(SIMULATED, LAST, YEAR):
        year = {**_year(county, values, flows, persons=persons, years=start // YEAR - 1), **_unmoved(history)}
        for name, value in year.items():
            found[name][0, start : start + YEAR] = value
    income = found["rural_income"]
    growth = np.full((1, LAST), np.nan)
    growth[:, YEAR:] = income[:, YEAR:] / income[:, :-YEAR] - 1.0
    return {**found, "rural_income_growth": growth}


def _by_group(county: County, column: str) -> NDArray[np.float64]:
    households = county.tables["households"]
    registered = households["registered"] == 1
    total = households["weight"] * households[column]
    return np.array([total[registered].sum(), total[~registered].sum()], dtype=np.float64)


def _unmoved(history: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: history[name][-1] for name in ("registered_outside", "registered_local", "posts_filled")}


def _year(
    county: County, values: Values, flows: Mapping[str, NDArray[np.float64]], persons: NDArray[np.float64], years: int
) -> dict[str, float]:
    """A year so many years after 2022, by indicator."""
    first = (years + 1) * YEAR + BURN_IN
    past = slice(first - years * YEAR, first - years * YEAR + YEAR)
    now = slice(first, first + YEAR)

    def rise(name: str) -> float:
        path = values.path(name)
        return float(path[now].mean() / path[past].mean())

    wage = (rise("wages.outside_wage") + rise("wages.local_wage")) / 2.0
    farm = (1.0 + float(values.at("wages.farm_growth"))) ** years
    other = (1.0 + float(values.at("wages.transfer_growth"))) ** years
    wages, business = wage * flows["wages"], farm * flows["business"]
    own = wages + business + flows["property_income"] + other * (flows["transfers"] - flows["dibao_received"])
    before = sum(flows[source] for source in SOURCES) - flows["dibao_received"]
    dibao, top_up = _dibao(county, values, own.sum() / before.sum(), now)
    transfers = other * (flows["transfers"] - flows["dibao_received"]) + dibao
    income = own + dibao
    return {
        "rural_income": income.sum() / persons.sum(),
        "registered_income_ratio": income[0] / persons[0] / (income.sum() / persons.sum()),
        "wage_share": wages.sum() / income.sum(),
        "business_share": business.sum() / income.sum(),
        "transfer_share": transfers.sum() / income.sum(),
        "registered_wage_share": wages[0] / income[0],
        "dibao_top_up": top_up,
    }


def _dibao(county: County, values: Values, growth: float, now: slice) -> tuple[NDArray[np.float64], float]:
    """The year's dibao of those on it in December 2022 (registered, others), and yuan per recipient and month."""
    households, register = county.tables["households"], county.tables["register"]
    on = np.flatnonzero((register["dibao"][: len(households)] == 1) & (households["members"] > 0))
    lines = values.path("lines.dibao_line")[now] * values.path("lines.dibao_uprating")[now]
    least = float(values.at("dibao.least_share"))
    paid, people = np.zeros(2), 0.0
    for row in on:
        due = sum(benefit_due(register["assessed"][row] * growth, line, least, households["members"][row]) for line in lines)
        paid[0 if households["registered"][row] == 1 else 1] += due * households["weight"][row]
        people += float(households["members"][row] * households["weight"][row])
    return paid, float(paid.sum() / people / YEAR)
