"""A county file: what is known of one county, fact by fact, each with its evidence and its source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.core.inputs import shipped, yaml_file
from sim.core.inputs.errors import UserError, bilingual, one_of
from sim.core.inputs.notation import shorten
from sim.core.inputs.parameters import ParameterBook
from sim.core.inputs.removed import no_parameter
from sim.scenario import plan_form

KEYS = ("name", "parameter", "value", "evidence", "source")
#: Only what is known fixes a parameter; what is assumed is still drawn.
KNOWN, GUESSED = ("policy", "measured"), ("derived", "assumed")
#: A county file that states its size is of another county than the one whose ranges the parameters have.
SIZE = "founding.county_size"
LONGEST_SOURCE = 1000
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


def read(
    file: Path, book: ParameterBook, add_fault: AddFault, override: Callable[[str, Any, str, int, bool, bool], None]
) -> tuple[tuple[Fact, ...], dict[str, str] | None]:
    """The facts of a county file, and its title if it has one; what is known is handed to ``override`` (parameter, value, place,
    line, whether it is of another county than the one whose ranges the parameters have, and that it is the status quo).
    """
    facts: list[Fact] = []
    title: dict[str, str] | None = None
    county = yaml_file.read_mapping(file)
    another = any(isinstance(record, Mapping) and record.get("parameter") == SIZE for record in county.values())
    if not county:
        add_fault(file, 1, "holds no facts of a county", "里面没有任何县情数据；请照 scenarios/county.yaml 的样子写")
    for name, record in county.items():
        line = county.lines[name]
        if name == "title":
            title = title_of(file, county, name, add_fault)
            continue
        made = _fact(file, name, record, line=line, add_fault=add_fault)
        if made is None:
            continue
        facts.append(made)
        # An assumed fact is the centre of its range: it is still drawn.
        if made.parameter not in book.parameters:
            known = no_parameter("unknown parameter", "没有这个参数：", made.parameter, sorted(book.parameters))
            add_fault(file, record.lines["parameter"], *known)
        elif made.evidence in KNOWN or book.parameters[made.parameter].value != made.value:
            override(made.parameter, made.value, str(file), line, another, True)
    return tuple(facts), title


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
    if not isinstance(record, yaml_file.Mapping) or set(record) != set(KEYS):
        add_fault(
            file, line, f"'{called}' needs {', '.join(KEYS)}, and nothing else",
            f"“{called}”下面应写 {'、'.join(KEYS)} 这几项，不多不少"
        )  # fmt: skip
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
    if not isinstance(record["name"], Mapping):
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
    if record["evidence"] in KNOWN and (source is None or not str(source).strip()):
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
        str(record["parameter"]),
        value=record["value"],
        evidence=record["evidence"],
        source="" if source is None else str(source),
    )


def is_county_file(path: str | Path) -> bool:
    """Whether a file holds facts of a county, and not a scenario. Raises InputError when it cannot be read."""
    file = shipped.scenario_file(path)
    return not plan_form.is_form(file) and holds_facts(yaml_file.read_mapping(file))


def holds_facts(tree: Mapping[str, Any]) -> bool:
    """Whether what a file says are facts of a county."""
    return any(isinstance(record, Mapping) and ("parameter" in record or "evidence" in record) for record in tree.values())
