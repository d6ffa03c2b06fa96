"""From the files of a result folder to the tidy data of each picture. Empty or None where the folder lacks the files."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas

from experiments.analyses import comparison
from experiments.reporting.goal_selection import plan_goals
from experiments.reporting.lever_values import lever_name, used_text
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results import curves
from experiments.results.folder import Results
from experiments.statistics.estimates import quantiles
from experiments.validation.published_figures import Figure
from experiments.validation.published_figures import load as load_published
from sim.world.funds import NOT_PUBLIC

REGISTERED = ("registered_dibao", "registered_other")
SOURCES = {"wages": "wage_share", "business": "business_share", "transfers": "transfer_share"}
LINES = {"line_poverty": "lines.poverty_line", "line_monitoring": "lines.monitoring_line"}
MOST_COMPARED = 18
STAGES = ("began", "identified", "helped", "eliminated")


def kind(results: Results) -> str:
    """What a folder holds: run, sweep, sensitivity, solve; "none" for any other folder."""
    folder = results.folder
    for name, names in (("sensitivity.json", "sensitivity"), ("solution.json", "solve")):
        if (folder / name).exists():
            return names
    if not (folder / "manifest.json").exists():
        return "none"
    return "sweep" if results.manifest.get("kind") == "sweep" else "run"


def find_events(results: Results) -> list[tuple[str, dict[str, str]]]:
    """Dated events of the scenario: its dated settings, and the rotation of first secretaries; months with names."""
    manifest, months = results.manifest, results.manifest["months"]
    found: list[tuple[str, dict[str, str]]] = []
    rotation = manifest["parameters"].get("stationed_teams.rotation_month", -1)
    teams = manifest["parameters"].get("stationed_teams.teams", 0)
    if isinstance(rotation, (int, float)) and 0 <= rotation < len(months) and teams:
        found.append((months[int(rotation)], _bilingual("event_rotation")))
    for name, settings in (manifest["scenario"].get("overrides") or {}).items():
        value = settings[-1].get("value") if settings else None
        if isinstance(value, Mapping):
            dated = [(months[int(at)], setting) for at, setting in value.items() if 0 < int(at) < len(months)]
            found += [(month, _setting(name, setting)) for month, setting in dated if not isinstance(setting, Mapping)]
    vantage = manifest["scenario"].get("vantage")
    if vantage in months[1:]:
        found.append((vantage, _bilingual("event_vantage")))
    return found


def _bilingual(label: str, **values: Any) -> dict[str, str]:
    return {language: Words(language)(label, **values) for language in LANGUAGES}


def _setting(name: str, value: Any) -> dict[str, str]:
    """A dated setting in words: the parameter by its names, where this program knows it."""
    from sim.core.inputs.parameters import load_all

    record = load_all().parameters.get(name)
    names = {}
    for language in LANGUAGES:
        words = Words(language)
        text = used_text(record, value, words) if record else str(value)
        names[language] = words("event_set", name=lever_name(record, words) if record else name, value=text)
    return names


@cache
def _figures() -> list[Figure]:
    return load_published()


def find_published(indicator: str, first: str, last: str) -> list[dict[str, Any]]:
    """The published figures on an indicator whose months lie within the simulated months."""
    found = []
    for each in _figures():
        span = (each.model.month or each.model.first or "", each.model.month or each.model.last or "")
        if each.model.indicator == indicator and each.model.over is None and first <= span[0] and span[1] <= last:
            value = list(each.published) if isinstance(each.published, (list, tuple)) else each.published
            found.append({"id": each.id, "span": span, "published": value, "place": each.place})
    return found


def tabulate_chances(results: Results) -> pandas.DataFrame:
    """The probability of being on course at each year's end, of the goals in truth, not on record; headline first."""
    goals = [goal for goal in plan_goals(results.goals) if not goal["observed"] and goal["probability"] is not None]
    goals.sort(key=lambda goal: not goal["headline"])
    rows = [
        {"goal": goal["id"], **_names(goal["name"]), "headline": goal["headline"],
         **{key: year[key] for key in ("year", "probability", "low", "high", "runs")}}
        for goal in goals
        for year in goal["by_year"]
        if year["probability"] is not None
    ]  # fmt: skip
    return pandas.DataFrame(rows)


