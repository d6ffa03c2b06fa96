"""Pressure of assessment: indicators that decide on reward and penalty drift from the truth. Records bend; nothing true does."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process


@compiled
def standing(townships, k):
    """Share of the other townships on whose file fewer have fallen back: 0 for the best, 1 for the worst."""
    better, others = 0, 0
    for each in range(len(townships)):
        if each != k and townships[each].on_file > 0.0:
            others += 1
            if townships[each].recorded * townships[k].on_file < townships[k].recorded * townships[each].on_file:
                better += 1
    return better / max(others, 1)


@process(
    sees="records",
    reads="households.members households.weight households.township households.registered register.reported_below",
    writes="townships.recorded townships.on_file townships.pressure",
)
def assessment(county, p, draws, books):
    """Pressure builds up to December's assessment, most of it where most are on file as fallen back."""
    for township in county.townships:
        township.pressure = 0.0
        township.recorded = 0.0
        township.on_file = 0.0
    if p.gaming <= 0.0:
        return
    for row in range(len(county.households)):
        household = county.households[row]
        if household.registered == 1 and household.members > 0:
            people = household.weight * household.members
            township = county.townships[household.township]
            township.on_file += people
            township.recorded += people * county.register[row].reported_below
    near = (county.calendar + 1) * p.month_share
    for k in range(len(county.townships)):
        part = 1.0 - p.by_standing + p.by_standing * standing(county.townships, k)
        county.townships[k].pressure = p.gaming * near * part
