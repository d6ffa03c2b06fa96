"""The gallery: every picture in both languages from real folders, with its data, its words, and nothing cut or boxed."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest
import yaml
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.reporting import figure_data
from experiments.reporting.figures import gallery, picture, style, township_tiles
from experiments.reporting.translations import LANGUAGES, Words
from experiments.results.folder import Results

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
HOSTILE = "$x_1$ <b>fat</b> =cmd|' /C calc'!A0 ../../etc/passwd \x07\x1b[31m \U0001f680 " + "w" * 300
RUN = {
    "fan-rural_income", "fan-relapse_rate", "goals", "chance-by-year", "budget-uses", "budget-years", "income-sources",
    "income-spread", "monitoring-funnel", "townships-at_risk_share", "townships-relapse_rate", "townships-enclaves_producing",
    "townships-enclave_registered", "story", "curve-growth", "curve-relapse",
}  # fmt: skip
AGAINST = {"comparison-other", "flips-other"}
STUDIES = {"levers-tornado-relapse_rate-plan", "grid-heat-relapse_rate-plan", "numbers-influence-relapse_rate", "enough-curve"}


def invoke(*arguments):
    answer = CliRunner().invoke(app, [str(each) for each in arguments])
    assert answer.exit_code == 0, answer.stderr
    return answer.stdout


def write(path, content):
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Folders of a run, of the same futures under another scenario, of two sweeps, a sensitivity analysis and solving."""
    home = tmp_path_factory.mktemp("gallery")
    plan = {
        "extends": os.path.relpath(SCENARIOS / "baseline.yaml", home),
        "title": {"zh": "方案", "en": "The plan"},
        "months": 24,
        "set": {"public_posts.count": {"2021-01": 5000, "2022-03": 4500}},
    }
    scenarios = {
        "plan": plan,
        "other": {**plan, "title": {"zh": "另一方案", "en": "Another"}, "set": {"budget.county_floor": 5e6}},
    }
    for name, content in scenarios.items():
        file = write(home / f"{name}.yaml", content)
        invoke("run", file, "--replications", 4, "--workers", 1, "--quiet", "--no-figures", "--out", home / name)
    story = invoke("explain", "--household", 100, "--scenario", home / "plan.yaml", "--json")
    (home / "plan" / "story.json").write_text(story, encoding="utf-8")
    sweep = {"title": {"zh": "扫描", "en": "A sweep"}, "scenarios": ["plan.yaml"], "replications": 2,
             "outcomes": ["relapse_rate", "R3"]}  # fmt: skip
    levers = {"budget.county_floor": [1e7, 3e7], "dibao.discovery": [0]}
    grid = {"budget.county_floor": [1e7, 3e7], "dibao.discovery": [0, 0.1]}
    for name, design, factors in (("levers", "one_at_a_time", levers), ("grid", "grid", grid)):
        file = write(home / f"{name}-spec.yaml", {**sweep, "design": design, "factors": factors})
        invoke("sweep", file, "--workers", 1, "--quiet", "--no-figures", "--out", home / name)
    _studies(home)
    return home


def _studies(home):
    """What ``sensitivity`` and ``solve`` leave behind, without the runs that they need."""
    both = {"zh": "因素", "en": "A factor"}
    row = {"factor": "illness.mean_bill", "mu_star": 0.011, "conf": 0.002, "noise": 0.001, "evidence": "assumed", "name": both}
    record = {
        "scenario": "plan", "title": both, "version": "0", "seed": 1, "factors": 2, "replicates": 2,
        "subjects": {"relapse_rate": {"name": both, "unit": "share"}},
        "screening": {"relapse_rate": [row, {**row, "mu_star": 0.02, "evidence": "measured"}]},
    }  # fmt: skip
    (home / "numbers").mkdir()
    (home / "numbers" / "sensitivity.json").write_text(json.dumps(record), encoding="utf-8")
    curve = [
        {"value": v, "probability": p, "low": p / 2, "high": (1 + p) / 2} for v, p in ((4000, 0.1), (5000, 0.6), (6000, 0.9))
    ]
    solution = {
        "scenario": "plan", "title": both, "version": "0", "seed": 1, "replications": 10, "value": 5400, "probability": 0.8,
        "curve": curve, "subject": {"id": "E4", "name": both, "unit": "share", "kind": "probability"},
        "factor": {"id": "posts", "name": both, "unit": "jobs", "kind": "value", "central": 5000},
    }  # fmt: skip
    (home / "enough").mkdir()
    (home / "enough" / "solution.json").write_text(json.dumps(solution), encoding="utf-8")


