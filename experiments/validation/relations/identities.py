"""What must not change: switches that do nothing, other names, other units, other sizes (MR11 to MR18, MR20, MR22, MR24, MR25, MR28)."""  # noqa: E501

import dataclasses
from typing import Any

import numpy as np

from experiments.validation.relations.relation import Finding, paired_mean, relation
from experiments.validation.relations.world import World, scenario
from sim.core.inputs.parameters import load_all
from sim.core.ledger import Fund
from sim.county import County
from sim.goals import INDICATORS
from sim.result import SimulationResult

SAME = 1e-9  # relative: nothing but rounding
FIRM_FAILURE = 1000  # codes of common events from here on are failures of enterprises


def _largest_gap(one: SimulationResult, two: SimulationResult, indicators: tuple[str, ...]) -> float:
    """The largest relative difference of two replications at the ends of years."""
    gaps = []
    for name in indicators:
        first, second = one.indicators[name][11::12], two.indicators[name][11::12]
        gaps.append(float(np.max(np.abs(first - second) / np.maximum(np.abs(first), SAME))))
    return max(gaps)


NO_INDUSTRY: dict[str, Any] = {"budget__industry_share": 0.0, "budget__left_over_to_industry": 0.0}


@relation(
    "MR11", "strict", "市级分担比例更高：农户不变，本级补充报销支出减少", "sim/processes/safety_net/medical_reimbursement.py"
)
def larger_prefecture_share(world: World) -> Finding:
    """A larger share of the prefecture in the top-up relieves the county and changes nothing for households."""
    # Money saved would go on to industry, and so to dividends: that way is closed here.
    ample: dict[str, Any] = {"budget__county_floor": 500e6, **NO_INDUSTRY}
    relieved: dict[str, Any] = {**ample, "medical_reimbursement__county_share": 0.3}
    usual, changed = world.result(**ample), world.result(**relieved)
    gap = _largest_gap(usual, changed, ("own_rigid_spending", "registered_income", "relapse_rate"))
    saved = (world.paid("top_up_county", **ample) - world.paid("top_up_county", **relieved)) / 1e6
    zh, en = (
        f"本级少付 {saved:.2f} 百万元，农户指标最大差 {gap:.1e}",
        f"county saves {saved:.2f} M yuan, households differ by {gap:.1e}",
    )
    return Finding(saved > 0.0 and gap <= SAME, zh, en)


@relation("MR12", "strict", "防贫保保费更高而理赔规则不变：农户不变", "sim/processes/safety_net/poverty_insurance.py")
def higher_premium(world: World) -> Finding:
    """A higher insurance premium with the same claims changes nothing for households."""
    # The reserve never runs dry at either premium, nothing of one stands for the next, and the county's money is ample.
    ample: dict[str, Any] = {
        "budget__county_floor": 500e6, **NO_INDUSTRY, "poverty_insurance__premium": 300.0, "poverty_insurance__returned": 0.0,
    }  # fmt: skip
    dear: dict[str, Any] = {**ample, "poverty_insurance__premium": 450.0}
    gap = _largest_gap(world.result(**ample), world.result(**dear), ("own_rigid_spending", "registered_income", "relapse_rate"))
    ratio = world.paid("insurance_premium", **dear) / world.paid("insurance_premium", **ample)
    zh, en = f"保费为 {ratio:.4f} 倍，农户指标最大差 {gap:.1e}", f"premium times {ratio:.4f}, households differ by {gap:.1e}"
    return Finding(gap <= SAME and abs(ratio - 1.5) < 1e-6, zh, en)


@relation("MR14", "mean", "人口、能力与预算同减一半，人均结果相同", "sim/founding/founding.py")
def half_the_county(world: World) -> Finding:
    """Half the people with half the capacities and budgets fare the same per head."""
    half = World(world.size / 2, world.seeds, world.seed)
    holds, texts = True, []
    for indicator, tolerance in (("rural_income", 0.01), ("registered_income", 0.015), ("relapse_rate", 0.10)):
        found = paired_mean(
            half.means(indicator) / world.means(indicator).mean() - world.means(indicator) / world.means(indicator).mean()
        )
        # Equal within noise: the interval reaches into the tolerance that rounding people and posts to whole ones needs.
        holds &= found.low <= tolerance and found.high >= -tolerance
        texts.append(f"{indicator} {100 * found.mean:+.2f}% [{100 * found.low:+.2f}, {100 * found.high:+.2f}]")
    return Finding(holds, "，".join(texts), ", ".join(texts))


