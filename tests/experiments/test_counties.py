"""Several counties, of other sizes than this one; and what is refused before time is spent."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.validation import synthetic_counties
from sim import county
from sim.core.inputs.errors import InputError
from sim.scenario import load_scenario, restore_scenario, scenario
from sim.world import places

ROOT = Path(__file__).parents[2]
BASELINE = ROOT / "scenarios" / "baseline.yaml"
SMALL = """title: {{zh: 小县{name}, en: Small county {name}}}
size: {{name: {{zh: 规模, en: Size}}, parameter: founding.county_size, value: {size}, evidence: assumed, source: a test}}
places: {{name: {{zh: 地方, en: Places}}, parameter: founding.places, value: numbered, evidence: assumed, source: a test}}
"""


def county_file(folder, name, size=0.05):
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(SMALL.format(name=name, size=size), encoding="utf-8")
    return path


@pytest.fixture
def plan(tmp_path):
    """The baseline's title and nothing else, for one year."""
    path = tmp_path / "plan.yaml"
    path.write_text("title: {zh: 一年, en: One year}\nreason: {zh: 检验, en: A test}\nmonths: 12\n", encoding="utf-8")
    return path


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_county_of_a_tenth_has_a_tenth_of_everything_that_counts_people_and_money(tmp_path):
    here = county.values_of(load_scenario(BASELINE), None)
    there = county.values_of(load_scenario(BASELINE, (), county_file(tmp_path, "tenth", 0.1)), None)
    for name in ("founding.registered_persons", "budget.bridging", "public_posts.count", "thresholds.posts", "founding.villages"):
        assert there.at(name) == pytest.approx(0.1 * here.at(name))
    for name in ("founding.rural_income", "earnings.post_pay", "illness.admission_rate", "thresholds.relapse_share"):
        assert there.at(name) == here.at(name)


def test_what_a_scenario_sets_is_not_multiplied(tmp_path):
    chosen = load_scenario(BASELINE, ["public_posts.count=700"], county_file(tmp_path, "tenth", 0.1))
    assert county.values_of(chosen, None).at("public_posts.count") == 700
    assert county.values_of(restore_scenario(json.loads(json.dumps(vars_of(chosen)))), None).at("founding.county_size") == 0.1


def vars_of(scenario):
    from experiments.results.folder import description

    return description(scenario)


def test_a_small_county_is_founded_with_its_own_numbers(tmp_path):
    chosen = load_scenario(BASELINE, (), county_file(tmp_path, "small", 0.1))
    audit = {line["id"]: line for line in county.describe_population(chosen)["audit"]}
    assert audit["dibao_households"]["achieved"] == round(1168.0)
    assert audit["registered_persons"]["achieved"] == 3200
    assert audit["villages"]["achieved"] == 24
    assert [line["id"] for line in audit.values() if line["exact"] and not line["ok"]] == []
    assert county.catalogue(chosen).townships[0] == {"zh": "第1乡镇", "en": "Township 1"}


def test_numbered_villages_are_spread_evenly():
    assert places.numbered_villages(3, 7) == [0, 0, 0, 1, 1, 2, 2]


def test_another_size_in_the_listed_townships_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("\n".join(SMALL.format(name="x", size=0.5).splitlines()[:2]), encoding="utf-8")
    with pytest.raises(InputError, match=r"mine.yaml:2: .*\n    a county of another size has other townships and villages"):
        load_scenario(BASELINE, (), path)


