"""What a user of ``import xianjie`` does in the first minutes: the same results as the command line, and errors that help."""

import dataclasses
import datetime
import inspect
import subprocess
import sys
import time

import numpy as np
import pytest
from matplotlib.figure import Figure

import xianjie as xj
from experiments.execution import runner
from tests.python.county import base, result
from xianjie.options import OptionKeywords, Options

POSTS = "public_posts.count"


@pytest.fixture(autouse=True)
def chinese():
    yield
    xj.language("zh")


def refused(does) -> xj.Error:
    with pytest.raises(xj.Error) as caught:
        does()
    error = caught.value
    assert error.english and error.chinese and str(error) == f"{error.chinese}\n{error.english}"
    assert error.__context__ is None or error.__suppress_context__  # no trace of how it was found out
    return error


def test_importing_costs_nothing_and_every_public_name_is_there():
    heavy = "{'numpy', 'pandas', 'numba', 'matplotlib', 'scipy', 'sim', 'experiments', 'yaml'}"
    subprocess.run([sys.executable, "-c", f"import sys, xianjie; assert not {heavy} & set(sys.modules)"], check=True)
    assert xj.__version__.count(".") >= 2
    assert {*xj.__all__, "__version__"} <= set(dir(xj))
    assert all(getattr(xj, name).__doc__ for name in xj.__all__)
    with pytest.raises(AttributeError, match="scenario"):
        _ = xj.scenerio


def test_a_scenario_is_a_value_and_set_makes_another():
    one = base()
    other = one.set({POSTS: {2021: 5000, "2021-07": np.int64(3000)}})
    assert one.settings.get(POSTS) is None
    assert other.settings[POSTS] == {"2021-01": 5000, "2021-07": 3000}
    assert (one.months, other.months, one.id) == (12, 12, "baseline+small")
    assert other.set({POSTS: {datetime.date(2021, 7, 1): 3000}}).settings[POSTS] == {"2021-01": 5000, "2021-07": 3000}
    assert one.set({POSTS: 3000}).id == "baseline+small+count=3000"
    assert len({one.set({POSTS: {"2021-03": number}}).id for number in (1, 2, 3)}) == 3


def test_plans_add_up_and_later_ones_prevail():
    fewer, more = xj.plan({POSTS: 3000}, name="fewer"), {POSTS: 4000}
    assert (base() + fewer + more).settings[POSTS] == 4000
    assert (base() + (fewer + more)).settings[POSTS] == 4000
    assert (base() + fewer).id == "baseline+small+fewer"
    floor = base() + xj.plan("floor_40m") + fewer
    assert floor.settings["budget.county_floor"] == xj.scenario("floor_40m").settings["budget.county_floor"]
    assert "floor_40m+fewer" in floor.id and floor.months == 12
    off = base().set(levers="off")
    assert off.settings[POSTS] == 0
    with pytest.raises(TypeError):
        _ = base() + 3


def test_a_scenario_is_built_in_ten_milliseconds():
    start = time.process_time()
    for number in range(20):
        base().set({POSTS: 3000 + number, "budget.county_floor": {2021: 1e7}})
    assert (time.process_time() - start) / 20 < 0.010


