"""When does the plan fail? Planted boxes are found, noise is not sold as a box, and what cannot be asked is refused."""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas
import pytest
from typer.testing import CliRunner

from experiments.analyses import design, discovery, discovery_spec
from experiments.cli.app import app
from experiments.execution.runner import RunOptions
from experiments.execution.worker_pool import Stopped
from experiments.reporting import discovery_text
from experiments.reporting.figures import discovery_boxes
from experiments.reporting.translations import Words
from experiments.statistics import prim
from sim.core.inputs.errors import InputError
from tests.experiments import planted
from tests.experiments.planted import Planted

ROOT = Path(__file__).resolve().parents[2]
BASELINE = str(ROOT / "scenarios" / "baseline.yaml")


def corner(count, seed, dimensions=8):
    """Cases of which those in a corner of two factors are sought."""
    cases = np.random.default_rng(seed).uniform(size=(count, dimensions))
    return cases, (cases[:, 0] > 0.6) & (cases[:, 3] <= 0.5)


# The method itself


def test_the_box_of_a_corner_is_found_and_holds_on_new_cases():
    cases, sought = corner(400, 1)
    box = prim.pruned(prim.choose(prim.trajectory(cases, sought), cases, sought), cases, sought)
    assert [each.factor for each in box] == [0, 3]
    assert box[0].low == pytest.approx(0.6, abs=0.02) and box[0].high == np.inf
    assert box[1].high == pytest.approx(0.5, abs=0.02) and box[1].low == -np.inf
    new = prim.found(box, *corner(1000, 2))
    assert new.coverage > 0.95 and new.density > 0.95
    assert prim.chance(new) < 1e-50


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_peeling_is_that_of_ema_workbench(noise):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench.analysis.prim import Prim

    cases, sought = corner(400, 3)
    sought = sought ^ (np.random.default_rng(4).uniform(size=400) < noise)
    columns = [f"factor {number}" for number in range(8)]
    theirs = Prim(pandas.DataFrame(cases, columns=columns), sought.astype(int), threshold=0.1).find_box().peeling_trajectory
    ours = [prim.found(box, cases, sought) for box in prim.trajectory(cases, sought)]
    best = (2.0 / (1.0 / theirs["coverage"] + 1.0 / theirs["density"])).max()
    assert max(2.0 * each.hits / (each.held + each.sought) for each in ours) == pytest.approx(best, abs=0.03)
    for mass in (0.8, 0.6, 0.4, 0.25, 0.2):
        other = theirs.iloc[int(np.argmin(np.abs(theirs["mass"] - mass)))]
        own = ours[int(np.argmin([abs(each.held / 400 - mass) for each in ours]))]
        assert own.density == pytest.approx(other["density"], abs=0.05)
        assert own.coverage == pytest.approx(other["coverage"], abs=0.05)


def test_choices_are_peeled_one_by_one_and_put_back():
    random = np.random.default_rng(5)
    cases = np.column_stack([random.integers(0, 4, 300), random.uniform(size=(300, 3))])
    sought = np.isin(cases[:, 0], [1, 3]) & (cases[:, 2] > 0.4)
    box = prim.choose(prim.trajectory(cases, sought, (0,)), cases, sought)
    assert box[0].among == {1, 3}
    assert box[1].low == pytest.approx(0.4, abs=0.05)


def test_a_box_is_pasted_where_peeling_went_too_far():
    cases = np.linspace(0.0, 1.0, 101)[:, None]
    sought = cases[:, 0] > 0.5
    narrow = (prim.Restriction(0, low=0.8),)
    wider = [box for box, _held in prim._pastes(narrow, cases, prim.inside(narrow, cases), (), 0.5)]
    assert [box[0].low for box in wider] == [pytest.approx(0.705)]  # half of the 20 cases within are the 10 nearest outside
    assert prim.refined((prim.Restriction(0, low=0.52),), cases, sought)[0].low == pytest.approx(0.505)


def test_a_restriction_that_does_nothing_is_dropped():
    cases, sought = corner(300, 6)
    box = (prim.Restriction(0, low=0.6), prim.Restriction(3, high=0.5), prim.Restriction(5, low=0.05))
    values = prim.quasi_p(box, cases, sought)
    assert max(values[0], values[3]) < 1e-6 < 0.05 < values[5]
    assert [each.factor for each in prim.pruned(box, cases, sought)] == [0, 3]


