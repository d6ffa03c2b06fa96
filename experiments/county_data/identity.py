"""Identity numbers: a keyed hash to join files by, birth date and sex; the number itself is dropped at once.

The key is made when the program starts, is kept in memory alone, and dies with the process: the same number has another hash in
the next import, and nobody who has a hash can look for the number that it belongs to.

The check digit is that of GB 11643-1999 (ISO 7064, MOD 11-2). A certificate of disability is the identity number and two digits.
"""

import datetime
import hashlib
import re
import secrets
from dataclasses import dataclass

from sim.core.inputs.notation import half

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
#: Digits that a number in a spreadsheet keeps.
KEPT = 15
LONGEST = 100  # letters of a number that are looked at

VALID, MASKED, SPOILT, LENGTH, DIGIT, BIRTH, NONE, PLACEHOLDER = (
    "valid", "masked", "spoilt", "length", "digit", "birth", "none", "placeholder",
)  # fmt: skip

_KEY = secrets.token_bytes(32)
_MASK = re.compile(r"[*＊xX●○#_·]{3,}|\*")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2}")
_SPACES = re.compile(r"[\s\u3000'\"`-]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """What is kept of an identity number: its state, and where it is valid its hash, birth date (year, month, day) and sex."""

    state: str
    hash: bytes = b""
    birth: tuple[int, int, int] | None = None
    female: bool | None = None


NO_NUMBER = Identity(NONE)


def hashed(text: str) -> bytes:
    """A keyed hash of 16 bytes: equal within this process for equal texts, and for nobody else."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=_KEY, digest_size=16).digest()


def read_key(cell: object) -> bytes:
    """The hash of a number of the system (of a household or a person); empty where there is none."""
    if isinstance(cell, bool) or cell is None:
        return b""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = _SPACES.sub("", half(str(cell)[:LONGEST])).upper().removesuffix(".0")
    return hashed(text.lstrip("0") or text) if text else b""  # a spreadsheet drops zeros at the front of a number


def is_spoilt_key(cell: object) -> bool:
    """Whether a number of the system lost its last digits in a spreadsheet."""
    if isinstance(cell, float):
        return abs(cell) >= 10**KEPT
    return isinstance(cell, str) and _SCIENTIFIC.fullmatch(half(cell).strip()) is not None


def read_identity(cell: object) -> Identity:
    """What is kept of an identity number as it stands in a cell."""
    if isinstance(cell, bool) or cell is None or cell == "":
        return NO_NUMBER
    if isinstance(cell, (int, float)):
        return Identity(SPOILT if cell >= 10**KEPT else LENGTH)
    text = _SPACES.sub("", half(str(cell)[:LONGEST])).upper()
    if not text or text in ("无", "0", "/"):
        return NO_NUMBER
    if _SCIENTIFIC.fullmatch(text):
        return Identity(SPOILT)
    if "*" in text or (_MASK.search(text) and len(text) != 18):
        return Identity(MASKED)
    if text.startswith("999999"):
        return Identity(PLACEHOLDER)
    if len(text) not in (18, 20, 22):
        return Identity(MASKED if _MASK.search(text) else LENGTH)
    number = text[:18]
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return Identity(MASKED if _MASK.search(number) else LENGTH)
    if CHECK[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=False)) % 11] != number[17]:
        return Identity(SPOILT if number.endswith("000") else DIGIT)
    birth = (int(number[6:10]), int(number[10:12]), int(number[12:14]))
    if not is_date(*birth) or not 1900 <= birth[0] <= datetime.date.today().year:
        return Identity(BIRTH)
    return Identity(VALID, hashed(number), birth, female=int(number[16]) % 2 == 0)


def is_date(year: int, month: int, day: int) -> bool:
    """Whether there is such a day."""
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True
