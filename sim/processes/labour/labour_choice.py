"""Where people wish to work, and who finds the work wished for."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import affordable, leave_unpaid, transfer
from sim.core.process import process
from sim.core.random_draws import happens, uniform
from sim.world.codes import NONE, DependenceSign, Destination, LabourRule, Network
from sim.world.labour_market import attraction, market_of
from sim.world.persons import can_work


@compiled
def farm_share(market, farm_trend, response):
    """The share of labour that the farm draws at today's pay."""
    farm = attraction(market, Destination.FARM, farm_trend, response)
    outside = attraction(market, Destination.OUTSIDE, farm_trend, response)
    return farm / (farm + outside + attraction(market, Destination.LOCAL_FIRM, farm_trend, response))


@compiled
def kind_of_job(u, market, farm_trend, p):
    """Outside or a local firm, drawn by attraction."""
    outside = attraction(market, Destination.OUTSIDE, farm_trend, p.pay_response)
    local = attraction(market, Destination.LOCAL_FIRM, farm_trend, p.pay_response)
    return Destination.OUTSIDE if u * (outside + local) < outside else Destination.LOCAL_FIRM


@compiled
def first_choice(u, v, market, farm_trend, p):
    """Whoever has just left school is drawn by what draws everybody."""
    if u < farm_share(market, farm_trend, p.pay_response):
        return Destination.FARM
    return kind_of_job(v, market, farm_trend, p)


@compiled
def move_as_observed(u, current, p):
    """A destination drawn from the shares observed among people who were where this person is."""
    chances = (
        p.from_outside if current == Destination.OUTSIDE else p.from_local if current == Destination.LOCAL_FIRM else p.from_farm
    )
    if u < chances[0]:
        return Destination.OUTSIDE
    if u < chances[0] + chances[1]:
        return Destination.LOCAL_FIRM
    return Destination.FARM


@compiled
def leave_employer(person, enterprises):
    """A village enterprise loses a worker."""
    if person.enterprise >= 0:
        enterprises[person.enterprise].registered -= 1
        person.enterprise = NONE


@compiled
def wish(person, destination, enterprises):
    """Turn to a destination: the farm takes everybody at once, a job has to be found."""
    if destination == person.preference:
        return
    leave_employer(person, enterprises)
    person.preference = destination
    person.status = Destination.FARM if destination == Destination.FARM else Destination.NONE
    person.displaced = 0
    person.lost_to = NONE


@compiled
def free_job(enterprises, start):
    """The first enterprise from ``start`` on, going round, that wants one more worker; −1 if none does."""
    count = len(enterprises)
    for step in range(count):
        row = start + step
        if row >= count:
            row -= count
        if enterprises[row].alive == 1 and enterprises[row].registered < enterprises[row].desired:
            return row
    return NONE


@compiled
def start_job(person, household, enterprises, p, draws):
    """Start where it was wished for; False if nobody there has room.

    Jobs of village enterprises are for registered persons, while there are any free; a job left behind is free again.
    """
    if person.preference == Destination.LOCAL_FIRM and household.registered == 1:
        if len(enterprises) == 0:
            return False
        start = int(uniform(draws.employer, person.identity) * len(enterprises))
        employer = free_job(enterprises, start)
        if employer < 0:
            return False
        person.enterprise = employer
        enterprises[employer].registered += 1
    person.status = person.preference
    person.displaced = 0
    person.lost_to = NONE
    person.placement = 0.0
    return True


@compiled
def turn_to(person, destination, household, enterprises, p, draws):
    """Turn to a destination. Whoever has a job or a post looks for another before giving it up."""
    if person.status == Destination.PUBLIC_POST:
        person.preference = Destination.PUBLIC_POST if destination == Destination.FARM else destination
        return
    employed = person.status == Destination.OUTSIDE or person.status == Destination.LOCAL_FIRM
    if not employed or destination == Destination.FARM:
        wish(person, destination, enterprises)
    elif destination != person.status:
        before, left = person.preference, person.enterprise
        person.preference = destination
        person.enterprise = NONE
        if start_job(person, household, enterprises, p, draws):
            if left >= 0:
                enterprises[left].registered -= 1
        else:
            person.preference = before
            person.enterprise = left


