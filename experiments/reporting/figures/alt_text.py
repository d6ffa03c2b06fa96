"""What the figures show, in words: for readers who cannot see them, and for search."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas

from experiments.reporting.translations import Words, probability


def describe_fan_chart(
    band: pandas.DataFrame,
    subject: Mapping[str, Any],
    language: str,
    reference: tuple[Mapping[str, str], pandas.DataFrame] | None = None,
    threshold: float | None = None,
) -> str:
    """The first and the last month of a fan chart, of what it is compared with, and the threshold.

    Arguments as for ``fan_chart.plot_fan_chart``.
    """
    words = Words(language)
    first, last = (f"{band['month'].iloc[i]:%Y-%m}" for i in (0, -1))
    name, runs = words.of(subject["name"]), int(band["runs"].max())
    points = _ends(band, subject["unit"], words)
    sentences = [words("described_fan", name=name, first=first, last=last, runs=runs, points=points)]
    if reference is not None:
        against, path = reference
        points = _ends(path, subject["unit"], words)
        sentences.append(words("described_reference", name=words.of(against), points=points))
    if threshold is not None:
        sentences.append(words("described_threshold", value=words.level(threshold, subject["unit"])))
    return words("gap").join(sentences)


def describe_scoreboard(goals: Sequence[Mapping[str, Any]], language: str) -> str:
    """Every goal with its probability, a sentence each."""
    words = Words(language)
    sentences = [words("described_goals", runs=max(goal["runs"] for goal in goals))]
    names = {goal["id"]: words.of(goal["name"]) for goal in goals}
    for goal in goals:
        twin = names.get(goal["id"].removesuffix("_observed")) if goal["observed"] else None
        label, name = ("described_recorded", twin) if twin else ("described_goal", names[goal["id"]])
        sentences.append(words(label, name=name, chance=probability(words, goal)))
    return words("gap").join(sentences)


def _ends(band: pandas.DataFrame, unit: str, words: Words) -> str:
    """The first and the last known month of a band."""
    known = band.dropna(subset=["p50"])
    points = []
    for _, row in known.iloc[[0, -1]].iterrows() if len(known) else ():
        middle, high = (words.quantity(row[column], unit) for column in ("p50", "p95"))
        low, month = words.number(row["p05"], unit), f"{row['month']:%Y-%m}"
        points.append(words("described_point", month=month, low=low, middle=middle, high=high))
    return words("semicolon").join(points) or words("unknown")
