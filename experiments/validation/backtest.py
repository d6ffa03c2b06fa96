"""The model compared with published figures: those that chose the ensemble, and those of 2023 to 2025 that nothing has seen.

A prediction is the spread of the replications, widened by the figure's stated error and discrepancy (``published.yaml``). They
are about one county, and most figures are about another place or another way of counting. Nothing is tuned here, and a miss
stays a miss.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.results.folder import Results
from experiments.validation.baseline_predictors import trend_line
from experiments.validation.published_figures import Figure

#: Equally likely scores that stand for a normal error; so a prediction needs no random draws of its own.
SCORES: NDArray[np.float64] = stats.norm.ppf((np.arange(40) + 0.5) / 40.0)

Array = NDArray[np.float64]
MODEL, TREND, STATIC = "model", "trend", "static"
BAND = (0.05, 0.95)


def series_of(results: Results, figures: Sequence[Figure]) -> dict[str, Array]:
    """Of a result folder, the indicators that figures ask for, by month: (replications, months)."""
    measured = results.manifest["indicators"]
    wanted = sorted({name for figure in figures for name in figure.model.indicators if name in measured})
    table = results.table("months", ["replication", "month", *wanted])
    runs = table["replication"].nunique()
    return {name: table[name].to_numpy().reshape(runs, -1) for name in wanted}


def compare(
    figures: Sequence[Figure], series: Mapping[str, Array], still: Mapping[str, Array] | None = None
) -> list[dict[str, Any]]:
    """A line for each figure; all that the replications cannot say is None.

    ``mean``, ``p05``, ``p95``: of the replications alone, and ``inside``: whether the figure lies in that band; ``low``,
    ``high``: with error and discrepancy, and ``hit``. For figures held out also ``crps`` (in the figure's unit; on the logarithm
    where its target is), and what the baseline predictors say; ``still`` being ``baseline_predictors.standing_still``.
    """
    return [_line(figure, series, still) for figure in figures]


def _line(figure: Figure, series: Mapping[str, Array], still: Mapping[str, Array] | None) -> dict[str, Any]:
    line: dict[str, Any] = {
        **figure.model_dump(exclude={"target", "history", "line", "use"}), "use": figure.use, "calibration": figure.calibration,
        **dict.fromkeys(("mean", "p05", "p95", "inside", "low", "high", "hit", "crps")), "runs": 0, "rivals": {},
    }  # fmt: skip
    values = figure.of(series)
    known = np.array([]) if values is None else values[~np.isnan(values)]
    if len(known) == 0:
        return line
    p05, p95 = (float(level) for level in np.quantile(known, BAND))
    line |= {"mean": float(known.mean()), "p05": p05, "p95": p95, "inside": figure.meets(p05, p95), "runs": len(known)}
    if figure.target is not None:
        line |= _predicted(figure, figure.to_scale(known))
    if figure.use == "hold_out":
        line["rivals"] = _baseline_predictions(figure, still)
    return line


def _predicted(figure: Figure, scaled: Array) -> dict[str, Any]:
    """Band, hit and score of replications on the target's scale, widened by error and discrepancy."""
    sample = widen(scaled, figure.spread)
    low, high = (float(end) for end in figure.from_scale(np.array(band_ends(sample))))
    return {"low": low, "high": high, "hit": figure.meets(low, high), "crps": crps(sample, figure.centre)}


def _baseline_predictions(figure: Figure, still: Mapping[str, Array] | None) -> dict[str, Any]:
    """What the two baseline predictors say; one that cannot say anything is left out.

    The trend predicts the published series itself, with the scatter of its line; the static calculation is about this county,
    and so is widened like the model.
    """
    found = {}
    line = trend_line(figure)
    if line is not None:
        sample = widen(np.array([line.value]), line.spread)
        band: dict[str, Any] = {"low": None, "high": None, "hit": None}
        if line.spread > 0:
            low, high = band_ends(sample)
            band = {"low": low, "high": high, "hit": figure.meets(low, high)}
        found[TREND] = {"mean": line.value, **band, "crps": crps(sample, figure.centre)}
    value = None if still is None else figure.of(still)
    if value is not None and np.isfinite(value).all():
        found[STATIC] = {"mean": float(value[0]), **_predicted(figure, figure.to_scale(value))}
    return found


def scores(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of the figures held out: for the model and each baseline predictor how many it predicts, the share of its bands that hold
    the figure, and its CRPS relative to the model's on the figures that both predict (geometric mean; above 1 the model was
    nearer) with in how many of them the model was nearer.
    """
    held = [line for line in lines if line["use"] == "hold_out" and line["crps"] is not None]
    made: dict[str, Any] = {MODEL: {"figures": len(held), **_coverage(held)}}
    for predictor in (TREND, STATIC):
        both = [line for line in held if predictor in line["rivals"]]
        ratios = [line["rivals"][predictor]["crps"] / line["crps"] for line in both if line["crps"] > 0]
        made[predictor] = {
            "figures": len(both),
            **_coverage([line["rivals"][predictor] for line in both]),
            "crps_over_model": float(np.exp(np.mean(np.log(np.maximum(ratios, 1e-6))))) if ratios else None,
            "model_nearer": int(sum(ratio > 1.0 for ratio in ratios)),
        }
    used = [line for line in lines if line["use"] == "calibration" and line["hit"] is not None]
    made["used"] = {"figures": len(used), "lives": sum(line["inside"] for line in used), **_coverage(used)}
    return made


def _coverage(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    banded = [line["hit"] for line in lines if line["hit"] is not None]
    return {"bands": len(banded), "hits": sum(banded), "coverage": sum(banded) / len(banded) if banded else None}


def widen(values: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Every value with every error of a normal one of standard deviation ``spread``: (values * scores,), sorted."""
    return np.sort((values[:, None] + spread * SCORES[None, :]).ravel()) if spread > 0 else np.sort(values)


def band_ends(sample: NDArray[np.float64], at: tuple[float, float] = (0.05, 0.95)) -> tuple[float, float]:
    """The ends of the band that holds nine in ten of a sample, each value standing for the middle of its share."""
    low, high = np.quantile(sample, at, method="hazen")
    return float(low), float(high)


def crps(sample: NDArray[np.float64], happened: float) -> float:
    """The continuous ranked probability score of a sample: its mean distance to what happened less half that within itself.

    In the unit of the sample; 0 is perfect, and of a single value it is the distance (Gneiting and Raftery 2007, doi
    10.1198/016214506000001437).
    """
    ordered = np.sort(sample)
    count = len(ordered)
    within = 2.0 * float((ordered * (2.0 * np.arange(count) - count + 1.0)).sum()) / count**2
    return float(np.abs(ordered - happened).mean()) - 0.5 * within
