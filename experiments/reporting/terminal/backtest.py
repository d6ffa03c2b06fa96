"""What ``backtest`` prints: predictions with their bands, the published figures, and the baseline predictors beside."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from experiments.reporting.figures.backtest import RIVALS, Line
from experiments.reporting.terminal.prose import Prose
from experiments.reporting.terminal.tables import table_of
from experiments.reporting.translations import Words


def answer(result: Mapping[str, Any], language: str) -> Iterator[RenderableType]:
    """Predictions, scores, figures used for calibration, and sources."""
    words = Words(language)
    lines = result["figures"]
    yield Prose(words("backtest_heading", vantage=_vantage(result, words)), "bold")
    yield _predictions([line for line in lines if line["use"] == "hold_out"], words)
    yield Prose(words("backtest_scores"), "bold")
    yield _scores(result["scores"], words)
    yield Prose(words("backtest_used"), "bold")
    yield _used([line for line in lines if line["use"] != "hold_out"], words)
    yield words("backtest_held", **{key: result["scores"]["used"][key] for key in ("figures", "lives", "hits")})
    yield words("backtest_meaning")
    yield Prose(f"\n{words('heading_sources')}", "bold")
    for line in lines:
        source = words("source_line", name=words.of(line["name"]), when=line["when"], note=words.of(line["note"]))
        yield f"{source} [{line['key']}] {line['publisher']}"


def _vantage(result: Mapping[str, Any], words: Words) -> str:
    return str(result["vantage"]) if result["vantage"] else words("backtest_now")


def _predictions(lines: Sequence[Line], words: Words) -> RenderableType:
    table = table_of(words, "column_figure")
    table.add_column(words("column_when"), no_wrap=True)
    for column in ("column_prediction", "column_published"):
        table.add_column(words(column), overflow="fold")
    for column in ("backtest_column_hit", "column_grade"):
        table.add_column(words(column), no_wrap=True)
    for column in ("column_trend", "backtest_column_static"):
        table.add_column(words(column), justify="right")
    for line in lines:
        rivals = (line["rivals"].get(name, {"mean": None})["mean"] for name in RIVALS)
        table.add_row(
            _name(line, words), line["when"], _band(line, "low", "high", words), _published(line, words),
            words({True: "backtest_hit", False: "backtest_miss", None: "unknown"}[line["hit"]]), line["grade"],
            *("-" if value is None else words.number(value, line["unit"]) for value in rivals),
        )  # fmt: skip
    return table


def _used(lines: Sequence[Line], words: Words) -> RenderableType:
    table = table_of(words, "column_figure")
    table.add_column(words("column_when"), no_wrap=True)
    for column in ("backtest_column_lives", "column_published"):
        table.add_column(words(column), overflow="fold")
    for column in ("column_inside", "column_grade", "column_used"):
        table.add_column(words(column), no_wrap=True)
    for line in lines:
        table.add_row(
            _name(line, words), line["when"], _band(line, "p05", "p95", words), _published(line, words),
            words({True: "inside", False: "outside", None: "unknown"}[line["inside"]]), line["grade"],
            words(f"use_{line['use']}"),
        )  # fmt: skip
    return table


def _scores(scores: Mapping[str, Any], words: Words) -> RenderableType:
    table = table_of(words, "backtest_column_who")
    for column in ("column_coverage", "column_crps", "column_nearer"):
        table.add_column(words(column), justify="right")
    for who in ("model", *RIVALS):
        score = scores[who]
        ratio = score.get("crps_over_model")
        table.add_row(
            words(f"who_{who}"),
            words("of_count", count=score["hits"], of=score["bands"]),
            "1" if who == "model" else "-" if ratio is None else f"{ratio:.2f}",
            "-" if who == "model" else words("of_count", count=score["model_nearer"], of=score["figures"]),
        )
    return table


def _name(line: Line, words: Words) -> str:
    return f"{words.of(line['name'])}\n{words.of(line['place'])}"


def _band(line: Line, low: str, high: str, words: Words) -> str:
    if line["mean"] is None:
        return words("not_measured")
    unit = line["unit"]
    ends = words("range_signed", low=words.number(line[low], unit), high=words.number(line[high], unit))
    return f"{words.quantity(line['mean'], unit)}\n{words('bracketed', text=ends)}"


def _published(line: Line, words: Words) -> str:
    value, unit = line["published"], line["unit"]
    if isinstance(value, Sequence):
        return words("range_signed", low=words.number(value[0], unit), high=words.quantity(value[1], unit))
    return words.quantity(value, unit)
