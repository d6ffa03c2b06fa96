"""A given budget to be divided over programmes: the question, what programmes cost, and whether there is anything to divide.

Prices come from runs, not from a list: one replication of the plan as it runs and one with "one million more" for each programme
(see ``programmes.yaml``), at central values, say what a unit of its lever costs. What the county's purses pay for anything else
comes first; if the budget does not cover it the question is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from experiments.analyses import budget as budget_analysis
from experiments.analyses import design
from experiments.analyses.design import Factor, FactorRecord
from experiments.execution.points import affordable
from experiments.model_api import COUNTY, Point, load_model
from sim.core.inputs import yaml_file
from sim.core.inputs.errors import InputError, unknown
from sim.core.inputs.parameters import load_all
from sim.core.inputs.resolve import Override
from sim.core.inputs.validation import Real, Title, Whole
from sim.scenario import load_scenario
from sim.world.funds import fund_records

FLOOR = "budget.county_floor"
UPPER = ("budget.bridging", "budget.employment")  # money from above, as expected; each future draws its own
POT = ("county_floor", "bridging", "employment")
HELP = ("help_relief", "help_repair", "help_development")  # single households are helped from what is left in reserve
TRIAL_MONTHS = 24


class Share(BaseModel):
    """How much of the budget a programme may take, yuan a year."""

    model_config = ConfigDict(extra="forbid")
    at_least: Real | None = Field(default=None, ge=0)
    at_most: Real | None = Field(default=None, ge=0)


class Spec(BaseModel):
    """An optimisation as written."""

    model_config = ConfigDict(extra="forbid")
    title: Title
    scenario: str
    budget: Real = Field(gt=0)
    programmes: dict[str, Share] = Field(min_length=2)
    goals: list[str] = Field(min_length=2, max_length=4)
    criterion: Literal["regret", "satisficing"] = "regret"
    level: Real = Field(default=0.9, gt=0.5, le=1)
    step: Real = Field(default=1e6, ge=1e4)
    population: Whole = Field(default=16, ge=4, le=400)
    generations: Whole = Field(default=8, ge=1, le=400)
    futures: Whole = Field(default=12, ge=4, le=1000)
    fresh: Whole = Field(default=40, ge=4, le=5000)
    finalists: Whole = Field(default=6, ge=2, le=40)


@dataclass(frozen=True)
class Programme:
    """A programme of the division; yuan a year."""

    id: str
    name: dict[str, str]
    least: float
    most: float
    now: float


@dataclass(frozen=True)
class Division:
    """A checked question: ``money`` yuan a year are divided in steps over programmes beyond their least. ``point(yuan, name)``
    is the county under such a plan; ``reference`` the plan as it runs, with the same budget.
    """

    title: dict[str, str]
    scenario: Any
    money: float
    step: float
    programmes: tuple[Programme, ...]
    goals: tuple[str, ...]
    criterion: str
    level: float
    population: int
    generations: int
    futures: int
    fresh: int
    finalists: int
    point: Callable[[Mapping[str, float], str], Point]
    reference: Point
    facts: dict[str, Any]

    @property
    def steps(self) -> int:
        """Whole steps there are to divide once every programme has its least."""
        return int((self.money - sum(each.least for each in self.programmes)) / self.step + 1e-9)

    @property
    def most(self) -> tuple[int, ...]:
        """Whole steps that each programme takes at most beyond its least."""
        return tuple(int((each.most - each.least) / self.step + 1e-9) for each in self.programmes)

    def yuan(self, plan: tuple[int, ...]) -> dict[str, float]:
        """A plan's money by programme, yuan a year."""
        return {each.id: each.least + number * self.step for each, number in zip(self.programmes, plan)}

    @property
    def most_replications(self) -> int:
        """How many replications the search and its confirmation take at most."""
        return (1 + self.population * self.generations) * self.futures + (1 + self.finalists) * self.fresh


