"""Enclave projects and the townships that bring them in (F)."""

import numpy as np

from sim.goals.goal import GoalInputs, GoalOutcome, goal, outcome_at_end, outcome_in_year
from sim.goals.measure import Measure


def _units(inputs: GoalInputs) -> np.ndarray:
    """Which townships and streets are counted: all, or only those with villages (the switch ``thresholds.enclave_units``)."""
    villages = inputs.townships[-1, :, Measure.VILLAGE_HOUSEHOLDS] > 0.0
    return np.ones_like(villages) if inputs.threshold("enclave_units") == 0.0 else villages


def _landed(inputs: GoalInputs, cumulative: bool) -> tuple[np.ndarray, np.ndarray]:
    """Margins and projects landed by year from 2021; the margin is the lesser of the county's and the hindmost township's."""
    counts = inputs.yearly(Measure.LANDED)[1:]
    if cumulative:
        counts = np.cumsum(counts, axis=0)
    county = counts.sum(axis=1)
    hindmost = counts[:, _units(inputs)].min(axis=1)
    margins = np.minimum(county - inputs.threshold("projects_landed"), hindmost - inputs.threshold("projects_each"))
    return margins, county


@goal("F1_2021", "2021年新落地飞地54个且每个乡镇街2个以上", "54 enclave projects landed in 2021, two in each township",
      "2021年新落地投资5000万元以上飞地项目54个以上，且每个乡镇街2个以上（附件口径）。", None, "projects",
      scope="township", deadline=2021, watched="enclaves_landed")  # fmt: skip
def landed_in_2021(inputs: GoalInputs) -> GoalOutcome:
    """At least 54 enclave projects of 50 million yuan and more land in 2021, and at least two in each township or street, as the
    annex dates it. The margin is the lesser of the county's and the hindmost township's."""
    return outcome_in_year(inputs, 2021, *_landed(inputs, cumulative=False))


@goal("F1", "期内累计落地飞地54个且每个乡镇街2个以上", "54 enclave projects landed by 2025, two in each township",
      "2021年至期末累计新落地飞地项目54个以上，且每个乡镇街2个以上（正文口径）。", None, "projects", scope="township", watched="enclaves_producing")  # fmt: skip
def landed_at_all(inputs: GoalInputs) -> GoalOutcome:
    """The same, summed from 2021 to the end, as the body of the paper may be read."""
    return outcome_at_end(*_landed(inputs, cumulative=True))


@goal("F2_producing", "投产飞地项目达到54个", "54 enclave projects producing",
      "期末正在生产的飞地项目不少于54个。", None, "projects", watched="enclaves_producing")  # fmt: skip
def producing(inputs: GoalInputs) -> GoalOutcome:
    """At the end as many enclave projects produce as were to land: what landing is for."""
    counts = inputs.year_end(Measure.PRODUCING).sum(axis=1)[1:]
    return outcome_at_end(counts - inputs.threshold("projects_landed"), counts)


@goal("F2_jobs", "飞地项目吸纳脱贫劳动力", "Enclave projects employ registered persons",
      "期末飞地项目吸纳脱贫劳动力人数不少于目标。", None, "persons", watched="enclave_registered")  # fmt: skip
def enclave_jobs(inputs: GoalInputs) -> GoalOutcome:
    """At the end enclave projects employ at least the threshold number of registered persons."""
    counts = inputs.year_end(Measure.ENCLAVE_REGISTERED).sum(axis=1)[1:]
    return outcome_at_end(counts - inputs.threshold("enclave_jobs"), counts)


@goal("F3_revenue", "2021年乡镇财政收入增长20%以上", "Township revenue grows by 20 % in 2021",
      "2021年乡镇财政收入合计比上年增长20%以上。", None, "share", deadline=2021, watched="township_revenue")  # fmt: skip
def revenue_growth(inputs: GoalInputs) -> GoalOutcome:
    """The revenue of all townships together is in 2021 at least 20 % above that of 2020."""
    revenue = inputs.year_end(Measure.TOWNSHIP_REVENUE).sum(axis=1)
    growth = revenue[1:] / revenue[:-1] - 1.0
    return outcome_in_year(inputs, 2021, growth - inputs.threshold("township_revenue"), growth)


@goal("F3_self", "自给自足乡镇达到5个", "Five townships pay for themselves",
      "期末当年财政收入不低于支出需要的乡镇不少于5个。", None, "townships", scope="township", watched="self_sufficient_townships")  # fmt: skip
def self_sufficient(inputs: GoalInputs) -> GoalOutcome:
    """In the last year at least five townships have a revenue that covers what they need."""
    counts = inputs.december("self_sufficient_townships")[1:]
    return outcome_at_end(counts - inputs.threshold("self_sufficient"), counts)
