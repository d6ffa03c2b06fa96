"""A figure with its data, texts and provenance, and how it is written to files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas
from matplotlib.figure import Figure

from experiments.reporting.figures import style
from experiments.results.files import safe, write_frame

#: The parts of a brief that a picture may belong to.
SECTIONS = ("answer", "goals", "moves", "money", "who", "risks", "life", "other")


@dataclass(frozen=True)
class Picture:
    """A figure with its data, texts and provenance; texts are in ``language``.

    ``id``: a name for files, without language; ``data``: what is drawn, tidy; ``alt``: what it shows, for those who cannot see
    it; ``caption``: one sentence to stand under it; ``section``: one of ``SECTIONS``; ``provenance``: the run behind the numbers.
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


def save(picture: Picture, folder: Path, kinds: Sequence[str] = style.KINDS) -> list[Path]:
    """Write ``ID-LANGUAGE`` as PNG at 300 dpi, SVG and PDF with title, description and provenance inside, ``ID-LANGUAGE.txt``
    (the description) and ``ID.csv`` (the data); the paths. The same picture gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = safe(picture.id)
    data = folder / f"{name}.csv"
    write_frame(data, picture.data)
    stem = folder / f"{name}-{picture.language}"
    return [data, *style.save(picture.figure, stem, picture.alt, provenance=picture.provenance, kinds=kinds, title=picture.title)]
