"""The model held against what was published: the figures of ``published.yaml`` beside what the lives say of them.

Nothing is tuned here, and a miss stays a miss. A figure that helped to set the model is marked: agreement with it
proves nothing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from experiments.monte_carlo import quantiles
from experiments.results import Results

FILE = Path(__file__).parent / "published.yaml"


@dataclass(frozen=True)
class Published:
    """One published figure; the head of ``published.yaml`` says what its fields mean."""

    id: str
    name: dict[str, str]
    place: dict[str, str]
    when: str
    published: float | list[float]
    unit: str
    grade: str
    key: str
    publisher: str
    note: dict[str, str]
    calibration: bool
    model: dict[str, str]

    @property
    def indicator(self) -> str:
        """The indicator that it is held against."""
        return self.model["indicator"]

    @property
    def span(self) -> tuple[str, str]:
        """The first and the last month that it covers."""
        if "month" in self.model:
            return self.model["month"], self.model["month"]
        return self.model["from"], self.model["to"]


def load(path: Path = FILE) -> list[Published]:
    """All published figures, in the order of the file."""
    records: Mapping[str, Mapping[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Published(id=name, **fields) for name, fields in records.items()]


def compare(results: Results, figures: list[Published]) -> list[dict[str, Any]]:
    """A line for each figure: the model's ``mean``, ``p05`` and ``p95`` over the lives, and ``inside``.

    A number is inside if it lies in the model's band of nine in ten; a range, if it holds the model's mean. All are
    None where the lives do not measure the indicator, or not in those months.
    """
    measured = results.manifest["indicators"]
    wanted = sorted({figure.indicator for figure in figures if figure.indicator in measured})
    table = results.table("months", ["replication", "month", *wanted])
    runs = table["replication"].nunique()
    months = table["month"].dt.strftime("%Y-%m").to_numpy()[: len(table) // runs]
    lines = []
    for figure in figures:
        line: dict[str, Any] = {**asdict(figure), "mean": None, "p05": None, "p95": None, "inside": None}
        line["runs"] = 0
        first, last = figure.span
        chosen = (months >= first) & (months <= last)
        if figure.indicator in measured and chosen.any():
            series = table[figure.indicator].to_numpy().reshape(runs, -1)[:, chosen]
            line |= _held_against(figure.published, series.mean(axis=1))
        lines.append(line)
    return lines


def _held_against(published: float | list[float], values: NDArray[np.float64]) -> dict[str, Any]:
    """What the lives say: ``values`` (runs,), NaN left out."""
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return {}
    mean = float(known.mean())
    low, high = (float(level) for level in quantiles(known, (0.05, 0.95)))
    if isinstance(published, list):
        inside = published[0] <= mean <= published[1]
    else:
        inside = low <= published <= high
    return {"mean": mean, "p05": low, "p95": high, "inside": bool(inside), "runs": len(known)}
