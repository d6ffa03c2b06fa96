"""The picture of one household's life, from ``story.json`` in a result folder: the output of ``xianjie explain --json``."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas

from experiments.reporting import figure_data
from experiments.reporting.figures import household_story, provenance
from experiments.reporting.figures.picture import Picture
from experiments.reporting.household_story import StoryWriter
from experiments.reporting.translations import Words
from experiments.results.folder import Results

#: Kinds of facts shown, the most important first; yearly sums and everyday money are left to the page of ``xianjie explain``.
SHOWN = (
    "fell_below", "rose_above", "at_risk", "case_monitored", "noticed", "help_delivered", "case_eliminated", "died", "admitted",
    "dibao_granted", "dibao_ended", "dibao_refused", "safe", "on_file_below", "help_lapsed", "shed_lost", "herd_lost",
    "house_unsafe", "house_mended", "water_failed", "water_mended", "disabled", "chronic", "loan", "loan_defaulted", "help_asked",
    "help_works", "opens_monitored", "opens_on_dibao", "born", "joined", "left",
)  # fmt: skip


def pictures_of_story(results: Results, language: str) -> Iterator[Picture]:
    """The story line, if the folder holds the story of a household."""
    found = figure_data.read_story(results)
    if found is None:
        return
    from sim.household_trace import fund_names

    words, writer = Words(language), StoryWriter(language, fund_names())
    first = found[0]
    series = [(words.of(provenance.drawable(each["title"])), _months(each["months"])) for each in found[:2]]
    events = [(writer.month(fact["month"]), writer.fact(fact["kind"], fact["values"])) for fact in _chosen(first["facts"])]
    end = first["end"]
    place = {"row": end["row"], "township": words.of(first["township"]), "segment": words.of(first["segment"])}
    title = words("story_title", **place)
    facts = {"title": series[0][0], "replication": first["replication"], "seed": first["seed"]}
    figure = household_story.plot_story(
        series, events, (title, words("story_is", members=end["members"])), language=language, foot=words("story_foot", **facts)
    )
    data = pandas.concat([table.assign(scenario=each["scenario"]) for (_title, table), each in zip(series, found)])
    data["month"] = data["month"].dt.strftime("%Y-%m")
    sentences = [f"{month} {sentence}" for month, sentence in events] + writer.ending(
        end, [_fact(fact) for fact in first["facts"]]
    )
    alt = words("gap").join([words("sentence", text=title), *sentences])
    yield Picture("story", title, figure, data=data, alt=alt, caption=words("story_caption"), section="life", language=language,
                  provenance="; ".join(f"{key}: {value}" for key, value in facts.items() if key != "title"))  # fmt: skip


def _months(rows: Sequence[Mapping[str, Any]]) -> pandas.DataFrame:
    table = pandas.DataFrame(rows)
    table["month"] = [pandas.Timestamp(2021 + month // 12, month % 12 + 1, 1) for month in table["month"]]
    return table


def _chosen(facts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The most important facts, at most as many as a picture has room for, in order of time."""
    ranked = sorted((fact for fact in facts if fact["kind"] in SHOWN), key=lambda fact: SHOWN.index(fact["kind"]))
    kept = ranked[: household_story.MOST]
    return [fact for fact in facts if any(fact is each for each in kept)]


def _fact(fact: Mapping[str, Any]) -> Any:
    from sim.household_trace import Fact

    return Fact(fact["month"], fact["process"], fact["kind"], dict(fact["values"]))
