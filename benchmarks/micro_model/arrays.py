"""The micro-model as whole-array NumPy: one statement for all households."""

import time

import numpy as np

from benchmarks.micro_model import inputs
from benchmarks.micro_model.inputs import LINE, MONTHS, SCHOOL, SEASON, TOWNSHIPS, VILLAGES, triangular, uniform


def run_once(count: int) -> tuple[float, dict]:
    """Seconds and aggregates of one replication; inputs are made outside the time."""
    s = inputs.households(count)
    world = inputs.world(count)
    keys = inputs.keys_of(np.arange(count))
    counted = np.zeros((MONTHS, VILLAGES, len(inputs.COUNTED)), dtype=np.int64)
    start = time.process_time()
    carry = 0
    for month in range(MONTHS):
        live_households(s, keys, world, month, counted[month])
        carry = give_support(s, carry + world.budget)
        give_jobs(s, keys, world.slots, month)
    seconds = time.process_time() - start
    return seconds, inputs.answer(counted, s["savings"], s["debt"], s["job"], s["pov_months"])


def live_households(s: dict, keys: np.ndarray, world: inputs.World, month: int, counted: np.ndarray) -> None:
    """Everything that happens to households one by one."""
    loss = disaster(s, keys, world.disaster[month], month)
    cost = illness(s, keys, month)
    reimbursed = reimburse(s, cost)
    s["oop"] = cost - reimbursed
    look_for_work(s, keys, loss, month)
    income = earn(s, keys, loss, world.price[month], month)
    spend(s, keys, income, world.prices[month], month)
    watch(s, keys, income, loss, world.staff, month)
    paid = s["support"]
    s["support"] = np.zeros(len(keys))
    columns = (s["poor"], s["monitored"], s["job"] > 0, fen(income), fen(s["oop"]), fen(reimbursed), fen(paid), s["need"])
    for place, column in enumerate(columns):
        # Whole numbers far below 2 to the 53rd: adding them as floats loses nothing.
        counted[:, place] = np.bincount(s["vill"], weights=np.trunc(column), minlength=VILLAGES)


def fen(yuan: np.ndarray) -> np.ndarray:
    """Whole fen."""
    return np.trunc(100 * yuan)


def disaster(s: dict, keys: np.ndarray, strength: np.ndarray, month: int) -> np.ndarray:
    """Where a disaster strikes, crops and things are lost; the loss, a share."""
    loss = np.zeros(len(keys))
    if strength.any():
        there = np.flatnonzero(strength[s["town"]] > 0)
        d = strength[s["town"][there]]
        hit = uniform(keys[there], month, inputs.HIT) < d * (1.2 - 0.5 * s["housing"][there])
        struck = there[hit]
        loss[struck] = 0.3 + 0.4 * d[hit]
        s["asset"][struck] *= 1 - 0.1 * loss[struck]
    return loss


def illness(s: dict, keys: np.ndarray, month: int) -> np.ndarray:
    """A new insurance year, shocks of health, and what they cost, yuan."""
    if month % 12 == 0:
        s["insured"] = (uniform(keys, month, inputs.ENROLMENT) < 0.95).astype(np.int8)
        s["ded_left"][:] = 400
        s["cap_left"][:] = 150000
        s["oop_y"][:] = 0
    s["sick"] -= s["sick"] > 0
    p = 0.010 + 0.004 * s["n_elder"] + 0.015 * s["chronic"] + 0.010 * s["frailty"]
    cost = np.zeros(len(keys))
    ill = np.flatnonzero(uniform(keys, month, inputs.SHOCK) < p)
    bill = np.minimum(800 / np.sqrt(1 - uniform(keys[ill], month, inputs.COST)), 60000)
    cost[ill] = bill
    s["chronic"][ill[bill > 20000]] = 1
    s["sick"][ill] = 1 + (bill > 3000) + 2 * (bill > 10000)
    return np.where(s["chronic"] > 0, cost + 120, cost)


def reimburse(s: dict, cost: np.ndarray) -> np.ndarray:
    """What the schemes pay of it."""
    r = np.flatnonzero((cost > 0) & (s["insured"] > 0))
    bill = cost[r]
    eligible = np.maximum(bill - s["ded_left"][r], 0)
    s["ded_left"][r] = np.maximum(s["ded_left"][r] - bill, 0)
    rate = np.where(bill < 1000, 0.55, np.where(bill < 10000, 0.65, 0.70))
    basic = np.minimum(eligible * rate, s["cap_left"][r])
    s["cap_left"][r] -= basic
    rest = bill - basic
    s["oop_y"][r] += rest
    monitored = s["monitored"][r] > 0
    above = s["oop_y"][r] - np.where(monitored, 5000, 10000)
    serious = np.where(above > 0, np.minimum(rest, above) * np.where(monitored, 0.65, 0.60), 0)
    assistance = np.where(monitored, np.minimum(0.7 * (rest - serious), 3000), 0)
    reimbursed = np.zeros(len(cost))
    reimbursed[r] = basic + serious + assistance
    return reimbursed


