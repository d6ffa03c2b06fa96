"""Everything given is used or refused before anything is run, names are one-to-one, what the system refuses is one sentence."""

import csv
import errno
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest
import typer
from typer.testing import CliRunner

from experiments.analyses import budget_allocation, comparison, discovery, sensitivity, sweep
from experiments.analyses import design as sweep_design
from experiments.analyses.early_warning_request import list_trials
from experiments.cli import console, run_helpers
from experiments.cli.app import app
from experiments.execution import points
from experiments.execution.runner import RunOptions
from experiments.execution.study import Study
from experiments.model_api import Point, load_model
from experiments.results import files
from sim.core.inputs.errors import InputError, UserError, describe_problem, disk_is_full
from sim.scenario import load_scenario
from tests.experiments import synthetic

ROOT = Path(__file__).resolve().parents[2]
BASELINE = str(ROOT / "scenarios" / "baseline.yaml")
COUNTY = str(ROOT / "scenarios" / "county.yaml")


def refused(*arguments, code=2):
    """What a command says on stderr; it must end with this code and print nothing else."""
    answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert answer.exit_code == code, answer.output + repr(answer.exception)
    assert answer.stdout == ""
    return answer.stderr


def spec(folder, factors, design="design: grid", scenarios=f"[{BASELINE}]", more=""):
    """A sweep as a file."""
    path = folder / "spec.yaml"
    text = f"title: {{zh: 试, en: Try}}\nreplications: 2\n{design}\nscenarios: {scenarios}\nfactors:\n{factors}\n{more}"
    path.write_text(text, encoding="utf-8")
    return path


# Levels and points


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ("  budget.county_floor: [{2021: 10000000}]", "a level is one value"),
        ("  budget.county_floor: {values: [10000000, {2022-01: 5}]}", "a level is one value"),
        ("  public_posts.count: [4000, 4000]", "4000 and 4000 are the same level"),
        ("  public_posts.count: [4000, 4000.0]", "4000 and 4000 are the same level"),
        ("  budget.county_floor: [20000000, 2.0e+7]", "are the same level"),
        ("  illness.admission_rate: {quantiles: [0.5, 0.25, 0.50]}", "0.5 and 0.5 are the same level"),
        ("  public_posts.count: {low: 3000, high: 3002, levels: 11}", "only 3 whole numbers from 3000 to 3002"),
        ("  budget.county_floor: {low: 1, high: inf}", "must be a number in yuan/year, not 'inf'"),
        ("  budget.county_floor: {low: nan, high: 5}", "must be a number in yuan/year, not 'nan'"),
        ("  budget.county_floor: [many]", "must be a number in"),
        ("  budget.county_floor: [true]", "must be a number in"),
        ("  public_posts.count: [[1, 2]]", "must be one value, not a list"),
    ],
)
@pytest.mark.parametrize("design", ["grid", "one_at_a_time"])
def test_a_level_is_one_value_that_is_there_once(tmp_path, factors, words, design):
    with pytest.raises(InputError) as caught:
        sweep_design.load(spec(tmp_path, factors, f"design: {design}"))
    assert words in caught.value.english and caught.value.line == 6
    assert caught.value.chinese != caught.value.english


def test_levels_that_nobody_counted_are_as_many_as_there_are(tmp_path):
    design = sweep_design.load(spec(tmp_path, "  public_posts.count: {low: 3000, high: 3002}"))
    assert design.factors[0].levels == (3000, 3001, 3002)


@pytest.mark.parametrize(
    ("factors", "design", "more", "words"),
    [
        ("  illness.admission_rate: {levels: 5}", "design: latin_hypercube\npoints: 8", "", "no levels"),
        (
            "  illness.admission_rate:\n  illness.mean_bill:",
            "design: latin_hypercube\npoints: 8",
            "correlations:\n  - {between: [illness.admission_rate, illness.mean_bill], rank: 0.5}\n"
            "  - {between: [illness.mean_bill, illness.admission_rate], rank: -0.5}\n",
            "is given twice",
        ),
        ("  public_posts.count: {low: 3000, high: 3002}", "design: sobol\npoints: 4", "", "only 3 different points"),
        ("  public_posts.count: [4000]", "design: grid", "outcomes: [R3, R3]", "one is named twice"),
        ("  public_posts.count: {levels: 101}", "design: grid\nonly_luck: true", "replications: 1000000", "written twice"),
    ],
)  # fmt: skip
def test_what_a_design_would_pass_over_is_refused(tmp_path, factors, design, more, words):
    with pytest.raises(InputError, match=words):
        sweep_design.load(spec(tmp_path, factors, design, more=more))


