"""Exact arithmetic in the middle of a run: one process run twice from the same state (MR2, MR9, MR10, MR21, MR23)."""

from dataclasses import replace
from typing import Any

import numpy as np

from experiments.validation.relations.relation import Finding, relation
from experiments.validation.relations.world import World, call_around, line_sum, restoring, run_again
from sim.core.ledger import Fund
from sim.county import County
from sim.world.codes import LoanState

FEN = 0.005  # yuan
MONTHS = 24
SIZE = 3000.0  # yuan of a package


@relation(
    "MR2",
    "strict",
    "排队次序不变、帮扶大小相同时本级资金增加：没有农户受损，得到帮扶的只多不少",
    "sim/processes/monitoring/targeted_help.py",
)
def more_money_in_a_frozen_queue(world: World) -> Finding:
    """With the queue frozen and packages of one size, more county money leaves no household worse off: who was served is served still."""  # noqa: E501
    poor = world.county(budget__county_floor=world.amount(8e6), budget__bridging=world.amount(10e6))
    lost, looks, more = [0], [0], [0]

    def look(month: int) -> None:
        served, cash = [], []
        for money in (0.0, 1e5, 4e5):
            with restoring(poor):
                # Packages of one size: a dear one passed over for lack of money would leave room for two cheap ones.
                poor.tables["packages"]["cost"] = SIZE
                # What is kept for entitlements is there, so that all that is added is for the queue.
                funds, queue = poor.tables["funds"], [Fund.COUNTY_FLOOR, Fund.BRIDGING]
                funds["balance"][queue] += funds["reserved"][queue] + world.amount(money)
                run_again(poor, "targeted_help", month, poor.values)
                served.append(poor.tables["packages"]["delivered"] >= 0)
                cash.append(poor.tables["households"]["cash"].copy())
        for less, wider, before, after in zip(served, served[1:], cash, cash[1:]):
            lost[0] += int((less & ~wider).sum()) + int((after < before).sum())
            more[0] += int(wider.sum() - less.sum())
        looks[0] += 1

    call_around(poor, "targeted_help", MONTHS, look)
    zh, en = (
        f"{looks[0]} 个月各试三档：多帮 {more[0]} 件，受损 {lost[0]}",
        f"{looks[0]} months at three levels: {more[0]} more served, {lost[0]} worse off",
    )
    return Finding(lost[0] == 0 and more[0] > 0, zh, en)


@relation("MR9", "strict", "没有误差时，收入低于低保标准的申请户恰好补到标准，其余不得", "sim/processes/safety_net/dibao.py")
def exactly_what_is_lacking(world: World) -> Finding:
    """Without errors every applicant below the dibao line is granted exactly what is lacking to it, and nobody else anything."""
    exact: dict[str, Any] = {
        "dibao__assessment_error": 0.0,
        "dibao__exclusion_error": 0.0,
        "dibao__inclusion_error": 0.0,
        "dibao__least_share": 0.0,
    }
    county = world.county(**exact)
    gap, wrong, decided, due = [0.0], [0], [0], [np.zeros(0, dtype=bool)]

    def before(month: int) -> None:
        register, households = county.tables["register"], county.tables["households"]
        due[0] = (register["application"] >= 0) & (register["application"] <= month) & (households["members"] > 0)

    def after(month: int) -> None:
        register, households = county.tables["register"][due[0]], county.tables["households"][due[0]]
        line = float(county.tables["environment"]["dibao_line"][0])
        # A farm that lost money counts as no income, not as a debt that dibao makes good.
        lacking = line * households["members"] - np.maximum(households["countable_12"], 0.0)
        owed = np.where((lacking > 0.0) & (households["disqualifying"] == 0), lacking / 12.0, 0.0)
        granted = np.where(register["dibao"] == 1, register["benefit"], 0.0)
        gap[0] = max(gap[0], float(np.abs(granted - owed).max(initial=0.0)))
        wrong[0] += int(((granted > 0.0) != (owed > 0.0)).sum())
        decided[0] += len(owed)

    def watch(running: Any, month: int, early: bool) -> None:
        if running.name == "dibao_decision":
            (before if early else after)(month)

    county.watch = watch
    for _ in range(MONTHS):
        county.step()
    zh, en = (
        f"{decided[0]} 件申请：错给或漏给 {wrong[0]}，金额最大差 {gap[0]:.1e} 元",
        f"{decided[0]} applications: {wrong[0]} wrong, largest gap {gap[0]:.1e} yuan",
    )
    return Finding(wrong[0] == 0 and gap[0] < FEN and decided[0] > 0, zh, en)


