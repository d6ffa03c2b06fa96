"""The parts of a household's income against their sum: what was entered in 10 000 yuan, and sums that do not hold."""

from typing import Any

from experiments.county_data.findings import Findings

#: Yuan a year below which wages were entered in 10 000 yuan.
SLIP = 100.0
#: Yuan that a sum may be off, and what rounding six whole numbers adds to it.
TOLERANCE, ROUNDING = 1.0, 3.0
TEN_THOUSAND = 10_000.0


def check(own: dict[str, Any], where: tuple[str, str], row: int, findings: Findings) -> None:
    """Check the incomes that a row says; a part that fits once it is taken as 10 000 yuan was entered in the wrong unit.

    What is a finding is taken out of ``own``.
    """
    wage = own.get("wage")
    if wage is not None and 0 < wage < SLIP:
        findings.add(where, row, "unit", "工资性收入")
        del own["wage"]
        own.pop("net_income", None)
        return
    parts = {name: own.get(name) for name in ("wage", "production", "costs", "property", "transfer")}
    net = own.get("net_income")
    if net is not None and None not in parts.values():
        filled = {name: float(value or 0.0) for name, value in parts.items()}
        subsidy = float(own.get("cost_subsidy") or 0.0)
        if not any(_near(_net(filled) + more, net) for more in (0.0, subsidy)):
            slipped = next(
                (name for name, value in filled.items() if 0 < value < SLIP * 10 and _slips(filled, name, net, subsidy)), None
            )
            names = {
                "wage": "工资性收入",
                "production": "生产经营性收入",
                "costs": "生产经营性支出",
                "property": "财产性收入",
                "transfer": "转移性收入",
            }
            if slipped is not None:
                findings.add(where, row, "unit", names[slipped])
                del own[slipped]
            elif net and 0 < abs(net) < SLIP * 10 and _near_share(_net(filled), net * TEN_THOUSAND):
                findings.add(where, row, "unit", "纯收入")
                del own["net_income"]
                return
            else:
                findings.add(where, row, "income_sum")
                del own["net_income"]
                return
    per_head, members = own.get("income_per_head"), own.get("members_year")
    if net is not None and per_head is not None and members:
        expected = net / members
        if not _near(expected, per_head):
            slip = 0 < per_head < SLIP and _near_share(expected, per_head * TEN_THOUSAND)
            findings.add(where, row, "unit" if slip else "income_per_head", "人均纯收入" if slip else "")
            del own["income_per_head"]


def _net(parts: dict[str, float]) -> float:
    return parts["wage"] + parts["production"] - parts["costs"] + parts["property"] + parts["transfer"]


def _near(one: float, other: float) -> bool:
    whole = one == round(one) and other == round(other)
    return abs(one - other) <= (ROUNDING if whole else TOLERANCE + 0.01)


def _near_share(one: float, other: float) -> bool:
    """Whether two numbers are the same but for rounding one of them to hundreds."""
    return abs(one - other) <= max(100.0, 0.02 * abs(other))


def _slips(parts: dict[str, float], name: str, net: float, subsidy: float) -> bool:
    changed = {**parts, name: parts[name] * TEN_THOUSAND}
    return any(_near_share(_net(changed) + more, net) for more in (0.0, subsidy))