@compiled
def weigh_pay(person, u, v, market, farm_trend, p):
    """Where somebody who reconsiders turns to: to what has come to pay better, or nowhere new.

    Between farm and job only the net flow moves: nobody gives up the job that a household lives on because somebody else
    prefers the farm.
    """
    now, founded = farm_share(market, farm_trend, p.pay_response), market.shares[Destination.FARM]
    if person.preference == Destination.FARM or person.preference == Destination.PUBLIC_POST:
        if u * founded >= founded - now:
            return NONE
    elif u * (1.0 - founded) < now - founded:
        return Destination.FARM.value
    return kind_of_job(v, market, farm_trend, p)


@compiled
def beats_post(person, destination, market):
    """Whether a destination pays more than the post that somebody holds; without a post, whether or not."""
    if person.status != Destination.PUBLIC_POST or destination == Destination.FARM:
        return True
    return market.pay[destination] * person.productivity > market.pay[Destination.PUBLIC_POST]


@compiled
def reconsider(person, market, farm_trend, p, draws):
    """Where somebody turns to after the Spring Festival, −1 if nowhere new; holders of public-welfare posts reconsider less."""
    u = uniform(draws.destination, person.identity)
    current = Destination.PUBLIC_POST.value if person.status == Destination.PUBLIC_POST else person.preference
    if p.rule == LabourRule.TRANSITIONS:
        return NONE if current == Destination.PUBLIC_POST else move_as_observed(u, current, p)
    chance = p.reconsidering * (1.0 - p.post_lock_in) if current == Destination.PUBLIC_POST else p.reconsidering
    if not happens(draws.reconsiders, person.identity, chance):
        return NONE
    return weigh_pay(person, u, uniform(draws.job, person.identity), market, farm_trend, p)


@process(
    reads="persons.alive persons.capacity persons.stage persons.ill_months persons.identity persons.household "
    "persons.productivity households.segment households.registered "
    "markets.shares markets.pay markets.pay_founded environment.farm_trend enterprises.alive enterprises.desired",
    writes="persons.status persons.preference persons.enterprise persons.displaced persons.lost_to "
    "persons.placement "
    "enterprises.registered",
    draws="reconsiders destination job employer",
)
def labour_choice(county, p, draws, books):
    """After the Spring Festival people decide where to work this year."""
    farm_trend = county.environment[0].farm_trend
    for person in county.persons:
        if can_work(person) and person.preference >= 0:
            household = county.households[person.household]
            market = county.markets[market_of(household.segment, person.capacity)]
            destination = reconsider(person, market, farm_trend, p, draws)
            if destination >= 0 and beats_post(person, destination, market):
                turn_to(person, destination, household, county.enterprises, p, draws)


@compiled
def dependence(register, earned, p):
    """How dibao changes the search for work, by its weight in what work would replace; the sign is a structural switch."""
    if register.dibao == 0 or p.dependence == DependenceSign.NONE:
        return 0.0
    effect = p.welfare_dependence * register.benefit / (register.benefit + earned)
    return effect if p.dependence == DependenceSign.INFORMS else -effect


@compiled
def search_intensity(person, household, register, market, village, p):
    """How hard a person looks for work: less on a post, where dibao would shrink or no team informs, more where help places."""
    intensity = 1.0 + person.placement
    if person.status == Destination.PUBLIC_POST:
        intensity *= 1.0 - p.post_lock_in
    earned = market.pay[person.preference] * person.productivity
    intensity *= 1.0 + dependence(register, earned, p)
    if household.registered == 1:
        intensity *= 1.0 - p.team_information * (1.0 - village.team)
        intensity *= programme_part(programme(person, p), p)
    return intensity


