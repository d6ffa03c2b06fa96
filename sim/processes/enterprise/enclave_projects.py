"""Enclave projects: townships look for investors, projects sign, land on reserved land, are built, hire and pay tax."""

import math

from sim.core.compiled.compilation import compiled
from sim.core.ledger import settle_enterprise
from sim.core.process import process
from sim.core.random_draws import descendant, happens, lognormal, uniform
from sim.world.codes import NONE, Industry, Linkage, ProjectStage, Sector
from sim.world.enterprises import close_firm


@compiled
def leads_of(u, mean):
    """How many leads a month brings: the quantile of a Poisson distribution of this mean."""
    count, term = 0, math.exp(-mean)
    below = term
    while u > below and term > 0.0:
        count += 1
        term *= mean / count
        below += term
    return count


@compiled
def open_lead(identity, township, month, p, draws, room):
    """An investor is interested: the size of the project, and what will be true of the promise."""
    place = room.count[0]
    if place >= len(room.rows):
        raise OverflowError("table 'enclaves' is full: a project could not be noted")
    project = room.rows[place]
    project.identity = identity
    project.township = township
    project.stage = ProjectStage.LEAD
    project.since = month
    project.landed = NONE
    project.until = NONE
    project.enterprise = NONE
    # Pareto above the least size that counts, cut off where the largest stand.
    size = math.exp(-math.log(uniform(draws.size, identity)) / p.size_tail)
    project.investment = p.least_investment * min(size, p.largest_multiple)
    project.realised = min(p.realised_share * lognormal(draws.realised, identity, p.realised_spread), 1.0)
    project.jobs = p.jobs * lognormal(draws.jobs, identity, p.jobs_spread)
    project.registered = project.jobs * p.local_share * p.registered_share
    room.count[0] = place + 1


@process(
    reads="townships.effort townships.courting environment.park_money",
    writes="townships.seeking enclaves.identity enclaves.township enclaves.stage enclaves.since enclaves.landed enclaves.until "
    "enclaves.investment enclaves.realised enclaves.jobs enclaves.registered enclaves.enterprise",
    creates="enclaves",
    draws="leads size realised jobs",
)
def enclave_leads(county, p, draws, books):
    """Investors whom the townships interest this month, as far as officials have time; park money and returned tax draw more."""
    drawn = county.environment[0].park_money / p.park_scale + p.incentive_pull * p.incentive
    for k in range(len(county.townships)):
        township = county.townships[k]
        township.seeking = p.effort * township.effort
        mean = p.leads * township.seeking * township.courting * (1.0 + drawn) / len(county.townships)
        for ordinal in range(leads_of(uniform(draws.leads, k), mean)):
            open_lead(descendant(k, county.month, ordinal), k, county.month, p, draws, county.enclaves_room)


@compiled
def land(project, township, environment, month, p):
    """A signed project gets its land, if the quota still has it; otherwise it waits."""
    if environment.land_left < p.land_need:
        return
    environment.land_left -= p.land_need
    project.stage = ProjectStage.LANDED
    project.since = month
    project.landed = month
    township.landed_year += 1


@compiled
def advance(project, township, environment, month, p, draws):
    """One month of a project on its way to production."""
    if project.stage == ProjectStage.LEAD:
        if happens(draws.signs, project.identity, p.signing):
            project.stage = ProjectStage.SIGNED
            project.since = month
        elif happens(draws.lapses, project.identity, p.lead_lapse):
            project.stage = ProjectStage.STALLED
    elif project.stage == ProjectStage.SIGNED:
        if happens(draws.lands, project.identity, min(p.landing * township.sites, 1.0)):
            land(project, township, environment, month, p)
        elif happens(draws.lapses, project.identity, p.signed_lapse):
            project.stage = ProjectStage.STALLED
    elif project.stage == ProjectStage.LANDED:
        if happens(draws.builds, project.identity, p.building):
            project.stage = ProjectStage.BUILDING
            project.since = month
            project.until = month + 1 + int(p.build_months * lognormal(draws.months, project.identity, p.build_spread))
        elif happens(draws.lapses, project.identity, p.landed_lapse):
            project.stage = ProjectStage.STALLED
    elif project.stage == ProjectStage.BUILDING and month >= project.until:
        project.stage = ProjectStage.PRODUCING
        project.since = month
    elif project.stage == ProjectStage.PRODUCING and happens(draws.closes, project.identity, p.closing):
        project.stage = ProjectStage.CLOSED
        project.since = month


@process(
    reads="enclaves.identity enclaves.township townships.sites",
    writes="enclaves.stage enclaves.since enclaves.landed enclaves.until townships.landed_year environment.land_left",
    draws="signs lapses lands builds months closes",
)
def enclave_pipeline(county, p, draws, books):
    """Projects sign, land as far as the land quota goes, are built, produce or give up."""
    environment = county.environment[0]
    for project in county.enclaves:
        if project.stage < ProjectStage.STALLED:
            advance(project, county.townships[project.township], environment, county.month, p, draws)


@process(writes="environment.land_left townships.landed_year")
def land_quota(county, p, draws, books):
    """A new year's quota: the reserved share of the plan for new construction land."""
    county.environment[0].land_left = p.construction_plan * p.land_quota
    for township in county.townships:
        township.landed_year = 0


