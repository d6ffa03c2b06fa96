"""A county as a folder: its facts, its tables, what is refused with file and line, and where every number comes from."""

import json
import logging
import random
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.reporting import origin_text
from experiments.reporting.translations import Words
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import load_all
from sim.scenario import load_county, load_scenario, missing_facts, origins, restore_scenario
from sim.scenario.county_file import LOCAL, is_county_file, name_of
from sim.scenario.distributions import FEWEST, Cell, Distributions, merge_cells
from sim.scenario.origins import ORIGINS, count_origins

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
BASELINE = SCENARIOS / "baseline.yaml"
FACT = """income:
  name: {zh: 收入, en: Income}
  parameter: founding.rural_income
  value: 15500
  evidence: measured
  source: yearbook
"""
COUNTY = "title: {zh: 试县, en: Try}\ncode: 999901\n"
CELLS = """size,able,dibao,cause,households,persons
1,0,1,illness,40,40
2,1,1,illness,30,60
2,1,0,education,20,40
3,2,0,low_income,50,150
6,4,0,low_income,10,63
"""
MARGINS = """variable,category,households,persons
size,1,40,40
size,2,50,100
size,3,50,150
size,6,10,63
post,holds,12,13
post,none,138,340
kind,脱贫不稳定户,9,20
kind,边缘易致贫户,7,17
"""
INCOMES = """source,households_with,mean,p10,p20,p30,p40,p50,p60,p70,p80,p90
wage,70,4000,1000,2000,3000,4000,5000,6000,7000,8000,9000
business,60,2000,500,600,700,800,900,1000,1100,1200,1300
property,150,500,100,150,200,250,300,350,400,450,900
transfer,150,3500,1000,1500,2000,2500,3000,3500,4000,4500,5000
total,150,10000,7000,7500,8000,8500,9000,9500,10500,11500,13500
"""


def folder(path: Path, county: str = COUNTY + FACT, cells: str | None = CELLS, margins: str | None = MARGINS,
           incomes: str | None = INCOMES) -> Path:  # fmt: skip
    """A county folder; a text that is None is left out."""
    path.mkdir(exist_ok=True)
    names = {"county.yaml": county, "registered_households.csv": cells, "registered_margins.csv": margins}
    for name, text in {**names, "registered_incomes.csv": incomes}.items():
        if text is not None:
            (path / name).write_text(text, encoding="utf-8")
    return path


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


