"""A scenario written as an office's form: the sheet 方案 of a workbook, which ``sim.scenario.plan_form`` reads."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from experiments.county_data import form
from experiments.reporting.translations import Words
from sim.clauses import clauses
from sim.core.inputs import shipped, yaml_file
from sim.core.inputs.errors import InputError, bilingual
from sim.core.inputs.parameters import LONGEST, Parameter, ParameterBook, load_all
from sim.core.inputs.resolve import resolve, value_in_force
from sim.core.inputs.units import office_name
from sim.scenario import Scenario, load_scenario, office_values, plan_form
from sim.scenario.scenario_reader import LEVERS, read_dated_values

FIRST_YEAR, PLAN_YEARS = 2021, 5
TARGETS = "thresholds."
BASELINE = "baseline"
#: Empty rows of the table of changes within a year, beside those in use.
SPARE = 12
WIDTHS = (46, 16, 14, 12, 12, 14)
_GREY, _HEAD, _FILL = Font(color="808080"), PatternFill("solid", fgColor="D9E2EC"), PatternFill("solid", fgColor="FFF9E5")


def write(source: Path, out: Path, language: str) -> tuple[Scenario, int]:
    """Write a scenario file, or a shipped scenario by its name, as a form; the scenario, and how many values it sets.

    Everything that its file says is in the form; what it builds on is named in it, as seen from the form's folder. Raises
    InputError where the scenario is not right.
    """
    scenario, path = load_scenario(source), shipped.scenario_file(source)
    tree = plan_form.read(path, load_all()) if plan_form.is_form(path) else yaml_file.read_mapping(path)
    if "goals" in tree:
        raise InputError(
            path, tree.lines["goals"], "'goals' has no place in a form; put them into a plan folder, and name it with 'plan: …'",
            "表格里写不下“goals”；请把自定目标写进方案文件夹，再用 plan: 引用"
        )  # fmt: skip
    book = openpyxl.Workbook()
    made = _Writer(scenario, dict(plan_form.flatten(tree.get("set") or {})), Words(language), book.active)
    made.settings(_settings(tree, path, out))
    made.tables()
    book.save(out)
    return scenario, made.count


def write_county_form(out: Path, language: str) -> list[str]:
    """Write the form of a county: its facts, and the empty sheet 方案 with every lever beside the baseline's value.

    Returns the names of its sheets. The caller sees to it that nothing stands there.
    """
    book, words = form.workbook(language), Words(language)
    made = _Writer(load_scenario(BASELINE), {}, words, book.create_sheet(plan_form.SHEET, len(book.sheetnames) - 1))
    made.settings({f"title.{language}": words("form_own_title"), "extends": BASELINE})
    made.tables()
    book.save(out)
    return book.sheetnames


def _settings(tree: Mapping[str, Any], path: Path, out: Path) -> dict[str, Any]:
    """The settings of a scenario by their keys in the form."""
    found: dict[str, Any] = {}
    for key in ("title", "reason"):
        if key in tree:
            found |= {f"{key}.{language}": text for language, text in bilingual(tree[key]).items()}
    for key in ("extends", "county"):
        if key in tree:
            found[key] = _named(yaml_file.beside(path, 0, key, tree[key]), out)
    if "plan" in tree:
        named = shipped.plan_file(tree["plan"], path.parent)
        known = next((name for name, file in shipped.plans().items() if file == named), None)
        found["plan"] = known or Path(os.path.relpath(named.parent.resolve(), out.resolve().parent)).as_posix()
    for key in ("months", "vantage", "uncertainty"):
        if key in tree:
            found[key] = tree[key]
    found |= {f"population.{key}": value for key, value in (tree.get("population") or {}).items()}
    levers = tree.get("levers")
    if levers is not None:
        found |= {f"levers.{key}": value for key, value in ({"off": "2021-01"} if levers == "off" else levers).items()}
    return found


def _named(file: Path, out: Path) -> str:
    """A file as a form beside ``out`` names it: a shipped one by its name."""
    for name, known in shipped.files().items():
        if known.resolve() == file.resolve():
            return name
    return Path(os.path.relpath(file.resolve(), out.resolve().parent)).as_posix()


class _Writer:
    """Fills the sheet from top to bottom."""

    def __init__(self, scenario: Scenario, own: dict[str, Any], words: Words, sheet: Any) -> None:
        self.scenario, self.own, self.words = scenario, own, words
        self.foreign = scenario.plan.foreign if scenario.plan is not None else frozenset()
        self.sheet: Any = sheet
        self.sheet.title = plan_form.SHEET
        self.row, self.count = 1, len(own)
        self.chinese = 0 if words.language == "zh" else 1
        years = max(PLAN_YEARS, scenario.months // 12)
        self.years = tuple(range(FIRST_YEAR, FIRST_YEAR + years))

    def put(self, column: int, value: Any, font: Font | None = None, fill: PatternFill | None = None) -> None:
        """A cell of the row in hand; text stays text, also where it begins like a formula."""
        if value is None or value == "":
            return
        cell = self.sheet.cell(self.row, column, value)
        if isinstance(value, str):
            cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=column == 1, vertical="top")
        if font is not None:
            cell.font = font
        if fill is not None:
            cell.fill = fill

    def settings(self, found: Mapping[str, Any]) -> None:
        """The heading, and a row for every setting that a form may have."""
        self.put(1, self.words("form_title"), Font(bold=True, size=14))
        self.row += 1
        self.put(1, self.words("form_note"), _GREY)
        self.row += 1
        for key, labels in plan_form.SETTINGS.items():
            self.put(1, labels[self.chinese])
            self.put(2, found.get(key))
            self.row += 1
        self.row += 1

    def tables(self) -> None:
        """The table by year, and the table of changes within a year."""
        dated: list[tuple[str, int, Any]] = []
        self.heads((plan_form.NAME, plan_form.UNIT, plan_form.NOW, plan_form.LOW, plan_form.HIGH, plan_form.ALWAYS), years=True)
        self.sheet.freeze_panes = None
        for title, parameters in self.groups():
            self.put(1, title, Font(bold=True))
            self.row += 1
            for parameter in parameters:
                dated += self.by_year(parameter)
                self.row += 1
        self.row += 1
        self.put(1, self.words("form_within_year"), _GREY)
        self.row += 1
        self.heads((plan_form.NAME, plan_form.UNIT, plan_form.FROM, plan_form.VALUE), years=False)
        for identity, month, value in dated:
            parameter = load_all().parameters[identity]
            self.name(parameter)
            self.put(3, f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}")
            self.put(4, office_values.office_cell(parameter, value), fill=_FILL)
            self.put(5, identity, _GREY)
            self.row += 1
        for number, width in enumerate(WIDTHS, start=1):
            self.sheet.column_dimensions[chr(64 + number)].width = width

    def heads(self, labels: tuple[tuple[str, str], ...], years: bool) -> None:
        """The headings of a table; the last is that of the codes."""
        texts = [label[self.chinese] for label in labels]
        texts += [f"{year}年" if self.chinese == 0 else str(year) for year in self.years] if years else []
        for column, text in enumerate((*texts, plan_form.CODE[self.chinese]), start=1):
            self.put(column, text, Font(bold=True), _HEAD)
        self.row += 1

    def name(self, parameter: Parameter) -> None:
        """Name and unit of a parameter."""
        self.put(1, self.words.of(parameter.name.model_dump()))
        self.put(2, self.words.of(_names(parameter)), _GREY)

    def groups(self) -> Iterator[tuple[str, list[Parameter]]]:
        """Levers by the section of the paper, then targets, then whatever else the scenario sets."""
        sections: dict[str, str] = {}
        for clause in clauses().values():
            for identity in clause.lives:
                sections.setdefault(identity, self.words.of(clause.section_name))
        found: dict[str, list[Parameter]] = {}
        rest: dict[str, list[Parameter]] = {}
        for parameter in load_all().parameters.values():
            if parameter.role == "lever":
                found.setdefault(sections.get(parameter.id, self.words("form_own_levers")), []).append(parameter)
            elif parameter.id.startswith(TARGETS) and (parameter.id in self.own or parameter.id not in self.foreign):
                rest.setdefault(self.words("form_targets"), []).append(parameter)
            elif parameter.id in self.own:
                rest.setdefault(self.words("form_assumptions"), []).append(parameter)
        return iter((*found.items(), *rest.items()))

    def by_year(self, parameter: Parameter) -> list[tuple[str, int, Any]]:
        """A parameter's row; what the scenario sets for other months than January of a shown year is returned."""
        self.name(parameter)
        self.put(3, self.without(parameter), _GREY)
        if parameter.options is None:
            low, high = parameter.limits()
            self.put(4, _limit(parameter, low), _GREY)
            self.put(5, _limit(parameter, high), _GREY)
        first = 7
        last = first + len(self.years)
        self.put(last, parameter.id, _GREY)
        for column in range(6, last):
            self.sheet.cell(self.row, column).fill = _FILL
        if parameter.options is not None:
            listed = ",".join(parameter.options)
            choice = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            self.sheet.add_data_validation(choice)
            choice.add(f"F{self.row}:{chr(64 + last - 1)}{self.row}")
        value = self.own.get(parameter.id)
        if value is None:
            return []
        if not isinstance(value, Mapping):
            self.put(6, office_values.office_cell(parameter, value), fill=_FILL)
            return []
        other = []
        for month, entry in sorted(read_dated_values(value).items()):
            if month % 12 == 0 and 0 <= month < 12 * len(self.years):
                self.put(first + month // 12, office_values.office_cell(parameter, entry), fill=_FILL)
            else:
                other.append((parameter.id, month, entry))
        return other

    def without(self, parameter: Parameter) -> Any:
        """What holds in January 2021 where this scenario sets nothing of it, for the reader to compare with."""
        found = self.scenario.overrides.get(parameter.id, [])
        others = [each for each in found if each.place.partition(LEVERS)[0] != self.scenario.files[-1]]
        values = resolve(ParameterBook({parameter.id: parameter}), {parameter.id: others}, months=LONGEST)
        return office_values.office_cell(parameter, _shown(value_in_force(values.used[parameter.id], 0)))


def _names(parameter: Parameter) -> dict[str, str]:
    english, chinese = office_name(parameter.unit, parameter.limits()[1]) if parameter.options is None else ("option", "选项")
    return {"zh": chinese, "en": english}


def _limit(parameter: Parameter, value: float) -> Any:
    return None if value in (float("-inf"), float("inf")) else office_values.office_cell(parameter, value)


def _shown(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
