"""Predictions held against what was published: scores by hand, rivals by hand, and nothing learned after the vantage."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from experiments.validation import backtest, baseline_predictors, calibration, published_figures
from experiments.validation.published_figures import Figure
from sim import county
from sim.core.inputs import ensemble, parameters
from sim.core.inputs.errors import InputError
from sim.core.inputs.parameters import ParameterBook, load_all, load_parameters, month_number
from tests.science.whole_county import scenario

TEXT = {"zh": "一", "en": "one"}
VANTAGE = "2022-12"


def figure(**changes) -> Figure:
    made = {
        "id": "f", "name": TEXT, "place": TEXT, "when": "2023", "published": 0.05, "unit": "share", "grade": "A", "key": "k",
        "publisher": "p", "note": TEXT, "use": "hold_out", "model": {"indicator": "growth", "month": "2023-12"},
        "target": {"error": 0.03, "discrepancy": 0.04, "reason": TEXT}, "history": {},
    }  # fmt: skip
    return Figure.model_validate({**made, **changes})


def series(**values) -> dict[str, np.ndarray]:
    """Indicators that hold one value in all months, by replication."""
    return {name: np.repeat(np.array(each, dtype=float)[:, None], 60, axis=1) for name, each in values.items()}


def test_crps_by_hand():
    """Values 1 and 3, and 4 happened: mean distance (3 + 1) / 2 = 2, within (0 + 2 + 2 + 0) / 4 / 2 = 0.5; 2 − 0.5 = 1.5."""
    assert backtest.crps(np.array([1.0, 3.0]), 4.0) == pytest.approx(1.5)
    assert backtest.crps(np.array([2.0]), 5.0) == pytest.approx(3.0)
    assert backtest.crps(np.full(7, 4.0), 4.0) == 0.0


def test_crps_of_a_normal_prediction_is_what_the_formula_says():
    """A standard normal prediction of 0 scores 2 φ(0) − 1 / √π = 0.2337."""
    assert backtest.crps(backtest.widen(np.zeros(1), 1.0), 0.0) == pytest.approx(0.2337, abs=0.004)


def test_error_and_discrepancy_add_in_squares_and_widen_the_band():
    """0.03² + 0.04² = 0.05²; 0.10 ± 1.645 · 0.05 reaches down to 0.018, so that 0.05 is a hit, and is outside their own band."""
    (line,) = backtest.compare([figure()], series(growth=[0.10, 0.10]))
    assert figure().spread == pytest.approx(0.05)
    assert line["low"] == pytest.approx(0.10 - 1.645 * 0.05, abs=0.003)
    assert line["hit"] is True and line["inside"] is False
    (far,) = backtest.compare([figure(published=0.3)], series(growth=[0.10, 0.10]))
    assert far["hit"] is False


def test_a_range_is_hit_by_a_band_that_meets_it_and_is_read_as_nine_in_ten():
    made = figure(published=(0.2, 0.4), target={"error": 0.0, "discrepancy": 0.0, "reason": TEXT})
    assert made.centre == pytest.approx(0.3) and made.spread == pytest.approx(0.1 / 1.645, abs=1e-4)
    (line,) = backtest.compare([made], series(growth=[0.1, 0.25]))
    assert line["inside"] is True


def test_a_factor_is_compared_on_a_logarithm():
    target = {"error": 0.0, "discrepancy": 1.0, "scale": "log", "reason": TEXT}
    (line,) = backtest.compare([figure(published=65, target=target)], series(growth=[650.0, 650.0]))
    assert line["low"] == pytest.approx(650 * np.exp(-1.645), rel=0.06) and line["high"] == pytest.approx(
        650 * np.exp(1.645), rel=0.06
    )


def test_indicators_are_added_and_divided_by_another_month():
    made = figure(model={"indicator": "a + b", "month": "2023-12", "over": "2021-12"})
    values = series(a=[1.0], b=[2.0])
    values["a"][0, 35] = 4.0
    assert made.of(values) == pytest.approx([6.0 / 3.0])
    assert made.of(series(a=[1.0])) is None, "an indicator that is not measured"
    assert made.of({name: each[:, :24] for name, each in values.items()}) is None, "replications that end before"


def test_a_trend_line_by_hand():
    """1.0 and 1.04 in 2021 and 2022 go on to 1.08; levels that grow by a tenth a year go on to grow by a tenth."""
    assert baseline_predictors.trend_line(figure(unit="ratio", history={2021: 1.0, 2022: 1.04})).value == pytest.approx(1.08)
    levels = baseline_predictors.trend_line(figure(history={2020: 100.0, 2021: 110.0, 2022: 121.0}))
    assert levels.value == pytest.approx(0.1) and levels.spread == pytest.approx(0.0, abs=1e-9)
    assert baseline_predictors.trend_line(figure(history={2022: 0.4})) == baseline_predictors.Line(0.4, 0.0)
    assert baseline_predictors.trend_line(figure()) is None


def test_scores_count_hits_and_who_was_nearer():
    lines = backtest.compare(
        [figure(history={2022: 0.05}), figure(published=0.9, history={2022: 0.1})],
        series(growth=[0.10, 0.12]),
        series(growth=[0.11]),
    )
    found = backtest.scores(lines)
    assert found["model"]["hits"] == 1 and found["model"]["coverage"] == 0.5
    assert found["trend"]["figures"] == 2 and found["trend"]["bands"] == 0, "one point leaves no band"
    assert found["trend"]["model_nearer"] == 1, "the trend was right once, and further off once"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grade": "U"}, "grade"),
        ({"use": "calibration"}, "2023 or later are for 'hold_out'"),
        ({"target": None}, "needs a 'target'"),
        ({"history": {2023: 0.1}}, "'history' ends with 2022"),
        ({"model": {"indicator": "growth"}}, "takes 'month', or 'from' and 'to'"),
        ({"model": {"indicator": "growth", "month": "2023-13"}}, "is not a month"),
    ],
)
def test_a_figure_that_may_not_be_used_so_is_refused_with_its_line(tmp_path, changes, said):
    good = figure().model_dump(by_alias=True, exclude_none=True, exclude={"id", "line"})
    path = tmp_path / "published.yaml"
    path.write_text("\n\n" + yaml.safe_dump({"mine": {**good, **changes}}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InputError) as problem:
        published_figures.load(path)
    assert problem.value.line == 3 and said in str(problem.value)


def test_what_is_used_is_dated_2022_or_earlier_and_neither_recalled_nor_a_goal():
    for each in published_figures.load():
        assert each.grade in "ABD"
        assert not any(word in each.key for word in ("val_growth_rule", "ln_povcounty_growth", "_bg", "target"))
        assert (each.use == "hold_out") == (each.year() >= 2023)
        assert (each.target is None) == (each.use == "check"), each.id
    names = set(county.catalogue(scenario()).indicators)
    assert all(set(each.model.indicators) <= names for each in published_figures.load())


def test_the_stored_ensemble_is_of_todays_parameters_and_of_the_calibration_that_is_asked_for():
    stored = ensemble.load(load_all())
    assert list(stored.names) == list(calibration.load().assumptions)
    assert stored.about["figures"].split() == [each.id for each in published_figures.load() if each.use == "calibration"]
    assert len(stored.members) == calibration.load().members


@pytest.fixture
def learned_later(tmp_path):
    """The parameters with every dated value changed that was known only after the vantage, in copies of their files."""
    book, changed = load_all(), {}
    limit = month_number(VANTAGE)
    for path in sorted(parameters.SIM.rglob("*.yaml")):
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        records = [each for each in tree.values() if isinstance(each, dict) and "role" in each]
        for record in (each for each in records if isinstance(each["value"], dict)):
            for month, value in record["value"].items():
                if month_number((record.get("known_from") or {}).get(month, month)) > limit and not isinstance(value, str):
                    record["value"][month] = [0.9 * v for v in value] if isinstance(value, list) else 0.9 * value
                    changed.setdefault(path.stem, []).append(month)
        if path.stem in changed:
            copy = tmp_path / path.name
            copy.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
            for parameter in load_parameters(copy).values():
                book = ParameterBook({**book.parameters, parameter.id: parameter})
    assert {"wages", "province", "lines"} <= set(changed)
    assert "2022-01" in changed["wages"], "the survey of 2022 came out in April 2023"
    return book


def test_what_was_learned_after_the_vantage_moves_no_byte_of_a_prediction(learned_later, monkeypatch):
    """Wages of 2022, the province of 2022, lines of 2023 and all later values are changed; the prediction does not notice."""
    chosen = replace(scenario(), vantage=VANTAGE, months=24)
    draws = county.sample_quantiles(chosen, 2021, 3)
    before = county.values_of(chosen, draws), county.values_of(replace(chosen, vantage=None), draws)
    first = county.run_county(chosen, draws, 2021, 3)
    still = baseline_predictors.standing_still(chosen)
    monkeypatch.setattr(parameters, "_BOOK", [learned_later])
    redrawn = county.sample_quantiles(chosen, 2021, 3)
    after = county.values_of(chosen, redrawn), county.values_of(replace(chosen, vantage=None), draws)
    assert {n for n, path in before[0].paths.items() if path.tobytes() != after[0].paths[n].tobytes()} == set()
    moved = {n for n, path in before[1].paths.items() if path.tobytes() != after[1].paths[n].tobytes()}
    assert {"wages.outside_wage", "province.growth", "lines.monitoring_line"} <= moved, "today's knowledge does notice"
    again = county.run_county(chosen, draws, 2021, 3)
    assert again.digest == first.digest
    assert all(again.indicators[n].tobytes() == series.tobytes() for n, series in first.indicators.items())
    still_again = baseline_predictors.standing_still(chosen)
    assert all(still_again[n].tobytes() == series.tobytes() for n, series in still.items())


def test_the_picture_is_drawn_in_both_languages_with_its_data(tmp_path):
    from experiments.reporting.figures import backtest as backtest_figure
    from experiments.reporting.terminal import backtest as backtest_table

    figures = published_figures.load()
    names = {name for each in figures for name in each.model.indicators}
    lines = backtest.compare(figures, series(**dict.fromkeys(names, [0.3, 0.5])), series(**dict.fromkeys(names, [0.4])))
    made = {"figures": lines, "vantage": VANTAGE, "scores": backtest.scores(lines)}
    manifest = {"seed": 1, "replications": {"completed": 2}, "program": {"version": "0"}, "hash": "0" * 40}
    paths = backtest_figure.render(made, manifest, tmp_path / "figures")
    assert {path.name for path in paths} >= {"backtest.csv", "backtest-zh.png", "backtest-en.svg", "backtest-zh.txt"}
    data = (tmp_path / "figures" / "backtest.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(data) == 1 + sum(each.use == "hold_out" for each in figures)
    assert "不中" in (tmp_path / "figures" / "backtest-zh.txt").read_text(encoding="utf-8")
    for language in ("zh", "en"):
        assert len(list(backtest_table.answer(made, language))) > len(figures)


def test_households_that_stand_still_earn_what_is_expected():
    """Nothing moves but wages, farms, transfers and the dibao line; income grows no faster than the fastest of them."""
    chosen = replace(scenario(), vantage=VANTAGE)
    found = baseline_predictors.standing_still(chosen)
    growth = found["rural_income_growth"][0, 35]
    assert 0.0 < growth < 0.09
    assert found["registered_outside"][0, 59] == found["registered_outside"][0, 23]
    shares = found["wage_share"][0, 59] + found["business_share"][0, 59] + found["transfer_share"][0, 59]
    assert 0.9 < shares <= 1.0
