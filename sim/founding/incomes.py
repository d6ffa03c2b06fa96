"""Income first: each household is given the income it had, and its wages, farm and support are scaled to yield it.

Adding up wages, land and support drawn independently would put a seventh of the registered below the line before
anything happened. So the income per head is drawn by segment; what a trial year of ordinary rules pays at the going rates is
scaled to it; and what is left over is own work at home, support from relatives, and income that assessors do not count. All farms
together yield what the county produces: who is scaled up works more land and more sheds, others less.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.core.binding import Tables
from sim.founding.income_sources import fit_property, fit_sources, income_by_source
from sim.founding.livelihoods import anchor_farms, county_farming
from sim.founding.population import Draws
from sim.world.codes import Destination, Segment

MONTHS = 12
VERIFIED_MARGIN = 1.02
#: Scales and farms are sought in so many rounds, each with so many steps towards the two means.
ROUNDS, MEAN_STEPS = 10, 4
#: Growers are scaled down when farms grow, so that farms fall short again: a step is made longer than the gap.
STRIDE = 1.7


@dataclass(frozen=True)
class TrialYear:
    """What an ordinary year pays each household at the going rates, yuan per household and year, its farm aside.

    ``farm_share``: what a farm yields of its full capacity when hands are ill as often as in an ordinary year.
    ``programmes``: dividends of village assets, rents of land had and paid, and what loans earn, which assessors count and
    which is not scaled. ``loans``: what loans earn, which is among them.
    ``rigid``: what it has to pay itself in a year without shocks, for medicines and school. ``absence``: share of working time
    that an ordinary year loses. ``local_pay``: going pay of work near home, yuan per month.
    """

    wages: np.ndarray
    farm_share: float
    programmes: np.ndarray
    post_pay: np.ndarray
    transfers: np.ndarray
    rigid: np.ndarray
    absence: float
    local_pay: float
    loans: np.ndarray


@dataclass(frozen=True)
class DibaoRules:
    """What founding needs to know of dibao: the lines (yuan per person and year), and two functions of arrays.

    ``counted_share``: share of post pay that assessors count. ``assessed(counted_per_head, identities)`` adds the assessor's
    error; ``due(assessed, members)`` is the benefit in yuan per month and household.
    """

    poverty_line: float
    monitoring_line: float
    dibao_line: float
    counted_share: float
    assessed: Callable[[np.ndarray, np.ndarray], np.ndarray]
    due: Callable[[np.ndarray, np.ndarray], np.ndarray]


def settle_incomes(tables: Tables, draws: Draws, p, trial: TrialYear, rules: DibaoRules) -> dict[str, np.ndarray]:
    """Scale wages and farms, set support, dibao and savings, so that every household has its founding income.

    Scales and the size of farms are sought in turn: scales that yield the incomes wanted, then farms that yield what the county
    produces. What is then left of an income wanted is support and own work, so that both are met. Returns the income of each
    household by source, yuan a year.
    """
    households = tables["households"]
    if p.tables is not None and p.tables.incomes:
        trial = fit_property(tables, p, trial)
    on_dibao = (households["segment"] == Segment.REGISTERED_DIBAO) | (households["segment"] == Segment.OTHER_DIBAO)
    dibao, others = (
        DibaoIncomes(tables, draws, p, trial=trial, rules=rules, on_dibao=on_dibao),
        OtherIncomes(tables, draws, p, trial=trial, rules=rules, on_dibao=on_dibao),
    )
    county = county_farming(p)
    income = np.zeros(len(households))
    for _ in range(ROUNDS):
        going = trial.wages + trial.farm_share * households["holdings"].sum(axis=1)
        of_dibao = dibao.scale(going[on_dibao])
        income[on_dibao] = dibao.settle(of_dibao * going[on_dibao])
        scale = others.scale(going, income)
        scale[on_dibao] = of_dibao
        anchor_farms(households, scale, county, STRIDE)
    anchor_farms(households, scale, county)
    households["holdings"] *= scale[:, None]
    if p.tables is not None and p.tables.incomes:
        verified = verified_income(rules, households["members"].astype(float), trial.rigid)
        scale = fit_sources(
            tables, p, trial, scale, dibao=dibao, others=others, on_dibao=on_dibao, verified=verified, line=rules.poverty_line
        )
    earned = scale * trial.wages + trial.farm_share * households["holdings"].sum(axis=1)
    income = others.settle(earned)
    income[on_dibao] = dibao.settle(earned[on_dibao])
    _scale_productivity(tables, scale)
    buffer = p.buffer_months[households["segment"]] * draws.lognormals("buffer", households["identity"], p.buffer_spread)
    households["cash"] = buffer * income / others.lean / MONTHS  # savings are of what a household usually has
    households["disqualifying"][others.unlisted_below_the_band()] = 1
    households["income_12"] = income
    households["rigid_12"] = trial.rigid
    return income_by_source(tables, p, trial, scale, income)


def _scale_productivity(tables: Tables, scale: np.ndarray) -> None:
    """Whoever earns wages is scaled with the household; others would earn what wage earners of their segment do on average.

    Otherwise a farmer's scale, which says how good the farm is, would follow into the first job, and turnover alone would make
    wages drift.
    """
    persons, households = tables["persons"], tables["households"]
    own = scale[persons["household"]]
    segment = households["segment"][persons["household"]]
    weight = households["weight"][persons["household"]].astype(float)
    earns = (persons["status"] == Destination.OUTSIDE) | (persons["status"] == Destination.LOCAL_FIRM)
    total = np.bincount(segment[earns], weight[earns], len(Segment))
    mean = np.bincount(segment[earns], (weight * own)[earns], len(Segment)) / np.maximum(total, 1.0)
    persons["productivity"] *= np.where(earns, own, np.where(total > 0.0, mean, 1.0)[segment])


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """One over the other; 1 where there is nothing to divide by."""
    return np.where(below > 0.0, above / np.where(below > 0.0, below, 1.0), 1.0)


class DibaoIncomes:
    """Households on dibao, of whom alone arrays are: counted income, the benefit it leads to, what assessors do not count."""

    def __init__(self, tables: Tables, draws: Draws, p, trial: TrialYear, rules: DibaoRules, on_dibao: np.ndarray) -> None:
        self._households, self._register, self._on_dibao = tables["households"], tables["register"], on_dibao
        self._p, self._rules = p, rules
        self._members = self._households["members"][on_dibao].astype(float)
        self._names = names = self._households["identity"][on_dibao]
        median = p.counted_median * np.exp(p.counted_spread * draws.normals("counted", names))
        self._given = (rules.counted_share * trial.post_pay + trial.programmes)[on_dibao]
        counted = np.minimum(median, rules.dibao_line) * self._members
        self._rest = np.maximum(counted - self._given, 0.0)
        self._known = ((1.0 - rules.counted_share) * trial.post_pay + trial.transfers)[on_dibao]
        self._verified = verified_income(rules, self._members, trial.rigid[on_dibao])
        self._uncounted = p.uncounted_mean * draws.lognormals("uncounted", names, p.uncounted_spread) * self._members
        self._lifted = draws.uniforms("lifted", names) < p.lifted_share
        self._margin = 1.0 - p.lifted_margin * np.log(draws.uniforms("margin", names))
        self._aim = np.full(len(names), np.nan)

    def aim(self, chosen: np.ndarray, income: np.ndarray) -> None:
        """Have these of those on dibao get so much in all, yuan a year, as far as what assessors do not count can make it up."""
        self._aim[chosen] = income

    def scale(self, going: np.ndarray) -> np.ndarray:
        """What wages and farms are multiplied by, where they go for ``going`` yuan a year."""
        return np.clip(_ratio(self._rest, going), self._p.scale_low, self._p.scale_high)

    def settle(self, earned: np.ndarray) -> np.ndarray:
        """Income a year where wages and farm yield ``earned``; support and dibao are set."""
        households, rules, members, chosen = self._households, self._rules, self._members, self._on_dibao
        support = np.maximum(self._rest - earned, 0.0)
        counted = earned + self._given + support
        assessed = rules.assessed(counted / members, self._names)
        benefit = rules.due(assessed, members)

        known, verified = self._known, self._verified
        hidden = np.maximum(self._uncounted - known, 0.0)
        total = counted + MONTHS * benefit + known + hidden
        lifted = self._lifted | (total < verified)
        short = (total < rules.monitoring_line * members) & lifted
        hidden = np.where(short, hidden + rules.monitoring_line * self._margin * members - total, hidden)
        hidden += np.maximum(verified - (counted + MONTHS * benefit + known + hidden), 0.0)

        aimed = np.maximum(self._aim - (counted + MONTHS * benefit + known), 0.0)
        hidden = np.where(np.isnan(self._aim), hidden, aimed)

        households["family_support"][chosen] = support / MONTHS
        households["uncounted_income"][chosen] = hidden / MONTHS
        register = self._register
        register["dibao"][chosen] = 1
        register["assessed"][chosen] = assessed
        register["benefit"][chosen] = benefit
        return counted + MONTHS * benefit + known + hidden


def verified_income(rules: DibaoRules, members: np.ndarray, rigid: np.ndarray) -> np.ndarray:
    """What a listed household had at least when 2020 ended, yuan a year.

    That nobody stood below the poverty line, ordinary rigid spending paid, was verified household by household.
    """
    return VERIFIED_MARGIN * rules.poverty_line * members + rigid


class OtherIncomes:
    """All others: a wanted income per head, and a mean of general households that gives the county its mean."""

    def __init__(self, tables: Tables, draws: Draws, p, trial: TrialYear, rules: DibaoRules, on_dibao: np.ndarray) -> None:
        self._households, self._p, self._trial = tables["households"], p, trial
        households = self._households
        names, segment = households["identity"], households["segment"]
        self._members = households["members"].astype(float)
        self._persons = households["weight"] * self._members
        self._on_dibao, self._registered = on_dibao, households["registered"] == 1
        self._other, self._general = segment == Segment.REGISTERED_OTHER, segment == Segment.GENERAL
        self._drawn = draws.lognormals("income", names, np.where(self._general, p.general_spread, p.other_registered_spread))
        lean = self._general & (draws.uniforms("lean", names) < p.lean_share)
        self.lean = np.where(lean, p.lean_income * draws.uniforms("lean income", names), 1.0)
        self._band = rules.monitoring_line * (1.0 + p.marginal_above)
        self._marginal = rules.monitoring_line * (1.0 + p.marginal_above * draws.uniforms("marginal", names))
        self._verified = verified_income(rules, self._members, trial.rigid) / self._members
        self._given = trial.post_pay + trial.transfers + trial.programmes
        self._above, self._mean = p.income_ratio * p.rural_income - p.other_registered_floor, p.rural_income
        self._dibao_income = np.zeros(len(households))
        self._wanted = self._marginal

    def aim(self, chosen: np.ndarray, per_head: np.ndarray) -> None:
        """Have these households get so much per head in all, yuan a year, as far as what is not earned can make it up."""
        self._wanted[chosen] = per_head

    def _want(self) -> np.ndarray:
        """Income per head that each is to have, at the means as they stand."""
        p, other, general = self._p, self._other, self._general
        wanted = self._marginal.copy()
        wanted[other] = np.maximum(p.other_registered_floor + self._above * self._drawn, self._verified)[other]
        wanted[general] = (self._mean * self._drawn * self.lean)[general]
        return wanted

    def scale(self, going: np.ndarray, dibao_income: np.ndarray) -> np.ndarray:
        """What wages and farms are multiplied by, where they go for ``going`` yuan a year; ``dibao_income``: of the others.

        Two means are sought: what other registered households have above their floor, so that the registered stand to the county
        as published, and the mean of general households, so that the county has its own. A step is the gap that is left, shared
        among those whom the mean moves; nearly all of them achieve what they want, so a few steps do.
        """
        p, persons, weight = self._p, self._persons, self._households["weight"]
        goal_registered = p.income_ratio * p.rural_income * persons[self._registered].sum()
        goal = p.rural_income * persons.sum()
        usual = 1.0 - p.support_share[self._households["segment"]]
        for _ in range(MEAN_STEPS):
            wanted = self._want()
            rest = np.maximum(wanted * self._members * usual - self._given, 0.0)
            factor = np.clip(_ratio(rest, going), p.scale_low, p.scale_high)
            achieved = np.maximum(wanted * self._members, self._given + factor * going)
            total = weight * np.where(self._on_dibao, dibao_income, achieved)
            self._above = max(
                self._above + (goal_registered - total[self._registered].sum()) / max(persons[self._other].sum(), 1.0), 0.0
            )
            self._mean += (goal - total.sum()) / max((persons * self._drawn * self.lean)[self._general].sum(), 1.0)
        self._wanted = wanted
        return factor

    def unlisted_below_the_band(self) -> np.ndarray:
        """Which general households have a measured income of marginal households and were not listed as such in 2020.

        The sweep of that year looked at property as well: whoever was left off the list had a car, a flat or other means.
        """
        return self._general & (self._wanted < self._band)

    def settle(self, earned: np.ndarray) -> np.ndarray:
        """Income a year where wages and farm yield ``earned``; what is left of the income wanted becomes own work and support."""
        households, p, trial, chosen = self._households, self._p, self._trial, ~self._on_dibao
        wanted = self._wanted * self._members
        left = np.maximum(wanted - self._given - earned, 0.0)
        # Where hands are at home, what is more than relatives usually give is mostly their own odd jobs and small trade.
        beyond = np.maximum(left - p.support_share[households["segment"]] * wanted, 0.0)
        own = np.where(households["farm_labour_founded"] > 0.0, p.own_work_share * beyond, 0.0)
        support = left - own
        households["own_work"][chosen] = (own / MONTHS / trial.local_pay / (1.0 - trial.absence))[chosen]
        households["family_support"][chosen] = (p.support_counted * support / MONTHS)[chosen]
        households["uncounted_income"][chosen] = ((1.0 - p.support_counted) * support / MONTHS)[chosen]
        return self._given + earned + left