@compiled
def reached(project, firm, month, p):
    """How much of its size a producing project has reached: step by step, and with the capital that it adds or wears out."""
    built = project.investment * project.realised
    return min((1.0 + month - project.since) / p.ramp_months, 1.0) * (firm.capital / built if built > 0.0 else 1.0)


@compiled
def start_hiring(project, environment, p, room):
    """A project that begins to produce becomes an employer among the village enterprises; its margin earns its tax besides."""
    place = room.count[0]
    if place >= len(room.rows):
        raise OverflowError("table 'enterprises' is full: an enclave project could not be added")
    firm = room.rows[place]
    firm.identity = project.identity
    firm.village = NONE
    firm.township = project.township
    firm.sector = Sector.ENCLAVE
    firm.industry = Industry.PROCESSING
    firm.linkage = Linkage.NONE
    firm.alive = 1
    wages = project.jobs * environment.other_pay
    firm.margin = p.margin + (project.investment * project.realised * p.tax_yield / wages if wages > 0.0 else 0.0)
    firm.materials = p.materials
    firm.fortune = 1.0
    firm.usual = firm.margin - 1.0
    firm.expected = firm.usual
    firm.capital = project.investment * project.realised
    firm.jobs_founded = project.registered
    project.enterprise = place
    room.count[0] = place + 1


@compiled
def pay_tax(project, firm, township, taxed, p, books):
    """A month's tax: the township that brought the project in has its share, and gives part of it back."""
    shared = taxed * p.tax_share
    returned = shared * p.incentive
    settle_enterprise(firm, books.enclave_tax, shared, False)
    settle_enterprise(firm, books.enclave_tax_elsewhere, taxed - shared, False)
    if returned > 0.0:
        settle_enterprise(firm, books.enclave_incentive, returned, True)
    firm.tax += taxed - returned
    township.tax += shared - returned


@compiled
def hire(project, firm, size, key):
    """A project offers the jobs of the size that it has reached.

    A part of a job is a job by chance, the same chance every month: rounding down would do away with two jobs in five.
    """
    firm.staff = max(project.jobs - project.registered, 0.0) * size
    firm.jobs_founded = project.registered * size
    firm.desired = int(firm.jobs_founded + uniform(key, project.identity))


@process(
    reads="enclaves.identity enclaves.township enclaves.investment enclaves.realised enclaves.jobs "
    "enclaves.registered environment.cost_trend environment.other_pay",
    writes="enclaves.enterprise enclaves.stage enclaves.since enterprises.identity enterprises.village enterprises.township "
    "enterprises.sector enterprises.industry enterprises.linkage enterprises.margin enterprises.materials enterprises.fortune "
    "enterprises.usual enterprises.expected enterprises.capital enterprises.jobs_founded enterprises.staff enterprises.desired "
    "enterprises.alive enterprises.cash enterprises.inflow enterprises.outflow enterprises.tax enterprises.used "
    "enterprises.overdrawn environment.enclave_jobs townships.tax",
    creates="enterprises",
    draws="rounding@life",
    pays="enclave_tax: enterprises -> township; enclave_tax_elsewhere: enterprises -> outside; "
    "enclave_incentive: township -> enterprises; project_owners: enterprises -> outside; "
    "project_written_off: outside -> enterprises",
)
def enclave_production(county, p, draws, books):
    """Producing projects hire and pay the tax that returns to their township; what one that has closed leaves is its owners'."""
    environment = county.environment[0]
    environment.enclave_jobs = 0.0
    for township in county.townships:
        township.tax = 0.0
    for project in county.enclaves:
        if project.stage == ProjectStage.CLOSED and project.enterprise >= 0:
            firm = county.enterprises_room.rows[project.enterprise]
            if firm.alive == 1:
                close_firm(firm, books.project_owners, books.project_written_off)
        if project.stage != ProjectStage.PRODUCING:
            continue
        if project.enterprise < 0:
            start_hiring(project, environment, p, county.enterprises_room)
        firm = county.enterprises_room.rows[project.enterprise]
        if firm.alive == 0:  # overdrawn for too long
            project.stage = ProjectStage.CLOSED
            project.since = county.month
            continue
        size = reached(project, firm, county.month, p)
        environment.enclave_jobs += project.jobs * p.local_share * size * (1.0 - p.displacement)
        taxed = project.investment * project.realised * p.tax_yield * size * (1.0 - p.displacement) * environment.cost_trend
        pay_tax(project, firm, county.townships[project.township], taxed, p, books)
        hire(project, firm, size, draws.rounding)


@process(reads="townships.landed_year townships.need townships.tax", writes="townships.effort")
def township_effort(county, p, draws, books):
    """The year is assessed: whoever missed its number of projects tries harder, and so does whoever gains much tax from them."""
    for township in county.townships:
        missed = max(p.projects_asked - township.landed_year, 0.0) / max(p.projects_asked, 1.0)
        gained = township.tax / township.need if township.need > 0.0 else 0.0
        effort = township.effort + p.effort_response * (p.assessment * missed + p.tax_pull * gained) - p.fatigue
        township.effort = min(max(effort, p.least_effort), p.most_effort)
