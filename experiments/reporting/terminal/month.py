"""What happens in a month on the terminal, in order, under its headings: process, when, what it does, why it stands there."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import RenderableType
from rich.padding import Padding

from experiments.reporting.terminal.prose import Prose
from experiments.reporting.translations import Words

CHINESE = Path(__file__).parents[1] / "month.zh.yaml"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ABOUT, NAME = (0, 0, 0, 4), (0, 0, 0, 2)


def in_chinese() -> dict[str, list[str]]:
    """By process: what it does, and why it stands where it does."""
    found: dict[str, list[str]] = yaml.safe_load(CHINESE.read_text(encoding="utf-8"))
    return found


def answer(lines: Sequence[Mapping[str, Any]], language: str) -> Iterator[RenderableType]:
    """The steps under the headings of the month; ``lines``: as ``xianjie month --json`` gives them."""
    words, chinese, part = Words(language), in_chinese() if language == "zh" else {}, None
    for line in lines:
        if line["part"] != part:
            part = line["part"]
            yield Prose(f"\n{words.of(part)}", "bold")
        name, when = line["id"], _when(line["when"], words)
        took = words("month_took", number=line["milliseconds"]) if "milliseconds" in line else ""
        yield Padding(Prose(f"{name}  {when}{took}", "bold"), NAME)
        meaning, reason = chinese.get(name) or (line["meaning"].rstrip("."), line["reason"])
        yield Padding(Prose(words("month_step", meaning=meaning, reason=reason)), ABOUT)
    yield Prose(f"\n{words('listed', count=len(lines))}")


def _when(cadence: str, words: Words) -> str:
    """The months of a step as a reader writes them."""
    if cadence == "monthly":
        return words("month_every")
    if words.language == "en":
        return cadence
    return words("name_list").join(f"{MONTHS.index(month) + 1}月" for month in cadence.split())
