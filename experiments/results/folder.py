"""One folder holds one result: the question, what came out, and enough to do it again.

manifest.json          scenario as resolved, parameters, seed, versions, hash of the values, files, times
 goals.json, goals.csv  the scoreboard
audit.json, audit.csv  targets of the founding population
budget.csv             year x fund x use
replications.parquet   one row for each replication
months.parquet         replication x month, every county indicator
years.parquet          replication x year x township or segment, each December
bands.parquet          mean, quantiles and share of random draws in the variance, by month
failures.json          replications that failed, with seed and traceback; absent if none did
figures/               pictures, their data and descriptions, once drawn
without_policy/        common random numbers and no county policy at all, once a brief was wanted
without_county_money/  the same with all but what the county pays of its own money
brief/                 the documents of the brief, once written
payments.parquet       replication x year x fund x use: yuan, payments, shortfall
incomes.parquet        replication x moment x segment x net income per head: persons, as 2021 opens and at the end
monitoring.parquet     replication x segment x stage: households that came at risk, were identified, helped, declared safe
delays.parquet         replication x segment x step x months between these stages: households
journal/               finished chunks, and what they belong to: from them a run is resumed, extended and checked
.xianjie/              which of these files are ours as we wrote them (see ``output_folder``)

Every file but the manifest's "run" is a function of the values alone. The result's identity is the hash over
what was kept of each replication; it is promised for one lock file and one platform.
"""

import hashlib
import json
import platform
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.model_api import Catalogue, Scenario, load_model
from experiments.results import dictionary, output_folder, summaries, tables
from experiments.results.files import as_json, plain, read_csv, whole, write_csv, write_text
from experiments.results.fingerprint import version, versions
from experiments.results.journal import Chunk, read
from experiments.statistics.estimates import CONFIDENCE
from sim.core.inputs.errors import UserError
from sim.scenario.origins import origin_of_target

if TYPE_CHECKING:
    import pandas

    from experiments.model_api import Plan

FORMAT = 1
MADE = (
    "manifest.json",
    "goals.json",
    "goals.csv",
    "audit.json",
    "audit.csv",
    "budget.csv",
    "replications.parquet",
    "payments.parquet",
    "incomes.parquet",
    "monitoring.parquet",
    "delays.parquet",
    "months.parquet",
    "years.parquet",
    "bands.parquet",
    "failures.json",
)
#: What belongs to a result: those ``WITHIN`` are results of their own, on common random numbers; ``brief`` the documents.
FOLDERS = (output_folder.JOURNAL, "figures", *output_folder.WITHIN, "brief", output_folder.STORE)


