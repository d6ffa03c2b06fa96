"""Every column of every result file is described, and nothing is described that no file has."""

import csv
import dataclasses
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiments.analyses import comparison, discovery, early_warning, optimisation, sweep
from experiments.analyses.design import factor, record_of
from experiments.analyses.sensitivity import rank_by_evidence
from experiments.execution import runner
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results import dictionary, household_panel
from experiments.results import folder as results
from experiments.statistics import sensitivity_indices
from sim.goals import COUNTY_ONLY, EXIT_INDICATORS, INDICATORS
from sim.scenario import load_scenario
from tests.experiments import planted, quarter_circle, synthetic
from tests.experiments.synthetic import Scenario
from tests.experiments.test_nothing_lost import design
from tests.science.whole_county import SCENARIOS, simulate

ROOT = Path(__file__).resolve().parents[2]
#: Written for other programs of this project, or beside a picture: not tables of results.
#: The ensemble, the back-test, and tables of a county folder, which sim/scenario/distributions.py describes.
NOT_TABLES = {
    "ensemble.csv", "backtest.csv", "registered_households.csv", "registered_margins.csv", "registered_incomes.csv",
    "resident_households.csv", "resident_ages.csv",
}  # fmt: skip
AXES = ("replication", "value")


def written(path: Path) -> list[str]:
    """The columns of a table as it lies there."""
    if path.suffix == ".parquet":
        return pq.read_schema(path).names
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def covers(file: str, columns: set[str], indicators=None) -> None:
    """Whether each column is described, and each name or pattern of the description is a column, if there are any."""
    used = set()
    for name in columns:
        said = dictionary.column(file, name, indicators)
        assert all(said.name.values()) and all(said.definition.values()) and said.unit, (file, name)
        used |= {each for each in dictionary.columns(file) if each == name or matches(each, name)}
    left = {each for each in dictionary.columns(file) if not each.startswith("<")} - used
    assert not left, f"{file}: described, and not written: {left}"


def matches(pattern: str, name: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), name) is not None


def test_every_table_that_is_written_is_in_the_dictionary():
    named = set()
    for path in (ROOT / "experiments").rglob("*.py"):
        named |= set(re.findall(r'"([a-z_-]+\.(?:csv|parquet))"', path.read_text(encoding="utf-8")))
    parts = {f"comparison-{part}.csv" for part in comparison.PARTS}
    assert named | parts == set(dictionary.files()) | NOT_TABLES


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    out = tmp_path_factory.mktemp("described")
    for name, shift in (("one", 0.0), ("two", 0.5)):
        scenario = Scenario(id=name, months=12, indicators=3, banded=1, shift=shift)
        runner.run(scenario, out / name, runner.RunOptions(8, 3, 1, model_name=synthetic.NAME))
    return out


def test_the_tables_of_a_run(runs):
    manifest = results.open_folder(runs / "one").manifest
    indicators = synthetic.synthetic.catalogue(Scenario(indicators=3)).indicators
    for name in manifest["files"]:
        if name.endswith(".json"):
            continue
        columns = set(written(runs / "one" / name))
        if name == "goals.csv":  # only with a plan's weighted goals, as the county's
            columns |= {"share_met", "clause"}
        covers(name, columns, indicators)
        assert set(manifest["columns"][name]) == set(dictionary.columns(name))
    assert "goals.csv" in manifest["columns"] and "bands.parquet" in manifest["columns"]


def test_parquet_says_what_its_columns_are(runs):
    for path in (runs / "one").glob("*.parquet"):
        for field in pq.read_schema(path):
            about = {key.decode(): value.decode() for key, value in field.metadata.items()}
            assert about["unit"], (path, field.name)
            for part in ("name", "definition"):
                assert all(json.loads(about[part])[language] for language in LANGUAGES), (path, field.name)
    field = pq.read_schema(runs / "one" / "replications.parquet").field("goal.R3.margin")
    assert json.loads(field.metadata[b"name"])["en"] == "margin of goal R3"
    assert all(b"definition" in field.metadata for field in household_panel.SCHEMA)
    covers("panel.parquet", set(household_panel.SCHEMA.names))


def test_the_portraits_of_a_life():
    for name, portrait in simulate().portraits.items():
        covers(f"{name}.parquet", {*AXES, *portrait.axes})


def test_comparisons_name_both_results(runs):
    made = comparison.compare([results.open_folder(runs / name) for name in ("one", "two")])
    for name, rows in comparison.tables(made).items():
        if rows:  # the synthetic county has none of the indicators that are given by place
            covers(name, {column for row in rows for column in row})
            assert {(row["first_id"], row["other_id"]) for row in rows} == {("one", "two")}


