"""What every lever does, on the terminal."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from experiments.reporting import lever_effects
from experiments.reporting.terminal.tables import table_of
from experiments.reporting.translations import Words
from sim.core.inputs.parameters import load_all


def answer(result: Mapping[str, Any], language: str, folder: Path) -> Iterator[RenderableType]:
    """Each lever with its sentence and who pays; then those that move nothing beyond noise."""
    words, book = Words(language), load_all().parameters
    yield Text(words("effects_head", futures=result["futures"]))
    table = table_of(words, "column_name")
    table.add_column(words("column_effects"), overflow="fold")
    table.add_column(words("effects_pays"), overflow="fold")
    for name, effect in result["levers"].items():
        label = Text(f"{words.of(book[name].name.model_dump())}\n").append(name, style="dim")
        table.add_row(label, lever_effects.sentence(words, effect), lever_effects.payers(words, effect))
    yield table
    for verdict in ("nothing", "money", "room"):
        names = [name for name, effect in result["levers"].items() if effect["verdict"] == verdict]
        if names:
            yield Text(words(f"effects_verdict_{verdict}", count=len(names), names=words("comma").join(names)))
    yield Text(words("folder", out=folder))