@relation("MR15", "strict", "未使用的政策措施改动、或设为现状值：逐位相同", "sim/core/inputs/resolve.py, sim/month.py")
def unused_lever(world: World) -> Finding:
    """A lever that nobody uses, or that is left at its status quo, changes no bit."""
    same: dict[str, Any] = {"budget__county_floor": world.amount(20e6), "dibao__discovery": 0.08}
    kept = world.result(**same).digest == world.result().digest
    unused = world.result(public_posts__count=0, earnings__post_pay=700).digest == world.result(public_posts__count=0).digest
    return Finding(kept and unused, f"现状值 {_same(kept, 'zh')}，没有岗位时的岗位工资 {_same(unused, 'zh')}",
                 f"status quo {_same(kept, 'en')}, post pay without posts {_same(unused, 'en')}")  # fmt: skip


def _same(equal: bool, language: str) -> str:
    return {"zh": "逐位相同" if equal else "不同", "en": "same bits" if equal else "DIFFERENT"}[language]


@relation("MR16", "strict", "从2023年起改动：此前逐位相同", "sim/core/inputs/resolve.py")
def later_change(world: World) -> Finding:
    """What changes in 2023 changes nothing before."""
    usual = world.result()
    later = world.result(dibao__discovery={"2021-01": 0.08, "2023-01": 0.5})
    before = [name for name, series in usual.indicators.items() if not _equal(later.indicators[name][:24], series[:24])]
    after = later.digest != usual.digest
    zh, en = (
        f"此前 {len(before)} 项指标不同，此后{'不同' if after else '相同'}",
        f"{len(before)} indicators differ before, {'some' if after else 'none'} after",
    )
    return Finding(not before and after, zh, en)


def _equal(one: np.ndarray, two: np.ndarray) -> bool:
    return bool(np.array_equal(one, two, equal_nan=True))


@relation("MR17", "strict", "所有金额加倍：实际指标逐位不变，名义指标恰为两倍", "sim/processes, sim/core/inputs/units.py")
def doubled_prices(world: World) -> Finding:
    """If all money is worth half as much nothing real changes, and nominal figures double exactly."""
    chosen, values = scenario(), world.values()
    book = load_all().parameters
    doubled = {name: path * 2 if book[name].unit.startswith("yuan") else path for name, path in values.paths.items()}
    nominal = County(chosen, dataclasses.replace(values, paths=doubled), world.seed, 0).run().indicators
    real = world.result().indicators
    units = {name: each.unit for name, each in INDICATORS.items()}
    wrong = [
        name for name in INDICATORS
        if not _equal(nominal[name], real[name] * (2.0 if units[name].startswith("yuan") else 1.0))
    ]  # fmt: skip
    return Finding(
        not wrong,
        f"{len(INDICATORS)} 项指标中 {len(wrong)} 项不符",
        f"{len(wrong)} of {len(INDICATORS)} indicators are off {wrong}"[:200],
    )


@relation("MR18", "strict", "没有经营主体与飞地：无人因其失业，飞地岗位为零", "sim/processes/enterprise/enterprises.py")
def without_enterprises(world: World) -> Finding:
    """Without enterprises and enclave projects nobody loses a job with one."""
    book = load_all().parameters
    kinds, targets = (len(book[name].entries()[0]) for name in ("founding.enterprise_count", "enterprise_growth.targets"))
    alone = world.county(
        founding__enterprise_count=[0] * kinds, enclave_projects__effort=0.0, enterprise_growth__targets=[0] * targets
    )
    alone.run()
    persons = alone.tables["persons"]
    lost = int((persons["lost_to"] >= FIRM_FAILURE).sum())
    employed = int((persons["enterprise"] >= 0).sum())
    rows = len(alone.tables["enterprises"])
    zh, en = (
        f"主体 {rows} 家，因其失业 {lost} 人，在其就业 {employed} 人",
        f"{rows} enterprises, {lost} jobs lost with one, {employed} held",
    )
    return Finding(rows == lost == employed == 0, zh, en)


