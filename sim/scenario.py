"""A scenario: what a planner writes in a YAML file, checked word by word, and put over the county's own facts.

Precedence, lowest first: the parameters' own values, the county file, the scenarios it extends, the scenario, ``--set``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.core import yaml_file
from sim.core.errors import InputError, InputErrors, nearest
from sim.core.parameters import LONGEST, PLAN_MONTHS, Parameter, ParameterBook, load_all, month_number
from sim.core.resolving import Override, in_force, resolve

KEYS = ("extends", "title", "reason", "county", "population", "months", "vantage", "uncertainty", "levers", "set")
FACT_KEYS = ("name", "parameter", "value", "evidence", "source")
#: A county file that states its size is of another county than the one whose ranges the parameters have.
SIZE, PLACES, NUMBERED = "founding.county_size", "founding.places", "numbered"
DETAILS = ("sampled", "full")
#: Where parameter draws come from: the plausible ensemble that calibration left, or each assumption's own distribution.
UNCERTAINTIES = ("ensemble", "prior")
LONGEST_CHAIN = 10
LONGEST_TITLE = 300
#: How settings on the command line name their place.
SET = "--set "
#: How what the key 'levers' sets names its place, after the file.
LEVERS = ": levers"


@dataclass(frozen=True)
class Fact:
    """A local fact of the county: the parameter it sets, its value, and whether it is known or still assumed."""

    id: str
    name: dict[str, str]
    parameter: str
    value: Any
    evidence: str
    source: str


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

    @property
    def weight(self) -> int:
        """Households that a row of general households stands for at founding."""
        return 1 if self.population_detail == "full" else self.general_weight

    def provenance(self) -> dict[str, str]:
        """Where each value that differs from the parameters' own comes from."""
        return {identity: f"{found[-1].place}:{found[-1].line}" for identity, found in sorted(self.overrides.items())}


