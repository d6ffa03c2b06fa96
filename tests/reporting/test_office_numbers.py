"""Numbers as an office writes them: rounded to what matters, runs counted, no number of fewer runs told as a share."""

import pytest

from experiments.reporting import lever_values
from experiments.reporting.office_numbers import OfficeNumbers
from experiments.reporting.translations import Words, margin
from sim.core.inputs.parameters import load_all

ZH, EN = OfficeNumbers(Words("zh")), OfficeNumbers(Words("en"))


@pytest.mark.parametrize(
    ("met", "runs", "zh", "en"),
    [
        (4, 12, "12次推演中4次达标", "4 of 12 runs"),
        (100, 100, "次次达标", "every run"),
        (0, 100, "没有一次达标", "no run"),
        (5, 100, "100次中仅5次达标", "only 5 of 100 runs"),
        (22, 100, "十次中约两次达标", "about two runs in ten"),
        (15, 100, "十次中一两次达标", "one or two runs in ten"),
        (75, 100, "十次中七八次达标", "seven or eight runs in ten"),
        (95, 100, "十次中九次以上达标", "more than nine runs in ten"),
        (9, 100, "十次中约一次达标", "about one run in ten"),
    ],
)
def test_how_often_is_told_in_tenths_where_there_are_enough_runs(met, runs, zh, en):
    assert ZH.times(met, runs) == zh
    assert EN.times(met, runs) == en


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [(3, "3人", "3 people"), (43, "45人", "45 people"), (178, "180人", "180 people"), (-978, "980人", "980 people"),
     (8234, "8200人", "8,200 people"), (12345, "1.23万人", "12,300 people")],
)  # fmt: skip
def test_persons_are_whole_and_rounded(number, zh, en):
    assert (ZH.persons(number), EN.persons(number)) == (zh, en)


@pytest.mark.parametrize(
    ("yuan", "zh", "en"),
    [(9_400_000, "940万元", "9.4 million yuan"), (-30_007_867, "3000万元", "30 million yuan"),
     (104_000_000, "1.04亿元", "104 million yuan"), (470_400, "47万元", "470,000 yuan"),
     (1_501_622, "150万元", "1.5 million yuan")],
)  # fmt: skip
def test_money_is_told_in_the_units_of_an_office(yuan, zh, en):
    assert (ZH.money(yuan), EN.money(yuan)) == (zh, en)


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [(20_000_000, "yuan/year", "每年2000万元", "20 million yuan a year"), (5000, "jobs", "5000个", "5,000"),
     (0.05, "share", "5%", "5 %"),
     (400, "yuan/month", "每月400元", "400 yuan a month"), (2.0, "multiple", "2倍", "2")],
)  # fmt: skip
def test_settings_are_told_as_they_are(value, unit, zh, en):
    assert (ZH.setting(value, unit), EN.setting(value, unit)) == (zh, en)


def test_money_of_a_table_has_no_sign_where_it_is_nothing():
    assert ZH.table_money(-300.0, sign=True) == "0" and EN.table_money(20.0) == "0"
    assert ZH.table_money(-10_002_800.0, sign=True) == "-1000" and EN.table_money(816_000.0, sign=True) == "+0.82"


@pytest.mark.parametrize(
    ("unit", "values", "zh", "en"),
    [
        ("yuan", (514_409, 400_000, 1_156_568), ("+51.4万元", "+40.0至+116"), ("+0.51 million yuan", "+0.40 to +1.16")),
        ("yuan", (-340_000, -9_000, 0), ("-34.0万元", "-0.90至0"), ("-0.34 million yuan", "-0.01 to 0")),
        ("yuan", (120, -80, 900), ("+120元", "-80.0至+900"), ("+120 yuan", "-80.0 to +900")),
        ("share", (-0.000019, -0.0373, 0.0165), ("0个百分点", "-3.73至+1.65"), ("0 points", "-3.73 to +1.65")),
    ],
)
def test_a_margin_is_told_in_ten_thousand_yuan_and_in_points_of_two_decimals(unit, values, zh, en):
    goal = {"unit": unit, **dict(zip(("margin", "margin_p05", "margin_p95"), values, strict=True))}
    assert margin(Words("zh"), goal) == zh
    assert margin(Words("en"), goal) == en


def test_chinese_has_no_comma_and_no_blank_and_no_number_has_a_power_of_ten():
    zh, en = Words("zh"), Words("en")
    assert zh.quantity(21_813.0, "yuan") == "21813元" and en.quantity(21_813.0, "yuan") == "21,813 yuan"
    assert zh.large("yuan/year", 1.6e9) == (1e8, "亿元/年") and en.large("yuan/year", 2e5) == (1e6, "million yuan a year")
    assert zh.percents(0.13, 0.31) == "13%～31%" and en.percents(0.13, 0.31) == "13–31 %"
    assert zh.number(0.0000043, "points") == en.number(0.0000043, "points") == "0.0000043"
    assert en.level(0.00002, "multiple") == "0.00002 times"


@pytest.mark.parametrize(
    ("value", "told"),
    [(2083.3333333333335, 2080), (144.44444444444443, 144), (4166666.6666666665, 4170000), (0.0465, 0.0465), (15585, 15585),
     (43.75, 43.75), ({"2021-01": 0.69444444}, {"2021-01": 0.694}), ([17.3611111, 0], [17.4, 0]), ("work", "work"), (True, True)],
)  # fmt: skip
def test_what_was_worked_out_is_told_to_three_figures_and_what_was_typed_as_it_is(value, told):
    assert lever_values.worked_out(value) == told


@pytest.mark.parametrize(
    ("identity", "value", "zh", "span"),
    [("enclave_projects.park_scale", 4166666.6666666665, "417万元/月", "300～2000万元/月"),
     ("enterprise_growth.entry", "profit", "看盈利", ""),
     ("enclave_projects.tax_yield", 0.03, "每年3%", "每年0.5%～8%"),
     ("province.growth", {"2021-01": 0.101, "2022-01": 0.0465}, "2021年1月起10.1%，2022年1月起4.65%", None),
     ("lines.poverty_line", {"2021-01": 4160}, "2021年1月起4160元/人年", "取值的0.98～1.03倍"),
     ("founding.registered_persons", 20000, "20000人", "")],  # a county's own, beyond the range of Lingyuan
)  # fmt: skip
def test_a_value_and_its_range_are_told_in_office_units(identity, value, zh, span):
    parameter = load_all().parameters[identity]
    assert lever_values.used_text(parameter, value, Words("zh")) == zh
    assert span is None or lever_values.range_text(parameter, value, Words("zh")) == span
