"""A county that cannot be founded is refused by every command in the same words, before anything is run or made."""

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from sim.core.inputs.ensemble import load as load_ensemble
from sim.core.inputs.errors import CannotBeFounded, founding_problem, record_problem, recorded_problem
from sim.core.inputs.parameters import load_all
from sim.founding.audit import FoundingMissed

SMALL = """code: 341824
persons: {name: {zh: 数, en: N}, parameter: founding.registered_persons, value: 40, evidence: policy, source: t}
dp: {name: {zh: 数, en: N}, parameter: founding.registered_dibao_persons, value: 9, evidence: policy, source: t}
dh: {name: {zh: 数, en: N}, parameter: founding.registered_dibao_households, value: 20, evidence: policy, source: t}
"""
PLAN = "title: {zh: 试, en: Try}\nreason: {zh: 试, en: Try}\ncounty: small.yaml\n"
SPEC = "title: {{zh: 试, en: Try}}\nreplications: 2\ndesign: {design}\nscenarios: [{scenario}]\nfactors:\n{factors}\n"


def invoke(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def spec(folder, factors, scenario="baseline", design="grid"):
    path = folder / "spec.yaml"
    path.write_text(SPEC.format(design=design, scenario=scenario, factors=factors), encoding="utf-8")
    return path


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    spec(tmp_path, "  public_posts.count: [4000]", "plan.yaml")
    return tmp_path / "plan.yaml"


COMMANDS = {
    "check": ("check", "PLAN"),
    "check the county": ("check", "small.yaml"),
    "run": ("run", "PLAN", "--out", "OUT"),
    "run one of two": ("run", "small.yaml", "baseline", "--out", "OUT"),
    "run after another": ("run", "baseline", "PLAN", "--out", "OUT"),
    "compare": ("compare", "baseline", "PLAN", "--out", "OUT"),
    "sweep": ("sweep", "spec.yaml", "--out", "OUT"),
    "sweep --dry-run": ("sweep", "spec.yaml", "--dry-run"),
    "solve": ("solve", "PLAN", "--lever", "public_posts.count", "--goal", "R3", "--out", "OUT"),
    "sensitivity": ("sensitivity", "PLAN", "--out", "OUT"),
    "screen": ("screen", "PLAN", "--out", "OUT"),
    "effects": ("effects", "PLAN", "--out", "OUT"),
    "population": ("population", "PLAN"),
    "panel": ("panel", "PLAN", "--out", "OUT"),
    "explain": ("explain", "--scenario", "PLAN", "--household", "1"),
    "backtest": ("backtest", "PLAN", "--out", "OUT"),
    "discover": ("discover", "PLAN", "--out", "OUT"),
    "budget": ("budget", "PLAN", "--out", "OUT"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_command_refuses_it_in_the_same_words(tmp_path, plan, command):
    places = {"PLAN": plan, "OUT": tmp_path / "out", "small.yaml": tmp_path / "small.yaml", "spec.yaml": tmp_path / "spec.yaml"}
    before = sorted(tmp_path.iterdir())
    answer = invoke(*(places.get(word, word) for word in command), "--lang", "en")
    told = f"{tmp_path / 'small.yaml'}:4: founding: 20 households cannot have 9 members"
    assert answer.exit_code == 2 and answer.stderr.startswith(told), answer.output
    assert len(answer.stderr.splitlines()) == 1 and sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ("  founding.villages: [243, 200]", "founding.villages = 200: founding: the public list has 27 townships"),
        ("  founding.townships: [2]", "founding.townships = 2: founding: the public list"),
        ("  founding.dibao_persons: [0]", "dibao persons, and the registered among them, cannot be 0 and 16,494"),
        ("  founding.places: [numbered]\n  founding.townships: [5, 20]\n  founding.villages: [10, 100]",
         "founding.places = numbered, founding.townships = 20, founding.villages = 10: villages, and townships, cannot be 10"),
    ],
)  # fmt: skip
def test_every_point_of_a_sweep_is_looked_at_before_one_is_run(tmp_path, factors, said):
    """Levels that fit alone may contradict each other."""
    path = spec(tmp_path, factors)
    answer = invoke("sweep", path, "--dry-run", "--lang", "en")
    line = len(path.read_text(encoding="utf-8").splitlines())
    assert answer.exit_code == 2 and f"{path}:{line}: " in answer.stderr and said in answer.stderr


def test_points_spread_over_a_range_are_looked_at_too(tmp_path):
    path = spec(tmp_path, "  founding.villages: {low: 100, high: 243}", design="latin_hypercube\npoints: 4")
    answer = invoke("sweep", path, "--dry-run", "--lang", "en")
    assert answer.exit_code == 2 and "the public list has 27 townships and 243 villages, not 27 and" in answer.stderr


def test_what_a_plan_sets_from_2021_does_not_contradict_the_county_of_2020(tmp_path):
    """Posts that a county has contradict its other numbers; posts that a plan gives do not, in a check and in a sweep alike."""
    fact = "{name: {zh: 数, en: N}, evidence: policy, source: t, parameter:"
    (tmp_path / "small.yaml").write_text(
        f"code: 341824\na: {fact} founding.registered_persons, value: 3000}}\nb: {fact} founding.rural_persons, value: 60000}}\n",
        encoding="utf-8",
    )
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    assert invoke("check", plan, "--set", "public_posts.count=3000").exit_code == 0
    assert invoke("sweep", spec(tmp_path, "  public_posts.count: [3000]", "plan.yaml"), "--dry-run", "--quiet").exit_code == 0
    with (tmp_path / "small.yaml").open("a", encoding="utf-8") as file:
        file.write(f"c: {fact} public_posts.count, value: 3000}}\n")
    told = invoke("check", plan, "--lang", "en").stderr
    assert "small.yaml:4: registered persons, and those of them in work, cannot be 3,000 and" in told
    assert "check founding.registered_persons, public_posts.count; not stated" in told
    assert told.rstrip().endswith(": founding.outside_jobs, founding.local_jobs")


def test_the_record_of_a_county_that_cannot_be_founded_names_no_class():
    for kind in (CannotBeFounded, FoundingMissed):
        record = record_problem(kind("no: such county", "没有"))
        assert (recorded_problem(record, "en"), recorded_problem(record, "zh")) == ("no: such county", "没有")
        assert founding_problem(record).english == "no: such county"
    assert founding_problem(record_problem(ValueError("x"))) is None


def test_no_count_is_calibrated():
    """A county is looked at without the ensemble: what is drawn from it says nothing of how many there are."""
    book = load_all()
    counted = ("persons", "households", "jobs", "villages", "townships")
    assert not [
        name for name in load_ensemble(book).names if name.startswith("founding.") and book.parameters[name].unit in counted
    ]
