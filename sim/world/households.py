"""Households: one row each, or one row for several alike (``weight``). Money in yuan per household."""

from sim.core.compiled.compilation import compiled
from sim.core.tables import USUAL_ROWS, declare

HOUSEHOLDS = declare(
    "households",
    "A rural household, or several alike.",
    """
identity            | u8?  | -              | Address of its random draws; it never changes.
weight              | i4?  | households     | How many households the row stands for.
township            | i4?  | row            | Its township or street.
village             | i4?  | row            | Its village.
segment             | i1?  | code (Segment) | What it was on 1 January 2021.
registered          | i1?  | flag           | Whether it is a registered household lifted out of poverty.
marginal            | i1?  | flag           | Whether it is listed as marginal, one that easily falls into poverty.
members             | i4?  | persons        | Living members.
first_person        | i4   | row            | Its first member in the table of persons; the others follow by next.
workers             | i4?  | persons        | Members with full or weak working capacity, students left out.
farm_labour         | f8   | labour units   | Working capacity at home on the farm this month.
farm_labour_founded | f8   | labour units   | The same when the household was founded: the farm's scale belongs to it.
worked              | f8   | share          | How much of its farm it works this month, by the hands it has.
awareness           | f8   | multiple       | How readily it reports a difficulty or applies, relative to the average.
land                | f8?  | mu             | Cultivated land.
holdings            | f8[6]| index          | Full-capacity net income of each commodity, yuan per year at 2020 prices.
herd                | f8   | share          | Livestock standing, as a share of full capacity.
shed                | f8   | share          | Greenhouses standing, as a share of full capacity.
shed_lost           | f8   | share          | Greenhouses that this month's storm destroyed, as a share of full capacity.
disqualifying       | i1?  | flag           | Owns a car, a town flat or a firm: shut out of dibao and monitoring.
family_support      | f8   | yuan/month     | Regular support from relatives who live elsewhere, counted by assessors.
own_work            | f8   | multiple       | Odd jobs and small trade in a month, all hands at home, as a multiple of local pay.
uncounted_income    | f8   | yuan/month     | Income that assessors do not see or do not count.
cash                | f8?  | yuan           | Money in hand.
opened              | f8?  | yuan           | Money in hand when the month opened.
received            | f8?  | yuan           | Received this month, whatever for.
paid                | f8?  | yuan           | Paid this month, whatever for.
debt                | f8   | yuan           | Owed to relatives and lenders.
wages               | f8   | yuan           | Wage income this month.
business            | f8   | yuan           | Net business income this month; may be negative.
property_income     | f8   | yuan           | Property income this month.
transfers           | f8   | yuan           | Transfer income this month.
post_pay            | f8   | yuan           | Pay from public-welfare posts this month, part of wages.
dibao_received      | f8   | yuan           | Dibao this month, part of transfers.
rigid               | f8   | yuan           | Self-paid rigid spending this month: illness, school, disaster, accident, repair.
income_12           | f8   | yuan           | Income of the last twelve months.
rigid_12            | f8   | yuan           | Self-paid rigid spending of the last twelve months.
countable_12        | f8   | yuan           | Income of the last twelve months that a dibao assessor counts.
income_year         | f8   | yuan           | Income since January.
burden              | f4[8]| yuan           | Loss by cause over about twelve months: the reason for a risk.
house_broken        | i4   | months         | Months for which the house has been unsafe; 0 if it is safe.
water_broken        | i4   | months         | Months for which drinking water has been unsafe; 0 if it is safe.
net_per_head        | f8   | yuan           | Income of twelve months less rigid spending, per member (accounts.income_concept).
at_risk             | i1   | flag           | Whether it is truly at risk of falling back.
onset               | i4   | month          | Month in which the present risk began; −1 if there is none.
risk_cause          | i1   | code (Cause)   | The cause that took most.
below               | i1   | flag           | Below the poverty line net of rigid spending, or a guarantee long broken (R3).
below_income        | i1   | flag           | Below the poverty line by income alone (R2).
below_months        | i4   | months         | Length of the present spell below.
inherited           | i1   | flag           | Already below when 2021 opened, and not out since.
entered             | i4   | month          | Month of the last entry below; −1 if never.
entered_event       | i4   | code (Event)   | Common event that took most of what was lost before the last entry; −1 if none.
event_loss          | f8   | yuan           | Loss to the common event remembered, over about twelve months.
event               | i4   | code (Event)   | The common event remembered.
linked              | i4?  | row            | The village enterprise that it is linked to; −1 if none.
loan                | i4?  | row            | The loan it is serving; −1 if none.
rigid_year          | f8   | yuan           | Self-paid rigid spending since January that the anti-poverty insurer looks at.
claimed             | f8?  | yuan           | Paid by the anti-poverty insurer since January.
births              | i4   | persons        | Children born so far: the ordinal in their identity.
""",
    by_column=USUAL_ROWS,
)


@compiled
def per_head(household, yuan):
    """Yuan per living member."""
    return yuan / household.members


@compiled
def add_burden(household, cause, yuan):
    """Remember what a cause took from a household; the closing of each month lets a twelfth of it fade."""
    household.burden[cause] += yuan


@compiled
def add_rigid(household, cause, yuan):
    """Book self-paid rigid spending and its cause."""
    household.rigid += yuan
    household.burden[cause] += yuan


@compiled
def add_event(household, event, yuan):
    """Remember the common event that took most; a smaller one does not displace a larger."""
    if household.event == event:
        household.event_loss += yuan
    elif yuan > household.event_loss:
        household.event = event
        household.event_loss = yuan