@relation(
    "MR10",
    "strict",
    "报销比例由90%提到95%：自付减少与补充报销增加是同一笔钱",
    "sim/processes/safety_net/medical_reimbursement.py",
)
def same_sum_from_patients_to_funds(world: World) -> Finding:
    """A reimbursement target of 95 instead of 90 % moves the same sum from patients to the funds, to the fen."""
    ample: dict[str, Any] = {"budget__county_floor": 500e6}
    county = world.county(**ample)
    high = world.values(**ample, medical_reimbursement__target_ordinary=0.95)
    gap, moved = [0.0], [0.0]

    def look(month: int) -> None:
        sums = []
        for values in (county.values, high):
            with restoring(county):
                own = _weighed(county, "rigid")
                run_again(county, "medical_reimbursement", month, values)
                paid = sum(line_sum(county, reason) for reason in ("top_up_prefecture", "top_up_county"))
                sums.append((_weighed(county, "rigid") - own, paid))
        (usual_own, usual_paid), (high_own, high_paid) = sums
        gap[0] = max(gap[0], abs((usual_own - high_own) - (high_paid - usual_paid)))
        moved[0] += high_paid - usual_paid

    call_around(county, "medical_reimbursement", MONTHS, look)
    zh, en = (
        f"{MONTHS} 个月共 {moved[0]:,.0f} 元，每月最大差 {gap[0]:.1e} 元",
        f"{moved[0]:,.0f} yuan in {MONTHS} months, largest gap of a month {gap[0]:.1e} yuan",
    )
    return Finding(gap[0] < FEN and moved[0] > 0.0, zh, en)


def _weighed(county: County, column: str) -> float:
    households = county.tables["households"]
    return float((households["weight"] * households[column]).sum())


@relation("MR21", "strict", "贷款收益恰等于自付利息：收入不变", "sim/processes/household_economy/microcredit.py")
def loan_that_earns_its_cost(world: World) -> Finding:
    """A loan that earns exactly what it costs changes no income."""
    county = world.county()
    interest = float(county.values.at("microcredit.interest_rate"))
    worst, loans = [0.0], [0]
    settings = []
    for subsidy in (0.0, 0.5, 1.0):
        values = world.values(
            microcredit__return_spread=0.0, microcredit__interest_subsidy=subsidy, microcredit__startup_subsidy=subsidy
        )
        earned = np.full_like(county.values.paths["microcredit.loan_return"], interest * (1.0 - subsidy))
        settings.append(replace(values, paths={**values.paths, "microcredit.loan_return": earned}))

    def look(month: int) -> None:
        active = county.tables["loans"]["state"] == LoanState.ACTIVE
        loans[0] += int(active.sum())
        # Capital that an earlier loss has eaten into earns less than the principal costs: that is another matter.
        for values in settings:
            with restoring(county):
                county.tables["loans"]["capital"] = county.tables["loans"]["principal"]
                county.tables["loans"]["ability"] = 1.0
                county.tables["funds"]["balance"][Fund.BRIDGING] += 1e9
                before = county.tables["households"]["business"].copy()
                run_again(county, "loan_service", month, values)
                worst[0] = max(worst[0], float(np.abs(county.tables["households"]["business"] - before).max()))

    call_around(county, "loan_service", 6, look)
    zh, en = (
        f"{loans[0]} 笔·月，收入最大变动 {worst[0]:.1e} 元",
        f"{loans[0]} loan-months, largest change of income {worst[0]:.1e} yuan",
    )
    return Finding(worst[0] < FEN and loans[0] > 0, zh, en)


@relation(
    "MR23", "strict", "岗位工资全部不计入时，岗位不减少低保核算收入之外的补差", "sim/processes/household_economy/accounts.py"
)
def posts_left_out(world: World) -> Finding:
    """Where post pay is left out altogether, having a post never raises the income that dibao assessors count."""
    county = world.county(accounts__post_pay_disregard=1.0, labour_choice__dependence="none")
    worst, posts = [0.0], [0]

    def look(month: int) -> None:
        posts[0] += int((county.tables["households"]["post_pay"] > 0.0).sum())
        counted = []
        for without in (False, True):
            with restoring(county):
                if without:
                    county.tables["households"]["wages"] -= county.tables["households"]["post_pay"]
                    county.tables["households"]["post_pay"] = 0.0
                run_again(county, "close_accounts", month, county.values)
                counted.append(county.tables["households"]["countable_12"].copy())
        worst[0] = max(worst[0], float(np.abs(counted[0] - counted[1]).max()))

    call_around(county, "close_accounts", 12, look)
    zh, en = (
        f"{posts[0]} 户·月有岗位，核算收入最大变动 {worst[0]:.1e} 元",
        f"{posts[0]} household-months with a post, counted income moves {worst[0]:.1e} yuan",
    )
    return Finding(worst[0] < FEN and posts[0] > 0, zh, en)
