"""Village assets: operators pay or fall into arrears, assets fall idle and are let again, and villages share the returns."""

from sim.core.compiled.compilation import compiled
from sim.core.ledger import pay, settle_enterprise, transfer
from sim.core.process import process
from sim.core.random_draws import happens
from sim.world.codes import NONE, AssetState, Commodity, Contract, DividendRule


@compiled
def fall_idle(asset):
    """The operator is gone; what it owed is not paid any more."""
    asset.state = AssetState.IDLE
    asset.operator = NONE
    asset.unpaid = 0


@compiled
def next_state(asset, village, operator_gone, short, p, draws):
    """One month in the life of an asset. An operator who is short of cash falls behind."""
    if asset.state == AssetState.IDLE:
        # A team finds an operator sooner; where none works, only the village committee looks.
        if happens(draws.let, asset.identity, p.letting * (1.0 + p.team_siting * village.team)):
            asset.state = AssetState.OPERATING
    elif operator_gone:
        fall_idle(asset)
    elif asset.state == AssetState.OPERATING:
        if happens(draws.fails, asset.identity, p.falling_behind) or short:
            asset.state = AssetState.IN_ARREARS
            asset.unpaid = 0
    elif happens(draws.recovers, asset.identity, p.recovering) and not short:
        asset.state = AssetState.OPERATING
        asset.unpaid = 0
    else:
        asset.unpaid += 1
        if asset.unpaid >= p.patience_months:
            fall_idle(asset)


@process(
    reads="assets.identity assets.village villages.team enterprises.alive enterprises.overdrawn environment.asset_money",
    writes="assets.state assets.operator assets.unpaid assets.value",
    draws="let fails recovers",
)
def asset_states(county, p, draws, books):
    """Assets fall behind, fall idle or are let again; new industry money is added to them in proportion to their value."""
    total = 0.0
    for asset in county.assets:
        total += asset.value
    grown = 1.0 + county.environment[0].asset_money * p.lasting_share / total if total > 0.0 else 1.0
    for asset in county.assets:
        asset.value *= grown
        operator_gone = asset.operator >= 0 and county.enterprises[asset.operator].alive == 0
        short = asset.operator >= 0 and county.enterprises[asset.operator].overdrawn > 0
        next_state(asset, county.villages[asset.village], operator_gone, short, p, draws)


@process(
    reads="assets.village assets.value assets.contract assets.state assets.operator commodities.deviation",
    writes="assets.due assets.arrears villages.collective_cash enterprises.cash enterprises.inflow "
    "enterprises.outflow enterprises.rent",
    pays="asset_rent: outside -> villages; firm_rent: enterprises -> villages",
)
def asset_returns(county, p, draws, books):
    """Operators owe a fixed return or a share of what the year is worth; whoever is in arrears owes it and does not pay."""
    profit = max(1.0 + p.profit_exposure * county.commodities[Commodity.VEGETABLES].deviation, 0.0)
    for asset in county.assets:
        asset.due = 0.0
        if asset.state == AssetState.IDLE:
            continue
        asset.due = asset.value * p.asset_return * (profit if asset.contract == Contract.PROFIT_SHARE else 1.0)
        if asset.state == AssetState.IN_ARREARS:
            asset.arrears += asset.due
        elif asset.due > 0.0:
            if asset.operator >= 0:
                operator = county.enterprises[asset.operator]
                settle_enterprise(operator, books.firm_rent, asset.due, False)
                operator.rent += asset.due
            else:
                transfer(books.asset_rent, asset.due, 1.0)
            county.villages[asset.village].collective_cash += asset.due


@compiled
def shares_in(household, register, p):
    """Whether a household shares in its village's dividend under the rule in force."""
    if household.registered == 0 or household.members == 0:
        return False
    if p.rule == DividendRule.NEED:
        return register.dibao == 1 or register.case_row >= 0
    return p.rule == DividendRule.EQUAL or household.workers > 0


@process(
    reads="households.registered households.members households.workers households.village households.weight register.dibao "
    "register.case_row",
    writes="villages.sharing villages.collective_cash households.property_income households.cash households.received",
    pays="dividends: villages -> households; village_services: villages -> outside",
)
def dividends(county, p, draws, books):
    """In December every village shares part of its asset income and keeps the rest for its own services."""
    for village in county.villages:
        village.sharing = 0
    for row in range(len(county.households)):
        household = county.households[row]
        if shares_in(household, county.register[row], p):
            county.villages[household.village].sharing += household.weight
    for row in range(len(county.households)):
        household = county.households[row]
        if shares_in(household, county.register[row], p):
            village = county.villages[household.village]
            amount = p.household_share * village.collective_cash / village.sharing
            if amount > 0.0 and pay(household, books.dividends, amount):
                household.property_income += amount
    for village in county.villages:
        kept = village.collective_cash * (1.0 - p.household_share if village.sharing > 0 else 1.0)
        if kept > 0.0:
            transfer(books.village_services, kept, 1.0)
        village.collective_cash = 0.0
