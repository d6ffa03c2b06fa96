"""The picture of an optimisation: every plan of the frontier with intervals from fresh random draws, and the present plan."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas
from matplotlib.figure import Figure

from experiments.reporting.figures import style
from experiments.reporting.figures.page import PLAIN, SMALL, TITLE, Page, cell, value_axis
from experiments.reporting.figures.style import BLUE, GREY, LINE, VERMILLION, wrap
from experiments.reporting.translations import LANGUAGES, Words, probability
from experiments.results import output_folder
from experiments.results.files import write_csv

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def render(folder: Path, manifest: Mapping[str, Any], languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """``figures/frontier-zh`` and so on (PNG, SVG, PDF, description) and ``frontier.csv``, the data; their paths."""
    data = points(manifest)
    with output_folder.building(folder) as new:
        target = new / "figures"
        target.mkdir()
        paths = [target / "frontier.csv"]
        write_csv(paths[0], data.to_dict("records"))
        for language in languages:
            description = describe(data, manifest, language)
            provenance = f"seed: {manifest['seed']}; hash: {manifest['hash'][:12]}"
            paths += style.save(plot_frontier(data, manifest, language), target / f"frontier-{language}", description, provenance)
    return [folder / path.relative_to(new) for path in paths]


def points(manifest: Mapping[str, Any]) -> pandas.DataFrame:
    """A row for each plan and goal: ``plan`` (0: as it runs), ``goal``, margin and probability (fresh draws) with intervals."""
    rows = []
    for number, row in enumerate(manifest["frontier"]):
        for goal, each in row["goals"].items():
            margin = {f"margin_{key}": each["margin"][key] for key in ("mean", "low", "high")}
            met = {f"met_{key}": each["met"][key] for key in ("share", "low", "high", "bound")}
            rows.append({"plan": number, "goal": goal, **margin, **met, "regret": each["regret"]["value"]})
    return pandas.DataFrame(rows)


def plan_label(number: int, words: Words) -> str:
    """The label of a plan: the present plan, or a letter."""
    return words("frontier_now") if number == 0 else words("frontier_plan", letter=LETTERS[(number - 1) % len(LETTERS)])


def plot_frontier(data: pandas.DataFrame, manifest: Mapping[str, Any], language: str) -> Figure:
    """A row for each plan with its money, a panel for each goal with the margin and its 95 % interval on fresh random draws."""
    words = Words(language, minus="\u2212")
    names = {each["id"]: words.of(each["name"]) for each in manifest["programmes"]}
    rows, goals = manifest["frontier"], manifest["goals"]
    lines = [wrap(_money(row, names, words), 3.6, SMALL + 0.5) for row in rows]
    heights = [0.34 + 0.165 * (line.count("\n") + 1) for line in lines]
    left, wide = 4.4, 3.1
    with style.house_style():
        page = Page(left + wide * len(goals) + 0.3, sum(heights) + 3.1)
        page.top(words("frontier_title"), TITLE, weight="bold", gap=0.08)
        page.top(
            words("frontier_is", fresh=manifest["fresh"], money=words.sum_in_table(manifest["money"])),
            PLAIN,
            color=GREY,
        )
        page.bottom(words("frontier_footer", title=words.of(manifest["title"]), seed=manifest["seed"],
                          version=manifest["program"]["version"] or "", hash=manifest["hash"][:12]), SMALL)  # fmt: skip
        page.bottom(words("divide_note"), SMALL + 0.5, gap=0.12)
        for place, (goal, subject) in enumerate(goals.items()):
            right = page.width - left - wide * (place + 1) + 0.25
            axes = page.axes(left=left + wide * place, right=right, top=0.75, bottom=0.45)
            own = data[data["goal"] == goal].set_index("plan")
            middle = 0.0
            for number, height in enumerate(heights):
                _mark(axes, own.loc[number], middle + height / 2, now=number == 0, words=words)
                if place == 0:
                    inch = axes.get_position().width * page.width
                    x = -(left - page.side) / inch
                    head: dict[str, Any] = {"weight": "bold", "transform": axes.get_yaxis_transform()}
                    cell(axes, x, middle + 0.14, plan_label(number, words), size=PLAIN - 0.5, **head)
                    cell(axes, x, middle + 0.26, lines[number], size=SMALL + 0.5, color=GREY, va="top",
                         transform=axes.get_yaxis_transform())  # fmt: skip
                middle += height
                axes.axhline(middle, color=LINE, linewidth=0.5)
            axes.axvline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
            axes.set_ylim(middle, 0)
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
            axes.margins(x=0.12)
            value_axis(axes.xaxis, subject["unit"], words, difference=True)
            axes.tick_params(axis="x", labelsize=SMALL + 0.5)
            axes.grid(axis="x")
            axes.set_axisbelow(True)
            unit = words.unit(subject["unit"], difference=True)
            title = words("frontier_margin", name=words.of(subject["name"]), unit=unit)
            axes.set_title(wrap(title, wide - 0.35, PLAIN - 0.5), fontsize=PLAIN - 0.5, loc="left", pad=8)
    return page.figure


def _mark(axes: Any, row: pandas.Series, height: float, now: bool, words: Words) -> None:
    color, marker = (VERMILLION, "D") if now else (BLUE, "o")
    axes.plot([row["margin_low"], row["margin_high"]], [height, height], color=color, linewidth=2.2, solid_capstyle="butt")
    look: dict[str, Any] = {"markerfacecolor": "white" if now else color, "markersize": 6.5}
    axes.plot([row["margin_mean"]], [height], marker=marker, color=color, **look)
    axes.annotate(
        _chance(row, words), (row["margin_mean"], height), xytext=(0, 6), textcoords="offset points", fontsize=SMALL, ha="center"
    )


def _chance(row: pandas.Series, words: Words) -> str:
    """The probability on fresh random draws; a bound where none or all of the replications met the goal."""
    bound = row["met_bound"] if isinstance(row["met_bound"], str) else None  # a column without any is a column of NaN
    return probability(words, {"probability": row["met_share"], "low": row["met_low"], "high": row["met_high"], "bound": bound})


def _money(row: Mapping[str, Any], names: Mapping[str, str], words: Words) -> str:
    money = [f"{names[name]} {words.sum_in_table(yuan)}" for name, yuan in row["money"].items()]
    beaten = [words("divide_beaten")] if row["beaten_by"] else []
    return words("comma").join([*money, f"{words('divide_reserve')} {words.sum_in_table(row['reserve'])}", *beaten])


def describe(data: pandas.DataFrame, manifest: Mapping[str, Any], language: str) -> str:
    """The picture in words."""
    words = Words(language)
    names = {each["id"]: words.of(each["name"]) for each in manifest["programmes"]}
    sentences = [words("frontier_title")]
    for number, row in enumerate(manifest["frontier"]):
        own = data[data["plan"] == number].set_index("goal")
        chances = (f"{words.of(subject['name'])} {_chance(own.loc[goal], words)}" for goal, subject in manifest["goals"].items())
        sentences.append(f"{plan_label(number, words)}: {_money(row, names, words)}; {words('comma').join(chances)}")
    return words("gap").join(words("sentence", text=text) for text in sentences)