def test_several_counties_give_a_folder_each_and_one_table(tmp_path, plan):
    files = [county_file(tmp_path / "c", name, size) for name, size in (("one", 0.05), ("two", 0.08))]
    done = invoke(
        "run", *files, "--plan", plan, "--replications", 2, "--workers", 1, "--out", tmp_path / "out", "--json", "--quiet",
        "--no-figures",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    table = json.loads((tmp_path / "out" / "counties.json").read_text(encoding="utf-8"))
    assert {line["county"] for line in table} == {"one", "two"}
    assert all(0 <= line["low"] <= line["high"] <= 1 for line in table)
    assert "Small county one: One year" in (tmp_path / "out" / "counties.csv").read_text(encoding="utf-8-sig")
    alone = invoke("run", files[1], "--plan", plan, "--replications", 2, "--workers", 1, "--out", tmp_path / "alone", "--json",
                   "--quiet", "--no-figures")  # fmt: skip
    same = json.loads((tmp_path / "out" / "two" / "manifest.json").read_text(encoding="utf-8"))["hash"]
    assert json.loads(alone.stdout)["hash"] == same, "a county's result does not depend on the company it runs in"


IMPOSSIBLE = """villages: {name: {zh: 村, en: V}, parameter: founding.villages, value: 3, evidence: measured, source: a test}
townships: {name: {zh: 乡镇, en: Townships}, parameter: founding.townships, value: 3, evidence: measured, source: a test}
dh: {name: {zh: 户, en: H}, parameter: founding.registered_dibao_households, value: 500, evidence: measured, source: a test}
dp: {name: {zh: 人, en: P}, parameter: founding.registered_dibao_persons, value: 400, evidence: measured, source: a test}
"""


@pytest.mark.parametrize(("lang", "said"), [("zh", "不可能有 400 人"), ("en", "500 households cannot have 400 members")])
def test_what_only_the_draws_show_to_be_impossible_is_refused_and_leaves_nothing(tmp_path, plan, monkeypatch, lang, said):
    monkeypatch.setattr(scenario, "check_founding", lambda scenario: None)
    bad, out = county_file(tmp_path, "bad", 0.05), tmp_path / "out"
    bad.write_text(bad.read_text(encoding="utf-8") + IMPOSSIBLE, encoding="utf-8")
    answer = invoke("run", bad, "--plan", plan, "--replications", 2, "--workers", 1, "--out", out, "--quiet", "--lang", lang)
    assert answer.exit_code == 2 and not out.exists()
    assert len(answer.stderr.splitlines()) == 1 and answer.stderr.startswith(f"{bad}:7: ") and said in answer.stderr


def test_counties_are_judged_by_their_own_plan_and_by_a_common_one(tmp_path, monkeypatch):
    """A county that cannot be founded is refused before any is run. One that only the draws show to be impossible is told, and
    the others go on; the command again does nothing twice.
    """
    common = tmp_path / "common"
    common.mkdir()
    (common / "plan.yaml").write_text(
        "title: 共同\ngoals:\n  mine: {name: 收入, indicator: rural_income, at_least: 1, when: 2021}\n", encoding="utf-8"
    )
    good = county_file(tmp_path / "c", "good", 0.05)
    bad = county_file(tmp_path / "c", "bad", 0.05)
    bad.write_text(bad.read_text(encoding="utf-8") + IMPOSSIBLE, encoding="utf-8")
    words = ("run", good, bad, "--plan", common, "--replications", 2, "--workers", 1, "--out", tmp_path / "out", "--quiet",
             "--no-figures", "--set", "population.x=1")  # fmt: skip
    assert invoke(*words).exit_code == 2 and not (tmp_path / "out").exists()
    refused = invoke(*words[:-2], "--lang", "en")
    assert refused.exit_code == 2 and refused.stderr.startswith(f"{bad}:7: founding: 500 households cannot have 400 members")
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(scenario, "check_founding", lambda scenario: None)
    done = invoke(*words[:-2], "--json")
    assert done.exit_code == 3, done.output
    found = json.loads(done.stdout)
    judged = {(each["county"], each["judged_by"]) for each in found["origins"]}
    assert judged == {("good", "national"), ("good-common", "common"), ("bad", "national"), ("bad-common", "common")}
    assert {line["county"] for line in found["goals"]} == {"good", "good-common"} and found["trial"]
    assert {each["county"] for each in found["failures"]} == {"bad", "bad-common"}
    assert all("不可能有" in each["problem"] and "cannot" not in each["problem"] for each in found["failures"])
    assert not any("CannotBeFounded" in each["problem"] for each in found["failures"])
    by = {county: {line["goal"] for line in found["goals"] if line["county"] == county} for county in ("good", "good-common")}
    assert by["good-common"] - by["good"] == {"mine"} and "F1" not in by["good"]
    table = (tmp_path / "out" / "counties_origins.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(table) == 5 and table[0].startswith("county,judged_by,own_distribution,own_fact,scaled")
    audit = json.loads((tmp_path / "out" / "good" / "audit.json").read_text(encoding="utf-8"))["audit"]
    assert {line["id"]: line["origin"] for line in audit}["registered_persons"] == "scaled"
    before = (tmp_path / "out" / "good" / "manifest.json").stat().st_mtime_ns
    chunks = sorted((tmp_path / "out" / "good" / "journal").iterdir())
    again = invoke(*words[:-2], "--json")
    assert again.exit_code == 3 and json.loads(again.stdout)["goals"] == found["goals"]
    assert sorted((tmp_path / "out" / "good" / "journal").iterdir()) == chunks and before
    shown = invoke(*words[:-2])
    assert "试算" in shown.output and "bad 没有算成" in shown.output and "评价依据" in shown.output


def test_counties_with_the_same_id_are_refused_before_anything_is_run(tmp_path):
    files = [county_file(tmp_path / folder, "same") for folder in ("a", "b")]
    done = invoke("run", *files, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "has the same id 'same' as" in done.output
    assert not (tmp_path / "out").exists()


def test_invented_counties_say_so_and_are_the_same_again(tmp_path):
    paths = synthetic_counties.write(tmp_path / "a", 12, 5)
    again = synthetic_counties.write(tmp_path / "b", 6, 5)
    assert [path.read_bytes() for path in paths[:6]] == [path.read_bytes() for path in again]
    assert all("SYNTHETIC, INVENTED COUNTY" in path.read_text(encoding="utf-8") for path in paths)
    chosen = load_scenario(BASELINE, (), paths[0])
    assert "no real county" in chosen.title["en"] and "虚构" in chosen.title["zh"]
    rural = [profile["rural"] for profile in synthetic_counties.sample_profiles(832, 1)]
    assert 200_000 < sum(rural) / len(rural) < 300_000
    with pytest.raises(FileExistsError, match="not an empty folder"):
        synthetic_counties.write(tmp_path / "a", 1, 5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--executor", "dask"), "dask needs --scheduler ADDRESS"),
        (("--scheduler", "tcp://127.0.0.1:9"), "is for --executor dask"),
        (
            ("--executor", "dask", "--scheduler", "tcp://127.0.0.1:9", "--workers", "2"),
            "has the workers that were started for it",
        ),
        (("--executor", "dask", "--scheduler", "tcp://127.0.0.1:9"), "no Dask scheduler answers at tcp://127.0.0.1:9"),
    ],
)
def test_a_cluster_that_cannot_be_used_is_refused_before_anything_is_run(tmp_path, monkeypatch, options, words):
    from experiments.execution import dask_executor

    monkeypatch.setattr(dask_executor, "REACH", 0.5)
    done = invoke("run", BASELINE, "--out", tmp_path / "out", *options)
    assert done.exit_code == 2
    assert words in done.output
    assert not (tmp_path / "out").exists()