def _names(names: Mapping[str, str], of: str = "name") -> dict[str, str]:
    return {f"{of}_{language}": names.get(language, "") for language in LANGUAGES}


def tabulate_curve(results: Results, goals: Sequence[str]) -> pandas.DataFrame:
    """The curves of these goals: goal, names, at, probability, low, high, runs; empty where the replications do not say."""
    table = results.table("replications")
    outcomes, draws = curves.read_outcomes(table), table["draw"].to_numpy()
    return pandas.DataFrame(
        {"goal": goal, **_bilingual(f"curve_of_{goal}"), **point}
        for goal in goals
        for point in curves.curve(goal, outcomes, draws)
    ).rename(columns={language: f"name_{language}" for language in LANGUAGES})


def read_gap(results: Results) -> float | None:
    """How far the county's growth was ahead of the province's, points a year, mean over the replications; None where unknown."""
    line = next((goal for goal in results.goals if goal["id"] == curves.GROWTH), None)
    return None if line is None else line.get("margin_mean")


def without_policy(results: Results) -> Results | None:
    """The same county without any policy, where a run for a brief left it."""
    found = Results(results.folder / "without_policy")
    return found if (found.folder / "manifest.json").exists() else None


def pair_differences(first: Results, other: Results) -> dict[str, dict[str, float]]:
    """By goal, the paired difference of its probability with its interval; empty where the two cannot be compared."""
    return {
        line["id"]: {"difference": line["difference"], "difference_low": line["low"], "difference_high": line["high"]}
        for line in _comparison(first, other)
    }


def _comparison(first: Results, other: Results) -> list[dict[str, Any]]:
    try:
        comparison.check([first, other])
        return comparison.against(first, other)["goals"]
    except (comparison.Unpaired, KeyError, FileNotFoundError):
        return []


def compare_goals(first: Results, other: Results) -> pandas.DataFrame:
    """Goals of the plan under both runs, paired: headline goals, and others that a replication flips; empty if not comparable."""
    lines = [line for line in plan_goals(_comparison(first, other)) if line["first_probability"] is not None]
    chosen = [line for line in lines if line["headline"] or line["helped"] or line["harmed"]]
    chosen.sort(key=lambda line: (not line["headline"], -abs(line["difference"])))
    rows = []
    for line in chosen[:MOST_COMPARED]:
        sides = {side: line[f"{side}_probability"] for side in ("first", "other")}
        ends = {f"{side}_{end}": line[f"{side}_{end}"] for side in sides for end in ("low", "high")}
        counts = {key: line[key] for key in ("both", "helped", "harmed", "neither")}
        rows.append(
            {"goal": line["id"], **_names(line["name"]), "headline": line["headline"], **sides, **ends,
             **{key: line[key] for key in ("difference", "low", "high")}, **counts}
        )  # fmt: skip
    return pandas.DataFrame(rows)


