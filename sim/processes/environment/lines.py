"""The lines of the year: poverty, monitoring, dibao."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process


@compiled
def phase_in(line, target, months_left):
    """A line on its way to the year's value, reached in December.

    It is held against the income of twelve months: in March nine of them fell under the line of the year before.
    """
    return target if line == 0.0 else line + (target - line) / months_left


@process(writes="environment.poverty_line environment.monitoring_line environment.dibao_line")
def lines(county, p, draws, books):
    """The lines in force this month, yuan per person and year."""
    for environment in county.environment:
        months_left = p.months_of_year - county.calendar
        environment.poverty_line = phase_in(environment.poverty_line, p.poverty_line, months_left)
        environment.monitoring_line = phase_in(environment.monitoring_line, p.monitoring_line, months_left)
        environment.dibao_line = p.dibao_line * p.dibao_uprating
