"""One look for every figure: our own Chinese font, colours that survive colour blindness and grey print, no
boxes.

The font comes with the program, because a bare Linux machine has no Chinese font at all. A character that it
lacks is an error, also where some other installed font would have it: another machine would show a box.
"""

import contextlib
import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from rich.cells import cell_len

from experiments.results.files import write_text

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Xianjie Sans SC"
OTHERS = (
    "Source Han Sans SC",
    "Noto Sans CJK SC",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "DejaVu Sans",
)
DOTS_PER_INCH = 300
PACKING = {"compress_level": 3}  # in two thirds of the usual time, an eighth larger
KINDS = ("png", "svg", "pdf")

# Okabe and Ito's colours (2008); in grey they keep apart: ink darkest, then blue, vermillion, the bands
# lightest.
INK, GREY, LINE = "#1a1a1a", "#5c5c5c", "#d0d0d0"
BLUE, VERMILLION = "#0072B2", "#D55E00"
GREEN, ORANGE, SKY, PURPLE = "#009E73", "#E69F00", "#56B4E9", "#CC79A7"
#: For parts of a whole: colours of unlike lightness, and hatchings that tell them apart in grey print.
PARTS = (
    (BLUE, ""),
    (ORANGE, "///"),
    ("#BBD9EC", ""),
    ("#7CC0A8", "..."),
    (VERMILLION, "xx"),
    ("#DDDDDD", ""),
    (PURPLE, "\\\\\\"),
)
#: One hue from light to dark for amounts, so that grey print keeps the order.
LIGHT_TO_DARK = LinearSegmentedColormap.from_list("light to dark", ["#F7FBFF", "#BBD9EC", "#5CA6D2", BLUE, "#003F66"])
DARK = 0.66  # of the way: from here letters are white
BAND_HALF, BAND_NINE = "#8fc1e0", "#d5e8f4"
REFERENCE_BAND = "#f6dcc6"


class MissingGlyphError(ValueError):
    """A text holds a character that the bundled font cannot draw."""


@cache
def _families() -> list[str]:
    """Register the bundled font; the families to try, ours first, of which each is installed."""
    for path in sorted(FONTS.glob("XianjieSansSC-*.ttf")):
        font_manager.fontManager.addfont(path)
    installed = {font.name for font in font_manager.fontManager.ttflist}
    if FAMILY not in installed:
        raise FileNotFoundError(f"{FONTS} has no XianjieSansSC-Regular.ttf: the program is not whole")
    return [FAMILY, *(name for name in OTHERS if name in installed)]


@cache
def _characters() -> frozenset[int]:
    """Every character that both weights of the bundled font can draw."""
    weights = [set(FT2Font(str(path)).get_charmap()) for path in sorted(FONTS.glob("XianjieSansSC-*.ttf"))]
    return frozenset(set.intersection(*weights)) | {ord("\n")}


@contextlib.contextmanager
def house_style() -> Iterator[None]:
    """Figures made inside have our fonts, sizes and colours; the caller's settings are restored afterwards."""
    settings: Any = {
        "font.family": _families(),
        "font.size": 9.5,
        "text.color": INK,
        "text.usetex": False,
        "text.parse_math": False,  # a title with dollar signs is a title
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "axes.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "grid.color": LINE,
        "grid.linewidth": 0.6,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "svg.fonttype": "path",  # letters as outlines: no font is needed to show them
        "pdf.fonttype": 3,  # the names of type 42 subsets depend on Python's hash seed
        "svg.hashsalt": "xianjie",  # the same figure, the same bytes
    }
    with mpl.rc_context(settings):
        yield


def check_glyphs(figure: Figure) -> None:
    """Raise MissingGlyphError, naming text and characters, unless our font can draw all text of the figure."""
    for text in figure.findobj(Text):
        content = text.get_text()
        missing = sorted({character for character in content if ord(character) not in _characters()})
        if missing:
            codes = ", ".join(f"{character} (U+{ord(character):04X})" for character in missing)
            raise MissingGlyphError(f"the font {FAMILY} cannot draw {codes} in {content!r}")


def save(
    figure: Figure, stem: Path, description: str, provenance: str, kinds: Sequence[str] = KINDS, title: str | None = None
) -> list[Path]:
    """Write ``stem``.png, .svg and .pdf, or those of ``kinds``, and ``stem``.txt: the description for those who cannot see it.

    Title, description and provenance stand inside the pictures too. The same figure gives the same bytes. Raises
    MissingGlyphError rather than write a picture with a box in it.
    """
    check_glyphs(figure)
    title = title or stem.name
    inside = f"{description} {provenance}"
    metadata: dict[str, dict[str, Any]] = {
        "png": {"Title": title, "Description": inside, "Software": "Xianjie"},
        "svg": {"Title": title, "Description": inside, "Creator": "Xianjie", "Date": None},
        "pdf": {"Title": title, "Subject": inside, "Creator": "Xianjie", "Producer": "Xianjie", "CreationDate": None},
    }
    paths = [stem.with_name(stem.name + ".txt")]
    write_text(paths[0], description + "\n")
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*[Gg]lyph.*")
        logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
        for kind in kinds:
            path = stem.with_name(f"{stem.name}.{kind}")
            packing: dict[str, Any] = {"pil_kwargs": PACKING} if kind == "png" else {}
            figure.savefig(path, dpi=DOTS_PER_INCH, metadata=metadata[kind], **packing)
            paths.append(path)
    return paths


def drawable(text: str, longest: int = 90) -> str:
    """A user's text as it can be drawn: control characters as spaces, letters that our font lacks as 〓, cut if it is long."""
    plain = " ".join(
        "".join(" " if ord(character) < 32 or 127 <= ord(character) < 160 else character for character in text).split()
    )
    known = "".join(character if ord(character) in _characters() else "〓" for character in plain)
    return known if len(known) <= longest else known[: longest - 1].rstrip() + "…"


NO_START = "，。；：、）》”！？,.;:)%"
NO_END = "（《“("


def wrap(text: str, inches: float, size: float) -> str:
    """Break text into lines of at most ``inches`` at a font size in points.

    Latin breaks at spaces, Chinese anywhere but before a closing or after an opening mark.
    """
    room = inches * 72 / size
    lines: list[str] = []
    line = ""
    for piece in _fitting(_pieces(text), room):
        if line and width(line + piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return "\n".join([*lines, line.rstrip()])


def _fitting(pieces: Iterable[str], room: float) -> Iterator[str]:
    """The same pieces; those wider than a line are cut."""
    for piece in pieces:
        while len(piece) > 1 and width(piece.rstrip()) > room:
            taken = next(n for n in range(len(piece) - 1, 0, -1) if n == 1 or width(piece[:n]) <= room)
            yield piece[:taken]
            piece = piece[taken:]
        yield piece


def width(text: str) -> float:
    """How wide a line of text is, in units of the font's size; of the bold weight, which is the wider."""
    return sum(_advance(character) for character in text)


@cache
def _advance(character: str) -> float:
    font = FT2Font(str(FONTS / "XianjieSansSC-Bold.ttf"))
    font.set_size(100, 72)
    return font.load_char(ord(character)).linearHoriAdvance / 65536 / 100


def _pieces(text: str) -> list[str]:
    """What may not be broken: words with the space behind them, Chinese characters with the marks that cling
    to them.
    """
    pieces: list[str] = []
    for character in text:
        clings = pieces and (
            character in NO_START
            or pieces[-1][-1] in NO_END
            or character == " "
            or (cell_len(character) == 1 and cell_len(pieces[-1][-1]) == 1 and pieces[-1][-1] != " ")
        )
        if clings:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces
