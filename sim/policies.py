"""Policies written as Python functions: each has a place in the month, what it may see, and a fund that it pays from.

A policy sees tables that nobody can write to, and pays through the ledger, so that whatever it does closes with the month's
books. Its random draws have addresses like all others: of the replication, the policy, the month and the household. It is kept
as text and bytes, and made anew for every county, so that nothing it remembers passes from one replication to the next.
"""

import inspect
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.core.binding import Tables
from sim.core.compiled.compilation import reuse_machine_code
from sim.core.inputs.errors import InputError, UserError, unknown
from sim.core.inputs.parameters import load_all
from sim.core.inputs.resolve import Values, month_name
from sim.core.ledger import Fund, Payment, Purse, pay
from sim.core.process import PaymentDeclaration
from sim.core.random_draws import decision_key, fill_uniforms, word
from sim.core.tables import TABLES
from sim.month import MONTH
from sim.world.funds import fund_records

RECORDS, TRUTH = "records", "truth"
#: What a policy may be handed, by the names of its parameters.
ARGUMENTS = ("county", "pay", "draw")
#: Once this process has run, the month's income is added up already.
CLOSING = "close_accounts"
#: Budgets that are not the county's to spend: those of townships and villages are kept by place as well.
ELSEWHERE = (Fund.TOWNSHIP, Fund.VILLAGES, Fund.POVERTY_INSURER, Fund.RISK_COMPENSATION)
#: How often a draw is made afresh, in months; 0 for once in all.
OCCASIONS = {"month": 1, "year": 12, "life": 0}


@dataclass(frozen=True)
class Policy:
    """A policy as it is kept in a scenario: picklable, and of fixed meaning.

    ``after``: the process behind which it acts, each month from January 2021; ``fund`` pays; ``sees``: "records" (what the
    administration knows) or "truth"; ``code``: the function, pickled; ``fingerprint``: of all that it depends on, or empty where
    that cannot be said, because of ``reason``.
    """

    name: str
    after: str
    fund: str
    sees: str
    code: bytes
    fingerprint: str
    source: str
    reason: str = ""

    @cached_property
    def pays(self) -> tuple[PaymentDeclaration, ...]:
        """What it pays for, as a process declares it."""
        return (PaymentDeclaration(f"policy_{self.name}", (Fund[self.fund.upper()],), Fund.HOUSEHOLDS),)

    def describe(self) -> dict[str, str]:
        """What a result says of it."""
        return {"name": self.name, "after": self.after, "pays": self.fund, "sees": self.sees, "source": self.source,
                "fingerprint": self.fingerprint or f"none: {self.reason}"}  # fmt: skip

    def canonical_inputs(self) -> dict[str, str]:
        """What of it decides results; where it cannot be recognised never the same twice, so that nothing is joined to it."""
        recognised = self.fingerprint or f"cannot be recognised again: {self.reason} ({uuid4().hex[:8]})"
        return {"after": self.after, "pays": self.fund, "sees": self.sees, "fingerprint": recognised}


def places() -> list[str]:
    """The processes of the month, in order: a policy acts after one of them."""
    return [step.process.name for part in MONTH for step in part.steps]


def check(name: str, after: str, fund: str, sees: str) -> None:
    """Raise UserError unless a policy of this name may act there, pay from there and see that."""
    if not name.isidentifier():
        raise UserError(f"'{name}' is no name for a policy; give it one: name='…'", f"“{name}”不能作政策的名称；请写 name='…'")
    if after not in places():
        raise UserError(*unknown("after: the month has no process", "after：一个月里没有这个环节：", after, places()))
    records = fund_records().items()
    funds = [each.name.lower() for each, record in records if record.purse == Purse.BUDGET and each not in ELSEWHERE]
    if fund not in funds:
        found = unknown("pays: there is no such fund with a budget", "pays：没有这项有预算的资金：", fund, funds)
        raise UserError(f"{found.english}; there are {', '.join(funds)}", f"{found.chinese}；可用的有 {'、'.join(funds)}")
    if sees not in (RECORDS, TRUTH):
        raise UserError(
            *unknown("sees must be 'records' or 'truth', not", "sees 只能是 records 或 truth，不能是", sees, (RECORDS, TRUTH))
        )


@reuse_machine_code
def grant(households, histories, payment, rows, amounts, calendar, closed, paid):
    """Pay each household of every row as a transfer; ``paid`` says for which rows the fund sufficed.

    What is paid after the month's accounts are closed counts as the month's income all the same.
    """
    for place in range(len(rows)):
        household, amount = households[rows[place]], amounts[place]
        if household.members > 0 and amount > 0.0 and pay(household, payment, amount):
            paid[place] = 1
            household.transfers += amount
            if closed:
                household.income_12 += amount
                household.income_year += amount
                histories[rows[place]].income[calendar] += amount


