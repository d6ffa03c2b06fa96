"""Figures in both languages: every letter is in our font, every figure has its data and a description."""

import os
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.reporting.figures import gallery, style
from experiments.results import folder as results

BASELINE = str(Path(__file__).resolve().parents[2] / "scenarios" / "baseline.yaml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A result of one year and two replications, with its figures."""
    out = tmp_path_factory.mktemp("figures") / "out"
    short = out.parent / "short.yaml"
    short.write_text(f"extends: {os.path.relpath(BASELINE, short.parent)}\nmonths: 12\n", encoding="utf-8")
    choices = ["--replications", "2", "--workers", "1", "--quiet", "--no-figures", "--out", str(out)]
    answer = CliRunner().invoke(app, ["run", str(short), *choices])
    assert answer.exit_code == 0, answer.stderr
    gallery.render(results.open_folder(out))
    return out / "figures"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("stem", ["fan-rural_income", "fan-relapse_rate", "goals"])
def test_a_figure_comes_as_png_and_svg_with_data_and_words(folder, stem, language):
    for suffix, start in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        assert (folder / f"{stem}-{language}.{suffix}").read_bytes().startswith(start)
    assert len((folder / f"{stem}-{language}.txt").read_text(encoding="utf-8")) > 40
    assert (folder / f"{stem}.csv").stat().st_size > 100


def test_a_letter_that_our_font_lacks_is_an_error():
    figure = Figure()
    figure.text(0.5, 0.5, "衔接 \U00013000")
    with pytest.raises(style.MissingGlyphError, match="13000|𓀀"):
        style.check_glyphs(figure)


def test_a_letter_that_it_has_is_none():
    figure = Figure()
    figure.text(0.5, 0.5, "衔接 Xianjie 100 %")
    style.check_glyphs(figure)