class _Reader:
    """Read one chain of scenario files, gathering what is wrong."""

    def __init__(self, book: ParameterBook, county_file: Path | None = None) -> None:
        self.book = book
        self.county_file = county_file  # read instead of the county that the scenario names
        self.errors: list[InputError] = []
        self.overrides: dict[str, list[Override]] = {}
        self.settings: dict[str, Any] = {}
        self.files: list[str] = []
        self.county: tuple[Fact, ...] = ()
        self.county_title: dict[str, str] | None = None

    def fault(self, place: Any, line: int, message: str) -> None:
        self.errors.append(InputError(place, line, message))

    def read(self, path: Path, seen: tuple[Path, ...] = ()) -> None:
        """Read a file after the one it extends. Raises InputError when the chain cannot be followed."""
        tree = yaml_file.read_mapping(path)
        for key in tree:
            if key not in KEYS:
                self.fault(path, tree.lines[key], f"unknown key '{key}'{nearest(key, list(KEYS))}")
        if "extends" in tree:
            self._extend(path, tree, (*seen, path.resolve()))
        if "county" in tree and self.county_file is None:
            self._county(path, tree)
        self.files.append(str(path))
        for key in ("title", "reason"):
            if key in tree:
                self._bilingual(path, tree, key)
        if "population" in tree:
            self._population(path, tree)
        if "months" in tree:
            self._months(path, tree)
        if "vantage" in tree:
            self._vantage(path, tree)
        if "uncertainty" in tree:
            self._uncertainty(path, tree.lines["uncertainty"], tree["uncertainty"])
        if "levers" in tree:
            self._levers(path, tree)
        if "set" in tree:
            self._set(path, tree)

    def _neighbour(self, path: Path, tree: yaml_file.Mapping, key: str) -> Path:
        name = tree[key]
        if not isinstance(name, str) or not name:
            raise InputError(path, tree.lines[key], f"'{key}' must name a file")
        return path.parent / name

    def _extend(self, path: Path, tree: yaml_file.Mapping, seen: tuple[Path, ...]) -> None:
        parent = self._neighbour(path, tree, "extends")
        line = tree.lines["extends"]
        if parent.resolve() in seen:
            raise InputError(path, line, f"extends itself by way of {parent.name}")
        if len(seen) > LONGEST_CHAIN:
            raise InputError(path, line, f"extends more than {LONGEST_CHAIN} files")
        if not parent.is_file():
            raise InputError(path, line, f"extends '{tree['extends']}', but there is no such file beside it")
        self.read(parent, seen)

    def _bilingual(self, path: Path, tree: yaml_file.Mapping, key: str) -> None:
        value = tree[key]
        line = tree.lines[key]
        if not isinstance(value, Mapping) or set(value) != {"zh", "en"}:
            self.fault(path, line, f"'{key}' needs exactly a Chinese and an English text: {{zh: …, en: …}}")
        elif not all(isinstance(text, str) and 0 < len(text) <= LONGEST_TITLE for text in value.values()):
            self.fault(path, line, f"'{key}' must be text of at most {LONGEST_TITLE} characters in both languages")
        else:
            self.settings[key] = dict(value)

    def _population(self, path: Path, tree: yaml_file.Mapping) -> None:
        value, line = tree["population"], tree.lines["population"]
        if not isinstance(value, yaml_file.Mapping):
            self.fault(path, line, "'population' must be a mapping, such as {detail: sampled}")
            return
        for key in value:
            if key not in ("detail", "general_weight"):
                self.fault(path, value.lines[key], f"unknown key 'population.{key}'{nearest(key, ['detail', 'general_weight'])}")
        detail = value.get("detail", "sampled")
        weight = value.get("general_weight", 10)
        if detail not in DETAILS:
            self.fault(path, value.lines.get("detail", line), f"'population.detail' must be sampled or full, not {detail!r}")
        elif not isinstance(weight, int) or isinstance(weight, bool) or not 1 <= weight <= 100:
            self.fault(
                path, value.lines.get("general_weight", line), "'population.general_weight' must be a whole number from 1 to 100"
            )
        else:
            self.settings["population"] = (detail, weight)

    def _months(self, path: Path, tree: yaml_file.Mapping) -> None:
        months = tree["months"]
        if not isinstance(months, int) or isinstance(months, bool) or months % 12 or not 12 <= months <= LONGEST:
            self.fault(
                path,
                tree.lines["months"],
                f"'months' must be whole years from January 2021: 12, 24 … 60 (the plan, to 2025-12) … {LONGEST} (2030-12); "
                f"beyond 2030 there are neither data nor forecast rules",
            )
        else:
            self.settings["months"] = months

    def _vantage(self, path: Path, tree: yaml_file.Mapping) -> None:
        try:
            month_number(tree["vantage"])
        except ValueError as problem:
            self.fault(path, tree.lines["vantage"], f"'vantage': {problem}")
        else:
            self.settings["vantage"] = str(tree["vantage"])

    def _uncertainty(self, place: Any, line: int, value: Any) -> None:
        if value in UNCERTAINTIES:
            self.settings["uncertainty"] = value
        else:
            self.fault(place, line, f"'uncertainty' must be {' or '.join(UNCERTAINTIES)}, not {value!r}")

    def _levers(self, path: Path, tree: yaml_file.Mapping) -> None:
        """``off``, or ``{off: 2023-01}``: every lever that a clause does not hold fast is off from then on; ``{exit: 2026-01}``,
        or ``{exit: 2026-01, taper_months: 24}``: the support of the transition period ends, at once or bit by bit.
        """
        value, line = tree["levers"], tree.lines["levers"]
        asked = {"off": "2021-01"} if value == "off" else value if isinstance(value, Mapping) else {}
        taper = asked.get("taper_months", 0)
        if set(asked) not in ({"off"}, {"exit"}, {"exit", "taper_months"}):
            self.fault(
                path, line, "'levers' can only be off or left: write 'levers: off', 'levers: {off: 2023-01}', "
                "'levers: {exit: 2026-01}' or 'levers: {exit: 2026-01, taper_months: 24}'"
            )  # fmt: skip
            return
        if not isinstance(taper, int) or isinstance(taper, bool) or not 0 <= taper < LONGEST:
            self.fault(path, line, f"'levers.taper_months' must be a whole number of months below {LONGEST}, not {taper!r}")
            return
        try:
            month = self._month(asked.get("off", asked.get("exit")))
        except ValueError as problem:
            self.fault(path, line, f"'levers': {problem}")
            return
        for identity, parameter in self.book.parameters.items():
            if "exit" in asked and parameter.transition:
                self._taper(identity, parameter, month, taper, f"{path}{LEVERS}", line)
            elif "off" in asked and parameter.role == "lever" and parameter.changes_from is None:
                self.override(identity, {named(month): parameter.off}, f"{path}{LEVERS}", line)

    def _taper(self, identity: str, parameter: Parameter, month: int, months: int, place: str, line: int) -> None:
        """End a lever from ``month`` on: in equal steps each month from what held before, until it is off ``months`` later.

        Support that a clause keeps until some month begins to end then. What the scenario has set before is where it starts from.
        """
        month = max(month, month_number(parameter.changes_from)) if parameter.changes_from else month
        before = resolve(ParameterBook({identity: parameter}), {identity: self.overrides.get(identity, [])}, months=LONGEST)
        start = in_force(before.used[identity], month - 1)
        whole = all(isinstance(entry, int) for entry in (*parameter.entries(), parameter.off))
        path = {}
        for step in range(min(months, LONGEST - month)):
            value = start + (parameter.off - start) * (step + 1) / (months + 1)
            path[named(month + step)] = round(value) if whole else value
        if month + months < LONGEST:
            path[named(month + months)] = parameter.off
        self.override(identity, path, place, line)

    def _set(self, path: Path, tree: yaml_file.Mapping) -> None:
        value = tree["set"]
        if not isinstance(value, yaml_file.Mapping):
            self.fault(path, tree.lines["set"], "'set' must be a mapping from parameters to values")
            return
        for key in value:
            entry = value[key]
            owners = {identity.partition(".")[0] for identity in self.book.parameters}
            if "." not in key and isinstance(entry, yaml_file.Mapping) and key in owners:
                for name in entry:
                    self.override(f"{key}.{name}", entry[name], str(path), entry.lines[name])
            else:
                self.override(key, entry, str(path), value.lines[key])

    def override(self, identity: str, value: Any, place: str, line: int, local: bool = False) -> None:
        """Note that a scenario sets a parameter; what cannot be is gathered as an error."""
        parameter = self.book.parameters.get(identity)
        if parameter is None:
            known = sorted(self.book.parameters)
            kind = "lever" if identity.count(".") == 1 else "name (write subject.parameter)"
            self.fault(place, line, f"unknown {kind} '{identity}'{nearest(identity, known)}")
            return
        try:
            if isinstance(value, Mapping):
                value = {self._month(month): entry for month, entry in value.items()}
            made = Override(value, place, line, local)
            made.check(parameter)
        except ValueError as problem:
            self.fault(place, line, f"{identity}: {problem}")
        except InputError as problem:
            self.errors.append(problem)
        else:
            for earlier in self.overrides.get(identity, ()):
                if earlier.place == place or (place.startswith(SET) and earlier.place.startswith(SET)):
                    where = f" on line {earlier.line}" if earlier.line else ""
                    self.fault(place, line, f"'{identity}' is already set{where}, to {earlier.value}; keep one of the two")
                    return
            self.overrides.setdefault(identity, []).append(made)

    def check_horizon(self, months: int) -> None:
        """Note every value that would begin when the scenario is over; of ``levers: …`` only if all of it would."""
        told: set[tuple[str, int]] = set()
        for identity, overrides in self.overrides.items():
            for each in overrides:
                dated = sorted(each.value) if isinstance(each.value, Mapping) else []
                place, levers, _ = each.place.partition(LEVERS)
                late = [month for month in (dated[:1] if levers else dated) if month >= max(months, PLAN_MONTHS)]
                if not late or (each.place, each.line) in told:
                    continue
                self.fault(place, each.line, beyond("levers" if levers else identity, late[0], months))
                if levers:  # it sets many, and one sentence is enough
                    told.add((each.place, each.line))

    @staticmethod
    def _month(text: Any) -> int:
        month = month_number(text)
        if not -12 <= month < LONGEST:
            raise ValueError(f"'{text}' lies outside the years 2020 to 2030")
        return month

    def _county(self, path: Path, tree: yaml_file.Mapping) -> None:
        file = self._neighbour(path, tree, "county")
        if not file.is_file():
            raise InputError(path, tree.lines["county"], f"there is no county file '{tree['county']}' beside it")
        self.facts_of(file)

    def facts_of(self, file: Path) -> None:
        """Read a county file: its facts, and its title if it has one."""
        facts = []
        county = yaml_file.read_mapping(file)
        another = any(isinstance(record, Mapping) and record.get("parameter") == SIZE for record in county.values())
        for name, record in county.items():
            line = county.lines[name]
            if name == "title":
                self._bilingual(file, county, "title")
                self.county_title = self.settings.pop("title", None)
                continue
            if not isinstance(record, yaml_file.Mapping) or set(record) != set(FACT_KEYS):
                self.fault(file, line, f"'{name}' needs {', '.join(FACT_KEYS)}, and nothing else")
                continue
            if record["evidence"] not in ("policy", "measured", "derived", "assumed"):
                self.fault(file, record.lines["evidence"], f"'{name}': evidence must be policy, measured, derived or assumed")
                continue
            facts.append(
                Fact(
                    name,
                    dict(record["name"]),
                    str(record["parameter"]),
                    record["value"],
                    record["evidence"],
                    str(record["source"]),
                )
            )
            # An assumed fact is the centre of its range: it is still drawn. Only what is known fixes the parameter.
            if record["evidence"] in ("policy", "measured"):
                self.override(str(record["parameter"]), record["value"], str(file), line, another)
            elif str(record["parameter"]) not in self.book.parameters:
                self.fault(
                    file,
                    record.lines["parameter"],
                    f"unknown parameter '{record['parameter']}'{nearest(str(record['parameter']), sorted(self.book.parameters))}",
                )
            elif not self._is_central(str(record["parameter"]), record["value"]):
                self.override(str(record["parameter"]), record["value"], str(file), line, another)
        self.county = tuple(facts)

    def check_places(self, path: Path) -> None:
        """Fault a county of another size in the listed townships of this one, unless their numbers are stated."""

        def last(identity: str, default: Any) -> Any:
            return self.overrides[identity][-1].value if identity in self.overrides else default

        stated = {"founding.townships", "founding.villages"} <= set(self.overrides)
        if last(SIZE, 1.0) != 1.0 and last(PLACES, "") != NUMBERED and not stated:
            found = self.overrides[SIZE][-1]
            self.fault(
                found.place,
                found.line,
                f"a county of another size has other townships and villages: set {PLACES} to {NUMBERED}, "
                "or state founding.townships and founding.villages",
            )

    def _is_central(self, identity: str, value: Any) -> bool:
        return self.book.parameters[identity].value == value


