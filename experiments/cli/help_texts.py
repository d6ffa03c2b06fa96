"""The Chinese help of commands and options, from the gettext catalogue; the English help is the key."""

import gettext
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "xianjie"


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
