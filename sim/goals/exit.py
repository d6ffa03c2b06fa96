"""After the transition period (X): does what was reached hold when its support ends or thins out?

These goals are no part of the paper, which ends with 2025; they are measured where a scenario's horizon lies beyond it. All
thresholds are choices. Each goal looks at three years, or at as many of them as the scenario runs.
"""

import numpy as np

from sim.core.inputs.parameters import PLAN_MONTHS
from sim.goals.goal import FIRST_YEAR, QUARTER, YEARS_IN_MONTHS, GoalInputs, GoalOutcome, goal, round_margins
from sim.goals.indicators import Indicator
from sim.goals.measure import Measure

YEARS = 3
PLAN_YEARS = PLAN_MONTHS // YEARS_IN_MONTHS
LAST_YEAR = FIRST_YEAR + PLAN_YEARS + YEARS - 1
OPENS = YEARS_IN_MONTHS + PLAN_MONTHS  # the row of January 2026 in a series that begins with January 2020

EXIT_INDICATORS: dict[str, Indicator] = {
    indicator.id: indicator
    for indicator in (
        Indicator("entered_since_2025", {"zh": "2025年后累计实际新返贫户占脱贫户比例（可重复计）", "en": "Entries below since the end of 2025 over registered households, true"}, "share", Measure.ENTERED, Measure.REGISTERED_HOUSEHOLDS, said={"zh": "2026年1月以来新低于标准（口径同R3，同一户可重复计）的脱贫户次，除以月末脱贫户；此前缺失。", "en": "Entries of registered households below, as R3 counts, since January 2026, one household may count again; divided by registered households at the month's end; missing before."}),
    )
}  # fmt: skip


def exit_series(measures: np.ndarray) -> dict[str, np.ndarray]:
    """The indicators of the years after; ``measures``: (months from January 2020, measures) of the county."""
    entered, households = measures[:, Measure.ENTERED], measures[:, Measure.REGISTERED_HOUSEHOLDS]
    since = np.full(len(entered), np.nan)
    since[OPENS:] = np.cumsum(entered[OPENS:]) / households[OPENS:]
    return {"entered_since_2025": since}


def _after(inputs: GoalInputs, margins: np.ndarray, value: float) -> GoalOutcome:
    """An outcome that needs every year after 2025 to have a margin of at least 0; the years before are not assessed."""
    margins = round_margins(margins, value)
    by_year = np.full(inputs.years, np.nan)
    by_year[PLAN_YEARS : PLAN_YEARS + len(margins)] = margins >= 0.0
    worst = float(margins.min())
    return GoalOutcome(worst >= 0.0, worst, value, by_year)


def _yearly(inputs: GoalInputs, indicator: str) -> np.ndarray:
    """An indicator at the end of each of the three years after 2025, as far as the scenario runs."""
    return inputs.december(indicator)[1 + PLAN_YEARS :][:YEARS]


def _below(inputs: GoalInputs, indicator: str) -> GoalOutcome:
    shares = _yearly(inputs, indicator)
    return _after(inputs, inputs.threshold("relapse_share") - shares, float(shares.max()))


@goal("X1", "退出后三年返贫率不超过2%", "At most 2 % below in the three years after 2025",
      "2026至2028年每年末返贫率（口径同R3）不超过上限。", None, "share", observed="X1_observed", deadline=LAST_YEAR,
      watched="relapse_rate", after=True)  # fmt: skip
def relapse_after(inputs: GoalInputs) -> GoalOutcome:
    """At the end of 2026, 2027 and 2028 at most the threshold share of registered persons is below the poverty line, as R3 counts."""
    return _below(inputs, "relapse_rate")


@goal("X1_observed", "退出后三年返贫率不超过2%（台账口径）", "The same, on file",
      "2026至2028年每年末台账返贫率不超过上限。", None, "share", deadline=LAST_YEAR, watched="relapse_recorded", after=True)  # fmt: skip
def relapse_after_observed(inputs: GoalInputs) -> GoalOutcome:
    """At the end of 2026, 2027 and 2028 at most the threshold share of registered persons is on file as fallen below the line."""
    return _below(inputs, "relapse_recorded")


@goal("X2", "退出后新返贫不多于过渡期末三年", "No more households fall in the three years after 2025 than in the three before",
      "2026至2028年每年新返贫户数不超过2023至2025年年均数的规定倍数。", None, "ratio", deadline=LAST_YEAR, watched="entered_year",
      after=True)  # fmt: skip
def entries_after(inputs: GoalInputs) -> GoalOutcome:
    """In each of the years 2026, 2027 and 2028 at most the threshold multiple of registered households falls below the line of what
    fell in an average year from 2023 to 2025. Who falls twice counts twice."""
    entered = inputs.yearly(Measure.ENTERED).sum(axis=1)[1:]
    before = max(float(entered[PLAN_YEARS - YEARS : PLAN_YEARS].mean()), 1.0)
    ratios = entered[PLAN_YEARS : PLAN_YEARS + YEARS] / before
    return _after(inputs, inputs.threshold("exit_entries") - ratios, float(ratios.max()))


@goal("X3", "退出后无集中返贫", "No cluster of relapse in the three years after 2025",
      "2026至2028年没有任何村或乡镇在一个季度内因同一事件集中返贫（口径同L2）。", None, "multiple", deadline=LAST_YEAR, after=True)  # fmt: skip
def no_cluster_after(inputs: GoalInputs) -> GoalOutcome:
    """In no quarter of 2026, 2027 and 2028 is there a cluster of relapse, as L2 counts it."""
    worst = inputs.clusters[PLAN_MONTHS // QUARTER :].reshape(-1, YEARS_IN_MONTHS // QUARTER)[:YEARS].max(axis=1)
    outcome = _after(inputs, 1.0 - worst, float(worst.max()))
    none = round_margins(1.0 - worst, 1.0) > 0.0
    by_year = outcome.by_year
    by_year[PLAN_YEARS : PLAN_YEARS + len(worst)] = none
    return GoalOutcome(bool(none.all()), outcome.margin, outcome.value, by_year)


@goal("X4", "退出后脱贫人口收入不下降", "Registered persons' income does not fall after 2025",
      "2026至2028年每年末脱贫人口人均纯收入不低于上年。", None, "share", deadline=LAST_YEAR, watched="registered_income",
      after=True)  # fmt: skip
def income_after(inputs: GoalInputs) -> GoalOutcome:
    """At the end of 2026, 2027 and 2028 income per registered person over twelve months is not lower, in yuan, than a year before."""
    levels = inputs.december("registered_income")[PLAN_YEARS:][: YEARS + 1]
    growth = levels[1:] / levels[:-1] - 1.0
    return _after(inputs, growth, float(growth.min()))
