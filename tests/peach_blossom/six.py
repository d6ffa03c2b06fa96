"""Peach Blossom: six households whose month can be worked out by hand, and who between them meet every rule.

row 0  an old couple on dibao, one of them ill for long: pension, chronic care, medical aid
row 1  registered: the father on a public-welfare post, the son works outside, a daughter at secondary school
row 2  registered: a weaver in a village enterprise and her husband on the farm, with a herd
row 3  on dibao though never registered: one disabled man
row 4  marginal: a couple with a greenhouse, under monitoring since 2020
row 5  ten general households in one row: a local worker and a farmer; they own a car
"""

import numpy as np

from sim.world.codes import CaseState, Cause, Channel, Commodity, Destination, Segment, Stage
from tests.hand import Hand

HOUSEHOLDS = 6
#: household, age, female, capacity, chronic, disabled, stage, status
PEOPLE = (
    (0, 74, 0, 0.0, 1, 0, Stage.NOT_IN_SCHOOL, Destination.NONE),
    (0, 71, 1, 0.0, 0, 0, Stage.NOT_IN_SCHOOL, Destination.NONE),
    (1, 52, 0, 0.5, 0, 0, Stage.NOT_IN_SCHOOL, Destination.PUBLIC_POST),
    (1, 25, 0, 1.0, 0, 0, Stage.NOT_IN_SCHOOL, Destination.OUTSIDE),
    (1, 14, 1, 0.0, 0, 0, Stage.COMPULSORY, Destination.NONE),
    (2, 35, 1, 1.0, 0, 0, Stage.NOT_IN_SCHOOL, Destination.LOCAL_FIRM),
    (2, 37, 0, 1.0, 0, 0, Stage.NOT_IN_SCHOOL, Destination.FARM),
    (3, 45, 0, 0.0, 0, 1, Stage.NOT_IN_SCHOOL, Destination.NONE),
    (4, 40, 0, 1.0, 0, 0, Stage.NOT_IN_SCHOOL, Destination.FARM),
    (4, 39, 1, 1.0, 0, 0, Stage.NOT_IN_SCHOOL, Destination.FARM),
    (5, 33, 0, 1.0, 0, 0, Stage.NOT_IN_SCHOOL, Destination.LOCAL_FIRM),
    (5, 31, 1, 1.0, 0, 0, Stage.NOT_IN_SCHOOL, Destination.FARM),
)
SEGMENTS = (
    Segment.REGISTERED_DIBAO, Segment.REGISTERED_OTHER, Segment.REGISTERED_OTHER, Segment.OTHER_DIBAO, Segment.MARGINAL,
    Segment.GENERAL,
)  # fmt: skip


def peach_blossom() -> Hand:
    """The six households on 1 January 2021, before anything is paid."""
    hand = Hand(households=HOUSEHOLDS, persons=len(PEOPLE))
    _people(hand)
    _households(hand)
    _surroundings(hand)
    return hand


def _people(hand: Hand) -> None:
    persons, households = hand.persons, hand.households
    columns = ("household", "age", "female", "capacity", "chronic", "disabled", "stage", "status")
    for column, entries in zip(columns, zip(*PEOPLE)):
        persons[column] = entries
    persons["preference"] = persons["status"]
    persons["productivity"] = 1.0
    persons["school_years"] = np.where(persons["stage"] == Stage.COMPULSORY, 1, 0)
    persons["enterprise"] = np.where((persons["status"] == Destination.LOCAL_FIRM) & (persons["household"] == 2), 0, -1)
    for row, household in enumerate(households):
        members = np.flatnonzero(persons["household"] == row)
        household.first_person, household.members = members[0], len(members)
        persons["next"][members] = [*members[1:], -1]
        able = members[persons["capacity"][members] > 0.0]
        household.workers = len(able)


def _households(hand: Hand) -> None:
    households, register, persons = hand.households, hand.register, hand.persons
    households["segment"] = SEGMENTS
    households["registered"] = [1, 1, 1, 0, 0, 0]
    households["marginal"] = [0, 0, 0, 0, 1, 0]
    households["weight"] = [1, 1, 1, 1, 1, 10]
    households["disqualifying"] = [0, 0, 0, 0, 0, 1]
    households["land"] = [2.0, 4.0, 6.0, 1.0, 5.0, 8.0]
    households["holdings"][:, Commodity.MAIZE] = [600.0, 1200.0, 1800.0, 300.0, 1500.0, 2400.0]
    households["holdings"][2, Commodity.CATTLE] = 6000.0
    households["holdings"][4, Commodity.VEGETABLES] = 9000.0
    households["herd"] = households["shed"] = 1.0
    households["awareness"] = 1.0
    households["cash"] = [900.0, 2000.0, 3000.0, 500.0, 2000.0, 9000.0]
    households["income_12"] = [14000.0, 30000.0, 24000.0, 6800.0, 15000.0, 40000.0]
    households["net_per_head"] = households["income_12"] / households["members"]
    households["uncounted_income"] = [100.0, 0.0, 0.0, 50.0, 0.0, 0.0]
    households["own_work"] = [0.0, 0.0, 0.1, 0.0, 0.2, 0.3]
    households["farm_labour"] = households["farm_labour_founded"] = [0.0, 0.35, 1.0, 0.0, 2.0, 1.0]
    hand.histories["income"] = households["income_12"][:, None] / 12
    register["dibao"] = [1, 0, 0, 1, 0, 0]
    register["benefit"] = [300.0, 0.0, 0.0, 250.0, 0.0, 0.0]
    register["assessed"] = [3000.0, 0.0, 0.0, 2500.0, 0.0, 0.0]
    register["recertification"] = [3, 0, 0, 5, 0, 0]
    persons["registered"] = households["registered"][persons["household"]]
    _open_case(hand, household=4)


