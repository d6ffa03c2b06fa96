"""Anti-poverty insurance: a premium without a list of names, claims by bands of own cost, and a reserve that can run dry."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import pay, transfer
from sim.core.process import process


@process(writes="households.rigid_year households.claimed")
@compiled
def insurance_year(county, p, draws, books):
    """A new insurance year: what households bore themselves counts from zero again."""
    for household in county.households:
        household.rigid_year = 0.0
        household.claimed = 0.0


@process(
    reads="households.members households.weight",
    pays="insurance_premium: county_floor | bridging -> poverty_insurer; insurer_costs: poverty_insurer -> outside",
)
@compiled
def insurance_premium(county, p, draws, books):
    """A twelfth of the premium for a share of the county's rural people, whoever they turn out to be."""
    people = 0.0
    for household in county.households:
        people += household.weight * household.members
    premium = p.premium * p.pool_share * people
    if premium > 0.0 and transfer(books.insurance_premium, premium, p.pool_share * people):
        transfer(books.insurer_costs, premium * p.running_costs, 1.0)


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
    "households.rigid_12 register.case_row environment.poverty_line environment.cost_trend",
    writes="households.rigid_year households.claimed households.transfers households.cash households.received",
    pays="insurance_claims: poverty_insurer -> households",
)
@compiled
def insurance_claims(county, p, draws, books):
    """Households whose own spending on illness, school or disaster passes the deductible are paid by bands, while money lasts."""
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
        if claim > 0.0 and pay(household, books.insurance_claims, claim):
            household.claimed += claim
            household.transfers += claim
