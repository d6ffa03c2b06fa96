"""What drives the result: from a sensitivity analysis or a sweep where one is given, else from the runs themselves, else unknown.

The runs show it by rank correlation of each headline margin with each sampled assumption, over parameter draws (the mean over
the replications of a draw is what the parameters explain). Hundreds of correlations are tested, so Holm's method keeps the
chance of even one false entry in the table at 5 %.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.reporting.documents import probability_wording
from experiments.reporting.documents.content import Block, Bullets, Cell, Paragraph, Row, Table
from experiments.reporting.documents.context import ReportContext, column
from experiments.reporting.documents.inputs import Study
from experiments.results.files import read_csv
from experiments.results.folder import Results

LEVEL = 0.05
LEAST_DRAWS = 10
MOST = 12
QUANTILE = "quantile."


@dataclass(frozen=True)
class RankCorrelation:
    """A rank correlation that is significant after Holm's correction, with the 95 % interval of it alone."""

    factor: str
    goal: str
    rank: float
    low: float
    high: float


@dataclass(frozen=True)
class Correlations:
    """The significant ones, the strongest first; numbers of tests and draws, and the least that could be significant."""

    significant: tuple[RankCorrelation, ...]
    factors: int
    tests: int
    draws: int
    least: float


def correlate(results: Results, goals: Sequence[str]) -> Correlations | None:
    """Which assumptions correlate with the margins of these goals; None where no assumption was sampled."""
    import pandas
    import pyarrow.parquet as parquet

    path = results.folder / "replications.parquet"
    names = [name for name in parquet.read_schema(path).names if name.startswith(QUANTILE)]
    margins = [f"goal.{goal}.margin" for goal in goals]
    if not names or results.manifest["only_luck"]:
        return None
    table = pandas.read_parquet(path, columns=["draw", *names, *margins]).groupby("draw").mean()
    table = table[table[margins].notna().all(axis=1)]
    varied = [name for name in names if table[name].nunique() > 1]
    draws, tests = len(table), len(varied) * len(margins)
    if not tests or draws < LEAST_DRAWS:
        return Correlations((), len(varied), tests, draws=draws, least=1.0)
    ranks = table[[*varied, *margins]].rank().to_numpy()
    ranks = ranks - ranks.mean(axis=0)
    sizes = np.sqrt((ranks**2).sum(axis=0))
    usable = np.where(sizes > 0, sizes, 1.0)
    left, right = ranks[:, : len(varied)] / usable[: len(varied)], ranks[:, len(varied) :] / usable[len(varied) :]
    return _standing(left.T @ right, varied, goals, draws)


def _standing(rho: NDArray[np.float64], varied: Sequence[str], goals: Sequence[str], draws: int) -> Correlations:
    """Holm's step-down over all correlations (p-values from Student's t)."""
    from scipy import stats

    clipped = np.clip(rho, -0.999999, 0.999999)
    t = np.abs(clipped) * math.sqrt(draws - 2) / np.sqrt(1 - clipped**2)
    p = 2 * stats.t.sf(t, draws - 2)
    order = np.argsort(p, axis=None, kind="stable")
    tests, found = p.size, []
    for place, index in enumerate(order):
        if p.flat[index] > LEVEL / (tests - place):
            break
        factor, goal = np.unravel_index(index, p.shape)
        rank = float(clipped[factor, goal])
        half = float(stats.norm.ppf(0.975)) * math.sqrt(1.06 / (draws - 3))  # of Fisher's z, for ranks (Fieller and others, 1957)
        low, high = (math.tanh(math.atanh(rank) + sign * half) for sign in (-1, 1))
        found.append(RankCorrelation(varied[factor].removeprefix(QUANTILE), goals[goal], rank, low=low, high=high))
    critical = float(stats.t.isf(LEVEL / tests / 2, draws - 2))
    least = critical / math.sqrt(draws - 2 + critical**2)
    return Correlations(tuple(found), len(varied), tests, draws=draws, least=least)


