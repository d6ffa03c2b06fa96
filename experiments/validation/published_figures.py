"""Published figures, and what the model says of them: the records of ``published.yaml``, whose head explains each field."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.core.inputs import yaml_file
from sim.core.inputs.errors import InputError, UserError
from sim.core.inputs.parameters import month_number
from sim.core.inputs.validation import explain

FILE = Path(__file__).parent / "published.yaml"
#: Half the width of a band of nine in ten, in standard deviations.
NINE_IN_TEN = 1.6448536269514722


class Record(BaseModel):
    """A record that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Target(Record):
    """What an agreement may miss, in the figure's unit or, where ``scale`` is log, in logarithms: one standard deviation each."""

    error: float = Field(ge=0)
    discrepancy: float = Field(ge=0)
    scale: Literal["linear", "log"] = "linear"
    reason: dict[str, str]


class Measurement(Record):
    """Which indicator, or sum of several, in which months, over which other month."""

    indicator: str
    month: str | None = None
    first: str | None = Field(default=None, alias="from")
    last: str | None = Field(default=None, alias="to")
    over: str | None = None

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators that are added."""
        return tuple(name.strip() for name in self.indicator.split("+"))

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last month that it covers, in months since January 2021."""
        first, last = (self.month, self.month) if self.month else (self.first, self.last)
        return month_number(str(first)), month_number(str(last))

    @model_validator(mode="after")
    def _one_span(self) -> "Measurement":
        if (self.month is None) == (self.first is None or self.last is None):
            raise UserError("takes 'month', or 'from' and 'to'", "应写 month，或同时写 from 和 to")
        for text in (self.month, self.first, self.last, self.over):
            if text is not None:
                month_number(text)
        return self


class Figure(Record):
    """One published figure."""

    id: str
    name: dict[str, str]
    place: dict[str, str]
    when: str
    published: float | tuple[float, float]
    unit: str
    grade: Literal["A", "B", "D"]  # never U: seen in no source
    key: str
    publisher: str
    note: dict[str, str]
    use: Literal["calibration", "check", "hold_out"]
    model: Measurement
    target: Target | None = None
    history: dict[int, float] = {}
    line: int = 0

    @model_validator(mode="after")
    def _fits_its_use(self) -> "Figure":
        later = self.model.span[1] >= month_number("2023-01")
        if later != (self.use == "hold_out"):
            raise UserError(
                "figures of 2023 or later are for 'hold_out', and only they",
                "2023年及以后的数字用途只能是 hold_out，更早的不能是",
            )
        if (self.use == "check") == (self.target is not None):
            raise UserError(
                "a figure used or held out needs a 'target', one that is only shown has none",
                "用于校准或留作检验的数字要写 target，只作对照的不写",
            )
        if any(year > 2022 for year in self.history):
            raise UserError("'history' ends with 2022", "history 只到2022年")
        if self.target is not None and self.target.scale == "log" and min(np.atleast_1d(self.published)) <= 0:
            raise UserError("a figure on a log scale is above 0", "用对数尺度的数字必须大于 0")
        return self

    @property
    def calibration(self) -> bool:
        """Whether it helped to choose the ensemble."""
        return self.use == "calibration"

    @property
    def centre(self) -> float:
        """The figure, or the middle of its range, on the scale of its target."""
        return float(np.mean(self.to_scale(np.atleast_1d(np.asarray(self.published, dtype=np.float64)))))

    @property
    def spread(self) -> float:
        """One standard deviation of all that an agreement may miss, on the scale of its target; 0 without a target."""
        if self.target is None:
            return 0.0
        ends = self.to_scale(np.atleast_1d(np.asarray(self.published, dtype=np.float64)))
        half = float(ends.max() - ends.min()) / 2.0 / NINE_IN_TEN
        return math.sqrt(self.target.error**2 + self.target.discrepancy**2 + half**2)

    def to_scale(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values on the scale on which they are compared; of a counted thing at least a half, so that 0 has a logarithm."""
        if self.target is None or self.target.scale == "linear":
            return values
        return np.log(np.maximum(values, 0.5))

    def from_scale(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The way back from ``to_scale``."""
        return values if self.target is None or self.target.scale == "linear" else np.exp(values)

    def meets(self, low: float, high: float) -> bool:
        """Whether a band holds the figure, or meets the range that it is."""
        said = np.atleast_1d(np.asarray(self.published, dtype=np.float64))
        return bool(said.max() >= low and said.min() <= high)

    def year(self) -> int:
        """The year in which it ends."""
        return 2021 + self.model.span[1] // 12

    def of(self, series: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64] | None:
        """What the model says, in the figure's unit: (runs,), from indicators by month (runs, months from January 2021).

        None where the replications do not measure it, or end too early.
        """
        first, last = self.model.span
        months = next(iter(series.values())).shape[1]
        if any(name not in series for name in self.model.indicators) or last >= months:
            return None
        total = np.sum([series[name] for name in self.model.indicators], axis=0)
        values: NDArray[np.float64] = total[:, first : last + 1].mean(axis=1)
        return values if self.model.over is None else values / total[:, month_number(self.model.over)]


@dataclass(frozen=True)
class Gauge:
    """Figures as a calibration sees them: what is measured, what was published, and what an agreement may miss."""

    figures: Sequence[Figure]
    names: tuple[str, ...] = field(init=False)
    centres: NDArray[np.float64] = field(init=False)
    spreads: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(figure.id for figure in self.figures))
        object.__setattr__(self, "centres", np.array([figure.centre for figure in self.figures]))
        object.__setattr__(self, "spreads", np.array([figure.spread for figure in self.figures]))

    def of(self, series: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """(runs, figures) on the scales of the targets. Raises ValueError for a figure that the replications do not measure."""
        columns = []
        for figure in self.figures:
            values = figure.of(series)
            if values is None:
                raise ValueError(f"the replications do not measure {figure.id}")
            columns.append(figure.to_scale(values))
        return np.stack(columns, axis=1)


def load(path: Path = FILE) -> list[Figure]:
    """All published figures, in the order of the file. Raises InputError naming file, line and figure for anything amiss."""
    tree = yaml_file.read_mapping(path)
    figures = []
    for name, record in tree.items():
        if not isinstance(record, Mapping):
            raise InputError(path, tree.lines[name], f"{name}: must be a mapping", f"{name}：下面应一行写一个“名称: 值”")
        try:
            figures.append(Figure.model_validate({**_plain(record), "id": name, "line": tree.lines[name]}))
        except ValidationError as problem:
            raise InputError(path, tree.lines[name], *explain(problem.errors()[0], list(Figure.model_fields), name)) from None
    return figures


def _plain(record: Any) -> Any:
    if isinstance(record, Mapping):
        return {key: _plain(value) for key, value in record.items()}
    return [_plain(value) for value in record] if isinstance(record, list) else record
