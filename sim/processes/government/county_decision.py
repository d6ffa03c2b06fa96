"""The county decides every half-year how much of the tranche to take out of the plan, and to which programmes it moves it."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import Fund
from sim.core.process import process
from sim.core.random_draws import normal
from sim.world.codes import DecisionRule, Destination
from sim.world.persons import can_work


@compiled
def count_idle(county):
    """Share of registered persons able to work who have no work."""
    able, idle = 0.0, 0.0
    for person in county.persons:
        household = county.households[person.household]
        if household.registered == 1 and can_work(person):
            able += household.weight
            idle += household.weight if person.status == Destination.NONE else 0.0
    return idle / max(able, 1.0)


@compiled
def registered_income(county):
    """Income of twelve months per registered person, yuan."""
    income, people = 0.0, 0.0
    for household in county.households:
        if household.registered == 1 and household.members > 0:
            income += household.weight * household.income_12
            people += household.weight * household.members
    return income / max(people, 1.0)


@process(
    reads="persons.household persons.alive persons.capacity persons.stage persons.ill_months persons.status "
    "households.registered households.members households.weight households.income_12 environment.province_income",
    writes="environment.income_2020 environment.income_behind environment.idle_workers",
    draws="survey",
)
def county_statistics(county, p, draws, books):
    """What lies on the county's desk each half-year: registered income beside the province, with error, and idle hands."""
    if p.rule == DecisionRule.AS_PLANNED and county.month >= 0:
        return  # nobody asks
    environment = county.environment[0]
    environment.idle_workers = count_idle(county)
    income = registered_income(county)
    if county.month < 0:
        environment.income_2020 = income
    grown = income / max(environment.income_2020, 1.0) / environment.province_income
    environment.income_behind = 1.0 - grown * (1.0 + p.survey_error * normal(draws.survey, 0))


@compiled
def open_files(county):
    """Households with an open signal or case."""
    count = 0.0
    for register in county.register:
        count += 1.0 if register.signal >= 0 or register.case_row >= 0 else 0.0
    return count


@compiled
def on_file_below(county):
    """Share of registered persons who are on file as fallen back."""
    below, people = 0.0, 0.0
    for row in range(len(county.register)):
        household = county.households[row]
        if household.registered == 1:
            people += household.weight * household.members
            below += household.weight * household.members * county.register[row].reported_below
    return below / max(people, 1.0)


@compiled
def townships_without(county):
    """Share of townships on whose land no project has settled since January; in January, last year."""
    count = 0.0
    for township in county.townships:
        count += 1.0 if township.landed_year == 0 else 0.0
    return count / max(len(county.townships), 1)


@compiled
def gap(response, measured):
    """What a programme lacks, 0 to 1."""
    return min(max(response * measured, 0.0), 1.0)


@process(
    sees="records",
    reads="households.registered households.members households.weight register.signal register.case_row register.reported_below "
    "environment.income_behind environment.idle_workers townships.landed_year funds.inflow",
    writes="environment.files_2021 environment.moved environment.to_industry environment.work_money",
)
def county_decision(county, p, draws, books):
    """The larger the gaps, the more is taken out of the plan and divided by them: industry, work relief, the rest for help.

    Work relief is built in the warm months alone: they spend what all months of the half-year set aside for it.

    Reacting, the gaps are files above those of January 2021, income behind the province, and idle hands. Under assessment they
    are what is assessed: persons on file as fallen back, townships without a project, and idle hands.
    """
    environment = county.environment[0]
    environment.moved = 0.0
    environment.to_industry = 0.0
    environment.work_money = 0.0
    if p.rule == DecisionRule.AS_PLANNED:
        return
    files = open_files(county)
    if environment.files_2021 == 0.0:
        environment.files_2021 = files
    if p.rule == DecisionRule.REACTIVE:
        needs_help = gap(p.files_response, files / max(environment.files_2021, 1.0) - 1.0)
        needs_industry = gap(p.income_response, environment.income_behind)
    else:
        needs_help = gap(p.relapse_response, on_file_below(county))
        needs_industry = townships_without(county)
    needs_work = gap(p.idle_response, environment.idle_workers)
    total = needs_help + needs_industry + needs_work
    if total > 0.0:
        environment.moved = p.discretionary * min(total, 1.0)
        environment.to_industry = environment.moved * needs_industry / total
        tranche = county.funds[Fund.COUNTY_FLOOR].inflow + county.funds[Fund.BRIDGING].inflow
        spread = p.work_spread[0] if county.calendar < p.half_year else p.work_spread[1]
        environment.work_money = environment.moved * needs_work / total * tranche * spread