def named(month: int) -> str:
    """A month (0 = January 2021) as people write it."""
    return f"{2021 + month // 12}-{month % 12 + 1:02d}"


def beyond(identity: str, month: int, months: int) -> str:
    """Why a value may not begin in a month that a scenario of ``months`` months does not reach, and what to write."""
    return (
        f"{identity}: {named(month)} lies beyond the horizon of this scenario, which ends with {named(months - 1)}; "
        f"write 'months: {min(12 * (month // 12 + 1), LONGEST)}' or more, or leave it out"
    )


def is_county_file(path: str | Path) -> bool:
    """Whether a file holds facts of a county, and not a scenario. Raises InputError when it cannot be read."""
    tree = yaml_file.read_mapping(Path(path))
    return any(isinstance(record, Mapping) and set(record) >= {"parameter", "evidence"} for record in tree.values())


def load_scenario(path: str | Path, sets: tuple[str, ...] | list[str] = (), county_file: str | Path | None = None) -> Scenario:
    """Load and check a scenario file, with ``key=value`` settings on top.

    ``county_file``: live it in this county instead of the one that the scenario names; the scenario then has that county's id.
    Raises InputError (or InputErrors, one line each) naming file, line, what is wrong and the nearest right name.
    """
    path = Path(path)
    reader = _Reader(load_all(), None if county_file is None else Path(county_file))
    if county_file is not None:
        reader.facts_of(Path(county_file))
    reader.read(path)
    for text in sets:
        key, equals, value = text.partition("=")
        if not equals:
            reader.fault(f"{SET}{text}", 0, "write it as parameter=value")
        elif key.strip() == "uncertainty":
            reader._uncertainty(f"{SET}{text}", 0, value.strip())
        else:
            reader.override(key.strip(), yaml_file.parse(value.strip() or "null", f"{SET}{text}"), f"{SET}{text}", 0)
    months = reader.settings.get("months", PLAN_MONTHS)
    reader.check_horizon(months)
    reader.check_places(path)
    if reader.errors:
        raise InputErrors(reader.errors) if len(reader.errors) > 1 else reader.errors[0]
    for key in ("title", "reason"):
        if key not in reader.settings:
            raise InputError(path, 1, f"'{key}' is missing: {{zh: …, en: …}}")
    detail, weight = reader.settings.get("population", ("sampled", 10))
    identity, title = path.stem, reader.settings["title"]
    if county_file is not None:
        identity = Path(county_file).stem
        called = reader.county_title or dict.fromkeys(title, identity)
        title = {"zh": f"{called['zh']}：{title['zh']}", "en": f"{called['en']}: {title['en']}"}
    return Scenario(
        identity, title, reader.settings["reason"], tuple(reader.files), reader.overrides,
        reader.county, detail, weight, months, reader.settings.get("vantage"),
        uncertainty=reader.settings.get("uncertainty", "ensemble"),
    )  # fmt: skip


