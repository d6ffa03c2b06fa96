"""What a plan sets otherwise than another, as sentences that offices read: what, from when, and until when."""

import pytest

from experiments.reporting.plan_differences import differences
from experiments.reporting.translations import Words
from sim.core.inputs import shipped
from sim.core.inputs.parameters import load_all
from sim.scenario import load_scenario

ZH, EN = Words("zh"), Words("en")
JIXI = shipped.scenario_file("counties/jixi")


def lines_of(which, words=ZH, sets=(), reference=None):
    return list(differences(load_scenario(which, sets), reference or load_scenario("baseline"), words))


@pytest.mark.parametrize(
    ("which", "words", "line"),
    [
        ("floor_10m", ZH, "本级衔接资金：由2000万元/年改为1000万元/年"),
        ("floor_10m", EN, "County's own money each year: 20 million yuan a year becomes 10 million yuan a year"),
        ("exit_cliff", ZH, "公益岗位数量：2026年1月起由5000个岗位改为0个岗位"),
        ("insurance_not_reserve", ZH, "各风险类型救助力度（因灾）：由1倍改为0.5倍"),
        ("own_money_stopped", ZH, "各风险类型救助力度：由各项均1倍改为各项均0倍"),
        ("own_money_stopped", ZH, "报销比例口径：由全部费用改为政策范围内费用"),
        ("drought_2023", ZH, "指定旱灾范围：2023年1月起由0%改为100%，2024年1月起为0%"),  # and its end
        ("exit_taper", ZH, "本级衔接资金：2026年1月起由2000万元/年改为1920万元/年，其间再变23次，2028年1月起为0元/年"),
        ("dibao_line_6", ZH, "低保标准提标累计：2022年7月起由1.166倍改为1.1236倍，2023年7月起为1.191倍，"
                             "2024年7月起为1.2625倍，2025年7月起为1.3382倍"),
    ],
)  # fmt: skip
def test_a_difference_tells_what_when_and_until_when(which, words, line):
    assert line in lines_of(which, words)


def test_only_what_differs_is_told():
    assert lines_of("baseline") == []
    assert len(lines_of("floor_10m")) == 1
    assert not any("失业" in line for line in lines_of("insurance_not_reserve"))
    assert lines_of("exit_none") == ["推演到2030年底（对照方案到2025年底）"]


def test_every_shipped_plan_is_told_without_a_code():
    options = {option for each in load_all().parameters.values() for option in each.options or ()} - {"none", "net", "work"}
    for name in shipped.names():
        for words in (ZH, EN):
            lines = lines_of(name, words)
            assert name == "baseline" or lines, name
            assert not any(f" {option}" in f" {line}" for line in lines for option in options if "_" in option), lines


def test_a_plan_of_another_county_is_held_against_its_own_baseline():
    jixi = load_scenario("baseline", ("farm_works.cold_stores=5",), JIXI)
    beside_lingyuan = list(differences(jixi, load_scenario("baseline"), EN))
    beside_its_own = list(differences(jixi, load_scenario("baseline", (), JIXI), EN))
    (line,) = beside_its_own
    assert line.endswith(": 3.12 projects becomes 5 projects")
    assert beside_lingyuan[0].startswith("The county is not that of the reference") and beside_lingyuan[-1] == line
    assert "in proportion" in beside_lingyuan[1] and len(beside_lingyuan) == 3
