"""Village enterprises: they sell at the season's prices, plan by what they earn, hire and lay off, fail and are succeeded."""

import math

from sim.core.compiled.compilation import compiled
from sim.core.ledger import settle_enterprise
from sim.core.process import process
from sim.core.random_draws import happens, uniform
from sim.world.codes import NONE, Destination, Event, Linkage, Sector
from sim.world.enterprises import close_firm, grow, open_firm, use_profit, whole_jobs
from sim.world.labour_market import market_of


@compiled
def failure_hazard(age, p):
    """Background chance of failure in a month: a base, and a peak about the third year."""
    distance = (age - p.peak_age) / p.peak_width
    return p.base_failure + p.peak_failure * math.exp(-distance * distance / (1.0 + 1.0))


@compiled
def sell(enterprise, ordinary, price, p, books):
    """A month's sales, what they used up and their tax; returns what is left for wages, rent and profit, yuan.

    Where materials do not follow the price, the margin follows it more than sales do.
    """
    change = enterprise.exposure * (price - 1.0)
    value_added = ordinary * (1.0 + p.price_exposure * change)
    sales = ordinary * (1.0 + enterprise.materials) * (1.0 + p.price_in_sales[enterprise.sector] * change)
    inputs = max(sales - value_added, 0.0)
    tax = p.tax[enterprise.sector] * max(sales - inputs, 0.0)
    settle_enterprise(enterprise, books.enterprise_sales, sales, True)
    settle_enterprise(enterprise, books.materials, inputs, False)
    settle_enterprise(enterprise, books.enterprise_tax, tax, False)
    enterprise.sales += sales
    enterprise.sales_year += sales
    enterprise.inputs += inputs
    enterprise.tax += tax
    return sales - inputs - tax


@compiled
def trade(enterprise, rent, price, p, books):
    """What last month's workers made, with what the firm rents, is sold; owners draw what exceeds a reserve."""
    ordinary = enterprise.margin * enterprise.fortune * enterprise.wage_bill + rent
    left = sell(enterprise, ordinary, price, p, books) if ordinary > 0.0 else 0.0
    if enterprise.wage_bill > 0.0:
        profit = left - rent - enterprise.wage_bill
        enterprise.expected += p.learning * (profit / enterprise.wage_bill - enterprise.expected)
    if enterprise.cash < 0.0:
        use_profit(enterprise, books.overdraft_interest, -p.overdraft_interest * enterprise.cash)
    reserve = p.reserve_months * ordinary
    invest(enterprise, reserve, p, books)
    if enterprise.cash > reserve:
        use_profit(enterprise, books.owners, enterprise.cash - reserve)


@compiled
def invest(enterprise, reserve, p, books):
    """Part of what is expected above an ordinary profit is invested as far as the reserve allows; below it, capital wears out."""
    amount = p.ploughed_back * (enterprise.expected - enterprise.usual) * enterprise.wage_bill
    if amount > 0.0:
        amount = min(amount, max(enterprise.cash - reserve, 0.0))
        use_profit(enterprise, books.firm_investment, amount)
    if enterprise.capital > 0.0:
        grow(enterprise, max(1.0 + amount / enterprise.capital, 0.0))


@compiled
def plan_jobs(enterprise, p, draws):
    """Jobs wanted at the profit expected, reached step by step; places that registered workers leave open go to others."""
    scale = math.exp(p.profit_response * (enterprise.expected - enterprise.usual))
    open_places = max(enterprise.desired - enterprise.registered, 0)
    others = enterprise.staff_founded * scale + p.open_to_others * open_places
    enterprise.staff += p.adjustment * (others - enterprise.staff)
    gap = enterprise.jobs_founded * scale - enterprise.desired
    keeps = enterprise.linkage == Linkage.JOBS and gap < 0.0 and enterprise.staff > 0.0
    if abs(gap) >= 1.0 and not keeps:
        enterprise.desired = max(0, enterprise.desired + whole_jobs(enterprise, p.adjustment * gap, draws.rounding))


@compiled
def fails(enterprise, p, draws):
    """Whether the enterprise gives up: overdrawn too long, or for reasons of its own, likelier where it is small or earns little.

    Enclave projects give up by the rules of their pipeline, unless overdrawn.
    """
    limit = p.overdraft_months * enterprise.wage_bill
    enterprise.overdrawn = enterprise.overdrawn + 1 if enterprise.cash < -limit else 0
    if enterprise.overdrawn >= p.patience_months:
        return True
    loss = math.exp(p.loss_response * (enterprise.usual - enterprise.expected))
    size = max((enterprise.registered + enterprise.staff) / p.small_size, 1.0)
    hazard = failure_hazard(enterprise.age, p) * p.failure_intensity * loss * size**-p.size_protection
    return enterprise.sector != Sector.ENCLAVE and happens(draws.failure, enterprise.identity, min(hazard, 1.0))


@compiled
def is_taken_over(enterprise, p, draws):
    """Whether somebody else takes the place, the sheds and the hands, the sooner the better the line pays there."""
    return happens(draws.successor, enterprise.identity, min(p.succession * enterprise.prospect, 1.0))