def revive(description: Mapping[str, Any]) -> Scenario:
    """A scenario from its description as plain data (``dataclasses.asdict``, through JSON): the files need not be there any more.

    Raises InputError when a value no longer fits the parameters of this version.
    """
    book = load_all()
    overrides: dict[str, list[Override]] = {}
    for identity, entries in description["overrides"].items():
        if identity not in book.parameters:
            raise InputError("manifest.json", 0, f"unknown parameter '{identity}': another version of the program wrote it")
        for entry in entries:
            value = entry["value"]
            if isinstance(value, Mapping):
                value = {int(month): each for month, each in value.items()}
            made = Override(value, entry["place"], entry["line"], entry.get("local", False))
            made.check(book.parameters[identity])
            overrides.setdefault(identity, []).append(made)
    facts = tuple(Fact(**fact) for fact in description["county"])
    rest = {key: value for key, value in description.items() if key not in ("overrides", "county", "files")}
    return Scenario(**rest, files=tuple(description["files"]), overrides=overrides, county=facts)


def without_policy(scenario: Scenario) -> Scenario:
    """The same county and the same frame with every lever off from January 2021, whatever the scenario sets them to.

    As ``levers: off`` in a file: levers that a clause holds fast stay. Assumptions and facts of the county stay too.
    """
    overrides = {identity: list(found) for identity, found in scenario.overrides.items()}
    for identity, parameter in load_all().parameters.items():
        if parameter.role == "lever" and parameter.changes_from is None:
            overrides[identity] = [*overrides.get(identity, []), Override({0: parameter.off}, "levers: off", 0)]
    titles = {"zh": f"{scenario.title['zh']}（没有任何县级政策）", "en": f"{scenario.title['en']} (no county policy)"}
    return replace(scenario, id=f"{scenario.id}-without-policy", title=titles, overrides=overrides)


def missing_facts(scenario: Scenario) -> list[Fact]:
    """Local facts that are still assumed or derived, and so are the first to replace with the county's own."""
    return [fact for fact in scenario.county if fact.evidence in ("assumed", "derived")]


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
        "type": "object",
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
