"""The audit of a founded county: target, achieved, status. A missed exact target stops the run."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.core.binding import Tables
from sim.core.inputs.errors import CannotBeFounded
from sim.core.inputs.resolve import Values
from sim.founding.residents import ALL, OLDEST_AGE, SIZES, WOMEN, bands_of, resident_margins
from sim.world.codes import Destination

YEAR = 12
FIFTHS = 5
FIFTHS_WITHIN = 0.15
MISPLACED = 0.01  # the largest share of residents in another place, size or age than the county's tables have them
ORDINALS = ("first", "second", "third", "fourth", "fifth")
#: Shares of income of fifths of rural residents, Fujian 2021: 6 860, 15 723, 21 805, 28 858 and 51 640 yuan a head (Fujian Statistical
#: Yearbook 2022, table 7-11). Of the nation and of Liaoning none was found in a source that can be seen.
PUBLISHED_FIFTHS = (0.0549, 0.1259, 0.1746, 0.2311, 0.4135)
ROUNDING = 1e-9  # relative to the limits, which are at least 1


class FoundingMissed(CannotBeFounded):
    """An exact target of the founding was missed; the message names it."""


def _row(id: str, zh: str, en: str, target: Any, achieved: float, ok: bool, exact: bool = False, unit: str = "") -> dict:
    status = "exact" if exact and ok else "within" if ok else "missed"
    names = {"zh": zh, "en": en}
    return {
        "id": id,
        "name": names,
        "unit": unit,
        "target": target,
        "achieved": achieved,
        "status": status,
        "ok": bool(ok),
        "exact": exact,
    }


def _exactly(id: str, zh: str, en: str, target: float, achieved: float) -> dict:
    return _row(id, zh, en, float(target), float(achieved), round(float(target)) == round(float(achieved)), exact=True)


def _between(id: str, zh: str, en: str, low: float, high: float, achieved: float, unit: str = "") -> dict:
    slack = ROUNDING * max(abs(low), abs(high), 1.0)  # a limit that is just reached, but for rounding, is reached
    return _row(id, zh, en, [float(low), float(high)], float(achieved), low - slack <= achieved <= high + slack, unit=unit)


def _at_least(id: str, zh: str, en: str, target: float, achieved: float) -> dict:
    """Whole persons: the target is rounded as founding rounds it, for nobody is a third of a person (5000 × 0.139)."""
    return _row(id, zh, en, [float(target), None], float(achieved), round(achieved) >= round(target), unit="persons")


def _counts(tables: Tables, p: Any) -> list[dict]:
    """What has to be exact, at founding and again when January 2021 opens."""
    households, persons, register = tables["households"], tables["persons"], tables["register"]
    on_dibao = register["dibao"] == 1
    members = households["members"]
    alive = persons["alive"] == 1
    return [
        _exactly("dibao_households", "农村低保户", "Dibao households", p.dibao_households, (households["weight"] * on_dibao).sum()),
        _exactly("dibao_persons", "农村低保人口", "Dibao persons", p.dibao_persons, (households["weight"] * members * on_dibao).sum()),
        _exactly("registered_dibao_persons", "低保中的脱贫人口", "Registered persons on dibao", p.registered_dibao_persons,
                 (persons["registered"] * alive * on_dibao[persons["household"]]).sum()),
        _exactly("registered_persons", "脱贫人口", "Registered persons", round(p.registered_persons), (persons["registered"] * alive).sum()),
        _exactly("poor_students", "贫困学生", "Poor students", p.poor_students, (persons["poor_student"] * alive).sum()),
        _exactly("townships", "乡镇街道", "Townships and streets", p.townships, len(tables["townships"])),
        _exactly("villages", "行政村", "Administrative villages", p.villages, len(tables["villages"])),
        _exactly("first_secretaries", "驻村第一书记", "First secretaries", p.villages, tables["villages"]["first_secretary"].sum()),
    ]  # fmt: skip


def _jobs(tables: Tables, p: Any, values: Values) -> list[dict]:
    """Places of registered persons, at least as many as the paper says; none in a county that has another paper."""
    if not p.home:
        return []
    persons = tables["persons"]
    registered = (persons["registered"] == 1) & (persons["alive"] == 1)
    promised = {name: float(values.at(f"thresholds.{name}", 0)) for name in ("outside_jobs", "local_jobs", "posts")}
    taken = {d: int((registered & (persons["status"] == d)).sum()) for d in Destination}
    return [
        _at_least(
            "outside_jobs",
            "脱贫劳动力外出务工",
            "Registered persons working outside",
            promised["outside_jobs"],
            taken[Destination.OUTSIDE],
        ),
        _at_least(
            "local_jobs",
            "脱贫劳动力就近就业",
            "Registered persons in local firms",
            promised["local_jobs"],
            taken[Destination.LOCAL_FIRM],
        ),
        _at_least("public_posts", "公益岗位", "Public-welfare posts taken up", promised["posts"], taken[Destination.PUBLIC_POST]),
    ]


def _stated(tables: Tables, p: Any, values: Values) -> list[dict]:
    """Work and loans of a county that states its own: as many as it says, or missed; none for the county of the parameters."""
    if p.home and p.tables is None:
        return []
    persons, loans = tables["persons"], tables["loans"]
    registered = (persons["registered"] == 1) & (persons["alive"] == 1)
    taken = {d: int((registered & (persons["status"] == d)).sum()) for d in Destination}
    posts = round(float(values.at("public_posts.count", -YEAR)))
    work = round(p.outside_jobs) + round(p.local_jobs) + posts
    employed = taken[Destination.OUTSIDE] + taken[Destination.LOCAL_FIRM] + taken[Destination.PUBLIC_POST]
    rows = [
        _exactly("employed", "脱贫人口就业", "Registered persons in work, posts included", work, employed),
        _exactly("posts", "公益岗位", "Public-welfare posts held", posts, taken[Destination.PUBLIC_POST]),
        _exactly("loans", "小额信贷户", "Households with microcredit", round(p.loans_outstanding), len(loans)),
    ]
    return [{**row, "exact": False} for row in rows]  # a county whose figures contradict each other is founded, and told of


#: Sources of income, as an import's table of incomes has them.
SOURCES = {
    "wage": ("脱贫人口工资性收入", "Wage income per registered person"),
    "business": ("脱贫人口经营净收入", "Business income per registered person"),
    "property": ("脱贫人口财产净收入", "Property income per registered person"),
    "transfer": ("脱贫人口转移净收入", "Transfer income per registered person"),
}


def audit_sources(tables: Tables, p: Any, sources: Mapping[str, np.ndarray]) -> list[dict]:
    """Incomes of the registered by source beside what an import counted, within half a percent of all they have; [] without one.

    ``sources``: yuan a year of each household.
    """
    if p.tables is None or not p.tables.incomes:
        return []
    registered = tables["households"]["registered"] == 1
    persons = float(tables["households"]["members"][registered].sum())
    slack = 0.005 * sum(p.tables.income(source).mean for source in SOURCES)
    rows = []
    for source, names in SOURCES.items():
        wanted = p.tables.income(source).mean
        achieved = float(sources[source][registered].sum()) / persons
        rows.append(_between(f"imported_{source}", *names, wanted - slack, wanted + slack, achieved, "yuan"))
    return rows


def audit_residents(tables: Tables, p: Any) -> list[dict]:
    """How far residents as founded lie from the county's own tables of them, as shares in the wrong place; [] without tables."""
    if p.residents is None:
        return []
    households, persons = tables["households"], tables["persons"]
    weight = households["weight"].astype(float)
    rows = []

    def held(id: str, zh: str, en: str, found: np.ndarray, wanted: np.ndarray) -> None:
        apart = float(np.abs(found / found.sum() - wanted / wanted.sum()).sum() / 2.0)
        rows.append(_between(f"imported_{id}", zh, en, 0.0, MISPLACED, apart, "share"))

    if p.resident_places:
        table, heads = resident_margins(p, len(tables["townships"]))
        size, town = np.minimum(households["members"], SIZES) - 1, households["township"]
        held("township_households", "各乡镇户数与人口普查之差占总户数的比例", "Households in another township than the census has them",
             np.bincount(town, weight, len(heads)), table.sum(axis=1))  # fmt: skip
        held("township_persons", "各乡镇人数与人口普查之差占总人数的比例", "Persons in another township than the census has them",
             np.bincount(town, weight * households["members"], len(heads)), heads)  # fmt: skip
        held("household_sizes", "各规模户数与人口普查之差占总户数的比例", "Households of another size than the census has them",
             np.bincount(size, weight, SIZES), table.sum(axis=0))  # fmt: skip
    if p.residents.ages and np.allclose(p.age_shares, p.residents.age_shares()):
        alive = persons["alive"] == 1
        own, age = weight[persons["household"][alive]], persons["age"][alive]
        sex = persons["female"][alive]
        counts = [
            (own[(age >= low) & ((age < high) | (high >= OLDEST_AGE)) & ((name == ALL) | (sex == (name == WOMEN)))].sum(), number)
            for name, bands in bands_of(p.residents).items()
            for low, high, number in bands
        ]
        held("ages", "各年龄组人数与人口普查之差占总人数的比例", "Persons of another age or sex than the census has them",
             *np.array(counts, float).T)  # fmt: skip
    return rows


