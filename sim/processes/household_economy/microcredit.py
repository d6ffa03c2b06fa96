"""Credit: microcredit for listed households and guaranteed start-up loans, what they earn, their interest, and default."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import Fund, charge, leave_unpaid, pay, spendable, transfer
from sim.core.process import process
from sim.core.random_draws import descendant, happens, lognormal, normal, uniform
from sim.world.codes import NONE, LoanKind, LoanState
from sim.world.persons import lives_away


@compiled
def may_borrow(household, register, p):
    """Whether the rules admit a household: listed, with somebody able to work, not on dibao, no loan yet, not deep in debt."""
    listed = household.registered == 1 or household.marginal == 1
    if not listed or register.dibao == 1 or household.loan >= 0 or household.workers == 0 or household.members == 0:
        return False
    return household.debt <= p.debt_ceiling * household.income_12


@compiled
def keenness(household, village, p, draws):
    """How readily it applies, relative to others: the able and those with savings more, and more where a team informs."""
    ability = lognormal(draws.ability, household.identity, p.ability_spread)
    means = 1.0 + p.elite_bias * (1.0 if household.cash > p.means_months * household.income_12 * p.month_share else 0.0)
    return ability * means * (1.0 - p.team_information * (1.0 - village.team))


@compiled
def lend(row, household, kind, amount, month, p, draws, room):
    """Note a new loan; what it pays for is its capital."""
    place = room.count[0]
    if place >= len(room.rows):
        raise OverflowError("table 'loans' is full: a loan could not be made")
    loan = room.rows[place]
    loan.identity = descendant(household.identity, month, kind)
    loan.household = row
    loan.kind = kind
    loan.state = LoanState.ACTIVE
    loan.principal = amount
    loan.capital = amount
    loan.started = month
    loan.term = int(p.term_months)
    loan.ability = lognormal(draws.ability, household.identity, p.ability_spread)
    household.loan = place
    room.count[0] = place + 1


@compiled
def left_to_lend(loans, month, p):
    """Microcredit still to be made this month: a loan renewed is a loan made, as published figures count."""
    left = p.loans
    for loan in loans:
        if loan.started == month and loan.kind == LoanKind.MICROCREDIT:
            left -= 1.0
    return max(left, 0.0)


@compiled
def willingness(funds, p):
    """How many of the loans planned the bank makes: fewer, the more of a default it would have to bear itself.

    The fund backs nothing while it could not cover its part of a single loan; at the usual backing all are made.
    """
    backed = p.public_risk if funds[Fund.RISK_COMPENSATION].balance >= p.public_risk * p.loan_size else 0.0
    return (1.0 - p.caution * (1.0 - backed)) / (1.0 - p.caution * (1.0 - p.usual_backing))


@compiled
def is_granted(household, keen, loans, p, draws):
    """Whether a household of this keenness, as a share of everybody's, would get a loan of either kind."""
    starts = uniform(draws.starts, household.identity) < p.startup_loans * keen
    return starts or uniform(draws.applies, household.identity) < loans * keen


@process(
    reads="funds.balance households.registered households.marginal households.workers households.members households.debt "
    "households.income_12 register.dibao households.identity households.village households.weight villages.team loans.identity",
    writes="households.loan households.cash households.received households.paid loans.household loans.kind loans.state "
    "loans.principal loans.capital loans.started loans.term loans.ability",
    creates="loans",
    draws="applies starts ability@life",
    pays="lending: bank -> households; investment: households -> outside",
)
def new_loans(county, p, draws, books):
    """Households that may borrow apply by lot, the keener the sooner; a few with larger plans get a guaranteed start-up loan."""
    waiting, keenest = 0.0, 0.0
    loans = left_to_lend(county.loans, county.month, p) * willingness(county.funds, p)
    for row in range(len(county.households)):
        household = county.households[row]
        if may_borrow(household, county.register[row], p):
            keen = keenness(household, county.villages[household.village], p, draws)
            waiting += keen
            keenest = max(keenest, keen)
    for row in range(len(county.households)):
        household = county.households[row]
        if not may_borrow(household, county.register[row], p):
            continue
        if not is_granted(household, keenest / waiting, loans, p, draws):
            continue  # not even as the keenest of all: most, and their keenness need not be known
        keen = keenness(household, county.villages[household.village], p, draws) / waiting
        if happens(draws.starts, household.identity, min(p.startup_loans * keen, 1.0)):
            lend(row, household, LoanKind.STARTUP.value, p.startup_size, county.month, p, draws, county.loans_room)
        elif happens(draws.applies, household.identity, min(loans * keen, 1.0)):
            lend(
                row, household, LoanKind.MICROCREDIT.value, min(p.loan_size, p.ceiling), county.month, p, draws, county.loans_room
            )
        else:
            continue
        principal = county.loans_room.rows[household.loan].principal
        pay(household, books.lending, principal)
        charge(household, books.investment, principal)