#: What is changed of a right folder: file, what stands there, what is written instead, the line told, what the message says.
WRONG = [
    ("registered_households.csv", "size,able", "Size,able", 1, "the first line must read"),
    ("registered_households.csv", "2,1,0,education,20,40", "2,1,0,education,20", 4, "has 5 entries, not 6"),
    ("registered_households.csv", "2,1,0,education,20,40", "2,1,0,education,二十,40", 4, "households must be a number"),
    ("registered_households.csv", "2,1,0,education,20,40", "2,1,0,education,-20,40", 4, "households must be a number"),
    ("registered_households.csv", "2,1,0,education,20,40", "2,3,0,education,20,40", 4, "3 able to work of a household of 2"),
    ("registered_households.csv", "2,1,0,education,20,40", "7,1,0,education,20,40", 4, "size must be 1"),
    ("registered_households.csv", "2,1,0,education,20,40", "2,1,0,educaton,20,40", 4, "did you mean 'education'"),
    ("registered_households.csv", "2,1,0,education,20,40", "2,1,0,education,20,19", 4, "19 persons in 20 households"),
    ("registered_households.csv", "2,1,0,education,20,40", "2,1,1,illness,20,40", 4, "is the same as line 3"),
    ("registered_households.csv", "2,1,0,education,20,40", "2,1,0,education,0,0", 4, "a cell without households"),
    ("registered_margins.csv", "size,3,50,150", "size,3,49,147", 1, "size adds up to 149 households"),
    ("registered_margins.csv", "size,3,50,150", "sise,3,50,150", 4, "did you mean 'size'"),
    ("registered_margins.csv", "size,3,50,150", "size,三,50,150", 4, "category must be"),
    ("registered_margins.csv", "size,2,50,100", "size,2,50,99", 3, "50 households of size 2 cannot have 99 persons"),
    ("registered_margins.csv", "size,6,10,63", "size,6,10,64", 1, "size adds up to 354 persons"),
    ("registered_margins.csv", "post,holds,12,13", "post,holds,13,13", 1, "post adds up to 151 households"),
    ("registered_margins.csv", "kind,脱贫不稳定户", "kind,贫困户", 8, "category must be"),
    ("registered_incomes.csv", "wage,70,4000,1000", "wage,70,4000,3000", 2, "deciles must not fall"),
    ("registered_incomes.csv", "wage,70,", "wage,170,", 1, "wage: 170 households of 150"),
    ("registered_incomes.csv", "wage,70,4000", "wage,70,5000", 1, "add up to 11,000.00 yuan, and the total is 10,000.00"),
    ("registered_incomes.csv", "property,150", "rent,150", 4, "source must be"),
    ("county.yaml", "code: 999901", "code: 12345", 2, "six digits"),
    ("county.yaml", "code: 999901", "code: true", 2, "six digits"),
    ("county.yaml", "source: yearbook", "source:", 8, "names no source"),
    ("county.yaml", "source: yearbook", "source: yearbook\n  year: last", 9, "year must be a year"),
    ("county.yaml", "source: yearbook", "source: yearbook\n  unit: 万元", 9, "write the value in yuan/person-year"),
    ("county.yaml", "source: yearbook", "source: yearbook\n  colour: red", 3, "and nothing else"),
    ("county.yaml", "name: {zh: 收入, en: Income}", "name: {zh: 收入}", 4, "a Chinese and an English text"),
    ("county.yaml", "name: {zh: 收入, en: Income}", "name: 收入", 4, "needs a Chinese and an English text"),
    ("county.yaml", "founding.rural_income", "founding.rural_incom", 5, "did you mean 'founding.rural_income'"),
    ("county.yaml", "code: 999901", "code: 999901\nextends: county.yaml", 3, "extends itself"),
    ("county.yaml", "code: 999901", "code: 999901\nextends: nowhere", 3, "there is no such file"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "before", "after", "line", "says"), WRONG, ids=[each[4] for each in WRONG])
def test_what_is_wrong_is_one_message_with_file_and_line_and_exit_code_2(tmp_path, file, before, after, line, says):
    here = folder(tmp_path / "county")
    load_county(here)
    text = (here / file).read_text(encoding="utf-8")
    assert before in text
    (here / file).write_text(text.replace(before, after), encoding="utf-8")
    answer = invoke("check", here, "--lang", "en")
    assert answer.exit_code == 2 and answer.stdout == ""
    told = answer.stderr.strip().splitlines()
    assert len(told) == 1 and f"{file}:{line}: " in told[0] and says in told[0], answer.stderr
    assert invoke("check", here, "--lang", "zh").stderr.strip() != answer.stderr.strip()


def test_the_measured_value_without_a_place_to_stand_is_refused(tmp_path):
    for left_out, says in (({"cells": None}, "needs registered_households.csv beside it"), ({"county": ""}, "holds no facts")):
        here = folder(tmp_path / says[:5], **left_out)
        assert says in invoke("check", here, "--lang", "en").stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    answer = invoke("check", empty, "--lang", "en")
    assert answer.exit_code == 2 and "is a folder without county.yaml" in answer.stderr
    (empty / "county.yaml").write_text(COUNTY + FACT, encoding="utf-8")
    (tmp_path / "bare").mkdir()
    (tmp_path / "plan.yaml").write_text("title: 一年\ncounty: bare\nmonths: 12\n", encoding="utf-8")
    answer = invoke("check", tmp_path / "plan.yaml", "--lang", "en")
    assert answer.exit_code == 2 and "names the folder 'bare', in which there is no county.yaml" in answer.stderr
    assert "does not say how large it is" in invoke("check", empty, "--lang", "en").stderr
    here = folder(tmp_path / "encoded")
    (here / "registered_margins.csv").write_bytes(MARGINS.encode("gb18030"))
    assert "is not UTF-8 text" in invoke("check", here, "--lang", "en").stderr