def test_a_grid_of_any_size_is_counted_before_it_is_made(tmp_path):
    levers = ("budget.county_floor", "budget.industry_share", "budget.bridging_paid", "work_relief.wage", "training.cost",
              "illness.admission_rate", "illness.mean_bill", "accidents.chance", "province.growth_error")  # fmt: skip
    factors = "\n".join(f"  {name}: {{levels: 101}}" for name in levers)
    for count in (3, 9):  # 101 to the ninth is still a number of 64 bits; ten of them, and of 24, wrap
        text = "\n".join(factors.splitlines()[:count])
        with pytest.raises(InputError, match="at most 20,000 are allowed"):
            sweep_design.load(spec(tmp_path, text))
    names = list(sweep_design.load_all().parameters)
    wide = [sweep_design.factor(name, sweep_design.FactorRecord(levels=101), True) for name in names if _spaced(name)][:40]
    assert math.prod(len(each.levels) for each in wide) > 2**64
    for kind in ("grid", "one_at_a_time"):
        record = sweep_design.Spec(title={"zh": "试", "en": "Try"}, scenarios=["a"], design=kind, factors={"a": {}})
        if kind == "grid":
            with pytest.raises(UserError, match="at most 20,000"):
                list(sweep_design._settings(record, wide))
        else:
            assert len(list(sweep_design._settings(record, wide))) == 1 + 40 * 101


def _spaced(name):
    try:
        return sweep_design.factor(name, sweep_design.FactorRecord(levels=101), True) is not None
    except (UserError, InputError):
        return False


def test_nobody_is_asked_to_wait_for_ever(tmp_path):
    with pytest.raises(InputError, match="at most 10,000,000 are allowed"):
        points.affordable("--replications", 0, 20_000, 1_000_000)
    points.affordable("--replications", 0, 100, 100_000)
    path = spec(tmp_path, "  public_posts.count: [4000]").read_text(encoding="utf-8")
    (tmp_path / "many.yaml").write_text(
        path.replace("replications: 2", "replications: 99999999999999999999999"), encoding="utf-8"
    )
    with pytest.raises(InputError, match="must be at most 1000000"):
        sweep_design.load(tmp_path / "many.yaml")


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("run", "--replications"), ("run", "--add-replications"), ("run", "--max-replications"), ("run", "--workers"),
        ("compare", "--replications"), ("sweep", "--replications"), ("solve", "--replications"), ("warn", "--replications"),
        ("warn", "--seed"), ("sensitivity", "--base"), ("sensitivity", "--trajectories"), ("sensitivity", "--replicates"),
        ("structure", "--futures"), ("screen", "--points"), ("discover", "--points"), ("budget", "--replications"),
        ("effects", "--futures"), ("effects", "--general-weight"),
        ("facts", "--lives"), ("verify", "--sample"), ("verify", "--seed"), ("backtest", "--replications"),
    ],
)  # fmt: skip
def test_every_number_of_the_command_line_has_a_bound(command, option):
    assert option in refused(command, BASELINE, option, 10**23)
    assert option in refused(command, BASELINE, option, "1e23")


def test_ranges_of_replications_have_one_too():
    assert "超过了最大编号" in refused("panel", BASELINE, "--replications", "0-99999999999")
    assert "neither a number nor a range" in refused("panel", BASELINE, "--replications", "²")
    assert "--low" in refused("solve", BASELINE, "--lever", "public_posts.count", "--goal", "R3", "--low", "nan", "--high", 5)


# Names