def open_results(home, *names):
    return [Results(home / name) for name in names]


@pytest.fixture(scope="module", params=LANGUAGES)
def pictures(folders, request):
    """All pictures of all folders in one language, by id."""
    names = ("plan", "other", "levers", "grid", "numbers", "enough")
    return {each.id: each for each in gallery.gallery(open_results(folders, *names), request.param)}


def test_every_picture_is_there_in_both_languages(pictures):
    assert set(pictures) >= RUN | AGAINST | STUDIES
    for each in pictures.values():
        assert each.section in gallery.SECTIONS
        assert each.title
        assert each.caption
        assert len(each.alt) > 20
        assert not each.data.empty
        assert "seed: " in each.provenance


def test_no_letter_is_missing_cut_off_or_on_top_of_another(pictures):
    for each in pictures.values():
        style.check_glyphs(each.figure)
        with style.house_style():
            FigureCanvasAgg(each.figure).draw()
        boxes = [(text.get_window_extent(), text.get_text()) for text in shown(each.figure)]
        wide, high = each.figure.bbox.width, each.figure.bbox.height
        for box, text in boxes:
            inside = box.x0 > -1 and box.y0 > -1 and box.x1 < wide + 1 and box.y1 < high + 1
            assert inside, f"{each.id}: {text!r} leaves the picture"
        for place, (box, text) in enumerate(boxes):
            for other, more in boxes[place + 1 :]:
                across = min(box.x1, other.x1) - max(box.x0, other.x0)
                down = min(box.y1, other.y1) - max(box.y0, other.y0)
                assert across < 4 or down < 5, f"{each.id}: {text!r} lies on {more!r}"


