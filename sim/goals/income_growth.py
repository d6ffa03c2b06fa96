"""Farmers' income grows faster than the province's (G)."""

import numpy as np

from sim.goals.goal import GoalInputs, GoalOutcome, goal, outcome_in_year, outcome_of_all_years


def _annual(levels: np.ndarray) -> np.ndarray:
    """Growth of each year over the one before."""
    return levels[1:] / levels[:-1] - 1.0


def _compound(levels: np.ndarray) -> float:
    """Growth a year from the first level to the last."""
    return float((levels[-1] / levels[0]) ** (1.0 / (len(levels) - 1)) - 1.0)


def _edge(inputs: GoalInputs, income: np.ndarray) -> GoalOutcome:
    """Compound growth beyond the province's, and whether each year's path so far was ahead."""
    province = inputs.december("province_income")
    edge = _compound(income) - _compound(province)
    ahead = income[1:] / income[0] >= province[1:] / province[0]
    return GoalOutcome(edge > 0.0, edge, edge, ahead)


@goal("G2", "五年收入增速高于全省", "Income outgrows the province, 2020 to 2025",
      "2020年至期末农村居民人均可支配收入年均增速高于全省农村居民年均增速。", None, "share", observed="G2_observed", watched="rural_income/province_income")  # fmt: skip
def compound_growth(inputs: GoalInputs) -> GoalOutcome:
    """Rural disposable income per head grows faster from 2020 to the last year, on average a year, than the province's."""
    return _edge(inputs, inputs.december("rural_income"))


@goal("G2_observed", "五年收入增速高于全省（住户调查所见）", "The same, as the household survey shows it",
      "同上，但两端收入均带住户调查抽样误差。", None, "share", watched="rural_income/province_income")  # fmt: skip
def compound_growth_observed(inputs: GoalInputs) -> GoalOutcome:
    """The same growth, as a county survey with its sampling error in every year would show it."""
    income = inputs.december("rural_income")
    return _edge(inputs, income * (1.0 + inputs.threshold("survey_error") * inputs.survey[: len(income)]))


@goal("G1", "每年收入增速均高于全省", "Income outgrows the province every year",
      "2021年起每一年农村居民收入增速均高于全省。", None, "share", watched="rural_income/province_income")  # fmt: skip
def every_year(inputs: GoalInputs) -> GoalOutcome:
    """Rural income per head grows faster than the province's in every single year."""
    margins = _annual(inputs.december("rural_income")) - _annual(inputs.december("province_income"))
    return outcome_of_all_years(margins, float(margins.min()))


@goal("G3", "五年中至少四年高于全省", "Income outgrows the province in all years but one",
      "至多一年农村居民收入增速低于全省。", None, "share", watched="rural_income/province_income")  # fmt: skip
def most_years(inputs: GoalInputs) -> GoalOutcome:
    """Rural income per head grows faster than the province's in all years but at most one."""
    margins = _annual(inputs.december("rural_income")) - _annual(inputs.december("province_income"))
    second = float(np.sort(margins)[min(1, len(margins) - 1)])
    return GoalOutcome(second >= 0.0, second, second, margins >= 0.0)


@goal("G5", "脱贫人口收入增速高于农村平均", "Registered persons' income outgrows the rural average",
      "脱贫人口人均纯收入2020年至期末年均增速高于全县农村居民。", None, "share", watched="registered_income_ratio")  # fmt: skip
def registered_growth(inputs: GoalInputs) -> GoalOutcome:
    """Income per registered person grows faster, on average a year, than that of all rural persons of the county."""
    registered, rural = inputs.december("registered_income"), inputs.december("rural_income")
    edge = _compound(registered) - _compound(rural)
    return GoalOutcome(edge > 0.0, edge, edge, registered[1:] / registered[0] >= rural[1:] / rural[0])


@goal("G7", "2021年收入增速高于全市GDP增速", "Income outgrows the city's GDP in 2021",
      "2021年农村居民人均可支配收入增速高于全市地区生产总值增速。", None, "share", deadline=2021, watched="rural_income_growth")  # fmt: skip
def above_gdp(inputs: GoalInputs) -> GoalOutcome:
    """In 2021 rural income per head grows faster (nominally) than the GDP of the city (at constant prices), as the annex compares
    them."""
    growth = _annual(inputs.december("rural_income"))
    return outcome_in_year(inputs, 2021, growth - inputs.threshold("gdp_growth"), growth)
