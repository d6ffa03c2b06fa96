"""The lines of the year: poverty, monitoring, dibao."""

from sim.core.compilation import compiled
from sim.core.process import process


@process(writes="environment.poverty_line environment.monitoring_line environment.dibao_line")
@compiled
def lines(county, p, luck, books):
    """The lines in force this month, yuan per person and year."""
    for environment in county.environment:
        environment.poverty_line = p.poverty_line
        environment.monitoring_line = p.monitoring_line
        environment.dibao_line = p.dibao_line * p.dibao_uprating
