"""The Chinese help of commands and options, from the gettext catalogue; the English help is the key.

Rich breaks lines at spaces only and cuts off what is longer than a line, so Chinese lines are broken here: after a mark, or at a
space, which stands in the catalogue where a phrase is longer than ``LONGEST`` characters.
"""

import gettext
import re
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "xianjie"
LONGEST = 11  # characters of a phrase: the narrowest column of help at eighty takes a little more
MARKS = "，；：、。！？）"


@cache
def chinese_catalogue() -> gettext.NullTranslations:
    """The Chinese catalogue; FileNotFoundError if it was not installed with the program."""
    return gettext.translation(DOMAIN, LOCALE, ["zh"])


def translate_help(english: str) -> str | None:
    """The Chinese of a help text; None where the catalogue has none."""
    chinese = chinese_catalogue().gettext(english)
    return None if chinese == english else chinese


def summary(help_text: str) -> str:
    """The first paragraph of a command's help on one line: the key of its Chinese."""
    return " ".join(help_text.partition("\n\n")[0].split())


def split_phrases(text: str) -> list[str]:
    """The parts between which a line may be broken."""
    return [part for part in re.split(rf"(?<=[{MARKS}])(?![{MARKS}])| ", text) if part]


def join_phrases(text: str) -> str:
    """On one line, with a space wherever it may be broken."""
    return " ".join(split_phrases(text))


def count_cells(text: str) -> int:
    """How wide a text is, in Latin letters."""
    return sum(2 if letter > "\u2e80" else 1 for letter in text)


def fold(text: str) -> str:
    """In lines short enough for any column of help, with the empty line between them that Typer asks for to keep them apart."""
    lines = [""]
    for phrase in split_phrases(text):
        space = " " if lines[-1].isascii() or phrase.isascii() else ""
        if lines[-1] and count_cells(lines[-1] + phrase) >= 2 * LONGEST:
            lines.append(phrase)
        else:
            lines[-1] += (space if lines[-1] else "") + phrase
    return "\n\n".join(lines)
