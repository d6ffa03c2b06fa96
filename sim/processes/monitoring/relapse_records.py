"""Relapse as the administration has it on file (R1): only whom it has looked at can be on it."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens


@compiled
def can_be_polished(register, line, p):
    """Whether accounts are so near to the line that they can be written up to it; a broken house is seen by everybody."""
    return register.broken == 0 and register.verified_income >= (1.0 - p.reach) * line


@process(
    sees="records",
    reads="households.members households.identity households.township register.case_row register.seen register.verified_income "
    "register.broken environment.poverty_line townships.pressure",
    writes="register.reported_below register.polished",
    draws="polished@year",
)
def relapse_records(county, p, draws, books):
    """Monitored households with verified income below the line, or a broken guarantee, are on file as fallen, unless left out."""
    line = county.environment[0].poverty_line
    for row in range(len(county.register)):
        register, household = county.register[row], county.households[row]
        fresh = register.seen >= county.month - p.fresh_months
        followed = register.case_row >= 0 and fresh and household.members > 0
        register.reported_below = 1 if followed and (register.verified_income < line or register.broken == 1) else 0
        register.polished = 0
        pressure = county.townships[household.township].pressure
        if pressure > 0.0 and register.reported_below == 1 and can_be_polished(register, line, p):
            # One random draw a year: as pressure grows towards December, more and more are left out, and none comes back.
            if happens(draws.polished, household.identity, pressure):
                register.reported_below = 0
                register.polished = 1