def shown(figure):
    """The texts that are drawn: labels of ticks beyond the ends of an axis are not."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                    hidden |= {id(tick.label1), id(tick.label2)}
    return [text for text in figure.findobj(Text) if id(text) not in hidden and text.get_visible() and text.get_text().strip()]


def test_what_is_drawn_is_what_the_data_say(pictures):
    fan = pictures["fan-rural_income"]
    median = next(line for line in fan.figure.axes[0].get_lines() if len(line.get_ydata()) == 24)
    np.testing.assert_allclose(median.get_ydata(), fan.data["p50"])
    sources = pictures["income-sources"]
    widths = [bar.get_width() for bar in sources.figure.axes[0].patches]
    wanted = sources.data[["wages", "business", "property", "transfers"]].to_numpy().ravel()
    np.testing.assert_allclose(widths, wanted)
    years = pictures["budget-years"]
    heights = [bar.get_height() for axes in years.figure.axes for bar in axes.patches]
    np.testing.assert_allclose(heights, years.data["yuan"])
    funnel = pictures["monitoring-funnel"]
    widths = [bar.get_width() for axes in funnel.figure.axes[::2] for bar in axes.patches]
    np.testing.assert_allclose(widths, funnel.data["mean"].dropna())
    flips = pictures["flips-other"]
    widths = [bar.get_width() for bar in flips.figure.axes[0].patches]
    np.testing.assert_allclose(widths, flips.data[["both", "helped", "harmed", "neither"]].to_numpy().ravel())


def test_townships_stand_in_the_order_of_the_official_list_and_are_not_ranked(pictures):
    tiles = pictures["townships-relapse_rate"]
    known = tiles.data.dropna(subset=["mean"])
    for language in LANGUAGES:
        labels = [text.get_text().replace("\n", "") for text in tiles.figure.axes[1].get_yticklabels()]
        names = [township_tiles._short(str(name)) for name in known[f"name_{language}"]]
        if set(labels) == set(names):
            assert labels == names
            break
    else:
        raise AssertionError(labels)
    assert not tiles.caption or "排名" in tiles.caption or "official list" in tiles.caption


def test_curves_are_drawn_as_their_data_and_marked_where_the_run_stands(pictures, folders):
    for name, columns in (("curve-growth", 1), ("curve-relapse", 2)):
        each = pictures[name]
        drawn = [line for line in each.figure.axes[0].get_lines() if len(line.get_ydata()) > 2]
        assert len(drawn) == columns
        np.testing.assert_allclose(np.concatenate([line.get_ydata() for line in drawn]), each.data["probability"])
    gap = next(goal for goal in Results(folders / "plan").goals if goal["id"] == "G2")["margin_mean"]
    for name, place in (("curve-growth", gap), ("curve-relapse", 0.02)):
        lines = pictures[name].figure.axes[0].get_lines()
        assert [line.get_xdata()[0] for line in lines if len(line.get_ydata()) == 2] == pytest.approx([place])


def test_the_words_for_those_who_cannot_see_hold_the_main_number(pictures):
    words = Words(pictures["fan-rural_income"].language)
    last = words.grouped(f"{pictures['fan-rural_income'].data['p50'].iloc[-1]:,.0f}")
    assert last in pictures["fan-rural_income"].alt
    total = words.grouped(f"{pictures['income-sources'].data['total'].iloc[-1]:,.0f}")
    assert total in pictures["income-sources"].alt
    began = pictures["monitoring-funnel"].data["mean"].iloc[0]
    assert f"{began:,.0f}" in pictures["monitoring-funnel"].alt
    flips = pictures["flips-other"]
    assert str(flips.data["harmed"].max()) in flips.alt
    risk = pictures["townships-at_risk_share"].data["mean"].max()
    assert f"{100 * risk:.3g}"[:3] in pictures["townships-at_risk_share"].alt


def test_the_same_incomes_stand_in_the_spread_and_add_up(pictures):
    spread = pictures["income-spread"].data
    sums = spread.groupby(["group", "moment"])["share"].sum()
    assert len(sums) == 4
    np.testing.assert_allclose(sums, 1.0)


def test_each_stage_of_monitoring_is_part_of_the_one_before(folders):
    stages, delays = figure_data.tabulate_monitoring(Results(folders / "plan"))
    for _group, own in stages.groupby("group"):
        assert list(own["mean"]) == sorted(own["mean"], reverse=True)
        assert own["mean"].iloc[0] > 0
    assert (delays["p10"] <= delays["p50"]).all()
    assert (delays["p50"] <= delays["p90"]).all()


def test_dated_settings_and_the_rotation_are_events(folders):
    months = dict(figure_data.find_events(Results(folders / "plan")))
    assert set(months) == {"2021-07", "2022-03"}
    assert "4,500" in months["2022-03"]["en"]
    assert "2021-01" not in months


def test_files_carry_title_words_and_provenance_and_the_data_is_read_back(pictures, tmp_path):
    each = next(each for each in pictures.values() if each.id == "goals")
    paths = gallery.save(each, tmp_path)
    assert sorted(path.suffix for path in paths) == [".csv", ".pdf", ".png", ".svg", ".txt"]
    for path in paths:
        if path.suffix in (".png", ".svg"):
            assert each.provenance.encode() in path.read_bytes()
    assert b"/Subject" in (tmp_path / f"goals-{each.language}.pdf").read_bytes()
    assert b"CreationDate" not in (tmp_path / f"goals-{each.language}.pdf").read_bytes()
    assert (tmp_path / "goals.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    back = pandas.read_csv(tmp_path / "goals.csv", encoding="utf-8-sig")
    assert list(back["id"]) == list(each.data["id"])
    np.testing.assert_allclose(back["probability"], each.data["probability"])


def test_drawn_again_by_another_interpreter_it_is_the_same_to_the_byte(folders, tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from experiments.reporting.figures import gallery\nfrom experiments.results.folder import Results\n"
        "drawn = gallery.gallery([Results(Path(sys.argv[1]))], 'zh')\n"
        "[gallery.save(next(drawn), Path(sys.argv[2])) for _ in range(2)]"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code, str(folders / "plan"), str(tmp_path / seed)]
        subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)
    names = sorted(path.name for path in (tmp_path / "1").iterdir())
    assert len(names) == 10  # two pictures: PNG, SVG, PDF, description and data each
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name


def copy_with(folder, target, **changes):
    """A copy of a result folder with another manifest."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("journal"))
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    manifest["scenario"] |= changes
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return target