def test_names_of_files_are_one_to_one():
    names = [
        "posts+10%",
        "posts 10%",
        "posts_10_",
        "a" * 60,
        "a" * 61,
        "a" * 62,
        "方案一",
        "方案，一",
        "x~1",
        "x/1",
        "",
        "\ud800",
    ]
    made = [files.safe(name) for name in names]
    assert len(set(made)) == len(names)
    assert made[2:4] == names[2:4] and made[6] == "方案一", "what is safe already stays as it is"
    for name in made[:-1]:
        assert len(name) <= 60 and "/" not in name


def test_two_scenarios_whose_names_differ_by_a_sign_are_two(tmp_path):
    for name, count in (("posts+10%", 5500), ("posts 10%", 4500)):
        (tmp_path / f"{name}.yaml").write_text(
            f"extends: {BASELINE}\ntitle: {{zh: 岗, en: P}}\nreason: {{zh: 试, en: T}}\nset:\n  public_posts.count: {count}\n",
            encoding="utf-8",
        )  # fmt: skip
    path = spec(tmp_path, "  budget.county_floor: [20000000]", scenarios='["posts+10%.yaml", "posts 10%.yaml"]')
    made = sweep_design.load(path).points()
    assert len({point.name for point in made}) == 2
    assert [point.scenario.overrides["public_posts.count"][-1].value for point in made] == [5500, 4500]


def test_scenarios_that_some_disks_take_for_one_are_refused(tmp_path):
    for name in ("Plan", "plan"):
        (tmp_path / f"{name}.yaml").write_text(
            f"extends: {BASELINE}\ntitle: {{zh: 甲, en: A}}\nreason: {{zh: 试, en: Try}}\n", encoding="utf-8"
        )
    path = spec(tmp_path, "  public_posts.count: [4000]", scenarios="[Plan.yaml, plan.yaml]")
    with pytest.raises(InputError, match="a scenario is named twice: 'plan'"):
        sweep_design.load(path)
    assert "named twice" in refused("structure", tmp_path / "Plan.yaml", tmp_path / "plan.yaml")


def test_a_study_takes_no_two_points_of_one_name(tmp_path):
    one, two = synthetic.Scenario("one", months=12), synthetic.Scenario("two", months=12, shift=1.0)
    options = RunOptions(seed=1, workers=1, model_name=synthetic.NAME)
    with Study(tmp_path, {"one": one, "two": two}, "names", options) as study:
        study.run([(Point("a", one), [0])])
        study.run([(Point("a", one), [0, 1]), (Point("b", two), [0])])
        for wrong in ("a", "A"):
            with pytest.raises(ValueError, match="two different points have the name"):
                study.run([(Point(wrong, two), [0])])
        first, other = (study.outcomes(Point(name, one), [0]) for name in "ab")
        assert first.outcome("indicator_0")[0] != other.outcome("indicator_0")[0]


def test_points_that_differ_in_what_is_set_differ_in_name_or_task(tmp_path):
    asked = [
        sweep_design.load(spec(tmp_path, f"  public_posts.count: {{values: [4000], from: {month}}}")).task
        for month in (2022, 2023)
    ]
    assert asked[0] != asked[1], "the same level from another month is another county"

    class Asked:
        def run(self, wanted):
            self.names = [point.name for point, _numbers in wanted]

        def outcomes(self, point, numbers):
            return type("Found", (), {"replications": numbers})

    scenario, names = load_scenario(BASELINE), []
    for few in (["illness.admission_rate"], ["illness.mean_bill"]):
        study = Asked()
        sensitivity.Stage(study, scenario, sensitivity.factors_of(scenario, few), np.full((2, 1), 0.5), stem="shares", count=2)
        names += study.names
    assert len(set(names)) == 4, "which factors are divided hangs on the outcomes, and the journal is the same"


def test_results_of_one_scenario_differ_by_their_folders():
    class Result:
        def __init__(self, name, folder):
            self.manifest, self.folder = {"scenario": {"id": name}}, Path(folder)

    assert comparison.labels([Result("a", "1"), Result("b", "2"), Result("a", "3")]) == ["a", "b", "a"]
    assert comparison.labels([Result("a", "1"), Result("b", "2"), Result("b", "3")]) == ["a", "b (2)", "b (3)"]


