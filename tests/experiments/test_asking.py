"""compare, sweep, solve, sensitivity, collect and verify, as a planner asks them of the real county."""

import importlib.util
import json
from pathlib import Path

import pandas
import pytest
from typer.testing import CliRunner

from experiments.analyses import budget_allocation, discovery_spec
from experiments.analyses import design as sweep_design
from experiments.analyses.sweep import outcomes_of
from experiments.cli.app import app
from experiments.execution import study
from experiments.model_api import COUNTY, load_model
from experiments.page.views import sweep_table
from experiments.reporting.terminal import sweep as terminal
from experiments.reporting.translations import Words
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import load_all
from sim.county import sample_quantiles

ROOT = Path(__file__).resolve().parents[2]
BASELINE = str(ROOT / "scenarios" / "baseline.yaml")
NO_MONITORING = str(ROOT / "scenarios" / "no_monitoring.yaml")
SPECS = ROOT / "experiments" / "specs"


def ask(*arguments, code=0):
    """What a command answers; it must end with this code."""
    answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert answer.exit_code == code, answer.stdout + answer.stderr + repr(answer.exception)
    return answer


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Three scenarios of a year, two futures each: the baseline, another, and the baseline again."""
    out = tmp_path_factory.mktemp("compare") / "out"
    answer = ask(
        "compare", BASELINE, NO_MONITORING, BASELINE, "--replications", 2, "--json", "--quiet", "--out", out, "--workers", 1
    )
    return json.loads(answer.stdout), out


def test_compare_tells_goals_money_and_places_and_nothing_against_itself(compared):
    made, out = compared
    other, itself = made["comparisons"]
    assert (other["other"], itself["other"], other["pairs"]) == ("no_monitoring", "baseline", 2)
    assert itself["same"] and not other["same"]
    for part in ("goals", "indicators", "money", "places"):
        assert all(
            line["difference"] == line["low"] == line["high"] == 0 for line in itself[part] if line["difference"] is not None
        )
        assert (out / f"comparison-{part}.csv").stat().st_size > 100
    recorded = next(line for line in other["indicators"] if line["id"] == "relapse_recorded")
    assert recorded["other"] == 0 < recorded["first"]
    assert {line["scope"] for line in other["places"]} == {"segment", "township"}


def test_compare_reads_folders_and_speaks_both_languages(compared):
    _, out = compared
    for language, word in (("zh", "比较"), ("en", "against")):
        said = ask("compare", out / "1-baseline", out / "no_monitoring", "--lang", language).stdout
        assert word in said
    assert "nothing changes" in ask("compare", out / "1-baseline", out / "3-baseline", "--lang", "en").stdout


def test_compare_called_again_runs_nothing_and_refuses_what_does_not_fit(compared):
    made, out = compared
    again = json.loads(
        ask("compare", BASELINE, NO_MONITORING, BASELINE, "--replications", 2, "--json", "--quiet", "--out", out).stdout
    )
    assert again == made
    refused = ask("compare", BASELINE, NO_MONITORING, BASELINE, "--replications", 2, "--seed", 1, "--quiet", "--out", out, code=2)
    assert "the seed differs (2021, now 1)" in refused.stderr
    assert "at least two" in ask("compare", BASELINE, code=2).stderr
    assert "not both" in ask("compare", BASELINE, out / "1-baseline", code=2).stderr
    assert "no result" in ask("compare", out, out / "1-baseline", code=2).stderr


def test_verify_runs_recorded_futures_again(compared):
    _, out = compared
    found = json.loads(ask("verify", out / "no_monitoring", "--sample", 1, "--json", "--quiet", "--workers", 1).stdout)
    assert (found["wrong"], len(found["checked"]), found["recorded"], found["changes"]) == ([], 1, 2, [])
    assert "no result" in ask("verify", out, code=2).stderr


def test_shards_are_collected_into_the_same_result(compared, tmp_path):
    made, _ = compared
    folders = [tmp_path / f"{number}" for number in (1, 2)]
    for number, folder in zip((1, 2), folders):
        ask("run", BASELINE, "--replications", 4, "--shard", f"{number}/2", "--quiet", "--out", folder, "--workers", 1)
    joined = json.loads(ask("collect", *folders, "--out", tmp_path / "whole", "--json", "--no-figures").stdout)
    assert joined["completed"] == 4
    first = pandas.read_parquet(tmp_path / "whole" / "replications.parquet")["kept"].tolist()[:2]
    assert first == pandas.read_parquet(Path(made["scenarios"][0]["folder"]) / "replications.parquet")["kept"].tolist()
    assert "in no part" in ask("collect", folders[0], "--out", tmp_path / "half", code=2).stderr
    for wrong, words in (("0/2", "write it as 3/10"), ("3/2", "write it as 3/10"), ("1/9", "cannot be cut")):
        assert words in ask("run", BASELINE, "--replications", 4, "--shard", wrong, code=2).stderr


def test_run_resumes_extends_and_keeps_what_it_has(compared, tmp_path):
    _, out = compared
    folder = out / "1-baseline"
    assert "no run to go on with" in ask("run", BASELINE, "--resume", "--out", tmp_path / "none", code=2).stderr
    grown = json.loads(ask("run", BASELINE, "--add-replications", 1, "--json", "--quiet", "--no-figures", "--out", folder).stdout)
    assert grown["replications"] == grown["completed"] == 3
    (folder / "manifest.json").unlink()  # as if it had been killed
    assert "unfinished run of 3" in ask("run", BASELINE, "--out", folder, "--quiet", code=2).stderr
    whole = json.loads(
        ask("run", BASELINE, "--replications", 3, "--resume", "--json", "--quiet", "--no-figures", "--out", folder).stdout
    )
    assert whole["hash"] == grown["hash"]
    for options, words in (
        (("--resume", "--fresh"), "keep one of them"),
        (("--precision", "0.05", "--shard", "1/2"), "decides by itself"),
        (("--shard", "1/2", "--add-replications", "2"), "collect the shards"),
    ):
        assert words in ask("run", BASELINE, *options, code=2).stderr


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """Two levers at two values each, one future."""
    folder = tmp_path_factory.mktemp("sweep")
    spec = folder / "small.yaml"
    spec.write_text(
        f"title: {{zh: 小, en: Small}}\nscenarios: [{BASELINE}]\ndesign: grid\nreplications: 2\nfactors:\n"
        "  public_posts.count: [5000, 6000]\n  budget.county_floor: [10000000, 20000000]\n"
        "outcomes: [R3, relapse_rate, public_spending]\n",
        encoding="utf-8",
    )
    out = folder / "out"
    return json.loads(ask("sweep", spec, "--json", "--quiet", "--out", out, "--workers", 2).stdout), out


def test_a_sweep_writes_tables_and_a_heat_map_of_each_outcome(swept):
    made, out = swept
    assert (made["points"], made["replications"], made["failed"]) == (4, 2, [])
    summary = pandas.read_csv(out / "summary.csv", encoding="utf-8-sig")
    assert len(summary) == 4 * 3
    assert len(pandas.read_parquet(out / "lives.parquet")) == 8
    spending = summary[summary["outcome"] == "public_spending"].set_index(["public_posts.count", "budget.county_floor"])["mean"]
    assert spending[5000, 20000000] > spending[5000, 10000000] + 5
    for outcome in made["outcomes"]:
        for language in ("zh", "en"):
            for ending in ("png", "svg", "txt"):
                assert (out / "figures" / f"heat-{outcome['id']}-baseline-{language}.{ending}").stat().st_size > 50


def test_a_grid_tells_what_differs_from_the_plan_s_own_values(swept):
    """5000 posts and a floor of 20 million are the baseline's own."""
    manifest, out = swept
    summary = pandas.read_csv(out / "summary.csv", encoding="utf-8-sig")
    for _outcome, rows in summary.groupby("outcome"):
        own = (rows["public_posts.count"] == 5000) & (rows["budget.county_floor"] == 20000000)
        assert own.sum() == 1 and rows.loc[own, ["difference", "pairs"]].isna().all(axis=None)
        others = rows[~own]
        assert (others["pairs"] == 2).all()
        assert others["difference"].tolist() == pytest.approx((others["mean"] - rows.loc[own, "mean"].item()).tolist(), abs=1e-9)
    (table,) = sweep_table({**manifest, "summary": summary.to_dict("records")}, Words("zh"))
    spending = [row[-1] for row in table["rows"]]
    assert ["较现值" in text for text in spending] == [True, False, True, True]