def test_a_county_is_named_by_its_folder_or_its_file_and_read_the_same(tmp_path):
    here = folder(tmp_path / "somewhere")
    by_folder, by_file = (load_scenario(BASELINE, (), each) for each in (here, here / "county.yaml"))
    assert by_folder == by_file and by_folder.id == "somewhere"
    assert is_county_file(here) and name_of(SCENARIOS / "county.yaml") == "county"
    plan = tmp_path / "plan.yaml"
    plan.write_text("title: 一年\ncounty: somewhere\nmonths: 12\n", encoding="utf-8")
    assert load_scenario(plan).distributions == by_folder.distributions
    assert (
        load_scenario(BASELINE, (), "counties/jixi").id == load_scenario(BASELINE, (), SCENARIOS / "counties/jixi").id == "jixi"
    )


def test_lingyuan_as_a_folder_is_its_county_file_and_nothing_else():
    folder_, file = load_scenario(BASELINE, (), SCENARIOS / "counties/lingyuan"), load_scenario(BASELINE)
    assert folder_.county == file.county and folder_.county_code == file.county_code == "211382"
    assert {name: [each.value for each in found] for name, found in folder_.overrides.items()} == {
        name: [each.value for each in found] for name, found in file.overrides.items()
    }


def test_a_table_goes_before_a_fact_and_says_so(tmp_path, caplog):
    stated = (
        FACT.replace("founding.rural_income", "founding.registered_persons").replace("15500", "900").replace("income:", "many:")
    )
    here = folder(tmp_path / "both", county=COUNTY + FACT + stated)
    with caplog.at_level(logging.WARNING, logger="xianjie"):
        scenario = load_scenario(BASELINE, (), here)
    assert scenario.overrides["founding.registered_persons"][-1].value == 353
    assert "founding.registered_persons is 353 here and 900 in county.yaml: the table is used" in caplog.text
    answer = invoke("check", here, "--lang", "zh")
    assert answer.exit_code == 0 and "采用表中的数" in answer.stderr and "the table is used" not in answer.stderr
    found = {each.id: each for each in origins(scenario)}
    assert found["founding.registered_persons"].origin == "own_distribution"
    assert found["founding.marginal_persons"].value == 17 and found["public_posts.count"].value == 13


def test_what_a_folder_is_silent_on_follows_in_proportion_and_is_called_scaled(tmp_path):
    scenario = load_scenario(BASELINE, (), folder(tmp_path / "silent"))
    book = load_all().parameters
    assert scenario.overrides["founding.county_size"][-1].value == pytest.approx(353 / 32000)
    assert scenario.overrides["founding.places"][-1].value == "numbered"
    ratio = book["founding.dibao_persons"].value / book["founding.registered_dibao_persons"].value
    assert scenario.overrides["founding.dibao_persons"][-1].value == round(100 * ratio)
    found = {each.id: each.origin for each in origins(scenario)}
    assert {found[name] for name in ("founding.dibao_persons", "founding.county_size", "founding.villages")} == {"scaled"}
    assert found["founding.rural_income"] == "own_fact" and found["founding.registered_dibao_persons"] == "own_distribution"


def test_every_number_has_one_origin_and_the_sentence_adds_them_up(tmp_path):
    planned = load_scenario(BASELINE, ["public_posts.count=4000"])
    for scenario in (load_scenario(BASELINE), planned, load_scenario(BASELINE, (), SCENARIOS / "counties/jixi")):
        found = origins(scenario)
        assert [each.id for each in found] == [name for name in load_all().parameters if name not in scenario.plan.foreign]
        counts = count_origins(found)
        assert set(counts) == set(ORIGINS) == set(origin_text.ORDER) and sum(counts.values()) == len(found)
        sentence = origin_text.sentence(counts, Words("zh"))
        own = counts["own_fact"] + counts["own_distribution"]
        scaled = f"按凌源折算{counts['scaled']}项，" if counts["scaled"] else ""  # what is none goes without saying
        assert f"本县数据{own}项，{scaled}假定{counts['assumed']}项；" in sentence
    assert {each.id for each in origins(planned) if each.origin == "plan"} == {"public_posts.count"}
    assert count_origins(origins(load_scenario(BASELINE)))["scaled"] == 0
    assert origin_text.sentence(None, Words("zh")) is None


