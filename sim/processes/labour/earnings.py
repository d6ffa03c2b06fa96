"""Wages: what work pays this month, and to whom."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import hand, pay, pay_from_enterprise, settle
from sim.core.process import process
from sim.world.codes import Cause, Destination, Event, Segment, Stage
from sim.world.households import add_burden, add_event
from sim.world.labour_market import market_of
from sim.world.persons import can_work


@compiled
def post_pay(environment, p):
    """Pay of a public-welfare post: it keeps up with other public payments as far as it is indexed."""
    return p.post_pay * (1.0 + p.post_indexing * (environment.transfer_trend - 1.0))


@compiled
def set_pay(market, environment, outside_factor, local_factor, p):
    """Pay in one market, spread evenly over the year."""
    market.pay[Destination.OUTSIDE] = environment.outside_wage * outside_factor * p.retained * p.outside_paid_share
    market.pay[Destination.LOCAL_FIRM] = environment.local_wage * local_factor * p.local_paid_share
    market.pay[Destination.PUBLIC_POST] = post_pay(environment, p)


@process(reads="environment.outside_wage environment.local_wage environment.transfer_trend", writes="markets.pay")
def going_pay(county, p, draws, books):
    """Pay of each destination for an average person of each market, before any slump."""
    environment = county.environment[0]
    for segment in (Segment.REGISTERED_DIBAO, Segment.REGISTERED_OTHER, Segment.OTHER_DIBAO, Segment.MARGINAL, Segment.GENERAL):
        registered = segment == Segment.REGISTERED_DIBAO or segment == Segment.REGISTERED_OTHER
        outside = p.outside_discount if registered else 1.0
        local = p.local_discount if registered else 1.0
        set_pay(county.markets[market_of(segment, 1.0)], environment, outside, local, p)
        set_pay(county.markets[market_of(segment, 0.0)], environment, outside * p.weak_pay, local * p.weak_pay, p)


@compiled
def bring_home(household, amount):
    """Wages from the outside world; returns what all households of the row got."""
    household.wages += amount
    return hand(household, amount)


@compiled
def lose(household, amount, event):
    """Wages that did not come."""
    add_burden(household, Cause.JOB_LOSS, amount)
    if event >= 0:
        add_event(household, event, amount)


@compiled
def pay_worker(household, enterprise, amount, books):
    """A village enterprise pays one of its workers."""
    pay_from_enterprise(household, enterprise, books.wages_enterprise, amount)
    enterprise.wages += amount * household.weight
    household.wages += amount


@compiled
def pay_post(household, amount, books):
    """Pay of a public-welfare post, as far as there is money."""
    if pay(household, books.post_pay, amount):
        household.wages += amount
        household.post_pay += amount


@compiled
def market_of_person(person, household, markets):
    """The market in which a person works."""
    return markets[market_of(household.segment, person.capacity)]


@process(
    reads="persons.alive persons.status persons.stage persons.ill_months persons.capacity persons.productivity persons.household "
    "persons.enterprise persons.displaced persons.lost_to persons.preference households.segment households.weight markets.pay "
    "environment.slump_depth environment.transfer_trend",
    writes="persons.paid_months households.wages households.post_pay households.burden households.event households.event_loss "
    "households.cash households.received enterprises.cash enterprises.outflow enterprises.wages",
    pays="wages_outside: outside -> households; wages_local: outside -> households; wages_enterprise: enterprises -> households; "
    "post_pay: employment | bridging | county_floor -> households",
)
def earnings(county, p, draws, books):
    """Everybody in work is paid; who lost a job, or is too ill to work, is not."""
    depth = county.environment[0].slump_depth
    outside, migrants, local, employed = 0.0, 0.0, 0.0, 0.0
    if county.calendar == 0:
        for person in county.persons:
            person.paid_months = 0
    for person in county.persons:
        if person.displaced == 1 and person.status == Destination.NONE and person.alive == 1 and person.capacity > 0.0:
            if person.stage == Stage.NOT_IN_SCHOOL and person.preference >= 0:
                household = county.households[person.household]
                missed = market_of_person(person, household, county.markets).pay[person.preference]
                lose(household, missed * person.productivity, person.lost_to)
    for person in county.persons:
        if not Destination.OUTSIDE <= person.status <= Destination.PUBLIC_POST:
            continue
        if person.alive == 0 or person.capacity <= 0.0 or person.ill_months > 0:
            continue
        person.paid_months += 1
        household = county.households[person.household]
        amount = market_of_person(person, household, county.markets).pay[person.status] * person.productivity
        if person.status == Destination.OUTSIDE:
            amount *= p.outside_season[county.calendar]
            outside += bring_home(household, amount * (1.0 - depth))
            migrants += household.weight
            if depth > 0.0:  # a slump takes its part
                lose(household, amount * depth, Event.SLUMP)
        elif person.status == Destination.PUBLIC_POST:
            pay_post(household, post_pay(county.environment[0], p), books)
        elif person.enterprise >= 0:
            pay_worker(household, county.enterprises[person.enterprise], amount, books)
        else:
            local += bring_home(household, amount)
            employed += household.weight
    settle(books.wages_outside, outside, migrants)
    settle(books.wages_local, local, employed)


@compiled
def time_on_farm(status, p):
    """The share of a person's working time that goes to the household's farm."""
    if status == Destination.FARM:
        return 1.0
    if status == Destination.PUBLIC_POST:
        return p.post_on_farm
    return p.idle_on_farm if status == Destination.NONE else 0.0  # nought away from home


@process(
    reads="persons.alive persons.status persons.stage persons.capacity persons.household persons.ill_months",
    writes="households.farm_labour",
)
def farm_hands(county, p, draws, books):
    """Working capacity at home on each farm this month."""
    for household in county.households:
        household.farm_labour = 0.0
    for person in county.persons:
        if person.status >= Destination.PUBLIC_POST and can_work(person):
            county.households[person.household].farm_labour += person.capacity * time_on_farm(person.status, p)