def test_quasi_p_is_the_binomial_tail():
    cases = np.array([[0.1], [0.2], [0.6], [0.7], [0.8]])
    sought = np.array([False, False, True, True, True])
    # The box holds 3 of 3; without its restriction 3 of 5: 0.6 to the third power.
    assert prim.quasi_p((prim.Restriction(0, low=0.5),), cases, sought)[0] == pytest.approx(0.6**3)


def test_a_density_that_is_asked_for_is_given_or_refused():
    cases, sought = corner(400, 7)
    shaken = sought ^ (np.random.default_rng(8).uniform(size=400) < 0.15)
    path = prim.trajectory(cases, shaken)
    dense = prim.found(prim.choose(path, cases, shaken, 0.8), cases, shaken)
    assert dense.density >= 0.8
    assert prim.choose(path, cases, shaken, 0.999) == ()


# A whole discovery


def options(seed, workers=1, **more):
    return RunOptions(seed=seed, workers=workers, model_name=planted.NAME, **more)


@pytest.fixture(scope="module")
def planted_result(tmp_path_factory):
    """A discovery in the planted county."""
    folder = tmp_path_factory.mktemp("planted")
    asked = planted.discovery(folder)
    return asked, discovery.discover(asked, folder / "out", options(3, 1)), folder / "out"


def test_a_planted_box_is_found_with_coverage_and_density_above_nine_tenths_on_held_out_futures(planted_result):
    asked, made, out = planted_result
    box = made["boxes"][0]
    assert box["stands"] and box["chance"] < 1e-10
    assert box["held_out"]["coverage"] > 0.9 and box["held_out"]["density"] > 0.9
    assert {each["id"]: each["high"] for each in box["restrictions"]} == dict.fromkeys(planted.BOUNDS)
    for each in box["restrictions"]:
        assert each["low_share"] == pytest.approx(planted.BOUNDS[each["id"]], abs=0.05)
        assert each["quasi_p"] < 0.001
    # The bound stands in the factor's own unit: the triangular distribution of the bill, at its quantile.
    bill = next(factor for factor in asked.factors if factor.id == "illness.mean_bill")
    at = next(each for each in box["restrictions"] if each["id"] == bill.id)
    assert at["low"] == pytest.approx(asked.physical_value(1, at["low_share"])[0])
    assert 5000 < at["low"] < 15000
    cases = pandas.read_parquet(out / "cases.parquet")
    inside = (cases["illness.admission_rate"] > made_bound(box, "illness.admission_rate")) & (
        cases["illness.mean_bill"] > at["low"]
    )
    assert (inside == cases["in_box_1"]).all()
    assert cases["held_out"].sum() == made["held_out"] == 120
    trajectory = pandas.read_csv(out / "trajectory.csv", encoding="utf-8-sig")
    assert set(trajectory.loc[trajectory["chosen"] != "", "chosen"].dropna()) == {"best", "told"}


def made_bound(box, name):
    return next(each["low"] for each in box["restrictions"] if each["id"] == name)


def test_findings_are_plain_words_in_both_languages_and_a_picture(planted_result):
    _asked, made, out = planted_result
    chinese, english = (" ".join(discovery_text.answer(made, language)) for language in ("zh", "en"))
    assert "住院率高于" in chinese and "每 10 次推演有 10 次达不到目标" in chinese
    assert '"Mean bill of an admission" is above 8,' in english and "about 10 of 10 futures" in english
    assert "held back" in english and "not proof of causes" in english
    paths = discovery_boxes.render(out, made)
    assert {path.name for path in paths} == {
        f"box-1-{language}.{end}" for language in ("zh", "en") for end in ("png", "svg", "pdf", "txt")
    }


def test_pure_noise_yields_no_box_and_says_so(tmp_path):
    wrong = 0
    for seed in range(3):
        asked = planted.discovery(tmp_path, (Planted(months=12, box=False),), points=200)
        made = discovery.discover(asked, tmp_path / str(seed), options(seed, 1))
        wrong += any(box["stands"] for box in made["boxes"])
        if not any(box["stands"] for box in made["boxes"]):
            assert "No box stands" in " ".join(discovery_text.answer(made, "en"))
            assert made["reason"] in ("none", "chance")
    assert wrong <= 1