def test_levers_to_try_are_there_once_however_they_are_spelled():
    scenario = load_scenario(BASELINE)
    catalogue = load_model(run_helpers.model_api.COUNTY).catalogue(scenario)
    for levers, starts in (
        ("public_posts.count=4000,public_posts.count=4000.0", "2022-01"),
        ("public_posts.count=4000", "2022,2022-01"),
    ):
        with pytest.raises(InputError, match="is there twice"):
            list_trials(scenario, levers, starts, ["R3"], catalogue)
    assert len(list_trials(scenario, "public_posts.count=4000,public_posts.count=4001", "2022,2023", ["R3"], catalogue)) == 4
    switches = [each.id for each in sweep_design.load_all().parameters.values() if each.role == "lever" and each.options]
    for lever in switches:  # a switch is tried at all its settings
        found = list_trials(
            scenario, lever, "2026-01" if sweep_design.load_all().parameters[lever].changes_from else "2022", ["R3"], catalogue
        )
        assert len(found) == len(sweep_design.load_all().parameters[lever].options)


# What is asked must be measured wherever it is looked at


def test_an_outcome_is_measured_in_every_scenario(tmp_path):
    longer = tmp_path / "longer.yaml"
    longer.write_text(
        f"extends: {BASELINE}\ntitle: {{zh: 长, en: Long}}\nreason: {{zh: 试, en: Try}}\nmonths: 120\n", encoding="utf-8"
    )
    model = load_model(run_helpers.model_api.COUNTY)
    usual, more = (model.catalogue(load_scenario(path)) for path in (BASELINE, longer))
    beyond = next(name for name in more.goals if name not in usual.goals)
    for scenarios in (f"[{BASELINE}, {longer}]", f"[{longer}, {BASELINE}]"):
        design = sweep_design.load(
            spec(tmp_path, "  public_posts.count: [4000]", scenarios=scenarios, more=f"outcomes: [{beyond}]")
        )
        with pytest.raises(InputError, match="there is no goal or indicator"):
            sweep.outcomes_of(design, *map(model.catalogue, design.scenarios))
        design = sweep_design.load(spec(tmp_path, "  public_posts.count: [4000]", scenarios=scenarios))
        assert beyond not in sweep.outcomes_of(design, *map(model.catalogue, design.scenarios))
    asked = type("Asked", (), {"goal": beyond, "path": longer})
    with pytest.raises(InputError, match="there is no goal"):
        discovery.check(asked, more, usual)
    assert "takes plans of one length" in refused("structure", BASELINE, longer)


def test_a_division_is_checked_before_prices_are_found(tmp_path):
    usual = (ROOT / "experiments" / "specs" / "optimise_floor.yaml").read_text(encoding="utf-8")
    usual = usual.replace("../../scenarios", str(ROOT / "scenarios"))
    spec_, _scenario = budget_allocation.read(_written(tmp_path, usual))
    first, second = list(spec_.programmes)[:2]
    lines = usual.splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip().startswith(f"{first}:"))
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    lines[at] = f"{indent}{first}: {{at_least: 5000000, at_most: 1000000}}"
    with pytest.raises(InputError, match="at_least 5,000,000 is more than at_most 1,000,000"):
        budget_allocation.read(_written(tmp_path, "\n".join(lines)))
    goals = next(number for number, line in enumerate(lines) if line.startswith("goals:"))
    twice = [*usual.splitlines()[:goals], f"goals: [{spec_.goals[0]}, {spec_.goals[0]}]", *usual.splitlines()[goals + 1 :]]
    with pytest.raises(InputError, match="one is named twice"):
        budget_allocation.read(_written(tmp_path, "\n".join(twice)))
    assert second


