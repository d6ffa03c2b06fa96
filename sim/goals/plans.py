"""A plan as data: which goals a document asks for, under which clause and with which target, and goals of the reader's own.

A plan is a folder with ``plan.yaml`` and, where the document was put into a register, ``clauses.yaml``. The national rules
(``scenarios/plans/national``) hold for every county; a plan adds what its document asks for.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.inputs import shipped, yaml_file
from sim.core.inputs.errors import BilingualText, InputError, UserError, all_of, bilingual, join_texts, unknown
from sim.core.inputs.notation import shorten
from sim.core.inputs.parameters import HOME, OWN, PLAN_MONTHS, load_all
from sim.core.inputs.resolve import Values, resolve
from sim.goals.goal import GOALS, QUARTER, YEARS_IN_MONTHS, Goal, GoalInputs
from sim.goals.indicators import COUNTY_ONLY, INDICATORS
from sim.goals.measure import Measure
from sim.goals.own_goal import OWN_KEYS, OwnGoal, RecordFaults, own_goal, read_own_goal

KEYS = ("title", "document", "goals")
ASKED_KEYS = ("clause", "weight", "headline", "name", "definition", "source", "targets")
NATIONAL = "national"
THRESHOLDS = "thresholds."
LONGEST_TEXT = 500
#: Thresholds that no document fixes and that differ from county to county all the same.
LOCAL = frozenset({"gdp_growth", "enclave_jobs"})
HOW_OWN = BilingualText(
    "for a goal of your own also write name, indicator, at_least or at_most, when",
    "自定目标还要写 name、indicator、at_least 或 at_most、when",
)
ID = re.compile(r"[a-z][a-z0-9_]{1,39}", re.ASCII)

#: Takes what is wrong: place, line, English, Chinese.
AddFault = Callable[[Any, int, str, str], None]


@dataclass(frozen=True)
class AskedGoal:
    """A goal of the model that a plan asks for. ``targets``: by threshold, in the unit of ``thresholds.yaml``; ``line``: where it
    stands in the plan's file; ``national``: the national rules ask for it.
    """

    id: str
    clause: str | None
    weight: float
    headline: bool
    name: dict[str, str] | None
    definition: dict[str, str] | None
    source: str
    targets: dict[str, Any]
    line: int
    national: bool


@dataclass(frozen=True)
class Plan:
    """What is asked of a county: goals of the model by a document or by the nation, and goals of the reader's own.

    ``id``: the folder's name; ``document``: what the document is called, None where there is none; ``file``: where it was read.
    """

    id: str
    title: dict[str, str]
    document: dict[str, str] | None
    file: str
    asked: tuple[AskedGoal, ...]
    own: tuple[OwnGoal, ...] = ()

    @staticmethod
    def of(described: Mapping[str, Any]) -> "Plan":
        """A plan from plain data, as ``dataclasses.asdict`` and JSON left it."""
        asked = tuple(AskedGoal(**each) for each in described["asked"])
        own = tuple(OwnGoal(**{**each, "when": tuple(each["when"])}) for each in described["own"])
        return Plan(**{**described, "asked": asked, "own": own})

    def canonical_inputs(self) -> dict[str, Any]:
        """What decides how a replication is judged, without names and places."""
        asked = sorted(each.id for each in self.asked)
        return {"asked": asked, "own": [asdict(each) | {"name": ""} for each in self.own]}

    @property
    def targets(self) -> dict[str, tuple[Any, int]]:
        """The targets that it states itself, by parameter id, each with its line."""
        return {f"{THRESHOLDS}{name}": (value, each.line) for each in self.asked for name, value in each.targets.items()}

    @property
    def foreign(self) -> frozenset[str]:
        """Ids of the thresholds that only goals which it does not ask for are held against."""
        ids = {each.id for each in self.asked}
        used = {name for goal in GOALS.values() if goal.id in ids or goal.own for name in thresholds_of(goal)}
        others = {name for goal in GOALS.values() if goal.id not in ids and not goal.own for name in thresholds_of(goal)}
        return frozenset(f"{THRESHOLDS}{name}" for name in others - used)


def goals_asked(plan: Plan) -> dict[str, Goal]:
    """The goals that a plan is judged by, in the order of the scoreboard: those asked for, the model's own, the reader's own."""
    asked = {each.id: each for each in plan.asked}
    found = {}
    for name, goal in GOALS.items():
        if name in asked:
            found[name] = _as_asked(goal, asked[name])
        elif goal.own:
            found[name] = goal
    found = {name: replace(goal, observed=goal.observed if goal.observed in found else None) for name, goal in found.items()}
    return found | {each.id: own_goal(each) for each in plan.own}


def _as_asked(goal: Goal, asked: AskedGoal) -> Goal:
    return replace(
        goal, clause=asked.clause, weight=asked.weight, headline=asked.headline, name=asked.name or goal.name,
        definition=asked.definition or goal.definition,
    )  # fmt: skip


def extend(plan: Plan, asked: Iterable[AskedGoal], own: Iterable[OwnGoal]) -> Plan:
    """A plan with what a scenario asks for besides; of two goals with one id the scenario's counts."""
    more, mine = {each.id: each for each in asked}, {each.id: each for each in own}
    if not more and not mine:
        return plan
    return replace(
        plan, asked=tuple(({each.id: each for each in plan.asked} | more).values()),
        own=tuple(({each.id: each for each in plan.own} | mine).values()),
    )  # fmt: skip


