"""Gettext catalogues of the command line: compile each ``.po`` in ``locale/``, which people edit, to the ``.mo`` beside it.

``python -m experiments.cli.catalogues`` compiles all. The standard library reads ``.mo`` files but cannot write them.
"""

import ast
import re
import struct
from pathlib import Path

from experiments.cli.help_texts import DOMAIN, LOCALE

MAGIC = 0x950412DE
STRING = re.compile(r'(?:(msgid|msgstr) )?("(?:[^"\\]|\\.)*")')


def read_po(path: Path) -> dict[str, str]:
    """Translations by the text that is translated; the header is that of the empty text.

    Raises ValueError, with file and line, for a line that is no comment, ``msgid``, ``msgstr`` or continued text (plurals and
    contexts are not used), and for a text that stands there twice or has no translation.
    """
    found: dict[str, str] = {}
    pair: dict[str, str] = {}
    key = ""

    def add(number: int) -> None:
        if pair and ("msgid" not in pair or not pair.get("msgstr") or pair["msgid"] in found):
            raise ValueError(f"{path}:{number}: the entry before this line is incomplete or stands twice: {pair}")
        if pair:
            found[pair["msgid"]] = pair["msgstr"]
            pair.clear()

    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        match = STRING.fullmatch(line)
        if match is None or not (match[1] or pair):
            raise ValueError(f'{path}:{number}: write a comment, msgid "…", msgstr "…" or the next part of a text, not {line}')
        if match[1] == "msgid":
            add(number)
        elif match[1] == "msgstr" and "msgid" not in pair:
            raise ValueError(f"{path}:{number}: a msgstr needs its msgid before it")
        key = match[1] or key
        pair[key] = pair.get(key, "") + ast.literal_eval(match[2])
    add(len(lines) + 1)
    return found


def compile_mo(translations: dict[str, str]) -> bytes:
    """A ``.mo`` file as the GNU gettext manual defines it: little-endian, sorted, without the optional hash table."""
    pairs = sorted((text.encode(), translation.encode()) for text, translation in translations.items())
    first = 28 + 16 * len(pairs)  # the header's seven words, then length and offset of every text and of every translation
    tables: list[int] = []
    strings = b""
    for column in (0, 1):
        for pair in pairs:
            tables += [len(pair[column]), first + len(strings)]
            strings += pair[column] + b"\0"
    words = (MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, first, *tables)
    return struct.pack(f"<{len(words)}I", *words) + strings


def sources() -> list[Path]:
    """The ``.po`` files, one for each language."""
    return sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


if __name__ == "__main__":
    for source in sources():
        source.with_suffix(".mo").write_bytes(compile_mo(read_po(source)))