def _written(folder, text):
    path = folder / "division.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# Options


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("run", BASELINE, "--max-replications", 50), "--max-replications"),
        (("run", BASELINE, "--plan", BASELINE), "--plan"),
        (("run", BASELINE, "--show-config", "--seed", 3), "--seed"),
        (("run", BASELINE, "--show-config", "--dry-run"), "--dry-run"),
        (("run", BASELINE, "--show-config", "--brief"), "--brief"),
        (("run", BASELINE, "--dry-run", "--resume"), "--resume"),
        (("run", BASELINE, "--dry-run", "--profile"), "--profile"),
        (("sweep", "SPEC", "--dry-run", "--fresh"), "--fresh"),
        (("discover", BASELINE, "--dry-run", "--fresh"), "--fresh"),
        (("optimise", "SPEC", "--dry-run", "--fresh"), "--fresh"),
        (("backtest", "--from", "FOLDER", "--seed", 3), "--seed"),
        (("backtest", BASELINE, "--from", "FOLDER"), "scenario"),
        (("backtest", "--from", "FOLDER", "--vantage", "2022-12"), "--vantage"),
        (("calibrate", "--synthetic", "--store"), "--store"),
        (("check", BASELINE, "--until", "2022-01"), "--until"),
        (("check", BASELINE, "--seed", 3), "--seed"),
        (("month", "--seed", 3), "--seed"),
        (("month", "--scenario", BASELINE), "--scenario"),
        (("explain", "--find", "relapsed", "--beside", BASELINE), "--beside"),
        (("warn", "FOLDER", "--replications", 50), "--replications"),
        (("warn", "FOLDER", "--workers", 2), "--workers"),
        (("brief", "FOLDER", "--format", "html", "--style", "official"), "--style"),
        *((("compare", "FOLDER", "FOLDER", *given), given[0]) for given in (
            ("--set", "public_posts.count=3000"), ("--seed", 2021), ("--replications", 100), ("--only-luck",), ("--fresh",),
            ("--workers", 1), ("--executor", "local"),
        )),
    ],
)  # fmt: skip
def test_an_option_that_would_do_nothing_is_refused(tmp_path, arguments, option):
    known = {"SPEC": spec(tmp_path, "  public_posts.count: [4000]"), "FOLDER": tmp_path}
    said_ = refused(*(known.get(argument, argument) for argument in arguments))
    assert said_.startswith(f"{option}: ") and len(said_.splitlines()) == 2


def test_an_option_that_does_something_is_taken(tmp_path):
    for arguments in (("check", BASELINE, "--set", "public_posts.count=3000"), ("month", "--json")):
        assert CliRunner().invoke(app, list(map(str, arguments))).exit_code == 0
    assert "does nothing" not in refused("compare", tmp_path, tmp_path, "--quiet", "--out", tmp_path / "x")


# CSV


WORDS = [
    "=1+1",
    "+cmd",
    "-cmd",
    "@x",
    "\tx",
    "\nx",
    "＝1",
    "'=1",
    "''-x",
    "'text",
    "plain",
    "-5",
    "+1.5e3",
    "岗位=5",
    "NA",
    "007",
]


@pytest.mark.parametrize("frame", [False, True])
def test_no_cell_of_a_csv_is_a_formula_and_all_read_as_they_were(tmp_path, frame):
    rows = [{"id": word, "=title": word, "number": -1.5 * number, "nothing": None} for number, word in enumerate(WORDS)]
    path = tmp_path / "a.csv"
    if frame:
        files.write_frame(path, pandas.DataFrame(rows))
    else:
        files.write_csv(path, rows)
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *cells = csv.reader(file)
    assert head == ["id", "'=title", "number", "nothing"]
    for row in cells:
        assert row[0] in ("-5", "+1.5e3") or row[0][0] not in "=+-@\t\n＝"
    assert [row[0] for row in cells][:2] == ["'=1+1", "'+cmd"] and cells[1][2] == "-1.5"
    back = files.read_csv(path)
    assert back["id"].tolist() == WORDS and back["=title"].tolist() == WORDS
    files.write_csv(path, [{"id": "a\rb"}, {"id": "\r=1"}])
    assert path.read_bytes().count(b"\r") == 0, "a return alone ends a line for some readers and not for others"
    assert back["number"].tolist() == [row["number"] for row in rows] and back["nothing"].isna().all()