def declare_as_at_home() -> None:
    """Give the goals of the model the clause and weight that Lingyuan's document gives them: pages of the model show these."""
    for each in home().asked:
        GOALS[each.id] = _as_asked(GOALS[each.id], each)


@cache
def home() -> Plan:
    """Lingyuan's document of 2021."""
    return load_plan(HOME)


@cache
def national() -> Plan:
    """The national rules."""
    return load_plan(NATIONAL)


def load_plan(which: str | Path) -> Plan:
    """A plan by its folder, or a shipped one by its name. Raises InputError (or InputErrors) with file and line."""
    faults: list[InputError] = []
    plan = read_plan(shipped.plan_file(which), lambda *fault: faults.append(InputError(*fault)))
    if faults:
        raise all_of(faults)
    assert plan is not None
    return plan


def read_plan(file: Path, add_fault: AddFault) -> Plan | None:
    """A plan file and what is wrong with it; None where it cannot be used. Raises InputError where it cannot be read at all."""
    tree = yaml_file.read_mapping(file)
    here: list[tuple[Any, int, str, str]] = []

    def fault(*found: Any) -> None:
        here.append(found)
        add_fault(*found)

    for key in tree:
        if key not in KEYS:
            fault(file, tree.lines[key], *unknown("a plan has no key", "方案文件没有这一项：", key, KEYS))
    title = _text(file, tree, "title", fault)
    if "title" not in tree:
        fault(file, 1, "'title' is missing: write 'title: …'", "缺少“title”，请补上：title: 方案名称")
    document = _text(file, tree, "document", fault) if "document" in tree else None
    goals = tree.get("goals", {})
    if "goals" not in tree:
        fault(file, 1, "'goals' is missing: name the goals that the document asks for", "缺少“goals”，请写明文件提出的目标")
    elif not isinstance(goals, yaml_file.Mapping):
        fault(
            file, tree.lines["goals"], "'goals' must be a mapping: the id of a goal, and under it what is asked; 'goals: {}' for the national rules alone",
            "“goals”下面应一行写一个目标编号，再写要求；只按国家规定评价时写 goals: {}"
        )  # fmt: skip
        goals = {}
    asked, own = read_goals(file, goals, fault)
    name = file.resolve().parent.name
    if name != NATIONAL:
        asked = _over_the_national(asked)
    if here:
        return None
    return Plan(name, title or {}, document, str(file), tuple(asked), tuple(own))


