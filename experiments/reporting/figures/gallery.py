"""Every picture that result folders have the data for, drawn from their files alone, in the order of a brief.

The first folder is the one briefed. Further runs are compared with it; folders of sweeps, sensitivity analyses and solving
add the pictures that answer "what moves it" and "how much is enough". A picture whose data a folder lacks is left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas
from matplotlib.figure import Figure

from experiments.analyses import settings
from experiments.reporting import figure_data, goal_selection
from experiments.reporting.figures import (
    alt_text,
    early_warning,
    goal_probabilities,
    goal_scoreboard,
    household_story_figure,
    incomes_and_monitoring,
    provenance,
    spending,
    study_figures,
    township_tiles,
)
from experiments.reporting.figures import fan_chart as fans
from experiments.reporting.figures.page import footer
from experiments.reporting.figures.picture import SECTIONS, Picture, save
from experiments.reporting.figures.provenance import KINDS
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results import output_folder
from experiments.results.files import safe, same_file
from experiments.results.folder import Results

__all__ = ["SECTIONS", "Picture", "gallery", "save"]

#: Indicators that show how records drift from the truth.
DIVERGENCE = {"true": "relapse_rate", "observed": "relapse_recorded", "polished": "relapse_polished"}

#: Townships in pictures: indicator, title, note.
TOWNSHIPS = (
    ("at_risk_share", "tiles_risk_title", "risks"),
    ("relapse_rate", "tiles_relapse_title", "risks"),
    ("enclaves_producing", "tiles_enclaves_title", "who"),
    ("enclave_registered", "tiles_jobs_title", "who"),
)


def gallery(results: Sequence[Results], language: str) -> Iterator[Picture]:
    """The pictures of these folders, one after another, so that only one need be in memory.

    ``results``: the briefed run first; folders without a manifest (sensitivity, solve) as ``Results(path)``. Raises ValueError
    where the first is no run, or none of its replications finished.
    """
    briefed = results[0]
    if figure_data.kind(briefed) != "run" or not briefed.manifest["replications"]["completed"]:
        raise ValueError(f"{briefed.folder} holds no run with a finished replication: there is nothing to draw")
    seen: set[str] = set()
    for picture in _all(briefed, results, language):  # two folders of one name are two pictures
        number = 1
        while same_file(name := picture.id if number == 1 else f"{picture.id}-{number}") in seen:
            number += 1
        seen.add(same_file(name))
        yield replace(picture, id=name) if number > 1 else picture


def _all(briefed: Results, results: Sequence[Results], language: str) -> Iterator[Picture]:
    others = [each for each in results[1:] if figure_data.kind(each) == "run"]
    render = _FigureMaker(briefed, language)
    yield from first_pictures(briefed, language)
    yield from render.by_year()
    yield from render.goal_curves()
    for other in others:
        yield from render.against(other)
    for each in results[1:]:
        for picture in study_figures.pictures_of_study(each, language):
            yield replace(picture, id=f"{safe(each.folder.name)}-{picture.id}")
    yield from render.money()
    yield from render.who()
    yield from render.townships()
    yield from household_story_figure.pictures_of_story(briefed, language)
    yield from render.other_fans()


def first_pictures(briefed: Results, language: str) -> Iterator[Picture]:
    """What a run draws at its end: fan charts of the headline indicators, the drift of records where there is any, and the
    scoreboard.
    """
    render = _FigureMaker(briefed, language)
    yield from render.fans()
    yield from render.divergence()
    yield render.scoreboard()


def picture_of(briefed: Results, what: str, language: str) -> Picture:
    """One picture of a run: its "goals", or the fan chart of an indicator. KeyError if it measures no such indicator."""
    render = _FigureMaker(briefed, language)
    return render.scoreboard() if what == "goals" else render.fan(what, "other")


def comparison_pictures(first: Results, other: Results, language: str) -> Iterator[Picture]:
    """Another scenario compared with the first: probabilities with paired differences, then flips."""
    yield from _FigureMaker(first, language).against(other)


class _FigureMaker:
    """The pictures of one run, in one language."""

    def __init__(self, briefed: Results, language: str) -> None:
        self.briefed, self.language = briefed, language
        self.words, self.facts = Words(language), provenance.facts(briefed)

    def picture(
        self, name: str, title: str, figure: Figure, data: pandas.DataFrame, alt: str, caption: str, section: str
    ) -> Picture:
        """A picture with the provenance of the run."""
        return Picture(
            name,
            title,
            figure,
            data=data,
            alt=alt,
            caption=caption,
            section=section,
            language=self.language,
            provenance=provenance.provenance(self.facts),
        )

    def fans(self) -> Iterator[Picture]:
        """Fan charts of the headline indicators."""
        for name, subject in self.briefed.manifest["indicators"].items():
            if subject["headline"]:
                yield self.fan(name, "answer")

    def other_fans(self) -> Iterator[Picture]:
        """Fan charts of indicators that have published figures to compare with."""
        months = self.briefed.manifest["months"]
        for name, subject in self.briefed.manifest["indicators"].items():
            if not subject["headline"] and figure_data.find_published(name, months[0], months[-1]):
                yield self.fan(name, "other")

    def fan(self, name: str, section: str) -> Picture:
        """The fan chart of one indicator."""
        words, indicators, months = self.words, self.briefed.manifest["indicators"], self.briefed.manifest["months"]
        subject = indicators[name]
        band, reference, threshold = self.briefed.bands("county", name), None, subject.get("threshold")
        if subject.get("reference"):
            against = self.briefed.bands("county", subject["reference"])
            reference = (indicators[subject["reference"]]["name"], against)
        known = figure_data.find_published(name, months[0], months[-1])
        events = figure_data.find_events(self.briefed)
        figure = fans.plot_fan_chart(
            band,
            subject,
            self.language,
            facts=self.facts,
            reference=reference,
            threshold=threshold,
            events=events,
            published=known,
        )
        alt = alt_text.describe_fan_chart(band, subject, self.language, reference=reference, threshold=threshold)
        for each in known:
            when, value = "–".join(dict.fromkeys(each["span"])), words.target(each["published"], subject["unit"])
            alt += words("gap") + words("described_published", place=words.of(each["place"]), when=when, value=value)
        caption = words.of(subject.get("definition")) or words.of(subject["name"])
        data = provenance.tidy([band] if reference is None else [band, reference[1]])
        return self.picture(
            f"fan-{name}", words.of(subject["name"]), figure, data=data, alt=alt, caption=caption, section=section
        )

    def divergence(self) -> Iterator[Picture]:
        """The drift of records from the truth, where a scenario lets the assessment distort records."""
        words, known = self.words, self.briefed.manifest["indicators"]
        if not all(name in known for name in DIVERGENCE.values()):
            return
        bands = {key: self.briefed.bands("county", name) for key, name in DIVERGENCE.items()}
        if not (bands["polished"]["p95"] > 0).any():
            return
        names = {key: known[name]["name"] for key, name in DIVERGENCE.items()}
        figure = early_warning.plot_divergence(**bands, names=names, language=self.language, footer=footer(self.facts, words))
        ends = {key: words.quantity(float(band["p50"].iloc[-1]), "share") for key, band in bands.items()}
        alt = words("gap").join(words("sentence", text=words(key, **ends)) for key in ("divergence_title", "divergence_said"))
        data = pandas.concat([provenance.tidy([band]).assign(indicator=DIVERGENCE[key]) for key, band in bands.items()])
        yield self.picture(
            "divergence", words("divergence_title"), figure, data=data, alt=alt, caption=words("divergence_note"), section="risks"
        )

    def scoreboard(self) -> Picture:
        """The goals as they stand at the end."""
        words, shown = self.words, goal_selection.plan_goals(self.briefed.goals)
        figure, alt = (
            goal_scoreboard.plot_scoreboard(shown, self.language, self.facts),
            alt_text.describe_scoreboard(shown, self.language),
        )
        table = self.briefed.table("goals")
        data = table[table["id"].isin([goal["id"] for goal in shown])]
        caption = words("scoreboard_is", runs=self.facts["runs"])
        return self.picture("goals", words("scoreboard_title"), figure, data=data, alt=alt, caption=caption, section="goals")

    def by_year(self) -> Iterator[Picture]:
        """When goals become unlikely."""
        words, data = self.words, figure_data.tabulate_chances(self.briefed)
        if data.empty:
            return
        figure = goal_probabilities.plot_chance_by_year(data, self.language, self.facts)
        items = []
        for _goal, own in data.groupby("goal", sort=False):
            path = (
                f"{row.year} {goal_probabilities.format_chance(row.probability, row.low, row.high, words)}"
                for row in own.itertuples()
            )
            name, verdict = own[f"name_{self.language}"].iloc[0], goal_probabilities.judge_path(own, words)
            items.append(words("described_path", name=name, path=words("comma").join(path), verdict=verdict))
        alt = words("gap").join([words("sentence", text=words("chance_by_year_title")), *items])
        title, caption = words("chance_by_year_title"), words("chance_by_year_is")
        yield self.picture("chance-by-year", title, figure, data=data, alt=alt, caption=caption, section="goals")

    def goal_curves(self) -> Iterator[Picture]:
        """Growth over the assumed gap to the province, relapse over its threshold."""
        words, briefed = self.words, self.briefed
        limit = briefed.manifest["parameters"].get("thresholds.relapse_share")
        gaps = {"curve_here": briefed, "curve_without": figure_data.without_policy(briefed)}
        known = {label: figure_data.read_gap(each) for label, each in gaps.items() if each is not None}
        marks = {
            "growth": [(gap, label) for label, gap in known.items() if gap is not None],
            "relapse": [(limit, "curve_threshold")] if limit is not None else [],
        }
        for kind, goals in (("growth", ["G2"]), ("relapse", ["R2", "R3"])):
            data = figure_data.tabulate_curve(briefed, goals)
            if data.empty or not data["runs"].all():
                continue
            figure = goal_probabilities.plot_goal_curves(kind, data, marks[kind], self.language, self.facts)
            items = []
            for row in data[np.isclose(data["at"] % 0.01, 0) | np.isclose(data["at"] % 0.01, 0.01)].to_dict("records"):
                at = goal_probabilities.format_place(kind, row["at"], words)
                chance = goal_probabilities.format_chance(row["probability"], row["low"], row["high"], words)
                items.append(words("described_item", name=f"{row[f'name_{self.language}']} {at}", value=chance))
            title = words(f"curve_{kind}_title")
            items += [words(label, at=goal_probabilities.format_place(kind, at, words)) for at, label in marks[kind]]
            alt = _describe_items(words, title, items)
            yield self.picture(f"curve-{kind}", title, figure, data, alt, words(f"curve_{kind}_is"), "goals")

    def against(self, other: Results) -> Iterator[Picture]:
        """Another scenario on common random numbers: probabilities with paired differences, and flips."""
        words, data = self.words, figure_data.compare_goals(self.briefed, other)
        if data.empty:
            return
        named = [provenance.drawable(settings.title(each.manifest["scenario"]))[self.language] for each in (self.briefed, other)]
        titles = (named[0], named[1])
        name = other.manifest["scenario"]["id"]
        figure = goal_probabilities.plot_comparison(data, titles, self.language, self.facts)
        items = []
        for row in data.to_dict("records"):
            values = {key: goal_probabilities.format_points(row[key], words) for key in ("difference", "low", "high")}
            sides = {side: words.percent(row[side]) for side in ("first", "other")}
            items.append(words("described_difference", name=row[f"name_{self.language}"], **sides, **values))
        title = words("comparison_title", other=titles[1], first=titles[0])
        alt = words("gap").join([words("sentence", text=title), *items])
        kept = data.drop(columns=["both", "helped", "harmed", "neither"])
        yield self.picture(
            f"comparison-{name}", title, figure, data=kept, alt=alt, caption=words("comparison_is"), section="goals"
        )
        counts = data[["goal", "name_zh", "name_en", "both", "helped", "harmed", "neither"]]
        figure = goal_probabilities.plot_flips(counts, titles, self.language, self.facts)
        title = words("flips_title", other=titles[1], first=titles[0])
        rows = counts.to_dict("records")
        items = [words("described_flips", name=row[f"name_{self.language}"], **{k: row[k] for k in ("helped", "harmed")})
                for row in rows]  # fmt: skip
        alt = words("gap").join([words("sentence", text=title), *items])
        pairs = int(data[["both", "helped", "harmed", "neither"]].iloc[0].sum())
        yield self.picture(
            f"flips-{name}", title, figure, data=counts, alt=alt, caption=words("flips_is", pairs=pairs), section="goals"
        )

    def money(self) -> Iterator[Picture]:
        """Purses by use and by year."""
        words = self.words
        by_use, by_year = figure_data.tabulate_purses(self.briefed)
        if by_use.empty:
            return
        sums = by_use.groupby("fund", sort=False).agg({f"fund_{self.language}": "first", "yuan": "sum"})
        items = [
            words("described_item", name=name, value=spending.amount(yuan, words)) for name, yuan in sums.itertuples(index=False)
        ]
        for name, title, data, figure in (
            ("budget-uses", "uses", by_use, spending.plot_uses(by_use, self.language, self.facts)),
            ("budget-years", "by_year", by_year, spending.plot_by_year(by_year, self.language, self.facts)),
        ):
            alt = _describe_items(words, words(f"{title}_title"), items)
            yield self.picture(
                name, words(f"{title}_title"), figure, data=data, alt=alt, caption=words(f"{title}_is"), section="money"
            )

    def who(self) -> Iterator[Picture]:
        """Incomes by source and segment, their spread, and whom monitoring reaches."""
        words, language = self.words, self.language
        sources = figure_data.tabulate_incomes(self.briefed)
        if not sources.empty:
            items = [words("described_item", name=f"{row[f'name_{language}']} {row['year']}",
                          value=words.quantity(row["total"], "yuan")) for row in sources.to_dict("records")]  # fmt: skip
            figure = incomes_and_monitoring.plot_income_sources(sources, language, self.facts)
            alt = _describe_items(words, words("sources_title"), items)
            yield self.picture(
                "income-sources",
                words("sources_title"),
                figure,
                data=sources,
                alt=alt,
                caption=words("sources_is"),
                section="who",
            )
        spread = figure_data.tabulate_spread(self.briefed, incomes_and_monitoring.HIGHEST)
        if not spread.empty:
            figure = incomes_and_monitoring.plot_spread(
                spread, figure_data.find_lines(self.briefed, language), language, self.facts
            )
            alt = _describe_items(words, words("spread_title"), list(_below(spread, words)))
            yield self.picture(
                "income-spread", words("spread_title"), figure, data=spread, alt=alt, caption=words("spread_is"), section="who"
            )
        stages, delays = figure_data.tabulate_monitoring(self.briefed)
        if not stages.empty:
            figure = incomes_and_monitoring.plot_funnel(stages, delays, language, self.facts)
            items = [words("described_item", name=words(f"group_{row['group']}") + words("gap") + words(f"stage_{row['stage']}"),
                          value=words.quantity(row["mean"], "households")) for row in stages.to_dict("records")]  # fmt: skip
            alt = _describe_items(words, words("funnel_title"), items)
            data = pandas.concat([stages, delays])
            yield self.picture(
                "monitoring-funnel",
                words("funnel_title"),
                figure,
                data=data,
                alt=alt,
                caption=words("funnel_is"),
                section="risks",
            )

    def townships(self) -> Iterator[Picture]:
        """Tiles and dots, in the order of the official list, of risk and enclaves."""
        words = self.words
        for indicator, title, section in TOWNSHIPS:
            data = figure_data.tabulate_places(self.briefed, indicator)
            if data.empty or data["mean"].isna().all():
                continue
            record = self.briefed.manifest["indicators"][indicator]
            ratio = record["unit"] == "share"
            subject = {"title": words(title), "name": record["name"], "unit": record["unit"], "note": words("tiles_alike"),
                       "county": figure_data.read_county_level(self.briefed, indicator) if ratio else None}  # fmt: skip
            figure = township_tiles.plot_tiles(data, subject, self.language, self.facts)
            known = data.dropna(subset=["mean"])
            items = [words("described_item", name=row[f"name_{self.language}"], value=words.quantity(row["mean"], record["unit"]))
                    for row in known.to_dict("records")]  # fmt: skip
            alt = _describe_items(words, words(title), items)
            caption = words("tiles_is", name=words.of(record["name"])) + words("gap") + words("tiles_note")
            yield self.picture(
                f"townships-{indicator}", words(title), figure, data=data, alt=alt, caption=caption, section=section
            )


def _below(spread: pandas.DataFrame, words: Words) -> Iterator[str]:
    """The share of persons below ten thousand yuan before and after, by group."""
    for group in dict.fromkeys(spread["group"]):
        own = spread[(spread["group"] == group) & (spread["low"] < 10_000)]
        shares = own.groupby("moment")["share"].sum()
        yield words("described_below", group=words(f"group_{group}"), opening=words.percent(shares["opening"]),
                    end=words.percent(shares["end"]))  # fmt: skip


def _describe_items(words: Words, title: str, items: Sequence[str]) -> str:
    """A title and its items as two sentences."""
    return words("gap").join([words("sentence", text=title), words("sentence", text=words("semicolon").join(items))])


def render(results: Results, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Fan charts of the headline indicators and the scoreboard as PNG and SVG in ``figures``, each with
    its data (CSV) and a description (text); their paths.
    """

    with output_folder.building(results.folder) as new:
        paths = [
            results.folder / path.relative_to(new)
            for language in languages
            for picture in first_pictures(results, language)
            for path in save(picture, new / "figures", KINDS)
        ]
    return list(dict.fromkeys(paths))