def read(path: Path) -> tuple[Spec, Any]:
    """Read and check a spec; with its scenario, which has the budget as the county's own money. Raises InputError."""
    tree = yaml_file.read_mapping(path)
    if isinstance(tree.get("programmes"), Mapping):
        for name, record in tree["programmes"].items():
            if record is None:
                tree["programmes"][name] = {}
    spec = design.validated(path, tree, Spec)
    known = budget_analysis.programmes()
    lines = tree["programmes"].lines
    if len(set(spec.goals)) < len(spec.goals):
        raise InputError(
            path, tree.lines["goals"], "goals: one is named twice; leave it out", "goals：有一项写了两次，请去掉一个"
        )
    affordable(path, tree.lines.get("population", 1), 1 + spec.population * spec.generations, spec.futures)
    for name, share in spec.programmes.items():
        if share.at_least is not None and share.at_most is not None and share.at_most < share.at_least:
            raise InputError(
                path, lines[name], f"{name}: at_least {share.at_least:,.0f} is more than at_most {share.at_most:,.0f}",
                f"{name}：下限 at_least {share.at_least:,.0f} 元大于上限 at_most {share.at_most:,.0f} 元；请改正其中一个"
            )  # fmt: skip
        if name not in known:
            raise InputError(path, lines[name], *unknown("there is no programme", "没有这个项目：", name, list(known)))
        payable = {use for fund, record in fund_records().items() if fund.name.lower() in POT for use in record.pays}
        if len(known[name]["more"]) != 1 or FLOOR in known[name]["more"] or not set(known[name]["uses"]) <= payable:
            raise InputError(
                path, lines[name], f"{name}: is no programme that the county's purses can be divided over",
                f"{name}：不是本级资金可以统筹分配的项目，请去掉"
            )  # fmt: skip
    (scenario,) = design.scenarios_of(path, tree, [spec.scenario], "scenario")
    made = Override(spec.budget, f"{path}: budget", tree.lines["budget"])
    made.check(load_all().parameters[FLOOR])
    overrides = {**scenario.overrides, FLOOR: [*scenario.overrides.get(FLOOR, []), made]}
    return spec, replace(scenario, overrides=overrides)


def price(path: Path, spec: Spec, scenario: Any, seed: int) -> Division:
    """Run what prices and entitlements follow from; the division. Raises InputError where there is nothing to divide."""
    model = load_model(COUNTY)
    trial = replace(scenario, months=min(TRIAL_MONTHS, scenario.months))
    years = trial.months / 12
    budget = model.run(trial, None, seed, replication=0, profile=False).budget
    uses = {name: tuple(budget_analysis.programmes()[name]["uses"]) for name in spec.programmes}
    divided = {use for own in uses.values() for use in own} | set(HELP)
    kept = _due(budget, POT, divided) / years
    others = {use for fund, record in fund_records().items() if fund.name.lower() in POT[1:] for use in record.pays}
    floor = _due(budget, POT[:1], divided | others) / years
    if spec.budget < floor:
        raise InputError(path, 0, f"budget: {spec.budget:,.0f} yuan a year are less than the {floor:,.0f} of entitlements that "
                                  "only the county's own money may pay; nothing is left to divide",
                         f"budget：每年 {spec.budget:,.0f} 元，还不够支付只能由县本级资金承担的刚性支出 {floor:,.0f} 元，"
                         "没有余钱可分；请提高 budget")  # fmt: skip
    used = model.used(scenario, None)
    upper = sum(_centre(used[name]) for name in UPPER)
    money = spec.budget + upper - kept
    levers, programmes = {}, []
    for name, share in spec.programmes.items():
        made, lever = _price_programme(name, share, uses[name], trial=trial, budget=budget, used=used, seed=seed, path=path)
        programmes.append(made)
        levers[name] = lever
    least = sum(each.least for each in programmes)
    if money - least < spec.step:
        raise InputError(path, 0, f"budget: {spec.budget:,.0f} yuan a year and {upper:,.0f} from above, less {kept:,.0f} of "
                                  f"entitlements and of programmes not divided, leave {money:,.0f}; the programmes take "
                                  f"{least:,.0f} at least, so there is not one step of {spec.step:,.0f} to divide",
                         f"budget：每年 {spec.budget:,.0f} 元，加上级资金 {upper:,.0f} 元，减去刚性支出和不参与分配的项目 "
                         f"{kept:,.0f} 元，余 {money:,.0f} 元；各项目至少要 {least:,.0f} 元，"
                         f"剩下的不足一步（{spec.step:,.0f} 元）；请提高 budget 或减小 step")  # fmt: skip

    def point(yuan: Mapping[str, float], name: str) -> Point:
        setting = {lever.factor.id: lever.value(yuan[programme]) for programme, lever in levers.items()}
        return design.point(scenario, [lever.factor for lever in levers.values()], setting, name)

    facts = {"budget": spec.budget, "upper": upper, "kept": kept, "money": money, "floor_entitlements": floor,
             "prices": {name: [lever.factor.id, lever.price] for name, lever in levers.items()}}  # fmt: skip
    rest = {
        key: getattr(spec, key) for key in ("criterion", "level", "population", "generations", "futures", "fresh", "finalists")
    }
    return Division(spec.title, scenario, money, step=spec.step, programmes=tuple(programmes), goals=tuple(spec.goals), **rest,
                    point=point, reference=Point("as_it_runs", scenario), facts=facts)  # fmt: skip


