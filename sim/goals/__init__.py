"""Goals and indicators: one function and one record for each goal."""

# The order of these imports is the order of the scoreboard.
from sim.goals import income_growth, no_relapse, zeroing, coverage, services, enclaves, village_economy, production, fiscal  # noqa: F401, I001
from sim.goals.exit import EXIT_INDICATORS, exit_series
from sim.goals.goal import EXIT_GOALS, GOALS, Goal, GoalOutcome, GoalInputs
from sim.goals.indicators import COUNTY_ONLY, INDICATORS, Indicator
from sim.goals.looking_back import goals_of, indicators_of, outcomes
from sim.goals.measure import Measure
from sim.goals.plans import Plan, declare_as_at_home
from sim.goals.plans import home as home_plan

__all__ = [
    "COUNTY_ONLY", "EXIT_GOALS", "EXIT_INDICATORS", "GOALS", "INDICATORS", "Goal", "GoalOutcome", "Indicator", "GoalInputs", "Measure", "Plan",
    "exit_series", "goals_of", "home_plan", "indicators_of", "outcomes",
]  # fmt: skip

declare_as_at_home()