@relation("MR20", "strict", "村级资产不分红：分红收入为零，首次分红之前其余不变", "sim/processes/enterprise/village_assets.py")
def without_dividends(world: World) -> Finding:
    """Without dividends that income is gone, and nothing else moves before the first would have been paid."""
    none: dict[str, Any] = {"village_assets__household_share": {"2021-01": 0.0}}
    kept, usual = world.result(**none), world.result()
    early = [name for name, series in usual.indicators.items() if not _equal(kept.indicators[name][:11], series[:11])]
    paid, before = world.paid("dividends", **none), world.paid("dividends") / 1e6
    lower = kept.indicators["registered_income"][11] < usual.indicators["registered_income"][11]
    zh, en = (
        f"分红 {before:.2f} 百万元变为 {paid:.0f}，此前 {len(early)} 项不同",
        f"dividends {before:.2f} M to {paid:.0f}, {len(early)} differ before",
    )
    return Finding(paid == 0.0 < before and not early and bool(lower), zh, en)


@relation("MR22", "strict", "外溢系数为零等于没有外溢", "sim/processes/household_economy/local_spillover.py")
def no_spill_over(world: World) -> Finding:
    """A spill-over of nothing is no spill-over, and one of a fifth raises business income."""
    same = world.result(local_spillover__spent_locally=0.0).digest == world.result().digest
    share = world.yearly("business_share", local_spillover__spent_locally=0.2)[-1] - world.yearly("business_share")[-1]
    zh, en = (
        f"零：{_same(same, 'zh')}；两成：经营收入占比 {100 * share:+.2f} 个百分点",
        f"none: {_same(same, 'en')}; a fifth: business share {100 * share:+.2f} points",
    )
    return Finding(bool(same and share > 0.0), zh, en)


@relation("MR24", "strict", "每户给大额存款：不再借债，而按收入的返贫不变", "sim/processes/household_economy/accounts.py")
def large_buffer(world: World) -> Finding:
    """A very large buffer ends borrowing and leaves poverty by income as it is: relapse is defined on income, not on means."""
    debts, gaps = [], []
    for seed in world.seeds:
        rich = world.county(seed)
        rich.tables["households"]["cash"] += 1e6
        rich.tables["funds"]["balance"][Fund.HOUSEHOLDS] += (rich.tables["households"]["weight"] * 1e6).sum()
        usual, buffered = world.result(seed).indicators, rich.run().indicators
        debts.append(float(buffered["debt_per_head"][-1] / usual["debt_per_head"][-1]))
        gaps.append(buffered["relapse_rate_income"][11::12] - usual["relapse_rate_income"][11::12])
    # Savings change it only through help that nobody needs any more. In a small county one household is 0.1 points: there the
    # mean of the replications is held, in the whole county each of them.
    together = gaps if world.size >= 1.0 else [np.mean(gaps, axis=0)]
    debt, gap = max(debts), float(np.abs(together).max())
    zh, en = (
        f"债务降为 {100 * debt:.1f}%，按收入返贫最多变 {100 * gap:.2f} 个百分点",
        f"debt falls to {100 * debt:.1f} %, below by income moves at most {100 * gap:.2f} points",
    )
    return Finding(debt < 0.05 and gap < 0.003, zh, en)


@relation("MR25", "strict", "登记人口32 988人时，期初兜底率恰为50%", "sim/founding/founding.py")
def half_on_dibao(world: World) -> Finding:
    """With 32 988 registered persons dibao covers exactly half of them at the start."""
    founded = World(1.0, world.seeds, world.seed).county(founding__registered_persons=32988)
    audit = {row["id"]: row["achieved"] for row in founded.audit}
    share = audit["registered_dibao_persons_2021"] / audit["registered_persons_2021"]
    return Finding(share == 0.5, f"{100 * share:.4f}%", f"{100 * share:.4f} %")