def write(
    out: Path,
    plan: "Plan",
    scenario: Scenario,
    requested: int,
    run_record: Mapping[str, Any],
    stopping: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write all final files from the journal in ``out``; returns the manifest. ``stopping``: the record of a stopping rule.

    When no replication was completed, only the manifest and the failures are written. The files take their
    places when all are whole.
    """
    chunks = read(out / "journal")
    with output_folder.building(out, MADE) as new:
        manifest = made_from(new, plan, scenario, chunks=chunks, requested=requested)
        manifest |= {"stopping": plain(stopping), "run": {**run_record, "profile": summaries.profile(chunks)}}
        write_text(new / "manifest.json", as_json(manifest))
    return manifest


def made_from(out: Path, plan: "Plan", scenario: Scenario, chunks: list[Chunk], requested: int) -> dict[str, Any]:
    """Write all tables of these chunks; what follows from them of the manifest, which is returned and not written."""
    catalogue = load_model(plan.model_name).catalogue(scenario)
    records = [record for chunk in chunks for record in chunk.completed]
    failures = sorted((f for chunk in chunks for f in chunk.failures), key=lambda f: f.replication)
    if records:
        _write_tables(out, plan, scenario, chunks=chunks, records=records, catalogue=catalogue)
    if failures:
        write_text(out / "failures.json", as_json([vars(failure) for failure in failures]))
    numbers = [r["replication"] for r in records] + [f.replication for f in failures]
    complete = len(numbers) == requested and sorted(numbers) == list(range(requested))  # each of them exactly once
    return _manifest(out, plan, scenario, catalogue=catalogue, records=records, failed=len(failures), requested=requested) | {
        "complete": complete
    }


def _write_tables(
    out: Path, plan: "Plan", scenario: Scenario, chunks: list[Chunk], records: list[dict], catalogue: Catalogue
) -> None:
    filled = [chunk for chunk in chunks if chunk.completed]
    names = tables.axes(chunks, catalogue)
    places = sum(len(units) for units in names.units.values())
    group = tables.REPLICATIONS_PER_GROUP
    files = {
        "months.parquet": ((tables.months(chunk, names) for chunk in filled), group * names.months),
        "years.parquet": (
            (tables.years(chunk, names) for chunk in filled),
            group * len(names.years) * max(1, places),
        ),
        "replications.parquet": ((tables.replications(chunk, names, plan.seed) for chunk in filled), 1000),
        "payments.parquet": (tables.payments(filled), 100_000),
    }
    for name in filled[0].header.get("portraits", {}):
        files[f"{name}.parquet"] = (tables.portraits(filled, name), 100_000)
    for name, (pieces, rows) in files.items():
        with whole(out / name) as partial:
            tables.grouped(partial, pieces, rows, dictionary.about(name, catalogue.indicators))
    draws = np.array([record["draw"] for record in records])
    with whole(out / "bands.parquet") as partial:
        found = tables.bands(chunks, names, draws, out / "months.parquet")
        tables.grouped(partial, found, 100_000, dictionary.about("bands.parquet"))
    model = load_model(plan.model_name)
    drawn = summaries.drawn_parameters(filled, model, scenario, plan.seed) if plan.single_draws else None
    goals = summaries.goal_lines(chunks, catalogue, names.goals, names.years, drawn)
    scoreboard = {
        "scenario": scenario.id,
        "seed": plan.seed,
        "only_luck": plan.only_luck,
        "vantage": _text_or_none(getattr(scenario, "vantage", None)),
        "confidence": CONFIDENCE,
        "goals": goals,
    }
    write_text(out / "goals.json", as_json(scoreboard))
    write_csv(out / "goals.csv", [flat(line) for line in goals])
    audit = summaries.audit_lines(chunks)
    origins = (_origins(model, scenario) or {}).get("numbers", {})
    sourced = [{**line, "origin": origin_of_target(line["id"], origins)} for line in audit]
    write_text(out / "audit.json", as_json({"scenario": scenario.id, "audit": sourced}))
    write_csv(out / "audit.csv", [flat(line) for line in audit])
    write_csv(out / "budget.csv", summaries.budget_lines(chunks))


def _manifest(
    out: Path, plan: "Plan", scenario: Scenario, catalogue: Catalogue, records: list[dict], failed: int, requested: int
) -> dict[str, Any]:
    model = load_model(plan.model_name)
    identity = hashlib.sha256("".join(f"{r['replication']} {r['kept']}\n" for r in records).encode())
    present = [name for name in MADE if name != "manifest.json" and (out / name).exists()]
    return {
        "format": FORMAT,
        "program": {"name": "xianjie", "version": version("xianjie"), **_commit()},
        "scenario": description(scenario),
        "lives": plan.model_name,
        "seed": plan.seed,
        "only_luck": plan.only_luck,
        **({"single_draws": True} if plan.single_draws else {}),
        "code": model.code(),
        "replications": {"requested": requested, "completed": len(records), "failed": failed},
        "hash": identity.hexdigest(),
        "parameters": plain(model.used(scenario, None)),
        "ensemble": plain(model.ensemble(scenario)),
        "origins": _origins(model, scenario),
        "indicators": {name: _indicator(record) for name, record in catalogue.indicators.items()},
        "columns": dictionary.describe_columns(present),
        "months": [str(month) for month in _months(catalogue, scenario)],
        "townships": _places(catalogue, "townships"),
        "segments": _places(catalogue, "segments"),
        "versions": versions(),
        "platform": {"system": platform.system(), "machine": platform.machine()},
        "files": {
            name: {
                "bytes": (out / name).stat().st_size,
                "sha256": hashlib.sha256((out / name).read_bytes()).hexdigest(),
            }
            for name in present
        },
    }


def _origins(model: Any, scenario: Scenario) -> dict[str, Any] | None:
    """How many numbers are of which origin, and the origin of each; None of a model that does not say."""
    if not hasattr(model, "origins"):
        return None
    found = model.origins(scenario)
    counts = Counter(str(each["origin"]) for each in found)
    return {"counts": dict(sorted(counts.items())), "numbers": {each["id"]: str(each["origin"]) for each in found}}


def _indicator(record: Any) -> dict[str, Any]:
    """What figures need to know of an indicator; definition, denominator, reference and threshold where it has them."""
    return {
        "name": dict(record.name),
        "definition": plain(getattr(record, "definition", None)),
        "denominator": plain(getattr(record, "denominator", None)),
        "unit": record.unit,
        "banded": bool(record.banded),
        "headline": bool(record.headline),
        "reference": getattr(record, "reference", None),
        "threshold": getattr(record, "threshold", None),
    }


def _places(catalogue: Catalogue, scope: str) -> list[dict[str, str]]:
    """Places in order: the ``unit`` of the tables and its names."""
    return [
        {"unit": unit, **(dict(name) if isinstance(name, Mapping) else {"zh": unit, "en": unit})}
        for unit, name in zip(catalogue.places(scope), getattr(catalogue, scope), strict=True)
    ]


def description(scenario: Any) -> dict[str, Any]:
    """A scenario as plain data, whatever kind of record it is."""
    if hasattr(scenario, "model_dump"):
        result: dict[str, Any] = plain(scenario.model_dump(mode="json"))
        return result
    found = asdict(scenario) if is_dataclass(scenario) and not isinstance(scenario, type) else vars(scenario)
    policies = [each.describe() for each in getattr(scenario, "policies", ())]
    result = plain(
        {key: value for key, value in found.items() if key != "policies"} | ({"policies": policies} if policies else {})
    )
    return result


def _months(catalogue: Catalogue, scenario: Scenario) -> np.ndarray:
    return np.datetime64(catalogue.first_month, "M") + np.arange(scenario.months)


def predicted_size(chunk: Chunk, catalogue: Catalogue, replications: int) -> int:
    """Bytes that the result folder of ``replications`` like those in ``chunk`` will take.

    Stored columns of one replication times their number, plus what does not grow with it. Single replications compress a
    little worse than fifty in a row group, so this errs upwards.
    """
    names = tables.axes([chunk], catalogue)
    count = len(chunk.completed)
    per_replication = [
        tables.months(chunk, names),
        tables.years(chunk, names),
        tables.replications(chunk, names, 0),
        *(table.select(["yuan", "count", "shortfall"]) for table in tables.payments([chunk])),
        *(table for name in chunk.header.get("portraits", {}) for table in tables.portraits([chunk], name)),
    ]
    bands = len(names.indicators) + sum(len(names.banded[s]) * len(names.units[s]) for s in names.units)
    fixed = bands * names.months * 60 + 200_000
    return round(tables.stored_bytes(per_replication) / count * replications) + fixed


@dataclass(frozen=True)
class Results:
    """A result folder opened for reading; tables are read when needed."""

    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The question, and how the run went."""
        value: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return value

    @cached_property
    def goals(self) -> list[dict[str, Any]]:
        """The scoreboard, a line for each goal; missing numbers are None."""
        value: list[dict[str, Any]] = json.loads((self.folder / "goals.json").read_text(encoding="utf-8"))["goals"]
        return value

    @cached_property
    def audit(self) -> list[dict[str, Any]]:
        """The founding populations, a line for each audited quantity."""
        value: list[dict[str, Any]] = json.loads((self.folder / "audit.json").read_text(encoding="utf-8"))["audit"]
        return value

    @property
    def failures(self) -> list[dict[str, Any]]:
        """Replications that failed, with seed and traceback."""
        path = self.folder / "failures.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []

    def table(self, name: str, columns: Sequence[str] | None = None) -> "pandas.DataFrame":
        """One of ``replications``, ``months``, ``years``, ``bands``, ``goals``, ``audit``, ``budget``, ``payments``,
        ``incomes``, ``monitoring``, ``delays`` as a data frame.
        """
        import pandas

        path = self.folder / f"{name}.parquet"
        if path.exists():
            return self._read(path, lambda: pandas.read_parquet(path, columns=list(columns) if columns else None))
        return read_csv(self.folder / f"{name}.csv", columns)

    def bands(self, scope: str = "county", indicator: str | None = None) -> "pandas.DataFrame":
        """Monthly bands of one scope, and of one indicator if given."""
        import pandas

        filters = [("scope", "==", scope)]
        if indicator is not None:
            filters.append(("indicator", "==", indicator))
        path = self.folder / "bands.parquet"
        return self._read(path, lambda: pandas.read_parquet(path, filters=filters))

    def _read(self, path: Path, read: "Callable[[], pandas.DataFrame]") -> "pandas.DataFrame":
        """What ``read`` gives. Raises UserError for a file that is damaged, or is no table of ours."""
        import pyarrow

        try:
            return read()
        except FileNotFoundError:
            raise
        except (ValueError, OSError, pyarrow.ArrowException) as problem:
            raise unreadable(path, problem) from None


def open_folder(folder: Path) -> Results:
    """Open a result folder; UserError if it is none, or if another version of the format wrote it."""
    results = Results(folder)
    output_folder.settle(folder)
    if not (folder / "manifest.json").exists():
        raise UserError(
            f"{folder} holds no result: there is no manifest.json",
            f"{folder} 里没有推演结果：缺少 manifest.json；请核对文件夹，或先用 xianjie run 运行",
        )
    try:
        written = results.manifest["format"]
    except (ValueError, KeyError, TypeError, OSError, RecursionError) as problem:
        raise unreadable(folder, problem) from None
    if written != FORMAT:
        raise UserError(
            f"{folder} was written in format {written}, this program reads {FORMAT}",
            f"{folder} 是格式 {written} 的结果，本程序只读格式 {FORMAT}；请用本版本重新运行",
        )
    return results


def unreadable(folder: Path, problem: Exception) -> UserError:
    """That what is there is not what this program writes."""
    what = type(problem).__name__
    return UserError(
        f"{folder} holds no result that this program can read ({what}: {problem})",
        f"{folder} 里的结果本程序读不了，可能已损坏或不是本程序写的；系统提示原文：{what}: {problem}",
    )


def flat(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as one row: names by language, years and limits as columns; curves and adjusted probabilities are left to JSON."""
    row: dict[str, Any] = {}
    for key, value in line.items():
        if key in ("curve", "four_years", "adjusted"):
            continue
        if key == "by_year":
            row |= {f"probability_{year['year']}": year["probability"] for year in value}
        elif isinstance(value, Mapping):
            row |= {f"{key}_{language}": text for language, text in value.items()}
        elif key == "target":
            row["target_low"], row["target_high"] = value if isinstance(value, list) else (value, value)
        elif isinstance(value, list):
            row[key] = " ".join(value)
        else:
            row[key] = value
    return row


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)


def _commit() -> dict[str, Any]:
    """The commit the program was run from, and whether its files had been changed since; None outside a
    repository.
    """
    here = Path(__file__).resolve().parents[2]
    if not (here / ".git").exists():  # installed; a repository around it, such as the user's own, is not the program's
        return {"commit": None, "changed": None}
    try:
        commit, changes = (
            subprocess.run(["git", "-C", str(here), *words], capture_output=True, text=True, check=True).stdout.strip()
            for words in (
                ("rev-parse", "HEAD"),
                ("status", "--porcelain", "--", "sim", "experiments", "scenarios"),
            )
        )
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "changed": None}
    return {"commit": commit, "changed": bool(changes)}
