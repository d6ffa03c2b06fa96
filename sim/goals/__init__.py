"""What is wanted: one function, one record."""

# The order of these imports is the order of the scoreboard.
from sim.goals import income_growth, no_relapse, zeroing, coverage, services, enclaves, village_economy, fiscal  # noqa: F401, I001
from sim.goals.goal import GOALS, Goal, GoalOutcome, Lived
from sim.goals.indicators import COUNTY_ONLY, INDICATORS, Indicator
from sim.goals.measure import Measure

__all__ = ["COUNTY_ONLY", "GOALS", "INDICATORS", "Goal", "GoalOutcome", "Indicator", "Lived", "Measure"]
