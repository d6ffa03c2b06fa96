"""What it costs: purse by year, the largest uses, what goes unpaid."""

from collections.abc import Iterator
from typing import Any

from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.content import Block, Bullets, Cell, Chart, Row, Table
from experiments.reporting.documents.context import ReportContext, column
from sim.world.funds import NOT_PUBLIC

MILLION = 1e6
MOST = 15
#: Yuan a year: less is 0.00 million.
SMALLEST = 5000.0


def blocks(told: ReportContext) -> Iterator[Block]:
    """Sentences, purses by year, the largest uses."""
    yield Bullets(tuple(_sentences(told)))
    yield funds(told)
    yield uses(told)


def million(value: float, low: float, high: float, told: ReportContext, sign: bool = False) -> str:
    """Yuan a year as million yuan with its interval."""
    return probability_wording.with_interval(value / MILLION, low / MILLION, high / MILLION, "million yuan", told.words, sign)


def _sentences(told: ReportContext) -> Iterator[str]:
    words, measured = told.words, told.measured
    total = measured.estimate(measured.public())
    by_fund = {fund: float(_of_fund(told, fund).mean()) for fund in told.measured.funds if fund not in NOT_PUBLIC}
    if by_fund and total.mean > 0:
        first = max(by_fund, key=lambda fund: by_fund[fund])
        said = million(total.mean, total.low, total.high, told)
        yield words("money_said", total=said, first=fund_name(first, told), share=words.percent(by_fund[first] / total.mean))
    if measured.base is not None and told.other is None:
        change = measured.paired(measured.public(), measured.public(base=True))
        if change.low > 0:
            yield words("money_policy", change=million(change.mean, change.low, change.high, told))
        elif change.high < 0:
            yield words("money_policy_less", change=million(-change.mean, -change.high, -change.low, told))
    unpaid = unpaid_uses(told)
    if unpaid:
        use, series = unpaid[0]
        found = measured.estimate(series / len(measured.years))
        if found.mean >= SMALLEST:
            yield words("money_unpaid", use=use_name(use, told), yuan=million(found.mean, found.low, found.high, told))


def unpaid_uses(told: ReportContext) -> list[tuple[str, Any]]:
    """Uses that went unpaid in some run, with the sum over all years by replication; the largest first."""
    sums = {use: told.measured.paid(use=use, what="shortfall") for use in _uses(told)}
    some = [(use, series) for use, series in sums.items() if series.mean() > 0]
    return sorted(some, key=lambda entry: -entry[1].mean())


def _uses(told: ReportContext) -> list[str]:
    return sorted({key[3] for key in told.measured.payments.columns})


def _of_fund(told: ReportContext, fund: str) -> Any:
    return told.measured.paid((fund,)) / len(told.measured.years)


def fund_name(fund: str, told: ReportContext) -> str:
    """A purse's name; its id where this version does not know it."""
    from sim.household_trace import fund_names

    names = fund_names()
    return told.words.of(names[fund]) if fund in names else fund


def use_name(use: str, told: ReportContext) -> str:
    """A use's name; its id where the words do not know it."""
    label = f"use_{use}"
    return told.words(label) if told.words.has(label) else use


def funds(told: ReportContext) -> Table:
    """Purses by year, the public ones first and summed."""
    words, measured, years = told.words, told.measured, told.measured.years
    columns = [column(words, "fund", width=2.2)]
    columns += [column(words, f"y{year}", "million", titled=str(year), meaning="explains_year_yuan",
                       digits=1) for year in years]  # fmt: skip
    columns.append(column(words, "a_year", "million", width=1.7, digits=1))
    if measured.base is not None:
        columns.append(_base_column(told))
    every = told.measured.funds
    public = sorted((fund for fund in every if fund not in NOT_PUBLIC), key=lambda fund: -float(_of_fund(told, fund).mean()))
    rows: list[Row] = [_fund_row(told, fund_name(fund, told), (fund,)) for fund in public]
    rows.append(_fund_row(told, words("total_public"), tuple(public), interval=True))
    rest = [fund for fund in every if fund in NOT_PUBLIC]
    heads = frozenset({len(rows)}) if rest else frozenset()
    if rest:
        rows.append({"fund": words("not_public")})
        rows += [_fund_row(told, fund_name(fund, told), (fund,)) for fund in rest]
    chart = Chart(words("table_funds"), "fund", tuple(f"y{year}" for year in years), "column", most=len(public))
    return Table("funds", words("table_funds"), tuple(columns), tuple(rows), words("note_funds"), heads, chart)


def _base_column(told: ReportContext) -> Any:
    return column(told.words, "base_a_year", "million", 1.2, digits=1, meaning="explains_a_year", titled=told.other)


def _fund_row(told: ReportContext, name: str, own: tuple[str, ...], interval: bool = False) -> dict[str, Cell | str]:
    measured = told.measured
    row: dict[str, Cell | str] = {"fund": name}
    for year in measured.years:
        row[f"y{year}"] = _cell(float(measured.paid(own, year=year).mean()), told)
    series = measured.paid(own) / len(measured.years)
    found = measured.estimate(series)
    row["a_year"] = _cell(found.mean, told)
    if interval:
        places = probability_wording.digits(found.low / MILLION, found.high / MILLION)
        said = probability_wording.with_interval(found.mean / MILLION, found.low / MILLION, found.high / MILLION, "", told.words)
        row["a_year"] = Cell(round(found.mean / MILLION, 2 if places is None else max(0, places)), said)
    if measured.base is not None:
        base = measured.paid(own, base=True) / len(measured.years)
        row["base_a_year"] = _cell(float(base.mean()), told)
    return row


def _cell(yuan: float, told: ReportContext) -> Cell:
    value = yuan / MILLION
    return Cell(round(value, 2), told.words.number(value, "") if abs(yuan) >= SMALLEST else "0")


def uses(told: ReportContext) -> Table:
    """The largest uses of public money, with what goes unpaid."""
    words, measured = told.words, told.measured
    spent = {
        (fund, use): measured.paid((fund,), use) / len(measured.years)
        for fund, use in sorted({(key[2], key[3]) for key in measured.payments.columns})
        if fund not in NOT_PUBLIC
    }
    short = {use: float(series.mean()) / len(measured.years) for use, series in unpaid_uses(told)}
    largest = sorted(spent, key=lambda key: -float(spent[key].mean()))[:MOST]
    rows: list[Row] = []
    for fund, use in largest:
        found = measured.estimate(spent[fund, use])
        said = probability_wording.with_interval(found.mean / MILLION, found.low / MILLION, found.high / MILLION, "", words)
        rows.append({
            "use": use_name(use, told), "fund": fund_name(fund, told), "a_year": Cell(round(found.mean / MILLION, 2), said),
            "unpaid": _cell(short.get(use, 0.0), told),
        })  # fmt: skip
    columns = (
        column(words, "use", width=2.4), column(words, "fund", width=2.2),
        column(words, "a_year", "million", width=2.0), column(words, "unpaid", "million"),
    )  # fmt: skip
    chart = Chart(words("table_uses"), "use", ("a_year",))
    return Table("uses", words("table_uses"), columns, tuple(rows), words("note_uses", count=len(rows)), chart=chart)
