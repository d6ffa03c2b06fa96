"""Anti-poverty insurance: a premium without a list of names, claims by bands of own cost, and a yearly settlement."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import Fund, pay, spendable, transfer
from sim.core.process import process


@process(
    reads="funds.balance",
    writes="households.rigid_year households.claimed environment.insurer_owed",
)
def insurance_year(county, p, draws, books):
    """A new insurance year: own spending counts from zero again, and what the old premium has left stands for as much of the new.

    It is not paid back and forth: the county would spend it a second time, and every such yuan count twice.
    """
    environment = county.environment[0]
    environment.insurer_owed = max(environment.insurer_owed, 0.0) - county.funds[Fund.POVERTY_INSURER].balance * p.returned
    for household in county.households:
        household.rigid_year = 0.0
        household.claimed = 0.0


@process(
    reads="households.members households.weight",
    writes="environment.insurer_owed",
    pays="insurance_premium: county_floor | bridging -> poverty_insurer; insurer_costs: poverty_insurer -> outside; "
    "insurance_settlement: county_floor | bridging -> outside",
)
def insurance_premium(county, p, draws, books):
    """A twelfth of the premium for a share of rural people, less what last year's has left.

    What the insurer paid beyond it is made good by December.
    """
    people = 0.0
    for household in county.households:
        people += household.weight * household.members
    environment = county.environment[0]
    whole = p.premium * p.pool_share * people
    left = min(max(-environment.insurer_owed, 0.0), whole)
    premium = whole - left
    if whole > 0.0 and (premium <= 0.0 or transfer(books.insurance_premium, premium, p.pool_share * people)):
        environment.insurer_owed += left
        transfer(books.insurer_costs, whole * p.running_costs, 1.0)
    due = max(environment.insurer_owed, 0.0) / (p.months_of_year - county.calendar)
    due = min(due, spendable(books.insurance_settlement))
    if due > 0.0:
        transfer(books.insurance_settlement, due, 1.0)
        environment.insurer_owed -= due


@compiled
def banded_claim(excess, p):
    """What the bands pay of self-paid cost beyond the deductible, yuan: the more the higher the band."""
    total = 0.0
    for band in range(len(p.band_rates)):
        above = p.band_edges[band]
        if excess <= above:
            break
        part = excess - above
        if band + 1 < len(p.band_rates):
            part = min(part, p.band_edges[band + 1] - above)
        total += p.band_rates[band] * part
    return total


@compiled
def is_insured(household, register, line, p):
    """Whether a household may claim: low income once its own spending is counted, and no means of its own."""
    if household.disqualifying == 1 and register.case_row < 0:
        return False
    return household.income_12 - household.rigid_12 < p.income_ceiling * line * household.members


@process(
    reads="households.members households.weight households.rigid households.disqualifying households.income_12 "
    "households.rigid_12 register.case_row environment.poverty_line environment.cost_trend funds.drawn",
    writes="households.rigid_year households.claimed households.transfers households.cash households.received "
    "environment.insurer_owed",
    pays="insurance_claims: poverty_insurer -> households",
)
def insurance_claims(county, p, draws, books):
    """Households whose own spending on illness, school or disaster passes the deductible are paid by bands.

    Without a premium there is no contract; with one the insurer pays every valid claim, if need be out of means of its own.
    """
    insurer = county.funds[Fund.POVERTY_INSURER]
    contracted = p.premium * p.pool_share > 0.0
    line, trend = county.environment[0].poverty_line, county.environment[0].cost_trend
    for row in range(len(county.households)):
        household = county.households[row]
        if household.rigid <= 0.0:
            continue
        household.rigid_year += household.rigid
        excess = household.rigid_year - p.deductible * trend
        if excess <= 0.0 or household.members == 0:
            continue
        if not is_insured(household, county.register[row], line, p):
            continue
        claim = banded_claim(excess, p) - household.claimed
        if contracted and claim > 0.0 and pay(household, books.insurance_claims, claim):
            household.claimed += claim
            household.transfers += claim
    county.environment[0].insurer_owed += insurer.drawn
