"""What more or less of something must do: shocks, money, eyes, lines, projects (MR1, MR3 to MR8, MR19, MR26, MR27)."""

from typing import Any

import numpy as np

from experiments.validation.relations.relation import Finding, paired_mean, relation
from experiments.validation.relations.world import World

#: Whatever can strike a household: set to 0 there are none, set to 2 there are twice as many.
SHOCKS = (
    "illness", "accidents", "health", "housing", "livestock_disease", "weather", "prices", "separations", "epidemics",
)  # fmt: skip
QUIET: dict[str, Any] = {f"{subject}__shock_intensity": 0.0 for subject in SHOCKS} | {
    "wages__slump_chance": 0.0,
    "enterprises__failure_intensity": 0.0,
    "dibao__assessment_error": 0.0,
    "dibao__exclusion_error": 0.0,
    "demography__mortality": [0.0] * 9,
    "demography__birth_chance": 0.0,
    "family_division__leaving_chance": 0.0,
    "family_division__following": 0.0,
    "separations__return_home": 0.0,
    "demography__able_by_age": [1.0] * 19,  # nobody grows too weak; who cannot work when founded never could
    "demography__full_by_age": [0.8] * 19,
    "public_posts__oldest": 200.0,
    "education__senior_high_cost": 0.0,
    "education__tertiary_cost": 0.0,
    "microcredit__return_spread": 0.0,
    "founding__loans_outstanding": 0.0,  # the income of a loan ends with its term
    "microcredit__loans": 0.0,
    "microcredit__startup_loans": 0.0,
    "village_assets__falling_behind": 0.0,
    # Sampled rarely, but seen: a household's only earner goes home to a farm that has come to pay better, and it falls.
    "labour_choice__reconsidering": 0.0,
    "lines__poverty_line": 4000.0,  # the line of 2020: uprated no faster than anybody's income
}
ROUGH: dict[str, Any] = {
    f"{subject}__shock_intensity": 2.0 for subject in ("illness", "accidents", "housing", "separations", "livestock_disease")
}
SHARP: dict[str, Any] = {"village_visit__detection": 0.8, "village_visit__first_secretary": 0.2, "self_report__report": 0.3}
#: Everybody listed whom verification finds at risk: how long noticing takes is then not a matter of who is listed.
LISTED: dict[str, Any] = {"case_review__listed_share": 1.0}
NOBODY = 1e-4  # the tolerance of "no relapse": one registered person in ten thousand
EARLY = 5e-4  # what relapse may move within two years and count as not moved (SF17)


@relation(
    "MR1",
    "strict",
    "没有冲击、没有评估误差、家庭不变、无人主动换工作时，无人返贫",
    "sim/processes/shocks, household_economy/accounts.py",
)
def nobody_relapses_without_shocks(world: World) -> Finding:
    """Without shocks, assessment errors, change in the family and change of work by choice nobody relapses."""
    worst = max(float(world.yearly("relapse_rate", seed, **QUIET).max()) for seed in list(world.seeds)[:2])
    return Finding(worst <= NOBODY, f"最高年返贫率 {100 * worst:.4f}%", f"highest yearly relapse rate {100 * worst:.4f} %")


@relation("MR3", "mean", "本级资金增加一倍，返贫不增加", "sim/processes/government/budget.py, monitoring/targeted_help.py")
def more_money_no_more_relapse(world: World) -> Finding:
    """Twice the county's money does not mean more relapse."""
    found = paired_mean(world.difference("relapse_rate", budget__county_floor=world.amount(40e6)))
    return Finding(found.low <= 0.0, f"返贫率 {found.points()} 个百分点", f"relapse {found.points()} points")


@relation("MR4", "mean", "本级资金减半，返贫增加", "sim/processes/government/budget.py, monitoring/targeted_help.py")
def half_the_money_more_relapse(world: World) -> Finding:
    """Half the county's money means more relapse."""
    found = paired_mean(world.difference("relapse_rate", budget__county_floor=world.amount(10e6)))
    return Finding(found.mean > 0.0 and found.high > 0.0, f"返贫率 {found.points()} 个百分点", f"relapse {found.points()} points")