def tabulate_purses(results: Results) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Public purses by use (yuan a year, the largest use first) and by year, in the order of the budget's list of purses."""
    from sim.household_trace import fund_names

    budget, payments = results.table("budget"), results.table("payments")
    names = fund_names()
    years = budget["year"].nunique()
    public = [fund for fund in names if fund in set(budget["fund"]) and fund not in NOT_PUBLIC]
    by_use, by_year = [], []
    for fund in public:
        own = budget[budget["fund"] == fund]
        spent = payments[payments["fund"] == fund].groupby("replication")["yuan"].sum() / years
        low, high = (float(spent.quantile(level)) for level in (0.05, 0.95))
        sums = own.groupby("use")[["yuan", "shortfall"]].sum().sort_values("yuan", ascending=False) / years
        if sums["yuan"].sum() < 1.0:
            continue
        by_use += [
            {"fund": fund, **_names(names[fund], "fund"), "use": use, **_use(str(use)), "yuan": row["yuan"], "p05": low,
             "p95": high, "shortfall": row["shortfall"]}
            for use, row in sums.iterrows()
        ]  # fmt: skip
        yearly = payments[payments["fund"] == fund].groupby(["year", "replication"])["yuan"].sum()
        for year, values in yearly.groupby(level="year"):
            by_year.append(
                {"fund": fund, **_names(names[fund], "fund"), "year": int(year), "yuan": float(values.mean()),
                 "p05": float(values.quantile(0.05)), "p95": float(values.quantile(0.95))}
            )  # fmt: skip
    return pandas.DataFrame(by_use), pandas.DataFrame(by_year)


def _use(use: str) -> dict[str, str]:
    return {
        f"use_{language}": Words(language)(f"use_{use}") if Words(language).has(f"use_{use}") else use for language in LANGUAGES
    }


def tabulate_incomes(results: Results) -> pandas.DataFrame:
    """Income per head by source and segment at the first and the last year's end, means over replications; the rest: property."""
    years = results.table("years")
    if not {"rural_income", *SOURCES.values()} <= set(years.columns):
        return pandas.DataFrame()
    own = years[years["scope"] == "segment"]
    ends = sorted({own["year"].min(), own["year"].max()})
    rows = []
    for place in results.manifest["segments"]:
        for year in ends:
            part = own[(own["unit"] == place["unit"]) & (own["year"] == year)]
            total = part["rural_income"].astype(float)
            sources = {source: float((total * part[share]).mean()) for source, share in SOURCES.items()}
            if not np.isfinite(total.mean()):
                continue
            sources["property"] = float(total.mean()) - sum(sources.values())
            rows.append(
                {"segment": place["unit"], **_names(place), "year": int(year), **sources, "total": float(total.mean()),
                 "p05": float(total.quantile(0.05)), "p95": float(total.quantile(0.95))}
            )  # fmt: skip
    return pandas.DataFrame(rows)


def read_portrait(results: Results, name: str) -> pandas.DataFrame | None:
    """A portrait with its group (registered, others) beside each segment; None where the folder has none."""
    if not (results.folder / f"{name}.parquet").exists():
        return None
    found = results.table(name)
    found["group"] = np.where(found["segment"].astype(str).isin(REGISTERED), "registered", "others")
    return found.astype({column: str for column in found.columns if isinstance(found[column].dtype, pandas.CategoricalDtype)})


def summarise_runs(found: pandas.DataFrame, by: Sequence[str], runs: int) -> pandas.DataFrame:
    """Sums of each replication by these columns, then mean, p05 and p95 over ``runs``; without a row it counts as 0."""
    wide = found.groupby(["replication", *by], sort=False)["value"].sum().unstack(by, fill_value=0.0)
    values = np.zeros((runs, wide.shape[1]))
    values[: len(wide)] = wide.to_numpy()
    table = wide.columns.to_frame(index=False)
    low, high = quantiles(values, (0.05, 0.95))
    return table.assign(mean=values.mean(axis=0), p05=low, p95=high)


def tabulate_spread(results: Results, highest: int) -> pandas.DataFrame:
    """Shares of persons by group, moment and thousand yuan of net income; above ``highest`` as one; below 0 as −1000."""
    found = read_portrait(results, "incomes")
    if found is None or found.empty:
        return pandas.DataFrame()
    found["low"] = pandas.to_numeric(found["low"].replace("below", "-1000")).clip(upper=highest)
    found["value"] /= found.groupby(["replication", "group", "moment"])["value"].transform("sum")
    cells = summarise_runs(found, ["group", "moment", "low"], results.manifest["replications"]["completed"])
    whole = pandas.MultiIndex.from_product(
        [["registered", "others"], ["opening", "end"], range(-1000, highest + 1, 1000)], names=["group", "moment", "low"]
    )
    return cells.rename(columns={"mean": "share"}).set_index(list(whole.names)).reindex(whole, fill_value=0.0).reset_index()


