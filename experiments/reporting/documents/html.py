"""The brief as one HTML file: opens offline, contains its font and its pictures, prints on A4, requests nothing from outside.

A policy in the page forbids every request; text is escaped by the template, so markup in a title is shown as typed.
"""

import base64
from functools import cache
from pathlib import Path
from typing import Any

from experiments.reporting.documents import word_styles
from experiments.reporting.documents.content import Brief, Bullets, Callout, Cell, Illustration, Paragraph, Table, stack_lines
from experiments.reporting.documents.figure_bytes import Pictures
from experiments.reporting.figures import style
from experiments.results.files import write_text

TEMPLATES = Path(__file__).parent / "templates"


def write(brief: Brief, path: Path, pictures: Pictures) -> None:
    """Write the page."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["kind"] = kind
    environment.filters["lines"] = stack_lines
    environment.filters["cells"] = cells
    environment.filters["columns"] = lambda table: table.of("document")
    environment.globals["heading"] = lambda number: heading(number, brief.language)
    environment.globals["data"] = lambda picture: _address("image/svg+xml", pictures.svg(picture))
    template = environment.get_template("brief.html.j2")
    write_text(path, template.render(brief=brief, fonts=_fonts(), numbers=numbers(brief)))


def heading(number: int, language: str) -> str:
    """How a heading is numbered: 一、 in Chinese, a figure in English."""
    return word_styles.numeral(number) if language == "zh" else f"{number}  "


def kind(block: Any) -> str:
    """What a block is, for the template."""
    kinds = {Paragraph: "paragraph", Bullets: "bullets", Callout: "callout", Table: "table", Illustration: "picture"}
    return kinds[type(block)]


def numbers(brief: Brief) -> dict[str, int]:
    """Running numbers of tables and pictures that a document shows, by "table:ID" and "picture:ID"."""
    found: dict[str, int] = {}
    shown = [block for block in brief.blocks() if isinstance(block, Table) and block.in_document]
    found |= {f"table:{table.id}": number for number, table in enumerate(shown, 1)}
    found |= {f"picture:{picture.id}": number for number, picture in enumerate(brief.pictures(), 1)}
    return found


def cells(row: Any, table: Table) -> list[tuple[Any, str]]:
    """The columns of a document with what stands in them in a row."""
    return [(column, shown(row.get(column.id, ""))) for column in table.of("document")]


def shown(value: Cell | str) -> str:
    """What a reader sees of a cell."""
    return value.shown if isinstance(value, Cell) else value


@cache
def _fonts() -> list[tuple[str, int, str]]:
    """Family, weight and address of each weight of the font."""
    weights = (("Regular", 400), ("Bold", 700))
    files = [(weight, style.FONTS / f"XianjieSansSC-{name}.woff2") for name, weight in weights]
    return [(style.FAMILY, weight, _address("font/woff2", file.read_bytes())) for weight, file in files]


def _address(kind_of: str, content: bytes) -> str:
    return f"data:{kind_of};base64,{base64.b64encode(content).decode('ascii')}"
