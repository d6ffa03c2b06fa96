"""Water works: new supply projects and repaired ones raise the share of households with tap water; pipes decay."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import transfer
from sim.core.process import process
from sim.core.random_draws import happens


@compiled
def mean_share(villages):
    """Share of households with tap water in an average village."""
    total = 0.0
    for village in villages:
        total += village.tap
    return total / max(len(villages), 1)


@compiled
def count_below(villages, share):
    """In how many villages fewer households than this share have tap water."""
    count = 0
    for village in villages:
        if village.tap < share:
            count += 1
    return count


@process(
    writes="villages.tap",
    draws="supplied kept",
    pays="water_projects: emergency -> outside",
)
def water_works(county, p, draws, books):
    """Projects of the month: a new one connects most of a village behind others, a repaired one brings back what had failed."""
    villages = max(len(county.villages), 1)
    usual = min(mean_share(county.villages), p.connected)
    behind = max(count_below(county.villages, usual), 1)
    for v in range(len(county.villages)):
        village = county.villages[v]
        was_behind = village.tap < usual
        village.tap *= 1.0 - p.decay
        if was_behind and happens(draws.supplied, v, min(p.new_projects / behind, 1.0)):
            village.tap = p.connected
            transfer(books.water_projects, p.new_cost, 1.0)
        if happens(draws.kept, v, p.repaired_projects / villages):
            village.tap = min(village.tap + p.restored, 1.0)
            transfer(books.water_projects, p.repair_cost, 1.0)