def test_a_county_whose_file_has_every_local_fact_still_lacks_what_it_takes_from_lingyuan(tmp_path):
    """All that Lingyuan's file states, measured; but it is another county, so that the rest is Lingyuan's and not its own."""
    facts = [
        f"f{number}: {{name: {{zh: 数, en: Number}}, parameter: {name}, value: {load_all().parameters[name].value}, "
        "evidence: measured, source: yearbook}"
        for number, name in enumerate(LOCAL)
    ]
    for name, more in (("coded", ["code: 999902"]), ("uncoded", [])):
        file = tmp_path / f"{name}.yaml"
        file.write_text("\n".join([*more, *facts]), encoding="utf-8")
        scenario = load_scenario(BASELINE, ["founding.villages=243", "founding.townships=27"], county_file=file)
        missing = {fact.parameter: fact.evidence for fact in missing_facts(scenario)}
        assert missing["public_posts.count"] in ("taken", "scaled") and missing["founding.vacancy_share"] == "assumed"
        assert not set(LOCAL) & set(missing)
    for language in ("zh", "en"):
        assert "已齐" not in Words(language)("none_missing") and "filled in" not in Words(language)("none_missing")


def test_jixi_states_what_is_published_of_it_and_every_fact_its_source():
    scenario = load_scenario(BASELINE, (), SCENARIOS / "counties/jixi")
    found = {each.id: each for each in origins(scenario)}
    published = {
        "founding.registered_persons": 7597, "founding.townships": 11, "founding.villages": 81, "public_posts.count": 402,
        "founding.loans_outstanding": 372, "founding.rural_persons": 56165,
    }  # fmt: skip
    for name, value in published.items():
        assert (found[name].value, found[name].origin, found[name].evidence) == (value, "own_fact", "measured")
    work = sum(found[name].value for name in ("founding.outside_jobs", "founding.local_jobs", "public_posts.count"))
    assert work == 3230
    assert all(fact.source and fact.address.startswith("http") and fact.year for fact in scenario.county)
    on_record = {fact.id: fact.value for fact in scenario.county if not fact.parameter}
    assert on_record["registered_households"] == 3302 and on_record["employed"] == 3230


def test_a_scenario_with_distributions_is_the_same_from_its_description(tmp_path):
    from experiments.model_api import county
    from experiments.results.folder import description

    scenario = load_scenario(BASELINE, (), folder(tmp_path / "described"))
    again = restore_scenario(json.loads(json.dumps(description(scenario))))
    assert again == scenario and isinstance(again.distributions, Distributions)
    assert county.canonical_inputs(again) == county.canonical_inputs(scenario)
    other = load_scenario(BASELINE, (), folder(tmp_path / "other", cells=CELLS.replace("education", "market")))
    assert county.canonical_inputs(other) != county.canonical_inputs(scenario)
    assert "distributions" not in county.canonical_inputs(load_scenario(BASELINE))


def test_merged_cells_keep_households_persons_and_dibao():
    cells = [Cell(1, 0, 1, "illness", 9, 9), Cell(2, 0, 1, "illness", 2, 4), Cell(3, 2, 0, "market", 4, 12),
             Cell(3, 2, 0, "illness", 30, 90), Cell(6, 4, 0, "illness", 1, 8)]  # fmt: skip
    merged = merge_cells(cells)
    assert merged == [Cell(1, 0, 1, "illness", 11, 13), Cell(3, 2, 0, "illness", 35, 110)]
    assert all(cell.households >= FEWEST for cell in merged)
    assert merge_cells([cells[1]]) == [cells[1]]  # alone on dibao: there is nothing to join
    assert asdict(merged[0])["persons"] == 13


def test_what_to_look_up_first_is_what_matters_times_how_little_it_rests_on():
    def number(name, origin, local=True, evidence="assumed"):
        return {"id": name, "origin": origin, "evidence": evidence, "local": local, "value": 1.0, "name": {"zh": "", "en": ""}}

    numbers = [
        number("a", "assumed"), number("b", "scaled"), number("c", "own_fact", evidence="measured"),
        number("d", "own_fact", evidence="derived"), number("e", "assumed", local=False),
    ]  # fmt: skip
    finding = {"goals": {
        "G2": [{"factor": "a", "correlation": 0.2}, {"factor": "b", "correlation": -0.4}, {"factor": "e", "correlation": 0.9}],
        "R3": [{"factor": "c", "correlation": 0.5}, {"factor": "d", "correlation": 0.6}, {"factor": "a", "correlation": 0.2}],
        "Z9": [{"factor": "a", "correlation": 1.0}, {"factor": "b", "correlation": 0.9, "stands_out": False}],
    }}  # fmt: skip
    found = origin_text.look_up_first(numbers, finding, ["G2", "R3"])
    # d: 0.6² / 2 × 0.4 = 0.072; b: 0.4² / 2 × 0.8 = 0.064; a: (0.2² + 0.2²) / 2 = 0.04; c is measured, e nobody can look up.
    assert [(each["id"], each["urgency"]) for each in found] == [("d", 0.072), ("b", 0.064), ("a", 0.04)]
    assert [each["goal"] for each in found] == ["R3", "G2", "Z9"]
    # Where no main goal is screened: by the goal that each matters most to.
    other = origin_text.look_up_first(numbers, finding, ["F1"])
    assert [(each["id"], each["urgency"]) for each in other] == [("a", 0.0), ("d", 0.0), ("b", 0.0)]
    assert origin_text.look_up_first(numbers, {}, ["G2"]) == []