@relation("MR5", "strict", "冲击加倍，返贫、自付、保险应赔、排队都增加", "sim/processes/shocks, safety_net/poverty_insurance.py")
def twice_the_shocks(world: World) -> Finding:
    """Twice the shocks mean more relapse, more own spending, more insurance claims and longer queues."""
    steps = {
        name: [float(world.yearly(name, seed, **ROUGH).mean() - world.yearly(name, seed).mean()) for seed in world.seeds]
        for name in ("relapse_rate", "own_rigid_spending", "waiting_help")
    }
    steps["claims"] = [world.due("insurance_claims", seed, **ROUGH) - world.due("insurance_claims", seed) for seed in world.seeds]
    least = {name: min(values) for name, values in steps.items()}
    zh = f"最小增量：返贫率 {100 * least['relapse_rate']:+.2f} 个百分点，自付 {least['own_rigid_spending']:+.0f} 元/人，排队 {least['waiting_help']:+.0f}，应赔 {least['claims']:+,.0f} 元"  # noqa: E501
    en = (
        f"least step: relapse {100 * least['relapse_rate']:+.2f} points, own spending {least['own_rigid_spending']:+.0f} yuan a head, "  # noqa: E501
        f"queue {least['waiting_help']:+.0f}, claims {least['claims']:+,.0f} yuan"
    )
    return Finding(min(least.values()) > 0.0, zh, en)


@relation(
    "MR6",
    "strict",
    "凡核实者皆纳入监测时，发现能力更强，识别更早、未发现更少、帮扶支出不减",
    "sim/processes/monitoring/village_visit.py, self_report.py",
)
def better_eyes(world: World) -> Finding:
    """Better eyes find households sooner, leave fewer unnoticed and do not spend less on help, where all found are listed."""
    keen: dict[str, Any] = {**LISTED, **SHARP}
    sooner, found = (
        world.means(name, **keen) - world.means(name, **LISTED) for name in ("identification_delay", "relapse_undetected")
    )
    unnoticed = paired_mean(found)
    help_uses = ("help_relief", "help_development", "help_repair")
    more = [sum(world.paid(u, s, **keen) - world.paid(u, s, **LISTED) for u in help_uses) / 1e6 for s in world.seeds]
    spent = paired_mean(more)
    holds = sooner.max() < 0.0 and unnoticed.mean < 0.0 and spent.high >= 0.0
    zh = f"识别时间 {sooner.mean():+.2f} 个月（各种子最大 {sooner.max():+.2f}），未发现 {unnoticed}，帮扶支出 {spent} 百万元"
    en = f"delay {sooner.mean():+.2f} months (largest of all seeds {sooner.max():+.2f}), unnoticed {unnoticed}, help {spent} M yuan"  # noqa: E501
    return Finding(bool(holds), zh, en)


@relation("MR7", "mean", "认定手续从0个月拖到6个月，返贫不减少", "sim/processes/monitoring/case_review.py")
def slow_paperwork(world: World) -> Finding:
    """Paperwork that takes six months instead of none does not mean less relapse."""
    slow, quick = (world.means("relapse_rate", case_review__procedural_lag=lag) for lag in (6.0, 0.0))
    found = paired_mean(slow - quick)
    return Finding(found.high >= 0.0, f"返贫率 {found.points()} 个百分点", f"relapse {found.points()} points")


@relation(
    "MR8", "strict", "低保标准更高，低保支出更多、按收入返贫更少", "sim/processes/safety_net/dibao.py, environment/lines.py"
)
def higher_dibao_line(world: World) -> Finding:
    """A higher dibao line costs more and leaves fewer below the poverty line by income."""
    sides: list[dict[str, Any]] = [{"lines__dibao_line": {"2020-01": 5500, "2021-01": line}} for line in (5000, 6200)]
    low, high = sides
    cost = [(world.paid("dibao", s, **high) - world.paid("dibao", s, **low)) / 1e6 for s in world.seeds]
    below = [float(world.yearly("relapse_rate_income", s, **high).mean() - world.yearly("relapse_rate_income", s, **low).mean())
             for s in world.seeds]  # fmt: skip
    zh = f"支出至少 {min(cost):+.2f} 百万元，按收入返贫至多 {100 * max(below):+.3f} 个百分点"
    en = f"outlay at least {min(cost):+.2f} M yuan, below by income at most {100 * max(below):+.3f} points"
    return Finding(min(cost) > 0.0 and max(below) < 0.0, zh, en)


