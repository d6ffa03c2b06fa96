"""Persons and yuan: what the percentages mean for people."""

from collections.abc import Iterator

from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.content import Block, Bullets, Cell, Column, Table
from experiments.reporting.documents.context import ReportContext, column
from experiments.reporting.documents.measures import Estimate, Quantity, worst_tenth
from experiments.statistics import estimates

#: With fewer runs the worst tenth is one or two of them.
LEAST_FOR_WORST = 20


def build_blocks(context: ReportContext) -> Iterator[Block]:
    """Sentences on persons below the line, then the table."""
    sentences = tuple(_sentences(context))
    if sentences:
        yield Bullets(sentences)
    yield build_table(context)


def _sentences(context: ReportContext) -> Iterator[str]:
    words, measured = context.words, context.measured
    known = {quantity.id: quantity for quantity in measured.quantities}
    if not {"people_below", "people_recorded"} <= known.keys():
        return
    below, recorded = (measured.level(known[name]) for name in ("people_below", "people_recorded"))
    facts = {"month": context.last_month, "true": format_persons(below, context), "recorded": format_persons(recorded, context)}
    if below.runs >= LEAST_FOR_WORST:
        yield words("people_said", **facts, worst=format_worst(context, known["people_below"]))
    else:
        yield words("people_said_few", **facts)
    difference = measured.difference(known["people_below"])
    if difference is None or context.other is not None:
        return
    change = probability_wording.Change(difference.mean, difference.low, difference.high)
    if change.direction in ("up", "down"):
        size = [abs(difference.mean), *sorted((abs(difference.low), abs(difference.high)))]
        label = "people_policy_more" if change.direction == "up" else "people_policy_fewer"
        yield words(label, persons=probability_wording.with_interval(size[0], size[1], size[2], unit="persons", words=words))
    elif change.direction == "unclear":
        ends = (
            probability_wording.format_rounded(end, change.low, change.high, unit="persons", words=words, sign=True)
            for end in (change.low, change.high)
        )
        yield words("people_policy_unclear", range=words("range_signed", **dict(zip(("low", "high"), ends))))


def format_persons(found: Estimate, context: ReportContext) -> str:
    """A mean number of persons with its interval."""
    return probability_wording.with_interval(found.mean, found.low, found.high, unit="persons", words=context.words)


def format_worst(context: ReportContext, quantity: Quantity) -> str:
    """The value that one run in ten exceeds, to two digits: runs support no more of a quantile."""
    found = worst_tenth(context.measured.series(quantity).to_numpy(dtype=float))
    return f"{float(f'{found:.2g}'):,.0f}"


def build_table(context: ReportContext) -> Table:
    """Every quantity under the scenario, its range, and what it is compared with."""
    words = context.words
    rows = tuple(_row(context, quantity) for quantity in context.measured.quantities)
    title = words("table_people", month=context.last_month)
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
    return cells


def _number(value: float, found: Estimate | estimates.Mean, unit: str) -> Cell:
    """A number for the workbook, with no digit more than the interval supports; shares in percent, as their unit says."""
    scale = 100.0 if unit == "share" else 1.0
    low, high = found.low * scale, found.high * scale
    if value != value:
        return Cell(None, "")
    number = probability_wording.round_to_interval(value * scale, low, high)
    return Cell(number, f"{number:g}")
