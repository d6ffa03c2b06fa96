"""The findings of a scenario discovery in plain words: when the plan fails, how sure that is, or that nothing was found."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.analyses.discovery import LEAST_SOUGHT
from experiments.reporting.translations import Words


def answer(manifest: Mapping[str, Any], language: str, folder: Path | None = None) -> Iterator[str]:
    """The findings, a paragraph each."""
    words = Words(language)
    yield words.of(manifest["title"])
    if manifest["failed"]:
        yield words("discover_failed", failed=len(manifest["failed"]))
    share = words.percent(manifest["missed"] / manifest["cases"]) if manifest["cases"] else words("unknown")
    yield words(f"discover_head_{manifest['where']}", cases=manifest["cases"], goal=words.of(manifest["goal"]["name"]),
                missed=manifest["missed"], share=share, held=manifest["held_out"])  # fmt: skip
    standing = [box for box in manifest["boxes"] if box["stands"]]
    for box in manifest["boxes"]:
        yield from (_standing if box["stands"] else _fallen)(box, manifest["where"], words)
    if not standing and (manifest["boxes"] or manifest["reason"] == "none"):
        yield words("discover_none")
    yield words(f"discover_reason_{manifest['reason']}", least=LEAST_SOUGHT)
    yield words("discover_note")
    if folder is not None:
        yield words("folder", out=folder)


def conditions(box: Mapping[str, Any], words: Words) -> str:
    """The restrictions of a box as one phrase."""
    return words("condition_joined").join(condition(each, words) for each in box["restrictions"])


def condition(restriction: Mapping[str, Any], words: Words) -> str:
    """One restriction: the factor, its bounds in its own unit, and the share of the range thought possible."""
    name = words.of(restriction["name"])
    if restriction["among"] is not None:
        return words("condition_among", name=name, values=words("condition_or").join(map(words.of, restriction["among"])))
    low, high = (None if restriction[end] is None else level(restriction, end, words) for end in ("low", "high"))
    width = (restriction["high_share"] or 1.0) - (restriction["low_share"] or 0.0)
    kind = "middle" if low is not None and high is not None else "lower" if low is None else "upper"
    share = words(f"share_{kind}", percent=words.percent(width))
    if low is None or high is None:
        return words("condition_below" if low is None else "condition_above", name=name, value=high or low, share=share)
    return words("condition_between", name=name, low=low, high=high, share=share)


def level(restriction: Mapping[str, Any], end: str, words: Words) -> str:
    """One bound in words: a value in its unit, or a multiple of the expected path."""
    if restriction["kind"] == "times":
        return words("condition_times", number=f"{restriction[end]:.2f}")
    return words.quantity(restriction[end], restriction["unit"])


def _numbers(box: Mapping[str, Any], words: Words) -> dict[str, Any]:
    held_out = box["held_out"]
    known = held_out["density"] is not None
    return {
        "held": held_out["held"], "hits": held_out["hits"],
        "density": words.percent(held_out["density"]) if known else words("unknown"),
        "range": words.percents(held_out["density_low"], held_out["density_high"]),
        "coverage": words.percent(held_out["coverage"] or 0.0),
        "elsewhere": words("unknown") if held_out["elsewhere"] is None else words.percent(held_out["elsewhere"]),
        "chance": words.percent(box["chance"]) if box["chance"] >= 1e-4 else "< 0.01%",
    }  # fmt: skip


def _standing(box: Mapping[str, Any], where: str, words: Words) -> Iterator[str]:
    if box["number"] > 1:
        yield words("discover_after")
    yield words(f"discover_box_{where}", conditions=conditions(box, words), tenths=round(10 * box["held_out"]["density"]))
    yield words("discover_check", **_numbers(box, words))
    values = words("semicolon").join(f"{words.of(each['name'])} {_small(each['quasi_p'])}" for each in box["restrictions"])
    yield words("discover_quasi", values=values)


def _fallen(box: Mapping[str, Any], where: str, words: Words) -> Iterator[str]:
    yield words("discover_fallen", conditions=conditions(box, words), **_numbers(box, words))


def _small(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.2g}"