@compiled
def subsidised_share(loan, p):
    """Share of the interest that public money bears."""
    return p.interest_subsidy if loan.kind == LoanKind.MICROCREDIT else p.startup_subsidy


@compiled
def earn_and_pay(loan, household, result, p, books):
    """A month of a loan: what the activity earns or loses, and the interest, which is a cost of the business."""
    # A loss of what the loan paid for is a loss of capital, not of income; a gain is income once capital is whole again.
    gain = loan.capital * result
    kept = min(gain, loan.principal - loan.capital)
    loan.capital = max(loan.capital + kept, 0.0)
    income = gain - kept
    if income > 0.0 and pay(household, books.loan_income, income):
        household.business += income
    interest = loan.principal * p.interest_rate
    public = interest * subsidised_share(loan, p)
    if public > 0.0 and not transfer(books.interest_subsidy, public, 1.0):
        public = 0.0
    if interest > public:
        charge(household, books.loan_interest, interest - public)
        household.business -= interest - public


@compiled
def renew_loan(loan, household, month, p, draws):
    """Renew a loan that falls due, and return whether it was: only where it could have been repaid; what it pays for goes on."""
    spare = max(household.cash - p.subsistence * household.members, 0.0)
    if loan.capital + spare < loan.principal or not happens(draws.renews, loan.identity, p.renewal):
        return False
    loan.started = month
    return True


@compiled
def fall_due(loan, household, in_town, p, books):
    """The capital is turned into cash and the loan repaid, as far as the household can; who moved to town borrows the rest.

    So a loan ends at its term, and when nobody is left here who could serve it.
    """
    if loan.capital > 0.0:
        pay(household, books.capital_back, loan.capital)
    spare = max(household.cash - p.subsistence * household.members, 0.0)
    if in_town and spare < loan.principal and pay(household, books.loan_taken_over, loan.principal - spare):
        household.debt += loan.principal - spare
        spare = loan.principal
    repaid = min(loan.principal, spare)
    if repaid > 0.0:
        charge(household, books.loan_repaid, repaid)
    missing = loan.principal - repaid
    loan.state = LoanState.REPAID
    if missing > p.trifle:
        loan.state = LoanState.DEFAULTED
        transfer(books.default_covered, missing * p.public_risk, 1.0)
    loan.capital = 0.0
    household.loan = NONE


@process(
    reads="loans.identity loans.household loans.kind loans.principal loans.term loans.ability households.members "
    "households.weight households.first_person persons.next persons.away",
    writes="loans.state loans.started loans.capital households.business households.cash households.received "
    "households.paid households.debt households.loan",
    draws="year@year renews",
    pays="loan_income: outside -> households; interest_subsidy: bridging | county_floor -> bank; "
    "loan_interest: households -> bank; capital_back: outside -> households; loan_repaid: households -> bank; "
    "loan_taken_over: outside -> households; "
    "default_covered: risk_compensation -> bank",
)
def loan_service(county, p, draws, books):
    """Loans earn or lose, bear interest, and fall due."""
    for loan in county.loans:
        if loan.state != LoanState.ACTIVE:
            continue
        household = county.households[loan.household]
        if household.members == 0:
            fall_due(loan, household, lives_away(household, county.persons), p, books)
            continue
        result = p.loan_return * loan.ability + p.return_spread * p.month_share * normal(draws.year, loan.identity)
        earn_and_pay(loan, household, result, p, books)
        if county.month - loan.started >= loan.term and not renew_loan(loan, household, county.month, p, draws):
            fall_due(loan, household, False, p, books)


@process(writes="environment.compensation_due", pays="compensation_fund: county_floor -> risk_compensation")
def risk_compensation(county, p, draws, books):
    """The county tops up the fund that bears its part of defaults: what is due for the year, as soon as money is free for it."""
    environment = county.environment[0]
    if county.calendar == 0:
        environment.compensation_due = p.compensation
    amount = min(environment.compensation_due, spendable(books.compensation_fund))
    if amount > 0.0:
        transfer(books.compensation_fund, amount, 1.0)
        environment.compensation_due -= amount
    if county.calendar == int(p.months_of_year) - 1:
        leave_unpaid(books.compensation_fund, environment.compensation_due)
