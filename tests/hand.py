"""A county small enough to compute by hand, and a way to run one process on it."""

from functools import cache
from types import SimpleNamespace

import numpy as np

import sim.records.cases
import sim.records.register
import sim.world.assets
import sim.world.enclave_projects
import sim.world.enterprises
import sim.world.environment
import sim.world.histories
import sim.world.households
import sim.world.loans
import sim.world.persons
import sim.world.places  # noqa: F401  these imports declare the tables
from sim.core.binding import BoundProcess, Tables, open_purses
from sim.core.inputs.parameters import load_parameters
from sim.core.inputs.resolve import resolve_central
from sim.core.ledger import Fund, Purse
from sim.core.process import PROCESSES, Process
from sim.core.random_draws import replication_key
from sim.county import make_ready
from sim.world.codes import NONE
from sim.world.funds import owed_reasons

SECTORS = (Fund.HOUSEHOLDS, Fund.ENTERPRISES, Fund.OUTSIDE)
BUDGETS = (
    Fund.COUNTY_FLOOR, Fund.BRIDGING, Fund.EMPLOYMENT, Fund.TOWNSHIP, Fund.VILLAGES, Fund.RISK_COMPENSATION
)  # fmt: skip
SPARE = 100
#: A hand-made county has all the leads, and so the projects, of a real one in its one township; enough for ten years.
SPARE_LEADS = 8_000


@cache
def find(name: str) -> Process:
    """The process called ``name``. All are bound first, since Numba's cache may name the argument types of any of them; and once,
    since what is loaded belongs to one binding.
    """
    make_ready()
    return PROCESSES[name]


class Hand:
    """Tables of the given sizes, all zero except codes for "none" and weights of one, and the purses of a county."""

    def __init__(self, households=1, persons=1, **sizes):
        wanted = {
            "households": households, "histories": households, "register": households, "persons": persons,
            "townships": 1, "villages": 1, "enterprises": 1, "environment": 1, "commodities": 6, "markets": 10,
            "cases": 0, "packages": 0, "assets": 1, "enclaves": 0, "loans": 0, "risks": 8, **sizes,
        }  # fmt: skip
        self.tables = Tables()
        for name, rows in wanted.items():
            self.tables.make(name, rows, room=rows + (SPARE_LEADS if name in ("enclaves", "enterprises") else SPARE))
        for table in self.tables.rows.values():
            for column in table.dtype.names:
                if column in ("next", "onset", "entered", "entered_event", "event", "enterprise", "identified",
                              "eliminated", "delivered", "case_row", "signal", "signalled", "application",
                              "recertification", "grace_until", "first_person", "linked", "loan",
                              "operator", "landed", "until"):  # fmt: skip
                    if table.dtype[column].kind == "i":
                        table[column] = NONE
        self.tables["register"]["identified"] = 0
        for name in ("households", "persons", "enterprises", "assets"):
            self.tables[name]["identity"] = np.arange(1, len(self.tables[name]) + 1)
        self.tables["households"]["weight"] = 1
        self.tables["households"]["members"] = 1
        self.tables["households"]["first_person"] = np.minimum(np.arange(households), persons - 1)
        self.tables["persons"]["alive"] = 1
        self.tables["environment"]["outside_wage"] = 1.0
        for index in ("farm_trend", "transfer_trend", "cost_trend", "province_income", "epidemic", "floor_growth"):
            self.tables["environment"][index] = 1.0
        self.tables["commodities"]["price"] = 1.0
        self.tables["commodities"]["season"] = self.tables["commodities"]["net_share"] = 1.0
        self.tables["households"]["worked"] = self.tables["households"]["shed"] = self.tables["households"]["herd"] = 1.0
        self.tables["townships"]["epidemic"] = 1.0
        for column in ("effort", "seeking", "rounds", "care", "papers", "courting"):
            self.tables["townships"][column] = 1.0
        self.tables["townships"]["sites"] = 1.0
        self.tables["villages"]["team"] = 1.0
        self.tables["enterprises"]["exposure"] = 1.0
        self.tables["townships"]["maize_yield"] = 1.0
        self.slices: dict[str, slice] = {}
        self.lines: dict[str, np.recarray] = {}
        self.balances = dict.fromkeys(Fund, 0.0)
        #: Other columns of purses before the next process runs, by column and fund.
        self.columns: dict[tuple[str, Fund], float] = {}
        self.tables.make("funds", len(Fund))

    def __getattr__(self, name):
        """``hand.households`` are the rows in use of that table."""
        if name.startswith("_") or name == "tables" or name not in self.tables.rows:
            raise AttributeError(name)
        return self.tables[name]

    def money(self, fund: Fund, yuan: float) -> None:
        """Put money into a purse before the next process runs."""
        self.balances[fund] = yuan

    def reserve(self, fund: Fund, yuan: float) -> None:
        """Keep so much of a purse for what is owed by right or contract."""
        self.columns["reserved", fund] = yuan

    def run(self, name, month=0, seed=1, declared_only=True, **overrides):
        """Run one process with central parameters, some of them overridden in the units of the rules."""
        process = find(name)
        names, path = _parameters(process, overrides)
        purses = {
            fund: Purse.SECTOR if fund in SECTORS else Purse.BUDGET if fund in BUDGETS else Purse.OPEN_ENDED for fund in Fund
        }
        self.slices = open_purses(self.tables, purses, [process], owed_reasons())
        for fund, yuan in self.balances.items():
            self.tables["funds"][fund].balance = yuan
        for (column, fund), yuan in self.columns.items():
            self.tables["funds"][fund][column] = yuan
        bound = BoundProcess(
            process, self.tables, names, path, replication_key(seed, 0), self.slices, first=month, declared_only=declared_only
        )
        bound(month)
        self.balances = {fund: float(self.tables["funds"][fund].balance) for fund in Fund}
        return SimpleNamespace(**{reason: self.paid(reason) for reason in self.slices})

    def paid(self, reason: str) -> float:
        """Yuan paid under this reason by the process that ran last."""
        return float(self.tables["lines"][self.slices[reason]].yuan.sum())

    def unpaid(self, reason: str) -> float:
        """Yuan that could not be paid under this reason by the process that ran last."""
        return float(self.tables["lines"][self.slices[reason]].unpaid.sum())


def _parameters(process, overrides):
    book = load_parameters(process.yaml) if process.yaml.exists() else {}
    central = resolve_central(book)
    unknown = set(overrides) - set(central)
    if unknown:
        raise KeyError(f"{process.yaml.name} has no parameter {sorted(unknown)}")

    def path(identity):
        name = identity.split(".")[1]
        usual = np.asarray(central[name])
        return np.array([overrides.get(name, usual)]).astype(usual.dtype)

    return sorted(central), path
