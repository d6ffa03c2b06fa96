"""A county file: what is known of one county, fact by fact, each with its evidence and its source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.core.inputs import shipped, yaml_file
from sim.core.inputs.errors import InputError, UserError, bilingual, one_of, unknown
from sim.core.inputs.notation import as_written, half, shorten, shows
from sim.core.inputs.parameters import ParameterBook
from sim.core.inputs.removed import no_parameter
from sim.scenario import plan_form

KEYS = ("name", "parameter", "value", "evidence", "source")
#: What may be added to a fact: the year it is of, the unit it is in (the parameter's own), where the source stands.
MORE = ("year", "unit", "address")
#: Keys of a county file that are no facts: what it is called, its six-digit division code, a county file that it builds on, and
#: the plan that it is judged by.
TITLE, CODE, EXTENDS, PLAN = "title", "code", "extends", "plan"
#: Keys of scenarios that no county file has.
OF_SCENARIOS = ("county", "set", "levers", "months", "population", "vantage", "uncertainty", "goals", "reason")
#: The county whose numbers the parameters have: Lingyuan.
HOME = "211382"
#: Stands for the code of a county that is another one and does not say which.
ELSEWHERE = "000000"
#: Only what is known fixes a parameter; what is assumed is still drawn.
KNOWN, GUESSED = ("policy", "measured"), ("derived", "assumed")
#: A county file that states its size is of another county than the one whose ranges the parameters have.
SIZE = "founding.county_size"
LONGEST_SOURCE = 1000
CODE_DIGITS = 6
YEARS = (1949, 2100)
#: What every county knows of itself; what its file does not state of these is Lingyuan's.
LOCAL = (
    "founding.rural_income", "founding.registered_persons", "lines.dibao_line", "earnings.post_pay",
    "budget.county_floor", "budget.bridging", "budget.employment",
)  # fmt: skip

#: Takes what is wrong: place, line, English, Chinese.
AddFault = Callable[[Any, int, str, str], None]


@dataclass(frozen=True)
class Fact:
    """A local fact of the county: the parameter it sets, its value, and whether it is known or still assumed."""

    id: str
    name: dict[str, str]
    parameter: str
    value: Any
    evidence: str
    source: str
    year: int | None = None
    address: str = ""


@dataclass(frozen=True)
class CountyFile:
    """What a county file says: its facts, its title, its division code and the file of its plan where it has them."""

    facts: tuple[Fact, ...]
    title: dict[str, str] | None
    code: str | None
    plan: Path | None


def read(
    file: Path,
    book: ParameterBook,
    add_fault: AddFault,
    override: Callable[[str, Any, str, int, bool, bool], None],
    elsewhere: bool = False,
    seen: tuple[Path, ...] = (),
) -> CountyFile:
    """What a county file says, after what it builds on; what is known is handed to ``override`` (parameter, value, place, line,
    whether it is of another county than the one whose ranges the parameters have, and that it is the status quo).

    ``elsewhere``: that it is of another county is known already. Of two facts that set the same parameter, the one of the file
    that builds on the other counts. A fact without a parameter is on record only: the model has no use for it.
    """
    facts: dict[str, Fact] = {}
    title: dict[str, str] | None = None
    county = yaml_file.read_mapping(file)
    strange = next((key for key in OF_SCENARIOS if key in county and not holds_facts({key: county[key]})), None)
    if strange is not None:
        raise InputError(
            file, county.lines[strange],
            f"'{strange}' belongs to a scenario, and facts of a county are wanted here: name a file such as county.yaml, or "
            "leave this line out",
            f"“{strange}”是情景文件里的项目，而这里要的是县情文件：请改写县情文件的名称（如 county.yaml），或删去这一行"
        )  # fmt: skip
    code = _code(file, county, add_fault)
    plan = plan_of(file, county, add_fault)
    if EXTENDS in county:
        base = read(_base(file, county, seen), book, add_fault, override, elsewhere, (*seen, file.resolve()))
        facts, title, code = {fact.parameter or fact.id: fact for fact in base.facts}, base.title, code or base.code
        plan = plan or base.plan
    another = (
        elsewhere
        or code not in (None, HOME)
        or (code is None and any(half(key).lower() == CODE for key in county))  # that it is none is told
        or any(isinstance(record, Mapping) and record.get("parameter") == SIZE for record in county.values())
    )
    if not county:
        add_fault(file, 1, "holds no facts of a county", "里面没有任何县情数据；请照 scenarios/county.yaml 的样子写")
    for name, record in county.items():
        line = county.lines[name]
        if name == TITLE:
            title = title_of(file, county, name, add_fault) or title
        if name in (TITLE, CODE, EXTENDS, PLAN):
            continue
        if half(name).lower() in (TITLE, CODE, EXTENDS, PLAN):
            add_fault(file, line, *unknown("unknown key", "没有这一项：", name, (TITLE, CODE, EXTENDS, PLAN)))
            continue
        made = _fact(file, name, record, line=line, add_fault=add_fault)
        if made is None:
            continue
        facts[made.parameter or made.id] = made
        if not made.parameter:
            continue
        # An assumed fact is the centre of its range: it is still drawn.
        if made.parameter not in book.parameters:
            known = no_parameter("unknown parameter", "没有这个参数：", made.parameter, book.called)
            add_fault(file, record.lines["parameter"], *known)
            continue
        parameter = book.parameters[made.parameter]
        if "unit" in record and record["unit"] != parameter.unit:
            add_fault(
                file, record.lines["unit"], f"'{shorten(name)}': write the value in {parameter.unit}, and the unit so",
                f"“{shorten(name)}”的单位应是 {parameter.unit}；请把数值折成这个单位"
            )  # fmt: skip
        elif made.evidence in KNOWN or parameter.value != made.value:
            override(made.parameter, made.value, str(file), record.lines["value"], another, True)
    return CountyFile(tuple(facts.values()), title, code, plan)


def plan_of(file: Path, tree: yaml_file.Mapping, add_fault: AddFault) -> Path | None:
    """The file of the plan that a county file or a scenario names; None where it names none, or a fault was added."""
    if PLAN not in tree:
        return None
    named, line = tree[PLAN], tree.lines[PLAN]
    if not isinstance(named, str) or not named:
        add_fault(
            file, line, f"'plan' must name a plan folder, or a shipped plan: {', '.join(shipped.plans())}",
            f"“plan”应写方案文件夹，或自带方案的名称：{'、'.join(shipped.plans())}"
        )  # fmt: skip
        return None
    try:
        return shipped.plan_file(named, file.parent)
    except InputError as problem:
        add_fault(
            file, line, f"'plan' names {shorten(named)}: {problem.english}", f"“plan”写的是“{shorten(named)}”：{problem.chinese}"
        )
        return None


def _base(file: Path, county: yaml_file.Mapping, seen: tuple[Path, ...]) -> Path:
    """The county file that another builds on. Raises InputError."""
    line = county.lines[EXTENDS]
    base = yaml_file.beside(file, line, EXTENDS, county[EXTENDS])
    if base.resolve() in (*seen, file.resolve()):
        raise InputError(
            file, line, f"extends itself by way of {base}; name another file", f"经由 {base} 又继承了自己；请改写 extends"
        )
    return base


def _code(file: Path, county: yaml_file.Mapping, add_fault: AddFault) -> str | None:
    """The division code of the county; None where there is none, or a fault was added."""
    code = county.get(CODE)
    if code is None and CODE not in county:
        return None
    if code is None:
        add_fault(
            file, county.lines[CODE],
            f"'code' is empty; write the county's division code, six digits such as {HOME}, or leave it out",
            f"“code”后面没有写值；请写县级行政区划代码（六位数字，如 {HOME}），或删去这一项"
        )  # fmt: skip
        return None
    text = "" if isinstance(code, bool) else as_written(code)
    if len(text) == CODE_DIGITS and text.isascii() and text.isdigit():
        return text
    add_fault(
        file, county.lines[CODE], f"'code' must be the county's division code, six digits such as {HOME}, not '{shorten(code)}'",
        f"“code”应是县级行政区划代码，六位数字，如 {HOME}，现在写的是“{shorten(code)}”"
    )  # fmt: skip
    return None


def title_of(file: Path, tree: yaml_file.Mapping, key: str, add_fault: AddFault) -> dict[str, str] | None:
    """A title, or the like, by language; None, and a fault added, if it is none."""
    try:
        return bilingual(tree[key])
    except UserError as problem:
        add_fault(file, tree.lines[key], f"'{key}' {problem.english}", f"“{key}”{problem.chinese}")
        return None


def _fact(file: Path, name: str, record: Any, line: int, add_fault: AddFault) -> Fact | None:
    """A fact as written; None, and a fault added, if something is wrong with it."""
    called = shorten(name)
    if not isinstance(record, yaml_file.Mapping) or not set(KEYS) <= set(record) <= {*KEYS, *MORE}:
        entries = list(record) if isinstance(record, Mapping) else []
        lacks = [key for key in KEYS if key not in entries] if entries else []
        more = [shorten(key) for key in entries if key not in (*KEYS, *MORE)]
        english = "".join(f"; {do} {', '.join(those)}" for do, those in (("add", lacks), ("delete", more)) if those)
        chinese = "".join(f"；{do} {'、'.join(those)}" for do, those in (("请补上", lacks), ("请删去", more)) if those)
        add_fault(
            file, line, f"'{called}' needs {', '.join(KEYS)}; {', '.join(MORE)} may be added, and nothing else{english}",
            f"“{called}”下面应写 {'、'.join(KEYS)} 这几项，可加 {'、'.join(MORE)}，此外不能写别的{chinese}"
        )  # fmt: skip
        return None
    year = record.get("year")
    if year is not None and (not isinstance(year, int) or isinstance(year, bool) or not YEARS[0] <= year <= YEARS[1]):
        add_fault(
            file, record.lines["year"], f"'{called}': year must be a year such as 2020, not '{shorten(year)}'",
            f"“{called}”的年份 year 应写成 2020 这样，现在写的是“{shorten(year)}”"
        )  # fmt: skip
        return None
    address = record.get("address")
    if address is not None and (not isinstance(address, str) or len(address) > LONGEST_SOURCE):
        add_fault(file, record.lines["address"], f"'{called}': address must be text", f"“{called}”的网址 address 应是文字")
        return None
    if record["evidence"] not in (*KNOWN, *GUESSED):
        problem = one_of(record["evidence"], (*KNOWN, *GUESSED))
        add_fault(
            file,
            record.lines["evidence"],
            f"'{called}': evidence {problem.english}",
            f"“{called}”的依据 evidence {problem.chinese}",
        )
        return None
    if not isinstance(record["name"], Mapping) or set(record["name"]) != {"zh", "en"}:
        add_fault(
            file, record.lines["name"], f"'{called}': name needs a Chinese and an English text: {{zh: …, en: …}}",
            f"“{called}”的名称 name 要写中文和英文各一句：{{zh: …, en: …}}"
        )  # fmt: skip
        return None
    names = title_of(file, record, "name", add_fault)
    source = record["source"]
    if source is not None and (isinstance(source, (Mapping, list, bool)) or len(str(source)) > LONGEST_SOURCE):
        add_fault(
            file, record.lines["source"], f"'{called}': source must be text of at most {LONGEST_SOURCE} characters",
            f"“{called}”的来源 source 应是不超过 {LONGEST_SOURCE} 字的文字"
        )  # fmt: skip
        return None
    if record["evidence"] in KNOWN and (source is None or not shows(str(source))):
        add_fault(
            file, record.lines["source"],
            f"'{called}' is said to be {record['evidence']}, but names no source; write it, or 'evidence: assumed'",
            f"“{called}”的依据是 {record['evidence']}，却没有写来源 source；请写明出处，或改为 evidence: assumed"
        )  # fmt: skip
        return None
    if names is None:
        return None
    return Fact(
        name,
        names,
        as_written(record["parameter"]),
        value=record["value"],
        evidence=record["evidence"],
        source="" if source is None else str(source),
        year=year,
        address=address or "",
    )


def is_county_file(path: str | Path) -> bool:
    """Whether a file, or a folder, holds facts of a county, and not a scenario. Raises InputError when it cannot be read."""
    file = shipped.scenario_file(path)
    if file.name == shipped.COUNTY_FILE:
        return True
    return not plan_form.is_form(file) and holds_facts(yaml_file.read_mapping(file))


def holds_facts(tree: Mapping[str, Any]) -> bool:
    """Whether what a file says are facts of a county."""
    return CODE in tree or any(
        isinstance(record, Mapping) and ("parameter" in record or "evidence" in record) for record in tree.values()
    )


def is_home(code: str | None, has_tables: bool) -> bool:
    """Whether a county of this code, with tables of its own or without, is founded after Lingyuan's paper: invented counties,
    which have neither, are.
    """
    return code == HOME or (code is None and not has_tables)


def name_of(file: Path) -> str:
    """What a county is called in folders of results: by its own folder, or by its file where that lies among others."""
    return file.parent.resolve().name if file.name == shipped.COUNTY_FILE and file.parent.name != shipped.SCENARIOS else file.stem
