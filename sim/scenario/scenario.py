"""A scenario: what a planner writes in a YAML file, checked word by word, and put over the county's own facts.

Precedence, lowest first: the parameters' own values, the county file, the scenarios it extends, the scenario, ``--set``.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.core.inputs import shipped, yaml_file
from sim.core.inputs.errors import InputError, all_of, hint_full_width
from sim.core.inputs.notation import shorten
from sim.core.inputs.parameters import HOME, LONGEST, PLAN_MONTHS, Parameter, ParameterBook, load_all
from sim.core.inputs.resolve import Override, month_name
from sim.goals.plans import Plan, extend, home, load_plan, national
from sim.scenario.county_file import HOME as HOME_CODE
from sim.scenario.county_file import Fact, name_of
from sim.scenario.distributions import Distributions
from sim.scenario.doubts import doubts
from sim.scenario.foundable import check_founding
from sim.scenario.residents import Residents
from sim.scenario.scenario_reader import DETAILS, LEVERS, SET, UNCERTAINTIES, Reader

#: Where doubts about what was written are logged; a command shows them in the reader's language.
LOG = logging.getLogger("xianjie")
LONGEST_SET = 200  # letters of a setting, as its place is named
NO_REASON = {"zh": "", "en": ""}
NO_CHANGE = {"zh": "现行政策保持不变。", "en": "Present policies go on as they are."}
BASELINE = "baseline"
OWN_FUND = "county_floor"  # the purse of the county's own money


@dataclass(frozen=True)
class Scenario:
    """A checked scenario. ``overrides``: by parameter id, in rising precedence; ``files``: the chain, the first parent first."""

    id: str
    title: dict[str, str]
    reason: dict[str, str]
    files: tuple[str, ...]
    overrides: dict[str, list[Override]] = field(repr=False)
    county: tuple[Fact, ...] = field(repr=False, default=())
    population_detail: str = "sampled"
    general_weight: int = 10
    months: int = PLAN_MONTHS
    vantage: str | None = None
    start: str = "2021-01"
    uncertainty: str = "ensemble"
    policies: tuple[Any, ...] = field(repr=False, default=())  # written in Python; see sim.policies
    county_code: str | None = None
    distributions: Distributions | None = field(repr=False, default=None)
    scaled: tuple[str, ...] = field(
        repr=False, default=()
    )  # parameters in proportion to Lingyuan's, see sim.scenario.county_folder
    plan: Plan | None = field(repr=False, default=None)  # what is asked; None for Lingyuan's document of 2021
    residents: Residents | None = field(repr=False, default=None)

    @property
    def weight(self) -> int:
        """Households that a row of general households stands for at founding."""
        return 1 if self.population_detail == "full" else self.general_weight

    @property
    def has_tables(self) -> bool:
        """Whether the county's folder holds tables of its own, beside its facts."""
        return self.distributions is not None or self.residents is not None

    @property
    def own(self) -> list[str]:
        """Ids of the parameters that the scenario itself or the command line sets, without what it inherits."""
        return [
            identity
            for identity, found in self.overrides.items()
            if any(each.place.partition(LEVERS)[0] == self.files[-1] or each.place.startswith(SET) for each in found)
        ]

    def provenance(self) -> dict[str, str]:
        """Where each value that differs from the parameters' own comes from."""
        return {identity: f"{found[-1].place}:{found[-1].line}" for identity, found in sorted(self.overrides.items())}


