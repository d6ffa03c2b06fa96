"""Enterprises of the villages and their cluster (N)."""

import numpy as np

from sim.goals.goal import GoalInputs, GoalOutcome, goal, outcome_in_year
from sim.goals.measure import Measure


def _count(inputs: GoalInputs, measure: Measure, threshold: str) -> GoalOutcome:
    counts = inputs.year_end(measure).sum(axis=1)[1:]
    return outcome_in_year(inputs, 2021, counts - inputs.threshold(threshold), counts)


@goal("N_processors", "农产品加工企业25家且规上4家", "25 processors, four of them above scale",
      "2021年末农产品加工企业达到25家，其中规上企业4家。", None, "enterprises", deadline=2021, watched="processors")  # fmt: skip
def processors(inputs: GoalInputs) -> GoalOutcome:
    """At the end of 2021 at least 25 processors of farm products operate, at least four of them above the statistical threshold of
    scale. The margin is the lesser of the two."""
    counts = inputs.year_end(Measure.PROCESSORS).sum(axis=1)[1:]
    large = inputs.year_end(Measure.ABOVE_SCALE).sum(axis=1)[1:]
    margins = np.minimum(counts - inputs.threshold("processors"), large - inputs.threshold("above_scale"))
    return outcome_in_year(inputs, 2021, margins, counts)


@goal("N_leading", "市级以上龙头企业63家", "63 leading firms",
      "2021年末市级以上龙头企业达到63家。", None, "enterprises", deadline=2021, watched="leading_firms")  # fmt: skip
def leading(inputs: GoalInputs) -> GoalOutcome:
    """At the end of 2021 at least 63 leading firms operate."""
    return _count(inputs, Measure.LEADING_FIRMS, "leading_firms")


@goal("N_coops", "农民合作社1400家", "1,400 cooperatives",
      "2021年末农民合作社达到1400家。", None, "enterprises", deadline=2021, watched="cooperatives")  # fmt: skip
def cooperatives(inputs: GoalInputs) -> GoalOutcome:
    """At the end of 2021 at least 1,400 cooperatives operate."""
    return _count(inputs, Measure.COOPERATIVES, "cooperatives")


@goal("N_farms", "家庭农场1100家", "1,100 family farms",
      "2021年末家庭农场达到1100家。", None, "enterprises", deadline=2021, watched="family_farms")  # fmt: skip
def farms(inputs: GoalInputs) -> GoalOutcome:
    """At the end of 2021 at least 1,100 family farms operate."""
    return _count(inputs, Measure.FAMILY_FARMS, "family_farms")


@goal("N_tight", "10家龙头企业紧密利益联结", "Ten leading firms tightly linked",
      "2021年末与农民建立紧密利益联结机制的龙头企业达到10家。", None, "enterprises", deadline=2021, watched="tight_firms")  # fmt: skip
def tight(inputs: GoalInputs) -> GoalOutcome:
    """At the end of 2021 at least ten leading firms are closely linked to households."""
    return _count(inputs, Measure.TIGHT_FIRMS, "tight_firms")


@goal("N_cluster", "集聚区主营收入40亿元且增长7.5%", "The cluster sells for 4 billion, 7.5 % more than before",
      "2021年末农产品加工集聚区主营业务收入达到40亿元以上且增长7.5%以上。", None, "share", deadline=2021, watched="cluster_revenue")  # fmt: skip
def cluster(inputs: GoalInputs) -> GoalOutcome:
    """In 2021 processors and leading firms sell for at least 4 billion yuan, and at least 7.5 % more than the year before. The margin
    is the lesser of both, relative to what is asked; the value is growth."""
    revenue = inputs.year_end(Measure.CLUSTER_REVENUE).sum(axis=1)
    growth = revenue[1:] / np.maximum(revenue[:-1], 1.0) - 1.0
    level = revenue[1:] / inputs.threshold("cluster_revenue") - 1.0
    return outcome_in_year(inputs, 2021, np.minimum(growth - inputs.threshold("cluster_growth"), level), growth)
