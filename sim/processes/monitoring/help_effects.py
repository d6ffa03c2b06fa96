"""What delivered help truly does."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import pay
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import Cause, Destination, Help


@compiled
def place_members(household, persons, p):
    """Those out of work in a household find it more easily."""
    row = household.first_person
    while row >= 0:
        if persons[row].alive == 1 and persons[row].status == Destination.NONE:
            persons[row].placement = p.placement
        row = persons[row].next


@compiled
def begin(package, household, persons, p, draws, books):
    """The effect had once, in the month of delivery."""
    package.started = 1
    works = happens(draws.works, package.identity, p.effectiveness)
    if package.kind == Help.RELIEF:
        household.burden[package.cause] *= 1.0 - min(p.burden_relieved * package.size, 1.0)
    elif package.kind == Help.REPAIR:
        household.house_broken = 0
        household.water_broken = 0
    elif works and package.cause == Cause.JOB_LOSS:
        place_members(household, persons, p)
    elif works:
        package.effect = p.development_income


@process(
    reads="packages.identity packages.household packages.cause packages.kind packages.delivered packages.ends packages.cost "
    "packages.size households.members households.weight households.first_person persons.next persons.alive persons.status",
    writes="packages.started packages.effect persons.placement households.burden households.house_broken households.water_broken "
    "households.transfers households.business households.cash households.received",
    draws="works",
    pays="development_income: outside -> households",
)
def help_effects(county, p, draws, books):
    """Relief reaches the household; repairs are done; what develops work or business bears fruit after a while."""
    for package in county.packages:
        if package.delivered < 0:
            continue
        household = county.households[package.household]
        if household.members == 0:
            continue
        if package.started == 0:
            begin(package, household, county.persons, p, draws, books)
            if package.kind == Help.RELIEF:
                household.transfers += package.cost
        if package.effect > 0.0 and package.delivered + p.delay <= county.month <= package.ends:
            if pay(household, books.development_income, package.effect):
                household.business += package.effect
