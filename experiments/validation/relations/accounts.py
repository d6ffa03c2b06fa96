"""What adds up in every month, and what threads may not change (MR29 to MR32)."""

import dataclasses
import tempfile
from pathlib import Path

import numpy as np

from experiments.validation.relations.relation import Finding, relation
from experiments.validation.relations.world import World, line_sum, scenario
from sim.core.ledger import Fund
from sim.world.codes import Destination

FEN = 0.005  # yuan


@relation("MR29", "strict", "任何资金任何月份不为负，期初＋流入－流出＝期末", "sim/world/bookkeeping.py")
def purses_close(world: World) -> Finding:
    """No purse is ever negative, and every fund's month closes to the fen."""
    county = world.county()
    gap, least, made = 0.0, 0.0, 0.0
    for _ in range(24):
        county.step()
        funds = county.tables["funds"]
        gap = max(gap, float(np.abs(funds["opened"] + funds["inflow"] - funds["outflow"] - funds["balance"]).max()))
        least = min(least, float(funds["balance"][: Fund.HOUSEHOLDS].min()))
        made = max(made, abs(float((funds["balance"] - funds["opened"]).sum())))
    zh, en = (
        f"最大缺口 {gap:.1e} 元，最低余额 {least:.0f}，凭空增减 {made:.1e}",
        f"largest gap {gap:.1e} yuan, lowest balance {least:.0f}, made or lost {made:.1e}",
    )
    return Finding(gap < FEN and least >= 0.0 and made < FEN, zh, en)


@relation("MR30", "strict", "农户各项所得之和＝各资金付出之和", "sim/world/bookkeeping.py, sim/core/ledger.py")
def receipts_are_payments(world: World) -> Finding:
    """What households receive is what others paid them, in all and for dibao."""
    county = world.county()
    gap = 0.0
    for _ in range(12):
        county.step()
        households, lines = county.tables["households"], county.tables["lines"]
        received = float((households["weight"] * households["received"]).sum())
        gap = max(gap, abs(received - float(lines["yuan"][lines["payee"] == Fund.HOUSEHOLDS].sum())))
        dibao = float((households["weight"] * households["dibao_received"]).sum())
        gap = max(gap, abs(dibao - line_sum(county, "dibao")))
    return Finding(gap < FEN, f"每月最大差 {gap:.1e} 元", f"largest gap of a month {gap:.1e} yuan")


@relation("MR31", "strict", "每人只在一处，岗位不重复、不超额", "sim/processes/labour")
def everybody_in_one_place(world: World) -> Finding:
    """Everybody is in exactly one status, no job is filled twice, and none beyond what is offered."""
    county = world.county()
    faults = 0
    for _ in range(24):
        county.step()
        persons, enterprises = county.tables["persons"], county.tables["enterprises"]
        working, employed = persons["alive"] == 1, persons["enterprise"] >= 0
        faults += int((~np.isin(persons["status"], list(Destination))).sum())
        faults += int((persons["status"][employed] != Destination.LOCAL_FIRM).sum())
        counted = np.bincount(persons["enterprise"][employed & working], minlength=len(enterprises))
        faults += int((counted != enterprises["registered"]).sum())
        faults += int((enterprises["registered"] > enterprises["desired"]).sum())
        weight = county.tables["households"]["weight"][persons["household"]]
        posts = weight[working & (persons["status"] == Destination.PUBLIC_POST)].sum()
        faults += int(posts > county.setting("public_posts.count"))
    return Finding(faults == 0, f"24个月中 {faults} 处不符", f"{faults} faults in 24 months")


@relation(
    "MR32",
    "strict",
    "同一种子，不论几个进程，结果哈希相同",
    "experiments/execution/runner.py, experiments/execution/worker_pool.py",
)
def any_number_of_workers(world: World) -> Finding:
    """The same seed gives the same result for one worker and for two."""
    from experiments.execution import runner
    from experiments.results import folder as results

    short = dataclasses.replace(scenario(), months=12)
    hashes = []
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2):
            out = Path(folder) / str(workers)
            runner.run(short, out, runner.RunOptions(4, world.seed, workers))
            hashes.append(results.open_folder(out).manifest["hash"])
    same = hashes[0] == hashes[1]
    return Finding(same, f"{hashes[0][:12]}，{hashes[1][:12]}", f"{hashes[0][:12]}, {hashes[1][:12]}")
