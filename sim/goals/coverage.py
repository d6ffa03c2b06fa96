"""What the plan counts: dibao coverage (C1) and jobs (E4)."""

from sim.goals.goal import GoalOutcome, Lived, goal, outcome


@goal(
    "C1",
    "脱贫人口兜底率不低于50%",
    "At least half of registered persons on dibao",
    "每年末纳入低保的脱贫人口占比不低于50%。",
    "4.2.3",
    "share",
)
def dibao_coverage(lived: Lived) -> GoalOutcome:
    """At the end of every year at least half of all registered persons live in households on dibao."""
    shares = lived.december("dibao_coverage")[1:]
    return outcome(shares - lived.threshold("dibao_coverage"), float(shares.min()))


def _at_least(lived: Lived, indicator: str, threshold: str) -> GoalOutcome:
    counts = lived.december(indicator)[1:]
    return outcome(counts - lived.threshold(threshold), float(counts.min()))


@goal(
    "E4_outside",
    "外出务工3000人以上",
    "At least 3 000 work outside",
    "每年末脱贫劳动力外出务工人数不低于3000。",
    "4.2.1",
    "persons",
)
def outside_jobs(lived: Lived) -> GoalOutcome:
    """At the end of every year at least 3 000 registered persons work outside the county."""
    return _at_least(lived, "registered_outside", "outside_jobs")


@goal(
    "E4_local",
    "就近就业2000人以上",
    "At least 2 000 work near home",
    "每年末脱贫劳动力就近就业人数不低于2000。",
    "4.2.1",
    "persons",
)
def local_jobs(lived: Lived) -> GoalOutcome:
    """At the end of every year at least 2 000 registered persons work in local firms."""
    return _at_least(lived, "registered_local", "local_jobs")


@goal(
    "E4_posts",
    "公益岗位5000人以上",
    "At least 5 000 on public-welfare posts",
    "每年末公益岗位在岗人数不低于5000。",
    "4.2.1",
    "persons",
)
def posts(lived: Lived) -> GoalOutcome:
    """At the end of every year at least 5 000 registered persons hold a public-welfare post."""
    return _at_least(lived, "posts_filled", "posts")