@compiled
def programme_part(effort, p):
    """What a programme of this effort makes of the search of a registered person, relative to the plan as it runs."""
    return 1.0 + p.programme_effect * (effort - 1.0)


@compiled
def programme(person, p):
    """How hard the county supports the kind of work a registered person looks for, relative to the plan as it runs."""
    return p.outside_programme if person.preference == Destination.OUTSIDE else p.local_programme


@compiled
def looks_for_work(person):
    """Whether somebody is without work, or holds a post and would rather have a job."""
    if person.status == Destination.PUBLIC_POST:
        return person.preference == Destination.OUTSIDE or person.preference == Destination.LOCAL_FIRM
    return person.status == Destination.NONE


@compiled
def pass_news(villages, p):
    """What villages remember of neighbours who found work; returns how many that is for each household of the county."""
    found, households = 0.0, 0.0
    for village in villages:
        village.news = village.news * (1.0 - p.news_fades) + village.hired
        village.hired = 0.0
        found += village.news
        households += village.households
    return found / max(households, 1.0)


@compiled
def neighbours_help(village, usual, p):
    """How much more readily work is found where more neighbours than usual have just found it: one on average of the county."""
    if p.network == Network.INERTIA or usual <= 0.0 or village.households == 0:
        return 1.0
    return 1.0 + p.neighbours * (village.news / village.households / usual - 1.0)


@process(
    reads="persons.alive persons.capacity persons.stage persons.ill_months persons.identity persons.household "
    "persons.productivity households.weight households.segment households.registered register.dibao register.benefit "
    "markets.shares markets.pay markets.pay_founded "
    "environment.farm_trend environment.local_demand households.village villages.team villages.households enterprises.alive "
    "enterprises.desired",
    writes="villages.news villages.hired persons.status persons.preference persons.enterprise persons.displaced persons.lost_to "
    "persons.placement "
    "enterprises.registered",
    draws="first_choice first_job found employer",
    pays="job_services: employment | bridging -> outside",
)
def job_search(county, p, draws, books):
    """Who is out of work, or would rather leave a post, looks for the work wished for; who has just left school chooses first."""
    environment = county.environment[0]
    usual = pass_news(county.villages, p)
    for person in county.persons:
        if not looks_for_work(person) or not can_work(person):
            continue
        household = county.households[person.household]
        market = county.markets[market_of(household.segment, person.capacity)]
        if person.preference < 0:
            u, v = uniform(draws.first_choice, person.identity), uniform(draws.first_job, person.identity)
            wish(person, first_choice(u, v, market, environment.farm_trend, p), county.enterprises)
            continue
        if person.preference != Destination.OUTSIDE and person.preference != Destination.LOCAL_FIRM:
            person.status = Destination.FARM
            person.preference = Destination.FARM
            continue
        if not beats_post(person, person.preference, market):
            continue
        village = county.villages[household.village]
        chance = p.job_finding * search_intensity(person, household, county.register[person.household], market, village, p)
        if person.preference == Destination.LOCAL_FIRM:
            chance *= 1.0 + environment.local_demand
        chance *= neighbours_help(village, usual, p)
        if not happens(draws.found, person.identity, min(chance, 1.0)):
            continue
        cost = p.programme_cost * programme(person, p) * household.weight if household.registered == 1 else 0.0
        if cost > 0.0 and not affordable(books.job_services, cost):
            leave_unpaid(books.job_services, cost)
            alone = chance / programme_part(programme(person, p), p) * programme_part(0.0, p)
            if not happens(draws.found, person.identity, min(alone, 1.0)):
                continue  # found with help alone, for which there is no money
            cost = 0.0
        if start_job(person, household, county.enterprises, p, draws):
            village.hired += household.weight
            if cost > 0.0:
                transfer(books.job_services, cost, household.weight)