def test_a_sweep_that_names_no_outcome_looks_at_the_promises_and_the_spending_of_its_lever(swept, tmp_path):
    """Own money pays the hospital promise, posts are one; what insurance pays is told apart. Few runs are counted, as a trial."""
    spec = tmp_path / "bare.yaml"
    text = "title: {zh: 小, en: Small}\nscenarios: [baseline]\ndesign: grid\nreplications: 2\nfactors:\n"
    found = {}
    for lever, values in (("budget.county_floor", "[10000000, 20000000]"), ("public_posts.count", "[3000, 5000]")):
        spec.write_text(f"{text}  {lever}: {values}\n", encoding="utf-8")
        design = sweep_design.load(spec)
        found[lever] = outcomes_of(design, load_model(COUNTY).catalogue(design.scenarios[0]))
    assert {"H1_ordinary", "H1_major", "B1_floor", "B2"} <= set(found["budget.county_floor"])
    assert "E4_posts" in found["public_posts.count"] and "H1_ordinary" not in found["public_posts.count"]
    assert all({"own_spending", "policy_spending", "public_spending"} <= set(each) for each in found.values())

    manifest, out = swept
    shown = "".join(str(each) for each in terminal.answer(manifest, out, "zh") if not hasattr(each, "columns"))
    assert "试算" in shown
    summary = pandas.read_csv(out / "summary.csv", encoding="utf-8-sig")
    answer = {**manifest, "summary": summary.astype(object).where(summary.notna(), None).to_dict("records")}
    (table,) = sweep_table(answer, Words("zh"))
    assert "试算" in table["note"] and all("2次中" in row[2] for row in table["rows"])

    outcomes = study.outcomes(out / "journal", "baseline.00000")
    own, policy, public = (outcomes.outcome(name) for name in ("own_spending", "policy_spending", "public_spending"))
    assert (own < policy).all() and (policy < public).all() and (abs(own - 10) < 3).all()


