"""What charts with one row per goal, fund or place share: row height, names, lines between rows, and marks."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from experiments.reporting.figures.page import PLAIN, Page
from experiments.reporting.figures.style import GREY, INK, LINE, wrap
from experiments.reporting.translations import Words

ROW = 0.34  # inches


def named_rows(page: Page, names: Sequence[str], left: float, right: float, top: float, bottom: float, apart: int = 1) -> Axes:
    """Axes with a row for each name, the first on top at 0; names stand within ``left`` inches of the page's side, and a line
    after each ``apart`` rows.
    """
    axes = page.axes(left=left, right=right, top=top, bottom=bottom)
    axes.set_ylim(len(names) - 0.5, -0.5)
    size = PLAIN - 0.5
    room = left - page.side - 0.12
    wrapped = [wrap(name, room, size) for name in names]
    axes.set_yticks(range(len(names)), wrapped, fontsize=size, linespacing=1.05)
    axes.tick_params(axis="y", length=0, pad=6)
    axes.spines["left"].set_visible(False)
    for number in range(apart, len(names), apart):
        axes.axhline(number - 0.5, color=LINE, linewidth=0.5, zorder=0)
    return axes


def heading(axes: Axes, x: float, text: str, **look: Any) -> None:
    """A column's name over the rows, at a place in data units."""
    axes.annotate(
        text, (x, 1), xycoords=("data", "axes fraction"), xytext=(0, 5), textcoords="offset points", fontsize=PLAIN - 1,
        color=GREY, va="bottom", **{"ha": "center", **look},
    )  # fmt: skip


def share_axis(axes: Axes, words: Words) -> None:
    """Percent from 0 to 100 along the bottom."""
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [words("percent", number=number) for number in (0, 25, 50, 75, 100)])
    axes.tick_params(axis="x", labelsize=PLAIN - 1)
    axes.grid(axis="x")
    axes.set_axisbelow(True)


def interval(axes: Axes, y: float, low: float, middle: float, high: float, color: str, marker: str = "o", **look: Any) -> None:
    """A mark with its interval."""
    axes.plot([low, high], [y, y], color=color, linewidth=2.0, solid_capstyle="butt", zorder=3)
    style: dict[str, Any] = {"markersize": 6.5, "markeredgewidth": 1.3, "linestyle": "", "zorder": 4, "clip_on": False, **look}
    axes.plot([middle], [y], marker=marker, color=color, **style)


def beside(axes: Axes, y: float, text: str, size: float = PLAIN - 1, color: str = INK, points: float = 8) -> None:
    """Text to the right of the axes, at the height of a row."""
    axes.annotate(
        text, (1, y), xycoords=("axes fraction", "data"), xytext=(points, 0), textcoords="offset points", fontsize=size,
        color=color, va="center", ha="left", annotation_clip=False,
    )  # fmt: skip
