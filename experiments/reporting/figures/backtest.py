"""The figure of a back-test: predictions minus published figures, with the baseline predictors beside."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page
from experiments.reporting.figures.style import BLUE, GREY, INK, LINE, VERMILLION
from experiments.reporting.translations import LANGUAGES, Words

NAMES = 4.1  # inches for the names of figures
ROW = 0.42  # inches of height for each
RIVALS = {"trend": ("D", GREY), "static": ("s", VERMILLION)}
Line = Mapping[str, Any]


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


def plot_deviations(rows: Sequence[Mapping[str, Any]], language: str, facts: Mapping[str, Any]) -> Figure:
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
            _panel(axes, part, words, language=language, label=words(label))
    return page.figure


def _panel(axes: Axes, rows: Sequence[Mapping[str, Any]], words: Words, language: str, label: str) -> None:
    for place, row in enumerate(reversed(rows)):
        low, mean, high = (_deviation(row[key], row) for key in ("low", "mean", "high"))
        axes.plot([low, high], [place, place], color=BLUE, linewidth=5, alpha=0.35 if row["hit"] else 0.8, solid_capstyle="butt")
        axes.plot([mean], [place], "o", color=BLUE, markersize=5)
        for name, (mark, colour) in RIVALS.items():
            if row[name] is not None:
                axes.plot([_deviation(row[name], row)], [place], mark, color=colour, markersize=4.5, markerfacecolor="none")
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


def _deviation(value: float, row: Mapping[str, Any]) -> float:
    happened = float(np.mean(row["published"]))
    return 100.0 * (value - happened) if row["unit"] == "share" else 100.0 * (value / happened - 1.0)


def _marks(words: Words) -> list[Line2D]:
    model = Line2D([], [], color=BLUE, marker="o", linewidth=5, alpha=0.6, markersize=5, label=words("backtest_model"))
    rivals = [
        Line2D([], [], color=colour, marker=mark, linestyle="none", markerfacecolor="none", label=words(f"who_{name}"))
        for name, (mark, colour) in RIVALS.items()
    ]
    return [model, *rivals]


def describe(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """The figure in words."""
    words = Words(language)
    parts = [
        words("source_line", name=row[f"name_{language}"], when=row["when"], note=words("range_signed",
              low=words.number(row["low"], row["unit"]), high=words.quantity(row["high"], row["unit"])) + words("semicolon")
              + words.quantity(float(np.mean(row["published"])), row["unit"]) + words("semicolon")
              + words("backtest_hit" if row["hit"] else "backtest_miss"))
        for row in rows
    ]  # fmt: skip
    return words("gap").join([words("backtest_title"), *parts])


def render(
    result: Mapping[str, Any], manifest: Mapping[str, Any], folder: Path, languages: Sequence[str] = LANGUAGES
) -> list[Path]:
    """The figure in ``folder``, in each language as PNG, SVG and text, with its data as CSV beside; their paths."""
    from experiments.results.files import write_csv

    folder.mkdir(exist_ok=True)
    rows = tidy(result["figures"])
    facts = {
        "vantage": result["vantage"], "seed": manifest["seed"], "runs": manifest["replications"]["completed"],
        "version": manifest["program"]["version"], "hash": manifest["hash"][:12],
    }  # fmt: skip
    paths = [folder / "backtest.csv"]
    write_csv(paths[0], [{**row, "published": float(np.mean(row["published"]))} for row in rows])
    for language in languages if rows else ():
        provenance = "; ".join(f"{key}: {value}" for key, value in facts.items())
        paths += style.save(
            plot_deviations(rows, language, facts), folder / f"backtest-{language}", describe(rows, language), provenance
        )
    return paths
