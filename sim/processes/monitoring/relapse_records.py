"""Relapse as the administration has it on file (R1): only whom it has looked at can be on it."""

from sim.core.compilation import compiled
from sim.core.process import process


@process(
    sees="records",
    reads="households.members register.case_row register.seen register.verified_income register.broken environment.poverty_line",
    writes="register.reported_below",
)
@compiled
def relapse_records(county, p, luck, books):
    """Monitored households whose verified income is below the line, or whose guarantee is broken, are on file as fallen."""
    line = county.environment[0].poverty_line
    for row in range(len(county.register)):
        register = county.register[row]
        fresh = register.seen >= county.month - p.fresh_months
        followed = register.case_row >= 0 and fresh and county.households[row].members > 0
        register.reported_below = 1 if followed and (register.verified_income < line or register.broken == 1) else 0
