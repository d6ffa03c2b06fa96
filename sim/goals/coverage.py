"""What the plan counts: dibao coverage and its errors (C), work (E)."""

from sim.goals.goal import GoalInputs, GoalOutcome, goal, outcome_of_all_years


@goal(
    "C1",
    "脱贫人口兜底率不低于50%",
    "At least half of registered persons on dibao",
    "每年末纳入低保的脱贫人口占比不低于50%。",
    None,
    "share",
    scope="segment",
    watched="dibao_coverage",
)
def dibao_coverage(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year at least half of all registered persons live in households on dibao."""
    shares = inputs.december("dibao_coverage")[1:]
    return outcome_of_all_years(shares - inputs.threshold("dibao_coverage"), float(shares.min()))


@goal("C2_exclusion", "应保未保率不高于上限", "Few of those truly eligible are left out of dibao",
      "每年末收入低于低保标准且无否决性资产的人口中未享受低保者占比不超过上限。", None, "share", scope="segment", watched="dibao_exclusion")  # fmt: skip
def dibao_exclusion(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year at most the threshold share of persons whose countable income is below the dibao line, and whose
    household has no disqualifying means, is without dibao."""
    return _at_most(inputs, "dibao_exclusion", "dibao_exclusion")


@goal("C2_inclusion", "低保错保率不高于上限", "Few on dibao are not eligible",
      "每年末享受低保人口中收入或资产不符合条件者占比不超过上限。", None, "share", scope="segment", watched="dibao_inclusion")  # fmt: skip
def dibao_inclusion(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year at most the threshold share of persons on dibao has a countable income above the line or
    disqualifying means."""
    return _at_most(inputs, "dibao_inclusion", "dibao_inclusion")


def _at_most(inputs: GoalInputs, indicator: str, threshold: str) -> GoalOutcome:
    shares = inputs.december(indicator)[1:]
    return outcome_of_all_years(inputs.threshold(threshold) - shares, float(shares.max()))


@goal("E1", "有就业能力和意愿的脱贫人口全部就业", "All who can and want to work are in work",
      "每年末有劳动能力且在寻找工作或务农务工的脱贫人口中，就业（含务农）占比达到100%。", None, "share", scope="segment", watched="employed_share")  # fmt: skip
def all_in_work(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year all registered persons able to work are in work, the own farm included. Whoever is able counts as
    willing: the model knows nobody who would not."""
    shares = inputs.december("employed_share")[1:]
    return outcome_of_all_years(shares - inputs.threshold("stable_employment"), float(shares.min()))


@goal("E2", "务工意愿者全年务工满六个月", "All who wish paid work have half a year of it",
      "每年末有务工意愿的脱贫劳动力中，当年有工资收入满六个月者占比达到100%。", None, "share", scope="segment", watched="stable_work_share")  # fmt: skip
def half_a_year(inputs: GoalInputs) -> GoalOutcome:
    """In every year all registered persons who are in paid work, or look for it, at its end were paid in six months or more."""
    shares = inputs.december("stable_work_share")[1:]
    return outcome_of_all_years(shares - inputs.threshold("stable_employment"), float(shares.min()))


@goal("E3", "有劳动力的脱贫户无零就业", "No household able to work without work",
      "每年末有劳动力的脱贫户中没有零就业家庭。", None, "households", scope="segment", watched="idle_households")  # fmt: skip
def no_idle_household(inputs: GoalInputs) -> GoalOutcome:
    """At no year's end is there a registered household with somebody able to work in which nobody works."""
    counts = inputs.december("idle_households")[1:]
    return outcome_of_all_years(-counts, float(counts.max()))


def _at_least(inputs: GoalInputs, indicator: str, threshold: str) -> GoalOutcome:
    counts = inputs.december(indicator)[1:]
    return outcome_of_all_years(counts - inputs.threshold(threshold), float(counts.min()))


@goal(
    "E4_outside",
    "外出务工3000人以上",
    "At least 3,000 work outside",
    "每年末脱贫劳动力外出务工人数不低于3000。",
    None,
    "persons",
    scope="segment",
    watched="registered_outside",
)
def outside_jobs(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year at least 3,000 registered persons work outside the county."""
    return _at_least(inputs, "registered_outside", "outside_jobs")


@goal(
    "E4_local",
    "就近就业2000人以上",
    "At least 2,000 work near home",
    "每年末脱贫劳动力就近就业人数不低于2000。",
    None,
    "persons",
    scope="segment",
    watched="registered_local",
)
def local_jobs(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year at least 2,000 registered persons work in local firms."""
    return _at_least(inputs, "registered_local", "local_jobs")


@goal(
    "E4_posts",
    "公益岗位5000人以上",
    "At least 5,000 on public-welfare posts",
    "每年末公益岗位在岗人数不低于5000。",
    None,
    "persons",
    scope="segment",
    watched="posts_filled",
)
def posts(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year at least 5,000 persons of registered or monitored households hold a public-welfare post."""
    return _at_least(inputs, "posts_filled", "posts")
