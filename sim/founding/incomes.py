"""Income first: each household is given the income it had, and its wages, farm and support are scaled to yield it.

Adding up wages, land and support drawn independently would put a seventh of the registered below the line before
anything happened. So the income per head is drawn by segment; what a trial year of ordinary rules pays at the going rates is
scaled to it; and what is left over is own work at home, support from relatives, and income that assessors do not count.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.binding import Tables
from sim.founding.population import Draws
from sim.world.codes import Destination, Segment

MONTHS = 12
VERIFIED_MARGIN = 1.02
MEAN_STEPS = 12


@dataclass(frozen=True)
class TrialYear:
    """What an ordinary year pays each household at the going rates, yuan per household and year.

    ``programmes``: dividends of village assets and what loans earn, which assessors count and which is not scaled.
    ``rigid``: what it has to pay itself in a year without shocks, for medicines and school. ``absence``: share of working time
    that an ordinary year loses. ``local_pay``: going pay of work near home, yuan per month.
    """

    wages: np.ndarray
    business: np.ndarray
    programmes: np.ndarray
    post_pay: np.ndarray
    transfers: np.ndarray
    rigid: np.ndarray
    absence: float
    local_pay: float


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
    assessed: object
    due: object


def settle_incomes(tables: Tables, draws: Draws, p, trial: TrialYear, rules: DibaoRules) -> None:
    """Scale wages and farms, set support, dibao and savings, so that every household has its founding income."""
    households = tables["households"]
    on_dibao = (households["segment"] == Segment.REGISTERED_DIBAO) | (households["segment"] == Segment.OTHER_DIBAO)
    scale = np.ones(len(households))
    income = np.zeros(len(households))
    _settle_dibao(tables, draws, p, trial=trial, rules=rules, chosen=on_dibao, scale=scale, income=income)
    _settle_others(tables, draws, p, trial=trial, rules=rules, chosen=~on_dibao, scale=scale, income=income)
    households["holdings"] *= scale[:, None]
    _scale_productivity(tables, scale)
    buffer = p.buffer_months[households["segment"]] * draws.lognormals("buffer", households["identity"], p.buffer_spread)
    households["cash"] = buffer * income / MONTHS
    households["income_12"] = income
    households["rigid_12"] = trial.rigid


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


def _settle_dibao(tables, draws, p, trial, rules, chosen, scale, income) -> None:
    """Households on dibao: counted income, the benefit it leads to, and what assessors do not count."""
    households, register = tables["households"], tables["register"]
    names = households["identity"]
    members = households["members"].astype(float)
    median = p.counted_median * np.exp(p.counted_spread * draws.normals("counted", names))
    counted = np.minimum(median, rules.dibao_line) * members
    posts = rules.counted_share * trial.post_pay
    given = posts + trial.programmes
    going = trial.wages + trial.business
    rest = np.maximum(counted - given, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(going > 0.0, rest / np.where(going > 0.0, going, 1.0), 1.0)
    scale[chosen] = np.clip(ratio, p.scale_low, p.scale_high)[chosen]
    earned = scale * going
    support = np.maximum(rest - earned, 0.0)
    counted = earned + given + support
    assessed = rules.assessed(counted / members, names)
    benefit = rules.due(assessed, members)

    uncounted = p.uncounted_mean * draws.lognormals("uncounted", names, p.uncounted_spread) * members
    known = trial.post_pay - posts + trial.transfers
    hidden = np.maximum(uncounted - known, 0.0)
    total = counted + MONTHS * benefit + known + hidden
    lifted = draws.uniforms("lifted", names) < p.lifted_share
    margin = 1.0 - p.lifted_margin * np.log(draws.uniforms("margin", names))
    verified = verified_income(rules, members, trial)
    lifted |= total < verified
    short = (total < rules.monitoring_line * members) & lifted
    hidden = np.where(short, hidden + rules.monitoring_line * margin * members - total, hidden)
    hidden += np.maximum(verified - (counted + MONTHS * benefit + known + hidden), 0.0)

    households["family_support"][chosen] = (support / MONTHS)[chosen]
    households["uncounted_income"][chosen] = (hidden / MONTHS)[chosen]
    register["dibao"][chosen] = 1
    register["assessed"][chosen] = assessed[chosen]
    register["benefit"][chosen] = benefit[chosen]
    income[chosen] = (counted + MONTHS * benefit + known + hidden)[chosen]


def verified_income(rules: DibaoRules, members: np.ndarray, trial: TrialYear) -> np.ndarray:
    """What a listed household had at least when 2020 ended, yuan a year.

    That nobody stood below the poverty line, ordinary rigid spending paid, was verified household by household.
    """
    return VERIFIED_MARGIN * rules.poverty_line * members + trial.rigid


def _settle_others(tables, draws, p, trial, rules, chosen, scale, income) -> None:
    """All others: a target income per head, and a mean of general households that gives the county its mean."""
    households = tables["households"]
    names, segment = households["identity"], households["segment"]
    members = households["members"].astype(float)
    others, general = segment == Segment.REGISTERED_OTHER, segment == Segment.GENERAL
    drawn = draws.lognormals("income", names, np.where(general, p.general_spread, p.other_registered_spread))
    above_line = 1.0 + p.marginal_above * draws.uniforms("marginal", names)

    persons = households["weight"] * members
    given = trial.post_pay + trial.transfers + trial.programmes
    going = trial.wages + trial.business

    def scaled_to(wanted):
        """Scale, support and income that come nearest to a wanted income per head."""
        rest = np.maximum(wanted * members * (1.0 - p.support_share[segment]) - given, 0.0)
        ratio = np.where(going > 0.0, rest / np.where(going > 0.0, going, 1.0), 1.0)
        factor = np.clip(ratio, p.scale_low, p.scale_high)
        left = np.maximum(wanted * members - given - factor * going, 0.0)
        return factor, left, factor * going + left + given

    # Two means are sought: what other registered households have above their floor, so that the registered stand to the county
    # as published, and the mean of general households, so that the county has its own. A step is the gap that is left, shared
    # among those whom the mean moves; nearly all of them achieve what they want, so a few steps do.
    registered = households["registered"] == 1
    goal_registered = p.income_ratio * p.rural_income * persons[registered].sum()
    goal = p.rural_income * persons.sum()
    above, mean = p.income_ratio * p.rural_income - p.other_registered_floor, p.rural_income
    for _ in range(MEAN_STEPS):
        wanted = rules.monitoring_line * above_line
        wanted[others] = p.other_registered_floor + above * drawn[others]
        wanted[general] = np.maximum(p.general_floor, mean * drawn[general])
        wanted[others] = np.maximum(wanted, verified_income(rules, members, trial) / members)[others]
        factor, left, achieved = scaled_to(wanted)
        total = households["weight"] * np.where(chosen, achieved, income)
        above = max(above + (goal_registered - total[registered].sum()) / persons[others].sum(), 0.0)
        mean += (goal - total.sum()) / persons[general & (wanted > p.general_floor)].sum()
    scale[chosen] = factor[chosen]
    # Where hands are at home, what is more than relatives usually give is, for the most part, their own odd jobs and small trade.
    beyond = np.maximum(left - p.support_share[segment] * wanted * members, 0.0)
    own = np.where(households["farm_labour_founded"] > 0.0, p.own_work_share * beyond, 0.0)
    support = left - own
    households["own_work"][chosen] = (own / MONTHS / trial.local_pay / (1.0 - trial.absence))[chosen]
    households["family_support"][chosen] = (p.support_counted * support / MONTHS)[chosen]
    households["uncounted_income"][chosen] = ((1.0 - p.support_counted) * support / MONTHS)[chosen]
    income[chosen] = achieved[chosen]
