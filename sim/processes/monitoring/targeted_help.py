"""Help by kind of risk: what is lacking is supplied, while money lasts, those first whom the queue puts first."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import affordable, pay, transfer
from sim.core.process import process
from sim.core.random_draws import descendant, happens, uniform
from sim.world.codes import NONE, CaseState, Cause, Help, QueueRule


@compiled
def relief_cost(cause, p):
    """Cost of the one-off help for a kind of risk, yuan: what is usual, times what the menu grants."""
    return p.relief_cost[cause] * p.relief_menu[cause]


@compiled
def ask(case_row, case, kind, cost, size, severity, ordinal, month, room):
    """Put a package in the queue."""
    place = room.count[0]
    if place >= len(room.rows):
        raise OverflowError("table 'packages' is full: help could not be asked for")
    package = room.rows[place]
    package.identity = descendant(case.identity, month, ordinal)
    package.case_row = case_row
    package.household = case.household
    package.cause = case.cause
    package.kind = kind
    package.asked = month
    package.waiting = 1
    package.delivered = NONE
    package.ends = NONE
    package.cost = cost
    package.size = size
    package.severity = severity
    room.count[0] = place + 1


@compiled
def ask_for_help(row, case, household, register, line, month, p, draws, room):
    """What a new case needs: relief or a repair, and where somebody can work a developing measure as well.

    Being on dibao is a measure in place: it is what the plan provides for those who cannot work.
    """
    case.measures += register.dibao
    shortfall = max(line - register.verified_income, 0.0)
    kind = Help.REPAIR if case.cause == Cause.HOUSING else Help.RELIEF
    cost = relief_cost(case.cause, p)
    if cost > 0.0:
        ask(row, case, kind, cost, p.relief_menu[case.cause], shortfall, 0, month, room)
    if household.workers > 0 and happens(draws.offered, case.identity, p.development_menu[case.cause]):
        ask(row, case, Help.DEVELOPMENT, p.development_cost, 1.0, shortfall, 1, month, room)
    case.asked = 1


@process(
    sees="records",
    reads="households.members households.workers register.verified_income register.dibao environment.monitoring_line "
    "cases.identity "
    "cases.household cases.cause cases.state",
    writes="cases.asked cases.measures packages.identity packages.case_row packages.household packages.cause "
    "packages.kind packages.asked "
    "packages.waiting packages.delivered packages.ends packages.cost packages.size packages.severity",
    creates="packages",
    draws="offered",
)
def help_requests(county, p, draws, books):
    """Every new case asks for what it lacks."""
    line = county.environment[0].monitoring_line
    for row in range(len(county.cases)):
        case = county.cases[row]
        if case.state == CaseState.MONITORED and case.asked == 0 and county.households[case.household].members > 0:
            household = county.households[case.household]
            register = county.register[case.household]
            ask_for_help(row, case, household, register, line, county.month, p, draws, county.packages_room)


@compiled
def mark_severest(county):
    """The largest shortfall waiting in each kind of risk, against which the others of its kind are ranked."""
    for risk in county.risks:
        risk.severest = 0.0
    for package in county.packages:
        if package.waiting == 1:
            risk = county.risks[package.cause]
            risk.severest = max(risk.severest, package.severity)


@compiled
def turn(package, risk, month, line, p, draws):
    """The round of the queue, 0 first, in which a waiting package is served."""
    last = p.rounds - 1.0
    if p.queue == QueueRule.SEVERITY:
        return int(last * (1.0 - min(package.severity / line, 1.0)))
    if p.queue == QueueRule.FIRST_COME:
        return int(max(last - (month - package.asked), 0.0))
    if p.queue == QueueRule.RISK_TYPE_QUOTA:
        return int(last * (1.0 - package.severity / risk.severest)) if risk.severest > 0.0 else 0
    return int(last * uniform(draws.lot, package.identity))


@compiled
def deliver(package, case, household, month, p, books):
    """Pay for one package if its fund can; a package that no longer fits is passed over, and the next may still fit."""
    if package.kind == Help.RELIEF:
        if not affordable(books.help_relief, package.cost):
            return
        pay(household, books.help_relief, package.cost)
    else:
        payment = books.help_development if package.kind == Help.DEVELOPMENT else books.help_repair
        if not affordable(payment, package.cost):
            return
        transfer(payment, package.cost, 1.0)
    package.delivered = month
    package.waiting = 0
    package.ends = month + int(p.development_months)
    case.measures += 1


@process(
    sees="records",
    reads="packages.identity packages.household households.weight packages.case_row packages.kind packages.asked "
    "packages.cost packages.severity packages.cause cases.state "
    "environment.monitoring_line",
    writes="risks.severest packages.waiting packages.delivered packages.ends cases.measures households.cash households.received",
    draws="lot",
    pays="help_development: bridging | county_floor -> outside; help_repair: county_floor | emergency -> outside; "
    "help_relief: county_floor -> households",
)
def targeted_help(county, p, draws, books):
    """Waiting packages are served in the order of the queue; who is not served stays in it until the case is closed."""
    line = county.environment[0].monitoring_line
    for package in county.packages:
        if package.waiting == 1 and county.cases[package.case_row].state != CaseState.MONITORED:
            package.waiting = 0
    mark_severest(county)
    for round_ in range(int(p.rounds)):
        for package in county.packages:
            if package.waiting == 1 and turn(package, county.risks[package.cause], county.month, line, p, draws) == round_:
                case = county.cases[package.case_row]
                deliver(package, case, county.households[package.household], county.month, p, books)