def load_scenario(
    path: str | Path,
    sets: tuple[str, ...] | list[str] = (),
    county_file: str | Path | None = None,
    plan: str | Path | None = None,
) -> Scenario:
    """Load and check a scenario file, or a shipped scenario by its name, with ``key=value`` settings on top.

    ``county_file``: run it in this county instead of the one that the scenario names; the scenario then has that county's id.
    ``plan``: judge it by this plan instead of that which the scenario or else its county names; without any, Lingyuan is judged
    by its document of 2021 and every other county by the national rules.
    Raises InputError (or InputErrors) naming file, line, what is wrong and the nearest right name.
    """
    path = shipped.scenario_file(path)
    county_file = None if county_file is None else shipped.scenario_file(county_file)
    reader = Reader(load_all(), county_file)
    if county_file is not None:
        reader.read_county_file(county_file)
    reader.read(path)
    for text in sets:
        key, equals, value = text.partition("=")
        place = f"{SET}{shorten(text, LONGEST_SET)}"
        if equals:
            _put(reader, key.strip(), yaml_file.parse(value.strip() or "null", place), place)
        else:
            wide = hint_full_width(text)
            reader.add_fault(place, 0, f"write it as parameter=value{wide.english}", f"应写成“参数名=值”{wide.chinese}")
    months = reader.settings.get("months", PLAN_MONTHS)
    reader.check_horizon(months)
    reader.check_vantage(reader.settings.get("vantage"), months)
    judged_by = _plan_of(reader, plan)
    reader.check_places()
    _check_own_goals(reader, months)
    if reader.errors:
        raise all_of(reader.errors)
    if "title" not in reader.settings:
        raise InputError(path, 1, "'title' is missing: write 'title: …'", "缺少“title”，请补上：title: 方案名称")
    detail, weight = reader.settings.get("population", ("sampled", 10))
    identity, title = path.stem, reader.settings["title"]
    if county_file is not None:
        identity = name_of(county_file)
        called = reader.county.title or dict.fromkeys(title, identity)
        title = {"zh": f"{called['zh']}：{title['zh']}", "en": f"{called['en']}: {title['en']}"}
    reason = reader.settings.get("reason", NO_REASON)
    if (
        judged_by.id != HOME and path.resolve() == shipped.files()[BASELINE].resolve()
    ):  # its title and reason name Lingyuan's document
        names = judged_by.document or judged_by.title
        title = {"zh": f"基准方案：按{names['zh']}执行", "en": f"Baseline: {names['en']}"}
        if (here := reader.county.title) is not None:
            title = {"zh": f"{here['zh']}：{title['zh']}", "en": f"{here['en']}: {title['en']}"}
        reason = NO_CHANGE
    made = Scenario(
        identity, title, reason, files=tuple(reader.files), overrides=reader.overrides,
        county=reader.county.facts, population_detail=detail, general_weight=weight, months=months,
        vantage=reader.settings.get("vantage"), uncertainty=reader.settings.get("uncertainty", "ensemble"),
        county_code=reader.county.code, distributions=reader.county.distributions, scaled=reader.county.scaled,
        plan=judged_by, residents=reader.county.residents,
    )  # fmt: skip
    check_founding(made)
    for doubt in doubts(reader.overrides, reader.book):
        LOG.warning("%s", doubt)
    return made


def _plan_of(reader: Reader, named: str | Path | None) -> Plan:
    """What a scenario is judged by: the plan named for it, with the scenario's own goals; its targets are put in force."""
    file = reader.settings.get("plan") or reader.county.plan
    at_home = reader.county.code == HOME_CODE or not (
        reader.county.facts or reader.county.distributions or reader.county.residents
    )
    chosen = named or file
    if chosen is not None:
        try:
            found = load_plan(chosen)
        except InputError as problem:
            raise all_of([*reader.errors, problem]) from None
    else:
        found = home() if at_home else national()
    reader.set_targets(found)
    for each in found.own:
        if each.first_due > reader.settings.get("months", PLAN_MONTHS) and each.id not in reader.own_goals:
            told = InputError(
                found.file, 0, f"goal '{each.id}' is due after this scenario ends, and is not judged",
                f"目标“{each.id}”的时间在本情景结束之后，本次不评"
            )  # fmt: skip
            LOG.warning("%s", told)
    return extend(found, reader.asked.values(), reader.own_goals.values())


