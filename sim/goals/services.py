"""What is promised to patients, students and villages: reimbursement (H), school and water (W)."""

import numpy as np

from sim.goals.goal import GoalInputs, GoalOutcome, goal, outcome_in_year, outcome_of_all_years
from sim.goals.measure import Measure


def _ratio(inputs: GoalInputs, part: Measure, whole: Measure) -> np.ndarray:
    """A year's sum over another, from 2021 on; 1 where there was nothing to pay."""
    above, below = inputs.yearly(part).sum(axis=1)[1:], inputs.yearly(whole).sum(axis=1)[1:]
    return np.where(below > 0.0, above / np.where(below > 0.0, below, 1.0), 1.0)


def _reimbursed(inputs: GoalInputs, part: Measure, whole: Measure, threshold: str) -> GoalOutcome:
    ratios = _ratio(inputs, part, whole)
    return outcome_of_all_years(ratios - inputs.threshold(threshold), float(ratios.min()))


@goal("H1_ordinary", "普通患者住院报销90%", "Nine tenths of ordinary hospital costs reimbursed",
      "每年脱贫人口普通住院费用（按现行口径）报销比例不低于90%。", None, "share", scope="segment", watched="reimbursed_ordinary")  # fmt: skip
def ordinary(inputs: GoalInputs) -> GoalOutcome:
    """In every year all layers together pay at least 90 % of registered patients' ordinary hospital costs, of the costs to which the
    promise relates (lever ``medical_reimbursement.base``)."""
    return _reimbursed(inputs, Measure.REIMBURSED_ORDINARY, Measure.PROMISED_ORDINARY, "reimbursed_ordinary")


@goal("H1_major", "大病患者住院报销95%", "95 % of the costs of major illness reimbursed",
      "每年脱贫人口大病重病住院费用（按现行口径）报销比例不低于95%。", None, "share", scope="segment", watched="reimbursed_major")  # fmt: skip
def major(inputs: GoalInputs) -> GoalOutcome:
    """The same for major illness, with 95 %."""
    return _reimbursed(inputs, Measure.REIMBURSED_MAJOR, Measure.PROMISED_MAJOR, "reimbursed_major")


@goal("H1_bills", "住院总费用实际报销90%", "Nine tenths of whole hospital bills reimbursed",
      "每年脱贫人口住院总费用实际报销比例不低于90%。", None, "share", scope="segment", watched="reimbursed_bills")  # fmt: skip
def whole_bills(inputs: GoalInputs) -> GoalOutcome:
    """In every year all layers together pay at least 90 % of everything on registered patients' hospital bills."""
    return _reimbursed(inputs, Measure.REIMBURSED, Measure.BILLED, "reimbursed_ordinary")


@goal("W_school", "贫困学生零负担", "No poor student's household pays for school",
      "每年末零负担名单上的在校学生家庭均未自付上学费用。", None, "students", scope="segment", watched="burdened_students")  # fmt: skip
def zero_burden(inputs: GoalInputs) -> GoalOutcome:
    """At no year's end is there a student of the zero-burden list, still in school up to secondary level, whose household had to pay
    for the school year."""
    burdened = inputs.year_end(Measure.BURDENED_STUDENTS).sum(axis=1)[1:]
    return outcome_of_all_years(-burdened, float(burdened.max()))


def _tap(inputs: GoalInputs, threshold: str) -> GoalOutcome:
    shares = inputs.december("tap_water")[1:]
    return outcome_in_year(inputs, 2021, shares - inputs.threshold(threshold), shares)


@goal("W_70", "自来水普及率70%以上（正文）", "Tap water at 70 % (body of the paper)",
      "2021年末农村自来水普及率不低于70%。", None, "share", deadline=2021, watched="tap_water")  # fmt: skip
def tap_body(inputs: GoalInputs) -> GoalOutcome:
    """At the end of 2021 at least 70 % of rural households have tap water, as the body of the paper asks."""
    return _tap(inputs, "tap_body")


@goal("W_72", "自来水普及率72%以上（附件）", "Tap water at 72 % (annex)",
      "2021年末农村自来水普及率不低于72%。", None, "share", deadline=2021, watched="tap_water")  # fmt: skip
def tap_annex(inputs: GoalInputs) -> GoalOutcome:
    """At the end of 2021 at least 72 % of rural households have tap water, as the annex asks."""
    return _tap(inputs, "tap_annex")
