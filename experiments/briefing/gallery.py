"""Every picture that result folders can support, drawn from their files alone, in the order of a brief.

The first folder is the one briefed. Others of a run are held against it; folders of sweeps, sensitivity analyses and solving
add the pictures that answer "what moves it" and "how much is enough". What a folder lacks has no picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas
from matplotlib.figure import Figure

from experiments.briefing import described, figures, pictures, style
from experiments.briefing.words import Words
from experiments.designs import safe
from experiments.results import Results

#: The parts of a brief that a picture may belong to.
SECTIONS = ("answer", "goals", "moves", "money", "who", "risks", "life", "other")


@dataclass(frozen=True)
class Picture:
    """A drawn figure with all that goes with it; texts are in ``language``.

    ``id``: a name for files, without language; ``data``: what is drawn, tidy; ``alt``: what it shows, for those who cannot see
    it; ``caption``: one sentence to stand under it; ``section``: one of ``SECTIONS``; ``provenance``: what made the numbers.
    """

    id: str
    title: str
    figure: Figure
    data: pandas.DataFrame
    alt: str
    caption: str
    section: str
    language: str
    provenance: str


def gallery(results: Sequence[Results], language: str) -> Iterator[Picture]:
    """The pictures of these folders, one after another, so that only one need be in memory.

    ``results``: the briefed run first.
    """
    briefed = results[0]
    yield from _fans(briefed, language)
    yield _scoreboard(briefed, language)


def save(picture: Picture, folder: Path, kinds: Sequence[str] = style.KINDS) -> list[Path]:
    """Write ``ID-LANGUAGE`` as PNG at 300 dpi, SVG and PDF with title, description and provenance inside, ``ID-LANGUAGE.txt``
    (the description) and ``ID.csv`` (the data); the paths. The same picture gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = safe(picture.id)
    data = folder / f"{name}.csv"
    picture.data.to_csv(data, index=False, encoding="utf-8-sig", lineterminator="\n")
    stem = folder / f"{name}-{picture.language}"
    return [data, *style.save(picture.figure, stem, picture.alt, picture.provenance, kinds, picture.title)]


def _fans(briefed: Results, language: str) -> Iterator[Picture]:
    words, facts = Words(language), pictures.facts(briefed)
    indicators = briefed.manifest["indicators"]
    for name, subject in indicators.items():
        if not subject["headline"]:
            continue
        band, reference, threshold = briefed.bands("county", name), None, subject.get("threshold")
        if subject.get("reference"):
            against = briefed.bands("county", subject["reference"])
            reference = (indicators[subject["reference"]]["name"], against)
        figure = figures.fan_chart(band, subject, language, facts, reference, threshold)
        alt = described.fan_chart(band, subject, language, reference, threshold)
        title = words.of(subject["name"])
        data = pictures.tidy([band] if reference is None else [band, reference[1]])
        yield Picture(
            f"fan-{name}", title, figure, data, alt, words("fan_is_not"), "answer", language, pictures.provenance(facts)
        )


def _scoreboard(briefed: Results, language: str) -> Picture:
    words, facts = Words(language), pictures.facts(briefed)
    shown = pictures.of_the_plan(briefed.goals)
    figure, alt = figures.goal_scoreboard(shown, language, facts), described.goal_scoreboard(shown, language)
    table = briefed.table("goals")
    data = table[table["id"].isin([goal["id"] for goal in shown])]
    return Picture(
        "goals", words("scoreboard_title"), figure, data, alt, words("scoreboard_is", runs=facts["runs"]), "goals", language,
        pictures.provenance(facts),
    )  # fmt: skip
