"""Tables of the smaller commands."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from experiments.reporting import origin_text
from experiments.reporting.lever_values import number_text
from experiments.reporting.terminal.prose import Prose
from experiments.reporting.translations import Words
from sim.core.inputs.parameters import load_all

#: Large sums as each language writes them: 亿元, and million yuan.
LARGE = {"zh": 1e8, "en": 1e6}


def population(audit: Sequence[Mapping[str, Any]], language: str) -> Iterator[RenderableType]:
    """The audit of a founding population: target, achieved value and status of each quantity."""
    words = Words(language)
    table = table_of(words, "column_quantity")
    table.add_column(words("column_target"), justify="right")
    table.add_column(words("column_achieved"), justify="right")
    table.add_column(words("column_status"), overflow="fold")
    table.add_column(words("column_origin"), overflow="fold", style="dim")
    for line in audit:
        met = words("audit_met") if line["ok"] else words("audit_not_met")
        unit = line.get("unit", "")
        achieved = words.quantity(line["achieved"], unit)
        table.add_row(
            words.of(line["name"]),
            words.target(line["target"], unit),
            achieved,
            met,
            words(f"origin_{origin}") if (origin := line.get("origin")) else "",
        )
    yield Text(words("heading_audit"), style="bold")
    yield table


def production(accounts: Sequence[Mapping[str, Any]], language: str) -> Iterator[RenderableType]:
    """What the county grows and raises in an ordinary year: quantity beside the published one, land or heads, growers, money."""
    words = Words(language)
    table = table_of(words, "column_commodity")
    for name in ("output", "published", "bears", "of_households", "growers", "output_value", "household_net"):
        table.add_column(words(f"column_{name}"), justify="right")
    for line in accounts:
        table.add_row(
            words.of(line["name"]),
            words.quantity(line["quantity"], line["unit"]),
            words("unknown") if line["published"] is None else words.number(line["published"], line["unit"]),
            words.quantity(line["bears"], line["bears_unit"]),
            words.quantity(line["of_households"] / line["quantity"] if line["quantity"] else 0.0, "share"),
            words.number(line["households"], "households"),
            words.number(line["value"] / LARGE[language], "yuan"),
            words.number(line["household_net"] / LARGE[language], "yuan"),
        )
    yield Text(f"\n{words('heading_production')}", style="bold")
    yield table


def origins(
    numbers: Sequence[Mapping[str, Any]], records: Sequence[Mapping[str, Any]], language: str
) -> Iterator[RenderableType]:
    """How many numbers are of which origin; those of the county's own one by one, and its facts that the model does not use."""
    words = Words(language)
    counts = Counter(str(each["origin"]) for each in numbers)
    table = table_of(words, "column_origin")
    table.add_column(words("column_numbers"), justify="right")
    for origin in origin_text.ORDER:
        table.add_row(words(f"origin_{origin}"), str(counts[origin]))
    yield Text(f"\n{words('heading_origins')}", style="bold")
    yield table
    yield origin_text.sentence(counts, words) or ""
    for heading, rows in (
        ("heading_own_facts", [each for each in numbers if each["origin"] in ("own_distribution", "own_fact") and each["place"]]),
        ("heading_on_record", records),
    ):
        if rows:
            table = table_of(words, "column_fact")
            table.add_column(words("column_assumed"), justify="right")
            table.add_column(words("column_source"), overflow="fold", style="dim")
            for each in rows:
                table.add_row(words.of(each["name"]), _value(each["value"], words, each["id"]), _source(each, words))
            yield Text(f"\n{words(heading)}", style="bold")
            yield table


def look_up_first(numbers: Sequence[Mapping[str, Any]], language: str) -> Iterator[RenderableType]:
    """What a county should look up first, see ``origin_text.look_up_first``."""
    words = Words(language)
    if not numbers:
        return
    table = table_of(words, "column_fact")
    table.add_column(words("column_assumed"), justify="right")
    table.add_column(words("column_origin"))
    table.add_column(words("column_urgency"), justify="right")
    table.add_column(words("column_most_for"))
    for each in numbers[: origin_text.SHOWN]:
        table.add_row(
            words.of(each["name"]),
            _value(each["value"], words, each["id"]),
            words(f"origin_{each['origin']}"),
            f"{100 * each['urgency']:.1f}",
            each["goal"],
        )
    yield Text(f"\n{words('heading_look_up')}", style="bold")
    yield table


