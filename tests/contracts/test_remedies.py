"""What a message says to write instead is taken; and what was written is shown as the file has it, not as Python does."""

import re

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from sim.core.inputs import yaml_file
from sim.core.inputs.errors import InputError
from sim.core.inputs.notation import as_written
from sim.core.inputs.parameters import load_all
from sim.core.inputs.resolve import month_name, resolve, vantages
from sim.scenario import load_scenario

HEAD = "title: {zh: 试, en: Try}\nreason: {zh: 试, en: Try}\n"
SPEC = "title: {zh: 试, en: Try}\nreplications: 2\nonly_luck: true\ndesign: grid\nscenarios: [baseline]\nfactors:\n  "
FACT = "code: 341824\nx:\n  name: {zh: 数, en: N}\n  parameter: %s\n  value: %s\n  evidence: measured\n  source: t\n"
PYTHON = re.compile(r"None|True|False|\{'|\['|\d\.0\b")


def invoke(*words):
    return CliRunner().invoke(app, [*map(str, words), "--lang", "en"])


def refusal(tmp_path, text, name="plan.yaml"):
    """What a check of a scenario or county file says, or of a sweep with one factor."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    answer = invoke(*(("sweep", path, "--dry-run", "--quiet") if "factors:" in text else ("check", path)))
    return answer.exit_code, answer.stderr.replace(f"{path}:", "")


MEANT = ("110%", "-5%", "0.10%", "80%", "10%", "4000万", "5万", '"0.12"', "1,200", "３０００", "10‰", "")
LEVERS = ("case_review.listed_share", "public_posts.count", "budget.county_floor", "microcredit.quota_share", "founding.villages")


@pytest.mark.parametrize("lever", [name for name in LEVERS if name in load_all().parameters])
@pytest.mark.parametrize("written", MEANT)
def test_what_to_write_is_taken(tmp_path, lever, written):
    code, said = refusal(tmp_path, f"{HEAD}set:\n  {lever}: {written}\n")
    assert code == 2 and said.startswith(f"4: {lever}: must be a number")
    number = re.search(r"; write (\S+)$", said.partition(" (it holds")[0].strip())
    between = re.search(r"; write a (?:whole )?number from (\S+) to (\S+)", said)
    assert number or between
    parameter = load_all().parameters[lever]
    for each in number.groups() if number else between.groups():
        parameter.check(yaml_file.parse(each, "said"), override=True)


@pytest.mark.parametrize(
    ("entry", "line", "said"),
    [
        ("vantage:", 3, "'vantage' is empty"),
        ("levers: {off: }", 3, "'levers.off' is empty"),
        ("levers: {exit: 2023-01, taper_months: }", 3, "'levers.taper_months' is empty"),
        ("population: {detail: }", 3, "'population.detail' is empty"),
        ("uncertainty:", 3, "'uncertainty' is empty"),
        ("uncertainty: true", 3, "not 'true'"),
        ("population: {detail: [sampled]}", 3, "not '[sampled]'"),
        ("levers: {exit: 2023-01, taper_months: {a: 1}}", 3, "not '{a: 1}'"),
        ("set: {public_posts.count: {2021-07-01: 4000}}", 3, "write 2021-07, or 2021"),
        ("set: {public_posts.count: {2022-13: 4000}}", 3, "write 2022-12"),
        ("set: {public_posts.count: {2021：4000}}", 3, "'：' is a full-width character"),
        ("set: {public_posts.count: [4,000]}", 3, "must be one value, not a list; write 4000"),
        ("set: {公益岗位数量: 4000}", 3, "did you mean 'public_posts.count'?"),
        ("set:\n  public_posts.count:\n    2021: 4000\n    2022: -5", 6, "-5 lies outside 0 to 8000 jobs"),
        ("set: {public_posts.count: 7999.9999999999999}", 3, "would be read as 8000; write at most 15 digits"),
        ("set: {case_review.listed_share: 0.99999999999999999999}", 3, "would be read as 1; write at most 15 digits"),
        ('months: "60"', 3, "'months' must be whole years"),
        ("months: 60.5", 3, "'months' must be whole years"),
        ("levers: {exit: 2023-01, taper_months: '12'}", 3, "must be a whole number of months"),
    ],
)
def test_a_slip_in_a_scenario(tmp_path, entry, line, said):
    code, found = refusal(tmp_path, f"{HEAD}{entry}\n")
    assert code == 2 and found.startswith(f"{line}: ") and said in found and not PYTHON.search(found)
    assert len(found.splitlines()) == 1


@pytest.mark.parametrize("entry", ["months: 60.0", "months: 6e1", "levers: {exit: 2023-01, taper_months: 1e1}",
                                   "population: {general_weight: 20.0}", "set: {public_posts.count: 3e3}"])  # fmt: skip
def test_a_whole_number_may_be_written_with_a_point_or_an_exponent(tmp_path, entry):
    assert refusal(tmp_path, f"{HEAD}{entry}\n")[0] == 0


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        ("public_posts.count: [4,000]", "a number without commas: write 4000\n"),
        ("public_posts.count: [4,500]", "write 4500; if several values are meant, a space after each comma: 4, 500"),
        ("budget.county_floor: [10,000,000, 5]", "write 10000000\n"),
        ("public_posts.count: {values: [1,500]}", "write 1500;"),
        ("public_posts.count: 4000", "such as [4000]"),
        ("village_assets.rule: need", "such as [need]"),
        ("public_posts.count: {2021: 4000}", "write {values: [4000], from: 2021}"),
        ("public_posts.count: {low: 3000, high: 5000, step: 500}", "levels: 5"),
        ("public_posts.count: {min: 3000, high: 5000}", "write low"),
        (
            "public_posts.count: {low: 0%, high: 5000}",
            "public_posts.count.low: must be a number in jobs, not '0%'; write a number",
        ),
        ("public_posts.count: {low: 3000, high: 9000}", "9000 lies outside"),
        ("public_posts.count: [~]", "it is empty"),
        ("budget.bridging_paid: [0.5]", "clause 4.1.1 keeps it as it is until 2026-01, and the scenario ends with 2025-12"),
        ("公益岗位数量: [4000]", "did you mean 'public_posts.count'?"),
        ("public_posts.count: [4000]\noutcomes: [1]", "outcomes.1: must be text"),
    ],
)
def test_a_slip_in_a_sweep(tmp_path, factor, said):
    code, found = refusal(tmp_path, f"{SPEC}{factor}\n")
    assert code == 2 and said in found and not PYTHON.search(found)


def test_numbers_apart_are_several_values(tmp_path):
    assert refusal(tmp_path, f"{SPEC}public_posts.count: [4, 500]\n")[0] == 0


@pytest.mark.parametrize("written", ["yes", "1", '"true"', "[]"])
def test_true_and_false_are_written_without_quotes(tmp_path, written):
    code, found = refusal(tmp_path, SPEC.replace("only_luck: true", f"only_luck: {written}") + "public_posts.count: [4000]\n")
    assert code == 2 and found.startswith("3: only_luck: must be true or false, without quotes")


@pytest.mark.parametrize(
    ("parameter", "value", "line", "said"),
    [
        ("founding.registered_persons", "7600人", 5, "write 7600"),
        ("founding.registered_persons", "10%", 5, "write a number from 32"),
        ("founding.registered_persons", "", 5, "it is empty"),
        ("budget.county_floor", "\n    2021: 10000000\n    2022: -5", 7, "-5 lies outside"),
    ],
)
def test_a_wrong_value_of_a_county_is_told_at_its_line(tmp_path, parameter, value, line, said):
    code, found = refusal(tmp_path, FACT % (parameter, value), "county.yaml")
    assert code == 2 and found.startswith(f"{line}: {parameter}: ") and said in found


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("341824", "21138", "1: 'code' must be the county's division code"),
        ("341824", "", "1: 'code' is empty"),
        ("code", "Code", "1: unknown key 'Code' (did you mean 'code'?)"),
        ("measured", "Measured", "6: 'x': evidence must be"),
        ("measured", "", "6: 'x': evidence must be policy, measured, derived or assumed, and is empty"),
    ],
)
def test_one_fault_of_a_county_is_one_message(tmp_path, before, after, said):
    code, found = refusal(tmp_path, (FACT % ("founding.registered_persons", 7600)).replace(before, after), "county.yaml")
    assert code == 2 and found.startswith(said) and len(found.splitlines()) == 1 and not PYTHON.search(found)


@pytest.mark.parametrize("months", [12, 60])
def test_a_vantage_beyond_the_range_says_nothing_and_is_refused(tmp_path, months):
    """At both ends of the range it moves values; a month further it would not."""
    book = load_all()

    def paths(month):
        values = resolve(book, vantage=None if month is None else month_name(month))
        return {name: path[: 12 + months].tobytes() for name, path in values.paths.items()}

    first, last = vantages(book, months)
    assert paths(last) != paths(None) == paths(last + 1) and paths(first - 1) == paths(first) != paths(first + 1)
    for month, code in ((first - 1, 2), (first, 0), (last, 0), (last + 1, 2)):
        found = refusal(tmp_path, f"{HEAD}months: {months}\nvantage: {month_name(month)}\n")
        assert found[0] == code and ("says nothing" in found[1]) == (code == 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "baseline", "--precision", "2%"), "'--precision': must be a number, not '2%'; write 0.02"),
        (("run", "baseline", "--precision", "nan"), "'--precision': must be a number, not 'nan'"),
        (("run", "baseline", "--replications", "1e2"), "'--replications': must be a whole number, not '1e2'; write 100"),
        (("run", "baseline", "--executor", "spark"), "'--executor': must be local or dask, not 'spark'"),
        (("solve", "baseline", "--lever", "x", "--goal", "R3", "--probability", "50%"), "not '50%'; write 0.5"),
        (("solve", "baseline", "--lever", "x", "--goal", "R3", "--probability", "150%"), "not '150%'. For help"),
        (("solve", "baseline", "--lever", "founding.townships", "--goal", "R3"), "Name a lever, or give --low and --high"),
        (("solve", "baseline", "--lever", "village_assets.rule", "--goal", "R3"), "only a number can be searched"),
        (("run", "baseline", "--single-draws"), "changes nothing in the first 100 replications, and 20 are asked for"),
        (("run", "baseline", "--out", ""), "--out is empty"),
        (("run", "baseline", "--out="), "--out is empty"),
        (("check", ""), "an argument is empty"),
        (
            ("run", "baseline", "--shard", "1/10", "--replications", "2", "--out", "out"),
            "2 replications cannot be cut into 10 parts",
        ),
    ],
)
def test_a_slip_on_the_command_line(tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    answer = invoke(*words)
    assert answer.exit_code == 2 and said in answer.stderr and not list(tmp_path.iterdir())
    assert "Input should" not in answer.stderr and "Value error" not in answer.stderr


def test_the_sign_of_nothing_is_not_kept():
    assert str(yaml_file.parse("-0.0", "x")) == "0.0"


def test_values_are_shown_as_a_file_has_them():
    assert as_written({2021: [1.0, True], "a": None}) == "{2021: [1, true], a: }"
    with pytest.raises(InputError, match="already set, to {2021-01: 4000}"):
        load_scenario("baseline", ["public_posts.count={2021: 4000}", "public_posts.count=3000"])
