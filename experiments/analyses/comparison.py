"""Scenarios compared with the first of them, future by future: goals, indicators, money, and who gains and who loses.

Read from result folders alone. Two replications are a pair when they have the same seed and number: same parameters where neither
scenario sets them, common random numbers. All intervals are for pairs (see ``paired``), 95 %.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analyses import settings
from experiments.results.files import as_json, read_object, write_csv, write_text
from experiments.results.folder import Results, flat
from experiments.statistics import estimates, paired
from sim.core.inputs.errors import UserError
from sim.world.funds import NOT_PUBLIC

if TYPE_CHECKING:
    import pandas

#: What says for whom a scenario is better, by segment and by township, where the model measures it. 1: more is better.
WHO = {"rural_income": 1, "registered_income": 1, "relapse_rate": -1, "at_risk_share": -1, "own_rigid_spending": -1}
#: The file that holds a comparison whole.
WHOLE = "comparison.json"
#: The parts of a comparison, each a table.
PARTS = ("goals", "indicators", "money", "places")
GAINS, LOSES, UNCLEAR, SAME = "gains", "loses", "unclear", "same"


class Unpaired(UserError):
    """Results that cannot be compared future by future; the message says why."""


def compare(found: Sequence[Results]) -> dict[str, Any]:
    """The comparison of each result with the first, as plain data: see ``against`` for one of them.

    Raises Unpaired when seeds or replications differ, or one of the results is not complete.
    """
    check(found)
    first, names = found[0], labels(found)
    return {
        "seed": first.manifest["seed"],
        "only_luck": first.manifest["only_luck"],
        "replications": len(first.table("replications", ["replication"])),
        "confidence": estimates.CONFIDENCE,
        "scenarios": [
            {"id": name, "title": settings.title(each.manifest["scenario"]), "hash": each.manifest["hash"],
             "folder": str(each.folder)}
            for name, each in zip(names, found)
        ],
        "comparisons": [{**against(first, other), "first": names[0], "other": name} for name, other in zip(names[1:], found[1:])],
    }  # fmt: skip


def compared(folder: Path) -> list[Path]:
    """The result folders that lie in a folder of a comparison, the reference first; [] where it is none, or holds no results."""
    record = read_object(folder / WHOLE) or {}
    inside = [folder / Path(str(each.get("folder"))).name for each in record.get("scenarios", ()) if isinstance(each, dict)]
    return inside if all(path.is_dir() for path in inside) else []


def write(result: Mapping[str, Any], folder: Path) -> None:
    """Write a comparison into a folder: whole as JSON, and each of its parts as a table."""
    write_text(folder / WHOLE, as_json(result))
    for name, rows in tables(result).items():
        write_csv(folder / name, rows)


def tables(result: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each CSV file of a comparison; ``first`` and ``other`` are figures in all files but that of the goals."""
    return {f"comparison-{part}.csv": lines(result, part) for part in PARTS}


def lines(result: Mapping[str, Any], part: str) -> list[dict[str, Any]]:
    """One part of a comparison as rows: those of every scenario compared with the first, one after another."""
    return [
        {"first_id": one["first"], "other_id": one["other"], "first": one["first"], "other": one["other"], **flat(row)}
        for one in result["comparisons"]
        for row in one[part]
    ]


def labels(found: Sequence[Results]) -> list[str]:
    """What distinguishes the results: their scenarios, and the folders too of those that are compared with the first under
    one name.
    """
    names = [str(each.manifest["scenario"]["id"]) for each in found]
    return [
        f"{name} ({each.folder})" if number and names[1:].count(name) > 1 else name
        for number, (name, each) in enumerate(zip(names, found))
    ]


def check(found: Sequence[Results]) -> None:
    """Raise Unpaired unless these results have the same futures."""
    first = found[0].manifest
    for each in found:
        manifest = each.manifest
        name = f"{each.folder} ({manifest['scenario']['id']})"
        if not manifest["complete"]:
            raise Unpaired(
                f"{name} is not complete; finish it with 'xianjie run … --resume'",
                f"{name} 还没有算完；请先用 xianjie run … --resume 算完",
            )
        for key in ("seed", "only_luck", "single_draws", "lives", "code"):
            value, of_first = manifest.get(key, False), first.get(key, False)  # single_draws is said only where it is so
            if value != of_first:
                raise Unpaired(
                    f"{name}: its {key} is {value}, that of {found[0].folder} is {of_first}",
                    f"{name} 的 {key} 是 {value}，{found[0].folder} 的是 {of_first}；两者一致才能逐次对比",
                )
        if manifest["months"] != first["months"]:
            raise Unpaired(
                f"{name} ends in {manifest['months'][-1]}, {found[0].folder} in {first['months'][-1]}",
                f"{name} 到 {manifest['months'][-1]} 为止，{found[0].folder} 到 {first['months'][-1]} 为止；期限相同才能对比",
            )


