"""Text that is broken into lines as each language is: English at spaces, Chinese between any two characters.

Rich takes a Chinese sentence for one long word and leaves half a line empty before it. A line begins with no mark that closes
and ends with none that opens, as printers in China set it.
"""

import os
import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

CLOSING = "，。；：、！？）》」』”’％%…,.;:!?)]"
OPENING = "（《「『“‘([＋±"
#: A run of spaces, a run of letters that stays together, or a single wide character.
PIECE = re.compile(r"\s+|[^\s\u2e80-\uffff]+|[\u2e80-\uffff]")
NARROWEST = 8
#: The program's name where a command of it follows.
COMMAND = re.compile(r"(?<![\w./-])xianjie(?= [a-z-]| 命令| COMMAND)")


def pieces(text: str) -> list[str]:
    """The parts of a line between which it may be broken; each mark stays with what it belongs to."""
    made: list[str] = []
    for piece in PIECE.findall(text):
        glued = made and not made[-1].isspace() and (piece[0] in CLOSING or made[-1][-1] in OPENING)
        if glued:
            made[-1] += piece
        else:
            made.append(piece)
    return made


def wrap(text: str, width: int) -> list[str]:
    """The text in lines at most ``width`` cells wide; a piece that is wider than a line is cut."""
    return [line for part in text.split("\n") for line in _wrap_line(part, max(1, width))]


def _wrap_line(text: str, width: int) -> Iterator[str]:
    indent = text[: len(text) - len(text.lstrip(" "))]
    line = indent
    for piece in pieces(text[len(indent) :]):
        if cell_len(line + piece.rstrip()) <= width:
            line += piece
            continue
        if line.strip():
            yield line.rstrip()
            line = indent
        if piece.isspace():
            continue
        while cell_len(line + piece) > width and len(piece) > 1:
            cut = next((n for n in range(len(piece) - 1, 0, -1) if cell_len(line + piece[:n]) <= width), 1)
            yield line + piece[:cut]
            piece, line = piece[cut:], indent
        line += piece
    yield line.rstrip()


def as_called(text: str) -> str:
    """A text whose commands are typed as the program was started: by xj.py where that started it."""
    program = os.environ.get("XIANJIE_PROGRAM")
    return COMMAND.sub(lambda _: program, text) if program else text


class Prose:
    """A text as Rich prints it, in a table's cell or on its own, with a style for all of it."""

    def __init__(self, text: str, style: str = "") -> None:
        self.text, self.style = text, style

    def __str__(self) -> str:
        return self.text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        style = console.get_style(self.style) if self.style else Style()
        justify = options.justify
        for line in wrap(self.text, options.max_width):
            space = options.max_width - cell_len(line)
            if justify == "right" and space > 0:
                yield Segment(" " * space)
            yield Segment(line, style)
            yield Segment.line()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        lines = self.text.split("\n")
        widest = max((cell_len(line) for line in lines), default=0)
        longest = max((cell_len(piece) for line in lines for piece in pieces(line)), default=0)
        least = min(widest, max(longest, NARROWEST), options.max_width)
        return Measurement(least, min(widest, options.max_width))
