"""The micro-model as Mesa objects: each household an agent with attributes, living its month by itself.

Its random draws are hashed by NumPy for all households of a month at once: Python's own big integers would cost more than the
rules, and Mesa is not to blame for that.
"""

import math
import time

import mesa
import numpy as np

from benchmarks.micro_model import inputs
from benchmarks.micro_model.inputs import LINE, MONTHS, SCHOOL, SEASON, TOWNSHIPS, VILLAGES


class Household(mesa.Agent):
    """A household."""

    def __init__(self, model: "County", row: int, fields: dict) -> None:
        super().__init__(model)
        self.row = row
        for name, value in fields.items():
            setattr(self, name, value)

    def step(self) -> None:
        """Run a month."""
        model = self.model
        loss = self.disaster(model.disaster[self.town])
        if model.new_year:
            self.insured = model.enrolment[self.row] < 0.95
            self.ded_left, self.cap_left, self.oop_y = 400.0, 150000.0, 0.0
        cost = self.illness()
        reimbursed = self.reimbursed(cost)
        self.oop = cost - reimbursed
        self.work(loss)
        income = self.earn(loss)
        self.spend(income)
        self.watch(income, loss)
        counted = model.counted[self.vill]
        counted[0] += self.poor
        counted[1] += self.monitored
        counted[2] += self.job > 0
        counted[3] += int(100 * income)
        counted[4] += int(100 * self.oop)
        counted[5] += int(100 * reimbursed)
        counted[6] += int(100 * self.support)
        counted[7] += int(self.need)
        self.support = 0.0

    def disaster(self, strength: float) -> float:
        """Crops and things are lost; the loss, a share."""
        if strength > 0 and self.model.hit[self.row] < strength * (1.2 - 0.5 * self.housing):
            loss = 0.3 + 0.4 * strength
            self.asset *= 1 - 0.1 * loss
            return loss
        return 0.0

    def illness(self) -> float:
        """Somebody may fall ill; the bill, yuan."""
        if self.sick > 0:
            self.sick -= 1
        cost = 0.0
        if self.model.shock[self.row] < 0.010 + 0.004 * self.n_elder + 0.015 * self.chronic + 0.010 * self.frailty:
            cost = min(800 / math.sqrt(1 - self.model.cost[self.row]), 60000.0)
            if cost > 20000:
                self.chronic = 1
            self.sick = 1 + (cost > 3000) + 2 * (cost > 10000)
        return cost + 120 if self.chronic else cost

    def reimbursed(self, cost: float) -> float:
        """What the schemes pay of it."""
        if cost <= 0 or not self.insured:
            return 0.0
        eligible = max(cost - self.ded_left, 0.0)
        self.ded_left = max(self.ded_left - cost, 0.0)
        rate = 0.55 if cost < 1000 else (0.65 if cost < 10000 else 0.70)
        basic = min(eligible * rate, self.cap_left)
        self.cap_left -= basic
        rest = cost - basic
        self.oop_y += rest
        above = self.oop_y - (5000 if self.monitored else 10000)
        serious = min(rest, above) * (0.65 if self.monitored else 0.60) if above > 0 else 0.0
        assistance = min(0.7 * (rest - serious), 3000.0) if self.monitored else 0.0
        return basic + serious + assistance

    def work(self, loss: float) -> None:
        """A job may end; who has none may find one away, or want one here."""
        self.want = 0
        if self.job > 0:
            ends = 0.02 + 0.03 * (self.sick > 0) + 0.02 * loss + (0.01 if self.job == 2 else 0)
            if self.model.chance[self.row] < ends:
                self.job = self.un_months = 0
            return
        self.un_months += 1
        if self.n_work > 0:
            u = self.model.chance[self.row]
            if u < 0.06 * self.skill:
                self.job = 2
            elif u < 0.25:
                self.want = 1

    def earn(self, loss: float) -> float:
        """Income of the month, yuan."""
        model = self.model
        self.wage = 0.0
        if self.job > 0:
            usual = 1900 if self.job == 1 else 2600
            self.wage = self.n_work * self.skill * usual * (1 + 0.25 * model.pay[self.row])
            if self.sick > 0:
                self.wage *= 0.5
        harvest = self.land * 95 * model.season * (1 + 0.3 * model.crop[self.row]) * (1 - loss)
        self.farm = harvest * model.price[self.town] * (0.95 + 0.1 * model.sale[self.row])
        self.prop = self.asset * 0.002
        self.transf = self.pension * self.n_elder + self.support
        return self.wage + self.farm + self.prop + self.transf

    def spend(self, income: float) -> None:
        """Life costs; what is left is saved, what is lacking borrowed."""
        food = 260.0 * self.n_mem * self.model.prices
        school = self.n_school * self.edu_cost * self.model.school
        self.cons = food + 0.30 * max(income - food, 0.0) * (0.9 + 0.2 * self.model.consumption[self.row])
        net = income - self.cons - school - self.oop
        self.debt *= 1.004
        if net >= 0:
            repaid = min(self.debt, 0.5 * net)
            self.debt -= repaid
            self.savings += net - repaid
        else:
            left = self.savings + net
            self.savings = max(left, 0.0)
            if left < 0:
                self.debt -= left

    def watch(self, income: float, loss: float) -> None:
        """Whether it is poor, is noticed, is let go, and what it needs."""
        self.inc12 += (income - self.support - self.inc12) * (1 / 12)
        self.oop12 += (self.oop - self.oop12) * (1 / 12)
        per_head = (self.inc12 - self.oop12) * 12 / self.n_mem
        self.poor = per_head < LINE
        self.pov_months += self.poor
        if self.monitored:
            self.stable = self.stable + 1 if per_head > 1.5 * LINE else 0
            if self.stable >= 6:
                self.monitored = self.stable = 0
        elif self.poor or (per_head < 1.5 * LINE and (self.oop12 * 12 > 5000 or self.debt > 30000 or loss > 0)):
            if self.model.detection[self.row] < self.model.staff[self.vill]:
                self.monitored, self.stable = 1, 0
        self.need = 0.0
        if self.monitored:
            self.need = min(max((LINE / 12) * self.n_mem - (income - self.support - self.oop), 0.0), 4000.0)


