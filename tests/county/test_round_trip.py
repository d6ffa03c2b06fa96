"""A simulated county handed in as an office would hand it in, imported, and founded again."""

from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.county_data import importer
from experiments.validation import county_export
from sim.scenario import load_scenario
from sim.scenario.distributions import SOURCES
from tests.county import exports

SMALL = """title: {zh: 小县, en: Small}
size: {name: {zh: 规模, en: Size}, parameter: founding.county_size, value: 0.05, evidence: assumed, source: a test}
places: {name: {zh: 地方, en: Places}, parameter: founding.places, value: numbered, evidence: assumed, source: a test}
"""


def found(county, seed):
    return county_export.found(replace(load_scenario("baseline", (), county), general_weight=20), seed)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    path = tmp_path_factory.mktemp("first") / "county.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return found(path, seed=2021)


@pytest.fixture(scope="module")
def imported(first, tmp_path_factory):
    folder = tmp_path_factory.mktemp("again")
    paths = exports.write(folder, exports.office(exports.of_county(first)))
    out = folder / "county"
    answer = CliRunner().invoke(app, ["county", "import", *map(str, paths), "--out", str(out), "--json"])
    assert answer.exit_code == 0, answer.output
    return importer.read(paths), out


def test_every_count_of_a_simulated_county_is_imported_and_nothing_is_found_wrong(first, imported):
    known, read = county_export.columns_of(first), imported[0]
    # The model lets a few of 70 and older keep a post, which the registry's rules call a fault.
    assert {each.kind for each in read.findings.found} <= {"post_age"}
    counts = read.counts
    assert counts.registered_households == len(known["members"])
    assert counts.registered_persons == known["members"].sum()
    assert counts.monitored_households == known["kind"].sum()
    assert counts.dibao_persons == known["members"][known["dibao"] == 1].sum()
    assert counts.posts == known["post"].sum() and counts.loans == known["loan"].sum()
    for row in read.tables.margins:
        if row["variable"] in ("size", "able", "dibao") and row["category"] != "other":
            chosen = known[row["variable"]] == int(row["category"])
            assert (row["households"], row["persons"]) == (chosen.sum(), known["members"][chosen].sum()), row
    rows = first.tables["households"]["registered"] == 1
    for row in read.tables.incomes:
        if row["source"] in SOURCES:
            mean = first.founded_sources[row["source"]][rows].sum() / known["members"].sum()
            assert row["mean"] == pytest.approx(mean, rel=0.001, abs=0.02), row


def test_the_county_founded_on_the_import_has_the_counts_and_incomes_of_the_one_it_was_made_from(first, imported):
    out = imported[1]
    with (out / "county.yaml").open("a", encoding="utf-8") as file:
        file.write("size:\n  name: {zh: 规模, en: Size}\n  parameter: founding.county_size\n  value: 0.05\n"
                   "  evidence: assumed\n  source: a test\n")  # fmt: skip
    second = found(out, seed=7)
    one, two = county_export.columns_of(first), county_export.columns_of(second)
    assert len(one["members"]) == len(two["members"]) and one["members"].sum() == two["members"].sum()
    for variable in ("size", "dibao"):
        assert np.array_equal(np.bincount(one[variable]), np.bincount(two[variable])), variable
    assert one["post"].sum() == two["post"].sum() and one["loan"].sum() == two["loan"].sum()
    before, after = county_export.export(first), county_export.export(second)
    for source in SOURCES:
        assert after.income(source).mean == pytest.approx(before.income(source).mean, rel=0.005), source