@pytest.mark.deep
def test_noise_passes_for_a_box_at_most_once_in_twenty_times(tmp_path):
    asked = planted.discovery(tmp_path, points=200)
    false = []
    for seed in range(400):
        random = np.random.default_rng(seed)
        cases, sought = random.uniform(size=(200, 7)), random.uniform(size=200) < 0.3
        run = discovery.DiscoveryRun(cases, np.arange(200), ~sought, np.zeros(200), (), ())
        found = discovery.boxes(asked, cases, sought, discovery.held_out(run, asked, seed))
        false.append(any(box["stands"] for box in found["boxes"]))
    assert np.mean(false) <= 0.075  # 0.05 and two standard errors


def test_a_box_that_fails_its_check_is_reported_as_fallen():
    restriction = {"id": "a", "name": {"zh": "甲", "en": "A"}, "unit": "yuan", "kind": "value", "low": None, "high": 3.0,
                   "low_share": None, "high_share": 0.25, "among": None, "quasi_p": 0.01}  # fmt: skip
    part = {"held": 10, "hits": 4, "density": 0.4, "density_low": 0.2, "density_high": 0.7, "coverage": 0.2, "elsewhere": 0.35}
    box = {"number": 1, "stands": False, "chance": 0.4, "restrictions": [restriction], "learnt": part, "held_out": part}
    made = {"title": {"zh": "题", "en": "Title"}, "failed": [], "cases": 100, "missed": 40, "held_out": 30, "where": "fails",
            "goal": {"id": "R3", "name": {"zh": "返贫", "en": "Relapse"}}, "boxes": [box], "reason": "chance"}  # fmt: skip
    said = " ".join(discovery_text.answer(made, "en"))
    assert 'seemed to be a pattern ("A" is below 3.00 yuan (the lower 25 % of what is thought possible))' in said
    assert "does not stand and should not be quoted" in said and "No box stands" in said
    assert discovery_text.condition({**restriction, "kind": "times"}, Words("en")).startswith(
        '"A" is below 3.00 times what is expected'
    )


def test_any_number_of_workers_and_a_stop_in_the_middle_give_the_same_bytes(tmp_path):
    asked = planted.discovery(tmp_path, points=60)
    files = ("manifest.json", "boxes.csv", "trajectory.csv", "cases.parquet")
    results = {}
    for workers in (1, 2):
        discovery.discover(asked, tmp_path / f"{workers}", options(1, workers))
        results[workers] = [(tmp_path / f"{workers}" / name).read_bytes() for name in files]
    assert results[1] == results[2]

    def stop(progress):
        if progress.done >= 25:
            raise KeyboardInterrupt

    with pytest.raises(Stopped):
        discovery.discover(asked, tmp_path / "again", options(1, 1, on_progress=stop))
    kept = len(list((tmp_path / "again" / "journal").glob("*.npz")))
    assert 25 <= kept < 60
    assert not (tmp_path / "again" / "manifest.json").exists()
    discovery.discover(asked, tmp_path / "again", options(1, 1))
    assert [(tmp_path / "again" / name).read_bytes() for name in files] == results[1]


def test_which_scenario_it_is_can_be_a_condition(tmp_path):
    safe = Planted(id="safe", title={"zh": "安全", "en": "Safe"}, months=12, box=False)
    always = Planted(id="exposed", title={"zh": "暴露", "en": "Exposed"}, months=12)
    asked = planted.discovery(tmp_path, (safe, always), points=200)
    cube = asked.cube(1)
    assert asked.columns[0] == "scenario" and asked.choices == (0,)
    assert set(cube[:, 0]) == {0.0, 1.0}
    assert {point.scenario.id for point, _number in asked.cases(cube)} == {"safe", "exposed"}
    cases = [replication for _point, replication in asked.cases(cube)]
    assert len(set(cases)) == len(cases) and all(number % 2 == 0 for number in cases)
    sought = (cube[:, 0] == 1) & (cube[:, 1] > 0.3)
    run = discovery.DiscoveryRun(cube, np.arange(200), ~sought, np.zeros(200), (), ())
    found = discovery.boxes(asked, cube, sought, discovery.held_out(run, asked, 1))
    said = " ".join(discovery_text.conditions(found["boxes"][0], Words(language)) for language in ("zh", "en"))
    assert "情景为暴露" in said and '"Scenario" is Exposed' in said


# Asking


def ask(*arguments, code=0):
    answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert answer.exit_code == code, answer.stdout + answer.stderr + repr(answer.exception)
    return answer


SPEC = """title: {{zh: 试, en: Trial}}
scenarios: [{baseline}]
goal: R3
points: 40
factors:
  illness.admission_rate:
"""