@dataclass(frozen=True)
class Drivers:
    """What a brief says of the drivers of its result: blocks, and the assumptions named, the most influential first."""

    blocks: tuple[Block, ...]
    influential: tuple[str, ...]


def find_drivers(context: ReportContext, studies: Sequence[Study]) -> Drivers:
    """The drivers from ``studies`` where there are any, else from the runs themselves."""
    blocks: list[Block] = list(_random_draws(context))
    influential: list[str] = []
    for study in studies:
        own = _sensitivity(context, study) if study.kind == "sensitivity" else _sweep(context, study)
        blocks += own.blocks
        influential += own.influential
    if not studies:
        own = _from_runs(context)
        blocks += own.blocks
        influential += own.influential
    return Drivers(tuple(blocks), tuple(dict.fromkeys(influential)))


def _random_draws(context: ReportContext) -> Iterator[Block]:
    """How much of the spread comes from the random draws, and how much from not knowing the parameters."""
    words, sentences = context.words, []
    for goal in context.headline:
        if goal["luck"] is not None and goal["ignorance_low"] is not None:
            around = words.percents(goal["ignorance_low"], goal["ignorance_high"])
            sentences.append(words("moves_luck", name=words.of(goal["name"]), luck=words.percent(goal["luck"]), range=around))
    if sentences:
        yield Bullets(tuple(sentences))


def _from_runs(context: ReportContext) -> Drivers:
    words, manifest = context.words, context.manifest
    files = manifest["scenario"].get("files") or [f"{manifest['scenario']['id']}.yaml"]
    command = f"xianjie sensitivity {files[-1]} --seed {manifest['seed']}"
    found = correlate(context.results, [goal["id"] for goal in context.headline]) if context.headline else None
    if found is None or not found.tests:
        return Drivers((Paragraph(words("moves_unknown", command=command)),), ())
    if found.draws < LEAST_DRAWS:
        return Drivers((Paragraph(words("moves_too_few", draws=found.draws, command=command)),), ())
    least = f"{math.floor(found.least * 100) / 100:.2f}"
    intro = Paragraph(words("moves_rank", factors=found.factors, draws=found.draws, tests=found.tests))
    if not found.significant:
        return Drivers((intro, Paragraph(words("moves_nothing", draws=found.draws, least=least, command=command))), ())
    names = {goal["id"]: words.of(goal["name"]) for goal in context.headline}
    rows: tuple[Row, ...] = tuple(
        {
            "factor": parameter_name(each.factor, context), "outcome": names[each.goal],
            "evidence": evidence_grade(each.factor, context),
            "strength": Cell(round(each.rank, 2), f"{each.rank:+.2f} ({each.low:+.2f} – {each.high:+.2f})"),
        }
        for each in found.significant[:MOST]
    )  # fmt: skip
    columns = (
        column(words, "factor", width=3.2), column(words, "outcome", width=2.4),
        column(words, "strength", "number", width=1.8, digits=2), column(words, "evidence", width=1.2),
    )  # fmt: skip
    table = Table("moves", words("table_moves"), columns, rows=rows, note=words("note_moves"))
    weak = Paragraph(words("moves_weak", draws=found.draws, least=least), small=True)
    return Drivers((intro, table, weak), tuple(each.factor for each in found.significant))