def look_for_work(s: dict, keys: np.ndarray, loss: np.ndarray, month: int) -> None:
    """Jobs end, are found elsewhere, or wanted here."""
    u = uniform(keys, month, inputs.JOB)
    job = s["job"]
    working = job > 0
    ending = 0.02 + 0.03 * (s["sick"] > 0) + 0.02 * loss + np.where(job == 2, 0.01, 0)
    ends = working & (u < ending)
    s["un_months"] += ~working
    s["un_months"][ends] = 0
    free = ~working & (s["n_work"] > 0)
    found = free & (u < 0.06 * s["skill"])
    s["want"] = (free & ~found & (u < 0.25)).astype(np.int8)
    job[ends] = 0
    job[found] = 2


def earn(s: dict, keys: np.ndarray, loss: np.ndarray, price: np.ndarray, month: int) -> np.ndarray:
    """Income of the month, yuan."""
    wage = np.zeros(len(keys))
    w = np.flatnonzero(s["job"] > 0)
    pay = s["n_work"][w] * s["skill"][w] * np.where(s["job"][w] == 1, 1900, 2600)
    pay = pay * (1 + 0.25 * triangular(keys[w], month, inputs.WAGE))
    wage[w] = np.where(s["sick"][w] > 0, pay * 0.5, pay)
    harvest = s["land"] * 95 * SEASON[month % 12] * (1 + 0.3 * triangular(keys, month, inputs.YIELD)) * (1 - loss)
    farm = harvest * price[s["town"]] * (0.95 + 0.1 * uniform(keys, month, inputs.PRICE))
    s["wage"], s["farm"] = wage, farm
    s["prop"] = s["asset"] * 0.002
    s["transf"] = s["pension"] * s["n_elder"] + s["support"]
    return wage + farm + s["prop"] + s["transf"]


def spend(s: dict, keys: np.ndarray, income: np.ndarray, prices: float, month: int) -> None:
    """Life costs; what is left is saved, what is lacking borrowed."""
    food = 260.0 * s["n_mem"] * prices
    school = s["n_school"] * s["edu_cost"] * SCHOOL[month % 12]
    extra = 0.9 + 0.2 * uniform(keys, month, inputs.CONSUMPTION)
    s["cons"] = food + 0.30 * np.maximum(income - food, 0) * extra
    net = income - s["cons"] - school - s["oop"]
    debt = s["debt"] * 1.004
    pay = np.minimum(debt, 0.5 * net)
    left = s["savings"] + net
    well = net >= 0
    s["debt"] = np.where(well, debt - pay, np.where(left < 0, debt - left, debt))
    s["savings"] = np.where(well, s["savings"] + (net - pay), np.maximum(left, 0))


def watch(s: dict, keys: np.ndarray, income: np.ndarray, loss: np.ndarray, staff: np.ndarray, month: int) -> None:
    """Who is poor, who is noticed, who is let go, and what they need."""
    earned = income - s["support"]
    s["inc12"] = s["inc12"] + (earned - s["inc12"]) * (1 / 12)
    s["oop12"] = s["oop12"] + (s["oop"] - s["oop12"]) * (1 / 12)
    per_head = (s["inc12"] - s["oop12"]) * 12 / s["n_mem"]
    poor = per_head < LINE
    s["poor"] = poor.astype(np.int8)
    s["pov_months"] += poor
    watched = s["monitored"] > 0
    s["stable"] = np.where(watched, np.where(per_head > 1.5 * LINE, s["stable"] + 1, 0), s["stable"]).astype(np.int8)
    leaves = watched & (s["stable"] >= 6)
    burdened = (s["oop12"] * 12 > 5000) | (s["debt"] > 30000) | (loss > 0)
    seen = np.flatnonzero(~watched & (poor | ((per_head < 1.5 * LINE) & burdened)))
    enters = seen[uniform(keys[seen], month, inputs.DETECTION) < staff[s["vill"][seen]]]
    s["monitored"][leaves] = 0
    s["stable"][leaves] = 0
    s["monitored"][enters] = 1
    s["stable"][enters] = 0
    need = np.minimum(np.maximum((LINE / 12) * s["n_mem"] - (earned - s["oop"]), 0), 4000)
    s["need"] = np.where(s["monitored"] > 0, need, 0)


def give_support(s: dict, money: int) -> int:
    """The greatest need first, while money lasts; what is left of the money."""
    asking = np.flatnonzero(s["need"] >= 1)
    amounts = s["need"][asking].astype(np.int64)
    first = np.argsort(-amounts, kind="stable")
    order, amounts = asking[first], amounts[first]
    spent = np.cumsum(amounts)
    served = int(np.searchsorted(spent, money, side="right"))
    s["support"][order[:served]] = amounts[:served]
    return money - (int(spent[served - 1]) if served else 0)


def give_jobs(s: dict, keys: np.ndarray, slots: np.ndarray, month: int) -> None:
    """Free jobs of a township go to those who want one, by lot."""
    free = np.maximum(slots - np.bincount(s["town"][s["job"] == 1], minlength=TOWNSHIPS), 0)
    wanting = np.flatnonzero(s["want"])
    town = s["town"][wanting]
    order = np.lexsort((inputs.priority(keys[wanting], month), town))
    town = town[order]
    place = np.arange(len(order)) - np.searchsorted(town, town)
    hired = wanting[order[place < free[town]]]
    s["job"][hired] = 1
    s["un_months"][hired] = 0