def founded_income(tables: Tables) -> np.ndarray:
    """Founding income per head of each household (yuan a year), as settled by founding before any shock."""
    households = tables["households"]
    return households["income_12"] / households["members"]


def income_by_fifths(income: np.ndarray, persons: np.ndarray) -> np.ndarray:
    """Share of all income that each fifth of persons has, from the poorest on, (5,); ``income``: yuan per head, ``persons``: of each row."""
    order = np.argsort(income, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(persons[order])])
    yuan = np.concatenate([[0.0], np.cumsum((income * persons)[order])])
    return np.diff(np.interp(np.linspace(0.0, people[-1], FIFTHS + 1), people, yuan)) / yuan[-1]


def _fifths(income: np.ndarray, persons: np.ndarray) -> list[dict]:
    """Shares of the fifths beside published ones, each within ``FIFTHS_WITHIN`` of it."""
    found = income_by_fifths(income, persons)
    return [
        _between(f"fifth_{n + 1}", f"农村人口按收入五等份：第{n + 1}组（由低到高）的收入份额", f"Share of income of the {ORDINALS[n]} fifth of rural persons from below",
                 (1.0 - FIFTHS_WITHIN) * share, (1.0 + FIFTHS_WITHIN) * share, float(found[n]), "share")
        for n, share in enumerate(PUBLISHED_FIFTHS)
    ]  # fmt: skip