def _sensitivity(context: ReportContext, study: Study) -> Drivers:
    """The rows that passed the screening of a sensitivity analysis, by outcome."""
    words, record = context.words, study.record
    rows = [
        (outcome, row)
        for outcome, own in record["screening"].items()
        for row in sorted(own, key=lambda each: -each["mu_star"])[:MOST]
    ]
    intro = Paragraph(words("moves_sensitivity", folder=study.folder.name, factors=record["factors"]))
    cells: tuple[Row, ...] = tuple(
        {
            "factor": words.of(row["name"]), "outcome": outcome_name(outcome, context),
            "evidence": words(f"grade_{row['evidence']}"),
            "influence": Cell(float(f"{row['mu_star']:.3g}"), f"{row['mu_star']:.3g} ± {row['conf']:.2g}"),
        }
        for outcome, row in rows
    )  # fmt: skip
    if not cells:
        return Drivers((intro, Paragraph(words("ranking_nothing"))), ())
    table = Table("moves", words("table_moves"), _study_columns(context), rows=cells, note=words("note_moves_study"))
    return Drivers((intro, table), tuple(row["factor"] for _outcome, row in rows))


def _sweep(context: ReportContext, study: Study) -> Drivers:
    """Effects of a one-at-a-time sweep whose interval lies on one side of 0, the largest first for each outcome."""
    words, record = context.words, study.record
    rows: list[tuple[str, Row]] = []
    effects = read_csv(study.folder / "effects.csv")
    if not {"difference", "low", "high"} <= set(effects.columns):
        return Drivers((Paragraph(words("ranking_nothing")),), ())
    clear = effects[(effects["low"] > 0) | (effects["high"] < 0)].copy()
    clear["size"] = clear["difference"].abs()
    factors = {factor["id"]: factor for factor in record["factors"]}
    for outcome, own in clear.sort_values("size", ascending=False).groupby("outcome", sort=False):
        unit = next((each["unit"] for each in record["outcomes"] if outcome in (each["id"], each.get("outcome"))), "")
        for line in own.head(MOST).to_dict("records"):
            factor = factors.get(line["factor"], {})
            level = line.get("value", line.get("bin", ""))
            rows.append((line["factor"], {
                "factor": f"{words.of(factor.get('name')) or line['factor']} = {level}",
                "outcome": outcome_name(str(outcome), context),
                "evidence": evidence_grade(line["factor"], context),
                "influence": Cell(
                    float(f"{line['difference']:.3g}"),
                    probability_wording.with_interval(
                        line["difference"], line["low"], line["high"], unit=unit, words=words, sign=True
                    ),
                ),
            }))  # fmt: skip
    intro = Paragraph(words("moves_sweep", title=words.of(record["title"])))
    if not rows:
        return Drivers((intro, Paragraph(words("ranking_nothing"))), ())
    table = Table("moves", words("table_moves"), _study_columns(context), rows=tuple(row for _factor, row in rows), note="")
    return Drivers((intro, table), tuple(factor for factor, _row in rows))


def _study_columns(context: ReportContext) -> tuple:
    words = context.words
    return (
        column(words, "factor", width=3.2), column(words, "outcome", width=2.4),
        column(words, "influence", "number", width=1.8, digits=3), column(words, "evidence", width=1.2),
    )  # fmt: skip


def outcome_name(outcome: str, context: ReportContext) -> str:
    """The name of a goal or an indicator, also of ``ID.met`` and ``ID.margin``."""
    identity = outcome.removeprefix("goal.").removesuffix(".met").removesuffix(".margin").removesuffix(".probability")
    for goal in context.results.goals:
        if goal["id"] == identity:
            return context.words.of(goal["name"])
    record = context.manifest["indicators"].get(identity)
    return outcome if record is None else context.words.of(record["name"])


def parameter_name(factor: str, context: ReportContext) -> str:
    """A parameter's name; its id where this version of the program does not know it."""
    from sim.core.inputs.parameters import load_all

    parameter = load_all().parameters.get(factor)
    return factor if parameter is None else context.words.of(parameter.name.model_dump())


def evidence_grade(factor: str, context: ReportContext) -> str:
    """The grade of evidence of a parameter, in a word."""
    from sim.core.inputs.parameters import load_all

    parameter = load_all().parameters.get(factor)
    return context.words("unknown") if parameter is None else context.words(f"grade_{parameter.evidence}")