@dataclass(frozen=True)
class Lever:
    """The lever that a programme's money moves: ``price`` yuan a year for a unit, from where it stands and what that costs."""

    factor: Factor
    stands: float
    costs: float
    price: float
    pattern: tuple[float, ...] | None
    bounds: tuple[float, float]

    def value(self, yuan: float) -> Any:
        """The lever's value that costs so much a year."""
        value = min(max(self.stands + (yuan - self.costs) / self.price, self.bounds[0]), self.bounds[1])
        if self.pattern is not None:
            return [value * each for each in self.pattern]
        return round(value) if self.factor.whole else value


def _price_programme(
    name: str, share: Share, uses: tuple[str, ...], trial: Any, budget: Any, used: Mapping[str, Any], seed: int, path: Path
) -> tuple[Programme, Lever]:
    record = budget_analysis.programmes()[name]
    lever = next(iter(record["more"]))
    more = load_scenario(trial.files[-1], budget_analysis.settings(name, "more")).overrides[lever][-1]
    stands, raised = _centre(used[lever]), _centre(more.value)
    richer = replace(trial, overrides={**trial.overrides, lever: [*trial.overrides.get(lever, []), more]})
    years = trial.months / 12
    more_budget = load_model(COUNTY).run(richer, None, seed, replication=0, profile=False).budget
    costs, added = (sum(row["yuan"] for row in each if row["use"] in uses) / years for each in (budget, more_budget))
    if added - costs <= 1.0:
        raise InputError(
            path, 0, f"programmes.{name}: more of {lever} is not spent: the purses are empty, or nobody asks for it",
            f"programmes.{name}：增加 {lever} 也花不出去：资金已用尽，或没有人申请；请去掉这个项目"
        )  # fmt: skip
    # Where a purse runs empty "more" is spent in part only; a unit then costs what the units there are cost.
    price_ = max((added - costs) / (raised - stands), costs / stands if stands > 0 else 0.0)
    parameter = load_all().parameters[lever]
    pattern = tuple(float(each) for each in parameter.entries()[0]) if parameter.is_list else None
    low, high = parameter.limits()
    factor = design.factor(lever, FactorRecord.model_validate({"values": [parameter.entries()[0]], "from": "2021-01"}), True)
    made = Lever(factor, stands, costs, price=price_, pattern=pattern, bounds=(low, high))
    least = max(costs + (low - stands) * price_, 0.0, share.at_least or 0.0)
    most = costs + (high - stands) * price_
    most = most if share.at_most is None else min(most, share.at_most)
    if most < least:
        raise InputError(
            path, 0, f"programmes.{name}: costs at least {least:,.0f} yuan a year, more than at_most {most:,.0f}",
            f"programmes.{name}：每年至少要 {least:,.0f} 元，超过了上限 at_most {most:,.0f} 元；请提高上限"
        )  # fmt: skip
    return Programme(name, dict(record["name"]), least, most=most, now=costs), made


def _due(budget: Any, funds: tuple[str, ...], without: set[str]) -> float:
    """Yuan that these purses paid, or should have paid, for anything but some uses."""
    return sum(row["yuan"] + row["shortfall"] for row in budget if row["fund"] in funds and row["use"] not in without)


def _centre(value: Any) -> float:
    """One number for a value: the mean of a list, or over dates."""
    entries = value.values() if isinstance(value, Mapping) else [value]
    return float(np.mean([np.mean(each) for each in entries]))
