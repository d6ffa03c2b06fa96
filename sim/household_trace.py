"""What happens to one household, as facts: what changed in its rows, and which purses moved, after each process of each month.

The county is run again with an observer; no rule writes prose or logs, and no random draw is touched. The sentences are made of
the facts in ``experiments.reporting``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.core.ledger import Fund
from sim.core.process import Process
from sim.county import County
from sim.month import PROCESSES_IN_ORDER
from sim.world.codes import (
    CaseState,
    Cause,
    Channel,
    Commodity,
    DecisionRule,
    Destination,
    Help,
    LoanKind,
    LoanState,
    Stage,
)
from sim.world.funds import fund_records

SPELL = 3  # months below without being noticed that make a household one that nobody noticed
LATE = 3  # months from identification to the first measure that make help late
TRIFLE = 1.0  # yuan
#: Purses that are people and firms, and not public money.
PRIVATE = (Fund.HOUSEHOLDS, Fund.ENTERPRISES, Fund.OUTSIDE)
#: What comes in month after month is reported by the year; only what comes once is reported when it comes.
ONCE = (
    "insurance_claims", "crop_claims", "shed_claims", "dividends", "profit_shares", "orders", "work_relief",
)  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """Something that happened: ``month`` since January 2021, the process that did it, what kind of thing, and its numbers."""

    month: int
    process: str
    kind: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Rows:
    """The rows of one household before a process."""

    household: np.ndarray
    register: np.ndarray
    persons: np.ndarray
    cases: np.ndarray
    packages: np.ndarray
    loans: np.ndarray
    lines: np.ndarray


class HouseholdTrace:
    """Runs a county to its end and records the facts of one household.

    ``identity``: the address of the household's random draws, the same in every scenario. Raises KeyError where no row has it
    at the end.
    """

    def __init__(self, county: County, identity: int) -> None:
        self.county, self.identity = county, identity
        self.facts: list[Fact] = []
        #: Month by month: net income per head, the lines it is held against, and where it stands.
        self.months: list[dict[str, Any]] = []
        self._before: _Rows | None = None
        self.facts.extend(self._opening())
        county.watch = self._look
        while county.month < county.scenario.months:
            county.step()
            self.months.extend(self._stands(county.month - 1))
            if county.month % 12 == 0:
                self.facts.extend(self._year(county.month - 1))
        county.watch = None
        self.row = self._row()

    def _opening(self) -> Iterator[Fact]:
        """How it stood when the story began; nothing for a household that is not there yet."""
        seen = self._see()
        if seen is None:
            return
        household, register = seen.household[0], seen.register[0]
        kind = "opens_at_risk" if household["at_risk"] else "opens"
        cause = _name(Cause, household["risk_cause"])
        values = {"members": int(household["members"]), "workers": int(household["workers"]), "cause": cause}
        yield Fact(self.county.month, "", kind, {**values, "net": float(household["net_per_head"])})
        if register["dibao"]:
            yield Fact(self.county.month, "", "opens_on_dibao", {"yuan": float(register["benefit"]), "funds": ["civil_affairs"]})
        if register["case_row"] >= 0:
            yield Fact(self.county.month, "", "opens_monitored", {})

    def _row(self) -> int:
        found = np.flatnonzero(self.county.tables["households"]["identity"] == self.identity)
        if len(found) == 0:
            raise KeyError(self.identity)
        return int(found[0])

    def _see(self) -> _Rows | None:
        tables = self.county.tables
        found = np.flatnonzero(tables["households"]["identity"] == self.identity)
        if len(found) == 0:
            return None
        row = found[0]
        own = {name: tables[name][tables[name]["household"] == row].copy() for name in ("persons", "cases", "packages", "loans")}
        household, register = tables["households"][row : row + 1].copy(), tables["register"][row : row + 1].copy()
        return _Rows(
            household,
            register,
            own["persons"],
            cases=own["cases"],
            packages=own["packages"],
            loans=own["loans"],
            lines=tables["lines"]["yuan"].copy(),
        )

    def _look(self, process: Process, month: int, before: bool) -> None:
        if month < 0:
            return
        seen = self._see()
        if not before and seen is not None and self._before is not None:
            compare = _Comparison(self._before, seen, process, self._purses(process))
            facts = (*self._grounds(self._before, seen, process), *compare.facts())
            self.facts.extend(Fact(month, process.name, kind, values) for kind, values in facts)
            if process.name == "farm_choice":
                self.facts.extend(self._farm(month, self._before.household[0], seen.household[0]))
        self._before = seen if before else None

    def _farm(self, month: int, old: Any, new: Any) -> Iterator[Fact]:
        """What it decided of the lines of its farm, and what it went by: last year's returns, and neighbours."""
        village, commodities = self.county.tables["villages"][new["village"]], self.county.tables["commodities"]
        for kind in Commodity:
            was, now = float(old["holdings"][kind]), float(new["holdings"][kind])
            if was != now:
                what = "line_begun" if was == 0.0 else "line_given_up" if now == 0.0 else "line_widened"
                values = {
                    "line": kind.name, "expected": float(commodities[kind].expected),
                    "neighbours": float(village["growers"][kind] / village["farms"]), "yuan": abs(now - was),
                }  # fmt: skip
                yield Fact(month, "farm_choice", what, values)

    def _grounds(self, old: _Rows, new: _Rows, process: Process) -> Iterator[tuple[str, dict[str, Any]]]:
        """Why an official decided as it did, where a rule of its level decides and not the plan."""
        was, now, decides = old.register[0], new.register[0], self._decides
        deliberated = was["found"] == 1 and now["found"] < 0 and new.household["members"][0] > 0
        if process.name == "case_review" and decides("case_review") and deliberated:
            above = float(now["above_bar"]) * float(self.county.tables["environment"][0].monitoring_line)
            values = {"income": float(now["verified_income"]), "yuan": abs(above)}
            yield ("looked_better_off" if above >= 0.0 else "looked_worse_off"), values
        if process.name == "signal_verification" and decides("township_decision") and now["signal"] >= 0 and now["found"] < 0:
            township = self.county.tables["townships"][new.household["township"][0]]
            if township.verification == 0:
                yield "unverified", {"share": float(township.care)}

    def _decides(self, level: str) -> bool:
        return self.county.setting(f"{level}.rule") != DecisionRule.AS_PLANNED

    def _purses(self, process: Process) -> dict[str, list[str]]:
        """For each reason of a process, the public purses that have paid it so far this month."""
        lines, place = self.county.tables["lines"], 0
        found: dict[str, list[str]] = {}
        for each in PROCESSES_IN_ORDER:
            for payment in each.pays:
                for payer in payment.payers:
                    if each is process and payer not in PRIVATE and lines[place].yuan > 0.0:
                        found.setdefault(payment.reason, []).append(payer.name.lower())
                    place += 1
        return found

    def _stands(self, month: int) -> Iterator[dict[str, Any]]:
        """Where the household stands at the end of a month; nothing when it is not there."""
        tables = self.county.tables
        for row in np.flatnonzero(tables["households"]["identity"] == self.identity):
            household, environment = tables["households"][row], tables["environment"][0]
            if household.members > 0:
                yield {
                    "month": month, "net": float(household.net_per_head), "below": int(household.below),
                    "at_risk": int(household.at_risk), "members": int(household.members),
                    "poverty_line": float(environment.poverty_line), "monitoring_line": float(environment.monitoring_line),
                }  # fmt: skip

    def _year(self, month: int) -> Iterator[Fact]:
        """What a year came to, in yuan."""
        seen = self._see()
        if seen is None or seen.household["members"][0] == 0:
            return
        household = seen.household[0]
        values = {name: float(household[name]) for name in ("income_12", "rigid_12", "net_per_head", "cash", "debt")}
        members, dibao = int(household["members"]), int(seen.register["dibao"][0])
        yield Fact(month, "", "year", {**values, "members": members, "dibao": dibao, "below": int(household["below"])})


