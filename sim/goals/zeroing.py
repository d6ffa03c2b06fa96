"""Dynamic zeroing: whoever is identified is helped (Z1), and no spell lasts (Z2)."""

from sim.goals.goal import GoalInputs, GoalOutcome, goal, outcome_of_all_years
from sim.goals.measure import Measure

QUARTER = 3


def _at_quarter_ends(inputs: GoalInputs, measure: Measure) -> GoalOutcome:
    """A count that has to be zero at every quarter's end."""
    counts = inputs.measures[12 + QUARTER - 1 :: QUARTER, measure]
    by_year = counts.reshape(-1, 4).max(axis=1)
    return outcome_of_all_years(-by_year, float(counts.max()))


@goal(
    "Z1",
    "应帮尽帮：识别后即落实帮扶措施",
    "Every identified household has a measure in place",
    "每季度末，除当月新识别户外，没有已识别而无帮扶措施的户。",
    None,
    "households",
    watched="waiting_cases",
)
def measures_in_place(inputs: GoalInputs) -> GoalOutcome:
    """At every quarter's end no household identified before that month is without a measure in place."""
    return _at_quarter_ends(inputs, Measure.WAITING)


@goal(
    "Z2",
    "应帮尽帮：识别后返贫不超过一个季度",
    "No relapse lasts longer than a quarter once identified",
    "没有监测户在识别后持续低于标准超过一个季度。",
    None,
    "households",
)
def no_lasting_relapse(inputs: GoalInputs) -> GoalOutcome:
    """At no quarter's end is a monitored household below the line for longer than a quarter since it was identified."""
    return _at_quarter_ends(inputs, Measure.LATE)
