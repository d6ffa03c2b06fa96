"""Village enterprises: they sell at the season's prices, hire and lay off, fail and are succeeded by others."""

import math

from sim.core.compiled.compilation import compiled
from sim.core.ledger import settle_enterprise
from sim.core.process import process
from sim.core.random_draws import happens, uniform
from sim.world.codes import NONE, Destination, Event, Sector


@compiled
def failure_hazard(age, p):
    """Background chance of failure in a month: a base, and a peak about the third year."""
    distance = (age - p.peak_age) / p.peak_width
    return p.base_failure + p.peak_failure * math.exp(-distance * distance / (1.0 + 1.0))


@compiled
def trade(enterprise, price, p, books):
    """A month's sales less materials; the owners draw what exceeds a reserve. Wages are paid where earnings are."""
    enterprise.wage_bill = enterprise.wages
    enterprise.wages = 0.0
    ordinary = enterprise.margin * enterprise.wage_bill
    sales = ordinary * (1.0 + p.price_exposure * enterprise.exposure * (price - 1.0))
    if sales > 0.0:
        settle_enterprise(enterprise, books.enterprise_sales, sales, True)
    elif sales < 0.0:
        settle_enterprise(enterprise, books.enterprise_losses, -sales, False)
    reserve = p.reserve_months * ordinary
    if enterprise.cash > reserve:
        settle_enterprise(enterprise, books.owners, enterprise.cash - reserve, False)


@compiled
def plan_jobs(enterprise, price, p, draws):
    """Jobs wanted at this price, reached step by step; nobody is hired or laid off for less than a whole job."""
    wanted = enterprise.jobs_founded * math.exp(p.price_response * enterprise.exposure * math.log(max(price, p.lowest_price)))
    if abs(wanted - enterprise.desired) < 1.0:
        return
    step = p.adjustment * (wanted - enterprise.desired)
    whole = math.floor(step)
    if happens(draws.rounding, enterprise.identity, step - whole):
        whole += 1.0
    enterprise.desired = max(0, enterprise.desired + int(whole))


@compiled
def fails(enterprise, p, draws):
    """Whether the enterprise gives up: overdrawn too long, or for reasons of its own."""
    limit = p.overdraft_months * enterprise.wage_bill
    enterprise.overdrawn = enterprise.overdrawn + 1 if enterprise.cash < -limit else 0
    hazard = failure_hazard(enterprise.age, p) * p.failure_intensity
    return enterprise.overdrawn >= p.patience_months or happens(draws.failure, enterprise.identity, min(hazard, 1.0))


@compiled
def close(enterprise, month, books):
    """The end: what is left goes to the owners, what is owed is written off by the lenders outside."""
    if enterprise.cash > 0.0:
        settle_enterprise(enterprise, books.owners_at_closing, enterprise.cash, False)
    elif enterprise.cash < 0.0:
        settle_enterprise(enterprise, books.written_off, -enterprise.cash, True)
    enterprise.alive = 0
    enterprise.desired = 0
    enterprise.overdrawn = 0


@compiled
def succeed(enterprise, p, draws):
    """Somebody else takes the place and the sheds."""
    if happens(draws.successor, enterprise.identity, p.succession):
        enterprise.alive = 1
        enterprise.age = 0
        enterprise.desired = int(enterprise.jobs_founded)


@process(
    reads="enterprises.alive enterprises.margin enterprises.exposure enterprises.commodity commodities.price",
    writes="enterprises.wages enterprises.wage_bill enterprises.cash enterprises.inflow enterprises.outflow",
    pays="enterprise_sales: outside -> enterprises; enterprise_losses: enterprises -> outside; owners: enterprises -> outside",
)
@compiled
def enterprise_trade(county, p, draws, books):
    """Enterprises sell what their workers made."""
    for enterprise in county.enterprises:
        if enterprise.alive == 1:
            trade(enterprise, county.commodities[enterprise.commodity].price, p, books)


@process(
    reads="enterprises.planned enterprises.sector enterprises.exposure enterprises.identity enterprises.jobs_founded "
    "enterprises.wage_bill enterprises.registered enterprises.commodity commodities.price",
    writes="enterprises.alive enterprises.age enterprises.desired enterprises.cash enterprises.inflow enterprises.outflow "
    "enterprises.overdrawn",
    draws="failure rounding successor",
    pays="owners_at_closing: enterprises -> outside; written_off: outside -> enterprises",
)
@compiled
def enterprises(county, p, draws, books):
    """Enterprises plan their jobs, and some fail or are succeeded."""
    for enterprise in county.enterprises:
        if enterprise.alive == 0:
            if enterprise.planned == 0 and enterprise.sector != Sector.ENCLAVE:
                succeed(enterprise, p, draws)
            continue
        enterprise.age += 1
        plan_jobs(enterprise, county.commodities[enterprise.commodity].price, p, draws)
        if fails(enterprise, p, draws):
            close(enterprise, county.month, books)


@compiled
def lay_off(person, event):
    """Out of work through no fault of one's own."""
    person.status = Destination.NONE
    person.preference = Destination.LOCAL_FIRM
    person.enterprise = NONE
    person.displaced = 1
    person.lost_to = event


@process(
    reads="persons.identity enterprises.alive enterprises.desired",
    writes="persons.status persons.preference persons.enterprise persons.displaced persons.lost_to "
    "enterprises.registered enterprises.unasked",
    draws="laid_off",
)
@compiled
def lay_offs(county, p, draws, books):
    """Workers of enterprises that failed, or that want fewer hands, lose their jobs: exactly as many as are too many."""
    for employer in county.enterprises:
        employer.unasked = employer.registered
    for person in county.persons:
        if person.enterprise < 0:
            continue
        row = person.enterprise
        employer = county.enterprises[row]
        excess = employer.registered - employer.desired
        if employer.alive == 0:
            lay_off(person, Event.FIRM_FAILURE + row)
            employer.registered -= 1
        elif excess > 0 and uniform(draws.laid_off, person.identity) * employer.unasked < excess:
            lay_off(person, NONE)
            employer.registered -= 1
        employer.unasked -= 1