WRONG = {
    "points: 40": ("points: 39", 4, "must be at least 40"),
    "goal: R3": ("goal: R33", 0, "there is no goal 'R33'"),
    "  illness.admission_rate:": ("  illness.admision_rate:", 6, "did you mean 'illness.admission_rate'?"),
    "title:": ("titel: {zh: 试, en: Trial}\ntitle:", 1, "unknown key 'titel' (did you mean 'title'?)"),
    "factors:": ("density: 1.5\nfactors:", 5, "less than 1"),
    "goal: ": ("where: breaks\ngoal: ", 3, "must be fails or holds"),
}


@pytest.mark.parametrize("old", WRONG)
def test_a_wrong_spec_is_refused_with_its_line_before_anything_is_run(tmp_path, old):
    new, line, words = WRONG[old]
    spec = tmp_path / "wrong.yaml"
    spec.write_text(SPEC.format(baseline=BASELINE).replace(old, new, 1), encoding="utf-8")
    answer = ask("discover", spec, "--out", tmp_path / "out", code=2)
    assert words in answer.stderr
    assert (f"wrong.yaml:{line}: " if line else "wrong.yaml: ") in answer.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("public_posts.count: {levels: 3, low: 1, high: 5}", "quantiles and levels are for sweeps"),
        ("public_posts.count: {low: 5, high: 9000000}", "public_posts.count"),
        ("targeted_help.queue: [severity, nobody]", "must be .* or risk_type_quota, not 'nobody'"),
    ],
)
def test_a_factor_that_cannot_be_is_refused(tmp_path, record, words):
    spec = tmp_path / "wrong.yaml"
    spec.write_text(SPEC.format(baseline=BASELINE) + f"  {record}\n", encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught:
        discovery_spec.load(spec)
    assert caught.value.line == 7


def test_levers_and_switches_can_be_factors(tmp_path):
    spec = tmp_path / "levers.yaml"
    record = "  public_posts.count: {low: 3000, high: 6000}\n  targeted_help.queue: [severity, random]\n"
    spec.write_text(SPEC.format(baseline=BASELINE) + record, encoding="utf-8")
    asked = discovery_spec.load(spec)
    points = [point for point, _number in asked.cases(asked.cube(1))]
    values = [point.scenario.overrides["targeted_help.queue"][-1].value for point in points]
    assert {next(iter(value.values())) if isinstance(value, dict) else value for value in values} == {"severity", "random"}
    assert asked.choices == (2,)
    assert asked.describe_column(2)["choices"][0] == {"zh": "severity", "en": "severity"}
    assert all(3000 <= next(iter(point.scenario.overrides["public_posts.count"][-1].value.values())) <= 6000
               if isinstance(point.scenario.overrides["public_posts.count"][-1].value, dict)
               else 3000 <= point.scenario.overrides["public_posts.count"][-1].value <= 6000 for point in points)  # fmt: skip


def test_a_scenario_alone_is_asked_about_all_that_nobody_knows():
    asked = discovery_spec.load(Path(BASELINE), "G2", 80)
    assert (asked.goal, asked.points, asked.where) == ("G2", 80, "fails")
    assert len(asked.factors) > 50
    assert all(factor.kind == "quantile" and factor.role == "assumption" for factor in asked.factors)
    assert design.point(asked.scenarios[0], asked.factors, {}, "trial").held == {}


@pytest.mark.deep
def test_the_county_is_discovered_through_the_command(tmp_path):
    year = tmp_path / "year.yaml"
    year.write_text(
        f"extends: {BASELINE}\ntitle: {{zh: 年, en: Year}}\nreason: {{zh: 短, en: Short}}\nmonths: 12\n", encoding="utf-8"
    )
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC.format(baseline=year), encoding="utf-8")
    out = tmp_path / "out"
    dry = json.loads(ask("discover", spec, "--dry-run", "--quiet", "--out", out).stdout)
    assert dry["lives"] == 40 and dry["factors"] == ["illness.admission_rate"]
    assert not out.exists()
    made = json.loads(ask("discover", spec, "--yes", "--json", "--quiet", "--workers", 1, "--out", out).stdout)
    assert made["cases"] == 40 and set(made["findings"]) == {"zh", "en"}
    assert (out / "findings-zh.txt").read_text(encoding="utf-8").startswith("试")
    refused = ask("discover", spec, "--points", 41, "--quiet", "--out", out, code=2).stderr
    assert "holds replications that may not be joined" in refused
