"""New village enterprises, the jobs that industry money adds to them, and what the processing cluster sells."""

import math

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens, normal
from sim.world.codes import EntryRule, Industry, Sector
from sim.world.enterprises import grow, open_firm


@compiled
def lacking(county, sector, wanted):
    """How many enterprises of a sector the plan still lacks, for each that is ready to be founded."""
    operating, ready = 0, 0
    for enterprise in county.enterprises:
        if enterprise.sector == sector:
            operating += enterprise.alive
            ready += enterprise.planned
    return max(wanted - operating, 0.0) / max(ready, 1)


@compiled
def look_at_townships(county):
    """What the enterprises of each township expect to earn above an ordinary profit."""
    for township in county.townships:
        township.firms = 0
        township.gain = 0.0
    for enterprise in county.enterprises:
        if enterprise.alive == 1 and enterprise.sector != Sector.ENCLAVE:
            township = county.townships[enterprise.township]
            township.firms += 1
            township.gain += enterprise.expected - enterprise.usual


@compiled
def draw_founders(county, industry, p):
    """How much one line of business draws founders, by what is earned above an ordinary profit in it, and in each township."""
    operating, gain = 0, 0.0
    for enterprise in county.enterprises:
        if enterprise.industry == industry and enterprise.alive == 1 and enterprise.sector != Sector.ENCLAVE:
            operating += 1
            gain += enterprise.expected - enterprise.usual
    for enterprise in county.enterprises:
        if enterprise.industry == industry and enterprise.alive == 0:
            township = county.townships[enterprise.township]
            seen = gain / max(operating, 1) + township.gain / max(township.firms, 1)
            enterprise.prospect = math.exp(p.entry_response * seen) if p.entry == EntryRule.PROFIT else 1.0


@process(
    reads="enterprises.identity enterprises.sector enterprises.industry enterprises.township enterprises.usual "
    "enterprises.jobs_founded enterprises.staff_founded",
    writes="enterprises.alive enterprises.planned enterprises.age enterprises.desired enterprises.staff enterprises.expected "
    "enterprises.prospect townships.firms townships.gain",
    draws="opens size",
)
def enterprise_openings(county, p, draws, books):
    """New enterprises open where it pays; the county brings more founders while their number is short of the plan's."""
    look_at_townships(county)
    for industry in range(Industry.PROCESSING + 1):
        draw_founders(county, industry, p)
    by_themselves = p.founders if p.entry == EntryRule.PROFIT else 0.0
    for sector in range(len(p.targets)):
        chance = by_themselves + p.pace * lacking(county, sector, p.targets[sector])
        for enterprise in county.enterprises:
            if enterprise.sector != sector or enterprise.planned == 0:
                continue
            if happens(draws.opens, enterprise.identity, min(chance * enterprise.prospect, 1.0)):
                open_firm(enterprise, draws.size)


@process(
    reads="environment.enterprise_money enterprises.alive enterprises.sector",
    writes="enterprises.capital enterprises.jobs_founded enterprises.staff_founded enterprises.grows",
)
def added_jobs(county, p, draws, books):
    """Industry money lets enterprises grow: interest subsidies and equipment, spread in proportion to their capital."""
    money, total = county.environment[0].enterprise_money, 0.0
    for enterprise in county.enterprises:
        if enterprise.alive == 1 and enterprise.sector != Sector.ENCLAVE:
            total += enterprise.capital
    if money <= 0.0 or total <= 0.0:
        return
    for enterprise in county.enterprises:
        if enterprise.alive == 1 and enterprise.sector != Sector.ENCLAVE:
            grow(enterprise, 1.0 + money / total)


@process(
    reads="enterprises.identity enterprises.alive enterprises.sector",
    writes="enterprises.revenue enterprises.sales_year enterprises.fortune",
    draws="growth",
)
def cluster_sales(county, p, draws, books):
    """The year's sales of processors and leading firms are counted, and every firm's fortune of the next year is drawn."""
    for enterprise in county.enterprises:
        if county.month >= 0 and enterprise.sector <= Sector.LEADING_FIRM:
            enterprise.revenue = enterprise.sales_year
        enterprise.sales_year = 0.0
        spread = p.sales_spread
        enterprise.fortune = math.exp(spread * normal(draws.growth, enterprise.identity) - spread * spread / (1.0 + 1.0))