def against(first: Results, other: Results) -> dict[str, Any]:
    """What ``other`` changes: ``goals``, ``indicators``, ``money``, ``places``; ``same`` if all replications are the same, bit
    for bit.
    """
    one, two = _pairs(first.table("replications"), other.table("replications"))
    draws = one["draw"].to_numpy()
    return {
        "first": first.manifest["scenario"]["id"],
        "other": other.manifest["scenario"]["id"],
        "pairs": len(one),
        "draws": len(np.unique(draws)),
        "same": bool((one["kept"].to_numpy() == two["kept"].to_numpy()).all()),
        "goals": _goals(first, one, two, draws),
        "indicators": _indicators(first, other, one.index, draws),
        "money": _money(first, other, one.index, draws),
        "places": _places(first, other, one.index, draws),
    }


def _pairs(one: "pandas.DataFrame", two: "pandas.DataFrame") -> tuple["pandas.DataFrame", "pandas.DataFrame"]:
    """The rows of both by replication, those that failed in either left out."""
    one, two = one.set_index("replication"), two.set_index("replication")
    common = one.index.intersection(two.index)
    if len(common) == 0:
        raise Unpaired("the two results have no replication in common", "两个结果没有共同的推演，无法逐次对比")
    return one.loc[common], two.loc[common]


def _goals(first: Results, one: "pandas.DataFrame", two: "pandas.DataFrame", draws: np.ndarray) -> list[dict[str, Any]]:
    lines = []
    members: dict[str, list[str]] = {line["id"]: line.get("members", []) for line in first.goals}
    for line in first.goals:
        names = members[line["id"]] or [line["id"]]
        if not all(f"goal.{name}.met" in side for name in names for side in (one, two)):
            continue  # only one of the two is judged by it
        met = [estimates.jointly({name: side[f"goal.{name}.met"] for name in names}) for side in (one, two)]
        margins = [np.min([side[f"goal.{name}.margin"] for name in names], axis=0) for side in (one, two)]
        chances = [estimates.proportion(each, draws) for each in met]
        lines.append(
            {
                "id": line["id"],
                "name": line["name"],
                "unit": line.get("unit"),
                "headline": line["headline"],
                "weight": line.get("weight", 0.0),
                "observed": line["observed"],
                **({"members": line["members"]} if "members" in line else {}),
                **{f"first_{key}": getattr(chances[0], key) for key in ("probability", "low", "high", "bound")},
                **{f"other_{key}": getattr(chances[1], key) for key in ("probability", "low", "high", "bound")},
                **asdict(paired.flips(met[0], met[1], (margins[0], margins[1]), draws)),
                **_difference("margin", margins[0], margins[1], draws),
            }
        )
    return lines


def _difference(name: str, first: np.ndarray, second: np.ndarray, draws: np.ndarray) -> dict[str, float]:
    mean = paired.difference(first, second, draws)
    return {f"{name}_difference": mean.mean, f"{name}_difference_low": mean.low, f"{name}_difference_high": mean.high}


def _last_decembers(results: Results, order: Any) -> "pandas.DataFrame":
    """County indicators at the end, a row for each replication of ``order``."""
    table = results.table("months")
    last = table[table["month"] == table["month"].max()].drop(columns="month").set_index("replication")
    return last.loc[order]


def _indicators(first: Results, other: Results, order: Any, draws: np.ndarray) -> list[dict[str, Any]]:
    one, two = _last_decembers(first, order), _last_decembers(other, order)
    lines = []
    for name, record in first.manifest["indicators"].items():
        if name in one and name in two:
            lines.append(
                {"id": name, "name": record["name"], "unit": record["unit"], "headline": record["headline"],
                 **_change(one[name].to_numpy(), two[name].to_numpy(), draws)}
            )  # fmt: skip
    return lines


