"""A sensitivity analysis on the terminal: screening, shares of variance, what chance explains, value of information."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table

from experiments.reporting.terminal.prose import Prose
from experiments.reporting.translations import Words

MOST = 12
#: Where random draws and factors interact, intervals from few replicates hold for the random draws of these replicates only.
MUCH_CHANCE, ENOUGH_REPLICATES = 0.2, 8


def answer(
    result: Mapping[str, Any], subjects: Mapping[str, Mapping[str, str]], language: str, folder: Path
) -> Iterator[RenderableType]:
    """Screening, shares of variance and value of information, outcome by outcome; assumed numbers first."""
    words = Words(language)
    yield words("ranking_head", factors=result["factors"], passed=len(result["passed"]))
    for name, rows in result["screening"].items():
        yield Prose(f"\n{words.of(subjects[name])}", "bold")
        yield _screening(rows, words) if rows else words("ranking_nothing")
        shares = result["shares"].get(name)
        if shares:
            if shares["luck_share"] is not None:
                yield words("ranking_luck", luck=words.percent(shares["luck_share"]))
                if shares["luck_share"] >= MUCH_CHANCE and result["replicates"] < ENOUGH_REPLICATES:
                    yield words("ranking_few_replicates", replicates=result["replicates"], enough=ENOUGH_REPLICATES)
            yield _shares(shares["shares"], words("ranking_of_value"), words)
            yield from _probability(shares, words)
        worth = result["worth"].get(name)
        if worth:
            yield words("worth_head", best=worth["best_now"])
            yield _worth(worth, words)
    yield words("ranking_note")
    yield words("folder", out=folder)


def _probability(shares: Mapping[str, Any], words: Words) -> Iterator[RenderableType]:
    skill = shares.get("emulator")
    if skill is None:
        return
    facts = {name: words.percent(max(0.0, skill[name])) for name in ("explained", "covered", "skill")}
    yield words("emulator_trusted" if skill["trusted"] else "emulator_not", **facts, points=skill["points"])
    if shares["probability"]:
        yield _shares(shares["probability"], words("ranking_of_probability"), words)


def _screening(rows: Sequence[Mapping[str, Any]], words: Words) -> Table:
    table = _table(words, "column_factor", "column_evidence", "column_effect", "column_noise")
    for row in rows[:MOST]:
        table.add_row(_name(row, words), words(f"grade_{row['evidence']}"), f"{row['mu_star']:.3g} ± {row['conf']:.2g}",
                      f"{row['noise']:.2g}")  # fmt: skip
    return table


def _shares(rows: Sequence[Mapping[str, Any]], title: str, words: Words) -> Table:
    table = _table(words, "column_factor", "column_evidence", "column_first_order", "column_total")
    table.title, table.title_justify = title, "left"
    for row in rows[:MOST]:
        first, total = (f"{row[key]:.2f} ± {row[f'{key}_conf']:.2f}" for key in ("first", "total"))
        table.add_row(_name(row, words), words(f"grade_{row['evidence']}"), first, total)
    return table


def _worth(worth: Mapping[str, Any], words: Words) -> Table:
    table = _table(words, "column_factor", "column_evidence", "column_worth", "column_changes")
    for row in worth["rows"][:MOST]:
        value = words.quantity(row["value"], worth["unit"], difference=True) if row["value"] else "0"
        table.add_row(_name(row, words), words(f"grade_{row['evidence']}"), value, words.percent(row["changes"]))
    return table


def _name(row: Mapping[str, Any], words: Words) -> str:
    return words.of(row["name"]) + (words("county_mark") if row["county"] else "")


def _table(words: Words, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(columns):
        table.add_column(words(name), justify="left" if number < 2 else "right", overflow="fold")
    return table