class County(mesa.Model):
    """A county of so many households."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.world = inputs.world(count)
        self.keys = inputs.keys_of(np.arange(count))
        self.staff, self.slots = self.world.staff.tolist(), self.world.slots.tolist()
        columns = {name: values.tolist() for name, values in inputs.households(count).items()}
        for row in range(count):
            Household(self, row, {name: values[row] for name, values in columns.items()})
        self.month, self.money = 0, 0

    def sample_month(self) -> None:
        """The random draws of the month, for everybody."""

        def drawn(purpose: int) -> list[float]:
            return inputs.uniform(self.keys, self.month, purpose).tolist()

        if any(self.disaster):
            self.hit = drawn(inputs.HIT)
        if self.new_year:
            self.enrolment = drawn(inputs.ENROLMENT)
        self.shock, self.cost, self.chance = drawn(inputs.SHOCK), drawn(inputs.COST), drawn(inputs.JOB)
        self.sale, self.detection = drawn(inputs.PRICE), drawn(inputs.DETECTION)
        self.consumption = drawn(inputs.CONSUMPTION)
        self.pay = inputs.triangular(self.keys, self.month, inputs.WAGE).tolist()
        self.crop = inputs.triangular(self.keys, self.month, inputs.YIELD).tolist()
        self.lot = inputs.priority(self.keys, self.month).tolist()

    def step(self) -> None:
        """A month of the county."""
        month, world = self.month, self.world
        self.disaster, self.price = world.disaster[month].tolist(), world.price[month].tolist()
        self.prices = float(world.prices[month])
        self.season, self.school, self.new_year = SEASON[month % 12], SCHOOL[month % 12], month % 12 == 0
        self.counted = [[0] * len(inputs.COUNTED) for _ in range(VILLAGES)]
        self.sample_month()
        self.agents.do("step")
        self.give_support()
        self.give_jobs()
        self.month += 1

    def give_support(self) -> None:
        """The greatest need first, while money lasts."""
        self.money += self.world.budget
        for household in sorted((h for h in self.agents if h.need >= 1), key=lambda h: (-int(h.need), h.row)):
            amount = int(household.need)
            if amount > self.money:
                break
            household.support = float(amount)
            self.money -= amount

    def give_jobs(self) -> None:
        """Free jobs of a township go to those who want one, by lot."""
        free = list(self.slots)
        wanting: list[list[Household]] = [[] for _ in range(TOWNSHIPS)]
        for household in self.agents:
            if household.job == 1:
                free[household.town] -= 1
            elif household.want:
                wanting[household.town].append(household)
        for places, households in zip(free, wanting, strict=True):
            for household in sorted(households, key=lambda h: (self.lot[h.row], h.row))[: max(places, 0)]:
                household.job, household.un_months = 1, 0


def run_once(count: int) -> tuple[float, dict]:
    """Seconds and aggregates of one replication; making the agents is outside the time."""
    county = County(count)
    counted = np.zeros((MONTHS, VILLAGES, len(inputs.COUNTED)), dtype=np.int64)
    start = time.process_time()
    for month in range(MONTHS):
        county.step()
        counted[month] = county.counted
    seconds = time.process_time() - start
    lists = [[getattr(h, name) for h in county.agents] for name in ("savings", "debt", "job", "pov_months")]
    county.remove_all_agents()
    return seconds, inputs.answer(counted, *(np.array(values) for values in lists))