def test_the_specs_that_come_along_are_right():
    discovery_spec.load(SPECS / "discover_relapse.yaml")
    budget_allocation.read(SPECS / "optimise_floor.yaml")
    for path in SPECS.glob("*.yaml"):
        if path.stem.startswith(("discover_", "optimise_")):
            continue
        design = sweep_design.load(path)
        points = design.points()
        assert len(points) == len(design.scenarios) * len(design.settings)
        assert len({point.name for point in points}) == len(points)


def test_points_are_what_was_asked():
    design = sweep_design.load(SPECS / "assumptions.yaml")
    one, two = (factor.id for factor in design.factors[:2])
    ranks = pandas.DataFrame(design.settings)[[one, two]].rank().corr().iloc[0, 1]
    assert ranks == pytest.approx(0.4, abs=0.2)
    point = design.points()[0]
    assert set(point.held) == {factor.id for factor in design.factors}
    assert all(0 < value < 1 for value in point.held.values())
    floor = sweep_design.load(SPECS / "levers_one_by_one.yaml")
    assert floor.settings[0] == {}
    assert floor.points()[0].scenario.overrides == floor.scenarios[0].overrides


def test_an_assumption_that_a_county_sets_can_still_be_held_at_a_quantile():
    design = sweep_design.load(SPECS / "assumptions.yaml")
    for point in design.points()[:2]:
        assert not set(point.held) & set(point.scenario.overrides)
        drawn = {**sample_quantiles(point.scenario, 2021, 0), **point.held}
        assert set(point.held) <= set(drawn)