def read_goals(place: Any, goals: Mapping[Any, Any], add_fault: AddFault) -> tuple[list[AskedGoal], list[OwnGoal]]:
    """The section ``goals`` of a plan or a scenario: goals of the model that are asked for, and goals of the reader's own."""
    asked, own = [], []
    for name, record in goals.items():
        line = goals.lines[name]  # type: ignore[attr-defined] # a mapping of yaml_file knows its lines
        told = shorten(str(name))
        if record is not None and not isinstance(record, yaml_file.Mapping):
            add_fault(
                place,
                line,
                f"goal '{told}' must be a mapping, one 'name: value' to a line",
                f"目标“{told}”下面应一行写一个“名称: 值”",
            )
            continue
        written: Any = yaml_file.Mapping(line) if record is None else record
        if name in GOALS:
            made = _asked(place, name, written, line, add_fault)
            asked += [made] if made else []
        elif not any(key in written for key in OWN_KEYS):
            lost = unknown("the model has no goal", "模型没有这个目标：", name, list(GOALS))
            add_fault(place, line, *join_texts([lost, HOW_OWN]))
        elif not isinstance(name, str) or not ID.fullmatch(name) or name.startswith("joint_") or name.endswith("_observed"):
            add_fault(
                place, line, f"'{told}': the id of a goal of your own is 2 to 40 small letters, digits and _, such as my_income",
                f"“{told}”：自定目标的编号用2至40个小写字母、数字和下划线，如 my_income"
            )  # fmt: skip
        else:
            mine = read_own_goal(place, name, written, line, add_fault)
            own += [mine] if mine else []
    return asked, own


def _asked(place: Any, name: str, record: Any, line: int, add_fault: AddFault) -> AskedGoal | None:
    fault = RecordFaults(place, name, record, line, add_fault)
    for key in record:
        if key not in ASKED_KEYS:
            fault(key, *unknown("a goal of the model has no key", "模型已有的目标没有这一项：", key, ASKED_KEYS))
    clause = record.get("clause")
    if clause is not None and (isinstance(clause, bool) or not isinstance(clause, (str, int, float)) or not str(clause).strip()):
        fault("clause", "'clause' must be a section, such as 4.2.1", "“clause”应写文件的章节，如 4.2.1")
    rule = None if _shipped_as(place, NATIONAL) else next((each for each in national().asked if each.id == name), None)
    weight, headline = record.get("weight", 0.0), record.get("headline", rule.headline if rule else False)
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0.0 <= weight <= 100.0:
        fault("weight", "'weight' must be a number from 0 to 100", "“weight”必须是0至100的数")
    if not isinstance(headline, bool):
        fault("headline", "'headline' must be true or false", "“headline”只能写 true 或 false")
    source = record.get("source", "")
    if not isinstance(source, str) or len(source) > LONGEST_TEXT:
        fault(
            "source", f"'source' must be a text of at most {LONGEST_TEXT} letters", f"“source”应写成不超过{LONGEST_TEXT}字的文字"
        )
    texts: dict[str, dict[str, str] | None] = {}
    for key in ("name", "definition"):
        try:
            texts[key] = bilingual(record[key]) if key in record else None
        except UserError as problem:
            fault(key, f"'{key}' {problem.english}", f"“{key}”{problem.chinese}")
    targets = _targets(place, name, record, fault)
    if fault.count:
        return None
    if targets and "name" not in record and not _shipped_as(place, HOME):
        fault(
            "name", "'name' is missing: the model's name has Lingyuan's numbers; write 'name: {zh: …, en: …}' with the document's own",
            "缺少“name”：模型原名里是凌源的数，请用本县文件的数写明 name: {zh: …, en: …}"
        )  # fmt: skip
        return None
    if targets and texts["definition"] is None:
        texts["definition"] = texts["name"]  # the model's own definition has Lingyuan's numbers too
    return AskedGoal(
        name, None if clause is None else str(clause), float(weight), headline, texts["name"], definition=texts["definition"],
        source=source, targets=targets, line=line, national=rule is not None or _shipped_as(place, NATIONAL),
    )  # fmt: skip


