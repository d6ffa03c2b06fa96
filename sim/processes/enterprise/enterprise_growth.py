"""New village enterprises, the jobs that industry money adds to them, and what the processing cluster sells."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens, normal
from sim.world.codes import Sector


@compiled
def lacking(county, sector, wanted):
    """How many enterprises of a sector the plan still lacks, for each that is ready to be founded."""
    operating, ready = 0, 0
    for enterprise in county.enterprises:
        if enterprise.sector == sector:
            operating += enterprise.alive
            ready += enterprise.planned
    return max(wanted - operating, 0.0) / max(ready, 1)


@process(
    reads="enterprises.identity enterprises.sector enterprises.jobs_founded",
    writes="enterprises.alive enterprises.planned enterprises.age enterprises.desired",
    draws="opens",
)
@compiled
def enterprise_openings(county, p, draws, books):
    """New enterprises open, the faster the further their number is from the plan's."""
    for sector in range(len(p.targets)):
        chance = min(p.pace * lacking(county, sector, p.targets[sector]), 1.0)
        for enterprise in county.enterprises:
            if enterprise.sector == sector and enterprise.planned == 1 and happens(draws.opens, enterprise.identity, chance):
                enterprise.planned = 0
                enterprise.alive = 1
                enterprise.age = 0
                enterprise.desired = int(enterprise.jobs_founded)


@process(reads="environment.enterprise_money enterprises.alive enterprises.sector", writes="enterprises.jobs_founded")
@compiled
def added_jobs(county, p, draws, books):
    """Industry money lets enterprises grow: interest subsidies and equipment, spread in proportion to their jobs."""
    money = county.environment[0].enterprise_money
    total = 0.0
    for enterprise in county.enterprises:
        if enterprise.alive == 1 and enterprise.sector != Sector.ENCLAVE:
            total += enterprise.jobs_founded
    if money <= 0.0 or total <= 0.0:
        return
    factor = 1.0 + money / p.cost_per_job / total
    for enterprise in county.enterprises:
        if enterprise.alive == 1 and enterprise.sector != Sector.ENCLAVE:
            enterprise.jobs_founded *= factor


@process(
    reads="enterprises.identity enterprises.alive enterprises.sector commodities.deviation enterprises.commodity",
    writes="enterprises.revenue",
    draws="growth",
)
@compiled
def cluster_sales(county, p, draws, books):
    """A year of sales of processors and leading firms: growth, chance, and part of what prices did."""
    for enterprise in county.enterprises:
        if enterprise.revenue > 0.0:
            price = county.commodities[enterprise.commodity].deviation
            growth = p.sales_growth + p.sales_spread * normal(draws.growth, enterprise.identity) + p.price_passed_on * price
            enterprise.revenue *= max(1.0 + growth, 0.0)
