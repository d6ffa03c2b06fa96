"""The commands, as a planner runs them on the real county."""

import json
from pathlib import Path

import pandas
import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from sim.goals import GOALS
from sim.month import PROCESSES_IN_ORDER

BASELINE = str(Path(__file__).resolve().parents[2] / "scenarios" / "baseline.yaml")


def run_command(*arguments: str):
    """The result of a command, which has to end with exit code 0."""
    answer = CliRunner().invoke(app, list(arguments))
    assert answer.exit_code == 0, answer.stderr + repr(answer.exception)
    return answer


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Four replications of the baseline on two workers, as JSON and as a folder."""
    out = tmp_path_factory.mktemp("run") / "baseline"
    answer = run_command("run", BASELINE, "--replications", "4", "--workers", "2", "--json", "--quiet", "--out", str(out))
    return json.loads(answer.stdout), out


def test_run_prints_one_json_object_with_everything_promised(result):
    found, out = result
    assert set(found) >= {"scenario", "seed", "replications", "failed", "seconds", "goals", "audit", "out"}
    assert (found["scenario"], found["replications"], found["failed"], found["out"]) == ("baseline", 4, 0, str(out))
    assert {goal["id"] for goal in found["goals"]} >= set(GOALS)
    for goal in found["goals"]:
        assert 0.0 <= goal["low"] <= goal["probability"] <= goal["high"] <= 1.0
        assert goal["runs"] == 4
    assert all(set(line) >= {"id", "target", "achieved", "ok"} for line in found["audit"])


def test_the_folder_holds_the_tables_that_were_promised(result):
    _, out = result
    for name in ("manifest.json", "goals.json", "goals.csv", "audit.csv", "budget.csv", "bands.parquet", "years.parquet"):
        assert (out / name).is_file(), name
    replications = pandas.read_parquet(out / "replications.parquet")
    months = pandas.read_parquet(out / "months.parquet")
    assert len(replications) == 4
    assert len(months) == 4 * 60
    assert sorted((out / "figures").glob("*-zh.png")) and sorted((out / "figures").glob("*-en.svg"))


def test_mr32_one_worker_or_two_the_same_bytes(result, tmp_path):
    found, out = result
    alone = run_command(
        "run",
        BASELINE,
        "--replications",
        "4",
        "--workers",
        "1",
        "--json",
        "--quiet",
        "--no-figures",
        "--out",
        str(tmp_path / "o"),
    )
    assert json.loads(alone.stdout)["hash"] == found["hash"]
    for name in (
        "goals.json",
        "months.parquet",
        "replications.parquet",
        "years.parquet",
        "bands.parquet",
        "budget.csv",
        "audit.csv",
    ):
        assert (tmp_path / "o" / name).read_bytes() == (out / name).read_bytes(), name


def test_pairs_of_replications_share_their_parameters(result):
    _, out = result
    table = pandas.read_parquet(out / "replications.parquet")
    drawn = [column for column in table.columns if column.startswith("quantile.illness.")]
    assert drawn
    assert (table.loc[0, drawn] == table.loc[1, drawn]).all()
    assert (table.loc[0, drawn] != table.loc[2, drawn]).any()


def test_backtest_reads_the_folder_and_holds_it_against_what_was_published(result):
    _, out = result
    found = json.loads(run_command("backtest", "--from", str(out), "--json", "--no-figures").stdout)
    figures = {line["id"]: line for line in found["figures"]}
    assert figures["quarter_growth_2022"]["published"] == 0.072
    assert figures["quarter_growth_2022"]["calibration"] is True
    assert figures["rural_growth_2023"]["calibration"] is False and set(figures["rural_growth_2023"]["rivals"]) == {
        "trend",
        "static",
    }
    assert found["scores"]["model"]["bands"] == sum(line["use"] == "hold_out" for line in figures.values())
    assert found["vantage"] is None, "a folder keeps the vantage that it was run with"
    assert all(line["grade"] in "ABD" for line in figures.values())
    assert all(line["mean"] is not None for line in figures.values()), "a figure whose indicator is not measured"


def test_both_languages_print_a_scoreboard(result):
    for language, word in (("zh", "主要目标"), ("en", "MAIN GOALS")):
        answer = run_command(
            "run",
            BASELINE,
            "--replications",
            "2",
            "--quiet",
            "--no-figures",
            "--lang",
            language,
            "--out",
            str(result[1].parent / language),
        )
        assert word in answer.stdout
        answer.stdout.encode("gbk")  # a Chinese console can show it all


def test_dry_run_says_what_will_happen_and_writes_nothing(tmp_path):
    found = json.loads(
        run_command(
            "run", BASELINE, "--replications", "1000", "--dry-run", "--json", "--quiet", "--out", str(tmp_path / "x")
        ).stdout
    )
    assert found["replications"] == 1000
    assert found["disk"] < 250e6
    assert not (tmp_path / "x").exists()


def test_show_config_says_where_a_value_comes_from():
    found = json.loads(run_command("run", BASELINE, "--show-config", "--json", "--set", "public_posts.count=4000").stdout)[
        "values"
    ]
    assert found["public_posts.count"]["value"] == 4000
    assert "--set public_posts.count=4000" in found["public_posts.count"]["from"]
    assert "county.yaml" in found["budget.county_floor"]["from"]
    assert found["illness.mean_bill"]["from"] == "built in"


@pytest.mark.parametrize("command", ["levers", "parameters", "goals", "month"])
def test_lists_are_lists_of_objects_with_an_id(command):
    found = json.loads(run_command(command, "--json").stdout)
    assert len(found) > 5
    assert all(line["id"] for line in found)
    assert len({line["id"] for line in found}) == len(found)
    for language in ("zh", "en"):
        assert str(len(found)) in run_command(command, "--lang", language).stdout


def test_the_month_is_printed_in_its_order():
    found = json.loads(run_command("month", "--json").stdout)
    printed = [line["id"] for line in found]
    assert printed == [process.name for process in PROCESSES_IN_ORDER][: len(printed)]


def test_population_prints_an_audit_and_what_is_still_assumed():
    found = json.loads(run_command("population", "--missing", "--json").stdout)
    assert all(line["ok"] for line in found["audit"] if line["exact"])
    assert {fact["id"] for fact in found["missing"]} >= {"dibao_line", "post_pay"}
    told = "".join(run_command("population", "--missing").stdout.split())
    assert "低保" in told and "clause" not in told and "假设" not in told  # sources in English are not told in Chinese
    stated = {each["id"]: each for each in found["origins"]["numbers"]}["founding.rural_income"]
    assert (stated["value"], stated["origin"]) == (15900, "assumed")  # derived from the neighbouring county: not its own
    assert "县情文件为15900元/人年" in told and "校准后的中间值156" in told  # the two values that a reader sees, and what each is
    own = told[told.index("本县自己的数据") : told.index("本县最该先查的数")]
    assert "2000万元/年" in own and "农村居民人均可支配收入" not in own and "脱贫人口" not in own


def test_schema_is_json():
    assert json.loads(run_command("schema").stdout)["type"] == "object"
