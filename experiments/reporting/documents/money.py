"""What it costs, as tables of the workbook: purse by year, the largest uses, what goes unpaid."""

from typing import Any

from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.content import Cell, Chart, Row, Table
from experiments.reporting.documents.context import ReportContext, column
from experiments.reporting.translations import Words
from sim.world.funds import NOT_PUBLIC

MOST = 15
#: Yuan a year: less is nothing in a table, 0.5万元 or 0.00 million.
SMALLEST = 5000.0


def find_unpaid_uses(context: ReportContext) -> list[tuple[str, Any]]:
    """Uses that went unpaid in some run, with the sum over all years by replication; the largest first."""
    sums = {use: context.measured.paid(use=use, what="shortfall") for use in _uses(context)}
    some = [(use, series) for use, series in sums.items() if series.mean() > 0]
    return sorted(some, key=lambda entry: -entry[1].mean())


def _uses(context: ReportContext) -> list[str]:
    return sorted({key[3] for key in context.measured.payments.columns})


def _of_fund(context: ReportContext, fund: str) -> Any:
    return context.measured.paid((fund,)) / len(context.measured.years)


def fund_name(fund: str, context: ReportContext) -> str:
    """A purse's name; its id where this version of the program lacks it."""
    from sim.household_trace import fund_names

    names = fund_names()
    return context.words.of(names[fund]) if fund in names else fund


def use_name(use: str, context: ReportContext) -> str:
    """A use's name; its id where the words do not know it."""
    return use_label(use, context.words)


def use_label(use: str, words: Words) -> str:
    """A use's name in the words of a language."""
    label = f"use_{use}"
    return words(label) if words.has(label) else use


def build_fund_table(context: ReportContext) -> Table:
    """Purses by year, the public ones first and summed."""
    words, measured, years = context.words, context.measured, context.measured.years
    columns = [column(words, "fund", width=2.2)]
    columns += [column(words, f"y{year}", "money", titled=str(year), meaning="explains_year_yuan",
                       digits=1) for year in years]  # fmt: skip
    columns.append(column(words, "a_year", "money", width=1.7, digits=1, titled=_mean_of(context)))
    if measured.base is not None:
        columns.append(_base_column(context))
    every = context.measured.funds
    public = sorted((fund for fund in every if fund not in NOT_PUBLIC), key=lambda fund: -float(_of_fund(context, fund).mean()))
    rows: list[Row] = [_fund_row(context, fund_name(fund, context), (fund,)) for fund in public]
    rows.append(_fund_row(context, words("total_public"), tuple(public), interval=True))
    rest = [fund for fund in every if fund in NOT_PUBLIC]
    heads = frozenset({len(rows)}) if rest else frozenset()
    if rest:
        rows.append({"fund": words("not_public")})
        rows += [_fund_row(context, fund_name(fund, context), (fund,)) for fund in rest]
    chart = Chart(words("table_funds"), "fund", tuple(f"y{year}" for year in years), "column", most=len(public))
    return Table(
        "funds", words("table_funds"), tuple(columns), rows=tuple(rows), note=words("note_funds"), heads=heads, chart=chart
    )


def _mean_of(context: ReportContext) -> str:
    """The heading of a yearly mean, which names its years."""
    first, last = context.measured.years[0], context.measured.years[-1]
    return context.words("col_mean_of_years" if first != last else "year_alone_heading", first=first, last=last)


def _base_column(context: ReportContext) -> Any:
    return column(context.words, "base_a_year", "money", 1.2, digits=1, meaning="explains_a_year", titled=context.other)


def _fund_row(context: ReportContext, name: str, own: tuple[str, ...], interval: bool = False) -> dict[str, Cell | str]:
    measured = context.measured
    row: dict[str, Cell | str] = {"fund": name}
    for year in measured.years:
        row[f"y{year}"] = _cell(float(measured.paid(own, year=year).mean()), context)
    series = measured.paid(own) / len(measured.years)
    found = measured.estimate(series)
    row["a_year"] = _cell(found.mean, context)
    if interval:
        mean, low, high = (value / context.words.table_money for value in (found.mean, found.low, found.high))
        places = probability_wording.digits(low, high)
        amount = probability_wording.with_interval(mean, low, high, unit="", words=context.words)
        row["a_year"] = Cell(round(mean, 2 if places is None else max(0, places)), amount)
    if measured.base is not None:
        base = measured.paid(own, base=True) / len(measured.years)
        row["base_a_year"] = _cell(float(base.mean()), context)
    return row


def _cell(yuan: float, context: ReportContext) -> Cell:
    value = yuan / context.words.table_money
    return Cell(round(value, 2), context.words.number(value, "") if abs(yuan) >= SMALLEST else "0")


def build_use_table(context: ReportContext) -> Table:
    """The largest uses of public money, with what goes unpaid."""
    words, measured = context.words, context.measured
    spent = {
        (fund, use): measured.paid((fund,), use) / len(measured.years)
        for fund, use in sorted({(key[2], key[3]) for key in measured.payments.columns})
        if fund not in NOT_PUBLIC
    }
    short = {use: float(series.mean()) / len(measured.years) for use, series in find_unpaid_uses(context)}
    largest = sorted(spent, key=lambda key: -float(spent[key].mean()))[:MOST]
    rows: list[Row] = []
    for fund, use in largest:
        found = measured.estimate(spent[fund, use])
        mean, low, high = (value / words.table_money for value in (found.mean, found.low, found.high))
        amount = probability_wording.with_interval(mean, low, high, unit="", words=words)
        rows.append({
            "use": use_name(use, context), "fund": fund_name(fund, context),
            "a_year": Cell(round(mean, 2), amount),
            "unpaid": _cell(short.get(use, 0.0), context),
        })  # fmt: skip
    columns = (
        column(words, "use", width=2.4), column(words, "fund", width=2.2),
        column(words, "a_year", "money", width=2.0, titled=_mean_of(context)), column(words, "unpaid", "money"),
    )  # fmt: skip
    chart = Chart(words("table_uses"), "use", ("a_year",))
    return Table("uses", words("table_uses"), columns, rows=tuple(rows), note=words("note_uses", count=len(rows)), chart=chart)