def test_what_a_folder_lacks_has_no_picture_and_is_no_error(folders, tmp_path):
    old = copy_with(folders / "plan", tmp_path / "old")
    for name in ("incomes.parquet", "monitoring.parquet", "delays.parquet", "story.json"):
        (old / name).unlink()
    found = {each.id for each in gallery.gallery([Results(old)], "zh")}
    assert found >= RUN - {"income-spread", "monitoring-funnel", "story"}
    assert not found & {"income-spread", "monitoring-funnel", "story"}
    assert not [name for name in found if name.startswith(("comparison", "flips"))]


def test_a_story_of_an_older_program_is_left_out(folders, tmp_path):
    (tmp_path / "story.json").write_text('[{"scenario": "plan", "end": {}, "facts": []}]', encoding="utf-8")
    assert figure_data.read_story(Results(tmp_path)) is None


def test_a_story_left_from_another_run_is_not_shown(folders, tmp_path):
    assert figure_data.read_story(Results(folders / "plan")) is not None
    other = copy_with(folders / "other", tmp_path / "other")
    shutil.copy(folders / "plan" / "story.json", other / "story.json")
    assert figure_data.read_story(Results(other)) is None


def test_runs_with_other_random_draws_are_not_compared(folders, tmp_path):
    other = copy_with(folders / "other", tmp_path / "other")
    manifest = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    (other / "manifest.json").write_text(json.dumps({**manifest, "seed": 7}), encoding="utf-8")
    assert figure_data.compare_goals(Results(folders / "plan"), Results(other)).empty


def test_a_folder_without_a_finished_replication_is_refused(folders, tmp_path):
    with pytest.raises(ValueError, match="nothing to draw"):
        list(gallery.gallery([Results(folders / "levers")], "zh"))
    with pytest.raises(ValueError, match="nothing to draw"):
        list(gallery.gallery([Results(tmp_path)], "zh"))


def test_a_hostile_title_is_only_text_and_only_inside_the_folder(folders, tmp_path):
    bad = {"zh": HOSTILE, "en": HOSTILE}
    plan = copy_with(folders / "plan", tmp_path / "plan", title=bad)
    other = copy_with(folders / "other", tmp_path / "other", title=bad, id="../../out/side")
    target = tmp_path / "drawn" / "here"
    for each in gallery.gallery([Results(plan), Results(other)], "en"):
        text = " ".join(text.get_text().replace("\n", "") for text in each.figure.findobj(Text)).replace(" ", "")
        if each.id != "story":
            assert "$x_1$<b>fat</b>=cmd|'/Ccalc'!A0../../etc/passwd" in text, each.id
        assert "\x07" not in text
        gallery.save(each, target, ("svg",))
    files = set(tmp_path.rglob("*.svg"))
    assert files
    assert {path.parent for path in files} == {target}


def test_a_title_as_it_can_be_drawn():
    assert style.drawable("a\x00b\tc\n d") == "a b c d"
    assert style.drawable("\U0001f680!") == "〓!"
    assert style.drawable("x" * 200) == "x" * 89 + "…"
    assert style.wrap("y" * 100, 1.0, 10.0).count("\n") > 3


def test_a_picture_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        picture.Picture("a", "", None, pandas.DataFrame(), "", "", "goals", "zh", "").id = "b"


def test_labels_have_both_languages_and_nothing_else():
    for path in (ROOT / "experiments" / "reporting").glob("words*.yaml"):
        for label, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            assert set(texts) == {"zh", "en"}, f"{path.name}: {label}"
            assert all(isinstance(text, str) for text in texts.values()), f"{path.name}: {label}"