def _check_own_goals(reader: Reader, months: int) -> None:
    """Gather goals of the scenario's own that would be due when it is over."""
    for each in reader.own_goals.values():
        if each.first_due > months:
            due, ends, least = month_name(each.first_due - 1), month_name(months - 1), 12 * -(-each.first_due // 12)
            reader.add_fault(
                *reader.own_places[each.id],
                f"goal '{each.id}' is due in {due}, beyond the horizon of this scenario, which ends with {ends}; "
                f"write 'months: {least}' or more, or an earlier date",
                f"目标“{each.id}”的时间是 {due}，超出了本情景的期限（到 {ends} 为止）；"
                f"请写 months: {least} 或更长，或改成较早的时间"
            )  # fmt: skip


def load_county(path: Path) -> tuple[tuple[Fact, ...], dict[str, str] | None]:
    """Load and check a county file by itself: its facts, and its title if it has one. Raises InputError (or InputErrors)."""
    reader = Reader(load_all())
    reader.read_county_file(shipped.scenario_file(path))
    _plan_of(reader, None)
    reader.check_places()
    if reader.errors:
        raise all_of(reader.errors)
    for doubt in doubts(reader.overrides, reader.book):
        LOG.warning("%s", doubt)
    return reader.county.facts, reader.county.title


def _put(reader: Reader, key: str, value: Any, place: str) -> None:
    """Set one value on top of what a reader has read."""
    if key == "uncertainty":
        reader.uncertainty(place, 0, value)
    else:
        reader.override(key, value, place, 0)


def with_settings(scenario: Scenario, settings: Mapping[str, Any], place: str) -> Scenario:
    """A checked scenario with values by parameter on top, as ``--set`` would put them there; ``place`` says where they stand.

    Raises InputError (or InputErrors) for what cannot be.
    """
    reader = _reader_of(scenario)
    for key, value in settings.items():
        _put(reader, key, value, f"{place}{key}")
    return _as_read(scenario, reader)


def with_changes(scenario: Scenario, tree: yaml_file.Mapping, place: str) -> Scenario:
    """A checked scenario with what a file that extends it would say on top: set, levers, months, population and so on.

    ``place`` says where it stands; no two changes of a scenario may have one. Raises InputError (or InputErrors) for what cannot
    be.
    """
    reader = _reader_of(scenario)
    reader.take(place, tree)
    return _as_read(scenario, reader)


def _reader_of(scenario: Scenario) -> Reader:
    """A reader that has read what a scenario sets."""
    reader = Reader(load_all())
    reader.overrides = {identity: list(found) for identity, found in scenario.overrides.items()}
    reader.county = replace(reader.county, scaled=scenario.scaled)
    return reader


def _as_read(scenario: Scenario, reader: Reader) -> Scenario:
    """The scenario with what a reader has read since on top of it; raises what the reader found wrong."""
    settings = reader.settings
    months = settings.get("months", scenario.months)
    reader.check_horizon(months)
    reader.check_vantage(settings.get("vantage", scenario.vantage), months)
    reader.check_places()
    _check_own_goals(reader, months)
    if reader.errors:
        raise all_of(reader.errors)
    detail, weight = settings.get("population", (scenario.population_detail, scenario.general_weight))
    same = {key: settings[key] for key in ("title", "vantage", "uncertainty") if key in settings}
    plan = extend(scenario.plan or home(), reader.asked.values(), reader.own_goals.values())
    made = replace(
        scenario, overrides=reader.overrides, months=months, population_detail=detail, general_weight=weight, plan=plan, **same
    )
    check_founding(made)
    return made


def restore_scenario(description: Mapping[str, Any]) -> Scenario:
    """A scenario from its description as plain data (``dataclasses.asdict``, through JSON): the files need not be there any more.

    Raises InputError when a value no longer fits the parameters of this version.
    """
    if description.get("policies"):
        names = [each["name"] for each in description["policies"]]
        raise InputError(
            "manifest.json", 0, f"its policies are written in Python ({', '.join(names)}): run it again from there",
            f"其中的政策（{'、'.join(names)}）是用 Python 写的，请在 Python 里重新运行"
        )  # fmt: skip
    book = load_all()
    overrides: dict[str, list[Override]] = {}
    for identity, entries in description["overrides"].items():
        if identity not in book.parameters:
            raise InputError(
                "manifest.json", 0, f"unknown parameter '{identity}': another version of the program wrote it",
                f"没有这个参数：“{identity}”；这个结果是程序的另一版本写的，请用本版本重新运行"
            )  # fmt: skip
        for entry in entries:
            value = entry["value"]
            if isinstance(value, Mapping):
                value = {int(month): each for month, each in value.items()}
            made = Override(
                value, entry["place"], entry["line"], local=entry.get("local", False), status_quo=entry.get("status_quo", False)
            )
            made.check(book.parameters[identity])
            overrides.setdefault(identity, []).append(made)
    facts = tuple(Fact(**fact) for fact in description["county"])
    read = ("overrides", "county", "files", "policies", "distributions", "scaled", "plan", "residents")
    rest = {key: value for key, value in description.items() if key not in read}
    tables = description.get("distributions")
    return Scenario(
        **rest, files=tuple(description["files"]), overrides=overrides, county=facts,
        distributions=Distributions.of(tables) if tables else None, scaled=tuple(description.get("scaled", ())),
        plan=Plan.of(description["plan"]) if description.get("plan") else None,
        residents=Residents.of(census) if (census := description.get("residents")) else None,
    )  # fmt: skip


def without_policy(scenario: Scenario) -> Scenario:
    """The same county and the same frame with every lever off from January 2021, whatever the scenario sets them to.

    As ``levers: off`` in a file: levers that a clause holds fast stay. Assumptions and facts of the county stay too.
    """
    titles = {"zh": f"{scenario.title['zh']}（全部政策停止）", "en": f"{scenario.title['en']} (all policy stopped)"}
    return _switch_off(scenario, lambda lever: True, "without-policy", titles)


def without_county_money(scenario: Scenario) -> Scenario:
    """The same county and the same frame without what the county pays of its own money: its yearly sum and every lever paid from
    it are off from January 2021. What upper levels, insurers and townships pay goes on.
    """
    titles = {"zh": f"{scenario.title['zh']}（本级资金停止）", "en": f"{scenario.title['en']} (the county's own money stopped)"}
    return _switch_off(scenario, lambda lever: lever.fund == OWN_FUND, "without-county-money", titles)


def _switch_off(scenario: Scenario, chosen: Callable[[Parameter], bool], suffix: str, title: dict[str, str]) -> Scenario:
    """The scenario with the chosen levers off from January 2021, but for those that a clause holds fast."""
    overrides = {identity: list(found) for identity, found in scenario.overrides.items()}
    for identity, parameter in load_all().parameters.items():
        if parameter.role == "lever" and parameter.changes_from is None and chosen(parameter):
            overrides[identity] = [*overrides.get(identity, []), Override({0: parameter.off}, "levers: off", 0)]
    return replace(scenario, id=f"{scenario.id}-{suffix}", title=title, overrides=overrides, policies=())


def _value_schema(parameter: Parameter) -> dict[str, Any]:
    """What one value of a parameter may be."""
    if parameter.options is not None:
        return {"enum": list(parameter.options)}
    low, high = parameter.limits()
    one: dict[str, Any] = {"type": "number"}
    if low != float("-inf"):
        one["minimum"] = low
    if high != float("inf"):
        one["maximum"] = high
    return {"type": "array", "items": one} if parameter.is_list else one


def scenario_schema(book: ParameterBook) -> dict[str, Any]:
    """A JSON Schema of scenario files, so that editors complete and check what is typed."""
    settable: dict[str, Any] = {}
    for identity, parameter in sorted(book.parameters.items()):
        one = _value_schema(parameter)
        dated = {"type": "object", "patternProperties": {r"^20\d\d(-(0[1-9]|1[0-2]))?$": one}, "additionalProperties": False}
        text = f"{parameter.name.zh} · {parameter.name.en} ({parameter.unit}, {parameter.role})"
        found = {"description": text, "anyOf": [one, dated]}
        owner, _, name = identity.partition(".")
        # Both ways of writing it: `public_posts.count: 3000`, and `public_posts: {count: 3000}`.
        settable[identity] = found
        subject = settable.setdefault(owner, {"type": "object", "properties": {}, "additionalProperties": False})
        subject["properties"][name] = found
    month = {"type": "string", "pattern": r"^20\d\d(-(0[1-9]|1[0-2]))?$"}
    both = {
        "type": ["object", "string"],
        "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
        "required": ["zh", "en"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Xianjie scenario",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "extends": {"type": "string"},
            "title": both,
            "reason": both,
            "county": {"type": "string"},
            "plan": {"type": "string"},
            "goals": {"type": "object", "additionalProperties": {"type": ["object", "null"]}},
            "months": {"enum": list(range(12, LONGEST + 1, 12))},
            "vantage": month,
            "uncertainty": {"enum": list(UNCERTAINTIES)},
            "population": {
                "type": "object",
                "properties": {
                    "detail": {"enum": list(DETAILS)},
                    "general_weight": {"type": "integer", "minimum": 1, "maximum": 100},
                },
                "additionalProperties": False,
            },
            "levers": {
                "anyOf": [
                    {"enum": ["off"]},
                    {"type": "object", "properties": {"off": month}, "additionalProperties": False},
                    {
                        "type": "object",
                        "properties": {"exit": month, "taper_months": {"type": "integer", "minimum": 0, "maximum": LONGEST - 1}},
                        "required": ["exit"],
                        "additionalProperties": False,
                    },
                ]
            },
            "set": {"type": "object", "properties": settable, "additionalProperties": False},
        },
    }