def missing_facts(facts: Sequence[Mapping[str, Any]], language: str) -> Iterator[RenderableType]:
    """Local facts that are still assumed, or taken over from Lingyuan, with their evidence."""
    words = Words(language)
    yield Text(f"\n{words('heading_missing')}", style="bold")
    if not facts:
        yield words("none_missing")
        return
    table = table_of(words, "column_fact")
    table.add_column(words("column_assumed"), justify="right")
    table.add_column(words("column_rests_on"))
    table.add_column("", overflow="fold", style="dim")
    for fact in facts:
        value = _value(fact.get("value"), words, fact["parameter"])
        table.add_row(words.of(fact["name"]), value, words(f"basis_{fact['evidence']}"), fact["id"])
    yield table


def calibrated(numbers: Sequence[Mapping[str, Any]], used: Mapping[str, Any], language: str) -> Iterator[RenderableType]:
    """Facts that a file derives or assumes and that stand at another value here, the middle of those that calibration left."""
    words = Words(language)
    for each in numbers:
        value = used.get(each["id"])
        if each["place"] and each["evidence"] in ("derived", "assumed") and isinstance(value, (int, float)):
            if abs(value - each["value"]) > 0.001 * abs(value):
                stated, value = (_value(number, words, each["id"]) for number in (each["value"], value))
                yield words("audit_calibrated", name=words.of(each["name"]), value=value, stated=stated)


def _source(number: Mapping[str, Any], words: Words) -> str:
    """Where a number comes from, as its file says; in Chinese its evidence where that is not said in Chinese."""
    source = str(number["source"])
    if words.language == "zh" and not any("\u4e00" <= letter <= "\u9fff" for letter in source):
        return words(f"grade_{number['evidence']}")
    return source


def _value(value: Any, words: Words, identity: str = "") -> str:
    """A value with the unit of its parameter, where it is of one."""
    parameter = load_all().parameters.get(identity)
    if parameter is not None and isinstance(value, (int, float)):
        return number_text(float(f"{value:.5g}"), parameter.unit, words)
    if isinstance(value, Mapping):
        return words("comma").join(f"{month}: {_value(each, words)}" for month, each in value.items())
    if isinstance(value, (list, tuple)):
        return words("comma").join(_value(each, words) for each in value)
    return words.number(value, "") if isinstance(value, (int, float)) else str(value)


def table_of(words: Words, first: str) -> Table:
    """An empty table with its first column."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(words(first), overflow="fold")
    return table


#: Columns of sentences share the room that the others leave; those are cut into lines beyond so many cells.
PROSE = ("name", "definition", "fixes", "lives", "meaning", "reason", "fact", "sources")
WIDEST = 18
SHARES = {"name": 2, "definition": 3}  # of that room, where it is not one part


def listing(lines: Sequence[Mapping[str, Any]], columns: Sequence[str], language: str) -> Iterator[RenderableType]:
    """Objects as a table: a row each, bilingual texts in ``language``."""
    words = Words(language)
    under = {"id", "name", "value"} <= set(columns)  # long ids go under the names, or nothing else has room
    if under:
        columns = [column for column in columns if column != "id"]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=any(column in PROSE for column in columns), padding=(0, 1, 0, 0))
    for column in columns:
        widest = None if column in PROSE or column == "id" else WIDEST
        ratio = SHARES.get(column, 1) if column in PROSE else None
        table.add_column(Prose(words(f"column_{column}")), no_wrap=column == "id", ratio=ratio, max_width=widest)
    for line in lines:
        cells = [_cell(line.get(column), words) for column in columns]
        if under:
            cells[columns.index("name")] += f"\n{line['id']}"
        table.add_row(*map(Prose, cells))
    yield table
    yield words("listed", count=len(lines))


def _cell(value: Any, words: Words) -> str:
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return words.of(value) if "zh" in value else ", ".join(f"{key}: {each}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return " ".join(str(each) for each in value)
    return str(value)
