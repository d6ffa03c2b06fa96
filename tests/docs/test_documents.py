"""The pages of docs/ say what the model is: generated ones are up to date, and the guide's commands work."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.reporting import model_reference
from sim.core.inputs.parameters import load_all
from sim.goals import GOALS

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [ROOT / "docs" / f"guide.{language}.md" for language in ("zh", "en")]


def blocks(guide: Path, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)


def commands(guide: Path) -> list[str]:
    return [line for block in blocks(guide, "console") for line in block.splitlines() if line.strip()]


def stale() -> list[str]:
    """The generated pages that are missing, or are not what the model says."""
    pages = model_reference.pages(ROOT).items()
    return [name for name, text in pages if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != text]


def test_generated_pages_are_what_the_model_says():
    assert not stale(), f"run 'xianjie document': {stale()}"


def test_the_reference_tells_shares_as_percent_and_no_page_has_a_power_of_ten():
    pages = model_reference.pages(ROOT)
    for language, land, spend in (("zh", "5% | 0%～50%", "75%"), ("en", "5 % | 0 to 50 %", "75 %")):
        levers, assumptions = (pages[f"docs/reference/{name}.{language}.md"] for name in ("levers", "assumptions"))
        assert f"| {land} |" in next(line for line in levers.splitlines() if line.startswith("| `enclave_projects.land_quota`"))
        assert f"| {spend} |" in next(line for line in assumptions.splitlines() if line.startswith("| `accounts.propensity`"))
    assert not [name for name, page in pages.items() if re.search(r"\d[eE][-+]?\d", page.replace("`", ""))]
    assert "| less than 0.001 points |" in pages["docs/goals/R2.md"] and "| 不到0.001个百分点 |" in pages["docs/goals/R2.md"]


def test_no_page_of_a_goal_or_reference_is_left_over():
    pages = model_reference.pages(ROOT)
    for folder in ("goals", "reference"):
        there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / folder).glob("*.md")}
        assert there <= set(pages), there - set(pages)


def test_a_changed_model_would_be_noticed(monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(GOALS, "R3", replace(GOALS["R3"], definition={"zh": "别的", "en": "something else"}))
    assert {"docs/goals/R3.md", "docs/odd.md"} <= set(stale())


def test_the_page_of_the_growth_goal_says_how_far_all_support_reaches():
    found = json.loads((ROOT / "docs" / "findings" / "structure.json").read_text(encoding="utf-8"))["goals"]["G2"]
    plan, without = (found[name][0]["margin"] for name in ("baseline", "support_withdrawn"))
    page = model_reference.pages(ROOT)["docs/goals/G2.md"]
    assert f"{100 * (plan - without):+.2f} points a year" in page
    assert "变动 " + f"{100 * (plan - without):+.2f}个百分点" in page


def test_a_goal_that_was_not_screened_says_so_and_fails_the_check(tmp_path, monkeypatch):
    assert model_reference.find_unscreened_goals(ROOT) == []
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("*.png", "*.svg", "*.pdf"))
    for name, goal in (("screening", "Z1"), ("structure", "R4")):
        file = tmp_path / "docs" / "findings" / f"{name}.json"
        found = json.loads(file.read_text(encoding="utf-8"))
        del found["goals"][goal]
        file.write_text(json.dumps(found), encoding="utf-8")
    pages = model_reference.pages(tmp_path)
    assert "was not screened" in pages["docs/goals/Z1.md"] and "hangs on no assumption" not in pages["docs/goals/Z1.md"]
    assert "尚未筛查" in pages["docs/goals/Z1.md"] and "was not held against" in pages["docs/goals/R4.md"]
    assert "hangs on no assumption" in pages["docs/goals/W_school.md"]  # screened, and never moved
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(app, ["document", "--lang", "en"])
    assert answer.exit_code == 0 and "R4, Z1" in answer.output  # written, and said so
    answer = CliRunner().invoke(app, ["document", "--check", "--lang", "en"])
    assert answer.exit_code == 4 and "xianjie screen" in answer.output


def test_every_goal_names_three_numbers_or_says_that_it_never_varies():
    pages = model_reference.pages(ROOT)
    for name in GOALS:
        page = pages[f"docs/goals/{name}.md"]
        assert page.count("| `") >= 6 or "hangs on no assumption" in page or "was not screened" in page, name


def test_a_goal_added_since_the_screening_does_not_claim_that_nothing_moves_it(monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(GOALS, "a_new_goal", replace(GOALS["R3"], id="a_new_goal", clause="own", weight=0.0, headline=False))
    page = model_reference.pages(ROOT)["docs/goals/a_new_goal.md"]
    assert "was not screened" in page and "`xianjie screen`" in page and "hangs on no assumption" not in page
    assert "自定" in page


def test_both_guides_have_the_same_commands_and_the_same_scenario():
    assert commands(GUIDES[0]) == commands(GUIDES[1]) != []
    assert blocks(GUIDES[0], "yaml") == blocks(GUIDES[1], "yaml") != []


def test_both_guides_name_every_plan_that_ships_and_the_chinese_one_has_no_english_row():
    for guide in GUIDES:
        text = guide.read_text(encoding="utf-8")
        assert not [
            file.stem for file in (ROOT / "scenarios").glob("*.yaml") if file.stem != "county" and f"{file.stem}" not in text
        ]
        assert "`own_money_stopped`" in text
    rows = [line for line in GUIDES[0].read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert not [row for row in rows if re.search(r" · [A-Za-z]+ [A-Za-z]+ ", row)]


@pytest.mark.deep
def test_the_commands_of_the_guide_work(tmp_path):
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    (tmp_path / "scenarios" / "mine.yaml").write_text(blocks(GUIDES[0], "yaml")[0], encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    for line in commands(GUIDES[0]):
        program, *arguments = line.split()
        assert program == "xianjie"
        done = subprocess.run(
            [sys.executable, "-m", "experiments", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-500:]}\n{done.stderr[-2000:]}"
        assert done.stdout.strip(), f"{line} answered nothing"


def test_every_number_has_its_papers():
    for parameter in load_all().parameters.values():
        assert parameter.evidence in ("policy", "measured", "derived", "assumed") and parameter.checked, parameter.id
        assert parameter.evidence != "measured" or parameter.sources, parameter.id
        assert parameter.evidence != "policy" or parameter.clause, parameter.id


def recalled_figures() -> list[dict[str, str]]:
    """Figures that were recalled and seen in no source (grade U)."""
    with (Path(__file__).parent / "recalled.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers_of(parameter) -> set[float]:
    flat = [each for entry in parameter.entries() for each in (entry if isinstance(entry, (list, tuple)) else [entry])]
    return {float(each) for each in flat if isinstance(each, (int, float))}


def is_money(unit: str) -> bool:
    return unit.startswith("yuan")


def offenders(parameters) -> list[tuple[str, str]]:
    """Numbers said to be measured that are a recalled figure: the same amount of yuan, or the same share or rate."""
    return [
        (each.id, row["key"])
        for each in parameters
        if each.evidence == "measured"
        for row in recalled_figures()
        if is_money(each.unit) == is_money(row["unit"]) and float(row["value"]) in numbers_of(each)
    ]


def test_no_recalled_figure_is_used_as_if_it_were_measured():
    assert len(recalled_figures()) >= 20
    assert offenders(load_all().parameters.values()) == []


def test_a_recalled_figure_said_to_be_measured_would_be_found():
    planted = load_all().parameters["medical_reimbursement.premium"].model_copy(update={"evidence": "measured", "value": 320})
    assert [key for _, key in offenders([planted])] == ["cn_res_contribution_bg"]


def test_no_figure_of_the_back_test_is_only_recalled():
    records = yaml.safe_load((ROOT / "experiments" / "validation" / "published.yaml").read_text(encoding="utf-8"))
    grades = re.findall(r"'grade': '(\w)'", str(records))
    assert grades and "U" not in grades