@relation("MR19", "mean", "飞地项目更多，乡镇收入与岗位更多，两年内返贫不变", "sim/processes/enterprise/enclave_projects.py")
def more_enclave_projects(world: World) -> Finding:
    """More enclave projects mean more township revenue and jobs, and leave relapse alone for two years."""
    effort: dict[str, Any] = {"enclave_projects__effort": 2.0, "enclave_projects__land_quota": 0.1}
    producing = world.difference("enclaves_producing", **effort)
    revenue = world.difference("township_revenue", **effort)
    jobs = paired_mean(world.difference("enclave_registered", **effort))
    early = np.array([world.yearly("relapse_rate", s, **effort)[:2] - world.yearly("relapse_rate", s)[:2] for s in world.seeds])
    moved = float(np.abs(early.mean(axis=0)).max())
    holds = producing.mean() > 0.0 and revenue.mean() > 0.0 and jobs.mean >= 0.0 and moved < EARLY
    zh = f"投产 {producing.mean():+.1f} 个，乡镇收入 {revenue.mean():+.3g}，吸纳 {jobs} 人，头两年返贫率变动 {100 * moved:.4f} 个百分点"  # noqa: E501
    en = f"producing {producing.mean():+.1f}, township revenue {revenue.mean():+.3g}, jobs {jobs}, relapse moved {100 * moved:.4f} points"  # noqa: E501
    return Finding(bool(holds), zh, en)


@relation("MR26", "mean", "资金紧张时按困难程度排队，返贫不多于抽签", "sim/processes/monitoring/targeted_help.py")
def severity_against_lot(world: World) -> Finding:
    """When money is scarce, serving by severity leaves no more relapse than serving by lot."""
    scarce: dict[str, Any] = {"budget__county_floor": world.amount(12e6)}
    by_lot = world.means("relapse_rate", **scarce, targeted_help__queue="random")
    found = paired_mean(by_lot - world.means("relapse_rate", **scarce))
    return Finding(found.high >= 0.0, f"抽签比按程度 {found.points()} 个百分点", f"lot over severity {found.points()} points")


@relation("MR27", "mean", "取消监测：返贫增加，台账识别为零，台账返贫降为零", "sim/records, sim/processes/monitoring")
def without_monitoring(world: World) -> Finding:
    """Without monitoring relapse rises in the mean, nobody is identified, recorded relapse falls to nothing."""
    rises, intake, recorded, usual = [], [], [], []
    for seed in world.seeds:
        blind, seeing = world.result(seed, "no_monitoring.yaml").indicators, world.result(seed).indicators
        rises.append(float(blind["relapse_rate"][11::12].mean() - seeing["relapse_rate"][11::12].mean()))
        intake.append(float(blind["intake_year"].max()))
        recorded.append(float(blind["relapse_recorded"][11::12].max()))
        usual.append(float(seeing["relapse_recorded"][11::12].mean()))
    # One household more or less decides a single replication of a small county; in the whole county each one shows it.
    rise = paired_mean(np.array(rises))
    found = rise.mean > 0.0 and (world.size < 1.0 or min(rises) > 0.0)
    holds = found and max(intake) == 0.0 and max(recorded) == 0.0 and min(usual) > 0.0
    zh = f"实际返贫率 {rise.points()} 个百分点，识别 {max(intake):.0f} 户，台账返贫 {max(recorded):.0f}（平时平均 {np.mean(usual):.1f}）"  # noqa: E501
    en = (
        f"true relapse {rise.points()} points, identified {max(intake):.0f}, recorded relapse {max(recorded):.0f} "
        f"(usually {np.mean(usual):.1f})"
    )
    return Finding(holds, zh, en)
