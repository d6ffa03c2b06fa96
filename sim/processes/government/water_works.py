"""Water works: new supply projects and repaired ones raise the share of households with tap water; pipes decay."""

from sim.core.ledger import transfer
from sim.core.process import process
from sim.core.random_draws import happens


@process(
    writes="villages.tap",
    draws="supplied kept",
    pays="water_projects: emergency -> outside",
)
def water_works(county, p, draws, books):
    """Projects of the month: a new one connects most of a village, a repaired one brings back what had failed."""
    villages = max(len(county.villages), 1)
    for v in range(len(county.villages)):
        village = county.villages[v]
        village.tap *= 1.0 - p.decay
        if happens(draws.supplied, v, p.new_projects / villages):
            village.tap = max(village.tap, p.connected)
            transfer(books.water_projects, p.new_cost, 1.0)
        if happens(draws.kept, v, p.repaired_projects / villages):
            village.tap = min(village.tap + p.restored, 1.0)
            transfer(books.water_projects, p.repair_cost, 1.0)