BAD = {
    "unknown key 'replication' (did you mean 'replications'?)": (6, "replication: 3"),
    "there is no such lever or assumption (did you mean 'public_posts.count'?)": (5, "  public_post.count: [1]"),
    "takes one of values, quantiles, or low and high": (5, "  public_posts.count: {values: [1], low: 0, high: 5}"),
    "needs both low and high": (5, "  public_posts.count: {low: 3}"),
    "low must be less than high": (5, "  public_posts.count: {low: 5, high: 3}"),
    "is fixed: it has no range": (5, "  public_posts.count: {quantiles: [0.5]}"),
    "has no 'points' and no 'correlations'": (6, "points: 5"),
    "must be at most": (5, "  public_posts.count: [9000000]"),
}


@pytest.mark.parametrize("words", BAD)
def test_a_wrong_spec_is_one_line_with_its_place(tmp_path, words):
    line, text = BAD[words]
    lines = [
        "title: {zh: 错, en: Wrong}",
        f"scenarios: [{BASELINE}]",
        "design: grid",
        "factors:",
        "  budget.county_floor: [10000000]",
    ]
    if text.startswith("  "):
        lines[4] = text
    else:
        lines.append(text)
        line = len(lines)
    spec = tmp_path / "wrong.yaml"
    spec.write_text("\n".join(lines) + "\n", encoding="utf-8")
    answer = ask("sweep", spec, "--out", tmp_path / "out", code=2)
    assert f"wrong.yaml:{line}: " in answer.stderr
    assert not (tmp_path / "out").exists()
    if words != "must be at most":  # the parameter's own words
        assert words in answer.stderr


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ("design: sobol\npoints: 48", "powers of two, not 48; take 64"),
        ("design: latin_hypercube", "needs 'points'"),
        ("design: latin_hypercube\npoints: 8\ncorrelations: [{between: [a, b], rank: 0.5}]", "between two different factors"),
        (
            "design: latin_hypercube\npoints: 8\ncorrelations:\n"
            "  - {between: [illness.admission_rate, illness.mean_bill], rank: 0.95}\n"
            "  - {between: [illness.admission_rate, accidents.chance], rank: 0.95}\n"
            "  - {between: [illness.mean_bill, accidents.chance], rank: -0.95}",
            "all these correlations at once",
        ),
    ],
)
def test_a_design_that_cannot_be_is_refused(tmp_path, design, words):
    spec = tmp_path / "wrong.yaml"
    spec.write_text(
        f"title: {{zh: 错, en: UserError}}\nscenarios: [{BASELINE}]\n{design}\nfactors:\n"
        "  illness.admission_rate:\n  illness.mean_bill:\n  accidents.chance:\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=words):
        sweep_design.load(spec)


def test_a_sweep_says_what_it_would_cost_and_keeps_nothing(tmp_path):
    out = tmp_path / "out"
    made = json.loads(ask("sweep", SPECS / "money_and_posts.yaml", "--dry-run", "--quiet", "--out", out).stdout)
    assert (made["points"], made["lives"]) == (9, 180)
    assert not out.exists()


def test_solve_finds_a_value_or_says_why_there_is_none(tmp_path):
    common = ("--lever", "budget.county_floor", "--low", 10000000, "--high", 40000000, "--replications", 10, "--only-luck",
              "--probability", 0.5, "--out", tmp_path / "a", "--workers", 1, "--quiet", "--json")  # fmt: skip
    year = tmp_path / "year.yaml"
    year.write_text(
        f"extends: {BASELINE}\ntitle: {{zh: 年, en: Year}}\nreason: {{zh: 短, en: Short}}\nmonths: 12\n", encoding="utf-8"
    )
    none = json.loads(ask("solve", year, *common, "--goal", "F1").stdout)
    assert (none["answer"], none["reason"]) == (None, "flat")
    made = json.loads(ask("solve", year, *common, "--goal", "B1_floor").stdout)  # the same futures, asked of another goal
    assert 10_000_000 < made["value"] == made["answer"] <= 20_500_000
    assert (tmp_path / "a" / "figures" / "curve-zh.png").stat().st_size > 1000


def test_questions_that_cannot_be_are_refused_before_anything_is_run(tmp_path):
    out = ("--out", tmp_path / "out")
    for arguments, words in (
        (("solve", BASELINE, "--lever", "public_post.count", "--goal", "R3"), "no such lever"),
        (("solve", BASELINE, "--lever", "public_posts.count", "--goal", "R33"), "there is no goal 'R33'"),
        (("solve", BASELINE, "--lever", "illness.admission_rate", "--goal", "R3"), "is an assumption"),
        (("solve", BASELINE, "--lever", "public_posts.count", "--goal", "R3", "--low", 5), "give both"),
        (("sensitivity", BASELINE, "--factor", "public_posts.count", "--yes"), "no assumption that varies"),
        (("sensitivity", BASELINE, "--outcome", "R33", "--yes"), "no goal or indicator 'R33'"),
        (("sensitivity", BASELINE, "--base", 48, "--yes"), "power of two"),
        (("sensitivity", BASELINE, "--against", BASELINE, "--yes"), "a scenario is named twice"),
    ):
        assert words in ask(*arguments, *out, code=2).stderr, words
    assert not (tmp_path / "out").exists()


def test_sensitivity_asks_before_it_spends_time(tmp_path):
    answer = ask("sensitivity", BASELINE, "--factor", "illness.mean_bill", "--base", 64, "--trajectories", 60, "--out",
                 tmp_path / "out", "--lang", "en", code=2)  # fmt: skip
    assert "not confirmed, nothing was begun" in answer.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.deep
def test_sensitivity_ranks_the_real_county(tmp_path):
    names = ("illness.admission_rate", "accidents.chance", "province.growth_error")
    chosen = [word for name in names for word in ("--factor", name)]
    outcomes = ("--outcome", "relapse_rate", "--outcome", "R4", "--base", 8, "--trajectories", 6)
    options = ("--against", NO_MONITORING, "--yes", "--quiet", "--out", tmp_path / "out")
    asked = ("sensitivity", BASELINE, *chosen, *outcomes, *options)
    answer = ask(*asked, "--json")
    made = json.loads(answer.stdout)
    ranked = made["screening"]["relapse_rate"]
    assert {row["factor"] for row in ranked} >= {"illness.admission_rate", "accidents.chance"}
    grades = [row["evidence"] for row in ranked]
    assert grades == sorted(grades, key=("assumed", "derived", "measured", "policy").index)
    assert made["worth"]["R4"]["best_now"] in ("baseline", "no_monitoring")
    assert 0 <= made["shares"]["relapse_rate"]["luck_share"] <= 1
    shown = ask(*asked, "--lang", "en").stdout
    assert "is chance" in shown


def example(name):
    """A program of docs/examples, imported."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_mesa_batch_run_runs_the_county_as_it_is(monkeypatch):
    monkeypatch.chdir(ROOT)
    rows = example("mesa_batch_run").batch(2, (4000, 6000), 1)
    assert {(row["public_posts__count"], row["month"]) for row in rows} >= {(4000, 1), (6000, 1)}
    assert all(0 <= row["relapse_rate"] < 0.2 for row in rows if row["month"] >= 0)


@pytest.mark.filterwarnings("ignore")
def test_ema_workbench_explores_the_county_as_it_is(monkeypatch):
    monkeypatch.chdir(ROOT)
    experiments, outcomes = example("ema_workbench_county").explore(1, 2)
    assert len(experiments) == 2
    assert len(outcomes["relapse_rate"]) == 2
    assert experiments["public_posts__count"].between(3000, 6000).all()
    assert load_all().parameters["public_posts.count"].role == "lever"
