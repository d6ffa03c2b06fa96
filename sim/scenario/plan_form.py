"""A scenario as an office writes it: the sheet 方案 of a workbook (.xlsx), read into what the same scenario says in YAML.

The sheet has settings (a label and a value to a row), a table of parameters by year, and a table of changes within a year.
Money is in 万元 where the parameter's bounds reach a million yuan, shares are in %. An empty cell sets nothing. Of a formula
the stored value is taken; none is evaluated, and nothing outside the file is opened.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sim.core.inputs import yaml_file
from sim.core.inputs.errors import DAMAGED_ARCHIVE, MOST_FAULTS, InputError, UserError, all_of, one_of, unknown
from sim.core.inputs.notation import intended_number, shorten
from sim.core.inputs.parameters import Parameter, ParameterBook
from sim.core.inputs.units import office_name
from sim.scenario.office_values import read_month, read_number

SHEET = "方案"
SUFFIX = ".xlsx"
OTHER_SUFFIXES = (".xls", ".ods", ".et", ".xlsm", ".csv")
MOST_ROWS, MOST_COLUMNS, LAST_COLUMN = 2_000, 40, 256
LARGEST_UNPACKED = 50_000_000  # bytes
#: Settings of a scenario by the labels of their rows; what stands after a dot is a key below the first.
SETTINGS = {
    "title.zh": ("方案名称", "Title in Chinese"),
    "title.en": ("英文名称", "Title in English"),
    "reason.zh": ("理由", "Reason in Chinese"),
    "reason.en": ("英文理由", "Reason in English"),
    "extends": ("在哪个方案上修改", "Builds on"),
    "county": ("县情文件", "County file"),
    "months": ("推演月数", "Months"),
    "vantage": ("站在哪个月看", "Vantage month"),
    "uncertainty": ("参数取值来源", "Uncertainty"),
    "population.detail": ("人口明细", "Population detail"),
    "population.general_weight": ("一行代表的一般农户数", "General households to a row"),
    "levers.off": ("从哪个月起取消政策", "Levers off from"),
    "levers.exit": ("从哪个月起到期退出", "Support ends from"),
    "levers.taper_months": ("分几个月退完", "Months of tapering"),
    "plan": ("按哪个方案文件夹评价", "Judged by the plan folder"),
}
_WHOLE = ("months", "population.general_weight", "levers.taper_months")
_MONTHS = ("vantage", "levers.off", "levers.exit")
#: Columns of the tables.
NAME, UNIT, ALWAYS, FROM, VALUE, CODE = (
    ("名称", "Name"), ("单位", "Unit"), ("全期", "All years"), ("起始月", "From month"), ("数值", "Value"), ("代号", "Code"),
)  # fmt: skip
#: Columns that only inform.
NOW, LOW, HIGH = ("基础方案值", "Without this plan"), ("下限", "Lowest"), ("上限", "Highest")
_HEADINGS = (NAME, UNIT, ALWAYS, FROM, VALUE, CODE, NOW, LOW, HIGH)
#: The other sheets of a county's form: headings that a sheet is known by, and those below which a county's own facts stand.
_FACT_SHEETS = (
    ({"编号", "事项", "来源"}, re.compile(r"(?!凌源).*数\s*值")),
    ({"id", "Fact", "Source"}, re.compile(r"(?!Lingyuan).*[Vv]alue")),
    ({"乡镇", "脱贫户数"}, re.compile("乡镇")),
    ({"乡镇", "家庭户数"}, re.compile("家庭户数|男|女|各规模户数")),
    ({"Township", "Households"}, re.compile("Households$|Men|Women|Households of this size")),
)  # fmt: skip
_FACT_HEADINGS, _FACT_COLUMNS = 12, 20  # rows among which the headings of these sheets stand, and columns
_facts_apart: ContextVar[bool] = ContextVar("facts_apart", default=False)
_YEAR = re.compile(r"(20\d\d)年?")
_PARTS = re.compile(r"[;；、]")


class CellLine(int):
    """The row of a cell, which a message names by sheet and cell."""

    name: str = ""

    def __new__(cls, row: int, name: str = "") -> "CellLine":
        """A row, counted from 1, and what a message calls the cell."""
        made = super().__new__(cls, row)
        made.name = name
        return made

    def __format__(self, form: str) -> str:
        return self.name or super().__format__(form)

    __str__ = object.__str__

    def __repr__(self) -> str:
        return self.name or super().__repr__()


def is_form(path: Path) -> bool:
    """Whether a file is to be read as a form, by its name. Raises InputError for workbooks of other kinds."""
    suffix = path.suffix.lower()
    if suffix in OTHER_SUFFIXES:
        raise InputError(
            path, 0, f"is a {suffix} file; save it as .xlsx (Excel workbook)", f"是 {suffix} 文件；请另存为 .xlsx（Excel 工作簿）"
        )
    return suffix == SUFFIX


def read(path: Path, book: ParameterBook) -> yaml_file.Mapping:
    """What a form says, as ``yaml_file.read_mapping`` gives it of YAML; every line names a cell. Raises InputError, also for a
    county's form with facts in it, which a plan alone would leave unused.
    """
    form = _Form(path, book)
    tree = form.read()
    if form.cells.fact is not None and not _facts_apart.get():
        raise InputError(
            path, form.cells.fact, "holds facts of a county, which a plan does not use; import it first: 'xianjie county import "
            f"{shorten(path.name)} --out FOLDER', then check or run the folder, or the plan in it",
            f"填有本县的县情数据，直接检查或推演用不上；请先导入：xianjie county import {shorten(path.name)} --out 本县，"
            "再检查或推演导入得到的文件夹或其中的方案"
        )  # fmt: skip
    return tree


@contextmanager
def with_facts_apart() -> Iterator[None]:
    """Read only the plan of a county's form, for whoever reads its facts as well."""
    before = _facts_apart.set(True)
    try:
        yield
    finally:
        _facts_apart.reset(before)


