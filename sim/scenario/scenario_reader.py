"""A chain of scenario files, read word by word: what each sets, and everything that is wrong with it at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.core.inputs import shipped, yaml_file
from sim.core.inputs.errors import (
    MOST_FAULTS,
    BilingualText,
    InputError,
    InputErrors,
    UserError,
    all_of,
    hint_full_width_mark,
    one_of,
    unknown,
)
from sim.core.inputs.notation import shorten
from sim.core.inputs.parameters import LONGEST, PLAN_MONTHS, Parameter, ParameterBook, month_number, month_within
from sim.core.inputs.removed import no_parameter
from sim.core.inputs.resolve import Override, month_name, resolve, value_in_force, vantages
from sim.goals.own_goal import OwnGoal
from sim.goals.plans import THRESHOLDS, AskedGoal, Plan, read_goals
from sim.scenario import county_file, county_folder, plan_form
from sim.scenario.county_folder import NUMBERED, PLACES, CountyFolder

KEYS = (
    "extends",
    "title",
    "reason",
    "county",
    "plan",
    "goals",
    "population",
    "months",
    "vantage",
    "uncertainty",
    "levers",
    "set",
)
POPULATION_KEYS = ("detail", "general_weight")
DETAILS = ("sampled", "full")
#: Where parameter draws come from: the plausible ensemble that calibration left, or each assumption's own distribution.
UNCERTAINTIES = ("ensemble", "prior")
LONGEST_CHAIN = 10
#: How settings on the command line name their place.
SET = "--set "
#: How what the key 'levers' sets names its place, after the file.
LEVERS = ": levers"


class Reader:
    """Read one chain of scenario files, gathering what is wrong."""

    def __init__(self, book: ParameterBook, county_file: Path | None = None) -> None:
        self.book = book
        self.county_file = county_file  # the county that counts: given, or that of the last in the chain to name one
        self.errors: list[InputError] = []
        self.overrides: dict[str, list[Override]] = {}
        self.settings: dict[str, Any] = {}
        self.files: list[str] = []
        self.county = CountyFolder((), None, None, None, ())
        self.asked: dict[str, AskedGoal] = {}
        self.own_goals: dict[str, OwnGoal] = {}
        self.own_places: dict[str, tuple[str, int]] = {}
        self.vantage_place = ("vantage", 0)

    def add_fault(self, place: Any, line: int, english: str, chinese: str) -> None:
        """Gather a fault."""
        self.add_error(InputError(place, line, english, chinese))

    def add_error(self, error: InputError) -> None:
        """Gather an error; raise them all when there are more than anybody reads."""
        self.errors.append(error)
        if len(self.errors) > MOST_FAULTS:
            raise all_of(self.errors)

    def read(self, path: Path) -> None:
        """Read a scenario after those it extends. Raises InputError when the chain cannot be followed."""
        try:
            self._read(path, ())
        except InputError as problem:
            raise _traced(problem, path) from None
        self.errors = [_traced(error, path) for error in self.errors]

    def _read(self, path: Path, seen: tuple[Path, ...]) -> None:
        tree = plan_form.read(path, self.book) if plan_form.is_form(path) else yaml_file.read_mapping(path)
        if county_file.holds_facts(tree):
            raise InputError(
                path, 1, "holds facts of a county and is no scenario: name it in one ('county: …'), check it with "
                "'xianjie check FILE', or run it with 'xianjie run FILE'",
                "这是县情文件，不是情景：请在情景里用 county: 引用它，或用 xianjie check 检查、xianjie run 推演"
            )  # fmt: skip
        listed = isinstance(tree.get("goals"), list) and not {"extends", "set", "county"} & set(tree)
        if {"design", "factors", "programmes", "scenarios"} & set(tree) or listed:
            raise InputError(
                path, 1, "is a question about scenarios and no scenario: use 'xianjie sweep', 'discover' or 'optimise'",
                "这是扫描、发现或优化的说明文件，不是情景：请用 xianjie sweep、discover 或 optimise"
            )  # fmt: skip
        if "document" in tree and path.name == shipped.PLAN_FILE:
            raise InputError(
                path, 1, "is a plan and no scenario: name it in a scenario or county file ('plan: …'), or give --plan",
                "这是方案文件夹里的文件，不是情景：请在情景或县情文件里写 plan: 来引用它，或在推演某县时用 --plan"
            )  # fmt: skip
        for key in tree:
            if key not in KEYS:
                self.add_fault(path, tree.lines[key], *unknown("unknown key", "没有这一项：", key, KEYS))
        self.leave_out_empty(path, tree, "")
        if "county" in tree and self.county_file is None:  # before the parents, which are plans for this county
            self.county_file = yaml_file.beside(path, tree.lines["county"], "county", tree["county"])
            self.read_county_file(self.county_file)
        if "extends" in tree:
            self._extend(path, tree, (*seen, path.resolve()))
        named = county_file.plan_of(path, tree, self.add_fault)
        if named is not None:
            self.settings["plan"] = named
        self.files.append(str(path))
        if "title" in tree:  # the reason that a parent gives is not that of a plan with a title of its own
            self.settings.pop("reason", None)
        self.take(path, tree)

    def leave_out_empty(self, place: Any, tree: yaml_file.Mapping, of: str) -> None:
        """Fault each entry of a mapping that has no value, and go on as if it were not there."""
        for key in [key for key in tree if tree[key] is None]:
            name = shorten(f"{of}{key}")
            self.add_fault(
                place, tree.lines[key], f"'{name}' is empty; write its value after the colon, or leave the line out",
                f"“{name}”后面没有写值；请写上，或删去这一项"
            )  # fmt: skip
            del tree[key]

    def take(self, path: Any, tree: yaml_file.Mapping) -> None:
        """Put what one file, or one change of a scenario, says itself on top of what was read before."""
        for key in ("title", "reason"):
            text = county_file.title_of(path, tree, key, self.add_fault) if key in tree else None
            if text is not None:
                self.settings[key] = text
        if "population" in tree:
            self._population(path, tree)
        if "months" in tree:
            self._months(path, tree)
        if "vantage" in tree:
            self._vantage(path, tree)
        if "uncertainty" in tree:
            self.uncertainty(path, tree.lines["uncertainty"], tree["uncertainty"])
        if "levers" in tree:
            self._levers(path, tree)
        if "set" in tree:
            self._set(path, tree)
        if "goals" in tree and self.needs_entries(path, tree.lines["goals"], "goals", tree["goals"]):
            asked, own = read_goals(path, tree["goals"], self.add_fault)
            self.asked |= {each.id: each for each in asked}
            self.own_goals |= {each.id: each for each in own}
            self.own_places |= {each.id: (str(path), tree["goals"].lines[each.id]) for each in own}
            for each in asked:
                for name, value in each.targets.items():
                    self.override(f"{THRESHOLDS}{name}", value, str(path), each.line, local=True)

    def _extend(self, path: Path, tree: yaml_file.Mapping, seen: tuple[Path, ...]) -> None:
        line = tree.lines["extends"]
        parent = yaml_file.beside(path, line, "extends", tree["extends"])
        if parent.resolve() in seen:
            raise InputError(
                path,
                line,
                f"extends itself by way of {parent.name}; name another file",
                f"经由 {parent.name} 又继承了自己；请改写 extends",
            )
        if len(seen) > LONGEST_CHAIN:
            raise InputError(
                path,
                line,
                f"extends more than {LONGEST_CHAIN} files; use fewer",
                f"逐层继承的文件超过 {LONGEST_CHAIN} 个；请减少层数",
            )
        self._read(parent, seen)

    def needs_entries(self, place: Any, line: int, name: str, value: Any) -> bool:
        """Whether a value is a mapping with something in it; what is none is a fault."""
        if isinstance(value, Mapping) and value:
            return True
        wide = hint_full_width_mark(value)
        self.add_fault(
            place, line, f"'{name}' must be a mapping, one 'name: value' to a line, and not empty{wide.english}",
            f"“{name}”下面应一行写一个“名称: 值”，不能是空的{wide.chinese}"
        )  # fmt: skip
        return False

    def _population(self, path: Path, tree: yaml_file.Mapping) -> None:
        value, line = tree["population"], tree.lines["population"]
        if not self.needs_entries(path, line, "population", value):
            return
        for key in value:
            if key not in POPULATION_KEYS:
                problem = unknown("'population' has no key", "“population”没有这一项：", key, POPULATION_KEYS)
                self.add_fault(path, value.lines[key], *problem)
        self.leave_out_empty(path, value, "population.")
        detail = value.get("detail", "sampled")
        weight = value.get("general_weight", 10)
        if detail not in DETAILS:
            problem = one_of(detail, DETAILS)
            self.add_fault(
                path,
                value.lines.get("detail", line),
                f"'population.detail' {problem.english}",
                f"“population.detail”这一项{problem.chinese}",
            )
        elif not is_whole(weight) or not 1 <= weight <= 100:
            self.add_fault(
                path, value.lines.get("general_weight", line), "'population.general_weight' must be a whole number from 1 to 100",
                "“population.general_weight”必须是 1 至 100 的整数"
            )  # fmt: skip
        elif detail == "full" and "general_weight" in value:
            self.add_fault(
                path, value.lines["general_weight"],
                "'population.general_weight' is for 'detail: sampled'; with 'detail: full' leave it out",
                "“population.general_weight”只用于 detail: sampled；写 detail: full 时请删去这一项"
            )  # fmt: skip
        else:
            self.settings["population"] = (detail, int(weight))

    def _months(self, path: Path, tree: yaml_file.Mapping) -> None:
        months = tree["months"]
        if not is_whole(months) or months % 12 or not 12 <= months <= LONGEST:
            self.add_fault(
                path,
                tree.lines["months"],
                f"'months' must be whole years from January 2021: 12, 24 … 60 (the plan, to 2025-12) … {LONGEST} (2030-12); "
                f"beyond 2030 there are neither data nor forecast rules",
                f"“months”必须是从2021年1月算起的整年数：12、24……60（规划期，至2025年12月）……{LONGEST}（至2030年12月）；"
                f"2030年以后既没有数据，也没有推算规则",
            )
        else:
            self.settings["months"] = int(months)

    def _vantage(self, path: Path, tree: yaml_file.Mapping) -> None:
        try:
            month = month_within(tree["vantage"])
        except ValueError as problem:
            self.add_error(InputError.of(path, tree.lines["vantage"], problem, "vantage"))
        else:
            self.settings["vantage"] = month_name(month)
            self.vantage_place = (str(path), tree.lines["vantage"])

    def uncertainty(self, place: Any, line: int, value: Any) -> None:
        """Read where parameter draws come from."""
        if value in UNCERTAINTIES:
            self.settings["uncertainty"] = value
        else:
            problem = one_of(value, UNCERTAINTIES)
            self.add_fault(place, line, f"'uncertainty' {problem.english}", f"“uncertainty”这一项{problem.chinese}")

    def _levers(self, path: Path, tree: yaml_file.Mapping) -> None:
        """``off``, or ``{off: 2023-01}``: every lever that a clause does not hold fast is off from then on; ``{exit: 2026-01}``,
        or ``{exit: 2026-01, taper_months: 24}``: the support of the transition period ends, at once or bit by bit.
        """
        value, line = tree["levers"], tree.lines["levers"]
        if isinstance(value, yaml_file.Mapping):
            count = len(self.errors)
            self.leave_out_empty(path, value, "levers.")
            if len(self.errors) > count:
                return
        request: Mapping[str, Any] = {"off": "2021-01"} if value == "off" else value if isinstance(value, Mapping) else {}
        taper = request.get("taper_months", 0)
        if set(request) not in ({"off"}, {"exit"}, {"exit", "taper_months"}):
            self.add_fault(
                path, line, "'levers' can only be off or left: write 'levers: off', 'levers: {off: 2023-01}', "
                "'levers: {exit: 2026-01}' or 'levers: {exit: 2026-01, taper_months: 24}'",
                "“levers”只能写成取消（off）或到期退出（exit）：levers: off、levers: {off: 2023-01}、"
                "levers: {exit: 2026-01} 或 levers: {exit: 2026-01, taper_months: 24}"
            )  # fmt: skip
            return
        if not is_whole(taper) or not 0 <= taper < LONGEST:
            self.add_fault(
                path, line, f"'levers.taper_months' must be a whole number of months below {LONGEST}, not '{shorten(taper)}'",
                f"“levers.taper_months”必须是小于 {LONGEST} 的整月数，现在写的是“{shorten(taper)}”"
            )  # fmt: skip
            return
        try:
            month = month_within(request.get("off", request.get("exit")))
        except ValueError as problem:
            self.add_error(InputError.of(path, line, problem, "levers"))
            return
        if month < 0:
            self.add_fault(
                path, line, f"'levers': a plan acts from 2021-01 at the earliest; write 2021-01 in place of {month_name(month)}",
                f"“levers”：规划最早从2021-01起作用；请把 {month_name(month)} 改为 2021-01"
            )  # fmt: skip
            return
        for identity, parameter in self.book.parameters.items():
            if "exit" in request and parameter.transition:
                self._taper(identity, parameter, month, months=int(taper), place=f"{path}{LEVERS}", line=line)
            elif "off" in request and parameter.role == "lever" and parameter.changes_from is None:
                self.override(identity, {month_name(month): parameter.off}, f"{path}{LEVERS}", line)

    def _taper(self, identity: str, parameter: Parameter, month: int, months: int, place: str, line: int) -> None:
        """End a lever from ``month`` on: in equal steps each month from what held before, until it is off ``months`` later.

        Support that a clause keeps until some month begins to end then. What the scenario has set before is where it starts from.
        """
        month = max(month, month_number(parameter.changes_from)) if parameter.changes_from else month
        before = resolve(ParameterBook({identity: parameter}), {identity: self.overrides.get(identity, [])}, months=LONGEST)
        start = value_in_force(before.used[identity], month - 1)
        whole = all(isinstance(entry, int) for entry in (*parameter.entries(), parameter.off))
        path = {}
        for step in range(min(months, LONGEST - month)):
            value = start + (parameter.off - start) * (step + 1) / (months + 1)
            path[month_name(month + step)] = round(value) if whole else value
        if month + months < LONGEST:
            path[month_name(month + months)] = parameter.off
        self.override(identity, path, place, line)

    def _set(self, path: Path, tree: yaml_file.Mapping) -> None:
        value = tree["set"]
        if not self.needs_entries(path, tree.lines["set"], "set", value):
            return
        owners = {identity.partition(".")[0] for identity in self.book.parameters}
        for key in value:
            entry = value[key]
            if "." not in key and key in owners:
                for name in entry if self.needs_entries(path, value.lines[key], key, entry) else ():
                    self.override(f"{key}.{name}", entry[name], str(path), entry.lines[name])
            else:
                self.override(key, entry, str(path), value.lines[key])

    def override(self, identity: str, value: Any, place: str, line: int, local: bool = False, status_quo: bool = False) -> None:
        """Record that a scenario sets a parameter, or a county file its ``status_quo``; what is invalid becomes an error."""
        parameter = self.book.parameters.get(identity)
        if parameter is None:
            known = self.book.called
            if identity.count(".") == 1:
                self.add_fault(place, line, *no_parameter("unknown lever", "没有这个参数：", identity, known))
            else:
                kind = BilingualText("unknown name (write subject.parameter)", "没有这个名称（应写成“主题.参数”）：")
                self.add_fault(place, line, *unknown(*kind, identity, known))
            return
        lines = value.lines if isinstance(value, yaml_file.Mapping) else {}
        at = {}
        try:
            if isinstance(value, Mapping):
                at = {month_within(text): lines.get(text, line) for text in value}
                value = read_dated_values(value)
            made = Override(value, place, line, local=local, status_quo=status_quo)
            made.check(parameter, at)
        except ValueError as problem:
            self.add_error(InputError.of(place, line, problem, identity))
        except InputError as problem:
            self.add_error(problem)
        else:
            for earlier in self.overrides.get(identity, ()):
                if earlier.place == place or (place.startswith(SET) and earlier.place.startswith(SET)):
                    where = (
                        BilingualText(f" on line {earlier.line}", f"在第 {earlier.line} 行")
                        if earlier.line
                        else BilingualText("", "")
                    )
                    self.add_fault(
                        place, line, f"'{identity}' is already set{where.english}, to {_shown(earlier)}; keep one",
                        f"“{identity}”已{where.chinese}设为 {_shown(earlier)}；请只留一处"
                    )  # fmt: skip
                    return
            self.overrides.setdefault(identity, []).append(made)

    def check_horizon(self, months: int) -> None:
        """Gather every value that would begin when the scenario is over; of ``levers: …`` only if all of it would."""
        begins: dict[tuple[str, int], int] = {}  # of 'levers: …', which sets many: the first month, by place and line
        for identity, overrides in self.overrides.items():
            for each in overrides:
                dated = sorted(each.value) if isinstance(each.value, Mapping) else []
                place, levers, _ = each.place.partition(LEVERS)
                late = [month for month in dated if month >= max(months, PLAN_MONTHS)]
                if levers and dated:
                    begins[place, each.line] = min(dated[0], begins.get((place, each.line), dated[0]))
                elif late:
                    self.add_fault(place, each.line, *beyond(identity, late[0], months))
        for (place, line), month in begins.items():
            if month >= max(months, PLAN_MONTHS):
                self.add_fault(place, line, *beyond("levers", month, months))

    def check_vantage(self, vantage: str | None, months: int) -> None:
        """Gather a vantage that would say nothing: before anything is learned, or when all is known."""
        first, last = vantages(self.book, months)
        if vantage is None or first <= month_number(vantage) <= last:
            return
        low, high, ends = month_name(first), month_name(last), month_name(months - 1)
        self.add_fault(
            *self.vantage_place, f"vantage: {vantage} says nothing in a scenario that ends with {ends}; write a month from {low} "
            f"(nothing of the years to come is known) to {high} (the last in which something is not), or leave it out",
            f"vantage：情景到 {ends} 为止，写 {vantage} 不起作用；请写 {low}（以后各年都还不知道）至 {high}"
            "（最后一个还有未知数的月份）之间的月份，或删去这一项"
        )  # fmt: skip

    def set_targets(self, plan: Plan) -> None:
        """Put the targets that a plan states over what the county has, and under what scenarios set."""
        for identity, (value, line) in plan.targets.items():
            if identity in {f"{THRESHOLDS}{name}" for each in self.asked.values() for name in each.targets}:
                continue  # the scenario states its own
            found = self.overrides.setdefault(identity, [])
            found.insert(sum(each.status_quo for each in found), Override(value, plan.file, line, local=True, status_quo=True))

    def read_county_file(self, file: Path) -> None:
        """Read a county: its file, and the tables of distributions beside it."""
        self.county = county_folder.read(file, self.book, self.overrides, self.add_fault, self.override)

    def check_places(self) -> None:
        """Fault a county of another size in the listed townships of this one, unless their numbers are stated; and numbers of a
        county that contradict each other.
        """

        def last(identity: str, default: Any) -> Any:
            return self.overrides[identity][-1].value if identity in self.overrides else default

        stated = {"founding.townships", "founding.villages"} <= set(self.overrides)
        if last(county_file.SIZE, 1.0) != 1.0 and last(PLACES, "") != NUMBERED and not stated:
            found = self.overrides[county_file.SIZE][-1]
            self.add_fault(
                found.place,
                found.line,
                f"a county of another size has other townships and villages: set {PLACES} to {NUMBERED}, "
                "or state founding.townships and founding.villages",
                f"县的规模变了，乡镇和村的数目也会不同：请把 {PLACES} 设为 {NUMBERED}，"
                "或写明 founding.townships 和 founding.villages",
            )
        if not self.errors:  # what is no number, or lies outside its range, was told already
            for contradiction in county_folder.contradictions(self.book, self.overrides, self.county.scaled):
                self.add_fault(*contradiction)


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number, as ``Whole`` takes it: 12, 12.0 and 1.2e1, and no text in quotes."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


def _shown(made: Override) -> str:
    """The value of an override as a file has it."""
    dated = isinstance(made.value, Mapping)
    return shorten({month_name(month): value for month, value in made.value.items()} if dated else made.value)


def _traced(error: InputError, path: Path) -> InputError:
    """An error with the name of the scenario that was to be read, where the fault is in another file."""
    if isinstance(error, InputErrors):
        return InputErrors([_traced(each, path) for each in error.errors])
    if error.place.partition(LEVERS)[0] == str(path):
        return error
    return error.because(f"{path.name} builds on it", f"{path.name} 以它为基础")


def read_dated_values(value: Mapping[Any, Any]) -> dict[int, Any]:
    """A value for each of several months, by the month's number. Raises UserError for none, no month, or one twice."""
    if not value:
        raise UserError("is empty and sets nothing; write a value, or leave it out", "是空的，什么也没有设定；请写上值，或删去")
    found: dict[int, Any] = {}
    for text, entry in value.items():
        month = month_within(text)
        if month in found:
            raise UserError(
                f"{month_name(month)} is written twice; keep one of them", f"{month_name(month)} 写了两次；请只留一处"
            )
        found[month] = entry
    return found


def beyond(identity: str, month: int, months: int) -> BilingualText:
    """Why a value may not begin in a month that a scenario of ``months`` months does not reach, and what to write."""
    begins, ends, least = month_name(month), month_name(months - 1), min(12 * (month // 12 + 1), LONGEST)
    return BilingualText(
        f"{identity}: {begins} lies beyond the horizon of this scenario, which ends with {ends}; "
        f"write 'months: {least}' or more, or leave it out",
        f"{identity}：{begins} 超出了本情景的期限（到 {ends} 为止）；请写 months: {least} 或更长，或删去这一项",
    )
