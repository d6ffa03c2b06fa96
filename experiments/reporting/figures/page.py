"""A page: a figure whose text is set from the top and the bottom; the space between is left to the axes."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.reporting.figures.style import GREY, INK, wrap
from experiments.reporting.translations import Words

SMALL, PLAIN, TITLE = 7.5, 9.5, 14
LINE_HEIGHT = 1.45
SIDE = 0.45  # inches left free on both sides


def paragraph(text: str, width: float, size: float, gap: float = 0.05) -> float:
    """Inches that a paragraph takes on a page so wide."""
    return _height(wrap(text, width - 2 * SIDE, size), size) + gap


class Page:
    """A figure being filled from the top and the bottom.

    Lengths in inches. ``above`` is the height still free at the top, ``below`` what the bottom has taken.
    """

    def __init__(self, width: float, height: float) -> None:
        self.figure = Figure(figsize=(width, height))
        self.width, self.height, self.side = width, height, SIDE
        self.above, self.below = height - 0.3, 0.22

    def top(self, text: str, size: float, weight: str = "normal", color: str = INK, gap: float = 0.05) -> None:
        """Put a paragraph under what is already there."""
        wrapped = wrap(text, self.width - 2 * self.side, size)
        self._text(wrapped, self.above, size, "top", weight=weight, color=color)
        self.above -= _height(wrapped, size) + gap

    def bottom(self, text: str, size: float, color: str = GREY, gap: float = 0.05) -> None:
        """Put a paragraph over what is already there."""
        wrapped = wrap(text, self.width - 2 * self.side, size)
        self._text(wrapped, self.below, size, "bottom", color=color)
        self.below += _height(wrapped, size) + gap

    def _text(self, text: str, height: float, size: float, anchor: str, **look: Any) -> None:
        x, y = self.side / self.width, height / self.height
        self.figure.text(x, y, text, fontsize=size, va=anchor, ha="left", linespacing=LINE_HEIGHT - 0.15, **look)

    def legend(self, handles: Sequence[Any]) -> None:
        """Put a row of marks with their meanings under what is already there."""
        self.above -= 0.06
        self.figure.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(self.side / self.width, self.above / self.height),
            ncols=len(handles),
            frameon=False,
            fontsize=PLAIN - 0.5,
            borderaxespad=0,
            borderpad=0,
            handletextpad=0.5,
        )
        self.above -= _height("", PLAIN)

    def axes(self, left: float, right: float, top: float, bottom: float) -> Axes:
        """Axes with these distances from the page's sides and from the free space's ends."""
        low, high = self.below + bottom, self.above - top
        box = (left, low, self.width - left - right, high - low)
        return self.figure.add_axes((box[0] / self.width, box[1] / self.height, box[2] / self.width, box[3] / self.height))


def value_axis(axis: Any, unit: str, words: Words, difference: bool = False, scale: float = 1.0) -> None:
    """Few round numbers along an axis of values in ``unit``, divided by ``scale``; shares as percent, their differences as plain
    points.
    """
    axis.set_major_locator(MaxNLocator(6))
    if unit == "share" and difference:
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.10g}".replace("-", words.minus)))
    elif unit == "share":
        axis.set_major_formatter(
            FuncFormatter(lambda value, _: words("percent", number=f"{100 * value:.10g}".replace("-", words.minus)))
        )
    else:
        axis.set_major_formatter(
            FuncFormatter(lambda value, _: words.grouped(f"{value / scale:,.12g}").replace("-", words.minus))
        )


def footer(facts: Mapping[str, Any], words: Words) -> str:
    """The small print: scenario, runs, seed, vantage, version and result. ``facts``: see ``provenance.facts``."""
    vantage = facts.get("vantage")
    known_as_of = words("vantage", vantage=vantage) if vantage else words("vantage_today")
    return words("figure_footer", **{**facts, "title": words.of(facts["title"]), "vantage": known_as_of})


def cell(axes: Axes, x: float, y: float, text: str, size: float = PLAIN, color: str = INK, **look: Any) -> None:
    """Text at a place in data units, left-aligned and centred in height unless ``look`` says otherwise."""
    axes.text(x, y, text, **{"fontsize": size, "color": color, "va": "center", "ha": "left", "linespacing": 1.15, **look})


def _height(text: str, size: float) -> float:
    return (text.count("\n") + 1) * size * LINE_HEIGHT / 72