def test_numbers_are_written_as_pandas_writes_them(tmp_path):
    frame = pandas.DataFrame({"a": [0.1, np.nan, -1e-20], "b": [1, 2, 3], "c": ["x", None, "y"], "d": [True, False, True],
                              "e": pandas.to_datetime(["2021-01-01"] * 3)})  # fmt: skip
    files.write_frame(tmp_path / "ours.csv", frame)
    frame.to_csv(tmp_path / "theirs.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()
    files.write_csv(tmp_path / "empty.csv", [])
    assert files.read_csv(tmp_path / "empty.csv").empty


def test_nothing_else_writes_a_csv():
    for path in (ROOT / "experiments").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name != "files.py":
            assert not any(word in text for word in ("to_csv(", "csv.writer", "DictWriter", "read_csv(path, enc")), path


# What the system refuses


def test_what_the_system_refuses_is_said_in_both_languages():
    for name in ("ENOSPC", "EROFS", "EACCES", "ENAMETOOLONG", "ENOENT"):
        problem = OSError(getattr(errno, name), "as the system says it", "out")
        both = describe_problem(problem)
        assert "as the system says it" not in both.english and any("\u4e00" < letter for letter in both.chinese)
        assert disk_is_full(problem) == (name == "ENOSPC")
        with pytest.raises(typer.Exit) as end, console.exit_codes():
            raise problem
        assert end.value.exit_code == (5 if name == "ENOSPC" else 2)


@pytest.mark.parametrize("out", ["/proc/x", "/dev/null/x", "x" * 300, str(Path(BASELINE) / "x")])
def test_a_place_that_takes_no_results_is_refused_before_anything_is_run(tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    path = spec(tmp_path, "  public_posts.count: [4000]")
    for command in (
        ("run", BASELINE), ("compare", BASELINE, BASELINE), ("sweep", path), ("backtest", BASELINE),
        ("solve", BASELINE, "--lever", "public_posts.count", "--goal", "R3"),
        ("discover", BASELINE), ("sensitivity", BASELINE), ("structure",), ("screen", BASELINE), ("effects", BASELINE),
    ):  # fmt: skip
        message = refused(*command, "--out", out)
        assert len(message.splitlines()) == 2 and "Traceback" not in message, message
    assert [each.name for each in tmp_path.iterdir()] == ["spec.yaml"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.ENOENT])
def test_results_that_cannot_be_written_end_in_5_and_what_was_run_is_kept(tmp_path, monkeypatch, capsys, number):
    from experiments.execution import runner
    from experiments.results import folder as results

    def fail(*arguments, **options):
        raise OSError(number, "no", "months.parquet")

    wanted = run_helpers.RunRequest(2, 1, 1, lang="en")
    monkeypatch.setattr(run_helpers.model_api, "COUNTY", synthetic.NAME)
    monkeypatch.setattr(results, "write", fail)
    with pytest.raises(typer.Exit) as end:
        run_helpers.run_scenario(synthetic.Scenario("x", months=12), tmp_path / "out", wanted, console.progress_console(True))
    assert end.value.exit_code == 5 and "The 2 replications that are done are kept" in capsys.readouterr().err
    monkeypatch.undo()
    again = runner.run(
        synthetic.Scenario("x", months=12), tmp_path / "out", runner.RunOptions(2, 1, 1, model_name=synthetic.NAME)
    )
    assert again.completed == 2
    with pytest.raises(typer.Exit) as end, run_helpers.guard_writing(tmp_path / "out", "zh"):
        fail()
    assert end.value.exit_code == 5 and "已完成的2次" in capsys.readouterr().err


def test_a_full_output_and_a_reader_that_went_away_are_no_traceback():
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    command = [sys.executable, "-m", "experiments", "clauses", "--json"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 5 and "已满" in done.stderr and len(done.stderr.splitlines()) == 2, done.stderr
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as gone:
        assert gone.stdout is not None and gone.stderr is not None
        gone.stdout.close()
        assert gone.stderr.read() == "" and gone.wait() == 5


SCRIPT = """from experiments.execution.local_executor import Processes

print("begun")
place = Processes(dict, 2)
place.submit("no dict has such a key to call")
try:
    place.next_finished()
except TypeError:
    print("worked")
place.close()
"""


def test_a_script_need_not_guard_what_it_begins(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(SCRIPT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, encoding="utf-8", env=environment)
    assert (done.returncode, done.stdout) == (0, "begun\nworked\n"), done.stderr