class _Cells:
    """The filled cells of the sheet, by row and column from 1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fact: CellLine | None = None  # the first of a county's facts in the other sheets
        data = yaml_file.read_bytes(path)
        self._check_package(data)
        self.rows = self._filled(data, stored=True)
        for place, (value, _) in self._filled(data, stored=False).items():
            if isinstance(value, str) and value.startswith("=") and place not in self.rows:
                raise InputError(
                    path, cell_line(*place), "holds a formula whose result was not saved: open the file in Excel or WPS and save "
                    "it, or type the number",
                    "是公式，但文件里没有存下计算结果；请用 Excel 或 WPS 打开后保存，或直接填数"
                )  # fmt: skip

    def _check_package(self, data: bytes) -> None:
        """Refuse what is no workbook, or would unpack to more than any form."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                size = 0
                for each in package.infolist():
                    with package.open(each) as part:
                        while piece := part.read(1 << 16):
                            size += len(piece)
                            if size > LARGEST_UNPACKED:
                                raise InputError(
                                    self.path, 0, f"unpacks to more than {LARGEST_UNPACKED:,} bytes and is no plan's form",
                                    f"解压后超过 {LARGEST_UNPACKED:,} 字节，不是方案表；请核对是否选错了文件"
                                )  # fmt: skip
        except (*DAMAGED_ARCHIVE, RuntimeError, OSError):
            raise self._damaged() from None

    def _damaged(self) -> InputError:
        return InputError(
            self.path, 0, "cannot be read as an Excel workbook: it is damaged, has a password, or is of another kind; open it in "
            "Excel or WPS and save it as .xlsx without a password",
            "不能按 Excel 工作簿读取：文件已损坏、设有密码，或不是工作簿；请用 Excel 或 WPS 打开，不设密码另存为 .xlsx"
        )  # fmt: skip

    def _filled(self, data: bytes, stored: bool) -> dict[tuple[int, int], tuple[Any, str]]:
        """Values and number formats; ``stored``: of formulas, the results that were saved with them."""
        import openpyxl

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not kept; nothing is written back
            try:
                book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=stored, keep_links=False)
                names = book.sheetnames
                if SHEET in names:
                    rows = book[SHEET].iter_rows(max_row=MOST_ROWS + 1, max_col=LAST_COLUMN)
                    found = {
                        (cell.row, cell.column): (cell.value, cell.number_format or "")
                        for row in rows
                        for cell in row
                        if cell.value is not None and str(cell.value).strip()
                    }
                    if not stored:
                        self.fact = next((place for name in names if name != SHEET and (place := _first_fact(book[name]))), None)
                book.close()
            except Exception:  # whatever the library cannot cope with, the file is at fault
                raise self._damaged() from None
        if SHEET not in names:
            listed = ", ".join(shorten(name) for name in names[:10])
            raise InputError(
                self.path, 0, f"has no sheet '{SHEET}' (it has: {listed}); 'xianjie plan form' writes such a form",
                f"没有“{SHEET}”这张表（现有：{listed}）；可用 xianjie plan form 生成方案表"
            )  # fmt: skip
        if any(row > MOST_ROWS for row, _ in found):
            raise InputError(
                self.path, cell_line(MOST_ROWS + 1, 1), f"a form has at most {MOST_ROWS} rows", f"方案表最多 {MOST_ROWS} 行"
            )
        wide = [place for place in found if place[1] > MOST_COLUMNS]
        if wide:
            raise InputError(
                self.path, cell_line(*min(wide)), "stands to the right of the form; move or delete it",
                "写在了表格右边以外；请移到表内或删去"
            )  # fmt: skip
        return found

    def text(self, row: int, column: int | None) -> str:
        """A cell as text; empty for nothing."""
        value = self.rows.get((row, column or 0), ("", ""))[0]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip()