def _change(first: np.ndarray, second: np.ndarray, draws: np.ndarray, looks: int = 1) -> dict[str, Any]:
    """Both means over the pairs in which both are known, and their difference.

    ``looks``: among how many such differences a reader will look for clear ones; the interval is widened so that in only one of
    twenty such searches chance is taken for an effect (Bonferroni).
    """
    known = ~(np.isnan(first) | np.isnan(second))
    confidence = 1.0 - (1.0 - estimates.CONFIDENCE) / looks
    mean = paired.difference(first[known], second[known], draws[known], confidence)
    both = [float(side[known].mean()) if known.any() else float("nan") for side in (first, second)]
    return {
        "first": both[0],
        "other": both[1],
        "difference": mean.mean,
        "low": mean.low,
        "high": mean.high,
        "pairs": int(known.sum()),
    }


def _money(first: Results, other: Results, order: Any, draws: np.ndarray) -> list[dict[str, Any]]:
    """Yuan a year over the years in force: all public purses, each fund, each fund and use; only what either scenario paid."""
    tables = [each.table("payments") for each in (first, other)]
    since = first_difference(tables, order)
    tables = [table[table["year"] >= since] for table in tables]
    years = len([month for month in first.manifest["months"] if int(month[:4]) >= since]) / 12
    lines = [{"fund": "public", "use": "", **_paid(tables, None, order, draws=draws, years=years)}]
    keys = sorted({(f, u) for table in tables for f, u in table[["fund", "use"]].drop_duplicates().itertuples(index=False)})
    for fund in dict.fromkeys(fund for fund, _use in keys):
        lines.append({"fund": fund, "use": "", **_paid(tables, {"fund": fund}, order, draws=draws, years=years)})
        for use in (use for own, use in keys if own == fund):
            lines.append({"fund": fund, "use": use, **_paid(tables, {"fund": fund, "use": use}, order, draws=draws, years=years)})
    return lines


def first_difference(tables: Sequence["pandas.DataFrame"], order: Any) -> int:
    """The first year in which any pair pays anything else; the first of all where none does. Nothing is told of earlier years,
    since an average over years without a difference would dilute it.
    """
    keys = ["replication", "year", "fund", "use"]
    one, two = (table[table["replication"].isin(order)].set_index(keys)["yuan"] for table in tables)
    step = one.sub(two, fill_value=0.0)
    differs = step[step != 0.0].index.get_level_values("year")
    return int(min(differs) if len(differs) else min(tables[0]["year"]))


def _paid(tables: Sequence[Any], where: dict[str, str] | None, order: Any, draws: np.ndarray, years: float) -> dict[str, Any]:
    sides = []
    for table in tables:
        chosen = (
            ~table["fund"].isin(NOT_PUBLIC) if where is None else np.logical_and.reduce([table[k] == v for k, v in where.items()])
        )
        sums = table[chosen].groupby("replication")["yuan"].sum() / years
        sides.append(sums.reindex(order, fill_value=0.0).to_numpy())
    return _change(sides[0], sides[1], draws)


def _places(first: Results, other: Results, order: Any, draws: np.ndarray) -> list[dict[str, Any]]:
    """By segment and township at the end of the last year: who gains and who loses, by each indicator of ``WHO``.

    ``verdict``: gains or loses where the interval lies on one side of 0, same where no replication differs, otherwise unclear.
    """
    tables = [each.table("years") for each in (first, other)]
    last = max(tables[0]["year"])
    lines = []
    for scope, plural in (("segment", "segments"), ("township", "townships")):
        sides = [table[(table["scope"] == scope) & (table["year"] == last)] for table in tables]
        for indicator, better in WHO.items():
            if indicator not in tables[0]:
                continue
            wide = [side.pivot(index="replication", columns="unit", values=indicator).loc[order] for side in sides]
            for place in first.manifest[plural]:
                one, two = (table[place["unit"]].to_numpy(dtype=np.float64) for table in wide)
                if np.isnan(one).all() or np.isnan(two).all():
                    continue
                change = _change(one, two, draws, len(first.manifest[plural]))
                names = {"zh": place["zh"], "en": place["en"]}
                lines.append(
                    {"scope": scope, "unit": place["unit"], "name": names, "indicator": indicator, **change,
                     "verdict": _verdict(change, better)}
                )  # fmt: skip
    return lines


def _verdict(change: dict[str, Any], better: int) -> str:
    if change["difference"] == change["low"] == change["high"] == 0:
        return SAME
    if better * change["low"] > 0 and better * change["high"] > 0:
        return GAINS
    if better * change["low"] < 0 and better * change["high"] < 0:
        return LOSES
    return UNCLEAR
