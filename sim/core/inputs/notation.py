"""Numbers and names as people type them: full-width letters, 万 and 亿, percent, thousands; and text made fit to be shown."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

#: Longer texts are shortened where they are shown.
LONGEST_SHOWN = 80
#: Digits, signs and all; no quantity of a county is longer.
LONGEST_NUMBER = 40
#: Numbers below this are told from their neighbours.
EXACT = 2**53

_MULTIPLES = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3, "百": 10**2}
_UNITS = "元人户个名岁月年亩家村支项次"
_TYPED = re.compile(
    rf"([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d\d?)?)({'|'.join(_MULTIPLES)})?([%‰])?[{_UNITS}]{{0,2}}(?:/[{_UNITS}]{{1,2}})?"
)
_GROUPED = re.compile(r"(?<=\d)[, _'](?=\d{3}(?!\d))")
#: Beside the full-width forms of ASCII (U+FF01 to U+FF5E): what a Chinese keyboard types for the marks of YAML.
_MARKS = str.maketrans("\u3000。、【】—–−“”‘’", ' .,[]---""""')
_HALF = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | _MARKS
#: A full-width mark where only an ASCII one can have been meant: after a name, before one, or instead of a bracket.
_MARK = re.compile(
    r"""(?:^|[{,，\[])\s*(?:-\s+)?["']?(?:[A-Za-z_][\w.]*|\d{4}(?:-\d\d?)?)["']?\s*(?P<colon>：)|"""
    r"""(?P<comma>，)\s*["']?[A-Za-z_][\w.]*["']?\s*[:：]|[:：\[]\s*(?P<bracket>[｛［【])|(?P<close>[｝］】])\s*$|"""
    r"""(?P<digit>[０-９])|\d(?P<between>，)\s*\d|[:：]\s+(?P<quote>[“”‘’])""",
    re.ASCII,
)


def half(text: str) -> str:
    """The text with full-width letters, digits and marks as the ASCII ones."""
    return text.translate(_HALF)


def full_width(text: str) -> str:
    """The full-width mark in a line that stands where only its ASCII twin can have been meant; empty if there is none."""
    found = _MARK.search(text[:1000])
    return next((mark for mark in found.groups() if mark), "") if found else ""


def intended_number(text: str) -> int | float | None:
    """The number that a text such as ``2000万``, ``10%``, ``20,000,000`` or ``３０００`` stands for; None if it is none."""
    if len(text) > LONGEST_NUMBER:
        return None
    found = _TYPED.fullmatch(_GROUPED.sub("", half(text).strip().strip("\"'")).replace(" ", ""))
    if found is None:
        return None
    number = Decimal(found[1]) * _MULTIPLES.get(found[2], 1) / {"%": 100, "‰": 1000}.get(found[3], 1)
    return int(number) if number == number.to_integral_value() else float(number)


def as_written(value: object) -> str:
    """A value as a file would have it: ``true``, ``9000``, ``[1, 2]``, ``{2021: 4000}``; nothing for what is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value == value and abs(value) < EXACT:
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{as_written(key)}: {as_written(each)}' for key, each in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(as_written, value))}]"
    return str(value)


def digits(number: float) -> str:
    """A number as people write it, a large one too without an exponent."""
    return f"{int(number)}" if number == int(number) else f"{number:g}"


def shorten(text: object, longest: int = LONGEST_SHOWN) -> str:
    """A text, or a value as a file would have it, as a message may show it: shortened in the middle, and what moves the cursor or
    turns the line escaped.
    """
    whole = as_written(text)
    if len(whole) > longest:
        whole = f"{whole[: longest * 2 // 3]}…{whole[len(whole) - longest // 3 :]}"
    return escape(whole)


def escape(text: str) -> str:
    """The text with control, bidirectional and lone surrogate characters, which do not show, as escapes."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(letter: str) -> str:
    return repr(letter)[1:-1] if is_hidden(letter) else letter


def shows(text: str) -> bool:
    """Whether anything of a text can be seen."""
    return any(not letter.isspace() and not is_hidden(letter) for letter in text)


def is_hidden(letter: str) -> bool:
    """Whether a character changes what is around it instead of being seen."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") or ord(letter) & 0xFFFE == 0xFFFE
