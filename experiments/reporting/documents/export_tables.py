"""The tables of a brief, from result folders: goals, budget, townships, segments, parameters with their evidence, the register.

Values stay numbers: shares as fractions, money in yuan. How they are to be shown stands beside each column.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas

from experiments.analyses import settings
from experiments.reporting import figure_data
from experiments.reporting.documents.assumptions import file_name
from experiments.reporting.figures import provenance
from experiments.reporting.lever_values import lever_name, range_text, used_text
from experiments.reporting.translations import Words
from experiments.results.folder import Results
from sim.clauses import STATUSES, Clause, clauses_of

TEXT, WHOLE, MONEY, DECIMAL, PERCENT = "@", "0", "#,##0", "#,##0.00", "0.0%"
FORMATS = {"share": PERCENT, "yuan": MONEY, "persons": MONEY, "households": MONEY, "townships": WHOLE}
TOWNSHIP = (
    "registered_persons", "registered_income", "relapse_rate", "at_risk_share", "monitored_share", "dibao_coverage",
    "waiting_help", "enclaves_landed", "enclaves_producing", "enclave_registered", "township_self_sufficiency",
)  # fmt: skip
SEGMENT = (
    "rural_persons", "rural_income", "wage_share", "business_share", "transfer_share", "relapse_rate", "at_risk_share",
    "own_rigid_spending", "debt_per_head", "dibao_persons",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column: its name and what it means, in the language of the table, and the number format of a spreadsheet."""

    name: str
    meaning: str
    format: str


@dataclass(frozen=True)
class Table:
    """A table with its title, columns and note; texts in one language.

    ``data``: a column for each key of ``columns``, in their order; missing numbers are NaN.
    """

    id: str
    title: str
    data: pandas.DataFrame
    columns: Mapping[str, Column]
    note: str


def build_tables(results: Sequence[Results], language: str) -> Iterator[Table]:
    """The tables of these folders; ``results``: the briefed run first. A table whose data a folder lacks is left out."""
    runs = [each for each in results if figure_data.kind(each) == "run" and each.manifest["replications"]["completed"]]
    maker = _TableMaker(Words(language))
    if runs:
        yield maker.goals(runs)
        yield maker.budget(runs[0])
        yield from maker.places(runs[0], "townships", TOWNSHIP)
        yield from maker.places(runs[0], "segments", SEGMENT)
        yield maker.parameters(runs[0])
    register = clauses_of(runs[0].manifest["scenario"].get("plan") if runs else None)
    if register:
        yield maker.coverage(register)
        yield maker.clauses(register)


