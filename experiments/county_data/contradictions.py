"""Facts against each other and against what was counted: what cannot both be true is named, with both numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from experiments.county_data import sheet
from experiments.county_data.facts import GivenFact
from experiments.county_data.findings import Findings, Kind
from experiments.county_data.register import Register
from experiments.county_data.tabulate import Counts
from sim.core.inputs.errors import BilingualText

#: How far two counts of the same may lie apart: registers move from month to month.
TOLERANCE = 0.02
#: Residents as a share of registered population outside which one of the two is of something else.
RESIDENTS = (0.4, 2.0)
WORKING_AGE = 16
UNLIKELY_YIELD = 10.0  # times the yield of Lingyuan, or a part of it, beyond which a unit is wrong


@dataclass(frozen=True)
class _Both:
    """Two numbers that do not go together."""

    kind: Kind
    first: str
    english: str
    chinese: str


def check(facts: Mapping[str, GivenFact], parts: Mapping[str, tuple[float, GivenFact]], register: Register, counts: Counts,
          findings: Findings) -> None:  # fmt: skip
    """Add every contradiction as a finding at the row of the fact that is named first.

    ``parts``: sums over the sheets of townships and villages, by fact, with a fact of the sheet they stand in.
    """
    for given in facts.values():
        asked, whole = given.asked, facts.get(given.asked.per)
        if whole is None or not given.value or not asked.home:
            continue
        own, usual = whole.value / given.value, (whole.asked.home or 0.0) / asked.home
        if whole.value and not usual / UNLIKELY_YIELD <= own <= usual * UNLIKELY_YIELD:
            english, chinese = (whole.asked.en, asked.en), (whole.asked.zh, asked.zh)
            findings.add(
                given.where, given.row, "contradiction_unit", asked.zh,
                BilingualText(f"'{english[0]}' by '{english[1]}' is {own / usual:.3g} times that of Lingyuan: check both units",
                              f"“{chinese[0]}”除以“{chinese[1]}”是凌源的 {own / usual:.3g} 倍，请核对单位"),
            )  # fmt: skip
    for both in _among_facts({name: each.value for name, each in facts.items()}):
        given = facts[both.first]
        findings.add(given.where, given.row, both.kind, given.asked.zh, BilingualText(both.english, both.chinese))
    for name, (total, where) in parts.items():
        if name in facts and facts[name].value != total:
            given = facts[name]
            findings.add(
                given.where, given.row, "contradiction_parts", given.asked.zh,
                BilingualText(f"{given.value:g} here, and the parts in sheet {where.where[1]} add up to {total:g}",
                              f"这里是 {given.value:g}，“{where.where[1]}”表各行合计 {total:g}"),
            )  # fmt: skip
    for name, counted in (
        ("registered_households", counts.registered_households), ("registered_persons", counts.registered_persons),
        ("dibao_households", counts.dibao_households if register.civil_households else 0),
        ("dibao_persons", counts.dibao_persons if register.civil_households or register.civil_persons else 0),
        ("monitored_households", counts.monitored_households),
    ):  # fmt: skip
        if name in facts and counted and abs(facts[name].value - counted) > TOLERANCE * counted:
            given = facts[name]
            findings.add(
                given.where, given.row, "contradiction_counts", given.asked.zh,
                BilingualText(f"{given.value:g} here, and {counted} in the exports",
                              f"这里是 {given.value:g}，导出表中是 {counted}"),
            )  # fmt: skip
    _workers(facts, register, findings)
    _dibao(register, counts, findings)


def _among_facts(value: Mapping[str, float]) -> Iterator[_Both]:
    """What facts cannot be together."""

    def both(*names: str) -> bool:
        return all(name in value for name in names)

    def more(part: str, whole: str, kind: Kind, english: str, chinese: str) -> Iterator[_Both]:
        if both(part, whole) and value[part] > value[whole]:
            yield _Both(
                kind,
                part,
                f"{value[part]:g}, more than {english} ({value[whole]:g})",
                f"{value[part]:g}，多于{chinese}（{value[whole]:g}）",
            )

    yield from more("rural_persons", "resident_persons", "contradiction_hukou", "all residents", "常住人口")
    yield from more("hukou_rural_persons", "hukou_persons", "contradiction_hukou", "all registered population", "户籍人口")
    yield from more(
        "registered_persons", "hukou_rural_persons", "contradiction_hukou", "the rural registered population", "乡村户籍人口"
    )
    yield from more("registered_persons", "rural_persons", "contradiction_hukou", "rural residents", "乡村常住人口")
    if both("hukou_persons", "resident_persons") and value["hukou_persons"]:
        share = value["resident_persons"] / value["hukou_persons"]
        if not RESIDENTS[0] <= share <= RESIDENTS[1]:
            yield _Both(
                "contradiction_hukou", "resident_persons",
                f"{value['resident_persons']:g} residents and {value['hukou_persons']:g} registered: one is of something else",
                f"常住 {value['resident_persons']:g} 人，户籍 {value['hukou_persons']:g} 人，相差过大，请核对口径",
            )  # fmt: skip
    for part, whole, english, chinese in (
        ("poor_villages", "villages", "all villages", "行政村数"),
        ("townships", "villages", "all villages", "行政村数"),
        ("marginal_persons", "monitored_persons", "persons monitored", "监测对象人数"),
        ("marginal_households", "monitored_households", "households monitored", "监测对象户数"),
        ("rural_households", "rural_persons", "rural residents", "乡村常住人口"),
        ("revenue", "spending", "all spending", "一般公共预算支出"),
        ("above_scale_firms", "processors", "all processors", "农产品加工企业数"),
    ):
        yield from more(part, whole, "contradiction_parts", english, chinese)
    for households, persons in (
        ("registered_households", "registered_persons"), ("dibao_households", "dibao_persons"),
        ("monitored_households", "monitored_persons"), ("marginal_households", "marginal_persons"),
        ("relocated_households", "relocated_persons"), ("registered_dibao_households", "registered_dibao_persons"),
    ):  # fmt: skip
        yield from more(households, persons, "contradiction_parts", "the persons in them", "其中的人数")
    for part, whole, english, chinese in (
        ("registered_dibao_persons", "dibao_persons", "all persons on dibao", "农村低保人口"),
        ("registered_dibao_households", "dibao_households", "all households on dibao", "农村低保户"),
        ("registered_dibao_persons", "registered_persons", "registered persons", "脱贫人口"),
        ("registered_dibao_households", "registered_households", "registered households", "脱贫户"),
        ("dibao_persons", "rural_persons", "rural residents", "乡村常住人口"),
    ):
        yield from more(part, whole, "contradiction_dibao", english, chinese)
    for part, whole, english, chinese in (
        ("registered_employed", "registered_persons", "registered persons", "脱贫人口"),
        ("registered_outside", "registered_employed", "registered persons employed", "脱贫人口务工就业总数"),
        ("away_workers", "rural_labour", "rural workers", "乡村劳动力"),
        ("rural_labour", "hukou_rural_persons", "the rural registered population", "乡村户籍人口"),
    ):
        yield from more(part, whole, "contradiction_workers", english, chinese)
    if both("registered_outside", "registered_local", "registered_employed"):
        total = value["registered_outside"] + value["registered_local"]
        if total > value["registered_employed"]:
            yield _Both(
                "contradiction_workers", "registered_employed",
                f"{value['registered_employed']:g}, fewer than away and nearby together ({total:g})",
                f"{value['registered_employed']:g}，少于外出与就近之和（{total:g}）",
            )  # fmt: skip
    if both("loans", "loans_money") and value["loans"]:
        each = value["loans_money"] / value["loans"]
        if not 0.1 <= each <= 50:
            yield _Both(
                "contradiction_unit", "loans_money", f"{each:g} times 10 000 yuan for each loan: check the unit",
                f"户均贷款 {each:g} 万元，请核对单位",
            )  # fmt: skip


def _workers(facts: Mapping[str, GivenFact], register: Register, findings: Findings) -> None:
    """Registered persons employed against those old enough to work."""
    given = facts.get("registered_employed")
    ages = [each.age_on(register.year, register.month) for home in register.registered() for each in home.persons]
    if given is None or not ages or None in ages:
        return
    grown = sum((age or 0) >= WORKING_AGE for age in ages)
    if given.value > grown:
        findings.add(
            given.where, given.row, "contradiction_workers", given.asked.zh,
            BilingualText(f"{given.value:g} here, and {grown} registered persons of 16 and older in the exports",
                          f"这里是 {given.value:g}，导出表中 16 岁及以上脱贫人口只有 {grown}"),
        )  # fmt: skip


def _dibao(register: Register, counts: Counts, findings: Findings) -> None:
    """Persons on dibao by civil affairs, by the register and by villages."""
    if register.civil_households and register.civil_persons:
        insured = [insured for _, insured, _, _ in register.civil_households]
        if None not in insured and sum(each or 0 for each in insured) != len(register.civil_persons):
            _, _, where, _ = register.civil_households[0]
            findings.add(
                where, 0, "contradiction_dibao", "保障人口",
                BilingualText(f"{sum(each or 0 for each in insured):g} insured by household, "
                              f"{len(register.civil_persons)} on the list of persons",
                              f"按户合计 {sum(each or 0 for each in insured):g} 人，人员名单 {len(register.civil_persons)} 人"),
            )  # fmt: skip
    civil = counts.dibao_persons if register.civil_households or register.civil_persons else None
    if civil is not None and (counts.register_dibao_persons or 0) > civil:
        where = next(each.where for each in register.sheets if each.kind in (sheet.CIVIL_HOUSEHOLDS, sheet.CIVIL_PERSONS))
        findings.add(
            where, 0, "contradiction_dibao", "低保人口",
            BilingualText(f"{civil} on civil affairs' list, fewer than {counts.register_dibao_persons} in the register",
                          f"民政名单 {civil} 人，少于监测系统中享受低保的 {counts.register_dibao_persons} 人"),
        )  # fmt: skip
    stated = [each.get("village_dibao_persons") for each in register.villages.values()]
    if civil is not None and stated and None not in stated and abs(sum(stated) - civil) > TOLERANCE * civil:
        where = next(each.where for each in register.sheets if each.kind == sheet.VILLAGES)
        findings.add(
            where, 0, "contradiction_dibao", "低保人口数",
            BilingualText(f"villages add up to {sum(stated):g}, and civil affairs' list has {civil}",
                          f"各村合计 {sum(stated):g} 人，民政名单 {civil} 人"),
        )  # fmt: skip
