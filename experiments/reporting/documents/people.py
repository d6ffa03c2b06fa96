"""Persons and yuan at the end, as a table of the workbook."""

from experiments.analyses.consequences import monitored
from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.content import Cell, Column, Table
from experiments.reporting.documents.context import ReportContext, column
from experiments.reporting.documents.measures import Estimate, Quantity
from experiments.reporting.translations import DUST, is_nothing
from experiments.statistics import estimates

#: What the register counts, which says nothing where nobody keeps it.
OF_REGISTER = ("people_recorded", "monitored_persons")


def build_table(context: ReportContext) -> Table:
    """Every quantity under the scenario, its range, and what it is compared with."""
    words = context.words
    rows = tuple(_row(context, quantity) for quantity in context.measured.quantities)
    title = words("table_people", month=words.month(context.last_month))
    return Table("people", title, _columns(context), rows=rows, note=words("note_people"))


def _columns(context: ReportContext) -> tuple[Column, ...]:
    words, base = context.words, context.measured.base is not None
    columns = [
        column(words, "what", width=2.6),
        column(words, "mean", width=2.0, place="document", titled=context.title if context.other else None),
        column(words, "spread", width=1.6, place="document"),
    ]
    if base:
        columns.append(column(words, "base_mean", width=2.0, place="document", titled=context.other))
        columns.append(column(words, "effect", width=2.0, place="document"))
    columns.append(column(words, "unit", place="workbook"))
    wanted = [("value", "value"), ("low", "low"), ("high", "high"), ("p05", "p05"), ("p95", "p95")]
    if base:
        wanted += [("base_value", "base_value"), ("difference", "difference")]
        wanted += [("difference_low", "low"), ("difference_high", "high")]
    columns += [column(words, name, "number", place="workbook", meaning=f"explains_{label}") for name, label in wanted]
    return tuple(columns)


def _row(context: ReportContext, quantity: Quantity) -> dict[str, Cell | str]:
    words, unit = context.words, quantity.unit
    name = words(quantity.label) if quantity.label else words.of(quantity.names)
    found = context.measured.level(quantity)
    ends = (
        probability_wording.format_rounded(end, found.low, found.high, unit=unit, words=words) for end in (found.p05, found.p95)
    )
    cells: dict[str, Cell | str] = {
        "what": name,
        "mean": probability_wording.with_interval(found.mean, found.low, found.high, unit=unit, words=words),
        "spread": words("range" if found.p05 >= 0 else "range_signed", **dict(zip(("low", "high"), ends))),
        "unit": words.unit(unit),
        **{key: _number(getattr(found, field), found, unit) for key, field in
           (("value", "mean"), ("low", "low"), ("high", "high"), ("p05", "p05"), ("p95", "p95"))},
    }  # fmt: skip
    base, difference = context.measured.base_level(quantity), context.measured.difference(quantity)
    if base is not None and difference is not None:
        cells |= {
            "base_mean": probability_wording.with_interval(base.mean, base.low, base.high, unit=unit, words=words),
            "effect": probability_wording.with_interval(
                difference.mean, difference.low, difference.high, unit=unit, words=words, sign=True
            ),
            "base_value": _number(base.mean, base, unit),
            **{key: _number(getattr(difference, field), difference, unit) for key, field in
               (("difference", "mean"), ("difference_low", "low"), ("difference_high", "high"))},
        }  # fmt: skip
    kept = [each is None or monitored(each, int(context.last_month[:4])) for each in (context.results, context.measured.base)]
    if quantity.id in OF_REGISTER and not all(kept):
        none, gap = words("cell_unmonitored"), words("cell_none")
        sides = ((("mean", "spread"), ("value", "low", "high", "p05", "p95")), (("base_mean",), ("base_value",)))
        for (texts, numbers), known in zip(sides, kept):
            if not known:
                cells |= {**dict.fromkeys(texts, none), **{key: Cell(None, none) for key in numbers}}
        changes = ("difference", "difference_low", "difference_high")
        cells |= {"effect": gap, **{key: Cell(None, gap) for key in changes}} if "effect" in cells else {}
    return cells


def _number(value: float, found: Estimate | estimates.Mean, unit: str) -> Cell:
    """A number for the workbook, with no digit more than the interval supports; shares in percent, as their unit says."""
    scale = 100.0 if unit == "share" else 1.0
    low, high = found.low * scale, found.high * scale
    if value != value:
        return Cell(None, "")
    if is_nothing(value, found.low, found.high) or abs(value) < DUST:
        return Cell(0, "0")
    number = probability_wording.round_to_interval(value * scale, low, high)
    return Cell(number, f"{number:g}")
