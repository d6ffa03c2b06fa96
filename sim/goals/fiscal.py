"""The county's own money (B)."""

import numpy as np

from sim.goals.goal import GoalInputs, GoalOutcome, goal, outcome_of_all_years

#: What people are entitled to by right or contract, whatever else the money might do.
ENTITLEMENTS = (
    "dibao", "pension", "premium_assisted", "medical_aid", "supplementary", "top_up_county", "top_up_prefecture", "school_aid",
    "post_pay",
)  # fmt: skip
INDUSTRY = ("industry_assets", "industry_enterprises", "industry_parks", "industry_year_end")


@goal("B1_floor", "每年本级投入不低于2000万元", "At least 20 million of its own in every year",
      "每年本级衔接资金支出不低于2000万元（允许结转误差）。", None, "yuan")  # fmt: skip
def floor_kept(inputs: GoalInputs) -> GoalOutcome:
    """In every year at least 20 million yuan of the county floor is spent; what is left at a year's end within the tolerance for
    carrying over counts as spent."""
    spent = inputs.fund_total("county_floor")
    least = inputs.threshold("county_floor") * (1.0 - inputs.threshold("carried_over"))
    return outcome_of_all_years(spent - least, float(spent.min()))


@goal("B1_industry", "产业投入比例逐年不降", "A share for industry that does not fall",
      "本级与上级衔接资金中用于产业的比例逐年不下降（允许误差）。", None, "share")  # fmt: skip
def industry_share(inputs: GoalInputs) -> GoalOutcome:
    """The share of industry in what the county floor and bridging money pay is in no year below that of the year before, but for the
    tolerance."""
    total = inputs.fund_total("county_floor") + inputs.fund_total("bridging")
    shares = inputs.paid(INDUSTRY) / np.maximum(total, 1.0)
    steps = np.diff(shares, prepend=shares[:1])
    return outcome_of_all_years(steps + inputs.threshold("share_tolerance"), float(shares[-1]))


@goal("B2", "应付尽付", "No entitlement goes unpaid",
      "每年依法依约应付的待遇（低保、养老金、参保资助、医疗救助与补差、教育资助、岗位工资）没有拖欠。", None, "yuan")  # fmt: skip
def entitlements_paid(inputs: GoalInputs) -> GoalOutcome:
    """In no year is anything left unpaid that people are entitled to by right or contract: dibao, pensions, premiums, medical aid and
    top-up, school aid, pay of public-welfare posts."""
    short = inputs.paid(ENTITLEMENTS, of="shortfall")
    return outcome_of_all_years(-short, float(short.max()))