def audit_founding(tables: Tables, p: Any, values: Values) -> list[dict]:
    """The audit on 1 January 2021 on founding incomes, before any shock."""
    households, register = tables["households"], tables["register"]
    income = founded_income(tables)
    members = (households["weight"] * households["members"]).astype(float)
    registered = households["registered"] == 1
    on_dibao = register["dibao"] == 1
    poverty, monitoring = float(values.at("lines.poverty_line", 0)), float(values.at("lines.monitoring_line", 0))
    rigid = households["rigid_12"] / households["members"]

    def share(condition, among):
        return float((members * (condition & among)).sum() / members[among].sum())

    rural = float((income * members).sum() / members.sum())
    land = p.land_per_household * households["weight"].sum() / 1e4
    poor = float((income * members)[registered].sum() / members[registered].sum())
    # Published of Lingyuan and its like; a county that states another ratio is held to its own.
    ratio = (0.60, 0.68) if p.home and p.tables is None else (0.98 * p.income_ratio, 1.02 * p.income_ratio)
    return [
        *_counts(tables, p),
        *_jobs(tables, p, values),
        *_stated(tables, p, values),
        _between("below_poverty_line", "脱贫人口低于贫困线比例", "Registered persons below the poverty line", 0.0, 0.001, share(income < poverty, registered), "share"),
        _between("below_net", "脱贫人口扣除刚性支出后低于贫困线比例", "The same net of ordinary rigid spending", 0.0, 0.003, share(income - rigid < poverty, registered), "share"),
        _between("dibao_below_monitoring", "低保脱贫人口低于监测线比例", "Dibao persons below the monitoring line", 0.0, 0.05, share(income < monitoring, on_dibao), "share"),
        _between("income_ratio", "脱贫人口与农村平均收入之比", "Registered over rural income", ratio[0], ratio[1], poor / rural),
        _between("rural_income", "农村居民人均可支配收入", "Rural income per head", 0.995 * p.rural_income, 1.005 * p.rural_income, rural, "yuan"),
        *_fifths(income, members),
        _between("rural_persons", "农村常住人口", "Rural persons", 0.995 * p.rural_persons, 1.005 * p.rural_persons, float(members.sum()), "persons"),
        _between("cultivated_land", "耕地面积（万亩）", "Cultivated land (10 000 mu)", 0.98 * land, 1.02 * land, float((households["weight"] * households["land"]).sum() / 1e4)),
    ]  # fmt: skip


def audit_burn_in(tables: Tables, p: Any, income: float) -> list[dict]:
    """The audit when January 2021 opens, after a year run with shocks but with membership frozen.

    ``income``: rural income per head of that year, yuan.
    """
    households, register = tables["households"], tables["register"]
    members = households["members"] * households["registered"]
    monitored = (members * (register["case_row"] >= 0)).sum() / members.sum()
    opened = {"zh": "{}（2021年1月再核）", "en": "{}, again when 2021 opens"}
    again = [
        {
            **row,
            "id": f"{row['id']}_2021",
            "name": {language: opened[language].format(text) for language, text in row["name"].items()},
        }
        for row in _counts(tables, p)
    ]
    return [
        *again,
        _between("income_2020", "2020年人均收入（含冲击）", "Income per head lived in 2020", 0.995 * p.rural_income, 1.005 * p.rural_income, income, "yuan"),
        _between("inherited_cases", "期初监测对象占脱贫人口", "Registered persons under monitoring at the start", 0.02, 0.10, float(monitored), "share"),
        _between("inherited_below", "期初已低于标准的脱贫人口比例", "Registered persons below already when 2021 opened", 0.0, 0.05,
                 float((members * households["below"]).sum() / members.sum()), "share"),
    ]  # fmt: skip


def stop_if_missed(audit: list[dict]) -> None:
    """Raise FoundingMissed when an exact target is missed."""
    missed = [row for row in audit if row["exact"] and not row["ok"]]
    if missed:
        what = "; ".join(f"{row['id']} is {row['achieved']:,.0f}, not {row['target']:,.0f}" for row in missed)
        said = "；".join(f"{row['name']['zh']}应为 {row['target']:.0f}，只能做到 {row['achieved']:.0f}" for row in missed)
        raise FoundingMissed(
            f"the founded county misses exact targets: {what}; its facts contradict each other, correct them in the county file",
            f"县情数据互相矛盾，无法建立人口：{said}；请在县情文件里核对这些数",
        )
