"""What the small print of pictures says: title, runs, draws, seed, vantage, version and hash of a result."""

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.analyses import settings
from experiments.reporting.figures import style
from experiments.reporting.translations import LANGUAGES
from experiments.results.folder import Results

#: What a run draws at its end; a brief has PDF too.
KINDS = ("png", "svg")
ROOM = 5_000_000  # bytes that the figures of one result take, by measurement


def facts(results: Results) -> dict[str, Any]:
    """What the small print of every figure says."""
    manifest = results.manifest
    return {
        "title": drawable(settings.title(manifest["scenario"])),
        "runs": manifest["replications"]["completed"],
        "draws": results.goals[0]["draws"],
        "seed": manifest["seed"],
        "vantage": manifest["scenario"].get("vantage"),
        "version": manifest["program"]["version"] or (manifest["program"]["commit"] or "")[:7],
        "hash": manifest["hash"][:12],
    }


def drawable(names: Mapping[str, str]) -> dict[str, str]:
    """A bilingual name from a user's file, in characters that figures can draw."""
    return {language: style.drawable(str(names.get(language, ""))) for language in LANGUAGES}


def tidy(tables: Sequence[Any]) -> Any:
    """Bands of the county as one table, months as people write them."""
    import pandas

    data = pandas.concat(tables).drop(columns=["scope", "unit"])
    data["month"] = data["month"].dt.strftime("%Y-%m")
    return data


def provenance(small_print: dict[str, Any]) -> str:
    """The small print as it stands in the metadata of a picture."""
    return "; ".join(f"{key}: {value}" for key, value in small_print.items() if key != "title")