def test_plans_frontier_and_boxes(tmp_path):
    small = quarter_circle.division(population=8, generations=2, futures=4, fresh=8, finalists=3)
    manifest = optimisation.optimise(
        small, tmp_path / "plans", runner.RunOptions(seed=3, workers=1, model_name=quarter_circle.NAME)
    )
    catalogue = synthetic.synthetic.catalogue(Scenario())
    # The other criterion's column is written where it is requested.
    covers("plans.csv", {*written(tmp_path / "plans" / "plans.csv"), "satisficing.R3"})
    covers("frontier.csv", set(written(tmp_path / "plans" / "frontier.csv")))
    covers("lives.parquet", set(written(tmp_path / "plans" / "lives.parquet")), catalogue.indicators)
    assert set(manifest["columns"]) == {"plans.csv", "frontier.csv", "lives.parquet"}
    asked = planted.discovery(tmp_path, points=120)
    made = discovery.discover(asked, tmp_path / "boxes", runner.RunOptions(seed=5, workers=1, model_name=planted.NAME))
    assert made["boxes"]
    for name in ("boxes.csv", "trajectory.csv", "cases.parquet"):
        covers(name, {*written(tmp_path / "boxes" / name), "scenario"} if name == "cases.parquet" else
               set(written(tmp_path / "boxes" / name)))  # fmt: skip


def test_what_is_written_of_records():
    def names(record):
        return {field.name for field in dataclasses.fields(record)}

    scenario = load_scenario(SCENARIOS / "baseline.yaml")
    (papers,) = rank_by_evidence([sensitivity_indices.Share("accidents.chance", 0.1, 0.1, 0.1, 0.1)], scenario)
    shared = set(results.flat(papers)) - names(sensitivity_indices.Share) | {"outcome", "factor"}
    covers("screening.csv", shared | names(sensitivity_indices.Screened))
    covers("shares.csv", shared | names(sensitivity_indices.Share) | {"of"})
    covers("worth.csv", shared | names(sensitivity_indices.Worth))
    covers("groups.csv", {"goal"} | names(early_warning.Group))
    covers("rescue.csv", names(early_warning.Rescue))


@pytest.mark.parametrize(
    "record", [*INDICATORS.values(), *COUNTY_ONLY.values(), *EXIT_INDICATORS.values()], ids=lambda each: each.id
)
def test_every_indicator_is_defined_in_both_languages(record):
    said = dictionary.of_indicator(record)
    assert set(said.definition) == set(LANGUAGES)
    assert said.definition["zh"].endswith("。") and said.definition["en"].endswith(".")
    assert (said.denominator is None) == (record.per is None or record.said is not None)
    assert record.unit != "share" or "除" in said.definition["zh"] or "减" in said.definition["zh"]


def test_every_unit_of_the_dictionary_has_words():
    for file in dictionary.files():
        for name, each in dictionary.columns(file).items():
            assert dictionary.unit(each.unit) or each.unit.startswith("<") or Words("zh").has(f"unit_{each.unit}"), (file, name)
            for text in (each.name, each.definition, *([each.denominator] if each.denominator else [])):
                assert set(text) == set(LANGUAGES) and all(text.values()), (file, name)


def test_the_tables_of_a_sweep(tmp_path):
    indicators = synthetic.synthetic.catalogue(Scenario()).indicators
    spread = tuple({"admission_rate": share, "wage_growth": 1.0 - share} for share in (0.1, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9))
    single = ({}, {"admission_rate": 0.2}, {"wage_growth": 0.7})
    posts = factor("public_posts.count", record_of(values=[5000, 6000]), True)
    grid = tuple({"public_posts.count": count} for count in posts.levels)  # the first is the scenario's own value
    columns: dict[str, set[str]] = {}
    for kind, settings, factors in (
        ("latin_hypercube", spread, design().factors),
        ("one_at_a_time", single, design().factors),
        ("grid", grid, (posts,)),
    ):
        asked = dataclasses.replace(
            design(), kind=kind, settings=settings, factors=factors, replications=2, scenarios=(Scenario(months=12),)
        )
        made = sweep.sweep(asked, tmp_path / kind, runner.RunOptions(seed=7, workers=1, model_name=synthetic.NAME))
        assert set(made["columns"]) == {"points.csv", "summary.csv", "effects.csv", "lives.parquet"}
        for name in made["columns"]:
            columns.setdefault(name, set()).update(written(tmp_path / kind / name))
    for name, found in columns.items():
        covers(name, found, indicators)