def cell_line(row: int, column: int, sheet: str = SHEET) -> CellLine:
    """How a message names a cell."""
    from openpyxl.utils import get_column_letter

    return CellLine(row, f"{sheet}!{get_column_letter(column)}{row}")


def _first_fact(sheet: Any) -> CellLine | None:
    """The first cell that is filled in with a fact of a county, in a sheet of such; None if there is none."""
    columns: set[int] = set()
    for row, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS, max_col=_FACT_COLUMNS, values_only=True), 1):
        texts = ["" if cell is None else str(cell).strip() for cell in cells]
        if columns:
            filled = [column for column in sorted(columns) if column < len(texts) and texts[column]]
            if filled:
                return cell_line(row, filled[0] + 1, shorten(sheet.title))
            continue
        if row > _FACT_HEADINGS:
            return None
        for known_by, holding in _FACT_SHEETS:
            if known_by <= set(texts):
                columns = {column for column, text in enumerate(texts) if holding.fullmatch(text)}
                break
    return None


class _Form:
    """Reads one form, gathering what is wrong."""

    def __init__(self, path: Path, book: ParameterBook) -> None:
        self.path, self.book, self.cells = path, book, _Cells(path)
        self.errors: list[InputError] = []
        self.tree = yaml_file.Mapping(CellLine(1, f"{SHEET}!A1"))
        self.settings: dict[str, tuple[Any, CellLine]] = {}
        self.set = yaml_file.Mapping(CellLine(1, f"{SHEET}!A1"))
        self.named: dict[str, list[str]] = {}
        for parameter in book.parameters.values():
            for name in parameter.name.model_dump().values():
                self.named.setdefault(str(name), []).append(parameter.id)

    def fault(self, row: int, column: int, english: str, chinese: str) -> None:
        """Gather a fault of a cell."""
        self.errors.append(InputError(self.path, cell_line(row, column), english, chinese))
        if len(self.errors) > MOST_FAULTS:
            raise all_of(self.errors)

    def read(self) -> yaml_file.Mapping:
        """Read all rows."""
        headings: dict[Any, int] = {}
        rows = sorted({row for row, _ in self.cells.rows})
        if not any(self.cells.text(row, 1) in NAME for row in rows):  # no other row could be understood
            raise InputError(
                self.path, cell_line(1, 1), f"has no row that begins with '{NAME[0]}'; 'xianjie plan form' writes such a form",
                f"没有以“{NAME[0]}”开头的表头行；请用 xianjie plan form 重新生成"
            )  # fmt: skip
        for row in rows:
            if self.cells.text(row, 1) in NAME:
                headings = self._headings(row)
            elif headings:
                self._parameter(row, headings)
            else:
                self._setting(row)
        self._gather()
        if self.errors:
            raise all_of(self.errors)
        return self.tree

    def _headings(self, row: int) -> dict[Any, int]:
        """The columns of a table by what they hold: a heading, or a year."""
        found: dict[Any, int] = {}
        for at, column in sorted(self.cells.rows):
            if at != row:
                continue
            text = self.cells.text(row, column)
            year = _YEAR.fullmatch(text)
            key: Any = int(year[1]) if year else next((each for each in _HEADINGS if text in each), None)
            if key is None:
                known = [each[0] for each in _HEADINGS] + ["2021年"]
                self.fault(row, column, *unknown("unknown heading", "没有这个表头：", text, known))
            elif key in found:
                self.fault(row, column, f"the heading '{text}' stands twice", f"表头“{text}”出现了两次；请只留一个")
            else:
                found[key] = column
        return found

    def _setting(self, row: int) -> None:
        """Read one row above the tables; one with nothing but a label sets nothing."""
        beside = [column for at, column in self.cells.rows if at == row and column > 2]
        if beside:
            self.fault(row, min(beside), "stands beside the settings: a value belongs in column B; move or delete it",
                       "写在了设置栏外：数值请填在 B 列；请移过去或删去")  # fmt: skip
            return
        if (row, 2) not in self.cells.rows:
            return
        label = self.cells.text(row, 1)
        key = next((key for key, labels in SETTINGS.items() if label in labels), None)
        if key is None:
            self.fault(row, 1, *unknown("unknown setting", "没有这一项：", label, [each[0] for each in SETTINGS.values()]))
            return
        if key in self.settings:
            self.fault(row, 1, f"'{label}' stands twice", f"“{label}”写了两次；请只留一处")
            return
        value: Any = self.cells.rows[row, 2][0]
        if key in _MONTHS:
            value = read_month(value)
        elif key in _WHOLE:
            number = intended_number(self.cells.text(row, 2))
            value = self.cells.text(row, 2) if number is None else number
        else:
            value = self.cells.text(row, 2)
        self.settings[key] = (value, cell_line(row, 2))

    def _parameter(self, row: int, headings: Mapping[Any, int]) -> None:
        """Read one row of a table; one without values is passed over."""
        given = {
            key: column
            for key, column in headings.items()
            if (key in (ALWAYS, VALUE) or isinstance(key, int)) and (row, column) in self.cells.rows
        }
        stray = [column for at, column in self.cells.rows if at == row and column not in headings.values()]
        if stray:
            self.fault(row, min(stray), "stands under no heading; delete it", "上方没有表头；请删去，或写到有表头的列里")
            return
        if not given:
            if FROM in headings and (row, headings[FROM]) in self.cells.rows:
                self.fault(row, headings[FROM], "is a month without a value", "写了起始月，没有写数值")
            return
        parameter = self._which(row, headings)
        if parameter is None:
            return
        unit = self.cells.text(row, headings.get(UNIT))
        names = office_name(parameter.unit, parameter.limits()[1])
        if unit and unit not in names:
            self.fault(row, headings[UNIT], f"the unit of this row is '{names.english}', not '{shorten(unit)}'",
                       f"这一行的单位是“{names.chinese}”，不是“{shorten(unit)}”；请改回并按此单位填数")  # fmt: skip
            return
        if ALWAYS in given and len(given) > 1:
            self.fault(row, given[ALWAYS], "give a value for all years, or values by year, not both", "全期和分年只能填一种")
            return
        for key, column in given.items():
            try:
                value = self._value(row, column, parameter)
            except ValueError as problem:
                self.errors.append(InputError.of(self.path, cell_line(row, column), problem, parameter.id))
                continue
            if key == ALWAYS:
                self._put(row, column, parameter.id, None, value)
            elif key == VALUE:
                month = self.cells.rows.get((row, headings.get(FROM, 0)), ("", ""))[0]
                self._put(row, column, parameter.id, read_month(month), value)
            else:
                self._put(row, column, parameter.id, f"{key}-01", value)

    def _which(self, row: int, headings: Mapping[Any, int]) -> Parameter | None:
        """The parameter that a row is about: by its code, or by its name where only one has it."""
        code, name = self.cells.text(row, headings.get(CODE)), self.cells.text(row, 1)
        if code:
            if code not in self.book.parameters:
                self.fault(row, headings[CODE], *unknown("unknown code", "没有这个代号：", code, sorted(self.book.parameters)))
                return None
            if name in self.named and code not in self.named[name]:
                named = self.named[name][0]
                self.fault(row, headings[CODE], f"is not the code of '{name}', which is {named}; correct one of them",
                           f"不是“{name}”的代号，应为 {named}；请改正其中一个")  # fmt: skip
                return None
            return self.book.parameters[code]
        found = self.named.get(name, [])
        if len(found) != 1:
            problem = unknown("no parameter has the name", "没有这个名称的参数：", name, list(self.named))
            if found:
                listed = ", ".join(found)
                problem = problem._replace(
                    english=f"several parameters have the name '{name}': write the code of one ({listed})",
                    chinese=f"有几个参数都叫“{name}”，请在“代号”列写明：{listed}",
                )
            self.fault(row, 1, *problem)
            return None
        return self.book.parameters[found[0]]

    def _put(self, row: int, column: int, identity: str, month: str | None, value: Any) -> None:
        """Set a parameter, for all time or from a month on. What is set twice is a fault."""
        line = cell_line(row, column)
        before = self.set.get(identity)
        if before is None:
            self.set.lines[identity] = line
        if month is None and before is None:
            self.set[identity] = value
        elif month is None or (before is not None and not isinstance(before, yaml_file.Mapping)) or month in (before or ()):
            earlier = self.set.lines[identity]
            if isinstance(before, yaml_file.Mapping):
                earlier = before.lines.get(month, earlier)
            self.fault(
                row,
                column,
                f"{identity} is already set in {earlier!r}; keep one",
                f"{identity} 已在 {earlier!r} 填过；请只留一处",
            )
        else:
            dated = before if before is not None else yaml_file.Mapping(line)
            dated[month], dated.lines[month] = value, line
            self.set[identity] = dated

    def _value(self, row: int, column: int, parameter: Parameter) -> Any:
        """What a cell says of a parameter, in the units of files. Raises UserError."""
        cell, form = self.cells.rows[row, column]
        if parameter.options is not None:
            text = str(cell).strip()
            if text not in parameter.options:
                raise UserError(*one_of(text, list(parameter.options)))
            return text
        if parameter.is_list:
            parts = [part.strip() for part in _PARTS.split(str(cell)) if part.strip()]
            value: Any = [read_number(part, form, parameter) for part in parts]
            if len(value) != len(parameter.entries()[0]):
                count = len(parameter.entries()[0])
                raise UserError(f"needs {count} numbers, parted by ';'", f"应填 {count} 个数，用“；”隔开")
        else:
            value = read_number(cell, form, parameter)
        parameter.check(value, override=True)
        return value

    def _gather(self) -> None:
        """The settings and values as the keys of a scenario."""
        for language, other in (("zh", "en"), ("en", "zh")):  # a title in one language stands for both
            for key in ("title", "reason"):
                if f"{key}.{language}" in self.settings:
                    self.settings.setdefault(f"{key}.{other}", self.settings[f"{key}.{language}"])
        for name, (value, line) in self.settings.items():
            key, _, below = name.partition(".")
            self.tree.lines.setdefault(key, line)
            if below:
                inner = self.tree.setdefault(key, yaml_file.Mapping(line))
                inner[below], inner.lines[below] = value, line
            else:
                self.tree[key] = value
        for identity, value in self.set.items():
            if isinstance(value, yaml_file.Mapping):
                dated = yaml_file.Mapping(value.line)
                for month in sorted(value):
                    dated[month], dated.lines[month] = value[month], value.lines[month]
                self.set[identity] = dated
        if self.set:
            self.tree["set"], self.tree.lines["set"] = self.set, next(iter(self.set.lines.values()))


def flatten(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The entries of a scenario's ``set`` by parameter, however they are nested."""
    for key, value in settings.items():
        if "." in key or not isinstance(value, Mapping):
            yield key, value
        else:
            yield from ((f"{key}.{name}", entry) for name, entry in value.items())
