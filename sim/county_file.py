"""A county file: what is known of one county, fact by fact, each with its evidence and its source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.core import yaml_file
from sim.core.errors import one_of, unknown
from sim.core.parameters import ParameterBook

KEYS = ("name", "parameter", "value", "evidence", "source")
#: Only what is known fixes a parameter; what is assumed is still drawn.
KNOWN, GUESSED = ("policy", "measured"), ("derived", "assumed")
#: A county file that states its size is of another county than the one whose ranges the parameters have.
SIZE = "founding.county_size"
#: What every county knows of itself; what its file does not state of these is Lingyuan's.
LOCAL = (
    "founding.rural_income", "founding.registered_persons", "lines.dibao_line", "earnings.post_pay",
    "budget.county_floor", "budget.bridging", "budget.employment",
)  # fmt: skip
LONGEST_TITLE = 300

#: What is told of a fault: place, line, English, Chinese.
Tell = Callable[[Any, int, str, str], None]


@dataclass(frozen=True)
class Fact:
    """A local fact of the county: the parameter it sets, its value, and whether it is known or still assumed."""

    id: str
    name: dict[str, str]
    parameter: str
    value: Any
    evidence: str
    source: str


def bilingual(path: Path, tree: yaml_file.Mapping, key: str, fault: Tell) -> dict[str, str] | None:
    """A text in both languages; None, and a fault told, if it is not."""
    value, line = tree[key], tree.lines[key]
    if not isinstance(value, Mapping) or set(value) != {"zh", "en"}:
        fault(
            path, line, f"'{key}' needs exactly a Chinese and an English text: {{zh: …, en: …}}",
            f"“{key}”要写中文和英文各一句：{{zh: …, en: …}}"
        )  # fmt: skip
        return None
    if not all(isinstance(text, str) and 0 < len(text) <= LONGEST_TITLE for text in value.values()):
        fault(
            path, line, f"'{key}' must be text of at most {LONGEST_TITLE} characters in both languages",
            f"“{key}”的中文和英文都应是文字，且各不超过 {LONGEST_TITLE} 字"
        )  # fmt: skip
        return None
    return dict(value)


def read(
    file: Path, book: ParameterBook, fault: Tell, override: Callable[[str, Any, str, int, bool], None]
) -> tuple[tuple[Fact, ...], dict[str, str] | None]:
    """The facts of a county file, and its title if it has one; what is known is handed to ``override`` (parameter, value, place,
    line, whether it is of another county than the one whose ranges the parameters have).
    """
    facts: list[Fact] = []
    title: dict[str, str] | None = None
    county = yaml_file.read_mapping(file)
    another = any(isinstance(record, Mapping) and record.get("parameter") == SIZE for record in county.values())
    for name, record in county.items():
        if name == "title":
            title = bilingual(file, county, "title", fault)
            continue
        if not isinstance(record, yaml_file.Mapping) or set(record) != set(KEYS):
            fault(
                file, county.lines[name], f"'{name}' needs {', '.join(KEYS)}, and nothing else",
                f"“{name}”下面应写 {'、'.join(KEYS)} 这几项，不多不少"
            )  # fmt: skip
            continue
        if record["evidence"] not in (*KNOWN, *GUESSED):
            problem = one_of(record["evidence"], (*KNOWN, *GUESSED))
            fault(
                file,
                record.lines["evidence"],
                f"'{name}': evidence {problem.english}",
                f"“{name}”的依据 evidence {problem.chinese}",
            )
            continue
        sets = str(record["parameter"])
        facts.append(Fact(name, dict(record["name"]), sets, record["value"], record["evidence"], str(record["source"])))
        # An assumed fact is the centre of its range: it is still drawn.
        if record["evidence"] in KNOWN:
            override(sets, record["value"], str(file), county.lines[name], another)
        elif sets not in book.parameters:
            fault(file, record.lines["parameter"], *unknown("unknown parameter", "没有这个参数：", sets, sorted(book.parameters)))
        elif book.parameters[sets].value != record["value"]:
            override(sets, record["value"], str(file), county.lines[name], another)
    return tuple(facts), title


def is_county_file(path: str | Path) -> bool:
    """Whether a file holds facts of a county, and not a scenario. Raises InputError when it cannot be read."""
    tree = yaml_file.read_mapping(Path(path))
    return any(isinstance(record, Mapping) and set(record) >= {"parameter", "evidence"} for record in tree.values())