class Records:
    """One table as a policy may see it: columns by name, ``county.register["dibao"]`` or ``county.register.dibao``.

    Each is an array over the rows in use that cannot be written to.
    """

    __slots__ = ("_name", "_rows", "_shown", "_where")

    def __init__(self, where: str, name: str, rows: Any, shown: Sequence[str]) -> None:
        self._where, self._name, self._rows, self._shown = where, name, rows, shown

    def __getitem__(self, column: str) -> NDArray:
        if column in self._shown:
            return np.asarray(memoryview(self._rows[column]).toreadonly())
        if column in [each.name for each in TABLES[self._name].columns]:
            raise InputError(
                self._where, 0,
                f"'{self._name}.{column}' is the truth, which the administration does not know; declare sees='truth'",
                f"“{self._name}.{column}”是实际情况，管理部门并不掌握；要用它请写 sees='truth'"
            )  # fmt: skip
        found = unknown(f"table '{self._name}' has no column", f"表“{self._name}”没有这一列：", column, list(self._shown))
        raise InputError(self._where, 0, *found)

    def __getattr__(self, column: str) -> NDArray:
        if column.startswith("_"):
            raise AttributeError(column)
        return self[column]

    def __setitem__(self, column: str, value: Any) -> None:
        raise InputError(
            self._where, 0, f"'{self._name}.{column}' cannot be written to: money moves by pay(rows, yuan), the rest by rules",
            f"“{self._name}.{column}”不能直接改写：付款请用 pay(rows, yuan)，其余由规则决定"
        )  # fmt: skip

    def __setattr__(self, column: str, value: Any) -> None:
        if column in self.__slots__:
            object.__setattr__(self, column, value)
        else:
            self[column] = value

    def __len__(self) -> int:
        return len(self._rows)

    def __dir__(self) -> list[str]:
        return list(self._shown)


class CountyView:
    """The county as a policy sees it in one month: ``year``, ``month`` (1 to 12), ``date`` ("2021-03"), and tables by name."""

    def __init__(self, policy: "BoundPolicy", number: int) -> None:
        self._policy, self._number = policy, number
        self.year, self.month, self.date = 2021 + number // 12, number % 12 + 1, month_name(number)

    def __getattr__(self, table: str) -> Records:
        if table.startswith("_"):
            raise AttributeError(table)
        return self._policy.records(table)

    def __dir__(self) -> list[str]:
        return ["date", "fund", "month", "setting", "year", *self._policy.shown]

    def fund(self, name: str) -> float:
        """What a fund holds now, in yuan."""
        known = [each.name.lower() for each in Fund]
        if name not in known:
            raise InputError(self._policy.where, 0, *unknown("there is no fund", "没有这项资金：", name, known))
        return float(self._policy.tables["funds"]["balance"][Fund[name.upper()]])

    def setting(self, path: str) -> Any:
        """A lever's value this month in the unit of the rules (money in yuan, times in months); of a policy that sees the truth
        also an assumption's.
        """
        return self._policy.setting(path, self._number)


