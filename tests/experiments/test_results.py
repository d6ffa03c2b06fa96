"""A result folder: what its tables hold, how large it gets, what its identity depends on."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import norm

from experiments.execution import runner
from experiments.reporting.terminal import scoreboard
from experiments.reporting.translations import Words
from experiments.results import folder as results
from experiments.results import tables
from experiments.results.journal import Chunk, pack, read, store
from experiments.statistics.estimates import quantiles
from tests.experiments.synthetic import CHANCE, IGNORANCE, NAME, SEGMENTS, TOWNSHIPS, Scenario, synthetic

ROOT = Path(__file__).parents[2]
RUNS, SEED = 200, 11  # of twenty seeds, one may put a true probability outside its interval
SCENARIO = Scenario(indicators=6, banded=2)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    out = tmp_path_factory.mktemp("result")
    runner.run(SCENARIO, out, runner.RunOptions(RUNS, SEED, 1, model_name=NAME, profile=True))
    return results.open_folder(out)


def test_probabilities_come_with_intervals_that_hold_the_truth(result):
    goals = {goal["id"]: goal for goal in result.goals}
    for name, threshold in (("G2", 0.0), ("R3", 1.0), ("R3_observed", 2.0), ("joint_headline", 0.0)):
        truth = norm.cdf(threshold / math.hypot(IGNORANCE, CHANCE))
        goal = goals[name]
        assert goal["low"] <= truth <= goal["high"]
        assert (goal["runs"], goal["draws"]) == (RUNS, RUNS // 2)
    assert goals["Z3"]["bound"] == goals["joint_all"]["bound"] == "below"
    assert 0 < goals["Z3"]["high"] < 0.05
    assert goals["joint_headline"]["members"] == ["G2", "R3"]
    assert [year["year"] for year in goals["R3"]["by_year"]] == [2021, 2022, 2023, 2024, 2025]


def test_the_share_of_luck_is_that_of_the_model(result):
    goal = result.goals[0]
    truth = IGNORANCE**2 / (IGNORANCE**2 + CHANCE**2)
    assert goal["ignorance_low"] < truth < goal["ignorance_high"]
    assert goal["luck"] + goal["ignorance"] == pytest.approx(1)
    assert goal["margin"] == pytest.approx(-goal["value"])


def test_months_are_wide_and_years_name_every_place(result):
    months = result.table("months")
    assert list(months) == ["replication", "month", *(f"indicator_{i}" for i in range(6))]
    assert len(months) == RUNS * 60
    life = synthetic.run(SCENARIO, synthetic.sample(SCENARIO, SEED, 1), SEED, 3, False)
    own = months[months["replication"] == 3]
    assert own["indicator_5"].to_numpy().tobytes() == life.indicators["indicator_5"].tobytes()
    assert [str(month)[:7] for month in own["month"]][:: len(own) - 1] == ["2021-01", "2025-12"]
    years = result.table("years")
    assert len(years) == RUNS * 5 * (len(TOWNSHIPS) + len(SEGMENTS))
    row = years.query("replication == 3 and year == 2022 and scope == 'township' and unit == 'township 8'")
    assert row["indicator_1"].item() == np.float32(life.townships["indicator_1"][23, 8])
    assert years.query("unit == 'township 3'")["indicator_0"].isna().all()


def test_bands_are_the_quantiles_of_all_lives(result):
    months = result.table("months", ["indicator_2"])["indicator_2"].to_numpy().reshape(RUNS, 60)
    band = result.bands("county", "indicator_2")
    expected = quantiles(months)
    for column, level in zip(("p05", "p25", "p50", "p75", "p95"), expected, strict=True):
        assert band[column].to_numpy() == pytest.approx(level, abs=0)
    assert band["mean"].to_numpy() == pytest.approx(months.mean(axis=0))
    assert (band["runs"] == RUNS).all()
    # 200 replications bound the share of chance, truly 0.64, to about 0.1 either side.
    assert band["luck"].mean() == pytest.approx(CHANCE**2 / (IGNORANCE**2 + CHANCE**2), abs=0.2)
    assert len(result.bands("township")) == 2 * 27 * 60
    assert len(result.bands("segment", "indicator_1")) == 5 * 60
    missing = result.bands("township", "indicator_0").query("unit == 'township 3'")
    assert missing["p50"].isna().all()
    assert (missing["runs"] == 0).all()


def test_budget_and_audit_sum_up_the_lives(result):
    budget = result.table("budget")
    assert list(zip(budget["year"][:3], budget["use"][:3], strict=True)) == [
        (2021, "posts"),
        (2021, "relief"),
        (2022, "posts"),
    ]
    assert budget["count"][1] == 5  # paid 10 times in every second life
    assert (budget["yuan_p05"][1], budget["shortfall"][1]) == (0, 0)
    audit = result.table("audit")
    assert audit["target_low"].tolist()[:2] == [11680, 0.5]
    assert audit["ok"].all()
    assert audit["exact"].tolist() == [True, False, False]
    assert [line["target"] for line in result.audit] == [11680, [0.5, 0.8], [None, 1.0]]


def test_the_manifest_says_what_was_asked_and_how_it_went(result):
    manifest = result.manifest
    assert manifest["scenario"]["id"] == "synthetic"
    assert manifest["replications"] == {"requested": RUNS, "completed": RUNS, "failed": 0}
    assert manifest["parameters"]["admission_rate"] == 0.152
    assert manifest["run"]["profile"] == {"environment": 1.5, "illness": 4.0}
    assert manifest["versions"]["numpy"] == np.__version__
    assert manifest["complete"]
    assert set(manifest["files"]) == {path.name for path in result.folder.iterdir() if path.is_file()} - {"manifest.json"}


def test_goals_open_in_excel_and_hold_no_line_too_few(result):
    assert (result.folder / "goals.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    table = result.table("goals")
    assert table["id"].tolist() == [goal["id"] for goal in result.goals]
    assert table["name_zh"][0] == "收入增速高于全省"
    assert table["probability_2025"].notna().all()


def test_the_identity_follows_values_and_nothing_else(result, tmp_path):
    def digest(name, **options):
        options = {"replications": 6, "seed": 7, "workers": 1, "model_name": NAME, **options}
        return runner.run(SCENARIO, tmp_path / name, runner.RunOptions(**options)).manifest["hash"]

    first = digest("a")
    assert digest("b", profile=True) == first
    assert digest("c", seed=8) != first
    assert digest("d", replications=7) != first


def test_the_size_is_predicted_from_one_life(result):
    forecast = runner.forecast(SCENARIO, runner.RunOptions(RUNS, 7, 1, model_name=NAME))
    size = sum(path.stat().st_size for path in result.folder.iterdir())
    assert size <= forecast.disk <= 2 * size


@pytest.mark.deep
def test_a_thousand_replications_stay_below_250_megabytes():
    large = Scenario(indicators=100, banded=12)
    forecast = runner.forecast(large, runner.RunOptions(1000, 7, 1, model_name=NAME))
    assert forecast.disk <= 250e6


def test_a_damaged_chunk_is_named(tmp_path):
    path = tmp_path / "chunk-0000000-0000000.npz"
    store(path, pack("chunk", [], [], synthetic.catalogue(SCENARIO)))
    assert Chunk(path).completed == []
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match="chunk-0000000-0000000"):
        read(tmp_path)


def test_thirteen_banded_indicators_are_too_many(tmp_path):
    scenario = Scenario(indicators=13, banded=13)
    with pytest.raises(ValueError, match="at most 12"):
        runner.run(scenario, tmp_path, runner.RunOptions(1, 7, 1, model_name=NAME))


def test_a_folder_without_a_result_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no result"):
        results.open_folder(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 99}), encoding="utf-8")
    with pytest.raises(ValueError, match="format 99"):
        results.open_folder(tmp_path)


def test_however_rows_arrive_the_file_is_the_same_and_few_pieces_wait(tmp_path):
    import pyarrow as pa

    from experiments.results import tables

    whole = pa.table({"replication": list(range(100)), "value": [number / 7 for number in range(100)]})
    one, many = tables.RowGroups(tmp_path / "one", 1000), tables.RowGroups(tmp_path / "many", 1000)
    one.add(whole)
    for row in range(100):
        many.add(whole.slice(row, 1))
        assert len(many._waiting) < tables.PIECES
    one.close()
    many.close()
    assert (tmp_path / "one").read_bytes() == (tmp_path / "many").read_bytes()


def test_a_target_missed_by_some_counties_is_shown_with_their_range():
    """A mean of 85.6 lies between 83.3 and 86.6: without the range the line would say that what is missed is met."""
    line = {"id": "land", "name": {"zh": "耕地", "en": "Land"}, "unit": "", "target": [83.3, 86.6], "ok": False,
            "achieved": 85.6, "lowest": 84.4, "highest": 86.8}  # fmt: skip
    assert "Land: range 83.3–86.6, mean 85.6 (84.4–86.8)" in str([*scoreboard._audit([line], Words("en"))][-2])
    alike = {**line, "achieved": 87.0, "lowest": 87.0, "highest": 87.0}
    assert str([*scoreboard._audit([alike], Words("en"))][-2]).endswith("mean 87.0")


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.5, -0.0, np.inf]),
        np.array([True, False, True] * 5),
        np.array(["2021-01", "2025-12"], dtype="datetime64[ms]"),
        np.arange(8, dtype=np.int16)[::2],
        np.arange(6, dtype=np.float32).reshape(3, 2)[:, 1],
        ["甲", "", "second"],
    ],
)
def test_a_column_is_what_arrow_would_make_of_it(values):
    made = tables.arrow_array(values)
    made.validate(full=True)
    assert made.equals(pa.array(values))


def test_a_number_that_is_not_known_stays_one_and_is_no_gap():
    made = tables.arrow_array(np.array([np.nan, 1.0]))
    assert made.null_count == 0 and math.isnan(made[0].as_py())


def test_a_run_writes_its_tables_without_loading_pandas(tmp_path):
    out = tmp_path / "out"
    script = f"""import sys
from pathlib import Path
from experiments.execution import runner
from tests.experiments import synthetic
runner.run(synthetic.Scenario(), Path({str(out)!r}), runner.RunOptions(2, 7, 1, model_name=synthetic.NAME))
assert "pandas" not in sys.modules"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0 and (out / "bands.parquet").exists(), done.stderr
