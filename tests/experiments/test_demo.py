"""The result that ships: small, read without running anything, and nobody's file is overwritten."""

import json

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.cli.run import demo
from sim.core.inputs.errors import InputError


def test_what_ships_is_small_and_says_which_version_made_it():
    assert sum(file.stat().st_size for file in demo.shipped_place().iterdir()) < demo.LARGEST
    found = demo.read()
    assert found["version"] and found["manifest"]["complete"] and found["goals"] and found["audit"]


@pytest.mark.parametrize(("lang", "word"), [("zh", "这是自带的结果"), ("en", "This result ships")])
def test_it_is_shown_and_its_briefs_are_written(tmp_path, lang, word):
    answer = CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "d"), "--no-open", "--lang", lang])
    assert answer.exit_code == 0 and word in answer.output
    pages = sorted((tmp_path / "d").iterdir())
    assert [page.name for page in pages] == ["brief-en.html", "brief-zh.html"]
    assert all(page.read_text(encoding="utf-8").rstrip().endswith("</html>") for page in pages)
    assert CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "d"), "--no-open"]).exit_code == 0, (
        "its own files are no hindrance"
    )


def test_a_file_of_somebody_elses_is_left_alone(tmp_path):
    (tmp_path / "brief-zh.html").write_text("mine", encoding="utf-8")
    answer = CliRunner().invoke(app, ["demo", "--out", str(tmp_path), "--no-open"])
    assert answer.exit_code == 2 and "已经存在" in answer.stderr
    assert (tmp_path / "brief-zh.html").read_text(encoding="utf-8") == "mine" and not (tmp_path / "brief-en.html").exists()


def test_json_is_one_object(tmp_path):
    found = json.loads(CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "d"), "--no-open", "--json"]).stdout)
    assert set(found) == {"version", "manifest", "goals", "audit", "briefs"}


def test_the_largest_pictures_are_left_out_first_and_a_page_that_cannot_fit_is_refused():
    noise = "".join(f"{number * 7919 % 100003:x}" for number in range(4000))
    small, large = '<img src="data:a" alt="">', f'<img src="data:{noise}" alt="">'
    page = demo.fit(f"<html>{small}{large}</html>", 300)
    assert small in page and large not in page and demo.LEFT_OUT in page
    with pytest.raises(InputError, match="without any figure"):
        demo.fit(f"<html>{noise}</html>", 100)


def test_what_is_no_result_is_refused(tmp_path):
    answer = CliRunner().invoke(app, ["demo", "--make", str(tmp_path)])
    assert answer.exit_code == 2 and "--make" in answer.stderr