def _targets(place: Any, name: str, record: Any, fault: Callable[[str, str, str], None]) -> dict[str, Any]:
    """The targets that a plan states for a goal; faults for none where the goal has some that only a document can set."""
    written, book = record.get("targets", {}), load_all()
    if "targets" in record and not isinstance(written, yaml_file.Mapping):
        fault("targets", "'targets' must be a mapping, one 'threshold: value' to a line", "“targets”下面应一行写一个“门槛: 值”")
        return {}
    found: dict[str, Any] = {}
    for key, value in written.items():
        if key not in thresholds_of(GOALS[name]):
            problem = unknown("it is not held against", "它不用这个门槛：", key, sorted(thresholds_of(GOALS[name])))
            fault("targets", *problem)
            continue
        try:
            book.parameters[f"{THRESHOLDS}{key}"].check(value, elsewhere=True)
        except ValueError as problem:
            made = InputError.of("", 0, problem, key)
            fault("targets", made.english, made.chinese)
        else:
            found[key] = value
    if _shipped_as(place, HOME) or _shipped_as(place, NATIONAL):
        return found  # Lingyuan's targets are the values in thresholds.yaml beside its plan; the nation's goals have none
    missing = [key for key in targets_of(GOALS[name]) if key not in written]
    if missing:
        names = ", ".join(f"{key}: …" for key in missing)
        fault(
            "targets", f"write the document's own targets: 'targets: {{{names}}}'", f"请写明本县文件自己的目标值：targets: {{{names}}}"
        )  # fmt: skip
    return found


def _over_the_national(asked: list[AskedGoal]) -> list[AskedGoal]:
    """What a plan asks for, and what the national rules ask for besides."""
    named = {each.id for each in asked}
    return asked + [each for each in national().asked if each.id not in named]


def _text(file: Path, tree: yaml_file.Mapping, key: str, add_fault: AddFault) -> dict[str, str] | None:
    try:
        return bilingual(tree[key]) if key in tree else None
    except UserError as problem:
        add_fault(file, tree.lines[key], f"'{key}' {problem.english}", f"“{key}”{problem.chinese}")
        return None


def _shipped_as(place: Any, name: str) -> bool:
    return Path(str(place)) == shipped.folder(shipped.PLANS) / name / shipped.PLAN_FILE


def thresholds_of(goal: Goal) -> frozenset[str]:
    """Names of the thresholds that a goal is held against."""
    return _looked_up(goal.function)


@cache
def _looked_up(function: Callable[[GoalInputs], Any]) -> frozenset[str]:
    """The thresholds that a goal's function looks up when it judges a made-up replication."""
    looked_up: set[str] = set()
    months = PLAN_MONTHS + YEARS_IN_MONTHS

    class Watched(GoalInputs):
        def threshold(self, name: str) -> float:
            looked_up.add(name)
            return 1.0

    made_up = Watched(
        series={name: np.ones(months) for name in (*INDICATORS, *COUNTY_ONLY)}, townships=np.ones((months, 1, len(Measure))),
        clusters=np.ones(PLAN_MONTHS // QUARTER), values=_central(), survey=np.zeros(months // YEARS_IN_MONTHS), budget=[],
    )  # fmt: skip
    with np.errstate(all="ignore"):
        function(made_up)
    return frozenset(looked_up)


@cache
def _central() -> Values:
    return resolve(load_all(), {}, months=PLAN_MONTHS)


def targets_of(goal: Goal) -> list[str]:
    """The thresholds of a goal that a document sets: another plan that asks for the goal has to state its own."""
    book = load_all()
    local = {each for each in thresholds_of(goal) if book.parameters[f"{THRESHOLDS}{each}"].clause not in (None, OWN)}
    return sorted(local | thresholds_of(goal) & LOCAL)