@pytest.mark.parametrize(
    ("does", "english", "chinese"),
    [
        (lambda: xj.scenario("basline"), "did you mean 'baseline'?", "是不是想写“baseline”"),
        (lambda: base().set({"public_posts.cuont": 1}), "did you mean 'public_posts.count'?", "没有这个参数"),
        (lambda: base().set({POSTS: -4}), "lies outside 0 to 8000 jobs", "超出允许范围"),
        (lambda: base().set({POSTS: {"2031-01": 4}}), "outside the years 2020 to 2030", "不在2020年至2030年之内"),
        (lambda: base().set({POSTS: {"2026-01": 4}}, months=24), "lies beyond the horizon", "超出了本情景的期限"),
        (lambda: base().set(moths=24), "did you mean 'months'?", "没有这个参数"),
        (lambda: base().set({POSTS: 1, "a.b": 2}, months=13), "whole years", "整年数"),
        (lambda: base().run(0), "at least 1", "不小于 1"),
        (lambda: base().run(2, seed=-1), "at least 0", "不小于 0"),
        (lambda: base().run(2.5), "whole number", "整数"),
        (lambda: result().frame("month"), "did you mean 'months'?", "没有这张表"),
        (lambda: result().plot("rural_incom"), "did you mean 'rural_income'?", "没有这个指标"),
        (lambda: xj.load("nowhere"), "holds no result", "没有推演结果"),
        (lambda: xj.language("fr"), "'zh' and 'en'", "语言只有"),
        (lambda: xj.compare(base(), []), "at least two", "至少两个"),
        (lambda: xj.sweep(base(), {POSTS: [1]}, design="gird"), "design", "design"),
        (lambda: xj.sweep(base(), {"public_posts.cuont": [1]}), "did you mean 'public_posts.count'?", "没有这个政策措施或假定"),
        (lambda: xj.sweep(base(), {POSTS: [1]}, outcomes=["R33"]), "did you mean", "没有这个目标或指标"),
        (lambda: xj.solve(base(), POSTS, "R33"), "there is no goal 'R33'", "没有这个目标"),
        (lambda: xj.solve(base(), POSTS, "R3", replications=4), "at least 10", "不小于 10"),
        (lambda: xj.solve(base(), POSTS, "R3", 80), "between 0.01 and 0.99", "应在 0.01 至 0.99 之间"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_both_languages(does, english, chinese):
    error = refused(does)
    assert english in error.english and chinese in error.chinese


def test_a_run_gives_what_the_runner_gives_and_its_files_go_with_it(tmp_path):
    runner.run(base().checked, tmp_path / "plain", runner.RunOptions(2, 7, 1))
    plain = xj.load(tmp_path / "plain")
    found = base().run(2, workers=1, seed=7)
    assert found.hash == plain.hash == result().hash
    assert found.frame("months").equals(plain.frame("months"))
    folder = found.folder
    assert folder.is_dir()
    del found
    assert not folder.exists()


def test_frames_carry_units_definitions_and_intervals():
    goals, months = result().frame(), result().frame("months")
    assert {"probability", "low", "high", "name_zh", "name_en"} <= set(goals.columns)
    assert ((goals["low"] <= goals["probability"]) & (goals["probability"] <= goals["high"])).all()
    assert len(months) == 2 * 12
    assert months.attrs["units"]["rural_income"] == "yuan"
    assert set(months.attrs["definitions"]["rural_income"]) == {"zh", "en"}
    assert months.attrs["hash"] == result().hash
    measured = [column for column in months.columns if column not in ("replication", "month")]
    assert set(measured) <= set(months.attrs["units"]) and set(measured) <= set(months.attrs["definitions"])
    for name in ("years", "bands", "replications", "budget", "payments", "audit", "incomes"):
        assert len(result().frame(name)), name
    assert list(result().frame("monitoring").columns) == ["replication", "segment", "stage", "value"]
    levers = base().frame()
    assert levers.loc[POSTS, "unit"] == "jobs" and levers.loc[POSTS, "role"] == "lever"


def test_results_are_drawn_and_shown_in_the_language_chosen():
    assert isinstance(result().plot(), Figure)
    fan = result().plot("relapse_rate", language="en")
    assert any("Relapse rate" in text.get_text() for text in fan.texts)
    assert "概率" in result()._repr_html_() and "公益岗位" in base().set({POSTS: 3000})._repr_html_()
    assert xj.language("en") == "en"
    assert "probability" in result()._repr_html_() and "Public-welfare posts" in base().set({POSTS: 3000})._repr_html_()
    assert "<script" not in base().set({POSTS: 3000}, title="<script>")._repr_html_()
    assert eval(repr(base().id)) in repr(base()) and "replications=2" in repr(result())


def test_a_folder_is_gone_on_with_and_nothing_of_another_is_touched(tmp_path):
    out = tmp_path / "kept"
    first = base().run(1, workers=1, seed=7, out=out)
    started = [path.stat().st_mtime_ns for path in sorted((out / "journal").glob("*.npz"))]
    more = base().run(2, workers=1, seed=7, out=out)
    assert [path.stat().st_mtime_ns for path in sorted((out / "journal").glob("*.npz"))][: len(started)] == started
    assert more.replications == 2 and more.hash == result().hash and xj.load(out).hash == more.hash
    assert first.folder == out
    assert "already" in refused(lambda: base().run(1, workers=1, seed=7, out=out)).english
    assert "the seed differs" in refused(lambda: base().run(2, workers=1, seed=8, out=out)).english
    assert "not 'baseline+small+count=3000'" in refused(lambda: base().set({POSTS: 3000}).run(2, seed=7, out=out)).english
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert "letter.txt" in refused(lambda: base().run(2, out=tmp_path / "mine")).english
    assert xj.load(out).hash == more.hash
    again = base().run(1, workers=1, seed=8, out=out, fresh=True)
    assert (again.replications, again.seed) == (1, 8)


def test_two_scenarios_are_compared_on_common_random_numbers(tmp_path):
    other = base().set({POSTS: 1000})
    found = xj.compare(result(), other, 2, seed=7, workers=1, out=tmp_path / "out")
    frame = found.frame()
    assert {"difference", "low", "high", "first_probability", "other_probability"} <= set(frame.columns)
    money = found.frame("money").set_index(["fund", "use"])
    assert money.loc[("public", ""), "difference"] < 0  # posts cost money
    assert [each.id for each in found.results] == [base().id, other.id]
    assert isinstance(found.plot(), Figure) and isinstance(found.plot("flips"), Figure)
    assert "公益岗位" in found._repr_html_()
    again = xj.load(tmp_path / "out")
    assert again.frame("indicators").equals(found.frame("indicators"))
    assert xj.compare(result(), result()).frame()["difference"].eq(0).all()
    assert "seed" in refused(lambda: xj.compare(result(), other, 1, seed=8, workers=1)).english


def test_a_sweep_is_designed_in_python(tmp_path):
    found = xj.sweep(
        base(), {POSTS: [1000, 3000, 5000]}, 1, seed=7, workers=1, outcomes=["rural_income", "R3"], out=tmp_path / "s"
    )
    frame = found.frame()
    assert frame[POSTS].tolist() == [1000, 1000, 3000, 3000, 5000, 5000]
    assert {"mean", "low", "high"} <= set(frame.columns) and frame.attrs["units"]["rural_income"] == "yuan"
    assert isinstance(found.plot("rural_income"), Figure) and isinstance(found.plot(), Figure)
    assert "there is no outcome" in refused(lambda: found.plot("rural")).english
    assert xj.load(tmp_path / "s").frame().equals(frame)
    assert len(found.frame("lives")) == 3
    assert (
        "may not be joined"
        in refused(lambda: xj.sweep(base(), {POSTS: [1, 2]}, 1, seed=7, workers=1, out=tmp_path / "s")).english
    )
    spread = xj.sweep(base(), {POSTS: (1000, 5000)}, 1, design="latin_hypercube", points=2, workers=1, seed=7)
    assert spread.frame("points")[POSTS].between(1000, 5000).all()


@pytest.mark.deep
def test_how_much_is_enough_is_solved_for(tmp_path):
    whole = xj.scenario("baseline").set(months=12, population={"general_weight": 100})
    found = xj.solve(whole, POSTS, "E4_posts", 0.5, replications=10, out=tmp_path / "s")
    assert found.low is None or found.low <= found.value
    assert found.unit == "jobs" and isinstance(found.plot(), Figure)
    assert {"probability", "low", "high"} <= set(found.frame().columns)
    assert xj.load(tmp_path / "s").value == found.value


def test_every_function_that_runs_shows_the_same_options():
    common = {field.name: (field.default, field.type) for field in dataclasses.fields(Options)}
    assert OptionKeywords.__annotations__ == {name: kind for name, (_default, kind) in common.items()}
    for function in (xj.Scenario.run, xj.compare, xj.sweep, xj.solve):
        shown = inspect.signature(function).parameters
        assert {name: (shown[name].default, shown[name].annotation) for name in common} == common
        assert all(shown[name].kind is inspect.Parameter.KEYWORD_ONLY for name in common)
        assert not any(each.kind is inspect.Parameter.VAR_KEYWORD for each in shown.values())
    with pytest.raises(TypeError, match="'seeds'"):
        xj.compare(base(), base(), seeds=3)