def find_lines(results: Results, language: str) -> list[tuple[str, float, float]]:
    """The poverty and the monitoring line at the scenario's start and end, yuan; those that are parameters."""
    found = []
    for label, name in LINES.items():
        value = results.manifest["parameters"].get(name)
        months = results.manifest["months"]
        if isinstance(value, Mapping):
            levels = []
            for moment in (months[0], months[-1]):
                known = [month for month in sorted(value) if month <= moment]
                levels.append(float(value[known[-1]]) if known else float("nan"))
            found.append((Words(language)(label), levels[0], levels[1]))
        elif isinstance(value, (int, float)):
            found.append((Words(language)(label), float(value), float(value)))
    return [each for each in found if np.isfinite(each[1:]).all()]


def tabulate_monitoring(results: Results) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Stages and delays of monitoring by group; both empty where no risk was followed for a year."""
    stages, delays = read_portrait(results, "monitoring"), read_portrait(results, "delays")
    if stages is None or delays is None or "began" not in set(stages["stage"]):
        return pandas.DataFrame(), pandas.DataFrame()
    summed = summarise_runs(stages, ["group", "stage"], results.manifest["replications"]["completed"])
    summed["order"] = summed["stage"].map({stage: number for number, stage in enumerate(STAGES)})
    summed = summed.dropna(subset=["order"]).sort_values(["group", "order"], ascending=[False, True]).drop(columns="order")
    rows = []
    for (group, step), own in delays.groupby(["group", "step"], sort=True):
        counts = own.groupby(own["months"].astype(int))["value"].sum().sort_index()
        levels = {f"p{level:02d}": _quantile(counts, level / 100) for level in (10, 50, 90)}
        rows.append({"group": group, "step": step, **levels})
    return summed, pandas.DataFrame(rows, columns=["group", "step", "p10", "p50", "p90"])


def _quantile(counts: pandas.Series, level: float) -> float:
    """The month by which this share of the households has been reached."""
    reached = counts.cumsum() / counts.sum()
    return float(counts.index[int(np.searchsorted(reached.to_numpy(), level - 1e-12))])


def tabulate_places(results: Results, indicator: str) -> pandas.DataFrame:
    """An indicator by township at the last year's end, mean and nine runs in ten, in the order of the list."""
    years = results.table("years")
    if indicator not in years.columns or not results.manifest["townships"]:
        return pandas.DataFrame()
    own = years[(years["scope"] == "township") & (years["year"] == years["year"].max())]
    rows = []
    for place in results.manifest["townships"]:
        values = own.loc[own["unit"] == place["unit"], indicator].astype(float).dropna()
        levels = [float(values.quantile(level)) for level in (0.05, 0.95)] if len(values) else [np.nan] * 2
        mean = float(values.mean()) if len(values) else np.nan
        rows.append({"unit": place["unit"], **_names(place), "mean": mean, "p05": levels[0], "p95": levels[1]})
    return pandas.DataFrame(rows)


def read_county_level(results: Results, indicator: str) -> float:
    """The county's mean of an indicator in the last month."""
    return float(results.bands("county", indicator)["mean"].iloc[-1])


def read_json(path: Path) -> Any:
    """A JSON file; None if there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def read_story(results: Results) -> Sequence[dict[str, Any]] | None:
    """The household in ``story.json``, the output of ``xianjie explain --json``.

    None without one, without months in it, or if it is of another scenario or seed: left from an earlier run.
    """
    found = read_json(results.folder / "story.json")
    if not isinstance(found, list) or not found or not all(isinstance(each, dict) and each.get("months") for each in found):
        return None
    manifest = results.manifest
    same = (found[0].get("scenario"), found[0].get("seed")) == (manifest["scenario"]["id"], manifest["seed"])
    return found if same else None
