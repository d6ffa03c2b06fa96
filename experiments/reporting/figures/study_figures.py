"""The pictures of sweeps, sensitivity analyses and solving: what influences an outcome, and which value of a lever suffices."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas

from experiments.reporting import figure_data
from experiments.reporting.figures import influence, provenance, sweep_charts, sweep_figures
from experiments.reporting.figures.picture import Picture
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results.files import safe
from experiments.results.folder import Results

NOTES = {"curve": "sweep_band", "tornado": "tornado_note", "heat": "heat_note"}


def _of_sweep(study: Results, language: str) -> Iterator[Picture]:
    """Response curves, tornado and heat map of a sweep."""
    words, manifest = Words(language), study.manifest
    facts = sweep_figures.facts_of(manifest)
    for stem, data, make in sweep_figures.pictures_of(study.folder, manifest, facts):
        figure, title, alt = make(language)
        caption = words(NOTES[stem.split("-")[0]])
        yield Picture(
            stem,
            title,
            figure,
            data=data,
            alt=alt,
            caption=caption,
            section="moves",
            language=language,
            provenance=provenance.provenance(facts),
        )


def _of_sensitivity(study: Results, language: str) -> Iterator[Picture]:
    """The assumptions that move each outcome, with how well they are known."""
    words, result = Words(language), figure_data.read_json(study.folder / "sensitivity.json")
    facts = {"title": provenance.drawable(result.get("title") or dict.fromkeys(LANGUAGES, result["scenario"])),
             "factors": result["factors"], "replicates": result["replicates"], "seed": result["seed"],
             "version": result.get("version") or ""}  # fmt: skip
    for name, rows in result["screening"].items():
        if not rows:
            continue
        subject = (result.get("subjects") or {}).get(name) or {"name": dict.fromkeys(LANGUAGES, name), "unit": ""}
        data = pandas.DataFrame([
            {"factor": row["factor"], **{f"name_{each}": row["name"][each] for each in LANGUAGES}, "evidence": row["evidence"],
             **{key: row[key] for key in ("mu_star", "conf", "noise")}}
            for row in rows
        ]).sort_values("mu_star", ascending=False).head(influence.MOST)  # fmt: skip
        figure = influence.plot_influence(data, subject, language, facts)
        title = words("influence_title", outcome=words.of(subject["name"]))
        items = [words("described_influence", name=row[f"name_{language}"], grade=words(f"grade_{row['evidence']}"),
                      value=words.quantity(row["mu_star"], subject["unit"], difference=True))
                for row in data.to_dict("records")]  # fmt: skip
        alt = words("gap").join([words("sentence", text=title), words("sentence", text=words("semicolon").join(items))])
        yield Picture(
            f"influence-{safe(name)}", title, figure, data=data, alt=alt, caption=words("influence_is"), section="moves",
            language=language, provenance=provenance.provenance(facts),
        )  # fmt: skip


def _of_solving(study: Results, language: str) -> Iterator[Picture]:
    """The curve of a goal's probability over the lever that was searched; nothing for answers of an older program."""
    words, result = Words(language), figure_data.read_json(study.folder / "solution.json")
    if "subject" not in result or "factor" not in result:
        return
    curve = pandas.DataFrame(result["curve"]).rename(columns={"probability": "mean"})
    facts = {"title": provenance.drawable(result["title"]), "points": len(curve), "replications": result["replications"],
             "seed": result["seed"], "version": result["version"], "hash": result["scenario"]}  # fmt: skip
    subject, factor = result["subject"], result["factor"]
    figure = sweep_charts.plot_response_curve(
        {words.of(facts["title"]): curve}, subject, factor, language=language, facts=facts, answer=_answer(result, words)
    )
    title = words("sweep_against", outcome=sweep_charts.outcome_title(subject, words), factor=words.of(factor["name"]))
    points = [(f"{at['value']:g}", at["probability"], at["low"], at["high"]) for at in result["curve"]]
    alt = sweep_charts.describe_points(title, points, "share", language)
    yield Picture(
        "curve",
        title,
        figure,
        data=curve,
        alt=alt,
        caption=words("sweep_band"),
        section="moves",
        language=language,
        provenance=provenance.provenance(facts),
    )


def _answer(result: Mapping[str, Any], words: Words) -> tuple[float, float, str]:
    """Value and probability of the answer, and what is written beside it."""
    shown = words.quantity(result["value"], result["factor"]["unit"])
    return result["value"], result["probability"], words("enough", value=shown, wanted=words.percent(result["probability"]))


def no_answer(reason: str, facts: Mapping[str, Any], wanted: float, language: str) -> str:
    """Why a search has no answer (see ``solve.NoAnswer``), in a sentence."""
    words = Words(language)
    shares = ("probability", "high", "low", "first", "second")
    shown = {name: words.percent(value) if name in shares else f"{value:,g}" for name, value in facts.items()}
    return words(reason, **shown, wanted=words.percent(wanted))


KINDS = {"sweep": _of_sweep, "sensitivity": _of_sensitivity, "solve": _of_solving}


def pictures_of_study(study: Results, language: str) -> Iterator[Picture]:
    """The pictures of a folder of a study; none for any other folder."""
    make = KINDS.get(figure_data.kind(study))
    if make is not None:
        yield from make(study, language)