def test_a_wrong_county_is_refused_before_a_scenario_runs(tmp_path):
    here = folder(tmp_path / "broken", cells=CELLS.replace("education", "nothing"))
    with pytest.raises(InputError, match="cause must be"):
        load_scenario(BASELINE, (), here)
    answer = invoke("run", here, "--replications", "2", "--out", tmp_path / "out")
    assert answer.exit_code == 2 and not (tmp_path / "out").exists()


CONTRADICTED = [
    ("founding.rural_persons", 900, "农村常住人口（900）不能少于脱贫、低保和边缘人口"),
    ("founding.dibao_persons", 60, "农村低保人口（60）不能少于其中的脱贫人口（100）"),
    ("founding.dibao_households", 20, "农村低保户（20）不能少于其中的脱贫户（70）"),
    ("founding.outside_jobs", 350, "脱贫人口（353）不能少于就业和公益岗位人数"),
]


@pytest.mark.parametrize(("parameter", "value", "says"), CONTRADICTED)
def test_numbers_that_cannot_both_be_true_are_refused_with_both(tmp_path, parameter, value, says):
    more = FACT.replace("founding.rural_income", parameter).replace("15500", str(value)).replace("income:", "more:")
    size = FACT.replace("founding.rural_income", "founding.rural_persons").replace("15500", "4000").replace("income:", "size:")
    here = folder(
        tmp_path / "county", county=COUNTY + FACT + size + more if parameter != "founding.rural_persons" else COUNTY + more
    )
    if parameter == "founding.rural_persons":
        (here / "county.yaml").write_text((COUNTY + more).replace("900", "300"), encoding="utf-8")
        says = says.replace("900", "300")
    answer = invoke("check", here, "--lang", "zh")
    assert answer.exit_code == 2 and len(answer.stderr.strip().splitlines()) == 1 and says in answer.stderr, answer.stderr


def test_a_county_with_few_registered_persons_has_few_of_what_is_theirs(tmp_path):
    facts = "".join(
        FACT.replace("income:", f"{name}:").replace("founding.rural_income", f"founding.{name}").replace("15500", str(value))
        for name, value in (("rural_persons", 90000), ("registered_persons", 800))
    )
    file = tmp_path / "few.yaml"
    file.write_text(COUNTY + facts, encoding="utf-8")
    scenario = load_scenario(BASELINE, (), file)
    assert scenario.overrides["founding.registered_dibao_persons"][-1].value == round(16494 * 800 / 32000)
    assert scenario.overrides["public_posts.count"][-1].value <= round(5100 * 800 / 32000)
    assert {each.origin for each in origins(scenario) if each.id in ("public_posts.count", "founding.outside_jobs")} == {"scaled"}


def test_mutated_tables_never_break_the_reader(tmp_path):
    """A hundred and fifty tables with bytes changed, cut or doubled: read, or refused in messages; nothing else happens."""
    dice = random.Random(5)
    for number in range(150):
        here = folder(tmp_path / f"m{number}")
        file = here / dice.choice(["registered_households.csv", "registered_margins.csv", "registered_incomes.csv"])
        content = bytearray(file.read_bytes())
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(content))
            content[at : at + dice.randint(0, 3)] = dice.choice(
                [b"", b"\x00", b"\xff", b'"', b",", b"\n", b"-1", b"9" * 12, b"nan", b"1e9"]
            )
        file.write_bytes(bytes(content))
        try:
            load_county(here)
        except InputError as problem:
            assert problem.english and problem.chinese