class _TableMaker:
    """Makes tables in one language."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def column(self, label: str, form: str, **values: Any) -> Column:
        """A column by its label: ``table_LABEL`` is its name, ``meaning_LABEL`` what it means."""
        return Column(self.words(f"table_{label}", **values), self.words(f"meaning_{label}", **values), form)

    def table(self, name: str, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column], **values: Any) -> Table:
        """A table of rows; cells that a row lacks stay empty."""
        data = pandas.DataFrame([dict(row) for row in rows], columns=list(columns))
        data = data.fillna({key: "" for key, column in columns.items() if column.format == TEXT})
        note = self.words(f"note_{name}", **values)
        return Table(name, self.words(f"title_{name}"), data, columns=columns, note=note)

    def goals(self, runs: Sequence[Results]) -> Table:
        """All goals under every scenario: probability, interval, runs, median margin, difference from the first."""
        words = self.words
        columns = {
            "id": self.column("id", TEXT), "goal": self.column("goal", TEXT), "definition": self.column("definition", TEXT),
            "clause": self.column("clause", TEXT), "deadline": self.column("deadline", TEXT),
            "headline": self.column("headline", TEXT), "side": self.column("side", TEXT), "unit": self.column("unit", TEXT),
        }  # fmt: skip
        rows: dict[str, dict[str, Any]] = {}
        for number, run in enumerate(runs):
            title = provenance.drawable(settings.title(run.manifest["scenario"]))[words.language]
            for key, form in (
                ("probability", PERCENT),
                ("low", PERCENT),
                ("high", PERCENT),
                ("runs", WHOLE),
                ("margin", DECIMAL),
            ):
                columns[f"{number}_{key}"] = self.column(f"goal_{key}", form, title=title)
            for goal in run.goals:
                row = rows.setdefault(goal["id"], self._goal(goal))
                row |= {f"{number}_{key}": goal.get(key) for key in ("probability", "low", "high", "runs", "margin")}
            changed = figure_data.pair_differences(runs[0], run) if number else {}
            if changed:
                for key in ("difference", "difference_low", "difference_high"):
                    columns[f"{number}_{key}"] = self.column(f"goal_{key}", PERCENT, title=title)
                for name, values in changed.items():
                    rows[name] |= {f"{number}_{key}": value for key, value in values.items()}
        return self.table("goals", list(rows.values()), columns)

    def _goal(self, goal: Mapping[str, Any]) -> dict[str, Any]:
        words = self.words
        deadline = goal.get("deadline")
        return {
            "id": goal["id"], "goal": words.of(goal["name"]), "definition": words.of(goal.get("definition")),
            "clause": words.clause(goal.get("clause")), "deadline": "" if deadline is None else str(deadline),
            "headline": words("yes") if goal["headline"] else words("no"), "unit": words.unit(goal.get("unit") or ""),
            "side": words("mark_observed") if goal["observed"] else words("mark_true"),
        }  # fmt: skip

    def budget(self, run: Results) -> Table:
        """Every purse, use and year: yuan, range, payments, shortfall."""
        from sim.household_trace import fund_names

        words, names = self.words, fund_names()
        columns = {
            "fund": self.column("fund", TEXT), "use": self.column("use", TEXT), "year": self.column("year", WHOLE),
            **{key: self.column(key, MONEY) for key in ("yuan", "yuan_p05", "yuan_p95", "count", "shortfall", "shortfall_p95")},
        }  # fmt: skip
        found = run.table("budget").to_dict("records")
        for row in found:
            row["fund"] = words.of(names[row["fund"]]) if row["fund"] in names else row["fund"]
            row["use"] = words(f"use_{row['use']}") if words.has(f"use_{row['use']}") else row["use"]
        return self.table("budget", found, columns, runs=run.manifest["replications"]["completed"])

    def places(self, run: Results, scope: str, names: Sequence[str]) -> Iterator[Table]:
        """Indicators by township or segment at the last year's end: mean and nine runs in ten."""
        words, years, indicators = self.words, run.table("years"), run.manifest["indicators"]
        chosen = [name for name in names if name in years.columns and name in indicators]
        if not chosen or not run.manifest[scope]:
            return
        last = int(years["year"].max())
        own = years[(years["scope"] == scope.removesuffix("s")) & (years["year"] == last)]
        columns = {"place": self.column(scope.removesuffix("s"), TEXT)}
        found = own.astype({"unit": str}).groupby("unit", sort=False)[chosen]
        mean, low, high = found.mean(), found.quantile(0.05), found.quantile(0.95)
        rows = []
        for name in chosen:
            record = indicators[name]
            facts = {"name": words.of(record["name"]), "unit": words.unit(record["unit"]), "year": last}
            form = FORMATS.get(record["unit"], DECIMAL)
            columns |= {f"{name}{end}": self.column(f"indicator{end}", form, **facts) for end in ("", "_p05", "_p95")}
        for place in run.manifest[scope]:
            unit = place["unit"]
            row: dict[str, Any] = {"place": words.of(place)}
            for name in chosen:
                row |= {f"{name}{end}": float(part.loc[unit, name]) for end, part in (("", mean), ("_p05", low), ("_p95", high))}
            rows.append(row)
        yield self.table(scope, rows, columns, year=last, runs=run.manifest["replications"]["completed"])

    def parameters(self, run: Results) -> Table:
        """Every parameter as used, with its evidence and sources; the weakest evidence first."""
        from experiments.analyses.sensitivity import WEAKEST
        from sim.core.inputs.parameters import load_all

        words, book = self.words, load_all().parameters
        set_here = run.manifest["scenario"].get("overrides") or {}
        known = (run.manifest.get("origins") or {}).get("numbers")  # without the targets of documents that it is not judged by
        keys = ("id", "name", "role", "value", "range", "evidence", "clause", "source", "set_by")
        columns = {key: self.column("parameter" if key == "name" else key, TEXT) for key in keys}
        rows = []
        for name, value in run.manifest["parameters"].items():
            if known is not None and name not in known:
                continue
            record = book.get(name)
            row: dict[str, Any] = {"id": name, "name": name, "value": str(value), "grade": len(WEAKEST)}
            if record is not None:
                row |= {
                    "name": lever_name(record, words), "role": words(f"role_{record.role}"),
                    "value": used_text(record, value, words), "range": range_text(record, value, words),
                    "evidence": words(f"grade_{record.evidence}"), "clause": words.clause(record.clause),
                    "source": words("semicolon").join(source.title for source in record.sources),
                    "grade": WEAKEST.index(record.evidence),
                }  # fmt: skip
            if name in set_here:
                row["set_by"] = f"{file_name(set_here[name][-1].get('place'))}:{set_here[name][-1].get('line')}"
            rows.append(row)
        rows.sort(key=lambda row: row["grade"])
        return self.table("parameters", rows, columns)

    def coverage(self, register: Mapping[str, Clause]) -> Table:
        """How many numbers of the paper each section has, and how many of them the model holds."""
        columns = {key: self.column(key, TEXT if key in ("section", "section_name") else WHOLE)
                   for key in ("section", "section_name", *STATUSES, "all")}  # fmt: skip
        rows: dict[str, dict[str, Any]] = {}
        for clause in register.values():
            empty = {"section": clause.section, "section_name": self.words.of(clause.section_name), **dict.fromkeys(STATUSES, 0)}
            row = rows.setdefault(clause.section, {**empty, "all": 0})
            row[clause.status] += 1
            row["all"] += 1
        return self.table("coverage", list(rows.values()), columns)

    def clauses(self, register: Mapping[str, Clause]) -> Table:
        """Every number of the paper: what it fixes, its value, and where in the model it stands, or why it does not."""
        words = self.words
        keys = ("section", "section_name", "departments", "fixes", "value", "unit", "year", "status", "lives")
        columns = {key: self.column(f"clause_{key}" if key in ("value", "year") else key, TEXT) for key in keys}
        rows = [
            {
                "section": each.section, "section_name": words.of(each.section_name), "fixes": words.of(each.fixes),
                "departments": words("semicolon").join(words.of(name) for name in each.departments), "value": str(each.value),
                "unit": words.unit(each.unit), "year": str(each.year), "status": words(f"table_{each.status}"),
                "lives": words.of(each.reason) if each.reason else ", ".join(each.lives),
            }
            for each in register.values()
        ]  # fmt: skip
        return self.table("clauses", rows, columns)
