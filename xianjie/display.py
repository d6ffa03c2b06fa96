"""What is shown while something runs and in a notebook: one line of progress, small tables, in the language that was chosen."""

import html
import io
import sys
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from experiments.reporting.translations import LANGUAGES, Words
from xianjie.errors import Error

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 90  # of a figure in a notebook
_LANGUAGE = ["zh"]
QUARTER = 0.25  # seconds between two looks of the progress line: more often takes time from the run


def language(name: str | None = None) -> str:
    """Choose the language of plots, tables in notebooks and progress; or say which it is.

    Parameters
    ----------
    name : {"zh", "en"}, optional
        Chinese, which is the default, or English. Without it nothing changes.

    Returns
    -------
    str
        The language in use.

    Raises
    ------
    Error
        For any other language.
    """
    if name is not None:
        if name not in LANGUAGES:
            raise Error(f"the languages are 'zh' and 'en', not {name!r}", f"语言只有 zh 和 en，没有 {name!r}")
        _LANGUAGE[0] = name
    return _LANGUAGE[0]


def words_in(name: str | None = None) -> Words:
    """The words of a language, or of the one in use."""
    if name is not None and name not in LANGUAGES:
        raise Error(f"the languages are 'zh' and 'en', not {name!r}", f"语言只有 zh 和 en，没有 {name!r}")
    return Words(name or _LANGUAGE[0], minus="\u2212")


def somebody_looks() -> bool:
    """Whether there is a terminal or a notebook to show progress on."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


class Line:
    """One line on the standard error stream that says how far something is; silent if ``shown`` is false."""

    def __init__(self, shown: bool) -> None:
        self._shown, self._words, self._next, self._width = shown, words_in(), 0.0, 0

    def say(self, what: str, **facts: Any) -> None:
        """A sentence of the words, on a line of its own."""
        if self._shown:
            self.end()
            print(self._words(what, **facts), file=sys.stderr, flush=True)

    def __call__(self, watch: Any) -> None:
        """How many replications are done of how many; see ``experiments.execution.runner.Progress``."""
        now = time.monotonic()
        if self._shown and (now >= self._next or watch.done >= watch.total):
            self._next = now + QUARTER
            text = self._words("python_progress", done=watch.done, total=watch.total)
            print(f"\r{text:<{self._width}}", end="", file=sys.stderr, flush=True)
            self._width = len(text)

    def end(self) -> None:
        """Leave the line, if anything stands on it."""
        if self._shown and self._width:
            print(file=sys.stderr, flush=True)
            self._width = 0


def shown(figure: "Figure") -> "Figure":
    """The figure; a notebook will show it as a picture, also where nobody has imported pyplot."""
    from matplotlib.figure import Figure

    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        formatter = shell.display_formatter.formatters["image/png"]
        try:
            formatter.lookup_by_type(Figure)
        except KeyError:
            formatter.for_type(Figure, _png)
    return figure


def _png(figure: "Figure") -> bytes:
    from experiments.reporting.figures.style import house_style

    picture = io.BytesIO()
    with house_style():
        figure.savefig(picture, format="png", dpi=DOTS_PER_INCH)
    return picture.getvalue()


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], title: str, notes: Iterable[str] = ()) -> str:
    """A table for a notebook; every text is escaped. The first column is text, the others are numbers."""
    cells = "".join(f"<th style='text-align:{_side(number)}'>{_text(head)}</th>" for number, head in enumerate(heads))
    body = "".join(
        "<tr>"
        + "".join(f"<td style='text-align:{_side(number)}'>{_text(cell)}</td>" for number, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    below = "".join(f"<div><small>{_text(note)}</small></div>" for note in notes)
    return f"<div><strong>{_text(title)}</strong><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>{below}</div>"


def _side(number: int) -> str:
    return "right" if number else "left"


def _text(text: str) -> str:
    return html.escape(str(text)).replace("\n", "<br>")
