"""The household's month ends: it has spent, borrowed or saved; twelve months are added up, and it is in difficulty or not."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import charge, pay, settle, take
from sim.core.process import process
from sim.world.codes import NONE, Cause, IncomeConcept
from sim.world.households import per_head

CAUSES = len(Cause)


@compiled
def living_cost(household, p):
    """What a household spends on living in a month: a subsistence, and most of what it has beyond.

    Who earns less than a subsistence spends savings on it while they last, then lives on what it earns: nobody lends for years.
    """
    earned = household.income_12 * p.month_share
    beyond = max(earned - p.subsistence * household.members, 0.0)
    need = min(p.subsistence * household.members, max(household.cash, earned, 0.0))
    hoard = max(household.cash - p.hoard_months * household.income_12 * p.month_share, 0.0)
    return need + p.propensity * beyond + p.dissaving * hoard


@process(
    reads="households.members households.weight households.income_12",
    writes="households.cash households.paid households.received households.debt",
    pays="living: households -> outside; borrowing: outside -> households; repayment: households -> outside; "
    "interest: households -> outside",
)
def living_and_coping(county, p, draws, books):
    """Living is paid for; who has nothing left borrows, who has something left repays."""
    spent, units = 0.0, 0.0
    for household in county.households:
        if household.members == 0:
            continue
        if household.debt > 0.0:
            charge(household, books.interest, household.debt * p.interest)
        spent += take(household, living_cost(household, p))
        units += household.weight
        if household.cash < 0.0:
            lacking = -household.cash
            if pay(household, books.borrowing, lacking):
                household.debt += lacking
        elif household.debt > 0.0:
            spare = household.cash - p.subsistence * household.members
            amount = min(household.debt, max(spare, 0.0) * p.repaid_share)
            if amount > 0.0:
                charge(household, books.repayment, amount)
                household.debt -= amount
    settle(books.living, spent, units)


@compiled
def sum_of(months):
    """Twelve months added up."""
    total = 0.0
    for month in range(len(months)):
        total += months[month]
    return total


@compiled
def add_up(household, history, calendar, post_share, support):
    """Put the month in the place of the one a year ago, and carry on the sums of twelve; each January they are added up anew.

    So no more is read of most months than the one that falls out, and what rounding leaves in the sums does not outlive the year.
    """
    income = household.wages + household.business + household.property_income + household.transfers
    earned = household.wages - household.post_pay * (1.0 - post_share) + household.business + household.property_income
    countable = earned + support
    household.income_12 += income - history.income[calendar]
    household.rigid_12 += household.rigid - history.rigid[calendar]
    household.countable_12 += countable - history.countable[calendar]
    history.income[calendar] = income
    history.rigid[calendar] = household.rigid
    history.countable[calendar] = countable
    household.income_year = income if calendar == 0 else household.income_year + income
    if calendar == 0:
        household.income_12 = sum_of(history.income)
        household.rigid_12 = sum_of(history.rigid)
        household.countable_12 = sum_of(history.countable)


@compiled
def forget(households, kept):
    """A twelfth of what causes took fades each month."""
    for cause in range(CAUSES):  # cause by cause: each is a column of its own
        for household in households:
            household.burden[cause] *= kept
    for household in households:
        household.event_loss *= kept


@compiled
def largest_burden(household):
    """The cause that took most, LOW_INCOME if none took anything."""
    chosen, most = Cause.LOW_INCOME.value, 0.0
    for cause in range(len(household.burden)):
        if household.burden[cause] > most:
            chosen, most = cause, household.burden[cause]
    return chosen


@compiled
def is_at_risk(household, line, p):
    """Whether it may fall back: low income, a broken guarantee, or heavy self-paid spending; not if it has means of its own.

    Everyday fees are no ground for monitoring: spending counts against income only once it is heavy.
    """
    if household.house_broken > 0 or household.water_broken > 0:
        return True
    of_all = line * household.members
    low = household.income_12 < of_all
    left = household.income_12 - household.rigid_12
    heavy = household.rigid_12 > p.heavy_share * of_all and left < p.heavy_ceiling * of_all
    if not low and not heavy:
        return False
    return household.disqualifying == 0 and household.cash < p.buffer_years * of_all


@compiled
def update_risk(household, line, month, p):
    """Begin, go on with, or end a time of risk."""
    risk = is_at_risk(household, line, p)
    if not risk:
        household.at_risk = 0
        household.onset = NONE
        return
    household.at_risk = 1
    household.risk_cause = largest_burden(household)
    if household.house_broken > 0 or household.water_broken > 0:
        household.risk_cause = Cause.HOUSING
    if household.onset < 0:
        household.onset = month


@compiled
def total_burden(household):
    """All that causes took over about twelve months."""
    total = 0.0
    for cause in range(len(household.burden)):
        total += household.burden[cause]
    return total


@compiled
def update_relapse(household, line, month, calendar, p):
    """Whether it stands below the poverty line net of rigid spending, or without a guarantee for too long."""
    broken = household.house_broken > p.guarantee_months or household.water_broken > p.guarantee_months
    household.below_income = 1 if household.income_12 < line * household.members else 0
    if p.income_concept == IncomeConcept.OFFICIAL and calendar != int(p.official_month) - 1:
        household.below_months += household.below  # the register is checked once a year: until then it stays what it was
        return
    if household.net_per_head >= line and not broken:
        household.below = 0
        household.below_months = 0
        household.inherited = 0
        return
    if household.below == 0:
        household.entered = month
        common = household.event >= 0 and household.event_loss >= p.common_share * total_burden(household)
        household.entered_event = household.event if common and household.event_loss > 0.0 else NONE
    household.below = 1
    household.below_months += 1


@compiled
def held_against_lines(household, p):
    """Yuan a head of twelve months that poverty and monitoring lines are compared with; its concept is a structural switch."""
    if p.income_concept == IncomeConcept.NET:
        return per_head(household, household.income_12 - household.rigid_12)
    return per_head(household, household.income_12)


@compiled
def nobody_left(household):
    """A household without living members is in no difficulty."""
    household.net_per_head = 0.0
    household.at_risk = 0
    household.onset = NONE
    household.below = 0
    household.below_income = 0
    household.below_months = 0
    household.inherited = 0


@process(
    reads="households.members households.wages households.business households.property_income households.transfers "
    "households.post_pay households.family_support households.rigid households.disqualifying households.cash "
    "households.house_broken households.water_broken environment.monitoring_line environment.poverty_line "
    "environment.transfer_trend",
    writes="households.income_12 households.rigid_12 households.countable_12 households.income_year households.burden "
    "households.event_loss households.event households.net_per_head households.at_risk households.onset households.risk_cause "
    "households.below households.below_income households.below_months households.inherited households.entered "
    "households.entered_event histories.income histories.rigid histories.countable",
)
def close_accounts(county, p, draws, books):
    """Twelve months are added up; who is at risk and who has fallen below is recorded; no administration sees it."""
    environment = county.environment[0]
    counted = p.post_pay_counted * (1.0 - p.post_pay_disregard)
    # In three passes: a processor foresees what it will need of so many columns, and not of twice as many.
    for row in range(len(county.households)):
        household = county.households[row]
        support = household.family_support * environment.transfer_trend
        add_up(household, county.histories[row], county.calendar, counted, support)
    for household in county.households:
        if household.members == 0:
            nobody_left(household)
            continue
        household.net_per_head = held_against_lines(household, p)
        update_risk(household, environment.monitoring_line, county.month, p)
        update_relapse(household, environment.poverty_line, county.month, county.calendar, p)
    forget(county.households, 1.0 - p.month_share)


@process(reads="households.below", writes="households.inherited households.entered households.entered_event")
def mark_inherited(county, p, draws, books):
    """Who is below when January 2021 opens has not relapsed under the plan."""
    for household in county.households:
        household.inherited = household.below
        household.entered = NONE
        household.entered_event = NONE