def _open_case(hand: Hand, household: int) -> None:
    hand.tables.counts["cases"][0] = 1
    case = hand.cases[0]
    case.identity, case.household, case.state = 77, household, CaseState.MONITORED
    case.cause, case.channel, case.eliminated = Cause.LOW_INCOME, Channel.INHERITED, -1
    case.signalled = case.identified = -1
    hand.register[household].case_row = 0
    hand.register[household].identified = 1
    hand.register[household].verified_income = 6000.0


def _surroundings(hand: Hand) -> None:
    from sim.world.labour_market import STRENGTHS

    environment, markets, enterprise = hand.environment[0], hand.markets, hand.enterprises[0]
    environment.poverty_line, environment.monitoring_line, environment.dibao_line = 4160.0, 6600.0, 5500.0
    environment.outside_wage, environment.local_wage = 4000.0, 3000.0
    markets["pay"] = [3000.0, 2000.0, 400.0, 0.0, 0.0]
    markets["pay_founded"] = markets["pay"]
    markets["shares"] = [0.2, 0.2, 0.0, 0.6, 0.0]
    assert len(markets) == len(Segment) * STRENGTHS
    enterprise.alive, enterprise.jobs_founded, enterprise.desired, enterprise.registered = 1, 1.0, 1, 1
    enterprise.margin, enterprise.wages, enterprise.cash, enterprise.age = 1.25, 2000.0, 5000.0, 24
    village = hand.villages[0]
    village.households, village.visits, village.first_secretary = 15, 30, 1
    village.tap = 0.7
    hand.townships[0].verification = 10
    hand.townships[0].own_revenue, hand.townships[0].need = 500_000.0, 800_000.0
    enterprise.linkage, enterprise.commodity, enterprise.sector, enterprise.revenue = 2, Commodity.CATTLE, 1, 5e6
    hand.households[2].linked = 0  # the weavers' cattle go to the enterprise
    asset = hand.assets[0]
    asset.value, asset.operator = 120_000.0, -1
    _lend(hand, household=2)


def _lend(hand: Hand, household: int) -> None:
    """A loan of 2020 that falls due within the two years that the tests run."""
    hand.tables.counts["loans"][0] = 1
    loan = hand.tables["loans"][0]
    loan.identity, loan.household, loan.principal, loan.capital = 99, household, 20_000.0, 20_000.0
    loan.started, loan.term, loan.ability = -24, 36, 1.0
    hand.households[household].loan = 0


class Village:
    """The six households with every process of the month bound at central values, as ``County`` would bind them."""

    def __init__(self, declared_only: bool = False, seed: int = 3, months: int = 60) -> None:
        from sim.core.binding import BoundProcess, open_purses
        from sim.core.inputs.parameters import load_all
        from sim.core.inputs.resolve import resolve
        from sim.core.ledger import Fund
        from sim.core.random_draws import replication_key
        from sim.county import make_ready
        from sim.month import MONTH, PROCESSES_IN_ORDER
        from sim.world.funds import fund_records, owed_reasons

        make_ready()
        book = load_all()
        values = resolve(book, months=months)
        self.hand, self.month = peach_blossom(), 0
        self.tables = tables = self.hand.tables
        purses = {fund: record.purse for fund, record in fund_records().items()}
        slices = open_purses(tables, purses, list(PROCESSES_IN_ORDER), owed_reasons())
        households, funds = tables["households"], tables["funds"]
        funds["balance"][Fund.HOUSEHOLDS] = (households["weight"] * households["cash"]).sum()
        funds["balance"][Fund.ENTERPRISES] = tables["enterprises"]["cash"].sum()
        key = replication_key(seed, 0)
        self.steps = [
            (
                step,
                BoundProcess(
                    step.process, tables, sorted(book.of(step.process.owner)), values.path, key, slices, -12, declared_only
                ),
            )
            for part in MONTH
            for step in part.steps
        ]

    def run(self, months: int, watch=None) -> None:
        """Run some months; ``watch(process)`` may return a function to call after the process has run."""
        from sim.world.bookkeeping import close_month, open_month

        tables = self.tables
        for _ in range(months):
            open_month(tables["households"], tables["enterprises"], tables["funds"], tables["lines"])
            for step, bound in self.steps:
                if step.due(self.month):
                    after = watch(step.process) if watch else None
                    bound(self.month)
                    if after:
                        after()
            close_month(tables["households"], tables["enterprises"], tables["funds"], tables["lines"])
            self.month += 1
