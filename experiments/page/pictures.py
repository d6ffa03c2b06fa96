"""All figures of a finished run, drawn once for the page: each with its data, formats, description and the part it belongs to."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from experiments.reporting.translations import LANGUAGES
from experiments.results.files import as_json, safe, write_text
from experiments.results.folder import Results
from sim.core.inputs.errors import disk_is_full

FOLDER, INDEX = "pictures", "index.json"
KINDS = ("svg", "png")
COUNTERFACTUAL = "without_policy"


def draw(
    result: Path, folder: Path, study: bool = False, languages: Sequence[str] = LANGUAGES,
    on_picture: Callable[[int], None] = lambda count: None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Draw the figures of a result, beside the run without policy where there is one, or of a ``study``, into ``folder``; what
    the index says. ``on_picture`` gets how many are drawn.

    A figure that cannot be drawn is left out, and the index says why: the others stand. Raises OSError where the disk is full.
    """
    from experiments.reporting.figures import gallery, picture, study_figures

    shown = [Results(result)]
    if (result / COUNTERFACTUAL / "manifest.json").is_file():
        shown.append(Results(result / COUNTERFACTUAL))
    index: list[dict[str, Any]] = []
    for language in languages:
        pictures: Iterator[picture.Picture]
        pictures = study_figures.pictures_of_study(shown[0], language) if study else gallery.gallery(shown, language)
        while True:
            try:
                each = next(pictures)
            except StopIteration:
                break
            except Exception as problem:  # the generator is over with it, but what was drawn stays
                index.append({"language": language, "problem": f"{type(problem).__name__}: {problem}"})
                break
            try:
                picture.save(each, folder, KINDS)
            except Exception as problem:
                if isinstance(problem, OSError) and disk_is_full(problem):
                    raise  # all are drawn once there is room
                index.append({"language": language, "id": each.id, "problem": f"{type(problem).__name__}: {problem}"})
                continue
            facts = {"title": each.title, "caption": each.caption, "alt": each.alt, "section": each.section}
            index.append({"language": language, "id": each.id, "file": safe(each.id), **facts})
            on_picture(len(index))
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / INDEX, as_json(index))
    return index


def stored(folder: Path) -> list[dict[str, Any]]:
    """What was drawn; [] where nothing was yet."""
    try:
        found = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [each for each in found if isinstance(each, dict)]
