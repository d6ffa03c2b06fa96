"""What ``backtest`` prints and draws: predictions with their bands, what was published, and the rivals beside."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from rich.console import RenderableType
from rich.text import Text

from experiments.briefing import style
from experiments.briefing.page import PLAIN, SMALL, TITLE, Page
from experiments.briefing.reports import table_of
from experiments.briefing.style import BLUE, GREY, INK, LINE, VERMILLION
from experiments.briefing.words import LANGUAGES, Words

NAMES = 4.1  # inches for the names of figures
ROW = 0.42  # inches of height for each
RIVALS = {"trend": ("D", GREY), "static": ("s", VERMILLION)}
Line = Mapping[str, Any]


def answer(made: Mapping[str, Any], language: str) -> Iterator[RenderableType]:
    """The whole answer on the console."""
    words = Words(language)
    lines = made["figures"]
    yield Text(words("backtest_heading", vantage=_vantage(made, words)), style="bold")
    yield _predictions([line for line in lines if line["use"] == "hold_out"], words)
    yield Text(words("backtest_scores"), style="bold")
    yield _scores(made["scores"], words)
    yield Text(words("backtest_used"), style="bold")
    yield _used([line for line in lines if line["use"] != "hold_out"], words)
    yield words("backtest_held", **{key: made["scores"]["used"][key] for key in ("figures", "lives", "hits")})
    yield Text(words("backtest_meaning"))
    yield Text(f"\n{words('heading_sources')}", style="bold")
    for line in lines:
        said = words("source_line", name=words.of(line["name"]), when=line["when"], note=words.of(line["note"]))
        yield Text(f"{said} [{line['key']}] {line['publisher']}")


def _vantage(made: Mapping[str, Any], words: Words) -> str:
    return str(made["vantage"]) if made["vantage"] else words("backtest_now")


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


def tidy(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The data of the figure: a row for each figure held out that was predicted."""
    return [
        {
            **{key: line[key] for key in ("id", "when", "unit", "published", "low", "mean", "high", "hit", "crps")},
            **{name: line["rivals"].get(name, {}).get("mean") for name in RIVALS},
            "name_zh": f"{line['name']['zh']} {line['place']['zh']}", "name_en": f"{line['name']['en']}, {line['place']['en']}",
        }
        for line in lines if line["use"] == "hold_out" and line["mean"] is not None
    ]  # fmt: skip


def figure(rows: Sequence[Mapping[str, Any]], language: str, facts: Mapping[str, Any]) -> Figure:
    """Predictions less what was published, a row each: shares in points above, everything else in percent below.

    ``rows``: see ``tidy``; ``facts``: vantage, seed, runs, version, hash.
    """
    words = Words(language, minus="\u2212")
    panels = [
        ("backtest_points", [row for row in rows if row["unit"] == "share"]),
        ("backtest_percent", [row for row in rows if row["unit"] != "share"]),
    ]
    panels = [(label, part) for label, part in panels if part]
    with style.house_style():
        page = Page(9.6, 2.6 + sum(ROW * len(part) + 0.75 for _, part in panels))
        page.top(words("backtest_title"), TITLE, weight="bold", gap=0.08)
        vantage = facts["vantage"] or words("backtest_now")
        page.top(words("backtest_is", vantage=vantage), PLAIN, color=GREY)
        page.legend(_marks(words))
        page.bottom(words("backtest_footer", **{key: facts[key] for key in ("seed", "runs", "version", "hash")}), SMALL)
        page.bottom(words("backtest_is_not"), SMALL + 0.5, gap=0.1)
        for label, part in panels:
            height = ROW * len(part)
            rest = page.above - page.below - height - 0.35
            axes = page.axes(left=NAMES, right=0.55, top=0.2, bottom=rest)
            page.above -= height + 0.75
            _panel(axes, part, words, language, words(label))
    return page.figure


def _panel(axes: Axes, rows: Sequence[Mapping[str, Any]], words: Words, language: str, label: str) -> None:
    for place, row in enumerate(reversed(rows)):
        low, mean, high = (_apart(row[key], row) for key in ("low", "mean", "high"))
        axes.plot([low, high], [place, place], color=BLUE, linewidth=5, alpha=0.35 if row["hit"] else 0.8, solid_capstyle="butt")
        axes.plot([mean], [place], "o", color=BLUE, markersize=5)
        for name, (mark, colour) in RIVALS.items():
            if row[name] is not None:
                axes.plot([_apart(row[name], row)], [place], mark, color=colour, markersize=4.5, markerfacecolor="none")
    axes.axvline(0.0, color=INK, linewidth=1.1)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    names = [f"{row[f'name_{language}']}{words('comma')}{row['when']}" for row in reversed(rows)]
    wrapped = [style.wrap(name, NAMES - 0.75, SMALL + 0.5) for name in names]
    axes.set_yticks(range(len(rows)), wrapped, fontsize=SMALL + 0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_xlabel(label, fontsize=SMALL + 0.5)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _apart(value: float, row: Mapping[str, Any]) -> float:
    happened = float(np.mean(row["published"]))
    return 100.0 * (value - happened) if row["unit"] == "share" else 100.0 * (value / happened - 1.0)


def _marks(words: Words) -> list[Line2D]:
    model = Line2D([], [], color=BLUE, marker="o", linewidth=5, alpha=0.6, markersize=5, label=words("backtest_model"))
    rivals = [
        Line2D([], [], color=colour, marker=mark, linestyle="none", markerfacecolor="none", label=words(f"who_{name}"))
        for name, (mark, colour) in RIVALS.items()
    ]
    return [model, *rivals]


def said(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """The figure for those who cannot see it."""
    words = Words(language)
    parts = [
        words("source_line", name=row[f"name_{language}"], when=row["when"], note=words("range_signed",
              low=words.number(row["low"], row["unit"]), high=words.quantity(row["high"], row["unit"])) + words("semicolon")
              + words.quantity(float(np.mean(row["published"])), row["unit"]) + words("semicolon")
              + words("backtest_hit" if row["hit"] else "backtest_miss"))
        for row in rows
    ]  # fmt: skip
    return words("gap").join([words("backtest_title"), *parts])


def draw(made: Mapping[str, Any], manifest: Mapping[str, Any], folder: Path, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """The figure in ``folder``, in each language as PNG, SVG and text, with its data as CSV beside; their paths."""
    from experiments.files import write_csv

    folder.mkdir(exist_ok=True)
    rows = tidy(made["figures"])
    facts = {
        "vantage": made["vantage"], "seed": manifest["seed"], "runs": manifest["replications"]["completed"],
        "version": manifest["program"]["version"], "hash": manifest["hash"][:12],
    }  # fmt: skip
    paths = [folder / "backtest.csv"]
    write_csv(paths[0], [{**row, "published": float(np.mean(row["published"]))} for row in rows])
    for language in languages if rows else ():
        provenance = "; ".join(f"{key}: {value}" for key, value in facts.items())
        paths += style.save(figure(rows, language, facts), folder / f"backtest-{language}", said(rows, language), provenance)
    return paths
