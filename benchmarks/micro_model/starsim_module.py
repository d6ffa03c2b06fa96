"""The micro-model in Starsim: one module whose states are Starsim's arrays and whose rules use its operators and uids.

It draws by the shared hash and not from Starsim's own distributions, in double precision, so that its aggregates must equal the
others'. Runs in whatever Python has Starsim.
"""

import time

import numpy as np
import starsim as ss

from benchmarks.micro_model import inputs
from benchmarks.micro_model.inputs import LINE, MONTHS, SCHOOL, SEASON, TOWNSHIPS, VILLAGES

ss.options(precision=64, verbose=0, warnings="error")


class County(ss.Module):
    """Households, and what happens to them in a month."""

    def __init__(self, count: int) -> None:
        super().__init__(name="county")
        self.define_states(
            *(ss.IntArr(name, default=0) for name in inputs.INTEGERS),
            *(ss.FloatArr(name, default=0.0) for name in inputs.NUMBERS),
        )
        self.world = inputs.world(count)
        self.start = inputs.households(count)
        self.keys = inputs.keys_of(np.arange(count))
        self.counted = np.zeros((MONTHS, VILLAGES, len(inputs.COUNTED)), dtype=np.int64)
        self.money = 0

    def init_post(self) -> None:
        """Households as every implementation finds them."""
        super().init_post()
        for name, values in self.start.items():
            getattr(self, name)[:] = values

    def uniform(self, purpose: int, uids=None) -> np.ndarray:
        """Draws for everybody, or for some."""
        return inputs.uniform(self.keys if uids is None else self.keys[uids], self.ti, purpose)

    def triangular(self, purpose: int, uids=None) -> np.ndarray:
        """The same, triangular."""
        return inputs.triangular(self.keys if uids is None else self.keys[uids], self.ti, purpose)

    def step(self) -> None:
        """A month."""
        loss = self.disaster()
        cost = self.illness()
        reimbursed = self.reimburse(cost)
        self.oop[:] = cost - reimbursed
        self.look_for_work(loss)
        income = self.earn(loss)
        self.spend(income)
        self.watch(income, loss)
        self.count(income, reimbursed)
        self.support[:] = 0.0
        self.give_support()
        self.give_jobs()

    def disaster(self) -> np.ndarray:
        """Where a disaster strikes, crops and things are lost; the loss, a share."""
        strength = self.world.disaster[self.ti]
        loss = np.zeros(len(self.keys))
        if strength.any():
            d = strength[self.town.values]
            there = ss.uids(np.flatnonzero(d > 0))
            hit = self.uniform(inputs.HIT, there) < d[there] * (1.2 - 0.5 * self.housing[there])
            struck = there[hit]
            loss[struck] = 0.3 + 0.4 * d[struck]
            self.asset[struck] = self.asset[struck] * (1 - 0.1 * loss[struck])
        return loss

    def illness(self) -> np.ndarray:
        """A new insurance year, shocks of health, and what they cost, yuan."""
        if self.ti % 12 == 0:
            self.insured[:] = self.uniform(inputs.ENROLMENT) < 0.95
            self.ded_left[:] = 400.0
            self.cap_left[:] = 150000.0
            self.oop_y[:] = 0.0
        sick = (self.sick > 0).uids
        self.sick[sick] = self.sick[sick] - 1
        p = 0.010 + 0.004 * self.n_elder + 0.015 * self.chronic + 0.010 * self.frailty
        ill = (p > self.uniform(inputs.SHOCK)).uids
        cost = np.zeros(len(self.keys))
        bill = np.minimum(800 / np.sqrt(1 - self.uniform(inputs.COST, ill)), 60000)
        cost[ill] = bill
        self.chronic[ill[bill > 20000]] = 1
        self.sick[ill] = 1 + (bill > 3000) + 2 * (bill > 10000)
        cost[(self.chronic > 0).uids] += 120
        return cost

    def reimburse(self, cost: np.ndarray) -> np.ndarray:
        """What the schemes pay of it."""
        r = ((self.insured > 0) & (cost > 0)).uids
        bill = cost[r]
        eligible = np.maximum(bill - self.ded_left[r], 0)
        self.ded_left[r] = np.maximum(self.ded_left[r] - bill, 0)
        rate = np.where(bill < 1000, 0.55, np.where(bill < 10000, 0.65, 0.70))
        basic = np.minimum(eligible * rate, self.cap_left[r])
        self.cap_left[r] = self.cap_left[r] - basic
        rest = bill - basic
        self.oop_y[r] = self.oop_y[r] + rest
        monitored = self.monitored[r] > 0
        above = self.oop_y[r] - np.where(monitored, 5000, 10000)
        serious = np.where(above > 0, np.minimum(rest, above) * np.where(monitored, 0.65, 0.60), 0)
        assistance = np.where(monitored, np.minimum(0.7 * (rest - serious), 3000), 0)
        reimbursed = np.zeros(len(cost))
        reimbursed[r] = basic + serious + assistance
        return reimbursed

    def look_for_work(self, loss: np.ndarray) -> None:
        """Jobs end, are found elsewhere, or wanted here."""
        u = self.uniform(inputs.JOB)
        self.want[:] = 0
        working, idle = (self.job > 0).uids, (self.job == 0).uids
        ending = 0.02 + 0.03 * (self.sick[working] > 0) + 0.02 * loss[working] + 0.01 * (self.job[working] == 2)
        ends = working[u[working] < ending]
        self.un_months[idle] = self.un_months[idle] + 1
        self.un_months[ends] = 0
        self.job[ends] = 0
        able = idle[self.n_work[idle] > 0]
        found = u[able] < 0.06 * self.skill[able]
        self.want[able[~found & (u[able] < 0.25)]] = 1
        self.job[able[found]] = 2

    def earn(self, loss: np.ndarray) -> np.ndarray:
        """Income of the month, yuan."""
        self.wage[:] = 0.0
        w = (self.job > 0).uids
        pay = self.n_work[w] * self.skill[w] * np.where(self.job[w] == 1, 1900, 2600)
        pay = pay * (1 + 0.25 * self.triangular(inputs.WAGE, w))
        self.wage[w] = np.where(self.sick[w] > 0, pay * 0.5, pay)
        harvest = self.land * 95 * SEASON[self.ti % 12] * (1 + 0.3 * self.triangular(inputs.YIELD)) * (1 - loss)
        price = self.world.price[self.ti][self.town.values]
        self.farm[:] = harvest * price * (0.95 + 0.1 * self.uniform(inputs.PRICE))
        self.prop[:] = self.asset * 0.002
        self.transf[:] = self.pension * self.n_elder + self.support
        return (self.wage + self.farm + self.prop + self.transf).values

    def spend(self, income: np.ndarray) -> None:
        """Life costs; what is left is saved, what is lacking borrowed."""
        food = (260.0 * self.n_mem * self.world.prices[self.ti]).values
        school = (self.n_school * self.edu_cost * SCHOOL[self.ti % 12]).values
        extra = 0.9 + 0.2 * self.uniform(inputs.CONSUMPTION)
        self.cons[:] = food + 0.30 * np.maximum(income - food, 0) * extra
        net = income - self.cons.values - school - self.oop.values
        self.debt[:] = self.debt * 1.004
        well, short = ss.uids(np.flatnonzero(net >= 0)), ss.uids(np.flatnonzero(net < 0))
        repaid = np.minimum(self.debt[well], 0.5 * net[well])
        self.debt[well] = self.debt[well] - repaid
        self.savings[well] = self.savings[well] + (net[well] - repaid)
        left = self.savings[short] + net[short]
        self.savings[short] = np.maximum(left, 0)
        self.debt[short] = np.where(left < 0, self.debt[short] - left, self.debt[short])

    def watch(self, income: np.ndarray, loss: np.ndarray) -> None:
        """Who is poor, who is noticed, who is let go, and what they need."""
        earned = income - self.support.values
        self.inc12[:] = self.inc12 + (earned - self.inc12) * (1 / 12)
        self.oop12[:] = self.oop12 + (self.oop - self.oop12) * (1 / 12)
        per_head = (self.inc12 - self.oop12) * 12 / self.n_mem
        poor = per_head < LINE
        self.poor[:] = poor.values
        self.pov_months[poor.uids] = self.pov_months[poor.uids] + 1
        watched = self.monitored > 0
        on = watched.uids
        self.stable[on] = np.where(per_head[on] > 1.5 * LINE, self.stable[on] + 1, 0)
        leaves = on[self.stable[on] >= 6]
        burdened = (self.oop12 * 12 > 5000) | (self.debt > 30000) | (loss > 0)
        seen = (~watched & (poor | ((per_head < 1.5 * LINE) & burdened))).uids
        enters = seen[self.uniform(inputs.DETECTION, seen) < self.world.staff[self.vill[seen]]]
        self.monitored[leaves] = 0
        self.stable[leaves] = 0
        self.monitored[enters] = 1
        self.stable[enters] = 0
        self.need[:] = 0.0
        on = (self.monitored > 0).uids
        own = earned[on] - self.oop[on]
        self.need[on] = np.minimum(np.maximum((LINE / 12) * self.n_mem[on] - own, 0), 4000)

    def count(self, income: np.ndarray, reimbursed: np.ndarray) -> None:
        """Add up by village."""
        village = self.vill.values
        columns = (
            self.poor.values, self.monitored.values, (self.job > 0).values, np.trunc(100 * income),
            np.trunc(100 * self.oop.values),
            np.trunc(100 * reimbursed), np.trunc(100 * self.support.values), np.trunc(self.need.values),
        )  # fmt: skip
        for place, column in enumerate(columns):
            self.counted[self.ti, :, place] = np.bincount(village, weights=column, minlength=VILLAGES)

    def give_support(self) -> None:
        """The greatest need first, while money lasts."""
        self.money += self.world.budget
        asking = (self.need >= 1).uids
        amounts = self.need[asking].astype(np.int64)
        order = np.argsort(-amounts, kind="stable")
        spent = np.cumsum(amounts[order])
        served = order[: np.searchsorted(spent, self.money, side="right")]
        self.support[asking[served]] = amounts[served]
        self.money -= int(amounts[served].sum())

    def give_jobs(self) -> None:
        """Free jobs of a township go to those who want one, by lot."""
        at_home = self.town[(self.job == 1).uids]
        free = np.maximum(self.world.slots - np.bincount(at_home, minlength=TOWNSHIPS), 0)
        wanting = (self.want > 0).uids
        town = self.town[wanting]
        order = np.lexsort((inputs.priority(self.keys[wanting], self.ti), town))
        town = town[order]
        place = np.arange(len(order)) - np.searchsorted(town, town)
        hired = wanting[order[place < free[town]]]
        self.job[hired] = 1
        self.un_months[hired] = 0


def run_once(count: int) -> tuple[float, dict]:
    """Seconds and aggregates of one replication; making and initialising the simulation is outside the time."""
    sim = ss.Sim(n_agents=count, modules=County(count), start=0, stop=MONTHS - 1, dt=1, verbose=0)
    sim.init()
    start = time.process_time()
    sim.run()
    seconds = time.process_time() - start
    county = sim.modules["county"] if "county" in sim.modules else sim.custom["county"]
    states = (county.savings, county.debt, county.job, county.pov_months)
    return seconds, inputs.answer(county.counted, *(each.values for each in states))