@relation("MR28", "mean", "把一个乡镇拆成两个：全县合计不变", "sim/processes/government, environment/weather.py")
def township_split(world: World) -> Finding:
    """A township split in two changes no total of the county."""
    changed: dict[str, list[float]] = {"rural_income": [], "relapse_rate": []}
    for seed in world.seeds:
        county = world.county(seed)
        villages, households = county.tables["villages"], county.tables["households"]
        empty = int(np.flatnonzero(np.bincount(villages["township"], minlength=len(county.tables["townships"])) == 0)[0])
        moved = np.flatnonzero(villages["township"] == villages["township"][0])[::2]
        villages["township"][moved] = empty
        households["township"][np.isin(households["village"], moved)] = empty
        result = county.run()
        for name, gaps in changed.items():
            gaps.append(float(result.indicators[name][11::12].mean() / world.yearly(name, seed).mean() - 1.0))
    income, relapse = paired_mean(changed["rural_income"]), paired_mean(changed["relapse_rate"])
    holds = abs(income.mean) < 0.005 and relapse.low <= 0.1 and relapse.high >= -0.1
    zh, en = (
        f"收入 {100 * income.mean:+.3f}%，返贫率 {100 * relapse.mean:+.1f}%（相对）",
        f"income {100 * income.mean:+.3f} %, relapse {100 * relapse.mean:+.1f} % (relative)",
    )
    return Finding(holds, zh, en)


@relation("MR13", "strict", "农户换排列次序（各带自己的随机因素）：合计不变", "sim/core/random_draws.py")
def rows_in_another_order(world: World) -> Finding:
    """Households in another order of rows, each with its draws, add up to the same: integers equal, money but for rounding."""
    # Queues that ration are given enough for all: there the order of equals is the point.
    ample: dict[str, Any] = {
        "budget__county_floor": 500e6, "budget__bridging": 500e6, "budget__employment": 100e6, "microcredit__loans": 0,
        "microcredit__startup_loans": 0, "training__talents": 0, "training__person_times": 0, "work_relief__places": 0,
        "capacity__cases_per_quarter": 1e6, "founding__visits_per_village": 1e6, "public_posts__count": 0,
        "poverty_insurance__premium": 300.0,
    }  # fmt: skip
    latest, short = [], set()
    for turned in (False, True):
        county = world.county(**ample)
        if turned:
            _reverse_households(county)
        for _ in range(12):
            county.step()
            short |= {f"{fund} {use}" for fund, use in county.short_lines()}
        latest.append({name: county.latest(name) for name in ("relapse_rate", "rural_income", "registered_income", "monitored_persons",  # noqa: E501
                      "dibao_persons", "registered_outside", "own_rigid_spending")})  # fmt: skip
    gaps = {name: abs(latest[1][name] - value) / max(abs(value), SAME) for name, value in latest[0].items()}
    worst = max(gaps, key=lambda name: gaps[name])
    zh, en = f"最大相对差 {gaps[worst]:.1e}（{worst}）", f"largest relative gap {gaps[worst]:.1e} ({worst})"
    if gaps[worst] > SAME and short:  # whoever came first was paid: a queue, and most likely the reason
        zh, en = (
            f"{text}{mark}{', '.join(sorted(short))}" for text, mark in ((zh, "；有款项不足："), (en, "; money ran short: "))
        )
    return Finding(gaps[worst] <= SAME, zh, en)


def _reverse_households(county: County) -> None:
    """Put the households in use into the opposite order, and everything that points at them."""
    tables = county.tables
    count = len(tables["households"])
    for name in ("households", "histories", "register"):
        tables[name][:] = tables[name][::-1].copy()
    for name in ("persons", "cases", "packages", "loans"):
        pointing = tables[name]["household"]
        pointing[:] = np.where(pointing >= 0, count - 1 - pointing, pointing)
