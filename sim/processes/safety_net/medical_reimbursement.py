"""The medical stack: basic insurance, serious-illness insurance, assistance, supplementary insurance, and the top-up."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import charge, transfer
from sim.core.process import process
from sim.world.codes import Cause, Event, ReimbursementBase
from sim.world.households import add_event, add_rigid


@compiled
def basic_part(eligible, p):
    """What basic insurance pays of an eligible cost."""
    return p.basic_ratio * max(eligible - p.basic_deductible, 0.0)


@compiled
def serious_part(before, after, deductible, p):
    """What serious-illness insurance pays as the year's own eligible cost rises from ``before`` to ``after``."""
    return p.serious_ratio * (max(after - deductible, 0.0) - max(before - deductible, 0.0))


@compiled
def top_up(person, paid, p):
    """What is lacking to the share of the bill that the county promises registered patients."""
    target = p.target_major if person.major == 1 else p.target_ordinary
    return max(target * person.promised - paid, 0.0)


@compiled
def settle_top_up(household, due, p, books):
    """Prefecture and county pay their parts of the top-up; returns what the county could not pay, per household."""
    county_part = due * p.county_share
    transfer(books.top_up_prefecture, (due - county_part) * household.weight, household.weight)
    if county_part <= 0.0:
        return 0.0
    return 0.0 if transfer(books.top_up_county, county_part * household.weight, household.weight) else county_part


@compiled
def settle(person, household, dibao, p, books):
    """One admission: every layer pays its part, the household what is left."""
    weight = household.weight
    assisted = household.registered == 1 or household.marginal == 1 or dibao == 1
    eligible = p.eligible_share * person.bill
    person.promised = eligible if p.base == ReimbursementBase.ELIGIBLE else person.bill
    basic = basic_part(eligible, p)
    remaining = eligible - basic
    deductible = p.serious_deductible * (p.assisted_deductible if assisted else 1.0)
    serious = serious_part(person.cumulative, person.cumulative + remaining, deductible, p)
    person.cumulative += remaining
    remaining -= serious
    assistance = min(p.assistance_ratio * remaining, p.assistance_cap) if assisted else 0.0
    remaining -= assistance
    supplementary = p.supplementary_ratio * remaining if assisted else 0.0
    transfer(books.basic_insurance, basic * weight, weight)
    if serious > 0.0:
        transfer(books.serious_insurance, serious * weight, weight)
    if assisted:
        transfer(books.medical_aid, assistance * weight, weight)
        transfer(books.supplementary, supplementary * weight, weight)
    paid = basic + serious + assistance + supplementary
    due = top_up(person, paid, p) if household.registered == 1 else 0.0
    unpaid = settle_top_up(household, due, p, books) if due > 0.0 else 0.0
    return person.bill - paid - due + unpaid


@process(
    reads="persons.alive persons.bill persons.major persons.epidemic persons.household households.weight households.registered "
    "households.marginal register.dibao",
    writes="persons.cumulative persons.own_bill persons.promised households.cash households.paid households.rigid "
    "households.burden households.event households.event_loss",
    pays="basic_insurance: medical_insurance -> outside; serious_insurance: medical_insurance -> outside; "
    "medical_aid: medical_assistance -> outside; supplementary: insurer -> outside; top_up_prefecture: prefecture -> outside; "
    "top_up_county: county_floor -> outside; own_bill: households -> outside",
)
def medical_reimbursement(county, p, draws, books):
    """Hospital bills are settled through all layers; the rest is the household's own."""
    for person in county.persons:
        if person.bill <= 0.0 or person.alive == 0:
            continue
        household = county.households[person.household]
        own = settle(person, household, county.register[person.household].dibao, p, books)
        person.own_bill = own
        charge(household, books.own_bill, own)
        add_rigid(household, Cause.ILLNESS, own)
        if person.epidemic == 1:
            add_event(household, Event.EPIDEMIC, own)


@process(writes="persons.cumulative")
def new_medical_year(county, p, draws, books):
    """A new insurance year: what patients bore counts from zero again."""
    for person in county.persons:
        person.cumulative = 0.0


@process(
    reads="households.members households.weight households.registered households.marginal register.dibao "
    "environment.transfer_trend",
    writes="households.cash households.paid households.transfers",
    pays="premium_assisted: medical_assistance -> medical_insurance; premium_own: households -> medical_insurance",
)
def medical_premium(county, p, draws, books):
    """The year's insurance premium: paid by government for the listed, by everybody else themselves."""
    premium = p.premium * county.environment[0].transfer_trend
    for row in range(len(county.households)):
        household = county.households[row]
        if household.members == 0:
            continue
        amount = premium * household.members
        if household.registered == 1 or household.marginal == 1 or county.register[row].dibao == 1:
            covered = amount * p.premium_covered
            if covered > 0.0:
                transfer(books.premium_assisted, covered * household.weight, household.weight)
            amount -= covered
        if amount > 0.0:
            charge(household, books.premium_own, amount)
            household.transfers -= amount
