"""Illness: who is admitted to hospital, at what bill, and how long work is lost."""

from sim.core.compiled.compilation import compiled
from sim.core.process import process
from sim.core.random_draws import happens, lognormal, uniform


@compiled
def admission_chance(chronic, p):
    """Chance of an admission in a normal month; the chronically ill need more, and the mean stays the published rate."""
    healthy = p.admission_rate / (1.0 + (p.chronic_multiple - 1.0) * p.chronic_reference)
    return p.shock_intensity * (healthy * p.chronic_multiple if chronic == 1 else healthy)


@compiled
def admit(person, cost_trend, p, draws):
    """The bill of an admission and the months of work it costs. Ordinary and major bills together have the published mean."""
    person.major = 1 if happens(draws.major, person.identity, p.major_share) else 0
    ordinary = p.mean_bill / (1.0 + (p.major_multiple - 1.0) * p.major_share)
    bill = ordinary * p.major_multiple if person.major == 1 else ordinary
    person.bill = bill * cost_trend * lognormal(draws.bill, person.identity, p.bill_spread)
    if person.major == 1:
        person.ill_months = int(p.major_months)
    elif happens(draws.work, person.identity, min(p.months_lost, 1.0)):
        person.ill_months = 1


@compiled
def worst_epidemic(townships):
    """How much more often people fall ill where most do, as a multiple of a normal month."""
    worst = 0.0
    for township in townships:
        worst = max(worst, township.epidemic)
    return worst


@process(
    reads="persons.alive persons.identity persons.chronic persons.household households.township townships.epidemic "
    "environment.cost_trend",
    writes="persons.bill persons.major persons.epidemic persons.ill_months",
    draws="admitted major bill work",
)
def illness(county, p, draws, books):
    """Some fall ill and go to hospital; more of them while an epidemic lasts."""
    cost_trend = county.environment[0].cost_trend
    normal_chance = admission_chance(0, p)
    chronic_chance = admission_chance(1, p)
    worst = worst_epidemic(county.townships)
    for person in county.persons:
        if person.bill > 0.0:
            person.bill = 0.0
    for person in county.persons:
        person.ill_months = max(person.ill_months - 1, 0)
    most = max(normal_chance, chronic_chance) * worst
    for person in county.persons:
        u = uniform(draws.admitted, person.identity)
        if u >= most or person.alive == 0:  # nobody's chance is larger: few are left to be looked at
            continue
        chance = chronic_chance if person.chronic == 1 else normal_chance
        if u < chance * county.townships[county.households[person.household].township].epidemic:
            admit(person, cost_trend, p, draws)
            # Whoever would have stayed well in a normal month is ill because of the epidemic.
            person.epidemic = 1 if u >= chance else 0
