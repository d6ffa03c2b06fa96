"""The content of a brief, apart from its form: sections of paragraphs, callouts, tables and pictures.

Made once for each language, from result folders alone; ``html``, ``word`` and ``excel`` only typeset it. Every text is plain:
markup in it is shown as typed. All texts pass ``clean`` first.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal

#: What a number of a column is, for its format in a workbook.
Kind = Literal["text", "share", "points", "number", "whole", "money", "year"]
#: Where a column appears: a document joins a value and its interval in one cell, a workbook keeps them apart.
Place = Literal["both", "document", "workbook"]
Tone = Literal["question", "answer", "warning", "limit"]

#: Marks that change the direction of what follows, and so can make a text look like another.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LONGEST = 4000


def clean(text: Any) -> str:
    """Text that every format can hold: control, direction and private marks, and halves of characters become question marks."""
    shown = "".join(character if _harmless(character) else "?" for character in str(text))
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _harmless(character: str) -> bool:
    if character in "\n":
        return True
    code = ord(character)
    return (
        character not in _TURNING
        and unicodedata.category(character) not in ("Cc", "Cs", "Co", "Zl", "Zp")
        and code & 0xFFFE != 0xFFFE
        and not 0xFDD0 <= code <= 0xFDEF
    )


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``small`` is for notes, ``strong`` for the sentence that must not be overlooked."""

    text: str
    small: bool = False
    strong: bool = False


@dataclass(frozen=True)
class Bullets:
    """Points of a list, the most important first."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Callout:
    """A box that must not be overlooked; its tone says why."""

    tone: Tone
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column: ``meaning`` explains it to a reader of the workbook alone; ``width``: its share of a page's width."""

    id: str
    name: str
    meaning: str
    kind: Kind = "text"
    width: float = 1.0
    place: Place = "both"
    digits: int = 0


@dataclass(frozen=True)
class Cell:
    """A value as a number, for the workbook, and as the reader of a document sees it."""

    value: float | int | None
    shown: str


#: A row of a table by column id.
Row = Mapping[str, Cell | str]


@dataclass(frozen=True)
class Chart:
    """A native chart of a workbook's table: bars of ``values`` (column ids) over the rows' ``category``."""

    title: str
    category: str
    values: tuple[str, ...]
    kind: Literal["bar", "column", "line"] = "bar"
    most: int = 30


@dataclass(frozen=True)
class Table:
    """Rows by column id; a text or a ``Cell``. ``heads``: numbers of rows that are headings of those below."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    heads: frozenset[int] = frozenset()
    chart: Chart | None = None
    in_document: bool = True

    def of(self, place: Place) -> tuple[Column, ...]:
        """The columns of a document, or of a workbook."""
        return tuple(column for column in self.columns if column.place in ("both", place))


@dataclass(frozen=True)
class Illustration:
    """A picture with its description for readers who cannot see it; ``picture``: the figure from ``gallery`` with its texts."""

    id: str
    caption: str
    alt: str
    picture: Any


Block = Paragraph | Bullets | Callout | Table | Illustration


@dataclass(frozen=True)
class Section:
    """A section; its heading is numbered by the document."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Brief:
    """A brief in one language. ``opening`` stands before the first heading: what must be known of the folders first.

    ``sections`` are the two pages. ``annexes`` are tables and pictures for those who want more: the workbook has them all, a
    document where ``with_annexes``. ``day``: of the run; documents are dated by it, so that the same result gives the same file.
    ``footer`` stands at the foot of every page, ``source`` once, under the last section.
    """

    language: str
    title: str
    subtitle: str
    opening: tuple[Block, ...]
    sections: tuple[Section, ...]
    footer: str
    day: str
    labels: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    annexes: tuple[Section, ...] = ()
    with_annexes: bool = False

    @property
    def shown(self) -> tuple[Section, ...]:
        """The sections that a document shows."""
        return (*self.sections, *(self.annexes if self.with_annexes else ()))

    def blocks(self) -> Sequence[Block]:
        """All blocks of a document in their order."""
        return [*self.opening, *(block for section in self.shown for block in section.blocks)]

    def tables(self) -> list[Table]:
        """All tables in their order, those of the annexes too."""
        return [block for section in (*self.sections, *self.annexes) for block in section.blocks if isinstance(block, Table)]

    def pictures(self) -> list[Illustration]:
        """All pictures in their order."""
        return [block for block in self.blocks() if isinstance(block, Illustration)]


def stack_lines(text: str) -> list[str]:
    """The lines of a cell: a short number's interval goes under it whole, instead of being broken at its dash."""
    lines: list[str] = []
    for line in text.split("\n"):
        mark = next((character for character in line if character in "（("), None)
        place = -1 if mark is None else line.index(mark)
        if 0 < place <= _SHORT and line[-1] in "）)" and any(character.isdigit() for character in line[:place]):
            lines += [line[:place].rstrip(), line[place:]]
        else:
            lines.append(line)
    return lines


_SHORT = 16


def clean_part(part: Any) -> Any:
    """A part of a brief, or a whole one, with every text in it clean; pictures as drawn are left alone."""
    if isinstance(part, str):
        return clean(part)
    if isinstance(part, (tuple, list)):
        return type(part)(clean_part(each) for each in part)
    if isinstance(part, Mapping):
        return {key: clean_part(value) for key, value in part.items()}
    if is_dataclass(part) and not isinstance(part, type):
        own = {each.name: clean_part(getattr(part, each.name)) for each in fields(part) if each.name != "picture"}
        return replace(part, **own)
    return part