class BoundPolicy:
    """A policy at work in one county: call it with a month."""

    def __init__(
        self, policy: Policy, tables: Tables, slices: Mapping[str, slice], values: Values, replication: np.uint64
    ) -> None:
        self.policy, self.tables, self._values, self._replication = policy, tables, values, replication
        self.where = f"policy {policy.name}"
        self._closed = places().index(policy.after) >= places().index(CLOSING)
        (declared,) = policy.pays
        payers = np.array(declared.payers, dtype=np.int64)
        self._payment = Payment(tables["lines"][slices[declared.reason]], tables["funds"], payers, int(declared.payee))
        self._month = 0
        #: The columns of every table that it may see.
        self.shown = {
            name: tuple(column.name for column in TABLES[name].columns if policy.sees == TRUTH or not column.truth)
            for name in sorted(tables.rows)
        }
        self._function: Callable[..., None] = pickle.loads(policy.code)
        given = {"pay": self.pay, "draw": self.draw}
        self._given = {name: given[name] for name in inspect.signature(self._function).parameters if name in given}

    def __call__(self, month: int) -> None:
        self._month = month
        try:
            self._function(county=CountyView(self, month), **self._given)
        except Exception as problem:
            problem.add_note(f"in policy '{self.policy.name}', month {month_name(month)}")
            raise

    def records(self, table: str) -> Records:
        """A table as it may see it."""
        if not self.shown.get(table):
            known = [name for name, columns in self.shown.items() if columns]
            raise InputError(self.where, 0, *unknown("it sees no table", "看不到这张表：", table, known))
        return Records(self.where, table, self.tables[table], self.shown[table])

    def setting(self, path: str, month: int) -> Any:
        """A parameter that it may know."""
        known = [name for name, each in load_all().parameters.items() if self.policy.sees == TRUTH or each.role == "lever"]
        if path not in known:
            raise InputError(self.where, 0, *unknown("it knows no lever", "不掌握这个政策措施：", path, known))
        return self._values.at(path, month)

    def _rows(self, rows: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None]:
        """Rows of households from their numbers, or from a mask over all of them, which is returned too."""
        count = len(self.tables["households"])
        given = np.atleast_1d(np.asarray(rows))
        if given.dtype == np.bool_ and len(given) == count:
            return np.flatnonzero(given), given
        if given.size == 0:
            return np.zeros(0, dtype=np.int64), None
        if given.ndim != 1 or given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= count:
            raise InputError(
                self.where, 0, f"rows are numbers of households below {count}, or a true or false for each of them",
                f"rows 应是小于 {count} 的农户行号，或给每一行农户各一个真假值"
            )  # fmt: skip
        return np.ascontiguousarray(given, dtype=np.int64), None

    def pay(self, rows: ArrayLike, yuan: ArrayLike) -> NDArray[np.bool_]:
        """Pay ``yuan`` to each household of these rows out of the policy's fund, as transfer income, in the order of the rows.

        ``rows``: numbers of rows of ``households``, or a mask over them; ``yuan``: one amount, or one for each row. Returns for
        each row whether it was paid: the fund refuses what it does not hold, and households without living members get nothing.
        Raises InputError for rows that there are not, and for amounts below 0 or unknown.
        """
        places_, mask = self._rows(rows)
        amounts = np.asarray(yuan, dtype=np.float64)
        if mask is not None and amounts.shape == mask.shape:
            amounts = amounts[mask]
        if amounts.ndim and amounts.shape != places_.shape:
            raise InputError(
                self.where, 0, f"yuan is one amount or one for each of {len(places_)} rows, not {amounts.size}",
                f"yuan 应是一个金额，或给 {len(places_)} 行各一个，不能是 {amounts.size} 个"
            )  # fmt: skip
        if not (np.isfinite(amounts).all() and (amounts >= 0.0).all()):
            raise InputError(
                self.where, 0, "an amount is below 0 or unknown: nothing is taken from households", "金额不能为负或缺失"
            )
        paid = np.zeros(len(places_), dtype=np.uint8)
        each = np.ascontiguousarray(np.broadcast_to(amounts, places_.shape))
        households, histories = self.tables.for_rules("households"), self.tables.for_rules("histories")
        grant(households, histories, self._payment, places_, each, self._month % 12, self._closed, paid)
        return paid.astype(np.bool_)

    def draw(self, decision: str, rows: ArrayLike | None = None, every: str = "month") -> NDArray[np.float64]:
        """A uniform random number in (0, 1) for each of these rows of households, or for all: float64 of their number.

        ``decision`` names what is decided: the same name gives the same household the same number in every scenario; ``every``
        "month", "year" or "life", how often it is drawn afresh.
        """
        if every not in OCCASIONS:
            found = unknown(
                "every must be one of month, year and life, not", "every 只能是 month、year、life，不能是", every, list(OCCASIONS)
            )
            raise InputError(self.where, 0, *found)
        span = OCCASIONS[every]
        key = decision_key(self._replication, word(f"policy.{self.policy.name}.{decision}"), self._month // span if span else 0)
        identities = self.tables["households"]["identity"]
        chosen = identities if rows is None else identities[self._rows(rows)[0]]
        drawn = np.empty(len(chosen))
        fill_uniforms(key, chosen, drawn)
        return drawn


def bind_policies(
    policies: Sequence[Policy], tables: Tables, slices: Mapping[str, slice], values: Values, replication: np.uint64
) -> dict[int, list[BoundPolicy]]:
    """The policies of a county in the order in which they act, by how many steps of the month come before them."""
    found: dict[int, list[BoundPolicy]] = {}
    for policy in sorted(policies, key=lambda each: places().index(each.after)):  # at one place in the order of adding
        acts = BoundPolicy(policy, tables, slices, values=values, replication=replication)
        found.setdefault(places().index(policy.after) + 1, []).append(acts)
    return found