@process(
    reads="enterprises.alive enterprises.sector enterprises.margin enterprises.materials enterprises.fortune enterprises.usual "
    "enterprises.exposure enterprises.commodity commodities.price",
    writes="enterprises.wages enterprises.wage_bill enterprises.cash enterprises.inflow enterprises.outflow enterprises.sales "
    "enterprises.sales_year enterprises.inputs enterprises.rent enterprises.tax enterprises.used enterprises.expected "
    "enterprises.capital enterprises.jobs_founded enterprises.staff_founded enterprises.grows",
    pays="enterprise_sales: outside -> enterprises; materials: enterprises -> outside; enterprise_tax: enterprises -> outside; "
    "overdraft_interest: enterprises -> outside; firm_investment: enterprises -> outside; owners: enterprises -> outside",
)
def enterprise_trade(county, p, draws, books):
    """Enterprises sell what their workers made last month, and use what they earn."""
    for enterprise in county.enterprises:
        rent = enterprise.rent
        enterprise.wage_bill = enterprise.wages
        enterprise.wages = 0.0
        enterprise.rent = 0.0
        if enterprise.alive == 1:
            trade(enterprise, rent, county.commodities[enterprise.commodity].price, p, books)


@process(
    reads="enterprises.sector enterprises.identity enterprises.jobs_founded enterprises.staff_founded "
    "enterprises.usual enterprises.prospect enterprises.linkage enterprises.wage_bill enterprises.registered "
    "environment.staff environment.staff_founded environment.local_founded environment.enclave_jobs "
    "environment.project_jobs",
    writes="enterprises.alive enterprises.planned enterprises.age enterprises.desired enterprises.staff enterprises.expected "
    "enterprises.cash enterprises.inflow enterprises.outflow enterprises.overdrawn enterprises.used environment.staff_change "
    "environment.local_demand",
    draws="failure rounding successor",
    pays="owners_at_closing: enterprises -> outside; written_off: outside -> enterprises",
)
def enterprises(county, p, draws, books):
    """Enterprises plan their jobs, and some fail or are succeeded."""
    staff = 0.0
    for enterprise in county.enterprises:
        enclave = enterprise.sector == Sector.ENCLAVE
        if enterprise.alive == 1:
            enterprise.age += 1
            if not enclave:  # projects hire as they are built up
                plan_jobs(enterprise, p, draws)
            if fails(enterprise, p, draws):
                close_firm(enterprise, books.owners_at_closing, books.written_off)
        elif enterprise.planned == 0 and not enclave and is_taken_over(enterprise, p, draws):
            open_firm(enterprise, draws.rounding)
        staff += 0.0 if enclave else enterprise.staff
    environment = county.environment[0]
    environment.staff_change = staff - environment.staff
    more = staff - environment.staff_founded + environment.enclave_jobs + environment.project_jobs
    environment.local_demand = more / environment.local_founded if environment.local_founded > 0.0 else 0.0


@compiled
def lay_off(person, event):
    """Out of work through no fault of one's own."""
    person.status = Destination.NONE
    person.preference = Destination.LOCAL_FIRM
    person.enterprise = NONE
    person.displaced = 1
    person.lost_to = event


@process(
    reads="persons.identity persons.alive persons.registered enterprises.alive enterprises.desired environment.staff_change "
    "environment.other_local",
    writes="persons.status persons.preference persons.enterprise persons.displaced persons.lost_to "
    "enterprises.registered enterprises.unasked",
    draws="laid_off",
)
def lay_offs(county, p, draws, books):
    """Workers of enterprises that failed, or that want fewer hands, lose their jobs: exactly as many as are too many.

    Of the others, who are not followed from firm to firm, as large a share as all firms together want fewer.
    """
    environment = county.environment[0]
    fewer = max(-environment.staff_change, 0.0) / max(environment.other_local, 1.0)
    for employer in county.enterprises:
        employer.unasked = employer.registered
    for person in county.persons:
        if person.enterprise < 0:
            if fewer > 0.0 and person.status == Destination.LOCAL_FIRM and person.alive == 1 and person.registered == 0:
                if happens(draws.laid_off, person.identity, min(fewer, 1.0)):
                    lay_off(person, NONE)
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


@process(
    reads="persons.alive persons.status persons.enterprise persons.capacity persons.ill_months persons.productivity "
    "persons.household households.segment households.weight markets.pay enterprises.alive enterprises.sector",
    writes="enterprises.staff enterprises.wages enterprises.cash enterprises.inflow enterprises.outflow environment.staff "
    "environment.other_local environment.other_pay",
    pays="wages_staff: enterprises -> outside",
)
def staff_wages(county, p, draws, books):
    """Enterprises bear the wages of workers who are not registered, which those had with all local pay; there are no more."""
    workers, pay, wanted = 0.0, 0.0, 0.0
    for person in county.persons:
        if person.status != Destination.LOCAL_FIRM or person.enterprise >= 0 or person.alive == 0 or person.ill_months > 0:
            continue
        household = county.households[person.household]
        market = county.markets[market_of(household.segment, person.capacity)]
        workers += household.weight
        pay += household.weight * market.pay[Destination.LOCAL_FIRM] * person.productivity
    for enterprise in county.enterprises:
        wanted += enterprise.staff if enterprise.sector != Sector.ENCLAVE else 0.0
    there = min(workers / wanted, 1.0) if wanted > 0.0 else 0.0
    for enterprise in county.enterprises:
        if enterprise.alive == 0 or enterprise.staff <= 0.0 or workers <= 0.0:
            continue
        if enterprise.sector != Sector.ENCLAVE:
            enterprise.staff *= there
        wages = enterprise.staff * pay / workers
        settle_enterprise(enterprise, books.wages_staff, wages, False)
        enterprise.wages += wages
    # What they do not find they cannot lay off: next month's plan is compared with those who work there now.
    county.environment[0].staff = wanted * there
    county.environment[0].other_local = workers
    county.environment[0].other_pay = pay / workers if workers > 0.0 else 0.0
