"""The purses of the county and what each may pay for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.core.inputs.errors import InputError, unknown
from sim.core.inputs.yaml_file import read_mapping
from sim.core.ledger import Fund, Purse
from sim.core.process import Process

#: Purses that are no public money: what they pay is neither cost nor saving.
NOT_PUBLIC = ("bank", "insurer", "villages", "poverty_insurer")

FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class FundRecord:
    """A purse: its names, how it meets a payment beyond its balance, and its permitted uses with their clauses.

    ``owed``: uses that are owed by right or contract, for which a budget keeps a reserve.
    """

    name: dict[str, str]
    purse: Purse
    pays: dict[str, str]
    owed: tuple[str, ...]


@cache
def fund_records() -> dict[Fund, FundRecord]:
    """All purses by fund. Raises InputError when the file names an unknown fund or purse."""
    tree = read_mapping(FILE)
    records = {}
    for name, record in tree.items():
        known = [fund.name.lower() for fund in Fund]
        if name not in known:
            raise InputError(FILE, tree.lines[name], *unknown("unknown fund", "没有这项资金：", name, known))
        pays = {reason: str(clause) for reason, clause in record["pays"].items()}
        records[Fund[name.upper()]] = FundRecord(
            dict(record["name"]), Purse[record["purse"].upper()], pays, tuple(record.get("owed", ()))
        )
    missing = [fund.name.lower() for fund in Fund if fund not in records]
    if missing:
        raise InputError(
            FILE, 0, f"funds without a record: {', '.join(missing)}", f"这些资金没有记录，请补上：{'、'.join(missing)}"
        )
    return records


@cache
def owed_reasons() -> frozenset[str]:
    """Reasons of payment that are owed by right or contract, out of whatever purse."""
    return frozenset(reason for record in fund_records().values() for reason in record.owed)


def check_permitted(processes: Iterable[Process]) -> None:
    """Raise InputError if a process lets a fund pay for what the matrix does not permit."""
    records = fund_records()
    for process in processes:
        for payment in process.pays:
            for payer in payment.payers:
                if payment.reason not in records[payer].pays:
                    fund = payer.name.lower()
                    raise InputError(
                        FILE, read_mapping(FILE).lines[fund],
                        f"fund '{fund}' may not pay '{payment.reason}', as the process '{process.name}' declares; "
                        "write this use under 'pays' with its clause, or with 'own'",
                        f"资金“{fund}”不能用于“{payment.reason}”，而环节“{process.name}”写明由它支付；"
                        "请在该资金的 pays 下加上这项用途和条款（文件没有的写 own）",
                    )  # fmt: skip