class _Comparison:
    """What a process did to one household."""

    def __init__(self, before: _Rows, after: _Rows, process: Process, purses: dict[str, list[str]]) -> None:
        self.old, self.new, self.process, self.purses = before, after, process, purses

    def facts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Kind and values of everything that changed and is worth reporting."""
        yield from self._people()
        yield from self._home()
        yield from self._money()
        yield from self._truth()
        yield from self._file()
        yield from self._cases()
        yield from self._help()
        yield from self._loans()

    def _step(self, name: str, of: str = "household") -> tuple[Any, Any]:
        return getattr(self.old, of)[name][0], getattr(self.new, of)[name][0]

    def _funds(self, *reasons: str) -> list[str]:
        return list(dict.fromkeys(fund for reason in reasons or self.purses for fund in self.purses.get(reason, [])))

    def _people(self) -> Iterator[tuple[str, dict[str, Any]]]:
        old = {int(person["identity"]): person for person in self.old.persons}
        new = {int(person["identity"]): person for person in self.new.persons}
        for identity in old.keys() - new.keys():
            yield "left", _person(old[identity])
        for identity, person in new.items():
            who = _person(person)
            if identity not in old:
                yield "born" if person["age"] == 0 else "joined", who
                continue
            was = old[identity]
            if was["alive"] and not person["alive"]:
                yield "left" if person["away"] else "died", who
            if was["status"] != person["status"] and person["alive"]:
                yield "work", {**who, "was": _name(Destination, was["status"]), "now": _name(Destination, person["status"])}
            if self.process.name == "illness" and person["bill"] > 0.0:
                yield "admitted", {**who, "yuan": float(person["bill"]), "major": bool(person["major"])}
            if self.process.name == "medical_reimbursement" and person["bill"] > 0.0:
                own = float(person["own_bill"])
                yield "reimbursed", {**who, "yuan": float(person["bill"]) - own, "own": own, "funds": self._medical_funds()}
            if not was["chronic"] and person["chronic"]:
                yield "chronic", who
            if not was["disabled"] and person["disabled"]:
                yield "disabled", who
            if was["stage"] != person["stage"]:
                yield "school", {**who, "now": _name(Stage, person["stage"])}

    def _medical_funds(self) -> list[str]:
        """Who shares in a bill: everybody's insurance, and for the listed what is added."""
        funds = self._funds("basic_insurance")
        household, register = self.new.household, self.new.register
        if household["registered"][0] or household["marginal"][0] or register["dibao"][0]:
            funds += self._funds("medical_aid", "supplementary")
        if household["registered"][0]:
            funds += self._funds("top_up_prefecture", "top_up_county")
        return funds

    def _home(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, broken, mended in (
            ("house_broken", "house_unsafe", "house_mended"),
            ("water_broken", "water_failed", "water_mended"),
        ):
            was, now = self._step(name)
            if was == 0 and now > 0:
                yield broken, {}
            elif was > 0 and now == 0:
                yield mended, {"months": int(was)}
        for name, kind in (("herd", "herd_lost"), ("shed", "shed_lost")):
            was, now = self._step(name)
            if now < was - 0.01:
                yield kind, {"share": float(was - now)}

    def _money(self) -> Iterator[tuple[str, dict[str, Any]]]:
        was, now = self._step("rigid")
        if now - was > TRIFLE and self.process.name not in ("medical_reimbursement", "chronic_care"):
            yield "own_cost", {"yuan": float(now - was), "process": self.process.name}
        was, now = self._step("received")
        if now - was > TRIFLE and self.process.name in ONCE:
            yield "received", {"yuan": float(now - was), "process": self.process.name, "funds": self._funds()}

    def _truth(self) -> Iterator[tuple[str, dict[str, Any]]]:
        was, now = self._step("at_risk")
        net = float(self.new.household["net_per_head"][0])
        cause = _name(Cause, self.new.household["risk_cause"][0])
        if now > was:
            yield "at_risk", {"cause": cause, "net": net}
        elif was > now:
            yield "safe", {"net": net}
        was, now = self._step("below")
        if now > was:
            yield "fell_below", {"net": net, "cause": cause}
        elif was > now:
            yield "rose_above", {"net": net, "months": int(self.old.household["below_months"][0])}

    def _file(self) -> Iterator[tuple[str, dict[str, Any]]]:
        was, now = self._step("signal", "register")
        if now >= 0 and was != now:
            yield "noticed", {"channel": _name(Channel, now)}
        was, now = self._step("turned_down_until", "register")
        if now > was:
            yield "turned_down", {}
        was, now = self._step("application", "register")
        dibao_was, dibao_now = self._step("dibao", "register")
        benefit_was, benefit = self._step("benefit", "register")
        if was < 0 <= now:
            yield "applied", {}
        if dibao_now > dibao_was:
            yield "dibao_granted", {"yuan": float(benefit), "funds": ["civil_affairs"]}
        elif dibao_was > dibao_now:
            yield "dibao_ended", {}
        elif was >= 0 > now:
            yield "dibao_refused", {}
        elif dibao_now and abs(benefit - benefit_was) > TRIFLE:
            yield "dibao_changed", {"yuan": float(benefit), "was": float(benefit_was), "funds": ["civil_affairs"]}
        was, now = self._step("reported_below", "register")
        if was != now:
            yield ("on_file_below" if now else "off_file_below"), {}

    def _cases(self) -> Iterator[tuple[str, dict[str, Any]]]:
        old = {int(case["identity"]): case for case in self.old.cases}
        for case in self.new.cases:
            was = old.get(int(case["identity"]))
            state = _name(CaseState, case["state"])
            if was is not None and was["state"] == case["state"]:
                continue
            facts: dict[str, Any] = {"cause": _name(Cause, case["cause"]), "channel": _name(Channel, case["channel"])}
            onset = int(self.new.household["onset"][0])
            if state == "MONITORED" and onset >= 0:
                facts["months"] = max(int(case["identified"]) - onset, 0)
            yield f"case_{state.lower()}", facts

    def _help(self) -> Iterator[tuple[str, dict[str, Any]]]:
        old = {int(package["identity"]): package for package in self.old.packages}
        payments = {Help.RELIEF: "help_relief", Help.DEVELOPMENT: "help_development", Help.REPAIR: "help_repair"}
        for package in self.new.packages:
            was, kind = old.get(int(package["identity"])), Help(package["kind"])
            facts = {"help": kind.name, "yuan": float(package["cost"]), "cause": _name(Cause, package["cause"])}
            if was is None:
                yield "help_asked", facts
            elif was["delivered"] < 0 <= package["delivered"]:
                waited = int(package["delivered"] - package["asked"])
                yield "help_delivered", {**facts, "months": waited, "funds": self._funds(payments[kind])}
            elif was["waiting"] and not package["waiting"]:
                yield "help_lapsed", facts
            elif was["effect"] == 0.0 and package["effect"] > 0.0:
                yield "help_works", {**facts, "effect": float(package["effect"])}

    def _loans(self) -> Iterator[tuple[str, dict[str, Any]]]:
        old = {int(loan["identity"]): loan for loan in self.old.loans}
        for loan in self.new.loans:
            was = old.get(int(loan["identity"]))
            facts = {"yuan": float(loan["principal"]), "loan": _name(LoanKind, loan["kind"])}
            if was is None:
                yield "loan", facts
            elif was["state"] != loan["state"]:
                yield ("loan_repaid" if loan["state"] == LoanState.REPAID else "loan_defaulted"), facts
            elif was["started"] != loan["started"]:
                yield "loan_renewed", facts


def _person(person: Any) -> dict[str, Any]:
    return {"age": int(person["age"]), "female": bool(person["female"])}


def _name(code: Any, value: Any) -> str:
    return "NONE" if value < 0 else code(int(value)).name


def fund_names() -> dict[str, dict[str, str]]:
    """Both names of every purse."""
    return {fund.name.lower(): record.name for fund, record in fund_records().items()}


def end_of(county: County, row: int) -> dict[str, Any]:
    """How it ended for a household, and the little that is said of it beforehand."""
    tables = county.tables
    household, register = tables["households"][row], tables["register"][row]
    return {
        "row": row, "members": int(household.members), "township": int(household.township), "village": int(household.village),
        "segment": int(household.segment), "weight": int(household.weight), "net_per_head": float(household.net_per_head),
        "line": float(tables["environment"][0].poverty_line), "below": bool(household.below), "dibao": bool(register.dibao),
        "monitored": bool(register.case_row >= 0), "identified": bool(register.identified),
    }  # fmt: skip


FINDS = ("relapsed", "served-late", "never-noticed")


def candidates(county: County, kind: str) -> list[dict[str, Any]]:
    """Run a county to its end and list households of a kind, the first to fall first, without those that nobody lives in now.

    ``relapsed``: registered and fell below; ``served-late``: no measure within a quarter of identification;
    ``never-noticed``: registered, below for a quarter or longer, and never identified. Each with its row, month, cause and place.
    """
    fell: dict[int, int] = {}
    longest: dict[int, int] = {}
    late: dict[int, int] = {}
    causes: dict[int, str] = {}
    while county.month < county.scenario.months:
        month = county.month
        county.step()
        households, cases = county.tables["households"], county.tables["cases"]
        below = (households["registered"] == 1) & (households["below"] == 1) & (households["inherited"] == 0)
        for row in np.flatnonzero(below):
            if int(row) not in fell:
                fell[int(row)] = month
                causes[int(row)] = _name(Cause, households["risk_cause"][row])
            longest[int(row)] = max(longest.get(int(row), 0), int(households["below_months"][row]))
        waiting = (cases["state"] == CaseState.MONITORED) & (cases["measures"] == 0) & (cases["identified"] >= 0)
        waiting &= month - cases["identified"] >= LATE
        for row, cause in zip(cases["household"][waiting], cases["cause"][waiting]):
            late.setdefault(int(row), month)
            causes.setdefault(int(row), _name(Cause, cause))
    identified = county.tables["register"]["identified"]
    never = {row: month for row, month in fell.items() if longest[row] >= SPELL and not identified[row]}
    chosen = {"relapsed": fell, "served-late": late, "never-noticed": never}[kind]
    found = sorted(chosen.items(), key=lambda each: (each[1], each[0]))
    listed = ({"month": month, "cause": causes[row], **end_of(county, row)} for row, month in found)
    return [each for each in listed if each["members"] > 0]
