"""Nobody who left poverty falls back (R), and no large-scale relapse (L)."""

from sim.goals.goal import GoalInputs, GoalOutcome, goal, outcome_of_all_years, round_margins

QUARTERS_PER_YEAR = 4


def _below(inputs: GoalInputs, indicator: str, limit: float) -> GoalOutcome:
    """Each year ends with at most ``limit`` of an indicator; the value is the worst year."""
    shares = inputs.december(indicator)[1:]
    return outcome_of_all_years(limit - shares, float(shares.max()))


def _no_cluster(inputs: GoalInputs) -> GoalOutcome:
    """No quarter reached a cluster; the value is how near the worst came (1 is one)."""
    years = len(inputs.clusters) // QUARTERS_PER_YEAR
    worst = inputs.clusters[: years * QUARTERS_PER_YEAR].reshape(years, QUARTERS_PER_YEAR).max(axis=1)
    margins = round_margins(1.0 - worst, 1.0)
    return GoalOutcome(bool((margins > 0.0).all()), float(margins.min()), float(worst.max()), margins > 0.0)


@goal("R3", "不发生规模性返贫（每年返贫率不超过2%且无集中返贫）", "No large-scale relapse: at most 2 % in every year, and no cluster",
      "每年末扣除自付刚性支出后低于贫困线（或住房饮水保障缺失超过三个月）的脱贫人口不超过上限，且没有任何村或乡镇在一个季度内因同一事件集中返贫。",
      None, "share", observed="R3_observed", watched="relapse_rate")  # fmt: skip
def relapse(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year at most the threshold share of registered persons lives in households whose income per head of twelve
    months, less what they had to pay themselves for illness, school and disaster, is below the poverty line, or whose house or
    water has been unsafe for more than three months; and no village or township saw a cluster. Households that were below
    before 2021 began, and have not been out since, are not counted."""
    share, cluster = _below(inputs, "relapse_rate", inputs.threshold("relapse_share")), _no_cluster(inputs)
    years = min(len(share.by_year), len(cluster.by_year))
    met = share.met and cluster.met
    # The margin is in shares of persons; a cluster alone puts it at the distance to none.
    margin = share.margin if cluster.met else min(share.margin, -1e-9 + 0.0 * cluster.margin)
    return GoalOutcome(met, margin, share.value, share.by_year[:years] & cluster.by_year[:years])


@goal(
    "R3_observed",
    "返贫率不超过2%（台账口径）",
    "At most 2 % on file as fallen back",
    "每年末登记为返贫的脱贫人口不超过上限。",
    None,
    "share",
    watched="relapse_recorded",
)
def relapse_observed(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year at most the threshold share of registered persons is on file as fallen below the line."""
    return _below(inputs, "relapse_recorded", inputs.threshold("relapse_share"))


@goal(
    "R1",
    "台账返贫为零",
    "Nobody on file as fallen back at any year's end",
    "每年末登记返贫人口为零。",
    None,
    "share",
    watched="relapse_recorded",
)
def recorded(inputs: GoalInputs) -> GoalOutcome:
    """No registered person is on file as fallen below the line, or without a guarantee, at the end of any year."""
    return _below(inputs, "relapse_recorded", 0.0)


@goal(
    "R2",
    "收入返贫率不超过2%",
    "At most 2 % below by income alone",
    "每年末近十二个月人均收入低于贫困线的脱贫人口不超过上限。",
    None,
    "share",
    watched="relapse_rate_income",
)
def by_income(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year at most the threshold share of registered persons has an income per head below the poverty line."""
    return _below(inputs, "relapse_rate_income", inputs.threshold("relapse_share"))


@goal(
    "R4",
    "持续返贫率不超过2%",
    "At most 2 % below for three months or more",
    "每年末连续三个月以上返贫的脱贫人口不超过上限。",
    None,
    "share",
    watched="relapse_spell",
)
def by_spell(inputs: GoalInputs) -> GoalOutcome:
    """At the end of every year at most the threshold share of registered persons has been below for three months or more."""
    return _below(inputs, "relapse_spell", inputs.threshold("relapse_share"))


@goal(
    "R7",
    "无漏测失帮",
    "No relapse goes unnoticed",
    "每年末没有从未被识别的返贫脱贫人口。",
    None,
    "share",
    watched="relapse_undetected",
)
def undetected(inputs: GoalInputs) -> GoalOutcome:
    """At no year's end does a registered person live below the line in a household that was never identified."""
    return _below(inputs, "relapse_undetected", 0.0)


def _large_scale(percent: float) -> None:
    """Declare L1 at one threshold."""
    text = f"{percent:g}"

    @goal(
        f"L1_{text.replace('.', '_')}",
        f"每年返贫率不超过{text}%",
        f"At most {text} % in every year",
        f"每年末实际返贫率不超过{text}%。",
        None,
        "share",
        watched="relapse_rate",
    )
    def large_scale(inputs: GoalInputs) -> GoalOutcome:
        """At the end of every year the true relapse rate (R3) is at most the share in the name."""
        return _below(inputs, "relapse_rate", percent / 100.0)


for _percent in (0.5, 1.0, 2.0, 3.0):
    _large_scale(_percent)


@goal(
    "L2",
    "无集中返贫",
    "No cluster of relapse",
    "没有任何村或乡镇在一个季度内因同一事件有十户以上且百分之五以上脱贫户返贫。",
    None,
    "multiple",
)
def no_cluster(inputs: GoalInputs) -> GoalOutcome:
    """In no quarter do at least ten and at least five per cent of the registered households of one village or township fall below
    the line through one and the same event: a drought, a price crash, a storm, an epidemic, a slump, a firm's failure."""
    return _no_cluster(inputs)


@goal(
    "Z3",
    "期末实际无人低于标准",
    "Nobody below the line at the end, true",
    "期末没有脱贫人口低于标准。",
    None,
    "share",
    observed="Z3_observed",
    watched="relapse_rate",
)
def nobody_below(inputs: GoalInputs) -> GoalOutcome:
    """At the end of the last year no registered person is below the line net of rigid spending."""
    share = float(inputs.december("relapse_rate")[-1])
    return GoalOutcome(share <= 0.0, -share, share, inputs.december("relapse_rate")[1:] <= 0.0)


@goal(
    "Z3_observed",
    "期末无人低于标准（台账口径）",
    "Nobody below the line at the end, on file",
    "期末台账上没有返贫的脱贫人口。",
    None,
    "share",
    watched="relapse_recorded",
)
def nobody_recorded(inputs: GoalInputs) -> GoalOutcome:
    """At the end of the last year no registered person is on file as fallen below the line."""
    share = float(inputs.december("relapse_recorded")[-1])
    return GoalOutcome(share <= 0.0, -share, share, inputs.december("relapse_recorded")[1:] <= 0.0)
